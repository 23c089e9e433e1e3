//! Group commit: one thread that syncs segments and then commits the rows of many batches at once.
//!
//! Order is the crash-safety argument: segment bytes, then directory names, then the index. A batch
//! that cannot be committed fails alone where it can be told apart.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use dag::Cid;
use redb::ReadableTable;

use crate::batch::settle;
use crate::core::Core;
use crate::entry::Location;
use crate::error::{CommitBlocks, IndexFault};
use crate::index::rows::{decode_pin, encode_pin, pin_key, pin_prefix};
use crate::index::{SegmentRow, SegmentState, Tables};
use crate::key::Key;
use crate::pin::Pin;
use crate::segments::Place;

/// Rows that may wait in the queue; more make [`Queue::submit`] wait.
const MAX_QUEUED_ROWS: usize = 200_000;

/// Idle folders are looked at no more often than this.
const IDLE_LOOK: Duration = Duration::from_millis(50);

/// One change of an index row.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) key: Key,
    pub(crate) len: u32,
    pub(crate) flags: u8,
    pub(crate) change: RowChange,
}

/// What happens to the row. Rows wait in memory, so the variant of an import is small.
#[derive(Debug)]
pub(crate) enum RowChange {
    /// The block is there and put again.
    Touch,
    /// A record was written.
    Own(Place),
    /// One more location.
    Add(Box<Location>),
    /// A record was copied; does nothing when the block is no longer at `from`.
    Move { from: Place, to: Place },
    /// A location is bad; the row goes with its last one.
    Drop(Box<Location>),
    /// A bad location is replaced by a good copy.
    Mend { bad: Box<Location>, good: Place },
}

impl RowChange {
    /// The segment that the row's new record is in.
    pub(crate) fn written(&self) -> Option<u64> {
        match self {
            Self::Own(place) | Self::Move { to: place, .. } | Self::Mend { good: place, .. } => {
                Some(place.segment)
            }
            Self::Touch | Self::Add(_) | Self::Drop(_) => None,
        }
    }
}

/// One change of the pins.
#[derive(Debug)]
pub(crate) enum PinChange {
    Set(Pin),
    /// The pin of that name, or all of the root.
    Remove(Cid, Option<String>),
    /// Every block has its own copy now.
    Copied(Pin),
}

#[derive(Debug)]
struct Job {
    rows: Vec<Row>,
    pins: Vec<PinChange>,
    epoch: u64,
    reply: Arc<Reply>,
    answered: bool,
}

impl Drop for Job {
    /// Nobody waits for ever, even when the flusher dies in the middle of a batch.
    fn drop(&mut self) {
        if !self.answered {
            *lock(&self.reply.result) = Some(Err(CommitBlocks::Closed));
            self.reply.done.notify_all();
        }
    }
}

#[derive(Debug, Default)]
struct Reply {
    result: Mutex<Option<Result<(), CommitBlocks>>>,
    done: Condvar,
}

/// Waits for one batch.
#[derive(Debug)]
pub(crate) struct Ticket(Arc<Reply>);

/// What waits for the flusher.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    state: Mutex<QueueState>,
    /// Something for the flusher to look at.
    work: Condvar,
    /// Room for more jobs.
    room: Condvar,
    /// Bytes appended since the last sync.
    unsynced: AtomicU64,
}

