//! What peers are answered: the two ports of `net` that decide about private things.
//!
//! One rule: a peer may have a block when a public share, or one that it has open now, reaches it. Whether a block
//! is allowed and whether it is here are both looked up for every question, in the same order, so
//! that private and absent take the same work.
//!
//! What a share reaches is remembered as keyed 64-bit hashes of addresses: 8 bytes a block, and
//! nobody outside can make two addresses meet.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, Weak};

use bytes::Bytes;
use dag::Cid;
use dag::share_proof::ProofKey;
use futures_util::future::BoxFuture;
use library::{ShareId, ShareRow, ShareState};
use net::PeerId;
use net::bitswap::BlockSource;
use net::share::{Grant, LinkId, OpenLinks, PasswordParams, ShareBook, SharedLink};

use super::{bytes32, system_time};
use crate::jobs::lock;
use crate::node::Inner;
use crate::policy::PolicyAction;
use crate::tasks::Lane;

/// Shares whose blocks are remembered at once; more are looked up again.
const MAX_REMEMBERED: usize = 256;

/// The blocks that shares reach, by share.
#[derive(Debug, Default)]
pub(crate) struct ShareBlocks {
    hasher: RandomState,
    sets: Mutex<HashMap<ShareId, Arc<HashSet<u64>>>>,
}

impl ShareBlocks {
    /// The share was taken back.
    pub(crate) fn forget(&self, id: ShareId) {
        lock(&self.sets).remove(&id);
    }

    fn reaches(&self, inner: &Inner, id: ShareId, cid: &Cid) -> bool {
        let known = lock(&self.sets).get(&id).map(Arc::clone);
        let set = match known {
            Some(set) => set,
            None => {
                let set = Arc::new(self.gather(inner, id));
                let mut sets = lock(&self.sets);
                if sets.len() >= MAX_REMEMBERED {
                    sets.clear();
                }
                sets.insert(id, Arc::clone(&set));
                set
            }
        };
        set.contains(&self.hasher.hash_one(cid.hash().to_bytes()))
    }

    /// Everything below the roots of a share. Leaves are known by their parents and not read.
    fn gather(&self, inner: &Inner, id: ShareId) -> HashSet<u64> {
        let row = inner.library.reader().and_then(|view| view.share(id));
        let Ok(Some(row)) = row else {
            return HashSet::new();
        };
        let mut set = HashSet::new();
        let mut open = row.pinned;
        while let Some(cid) = open.pop() {
            if !set.insert(self.hasher.hash_one(cid.hash().to_bytes())) {
                continue;
            }
            // A raw block has no links; a manifest's links are the other roots.
            if cid.codec() == dag::Codec::Raw.code() {
                continue;
            }
            if let Ok(Some(bytes)) = inner.store.get(&cid) {
                open.extend(dag::links(&cid, &bytes).unwrap_or_default());
            }
        }
        set
    }
}

/// Answers the network from this node. Holds it weakly: the node owns the network.
#[derive(Debug, Clone)]
pub(crate) struct Serving {
    pub(crate) inner: Weak<Inner>,
    pub(crate) open: OpenLinks,
}

impl Serving {
    async fn ask<T, F>(&self, peer: PeerId, cid: Cid, answer: F) -> Option<T>
    where
        T: Send + 'static,
        F: FnOnce(&Inner, &Cid) -> Option<T> + Send + 'static,
    {
        let inner = self.inner.upgrade()?;
        let links = self.open.of(&peer);
        let tasks = inner.tasks.clone();
        tasks
            .blocking(Lane::Serve, move || {
                let allowed = links
                    .iter()
                    .any(|link| inner.serving.reaches(&inner, ShareId(link.0), &cid));
                let allowed = allowed | inner.public.is_shared(&cid);
                let here = inner.store.has(&cid).unwrap_or(false);
                let blocked = inner.policy.blocks(&cid);
                match allowed && here {
                    true if blocked => {
                        inner.policy.note(&cid, PolicyAction::Serve);
                        None
                    }
                    true => answer(&inner, &cid),
                    false => None,
                }
            })
            .await
    }
}

impl BlockSource for Serving {
    fn get(&self, peer: PeerId, cid: Cid) -> BoxFuture<'static, Option<Bytes>> {
        let this = self.clone();
        Box::pin(async move {
            this.ask(peer, cid, |inner, cid| inner.store.get(cid).ok().flatten())
                .await
        })
    }

    fn size(&self, peer: PeerId, cid: Cid) -> BoxFuture<'static, Option<usize>> {
        let this = self.clone();
        Box::pin(async move {
            this.ask(peer, cid, |inner, cid| {
                let stat = inner.store.stat_block(cid).ok().flatten()?;
                usize::try_from(stat.len).ok()
            })
            .await
        })
    }
}

impl ShareBook for Serving {
    fn find(&self, link: LinkId) -> BoxFuture<'static, Option<SharedLink>> {
        let inner = self.inner.upgrade();
        Box::pin(async move {
            let inner = inner?;
            let tasks = inner.tasks.clone();
            tasks
                .blocking(Lane::Serve, move || {
                    let row = inner.library.reader().ok()?.share(ShareId(link.0)).ok()??;
                    shared_link(&row)
                })
                .await
        })
    }
}

/// What a link proves and opens; `None` while its share is not ready.
fn shared_link(row: &ShareRow) -> Option<SharedLink> {
    let revoked = row.state == ShareState::Revoked;
    // A public one is opened by nobody: it is simply there.
    if row.public || (row.state != ShareState::Ready && !revoked) {
        return None;
    }
    let secret = dag::share_link::ShareSecret::new(bytes32(&row.secret.0)?);
    let keys = dag::share_proof::LinkKeys::derive(&row.id.0, &secret, None);
    let password = match &row.password {
        None => None,
        Some(password) => Some((
            PasswordParams {
                salt: password.salt.as_slice().try_into().ok()?,
                memory_kib: password.memory_kib,
                passes: password.passes,
                lanes: password.lanes,
            },
            ProofKey::new(bytes32(&password.key.0)?),
        )),
    };
    Some(SharedLink {
        open_key: keys.open,
        password,
        revoked,
        expires: row.expires_at.map(system_time),
        grant: Grant {
            // One that was taken back before it was ready has none, and opens nothing.
            manifest: row.manifest.unwrap_or_default(),
            key: dag::seal::WrappedKey(row.wrapped.0.as_slice().try_into().ok()?),
        },
    })
}

#[cfg(test)]
mod timing;
