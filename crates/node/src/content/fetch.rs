//! Fetches public content from peers: for one reader, in the order in which it reads.
//!
//! The first block that is not here opens a session on every network that runs. Connected peers are
//! asked whether they have it, the DHT who announced it or its root; whoever is found is dialled. What
//! comes was verified by the session and goes into the store, unpinned: it goes first when room is
//! needed. What the reader does not want any more is taken back.
//!
//! What it is not: it is never used for what is private. What the library, its shares or the tree of
//! files hold is asked of nobody, even when blocks of it are missing.
//!
//! Invariants: at most [`WINDOW`] blocks are in flight or waiting; nobody waits longer than the
//! reader's patience with nothing coming in; everything ends with the reader.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use dag::{Block, Cid};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use net::bitswap::{Reach, Session, SessionNote, SessionOptions};
use net::{Network, PeerId};
use tokio::sync::OnceCell;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::blocks::{BlockFetch, ReadBlock};
use crate::jobs::lock;
use crate::node::Inner;
use crate::pinning::is_private_pin;
use crate::policy::{ContentPolicy, PolicyAction};
use crate::public::PublicBlocks;
use crate::tasks::{Held, Lane, Tasks};

/// Blocks in flight or waiting.
const WINDOW: usize = 64;
/// Providers that are looked for at once.
const PROVIDERS: usize = 16;
/// A look-up that found nobody is made once more after this long: a node that has just started
/// knows few to ask.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// Time after which a block is asked of another network, too.
const ELSEWHERE: Duration = Duration::from_secs(1);

/// One reader's fetching. Dropping it takes everything back.
#[derive(Debug)]
pub(super) struct Fetching {
    shared: Arc<Shared>,
    flying: Mutex<HashMap<Cid, Held<Result<Bytes, ReadBlock>>>>,
}

#[derive(Debug)]
struct Shared {
    store: Arc<store::Store>,
    library: Arc<library::Library>,
    tasks: Tasks,
    policy: Arc<ContentPolicy>,
    public: Arc<PublicBlocks>,
    networks: Vec<Network>,
    root: Cid,
    /// Only what is public counts as being here.
    visitor: bool,
    patience: Duration,
    ended: CancellationToken,
    lines: OnceCell<Vec<Line>>,
    /// When something came last.
    arrived: Mutex<Instant>,
}

/// A session on one network.
#[derive(Debug)]
struct Line {
    session: Arc<Session>,
    /// Finds providers.
    _seek: Held<()>,
}

impl Fetching {
    /// For a reader of what is below `root`; `None` when no network runs.
    pub(super) fn new(inner: &Inner, root: Cid, visitor: bool) -> Option<Self> {
        let networks = inner.networks.running();
        if networks.is_empty() {
            return None;
        }
        let shared = Shared {
            store: Arc::clone(&inner.store),
            library: Arc::clone(&inner.library),
            tasks: inner.tasks.clone(),
            policy: Arc::clone(&inner.policy),
            public: Arc::clone(&inner.public),
            patience: inner.find_patience,
            networks,
            root,
            visitor,
            ended: inner.tasks.token(),
            lines: OnceCell::new(),
            arrived: Mutex::new(Instant::now()),
        };
        Some(Fetching {
            shared: Arc::new(shared),
            flying: Mutex::default(),
        })
    }

    /// The block's task, which may run already; what is neither this nor ahead ends.
    fn take(&self, cid: &Cid, ahead: &[Cid]) -> Held<Result<Bytes, ReadBlock>> {
        let ahead = ahead.get(..WINDOW.min(ahead.len())).unwrap_or_default();
        let mut flying = lock(&self.flying);
        flying.retain(|other, _| other == cid || ahead.contains(other));
        let begin = |cid: &Cid| {
            let task = Shared::block(Arc::clone(&self.shared), *cid);
            self.shared.tasks.held(task)
        };
        let wanted = flying.remove(cid).unwrap_or_else(|| begin(cid));
        for next in ahead {
            if next != cid && !flying.contains_key(next) {
                flying.insert(*next, begin(next));
            }
        }
        wanted
    }
}

impl BlockFetch for Fetching {
    fn fetch(&self, cid: &Cid, ahead: &[Cid]) -> Result<Bytes, ReadBlock> {
        if self.shared.ended.is_cancelled() {
            return Err(ReadBlock::Ended);
        }
        let wanted = self.take(cid, ahead);
        let ended = self.shared.ended.clone();
        // Called on a thread of its own lane, never on one that runs tasks.
        tokio::runtime::Handle::current().block_on(async move {
            tokio::select! {
                () = ended.cancelled() => Err(ReadBlock::Ended),
                block = wanted => block.unwrap_or(Err(ReadBlock::Ended)),
            }
        })
    }

    fn ended(&self) -> CancellationToken {
        self.shared.ended.clone()
    }
}

impl Shared {
    /// One block: from the store, or from somebody, and then into the store.
    async fn block(self: Arc<Self>, cid: Cid) -> Result<Bytes, ReadBlock> {
        if let Some(bytes) = self.here(cid).await? {
            return Ok(bytes);
        }
        self.policy
            .check(&cid, PolicyAction::Get)
            .map_err(ReadBlock::Blocked)?;
        let this = Arc::clone(&self);
        let lines = self.lines.get_or_init(|| this.open()).await;
        if lines.is_empty() && !self.visitor {
            return Err(ReadBlock::Missing(cid));
        }
        let bytes = tokio::select! {
            bytes = from_any(lines, cid) => bytes.ok_or(ReadBlock::Ended)?,
            () = self.out_of_patience() => return Err(ReadBlock::NobodyHas(cid)),
        };
        *lock(&self.arrived) = Instant::now();
        self.keep(cid, bytes.clone()).await;
        Ok(bytes)
    }

