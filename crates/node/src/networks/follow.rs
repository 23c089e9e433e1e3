//! What goes on while a network runs: what is kept for the next start, and news for whoever looks.

use std::sync::Arc;
use std::time::Duration;

use net::{Network, NetworkEvent};
use tokio::time::Instant;

use super::kept::Kept;
use super::{NetworkChoice, Plan};
use crate::events::Event;
use crate::jobs::lock;
use crate::node::Inner;

/// Time between two writes of good peers.
const KEEP_EVERY: Duration = Duration::from_secs(30);
/// Least time between two words on the network: on a large one something happens all the time.
const CALM: Duration = Duration::from_secs(1);

/// Notes what the network says: ports and good peers for the next start, news for whoever looks.
pub(super) async fn follow(inner: Arc<Inner>, network: Network, plan: Plan) {
    use tokio::sync::broadcast::error::RecvError;
    let is_direct = plan.choice == NetworkChoice::Direct;
    let mut events = network.events();
    let mut kept = Instant::now();
    let mut published = is_direct;
    let mut calm = Calm::new(inner.events.clone());
    loop {
        let event = tokio::select! {
            event = events.recv() => event,
            () = calm.due() => {
                calm.tell();
                continue;
            }
        };
        match event {
            Ok(NetworkEvent::Listening(_)) => calm.stir(),
            Ok(NetworkEvent::Connected(_)) => {
                // Peers come and go by the second on a large network; what is kept is a hint.
                if kept.elapsed() >= KEEP_EVERY {
                    kept = Instant::now();
                    keep(&inner, &network, &plan, None).await;
                }
                if !std::mem::replace(&mut published, true) {
                    super::names::publish_again(&inner, &network).await;
                }
                calm.stir();
            }
            Ok(NetworkEvent::Reachable(address)) => {
                if is_direct {
                    lock(&inner.networks.outside).insert(address);
                }
                calm.stir();
            }
            Ok(NetworkEvent::Unreachable(address)) => {
                lock(&inner.networks.outside).remove(&address);
                calm.stir();
            }
            Ok(NetworkEvent::CannotConnectDirectly(peer)) => {
                if is_direct {
                    inner.networks.note_only_relayed(peer);
                    inner.events.send(Event::SharesChanged);
                }
                calm.stir();
            }
            Ok(NetworkEvent::ConnectedDirectly(peer)) => {
                if is_direct && lock(&inner.networks.only_relayed).remove(&peer) {
                    inner.events.send(Event::SharesChanged);
                }
                calm.stir();
            }
            Ok(
                NetworkEvent::Disconnected(_)
                | NetworkEvent::Identified(_)
                | NetworkEvent::NotListening(_)
                | NetworkEvent::ReachabilityChanged(_),
            ) => calm.stir(),
            Ok(_) | Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
    }
}

/// Says that the network has changed: at once, and then at most once in [`CALM`], for whoever hears it
/// asks for all of it again. The last change is always told.
struct Calm {
    events: crate::events::Events,
    told: Option<Instant>,
    untold: bool,
}

impl Calm {
    fn new(events: crate::events::Events) -> Self {
        Calm {
            events,
            told: None,
            untold: false,
        }
    }

    /// Something has changed.
    fn stir(&mut self) {
        self.untold = true;
        if self.told.is_none_or(|told| told.elapsed() >= CALM) {
            self.tell();
        }
    }

    fn tell(&mut self) {
        self.untold = false;
        self.told = Some(Instant::now());
        self.events.send(Event::NetworkChanged);
    }

    /// Ends when something is to be told; never while there is nothing. Cancel-safe.
    async fn due(&self) {
        match self.told.filter(|_| self.untold) {
            Some(told) => tokio::time::sleep_until(told + CALM).await,
            None => std::future::pending().await,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_storm_of_changes_is_told_once_a_second_and_its_last_one_always() {
        let events = crate::events::Events::new();
        let mut heard = events.subscribe();
        let mut calm = Calm::new(events);
        // A hundred changes a second, for two seconds and a half.
        for _ in 0..250 {
            calm.stir();
            tokio::time::advance(Duration::from_millis(10)).await;
        }
        let due = tokio::time::timeout(CALM, calm.due()).await;
        due.expect("the last change is still to be told");
        calm.tell();
        let quiet = tokio::time::timeout(CALM * 10, calm.due()).await;
        quiet.expect_err("nothing is left to tell");
        drop(calm);
        let mut told = 0;
        while let Some(event) = heard.next().await {
            assert!(matches!(event, Event::NetworkChanged));
            told += 1;
        }
        assert_eq!(told, 4, "at 0, 1 and 2 s, and the last one");
    }
}
