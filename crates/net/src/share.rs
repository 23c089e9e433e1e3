//! Opening a share by its link: `/tributary/share/1` (docs/format.md).
//!
//! What it is: the opener proves that it has the link's secret, and its password if there is one; the
//! sharer gives it the manifest's address and the wrapped key, and notes that this connection may
//! fetch the share ([`OpenLinks`]) for as long as the stream stays open. The port [`ShareBook`] knows
//! the links.
//! What it is not: it serves no block ([`crate::bitswap::BlockSource`] does, and asks [`OpenLinks`]),
//! stretches no password, stores nothing.
//!
//! Invariants:
//! - A link that does not exist, one whose secret is wrong, and one whose sharer is wrong answer the
//!   same after the same work; only who proved the secret learns that a link has expired, was
//!   revoked, or has a password.
//! - Passwords can be tried at a bounded rate a link, and only by who has the secret.
//! - A grant ends with the stream, the connection, the expiry or the revocation, whichever is first.
//! - Messages are at most [`MAX_MESSAGE`] bytes, a handshake takes at most [`PATIENCE`], and a
//!   connection has at most [`MAX_STREAMS`] streams.

mod attempts;
mod behaviour;
mod handler;
mod open_links;
mod opener;
mod sharer;
mod wire;

use std::time::{Duration, SystemTime};

use cid::Cid;
use dag::seal::WrappedKey;
use dag::share_proof::ProofKey;
use futures_util::future::BoxFuture;
use libp2p::StreamProtocol;

pub(crate) use crate::share::behaviour::Behaviour;
pub use crate::share::behaviour::Shares;
pub use crate::share::open_links::OpenLinks;
pub use crate::share::opener::OpenShare;
pub use crate::share::wire::{DecodeShareMessage, MAX_MESSAGE, ShareMessage};

/// The protocol's name.
pub(crate) const PROTOCOL: StreamProtocol = StreamProtocol::new("/tributary/share/1");
/// How long a handshake may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
/// Streams of one connection that one side opens.
pub(crate) const MAX_STREAMS: usize = 16;

/// The 16 random bytes that name a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LinkId(pub [u8; 16]);

/// How a password becomes 32 bytes: Argon2id, version 0x13.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordParams {
    /// Random, of this link.
    pub salt: [u8; 16],
    /// KiB of memory, at most [`PasswordParams::MAX_MEMORY_KIB`].
    pub memory_kib: u32,
    /// Passes, at most [`PasswordParams::MAX_PASSES`].
    pub passes: u32,
    /// Lanes, at most [`PasswordParams::MAX_LANES`].
    pub lanes: u32,
}

impl PasswordParams {
    /// Nobody can make an opener spend more memory: 1 GiB.
    pub const MAX_MEMORY_KIB: u32 = 1024 * 1024;
    /// Nor more passes.
    pub const MAX_PASSES: u32 = 16;
    /// Nor more lanes.
    pub const MAX_LANES: u32 = 8;

    /// Whether an opener will do this much work, and Argon2id has such parameters.
    pub fn is_reasonable(&self) -> bool {
        (1..=Self::MAX_PASSES).contains(&self.passes)
            && (1..=Self::MAX_LANES).contains(&self.lanes)
            && (8 * self.lanes..=Self::MAX_MEMORY_KIB).contains(&self.memory_kib)
    }
}

/// What a proven opener gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The manifest's address, to be fetched like any block over this connection.
    pub manifest: Cid,
    /// The share's key, wrapped for this link: see [`dag::seal::unwrap_share_key`].
    pub key: WrappedKey,
}

/// A link as its sharer knows it.
#[derive(Debug, Clone)]
pub struct SharedLink {
    /// [`dag::share_proof::LinkKeys::open`].
    pub open_key: ProofKey,
    /// How to stretch the password and [`dag::share_proof::LinkKeys::password`], if it has one.
    pub password: Option<(PasswordParams, ProofKey)>,
    /// Whether it was taken back.
    pub revoked: bool,
    /// When it ends by itself.
    pub expires: Option<SystemTime>,
    /// What it opens.
    pub grant: Grant,
}

/// Knows the links of this node: the port that the node implements. Called inside the task of a
/// connection: blocking work belongs on a pool.
pub trait ShareBook: Send + Sync + 'static {
    /// The link of that name, revoked and expired ones too.
    fn find(&self, link: LinkId) -> BoxFuture<'static, Option<SharedLink>>;
}

/// A node that shares nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoShares;

impl ShareBook for NoShares {
    fn find(&self, _: LinkId) -> BoxFuture<'static, Option<SharedLink>> {
        Box::pin(std::future::ready(None))
    }
}

/// Why a share was not opened.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
#[non_exhaustive]
pub enum OpenLink {
    /// There is no such link, or the secret is wrong.
    #[error("the link does not exist, or a part of it is wrong")]
    Unknown,
    /// It has a password: stretch it with these parameters and try again.
    #[error("the link has a password")]
    NeedsPassword(PasswordParams),
    /// The password is wrong.
    #[error("the password is wrong")]
    WrongPassword,
    /// Too many attempts: not before this time.
    #[error("too many attempts; try again in {} seconds", .0.as_secs())]
    TooManyAttempts(Duration),
    /// It has ended.
    #[error("the link has expired")]
    Expired,
    /// It was taken back.
    #[error("the link was taken back by who made it")]
    Revoked,
    /// The sharer serves as many as it can.
    #[error("too many have opened shares there; try again later")]
    Busy,
    /// There is no connection to the peer.
    #[error("there is no connection to the peer")]
    NotConnected,
    /// The peer does not speak this protocol: it is not Tributary.
    #[error("the peer does not share this way")]
    Unsupported,
    /// The peer broke the protocol or the connection broke.
    #[error("the peer broke off")]
    BrokeOff,
    /// The peer let us wait too long.
    #[error("the peer did not answer in time")]
    TimedOut,
    /// The network is shut down.
    #[error("the network is shut down")]
    Closed,
}

/// Why an open share is open no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ShareEnd {
    /// Its time is over.
    Expired,
    /// It was taken back.
    Revoked,
    /// The connection has gone: connect and open it again.
    Disconnected,
}

/// How a link is opened.
#[derive(Debug, Clone)]
pub struct LinkProof {
    /// Which link.
    pub link: LinkId,
    /// [`dag::share_proof::LinkKeys::open`].
    pub open_key: ProofKey,
    /// [`dag::share_proof::LinkKeys::password`], when a password is needed.
    pub password_key: Option<ProofKey>,
}
