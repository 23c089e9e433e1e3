//! The host side: a few worker processes, one request at a time each.
//!
//! Each worker slot is an owned thread that starts its process when first
//! needed, feeds it, times it, buries it and starts the next. Callers wait on
//! a oneshot; admission is a semaphore, so nothing here is unbounded.
//!
//! Invariants: a request is given to at most one living worker (once more
//! only when the first was dead before it could receive it); a worker's
//! death, silence or nonsense ends one request with a typed error.
//! Lock order: `queue` and `child` are never held together.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::process::Child;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::inspection::{InspectMedia, Inspection, Source, Want, Waveform};

mod slot;

/// How the pool starts and bounds its workers.
#[derive(Clone, Debug)]
pub struct PoolConfig {
    /// Program that runs `worker_main`.
    pub program: PathBuf,
    /// Arguments that make it do so, such as `media-worker`.
    pub args: Vec<OsString>,
    /// Worker processes at most; each is started when first needed.
    pub workers: usize,
    /// Bounds of one worker.
    pub limits: Limits,
}

impl PoolConfig {
    /// The defaults for a program with a hidden subcommand.
    pub fn new(program: impl Into<PathBuf>, args: impl IntoIterator<Item = OsString>) -> Self {
        PoolConfig {
            program: program.into(),
            args: args.into_iter().collect(),
            workers: 2,
            limits: Limits::default(),
        }
    }
}

/// Bounds of one worker process and its requests.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of writable memory (`RLIMIT_DATA`).
    pub memory: u64,
    /// Wall time for a request that makes no video frame.
    pub still_timeout: Duration,
    /// Wall time for a request that decodes video.
    pub video_timeout: Duration,
    /// Wall time for a waveform.
    pub waveform_timeout: Duration,
    /// Requests after which a worker is replaced.
    pub recycle_after: u32,
    /// Idle time after which a worker is stopped to give its memory back.
    pub idle: Duration,
    /// Requests that may wait; a caller beyond that waits for a place.
    pub queue: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            memory: 1_280 * 1024 * 1024,
            still_timeout: Duration::from_secs(30),
            video_timeout: Duration::from_secs(60),
            waveform_timeout: Duration::from_secs(120),
            recycle_after: 500,
            idle: Duration::from_secs(20),
            queue: 64,
        }
    }
}

/// Why the pool could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartPool {
    /// A thread could not be started.
    #[error("could not start a thread of the media pool")]
    Thread(#[source] io::Error),
}

/// Handle to the workers; clones share them.
#[derive(Clone)]
pub struct MediaPool {
    inner: Arc<Inner>,
}

impl fmt::Debug for MediaPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MediaPool")
            .field("config", &self.inner.shared.config)
            .finish()
    }
}

/// Dropping the last handle closes the pool without waiting for it.
struct Inner {
    shared: Arc<Shared>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.shared.close();
    }
}

/// What the handles and the slot threads share.
struct Shared {
    config: PoolConfig,
    queue: Mutex<VecDeque<Job>>,
    arrived: Condvar,
    places: Arc<Semaphore>,
    closed: AtomicBool,
    /// The live process of each slot, so that `close` can end it.
    children: Vec<Mutex<Option<Child>>>,
    /// One permit for each slot thread that has ended.
    ended: Semaphore,
}

enum Job {
    Inspect {
        source: Source,
        want: Want,
        reply: oneshot::Sender<Result<Inspection, InspectMedia>>,
        _place: OwnedSemaphorePermit,
    },
    Waveform {
        source: Source,
        points: u32,
        reply: oneshot::Sender<Result<Waveform, InspectMedia>>,
        _place: OwnedSemaphorePermit,
    },
}

/// A panic while holding one of our locks leaves plain data behind; go on with it.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl MediaPool {
    /// Starts the pool. No process is started before the first request.
    pub fn start(config: PoolConfig) -> Result<MediaPool, StartPool> {
        let workers = config.workers.clamp(1, 16);
        let shared = Arc::new(Shared {
            queue: Mutex::new(VecDeque::new()),
            arrived: Condvar::new(),
            places: Arc::new(Semaphore::new(config.limits.queue.max(1))),
            closed: AtomicBool::new(false),
            children: (0..workers).map(|_| Mutex::new(None)).collect(),
            ended: Semaphore::new(0),
            config,
        });
        let inner = Arc::new(Inner {
            shared: shared.clone(),
            threads: Mutex::new(Vec::new()),
        });
        for index in 0..workers {
            let shared = shared.clone();
            let thread = std::thread::Builder::new()
                .name(format!("media-slot-{index}"))
                .spawn(move || slot::run(&shared, index))
                .map_err(StartPool::Thread)?;
            locked(&inner.threads).push(thread);
        }
        Ok(MediaPool { inner })
    }

    /// Looks at one file. Cancel-safe: a dropped call that has not begun is
    /// never run, one that has begun ends by itself within its time limit.
    pub async fn inspect(&self, source: Source, want: Want) -> Result<Inspection, InspectMedia> {
        let place = self.place().await?;
        let (reply, answer) = oneshot::channel();
        self.submit(Job::Inspect {
            source,
            want,
            reply,
            _place: place,
        });
        answer.await.unwrap_or(Err(InspectMedia::Closed))
    }

    /// Peaks of the first audio track, `points` of them (clamped to 16..=2000).
    pub async fn waveform(&self, source: Source, points: u32) -> Result<Waveform, InspectMedia> {
        let place = self.place().await?;
        let (reply, answer) = oneshot::channel();
        let points = points.clamp(16, 2000);
        self.submit(Job::Waveform {
            source,
            points,
            reply,
            _place: place,
        });
        answer.await.unwrap_or(Err(InspectMedia::Closed))
    }

    /// Stops every worker and joins the pool's threads; waiting requests get
    /// `Closed`. Dropping the last handle does the same without waiting.
    pub async fn shutdown(&self) {
        let shared = &self.inner.shared;
        shared.close();
        let slots = u32::try_from(shared.children.len()).unwrap_or(u32::MAX);
        // The permits go back, so a second call returns as well.
        let ended = shared.ended.acquire_many(slots).await;
        let threads: Vec<_> = locked(&self.inner.threads).drain(..).collect();
        for thread in threads {
            if thread.join().is_err() {
                tracing::error!("a media pool thread panicked");
            }
        }
        drop(ended);
    }

    async fn place(&self) -> Result<OwnedSemaphorePermit, InspectMedia> {
        let places = self.inner.shared.places.clone();
        places
            .acquire_owned()
            .await
            .map_err(|_| InspectMedia::Closed)
    }

    fn submit(&self, job: Job) {
        let shared = &self.inner.shared;
        locked(&shared.queue).push_back(job);
        if shared.closed.load(Ordering::SeqCst) {
            // Closed between the place and here: nobody will take it.
            locked(&shared.queue).clear();
        }
        shared.arrived.notify_one();
    }
}

impl Shared {
    fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        self.places.close();
        locked(&self.queue).clear();
        self.arrived.notify_all();
        for child in &self.children {
            if let Some(child) = locked(child).as_mut() {
                // It may have ended by itself; the slot thread reaps it either way.
                let _ = child.kill();
            }
        }
    }

    fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }
}
