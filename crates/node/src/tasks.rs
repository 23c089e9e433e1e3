//! The owner of every task of a node: one tracker, one cancellation tree, and
//! capped lanes for blocking work.
//!
//! Not a scheduler: tokio runs the tasks. Invariants: nothing is spawned except
//! through here; a spawned task is told to stop by its token and is joined by
//! [`Tasks::shutdown`]; a lane never has more than its cap of blocking calls at
//! once, so slow disks cannot use up tokio's whole blocking pool.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

/// What a blocking call is for; each lane has its own cap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lane {
    /// Short catalogue queries and settings.
    Query,
    /// Reads of media bytes.
    Read,
    /// Jobs and other work of seconds to hours.
    Work,
    /// What peers ask.
    Serve,
    /// Reads that may wait for peers, so that they hold up nothing else.
    Fetch,
}

/// A task that ends when this is dropped. Gives `None` when the node shuts down first.
#[derive(Debug)]
pub(crate) struct Held<T>(tokio::task::JoinHandle<Option<T>>);

impl<T> Drop for Held<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl<T> Future for Held<T> {
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0)
            .poll(cx)
            .map(|joined| joined.ok().flatten())
    }
}

/// Queries that may run at once.
const QUERY_CAP: usize = 6;
/// Media reads that may run at once.
const READ_CAP: usize = 8;
/// Reads that may wait for peers at once.
const FETCH_CAP: usize = 48;
/// Answers to peers that may be worked on at once.
const SERVE_CAP: usize = 4;
/// Long jobs that may run at once; above the number of job kinds that block.
const WORK_CAP: usize = 16;

/// Tracker, cancellation and lanes. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Tasks {
    tracker: TaskTracker,
    cancel: CancellationToken,
    query: Arc<Semaphore>,
    read: Arc<Semaphore>,
    work: Arc<Semaphore>,
    serve: Arc<Semaphore>,
    fetch: Arc<Semaphore>,
}

impl Tasks {
    pub(crate) fn new() -> Self {
        Self {
            tracker: TaskTracker::new(),
            cancel: CancellationToken::new(),
            query: Arc::new(Semaphore::new(QUERY_CAP)),
            read: Arc::new(Semaphore::new(READ_CAP)),
            work: Arc::new(Semaphore::new(WORK_CAP)),
            serve: Arc::new(Semaphore::new(SERVE_CAP)),
            fetch: Arc::new(Semaphore::new(FETCH_CAP)),
        }
    }

    /// A token that fires when the node shuts down, or earlier when its holder cancels it.
    pub(crate) fn token(&self) -> CancellationToken {
        self.cancel.child_token()
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.cancel.is_cancelled()
    }

    /// Runs `task` until it ends or the node shuts down, whichever is first.
    pub(crate) fn spawn<F>(&self, name: &'static str, task: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let cancel = self.cancel.clone();
        let span = tracing::debug_span!("task", name);
        drop(
            self.tracker.spawn(
                async move {
                    tokio::select! {
                        () = cancel.cancelled() => tracing::trace!("cancelled"),
                        () = task => {}
                    }
                }
                .instrument(span),
            ),
        );
    }

    /// Runs `task` for as long as the result is held: dropping it ends the task.
    pub(crate) fn held<T, F>(&self, task: F) -> Held<T>
    where
        F: Future<Output = T> + Send + 'static,
        T: Send + 'static,
    {
        let cancel = self.cancel.clone();
        Held(self.tracker.spawn(async move {
            tokio::select! {
                () = cancel.cancelled() => None,
                value = task => Some(value),
            }
        }))
    }

    /// Runs `work` on a blocking thread of `lane` and waits for it.
    ///
    /// Dropping the future does not stop `work` once it has started. A panic in
    /// `work` is passed on to the caller.
    pub(crate) async fn blocking<T, F>(&self, lane: Lane, work: F) -> T
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let semaphore = match lane {
            Lane::Query => &self.query,
            Lane::Read => &self.read,
            Lane::Work => &self.work,
            Lane::Serve => &self.serve,
            Lane::Fetch => &self.fetch,
        };
        let permit = Arc::clone(semaphore)
            .acquire_owned()
            .await
            .expect("BUG: the lanes are never closed");
        let joined = self
            .tracker
            .spawn_blocking(move || {
                let _permit = permit;
                work()
            })
            .await;
        match joined {
            Ok(value) => value,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(error) => panic!("BUG: a blocking call is never aborted: {error}"),
            },
        }
    }

    /// Cancels everything and waits until all tasks and blocking calls have ended,
    /// at most `deadline`. Returns how many were still running then.
    pub(crate) async fn shutdown(&self, deadline: Duration) -> usize {
        self.cancel.cancel();
        self.tracker.close();
        if tokio::time::timeout(deadline, self.tracker.wait())
            .await
            .is_err()
        {
            let left = self.tracker.len();
            tracing::warn!(left, "tasks did not stop in time");
            return left;
        }
        0
    }
}
