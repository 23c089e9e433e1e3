//! One running network: a swarm owned by one task, and the handle that everybody else holds.
//!
//! What it is: dialling, listening, who is connected, finding and announcing providers, and the
//! [`Exchange`] of blocks.
//! What it is not: it persists nothing. Peers to dial again come in with [`NetworkConfig`] and go
//! out with [`Network::good_peers`].
//!
//! Task model: the swarm's task and one task a connection, all on one tracker and under one token.
//! [`Network::shutdown`] cancels and joins them. Dropping every handle ends the swarm's task too, but
//! waits for nothing.

mod behaviour;
mod memory;
mod task;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use cid::Cid;
use libp2p::core::transport::TransportError;
use libp2p::swarm::DialError;
use libp2p::{Multiaddr, PeerId, Swarm, kad, swarm};
use tokio::sync::{broadcast, mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

use crate::bitswap::{
    self, BlockSource, Exchange, FairRounds, Ledger, NoBlocks, ServePolicy, Strike,
};
use crate::clock::Clock;
use crate::identity::NodeKey;
use crate::network::behaviour::Behaviour;
use crate::network::task::Task;
use crate::profile::Profile;
use crate::share::{self, NoShares, OpenLinks, ShareBook, Shares};
use crate::transport::{self, Bandwidth, BuildTransport, Counters};

/// Commands that wait for the swarm's task.
const COMMANDS: usize = 256;
/// Events a slow listener may fall behind by.
const EVENTS: usize = 512;
/// A connection nobody uses is closed after this long.
const IDLE: Duration = Duration::from_secs(60);
/// Messages of one connection that wait for the swarm's task; the connection stops reading beyond.
const CONNECTION_EVENTS: usize = 8;

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
    /// Only these peers may connect, if given.
    pub allow_only: Option<Vec<PeerId>>,
    /// Find out whether this node is reachable, punch holes, and help others find out.
    pub reach: bool,
    /// Relay other nodes' connections.
    pub relay_for_others: bool,
    /// Look for peers on the local network.
    pub local_discovery: bool,
    /// Ask the router for a port.
    pub map_ports: bool,
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
            allow_only: None,
            reach: true,
            relay_for_others: false,
            local_discovery: true,
            map_ports: true,
            dht_mode: None,
            bootstrap: true,
            source: Arc::new(NoBlocks),
            policy: Box::new(FairRounds::new()),
            shares: Arc::new(NoShares),
            open_links: OpenLinks::default(),
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

/// Why a network did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartNetwork {
    /// The transport could not be made.
    #[error("could not set up the transport")]
    Transport(#[from] BuildTransport),
    /// Discovery on the local network could not be set up.
    #[error("could not look for peers on the local network")]
    LocalDiscovery(#[source] io::Error),
    /// An address cannot be listened on.
    #[error("could not listen on {0}")]
    Listen(Multiaddr, #[source] TransportError<io::Error>),
}

/// Why a peer was not reached.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DialPeer {
    /// No address is known for it.
    #[error("no address is known for the peer")]
    NoAddress,
    /// Somebody else answers at its address.
    #[error("another peer answers at the address")]
    OtherPeer,
    /// The address is our own.
    #[error("the address is this node's own")]
    Ourselves,
    /// It is on the deny list, or a limit is reached.
    #[error("the connection is not allowed or a limit is reached")]
    Denied,
    /// No address answered.
    #[error("no address of the peer answered")]
    Failed(#[source] Box<DialError>),
    /// The network is shut down.
    #[error("the network is shut down")]
    Closed,
}

/// Why an address is not listened on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ListenOn {
    /// The system refused.
    #[error("could not listen on the address")]
    Transport(#[source] TransportError<io::Error>),
    /// The network is shut down.
    #[error("the network is shut down")]
    Closed,
}

/// Why a root is not announced.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
#[non_exhaustive]
pub enum ProvideRoot {
    /// This network has no DHT.
    #[error("this network has no DHT")]
    NoDht,
    /// No more roots can be announced.
    #[error("too many roots are announced already")]
    TooMany,
    /// Nobody took the record in time; it is tried again by itself.
    #[error("the announcement timed out")]
    TimedOut,
    /// The network is shut down.
    #[error("the network is shut down")]
    Closed,
}

/// How a peer is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// Straight.
    Direct,
    /// Over a relay, with its small budget.
    Relayed,
}

/// A connected peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectedPeer {
    /// Who.
    pub peer: PeerId,
    /// What it says it runs.
    pub agent: Option<String>,
    /// One a connection.
    pub routes: Vec<Route>,
    /// One a connection.
    pub addresses: Vec<Multiaddr>,
}

/// What happens on a network.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NetworkEvent {
    /// The first connection to a peer.
    Connected(PeerId),
    /// The last connection to a peer has gone.
    Disconnected(PeerId),
    /// An address is listened on.
    Listening(Multiaddr),
    /// An address is listened on no more.
    NotListening(Multiaddr),
    /// This node can be reached from outside at this address.
    Reachable(Multiaddr),
    /// This node can be reached at this address no more.
    Unreachable(Multiaddr),
    /// A peer is on the local network.
    FoundNearby(PeerId, Multiaddr),
    /// A peer broke the rules of block exchange, or stalled too often.
    PeerFailed(PeerId, Strike),
    /// A peer has gone, and this passed in blocks.
    Settled(PeerId, Ledger),
}

