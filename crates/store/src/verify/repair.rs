//! Repair: what another location can give is written anew, what is beyond help is named.
//!
//! A user's file that is changed or missing keeps its row: it may come back, or be relinked.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Checked, Fault, Progress, RepairReport, VerifyBlocks, walk};
use crate::batch::Batch;
use crate::core::Core;
use crate::entry::Location;
use crate::error::IndexFault;
use crate::flusher::RowChange;
use crate::record::FLAG_PB_LEAF;
use crate::segments::Purpose;
use crate::source::SourceState;

/// A batch of mended blocks is committed when it has this many rows.
const MEND_ROWS: usize = 256;

pub(crate) fn repair(
    core: &Arc<Core>,
    progress: &mut dyn FnMut(Progress),
    cancel: &dyn Fn() -> bool,
) -> Result<RepairReport, VerifyBlocks> {
    let mut report = RepairReport::default();
    let mut batch = Batch::new(Arc::clone(core));
    let mut bad_sources = BTreeSet::new();
    let found = walk(core, progress, cancel, &mut |checked| {
        for (location, fault) in checked.entry.locations.iter().zip(&checked.faults) {
            if let (Location::Reference { source, .. }, Some(_)) = (location, fault) {
                bad_sources.insert(*source);
            }
        }
        mend(core, &batch, checked, &mut report)?;
        if batch.len() >= MEND_ROWS {
            std::mem::replace(&mut batch, Batch::new(Arc::clone(core))).commit()?;
        }
        Ok(())
    })?;
    batch.commit()?;
    if !found.cancelled {
        for id in touched_sources(core)? {
            let fine = !bad_sources.contains(&id)
                && matches!(core.confirm_source(id), Ok(SourceState::Unchanged));
            if fine {
                report.refreshed_sources.push(id);
            }
        }
    }
    report.found = found;
    Ok(report)
}

fn touched_sources(core: &Core) -> Result<Vec<crate::entry::SourceId>, IndexFault> {
    let ids = core.index.read(|snapshot| snapshot.source_ids())?;
    let touched =
        |id: &crate::entry::SourceId| matches!(core.check_source(*id), Ok(SourceState::Touched));
    Ok(ids.into_iter().filter(touched).collect())
}

fn mend(
    core: &Core,
    batch: &Batch,
    checked: &Checked<'_>,
    report: &mut RepairReport,
) -> Result<(), VerifyBlocks> {
    let Checked { key, entry, faults } = checked;
    let good = entry
        .locations
        .iter()
        .zip(faults)
        .find(|(_, fault)| fault.is_none());
    if good.is_none() {
        let waits = faults.contains(&Some(Fault::Offline));
        if !waits && let Some(cid) = checked.cid() {
            report.lost.push(cid);
        }
    }
    for (location, fault) in entry.locations.iter().zip(faults) {
        let damaged = matches!(location, Location::Segment { .. })
            && matches!(fault, Some(Fault::Damaged | Fault::Unreadable));
        if !damaged {
            continue;
        }
        let Some((good, _)) = good else {
            // Damaged beyond help: without the row the block can be put or fetched again.
            batch.change(
                **key,
                entry.len,
                RowChange::Drop(Box::new(location.clone())),
            );
            report.dropped += 1;
            continue;
        };
        if matches!(good, Location::Segment { .. }) {
            batch.change(
                **key,
                entry.len,
                RowChange::Drop(Box::new(location.clone())),
            );
            report.dropped += 1;
            continue;
        }
        let bytes = match core.check_location(key, entry.len, good)? {
            Ok(bytes) => bytes,
            Err(_) => continue,
        };
        let flags = if entry.is_leaf() { FLAG_PB_LEAF } else { 0 };
        let place = core.segments.append(key, flags, &[&bytes], Purpose::Put)?;
        let change = RowChange::Mend {
            bad: Box::new(location.clone()),
            good: place,
        };
        batch.change(**key, entry.len, change);
        report.rewritten += 1;
    }
    Ok(())
}
