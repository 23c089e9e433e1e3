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
mod config;
pub mod dht;
mod error;
mod event;
mod finding;
mod good_peers;
mod memory;
mod port_map;
mod reach;
mod records;
mod relays;
mod sweep;
mod task;

use std::io;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use cid::Cid;
use dag::name_record::NameRecord;
use libp2p::core::transport::TransportError;
use libp2p::{Multiaddr, PeerId, Swarm, swarm};
use tokio::sync::{broadcast, mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

use crate::bitswap::{self, Exchange, FairRounds};
use crate::names::{PublishName, PublishedName, ResolveName};
use crate::network::behaviour::Behaviour;
pub use crate::network::config::{AnnounceLog, KnownPeer, Limits, NetworkConfig, NoLog, RelayUse};
pub use crate::network::error::{DialPeer, ListenOn, ProvideRoot, StartNetwork};
pub use crate::network::event::{ConnectedPeer, NetworkEvent, Route};
use crate::network::finding::Finding;
use crate::network::port_map::{Gateway, PortMaps};
pub use crate::network::reach::Reachability;
use crate::network::task::Task;
use crate::share::{self, Shares};
use crate::transport::{self, Bandwidth, Counters};

/// Commands that wait for the swarm's task.
const COMMANDS: usize = 256;
/// Events a slow listener may fall behind by.
const EVENTS: usize = 512;
/// A connection nobody uses is closed after this long.
const IDLE: Duration = Duration::from_secs(60);
/// Messages of one connection that wait for the swarm's task; the connection stops reading beyond.
const CONNECTION_EVENTS: usize = 8;

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
    Reachability(oneshot::Sender<Reachability>),
    Wake,
    Metered(bool),
    Find(finding::Command),
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
        let counters = Counters::new(&config.rates);
        let me = config.key.peer_id();
        let (transport, relay) = transport::build(
            &config.profile,
            &config.key,
            &counters,
            config.proxy.as_ref(),
        )?;
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
        let finding = Finding::new(&config);
        let asked = config.map_ports && !config.profile.transports.memory && config.proxy.is_none();
        let gateway = asked.then(|| config.gateway.map_or(Gateway::OfSystem, Gateway::At));
        let mut task = Task::new(
            swarm,
            finding,
            PortMaps::new(gateway, tracker.clone(), cancel.clone()),
            (config.relay_use, config.dht_mode),
            receiver,
            events.clone(),
            cancel.clone(),
        );
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

    /// How this node stands to the rest of the world; changes come as events.
    pub async fn reachability(&self) -> Reachability {
        let state = self.ask(Command::Reachability).await;
        state.unwrap_or(Reachability::Offline)
    }

    /// The machine has slept or the network is another one: dials good peers that have gone.
    pub async fn wake(&self) {
        self.tell(Command::Wake).await;
    }

    /// Whether bytes cost money: then nothing is announced, the DHT is only asked, and good peers are
    /// not dialled by themselves. What a person asks for goes on.
    pub async fn set_metered(&self, metered: bool) {
        self.tell(Command::Metered(metered)).await;
    }

    /// Peers worth dialling at the next start, best first: the caller keeps them.
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

    async fn find<T>(
        &self,
        command: impl FnOnce(oneshot::Sender<T>) -> finding::Command,
    ) -> Option<T> {
        self.ask(|reply| Command::Find(command(reply))).await
    }

    /// Announces a root in the DHT, once.
    pub async fn provide(&self, root: Cid) -> Result<(), ProvideRoot> {
        let provided = self.find(|reply| finding::Command::Provide(root, reply));
        provided.await.unwrap_or(Err(ProvideRoot::Closed))
    }

    /// Announces roots when they are due and again before the records expire, few at once. With
    /// each comes when it was announced last, as [`AnnounceLog`] was told.
    pub async fn keep_provided(&self, roots: Vec<(Cid, Option<SystemTime>)>) {
        self.tell(Command::Find(finding::Command::KeepProvided(roots)))
            .await;
    }

    /// Stops announcing a root. Records that others hold expire.
    pub async fn stop_providing(&self, root: Cid) {
        self.tell(Command::Find(finding::Command::Unprovide(root)))
            .await;
    }

    /// Looks for peers that announced a root, at most `limit` a DHT. The look-up stops early when
    /// they are found or when the receiver is dropped; the channel closes at its end.
    pub async fn find_providers(&self, root: Cid, limit: usize) -> mpsc::Receiver<PeerId> {
        let (found, receiver) = mpsc::channel(limit.clamp(1, 64) * 2);
        let limit = limit.clamp(1, 64);
        self.tell(Command::Find(finding::Command::FindProviders {
            cid: root,
            limit,
            found,
        }))
        .await;
        receiver
    }

    /// Where the DHT says that a peer listens; nothing when nobody knows it.
    pub async fn find_peer(&self, peer: PeerId) -> Vec<Multiaddr> {
        let found = self.find(|reply| finding::Command::FindPeer(peer, reply));
        found.await.unwrap_or_default()
    }

    /// Points a name somewhere: signs a record, gives it to the DHT, and signs and gives it again
    /// before it expires, until [`Network::stop_publishing`]. BTNS or IPNS by the profile.
    pub async fn publish_name(&self, name: PublishedName) -> Result<(), PublishName> {
        let published = self.find(|reply| finding::Command::PublishName(name, reply));
        published.await.unwrap_or(Err(PublishName::Closed))
    }

    /// Stops renewing the record of a name. Records that others hold expire.
    pub async fn stop_publishing(&self, name: PeerId) {
        self.tell(Command::Find(finding::Command::UnpublishName(name)))
            .await;
    }

    /// The newest record of a name that holds now.
    pub async fn resolve_name(&self, name: PeerId) -> Result<NameRecord, ResolveName> {
        let resolved = self.find(|reply| finding::Command::ResolveName(name, reply));
        resolved.await.unwrap_or(Err(ResolveName::Closed))
    }

    /// Cancels everything and waits until it has ended.
    pub async fn shutdown(&self) {
        self.cancel.cancel();
        self.tracker.close();
        self.tracker.wait().await;
    }
}
