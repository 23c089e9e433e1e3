//! The port to the network: what front ends ask of it, in words that need no libp2p.
//!
//! A node has no network until one is plugged in with [`Node::set_network`]; until then, and
//! for everything that a network does not do, the answer is [`AskNetwork::NotRunning`]. Nothing
//! here makes an answer up.

use std::sync::{Arc, PoisonError, RwLock};

use dag::Cid;
use futures_util::future::BoxFuture;

use crate::node::Node;

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
    /// The network could not answer.
    #[error("the network could not answer")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// A connected peer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SwarmPeer {
    /// Its peer id.
    pub peer: String,
    /// The address it is connected by.
    pub address: String,
    /// Round-trip time in milliseconds, when known.
    pub latency_ms: Option<u64>,
    /// Whether it dialled us.
    pub inbound: bool,
    /// Protocols of its open streams, when known.
    pub streams: Vec<String>,
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
    /// Blocks that are wanted now.
    pub wanted: Vec<Cid>,
    /// Peers that blocks are exchanged with.
    pub peers: Vec<String>,
    /// Blocks received.
    pub blocks_received: u64,
    /// Bytes of them.
    pub bytes_received: u64,
    /// Blocks sent.
    pub blocks_sent: u64,
    /// Bytes of them.
    pub bytes_sent: u64,
    /// Blocks received twice.
    pub duplicates: u64,
    /// Bytes of them.
    pub duplicate_bytes: u64,
}

/// An answer on its way.
pub type Asked<'a, T> = BoxFuture<'a, Result<T, AskNetwork>>;

fn not_running<'a, T: Send + 'a>() -> Asked<'a, T> {
    Box::pin(std::future::ready(Err(AskNetwork::NotRunning)))
}

/// What a network can be asked. What it leaves out is answered as not running.
pub trait Network: Send + Sync + std::fmt::Debug {
    /// Connected peers.
    fn peers(&self) -> Asked<'_, Vec<SwarmPeer>> {
        not_running()
    }
    /// Addresses of peers that are known.
    fn known_addresses(&self) -> Asked<'_, Vec<PeerAddresses>> {
        not_running()
    }
    /// Where this node may be dialled.
    fn own_addresses(&self) -> Asked<'_, Vec<String>> {
        not_running()
    }
    /// Connects to a multiaddress with a peer id.
    fn connect(&self, _address: String) -> Asked<'_, ()> {
        not_running()
    }
    /// Closes the connections to a multiaddress or peer id.
    fn disconnect(&self, _address: String) -> Asked<'_, ()> {
        not_running()
    }
    /// Where the DHT says a peer may be dialled.
    fn find_peer(&self, _peer: String) -> Asked<'_, PeerAddresses> {
        not_running()
    }
    /// Peers that say they have a block, at most so many.
    fn find_providers(&self, _cid: Cid, _most: usize) -> Asked<'_, Vec<PeerAddresses>> {
        not_running()
    }
    /// Says in the DHT that this node has a block.
    fn provide(&self, _cid: Cid) -> Asked<'_, ()> {
        not_running()
    }
    /// Publishes a path under a key's name; gives the name.
    fn publish(&self, _path: String, _key: String) -> Asked<'_, String> {
        not_running()
    }
    /// The path that a name stands for.
    fn resolve_name(&self, _name: String) -> Asked<'_, String> {
        not_running()
    }
    /// Names of keys with the peer ids that they make.
    fn keys(&self) -> Asked<'_, Vec<(String, String)>> {
        not_running()
    }
    /// Bytes over the network.
    fn bandwidth(&self) -> Asked<'_, Bandwidth> {
        not_running()
    }
    /// Blocks over the network.
    fn bitswap(&self) -> Asked<'_, BitswapStat> {
        not_running()
    }
    /// Where new nodes of this network begin.
    fn bootstrap(&self) -> Asked<'_, Vec<String>> {
        not_running()
    }
}

/// No network.
#[derive(Debug)]
struct Absent;

impl Network for Absent {}

/// Where a network is plugged in.
#[derive(Debug)]
pub(crate) struct Port(RwLock<Arc<dyn Network>>);

impl Default for Port {
    fn default() -> Self {
        Self(RwLock::new(Arc::new(Absent)))
    }
}

impl Node {
    /// The network, or what stands in for it.
    #[must_use]
    pub fn network(&self) -> Arc<dyn Network> {
        let port = self.inner.network.0.read();
        Arc::clone(&port.unwrap_or_else(PoisonError::into_inner))
    }

    /// Plugs a network in. The one place where that happens.
    pub fn set_network(&self, network: Arc<dyn Network>) {
        let mut port = self
            .inner
            .network
            .0
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *port = network;
    }
}
