//! Which peer has opened which link of this node: what a source of blocks asks before it answers.
//!
//! One lock, held for look-ups only. An entry lives exactly as long as its [`Opened`], which the
//! stream's future owns.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use libp2p::PeerId;
use tokio::sync::oneshot;

use crate::share::{LinkId, ShareEnd};

/// The most links that are open together.
const MAX_OPEN: usize = 1024;

#[derive(Debug)]
struct Entry {
    peer: PeerId,
    link: LinkId,
    end: oneshot::Sender<ShareEnd>,
}

#[derive(Debug, Default)]
struct Table {
    next: u64,
    entries: HashMap<u64, Entry>,
}

/// The links that are open now. Cheap to clone; all clones are one table. Give one to the source of
/// blocks and one to [`NetworkConfig`](crate::NetworkConfig).
#[derive(Debug, Clone, Default)]
pub struct OpenLinks(Arc<Mutex<Table>>);

impl OpenLinks {
    fn table(&self) -> MutexGuard<'_, Table> {
        // Every change is one insert or remove, so a poisoned table is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The links `peer` has open, sorted, each once.
    pub fn of(&self, peer: &PeerId) -> Vec<LinkId> {
        let table = self.table();
        let open = table.entries.values().filter(|entry| entry.peer == *peer);
        let mut links: Vec<_> = open.map(|entry| entry.link).collect();
        links.sort_unstable();
        links.dedup();
        links
    }

    /// Whether `peer` has `link` open.
    pub fn has(&self, peer: &PeerId, link: &LinkId) -> bool {
        let table = self.table();
        let mut entries = table.entries.values();
        entries.any(|entry| entry.peer == *peer && entry.link == *link)
    }

    /// Who has `link` open, sorted, each once.
    pub fn peers(&self, link: &LinkId) -> Vec<PeerId> {
        let table = self.table();
        let open = table.entries.values().filter(|entry| entry.link == *link);
        let mut peers: Vec<_> = open.map(|entry| entry.peer).collect();
        peers.sort_unstable();
        peers.dedup();
        peers
    }

    /// Closes `link` for everybody, at once, and tells them. The caller notes the revocation in its
    /// [`ShareBook`](crate::share::ShareBook) first, or the link could be opened in between.
    pub fn revoke(&self, link: &LinkId) {
        let mut table = self.table();
        let gone = table.entries.extract_if(|_, entry| entry.link == *link);
        for (_, entry) in gone {
            let _ = entry.end.send(ShareEnd::Revoked);
        }
    }

    /// Notes that `peer` may fetch what `link` shares, for as long as the result lives; `None` when
    /// too many links are open.
    pub(crate) fn open(&self, peer: PeerId, link: LinkId) -> Option<Opened> {
        let (end, ended) = oneshot::channel();
        let mut table = self.table();
        if table.entries.len() >= MAX_OPEN {
            return None;
        }
        table.next += 1;
        let id = table.next;
        table.entries.insert(id, Entry { peer, link, end });
        Some(Opened {
            ended,
            links: self.clone(),
            id,
        })
    }
}

/// An entry of the table. Dropping it takes the permission back.
#[derive(Debug)]
pub(crate) struct Opened {
    /// Told when somebody else closes it.
    pub(crate) ended: oneshot::Receiver<ShareEnd>,
    links: OpenLinks,
    id: u64,
}

impl Drop for Opened {
    fn drop(&mut self) {
        self.links.table().entries.remove(&self.id);
    }
}
