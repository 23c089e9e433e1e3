//! Every pair of NATs: who reaches whom, and how, over real routers in network namespaces.
//!
//! The networks are the product's own as the node starts them; only where they listen and who is
//! there is said here. One public host relays. The routers are looked at first: what they map and
//! filter is what RFC 4787 calls their kind.

mod hosts;
mod links;
mod routers;

use std::sync::Arc;
use std::time::{Duration, Instant};

use net::{NetworkEvent, Reachability, Route};
use tokio::time::timeout;

use crate::nat::hosts::At;
use crate::support::world::{Nat, World, alone};

const KINDS: [Nat; 3] = [Nat::FullCone, Nat::PortRestricted, Nat::Symmetric];
/// Far beyond what a slow machine needs.
const PATIENCE: Duration = Duration::from_secs(120);

/// How one host comes to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// It dials, and is there.
    Direct,
    /// Over the relay first, and then through a hole that both have punched.
    Punched,
    /// Over the relay alone; both are told that there is nothing better.
    RelayOnly,
}

/// What is expected of a dialler behind `from` and somebody behind `to` who waits.
fn expected(from: Nat, to: Nat) -> Way {
    match (from, to) {
        // Whoever is behind a full cone is reached directly.
        (_, Nat::FullCone) => Way::Direct,
        // ... and so reached back by who waits: the hole is one that is there always.
        (Nat::FullCone, _) => Way::Punched,
        (Nat::PortRestricted, Nat::PortRestricted) => Way::Punched,
        // The port that one sees is not the port that the other will see.
        (Nat::Symmetric, _) | (_, Nat::Symmetric) => Way::RelayOnly,
    }
}

#[test]
fn routers_map_and_filter_as_their_kind_says() {
    if !alone("nat::routers_map_and_filter_as_their_kind_says") {
        return;
    }
    let mut world = World::new();
    let servers = [world.host("server1"), world.host("server2")];
    for (number, kind) in KINDS.into_iter().enumerate() {
        let host = world.host_behind(&format!("host{number}"), kind);
        let (same_mapping, lets_in) = routers::look(&host, &servers);
        assert_eq!(same_mapping, kind != Nat::Symmetric, "{kind:?} maps");
        assert_eq!(lets_in, kind == Nat::FullCone, "{kind:?} filters");
    }
}

#[test]
fn every_pair_of_nats_gets_as_near_as_it_can() {
    if !alone("nat::every_pair_of_nats_gets_as_near_as_it_can") {
        return;
    }
    let mut world = World::new();
    let relay = world.host("relay");
    let helper = world.host("helper");
    let waiting = KINDS.map(|kind| (kind, world.host_behind(&format!("{kind:?}-to"), kind)));
    let dialling = KINDS.map(|kind| (kind, world.host_behind(&format!("{kind:?}-from"), kind)));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let relay = Arc::new(At::relay(&relay).await);
        // Reachability is asked of several, one of whom does not relay.
        let helper = Arc::new(At::plain(&helper).await);
        let join = async |host: &crate::support::world::Host| {
            let at = Arc::new(At::plain(host).await);
            at.meet(&relay).await;
            at.meet(&helper).await;
            at
        };
        let mut there = Vec::new();
        for (kind, host) in &waiting {
            there.push((*kind, join(host).await));
        }
        let mut here = Vec::new();
        for (kind, host) in &dialling {
            here.push((*kind, join(host).await));
        }
        for (kind, at) in there.iter().chain(&here) {
            let state = match kind {
                Nat::FullCone => Reachability::Direct,
                _ => Reachability::Relayed,
            };
            let known = timeout(PATIENCE, at.until_reachability(state)).await;
            let found = at.network.reachability().await;
            assert!(known.is_ok(), "{kind:?}: {found:?}, not {state:?}");
        }
        let began = Instant::now();
        let mut pairs = tokio::task::JoinSet::new();
        for (to, target) in &there {
            for (from, dialler) in &here {
                let (from, to) = (*from, *to);
                let (dialler, target) = (Arc::clone(dialler), Arc::clone(target));
                pairs.spawn(async move {
                    let came = timeout(PATIENCE, come(&dialler, &target, expected(from, to))).await;
                    (from, to, came.ok())
                });
            }
        }
        let mut wrong = Vec::new();
        while let Some(pair) = pairs.join_next().await {
            let (from, to, came) = pair.expect("it does not panic");
            let took = began.elapsed().as_secs_f32();
            println!("{from:?} -> {to:?}: {came:?} after {took:.1} s");
            if came != Some(expected(from, to)) {
                wrong.push((from, to, came));
            }
        }
        assert!(wrong.is_empty(), "{wrong:?}");
    });
}

/// Dials as a link would, and says how it went in the end.
async fn come(dialler: &At, target: &At, hoped: Way) -> Way {
    let (me, peer) = (dialler.network.peer_id(), target.network.peer_id());
    let (mut here, mut there) = (dialler.network.events(), target.network.events());
    let addresses = target.advertised().await;
    dialler
        .network
        .dial(peer, addresses)
        .await
        .expect("a relay leads there at least");
    if dialler.routes_to(peer).await.contains(&Route::Direct) {
        return Way::Direct;
    }
    let punched = async {
        // No event says that a second connection has come.
        let mut look = tokio::time::interval(Duration::from_millis(20));
        while !dialler.routes_to(peer).await.contains(&Route::Direct) {
            look.tick().await;
        }
    };
    let told = async {
        let no = |of| move |event: &NetworkEvent| *event == NetworkEvent::CannotConnectDirectly(of);
        tokio::join!(
            hosts::until(&mut here, no(peer)),
            hosts::until(&mut there, no(me))
        );
    };
    // A hole may take more than one attempt, and both may say so after the first.
    match hoped {
        Way::RelayOnly => told.await,
        Way::Direct | Way::Punched => punched.await,
    }
    match dialler.routes_to(peer).await.contains(&Route::Direct) {
        true => Way::Punched,
        false => Way::RelayOnly,
    }
}
