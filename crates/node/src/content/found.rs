//! Results that come one by one from a blocking thread: lists and trees of any length.
//!
//! A few results wait at most; whoever makes them stops when nobody listens any more.

use std::future::Future;
use std::sync::Arc;

use dag::Cid;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio_util::sync::DropGuard;

use super::{ReadContent, Reader};
use crate::blocks::Blocks;
use crate::node::{Inner, Node};
use crate::tasks::Lane;

/// Results as they are found. After an error nothing follows.
#[derive(Debug)]
pub struct Found<T> {
    receiver: Receiver<Result<T, ReadContent>>,
}

impl<T> Found<T> {
    /// The next result; `None` at the end. Cancel-safe.
    pub async fn next(&mut self) -> Option<Result<T, ReadContent>> {
        self.receiver.recv().await
    }
}

/// Why a search ended early.
pub(crate) enum Ended {
    /// Nobody listens any more, or the node stops.
    Alone,
    /// Something could not be read.
    Read(ReadContent),
}

impl From<ReadContent> for Ended {
    fn from(error: ReadContent) -> Self {
        Self::Read(error)
    }
}

/// Where results go.
pub(crate) struct Out<T> {
    sender: Sender<Result<T, ReadContent>>,
    inner: Arc<Inner>,
}

impl<T> Out<T> {
    /// Hands a result on; waits while too many are on their way.
    pub(crate) fn send(&self, found: T) -> Result<(), Ended> {
        self.alive()?;
        self.sender
            .blocking_send(Ok(found))
            .map_err(|_| Ended::Alone)
    }

    /// An error when nobody listens any more: for searches that find nothing for a while.
    pub(crate) fn alive(&self) -> Result<(), Ended> {
        if self.sender.is_closed() || self.inner.tasks.is_stopping() {
            return Err(Ended::Alone);
        }
        Ok(())
    }
}

impl Node {
    /// As [`Node::find`], for a search that reads what is below `root`; what is not here is fetched
    /// while somebody listens.
    pub(crate) fn find_below<T, F>(
        &self,
        root: Cid,
        name: &'static str,
        ahead: usize,
        search: F,
    ) -> Found<T>
    where
        T: Send + 'static,
        F: FnOnce(&Arc<Inner>, &Blocks, &Out<T>) -> Result<(), Ended> + Send + 'static,
    {
        let blocks = self.inner.blocks_for(root, Reader::Owner);
        let (guard, lane) = (blocks.guard(), blocks.lane(Lane::Work));
        self.find_with(name, ahead, lane, guard, move |inner, out| {
            search(inner, &blocks, out)
        })
    }

    /// Runs `search` on a blocking thread; at most `ahead` results wait.
    pub(crate) fn find<T, F>(&self, name: &'static str, ahead: usize, search: F) -> Found<T>
    where
        T: Send + 'static,
        F: FnOnce(&Arc<Inner>, &Out<T>) -> Result<(), Ended> + Send + 'static,
    {
        self.find_with(name, ahead, Lane::Work, None, search)
    }

    fn find_with<T, F>(
        &self,
        name: &'static str,
        ahead: usize,
        lane: Lane,
        guard: Option<DropGuard>,
        search: F,
    ) -> Found<T>
    where
        T: Send + 'static,
        F: FnOnce(&Arc<Inner>, &Out<T>) -> Result<(), Ended> + Send + 'static,
    {
        let (sender, receiver) = channel(ahead);
        let task = Arc::clone(&self.inner);
        self.inner.tasks.spawn(name, async move {
            let inner = Arc::clone(&task);
            let listener = sender.clone();
            let work = task.tasks.blocking(lane, move || {
                let out = Out { sender, inner };
                if let Err(Ended::Read(error)) = search(&out.inner, &out) {
                    // Nobody may be there to hear it.
                    let _ = out.sender.blocking_send(Err(error));
                }
            });
            while_heard(listener, guard, work).await;
        });
        Found { receiver }
    }
}

/// Waits for `work`; when nobody listens any more, ends what it fetches.
pub(super) async fn while_heard<T>(
    listener: Sender<T>,
    guard: Option<DropGuard>,
    work: impl Future<Output = ()>,
) {
    tokio::pin!(work);
    tokio::select! {
        () = &mut work => {}
        () = listener.closed() => {
            drop(guard);
            // It sees by itself that nobody listens.
            work.await;
        }
    }
}
