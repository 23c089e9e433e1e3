//! Which relays to be reachable through while nobody reaches this node directly.
//!
//! Pure: who relays and what became of reservations comes in, what to do next comes out. At most
//! [`WANTED`] relays are used at once; one that failed is not asked again for [`PAUSE`], so a dead or
//! full relay costs one attempt now and then.

use std::collections::HashMap;
use std::time::Duration;

use libp2p::core::transport::ListenerId;
use libp2p::multiaddr::Protocol;
use libp2p::{Multiaddr, PeerId};
use tokio::time::Instant;

/// Relays used at once.
const WANTED: usize = 2;
/// How long a relay that failed is left alone.
const PAUSE: Duration = Duration::from_secs(300);
/// Relays that are remembered.
const MAX_KNOWN: usize = 64;

struct Relay {
    address: Multiaddr,
    not_before: Option<Instant>,
}

/// See the module.
#[derive(Default)]
pub(super) struct Relays {
    known: HashMap<PeerId, Relay>,
    used: HashMap<ListenerId, PeerId>,
    needed: bool,
}

impl Relays {
    /// A connected peer relays, and answers at this address.
    pub(super) fn found(&mut self, peer: PeerId, address: Multiaddr) {
        if self.known.len() < MAX_KNOWN || self.known.contains_key(&peer) {
            let relay = self.known.entry(peer).or_insert(Relay {
                address: address.clone(),
                not_before: None,
            });
            relay.address = address;
        }
    }

    /// It is not connected any more.
    pub(super) fn gone(&mut self, peer: &PeerId) {
        if let Some(relay) = self.known.get_mut(peer)
            && relay.not_before.is_none()
        {
            self.known.remove(peer);
        }
    }

    /// Whether relays are needed: this node is not reached directly.
    pub(super) fn need(&mut self, needed: bool) {
        self.needed = needed;
    }

    /// An address to listen on now; [`Relays::listening`] or [`Relays::failed`] must follow.
    pub(super) fn next(&self, now: Instant) -> Option<(PeerId, Multiaddr)> {
        if !self.needed || self.used.len() >= WANTED {
            return None;
        }
        let mut known = self.known.iter();
        let (peer, relay) = known.find(|(peer, relay)| {
            relay.not_before.is_none_or(|at| at <= now)
                && !self.used.values().any(|used| used == *peer)
        })?;
        let address = relay.address.clone();
        let named = match address.iter().last() {
            Some(Protocol::P2p(_)) => address,
            _ => address.with(Protocol::P2p(*peer)),
        };
        Some((*peer, named.with(Protocol::P2pCircuit)))
    }

    /// A reservation is being made or held.
    pub(super) fn listening(&mut self, id: ListenerId, peer: PeerId) {
        self.used.insert(id, peer);
    }

    /// The listener has ended: the relay refused, died, or let go. Whether it was one of ours.
    pub(super) fn ended(&mut self, id: ListenerId, now: Instant) -> bool {
        let Some(peer) = self.used.remove(&id) else {
            return false;
        };
        self.failed(&peer, now);
        true
    }

    pub(super) fn failed(&mut self, peer: &PeerId, now: Instant) {
        if let Some(relay) = self.known.get_mut(peer) {
            relay.not_before = Some(now + PAUSE);
        }
    }

    /// Listeners to close, because relays are needed no more.
    pub(super) fn superfluous(&mut self) -> Vec<ListenerId> {
        match self.needed {
            true => Vec::new(),
            false => self.used.drain().map(|(id, _)| id).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_relays_are_used_and_dead_ones_are_left_alone_for_a_while() {
        let (mut relays, now) = (Relays::default(), Instant::now());
        let peers = [PeerId::random(), PeerId::random(), PeerId::random()];
        let address: Multiaddr = "/ip4/203.0.113.1/tcp/1".parse().expect("an address");
        for peer in peers {
            relays.found(peer, address.clone());
        }
        assert!(relays.next(now).is_none(), "not needed yet");
        relays.need(true);
        let mut ids = Vec::new();
        for _ in 0..2 {
            let (peer, at) = relays.next(now).expect("a relay");
            assert!(
                at.to_string()
                    .ends_with(&format!("/p2p/{peer}/p2p-circuit"))
            );
            let id = ListenerId::next();
            relays.listening(id, peer);
            ids.push((id, peer));
        }
        assert!(relays.next(now).is_none(), "two are enough");
        assert!(relays.ended(ids[0].0, now));
        assert!(!relays.ended(ids[0].0, now), "only once");
        let (third, _) = relays.next(now).expect("the third");
        assert!(!ids.iter().any(|(_, peer)| *peer == third));
        relays.failed(&third, now);
        assert!(relays.next(now).is_none(), "both failed just now");
        assert!(relays.next(now + PAUSE).is_some());
        relays.need(false);
        assert_eq!(relays.superfluous(), [ids[1].0]);
    }
}
