//! How a store is opened. No defaults live on disk: the caller (node) owns the settings.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::disk::{Disk, RealDisk};

/// Tells the time; injected so that tests decide what "now" is.
pub trait Clock: Send + Sync + fmt::Debug {
    /// Milliseconds since the Unix epoch.
    fn now_ms(&self) -> u64;
}

/// The machine's clock.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now_ms(&self) -> u64 {
        std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |since| {
                u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
            })
    }
}

/// Everything [`crate::Store::open`] needs.
#[derive(Debug, Clone)]
pub struct StoreConfig {
    /// The home directory: `blocks.redb` and `blocks/` live in it. Created when absent.
    pub home: PathBuf,
    /// Most bytes the home's own `blocks/` folder may hold; `None` means as much as the disk has.
    pub quota: Option<u64>,
    /// A segment is sealed when it has grown past this many bytes. Default 256 MiB.
    pub segment_bytes: u64,
    /// Submitted batches are made durable once this many bytes were appended. Default 16 MiB.
    pub sync_bytes: u64,
    /// Submitted batches are made durable at the latest after this time. Default 200 ms.
    pub sync_interval: Duration,
    /// The page cache of the index, in bytes. Default 32 MiB.
    pub cache_bytes: usize,
    /// Appends stop with a typed error while the disk has less than this free, so that the
    /// index always has room to commit. Default 24 MiB.
    pub keep_free_bytes: u64,
    /// Segments in folders on other disks are closed when they were not used for this long, so
    /// that those disks can be unmounted. Default 5 s.
    pub close_idle: Duration,
    /// Where files live; a simulated disk in the crash tests.
    pub disk: Arc<dyn Disk>,
    /// Source of pin times.
    pub clock: Arc<dyn Clock>,
}

impl StoreConfig {
    /// The defaults for the home directory `home`, on the real disk.
    pub fn new(home: impl Into<PathBuf>) -> Self {
        Self {
            home: home.into(),
            quota: None,
            segment_bytes: 256 << 20,
            sync_bytes: 16 << 20,
            sync_interval: Duration::from_millis(200),
            cache_bytes: 32 << 20,
            keep_free_bytes: 24 << 20,
            close_idle: Duration::from_secs(5),
            disk: Arc::new(RealDisk),
            clock: Arc::new(SystemClock),
        }
    }
}
