//! The end of the app: one way out for the window, the tray, the page and signals.
//!
//! Invariants: every task of the shell is on [`Lifetime::tracker`] and ends with its
//! token; the node is shut down before the process ends; the whole takes less than
//! two seconds, or what is left is cut off, which the journal of the node survives.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use tauri::{AppHandle, Manager as _};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::backend::Opening;

/// After this the process ends whatever is still running.
const SHUTDOWN_DEADLINE: Duration = Duration::from_millis(1800);

/// Owner of the shell's tasks.
#[derive(Debug)]
pub(crate) struct Lifetime {
    pub(crate) tracker: TaskTracker,
    pub(crate) token: CancellationToken,
    runtime: tokio::runtime::Handle,
    leaving: AtomicBool,
    gone: AtomicBool,
}

impl Lifetime {
    pub(crate) fn new(runtime: tokio::runtime::Handle) -> Self {
        Self {
            tracker: TaskTracker::new(),
            token: CancellationToken::new(),
            runtime,
            leaving: AtomicBool::new(false),
            gone: AtomicBool::new(false),
        }
    }

    /// Runs `task` until it is done or the app ends.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let token = self.token.clone();
        let until_end = async move {
            tokio::select! {
                () = task => {}
                () = token.cancelled() => {}
            }
        };
        drop(self.tracker.spawn_on(until_end, &self.runtime));
    }

    /// Whether the end has begun.
    pub(crate) fn is_leaving(&self) -> bool {
        self.leaving.load(Ordering::Acquire)
    }

    /// Whether the node is shut down and the process may end.
    pub(crate) fn is_gone(&self) -> bool {
        self.gone.load(Ordering::Acquire)
    }
}

/// Ends the app: the windows go at once, the node is shut down, then the process
/// ends. Calling it again changes nothing.
pub(crate) fn quit(app: &AppHandle) {
    let lifetime = app.state::<Lifetime>();
    if lifetime.leaving.swap(true, Ordering::AcqRel) {
        return;
    }
    for window in app.webview_windows().values() {
        // A window that cannot be hidden goes with the process.
        let _ = window.hide();
    }
    let leaving = app.clone();
    drop(lifetime.tracker.spawn_on(leave(leaving), &lifetime.runtime));
    lifetime.tracker.close();
}

async fn leave(app: AppHandle) {
    let lifetime = app.state::<Lifetime>();
    lifetime.token.cancel();
    let backend = app.state::<Opening>().now();
    if let Some(backend) = backend
        && tokio::time::timeout(SHUTDOWN_DEADLINE, backend.shutdown())
            .await
            .is_err()
    {
        tracing::warn!("the node did not stop in time; it goes on from its journal next time");
    }
    lifetime.gone.store(true, Ordering::Release);
    app.exit(0);
}

/// Ends the app on the signals of a terminal and of a session manager.
pub(crate) async fn quit_on_signals(app: AppHandle) {
    let listen = |kind| signal(kind).map_err(|error| tracing::warn!(%error, "no signal handler"));
    let (Ok(mut terminate), Ok(mut interrupt), Ok(mut hangup)) = (
        listen(SignalKind::terminate()),
        listen(SignalKind::interrupt()),
        listen(SignalKind::hangup()),
    ) else {
        return;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        _ = hangup.recv() => {}
    }
    quit(&app);
}
