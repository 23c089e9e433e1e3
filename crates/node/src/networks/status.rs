//! What networks say of themselves: to people, and in links.

use net::{ConnectedPeer, Multiaddr, Reachability, Route, Transferred};

use super::SwarmKeyState;
use super::listen::{is_link_local, is_loopback};
use crate::jobs::lock;
use crate::node::Node;
use crate::tasks::Lane;

/// Addresses in a link.
const MAX_HINTS: usize = dag::share_link::MAX_HINTS;

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
    /// Nothing else leads there: punching a hole has failed.
    pub cannot_connect_directly: bool,
}

impl Node {
    /// Whether there is a key for a network of the user's own, as it is in the home now.
    pub async fn swarm_key(&self) -> SwarmKeyState {
        let home = self.home().to_owned();
        let look = move || SwarmKeyState::of(&home);
        self.inner.tasks.blocking(Lane::Query, look).await
    }

    /// The networks that run, `direct` first.
    pub async fn networks(&self) -> Vec<NetworkStatus> {
        let mut all = Vec::new();
        for (name, network) in self.inner.networks.named() {
            let Transferred { received, sent } = network.bandwidth().transferred();
            let listening = network.listening().await;
            all.push(NetworkStatus {
                name,
                peer_id: network.peer_id().to_string(),
                listening: listening.iter().map(ToString::to_string).collect(),
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
        // An address of one cable names nobody on another machine.
        addresses.extend(others.into_iter().filter(|one| !is_link_local(one)));
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
        cannot_connect_directly: peer.only_relayed,
        relayed: !peer.routes.is_empty()
            && peer.routes.iter().all(|route| *route == Route::Relayed),
    }
}
