//! Networks: libp2p for BTFS and beside it, discovery, and the exchange of blocks.
//!
//! What it is: [`Network`], one libp2p swarm per profile behind a cloneable handle; the node's key;
//! `bitswap`; and opening shares by link. Two ports say what may be served ([`bitswap::BlockSource`]) and whom to serve
//! next and how fast ([`bitswap::ServePolicy`]).
//! What it is not: it stores nothing (peers to re-dial go out and come in as data), decides no
//! price, and knows no file format. A third port ([`share::ShareBook`]) knows the links that were
//! made.
//!
//! Invariants:
//! - Every task is spawned on the tracker it was given and stops by its token;
//!   [`Network::shutdown`] joins them.
//! - Every channel, queue, connection count and buffer is bounded.
//! - On a network with a pre-shared key every connection, relayed ones included, begins with it.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod bitswap;
mod clock;
mod identity;
pub mod names;
mod network;
mod profile;
pub mod share;
mod swarm_key;
mod transport;

pub use libp2p::kad::Mode as DhtMode;
pub use libp2p::multiaddr::Protocol as AddressPart;
pub use libp2p::{Multiaddr, PeerId};

pub use crate::clock::Clock;
pub use crate::identity::{ImportKey, KeyText, LoadNodeKey, NodeKey, write_private};
pub use crate::network::dht;
pub use crate::network::{
    AnnounceLog, ConnectedPeer, DialPeer, KnownPeer, Limits, ListenOn, Network, NetworkConfig,
    NetworkEvent, NoLog, ProvideRoot, Reachability, RelayUse, Route, StartNetwork,
};
pub use crate::profile::{
    DhtNames, ParseBootstrap, Profile, SecurityOrder, Transports, Windows, parse_bootstrap,
};
pub use crate::swarm_key::{ParseSwarmKey, SwarmKey};
pub use crate::transport::{
    Bandwidth, BandwidthSchedule, BuildTransport, Proxy, RateLimiter, RateLimits, ScheduledLimits,
    Transferred,
};
