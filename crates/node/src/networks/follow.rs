//! What goes on while a network runs: what is kept for the next start, and news for whoever looks.

use std::sync::Arc;
use std::time::{Duration, Instant};

use net::{Network, NetworkEvent};

use super::kept::Kept;
use super::{NetworkChoice, Plan};
use crate::events::Event;
use crate::jobs::lock;
use crate::node::Inner;

/// Time between two writes of good peers.
const KEEP_EVERY: Duration = Duration::from_secs(30);

/// Notes what the network says: ports and good peers for the next start, news for whoever looks.
pub(super) async fn follow(inner: Arc<Inner>, network: Network, plan: Plan) {
    use tokio::sync::broadcast::error::RecvError;
    let is_direct = plan.choice == NetworkChoice::Direct;
    let mut events = network.events();
    let mut kept = Instant::now();
    let mut published = is_direct;
    loop {
        match events.recv().await {
            Ok(NetworkEvent::Listening(_)) => inner.events.send(Event::NetworkChanged),
            Ok(NetworkEvent::Connected(_)) => {
                // Peers come and go by the second on a large network; what is kept is a hint.
                if kept.elapsed() >= KEEP_EVERY {
                    kept = Instant::now();
                    keep(&inner, &network, &plan, None).await;
                }
                if !std::mem::replace(&mut published, true) {
                    super::names::publish_again(&inner, &network).await;
                }
                inner.events.send(Event::NetworkChanged);
            }
            Ok(NetworkEvent::Reachable(address)) => {
                if is_direct {
                    lock(&inner.networks.outside).insert(address);
                }
                inner.events.send(Event::NetworkChanged);
            }
            Ok(NetworkEvent::Unreachable(address)) => {
                lock(&inner.networks.outside).remove(&address);
                inner.events.send(Event::NetworkChanged);
            }
            Ok(NetworkEvent::CannotConnectDirectly(peer)) => {
                if is_direct {
                    lock(&inner.networks.only_relayed).insert(peer);
                    inner.events.send(Event::SharesChanged);
                }
                inner.events.send(Event::NetworkChanged);
            }
            Ok(NetworkEvent::ConnectedDirectly(peer) | NetworkEvent::Disconnected(peer)) => {
                if is_direct && lock(&inner.networks.only_relayed).remove(&peer) {
                    inner.events.send(Event::SharesChanged);
                }
                inner.events.send(Event::NetworkChanged);
            }
            Ok(
                NetworkEvent::Identified(_)
                | NetworkEvent::NotListening(_)
                | NetworkEvent::ReachabilityChanged(_),
            ) => inner.events.send(Event::NetworkChanged),
            Ok(_) | Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
    }
}

/// Changes what is kept, on a blocking thread. Two networks write one file, hence the turn.
pub(super) async fn change_kept(
    inner: &Arc<Inner>,
    change: impl FnOnce(&mut Kept) + Send + 'static,
) {
    let (home, owner) = (inner.home.root().to_owned(), Arc::clone(inner));
    let work = move || {
        let _turn = lock(&owner.networks.keeping);
        let mut kept = Kept::read(&home);
        change(&mut kept);
        kept.write(&home)
    };
    if let Err(error) = inner.tasks.blocking(crate::tasks::Lane::Query, work).await {
        tracing::debug!(%error, "the network's state was not kept");
    }
}

/// Keeps good peers, and the port when it is said.
pub(super) async fn keep(inner: &Arc<Inner>, network: &Network, plan: &Plan, port: Option<u16>) {
    let (good, plan) = (network.good_peers().await, plan.clone());
    change_kept(inner, move |kept| {
        if let Some(port) = port {
            *kept.port_mut(&plan) = port;
        }
        kept.keep_peers(plan.name(), &good);
    })
    .await;
}
