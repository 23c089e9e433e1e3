//! Peers that break the rules: the node stays up, bounded, and of use to the others.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use dag::{Cid, CidVersion, Codec, cid_of};
use futures_util::future::BoxFuture;
use futures_util::{AsyncReadExt, AsyncWriteExt};
use net::bitswap::{BlockSource, Entry, Message, Reach, SessionOptions, Strike, Version, WantKind};
use net::{Network, NetworkEvent, PeerId};
use tokio::time::timeout;

use crate::raw::RawPeer;
use crate::support::{Blocks, STUCK, address, blocks, connect, in_memory, node, node_with, until};

/// Sends `bytes` on a bitswap stream; the peer must be thrown out for it.
async fn is_thrown_out(bytes: &[u8]) {
    let victim = node(in_memory(), Blocks::of(&[])).await;
    let mut events = victim.events();
    let mut raw = RawPeer::dial(address(&victim).await).await;
    let mut stream = raw.open().await;
    let out = until(&mut events, |event| {
        matches!(event, NetworkEvent::PeerFailed(_, Strike::Malformed))
    });
    let ((), _) = raw
        .during(async {
            tokio::join!(
                async {
                    stream.write_all(bytes).await.unwrap();
                    stream.flush().await.unwrap();
                },
                out
            )
        })
        .await;
    let mut gone = victim.events();
    if !victim.peers().await.is_empty() {
        raw.during(until(&mut gone, |event| {
            matches!(event, NetworkEvent::Disconnected(_))
        }))
        .await;
    }
    victim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_over_four_mib_is_refused_by_its_length_alone() {
    is_thrown_out(&[0x81, 0x80, 0x80, 0x02]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_length_without_an_end_is_refused() {
    is_thrown_out(&[0xff; 16]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_none_is_refused() {
    is_thrown_out(&[4, 0x0a, 0xff, 0xff, 0xff]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn endless_want_lists_do_not_keep_others_from_being_served() {
    let wanted = blocks(64, 64 * 1024);
    let victim = node(in_memory(), Blocks::of(&wanted)).await;
    let honest = node(in_memory(), Blocks::of(&[])).await;
    let mut raw = RawPeer::dial(address(&victim).await).await;
    let mut stream = raw.open().await;
    let flood = async {
        for round in 0..16_u32 {
            let entries = (0..8_192_u32).map(|n| Entry::Want {
                cid: cid_of(Codec::Raw, CidVersion::V1, &(round << 16 | n).to_le_bytes()),
                kind: WantKind::Block,
                priority: i32::MAX,
                send_dont_have: true,
            });
            let message = Message {
                entries: entries.collect(),
                ..Message::default()
            };
            for piece in message.encode(Version::V120) {
                stream.write_all(&piece).await.unwrap();
            }
            stream.flush().await.unwrap();
        }
    };
    let fetch = async {
        connect(&honest, &victim).await;
        fetch(&honest, &[&victim], &wanted).await;
    };
    raw.during(async { tokio::join!(flood, fetch) }).await;
}

#[tokio::test(start_paused = true)]
async fn a_message_that_stops_arriving_ends_its_stream() {
    let victim = node(in_memory(), Blocks::of(&[])).await;
    let mut raw = RawPeer::dial(address(&victim).await).await;
    let mut stream = raw.open().await;
    let ended = raw.during(async {
        // A megabyte is announced, three bytes come.
        stream
            .write_all(&[0x80, 0x80, 0x40, 1, 2, 3])
            .await
            .unwrap();
        stream.flush().await.unwrap();
        let mut byte = [0];
        stream.read(&mut byte).await
    });
    assert!(!matches!(ended.await, Ok(1..)), "nothing is answered");
    victim.shutdown().await;
}

/// A source that lies: every block exists, and none of its bytes are right.
struct Liar;

impl BlockSource for Liar {
    fn get(&self, _: PeerId, cid: Cid) -> BoxFuture<'static, Option<Bytes>> {
        Box::pin(std::future::ready(Some(cid.to_bytes().into())))
    }

    fn size(&self, _: PeerId, _: Cid) -> BoxFuture<'static, Option<usize>> {
        Box::pin(std::future::ready(Some(1 << 18)))
    }
}

async fn fetch(taker: &Network, providers: &[&Network], wanted: &[dag::Block]) {
    let options = SessionOptions {
        reach: Reach::ProvidersOnly,
        providers: providers.iter().map(|one| one.peer_id()).collect(),
    };
    let session = taker.exchange().session(options).await.unwrap();
    for block in wanted {
        let got = timeout(STUCK, session.get(block.cid, None)).await;
        assert_eq!(got.expect("comes").unwrap(), block.bytes);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_bytes_are_never_handed_on_and_cost_the_liar_its_place() {
    let wanted = blocks(40, 10_000);
    let honest = node(in_memory(), Blocks::of(&wanted)).await;
    let liar = node_with(in_memory(), Blocks::of(&[]), |config| {
        config.source = Arc::new(Liar);
    })
    .await;
    let taker = node(in_memory(), Blocks::of(&[])).await;
    let mut events = taker.events();
    connect(&taker, &liar).await;
    let providers = [&liar, &honest];
    let lies = fetch(&taker, &providers, &wanted);
    let found = async {
        until(&mut events, |event| {
            *event == NetworkEvent::PeerFailed(liar.peer_id(), Strike::WrongBytes)
        })
        .await;
        connect(&taker, &honest).await;
    };
    tokio::join!(lies, found);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_denied_peer_gets_no_connection_until_it_is_allowed_again() {
    let one = node(in_memory(), Blocks::of(&[])).await;
    let other = node(in_memory(), Blocks::of(&[])).await;
    one.deny(other.peer_id()).await;
    let at = vec![address(&other).await];
    assert!(one.dial(other.peer_id(), at).await.is_err());
    one.undeny(other.peer_id()).await;
    connect(&one, &other).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_connections_stops_at_the_limit() {
    let victim = node_with(in_memory(), Blocks::of(&[]), |config| {
        config.limits.incoming = 4;
    })
    .await;
    let mut held = Vec::new();
    for _ in 0..8 {
        held.push(RawPeer::dial(address(&victim).await).await);
    }
    let peers = victim.peers().await;
    assert!(peers.len() <= 4, "{}", peers.len());
    timeout(Duration::from_secs(10), victim.shutdown())
        .await
        .expect("joins");
}

/// A source that is sure to have every block, and never finds it.
struct Promises;

impl BlockSource for Promises {
    fn get(&self, _: PeerId, _: Cid) -> BoxFuture<'static, Option<Bytes>> {
        Box::pin(std::future::pending())
    }

    fn size(&self, _: PeerId, _: Cid) -> BoxFuture<'static, Option<usize>> {
        Box::pin(std::future::ready(Some(1 << 18)))
    }
}

#[tokio::test(start_paused = true)]
async fn who_says_have_and_never_sends_is_passed_over() {
    let wanted = blocks(40, 10_000);
    let honest = node(in_memory(), Blocks::of(&wanted)).await;
    let liar = node_with(in_memory(), Blocks::of(&[]), |config| {
        config.source = Arc::new(Promises);
    })
    .await;
    let taker = node(in_memory(), Blocks::of(&[])).await;
    connect(&taker, &liar).await;
    let options = SessionOptions {
        reach: Reach::Anyone,
        providers: vec![liar.peer_id()],
    };
    let session = taker.exchange().session(options).await.unwrap();
    let mut events = taker.events();
    let all = async {
        for block in &wanted {
            let got = timeout(STUCK, session.get(block.cid, None)).await;
            assert_eq!(got.expect("comes").unwrap(), block.bytes);
        }
    };
    let found = async {
        until(&mut events, |event| {
            *event == NetworkEvent::PeerFailed(liar.peer_id(), Strike::Stalled)
        })
        .await;
        connect(&taker, &honest).await;
    };
    tokio::join!(all, found);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_streams_that_drip_does_not_keep_others_from_being_served() {
    let wanted = blocks(64, 64 * 1024);
    let victim = node(in_memory(), Blocks::of(&wanted)).await;
    let honest = node(in_memory(), Blocks::of(&[])).await;
    let mut raw = RawPeer::dial(address(&victim).await).await;
    let mut streams = Vec::new();
    for _ in 0..64 {
        let mut stream = raw.open().await;
        // Two megabytes are announced and a byte comes, now and later.
        let begun = raw.during(async {
            stream.write_all(&[0x80, 0x80, 0x80, 0x01, 0]).await?;
            stream.flush().await
        });
        // Those beyond the bound are closed.
        let _ = begun.await;
        streams.push(stream);
    }
    let drip = async {
        for _ in 0..100 {
            for stream in &mut streams {
                let _ = stream.write_all(&[0]).await;
                let _ = stream.flush().await;
            }
        }
    };
    let fetch = async {
        connect(&honest, &victim).await;
        fetch(&honest, &[&victim], &wanted).await;
    };
    raw.during(async { tokio::join!(drip, fetch) }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn presences_that_nobody_asked_for_are_forgotten() {
    let wanted = blocks(64, 64 * 1024);
    let giver = node(in_memory(), Blocks::of(&wanted)).await;
    let victim = node(in_memory(), Blocks::of(&[])).await;
    let mut raw = RawPeer::dial(address(&victim).await).await;
    let mut stream = raw.open().await;
    let flood = async {
        for round in 0..16_u32 {
            let presences = (0..8_192_u32).map(|n| {
                let cid = cid_of(Codec::Raw, CidVersion::V1, &(round << 16 | n).to_le_bytes());
                (cid, net::bitswap::Presence::Have)
            });
            let message = Message {
                presences: presences.collect(),
                ..Message::default()
            };
            for piece in message.encode(Version::V120) {
                stream.write_all(&piece).await.unwrap();
            }
            stream.flush().await.unwrap();
        }
    };
    let fetch = async {
        connect(&victim, &giver).await;
        fetch(&victim, &[&giver], &wanted).await;
    };
    raw.during(async { tokio::join!(flood, fetch) }).await;
    let stats = victim.exchange().stats().await.unwrap();
    assert_eq!((stats.blocks, stats.unasked_blocks), (64, 0));
}
