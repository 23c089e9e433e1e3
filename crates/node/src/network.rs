//! What front ends ask of the network, in words that need no libp2p.
//!
//! The answers come from the network beside `direct`, or from `direct` when it runs alone. Without
//! either the answer is [`AskNetwork::NotRunning`]. Nothing here makes an answer up.

use std::sync::Arc;

use dag::Cid;
use net::names::{Name, dnslink, parse_name};
use net::{AddressPart, Multiaddr, PeerId};

use crate::node::{Inner, Node};
use crate::policy::{Blocked, PolicyAction};

/// Providers of one look-up at most.
const MAX_PROVIDERS: usize = 64;

/// Why the network gave no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AskNetwork {
    /// There is no network, or it does not do this.
    #[error("the network is not running")]
    NotRunning,
    /// The question makes no sense.
    #[error("{0}")]
    BadRequest(String),
    /// A list blocks it.
    #[error(transparent)]
    Blocked(Box<Blocked>),
    /// The network could not answer.
    #[error("the network could not answer: {0}")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// A connected peer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SwarmPeer {
    /// Its peer id.
    pub peer: String,
    /// The address it is connected by.
    pub address: String,
    /// What it says it runs.
    pub agent: Option<String>,
}

/// A peer and where it may be dialled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PeerAddresses {
    /// Its peer id.
    pub peer: String,
    /// Multiaddresses.
    pub addresses: Vec<String>,
}

/// Bytes over the network since the start, and a second.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bandwidth {
    /// Bytes received.
    pub total_in: u64,
    /// Bytes sent.
    pub total_out: u64,
    /// Bytes received a second.
    pub rate_in: f64,
    /// Bytes sent a second.
    pub rate_out: f64,
}

/// Blocks over the network since the start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BitswapStat {
    /// Connected peers.
    pub peers: Vec<String>,
    /// Blocks received that were wanted.
    pub blocks_received: u64,
    /// Bytes of them.
    pub bytes_received: u64,
    /// Blocks sent to peers that are connected now.
    pub blocks_sent: u64,
    /// Bytes of them.
    pub bytes_sent: u64,
    /// Blocks received twice.
    pub duplicates: u64,
    /// Bytes of them.
    pub duplicate_bytes: u64,
}

/// What passed between this node and a connected peer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PeerLedger {
    /// Bytes of blocks it got from us.
    pub sent: u64,
    /// Bytes of blocks it gave us.
    pub received: u64,
    /// Blocks both ways.
    pub exchanged: u64,
}

/// The network of a node as tools for BTFS and IPFS see it.
#[derive(Clone, Debug)]
pub struct Swarm {
    inner: Arc<Inner>,
}

fn failed<E: std::error::Error + Send + Sync + 'static>(error: E) -> AskNetwork {
    AskNetwork::Failed(Box::new(error))
}

fn peer_id(text: &str) -> Result<PeerId, AskNetwork> {
    match parse_name(text) {
        Some(Name::Key(peer)) => Ok(peer),
        _ => Err(AskNetwork::BadRequest(format!("{text:?} is no peer id"))),
    }
}

fn texts(addresses: &[Multiaddr]) -> Vec<String> {
    addresses.iter().map(ToString::to_string).collect()
}

/// The peer that an address ends with.
fn peer_of(address: &Multiaddr) -> Option<PeerId> {
    match address.iter().last() {
        Some(AddressPart::P2p(peer)) => Some(peer),
        _ => None,
    }
}

impl Node {
    /// The network to ask; every question says so when none runs.
    #[must_use]
    pub fn swarm(&self) -> Swarm {
        Swarm {
            inner: Arc::clone(&self.inner),
        }
    }
}

impl Swarm {
    fn network(&self) -> Result<net::Network, AskNetwork> {
        let networks = &self.inner.networks;
        let network = networks.wide().or_else(|| networks.direct());
        network.ok_or(AskNetwork::NotRunning)
    }

    fn all(&self) -> Result<Vec<net::Network>, AskNetwork> {
        let all = self.inner.networks.named();
        match all.is_empty() {
            true => Err(AskNetwork::NotRunning),
            false => Ok(all.into_iter().map(|(_, network)| network).collect()),
        }
    }

    /// Connected peers, one entry a connection.
    pub async fn peers(&self) -> Result<Vec<SwarmPeer>, AskNetwork> {
        let mut all = Vec::new();
        for network in self.all()? {
            for peer in network.peers().await {
                let entry = |address: &Multiaddr| SwarmPeer {
                    peer: peer.peer.to_string(),
                    address: address.to_string(),
                    agent: peer.agent.as_deref().map(crate::import::shown),
                };
                all.extend(peer.addresses.iter().map(entry));
            }
        }
        Ok(all)
    }

