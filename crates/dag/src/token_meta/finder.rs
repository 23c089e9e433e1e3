//! Finds out whether a root has token metadata, with no I/O of its own.
//!
//! An ordinary file costs no more than its root and its first block, which are read anyway.

use super::Parts;
use crate::dag_pb;
use crate::unixfs::{self, NodeKind};
use crate::{Cid, Codec, codec_of};

/// What a finder wants or found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetaStep {
    /// Supply this block to go on.
    Need(Cid),
    /// This is what the root is.
    Done(MetaRoot),
}

/// What a root is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetaRoot {
    /// It has no metadata: a file, a directory, or anything else.
    Plain,
    /// It is itself the metadata of something.
    Metadata,
    /// It has metadata and what they are about.
    With {
        /// The root of the metadata: a file for [`FileCursor`](crate::FileCursor).
        meta: Cid,
        /// The root of the data: a file, or the node over shards.
        data: Cid,
    },
}

/// A block of a root was not what its codec says.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FindMeta {
    /// A block is not dag-pb.
    #[error("{cid} is not a readable node")]
    DecodeNode {
        /// The block.
        cid: Cid,
        /// What is wrong with it.
        source: dag_pb::DecodeNode,
    },
    /// A block is not UnixFS.
    #[error("{cid} is not a part of a file")]
    DecodeUnixFs {
        /// The block.
        cid: Cid,
        /// What is wrong with it.
        source: unixfs::DecodeUnixFs,
    },
}

/// Looks at one root: `poll` says which block it needs, `supply` gives it (verified).
#[derive(Debug, Clone)]
pub struct MetaFinder {
    step: MetaStep,
    /// The links of the root, once it was found to have two.
    parts: Option<Parts>,
}

impl MetaFinder {
    /// A finder for `root`.
    pub fn new(root: Cid) -> Self {
        let step = match codec_of(&root) {
            Some(Codec::DagPb) => MetaStep::Need(root),
            _ => MetaStep::Done(MetaRoot::Plain),
        };
        MetaFinder { step, parts: None }
    }

    /// What to do next. Asking twice gives the same answer.
    pub fn poll(&self) -> MetaStep {
        self.step
    }

    /// Gives the block asked for. A block that was not asked for is ignored.
    pub fn supply(&mut self, cid: Cid, block: &[u8]) -> Result<(), FindMeta> {
        if self.step != MetaStep::Need(cid) {
            return Ok(());
        }
        let node = dag_pb::decode(block).map_err(|source| FindMeta::DecodeNode { cid, source })?;
        let message = unixfs::decode(node.data.unwrap_or_default())
            .map_err(|source| FindMeta::DecodeUnixFs { cid, source })?;
        self.step = match (self.parts, message.kind, node.links.as_slice()) {
            (None, NodeKind::TokenMeta, _) => MetaStep::Done(MetaRoot::Metadata),
            (None, NodeKind::File, [meta, data]) if codec_of(&meta.cid) == Some(Codec::DagPb) => {
                self.parts = Some((meta.cid, data.cid));
                MetaStep::Need(meta.cid)
            }
            (Some((meta, data)), NodeKind::TokenMeta, _) => {
                MetaStep::Done(MetaRoot::With { meta, data })
            }
            _ => MetaStep::Done(MetaRoot::Plain),
        };
        Ok(())
    }
}
