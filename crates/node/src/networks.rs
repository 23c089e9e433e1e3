//! The networks of this node: which run, where they listen, and what they say of themselves.
//!
//! Two at most. `direct` is what shares by link go over: no key, no public directory, dialled only
//! from links and found on the local network. Beside it runs the one
//! with others that was asked for, if any. Both answer from one rule (`share::serve`).
//!
//! What it is not: it decides nothing about blocks and keeps no peer's data but where good ones were.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use net::share::OpenLinks;
use net::{
    ConnectedPeer, KnownPeer, Multiaddr, Network, NetworkConfig, NetworkEvent, NodeKey, Profile,
    Reachability, Route, Transferred,
};

use crate::events::Event;
use crate::jobs::lock;
use crate::node::{Inner, Node};
use crate::share::{AnnounceTimes, Serving};

/// Where good peers and the ports are kept in the home.
const STATE_FILE: &str = "network.json";
/// Bytes of that file that are read.
const MAX_STATE: u64 = 1 << 20;
/// Peers that are kept for the next start, a network.
const MAX_KNOWN: usize = 50;
/// Time between two writes of good peers.
const KEEP_EVERY: Duration = Duration::from_secs(30);
/// How long somebody who has public content is looked for while nothing comes.
const FIND_PATIENCE: Duration = Duration::from_secs(45);
/// Addresses in a link.
const MAX_HINTS: usize = dag::share_link::MAX_HINTS;

/// Which network runs beside `direct`, over which shares by link go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NetworkChoice {
    /// None but `direct`.
    #[default]
    Direct,
    /// The BTFS main network.
    Btfs,
    /// The BTFS test network.
    BtfsTestnet,
    /// The network that IPFS nodes speak.
    Open,
}

/// How the networks of a node are started.
#[derive(Clone, Debug, Default)]
pub struct NetworkOptions {
    /// Which network runs beside `direct`.
    pub choice: NetworkChoice,
    /// Only this machine: listen on loopback, look for nobody. For tests and demonstrations.
    pub loopback_only: bool,
    /// How long somebody who has public content is looked for; 45 seconds when it is not said.
    pub find_patience: Option<Duration>,
    /// A network of one's own beside `direct`, in place of `choice`.
    pub private: Option<PrivateNetwork>,
}

/// A network that only those speak who have its key.
#[derive(Clone)]
pub struct PrivateNetwork {
    /// The key.
    pub key: net::SwarmKey,
    /// Addresses, with peer ids, of nodes that are in it.
    pub bootstrap: Vec<String>,
}

impl std::fmt::Debug for PrivateNetwork {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PrivateNetwork")
            .field("bootstrap", &self.bootstrap)
            .finish_non_exhaustive()
    }
}

/// The running networks of a node.
#[derive(Debug, Default)]
pub(crate) struct Networks {
    open_links: OpenLinks,
    direct: Mutex<Option<Network>>,
    wide: Mutex<Option<Network>>,
    wide_name: Mutex<&'static str>,
    find_patience: Mutex<Option<Duration>>,
    /// Where others said they reach `direct`.
    outside: Mutex<BTreeSet<Multiaddr>>,
}

/// One network as people see it.
#[derive(Clone, Debug)]
pub struct NetworkStatus {
    /// `direct`, `btfs`, ...
    pub name: &'static str,
    /// This node's id there.
    pub peer_id: String,
    /// Where it listens.
    pub listening: Vec<String>,
    /// How it stands to the rest of the world.
    pub reachability: Reachability,
    /// Who is connected.
    pub peers: Vec<PeerStatus>,
    /// Bytes received since the start.
    pub received: u64,
    /// Bytes sent since the start.
    pub sent: u64,
}

/// One connected peer.
#[derive(Clone, Debug)]
pub struct PeerStatus {
    /// Its id.
    pub peer_id: String,
    /// What it says it runs; made harmless to show.
    pub agent: Option<String>,
    /// Where it is.
    pub addresses: Vec<String>,
    /// All of its connections go over relays.
    pub relayed: bool,
}

/// What is kept for the next start.
#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(default)]
struct Kept {
    /// The port that links name: it should not change.
    direct_port: u16,
    wide_port: u16,
    good_peers: Vec<KeptPeer>,
}

#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
struct KeptPeer {
    peer: String,
    addresses: Vec<String>,
}

impl Networks {
    pub(crate) fn open_links(&self) -> &OpenLinks {
        &self.open_links
    }

    pub(crate) fn direct(&self) -> Option<Network> {
        lock(&self.direct).clone()
    }

