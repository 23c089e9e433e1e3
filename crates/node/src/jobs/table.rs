//! All jobs of a node, and the handle of each.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use library::{JobId, JobRow, RawPath, ShareId};
use tokio::sync::watch;

use super::control::{Control, Meter, lock};
use super::{Failure, Job, JobKind, JobState, PauseReason};
use crate::import::ImportOptions;
use crate::policy::Blocked;

/// Weight of the newest measurement in the shown speed.
const RATE_WEIGHT: f64 = 0.25;

/// What a job was asked to do.
#[derive(Clone, Debug)]
pub(crate) enum Request {
    Import {
        paths: Vec<PathBuf>,
        options: ImportOptions,
    },
    Export {
        folder: PathBuf,
    },
    Restore {
        folder: PathBuf,
    },
    Verify,
    Repair,
    Gc,
    Share {
        share: ShareId,
    },
    Save {
        share: ShareId,
    },
}

impl Request {
    pub(crate) fn kind(&self) -> JobKind {
        match self {
            Self::Import { .. } => JobKind::Import,
            Self::Export { .. } => JobKind::Export,
            Self::Restore { .. } => JobKind::Restore,
            Self::Verify => JobKind::Verify,
            Self::Repair => JobKind::Repair,
            Self::Gc => JobKind::Gc,
            Self::Share { .. } => JobKind::Share,
            Self::Save { .. } => JobKind::Save,
        }
    }

    /// Jobs on the store alone are not journaled: after a kill they are asked for again.
    pub(crate) fn is_journaled(&self) -> bool {
        matches!(
            self,
            Self::Import { .. }
                | Self::Export { .. }
                | Self::Restore { .. }
                | Self::Share { .. }
                | Self::Save { .. }
        )
    }
}

/// What is shown of a job, apart from its counters.
#[derive(Debug)]
struct Shown {
    state: JobState,
    finished_at: Option<i64>,
    message: Option<String>,
    blocked: Option<Box<Blocked>>,
    why: Option<PauseReason>,
    rate: f64,
    measured: Option<(Instant, u64)>,
}

/// One job.
#[derive(Debug)]
pub(crate) struct JobHandle {
    pub(crate) id: JobId,
    pub(crate) title: String,
    pub(crate) created_at: i64,
    pub(crate) request: Request,
    pub(crate) control: Control,
    pub(crate) meter: Meter,
    /// True while the totals still grow.
    pub(crate) scanning: AtomicBool,
    /// True while its threads run, paused or not.
    pub(crate) working: AtomicBool,
    /// What a job that is not journaled found; the journal keeps those of the others.
    pub(crate) found: Mutex<Vec<Failure>>,
    shown: Mutex<Shown>,
    state: watch::Sender<JobState>,
}

impl JobHandle {
    pub(crate) fn new(id: JobId, title: String, created_at: i64, request: Request) -> Self {
        let shown = Shown {
            state: JobState::Queued,
            finished_at: None,
            message: None,
            blocked: None,
            why: None,
            rate: 0.0,
            measured: None,
        };
        Self {
            id,
            title,
            created_at,
            request,
            control: Control::new(),
            meter: Meter::default(),
            scanning: AtomicBool::new(false),
            found: Mutex::new(Vec::new()),
            working: AtomicBool::new(false),
            shown: Mutex::new(shown),
            state: watch::Sender::new(JobState::Queued),
        }
    }

