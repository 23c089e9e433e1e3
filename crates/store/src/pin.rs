//! Pins: what must be kept, and whether its bytes must be our own.

use std::collections::HashSet;
use std::sync::Arc;

use dag::Cid;

use crate::batch::Batch;
use crate::core::Core;
use crate::error::{CommitBlocks, GetBlock, IndexFault, PutBlock};
use crate::index::Snapshot;
use crate::key::{Address, RAW, address};
use crate::segments::Purpose;

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
    /// It was cancelled; [`crate::Store::complete_pins`] goes on.
    #[error("copying blocks in was cancelled")]
    Cancelled,
    /// The pin could not be committed.
    #[error("committing the pin failed")]
    Commit(#[source] Box<CommitBlocks>),
    /// The index could not be read.
    #[error("reading the index failed")]
    ReadIndex(#[from] IndexFault),
}

/// A batch of copied blocks is committed when it has this many rows.
const COPY_ROWS: usize = 256;

/// Copies in what bytes-required pins lack, and records that it is done.
pub(crate) fn copy_in(
    core: &Arc<Core>,
    pins: &[Pin],
    cancel: &dyn Fn() -> bool,
) -> Result<(), PinBlocks> {
    for pin in pins {
        if core.index.read(has_uncopied)? {
            copy_dag(core, pin, cancel)?;
        }
    }
    if !pins.is_empty() {
        let batch = Batch::new(Arc::clone(core));
        pins.iter().for_each(|pin| batch.pin_copied(pin));
        batch
            .commit()
            .map_err(|error| PinBlocks::Commit(Box::new(error)))?;
    }
    Ok(())
}

/// Fails with the first block below `roots` that the store does not know.
pub(crate) fn check_complete(
    core: &Arc<Core>,
    roots: &[Cid],
    cancel: &dyn Fn() -> bool,
) -> Result<(), PinBlocks> {
    let mut stack = roots.to_vec();
    let mut seen = HashSet::new();
    while let Some(cid) = stack.pop() {
        if cancel() {
            return Err(PinBlocks::Cancelled);
        }
        let key = match address(&cid) {
            Address::Stored(key) => key,
            Address::Inline(_) => continue,
            Address::Unsupported => return Err(PinBlocks::MissingBlock(cid)),
        };
        if !seen.insert((key, cid.codec())) {
            continue;
        }
        let Some(entry) = core.index.entry(&key)? else {
            return Err(PinBlocks::MissingBlock(cid));
        };
        if cid.codec() == RAW || entry.is_leaf() {
            continue;
        }
        let bytes = core
            .get(&cid)
            .map_err(|source| PinBlocks::ReadBlock { cid, source })?
            .ok_or(PinBlocks::MissingBlock(cid))?;
        stack.extend(dag::links(&cid, &bytes).map_err(|_| PinBlocks::DecodeBlock(cid))?);
    }
    Ok(())
}

fn has_uncopied(snapshot: &Snapshot) -> Result<bool, IndexFault> {
    Ok(snapshot.counter(crate::index::counter::REFERENCED)? > 0)
}

fn copy_dag(core: &Arc<Core>, pin: &Pin, cancel: &dyn Fn() -> bool) -> Result<(), PinBlocks> {
    let mut batch = Batch::new(Arc::clone(core));
    let mut stack = vec![pin.cid];
    let mut seen = HashSet::new();
    while let Some(cid) = stack.pop() {
        if cancel() {
            return Err(PinBlocks::Cancelled);
        }
        let Address::Stored(key) = address(&cid) else {
            continue;
        };
        if !seen.insert((key, cid.codec())) {
            continue;
        }
        let Some(entry) = core.index.entry(&key)? else {
            return Err(PinBlocks::MissingBlock(cid));
        };
        let wants_links = pin.recursive && cid.codec() != RAW && !entry.is_leaf();
        let own = entry.has_own_copy();
        if own && !wants_links {
            continue;
        }
        let bytes = core
            .get(&cid)
            .map_err(|source| PinBlocks::ReadBlock { cid, source })?
            .ok_or(PinBlocks::MissingBlock(cid))?;
        if !own {
            batch
                .put_for(&cid, &[&bytes], Purpose::Put)
                .map_err(PinBlocks::CopyBlock)?;
            if batch.len() >= COPY_ROWS {
                let full = std::mem::replace(&mut batch, Batch::new(Arc::clone(core)));
                full.commit()
                    .map_err(|error| PinBlocks::Commit(Box::new(error)))?;
            }
        }
        if wants_links {
            let links = dag::links(&cid, &bytes).map_err(|_| PinBlocks::DecodeBlock(cid))?;
            stack.extend(links);
        }
    }
    batch
        .commit()
        .map_err(|error| PinBlocks::Commit(Box::new(error)))
}
