//! Sealed files: any part opens alone, any leaf can be made again, and nothing changed opens.

use bytes::Bytes;
use dag::seal::{
    FRAME_PLAIN_LEN, FRAME_SEALED_LEN, LAYOUT, LEAF_PLAIN_LEN, LEAF_SEALED_LEN, NoncePrefix,
    OpenFrame, OpenSealed, Place, SealBytes, SealKey, SealedReader, Sealer, leaf_plain_range,
    leaves, open_frame, seal_frame, seal_leaf, sealed_len,
};
use dag::{Balancer, Block, Cid, Step};
use proptest::prelude::*;

use crate::content::{Blocks, Content};

const PREFIX: NoncePrefix = NoncePrefix([7; 19]);

fn key(seed: u8) -> SealKey {
    SealKey::new([seed; 32])
}

fn seal(seed: u8, plain: &[u8], piece: usize) -> Vec<Bytes> {
    let mut sealer = Sealer::new(key(seed), PREFIX);
    let mut leaves = Vec::new();
    for piece in plain.chunks(piece.max(1)) {
        sealer.push(piece, &mut |leaf| leaves.push(leaf)).unwrap();
    }
    sealer.finish(&mut |leaf| leaves.push(leaf)).unwrap();
    leaves
}

fn store(leaves: &[Bytes]) -> (Blocks, Cid) {
    let mut blocks = Blocks::default();
    let mut balancer = Balancer::new(LAYOUT);
    for bytes in leaves {
        let leaf = LAYOUT.leaf(bytes);
        blocks.put(Block {
            cid: leaf.cid,
            bytes: bytes.clone(),
        });
        balancer.push(leaf.link(), &mut |block| blocks.put(block));
    }
    let root = balancer.finish(&mut |block| blocks.put(block));
    (blocks, root.cid)
}

fn open(
    seed: u8,
    blocks: &Blocks,
    root: Cid,
    range: std::ops::Range<u64>,
) -> Result<Vec<u8>, OpenSealed> {
    let mut reader = SealedReader::new(key(seed), PREFIX, root, range);
    drive(&mut reader, blocks, usize::MAX)
}

/// Reads on until the end, or until at least `enough` bytes came.
fn drive(reader: &mut SealedReader, blocks: &Blocks, enough: usize) -> Result<Vec<u8>, OpenSealed> {
    let mut plain = Vec::new();
    while plain.len() < enough {
        match reader.poll()? {
            Step::Need(cid) => reader.supply(cid, blocks.get(&cid).unwrap())?,
            Step::Chunk(chunk) => plain.extend_from_slice(&chunk),
            Step::Done => break,
        }
    }
    Ok(plain)
}

/// Lengths near every boundary: frame, leaf, two leaves.
fn lengths() -> impl Strategy<Value = usize> {
    let near = |at: usize| at.saturating_sub(2)..at + 3;
    prop_oneof![
        0usize..3,
        near(FRAME_PLAIN_LEN),
        near(LEAF_PLAIN_LEN),
        near(LEAF_PLAIN_LEN + FRAME_PLAIN_LEN),
        near(2 * LEAF_PLAIN_LEN),
        0usize..700_000,
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..Default::default() })]

    #[test]
    fn seal_open_seek(seed: u8, len in lengths(), piece in 1usize..300_000, ranges in prop::collection::vec((0u64..700_000, 0u64..150_000), 1..6)) {
        let plain = Content::bytes(len);
        let sealed = seal(seed, &plain, piece);
        prop_assert_eq!(sealed.iter().map(|leaf| leaf.len() as u64).sum::<u64>(), sealed_len(len as u64).unwrap());
        prop_assert_eq!(sealed.len() as u64, leaves(len as u64));
        prop_assert!(sealed.iter().rev().skip(1).all(|leaf| leaf.len() == LEAF_SEALED_LEN));

        // Each leaf made again from its range alone is the same block.
        for (index, leaf) in sealed.iter().enumerate() {
            let range = leaf_plain_range(index as u64, len as u64);
            let part = &plain[range.start as usize..range.end as usize];
            let place = if index + 1 == sealed.len() { Place::Last } else { Place::Inner };
            prop_assert_eq!(&seal_leaf(&key(seed), &PREFIX, index as u64, place, part).unwrap(), leaf);
        }

        let (blocks, root) = store(&sealed);
        let mut seeking = SealedReader::new(key(seed), PREFIX, root, ..);
        prop_assert!(open(seed, &blocks, root, 0..u64::MAX).unwrap() == plain, "the whole file");
        for (start, count) in ranges {
            let wanted = &plain[(start as usize).min(len)..((start + count) as usize).min(len)];
            prop_assert!(open(seed, &blocks, root, start..start + count).unwrap() == wanted);
            seeking.seek(start);
            let got = drive(&mut seeking, &blocks, wanted.len()).unwrap();
            prop_assert!(got.starts_with(wanted));
            prop_assert!(seeking.size().is_none_or(|size| size == len as u64));
        }
    }

    #[test]
    fn no_changed_bit_opens(seed: u8, len in lengths(), at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let sealed = seal(seed, &Content::bytes(len), usize::MAX);
        let mut changed: Vec<Vec<u8>> = sealed.iter().map(|leaf| leaf.to_vec()).collect();
        let leaf = at.index(changed.len());
        let byte = at.index(changed[leaf].len());
        changed[leaf][byte] ^= 1 << bit;
        let changed: Vec<Bytes> = changed.into_iter().map(Bytes::from).collect();
        let (blocks, root) = store(&changed);
        let result = open(seed, &blocks, root, 0..u64::MAX);
        let refused = matches!(result, Err(OpenSealed::OpenFrame(OpenFrame::Authenticate { .. })));
        prop_assert!(refused, "a changed bit opened");
    }
}

