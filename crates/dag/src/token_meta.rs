//! BTFS' token metadata: JSON about a file, kept in front of the file's own DAG.
//!
//! The root is a file node with two unnamed links, first to the metadata, then to the data. The
//! metadata are a small file of UnixFS type 6 that holds two JSON objects with `#` between them: the
//! first is what the user said and how the file was cut, the second the tree of a directory that was
//! cut as one stream (`{}` for a file).
//!
//! An ordinary reader would give both one after the other, so a root is looked at with
//! [`MetaFinder`] first. Metadata are always dag-pb, as go-btfs demands, even when leaves are raw.

use crate::file::balancer::node_over;
use crate::ipld::{Ipld, json};
use crate::reed_solomon::{ShardCounts, Sharded};
use crate::unixfs::NodeKind;
use crate::{Balancer, Block, Cid, FileLayout, FileRoot, Tree};

pub use self::finder::{FindMeta, MetaFinder, MetaRoot, MetaStep};

mod finder;

/// The longest metadata that are read or written, in bytes.
pub const MAX_META_LEN: usize = 1024 * 1024;

/// Metadata as they are stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenMeta {
    /// A JSON object.
    pub json: String,
    /// Another one: the tree of a directory, or `{}`.
    pub tree: String,
}

/// What metadata say of the layout of a file. What is not said is as go-btfs assumes it.
#[derive(Debug, Clone, PartialEq)]
pub struct MetaFacts {
    /// How the file was cut into shards, if it was.
    pub shards: Option<ShardFacts>,
    /// Bytes of payload in a leaf.
    pub chunk_size: u64,
    /// Links in an inner node.
    pub max_links: u64,
    /// Whether the file is a trickle tree.
    pub trickle: bool,
    /// The whole first object, with what the user said.
    pub object: Ipld,
}

/// How a file was cut into shards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShardFacts {
    /// How many shards there are.
    pub counts: ShardCounts,
    /// Bytes of the file.
    pub file_size: u64,
    /// Whether it is a directory in one stream.
    pub is_dir: bool,
}

