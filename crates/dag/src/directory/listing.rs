//! Lists a directory, plain or sharded, one block at a time, with no I/O of its own.
//!
//! Shards are visited depth first, so what is kept is one row of links a level; a shard has no more
//! links than its fan-out, and the depth is that of the hash.

use std::collections::VecDeque;

use crate::dag_pb::{self, DecodeNode};
use crate::resolve::MAX_SHARD_DEPTH;
use crate::resolve::hamt::Width;
use crate::unixfs::{self, DecodeUnixFs, Link, NodeKind};
use crate::{Cid, Codec, codec_of};

/// What a listing wants or gives next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListStep {
    /// Supply this block to go on.
    Need(Cid),
    /// Some more entries: never none. Names come from others: they may repeat or try to climb.
    Entries(Vec<Link>),
    /// There are no more entries.
    Done,
}

/// Why a directory cannot be listed on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ListEntries {
    /// The address is of a file or something else with no entries.
    #[error("{cid} is not a directory but {kind:?}")]
    NotADirectory {
        /// The block.
        cid: Cid,
        /// What it is.
        kind: NodeKind,
    },
    /// The codec has no named links.
    #[error("{cid} has the codec {codec:#x}, which has no entries")]
    UnsupportedCodec {
        /// The block.
        cid: Cid,
        /// Its codec.
        codec: u64,
    },
    /// A block is not dag-pb.
    #[error("{cid} of the directory is not a readable node")]
    DecodeNode {
        /// The block.
        cid: Cid,
        /// What is wrong with it.
        source: DecodeNode,
    },
    /// A block is not UnixFS.
    #[error("{cid} of the directory is not a part of one")]
    DecodeUnixFs {
        /// The block.
        cid: Cid,
        /// What is wrong with it.
        source: DecodeUnixFs,
    },
    /// The shards make no sense, or lie deeper than the hash of a name reaches.
    #[error("{cid} is a broken shard of a large directory")]
    BrokenShard {
        /// The shard.
        cid: Cid,
    },
}

/// Lists one directory. A plain one comes in wire order, a sharded one in the order of its hashes.
#[derive(Debug, Clone)]
pub struct Listing {
    /// Blocks still to visit with their depth, the next one last.
    open: Vec<(Cid, usize)>,
    ready: VecDeque<Vec<Link>>,
}

impl Listing {
    /// A listing of the directory under `root`.
    pub fn new(root: Cid) -> Self {
        Listing {
            open: vec![(root, 0)],
            ready: VecDeque::new(),
        }
    }

    /// What to do next. Asking twice gives the same `Need`; entries are handed out once.
    pub fn poll(&mut self) -> ListStep {
        match (self.ready.pop_front(), self.open.last()) {
            (Some(entries), _) => ListStep::Entries(entries),
            (None, Some((cid, _))) => ListStep::Need(*cid),
            (None, None) => ListStep::Done,
        }
    }

    /// Gives the block asked for, verified. A block that was not asked for is ignored.
    pub fn supply(&mut self, cid: Cid, block: &[u8]) -> Result<(), ListEntries> {
        let Some((_, depth)) = self.open.pop_if(|(needed, _)| *needed == cid) else {
            return Ok(());
        };
        match codec_of(&cid) {
            Some(Codec::DagPb) => {}
            Some(Codec::Raw) => {
                return Err(ListEntries::NotADirectory {
                    cid,
                    kind: NodeKind::Raw,
                });
            }
            _ => {
                return Err(ListEntries::UnsupportedCodec {
                    cid,
                    codec: cid.codec(),
                });
            }
        }
        let node =
            dag_pb::decode(block).map_err(|source| ListEntries::DecodeNode { cid, source })?;
        let message = unixfs::decode(node.data.unwrap_or_default())
            .map_err(|source| ListEntries::DecodeUnixFs { cid, source })?;
        // How many characters of each name are the shard's.
        let prefix_len = match message.kind {
            NodeKind::Directory if depth == 0 => 0,
            NodeKind::HamtShard => {
                let fanout = message.fanout.unwrap_or_default();
                let fits = node.links.len() as u64 <= fanout && depth < MAX_SHARD_DEPTH;
                let width = Width::new(fanout).filter(|_| fits);
                width.ok_or(ListEntries::BrokenShard { cid })?.digits()
            }
            _ if depth > 0 => return Err(ListEntries::BrokenShard { cid }),
            kind => return Err(ListEntries::NotADirectory { cid, kind }),
        };
        let mut entries = Vec::new();
        let mut below = Vec::new();
        for link in &node.links {
            let Some((_, name)) = link.name.split_at_checked(prefix_len) else {
                return Err(ListEntries::BrokenShard { cid });
            };
            if prefix_len > 0 && name.is_empty() {
                below.push((link.cid, depth + 1));
            } else {
                let name = String::from_utf8_lossy(name).into_owned();
                entries.push(Link {
                    name,
                    cid: link.cid,
                    tsize: link.tsize,
                });
            }
        }
        self.open.extend(below.into_iter().rev());
        if !entries.is_empty() {
            self.ready.push_back(entries);
        }
        Ok(())
    }
}
