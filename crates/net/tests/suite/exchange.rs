//! Nodes that move blocks.

use std::sync::Arc;
use std::time::Duration;

use dag::Block;
use futures_util::{StreamExt, stream};
use net::bitswap::{FairRounds, Reach, Session, SessionNote, SessionOptions};
use net::{Network, NetworkEvent, Profile, SwarmKey};
use tokio::time::{Instant, timeout};

use crate::support::{Blocks, STUCK, blocks, connect, in_memory, node, node_with, until};

async fn session(network: &Network, providers: &[&Network]) -> Session {
    let options = SessionOptions {
        reach: Reach::ProvidersOnly,
        providers: providers.iter().map(|one| one.peer_id()).collect(),
    };
    network.exchange().session(options).await.unwrap()
}

/// Fetches everything, as a reader with a look-ahead does.
async fn fetch_all(session: &Session, blocks: &[Block]) {
    let fetches = stream::iter(blocks).map(|block| async move {
        let got = session.get(block.cid, None).await.unwrap();
        assert!(got == block.bytes, "the bytes of {} are right", block.cid);
    });
    let all = fetches.buffer_unordered(256).collect::<Vec<()>>();
    timeout(STUCK, all).await.expect("every block comes");
}

async fn move_64_mib(profile: Profile) {
    let blocks = blocks(256, 256 * 1024);
    let giver = node(profile.clone(), Blocks::of(&blocks)).await;
    let taker = node(profile, Blocks::of(&[])).await;
    connect(&taker, &giver).await;
    let session = session(&taker, &[&giver]).await;
    fetch_all(&session, &blocks).await;
    let stats = taker.exchange().stats().await.unwrap();
    assert_eq!(stats.bytes, 64 * 1024 * 1024);
    assert_eq!((stats.duplicate_blocks, stats.unasked_blocks), (0, 0));
    let ledger = taker.exchange().ledger(giver.peer_id()).await.unwrap();
    assert_eq!(ledger.unwrap().received_bytes, stats.bytes);
    assert!(taker.bandwidth().transferred().received >= stats.bytes);
    taker.shutdown().await;
    giver.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_mib_in_memory() {
    move_64_mib(in_memory()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_mib_over_tcp_with_the_key_of_btfs() {
    move_64_mib(Profile::btfs()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_key_is_another_network() {
    let one = node(Profile::btfs(), Blocks::of(&[])).await;
    let other = node(Profile::private(SwarmKey::new([7; 32])), Blocks::of(&[])).await;
    let at = crate::support::address(&other).await;
    let dialled = timeout(STUCK, one.dial(other.peer_id(), vec![at])).await;
    assert!(dialled.expect("fails in time").is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_1024_blocks_on_one_connection_come_without_a_pause() {
    // 1,024 is where servers that never forget a served want stop.
    let blocks = blocks(3000, 2048);
    let giver = node(in_memory(), Blocks::of(&blocks)).await;
    let taker = node(in_memory(), Blocks::of(&[])).await;
    connect(&taker, &giver).await;
    let session = session(&taker, &[&giver]).await;
    let started = Instant::now();
    fetch_all(&session, &blocks).await;
    assert!(started.elapsed() < Duration::from_secs(20), "no stall");
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_providers_share_the_work_with_few_duplicates() {
    let blocks = blocks(1024, 32 * 1024);
    let taker = node(in_memory(), Blocks::of(&[])).await;
    let mut givers = Vec::new();
    for _ in 0..8 {
        let giver = node_with(in_memory(), Blocks::of(&blocks), |config| {
            config.policy = Box::new(FairRounds::limited(4 << 20));
        })
        .await;
        connect(&taker, &giver).await;
        givers.push(giver);
    }
    let session = session(&taker, &givers.iter().collect::<Vec<_>>()).await;
    fetch_all(&session, &blocks).await;
    let stats = taker.exchange().stats().await.unwrap();
    assert!(
        stats.duplicate_blocks * 100 <= stats.blocks * 3,
        "at most 3 %: {stats:?}"
    );
    for giver in &givers {
        let ledger = taker.exchange().ledger(giver.peer_id()).await.unwrap();
        let share = ledger.unwrap().received_blocks;
        assert!(share >= 32, "each gives a fair part, this one {share}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_are_asked_whether_they_have_it_and_only_if_that_is_allowed() {
    let blocks = blocks(20, 10_000);
    let holder = node(in_memory(), Blocks::of(&blocks)).await;
    let others = Blocks::of(&[]);
    let other = node(in_memory(), Arc::clone(&others)).await;
    let taker = node(in_memory(), Blocks::of(&[])).await;
    connect(&taker, &holder).await;
    connect(&taker, &other).await;

    let private = session(&taker, &[]).await;
    let asked = private.get(blocks[0].cid, None);
    tokio::pin!(asked);
    tokio::select! {
        _ = &mut asked => panic!("nobody may be asked"),
        note = private.note() => assert_eq!(note, Some(SessionNote::NeedsProviders(blocks[0].cid))),
    }
    assert_eq!(others.reads.load(std::sync::atomic::Ordering::SeqCst), 0);

    let public = taker.exchange().session(SessionOptions::default());
    fetch_all(&public.await.unwrap(), &blocks).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vanishing_provider_is_replaced_and_a_dropped_want_is_taken_back() {
    let blocks = blocks(400, 64 * 1024);
    let slow = |config: &mut net::NetworkConfig| {
        config.policy = Box::new(FairRounds::limited(4 << 20));
    };
    let first = node_with(in_memory(), Blocks::of(&blocks), slow).await;
    let second = node(in_memory(), Blocks::of(&blocks)).await;
    let taker = node(in_memory(), Blocks::of(&[])).await;
    connect(&taker, &first).await;
    let session = Arc::new(session(&taker, &[&first]).await);
    let mut events = taker.events();
    let reader = async {
        fetch_all(&session, &blocks).await;
    };
    let fault = async {
        session.get(blocks[60].cid, None).await.unwrap();
        first.shutdown().await;
        until(&mut events, |event| {
            *event == NetworkEvent::Disconnected(first.peer_id())
        })
        .await;
        connect(&taker, &second).await;
        session.add_providers(vec![second.peer_id()]).await.unwrap();
    };
    tokio::join!(reader, fault);
    // A want that is dropped does not hold the session's room or the next want for the same block.
    let unknown = crate::support::blocks(1, 77)[0].cid;
    assert!(
        timeout(Duration::from_millis(1), session.get(unknown, None))
            .await
            .is_err()
    );
    fetch_all(&session, &blocks[..4]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn private_and_absent_look_the_same_and_permission_counts() {
    let blocks = blocks(1, 5_000);
    let source = Blocks::of(&blocks);
    source.only_for(vec![]);
    let giver = node(in_memory(), Arc::clone(&source)).await;
    let taker = node(in_memory(), Blocks::of(&[])).await;
    connect(&taker, &giver).await;
    let absent = crate::support::blocks(2, 99)[1].cid;
    for cid in [blocks[0].cid, absent] {
        let session = session(&taker, &[&giver]).await;
        let asked = session.get(cid, None);
        tokio::pin!(asked);
        tokio::select! {
            _ = &mut asked => panic!("not for this peer"),
            note = session.note() => assert_eq!(note, Some(SessionNote::NeedsProviders(cid))),
        }
    }
    source.only_for(vec![taker.peer_id()]);
    fetch_all(&session(&taker, &[&giver]).await, &blocks).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_that_comes_later_is_served_when_it_is_announced() {
    let blocks = blocks(1, 5_000);
    let source = Blocks::of(&[]);
    let giver = node(in_memory(), Arc::clone(&source)).await;
    let taker = node(in_memory(), Blocks::of(&[])).await;
    connect(&taker, &giver).await;
    let session = session(&taker, &[&giver]).await;
    let asked = session.get(blocks[0].cid, None);
    tokio::pin!(asked);
    tokio::select! {
        _ = &mut asked => panic!("it is not there yet"),
        _ = session.note() => {}
    }
    source.put(&blocks[0]);
    giver
        .exchange()
        .announce(vec![blocks[0].cid])
        .await
        .unwrap();
    let got = timeout(STUCK, asked).await.expect("served").unwrap();
    assert_eq!(got, blocks[0].bytes);
}

#[tokio::test(flavor = "multi_thread")]
async fn shutdown_joins_everything_and_ends_waiting() {
    let giver = node(in_memory(), Blocks::of(&[])).await;
    let taker = node(in_memory(), Blocks::of(&[])).await;
    connect(&taker, &giver).await;
    let session = session(&taker, &[&giver]).await;
    let cid = blocks(1, 10)[0].cid;
    let (got, ()) = tokio::join!(session.get(cid, None), async {
        session.note().await;
        timeout(STUCK, taker.shutdown()).await.expect("joins");
    });
    assert!(got.is_err());
    assert!(taker.peers().await.is_empty());
}
