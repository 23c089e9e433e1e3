//! Results that come one by one from a blocking thread: lists and trees of any length.
//!
//! A few results wait at most; whoever makes them stops when nobody listens any more.

use std::sync::Arc;

use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::ReadContent;
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
    /// Runs `search` on a blocking thread; at most `ahead` results wait.
    pub(crate) fn find<T, F>(&self, name: &'static str, ahead: usize, search: F) -> Found<T>
    where
        T: Send + 'static,
        F: FnOnce(&Arc<Inner>, &Out<T>) -> Result<(), Ended> + Send + 'static,
    {
        let (sender, receiver) = channel(ahead);
        let task = Arc::clone(&self.inner);
        self.inner.tasks.spawn(name, async move {
            let inner = Arc::clone(&task);
            task.tasks
                .blocking(Lane::Work, move || {
                    let out = Out { sender, inner };
                    if let Err(Ended::Read(error)) = search(&out.inner, &out) {
                        // Nobody may be there to hear it.
                        let _ = out.sender.blocking_send(Err(error));
                    }
                })
                .await;
        });
        Found { receiver }
    }
}
