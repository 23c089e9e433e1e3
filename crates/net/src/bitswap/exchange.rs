//! Asking for blocks: the handle that the rest of the node holds.
//!
//! A [`Session`] is one reader of one DAG. Its wants are ordered by deadline, split over its
//! providers, and taken back when their futures are dropped.
//!
//! Every channel is bounded: commands wait for room, and a session has at most [`MAX_SESSION_WANTS`]
//! wants at once. Cancels go through a list that never holds more than there are wants, because they
//! are pushed by `drop`, which cannot wait.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use cid::Cid;
use futures_util::task::AtomicWaker;
use libp2p::PeerId;
use std::sync::Mutex;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::time::Instant;

use crate::bitswap::client::{FetchStats, Reach, SessionId};
use crate::bitswap::policy::Ledger;

/// Commands that wait for the network's task.
const COMMANDS: usize = 256;
/// The most blocks one session waits for at once: the caller waits for room beyond.
pub const MAX_SESSION_WANTS: usize = 1024;
/// Notes of one session that nobody has read.
const NOTES: usize = 16;
/// Strays of one session that nobody has read; more are let go.
const STRAYS: usize = 64;
/// The deadline of a want that has none: after everything that has.
const NO_HURRY: Duration = Duration::from_secs(24 * 3600);

/// Why a block was not fetched.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
#[non_exhaustive]
pub enum FetchBlock {
    /// The network is shut down.
    #[error("the network is shut down")]
    Closed,
}

/// What a session tells whoever opened it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SessionNote {
    /// No connected peer is known to have this block: find providers and add them.
    NeedsProviders(Cid),
}

/// How a session fetches.
#[derive(Debug, Clone, Default)]
pub struct SessionOptions {
    /// Whom it may ask.
    pub reach: Reach,
    /// Whom to ask first.
    pub providers: Vec<PeerId>,
}

pub(crate) enum Command {
    Open {
        id: SessionId,
        options: SessionOptions,
        notes: mpsc::Sender<SessionNote>,
        strays: mpsc::Sender<(Cid, Bytes)>,
    },
    AddProviders(SessionId, Vec<PeerId>),
    Want {
        session: SessionId,
        cid: Cid,
        deadline: Option<Instant>,
        request: u64,
        reply: oneshot::Sender<Bytes>,
    },
    Announce(Vec<Cid>),
    Stats(oneshot::Sender<FetchStats>),
    Wanted(oneshot::Sender<Vec<Cid>>),
    Ledger(PeerId, oneshot::Sender<Option<Ledger>>),
}

/// What `drop` takes back.
#[derive(Debug)]
pub(crate) enum Cancel {
    Want {
        session: SessionId,
        cid: Cid,
        request: u64,
    },
    Session(SessionId),
}

/// Cancels on their way to the network's task.
#[derive(Debug, Default)]
pub(crate) struct Cancels {
    list: Mutex<Vec<Cancel>>,
    pub(crate) waker: AtomicWaker,
}

impl Cancels {
    fn push(&self, cancel: Cancel) {
        if let Ok(mut list) = self.list.lock() {
            list.push(cancel);
        }
        self.waker.wake();
    }

    pub(crate) fn take(&self) -> Vec<Cancel> {
        self.list
            .lock()
            .map(|mut list| std::mem::take(&mut *list))
            .unwrap_or_default()
    }
}

/// Opens sessions. Cheap to clone.
#[derive(Clone)]
pub struct Exchange {
    commands: mpsc::Sender<Command>,
    cancels: Arc<Cancels>,
    ids: Arc<AtomicU64>,
}

impl std::fmt::Debug for Exchange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Exchange").finish_non_exhaustive()
    }
}

impl Exchange {
    pub(crate) fn new() -> (Self, mpsc::Receiver<Command>, Arc<Cancels>) {
        let (commands, receiver) = mpsc::channel(COMMANDS);
        let cancels = Arc::<Cancels>::default();
        let exchange = Exchange {
            commands,
            cancels: Arc::clone(&cancels),
            ids: Arc::default(),
        };
        (exchange, receiver, cancels)
    }

    /// Opens a session. Cancel-safe.
    pub async fn session(&self, options: SessionOptions) -> Result<Session, FetchBlock> {
        let id = SessionId(self.ids.fetch_add(1, Ordering::Relaxed));
        let (notes, notes_receiver) = mpsc::channel(NOTES);
        let (strays, strays_receiver) = mpsc::channel(STRAYS);
        // Made first, so that dropping it takes back what a cancelled open may have sent.
        let session = Session {
            id,
            exchange: self.clone(),
            room: Semaphore::new(MAX_SESSION_WANTS),
            notes: tokio::sync::Mutex::new(notes_receiver),
            let_go: strays.clone(),
            strays: tokio::sync::Mutex::new(strays_receiver),
        };
        self.send(Command::Open {
            id,
            options,
            notes,
            strays,
        })
        .await?;
        Ok(session)
    }

