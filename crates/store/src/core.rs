//! What store, batches and flusher share.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};

use dag::Cid;

use crate::config::StoreConfig;
use crate::error::IndexFault;
use crate::flusher::Queue;
use crate::index::Index;
use crate::key::Key;
use crate::segments::Segments;

/// The shared inside of a store.
#[derive(Debug)]
pub(crate) struct Core {
    pub(crate) config: StoreConfig,
    pub(crate) home: u64,
    pub(crate) index: Index,
    pub(crate) segments: Segments,
    pub(crate) queue: Queue,
    /// Held for writing while a sweep decides and commits, so that no batch can decide in between
    /// that a block is there and need not be written.
    pub(crate) sweep_gate: RwLock<()>,
    /// Blocks that open batches rely on, with the number of batches.
    touched: Mutex<HashMap<Key, u32>>,
    holds: Mutex<Holds>,
    /// One collection at a time.
    pub(crate) collecting: AtomicBool,
    /// Roots pinned while a collection runs.
    new_pins: Mutex<Vec<(Cid, bool)>>,
}

#[derive(Debug)]
struct Holds {
    epoch: u64,
    by_epoch: BTreeMap<u64, usize>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Core {
    pub(crate) fn new(
        config: StoreConfig,
        home: u64,
        index: Index,
        segments: Segments,
        epoch: u64,
    ) -> Self {
        Self {
            config,
            home,
            index,
            segments,
            queue: Queue::default(),
            sweep_gate: RwLock::default(),
            touched: Mutex::default(),
            holds: Mutex::new(Holds {
                epoch,
                by_epoch: BTreeMap::new(),
            }),
            collecting: AtomicBool::new(false),
            new_pins: Mutex::default(),
        }
    }

    /// Keeps what is put from now on from collection; gives the epoch for [`Core::release`].
    pub(crate) fn hold(&self) -> u64 {
        let mut holds = lock(&self.holds);
        let epoch = holds.epoch;
        *holds.by_epoch.entry(epoch).or_default() += 1;
        epoch
    }

    pub(crate) fn release(&self, epoch: u64) {
        let mut holds = lock(&self.holds);
        if let Some(count) = holds.by_epoch.get_mut(&epoch) {
            *count -= 1;
            if *count == 0 {
                holds.by_epoch.remove(&epoch);
            }
        }
    }

    /// Begins the epoch of a collection with `advance`, which is given the oldest epoch that a
    /// hold keeps and commits the new one.
    pub(crate) fn begin_epoch(
        &self,
        advance: impl FnOnce(Option<u64>) -> Result<u64, IndexFault>,
    ) -> Result<(), IndexFault> {
        let mut holds = lock(&self.holds);
        let oldest = holds.by_epoch.keys().next().copied();
        holds.epoch = advance(oldest)?;
        Ok(())
    }

    /// The oldest epoch that an open hold keeps.
    pub(crate) fn oldest_hold(&self) -> Option<u64> {
        lock(&self.holds).by_epoch.keys().next().copied()
    }

    /// Says that a batch relies on a block that is there.
    pub(crate) fn touch(&self, key: Key) {
        *lock(&self.touched).entry(key).or_default() += 1;
    }

    pub(crate) fn untouch<'a>(&self, keys: impl Iterator<Item = &'a Key>) {
        let mut touched = lock(&self.touched);
        for key in keys {
            if let Some(count) = touched.get_mut(key) {
                *count -= 1;
                if *count == 0 {
                    touched.remove(key);
                }
            }
        }
    }

    pub(crate) fn is_touched(&self, key: &Key) -> bool {
        lock(&self.touched).contains_key(key)
    }

    pub(crate) fn note_pin(&self, cid: Cid, recursive: bool) {
        if self.collecting.load(std::sync::atomic::Ordering::SeqCst) {
            lock(&self.new_pins).push((cid, recursive));
        }
    }

    pub(crate) fn take_new_pins(&self) -> Vec<(Cid, bool)> {
        std::mem::take(&mut *lock(&self.new_pins))
    }
}
