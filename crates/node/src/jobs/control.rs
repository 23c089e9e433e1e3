//! The running side of a job: what it is told, and what it tells.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::jobs::PauseReason;
use crate::policy::Blocked;

/// Locks, and goes on with what is there when another holder panicked: every value
/// kept under these locks is valid at each step.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Why work stops before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Someone cancelled the job.
    Cancelled,
    /// The node shuts down; the job goes on at the next start.
    Shutdown,
    /// The work on the other end of a channel ended first and knows why.
    Elsewhere,
}

/// How a job's work ended.
#[derive(Debug)]
pub(crate) enum Outcome {
    Done(Option<String>),
    Failed(String),
    /// A list says no.
    Blocked(Box<Blocked>),
    Paused(PauseReason),
    Stopped(Stop),
}

impl From<Stop> for Outcome {
    fn from(stop: Stop) -> Self {
        Self::Stopped(stop)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    Run,
    Pause,
    Cancel,
    Shutdown,
}

/// What a job is told.
#[derive(Debug)]
pub(crate) struct Control {
    wish: Mutex<Wish>,
    changed: Condvar,
}

impl Control {
    pub(crate) fn new() -> Self {
        Self {
            wish: Mutex::new(Wish::Run),
            changed: Condvar::new(),
        }
    }

    /// Waits while the job is paused; says when to stop.
    pub(crate) fn checkpoint(&self) -> Result<(), Stop> {
        let mut wish = lock(&self.wish);
        loop {
            match *wish {
                Wish::Run => return Ok(()),
                Wish::Cancel => return Err(Stop::Cancelled),
                Wish::Shutdown => return Err(Stop::Shutdown),
                Wish::Pause => {
                    wish = self
                        .changed
                        .wait(wish)
                        .unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
    }

    /// Says when to stop, without waiting.
    pub(crate) fn stopped(&self) -> Option<Stop> {
        match *lock(&self.wish) {
            Wish::Run | Wish::Pause => None,
            Wish::Cancel => Some(Stop::Cancelled),
            Wish::Shutdown => Some(Stop::Shutdown),
        }
    }

    pub(crate) fn pause(&self) {
        self.set(Wish::Pause);
    }

    pub(crate) fn run(&self) {
        self.set(Wish::Run);
    }

    pub(crate) fn cancel(&self) {
        self.set(Wish::Cancel);
    }

    pub(crate) fn shut_down(&self) {
        self.set(Wish::Shutdown);
    }

    fn set(&self, wish: Wish) {
        let mut current = lock(&self.wish);
        if *current != Wish::Shutdown {
            *current = wish;
        }
        self.changed.notify_all();
    }
}

/// What a job tells: counters that any of its threads may add to.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    pub(crate) files_total: AtomicU64,
    pub(crate) files_done: AtomicU64,
    pub(crate) files_failed: AtomicU64,
    pub(crate) files_duplicate: AtomicU64,
    pub(crate) files_skipped: AtomicU64,
    pub(crate) bytes_total: AtomicU64,
    pub(crate) bytes_done: AtomicU64,
    current: Mutex<Option<String>>,
}

impl Meter {
    pub(crate) fn add(counter: &AtomicU64, amount: u64) {
        counter.fetch_add(amount, Ordering::Relaxed);
    }

    pub(crate) fn take(counter: &AtomicU64, amount: u64) {
        counter.fetch_sub(amount, Ordering::Relaxed);
    }

    pub(crate) fn set(counter: &AtomicU64, amount: u64) {
        counter.store(amount, Ordering::Relaxed);
    }

    pub(crate) fn get(counter: &AtomicU64) -> u64 {
        counter.load(Ordering::Relaxed)
    }

    /// Notes the file being worked on.
    pub(crate) fn at(&self, path: &Path) {
        *lock(&self.current) = Some(crate::import::shown_file_name(path));
    }

    pub(crate) fn current(&self) -> Option<String> {
        lock(&self.current).clone()
    }

    pub(crate) fn reset(&self) {
        for counter in [
            &self.files_total,
            &self.files_done,
            &self.files_failed,
            &self.files_duplicate,
            &self.files_skipped,
            &self.bytes_total,
            &self.bytes_done,
        ] {
            Self::set(counter, 0);
        }
        *lock(&self.current) = None;
    }
}
