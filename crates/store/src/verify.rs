//! Verify and repair: hash every block again, say what is bad and where, mend what can be mended.

pub(crate) mod repair;

use std::collections::BTreeMap;
use std::sync::Arc;

use dag::Cid;

use crate::core::Core;
use crate::entry::{Entry, Location, SourceId};
use crate::error::{CommitBlocks, IndexFault, PutBlock};
use crate::index::{SegmentState, counter};
use crate::key::{DAG_PB, Key, RAW};
use crate::record::record_len;

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

/// Rows checked between two looks at cancellation.
const CHECK_ROWS: usize = 64;
/// Bad locations a report lists; the rest are counted.
const MAX_LISTED: usize = 10_000;

/// One location, checked.
struct Checked<'a> {
    key: &'a Key,
    entry: &'a Entry,
    /// The fault of each location, `None` for good ones; in the entry's order.
    faults: Vec<Option<Fault>>,
}

impl Checked<'_> {
    fn any_good(&self) -> bool {
        self.faults.iter().any(Option::is_none)
    }

    fn cid(&self) -> Option<Cid> {
        self.key
            .to_cid(if self.entry.is_leaf() { DAG_PB } else { RAW })
    }
}

pub(crate) fn verify(
    core: &Arc<Core>,
    progress: &mut dyn FnMut(Progress),
    cancel: &dyn Fn() -> bool,
) -> Result<VerifyReport, VerifyBlocks> {
    walk(core, progress, cancel, &mut |_| Ok(()))
}

/// Checks every location of every block and calls `visit` for each block with a bad one.
fn walk(
    core: &Arc<Core>,
    progress: &mut dyn FnMut(Progress),
    cancel: &dyn Fn() -> bool,
    visit: &mut dyn FnMut(&Checked<'_>) -> Result<(), VerifyBlocks>,
) -> Result<VerifyReport, VerifyBlocks> {
    let mut report = VerifyReport::default();
    let (mut total, changes_before) = core.index.read(|snapshot| {
        Ok::<_, IndexFault>((
            snapshot.table_lens()?.0,
            snapshot.counter(counter::CHANGES)?,
        ))
    })?;
    let mut live = BTreeMap::<u64, u64>::new();
    let mut after = None;
    loop {
        if cancel() {
            report.cancelled = true;
            return Ok(report);
        }
        let rows = core.index.entries_after(after.as_ref(), CHECK_ROWS)?;
        let Some((last, _)) = rows.last() else { break };
        after = Some(*last);
        for (key, entry) in &rows {
            for location in &entry.locations {
                if let Location::Segment { segment, .. } = location {
                    *live.entry(segment.0).or_default() += record_len(key, entry.len);
                }
            }
            if let Some(checked) = check(core, key, entry)? {
                note(&mut report, &checked);
                if checked.faults.iter().any(Option::is_some) {
                    visit(&checked)?;
                }
            }
        }
        total = total.max(report.blocks);
        progress(Progress {
            blocks: report.blocks,
            blocks_total: total,
            bytes: report.bytes,
        });
    }
    // The sums can be compared only when no batch was committed meanwhile.
    core.index.read(|snapshot| {
        if snapshot.counter(counter::CHANGES)? == changes_before {
            for (id, row) in snapshot.segments()? {
                let named = live.remove(&id).unwrap_or(0);
                let agrees = named == row.live && row.live <= row.len;
                let retired = row.state == SegmentState::Retired;
                report.inconsistencies += u64::from(!agrees || (retired && named > 0));
            }
            report.inconsistencies += live.len() as u64;
        }
        Ok::<_, IndexFault>(())
    })?;
    Ok(report)
}

/// Checks one block; `None` when it was moved or dropped since the row was read and is fine now.
fn check<'a>(
    core: &Core,
    key: &'a Key,
    entry: &'a Entry,
) -> Result<Option<Checked<'a>>, VerifyBlocks> {
    let mut faults = Vec::with_capacity(entry.locations.len());
    for location in &entry.locations {
        faults.push(core.check_location(key, entry.len, location)?.err());
    }
    if faults.iter().any(Option::is_some) {
        let now = core.index.entry(key)?;
        if now.is_none_or(|now| now.locations != entry.locations) {
            return Ok(None);
        }
    }
    Ok(Some(Checked { key, entry, faults }))
}

fn note(report: &mut VerifyReport, checked: &Checked<'_>) {
    report.blocks += 1;
    report.bytes += u64::from(checked.entry.len);
    for (location, fault) in checked.entry.locations.iter().zip(&checked.faults) {
        let Some(fault) = *fault else { continue };
        if fault == Fault::Offline {
            report.offline_count += 1;
            continue;
        }
        report.bad_count += 1;
        if let Some(cid) = checked.cid()
            && report.bad.len() < MAX_LISTED
        {
            let location = location.clone();
            report.bad.push(BadBlock {
                cid,
                location,
                fault,
                other_good: checked.any_good(),
            });
        }
    }
}
