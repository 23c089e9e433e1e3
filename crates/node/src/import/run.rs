//! One import, start to end: a scanner, some readers, and this thread as the sink.
//!
//! Threads (all scoped, none outlives [`run_import`]): the scanner walks the paths; each
//! reader takes a file, skips it when its path and stamp are known, reads and hashes
//! small ones whole and passes large ones on; the sink (the calling thread) writes
//! blocks and commits. All channels are bounded, and the bytes of small files in flight
//! are bounded by [`IN_FLIGHT`]. Pausing holds scanner and readers; the sink then
//! commits what it has.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};

use library::{AlbumId, JobId, Library, RawPath};
use store::Store;

use super::ImportMode;
use super::read::{Budget, Reader, Ready};
use super::scan::{Found, Sighting, scan};
use super::sink::Sink;
use crate::events::Events;
use crate::jobs::{Control, FailureCode, Meter, Outcome, Stop, lock};
use crate::pinning::Pinning;

/// Files the scanner may be ahead of the readers.
const FOUND_AHEAD: usize = 256;
/// Prepared files that wait for the sink.
const READY_AHEAD: usize = 128;
/// Bytes of small files in flight between readers and sink.
const IN_FLIGHT: u64 = 32 << 20;

/// What the import works with.
#[derive(Clone)]
pub(crate) struct ImportPorts<'a> {
    pub(crate) store: &'a Store,
    pub(crate) library: &'a Library,
    pub(crate) events: &'a Events,
    pub(crate) home: &'a Path,

    pub(crate) control: &'a Control,
    pub(crate) meter: &'a Meter,
    /// True while the scanner is at work.
    pub(crate) scanning: &'a AtomicBool,
    /// Held from a root's pin until its item is visible.
    pub(crate) pinning: &'a Pinning,
    /// Called with how many new items became visible.
    pub(crate) added: &'a (dyn Fn(usize) + Sync),
    /// Hashing threads.
    pub(crate) threads: usize,
}

/// What the import does.
#[derive(Clone, Debug)]
pub(crate) struct ImportPlan {
    pub(crate) job: JobId,
    pub(crate) paths: Vec<PathBuf>,
    pub(crate) mode: ImportMode,
    /// Bytes above which `Auto` keeps a file in place.
    pub(crate) in_place_above: u64,
    pub(crate) album: Option<AlbumId>,
}

impl ImportPlan {
    pub(crate) fn is_reference(&self, size: u64) -> bool {
        match self.mode {
            ImportMode::Reference => true,
            ImportMode::Copy => false,
            ImportMode::Auto => size > self.in_place_above,
        }
    }
}

/// Runs an import to its end, or until it is stopped or the disk is full. What it
/// committed stays, whatever the outcome.
pub(crate) fn run_import(ports: &ImportPorts<'_>, plan: &ImportPlan) -> Outcome {
    let (found_in, found_out) = sync_channel::<Found>(FOUND_AHEAD);
    let (ready_in, ready_out) = sync_channel::<Ready>(READY_AHEAD);
    let budget = Budget::new(IN_FLIGHT);
    let found_out = Arc::new(Mutex::new(found_out));
    std::thread::scope(|scope| {
        let scanner_ready = ready_in.clone();
        let scanner = scope.spawn(move || {
            ports.scanning.store(true, Ordering::Relaxed);
            let mut scanned = Scanned {
                found: found_in,
                ready: scanner_ready,
                ports,
            };
            let result = scan(&plan.paths, ports.home, &mut scanned);
            ports.scanning.store(false, Ordering::Relaxed);
            result
        });
        for _ in 0..ports.threads.max(1) {
            let found_out = Arc::clone(&found_out);
            let ready_in = ready_in.clone();
            let budget = &budget;
            scope.spawn(move || {
                let mut reader = Reader::new(ports, plan, budget);
                while let Some(found) = next(&found_out) {
                    let ready = match reader.prepare(found) {
                        Ok(ready) => ready,
                        Err(_) => break,
                    };
                    if ready_in.send(ready).is_err() {
                        break;
                    }
                }
            });
        }
        drop(ready_in);
        // Held by the readers alone from here on: when they stop, the scanner stops.
        drop(found_out);
        let mut sink = Sink::new(ports, plan, &budget);
        let drained = drain(&mut sink, &ready_out);
        // Wakes readers that wait for room, and ends those that have something to send.
        budget.close();
        drop(ready_out);
        let scanned = scanner
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        if let Err(outcome) = drained {
            return outcome;
        }
        if let Some(stop) = ports.control.stopped() {
            return stop.into();
        }
        if let Err(stop) = scanned {
            return stop.into();
        }
        match sink.settle(&plan.paths) {
            Ok(()) => Outcome::Done(None),
            Err(outcome) => outcome,
        }
    })
}

/// Feeds the sink until all readers and the scanner are through.
fn drain(sink: &mut Sink<'_>, ready: &Receiver<Ready>) -> Result<(), Outcome> {
    loop {
        match ready.recv_timeout(sink.patience()) {
            Ok(ready) => sink.take(ready)?,
            Err(RecvTimeoutError::Timeout) => sink.commit()?,
            Err(RecvTimeoutError::Disconnected) => return sink.commit(),
        }
    }
}

fn next(found: &Mutex<Receiver<Found>>) -> Option<Found> {
    lock(found).recv().ok()
}

/// The scanner's end of the channels.
struct Scanned<'a> {
    found: SyncSender<Found>,
    ready: SyncSender<Ready>,
    ports: &'a ImportPorts<'a>,
}

impl Sighting for Scanned<'_> {
    fn file(&mut self, found: Found) -> Result<(), Stop> {
        self.ports.control.checkpoint()?;
        Meter::add(&self.ports.meter.files_total, 1);
        Meter::add(&self.ports.meter.bytes_total, found.stamp.size);
        self.found.send(found).map_err(|_| Stop::Elsewhere)
    }

    fn failure(
        &mut self,
        path: &Path,
        code: FailureCode,
        detail: Option<String>,
    ) -> Result<(), Stop> {
        self.ports.control.checkpoint()?;
        Meter::add(&self.ports.meter.files_total, 1);
        let failed = Ready::Failed {
            path: RawPath::from(path),
            code,
            detail,
            bytes: 0,
        };
        self.ready.send(failed).map_err(|_| Stop::Elsewhere)
    }

    fn folder(&mut self, path: &Path) -> Result<(), Stop> {
        self.ports.meter.at(path);
        self.ports.control.checkpoint()
    }
}