    /// Each, and whether it is `direct`.
    fn all(&self) -> Vec<(Network, bool)> {
        let direct = lock(&self.direct).clone().map(|network| (network, true));
        let wide = lock(&self.wide).clone().map(|network| (network, false));
        direct.into_iter().chain(wide).collect()
    }

    /// All that run, the wide one first: it is where public content is.
    pub(crate) fn running(&self) -> Vec<Network> {
        let mut all: Vec<Network> = self.all().into_iter().map(|(network, _)| network).collect();
        all.reverse();
        all
    }

    /// The one with others, and its name.
    pub(crate) fn wide(&self) -> Option<(Network, &'static str)> {
        let network = lock(&self.wide).clone()?;
        Some((network, *lock(&self.wide_name)))
    }

    /// How long somebody who has a block is looked for.
    pub(crate) fn find_patience(&self) -> Duration {
        lock(&self.find_patience).unwrap_or(FIND_PATIENCE)
    }

    /// Ends both, and forgets them.
    pub(crate) async fn shutdown(&self) {
        let direct = lock(&self.direct).take();
        let wide = lock(&self.wide).take();
        for network in [direct, wide].into_iter().flatten() {
            network.shutdown().await;
        }
    }
}

/// Starts what was asked for. A network that does not start is a problem to be shown, and no
/// reason not to open the home.
pub(crate) fn start(inner: &Arc<Inner>, options: &NetworkOptions) {
    *lock(&inner.networks.find_patience) = options.find_patience;
    let kept = read_kept(inner.home.root());
    let key_file = inner.home.root().join("keys/node");
    let (direct, wide) = (
        config(
            inner,
            Profile::direct(),
            kept.direct_port,
            options,
            &key_file,
        ),
        wide_profile(options)
            .map(|profile| config(inner, profile, kept.wide_port, options, &key_file)),
    );
    let started = |config: Result<NetworkConfig, net::LoadNodeKey>| {
        let config = config.map_err(|error| error.to_string())?;
        let name = config.profile.name;
        let retry = NetworkConfig {
            listen: any_port(&config.listen),
            ..NetworkConfig::new(config.profile.clone(), config.key.clone())
        };
        match Network::start(config, inner.tasks.token()) {
            Ok(network) => Ok(network),
            // The port of last time is somebody else's now.
            Err(error) => {
                tracing::debug!(name, %error, "listening on other ports");
                let retry = with_ports(inner, retry, options);
                Network::start(retry, inner.tasks.token()).map_err(|error| error.to_string())
            }
        }
    };
    let mut failed = Vec::new();
    match started(direct) {
        Ok(network) => *lock(&inner.networks.direct) = Some(network),
        Err(error) => failed.push(error),
    }
    if let Some(wide) = wide {
        match started(wide) {
            Ok(network) => {
                *lock(&inner.networks.wide) = Some(network);
                *lock(&inner.networks.wide_name) =
                    wide_profile(options).map_or("", |profile| profile.name);
            }
            Err(error) => failed.push(error),
        }
    }
    // Whatever network runs now is told what is public.
    inner.announced.stir();
    if let Some(error) = failed.first() {
        inner.note_problem(crate::problem::Problem {
            code: "network_failed",
            message: format!("The network could not be started: {error}."),
            todo: "Everything on this machine works. Check the firewall, then start again."
                .to_owned(),
        });
    }
    for (network, is_direct) in inner.networks.all() {
        let task = follow(Arc::clone(inner), network, is_direct);
        inner.tasks.spawn("network-events", task);
    }
}

/// The network beside `direct`. On this machine alone only one of one's own makes sense.
fn wide_profile(options: &NetworkOptions) -> Option<Profile> {
    if let Some(private) = &options.private {
        let mut profile = Profile::private(private.key.clone());
        let bootstrap = private.bootstrap.iter();
        profile.bootstrap = bootstrap.filter_map(|text| text.parse().ok()).collect();
        return Some(profile);
    }
    if options.loopback_only {
        return None;
    }
    match options.choice {
        NetworkChoice::Direct => None,
        NetworkChoice::Btfs => Some(Profile::btfs()),
        NetworkChoice::BtfsTestnet => Some(Profile::btfs_testnet()),
        NetworkChoice::Open => Some(Profile::open()),
    }
}

