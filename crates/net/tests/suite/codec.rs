//! The wire codec: round trips, known bytes, and no panic on noise.

use bytes::Bytes;
use dag::{CidVersion, Codec, cid_of};
use net::bitswap::{
    DecodeMessage, Entry, MAX_ITEMS, Message, Payload, Prefix, Presence, Version, WantKind,
};
use net::share::ShareMessage;
use proptest::prelude::*;

fn body(pieces: &[Bytes]) -> Bytes {
    let whole: Vec<u8> = pieces.concat();
    let (len, rest) = unsigned_varint::decode::usize(&whole).unwrap();
    assert_eq!(len, rest.len(), "the prefix is the length");
    Bytes::copy_from_slice(rest)
}

#[test]
fn a_want_has_the_bytes_that_other_nodes_write() {
    let cid = cid_of(Codec::DagPb, CidVersion::V0, b"");
    let message = Message {
        entries: vec![Entry::Want {
            cid,
            kind: WantKind::Have,
            priority: 1,
            send_dont_have: true,
        }],
        full: true,
        ..Message::default()
    };
    let mut expect = vec![0x0a, 0x2e, 0x0a, 0x2a, 0x0a, 0x22];
    expect.extend(cid.to_bytes());
    expect.extend([0x10, 1, 0x20, 1, 0x28, 1, 0x10, 1]);
    assert_eq!(body(&message.encode(Version::V120)), expect);
    // An old peer must not be asked for the bytes instead.
    let old = body(&message.encode(Version::V100));
    assert_eq!(&old[..], [0x0a, 2, 0x10, 1]);
}

#[test]
fn a_message_of_only_empty_entries_ends_at_the_bound() {
    let entry = [0x22, 0x00];
    let many = Bytes::from(entry.repeat(MAX_ITEMS + 1));
    // The first entry has no address, which is found before the count.
    assert_eq!(Message::decode(&many), Err(DecodeMessage::Cid));
    let empty_block = [0x12, 0x00];
    let many = Bytes::from(empty_block.repeat(MAX_ITEMS + 1));
    assert_eq!(Message::decode(&many), Err(DecodeMessage::TooManyItems));
    let allowed = Bytes::from(empty_block.repeat(MAX_ITEMS));
    assert_eq!(Message::decode(&allowed).unwrap().blocks.len(), MAX_ITEMS);
}

#[test]
fn a_block_over_two_mib_is_refused() {
    let payload = |len: usize| Message {
        blocks: vec![Payload {
            prefix: Prefix::V0,
            data: Bytes::from(vec![0; len]),
        }],
        ..Message::default()
    };
    let largest = body(&payload(dag::MAX_BLOCK_LEN).encode(Version::V120));
    assert!(Message::decode(&largest).is_ok());
    let over = body(&payload(dag::MAX_BLOCK_LEN + 1).encode(Version::V120));
    let error = DecodeMessage::BlockLen(dag::MAX_BLOCK_LEN + 1);
    assert_eq!(Message::decode(&over), Err(error));
}

/// Decodes every seed of a target, every prefix of it, and it with every bit flipped.
fn try_corpus(target: &str, decode: impl Fn(&[u8]) -> bool) {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus");
    let mut seen = 0;
    for entry in std::fs::read_dir(std::path::Path::new(folder).join(target)).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(decode(&bytes), "seeds are valid");
        for at in 0..bytes.len() {
            decode(&bytes[..at]);
            for bit in 0..8 {
                let mut changed = bytes.clone();
                changed[at] ^= 1 << bit;
                decode(&changed);
            }
        }
        seen += 1;
    }
    assert!(seen > 0, "there is a corpus");
}

#[test]
fn the_fuzz_corpus_and_every_prefix_and_flipped_bit_of_it_passes() {
    try_corpus("bitswap", |bytes| {
        Message::decode(&Bytes::copy_from_slice(bytes)).is_ok()
    });
    try_corpus("share_message", |bytes| {
        let decoded = ShareMessage::decode(bytes);
        if let Ok(message) = &decoded {
            assert_eq!(message.encode(), bytes, "there is one form");
        }
        decoded.is_ok()
    });
}

fn any_message() -> impl Strategy<Value = Message> {
    let cid = (any::<[u8; 4]>(), any::<bool>()).prop_map(|(seed, v0)| match v0 {
        true => cid_of(Codec::DagPb, CidVersion::V0, &seed),
        false => cid_of(Codec::Raw, CidVersion::V1, &seed),
    });
    let entry = (cid.clone(), 0..3, any::<i32>(), any::<bool>()).prop_map(
        |(cid, what, priority, send_dont_have)| match what {
            0 => Entry::Cancel(cid),
            what => Entry::Want {
                cid,
                kind: match what {
                    1 => WantKind::Block,
                    _ => WantKind::Have,
                },
                priority,
                send_dont_have,
            },
        },
    );
    let data = prop::collection::vec(any::<u8>(), 0..300);
    let block = (data, any::<bool>()).prop_map(|(data, v0)| Payload {
        prefix: match v0 {
            true => Prefix::V0,
            false => Prefix::of(&cid_of(Codec::Raw, CidVersion::V1, b"")),
        },
        data: data.into(),
    });
    let presence = (cid, any::<bool>()).prop_map(|(cid, have)| match have {
        true => (cid, Presence::Have),
        false => (cid, Presence::DontHave),
    });
    (
        prop::collection::vec(entry, 0..8),
        any::<bool>(),
        prop::collection::vec(block, 0..4),
        prop::collection::vec(presence, 0..8),
        0..i32::MAX,
    )
        .prop_map(
            |(entries, full, blocks, presences, pending_bytes)| Message {
                entries,
                full,
                blocks,
                presences,
                pending_bytes,
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn what_is_written_reads_the_same(message in any_message()) {
        let pieces = message.encode(Version::V120);
        if pieces.is_empty() {
            prop_assert_eq!(message, Message::default());
        } else {
            prop_assert_eq!(Message::decode(&body(&pieces)).unwrap(), message);
        }
    }

    #[test]
    fn cut_and_changed_messages_do_not_panic(
        message in any_message(),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let pieces = message.encode(Version::V110);
        if !pieces.is_empty() {
            let whole = body(&pieces);
            if !whole.is_empty() {
                let at = at.index(whole.len());
                let _ = Message::decode(&whole.slice(..at));
                let mut changed = whole.to_vec();
                changed[at] = byte;
                let _ = Message::decode(&changed.into());
            }
        }
    }

    #[test]
    fn noise_does_not_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let _ = Message::decode(&bytes.into());
    }
}
