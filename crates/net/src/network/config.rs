//! What a network is started with.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::SystemTime;

use cid::Cid;
use libp2p::{Multiaddr, PeerId, kad};

use crate::bitswap::{BlockSource, FairRounds, NoBlocks, ServePolicy};
use crate::clock::Clock;
use crate::identity::NodeKey;
use crate::profile::Profile;
use crate::share::{NoShares, OpenLinks, ShareBook};
use crate::transport::{Proxy, RateLimiter};

/// How much the network may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Connections together.
    pub connections: u32,
    /// Connections others opened.
    pub incoming: u32,
    /// Connections to one peer.
    pub per_peer: u32,
    /// Connections being made, each way.
    pub pending: u32,
    /// Resident bytes of the process beyond which no connection is made.
    pub memory: Option<u64>,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            connections: 300,
            incoming: 200,
            per_peer: 4,
            pending: 64,
            memory: None,
        }
    }
}

/// A peer that was good, to be dialled again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownPeer {
    /// Who.
    pub peer: PeerId,
    /// Where it answered.
    pub addresses: Vec<Multiaddr>,
}

/// When this node asks relays to let others reach it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RelayUse {
    /// When others say that they cannot reach it.
    WhenNeeded,
    /// Unless it is known to be reached directly.
    Always,
    /// Never.
    Never,
}

/// What a network is started with.
pub struct NetworkConfig {
    /// Which network.
    pub profile: Profile,
    /// Who this node is.
    pub key: NodeKey,
    /// Where to listen.
    pub listen: Vec<Multiaddr>,
    /// Whom to dial at the start, best first.
    pub known_peers: Vec<KnownPeer>,
    /// How much it may use.
    pub limits: Limits,
    /// Dial through this and nothing else: no listening, no QUIC, no discovery, no port mapping.
    pub proxy: Option<Proxy>,
    /// Only these peers may connect, if given.
    pub allow_only: Option<Vec<PeerId>>,
    /// Find out whether this node is reachable, punch holes, and help others find out.
    pub reach: bool,
    /// When to be reachable through relays.
    pub relay_use: RelayUse,
    /// Relay other nodes' connections.
    pub relay_for_others: bool,
    /// Look for peers on the local network.
    pub local_discovery: bool,
    /// Ask the router for ports, by UPnP, PCP and NAT-PMP.
    pub map_ports: bool,
    /// The router to ask, by PCP and NAT-PMP only; `None` is the one that this system uses.
    pub gateway: Option<Ipv4Addr>,
    /// Fixed mode of the wide DHT; `None` is by reachability.
    pub dht_mode: Option<kad::Mode>,
    /// Dial the profile's list.
    pub bootstrap: bool,
    /// What may be served.
    pub source: Arc<dyn BlockSource>,
    /// Whom to serve next.
    pub policy: Box<dyn ServePolicy>,
    /// Which links were made.
    pub shares: Arc<dyn ShareBook>,
    /// Where it is noted who has opened them: the source of blocks holds the same.
    pub open_links: OpenLinks,
    /// Is told when roots were announced.
    pub announce_log: Arc<dyn AnnounceLog>,
    /// How fast bytes may pass; networks that share it share its limits.
    pub rates: RateLimiter,
    /// What time it is.
    pub clock: Clock,
}

impl std::fmt::Debug for NetworkConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NetworkConfig")
            .field("profile", &self.profile.name)
            .field("key", &self.key)
            .field("listen", &self.listen)
            .finish_non_exhaustive()
    }
}

impl NetworkConfig {
    /// Everything on, nothing served.
    pub fn new(profile: Profile, key: NodeKey) -> Self {
        NetworkConfig {
            profile,
            key,
            listen: Vec::new(),
            known_peers: Vec::new(),
            limits: Limits::default(),
            proxy: None,
            allow_only: None,
            reach: true,
            relay_use: RelayUse::WhenNeeded,
            relay_for_others: false,
            local_discovery: true,
            map_ports: true,
            gateway: None,
            dht_mode: None,
            bootstrap: true,
            source: Arc::new(NoBlocks),
            policy: Box::new(FairRounds::new()),
            shares: Arc::new(NoShares),
            open_links: OpenLinks::default(),
            announce_log: Arc::new(NoLog),
            rates: RateLimiter::default(),
            clock: Clock::system(),
        }
    }

    /// Nothing that talks unasked: no bootstrap, no discovery, no port mapping, no probing.
    pub fn quiet(profile: Profile, key: NodeKey) -> Self {
        NetworkConfig {
            reach: false,
            local_discovery: false,
            map_ports: false,
            bootstrap: false,
            ..Self::new(profile, key)
        }
    }
}

/// Is told when a root was announced, so that it can be kept over a restart: a port that the node
/// implements. Called inside the network's task: it must not block.
pub trait AnnounceLog: Send + Sync + 'static {
    /// `root` was announced at this time.
    fn announced(&self, root: Cid, at: SystemTime);
}

/// Forgets.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoLog;

impl AnnounceLog for NoLog {
    fn announced(&self, _: Cid, _: SystemTime) {}
}
