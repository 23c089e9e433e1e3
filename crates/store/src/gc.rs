//! Garbage collection: mark from the pins, sweep the index, rewrite segments with much garbage.

use crate::error::IndexFault;

/// How to collect.
#[derive(Debug, Clone, PartialEq)]
pub struct GcOptions {
    /// A segment is rewritten when at least this part of it is garbage (0 to 1). Default 0.25.
    pub rewrite_above: f64,
    /// Bound on the memory of the mark phase, in bytes. Default 128 MiB.
    pub memory_bytes: u64,
}

impl Default for GcOptions {
    fn default() -> Self {
        Self {
            rewrite_above: 0.25,
            memory_bytes: 128 << 20,
        }
    }
}

/// What a collection did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GcReport {
    /// Blocks that pins reach.
    pub marked: u64,
    /// Blocks that were dropped from the index.
    pub removed: u64,
    /// Bytes of those blocks.
    pub removed_bytes: u64,
    /// Segments that were rewritten or deleted.
    pub segments: u64,
    /// Bytes given back to the disk.
    pub freed_bytes: u64,
    /// Blocks reachable from pins that are not here.
    pub missing: u64,
    /// True when the collection took up an interrupted one.
    pub resumed: bool,
    /// True when it was cancelled; the next one goes on from there.
    pub cancelled: bool,
}

/// Why a collection stopped. Nothing that a pin reaches was dropped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CollectGarbage {
    /// Another collection is running.
    #[error("a garbage collection is running already")]
    Running,
    /// The index was rebuilt from segments, which know no pins; the owner must pin what it keeps
    /// and call [`crate::Store::confirm_pins`] first.
    #[error("the pins were lost with the index and are not confirmed yet")]
    PinsUnknown,
    /// A pinned block could not be read, so what it links to is unknown.
    #[error("reading the pinned block {cid} failed")]
    ReadBlock {
        /// The block.
        cid: dag::Cid,
        /// Why.
        #[source]
        source: crate::error::GetBlock,
    },
    /// Moving blocks out of a segment failed.
    #[error("rewriting a segment failed")]
    RewriteSegment(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The checkpoint could not be written.
    #[error("writing the checkpoint failed")]
    WriteCheckpoint(#[source] std::io::Error),
    /// The index failed.
    #[error("changing the index failed")]
    WriteIndex(#[from] IndexFault),
}