fn config(
    inner: &Arc<Inner>,
    profile: Profile,
    port: u16,
    options: &NetworkOptions,
    key_file: &Path,
) -> Result<NetworkConfig, net::LoadNodeKey> {
    let key = NodeKey::load_or_create(key_file)?;
    let mut config = NetworkConfig::new(profile, key);
    config.listen = listen_on(&config.profile, port, options);
    config.known_peers = known_peers(inner.home.root());
    Ok(with_ports(inner, config, options))
}

/// The ports of `net` that this node implements, and what `options` leaves out.
fn with_ports(
    inner: &Arc<Inner>,
    mut config: NetworkConfig,
    options: &NetworkOptions,
) -> NetworkConfig {
    let serving = Serving {
        inner: Arc::downgrade(inner),
        open: inner.networks.open_links.clone(),
    };
    config.source = Arc::new(serving.clone());
    config.shares = Arc::new(serving);
    config.open_links = inner.networks.open_links.clone();
    config.announce_log = Arc::new(AnnounceTimes {
        announced: Arc::clone(&inner.announced),
        network: config.profile.name,
    });
    if options.loopback_only {
        config.reach = false;
        config.local_discovery = false;
        config.map_ports = false;
        // Those of a network of one's own were named by hand.
        config.bootstrap = options.private.is_some() && config.profile.dht.is_some();
        // Nobody from outside can say how this node is reached.
        config.dht_mode = Some(net::DhtMode::Server);
        config.known_peers = Vec::new();
    }
    config
}

fn listen_on(profile: &Profile, port: u16, options: &NetworkOptions) -> Vec<Multiaddr> {
    let hosts: &[&str] = match options.loopback_only {
        true => &["/ip4/127.0.0.1"],
        false => &["/ip4/0.0.0.0", "/ip6/::"],
    };
    // One number for both transports, so that a link names what is the same after a restart.
    let port = if port == 0 { free_port() } else { port };
    let mut addresses = Vec::new();
    for host in hosts {
        addresses.push(format!("{host}/tcp/{port}"));
        if profile.transports.quic {
            addresses.push(format!("{host}/udp/{port}/quic-v1"));
        }
    }
    addresses
        .iter()
        .filter_map(|text| text.parse().ok())
        .collect()
}

/// A number that nobody listens on now; 0, which lets the system choose, when there is none.
fn free_port() -> u16 {
    std::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map_or(0, |address| address.port())
}

/// The same addresses with ports that the system chooses.
fn any_port(addresses: &[Multiaddr]) -> Vec<Multiaddr> {
    use net::AddressPart as Part;
    addresses
        .iter()
        .map(|address| {
            address
                .iter()
                .map(|part| match part {
                    Part::Tcp(_) => Part::Tcp(0),
                    Part::Udp(_) => Part::Udp(0),
                    part => part,
                })
                .collect()
        })
        .collect()
}

