//! Looking for what is private: the answers and their times say nothing. And floods of streams.

use std::time::Instant;

use bytes::Bytes;
use dag::Cid;
use futures_util::{AsyncReadExt, AsyncWriteExt};
use net::bitswap::{Entry, Message, Presence, Version, WantKind};
use tokio::time::timeout;

use crate::raw::RawPeer;
use crate::support::{Blocks, STUCK, address, blocks, connect, in_memory, node};

/// Asks for one block and returns the answer.
async fn ask<S>(stream: &mut S, reader: &mut S, cid: Cid, kind: WantKind) -> Message
where
    S: futures_util::AsyncRead + futures_util::AsyncWrite + Unpin,
{
    let want = Message {
        entries: vec![Entry::Want {
            cid,
            kind,
            priority: 1,
            send_dont_have: true,
        }],
        ..Message::default()
    };
    for piece in want.encode(Version::V120) {
        stream.write_all(&piece).await.unwrap();
    }
    stream.flush().await.unwrap();
    // Answers here are shorter than 128 bytes, so their length is one byte.
    let mut len = [0];
    reader.read_exact(&mut len).await.unwrap();
    assert!(len[0] < 0x80);
    let mut body = vec![0; len[0].into()];
    reader.read_exact(&mut body).await.unwrap();
    Message::decode(&Bytes::from(body)).unwrap()
}

#[tokio::test]
async fn private_and_absent_blocks_take_the_same_time_to_refuse() {
    const PAIRS: usize = 400;
    let stored = blocks(PAIRS, 5_000);
    let absent = blocks(2 * PAIRS, 64);
    let source = Blocks::of(&stored);
    source.only_for(vec![]);
    let victim = node(in_memory(), source).await;
    let mut raw = RawPeer::dial(address(&victim).await).await;
    let mut stream = raw.open().await;
    let mut reader = raw.accept_bitswap(&mut stream, absent[0].cid).await;
    for kind in [WantKind::Block, WantKind::Have] {
        let (mut slower, mut seen) = (0, 0);
        for n in 0..PAIRS {
            let pair = [stored[n].cid, absent[PAIRS + n].cid];
            let mut took = [0; 2];
            // Which comes first changes, in an order without a pattern.
            let first = usize::from(n.count_ones() % 2 == 1);
            for at in [first, 1 - first] {
                let from = Instant::now();
                let asked = raw.during(ask(&mut stream, &mut reader, pair[at], kind));
                let answer = timeout(STUCK, asked).await.expect("answers");
                took[at] = from.elapsed().as_nanos();
                let expect = [(pair[at], Presence::DontHave)];
                assert_eq!(answer.presences, expect);
                assert!(answer.blocks.is_empty());
            }
            slower += usize::from(took[0] > took[1]);
            seen += 1;
        }
        // Were there no difference, a coin would decide: six standard deviations either way.
        let middle = seen / 2;
        let far = slower.abs_diff(middle);
        assert!(
            far <= 60,
            "{kind:?}: private was slower in {slower} of {seen}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_streams_keeps_nobody_else_from_being_served() {
    let wanted = blocks(32, 20_000);
    let victim = node(in_memory(), Blocks::of(&wanted)).await;
    let honest = node(in_memory(), Blocks::of(&[])).await;
    let mut raw = RawPeer::dial(address(&victim).await).await;
    let mut held = Vec::new();
    for _ in 0..200 {
        held.push(raw.open().await);
    }
    let fetch = async {
        connect(&honest, &victim).await;
        let options = net::bitswap::SessionOptions {
            providers: vec![victim.peer_id()],
            ..Default::default()
        };
        let session = honest.exchange().session(options).await.unwrap();
        for block in &wanted {
            let got = timeout(STUCK, session.get(block.cid, None)).await;
            assert_eq!(got.expect("comes").unwrap(), block.bytes);
        }
    };
    raw.during(fetch).await;
    drop(held);
    timeout(STUCK, victim.shutdown()).await.expect("joins");
}
