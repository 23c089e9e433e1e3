//! Where a peer is: asked of both DHTs, answered by the first that knows.

use libp2p::{Multiaddr, PeerId, kad};
use tokio::sync::oneshot;

use super::{Finding, Query, finish};
use crate::network::behaviour::Behaviour;

/// Addresses of one peer that are told.
const MAX_ADDRESSES: usize = 32;

/// A look-up of where a peer is, in one or both DHTs.
pub(super) struct Locating {
    peer: PeerId,
    queries: Vec<Query>,
    addresses: Vec<Multiaddr>,
    reply: oneshot::Sender<Vec<Multiaddr>>,
}

impl Finding {
    pub(super) fn locate(
        &mut self,
        behaviour: &mut Behaviour,
        peer: PeerId,
        reply: oneshot::Sender<Vec<Multiaddr>>,
    ) {
        let wide = behaviour.wan.as_mut();
        let wide = wide.map(|dht| Query::Wide(dht.get_closest_peers(peer)));
        let local = behaviour.lan.as_mut();
        let local = local.map(|dht| Query::Local(dht.get_closest_peers(peer)));
        let queries: Vec<_> = wide.into_iter().chain(local).collect();
        // Without a DHT the answer is nothing: dropping `reply` says so.
        if !queries.is_empty() {
            self.locating.push(Locating {
                peer,
                queries,
                addresses: Vec::new(),
                reply,
            });
        }
    }

    /// Peers near the one that is looked for; the one itself says where it is.
    pub(super) fn located(
        &mut self,
        behaviour: &mut Behaviour,
        query: Query,
        closest: Vec<kad::PeerInfo>,
        last: bool,
    ) {
        let mut locating = self.locating.iter_mut().enumerate();
        let Some((at, one)) = locating.find(|(_, one)| one.queries.contains(&query)) else {
            return;
        };
        let told = closest.into_iter().filter(|info| info.peer_id == one.peer);
        for address in told.flat_map(|info| info.addrs) {
            if !one.addresses.contains(&address) && one.addresses.len() < MAX_ADDRESSES {
                one.addresses.push(address);
            }
        }
        if last {
            one.queries.retain(|other| *other != query);
        }
        if one.queries.is_empty() || !one.addresses.is_empty() || one.reply.is_closed() {
            let done = self.locating.swap_remove(at);
            for query in done.queries {
                finish(behaviour, &query);
            }
            let _ = done.reply.send(done.addresses);
        }
    }
}