    /// A job from the journal; `None` for a kind this version does not know.
    pub(crate) fn from_row(row: JobRow) -> Option<Self> {
        let paths = || -> Vec<PathBuf> { row.roots.iter().map(path_of).collect() };
        let request = match row.kind {
            library::JobKind::Import => Request::Import {
                paths: paths(),
                options: serde_json::from_value(row.options.clone()).unwrap_or_default(),
            },
            library::JobKind::Export => Request::Export {
                folder: paths().into_iter().next()?,
            },
            library::JobKind::Restore => Request::Restore {
                folder: paths().into_iter().next()?,
            },
            library::JobKind::Share => Request::Share {
                share: serde_json::from_value(row.options.clone()).ok()?,
            },
            library::JobKind::Save => Request::Save {
                share: serde_json::from_value(row.options.clone()).ok()?,
            },
            _ => return None,
        };
        let handle = Self::new(row.id, row.title, row.created_at, request);
        let counters = &row.counters;
        let meter = &handle.meter;
        Meter::set(&meter.files_total, counters.files_total);
        Meter::set(&meter.files_done, counters.files_done);
        Meter::set(&meter.files_failed, counters.files_failed);
        Meter::set(&meter.files_duplicate, counters.files_duplicate);
        Meter::set(&meter.files_skipped, counters.files_skipped);
        Meter::set(&meter.bytes_total, counters.bytes_total);
        Meter::set(&meter.bytes_done, counters.bytes_done);
        {
            let mut shown = lock(&handle.shown);
            shown.state = match row.state {
                library::JobState::Queued
                | library::JobState::Scanning
                | library::JobState::Running => JobState::Queued,
                library::JobState::Paused => JobState::Paused,
                library::JobState::Done => JobState::Done,
                library::JobState::Failed => JobState::Failed,
                library::JobState::Cancelled => JobState::Cancelled,
            };
            shown.finished_at = row.finished_at;
            shown.message = row.message;
            let blocked = row.blocked.map(serde_json::from_value);
            shown.blocked = blocked.and_then(Result::ok);
            shown.why = row
                .why
                .and_then(|why| serde_json::from_value(serde_json::Value::String(why)).ok());
            handle.state.send_replace(shown.state);
        }
        Some(handle)
    }

    /// The journal's row of this job now.
    pub(crate) fn row(&self) -> JobRow {
        let job = self.job(0);
        let (roots, options) = match &self.request {
            Request::Import { paths, options } => (
                paths
                    .iter()
                    .map(|path| RawPath::from(path.as_path()))
                    .collect(),
                serde_json::to_value(options).unwrap_or_default(),
            ),
            Request::Export { folder } | Request::Restore { folder } => (
                vec![RawPath::from(folder.as_path())],
                serde_json::Value::Null,
            ),
            Request::Share { share } | Request::Save { share } => {
                (Vec::new(), serde_json::to_value(share).unwrap_or_default())
            }
            Request::Verify | Request::Repair | Request::Gc => {
                (Vec::new(), serde_json::Value::Null)
            }
        };
        JobRow {
            id: self.id,
            kind: match job.kind {
                JobKind::Import => library::JobKind::Import,
                JobKind::Export => library::JobKind::Export,
                JobKind::Restore => library::JobKind::Restore,
                JobKind::Verify => library::JobKind::Verify,
                JobKind::Repair => library::JobKind::Repair,
                JobKind::Gc => library::JobKind::Gc,
                JobKind::Share => library::JobKind::Share,
                JobKind::Save => library::JobKind::Save,
            },
            state: match job.state {
                JobState::Queued => library::JobState::Queued,
                JobState::Scanning => library::JobState::Scanning,
                JobState::Running => library::JobState::Running,
                JobState::Paused => library::JobState::Paused,
                JobState::Done => library::JobState::Done,
                JobState::Failed => library::JobState::Failed,
                JobState::Cancelled => library::JobState::Cancelled,
            },
            title: self.title.clone(),
            options,
            roots,
            counters: library::JobCounters {
                files_total: job.files_total,
                files_done: job.files_done,
                files_failed: job.files_failed,
                files_duplicate: job.files_duplicate,
                files_skipped: job.files_skipped,
                bytes_total: job.bytes_total,
                bytes_done: job.bytes_done,
                ..library::JobCounters::default()
            },
            message: job.message,
            blocked: job.blocked.and_then(|by| serde_json::to_value(by).ok()),
            why: job.why.and_then(|why| match serde_json::to_value(why) {
                Ok(serde_json::Value::String(text)) => Some(text),
                _ => None,
            }),
            created_at: self.created_at,
            finished_at: job.finished_at,
            ..JobRow::default()
        }
    }

    pub(crate) fn state(&self) -> JobState {
        lock(&self.shown).state
    }

    /// Notes what blocks it, or that nothing does; shown with the next state.
    pub(crate) fn set_blocked(&self, by: Option<Box<Blocked>>) {
        lock(&self.shown).blocked = by;
    }

