//! Roots that are announced are found by nodes that know only a third one.

use dag::{CidVersion, Codec, cid_of};
use net::{DhtMode, Network, NetworkConfig, NetworkEvent};
use tokio::time::timeout;

use crate::support::{Blocks, STUCK, address, connect, in_memory, node_with, until};

async fn member() -> Network {
    let server = |config: &mut NetworkConfig| config.dht_mode = Some(DhtMode::Server);
    node_with(in_memory(), Blocks::of(&[]), server).await
}

/// Waits until `one` has heard who `other` is, and so may have put it into its table.
async fn acquainted(one: &Network, other: &Network) {
    let wait = async {
        loop {
            let peers = one.peers().await;
            let known = peers.iter().find(|peer| peer.peer == other.peer_id());
            if known.is_some_and(|peer| peer.agent.is_some()) {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    timeout(STUCK, wait).await.expect("identified");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_is_found_through_a_third_node_and_the_look_up_ends() {
    let (middle, provider, seeker) = (member().await, member().await, member().await);
    for outer in [&provider, &seeker] {
        connect(outer, &middle).await;
        acquainted(outer, &middle).await;
        acquainted(&middle, outer).await;
    }
    let root = cid_of(Codec::Raw, CidVersion::V1, b"a root");
    provider.provide(root).await.unwrap();
    // The record is sent, not acknowledged, so the first look-ups may come before it.
    let look = async {
        loop {
            let mut found = seeker.find_providers(root, 1).await;
            if let Some(first) = found.recv().await {
                return (first, found);
            }
        }
    };
    let (first, mut found) = timeout(STUCK, look).await.expect("in time");
    assert_eq!(first, provider.peer_id());
    let end = timeout(STUCK, async { while found.recv().await.is_some() {} });
    end.await.expect("the look-up ends by itself");

    let nobody = cid_of(Codec::Raw, CidVersion::V1, b"another root");
    let mut found = seeker.find_providers(nobody, 1).await;
    let none = timeout(STUCK, found.recv()).await.expect("in time");
    assert_eq!(none, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn good_peers_go_out_and_are_dialled_again_when_they_come_in() {
    let (one, other) = (member().await, member().await);
    connect(&one, &other).await;
    let good = one.good_peers().await;
    assert_eq!(good.len(), 1);
    assert_eq!(good[0].peer, other.peer_id());
    assert!(
        other.good_peers().await.is_empty(),
        "who dialled us is no address"
    );
    one.shutdown().await;

    let mut events = other.events();
    let again = node_with(in_memory(), Blocks::of(&[]), |config| {
        config.known_peers = good;
    })
    .await;
    let met = |event: &NetworkEvent| *event == NetworkEvent::Connected(again.peer_id());
    until(&mut events, met).await;
    assert!(!address(&again).await.is_empty());
}
