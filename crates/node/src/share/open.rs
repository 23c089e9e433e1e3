//! Opening links: connect, prove, read the manifest; and holding on to it (`keeper`).

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dag::Cid;
use dag::seal::{SealKey, unwrap_share_key};
use dag::share_link::{ParseShareLink, ShareLink};
use dag::share_proof::{LinkKeys, ProofKey};
use library::{ReadLibrary, ReceivedRow, Secret, ShareId, WriteLibrary};
use net::share::{LinkId, LinkProof, OpenLink, OpenShare};
use net::{Multiaddr, Network, PeerId};

use super::keeper::Keeper;
use super::make::stretch;
use super::received::{Received, SharedEnd, SharedThing, note_things};
use super::remote::RemoteFile;
use super::supply::Line;
use super::{bytes32, unix_ms};
use crate::content::ReadContent;
use crate::events::Event;
use crate::jobs::{StartJob, lock};
use crate::node::{Inner, Node};
use crate::policy::{Blocked, PolicyAction};
use crate::stream::{MediaStream, ReadMedia, Source};
use crate::tasks::Lane;

/// Shares that are held open at once.
const MAX_HELD: usize = 64;
/// Manifests of members that are fetched at once.
pub(super) const MEMBERS_AT_ONCE: usize = 16;
/// Things of a share whose ends are fetched when it is looked at.
const WARM_THINGS: usize = 4;
/// How exactly it is known when a share was watched last.
const WATCHED_EVERY_MS: i64 = 60_000;
/// How long somebody waits who asked to connect now.
const RECONNECT: Duration = Duration::from_secs(8);

