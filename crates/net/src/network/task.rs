//! The task that owns a swarm: carries out commands, answers them, and tells what happens.
//!
//! Invariant: nothing here waits for anything but the swarm, the commands and the token, so a slow
//! asker never stops the network.

use std::collections::HashMap;

use futures_util::StreamExt;
use libp2p::core::ConnectedPoint;
use libp2p::multiaddr::Protocol;
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use libp2p::swarm::{ConnectionId, DialError, SwarmEvent};
use libp2p::{Multiaddr, PeerId, Swarm, identify, kad, mdns};
use tokio::sync::{broadcast, mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::bitswap;
use crate::network::behaviour::{Behaviour, BehaviourEvent};
use crate::network::{
    Command, ConnectedPeer, DialPeer, KnownPeer, NetworkEvent, ProvideRoot, Route,
};
use crate::profile::peer_of;

/// Last good peers that are dialled at the start.
const REDIAL: usize = 16;

/// A query of one of the two DHTs, each of which counts its own from zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Query {
    Wide(kad::QueryId),
    Local(kad::QueryId),
}

/// A look-up of providers.
struct Lookup {
    found: mpsc::Sender<PeerId>,
    left: usize,
}

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
    state: State,
}

#[derive(Default)]
struct State {
    dials: HashMap<ConnectionId, oneshot::Sender<Result<PeerId, DialPeer>>>,
    lookups: HashMap<Query, Lookup>,
    provides: HashMap<Query, oneshot::Sender<Result<(), ProvideRoot>>>,
    peers: HashMap<PeerId, Known>,
}