    /// Moves to `state`; waiters are told.
    pub(crate) fn set_state(
        &self,
        state: JobState,
        why: Option<PauseReason>,
        message: Option<String>,
        finished_at: Option<i64>,
    ) {
        let mut shown = lock(&self.shown);
        shown.state = state;
        shown.why = why;
        shown.message = message;
        shown.finished_at = finished_at;
        shown.rate = 0.0;
        shown.measured = None;
        drop(shown);
        self.state.send_replace(state);
    }

    /// A receiver that sees every state from now on.
    pub(crate) fn watch(&self) -> watch::Receiver<JobState> {
        self.state.subscribe()
    }

    /// Measures the speed since the last call.
    pub(crate) fn measure(&self) {
        let now = Instant::now();
        let bytes = Meter::get(&self.meter.bytes_done);
        let mut shown = lock(&self.shown);
        if let Some((then, before)) = shown.measured {
            let seconds = now.duration_since(then).as_secs_f64();
            if seconds > 0.05 {
                let newest = bytes.saturating_sub(before) as f64 / seconds;
                let is_first = shown.rate == 0.0;
                let weight = if is_first { 1.0 } else { RATE_WEIGHT };
                shown.rate = shown.rate * (1.0 - weight) + newest * weight;
            }
        }
        shown.measured = Some((now, bytes));
    }

    /// A snapshot.
    pub(crate) fn job(&self, previews_pending: u64) -> Job {
        let shown = lock(&self.shown);
        let meter = &self.meter;
        let scanning = self.scanning.load(Ordering::Relaxed);
        let (bytes_total, bytes_done) = (
            Meter::get(&meter.bytes_total),
            Meter::get(&meter.bytes_done),
        );
        let is_running = shown.state == JobState::Running;
        let left = bytes_total.saturating_sub(bytes_done);
        let eta = (is_running && !scanning && shown.rate >= 1.0)
            .then(|| (left as f64 / shown.rate).ceil() as u64);
        Job {
            id: self.id,
            kind: self.request.kind(),
            state: if is_running && scanning {
                JobState::Scanning
            } else {
                shown.state
            },
            title: self.title.clone(),
            share: match &self.request {
                Request::Share { share } | Request::Save { share } => Some(*share),
                _ => None,
            },
            created_at: self.created_at,
            finished_at: shown.finished_at,
            files_total: Meter::get(&meter.files_total),
            files_done: Meter::get(&meter.files_done),
            files_failed: Meter::get(&meter.files_failed),
            files_duplicate: Meter::get(&meter.files_duplicate),
            files_skipped: Meter::get(&meter.files_skipped),
            bytes_total,
            bytes_done: bytes_done.min(bytes_total.max(bytes_done)),
            bytes_per_second: shown.rate as u64,
            eta_seconds: eta,
            current: if is_running { meter.current() } else { None },
            previews_pending: if self.request.kind() == JobKind::Import {
                previews_pending
            } else {
                0
            },
            message: shown.message.clone(),
            blocked: shown.blocked.as_deref().cloned(),
            why: shown.why,
        }
    }
}

pub(crate) fn path_of(path: &RawPath) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(std::ffi::OsStr::from_bytes(path.as_bytes()))
}

/// All jobs, oldest first.
#[derive(Debug, Default)]
pub(crate) struct JobTable {
    jobs: Mutex<Vec<Arc<JobHandle>>>,
}

impl JobTable {
    pub(crate) fn add(&self, handle: Arc<JobHandle>) {
        lock(&self.jobs).push(handle);
    }

    pub(crate) fn get(&self, id: JobId) -> Option<Arc<JobHandle>> {
        lock(&self.jobs).iter().find(|job| job.id == id).cloned()
    }

    pub(crate) fn remove(&self, id: JobId) {
        lock(&self.jobs).retain(|job| job.id != id);
    }

    pub(crate) fn all(&self) -> Vec<Arc<JobHandle>> {
        lock(&self.jobs).clone()
    }

    /// True when a job of `kind` has not ended.
    pub(crate) fn is_active(&self, kind: JobKind) -> bool {
        lock(&self.jobs)
            .iter()
            .any(|job| job.request.kind() == kind && !job.state().is_final())
    }

    pub(crate) fn shut_down(&self) {
        for job in lock(&self.jobs).iter() {
            job.control.shut_down();
        }
    }
}
