//! The task that owns a swarm: carries out commands, answers them, and tells what happens.
//!
//! Invariant: nothing here waits for anything but the swarm, the commands and the token, so a slow
//! asker never stops the network.

mod reaching;

use std::collections::HashMap;
use std::pin::Pin;

use futures_util::StreamExt;
use libp2p::core::ConnectedPoint;
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use libp2p::swarm::{ConnectionId, SwarmEvent};
use libp2p::{Multiaddr, PeerId, Swarm, identify, kad, mdns, relay};
use tokio::sync::{broadcast, mpsc, oneshot};
use tokio::time::{Instant, Sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::bitswap;
use crate::network::behaviour::{Behaviour, BehaviourEvent};
use crate::network::finding::{Finding, Query};
use crate::network::good_peers::GoodPeers;
use crate::network::port_map::PortMaps;
use crate::network::reach::is_public;
use crate::network::task::reaching::Reaching;
use crate::network::{Command, ConnectedPeer, DialPeer, KnownPeer, NetworkEvent, RelayUse, Route};
use crate::profile::peer_of;

struct Known {
    routes: Vec<(ConnectionId, Multiaddr, Route)>,
    agent: Option<String>,
    addresses: Vec<Multiaddr>,
}

/// See the module.
pub(super) struct Task {
    pub(super) swarm: Swarm<Behaviour>,
    pub(super) commands: mpsc::Receiver<Command>,
    pub(super) events: broadcast::Sender<NetworkEvent>,
    pub(super) cancel: CancellationToken,
    finding: Finding,
    ports: PortMaps,
    dht_mode: Option<kad::Mode>,
    /// When the DHT has work again; kept over events, or a busy network would never get there.
    alarm: Pin<Box<Sleep>>,
    armed: bool,
    state: State,
}

#[derive(Default)]
struct State {
    reaching: Reaching,
    good: GoodPeers,
    dials: HashMap<ConnectionId, oneshot::Sender<Result<PeerId, DialPeer>>>,
    peers: HashMap<PeerId, Known>,
}

impl Task {
    pub(super) fn new(
        swarm: Swarm<Behaviour>,
        finding: Finding,
        ports: PortMaps,
        (relay_use, dht_mode): (RelayUse, Option<kad::Mode>),
        commands: mpsc::Receiver<Command>,
        events: broadcast::Sender<NetworkEvent>,
        cancel: CancellationToken,
    ) -> Self {
        Task {
            swarm,
            commands,
            events,
            cancel,
            finding,
            ports,
            dht_mode,
            alarm: Box::pin(sleep_until(Instant::now())),
            armed: false,
            state: State {
                reaching: Reaching::new(relay_use),
                ..State::default()
            },
        }
    }

    pub(super) async fn run(mut self) {
        loop {
            tokio::select! {
                () = self.cancel.cancelled() => return,
                command = self.commands.recv() => match command {
                    Some(command) => self.command(command),
                    None => return,
                },
                event = self.swarm.select_next_some() => self.event(event),
                Some(change) = self.ports.changed() => self.mapped(change),
                () = &mut self.alarm, if self.armed => {
                    self.armed = false;
                    self.finding.work(self.swarm.behaviour_mut());
                    self.arm();
                }
            }
        }
    }

    /// Sets the alarm to when the DHT has work, if that is before it rings.
    fn arm(&mut self) {
        let Some(wait) = self.finding.wait() else {
            return;
        };
        let at = Instant::now() + wait;
        if !self.armed || at < self.alarm.deadline() {
            self.alarm.as_mut().reset(at);
            self.armed = true;
        }
    }

    /// Dials those who were good last time, and the shipped list.
    pub(super) fn join(&mut self, known: &[KnownPeer], bootstrap: &[Multiaddr]) {
        for address in bootstrap {
            if let Some(peer) = peer_of(address)
                && let Some(dht) = self.swarm.behaviour_mut().wan.as_mut()
            {
                dht.add_address(&peer, address.clone());
            }
        }
        for known in known.iter().rev() {
            for address in &known.addresses {
                self.state.good.note(known.peer, address.clone());
            }
        }
        self.dial_good_peers();
        if let Some(dht) = self.swarm.behaviour_mut().wan.as_mut()
            && !bootstrap.is_empty()
            && let Err(error) = dht.bootstrap()
        {
            tracing::debug!(%error, "there is nobody to bootstrap from");
        }
    }

    fn command(&mut self, command: Command) {
        match command {
            Command::Dial {
                peer,
                addresses,
                reply,
            } => self.dial(peer, addresses, reply),
            Command::Listen(address, reply) => {
                let _ = reply.send(self.swarm.listen_on(address).map(drop));
            }
            Command::Listening(reply) => {
                let _ = reply.send(self.swarm.listeners().cloned().collect());
            }
            Command::Disconnect(peer) => {
                let _ = self.swarm.disconnect_peer_id(peer);
            }
            Command::Deny(peer) => {
                self.swarm.behaviour_mut().denied.block_peer(peer);
            }
            Command::Undeny(peer) => {
                self.swarm.behaviour_mut().denied.unblock_peer(peer);
            }
            Command::External(address) => self.swarm.add_external_address(address),
            Command::Peers(reply) => {
                let peers = self.state.peers.iter();
                let peers = peers.map(|(peer, known)| ConnectedPeer {
                    peer: *peer,
                    agent: known.agent.clone(),
                    only_relayed: self.state.reaching.only_relayed.contains(peer),
                    routes: known.routes.iter().map(|(_, _, route)| *route).collect(),
                    addresses: known.routes.iter().map(|(_, at, _)| at.clone()).collect(),
                });
                let _ = reply.send(peers.collect());
            }
            Command::GoodPeers(reply) => {
                let _ = reply.send(self.state.good.list());
            }
            Command::Reachability(reply) => {
                let _ = reply.send(self.state.reaching.reach.state());
            }
            Command::Wake => self.wake(),
            Command::Metered(metered) => self.metered(metered),
            Command::Find(command) => {
                let behaviour = self.swarm.behaviour_mut();
                self.finding.command(behaviour, command);
                self.arm();
            }
        }
    }

    fn dial(
        &mut self,
        peer: Option<PeerId>,
        addresses: Vec<Multiaddr>,
        reply: oneshot::Sender<Result<PeerId, DialPeer>>,
    ) {
        if let Some(peer) = peer
            && self.swarm.is_connected(&peer)
        {
            let _ = reply.send(Ok(peer));
            return;
        }
        let opts = match (peer, addresses) {
            (Some(peer), addresses) => DialOpts::peer_id(peer)
                .condition(PeerCondition::Always)
                .addresses(addresses)
                .extend_addresses_through_behaviour()
                .build(),
            (None, addresses) => match addresses.into_iter().next() {
                Some(address) => DialOpts::unknown_peer_id().address(address).build(),
                None => {
                    let _ = reply.send(Err(DialPeer::NoAddress));
                    return;
                }
            },
        };
        let id = opts.connection_id();
        match self.swarm.dial(opts) {
            Ok(()) => {
                self.state.dials.insert(id, reply);
            }
            Err(error) => {
                let _ = reply.send(Err(error.into()));
            }
        }
    }

    fn tell(&self, event: NetworkEvent) {
        // Nobody listening is fine.
        let _ = self.events.send(event);
    }

    fn event(&mut self, event: SwarmEvent<BehaviourEvent>) {
        match event {
            SwarmEvent::Behaviour(event) => self.behaviour_event(event),
            SwarmEvent::ConnectionEstablished {
                peer_id,
                connection_id,
                endpoint,
                num_established,
                ..
            } => {
                if let Some(reply) = self.state.dials.remove(&connection_id) {
                    let _ = reply.send(Ok(peer_id));
                }
                self.connected(peer_id, connection_id, &endpoint);
                if num_established.get() == 1 {
                    self.tell(NetworkEvent::Connected(peer_id));
                }
                self.reached();
            }
            SwarmEvent::ConnectionClosed {
                peer_id,
                connection_id,
                num_established,
                ..
            } => {
                self.state.reaching.silent.remove(&connection_id);
                if num_established == 0 {
                    self.state.peers.remove(&peer_id);
                    self.state.reaching.relays.gone(&peer_id);
                    self.tell(NetworkEvent::Disconnected(peer_id));
                } else if let Some(known) = self.state.peers.get_mut(&peer_id) {
                    known.routes.retain(|(id, _, _)| *id != connection_id);
                }
                self.reached();
            }
            SwarmEvent::OutgoingConnectionError {
                connection_id,
                peer_id,
                error,
            } => {
                if let Some(reply) = self.state.dials.remove(&connection_id) {
                    let _ = reply.send(Err(error.into()));
                } else if let Some(peer) = peer_id {
                    self.only_a_relay_leads_to(peer);
                }
            }
            SwarmEvent::NewListenAddr { address, .. } => {
                self.state.reaching.reach.listening(&address, true);
                self.ports.listening(&address);
                self.tell(NetworkEvent::Listening(address));
                self.interfaces_changed();
            }
            SwarmEvent::ExpiredListenAddr { address, .. } => {
                self.state.reaching.reach.listening(&address, false);
                self.ports.not_listening(&address);
                self.tell(NetworkEvent::NotListening(address));
                self.interfaces_changed();
            }
            SwarmEvent::ExternalAddrConfirmed { address } => self.confirmed(address, true),
            SwarmEvent::ExternalAddrExpired { address } => self.confirmed(address, false),
            SwarmEvent::ListenerClosed { listener_id, .. } => self.listener_closed(listener_id),
            _ => {}
        }
    }

    fn connected(&mut self, peer: PeerId, id: ConnectionId, endpoint: &ConnectedPoint) {
        let address = endpoint.get_remote_address().clone();
        // Whoever comes over a relay has an address of their own that does not say so.
        let route = match endpoint.is_relayed() {
            true => Route::Relayed,
            false => Route::Direct,
        };
        let known = self.state.peers.entry(peer).or_insert_with(|| Known {
            routes: Vec::new(),
            agent: None,
            addresses: Vec::new(),
        });
        if endpoint.is_dialer() && !known.addresses.contains(&address) {
            known.addresses.push(address.clone());
        }
        known.routes.push((id, address.clone(), route));
        if route == Route::Direct && self.forget_misses(&peer) {
            self.tell(NetworkEvent::ConnectedDirectly(peer));
        }
        if endpoint.is_dialer() && route == Route::Direct {
            self.state.good.note(peer, address);
        }
    }

    fn behaviour_event(&mut self, event: BehaviourEvent) {
        match event {
            BehaviourEvent::Identify(identify::Event::Received { peer_id, info, .. }) => {
                self.identified(peer_id, info);
            }
            BehaviourEvent::Wan(event) => {
                let behaviour = self.swarm.behaviour_mut();
                self.finding.event(behaviour, event, Query::Wide);
                self.arm();
            }
            BehaviourEvent::Lan(event) => {
                let behaviour = self.swarm.behaviour_mut();
                self.finding.event(behaviour, event, Query::Local);
                self.arm();
            }
            BehaviourEvent::Mdns(mdns::Event::Discovered(found)) => {
                for (peer, address) in found {
                    if let Some(dht) = self.swarm.behaviour_mut().lan.as_mut() {
                        dht.add_address(&peer, address.clone());
                    }
                    self.tell(NetworkEvent::FoundNearby(peer, address));
                }
            }
            BehaviourEvent::Autonat(event) => self.probed(&event),
            BehaviourEvent::Punch(event) => self.punched(&event),
            BehaviourEvent::Ping(event) => self.pinged(&event),
            BehaviourEvent::Bitswap(bitswap::Event::PeerFailed(peer, strike)) => {
                self.tell(NetworkEvent::PeerFailed(peer, strike));
            }
            BehaviourEvent::Bitswap(bitswap::Event::Settled(peer, ledger)) => {
                self.tell(NetworkEvent::Settled(peer, ledger));
            }
            _ => {}
        }
    }

    /// Public addresses go to the wide DHT, private ones to the local one, each if it is spoken.
    fn identified(&mut self, peer: PeerId, info: identify::Info) {
        if let Some(known) = self.state.peers.get_mut(&peer) {
            let before = known.agent.replace(info.agent_version);
            if before != known.agent {
                self.tell(NetworkEvent::Identified(peer));
            }
        }
        if info.protocols.contains(&relay::HOP_PROTOCOL_NAME) {
            self.found_relay(peer);
        }
        let behaviour = self.swarm.behaviour_mut();
        for address in info.listen_addrs {
            let dht = match is_public(&address) {
                true => behaviour.wan.as_mut(),
                false => behaviour.lan.as_mut(),
            };
            if let Some(dht) = dht
                && dht
                    .protocol_names()
                    .iter()
                    .any(|name| info.protocols.contains(name))
            {
                dht.add_address(&peer, address);
            }
        }
    }
}