#[test]
fn cut_moved_and_lengthened_files_do_not_open() {
    let plain = Content::bytes(3 * LEAF_PLAIN_LEN);
    let sealed = seal(1, &plain, usize::MAX);
    let whole: Vec<u8> = sealed.concat();
    let fails = |bytes: &[u8], why: &str| {
        let leaves: Vec<Bytes> = bytes
            .chunks(LEAF_SEALED_LEN)
            .map(Bytes::copy_from_slice)
            .collect();
        let (blocks, root) = store(&leaves);
        assert!(open(1, &blocks, root, 0..u64::MAX).is_err(), "{why}");
    };
    for frames in 1..12 {
        fails(&whole[..frames * FRAME_SEALED_LEN], "cut between frames");
    }
    fails(&whole[..whole.len() - 1], "cut by a byte");
    fails(&[], "cut to nothing");
    fails(&whole[FRAME_SEALED_LEN..], "the first frame taken away");
    fails(
        &[&whole[..], &whole[..FRAME_SEALED_LEN]].concat(),
        "lengthened by a frame",
    );
    let (a, rest) = whole.split_at(FRAME_SEALED_LEN);
    let (b, rest) = rest.split_at(FRAME_SEALED_LEN);
    fails(&[b, a, rest].concat(), "two frames swapped");
    fails(&[a, a, rest].concat(), "one frame doubled");

    let (blocks, root) = store(&sealed);
    assert!(open(1, &blocks, root, 0..9).is_ok());
    assert!(open(2, &blocks, root, 0..9).is_err(), "another key");
    let mut other = SealedReader::new(key(1), NoncePrefix([8; 19]), root, ..);
    assert!(
        drive(&mut other, &blocks, 1).is_err(),
        "another nonce prefix"
    );
}

#[test]
fn lengths_that_do_not_fit_are_refused() {
    let leaf = |place, len: usize, index| {
        seal_leaf(&key(0), &PREFIX, index, place, &vec![0; len]).map(|bytes| bytes.len())
    };
    assert_eq!(leaf(Place::Inner, LEAF_PLAIN_LEN, 0), Ok(LEAF_SEALED_LEN));
    assert_eq!(leaf(Place::Last, 0, 0), Ok(16));
    for (place, len, index) in [
        (Place::Inner, LEAF_PLAIN_LEN - 1, 0),
        (Place::Inner, LEAF_PLAIN_LEN + 1, 0),
        (Place::Last, LEAF_PLAIN_LEN + 1, 0),
        (Place::Last, 0, 1),
    ] {
        assert_eq!(leaf(place, len, index), Err(SealBytes::PlainLength { len }));
    }
    assert_eq!(leaf(Place::Last, 1, 1 << 30), Err(SealBytes::TooManyFrames));
    let last = seal_frame(&key(0), &PREFIX, u64::from(u32::MAX), Place::Last, b"x").unwrap();
    assert_eq!(
        open_frame(&key(0), &PREFIX, u64::from(u32::MAX), Place::Last, &last).unwrap(),
        &b"x"[..]
    );
    for len in [0, 15, FRAME_SEALED_LEN + 1] {
        let opened = open_frame(&key(0), &PREFIX, 0, Place::Last, &vec![0; len]);
        assert_eq!(opened, Err(OpenFrame::SealedLength { index: 0, len }));
    }
}

#[test]
fn the_format_does_not_drift() {
    // Made by the npm package @noble/ciphers (xchacha20poly1305): key 00..1f,
    // nonce 40..52 (the prefix), 00000000 (frame 0), 01 (last).
    let key = SealKey::new(std::array::from_fn(|index| index as u8));
    let prefix = NoncePrefix(std::array::from_fn(|index| 0x40 + index as u8));
    let sealed = seal_frame(&key, &prefix, 0, Place::Last, b"Tributary").unwrap();
    assert_eq!(
        data_encoding::HEXLOWER.encode(&sealed),
        "30d1e91fa10692e49f477a7c59e53803777ea23c52fa29a996"
    );
}

#[test]
fn keys_do_not_show_in_debug_output() {
    assert_eq!(format!("{:?}", key(9)), "SealKey(..)");
}
