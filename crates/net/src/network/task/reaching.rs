//! What the network's task does to be reached, and to come back after sleep and a change of network.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use libp2p::core::transport::ListenerId;
use libp2p::swarm::ConnectionId;
use libp2p::swarm::dial_opts::DialOpts;
use libp2p::{Multiaddr, PeerId, autonat, dcutr, kad, ping};
use tokio::time::Instant;

use crate::network::port_map::Mapped;
use crate::network::reach::{Reach, is_public};
use crate::network::relays::Relays;
use crate::network::task::Task;
use crate::network::{NetworkEvent, Reachability, RelayUse, Route};

/// Good peers that are dialled at once.
const REDIAL: usize = 16;
/// Interfaces that change in quick succession cause one round of dialling.
const REDIAL_PAUSE: Duration = Duration::from_secs(5);
/// Peers that are remembered as reached by relays only; it is a hint, and said again when forgotten.
const MISSES: usize = 1024;
/// Pings in a row without an answer after which a connection is given up.
const SILENT: u32 = 2;

/// The part of the task's state that is about this.
pub(super) struct Reaching {
    pub(super) reach: Reach,
    pub(super) relays: Relays,
    /// Pings without an answer, a connection.
    pub(super) silent: HashMap<ConnectionId, u32>,
    /// Peers of whom it was said that nothing but a relay leads to them.
    pub(super) only_relayed: HashSet<PeerId>,
    relay_use: RelayUse,
    /// Others said that they cannot reach this node.
    unreached: bool,
    metered: bool,
    told: Reachability,
    redialled: Option<Instant>,
}

impl Default for Reaching {
    fn default() -> Self {
        Reaching::new(RelayUse::WhenNeeded)
    }
}

impl Reaching {
    pub(super) fn new(relay_use: RelayUse) -> Self {
        Reaching {
            reach: Reach::default(),
            relays: Relays::default(),
            silent: HashMap::new(),
            only_relayed: HashSet::new(),
            relay_use,
            unreached: false,
            metered: false,
            told: Reachability::Offline,
            redialled: None,
        }
    }
}

impl Task {
    /// Something has changed: tells of it, and asks for relays or lets go of them.
    pub(super) fn reached(&mut self) {
        let direct = self.state.peers.values().filter(|known| {
            let mut routes = known.routes.iter();
            routes.any(|(_, at, route)| *route == Route::Relayed || is_public(at))
        });
        let public = direct.count();
        let reaching = &mut self.state.reaching;
        let all = self.state.peers.len();
        reaching.reach.peers(public, all - public);
        let state = reaching.reach.state();
        let needed = match reaching.relay_use {
            RelayUse::WhenNeeded => reaching.unreached,
            RelayUse::Always => true,
            RelayUse::Never => false,
        };
        reaching
            .relays
            .need(needed && state != Reachability::Direct);
        let changed = std::mem::replace(&mut reaching.told, state) != state;
        for id in reaching.relays.superfluous() {
            self.swarm.remove_listener(id);
        }
        let now = Instant::now();
        while let Some((peer, address)) = self.state.reaching.relays.next(now) {
            match self.swarm.listen_on(address) {
                Ok(id) => self.state.reaching.relays.listening(id, peer),
                Err(error) => {
                    tracing::debug!(%peer, %error, "a relay cannot be used");
                    self.state.reaching.relays.failed(&peer, now);
                }
            }
        }
        if changed {
            self.tell(NetworkEvent::ReachabilityChanged(state));
        }
    }

    /// An address leads here from outside, or does so no more.
    pub(super) fn confirmed(&mut self, address: Multiaddr, holds: bool) {
        self.state.reaching.reach.confirmed(&address, holds);
        self.tell(match holds {
            true => NetworkEvent::Reachable(address),
            false => NetworkEvent::Unreachable(address),
        });
        self.reached();
    }

    /// A router has changed a port. The swarm tells its behaviours, but not this task.
    pub(super) fn mapped(&mut self, change: Mapped) {
        match change {
            Mapped::Gained(address) => {
                self.swarm.add_external_address(address.clone());
                self.confirmed(address, true);
            }
            Mapped::Lost(address) => {
                self.swarm.remove_external_address(&address);
                self.confirmed(address, false);
            }
        }
    }

