//! Every way to a peer: WebSocket, QUIC, relays under a key, and the hole that is punched then.

use net::bitswap::{Reach, SessionOptions};
use net::{
    Multiaddr, Network, NetworkConfig, NetworkEvent, Profile, Reachability, RelayUse, Route,
};
use tokio::time::timeout;

use crate::support::{Blocks, STUCK, address, blocks, connect, node_at, until};

const LOOPBACK: &str = "/ip4/127.0.0.1/tcp/0";

async fn fetch(taker: &Network, giver: &Network, wanted: &[dag::Block]) {
    let options = SessionOptions {
        reach: Reach::ProvidersOnly,
        providers: vec![giver.peer_id()],
    };
    let session = taker.exchange().session(options).await.unwrap();
    for block in wanted {
        let got = timeout(STUCK, session.get(block.cid, None)).await;
        assert_eq!(got.expect("comes").unwrap(), block.bytes);
    }
}

async fn moves_blocks(profile: Profile, listen: &str) {
    let wanted = blocks(64, 100_000);
    let giver = node_at(profile.clone(), Blocks::of(&wanted), listen, |_| ()).await;
    let taker = node_at(profile, Blocks::of(&[]), listen, |_| ()).await;
    connect(&taker, &giver).await;
    fetch(&taker, &giver, &wanted).await;
    assert!(taker.bandwidth().transferred().received >= 6_400_000);
    taker.shutdown().await;
    giver.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn blocks_over_websocket_under_the_key() {
    moves_blocks(Profile::btfs(), "/ip4/127.0.0.1/tcp/0/ws").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn blocks_over_quic() {
    moves_blocks(Profile::direct(), "/ip4/127.0.0.1/udp/0/quic-v1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn blocks_over_ipv6() {
    moves_blocks(Profile::btfs(), "/ip6/::1/tcp/0").await;
}

/// A relay that knows where it is reached.
async fn relay(profile: Profile) -> Network {
    let serves = |config: &mut NetworkConfig| config.relay_for_others = true;
    let relay = node_at(profile, Blocks::of(&[]), LOOPBACK, serves).await;
    relay.add_external_address(address(&relay).await).await;
    relay
}

/// A node that is reached through `relay`, and the address that leads there.
async fn behind(
    relay: &Network,
    profile: Profile,
    source: std::sync::Arc<Blocks>,
    change: impl FnOnce(&mut NetworkConfig),
) -> (Network, Multiaddr) {
    let always = |config: &mut NetworkConfig| {
        config.relay_use = RelayUse::Always;
        change(config);
    };
    let hidden = node_at(profile, source, LOOPBACK, always).await;
    let mut events = hidden.events();
    connect(&hidden, relay).await;
    let reached = until(
        &mut events,
        |event| matches!(event, NetworkEvent::Reachable(at) if at.to_string().contains("p2p-circuit")),
    );
    let NetworkEvent::Reachable(at) = reached.await else {
        panic!("that is what was waited for")
    };
    (hidden, at)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_leads_to_a_node_under_the_key_and_the_route_is_told() {
    let relay = relay(Profile::btfs()).await;
    let wanted = blocks(8, 5_000);
    let (hidden, at) = behind(&relay, Profile::btfs(), Blocks::of(&wanted), |_| ()).await;
    assert_eq!(hidden.reachability().await, Reachability::Relayed);
    let taker = node_at(Profile::btfs(), Blocks::of(&[]), LOOPBACK, |_| ()).await;
    taker.dial(hidden.peer_id(), vec![at]).await.unwrap();
    fetch(&taker, &hidden, &wanted).await;
    let peers = taker.peers().await;
    let route = peers.iter().find(|one| one.peer == hidden.peer_id());
    assert_eq!(route.unwrap().routes, [Route::Relayed]);
    let peers = hidden.peers().await;
    let route = peers.iter().find(|one| one.peer == taker.peer_id());
    let routes = &route.unwrap().routes;
    assert_eq!(*routes, [Route::Relayed], "who is dialled knows it, too");

    // A relay that dies takes the address with it, and nothing else.
    let mut events = hidden.events();
    relay.shutdown().await;
    until(&mut events, |event| {
        matches!(event, NetworkEvent::ReachabilityChanged(state) if *state < Reachability::Relayed)
    })
    .await;
    connect(&taker, &hidden).await;
    fetch(&taker, &hidden, &wanted).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_relay_is_an_error_and_not_a_hang() {
    let taker = node_at(Profile::btfs(), Blocks::of(&[]), LOOPBACK, |_| ()).await;
    let dead = node_at(Profile::btfs(), Blocks::of(&[]), LOOPBACK, |_| ()).await;
    let at = address(&dead).await;
    dead.shutdown().await;
    let hidden = dead.peer_id();
    let circuit: Multiaddr = format!("{at}/p2p/{hidden}/p2p-circuit").parse().unwrap();
    let dialled = timeout(STUCK, taker.dial(net::PeerId::random(), vec![circuit])).await;
    assert!(dialled.expect("ends").is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hole_is_punched_and_the_relay_is_left() {
    let relay = relay(Profile::btfs()).await;
    let wanted = blocks(8, 5_000);
    let punches = |config: &mut NetworkConfig| config.reach = true;
    let (hidden, at) = behind(&relay, Profile::btfs(), Blocks::of(&wanted), punches).await;
    let taker = node_at(Profile::btfs(), Blocks::of(&[]), LOOPBACK, punches).await;
    connect(&taker, &relay).await;
    taker.dial(hidden.peer_id(), vec![at]).await.unwrap();
    let direct = async {
        loop {
            let peers = taker.peers().await;
            let one = peers.iter().find(|one| one.peer == hidden.peer_id());
            if one.is_some_and(|one| one.routes.contains(&Route::Direct)) {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    timeout(STUCK, direct).await.expect("there is a direct way");
    fetch(&taker, &hidden, &wanted).await;
}
