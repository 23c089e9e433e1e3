//! How content by address is read: with which blocks, on which threads, and for whom.

use std::sync::Arc;

use dag::Cid;

use super::fetch::Fetching;
use crate::blocks::Blocks;
use crate::node::{Inner, Node};
use crate::tasks::Lane;

/// For whom content is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reader {
    /// The owner of this home, who may read everything in it.
    #[default]
    Owner,
    /// Somebody at the gateway: what is private is to them as if it were not here.
    Visitor,
}

impl Inner {
    /// The blocks below `root`; what is not here is fetched from others when a network runs.
    pub(crate) fn blocks_for(&self, root: Cid, reader: Reader) -> Blocks {
        let visitor = reader == Reader::Visitor;
        let mut blocks = self.blocks();
        if visitor {
            blocks = blocks.only(Arc::clone(&self.public));
        }
        match Fetching::new(self, root, visitor) {
            Some(fetching) => blocks.with_fetch(Arc::new(fetching)),
            None => blocks,
        }
    }
}

impl Node {
    /// Whether content that is not here can be looked for elsewhere.
    #[must_use]
    pub fn can_fetch(&self) -> bool {
        !self.inner.networks.running().is_empty()
    }

    /// Runs blocking `work` that reads what is below `root`. Dropping it ends what it waits for.
    pub(crate) async fn reading<T, F>(&self, root: Cid, reader: Reader, lane: Lane, work: F) -> T
    where
        T: Send + 'static,
        F: FnOnce(&Arc<Inner>, &Blocks) -> T + Send + 'static,
    {
        let inner = Arc::clone(&self.inner);
        let blocks = self.inner.blocks_for(root, reader);
        let guard = blocks.guard();
        let done = self
            .inner
            .tasks
            .blocking(blocks.lane(lane), move || work(&inner, &blocks))
            .await;
        // Whoever got something to read holds on to it by themselves.
        drop(guard.map(tokio_util::sync::DropGuard::disarm));
        done
    }
}
