//! UnixFS: what a dag-pb node means as a file, a directory or a symlink.
//!
//! Every type is decoded, BTFS's `TokenMeta` too. Unknown fields are skipped (BTFS and IPFS give
//! field 8, the modification time, different types); `mode` is kept, `mtime` is not.
//!
//! <https://specs.ipfs.tech/unixfs/>; BTFS adds type 6 in go-unixfs/pb/unixfs.proto.

use crate::dag_pb::{self, DecodeNode};
use crate::protobuf::{DecodeProtobuf, Fields, Value, put_bytes, put_number, read_varint};
use crate::{Cid, Codec, codec_of};

/// What a UnixFS node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NodeKind {
    /// Bytes of a file: a raw block, or the old `Raw` type of leaves.
    Raw,
    /// A directory in one node.
    Directory,
    /// A file, or a part of one.
    File,
    /// The `Metadata` type, which no writer in use makes.
    Metadata,
    /// A symlink; the data is its target.
    Symlink,
    /// A shard of a large directory.
    HamtShard,
    /// BTFS only: token metadata, read like a file.
    TokenMeta,
}

impl NodeKind {
    pub(crate) const fn number(self) -> u64 {
        match self {
            NodeKind::Raw => 0,
            NodeKind::Directory => 1,
            NodeKind::File => 2,
            NodeKind::Metadata => 3,
            NodeKind::Symlink => 4,
            NodeKind::HamtShard => 5,
            NodeKind::TokenMeta => 6,
        }
    }

    const fn from_number(number: u64) -> Option<Self> {
        Some(match number {
            0 => NodeKind::Raw,
            1 => NodeKind::Directory,
            2 => NodeKind::File,
            3 => NodeKind::Metadata,
            4 => NodeKind::Symlink,
            5 => NodeKind::HamtShard,
            6 => NodeKind::TokenMeta,
            _ => return None,
        })
    }

    /// Whether the node's bytes can be read as a file.
    pub const fn is_file(self) -> bool {
        matches!(self, NodeKind::File | NodeKind::Raw | NodeKind::TokenMeta)
    }
}

/// The UnixFS message of a node, borrowed from its block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnixFs<'a> {
    /// What the node is.
    pub kind: NodeKind,
    /// File bytes, symlink target or shard bitmap.
    pub data: Option<&'a [u8]>,
    /// Bytes of the file below this node, the node's own data included.
    pub file_size: Option<u64>,
    /// Bytes of the file below each link, in the order of the links.
    pub block_sizes: Vec<u64>,
    /// Sharded directories: the multihash code of the name hash.
    pub hash_type: Option<u64>,
    /// Sharded directories: children of a full node.
    pub fanout: Option<u64>,
    /// Unix permission bits, where the writer kept them.
    pub mode: Option<u32>,
}

impl<'a> UnixFs<'a> {
    /// A message with a kind and nothing else, as empty directories have.
    pub const fn new(kind: NodeKind) -> Self {
        UnixFs {
            kind,
            data: None,
            file_size: None,
            block_sizes: Vec::new(),
            hash_type: None,
            fanout: None,
            mode: None,
        }
    }
}

/// Why bytes are not a UnixFS message.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeUnixFs {
    /// The bytes are not protobuf.
    #[error("the UnixFS part of the node is not a protobuf message")]
    ReadFields(#[from] DecodeProtobuf),
    /// A known field has another wire type, or stands twice.
    #[error("the UnixFS field {0} is malformed")]
    MalformedField(u32),
    /// The required type is missing or unknown (the number is given).
    #[error("the UnixFS node has no known type ({0:?})")]
    UnknownKind(Option<u64>),
}

