//! One share of somebody else, held open: its line, its manifest and the windows over its files.
//!
//! It has one task that keeps its line up: it connects, proves the secret again, and waits for the
//! end. Readers wait for the line and never see a reconnection.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use dag::Cid;
use dag::manifest::{MAX_MANIFEST_LEN, Manifest};
use dag::seal::SealKey;
use futures_util::StreamExt;
use net::bitswap::{Reach, Session, SessionOptions};
use net::share::{OpenLink, OpenShare, ShareEnd};
use net::{Network, PeerId};
use tokio::sync::{Notify, OnceCell, watch};

use super::arrivals::Arrivals;
use super::film::{Film, Pace};
use super::open::{MEMBERS_AT_ONCE, OpenShared, Way};
use super::received::{SharedEnd, SharedFile, SharedThing, things};
use super::supply::{Line, Supply, keep_strays};
use crate::events::Event;
use crate::jobs::lock;
use crate::node::Inner;
use crate::policy::{ContentPolicy, PolicyAction};
use crate::stream::ReadMedia;
use crate::tasks::Held;

/// How long a manifest may take to come.
const PATIENCE: Duration = Duration::from_secs(30);
/// Things of one share that are remembered; more are read again from their manifests.
const MAX_THINGS: usize = 256;
/// Time between two attempts to reach a sharer again, doubled up to the last.
const RETRY: Duration = Duration::from_millis(500);
const RETRY_MOST: Duration = Duration::from_secs(60);
/// The most while somebody watches.
const RETRY_WATCHED: Duration = Duration::from_secs(2);

/// One share of somebody else, held open.
#[derive(Debug)]
pub(super) struct Keeper {
    policy: Arc<ContentPolicy>,
    peer: PeerId,
    line: watch::Sender<Line>,
    supply: Supply,
    key: [u8; 32],
    manifest: Cid,
    /// Tries to connect now instead of later.
    hurry: Arc<Notify>,
    /// The manifest, once it was read.
    read: OnceCell<Arc<Manifest>>,
    things: Mutex<HashMap<usize, SharedThing>>,
    /// The windows over its files.
    films: Mutex<HashMap<Cid, Weak<Film>>>,
    /// Keeps the line up.
    _task: Held<()>,
}

impl Keeper {
    /// Holds a share whose key and manifest are known; `opened` when it was just opened.
    pub(super) fn start(
        inner: &Inner,
        way: Way,
        (key, manifest): ([u8; 32], Cid),
        network: Network,
        opened: Option<OpenShare>,
    ) -> Arc<Self> {
        let line = watch::Sender::new(Line::Down);
        let hurry = Arc::new(Notify::new());
        let says = Says {
            line: line.clone(),
            hurry: Arc::clone(&hurry),
            arrivals: Arc::clone(&inner.arrivals),
            events: inner.events.clone(),
        };
        let peer = way.peer;
        let task = inner.tasks.held(keep(way, network, says, opened));
        Arc::new(Keeper {
            policy: Arc::clone(&inner.policy),
            peer,
            supply: Supply::new(inner, line.subscribe()),
            line,
            key,
            manifest,
            hurry,
            read: OnceCell::new(),
            things: Mutex::default(),
            films: Mutex::default(),
            _task: task,
        })
    }

    /// Who shares it.
    pub(super) fn peer(&self) -> PeerId {
        self.peer
    }

    /// What the connection behind it is now.
    pub(super) fn line(&self) -> Line {
        self.line.borrow().clone()
    }

    /// Tries to connect now, and waits until it did or the share is over.
    pub(super) async fn settled(&self) {
        let mut line = self.line.subscribe();
        self.hurry.notify_one();
        let _ = line.wait_for(|line| !matches!(line, Line::Down)).await;
    }

    /// Somebody reads a file of it, or did a moment ago.
    pub(super) fn is_read(&self) -> bool {
        let films = lock(&self.films);
        films.values().any(|film| film.strong_count() > 0)
    }

    /// The window over a file, shared by all who read it.
    pub(super) fn film(&self, file: &SharedFile, duration_ms: Option<u64>) -> Arc<Film> {
        let mut films = lock(&self.films);
        if let Some(film) = films.get(&file.root).and_then(Weak::upgrade) {
            return film;
        }
        films.retain(|_, film| film.strong_count() > 0);
        let film = Film::new(self.supply.clone(), Pace::of(file.size, duration_ms));
        films.insert(file.root, Arc::downgrade(&film));
        if matches!(self.line(), Line::Down) {
            // The next attempt may be a minute away.
            self.hurry.notify_one();
        }
        film
    }
}

async fn session(network: &Network, peer: PeerId) -> Result<Session, OpenShared> {
    let options = SessionOptions {
        // Their very names are private.
        reach: Reach::ProvidersOnly,
        providers: vec![peer],
    };
    let session = network.exchange().session(options).await;
    session.map_err(|_| OpenShared::Offline)
}

