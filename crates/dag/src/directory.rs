//! Directories and symlinks.
//!
//! Deterministic like go: links sorted by the bytes of their names, sizes cumulative. A directory
//! is one node, or a trie of shards when it is large ([`Sharding`]); [`Listing`] and
//! [`crate::resolve`] read both.

use std::collections::BTreeMap;

use bytes::Bytes;

use crate::dag_pb::{self, PbLink};
use crate::unixfs::{self, InspectNode, Link, NodeKind, UnixFs};
use crate::{Block, Cid, CidVersion, Codec, MAX_BLOCK_LEN, cid_of};

pub use self::listing::{ListEntries, ListStep, Listing};

mod listing;
mod sharded;

/// Directories estimated above this many bytes are sharded, as kubo does: 256 KiB.
///
/// BTFS reads sharded directories and shards none by default, so it shards here only what would
/// soon be too large a block for it.
pub const SHARD_THRESHOLD: u64 = 262_144;

/// When a directory is written as a trie of shards instead of one node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sharding {
    /// When its estimated size is above [`SHARD_THRESHOLD`].
    #[default]
    Auto,
    /// When its estimated size is above this many bytes.
    Above(u64),
    /// Never: what [`DirectoryBuilder::finish`] does.
    Never,
}

/// The longest name of an entry, in bytes: what file systems allow.
pub const MAX_NAME_LEN: usize = 255;

/// Why an entry was not added.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum AddEntry {
    /// The name is empty, `.`, `..`, too long, or has a slash or a NUL in it.
    #[error("{0:?} cannot be the name of an entry")]
    BadName(String),
    /// The directory has an entry of that name.
    #[error("the directory already has an entry named {0:?}")]
    Duplicate(String),
}

/// Why a directory was not built.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum BuildDirectory {
    /// The directory does not fit in one block that peers accept.
    #[error("the directory has {entries} entries and would be a block of {len} bytes, too large")]
    TooLarge {
        /// How many entries it has.
        entries: usize,
        /// How long the block would be.
        len: usize,
    },
    /// Two names have the same 64-bit hash, so no shard can hold both.
    #[error("the name {0:?} collides with another one in a large directory")]
    HashCollision(String),
}

/// A finished directory or symlink.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its block.
    pub block: Block,
    /// Bytes of all blocks below and the node itself: the `Tsize` of links to it.
    pub cumulative_size: u64,
}

/// Collects the entries of one directory, in any order.
#[derive(Debug, Clone, Default)]
pub struct DirectoryBuilder {
    entries: BTreeMap<String, (Cid, u64)>,
}

impl DirectoryBuilder {
    /// An empty directory.
    pub fn new() -> Self {
        DirectoryBuilder::default()
    }

    /// Adds an entry. `cumulative_size` is that of the file, directory or symlink linked to.
    pub fn add(&mut self, name: &str, cid: Cid, cumulative_size: u64) -> Result<(), AddEntry> {
        let bad = matches!(name, "" | "." | "..")
            || name.len() > MAX_NAME_LEN
            || name.contains(['/', '\0']);
        if bad {
            return Err(AddEntry::BadName(name.to_owned()));
        }
        if self.entries.contains_key(name) {
            return Err(AddEntry::Duplicate(name.to_owned()));
        }
        self.entries.insert(name.to_owned(), (cid, cumulative_size));
        Ok(())
    }

    /// How many entries were added.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether no entry was added.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The size kubo compares with its threshold: bytes of all names and addresses.
    pub fn estimated_size(&self) -> u64 {
        self.entries
            .iter()
            .map(|(name, (cid, _))| name.len() as u64 + cid.encoded_len() as u64)
            .sum()
    }

    /// Encodes the directory, in shards when it is large. Shards below the top go to `emit`; the
    /// top, or the only node, is returned.
    pub fn build(
        self,
        version: CidVersion,
        sharding: Sharding,
        emit: &mut dyn FnMut(Block),
    ) -> Result<Entry, BuildDirectory> {
        let threshold = match sharding {
            Sharding::Auto => SHARD_THRESHOLD,
            Sharding::Above(threshold) => threshold,
            Sharding::Never => u64::MAX,
        };
        if self.estimated_size() <= threshold {
            return self.finish(version);
        }
        let entries = self
            .entries
            .iter()
            .map(|(name, (cid, tsize))| (name.as_str(), *cid, *tsize));
        sharded::build(entries, version, emit)
    }

