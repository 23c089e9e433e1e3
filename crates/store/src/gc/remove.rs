//! Removing single blocks: what the sweep does, for the keys that somebody names.
//!
//! The same rules hold: what a pin reaches stays, and so does what an open batch or hold relies
//! on. The bytes stay in their segment until a collection rewrites it.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use dag::Cid;

use super::mark::{IndexGraph, Marker};
use super::{CollectGarbage, GcOptions, Running, mark_roots};
use crate::core::Core;
use crate::error::IndexFault;
use crate::index::counter;
use crate::key::{Address, address};

/// What became of a block that was to be removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// It is gone.
    Removed,
    /// It was not here.
    Absent,
    /// A pin reaches it.
    Pinned,
    /// Something that is being written relies on it.
    InUse,
}

/// Removes blocks that nothing needs; `None` when it was cancelled, and then nothing was removed.
pub(crate) fn remove(
    core: &Arc<Core>,
    cids: &[Cid],
    cancel: &dyn Fn() -> bool,
) -> Result<Option<Vec<Removal>>, CollectGarbage> {
    if core.collecting.swap(true, Ordering::SeqCst) {
        return Err(CollectGarbage::Running);
    }
    let _running = Running(core);
    let unknown = core
        .index
        .read(|snapshot| snapshot.counter(counter::PINS_UNKNOWN))?;
    if unknown != 0 {
        return Err(CollectGarbage::PinsUnknown);
    }
    let mut graph = IndexGraph { core };
    let mut marker = Marker::new(GcOptions::default().memory_bytes);
    mark_roots(core, &mut graph, &mut marker)?;
    while !marker.step(&mut graph)? {
        if cancel() {
            return Ok(None);
        }
    }
    let mut gate = None;
    let removed = core.index.write(|tables| {
        // As in the sweep: what was pinned since is marked before anything is dropped.
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
        let held = core.oldest_hold();
        let mut removed = Vec::with_capacity(cids.len());
        for cid in cids {
            let Address::Stored(key) = address(cid) else {
                removed.push(Removal::Absent);
                continue;
            };
            let Some(entry) = tables.entry(&key)? else {
                removed.push(Removal::Absent);
                continue;
            };
            removed.push(if marker.is_live(entry.slot) {
                Removal::Pinned
            } else if core.is_touched(&key) || held.is_some_and(|held| entry.epoch >= held) {
                Removal::InUse
            } else {
                tables.replace(&key, Some(&entry), None)?;
                Removal::Removed
            });
        }
        Ok::<_, CollectGarbage>(removed)
    });
    drop(gate);
    removed.map(Some)
}

/// Up to `count` blocks after `after`, as raw CIDs of version 1, in the order of the index.
pub(crate) fn blocks_after(
    core: &Core,
    after: Option<&Cid>,
    count: usize,
) -> Result<Vec<Cid>, IndexFault> {
    let after = after.and_then(|cid| match address(cid) {
        Address::Stored(key) => Some(key),
        _ => None,
    });
    let rows = core
        .index
        .read(|snapshot| snapshot.heads_after(after.as_ref(), count))?;
    let cids = rows.iter().map(|(key, _)| key.to_cid(crate::key::RAW));
    cids.collect::<Option<Vec<Cid>>>()
        .ok_or(IndexFault::Damaged("key"))
}