/// Reads a UnixFS message: the data of a dag-pb node.
pub fn decode(message: &[u8]) -> Result<UnixFs<'_>, DecodeUnixFs> {
    let mut kind = None;
    let mut unixfs = UnixFs::new(NodeKind::Raw);
    for field in Fields::new(message) {
        match field? {
            (1, Value::Varint(number)) if kind.is_none() => kind = Some(number),
            (2, Value::Bytes(data)) if unixfs.data.is_none() => unixfs.data = Some(data),
            (3, Value::Varint(size)) => set_once(3, &mut unixfs.file_size, size)?,
            (4, Value::Varint(size)) => unixfs.block_sizes.push(size),
            // The packed form, which proto3 writers make.
            (4, Value::Bytes(mut packed)) => {
                while !packed.is_empty() {
                    let (size, rest) = read_varint(packed)?;
                    unixfs.block_sizes.push(size);
                    packed = rest;
                }
            }
            (5, Value::Varint(code)) => set_once(5, &mut unixfs.hash_type, code)?,
            (6, Value::Varint(fanout)) => set_once(6, &mut unixfs.fanout, fanout)?,
            (7, Value::Varint(mode)) => {
                let mode = u32::try_from(mode).map_err(|_| DecodeUnixFs::MalformedField(7))?;
                set_once(7, &mut unixfs.mode, mode)?;
            }
            (number @ 1..=7, _) => return Err(DecodeUnixFs::MalformedField(number)),
            _ => {}
        }
    }
    unixfs.kind = kind
        .and_then(NodeKind::from_number)
        .ok_or(DecodeUnixFs::UnknownKind(kind))?;
    Ok(unixfs)
}

fn set_once<T>(field: u32, slot: &mut Option<T>, value: T) -> Result<(), DecodeUnixFs> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(DecodeUnixFs::MalformedField(field)),
    }
}

/// Writes a UnixFS message, field by field in number order, sizes not packed: as go does.
pub fn encode(unixfs: &UnixFs<'_>) -> Vec<u8> {
    let data_len = unixfs.data.map_or(0, <[u8]>::len);
    let mut out = Vec::with_capacity(data_len + 24 + unixfs.block_sizes.len() * 5);
    put_number(&mut out, 1, unixfs.kind.number());
    if let Some(data) = unixfs.data {
        put_bytes(&mut out, 2, data);
    }
    if let Some(size) = unixfs.file_size {
        put_number(&mut out, 3, size);
    }
    for size in &unixfs.block_sizes {
        put_number(&mut out, 4, *size);
    }
    let rest = [
        (5, unixfs.hash_type),
        (6, unixfs.fanout),
        (7, unixfs.mode.map(u64::from)),
    ];
    for (field, value) in rest {
        if let Some(value) = value {
            put_number(&mut out, field, value);
        }
    }
    out
}

/// A link, owned, with its name as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The name; bytes that are not UTF-8 are replaced. Hostile: not a safe file name.
    pub name: String,
    /// The block linked to.
    pub cid: Cid,
    /// The cumulative size in bytes of the DAG below, as its writer claims.
    pub tsize: u64,
}

/// What one block says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeSummary {
    /// What the node is.
    pub kind: NodeKind,
    /// Bytes of the file; of the target of a symlink; 0 for directories.
    pub size: u64,
    /// The links, in wire order. Those of a [`NodeKind::HamtShard`] carry the shard prefix.
    pub links: Vec<Link>,
    /// The target, when the node is a symlink; bytes that are not UTF-8 are replaced.
    pub target: Option<String>,
    /// Unix permission bits, where the writer kept them.
    pub mode: Option<u32>,
}