#[derive(Debug, Default)]
struct QueueState {
    jobs: Vec<Job>,
    rows: usize,
    since: Option<Instant>,
    waiting: bool,
    stop: bool,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Queue {
    /// Counts appended bytes and wakes the flusher when they are enough for a sync.
    pub(crate) fn appended(&self, bytes: u64, sync_bytes: u64) {
        let before = self.unsynced.fetch_add(bytes, Ordering::Relaxed);
        if before < sync_bytes && before + bytes >= sync_bytes {
            let _state = lock(&self.state);
            self.work.notify_one();
        }
    }

    pub(crate) fn submit(
        &self,
        core: &Core,
        rows: Vec<Row>,
        pins: Vec<PinChange>,
        epoch: u64,
    ) -> Result<Ticket, CommitBlocks> {
        let mut state = lock(&self.state);
        while !state.stop && state.rows > 0 && state.rows + rows.len() > MAX_QUEUED_ROWS {
            state.waiting = true;
            self.work.notify_one();
            state = self
                .room
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        if state.stop {
            drop(state);
            settle(core, &rows);
            core.release(epoch);
            return Err(CommitBlocks::Closed);
        }
        let reply = Arc::new(Reply::default());
        state.rows += rows.len();
        state.since.get_or_insert_with(Instant::now);
        state.jobs.push(Job {
            rows,
            pins,
            epoch,
            reply: Arc::clone(&reply),
            answered: false,
        });
        self.work.notify_one();
        Ok(Ticket(reply))
    }

    /// Makes the flusher look again at what there is to wait for.
    pub(crate) fn wake(&self) {
        let _state = lock(&self.state);
        self.work.notify_all();
    }

    /// Makes the flusher commit what is queued and end.
    pub(crate) fn stop(&self) {
        lock(&self.state).stop = true;
        self.work.notify_all();
        self.room.notify_all();
    }
}

impl Ticket {
    pub(crate) fn wait(self, queue: &Queue) -> Result<(), CommitBlocks> {
        {
            let mut state = lock(&queue.state);
            state.waiting = true;
            queue.work.notify_one();
        }
        let mut result = lock(&self.0.result);
        loop {
            match result.take() {
                Some(result) => return result,
                None => {
                    result = self
                        .0
                        .done
                        .wait(result)
                        .unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
    }
}

/// Closes the queue when the flusher ends, by whatever way.
struct Ending<'a>(&'a Queue);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.stop();
        lock(&self.0.state).jobs.clear();
    }
}

/// The flusher's thread.
pub(crate) fn run(core: &Core) {
    let _ending = Ending(&core.queue);
    loop {
        let (jobs, stop) = next_jobs(core);
        let unsynced = core.queue.unsynced.swap(0, Ordering::Relaxed);
        // Bytes of a batch that nobody waits for yet need not be durable, only under way: a sync
        // for every few of them would hold up whoever appends.
        if !jobs.is_empty() || stop || (unsynced > 0 && core.segments.has_sealed()) {
            flush(core, jobs);
        } else if unsynced > 0 {
            core.segments.start_writing();
        }
        if stop {
            return;
        }
    }
}

fn next_jobs(core: &Core) -> (Vec<Job>, bool) {
    let queue = &core.queue;
    let interval = core.config.sync_interval;
    let mut state = lock(&queue.state);
    loop {
        let age = state.since.map(|since| since.elapsed());
        let due =
            !state.jobs.is_empty() && (state.waiting || age.is_some_and(|age| age >= interval));
        let unsynced = queue.unsynced.load(Ordering::Relaxed);
        if due || state.stop || unsynced >= core.config.sync_bytes {
            let stop = state.stop && state.jobs.is_empty();
            state.waiting = false;
            state.since = None;
            state.rows = 0;
            let jobs = std::mem::take(&mut state.jobs);
            queue.room.notify_all();
            // After a stop the queue takes no more, so one more round finds it empty.
            return (jobs, stop);
        }
        state = match age {
            Some(age) => {
                let left = interval.saturating_sub(age);
                let waited = queue.work.wait_timeout(state, left);
                waited.unwrap_or_else(PoisonError::into_inner).0
            }
            None if core.segments.has_other_folders() => {
                let idle = core.config.close_idle;
                let waited = queue.work.wait_timeout(state, idle.max(IDLE_LOOK));
                let (state, waited) = waited.unwrap_or_else(PoisonError::into_inner);
                if waited.timed_out() {
                    core.segments.close_idle(idle);
                }
                state
            }
            None => queue
                .work
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner),
        };
    }
}

fn flush(core: &Core, jobs: Vec<Job>) {
    let dirty = core.segments.take_dirty();
    let failure = core.segments.sync(&dirty).map(Arc::new);
    let mut good = Vec::with_capacity(jobs.len());
    for job in jobs {
        let mut written = job.rows.iter().filter_map(|row| row.change.written());
        let lost = written.any(|segment| core.segments.has_failed(segment));
        if lost {
            let source = failure.clone().unwrap_or_else(|| {
                Arc::new(std::io::Error::other(
                    "an earlier sync of the segment failed",
                ))
            });
            let full = crate::error::is_disk_full(&source);
            let error = if full {
                CommitBlocks::DiskFull
            } else {
                CommitBlocks::SyncSegment(source)
            };
            finish(core, job, Err(error));
        } else {
            good.push(job);
        }
    }
    if good.is_empty() && dirty.sealed.is_empty() {
        return;
    }
    let mut gone = vec![false; good.len()];
    let committed: Result<(), IndexFault> = core.index.write(|tables| {
        for (job, gone) in good.iter().zip(&mut gone) {
            *gone = !apply(core, tables, job)?;
        }
        for &(id, folder, len) in &dirty.sealed {
            let live = tables.segment(id)?.map_or(0, |row| row.live);
            let len = tables.segment(id)?.map_or(len, |row| row.len.max(len));
            tables.set_segment(
                id,
                SegmentRow {
                    folder,
                    state: SegmentState::Sealed,
                    len,
                    live,
                },
            )?;
        }
        Ok(())
    });
    if committed.is_err() {
        core.segments.put_back_sealed(&dirty.sealed);
    }
    let committed = committed.map_err(Arc::new);
    for (job, gone) in good.into_iter().zip(gone) {
        let result = match &committed {
            Ok(()) if gone => Err(CommitBlocks::BlockGone),
            Ok(()) => Ok(()),
            Err(fault) if fault.is_disk_full() => Err(CommitBlocks::DiskFull),
            Err(fault) if matches!(**fault, IndexFault::Closed) => Err(CommitBlocks::Closed),
            Err(fault) => Err(CommitBlocks::CommitIndex(Arc::clone(fault))),
        };
        finish(core, job, result);
    }
    for &(id, folder, _) in &dirty.sealed {
        core.segments.protect(folder, id);
    }
}

fn finish(core: &Core, mut job: Job, result: Result<(), CommitBlocks>) {
    settle(core, &job.rows);
    core.release(job.epoch);
    *lock(&job.reply.result) = Some(result);
    job.answered = true;
    job.reply.done.notify_all();
}

/// Applies one batch; false, and nothing changed, when a block it relies on is gone.
fn apply(core: &Core, tables: &mut Tables<'_>, job: &Job) -> Result<bool, IndexFault> {
    for row in &job.rows {
        if matches!(row.change, RowChange::Touch) && tables.entry(&row.key)?.is_none() {
            return Ok(false);
        }
    }
    for row in &job.rows {
        apply_row(tables, row)?;
    }
    for change in &job.pins {
        match change {
            PinChange::Set(pin) => {
                let key = pin_key(&pin.cid, &pin.name);
                tables
                    .pins
                    .insert(key.as_slice(), encode_pin(pin).as_slice())?;
                core.note_pin(pin.cid, pin.recursive);
            }
            PinChange::Remove(cid, Some(name)) => {
                tables.pins.remove(pin_key(cid, name).as_slice())?;
            }
            PinChange::Remove(cid, None) => {
                let prefix = pin_prefix(cid);
                let mut keys = Vec::new();
                for row in tables.pins.range::<&[u8]>(prefix.as_slice()..)? {
                    let key = row?.0.value().to_vec();
                    if !key.starts_with(&prefix) {
                        break;
                    }
                    keys.push(key);
                }
                for key in keys {
                    tables.pins.remove(key.as_slice())?;
                }
            }
            PinChange::Copied(pin) => {
                let key = pin_key(&pin.cid, &pin.name);
                let row = tables
                    .pins
                    .get(key.as_slice())?
                    .map(|row| row.value().to_vec());
                if let Some(row) = row {
                    let mut pin = decode_pin(&key, &row)?;
                    pin.copied = true;
                    tables
                        .pins
                        .insert(key.as_slice(), encode_pin(&pin).as_slice())?;
                }
            }
        }
    }
    Ok(true)
}

fn apply_row(tables: &mut Tables<'_>, row: &Row) -> Result<(), IndexFault> {
    let key = &row.key;
    match &row.change {
        RowChange::Touch => {
            tables.touch(key)?;
        }
        RowChange::Own(place) => {
            tables.add_location(key, row.len, row.flags, place.location(row.len))?;
        }
        RowChange::Add(location) => {
            tables.add_location(key, row.len, row.flags, location.as_ref().clone())?;
        }
        RowChange::Move { from, to } => {
            let Some(old) = tables.entry(key)? else {
                return Ok(());
            };
            let mut new = old.clone();
            let from = from.location(row.len);
            let Some(location) = new.locations.iter_mut().find(|location| **location == from)
            else {
                return Ok(());
            };
            *location = to.location(row.len);
            tables.replace(key, Some(&old), Some(&new))?;
        }
        RowChange::Drop(bad) => {
            let Some(old) = tables.entry(key)? else {
                return Ok(());
            };
            let mut new = old.clone();
            new.locations.retain(|location| *location != **bad);
            let new = (!new.locations.is_empty()).then_some(&new);
            tables.replace(key, Some(&old), new)?;
        }
        RowChange::Mend { bad, good } => {
            let Some(old) = tables.entry(key)? else {
                return Ok(());
            };
            let mut new = old.clone();
            new.locations.retain(|location| *location != **bad);
            if !new.has_own_copy() {
                new.locations.insert(0, good.location(row.len));
            }
            tables.replace(key, Some(&old), Some(&new))?;
        }
    }
    Ok(())
}