    /// A peer relays: it may be used at the address this node has dialled it at.
    pub(super) fn found_relay(&mut self, peer: PeerId) {
        let known = self.state.peers.get(&peer);
        let address = known.and_then(|known| {
            let mut routes = known.routes.iter();
            let direct = routes
                .find(|(_, at, route)| *route == Route::Direct && known.addresses.contains(at));
            direct.map(|(_, at, _)| at.clone())
        });
        if let Some(address) = address {
            self.state.reaching.relays.found(peer, address);
            self.reached();
        }
    }

    pub(super) fn listener_closed(&mut self, id: ListenerId) {
        if self.state.reaching.relays.ended(id, Instant::now()) {
            self.reached();
        }
    }

    pub(super) fn probed(&mut self, event: &autonat::v1::Event) {
        if let autonat::v1::Event::StatusChanged { new, .. } = event {
            self.state.reaching.unreached = *new == autonat::v1::NatStatus::Private;
            self.reached();
        }
    }

    /// The side that was dialled over a relay is told by the protocol when it gives up.
    pub(super) fn punched(&mut self, event: &dcutr::Event) {
        if let Err(error) = &event.result {
            let peer = event.remote_peer_id;
            tracing::debug!(%peer, %error, "no hole was punched");
            self.only_a_relay_leads_to(peer);
        }
    }

    /// A direct connection is there: what was said, if anything, does not hold. Whether something was.
    /// It does hold when a relay closes the line, which it does by its budget.
    pub(super) fn forget_misses(&mut self, peer: &PeerId) -> bool {
        self.state.reaching.only_relayed.remove(peer)
    }

    fn is_only_relayed(&self, peer: &PeerId) -> bool {
        let known = self.state.peers.get(peer);
        known.is_some_and(|known| {
            let mut routes = known.routes.iter();
            !known.routes.is_empty() && routes.all(|(_, _, route)| *route == Route::Relayed)
        })
    }

    /// Said at the first dial that fails, for the side that dialled over the relay is told nothing
    /// else, and each takes long. It is tried again all the same, and taken back when it works.
    pub(super) fn only_a_relay_leads_to(&mut self, peer: PeerId) {
        if !self.is_only_relayed(&peer) {
            return;
        }
        let said = &mut self.state.reaching.only_relayed;
        if said.len() >= MISSES {
            said.clear();
        }
        if said.insert(peer) {
            self.tell(NetworkEvent::CannotConnectDirectly(peer));
        }
    }

    /// After a sleep or a change of network a connection may be dead without having been closed.
    pub(super) fn pinged(&mut self, event: &ping::Event) {
        match &event.result {
            Ok(_) => {
                self.state.reaching.silent.remove(&event.connection);
            }
            Err(ping::Failure::Timeout) => {
                let silent = &mut self.state.reaching.silent;
                let count = silent.entry(event.connection).or_default();
                *count += 1;
                if *count >= SILENT {
                    silent.remove(&event.connection);
                    self.swarm.close_connection(event.connection);
                }
            }
            Err(_) => {}
        }
    }

    pub(super) fn interfaces_changed(&mut self) {
        self.reached();
        let redialled = self.state.reaching.redialled;
        if redialled.is_none_or(|at| at + REDIAL_PAUSE <= Instant::now()) {
            self.dial_good_peers();
        }
    }

    /// Dials good peers that have gone, and fills the DHT again.
    pub(super) fn wake(&mut self) {
        self.dial_good_peers();
        if let Some(dht) = self.swarm.behaviour_mut().wan.as_mut()
            && let Err(error) = dht.bootstrap()
        {
            tracing::debug!(%error, "there is nobody to bootstrap from");
        }
    }

    pub(super) fn metered(&mut self, metered: bool) {
        self.state.reaching.metered = metered;
        self.finding.pause(metered);
        let mode = match metered {
            true => Some(kad::Mode::Client),
            false => self.dht_mode,
        };
        if let Some(dht) = self.swarm.behaviour_mut().wan.as_mut() {
            dht.set_mode(mode);
        }
        if !metered {
            self.wake();
            self.arm();
        }
    }

    pub(super) fn dial_good_peers(&mut self) {
        if self.state.reaching.metered {
            return;
        }
        self.state.reaching.redialled = Some(Instant::now());
        for known in self.state.good.list().into_iter().take(REDIAL) {
            // Does nothing when it is connected or being dialled.
            let opts = DialOpts::peer_id(known.peer)
                .addresses(known.addresses)
                .build();
            if let Err(error) = self.swarm.dial(opts) {
                tracing::debug!(peer = %known.peer, %error, "a good peer was not dialled");
            }
        }
    }
}