    /// Addresses of peers that are connected or were good before.
    pub async fn known_addresses(&self) -> Result<Vec<PeerAddresses>, AskNetwork> {
        let mut all: std::collections::BTreeMap<PeerId, Vec<Multiaddr>> = Default::default();
        for network in self.all()? {
            let connected = network.peers().await.into_iter();
            let connected = connected.map(|peer| (peer.peer, peer.addresses));
            let good = network.good_peers().await.into_iter();
            let good = good.map(|peer| (peer.peer, peer.addresses));
            for (peer, addresses) in connected.chain(good) {
                let known = all.entry(peer).or_default();
                for address in addresses {
                    if !known.contains(&address) {
                        known.push(address);
                    }
                }
            }
        }
        let told = all.into_iter().map(|(peer, addresses)| PeerAddresses {
            peer: peer.to_string(),
            addresses: texts(&addresses),
        });
        Ok(told.collect())
    }

    /// Where this node listens, with its peer id.
    pub async fn own_addresses(&self) -> Result<Vec<String>, AskNetwork> {
        let mut all = Vec::new();
        for network in self.all()? {
            let me = network.peer_id();
            let listening = network.listening().await.into_iter();
            all.extend(listening.map(|address| format!("{address}/p2p/{me}")));
        }
        Ok(all)
    }

    /// Connects to a multiaddress that ends with a peer id.
    pub async fn connect(&self, address: &str) -> Result<(), AskNetwork> {
        let hint = || {
            let hint = format!("{address:?} is no multiaddress that ends with /p2p/ and a peer id");
            AskNetwork::BadRequest(hint)
        };
        let network = self.network()?;
        let mut parsed: Multiaddr = address.parse().map_err(|_| hint())?;
        let peer = peer_of(&parsed).ok_or_else(hint)?;
        parsed.pop();
        let addresses = match parsed.is_empty() {
            true => network.find_peer(peer).await,
            false => vec![parsed],
        };
        let dialled = network.dial(peer, addresses).await;
        dialled.map(drop).map_err(failed)
    }

    /// Closes the connections to a peer, named by its id or an address that ends with it.
    pub async fn disconnect(&self, address: &str) -> Result<(), AskNetwork> {
        let from_address = address.parse().ok().as_ref().and_then(peer_of);
        let peer = from_address.map_or_else(|| peer_id(address), Ok)?;
        for network in self.all()? {
            network.disconnect(peer).await;
        }
        Ok(())
    }

    /// Where a peer may be dialled: as it is connected, else as the DHT says.
    pub async fn find_peer(&self, peer: &str) -> Result<PeerAddresses, AskNetwork> {
        let peer = peer_id(peer)?;
        let network = self.network()?;
        let connected = network.peers().await.into_iter();
        let connected = connected.filter(|other| other.peer == peer);
        let mut addresses: Vec<_> = connected.flat_map(|other| other.addresses).collect();
        if addresses.is_empty() {
            addresses = network.find_peer(peer).await;
        }
        Ok(PeerAddresses {
            peer: peer.to_string(),
            addresses: texts(&addresses),
        })
    }

    /// Peers that say they have a block, at most `most`.
    pub async fn find_providers(
        &self,
        cid: Cid,
        most: usize,
    ) -> Result<Vec<PeerAddresses>, AskNetwork> {
        let network = self.network()?;
        let most = most.clamp(1, MAX_PROVIDERS);
        let mut found = network.find_providers(cid, most).await;
        let mut all: Vec<PeerAddresses> = Vec::new();
        while let Some(peer) = found.recv().await {
            let peer = peer.to_string();
            if all.len() < most && all.iter().all(|known| known.peer != peer) {
                all.push(PeerAddresses {
                    peer,
                    addresses: Vec::new(),
                });
            }
        }
        Ok(all)
    }

    /// Says in the DHT that this node has a block, once.
    pub async fn provide(&self, cid: Cid) -> Result<(), AskNetwork> {
        self.inner
            .policy
            .check(&cid, PolicyAction::Announce)
            .map_err(AskNetwork::Blocked)?;
        self.network()?.provide(cid).await.map_err(failed)
    }

    /// Points this node's name to a path, or to the content of a bare id, and keeps it so. Gives the
    /// name and where it points.
    pub async fn publish(&self, path: &str, key: &str) -> Result<(String, String), AskNetwork> {
        let network = self.network()?;
        if key != "self" && peer_id(key).ok() != Some(network.peer_id()) {
            let hint = format!("there is no key {key:?}: this node has one, \"self\"");
            return Err(AskNetwork::BadRequest(hint));
        }
        let path = match path.parse::<Cid>() {
            Ok(cid) => format!("/btfs/{cid}"),
            Err(_) => path.to_owned(),
        };
        let name = crate::networks::names::publish(&self.inner, &network, path.clone()).await?;
        Ok((name, path))
    }

