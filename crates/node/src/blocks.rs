//! Where blocks are read: the store, and behind it whoever can fetch what it lacks.
//!
//! Every read of content by address goes through [`Blocks::get`], which asks the policy first. What
//! it is not: it decides nothing about who asks.

use std::sync::Arc;

use bytes::Bytes;
use dag::Cid;
use store::Store;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::node::Inner;
use crate::policy::{Blocked, ContentPolicy, PolicyAction};
use crate::public::PublicBlocks;
use crate::tasks::Lane;

/// Where blocks come from that the store does not have. Blocking.
///
/// `ahead` are the blocks that follow in the order of reading, so that they can be asked for in time.
/// What is given was verified.
pub(crate) trait BlockFetch: Send + Sync + std::fmt::Debug {
    /// The block; waits for as long as it takes to find somebody, within a bound.
    fn fetch(&self, cid: &Cid, ahead: &[Cid]) -> Result<Bytes, ReadBlock>;

    /// Cancelled, it ends every fetch at once.
    fn ended(&self) -> CancellationToken;
}

/// Why a block could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadBlock {
    #[error("the block {0} is not on this machine")]
    Missing(Cid),
    #[error("nobody who has the block {0} was found")]
    NobodyHas(Cid),
    #[error(transparent)]
    Blocked(Box<Blocked>),
    #[error(transparent)]
    Store(#[from] store::GetBlock),
    /// The node shuts down, or nobody waits any more.
    #[error("Tributary is shutting down")]
    Ended,
}

/// See the module. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Blocks {
    store: Arc<Store>,
    policy: Option<Arc<ContentPolicy>>,
    fetch: Option<Arc<dyn BlockFetch>>,
    /// Only these count as being here.
    only: Option<Arc<PublicBlocks>>,
}

impl Blocks {
    /// The store alone, unasked: for what the owner keeps, moves and exports.
    pub(crate) fn own(store: &Arc<Store>) -> Self {
        Self {
            store: Arc::clone(store),
            policy: None,
            fetch: None,
            only: None,
        }
    }

    /// With somebody to fetch what is not here.
    pub(crate) fn with_fetch(self, fetch: Arc<dyn BlockFetch>) -> Self {
        Self {
            fetch: Some(fetch),
            ..self
        }
    }

    /// What is here counts only when it is public.
    pub(crate) fn only(self, public: Arc<PublicBlocks>) -> Self {
        Self {
            only: Some(public),
            ..self
        }
    }

    /// Whether what is not here is looked for elsewhere.
    pub(crate) fn can_fetch(&self) -> bool {
        self.fetch.is_some()
    }

    /// Where reads run that would run on `lane`, were it not for others who may take their time.
    pub(crate) fn lane(&self, lane: Lane) -> Lane {
        match self.fetch {
            Some(_) => Lane::Fetch,
            None => lane,
        }
    }

    /// Ends every fetch when it is dropped.
    pub(crate) fn guard(&self) -> Option<DropGuard> {
        Some(self.fetch.as_ref()?.ended().drop_guard())
    }

    fn here(&self, cid: &Cid) -> Result<Option<Bytes>, store::GetBlock> {
        match self.only.as_ref().is_none_or(|only| only.is_public(cid)) {
            true => self.store.get(cid),
            false => Ok(None),
        }
    }

    /// The block. `ahead` is asked for only when there is somebody to ask.
    pub(crate) fn get(
        &self,
        cid: &Cid,
        ahead: impl FnOnce() -> Vec<Cid>,
    ) -> Result<Bytes, ReadBlock> {
        if let Some(policy) = &self.policy {
            policy
                .check(cid, PolicyAction::Get)
                .map_err(ReadBlock::Blocked)?;
        }
        if let Some(bytes) = self.here(cid)? {
            return Ok(bytes);
        }
        match &self.fetch {
            Some(fetch) => fetch.fetch(cid, &ahead()),
            None => Err(ReadBlock::Missing(*cid)),
        }
    }

    /// The block if it is here and may be read: nobody is asked.
    pub(crate) fn peek(&self, cid: &Cid) -> Option<Bytes> {
        let is_clear = self
            .policy
            .as_ref()
            .is_none_or(|policy| !policy.blocks(cid));
        let bytes = is_clear.then(|| self.here(cid));
        bytes?.ok().flatten()
    }
}

impl Inner {
    /// Reads of content by address, of what is here.
    pub(crate) fn blocks(&self) -> Blocks {
        Blocks {
            policy: Some(Arc::clone(&self.policy)),
            ..Blocks::own(&self.store)
        }
    }
}
