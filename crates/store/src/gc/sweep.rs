//! The sweep: drops unmarked rows from the index, some thousand in a transaction.
//!
//! Rows are looked at without a transaction first, so that what stays costs no commit.
//! Beside writers: a root that was pinned since is marked inside the transaction before anything
//! is dropped, a block that an open batch relies on stays, and no batch can decide to rely on one
//! between our decision and our commit (the gate).

use std::sync::{Arc, PoisonError};

use super::checkpoint::{Phase, State};
use super::mark::{IndexGraph, Marker};
use super::{CollectGarbage, Run};
use crate::core::Core;
use crate::error::IndexFault;
use crate::key::Key;
use crate::verify::Progress;

/// Rows dropped in one transaction.
const SWEEP_ROWS: usize = 4096;
/// Rows looked at between two looks at cancellation.
const LOOK_ROWS: usize = 64 << 10;

/// What a look found: rows to drop, and how far it went.
struct Look {
    unmarked: Vec<Key>,
    last: Option<Key>,
    rows: usize,
    end: bool,
}

fn look(
    core: &Core,
    after: Option<Key>,
    keep_from: u64,
    marker: &Marker,
) -> Result<Look, IndexFault> {
    let mut look = Look {
        unmarked: Vec::new(),
        last: after,
        rows: 0,
        end: false,
    };
    while look.rows < LOOK_ROWS && look.unmarked.len() < SWEEP_ROWS {
        let rows = core
            .index
            .read(|snapshot| snapshot.heads_after(look.last.as_ref(), SWEEP_ROWS))?;
        let Some((last, _)) = rows.last() else {
            look.end = true;
            break;
        };
        look.last = Some(*last);
        look.rows += rows.len();
        let unmarked = rows
            .iter()
            .filter(|(_, head)| head.epoch < keep_from && !marker.is_live(head.slot));
        look.unmarked.extend(unmarked.map(|(key, _)| *key));
    }
    Ok(look)
}

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
        let after = Key::from_bytes(&state.cursor).filter(|_| !state.cursor.is_empty());
        let look = look(core, after, state.keep_from, marker)?;
        if let Some(last) = &look.last {
            state.cursor = last.as_bytes().to_vec();
        }
        if look.end {
            state.phase = Phase::Rewrite;
        }
        let (removed, removed_bytes) = if look.unmarked.is_empty() && !look.end {
            (0, 0)
        } else {
            drop_rows(core, state, marker, &look.unmarked)?
        };
        run.report.removed += removed;
        run.report.removed_bytes += removed_bytes;
        (run.progress)(Progress {
            blocks: run.report.marked + run.report.removed,
            blocks_total: run.report.marked + run.report.removed + look.rows as u64,
            bytes: run.report.removed_bytes,
        });
        if look.end {
            return Ok(true);
        }
    }
}

/// Drops the rows that still are garbage; gives their number and the bytes of their blocks.
fn drop_rows(
    core: &Arc<Core>,
    state: &State,
    marker: &mut Marker,
    keys: &[Key],
) -> Result<(u64, u64), CollectGarbage> {
    let mut gate = None;
    let dropped = core.index.write(|tables| {
        // This transaction is the only writer, so what is pinned now is all there is, and
        // reads see exactly what it began with.
        let mut graph = IndexGraph { core };
        for (cid, recursive) in core.take_new_pins() {
            marker.root(&mut graph, &cid, recursive)?;
        }
        while !marker.step(&mut graph)? {}
        gate = Some(
            core.sweep_gate
                .write()
                .unwrap_or_else(PoisonError::into_inner),
        );
        let mut dropped = (0_u64, 0_u64);
        for key in keys {
            let Some(entry) = tables.entry(key)? else {
                continue;
            };
            let kept = entry.epoch >= state.keep_from
                || marker.is_live(entry.slot)
                || core.is_touched(key);
            if !kept {
                tables.replace(key, Some(&entry), None)?;
                dropped = (dropped.0 + 1, dropped.1 + u64::from(entry.len));
            }
        }
        tables
            .gc
            .insert("state", state.encode().as_slice())
            .map_err(IndexFault::from)?;
        Ok::<_, CollectGarbage>(dropped)
    });
    drop(gate);
    dropped
}