    /// The path that a name stands for: a peer id or a domain, with or without `/btns/` or `/ipns/`
    /// before it. A domain's DNSLink is followed to a path that is no name.
    pub async fn resolve_name(&self, name: &str) -> Result<String, AskNetwork> {
        let bare = ["/btns/", "/ipns/"]
            .iter()
            .find_map(|prefix| name.strip_prefix(prefix))
            .unwrap_or(name);
        self.may_resolve(bare)?;
        let network = self.network()?;
        match parse_name(bare) {
            Some(Name::Key(peer)) => {
                let record = network.resolve_name(peer).await.map_err(failed)?;
                Ok(String::from_utf8_lossy(&record.entry().value).into_owned())
            }
            Some(Name::Domain(domain)) => {
                let settings = self.inner.settings();
                let servers = self.inner.networks.name_servers(&settings)?;
                let link = dnslink(&servers, &domain).await.map_err(failed)?;
                let mut path = format!("/{}/{}", link.space, link.root);
                if let ("btns" | "ipns", Some(Name::Key(peer))) =
                    (link.space.as_str(), parse_name(&link.root))
                {
                    self.may_resolve(&link.root)?;
                    let record = network.resolve_name(peer).await.map_err(failed)?;
                    path = String::from_utf8_lossy(&record.entry().value).into_owned();
                }
                if !link.rest.is_empty() {
                    path = format!("{}/{}", path.trim_end_matches('/'), link.rest);
                }
                Ok(path)
            }
            None => Err(AskNetwork::BadRequest(format!("{name:?} is no name"))),
        }
    }

    fn may_resolve(&self, name: &str) -> Result<(), AskNetwork> {
        let policy = &self.inner.policy;
        let checked = policy.check_name(name, &[], PolicyAction::Get);
        checked.map_err(AskNetwork::Blocked)
    }

    /// Names of keys with the peer ids that they make.
    pub fn keys(&self) -> Vec<(String, String)> {
        vec![("self".to_owned(), self.inner.identity().peer_id)]
    }

    /// Bytes over all networks.
    pub fn bandwidth(&self) -> Result<Bandwidth, AskNetwork> {
        let mut sum = Bandwidth::default();
        for network in self.all()? {
            let passed = network.bandwidth().transferred();
            sum.total_in += passed.received;
            sum.total_out += passed.sent;
        }
        (sum.rate_in, sum.rate_out) = self.inner.networks.rates_now();
        Ok(sum)
    }

    /// Blocks over all networks.
    pub async fn bitswap(&self) -> Result<BitswapStat, AskNetwork> {
        let mut sum = BitswapStat::default();
        for network in self.all()? {
            let stats = network.exchange().stats().await.map_err(failed)?;
            sum.blocks_received += stats.blocks;
            sum.bytes_received += stats.bytes;
            sum.duplicates += stats.duplicate_blocks;
            sum.duplicate_bytes += stats.duplicate_bytes;
            for peer in network.peers().await {
                sum.peers.push(peer.peer.to_string());
                if let Ok(Some(ledger)) = network.exchange().ledger(peer.peer).await {
                    sum.blocks_sent += ledger.sent_blocks;
                    sum.bytes_sent += ledger.sent_bytes;
                }
            }
        }
        Ok(sum)
    }

    /// Blocks that are asked of peers now, oldest first.
    pub async fn wanted(&self) -> Result<Vec<Cid>, AskNetwork> {
        let mut all = Vec::new();
        for network in self.all()? {
            all.extend(network.exchange().wanted().await.map_err(failed)?);
        }
        Ok(all)
    }

    /// What passed between this node and a peer; nothing when it is not connected.
    pub async fn ledger(&self, peer: &str) -> Result<PeerLedger, AskNetwork> {
        let peer = peer_id(peer)?;
        let mut sum = PeerLedger::default();
        for network in self.all()? {
            let ledger = network.exchange().ledger(peer).await.map_err(failed)?;
            if let Some(ledger) = ledger {
                sum.sent += ledger.sent_bytes;
                sum.received += ledger.received_bytes;
                sum.exchanged += ledger.sent_blocks + ledger.received_blocks;
            }
        }
        Ok(sum)
    }

    /// Where new nodes of this network begin.
    pub fn bootstrap(&self) -> Result<Vec<String>, AskNetwork> {
        self.network()?;
        Ok(self.inner.networks.bootstrap())
    }
}
