//! The host side: a few worker processes, one request at a time each.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use crate::inspection::{InspectMedia, Inspection, Source, Want, Waveform};

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
    Thread(#[source] std::io::Error),
}

/// Handle to the workers; clones share them.
#[derive(Clone, Debug)]
pub struct MediaPool {}

impl MediaPool {
    /// Starts the pool. No process is started before the first request.
    pub fn start(_config: PoolConfig) -> Result<MediaPool, StartPool> {
        unimplemented!()
    }

    /// Looks at one file. Cancel-safe: a dropped call that has not begun is
    /// never run, one that has begun ends by itself within its time limit.
    pub async fn inspect(&self, _source: Source, _want: Want) -> Result<Inspection, InspectMedia> {
        unimplemented!()
    }

    /// Peaks of the first audio track, `points` of them (clamped to 16..=2000).
    pub async fn waveform(&self, _source: Source, _points: u32) -> Result<Waveform, InspectMedia> {
        unimplemented!()
    }

    /// Stops every worker and joins the pool's threads; waiting requests get
    /// `Closed`. Dropping the last handle does the same without waiting.
    pub async fn shutdown(&self) {
        unimplemented!()
    }
}