/// Why a block cannot be described.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InspectNode {
    /// The codec of the address is neither raw nor dag-pb.
    #[error("the codec {0:#x} holds no files or directories")]
    UnsupportedCodec(u64),
    /// The block is not dag-pb.
    #[error("the block is not a readable node")]
    DecodeNode(#[from] DecodeNode),
    /// The dag-pb node has no data, so it is no UnixFS.
    #[error("the node says nothing of what it is")]
    NoUnixFs,
    /// The data is not UnixFS.
    #[error("the node is not a file or directory")]
    DecodeUnixFs(#[from] DecodeUnixFs),
}

/// Describes one block. The claims of a hostile block are hostile: sizes are not checked below it.
pub fn inspect(cid: &Cid, block: &[u8]) -> Result<NodeSummary, InspectNode> {
    match codec_of(cid) {
        Some(Codec::Raw) => {
            return Ok(NodeSummary {
                kind: NodeKind::Raw,
                size: block.len() as u64,
                links: Vec::new(),
                target: None,
                mode: None,
            });
        }
        Some(Codec::DagPb) => {}
        _ => return Err(InspectNode::UnsupportedCodec(cid.codec())),
    }
    let node = dag_pb::decode(block)?;
    let unixfs = decode(node.data.ok_or(InspectNode::NoUnixFs)?)?;
    let data_len = unixfs.data.map_or(0, <[u8]>::len) as u64;
    let size = match unixfs.kind {
        NodeKind::Directory | NodeKind::HamtShard => 0,
        NodeKind::Symlink => data_len,
        _ => unixfs.file_size.unwrap_or_else(|| {
            unixfs
                .block_sizes
                .iter()
                .fold(data_len, |sum, size| sum.saturating_add(*size))
        }),
    };
    let target = (unixfs.kind == NodeKind::Symlink)
        .then(|| String::from_utf8_lossy(unixfs.data.unwrap_or_default()).into_owned());
    let links = node
        .links
        .iter()
        .map(|link| Link {
            name: String::from_utf8_lossy(link.name).into_owned(),
            cid: link.cid,
            tsize: link.tsize,
        })
        .collect();
    Ok(NodeSummary {
        kind: unixfs.kind,
        size,
        links,
        target,
        mode: unixfs.mode,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_survives_the_round_trip_and_the_seventh_does_not_exist() {
        for number in 0..7 {
            let kind = NodeKind::from_number(number).unwrap();
            assert_eq!(kind.number(), number);
            let mut unixfs = UnixFs::new(kind);
            unixfs.data = Some(b"data");
            unixfs.block_sizes = vec![0, 1, u64::MAX];
            unixfs.mode = Some(0o755);
            assert_eq!(decode(&encode(&unixfs)), Ok(unixfs));
        }
        assert_eq!(
            decode(&[0x08, 0x07]),
            Err(DecodeUnixFs::UnknownKind(Some(7)))
        );
        assert_eq!(decode(&[]), Err(DecodeUnixFs::UnknownKind(None)));
    }

    #[test]
    fn packed_sizes_and_both_mtime_types_are_read() {
        let packed = [0x08, 2, 0x18, 3, 0x22, 2, 1, 2];
        assert_eq!(decode(&packed).unwrap().block_sizes, [1, 2]);
        for mtime in [&[0x40, 0x7f][..], &[0x42, 2, 0x08, 0x01]] {
            let message = [&[0x08, 1][..], mtime].concat();
            assert_eq!(decode(&message).unwrap().kind, NodeKind::Directory);
        }
    }

    #[test]
    fn fields_that_repeat_or_have_another_type_are_refused() {
        for (message, number) in [
            (&[0x08, 2, 0x08, 2][..], 1),
            (&[0x08, 2, 0x12, 0, 0x12, 0], 2),
            (&[0x08, 2, 0x18, 1, 0x18, 1], 3),
            (&[0x08, 2, 0x1a, 0], 3),
            (&[0x08, 1, 0x38, 0xff, 0xff, 0xff, 0xff, 0x7f], 7),
        ] {
            assert_eq!(decode(message), Err(DecodeUnixFs::MalformedField(number)));
        }
    }

    #[test]
    fn old_nodes_without_a_size_are_summed() {
        let mut message = UnixFs::new(NodeKind::File);
        message.data = Some(b"abc");
        message.block_sizes = vec![4, u64::MAX];
        let block = dag_pb::encode(&[], Some(&encode(&message)));
        let cid = crate::cid_of(Codec::DagPb, crate::CidVersion::V0, &block);
        assert_eq!(
            inspect(&cid, &block).unwrap().size,
            u64::MAX,
            "the sum saturates"
        );
        let manifest = crate::cid_of(Codec::DagCbor, crate::CidVersion::V1, &block);
        assert!(matches!(
            inspect(&manifest, &block),
            Err(InspectNode::UnsupportedCodec(0x71))
        ));
        let bare = crate::cid_of(Codec::DagPb, crate::CidVersion::V0, &[]);
        assert!(matches!(inspect(&bare, &[]), Err(InspectNode::NoUnixFs)));
    }
}