enum Command {
    Dial {
        peer: Option<PeerId>,
        addresses: Vec<Multiaddr>,
        reply: oneshot::Sender<Result<PeerId, DialPeer>>,
    },
    Listen(
        Multiaddr,
        oneshot::Sender<Result<(), TransportError<io::Error>>>,
    ),
    Listening(oneshot::Sender<Vec<Multiaddr>>),
    Disconnect(PeerId),
    Deny(PeerId),
    Undeny(PeerId),
    External(Multiaddr),
    Peers(oneshot::Sender<Vec<ConnectedPeer>>),
    GoodPeers(oneshot::Sender<Vec<KnownPeer>>),
    Provide(Cid, oneshot::Sender<Result<(), ProvideRoot>>),
    Unprovide(Cid),
    FindProviders {
        cid: Cid,
        limit: usize,
        found: mpsc::Sender<PeerId>,
    },
}

/// A handle to a running network. Cheap to clone. Its methods are cancel-safe.
#[derive(Debug, Clone)]
pub struct Network {
    me: PeerId,
    commands: mpsc::Sender<Command>,
    events: broadcast::Sender<NetworkEvent>,
    exchange: Exchange,
    shares: Shares,
    bandwidth: Bandwidth,
    tracker: TaskTracker,
    cancel: CancellationToken,
}

impl Network {
    /// Starts a network under `cancel`. Must be called within a tokio runtime.
    pub fn start(config: NetworkConfig, cancel: CancellationToken) -> Result<Self, StartNetwork> {
        let tracker = TaskTracker::new();
        let counters = Counters::default();
        let me = config.key.peer_id();
        let (transport, relay) = transport::build(&config.profile, &config.key, &counters)?;
        let mut config = config;
        let policy = std::mem::replace(&mut config.policy, Box::new(FairRounds::new()));
        let (exchanger, exchange) = bitswap::Behaviour::new(Arc::clone(&config.source), policy);
        let (sharer, shares) = share::Behaviour::new(
            me,
            Arc::clone(&config.shares),
            config.open_links.clone(),
            config.clock.clone(),
        );
        let behaviour = Behaviour::new(&config, &config.key, relay, exchanger, sharer)?;
        let (owner, stop) = (tracker.clone(), cancel.clone());
        let settings = swarm::Config::with_executor(move |task| {
            let stop = stop.clone();
            let span = tracing::debug_span!("connection");
            drop(
                owner.spawn(
                    async move {
                        tokio::select! {
                            () = stop.cancelled() => {}
                            () = task => {}
                        }
                    }
                    .instrument(span),
                ),
            );
        })
        .with_idle_connection_timeout(IDLE)
        .with_per_connection_event_buffer_size(CONNECTION_EVENTS);
        let mut swarm = Swarm::new(transport, behaviour, me, settings);
        for address in &config.listen {
            let listened = swarm.listen_on(address.clone());
            listened.map_err(|error| StartNetwork::Listen(address.clone(), error))?;
        }
        let (commands, receiver) = mpsc::channel(COMMANDS);
        let (events, _) = broadcast::channel(EVENTS);
        let mut task = Task::new(swarm, receiver, events.clone(), cancel.clone());
        let bootstrap = match config.bootstrap {
            true => config.profile.bootstrap.as_slice(),
            false => &[],
        };
        task.join(&config.known_peers, bootstrap);
        let span = tracing::debug_span!("network", name = config.profile.name);
        drop(tracker.spawn(task.run().instrument(span)));
        Ok(Network {
            me,
            commands,
            events,
            exchange,
            shares,
            bandwidth: counters.bandwidth(),
            tracker,
            cancel,
        })
    }