/// Why a link was not opened. Nothing was changed then.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenShared {
    /// The text is no link, or a damaged one.
    #[error(transparent)]
    ParseLink(#[from] ParseShareLink),
    /// It is a link of this home.
    #[error("this is a link of your own; others open it")]
    OwnLink,
    /// The network is switched off.
    #[error("the network is switched off")]
    Offline,
    /// The link asks for another network than runs here.
    #[error("the link is for the network {0:?}, which does not run here")]
    OtherNetwork(String),
    /// Nobody answered where the link says.
    #[error("who shares this cannot be reached now")]
    Unreachable,
    /// Only a relay leads there, and it did not carry enough.
    #[error(
        "only a relay leads to who shares this, and it carries too little; connecting directly was \
         tried and has failed"
    )]
    OnlyRelayed,
    /// The sharer said no.
    #[error(transparent)]
    OpenLink(OpenLink),
    /// The password could not be stretched.
    #[error("there is not enough memory to check the password")]
    StretchPassword,
    /// What came is no share.
    #[error("the share cannot be read: {0}")]
    Unreadable(String),
    /// A list blocks it.
    #[error(transparent)]
    Blocked(Box<Blocked>),
    /// Public content could not be read.
    #[error(transparent)]
    ReadContent(#[from] ReadContent),
    /// The job could not be started.
    #[error(transparent)]
    StartJob(#[from] StartJob),
    /// There is no such share here.
    #[error("there is no such share")]
    UnknownShare,
    /// Fetching what it holds failed.
    #[error(transparent)]
    ReadMedia(#[from] ReadMedia),
    /// The library could not be read.
    #[error("the library could not be read")]
    ReadLibrary(#[from] ReadLibrary),
    /// It could not be written down.
    #[error("the share could not be written to the library")]
    WriteShare(#[from] WriteLibrary),
}

/// Shares of others that are held open, by id.
#[derive(Debug, Default)]
pub(crate) struct Opened(pub(super) Mutex<HashMap<ShareId, Arc<Keeper>>>);

impl Opened {
    /// Lets go of all: the network they were opened on has ended.
    pub(crate) fn let_go(&self) {
        lock(&self.0).clear();
    }
}

/// How a link is dialled and proved.
#[derive(Clone)]
pub(super) struct Way {
    pub(super) peer: PeerId,
    addresses: Vec<Multiaddr>,
    proof: LinkProof,
}

impl Way {
    fn of(link: &ShareLink, keys: LinkKeys) -> Result<Self, OpenShared> {
        let peer = PeerId::from_bytes(&link.peer).map_err(|_| ParseShareLink::Damaged("peer"))?;
        let hints = link.addresses.iter().chain(&link.relays);
        let addresses = hints.filter_map(|text| text.parse().ok()).collect();
        Ok(Way {
            peer,
            addresses,
            proof: LinkProof {
                link: LinkId(link.id),
                open_key: keys.open,
                password_key: keys.password,
            },
        })
    }

    pub(super) async fn open(&self, network: &Network) -> Result<OpenShare, OpenShared> {
        network
            .dial(self.peer, self.addresses.clone())
            .await
            .map_err(|_| OpenShared::Unreachable)?;
        network
            .shares()
            .open(self.peer, self.proof.clone())
            .await
            .map_err(OpenShared::OpenLink)
    }
}

impl Node {
    /// Opens a link: proves its secret (and password), reads what it shares, and notes it, so that
    /// it can be watched, saved, and opened again after a restart.
    pub async fn open_shared(
        &self,
        link: String,
        password: Option<String>,
    ) -> Result<Received, OpenShared> {
        if let Some(path) = super::public::parse(&link) {
            return self.open_public(link, path?).await;
        }
        let parsed = ShareLink::parse(&link)?;
        if bs58::encode(&parsed.peer).into_string() == self.inner.identity().peer_id {
            return Err(OpenShared::OwnLink);
        }
        if parsed.profile != dag::share_link::Profile::Direct {
            return Err(OpenShared::OtherNetwork(parsed.profile.word().to_owned()));
        }
        let keys = LinkKeys::derive(&parsed.id, &parsed.secret, None);
        let way = Way::of(&parsed, keys)?;
        let peer = way.peer;
        let opened = self.open_link(link, parsed, way, password).await;
        opened.map_err(|error| self.inner.why_unreachable(&peer, error))
    }

    async fn open_link(
        &self,
        link: String,
        parsed: ShareLink,
        mut way: Way,
        password: Option<String>,
    ) -> Result<Received, OpenShared> {
        let network = self.inner.networks.direct().ok_or(OpenShared::Offline)?;
        let opened = match way.open(&network).await {
            Err(OpenShared::OpenLink(OpenLink::NeedsPassword(params))) => {
                let Some(password) = password.filter(|password| !password.is_empty()) else {
                    return Err(OpenShared::OpenLink(OpenLink::NeedsPassword(params)));
                };
                let stretching = self
                    .inner
                    .tasks
                    .blocking(Lane::Work, move || stretch(&password, &params));
                let stretched = stretching.await.ok_or(OpenShared::StretchPassword)?;
                let keys = LinkKeys::derive(&parsed.id, &parsed.secret, Some(&stretched));
                let wrap = SealKey::new(*keys.wrap.expose());
                way = Way::of(&parsed, keys)?;
                let opened = way.open(&network).await?;
                return self.note_opened(link, way, wrap, opened, network).await;
            }
            opened => opened?,
        };
        let keys = LinkKeys::derive(&parsed.id, &parsed.secret, None);
        self.note_opened(link, way, keys.wrap, opened, network)
            .await
    }

    async fn note_opened(
        &self,
        link: String,
        way: Way,
        wrap: SealKey,
        opened: OpenShare,
        network: Network,
    ) -> Result<Received, OpenShared> {
        let id = ShareId(way.proof.link.0);
        let key = unwrap_share_key(&wrap, &id.0, &opened.grant.key)
            .map_err(|_| OpenShared::Unreadable("its key does not open".to_owned()))?;
        let manifest = opened.grant.manifest;
        self.inner
            .policy
            .check(&manifest, PolicyAction::Open)
            .map_err(OpenShared::Blocked)?;
        let expires_at = opened.expires.map(unix_ms);
        let password_key = way.proof.password_key.as_ref();
        let password_key = password_key.map_or_else(Vec::new, |key| key.expose().to_vec());
        let keeper = self
            .inner
            .hold(id, way, *key.expose(), manifest, network, Some(opened));
        let shown = keeper.manifest().await?;
        let mut row = ReceivedRow {
            id,
            link: link.trim().to_owned(),
            password_key: Secret(password_key),
            title: shown.title.clone(),
            manifest: Some(manifest),
            key: Secret(key.expose().to_vec()),
            opened_at: self.inner.now_ms(),
            expires_at,
            ..ReceivedRow::default()
        };
        let things = keeper.all_things().await?;
        self.inner.warm(&keeper, &things);
        note_things(&mut row, Some(shown.kind), &things);
        let written = row.clone();
        let inner = Arc::clone(&self.inner);
        self.inner
            .tasks
            .blocking(Lane::Query, move || {
                inner.library.write(|tx| {
                    let before = tx.received(id)?;
                    let mut row = written;
                    if let Some(before) = before {
                        row.opened_at = before.opened_at;
                        row.pinned = before.pinned;
                        row.saved_at = before.saved_at;
                        row.watched_at = before.watched_at;
                    }
                    tx.put_received(&row)
                })
            })
            .await?;
        self.inner.events.send(Event::SharesChanged);
        Ok(self.inner.shown_received(&row))
    }

    /// All shares that were opened here, newest first.
    pub async fn all_received(&self) -> Result<Vec<Received>, ReadLibrary> {
        let rows = self.query(|view| view.all_received()).await?;
        Ok(rows
            .iter()
            .map(|row| self.inner.shown_received(row))
            .collect())
    }

    /// Tries to reach who shares this now; ends when it is reached, or over, or after a while.
    pub async fn reconnect_received(&self, id: ShareId) -> Result<Received, OpenShared> {
        if let Some(row) = self.received_public(id).await? {
            return Ok(self.inner.shown_received(&row));
        }
        let (row, keeper) = self.inner.keeper(id).await?;
        // Whether it was reached is what the answer says.
        let _ = tokio::time::timeout(RECONNECT, keeper.settled()).await;
        Ok(self.inner.shown_received(&row))
    }

    /// One share that was opened here, and what it holds. Connects when it has to.
    pub async fn received(&self, id: ShareId) -> Result<(Received, Vec<SharedThing>), OpenShared> {
        if let Some(row) = self.received_public(id).await? {
            let things = self.public_received(&row).await?;
            return Ok((self.inner.shown_received(&row), things));
        }
        let (row, keeper) = self.inner.keeper(id).await?;
        let things = keeper.all_things().await;
        let things = things.map_err(|error| self.inner.why_unreachable(&keeper.peer(), error))?;
        self.inner.warm(&keeper, &things);
        Ok((self.inner.shown_received(&row), things))
    }

    /// What was noted of a public root that was opened; `None` when it is a share by link.
    async fn received_public(&self, id: ShareId) -> Result<Option<ReceivedRow>, OpenShared> {
        let row = self.query(move |view| view.received(id)).await?;
        Ok(row.filter(super::public::is_public))
    }

    /// Strikes an opened share from the list and lets go of it.
    pub async fn forget_received(&self, id: ShareId) -> Result<(), OpenShared> {
        let row = self.query(move |view| view.received(id)).await?;
        let row = row.ok_or(OpenShared::UnknownShare)?;
        lock(&self.inner.opened.0).remove(&id);
        let inner = Arc::clone(&self.inner);
        self.inner
            .tasks
            .blocking(Lane::Query, move || {
                inner.library.write(|tx| tx.delete_received(id))
            })
            .await?;
        self.inner.events.send(Event::SharesChanged);
        let inner = Arc::clone(&self.inner);
        self.inner.tasks.spawn("drop-share", async move {
            let tasks = inner.tasks.clone();
            tasks
                .blocking(Lane::Work, move || inner.drop_share(&row))
                .await;
        });
        Ok(())
    }

    /// Opens a file of a share for reading; its bytes come as they are needed.
    pub async fn open_shared_file(
        &self,
        id: ShareId,
        index: usize,
        poster: bool,
    ) -> Result<MediaStream, OpenShared> {
        if let Some(row) = self.received_public(id).await? {
            let things = self.public_received(&row).await?;
            let thing = things.into_iter().nth(index);
            let thing = thing.ok_or(OpenShared::UnknownShare)?;
            return match poster {
                false => self.open_public_file(thing.file, thing.name).await,
                true => {
                    let poster = thing.poster.ok_or(OpenShared::UnknownShare)?;
                    self.open_public_file(poster, "poster".to_owned()).await
                }
            };
        }
        let (row, keeper) = self.inner.keeper(id).await?;
        let thing = keeper.thing(index).await?;
        let (file, name, duration_ms) = if poster {
            let poster = thing.poster.ok_or(OpenShared::UnknownShare)?;
            (poster, "poster".to_owned(), None)
        } else {
            self.inner.note_watched(&row);
            (thing.file, thing.name, thing.duration_ms)
        };
        self.inner
            .policy
            .check(&file.root, PolicyAction::Stream)
            .map_err(OpenShared::Blocked)?;
        let film = keeper.film(&file, duration_ms);
        let (root, size, mime) = (file.root, file.size, file.mime.clone());
        let source = Source::Remote(Box::new(RemoteFile::new(film, file)));
        let tasks = &self.inner.tasks;
        Ok(MediaStream::new(tasks, source, root, size, mime, name))
    }
}

impl Inner {
    /// Fetches the ends of what somebody looks at and may play next, unless it is too much to guess.
    fn warm(&self, keeper: &Arc<Keeper>, things: &[SharedThing]) {
        let is_up = matches!(keeper.line(), Line::Up(_));
        if !is_up || things.len() > WARM_THINGS {
            return;
        }
        let (keeper, things) = (Arc::clone(keeper), things.to_vec());
        self.tasks.spawn("warm-share", async move {
            for thing in things {
                let film = keeper.film(&thing.file, thing.duration_ms);
                // What fails here fails again when it is played, and then it is said.
                let _ = RemoteFile::new(film, thing.file).warm().await;
            }
        });
    }

    /// What did not come, and why: a relay that leads there gives up early, and the person can help.
    fn why_unreachable(&self, peer: &PeerId, error: OpenShared) -> OpenShared {
        let lost = matches!(
            error,
            OpenShared::Unreachable
                | OpenShared::OpenLink(
                    OpenLink::NotConnected | OpenLink::BrokeOff | OpenLink::TimedOut
                )
                | OpenShared::ReadMedia(ReadMedia::Unreachable)
        );
        match lost && self.networks.is_only_relayed(peer) {
            true => OpenShared::OnlyRelayed,
            false => error,
        }
    }

    /// Notes that a share is being watched, so that it is kept longer than others.
    fn note_watched(self: &Arc<Self>, row: &ReceivedRow) {
        let (id, now) = (row.id, self.now_ms());
        if now - row.watched_at < WATCHED_EVERY_MS {
            return;
        }
        let inner = Arc::clone(self);
        self.tasks.spawn("note-watched", async move {
            let tasks = inner.tasks.clone();
            let written = tasks.blocking(Lane::Query, move || {
                inner.library.write(|tx| {
                    let Some(mut row) = tx.received(id)? else {
                        return Ok(());
                    };
                    row.watched_at = now;
                    tx.put_received(&row)
                })
            });
            if let Err(error) = written.await {
                tracing::debug!(%error, "it was not noted that a share is watched");
            }
        });
    }

    pub(super) fn shown_received(&self, row: &ReceivedRow) -> Received {
        let held = lock(&self.opened.0).get(&row.id).map(Arc::clone);
        let line = held.map(|keeper| keeper.line());
        let over = row.expires_at.is_some_and(|at| at <= self.now_ms());
        let is_public = super::public::is_public(row);
        let (connected, ended) = match line {
            _ if is_public => (!self.networks.running().is_empty(), None),
            Some(Line::Over(end)) => (false, Some(end)),
            _ if over => (false, Some(SharedEnd::Expired)),
            Some(Line::Up(_)) => (true, None),
            Some(Line::Down) | None => (false, None),
        };
        let mut received = Received::from_row(row, connected, ended);
        let peer = received.peer.parse::<PeerId>();
        received.only_relayed = peer.is_ok_and(|peer| self.networks.is_only_relayed(&peer));
        received
    }

    /// The keeper of a share that was opened before, made anew after a restart.
    async fn keeper(
        self: &Arc<Self>,
        id: ShareId,
    ) -> Result<(ReceivedRow, Arc<Keeper>), OpenShared> {
        let inner = Arc::clone(self);
        let row = self
            .tasks
            .blocking(Lane::Query, move || inner.library.reader()?.received(id))
            .await?;
        let row = row.ok_or(OpenShared::UnknownShare)?;
        if let Some(manifest) = &row.manifest {
            self.policy
                .check(manifest, PolicyAction::Open)
                .map_err(OpenShared::Blocked)?;
        }
        if let Some(keeper) = lock(&self.opened.0).get(&id) {
            return Ok((row, Arc::clone(keeper)));
        }
        let damaged = || OpenShared::Unreadable("what was noted of it is damaged".to_owned());
        let link = ShareLink::parse(&row.link)?;
        let mut keys = LinkKeys::derive(&link.id, &link.secret, None);
        keys.password = bytes32(&row.password_key.0).map(ProofKey::new);
        let way = Way::of(&link, keys)?;
        let network = self.networks.direct().ok_or(OpenShared::Offline)?;
        let key = bytes32(&row.key.0).ok_or_else(damaged)?;
        let manifest = row.manifest.ok_or_else(damaged)?;
        let keeper = self.hold(id, way, key, manifest, network, None);
        Ok((row, keeper))
    }

    fn hold(
        self: &Arc<Self>,
        id: ShareId,
        way: Way,
        key: [u8; 32],
        manifest: Cid,
        network: Network,
        opened: Option<OpenShare>,
    ) -> Arc<Keeper> {
        let keeper = Keeper::start(self, way, (key, manifest), network, opened);
        let mut held = lock(&self.opened.0);
        if held.len() >= MAX_HELD {
            // Somebody who reads keeps their own hold; the others connect again when asked.
            held.retain(|_, keeper| keeper.is_read());
        }
        held.insert(id, Arc::clone(&keeper));
        keeper
    }
}