    /// Tells peers that asked for these blocks before that they are here now. Cancel-safe.
    pub async fn announce(&self, cids: Vec<Cid>) -> Result<(), FetchBlock> {
        self.send(Command::Announce(cids)).await
    }

    /// Counters over the life of the network. Cancel-safe.
    pub async fn stats(&self) -> Result<FetchStats, FetchBlock> {
        let (reply, answer) = oneshot::channel();
        self.send(Command::Stats(reply)).await?;
        answer.await.map_err(|_| FetchBlock::Closed)
    }

    /// Blocks that are wanted now, oldest first. Cancel-safe.
    pub async fn wanted(&self) -> Result<Vec<Cid>, FetchBlock> {
        let (reply, answer) = oneshot::channel();
        self.send(Command::Wanted(reply)).await?;
        answer.await.map_err(|_| FetchBlock::Closed)
    }

    /// What passed between this node and a connected peer. Cancel-safe.
    pub async fn ledger(&self, peer: PeerId) -> Result<Option<Ledger>, FetchBlock> {
        let (reply, answer) = oneshot::channel();
        self.send(Command::Ledger(peer, reply)).await?;
        answer.await.map_err(|_| FetchBlock::Closed)
    }

    async fn send(&self, command: Command) -> Result<(), FetchBlock> {
        let sent = self.commands.send(command).await;
        sent.map_err(|_| FetchBlock::Closed)
    }
}

/// One reader of one DAG. Dropping it takes back all of its wants.
#[derive(Debug)]
pub struct Session {
    id: SessionId,
    exchange: Exchange,
    room: Semaphore,
    notes: tokio::sync::Mutex<mpsc::Receiver<SessionNote>>,
    /// Where a want that is dropped puts a block that has come already.
    let_go: mpsc::Sender<(Cid, Bytes)>,
    strays: tokio::sync::Mutex<mpsc::Receiver<(Cid, Bytes)>>,
}

impl Session {
    /// Fetches one block; its bytes match `cid`. Waits as long as it takes: a deadline orders wants
    /// and lets late ones be asked of somebody else, it does not end the wait. Cancel-safe: dropping
    /// the future takes the want back.
    pub async fn get(&self, cid: Cid, deadline: Option<Instant>) -> Result<Bytes, FetchBlock> {
        let room = self.room.acquire().await;
        let _room = room.map_err(|_| FetchBlock::Closed)?;
        let request = self.exchange.ids.fetch_add(1, Ordering::Relaxed);
        let (reply, answer) = oneshot::channel();
        let mut waiting = Waiting {
            answer,
            session: self,
            cid,
            request,
            answered: false,
        };
        let command = Command::Want {
            session: self.id,
            cid,
            deadline,
            request,
            reply,
        };
        self.exchange.send(command).await?;
        let answer = (&mut waiting.answer).await;
        waiting.answered = true;
        answer.map_err(|_| FetchBlock::Closed)
    }

    /// Adds peers that may be asked for everything this session wants. Cancel-safe.
    pub async fn add_providers(&self, providers: Vec<PeerId>) -> Result<(), FetchBlock> {
        let command = Command::AddProviders(self.id, providers);
        self.exchange.send(command).await
    }

    /// The next note; `None` when the network is shut down. Notes nobody reads are dropped, and
    /// repeated after a while. Cancel-safe.
    pub async fn note(&self) -> Option<SessionNote> {
        self.notes.lock().await.recv().await
    }

    /// The next block that came although its want had been taken back; its bytes match the address.
    /// Whoever stores what comes stores these too, or they are fetched twice. Those that nobody reads
    /// are let go beyond a few. Never ends while the session lives. Cancel-safe.
    pub async fn stray(&self) -> Option<(Cid, Bytes)> {
        self.strays.lock().await.recv().await
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.exchange.cancels.push(Cancel::Session(self.id));
    }
}

/// Takes the want back unless it was answered.
struct Waiting<'a> {
    answer: oneshot::Receiver<Bytes>,
    session: &'a Session,
    cid: Cid,
    request: u64,
    answered: bool,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if !self.answered {
            // Closed first: a want still in the channel is then skipped when it is read.
            self.answer.close();
            if let Ok(bytes) = self.answer.try_recv() {
                let _ = self.session.let_go.try_send((self.cid, bytes));
                return;
            }
            self.session.exchange.cancels.push(Cancel::Want {
                session: self.session.id,
                cid: self.cid,
                request: self.request,
            });
        }
    }
}

/// The deadline of a want, for ordering.
pub(crate) fn deadline_or_late(deadline: Option<Instant>, now: Instant) -> Instant {
    deadline.unwrap_or(now + NO_HURRY)
}
