//! What happens on a network, and who is there.

use libp2p::{Multiaddr, PeerId};

use crate::bitswap::{Ledger, Strike};
use crate::network::reach::Reachability;

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
    /// Punching a hole has failed: nothing but a relay leads there.
    pub only_relayed: bool,
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
    /// A connected peer has said what it runs.
    Identified(PeerId),
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
    /// How this node stands to the rest of the world has changed.
    ReachabilityChanged(Reachability),
    /// Only a relay with its small budget leads to a peer, and punching a hole has failed: what
    /// helps is a port opened at the router of either side, IPv6, or the same local network.
    CannotConnectDirectly(PeerId),
    /// That holds no more: a direct connection is there.
    ConnectedDirectly(PeerId),
    /// A peer is on the local network.
    FoundNearby(PeerId, Multiaddr),
    /// A peer broke the rules of block exchange, or stalled too often.
    PeerFailed(PeerId, Strike),
    /// A peer has gone, and this passed in blocks.
    Settled(PeerId, Ledger),
}