/// Notes what the network says: ports and good peers for the next start, news for whoever looks.
async fn follow(inner: Arc<Inner>, network: Network, is_direct: bool) {
    use tokio::sync::broadcast::error::RecvError;
    let mut events = network.events();
    // What it did before this listened.
    keep(&inner).await;
    let mut kept = Instant::now();
    loop {
        match events.recv().await {
            Ok(NetworkEvent::Listening(_)) => {
                keep(&inner).await;
                inner.events.send(Event::NetworkChanged);
            }
            Ok(NetworkEvent::Connected(_)) => {
                // Peers come and go by the second on a large network; what is kept is a hint.
                if kept.elapsed() >= KEEP_EVERY {
                    kept = Instant::now();
                    keep(&inner).await;
                }
                inner.events.send(Event::NetworkChanged);
            }
            Ok(NetworkEvent::Reachable(address)) => {
                if is_direct {
                    lock(&inner.networks.outside).insert(address);
                }
                inner.events.send(Event::NetworkChanged);
            }
            Ok(NetworkEvent::Unreachable(address)) => {
                lock(&inner.networks.outside).remove(&address);
                inner.events.send(Event::NetworkChanged);
            }
            Ok(
                NetworkEvent::Disconnected(_)
                | NetworkEvent::NotListening(_)
                | NetworkEvent::ReachabilityChanged(_),
            ) => inner.events.send(Event::NetworkChanged),
            Ok(_) | Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
    }
}

async fn keep(inner: &Arc<Inner>) {
    let mut kept = read_kept(inner.home.root());
    let direct = lock(&inner.networks.direct).clone();
    let wide = lock(&inner.networks.wide).clone();
    if let Some(network) = direct {
        let port = port_of(&network.listening().await);
        kept.direct_port = port.unwrap_or(kept.direct_port);
    }
    if let Some(network) = wide {
        let port = port_of(&network.listening().await);
        kept.wide_port = port.unwrap_or(kept.wide_port);
        kept.good_peers.clear();
        for peer in network.good_peers().await.into_iter().take(MAX_KNOWN) {
            kept.good_peers.push(KeptPeer {
                peer: peer.peer.to_string(),
                addresses: peer.addresses.iter().map(ToString::to_string).collect(),
            });
        }
    }
    let path = inner.home.root().join(STATE_FILE);
    let work = move || {
        let text = serde_json::to_vec(&kept).unwrap_or_default();
        let temporary = path.with_extension("new");
        std::fs::write(&temporary, text).and_then(|()| std::fs::rename(&temporary, &path))
    };
    // A hint for the next start: losing it costs a port and a little time.
    if let Err(error) = inner.tasks.blocking(crate::tasks::Lane::Query, work).await {
        tracing::debug!(%error, "the network's state was not kept");
    }
}

fn read_kept(home: &Path) -> Kept {
    use std::io::Read;
    let mut text = String::new();
    let read = std::fs::File::open(home.join(STATE_FILE))
        .and_then(|file| file.take(MAX_STATE).read_to_string(&mut text));
    match read {
        Ok(_) => serde_json::from_str(&text).unwrap_or_default(),
        Err(_) => Kept::default(),
    }
}

fn known_peers(home: &Path) -> Vec<KnownPeer> {
    let kept = read_kept(home).good_peers.into_iter().take(MAX_KNOWN);
    kept.filter_map(|kept| {
        Some(KnownPeer {
            peer: kept.peer.parse().ok()?,
            addresses: kept
                .addresses
                .iter()
                .filter_map(|text| text.parse().ok())
                .collect(),
        })
    })
    .collect()
}

fn port_of(addresses: &[Multiaddr]) -> Option<u16> {
    use net::AddressPart as Part;
    let mut parts = addresses.iter().flat_map(|address| address.iter());
    parts.find_map(|part| match part {
        Part::Tcp(port) => Some(port),
        _ => None,
    })
}

/// Whether an address names this machine alone.
fn is_loopback(address: &Multiaddr) -> bool {
    use net::AddressPart as Part;
    address.iter().any(|part| match part {
        Part::Ip4(ip) => ip.is_loopback(),
        Part::Ip6(ip) => ip.is_loopback(),
        _ => false,
    })
}

impl Node {
    /// The networks that run, `direct` first.
    pub async fn networks(&self) -> Vec<NetworkStatus> {
        let mut all = Vec::new();
        let direct = lock(&self.inner.networks.direct).clone();
        let wide = lock(&self.inner.networks.wide).clone();
        let wide_name = *lock(&self.inner.networks.wide_name);
        for (network, name) in [(direct, "direct"), (wide, wide_name)] {
            let Some(network) = network else { continue };
            let Transferred { received, sent } = network.bandwidth().transferred();
            all.push(NetworkStatus {
                name,
                peer_id: network.peer_id().to_string(),
                listening: network
                    .listening()
                    .await
                    .iter()
                    .map(ToString::to_string)
                    .collect(),
                reachability: network.reachability().await,
                peers: network.peers().await.iter().map(peer_status).collect(),
                received,
                sent,
            });
        }
        all
    }

    /// Where a link says that this node can be dialled.
    pub(crate) async fn link_addresses(&self) -> Vec<String> {
        let Some(network) = self.inner.networks.direct() else {
            return Vec::new();
        };
        let mut addresses: Vec<Multiaddr> =
            lock(&self.inner.networks.outside).iter().cloned().collect();
        let (loopback, mut others): (Vec<_>, Vec<_>) =
            network.listening().await.into_iter().partition(is_loopback);
        // On a machine with no network at all, its own windows still reach each other.
        if others.is_empty() && addresses.is_empty() {
            others = loopback;
        }
        addresses.extend(others);
        let mut texts: Vec<String> = addresses.iter().map(ToString::to_string).collect();
        let mut seen = std::collections::HashSet::new();
        texts.retain(|text| seen.insert(text.clone()));
        texts.truncate(MAX_HINTS);
        texts
    }
}

fn peer_status(peer: &ConnectedPeer) -> PeerStatus {
    PeerStatus {
        peer_id: peer.peer.to_string(),
        agent: peer.agent.as_deref().map(crate::import::shown),
        addresses: peer.addresses.iter().map(ToString::to_string).collect(),
        relayed: !peer.routes.is_empty()
            && peer.routes.iter().all(|route| *route == Route::Relayed),
    }
}
