//! The event stream: what changed, told to every listener.
//!
//! Events are hints to look again, not a log: the channel is bounded, a slow
//! listener loses the oldest ones and gets [`Event::Lagged`] instead, after which
//! it must re-read what it shows. Lists of ids are cut at [`MAX_IDS`].

use std::sync::Arc;

use library::{ItemId, ItemKind};
use tokio::sync::broadcast;

use crate::jobs::Job;

/// Most ids one event carries; `count` says how many there were.
pub const MAX_IDS: usize = 200;
/// Events a listener may be behind before it is told that it lagged.
const CAPACITY: usize = 256;

/// Something changed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// A job moved; at most four a second for each job.
    JobProgress(Arc<Job>),
    /// A job reached an end state, or paused.
    JobFinished(Arc<Job>),
    /// Items became visible.
    ItemsAdded {
        /// The first [`MAX_IDS`] of them.
        ids: Arc<[ItemId]>,
        /// The kinds among them, each once.
        kinds: Arc<[ItemKind]>,
        /// How many there are.
        count: u64,
    },
    /// Facts, files or edits of items changed.
    ItemsChanged(Arc<[ItemId]>),
    /// Items are gone.
    ItemsRemoved(Arc<[ItemId]>),
    /// Previews of items can be loaded now.
    PreviewReady(Arc<[ItemId]>),
    /// A setting or the list of people changed.
    SettingsChanged,
    /// Used, free or quota bytes, or a storage folder changed.
    StorageChanged,
    /// A share, or one that was opened, changed.
    SharesChanged,
    /// Who is connected, or how this node is reached, changed.
    NetworkChanged,
    /// This listener missed events and should re-read everything it shows.
    Lagged,
}

/// The sending side, owned by the node.
#[derive(Clone, Debug)]
pub(crate) struct Events {
    sender: broadcast::Sender<Event>,
}

impl Events {
    pub(crate) fn new() -> Self {
        Self {
            sender: broadcast::Sender::new(CAPACITY),
        }
    }

    pub(crate) fn send(&self, event: Event) {
        // No listener is no error.
        let _ = self.sender.send(event);
    }

    pub(crate) fn items_added(&self, ids: &[ItemId], kinds: &[ItemKind]) {
        if ids.is_empty() {
            return;
        }
        self.send(Event::ItemsAdded {
            ids: cut(ids),
            kinds: kinds.into(),
            count: ids.len() as u64,
        });
    }

    pub(crate) fn items_changed(&self, ids: &[ItemId]) {
        for part in ids.chunks(MAX_IDS) {
            self.send(Event::ItemsChanged(part.into()));
        }
    }

    pub(crate) fn items_removed(&self, ids: &[ItemId]) {
        for part in ids.chunks(MAX_IDS) {
            self.send(Event::ItemsRemoved(part.into()));
        }
    }

    pub(crate) fn subscribe(&self) -> EventStream {
        EventStream {
            receiver: self.sender.subscribe(),
        }
    }
}

fn cut(ids: &[ItemId]) -> Arc<[ItemId]> {
    ids.iter().take(MAX_IDS).copied().collect()
}

/// One listener's view of the events.
#[derive(Debug)]
pub struct EventStream {
    receiver: broadcast::Receiver<Event>,
}

impl EventStream {
    /// The next event, or `None` once the node has shut down. Cancel-safe.
    pub async fn next(&mut self) -> Option<Event> {
        match self.receiver.recv().await {
            Ok(event) => Some(event),
            Err(broadcast::error::RecvError::Lagged(_)) => Some(Event::Lagged),
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }
}
