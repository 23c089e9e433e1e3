//! Pins: what must be kept, and whether its bytes must be our own.

use dag::Cid;

use crate::error::{CommitBlocks, GetBlock, IndexFault, PutBlock};

/// What a pin asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinKind {
    /// Own copies in segments: a change of the user's file does not matter.
    BytesRequired,
    /// A range of the user's file will do.
    ReferenceOk,
}

/// One pin: everything reachable from `cid` is kept. The same root may be pinned under several
/// names; each is its own pin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// The root.
    pub cid: Cid,
    /// Who or what pinned it; free text, may be empty.
    pub name: String,
    /// What it asks for.
    pub kind: PinKind,
    /// Whether it holds the whole DAG (else the one block).
    pub recursive: bool,
    /// When it was made, milliseconds since the Unix epoch.
    pub created_ms: u64,
    /// True once every block of a bytes-required pin was seen to have its own copy.
    pub copied: bool,
}

/// Why a pin could not be made or its bytes not be copied in.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PinBlocks {
    /// A block of the DAG is not in the store.
    #[error("the block {0} is not in the store")]
    MissingBlock(Cid),
    /// A block could not be read.
    #[error("reading the block {cid} failed")]
    ReadBlock {
        /// The block.
        cid: Cid,
        /// Why.
        #[source]
        source: GetBlock,
    },
    /// A block is not valid in its codec, so its links are unknown.
    #[error("the block {0} cannot be decoded")]
    DecodeBlock(Cid),
    /// A block's bytes could not be copied in.
    #[error("copying a block in failed")]
    CopyBlock(#[source] PutBlock),
    /// The pin could not be committed.
    #[error("committing the pin failed")]
    Commit(#[source] Box<CommitBlocks>),
    /// The index could not be read.
    #[error("reading the index failed")]
    ReadIndex(#[from] IndexFault),
}
