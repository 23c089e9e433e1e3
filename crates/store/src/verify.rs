//! Verify and repair: hash every block again, say what is bad and where, mend what can be mended.

use dag::Cid;

use crate::entry::{Location, SourceId};
use crate::error::{CommitBlocks, IndexFault, PutBlock};

/// How far a long operation is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Blocks done.
    pub blocks: u64,
    /// Blocks in all.
    pub blocks_total: u64,
    /// Bytes done.
    pub bytes: u64,
}

/// What is wrong with one location of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The bytes do not match the checksum or the hash.
    Damaged,
    /// The user's file has other bytes.
    SourceChanged,
    /// The user's file is gone.
    SourceMissing,
    /// The disk is not connected; nothing is known to be wrong.
    Offline,
    /// What it is derived from cannot be read.
    Underivable,
    /// Reading failed.
    Unreadable,
}

/// One location that does not give the block's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadBlock {
    /// The block, as a raw CIDv1 when its codec is not known.
    pub cid: Cid,
    /// The location.
    pub location: Location,
    /// What is wrong with it.
    pub fault: Fault,
    /// True when another location gives the bytes.
    pub other_good: bool,
}

/// What a verification found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VerifyReport {
    /// Blocks checked.
    pub blocks: u64,
    /// Bytes checked.
    pub bytes: u64,
    /// Bad locations; the first 10,000.
    pub bad: Vec<BadBlock>,
    /// All bad locations, offline ones not counted.
    pub bad_count: u64,
    /// Locations on disks that are not connected.
    pub offline_count: u64,
    /// Index rows that disagree with the segments' table.
    pub inconsistencies: u64,
    /// True when it was cancelled.
    pub cancelled: bool,
}

impl VerifyReport {
    /// True when nothing is wrong with what could be read.
    pub fn is_clean(&self) -> bool {
        self.bad_count == 0 && self.inconsistencies == 0
    }
}

/// What a repair did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RepairReport {
    /// The verification it began with.
    pub found: VerifyReport,
    /// Bad locations dropped because another one is good.
    pub dropped: u64,
    /// Blocks whose bytes were written anew from a source or derivation.
    pub rewritten: u64,
    /// Sources whose recorded times were brought up to date after all their blocks matched.
    pub refreshed_sources: Vec<SourceId>,
    /// Blocks that nothing here can give; peers may.
    pub lost: Vec<Cid>,
}

/// Why a verification or repair stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyBlocks {
    /// The index could not be read.
    #[error("reading the index failed")]
    ReadIndex(#[from] IndexFault),
    /// A mended block could not be written.
    #[error("writing a mended block failed")]
    WriteBlock(#[from] PutBlock),
    /// The repair could not be committed.
    #[error("committing the repair failed")]
    Commit(#[from] CommitBlocks),
}