    /// Encodes the directory as one node.
    pub fn finish(self, version: CidVersion) -> Result<Entry, BuildDirectory> {
        let links: Vec<PbLink<'_>> = self
            .entries
            .iter()
            .map(|(name, (cid, tsize))| PbLink {
                cid: *cid,
                name: name.as_bytes(),
                tsize: *tsize,
            })
            .collect();
        let data = unixfs::encode(&UnixFs::new(NodeKind::Directory));
        let entry = finish_node(version, &links, &data);
        let len = entry.block.bytes.len();
        if len > MAX_BLOCK_LEN {
            return Err(BuildDirectory::TooLarge {
                entries: links.len(),
                len,
            });
        }
        Ok(entry)
    }
}

/// Encodes a symlink to `target`, which is kept as it is and followed by nobody here.
pub fn symlink(version: CidVersion, target: &str) -> Entry {
    let mut message = UnixFs::new(NodeKind::Symlink);
    message.data = Some(target.as_bytes());
    finish_node(version, &[], &unixfs::encode(&message))
}

fn finish_node(version: CidVersion, links: &[PbLink<'_>], data: &[u8]) -> Entry {
    let bytes: Bytes = dag_pb::encode(links, Some(data));
    let cid = cid_of(Codec::DagPb, version, &bytes);
    let below = links
        .iter()
        .fold(0u64, |sum, link| sum.saturating_add(link.tsize));
    let cumulative_size = below.saturating_add(bytes.len() as u64);
    Entry {
        block: Block { cid, bytes },
        cumulative_size,
    }
}

/// Why a directory was not listed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ListDirectory {
    /// The block is not a readable node.
    #[error("the block is not a readable directory")]
    InspectNode(#[from] InspectNode),
    /// The node is a file or something else with no entries.
    #[error("this is not a directory but {0:?}")]
    NotADirectory(NodeKind),
}

/// The entries of a directory in one block, in wire order.
///
/// Names come from others: they may repeat, be empty, or try to climb (`../`).
/// A shard of a large directory is refused as [`ListDirectory::NotADirectory`]: [`Listing`] reads
/// both.
pub fn list(cid: &Cid, block: &[u8]) -> Result<Vec<Link>, ListDirectory> {
    let summary = unixfs::inspect(cid, block)?;
    match summary.kind {
        NodeKind::Directory => Ok(summary.links),
        kind => Err(ListDirectory::NotADirectory(kind)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_sorted_and_bad_names_refused() {
        let file = cid_of(Codec::Raw, CidVersion::V1, b"x");
        let mut builder = DirectoryBuilder::new();
        for name in ["b", "a", "Z", "\u{e4}"] {
            builder.add(name, file, 1).unwrap();
        }
        assert_eq!(
            builder.add("a", file, 1),
            Err(AddEntry::Duplicate("a".into()))
        );
        for bad in ["", ".", "..", "a/b", "a\0", &"n".repeat(256)] {
            assert_eq!(
                builder.add(bad, file, 1),
                Err(AddEntry::BadName(bad.into()))
            );
        }
        let entry = builder.finish(CidVersion::V0).unwrap();
        let listed = list(&entry.block.cid, &entry.block.bytes).unwrap();
        let names: Vec<_> = listed.iter().map(|link| link.name.as_str()).collect();
        assert_eq!(names, ["Z", "a", "b", "\u{e4}"]);
        assert_eq!(entry.cumulative_size, entry.block.bytes.len() as u64 + 4);
    }

    #[test]
    fn the_empty_directory_has_its_known_address() {
        let entry = DirectoryBuilder::new().finish(CidVersion::V0).unwrap();
        assert_eq!(
            entry.block.cid.to_string(),
            "QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn"
        );
    }

    #[test]
    fn a_directory_that_no_peer_would_take_is_refused() {
        let file = cid_of(Codec::Raw, CidVersion::V1, b"x");
        let mut builder = DirectoryBuilder::new();
        for index in 0..10_000 {
            builder.add(&format!("{index:0>250}"), file, 1).unwrap();
        }
        assert!(matches!(
            builder.finish(CidVersion::V0),
            Err(BuildDirectory::TooLarge {
                entries: 10_000,
                ..
            })
        ));
    }
}