    async fn here(&self, cid: Cid) -> Result<Option<Bytes>, ReadBlock> {
        if self.visitor && !self.public.is_public(&cid) {
            return Ok(None);
        }
        let store = Arc::clone(&self.store);
        let read = move || store.get(&cid);
        Ok(self.tasks.blocking(Lane::Read, read).await?)
    }

    async fn keep(&self, cid: Cid, bytes: Bytes) {
        self.public.fetched(&cid);
        let (store, block) = (Arc::clone(&self.store), Block { cid, bytes });
        let kept = self.tasks.blocking(Lane::Read, move || {
            let batch = store.batch();
            batch.put(&block).map_err(|error| error.to_string())?;
            // Under way is enough: it can be fetched again.
            batch.submit().map(drop).map_err(|error| error.to_string())
        });
        if let Err(error) = kept.await {
            // A full disk is no reason to stop a film.
            tracing::debug!(%cid, error, "a block was not kept");
        }
    }

    /// Ends when nothing has come for as long as the reader waits.
    async fn out_of_patience(&self) {
        let mut from = Instant::now();
        loop {
            tokio::time::sleep_until(from + self.patience).await;
            let last = *lock(&self.arrived);
            if last <= from {
                return;
            }
            from = last;
        }
    }

    /// Sessions on the networks; none for what is private.
    async fn open(self: Arc<Self>) -> Vec<Line> {
        if self.is_private().await {
            return Vec::new();
        }
        let mut lines = Vec::new();
        for network in &self.networks {
            let options = SessionOptions {
                reach: Reach::Anyone,
                providers: Vec::new(),
            };
            let Ok(session) = network.exchange().session(options).await else {
                continue;
            };
            let session = Arc::new(session);
            let task = seek(network.clone(), Arc::clone(&session), self.root);
            lines.push(Line {
                session,
                _seek: self.tasks.held(task),
            });
        }
        lines
    }

    /// Whether the root is one that nobody else may learn of.
    async fn is_private(&self) -> bool {
        let (store, library, root) = (
            Arc::clone(&self.store),
            Arc::clone(&self.library),
            self.root,
        );
        let look = move || {
            let in_library = library.reader().and_then(|view| {
                let received = view.all_received()?;
                let opened = received
                    .iter()
                    .any(|row| !row.key.0.is_empty() && row.manifest == Some(root));
                Ok(opened || view.has_root(&root)?)
            });
            let pins = store.pins().map(|pins| {
                pins.iter()
                    .any(|pin| pin.cid == root && is_private_pin(&pin.name))
            });
            // What cannot be told is private.
            in_library.unwrap_or(true) || pins.unwrap_or(true)
        };
        self.tasks.blocking(Lane::Query, look).await
    }
}

/// The block from whichever network has it first; each further one is asked a little later.
async fn from_any(lines: &[Line], cid: Cid) -> Option<Bytes> {
    if lines.is_empty() {
        // Whoever must not learn that this is private waits as for anything else.
        return std::future::pending().await;
    }
    let mut asked: FuturesUnordered<_> = (0_u32..)
        .zip(lines)
        .map(|(place, line)| async move {
            tokio::time::sleep(ELSEWHERE * place).await;
            line.session.get(cid, None).await
        })
        .collect();
    while let Some(answer) = asked.next().await {
        if let Ok(bytes) = answer {
            return Some(bytes);
        }
    }
    None
}

/// Finds providers whenever the session has nobody to ask.
async fn seek(network: Network, session: Arc<Session>, root: Cid) {
    while let Some(SessionNote::NeedsProviders(cid)) = session.note().await {
        let mut found = look_up(&network, &session, root).await;
        if root != cid {
            found |= look_up(&network, &session, cid).await;
        }
        if !found {
            tokio::time::sleep(LOOK_AGAIN).await;
            look_up(&network, &session, root).await;
        }
    }
}

/// Asks the DHT who has a block, and connects to them; whether anybody was named.
async fn look_up(network: &Network, session: &Session, key: Cid) -> bool {
    let me = network.peer_id();
    let mut found = network.find_providers(key, PROVIDERS).await;
    let mut dialling = FuturesUnordered::new();
    let mut any = false;
    loop {
        tokio::select! {
            peer = found.recv() => match peer {
                Some(peer) if peer != me => {
                    any = true;
                    dialling.push(reach(network, peer));
                }
                Some(_) => {}
                None => break,
            },
            Some(peer) = dialling.next() => add(session, peer).await,
        }
    }
    while let Some(peer) = dialling.next().await {
        add(session, peer).await;
    }
    any
}

async fn reach(network: &Network, peer: PeerId) -> Option<PeerId> {
    network.dial(peer, Vec::new()).await.ok()
}

async fn add(session: &Session, peer: Option<PeerId>) {
    if let Some(peer) = peer {
        // A network that has ended answers nobody.
        let _ = session.add_providers(vec![peer]).await;
    }
}
