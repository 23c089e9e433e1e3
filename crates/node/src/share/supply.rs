//! Where the blocks of a received share come from: what arrived, the store, or the line.

use std::sync::Arc;

use bytes::Bytes;
use dag::Cid;
use net::bitswap::Session;
use store::Store;
use tokio::sync::watch;
use tokio::time::Instant;

use super::arrivals::Arrivals;
use super::received::SharedEnd;
use crate::node::Inner;
use crate::stream::ReadMedia;
use crate::tasks::{Lane, Tasks};

/// What the connection behind a share is now.
#[derive(Clone, Debug, Default)]
pub(crate) enum Line {
    /// Being made, for the first time or again.
    #[default]
    Down,
    /// Blocks come through this.
    Up(Arc<Session>),
    /// There will be none.
    Over(SharedEnd),
}

/// A block, or why there is none.
pub(crate) type Fetched = Result<Bytes, ReadMedia>;

/// See the module. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Supply {
    store: Arc<Store>,
    arrivals: Arc<Arrivals>,
    pub(crate) tasks: Tasks,
    line: watch::Receiver<Line>,
}

impl Supply {
    pub(crate) fn new(inner: &Inner, line: watch::Receiver<Line>) -> Self {
        Self::of(&inner.store, &inner.arrivals, &inner.tasks, line)
    }

    pub(super) fn of(
        store: &Arc<Store>,
        arrivals: &Arc<Arrivals>,
        tasks: &Tasks,
        line: watch::Receiver<Line>,
    ) -> Self {
        Self {
            store: Arc::clone(store),
            arrivals: Arc::clone(arrivals),
            tasks: tasks.clone(),
            line,
        }
    }

    /// One block, however long it takes; what comes through the line is kept. Cancel-safe, and
    /// what comes after a cancel is kept too (see [`keep_strays`]).
    pub(crate) async fn fetch(&self, cid: Cid, deadline: Option<Instant>) -> Fetched {
        if let Some(bytes) = self.arrivals.get(&cid) {
            return Ok(bytes);
        }
        let own = Arc::clone(&self.store);
        let here = self
            .tasks
            .blocking(Lane::Read, move || own.get(&cid))
            .await
            .map_err(|error| ReadMedia::ReadSource(Box::new(error)))?;
        // It may have come while the store was asked, as what was taken back a moment ago.
        if let Some(bytes) = here.or_else(|| self.arrivals.get(&cid)) {
            return Ok(bytes);
        }
        self.arrivals.room().await;
        let bytes = self.through(cid, deadline).await?;
        self.arrivals.keep(cid, bytes.clone());
        Ok(bytes)
    }

    /// Waits for a line and asks it; when the line breaks, waits for the next.
    async fn through(&self, cid: Cid, deadline: Option<Instant>) -> Fetched {
        let mut line = self.line.clone();
        loop {
            let now = line.borrow_and_update().clone();
            match now {
                Line::Over(SharedEnd::Revoked) => return Err(ReadMedia::TakenBack),
                Line::Over(SharedEnd::Expired) => return Err(ReadMedia::Expired),
                Line::Down => {
                    if line.changed().await.is_err() {
                        return Err(ReadMedia::ShuttingDown);
                    }
                }
                Line::Up(session) => tokio::select! {
                    got = session.get(cid, deadline) => match got {
                        Ok(bytes) => return Ok(bytes),
                        Err(_) => return Err(ReadMedia::ShuttingDown),
                    },
                    changed = line.changed() => if changed.is_err() {
                        return Err(ReadMedia::ShuttingDown);
                    },
                },
            }
        }
    }
}

/// Keeps what a session brings after it was taken back. Ends when the session does.
pub(crate) async fn keep_strays(session: &Session, arrivals: &Arrivals) {
    while let Some((cid, bytes)) = session.stray().await {
        arrivals.keep(cid, bytes);
    }
}
