//! Roots that are announced are found by nodes that know only a third one.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dag::{Cid, CidVersion, Codec, cid_of};
use net::names::{LIFETIME, PublishName, PublishedName, ResolveName};
use net::{AnnounceLog, Clock, DhtMode, Network, NetworkConfig, NetworkEvent, NodeKey};
use tokio::sync::mpsc;
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

/// Three nodes that know each other's middle, all by one clock.
async fn line(clock: &Clock) -> [Network; 3] {
    let member = async || {
        let change = |config: &mut NetworkConfig| {
            config.dht_mode = Some(DhtMode::Server);
            config.clock = clock.clone();
        };
        node_with(in_memory(), Blocks::of(&[]), change).await
    };
    let nodes = [member().await, member().await, member().await];
    let [middle, first, last] = &nodes;
    for outer in [first, last] {
        connect(outer, middle).await;
        acquainted(outer, middle).await;
        acquainted(middle, outer).await;
    }
    nodes
}

fn settable() -> (Arc<Mutex<SystemTime>>, Clock) {
    let now = Arc::new(Mutex::new(UNIX_EPOCH + Duration::from_secs(1_800_000_000)));
    let shown = Arc::clone(&now);
    (now, Clock::new(move || *shown.lock().unwrap()))
}

fn name(key: &NodeKey, value: &str, sequence: u64) -> PublishedName {
    PublishedName {
        key: key.clone(),
        value: value.as_bytes().to_vec(),
        sequence,
        lifetime: LIFETIME,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_found_through_a_third_node_and_the_newest_record_wins() {
    let (now, clock) = settable();
    let [_middle, owner, seeker] = line(&clock).await;
    let key = NodeKey::random().unwrap();
    let none = timeout(STUCK, seeker.resolve_name(key.peer_id())).await;
    assert_eq!(none.expect("ends").unwrap_err(), ResolveName::NotFound);
    for (sequence, value) in [(1, "/btfs/QmOld"), (2, "/btfs/QmNew")] {
        let published = owner.publish_name(name(&key, value, sequence));
        timeout(STUCK, published).await.expect("ends").unwrap();
        let found = timeout(STUCK, seeker.resolve_name(key.peer_id())).await;
        let found = found.expect("ends").unwrap();
        assert_eq!(found.entry().value, value.as_bytes());
        assert_eq!(found.entry().sequence, sequence);
    }
    let replay = owner.publish_name(name(&key, "/btfs/QmOld", 1)).await;
    assert!(matches!(replay, Err(PublishName::Newer)), "{replay:?}");
    let found = timeout(STUCK, seeker.resolve_name(key.peer_id())).await;
    assert_eq!(found.expect("ends").unwrap().entry().sequence, 2);

    // Whoever has a clock that is wrong by more than the record holds sees none, and no wrong one.
    *now.lock().unwrap() += LIFETIME + Duration::from_secs(60);
    let late = timeout(STUCK, seeker.resolve_name(key.peer_id())).await;
    assert_eq!(late.expect("ends").unwrap_err(), ResolveName::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_signed_again_before_it_expires() {
    let (now, clock) = settable();
    let [_middle, owner, seeker] = line(&clock).await;
    let key = NodeKey::random().unwrap();
    let published = owner.publish_name(name(&key, "/btfs/QmKept", 5));
    timeout(STUCK, published).await.expect("ends").unwrap();
    let first = seeker.resolve_name(key.peer_id()).await.unwrap();
    *now.lock().unwrap() += LIFETIME / 5;
    let renewed = async {
        loop {
            // Lets the network's task look at the clock.
            owner.keep_provided(Vec::new()).await;
            let found = seeker.resolve_name(key.peer_id()).await.unwrap();
            if found.entry().valid_until > first.entry().valid_until {
                return found;
            }
            tokio::task::yield_now().await;
        }
    };
    let renewed = timeout(STUCK, renewed).await.expect("is renewed");
    assert_eq!(renewed.entry().sequence, 5);
}

struct Log(mpsc::Sender<(Cid, SystemTime)>);

impl AnnounceLog for Log {
    fn announced(&self, root: Cid, at: SystemTime) {
        self.0.try_send((root, at)).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn roots_are_announced_when_due_and_noted_for_the_next_start() {
    let (now, clock) = settable();
    let start = *now.lock().unwrap();
    let middle = member().await;
    let (log, mut logged) = mpsc::channel(64);
    let change = |config: &mut NetworkConfig| {
        config.dht_mode = Some(DhtMode::Server);
        config.clock = clock.clone();
        config.announce_log = Arc::new(Log(log));
    };
    let provider = node_with(in_memory(), Blocks::of(&[]), change).await;
    connect(&provider, &middle).await;
    acquainted(&provider, &middle).await;
    acquainted(&middle, &provider).await;
    let roots: Vec<_> = (0..20_u8)
        .map(|n| cid_of(Codec::Raw, CidVersion::V1, &[n]))
        .collect();
    let fresh = start - Duration::from_secs(3600);
    let with_times = roots.iter().enumerate();
    let with_times = with_times.map(|(at, root)| (*root, (at == 0).then_some(fresh)));
    provider.keep_provided(with_times.collect()).await;
    let mut announced = Vec::new();
    while announced.len() < 19 {
        let next = timeout(STUCK, logged.recv()).await.expect("in time");
        let (root, at) = next.unwrap();
        assert_eq!(at, start);
        announced.push(root);
    }
    announced.sort();
    let mut due = roots[1..].to_vec();
    due.sort();
    assert_eq!(
        announced, due,
        "all but the one that was announced an hour ago"
    );
    let look = async {
        loop {
            let mut found = middle.find_providers(roots[7], 1).await;
            if let Some(first) = found.recv().await {
                return first;
            }
        }
    };
    let found = timeout(STUCK, look).await.expect("in time");
    assert_eq!(found, provider.peer_id());
    *now.lock().unwrap() = fresh + Duration::from_secs(12 * 3600);
    provider.keep_provided(Vec::new()).await;
    let (root, _) = timeout(STUCK, logged.recv())
        .await
        .expect("in time")
        .unwrap();
    assert_eq!(root, roots[0], "and that one when its time comes");
}