    /// This node's name on the network.
    pub fn peer_id(&self) -> PeerId {
        self.me
    }

    /// Where blocks are asked for.
    pub fn exchange(&self) -> &Exchange {
        &self.exchange
    }

    /// Where shares are opened by link.
    pub fn shares(&self) -> &Shares {
        &self.shares
    }

    /// Counts of the bytes on the wire.
    pub fn bandwidth(&self) -> &Bandwidth {
        &self.bandwidth
    }

    /// What happens from now on. A listener that falls behind by 512 events misses some and is told
    /// so.
    pub fn events(&self) -> broadcast::Receiver<NetworkEvent> {
        self.events.subscribe()
    }

    async fn ask<T>(&self, command: impl FnOnce(oneshot::Sender<T>) -> Command) -> Option<T> {
        let (reply, answer) = oneshot::channel();
        self.commands.send(command(reply)).await.ok()?;
        answer.await.ok()
    }

    async fn tell(&self, command: Command) {
        // A network that is shut down has nothing left to change.
        let _ = self.commands.send(command).await;
    }

    /// Connects to a peer, over `addresses` and any others that are known.
    pub async fn dial(&self, peer: PeerId, addresses: Vec<Multiaddr>) -> Result<PeerId, DialPeer> {
        let dialled = self.ask(|reply| Command::Dial {
            peer: Some(peer),
            addresses,
            reply,
        });
        dialled.await.unwrap_or(Err(DialPeer::Closed))
    }

    /// Connects to whoever answers at an address.
    pub async fn dial_address(&self, address: Multiaddr) -> Result<PeerId, DialPeer> {
        let dialled = self.ask(|reply| Command::Dial {
            peer: None,
            addresses: vec![address],
            reply,
        });
        dialled.await.unwrap_or(Err(DialPeer::Closed))
    }

    /// Listens on one more address. The addresses it stands for come as events.
    pub async fn listen(&self, address: Multiaddr) -> Result<(), ListenOn> {
        match self.ask(|reply| Command::Listen(address, reply)).await {
            Some(listened) => listened.map_err(ListenOn::Transport),
            None => Err(ListenOn::Closed),
        }
    }

    /// The addresses that are listened on.
    pub async fn listening(&self) -> Vec<Multiaddr> {
        self.ask(Command::Listening).await.unwrap_or_default()
    }

    /// Who is connected.
    pub async fn peers(&self) -> Vec<ConnectedPeer> {
        self.ask(Command::Peers).await.unwrap_or_default()
    }

    /// Connected peers worth dialling at the next start: the caller keeps them.
    pub async fn good_peers(&self) -> Vec<KnownPeer> {
        self.ask(Command::GoodPeers).await.unwrap_or_default()
    }

    /// Closes every connection to a peer.
    pub async fn disconnect(&self, peer: PeerId) {
        self.tell(Command::Disconnect(peer)).await;
    }

    /// Closes every connection to a peer and makes none until it is allowed again.
    pub async fn deny(&self, peer: PeerId) {
        self.tell(Command::Deny(peer)).await;
    }

    /// Takes a peer off the deny list.
    pub async fn undeny(&self, peer: PeerId) {
        self.tell(Command::Undeny(peer)).await;
    }

    /// Notes that this node is reachable at an address, known from elsewhere.
    pub async fn add_external_address(&self, address: Multiaddr) {
        self.tell(Command::External(address)).await;
    }

    /// Announces a root in the DHT, and again before the record expires.
    pub async fn provide(&self, root: Cid) -> Result<(), ProvideRoot> {
        let provided = self.ask(|reply| Command::Provide(root, reply)).await;
        provided.unwrap_or(Err(ProvideRoot::Closed))
    }

    /// Stops announcing a root. Records that others hold expire.
    pub async fn stop_providing(&self, root: Cid) {
        self.tell(Command::Unprovide(root)).await;
    }

    /// Looks for peers that announced a root, at most `limit` a DHT. The look-up stops early when
    /// they are found or when the receiver is dropped; the channel closes at its end.
    pub async fn find_providers(&self, root: Cid, limit: usize) -> mpsc::Receiver<PeerId> {
        let (found, receiver) = mpsc::channel(limit.clamp(1, 64) * 2);
        let limit = limit.clamp(1, 64);
        self.tell(Command::FindProviders {
            cid: root,
            limit,
            found,
        })
        .await;
        receiver
    }

    /// Cancels everything and waits until it has ended.
    pub async fn shutdown(&self) {
        self.cancel.cancel();
        self.tracker.close();
        self.tracker.wait().await;
    }
}
