//! The sweep: drops unmarked rows from the index, some thousand in a transaction.
//!
//! Beside writers: a root that was pinned since is marked inside the transaction before anything
//! is dropped, a block that an open batch relies on stays, and no batch can decide to rely on one
//! between our decision and our commit (the gate).

use std::sync::PoisonError;

use super::checkpoint::{Phase, State};
use super::mark::{Graph, IndexGraph, Marker};
use super::{CollectGarbage, Run};
use crate::error::IndexFault;
use crate::key::Key;
use crate::verify::Progress;

/// Rows looked at in one transaction.
const SWEEP_ROWS: usize = 4096;

/// Sweeps from `state.cursor` on; false when it was cancelled.
pub(crate) fn sweep(
    run: &mut Run<'_>,
    state: &mut State,
    marker: &mut Marker,
) -> Result<bool, CollectGarbage> {
    let core = run.core;
    state.phase = Phase::Sweep;
    loop {
        if (run.cancel)() {
            return Ok(false);
        }
        let mut gate = None;
        let after = Key::from_bytes(&state.cursor).filter(|_| !state.cursor.is_empty());
        let swept = core.index.write(|tables| {
            // This transaction is the only writer, so what is pinned now is all there is, and
            // reads see exactly what it began with.
            let mut graph = IndexGraph { core };
            for (cid, recursive) in core.take_new_pins() {
                marker.root(&mut graph as &mut dyn Graph, &cid, recursive)?;
            }
            while !marker.step(&mut graph)? {}
            gate = Some(
                core.sweep_gate
                    .write()
                    .unwrap_or_else(PoisonError::into_inner),
            );
            let rows = tables.entries_after(after.as_ref(), SWEEP_ROWS)?;
            let mut dropped = (0_u64, 0_u64);
            for (key, entry) in &rows {
                if entry.epoch >= state.keep_from
                    || marker.is_live(entry.slot)
                    || core.is_touched(key)
                {
                    continue;
                }
                tables.replace(key, Some(entry), None)?;
                dropped = (dropped.0 + 1, dropped.1 + u64::from(entry.len));
            }
            let last = rows.last().map(|(key, _)| key.as_bytes().to_vec());
            if let Some(last) = &last {
                state.cursor.clone_from(last);
            } else {
                state.phase = Phase::Rewrite;
            }
            tables
                .gc
                .insert("state", state.encode().as_slice())
                .map_err(IndexFault::from)?;
            Ok::<_, CollectGarbage>((last.is_none(), rows.len(), dropped))
        });
        drop(gate);
        let (done, rows, (removed, removed_bytes)) = swept?;
        run.report.removed += removed;
        run.report.removed_bytes += removed_bytes;
        (run.progress)(Progress {
            blocks: run.report.marked + run.report.removed,
            blocks_total: run.report.marked + run.report.removed + rows as u64,
            bytes: run.report.removed_bytes,
        });
        if done {
            return Ok(true);
        }
    }
}