impl Keeper {
    async fn fetch_manifest(&self, cid: Cid) -> Result<Manifest, OpenShared> {
        let fetched = tokio::time::timeout(PATIENCE, self.supply.fetch(cid, None));
        let bytes = fetched.await.unwrap_or(Err(ReadMedia::Unreachable))?;
        if bytes.len() > MAX_MANIFEST_LEN {
            return Err(OpenShared::Unreadable("it is too long".to_owned()));
        }
        Manifest::decode(&bytes).map_err(|error| OpenShared::Unreadable(error.to_string()))
    }

    /// The manifest of the share, read once.
    pub(super) async fn manifest(&self) -> Result<Arc<Manifest>, OpenShared> {
        let read = async || self.fetch_manifest(self.manifest).await.map(Arc::new);
        self.read.get_or_try_init(read).await.map(Arc::clone)
    }

    /// Every thing of the share, in order.
    pub(super) async fn all_things(&self) -> Result<Vec<SharedThing>, OpenShared> {
        let count = self.manifest().await?.members.len().max(1);
        let mut fetched = futures_util::stream::iter(0..count)
            .map(|index| self.thing(index))
            .buffered(MEMBERS_AT_ONCE);
        let mut all = Vec::with_capacity(count);
        while let Some(thing) = fetched.next().await {
            all.push(thing?);
        }
        Ok(all)
    }

    pub(super) async fn thing(&self, index: usize) -> Result<SharedThing, OpenShared> {
        if let Some(thing) = lock(&self.things).get(&index) {
            return Ok(thing.clone());
        }
        let unreadable =
            |error: super::received::ReadShared| OpenShared::Unreadable(error.to_string());
        let manifest = self.manifest().await?;
        let share = SealKey::new(self.key);
        let thing = if manifest.kind.is_collection() {
            let member = manifest
                .members
                .get(index)
                .ok_or(OpenShared::UnknownShare)?;
            // A list may name one of many: it is asked of each, and of the files themselves.
            self.policy
                .check(&member.manifest, PolicyAction::Open)
                .map_err(OpenShared::Blocked)?;
            let inner = self.fetch_manifest(member.manifest).await?;
            things(&share, &member.name, &inner).map_err(unreadable)?
        } else {
            match index {
                0 => things(&share, "", &manifest).map_err(unreadable)?,
                _ => return Err(OpenShared::UnknownShare),
            }
        };
        self.policy
            .check(&thing.file.root, PolicyAction::Open)
            .map_err(OpenShared::Blocked)?;
        let mut known = lock(&self.things);
        if known.len() >= MAX_THINGS {
            known.clear();
        }
        known.insert(index, thing.clone());
        Ok(thing)
    }
}

/// Where a keeper's task tells what happens.
struct Says {
    line: watch::Sender<Line>,
    hurry: Arc<Notify>,
    arrivals: Arc<Arrivals>,
    events: crate::events::Events,
}

/// Keeps the line of one share up until it is over.
async fn keep(way: Way, network: Network, says: Says, mut opened: Option<OpenShare>) {
    let Says {
        line,
        hurry,
        arrivals,
        events,
    } = says;
    let mut wait = RETRY;
    loop {
        let open = match opened.take() {
            Some(open) => Ok(open),
            None => way.open(&network).await,
        };
        let end = match open {
            Ok(mut share) => match session(&network, way.peer).await {
                Ok(session) => {
                    wait = RETRY;
                    let session = Arc::new(session);
                    line.send_replace(Line::Up(Arc::clone(&session)));
                    events.send(Event::SharesChanged);
                    tokio::select! {
                        end = share.ended() => end,
                        () = keep_strays(&session, &arrivals) => return,
                    }
                }
                Err(_) => return,
            },
            Err(OpenShared::OpenLink(OpenLink::Expired)) => ShareEnd::Expired,
            Err(OpenShared::OpenLink(OpenLink::Revoked)) => ShareEnd::Revoked,
            Err(OpenShared::OpenLink(OpenLink::Closed)) => return,
            Err(_) => ShareEnd::Disconnected,
        };
        let over = match end {
            ShareEnd::Expired => Some(SharedEnd::Expired),
            ShareEnd::Revoked => Some(SharedEnd::Revoked),
            _ => None,
        };
        line.send_replace(over.map_or(Line::Down, Line::Over));
        events.send(Event::SharesChanged);
        if over.is_some() {
            return;
        }
        tokio::select! {
            () = tokio::time::sleep(wait) => {
                // The keeper itself listens, too.
                let most = match line.receiver_count() > 1 {
                    true => RETRY_WATCHED,
                    false => RETRY_MOST,
                };
                wait = (wait * 2).min(most);
            }
            () = hurry.notified() => wait = RETRY,
        }
    }
}