impl Task {
    pub(super) fn new(
        swarm: Swarm<Behaviour>,
        commands: mpsc::Receiver<Command>,
        events: broadcast::Sender<NetworkEvent>,
        cancel: CancellationToken,
    ) -> Self {
        Task {
            swarm,
            commands,
            events,
            cancel,
            state: State::default(),
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
            }
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
        for known in known.iter().take(REDIAL) {
            let opts = DialOpts::peer_id(known.peer)
                .addresses(known.addresses.clone())
                .build();
            if let Err(error) = self.swarm.dial(opts) {
                tracing::debug!(peer = %known.peer, %error, "a peer of last time was not dialled");
            }
        }
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
                    routes: known.routes.iter().map(|(_, _, route)| *route).collect(),
                    addresses: known.routes.iter().map(|(_, at, _)| at.clone()).collect(),
                });
                let _ = reply.send(peers.collect());
            }
            Command::GoodPeers(reply) => {
                let _ = reply.send(self.good_peers());
            }
            Command::Provide(cid, reply) => {
                let key = kad::RecordKey::new(&cid.hash().to_bytes());
                let behaviour = self.swarm.behaviour_mut();
                // As go's dual DHT does: the local one only while nobody is known in the wide one.
                let wide = behaviour.wan.as_mut().and_then(with_peers);
                let started = match (wide, behaviour.lan.as_mut()) {
                    (Some(dht), _) => dht.start_providing(key).map(Query::Wide),
                    (None, Some(dht)) => dht.start_providing(key).map(Query::Local),
                    (None, None) => {
                        let _ = reply.send(Err(ProvideRoot::NoDht));
                        return;
                    }
                };
                match started {
                    Ok(query) => {
                        self.state.provides.insert(query, reply);
                    }
                    Err(_) => {
                        let _ = reply.send(Err(ProvideRoot::TooMany));
                    }
                }
            }
            Command::Unprovide(cid) => {
                let key = kad::RecordKey::new(&cid.hash().to_bytes());
                let behaviour = self.swarm.behaviour_mut();
                for dht in [behaviour.wan.as_mut(), behaviour.lan.as_mut()]
                    .into_iter()
                    .flatten()
                {
                    dht.stop_providing(&key);
                }
            }
            Command::FindProviders { cid, limit, found } => {
                let key = kad::RecordKey::new(&cid.hash().to_bytes());
                let behaviour = self.swarm.behaviour_mut();
                let wide = behaviour.wan.as_mut();
                let wide = wide.map(|dht| Query::Wide(dht.get_providers(key.clone())));
                let local = behaviour.lan.as_mut();
                let local = local.map(|dht| Query::Local(dht.get_providers(key)));
                for query in wide.into_iter().chain(local) {
                    let lookup = Lookup {
                        found: found.clone(),
                        left: limit,
                    };
                    self.state.lookups.insert(query, lookup);
                }
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

    /// Those that were dialled and answered: an address that somebody else came from is no use.
    fn good_peers(&self) -> Vec<KnownPeer> {
        let peers = self.state.peers.iter();
        let good = peers.filter(|(_, known)| !known.addresses.is_empty());
        good.map(|(peer, known)| KnownPeer {
            peer: *peer,
            addresses: known.addresses.clone(),
        })
        .collect()
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
            }
            SwarmEvent::ConnectionClosed {
                peer_id,
                connection_id,
                num_established,
                ..
            } => {
                if num_established == 0 {
                    self.state.peers.remove(&peer_id);
                    self.tell(NetworkEvent::Disconnected(peer_id));
                } else if let Some(known) = self.state.peers.get_mut(&peer_id) {
                    known.routes.retain(|(id, _, _)| *id != connection_id);
                }
            }
            SwarmEvent::OutgoingConnectionError {
                connection_id,
                error,
                ..
            } => {
                if let Some(reply) = self.state.dials.remove(&connection_id) {
                    let _ = reply.send(Err(error.into()));
                }
            }
            SwarmEvent::NewListenAddr { address, .. } => {
                self.tell(NetworkEvent::Listening(address));
            }
            SwarmEvent::ExpiredListenAddr { address, .. } => {
                self.tell(NetworkEvent::NotListening(address));
            }
            SwarmEvent::ExternalAddrConfirmed { address } => {
                self.tell(NetworkEvent::Reachable(address));
            }
            SwarmEvent::ExternalAddrExpired { address } => {
                self.tell(NetworkEvent::Unreachable(address));
            }
            _ => {}
        }
    }

    fn connected(&mut self, peer: PeerId, id: ConnectionId, endpoint: &ConnectedPoint) {
        let address = endpoint.get_remote_address().clone();
        let route = match address.iter().any(|part| part == Protocol::P2pCircuit) {
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
        known.routes.push((id, address, route));
    }

    fn behaviour_event(&mut self, event: BehaviourEvent) {
        match event {
            BehaviourEvent::Identify(identify::Event::Received { peer_id, info, .. }) => {
                self.identified(peer_id, info);
            }
            BehaviourEvent::Wan(event) => self.dht_event(event, Query::Wide),
            BehaviourEvent::Lan(event) => self.dht_event(event, Query::Local),
            BehaviourEvent::Mdns(mdns::Event::Discovered(found)) => {
                for (peer, address) in found {
                    if let Some(dht) = self.swarm.behaviour_mut().lan.as_mut() {
                        dht.add_address(&peer, address.clone());
                    }
                    self.tell(NetworkEvent::FoundNearby(peer, address));
                }
            }
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
            known.agent = Some(info.agent_version);
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

    fn dht_event(&mut self, event: kad::Event, of: fn(kad::QueryId) -> Query) {
        let kad::Event::OutboundQueryProgressed {
            id, result, step, ..
        } = event
        else {
            return;
        };
        let query = of(id);
        match result {
            kad::QueryResult::GetProviders(result) => {
                let mut stop = step.last;
                if let Some(lookup) = self.state.lookups.get_mut(&query)
                    && let Ok(kad::GetProvidersOk::FoundProviders { providers, .. }) = result
                {
                    for peer in providers {
                        if lookup.left == 0 || lookup.found.try_send(peer).is_err() {
                            lookup.left = 0;
                            break;
                        }
                        lookup.left -= 1;
                    }
                    stop |= lookup.left == 0;
                }
                if stop {
                    self.state.lookups.remove(&query);
                    let behaviour = self.swarm.behaviour_mut();
                    let dht = match query {
                        Query::Wide(_) => behaviour.wan.as_mut(),
                        Query::Local(_) => behaviour.lan.as_mut(),
                    };
                    if let Some(mut running) = dht.and_then(|dht| dht.query_mut(&id)) {
                        running.finish();
                    }
                }
            }
            kad::QueryResult::StartProviding(result) => {
                if let Some(reply) = self.state.provides.remove(&query) {
                    let _ = reply.send(result.map(drop).map_err(|_| ProvideRoot::TimedOut));
                }
            }
            _ => {}
        }
    }
}

/// The DHT, if it knows anybody.
fn with_peers(
    dht: &mut kad::Behaviour<kad::store::MemoryStore>,
) -> Option<&mut kad::Behaviour<kad::store::MemoryStore>> {
    let known = dht.kbuckets().any(|bucket| !bucket.is_empty());
    known.then_some(dht)
}

/// Whether an address can be reached from elsewhere, as far as its text tells.
fn is_public(address: &Multiaddr) -> bool {
    match address.iter().next() {
        Some(Protocol::Ip4(ip)) => {
            !(ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_unspecified())
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

impl From<DialError> for DialPeer {
    fn from(error: DialError) -> Self {
        match error {
            DialError::NoAddresses => DialPeer::NoAddress,
            DialError::WrongPeerId { .. } => DialPeer::OtherPeer,
            DialError::LocalPeerId { .. } => DialPeer::Ourselves,
            DialError::Denied { .. } => DialPeer::Denied,
            other => DialPeer::Failed(Box::new(other)),
        }
    }
}
