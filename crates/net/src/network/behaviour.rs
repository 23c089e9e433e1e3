//! Everything a node of one network does at once, as one libp2p behaviour.

use libp2p::swarm::NetworkBehaviour;
use libp2p::swarm::behaviour::toggle::Toggle;
use libp2p::{
    allow_block_list, autonat, connection_limits, dcutr, identify, kad, mdns, ping, relay, upnp,
};

use crate::bitswap;
use crate::identity::NodeKey;
use crate::network::dht::{self, Dht};
use crate::network::memory::MemoryGate;
use crate::network::{Limits, NetworkConfig, StartNetwork};
use crate::share;

/// Identify's name for the protocol suite; every IPFS and BTFS node says this.
const SUITE: &str = "ipfs/0.1.0";
#[derive(NetworkBehaviour)]
pub(crate) struct Behaviour {
    limits: connection_limits::Behaviour,
    memory: MemoryGate,
    pub(super) denied: allow_block_list::Behaviour<allow_block_list::BlockedPeers>,
    pub(super) allowed: Toggle<allow_block_list::Behaviour<allow_block_list::AllowedPeers>>,
    identify: identify::Behaviour,
    ping: ping::Behaviour,
    pub(super) wan: Toggle<Dht>,
    pub(super) lan: Toggle<Dht>,
    autonat: Toggle<autonat::v1::Behaviour>,
    reach: Toggle<autonat::v2::client::Behaviour>,
    reach_others: Toggle<autonat::v2::server::Behaviour>,
    relay: Toggle<relay::client::Behaviour>,
    relay_others: Toggle<relay::Behaviour>,
    punch: Toggle<dcutr::Behaviour>,
    mdns: Toggle<mdns::tokio::Behaviour>,
    upnp: Toggle<upnp::tokio::Behaviour>,
    bitswap: bitswap::Behaviour,
    share: share::Behaviour,
}

fn limits(limits: Limits) -> connection_limits::ConnectionLimits {
    connection_limits::ConnectionLimits::default()
        .with_max_pending_incoming(Some(limits.pending))
        .with_max_pending_outgoing(Some(limits.pending))
        .with_max_established(Some(limits.connections))
        .with_max_established_incoming(Some(limits.incoming))
        .with_max_established_per_peer(Some(limits.per_peer))
}

impl Behaviour {
    pub(super) fn new(
        config: &NetworkConfig,
        key: &NodeKey,
        relay: Option<relay::client::Behaviour>,
        bitswap: bitswap::Behaviour,
        share: share::Behaviour,
    ) -> Result<Self, StartNetwork> {
        let me = key.peer_id();
        // What a proxy does not carry would show where this node is.
        let sockets = !config.profile.transports.memory && config.proxy.is_none();
        let reach = config.reach && sockets;
        let names = config.profile.dht.as_ref();
        let mdns = match config.profile.mdns && config.local_discovery && sockets {
            true => Some(
                mdns::tokio::Behaviour::new(mdns::Config::default(), me)
                    .map_err(StartNetwork::LocalDiscovery)?,
            ),
            false => None,
        };
        let identify = identify::Config::new(SUITE.to_owned(), key.pair().public())
            .with_agent_version(config.profile.agent.clone());
        // A node that helps others with their reachability must be reachable itself; both servers
        // answer only over connections that exist, and are cheap.
        Ok(Behaviour {
            limits: connection_limits::Behaviour::new(limits(config.limits)),
            memory: MemoryGate::new(config.limits.memory),
            denied: allow_block_list::Behaviour::default(),
            allowed: config.allow_only.as_ref().map_or_else(
                || None.into(),
                |peers| {
                    let mut allowed = allow_block_list::Behaviour::default();
                    for peer in peers {
                        allowed.allow_peer(*peer);
                    }
                    Some(allowed).into()
                },
            ),
            identify: identify::Behaviour::new(identify),
            ping: ping::Behaviour::default(),
            // By reachability: a client until an address is confirmed from outside.
            wan: names
                .map(|names| dht::behaviour(&names.wan, me, config.dht_mode, &config.clock))
                .into(),
            lan: names
                .map(|names| dht::behaviour(&names.lan, me, Some(kad::Mode::Server), &config.clock))
                .into(),
            autonat: reach
                .then(|| autonat::v1::Behaviour::new(me, autonat::v1::Config::default()))
                .into(),
            reach: reach.then(autonat::v2::client::Behaviour::default).into(),
            reach_others: reach.then(autonat::v2::server::Behaviour::default).into(),
            punch: (reach && relay.is_some())
                .then(|| dcutr::Behaviour::new(me))
                .into(),
            relay: relay.into(),
            relay_others: config
                .relay_for_others
                .then(|| relay::Behaviour::new(me, relay::Config::default()))
                .into(),
            mdns: mdns.into(),
            upnp: (config.map_ports && config.gateway.is_none() && sockets)
                .then(upnp::tokio::Behaviour::default)
                .into(),
            bitswap,
            share,
        })
    }
}
