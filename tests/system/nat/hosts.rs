//! One network on one host: a thread there, and the handle to it here.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use net::{
    Multiaddr, Network, NetworkConfig, NetworkEvent, NodeKey, PeerId, Profile, Reachability, Route,
};
use tokio::sync::{broadcast, oneshot};
use tokio_util::sync::CancellationToken;

use crate::support::world::Host;

const PORT: u16 = 4001;

/// A network that runs on a host.
pub(super) struct At {
    pub(super) network: Network,
    host: Host,
    /// Where others have said that they reach it, as the node keeps it for links.
    outside: Arc<Mutex<BTreeSet<Multiaddr>>>,
    stop: CancellationToken,
    thread: Option<JoinHandle<()>>,
}

fn listen(ip: Ipv4Addr) -> Vec<Multiaddr> {
    [
        format!("/ip4/{ip}/tcp/{PORT}"),
        format!("/ip4/{ip}/udp/{PORT}/quic-v1"),
    ]
    .iter()
    .map(|text| text.parse().expect("an address"))
    .collect()
}

/// Waits for an event.
pub(super) async fn until(
    events: &mut broadcast::Receiver<NetworkEvent>,
    wanted: impl Fn(&NetworkEvent) -> bool,
) {
    loop {
        match events.recv().await {
            Ok(event) if wanted(&event) => return,
            Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {}
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}

impl At {
    async fn start(host: &Host, change: fn(&mut NetworkConfig)) -> Self {
        let (started, network) = oneshot::channel();
        let stop = CancellationToken::new();
        let outside = Arc::new(Mutex::new(BTreeSet::new()));
        let (there, until, noted) = (host.clone(), stop.clone(), Arc::clone(&outside));
        let thread = std::thread::spawn(move || {
            // Every socket of this thread's runtime is on the host.
            there.enter();
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async move {
                let key = NodeKey::random().expect("a key");
                let mut config = NetworkConfig::new(Profile::direct(), key);
                config.listen = listen(Ipv4Addr::UNSPECIFIED);
                config.local_discovery = false;
                config.map_ports = false;
                change(&mut config);
                let network = Network::start(config, until.clone()).expect("it starts");
                let events = network.events();
                let _ = started.send(network.clone());
                tokio::select! {
                    () = until.cancelled() => {}
                    () = note(events, noted) => {}
                }
                network.shutdown().await;
            });
        });
        let network = network.await.expect("started");
        At {
            network,
            host: host.clone(),
            outside,
            stop,
            thread: Some(thread),
        }
    }

    /// As any node is.
    pub(super) async fn plain(host: &Host) -> Self {
        Self::start(host, |_| ()).await
    }

    /// One that relays, and knows where it is reached.
    pub(super) async fn relay(host: &Host) -> Self {
        let at = Self::start(host, |config| config.relay_for_others = true).await;
        for address in listen(host.outside) {
            at.network.add_external_address(address).await;
        }
        at
    }

    /// Connects to a public host.
    pub(super) async fn meet(&self, other: &At) {
        let dialled = self
            .network
            .dial(other.network.peer_id(), listen(other.host.outside));
        dialled.await.expect("everybody reaches a public host");
    }

    pub(super) async fn until_reachability(&self, state: Reachability) {
        let mut events = self.network.events();
        if self.network.reachability().await != state {
            let changed = NetworkEvent::ReachabilityChanged(state);
            until(&mut events, |event| *event == changed).await;
        }
    }

    /// What a link of this node names: where it is known to be reached, and where it listens.
    pub(super) async fn advertised(&self) -> Vec<Multiaddr> {
        let mut addresses = self.network.listening().await;
        addresses.extend(self.outside.lock().expect("sound").iter().cloned());
        addresses
    }

    pub(super) async fn routes_to(&self, peer: PeerId) -> Vec<Route> {
        let peers = self.network.peers().await;
        let found = peers.into_iter().find(|one| one.peer == peer);
        found.map(|one| one.routes).unwrap_or_default()
    }
}

/// Keeps what is known of where a node is reached.
async fn note(
    mut events: broadcast::Receiver<NetworkEvent>,
    outside: Arc<Mutex<BTreeSet<Multiaddr>>>,
) {
    loop {
        match events.recv().await {
            Ok(NetworkEvent::Reachable(at)) => {
                outside.lock().expect("sound").insert(at);
            }
            Ok(NetworkEvent::Unreachable(at)) => {
                outside.lock().expect("sound").remove(&at);
            }
            Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {}
            Err(broadcast::error::RecvError::Closed) => return,
        }
    }
}

impl Drop for At {
    fn drop(&mut self) {
        self.stop.cancel();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
