//! Rewriting segments: what rows still name is copied to the end of the log, then the file goes.
//!
//! The file is deleted only after two commits: the one that moves its last block, and the one that
//! calls it retired. A kill in between leaves a retired file, which opening deletes.

use std::io;
use std::sync::Arc;

use super::{CollectGarbage, Run};
use crate::batch::Batch;
use crate::core::Core;
use crate::entry::{FolderId, SegmentId};
use crate::error::{CommitBlocks, IndexFault, PutBlock};
use crate::flusher::RowChange;
use crate::index::{SegmentRow, SegmentState};
use crate::record::{self, SEGMENT_HEADER};
use crate::segments::{Place, Purpose};
use crate::verify::Progress;

/// Bytes that are moved in one batch.
const MOVE_BYTES: u64 = 16 << 20;
/// A folder is asked this often to become empty; puts that began before may still end in it.
const EMPTY_ROUNDS: usize = 16;

/// Why a segment could not be emptied.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum MoveBlocks {
    /// Reading the segment failed.
    #[error("reading the segment {segment} failed")]
    ReadSegment {
        /// The segment.
        segment: SegmentId,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Writing a block elsewhere failed.
    #[error("writing a moved block failed")]
    WriteBlock(#[from] PutBlock),
    /// Committing the moves failed.
    #[error("committing moved blocks failed")]
    Commit(#[from] CommitBlocks),
    /// The index failed.
    #[error("reading the index failed")]
    ReadIndex(#[from] IndexFault),
    /// Some blocks could not be read; a repair tells which.
    #[error("some blocks of storage folder {0} cannot be moved; run a repair")]
    BlocksLeft(FolderId),
}

impl From<io::Error> for MoveBlocks {
    fn from(source: io::Error) -> Self {
        Self::ReadSegment {
            segment: SegmentId(0),
            source,
        }
    }
}

/// Rewrites the segments with most garbage; false when it was cancelled.
pub(crate) fn rewrite(run: &mut Run<'_>) -> Result<bool, CollectGarbage> {
    let core = run.core;
    let above = run.options.rewrite_above;
    let wasteful = |row: &SegmentRow| {
        let used = row.len.saturating_sub(SEGMENT_HEADER as u64);
        used > 0 && used.saturating_sub(row.live) as f64 >= above * used as f64 && used > row.live
    };
    let failed = |error: MoveBlocks| CollectGarbage::RewriteSegment(Box::new(error));
    let rows = core.index.read(|snapshot| snapshot.segments())?;
    for (_, row) in rows
        .iter()
        .filter(|(_, row)| row.state == SegmentState::Active)
    {
        if wasteful(row) {
            core.segments.roll(row.folder);
        }
    }
    // An empty commit records the segments that were just sealed.
    Batch::new(Arc::clone(core))
        .commit()
        .map_err(|error| failed(error.into()))?;
    let mut rows = core.index.read(|snapshot| snapshot.segments())?;
    rows.sort_by_key(|(_, row)| row.live);
    for (id, row) in rows {
        if (run.cancel)() {
            return Ok(false);
        }
        if row.state != SegmentState::Sealed || !(wasteful(&row) || row.live == 0) {
            continue;
        }
        if !core.segments.is_online(row.folder) || core.segments.has_uncommitted(id) {
            continue;
        }
        match empty_segment(core, id, row, Purpose::Move(None)) {
            Ok(Some(freed)) => {
                run.report.segments += 1;
                run.report.freed_bytes += freed;
            }
            Ok(None) => {}
            // A damaged or full disk stops the rewriting of one segment, not the collection.
            Err(error) => tracing::warn!(segment = id, %error, "a segment could not be rewritten"),
        }
        (run.progress)(Progress {
            bytes: run.report.freed_bytes,
            ..Progress::default()
        });
    }
    Ok(true)
}

/// Moves everything out of a folder's segments and deletes them.
pub(crate) fn empty_folder(core: &Arc<Core>, folder: u32) -> Result<(), MoveBlocks> {
    for _ in 0..EMPTY_ROUNDS {
        core.segments.roll(folder);
        Batch::new(Arc::clone(core)).commit()?;
        let rows = core.index.read(|snapshot| snapshot.segments())?;
        let mut left = false;
        for (id, row) in rows.into_iter().filter(|(_, row)| row.folder == folder) {
            let movable = row.state == SegmentState::Sealed && !core.segments.has_uncommitted(id);
            if !movable || empty_segment(core, id, row, Purpose::Move(Some(folder)))?.is_none() {
                left = true;
            }
        }
        if !left {
            return Ok(());
        }
    }
    Err(MoveBlocks::BlocksLeft(FolderId(folder)))
}

/// Moves the blocks of a sealed segment and deletes it; gives its length, or `None` when rows
/// still name records that could not be read.
fn empty_segment(
    core: &Arc<Core>,
    id: u64,
    row: SegmentRow,
    purpose: Purpose,
) -> Result<Option<u64>, MoveBlocks> {
    if row.live > 0 {
        move_blocks(core, id, row.folder, purpose)?;
    }
    let retired = core.index.write(|tables| {
        let Some(row) = tables.segment(id)? else {
            return Ok::<_, IndexFault>(false);
        };
        if row.live > 0 {
            return Ok(false);
        }
        tables.set_segment(
            id,
            SegmentRow {
                state: SegmentState::Retired,
                ..row
            },
        )?;
        Ok(true)
    })?;
    if !retired {
        return Ok(None);
    }
    let wrong = |source| MoveBlocks::ReadSegment {
        segment: SegmentId(id),
        source,
    };
    let freed = core.segments.delete(row.folder, id).map_err(wrong)?;
    core.index.write(|tables| {
        tables.segments.remove(id)?;
        Ok::<_, IndexFault>(())
    })?;
    Ok(Some(freed))
}

fn move_blocks(core: &Arc<Core>, id: u64, folder: u32, purpose: Purpose) -> Result<(), MoveBlocks> {
    let wrong = |source| MoveBlocks::ReadSegment {
        segment: SegmentId(id),
        source,
    };
    let file = core.segments.reader(folder, id).map_err(wrong)?;
    let mut batch = Batch::new(Arc::clone(core));
    let mut bytes = 0_u64;
    let mut visit = |offset: u64, record: record::Record<'_>| -> Result<(), MoveBlocks> {
        let len = record.body.len() as u32;
        let from = Place {
            folder,
            segment: id,
            offset,
        };
        let entry = core.index.entry(&record.key)?;
        if !entry.is_some_and(|entry| entry.locations.contains(&from.location(len))) {
            return Ok(());
        }
        let to = core
            .segments
            .append(&record.key, record.flags, &[record.body], purpose)?;
        batch.change(record.key, len, RowChange::Move { from, to });
        bytes += u64::from(len);
        if bytes >= MOVE_BYTES {
            bytes = 0;
            std::mem::replace(&mut batch, Batch::new(Arc::clone(core))).commit()?;
        }
        Ok(())
    };
    record::scan(file.as_ref(), SEGMENT_HEADER as u64, &mut visit)?;
    batch.commit()?;
    Ok(())
}