/// Why bytes are no token metadata.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadMeta {
    /// They are longer than [`MAX_META_LEN`].
    #[error("the metadata are {0} bytes long, too many")]
    TooLong(usize),
    /// They are not two objects with `#` between them.
    #[error("the metadata are not two objects")]
    NotTwoObjects,
    /// The first object is not JSON.
    #[error("the metadata are not readable")]
    DecodeJson(#[from] json::DecodeJson),
    /// A value has another type, or cannot be.
    #[error("the {0} in the metadata cannot be used")]
    BadValue(&'static str),
}

/// Why metadata were not put together.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ComposeMeta {
    /// What the user said is not JSON.
    #[error("the metadata given are not readable")]
    DecodeJson(#[from] json::DecodeJson),
    /// It is JSON but no object.
    #[error("the metadata given are no JSON object")]
    NotAnObject,
    /// It has a name that says how the file is cut.
    #[error("the metadata given must not have a {0:?} of their own")]
    Reserved(&'static str),
    /// It is too long.
    #[error("the metadata given are {0} bytes long, too many")]
    TooLong(usize),
}

/// Names that only the layout may use.
const RESERVED: [&str; 7] = [
    "NumData",
    "NumParity",
    "FileSize",
    "IsDir",
    "ChunkSize",
    "MaxLinks",
    "TrickleFormat",
];

impl TokenMeta {
    /// Puts together what the user said (a JSON object, as it is to be kept; `{}` for nothing), how
    /// the file was cut into shards, and its layout: in the order and form of go-btfs.
    pub fn compose(
        user: &str,
        shards: Option<&Sharded>,
        layout: FileLayout,
        tree: Tree,
    ) -> Result<Self, ComposeMeta> {
        if user.len() > MAX_META_LEN / 2 {
            return Err(ComposeMeta::TooLong(user.len()));
        }
        let object = json::decode(user.as_bytes())?;
        let names = object.as_map().ok_or(ComposeMeta::NotAnObject)?;
        if let Some(name) = RESERVED.iter().find(|name| names.contains_key(**name)) {
            return Err(ComposeMeta::Reserved(name));
        }
        let inside = user.trim().strip_suffix('}').unwrap_or(user).trim_end();
        let mut json = inside.to_owned();
        let mut put = |name: &str, value: String| {
            if !json.ends_with('{') {
                json.push(',');
            }
            json.push_str(&format!("\"{name}\":{value}"));
        };
        if let Some(sharded) = shards {
            put("NumData", sharded.counts.data().to_string());
            put("NumParity", sharded.counts.parity().to_string());
            put("FileSize", sharded.file_size.to_string());
            put("IsDir", false.to_string());
        }
        put("ChunkSize", layout.chunk_len().to_string());
        put("MaxLinks", layout.link_count().to_string());
        put("TrickleFormat", (tree == Tree::Trickle).to_string());
        json.push('}');
        Ok(TokenMeta {
            json,
            tree: "{}".to_owned(),
        })
    }

    /// Reads what [`TokenMeta::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ReadMeta> {
        if bytes.len() > MAX_META_LEN {
            return Err(ReadMeta::TooLong(bytes.len()));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| ReadMeta::NotTwoObjects)?;
        // go-btfs splits at the first `}#{`, wherever it stands.
        let (json, tree) = text.split_once("}#{").ok_or(ReadMeta::NotTwoObjects)?;
        Ok(TokenMeta {
            json: format!("{json}}}"),
            tree: format!("{{{tree}"),
        })
    }

    /// The bytes that are stored.
    pub fn to_bytes(&self) -> Vec<u8> {
        [self.json.as_bytes(), b"#", self.tree.as_bytes()].concat()
    }

    /// What the first object says of the layout.
    pub fn facts(&self) -> Result<MetaFacts, ReadMeta> {
        let object = json::decode(self.json.as_bytes())?;
        let map = object.as_map().ok_or(ReadMeta::NotTwoObjects)?;
        let number = |name: &'static str| match map.get(name) {
            None => Ok(None),
            Some(Ipld::Integer(number)) => u64::try_from(*number)
                .map(Some)
                .map_err(|_| ReadMeta::BadValue(name)),
            Some(_) => Err(ReadMeta::BadValue(name)),
        };
        let flag = |name: &'static str| match map.get(name) {
            None => Ok(false),
            Some(Ipld::Bool(flag)) => Ok(*flag),
            Some(_) => Err(ReadMeta::BadValue(name)),
        };
        let shards = match (number("NumData")?, number("NumParity")?) {
            (None | Some(0), None | Some(0)) => None,
            (data, parity) => Some(ShardFacts {
                counts: ShardCounts::new(data.unwrap_or_default(), parity.unwrap_or_default())
                    .map_err(|_| ReadMeta::BadValue("NumData"))?,
                file_size: number("FileSize")?
                    .filter(|size| *size > 0)
                    .ok_or(ReadMeta::BadValue("FileSize"))?,
                is_dir: flag("IsDir")?,
            }),
        };
        let layout = FileLayout::default();
        let or = |given: Option<u64>, default: usize| {
            given.filter(|given| *given > 0).unwrap_or(default as u64)
        };
        Ok(MetaFacts {
            shards,
            chunk_size: or(number("ChunkSize")?, layout.chunk_len()),
            max_links: or(number("MaxLinks")?, layout.link_count()),
            trickle: flag("TrickleFormat")?,
            object,
        })
    }

    /// Emits the metadata's own DAG and returns its root.
    pub fn add(&self, layout: FileLayout, emit: &mut dyn FnMut(Block)) -> FileRoot {
        let layout = FileLayout {
            raw_leaves: false,
            ..layout
        };
        let mut tree = Balancer::of_kind(layout, NodeKind::TokenMeta);
        for chunk in self.to_bytes().chunks(layout.chunk_len()) {
            let leaf = layout.leaf_of(NodeKind::TokenMeta, chunk);
            emit(Block {
                cid: leaf.cid,
                bytes: leaf.block_bytes(chunk),
            });
            tree.push(leaf.link(), emit);
        }
        tree.finish(emit)
    }
}

/// Emits the root over metadata and the balanced file they are about.
pub fn attach(
    layout: FileLayout,
    meta: FileRoot,
    file: FileRoot,
    emit: &mut dyn FnMut(Block),
) -> FileRoot {
    let children = [(meta, meta.size), (file, file.size)];
    node_over(layout, NodeKind::File, &children, emit)
}

/// Emits the root over metadata and a trickle file or a file in shards.
///
/// go-btfs counts the file with all its nodes there, so an ordinary reader refuses the root.
pub fn attach_whole(
    layout: FileLayout,
    meta: FileRoot,
    data: FileRoot,
    emit: &mut dyn FnMut(Block),
) -> FileRoot {
    let children = [(meta, meta.size), (data, data.cumulative_size)];
    node_over(layout, NodeKind::File, &children, emit)
}

/// Where the two parts of a root with metadata lie.
pub(crate) type Parts = (Cid, Cid);
