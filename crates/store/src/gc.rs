//! Garbage collection: mark from the pins, sweep the index, rewrite segments with much garbage.

mod checkpoint;
pub(crate) mod mark;
pub(crate) mod remove;
pub(crate) mod rewrite;
mod sweep;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::core::Core;
use crate::error::IndexFault;
use crate::gc::checkpoint::{Phase, State};
use crate::gc::mark::{IndexGraph, Marker};
use crate::index::counter;
use crate::verify::Progress;

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

/// Pins read at once.
const PIN_ROWS: usize = 4096;

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
    /// A pinned block could not be read, so what it links to is unknown. Nothing was dropped.
    #[error(
        "the pinned block {cid} could not be read, so nothing was deleted; \
         run a repair (or connect the disk that holds it), then try again"
    )]
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

/// What the steps of a collection share.
pub(crate) struct Run<'a> {
    pub(crate) core: &'a Arc<Core>,
    pub(crate) options: &'a GcOptions,
    pub(crate) progress: &'a mut dyn FnMut(Progress),
    pub(crate) cancel: &'a dyn Fn() -> bool,
    pub(crate) report: GcReport,
}

/// Lets the next collection begin, whatever way this one ended.
struct Running<'a>(&'a Core);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.collecting.store(false, Ordering::SeqCst);
        self.0.take_new_pins();
    }
}

/// Runs a collection to its end, or to cancellation.
pub(crate) fn collect(
    core: &Arc<Core>,
    options: &GcOptions,
    progress: &mut dyn FnMut(Progress),
    cancel: &dyn Fn() -> bool,
) -> Result<GcReport, CollectGarbage> {
    if core.collecting.swap(true, Ordering::SeqCst) {
        return Err(CollectGarbage::Running);
    }
    let _running = Running(core);
    if core
        .index
        .read(|snapshot| snapshot.counter(counter::PINS_UNKNOWN))?
        != 0
    {
        return Err(CollectGarbage::PinsUnknown);
    }
    let mut run = Run {
        core,
        options,
        progress,
        cancel,
        report: GcReport::default(),
    };
    let mut state = begin(&mut run)?;
    let mut graph = IndexGraph { core };
    let mut marker = checkpoint::load(core, &state, options.memory_bytes)
        .unwrap_or_else(|| Marker::new(options.memory_bytes));
    mark_roots(core, &mut graph, &mut marker)?;
    while !marker.step(&mut graph)? {
        if marker.due_for_checkpoint() {
            checkpoint::save(core, &state, &marker)?;
        }
        run.report.marked = marker.marked();
        (run.progress)(Progress {
            blocks: marker.marked(),
            ..Progress::default()
        });
        if (run.cancel)() {
            checkpoint::save(core, &state, &marker)?;
            run.report.cancelled = true;
            return Ok(run.report);
        }
    }
    checkpoint::save(core, &state, &marker)?;
    run.report.marked = marker.marked();
    run.report.missing = marker.missing();
    if state.phase != Phase::Rewrite && !sweep::sweep(&mut run, &mut state, &mut marker)? {
        run.report.cancelled = true;
        return Ok(run.report);
    }
    drop(marker);
    if !rewrite::rewrite(&mut run)? {
        run.report.cancelled = true;
        return Ok(run.report);
    }
    core.index.write(|tables| {
        tables.gc.remove("state")?;
        tables.set_counter(counter::COLLECTING, 0);
        Ok::<_, IndexFault>(())
    })?;
    checkpoint::clear(core);
    Ok(run.report)
}

/// Only the last step of a collection: rewrites segments with much garbage.
pub(crate) fn compact(
    core: &Arc<Core>,
    options: &GcOptions,
    progress: &mut dyn FnMut(Progress),
    cancel: &dyn Fn() -> bool,
) -> Result<GcReport, CollectGarbage> {
    if core.collecting.swap(true, Ordering::SeqCst) {
        return Err(CollectGarbage::Running);
    }
    let _running = Running(core);
    let mut run = Run {
        core,
        options,
        progress,
        cancel,
        report: GcReport::default(),
    };
    run.report.cancelled = !rewrite::rewrite(&mut run)?;
    Ok(run.report)
}

/// Gives every pinned root to the marker.
fn mark_roots(
    core: &Core,
    graph: &mut IndexGraph<'_>,
    marker: &mut Marker,
) -> Result<(), CollectGarbage> {
    let mut after = None;
    while let Some(pins) = core
        .index
        .read(|snapshot| snapshot.pins_after(after.as_deref(), PIN_ROWS))?
    {
        for pin in &pins.pins {
            marker.root(graph, &pin.cid, pin.recursive)?;
        }
        after = Some(pins.last);
    }
    Ok(())
}

/// Takes up the interrupted collection, or begins one in a new epoch.
fn begin(run: &mut Run<'_>) -> Result<State, CollectGarbage> {
    let core = run.core;
    if let Some(row) = core.index.read(|snapshot| snapshot.gc_state())?
        && let Some(mut state) = State::decode(&row)
    {
        run.report.resumed = true;
        if let Some(oldest) = core.oldest_hold() {
            state.keep_from = state.keep_from.min(oldest);
        }
        return Ok(state);
    }
    let mut state = State {
        epoch: 0,
        keep_from: 0,
        phase: Phase::Mark,
        cursor: Vec::new(),
    };
    core.begin_epoch(|oldest| {
        core.index.write(|tables| {
            state.epoch = tables.bump(counter::EPOCH, 1)? + 1;
            state.keep_from = oldest.map_or(state.epoch, |oldest| oldest.min(state.epoch));
            tables.set_counter(counter::COLLECTING, 1);
            tables.gc.insert("state", state.encode().as_slice())?;
            Ok(state.epoch)
        })
    })?;
    Ok(state)
}
