//! The networks of the node, and what passes over them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `networkChanged`: fetch the network again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NetworkChangedEvent {}

/// How this node stands to the rest of the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Reachability {
    /// There is no network.
    Offline,
    /// Only peers on the local network are there.
    LocalOnly,
    /// It reaches others; whether they reach it is not known.
    OutgoingOnly,
    /// Others reach it through a relay.
    Relayed,
    /// Others reach it directly.
    Direct,
}

/// One running network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Network {
    /// "direct", "btfs", "btfs-testnet" or "open".
    pub name: String,
    /// This node's id there.
    pub peer_id: String,
    /// Where it listens: multiaddresses.
    pub listening: Vec<String>,
    /// How it stands to the rest of the world.
    pub reachability: Reachability,
    /// Who is connected.
    pub peers: Vec<NetworkPeer>,
    /// Bytes received since the start.
    pub received: u64,
    /// Bytes sent since the start.
    pub sent: u64,
}

/// A connected peer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NetworkPeer {
    /// Its id.
    pub peer_id: String,
    /// What it says it runs.
    pub agent: Option<String>,
    /// Where it is: multiaddresses.
    pub addresses: Vec<String>,
    /// All of its connections go over relays.
    pub relayed: bool,
    /// And nothing else leads there: connecting directly was tried and has failed. What helps is a
    /// port opened at the router of either side, IPv6 at both, or the same local network.
    pub cannot_connect_directly: bool,
}

/// Bytes over time, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TrafficHistory {
    /// Length of an interval.
    pub every_seconds: u64,
    /// One an interval.
    pub samples: Vec<TrafficSample>,
}

/// What passed in one interval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TrafficSample {
    /// When the interval ended, Unix milliseconds.
    pub at: i64,
    /// Bytes in.
    pub received: u64,
    /// Bytes out.
    pub sent: u64,
}

/// A connection to a peer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SwarmPeer {
    /// Its id.
    pub peer: String,
    /// Where it is: a multiaddress.
    pub address: String,
    /// What it says it runs.
    pub agent: Option<String>,
}

/// A peer and where it may be dialled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PeerAddresses {
    /// Its id.
    pub peer: String,
    /// Multiaddresses.
    pub addresses: Vec<String>,
}

/// Whom to connect to, or to let go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConnectRequest {
    /// A multiaddress that ends with /p2p/ and a peer id.
    pub address: String,
}

/// One content id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CidRequest {
    /// The content id.
    pub cid: String,
}

/// Where this node's name shall point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PublishNameRequest {
    /// A path, as /btfs/CID.
    pub path: String,
}

/// A name that was published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PublishedName {
    /// The name: a peer id.
    pub name: String,
    /// Where it points.
    pub path: String,
}

/// Where a name points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResolvedName {
    /// The path.
    pub path: String,
}

/// Blocks over all networks since the start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BitswapStat {
    /// Blocks that are asked of peers now.
    pub wanted: Vec<String>,
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PeerLedger {
    /// Bytes of blocks it got from us.
    pub sent: u64,
    /// Bytes of blocks it gave us.
    pub received: u64,
    /// Blocks both ways.
    pub exchanged: u64,
}
