//! Peers that answered when they were dialled, the latest first: to be dialled again when the network
//! comes back, and at the next start.

use std::collections::VecDeque;

use libp2p::{Multiaddr, PeerId};

use crate::network::KnownPeer;

/// Peers that are remembered.
const MAX_PEERS: usize = 64;
/// Addresses of one peer.
const MAX_ADDRESSES: usize = 4;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct GoodPeers(VecDeque<KnownPeer>);

impl GoodPeers {
    /// `peer` answered at `address`.
    pub(super) fn note(&mut self, peer: PeerId, address: Multiaddr) {
        let at = self.0.iter().position(|known| known.peer == peer);
        let mut known = at
            .and_then(|at| self.0.remove(at))
            .unwrap_or_else(|| KnownPeer {
                peer,
                addresses: Vec::new(),
            });
        known.addresses.retain(|other| *other != address);
        known.addresses.insert(0, address);
        known.addresses.truncate(MAX_ADDRESSES);
        self.0.push_front(known);
        self.0.truncate(MAX_PEERS);
    }

    pub(super) fn list(&self) -> Vec<KnownPeer> {
        self.0.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_come_first_and_memory_is_bounded() {
        let mut good = GoodPeers::default();
        let first = PeerId::random();
        let address = |n: u16| -> Multiaddr {
            let text = format!("/ip4/203.0.113.1/tcp/{n}");
            text.parse().expect("an address")
        };
        for n in 0..10 {
            good.note(first, address(n));
        }
        good.note(PeerId::random(), address(1));
        good.note(first, address(3));
        let list = good.list();
        assert_eq!(list[0].peer, first);
        assert_eq!(list[0].addresses[0], address(3));
        assert_eq!(list[0].addresses.len(), MAX_ADDRESSES);
        for _ in 0..200 {
            good.note(PeerId::random(), address(1));
        }
        assert_eq!(good.list().len(), MAX_PEERS);
    }
}
