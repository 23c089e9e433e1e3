//! How this node stands to the rest of the world, in the few states that a person can be told.
//!
//! Pure: the network's task says what happened, and asks for the state.

use std::collections::HashSet;

use libp2p::Multiaddr;
use libp2p::multiaddr::Protocol;

/// What others can do. From worst to best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Reachability {
    /// There is no network.
    Offline,
    /// Only peers on the local network are there.
    LocalOnly,
    /// This node reaches others; whether they reach it is not known, or they do not.
    OutgoingOnly,
    /// Behind a NAT: others reach it through a relay, whose budget is small, and then directly when
    /// punching a hole works.
    Relayed,
    /// Others reach it directly.
    Direct,
}

/// What is known.
#[derive(Debug, Default)]
pub(super) struct Reach {
    listening: HashSet<Multiaddr>,
    confirmed: HashSet<Multiaddr>,
    public_peers: usize,
    local_peers: usize,
}

impl Reach {
    pub(super) fn listening(&mut self, address: &Multiaddr, is: bool) {
        set(&mut self.listening, address, is);
    }

    pub(super) fn confirmed(&mut self, address: &Multiaddr, is: bool) {
        set(&mut self.confirmed, address, is);
    }

    /// How many peers there are on public addresses, and on others.
    pub(super) fn peers(&mut self, public: usize, local: usize) {
        (self.public_peers, self.local_peers) = (public, local);
    }

    pub(super) fn state(&self) -> Reachability {
        let mut confirmed = self.confirmed.iter();
        if confirmed.clone().any(|address| !is_relayed(address)) {
            return Reachability::Direct;
        }
        if confirmed.any(is_relayed) {
            return Reachability::Relayed;
        }
        let elsewhere = |address: &Multiaddr| !is_loopback(address);
        match (self.public_peers, self.local_peers) {
            (0, 0) if !self.listening.iter().any(elsewhere) => Reachability::Offline,
            (0, _) => Reachability::LocalOnly,
            _ => Reachability::OutgoingOnly,
        }
    }
}

fn set(addresses: &mut HashSet<Multiaddr>, address: &Multiaddr, is: bool) {
    match is {
        true => addresses.insert(address.clone()),
        false => addresses.remove(address),
    };
}

/// Whether an address leads over a relay.
pub(super) fn is_relayed(address: &Multiaddr) -> bool {
    address.iter().any(|part| part == Protocol::P2pCircuit)
}

fn is_loopback(address: &Multiaddr) -> bool {
    match address.iter().next() {
        Some(Protocol::Ip4(ip)) => ip.is_loopback(),
        Some(Protocol::Ip6(ip)) => ip.is_loopback(),
        Some(Protocol::Memory(_)) => true,
        _ => false,
    }
}

/// Whether an address can be reached from elsewhere, as far as its text tells.
pub(super) fn is_public(address: &Multiaddr) -> bool {
    match address.iter().next() {
        Some(Protocol::Ip4(ip)) => {
            let [a, b, ..] = ip.octets();
            let carrier = a == 100 && (64..128).contains(&b);
            !(ip.is_private()
                || ip.is_loopback()
                || ip.is_link_local()
                || ip.is_unspecified()
                || carrier)
        }
        Some(Protocol::Ip6(ip)) => {
            !(ip.is_loopback()
                || ip.is_unspecified()
                || ip.is_unique_local()
                || ip.is_unicast_link_local())
        }
        Some(Protocol::Memory(_)) => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_reached_and_left() {
        let address = |text: &str| text.parse::<Multiaddr>().expect("an address");
        let loopback = address("/ip4/127.0.0.1/tcp/4001");
        let home = address("/ip4/192.168.1.7/tcp/4001");
        let outside = address("/ip4/203.0.113.7/tcp/4001");
        let relay = "/ip4/198.51.100.1/tcp/4001/p2p/\
            16Uiu2HAmN9fnzLq3Y2u1vqjiM7jk5Ep2xaTZWGqHsMcdCpDpQmZT/p2p-circuit";
        let relay = address(relay);
        let mut reach = Reach::default();
        assert_eq!(reach.state(), Reachability::Offline);
        reach.listening(&loopback, true);
        assert_eq!(reach.state(), Reachability::Offline);
        reach.listening(&home, true);
        assert_eq!(reach.state(), Reachability::LocalOnly);
        reach.peers(2, 1);
        assert_eq!(reach.state(), Reachability::OutgoingOnly);
        reach.confirmed(&relay, true);
        assert_eq!(reach.state(), Reachability::Relayed);
        reach.confirmed(&outside, true);
        assert_eq!(reach.state(), Reachability::Direct);
        reach.confirmed(&outside, false);
        reach.confirmed(&relay, false);
        reach.peers(0, 1);
        assert_eq!(reach.state(), Reachability::LocalOnly);
        reach.listening(&home, false);
        reach.peers(0, 0);
        assert_eq!(reach.state(), Reachability::Offline);
    }

    #[test]
    fn public_is_what_the_internet_routes() {
        for (text, public) in [
            ("/ip4/8.8.8.8/tcp/1", true),
            ("/ip4/10.0.0.1/tcp/1", false),
            ("/ip4/100.64.0.1/tcp/1", false),
            ("/ip4/100.128.0.1/tcp/1", true),
            ("/ip6/2001:db8::1/tcp/1", true),
            ("/ip6/fe80::1/tcp/1", false),
            ("/ip6/fd00::1/tcp/1", false),
            ("/dns4/relay.example/tcp/1", true),
            ("/memory/1", false),
        ] {
            let address: Multiaddr = text.parse().expect("an address");
            assert_eq!(is_public(&address), public, "{text}");
        }
    }
}
