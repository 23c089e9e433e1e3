//! Reed-Solomon shards equal klauspost's (tests/vectors/shards.go), any sufficient set of them
//! restores the file, and roots with token metadata are those of go-btfs' rules.

use std::collections::BTreeSet;
use std::io;

use dag::reed_solomon::{AddShards, ReadShards, ShardCounts, ShardReader, Sharded, add};
use dag::token_meta::{
    ComposeMeta, MetaFinder, MetaRoot, MetaStep, ReadMeta, TokenMeta, attach, attach_whole,
};
use dag::{Block, Cid, CidVersion, Codec, FileCursor, FileLayout, FileRoot, Step, Tree, cid_of};
use data_encoding::HEXLOWER;
use proptest::prelude::*;
use serde_json::Value;

use crate::content::{Blocks, Content};

fn add_all(
    counts: ShardCounts,
    layout: FileLayout,
    content: &[u8],
    blocks: &mut Blocks,
) -> Sharded {
    let read_at = |offset: u64, buffer: &mut [u8]| {
        let at = offset as usize;
        buffer.copy_from_slice(&content[at..at + buffer.len()]);
        Ok(())
    };
    let emit = |block: Block| {
        blocks.put(block);
        Ok(())
    };
    add(counts, layout, content.len() as u64, read_at, emit).unwrap()
}

/// Reads a range; blocks of `lost` shards and what is not in `blocks` are missing.
fn read(
    sharded: &Sharded,
    blocks: &Blocks,
    range: std::ops::Range<u64>,
) -> Result<Vec<u8>, ReadShards> {
    let (root, size) = (sharded.root.cid, sharded.file_size);
    let mut reader = ShardReader::new(root, sharded.counts, size, range);
    let mut found = Vec::new();
    loop {
        match reader.poll()? {
            Step::Need(cid) => {
                assert_eq!(reader.want_ahead(1).len(), 1, "what is needed is wanted");
                match blocks.get(&cid) {
                    Ok(block) => reader.supply(cid, block)?,
                    Err(_) => reader.missing(&cid),
                }
            }
            Step::Chunk(chunk) => {
                assert!(!chunk.is_empty());
                found.extend_from_slice(&chunk);
            }
            Step::Done => return Ok(found),
        }
    }
}

fn lose(blocks: &mut Blocks, roots: impl IntoIterator<Item = Cid>) {
    for root in roots {
        blocks.0.remove(&root);
    }
}

#[test]
fn shards_and_roots_are_those_of_the_library_of_btfs() {
    let vectors: Value =
        serde_json::from_str(include_str!("../../../../tests/vectors/shards.json")).unwrap();
    for vector in vectors["vectors"].as_array().unwrap() {
        let number = |key: &str| vector[key].as_u64().unwrap();
        let counts = ShardCounts::new(number("data"), number("parity")).unwrap();
        let content = Content::bytes(number("size") as usize);
        let layout = FileLayout::default();
        let mut blocks = Blocks::default();
        let sharded = add_all(counts, layout, &content, &mut blocks);
        let parts = vector["shardSha256"].as_array().unwrap();
        assert_eq!(sharded.shards.len(), parts.len());
        for (shard, wanted) in sharded.shards.iter().zip(parts) {
            let mut bytes = Vec::new();
            dag::read_range(
                &shard.cid,
                ..,
                |cid| blocks.get(cid),
                |part| bytes.extend(&part),
            )
            .unwrap();
            let sum = cid_of(Codec::Raw, CidVersion::V1, &bytes);
            let sum = HEXLOWER.encode(&sum.hash().digest()[..8]);
            assert_eq!(sum, wanted.as_str().unwrap());
        }
        let hash = |root: FileRoot| HEXLOWER.encode(&root.cid.hash().to_bytes());
        assert_eq!(hash(sharded.root), vector["rsRoot"].as_str().unwrap());
        let meta = TokenMeta::compose("{}", Some(&sharded), layout, Tree::Balanced).unwrap();
        let meta_root = meta.add(layout, &mut |block| blocks.put(block));
        let root = attach_whole(layout, meta_root, sharded.root, &mut |block| {
            blocks.put(block)
        });
        assert_eq!(hash(root), vector["root"].as_str().unwrap());
        assert!(read(&sharded, &blocks, 0..u64::MAX).unwrap() == content);

        // All the way from the root, with as many shards lost as it survives.
        let MetaRoot::With { meta, data } = find(root.cid, &blocks) else {
            panic!("the root has metadata");
        };
        assert_eq!(data, sharded.root.cid);
        let mut bytes = Vec::new();
        dag::read_range(&meta, .., |cid| blocks.get(cid), |part| bytes.extend(&part)).unwrap();
        let facts = TokenMeta::from_bytes(&bytes).unwrap().facts().unwrap();
        let shards = facts.shards.unwrap();
        assert_eq!((shards.counts, shards.file_size), (counts, number("size")));
        let keep: BTreeSet<Cid> = sharded
            .shards
            .iter()
            .skip(counts.parity())
            .map(|s| s.cid)
            .collect();
        let gone = sharded
            .shards
            .iter()
            .map(|s| s.cid)
            .filter(|cid| !keep.contains(cid));
        lose(&mut blocks, gone);
        assert!(
            read(&sharded, &blocks, 0..u64::MAX).unwrap() == content,
            "{vector}"
        );
    }
}

fn find(root: Cid, blocks: &Blocks) -> MetaRoot {
    let mut finder = MetaFinder::new(root);
    loop {
        match finder.poll() {
            MetaStep::Need(cid) => finder.supply(cid, &blocks.get(&cid).unwrap()).unwrap(),
            MetaStep::Done(found) => return found,
        }
    }
}

#[test]
fn the_golden_parity_of_the_reference_comes_out() {
    let content = b"hello btfs reed-solomon test vector 0123456789";
    let mut blocks = Blocks::default();
    let layout = FileLayout::default();
    let sharded = add_all(ShardCounts::default(), layout, content, &mut blocks);
    let shard = |index: usize| {
        let mut bytes = Vec::new();
        let root = sharded.shards[index].cid;
        dag::read_range(&root, .., |cid| blocks.get(cid), |part| bytes.extend(&part)).unwrap();
        HEXLOWER.encode(&bytes)
    };
    assert_eq!(
        [shard(10), shard(11), shard(12), shard(29)],
        ["77dc51eb17", "8fa0628ff4", "fd156939f0", "b1859f8933"]
    );
}

#[test]
fn one_shard_too_many_lost_is_an_error_that_counts() {
    let content = Content::bytes(1000);
    let mut blocks = Blocks::default();
    let counts = ShardCounts::new(3, 2).unwrap();
    let sharded = add_all(counts, FileLayout::default(), &content, &mut blocks);
    lose(
        &mut blocks,
        [0, 1, 3].map(|index| sharded.shards[index].cid),
    );
    let error = read(&sharded, &blocks, 0..10).unwrap_err();
    assert!(
        matches!(error, ReadShards::TooManyLost { lost: 3 }),
        "{error:?}"
    );
    assert!(
        read(&sharded, &blocks, 700..1000).unwrap() == content[700..],
        "shard 2 is whole"
    );
}

#[test]
fn shards_of_another_length_or_number_are_refused() {
    let content = Content::bytes(1000);
    let mut blocks = Blocks::default();
    let counts = ShardCounts::new(3, 2).unwrap();
    let mut sharded = add_all(counts, FileLayout::default(), &content, &mut blocks);
    sharded.file_size = 999_999;
    let error = read(&sharded, &blocks, 0..10).unwrap_err();
    assert!(
        matches!(
            error,
            ReadShards::ShardLen {
                shard: 0,
                found: 334,
                ..
            }
        ),
        "{error:?}"
    );
    sharded.counts = ShardCounts::default();
    let error = read(&sharded, &blocks, 0..10).unwrap_err();
    assert!(
        matches!(error, ReadShards::NotShards { wanted: 30, .. }),
        "{error:?}"
    );
    for (data, parity) in [(0, 1), (1, 0), (200, 57), (u64::MAX, 1)] {
        assert!(ShardCounts::new(data, parity).is_err());
    }
    let none = |_: u64, _: &mut [u8]| Ok(());
    let add = |layout, size| add(counts, layout, size, none, |_| Ok(()));
    assert!(matches!(
        add(FileLayout::default(), 0),
        Err(AddShards::Empty)
    ));
    let full = ShardCounts::new(128, 128).unwrap();
    let large = FileLayout {
        chunk_size: 1 << 20,
        ..FileLayout::default()
    };
    let result = dag::reed_solomon::add(full, large, 1, none, |_| Ok(()));
    assert!(matches!(result, Err(AddShards::ChunksTooLarge { .. })));
    let failing = |_: Block| Err(io::Error::other("full"));
    let result = dag::reed_solomon::add(counts, FileLayout::default(), 9, none, failing);
    assert!(matches!(result, Err(AddShards::Io(_))));
}

#[test]
fn metadata_are_put_together_and_taken_apart_as_go_btfs_does() {
    let layout = FileLayout::default();
    let compose = |user: &str| TokenMeta::compose(user, None, layout, Tree::Balanced);
    let meta = compose(" {\"price\": 11.5 } ").unwrap();
    assert_eq!(
        String::from_utf8(meta.to_bytes()).unwrap(),
        "{\"price\": 11.5,\"ChunkSize\":262144,\"MaxLinks\":174,\"TrickleFormat\":false}#{}"
    );
    assert_eq!(TokenMeta::from_bytes(&meta.to_bytes()).unwrap(), meta);
    let facts = meta.facts().unwrap();
    assert_eq!(
        (facts.shards, facts.chunk_size, facts.trickle),
        (None, 262_144, false)
    );
    assert!(matches!(compose("[]"), Err(ComposeMeta::NotAnObject)));
    assert!(matches!(compose("{"), Err(ComposeMeta::DecodeJson(_))));
    assert!(matches!(
        compose("{\"NumData\":1}"),
        Err(ComposeMeta::Reserved("NumData"))
    ));
    for none in [&b"{}"[..], b"", b"{}#", b"\xff}#{"] {
        assert!(matches!(
            TokenMeta::from_bytes(none),
            Err(ReadMeta::NotTwoObjects)
        ));
    }
    for bad in [
        "{\"NumData\":10}#{}",
        "{\"NumData\":-1}#{}",
        "{\"NumData\":1,\"NumParity\":1}#{}",
        "{\"IsDir\":1,\"NumData\":1,\"NumParity\":1,\"FileSize\":1}#{}",
        "{\"ChunkSize\":\"x\"}#{}",
    ] {
        let meta = TokenMeta::from_bytes(bad.as_bytes()).unwrap();
        assert!(matches!(meta.facts(), Err(ReadMeta::BadValue(_))), "{bad}");
    }
}

#[test]
fn a_plain_file_with_metadata_is_found_and_others_are_not() {
    let layout = FileLayout {
        chunk_size: 100,
        ..FileLayout::default()
    };
    let mut blocks = Blocks::default();
    let file = blocks.add(layout, &Content::bytes(200));
    let meta = TokenMeta::compose("{\"a\":1}", None, layout, Tree::Balanced).unwrap();
    let meta_root = meta.add(layout, &mut |block| blocks.put(block));
    let root = attach(layout, meta_root, file, &mut |block| blocks.put(block));
    let wanted = MetaRoot::With {
        meta: meta_root.cid,
        data: file.cid,
    };
    assert_eq!(find(root.cid, &blocks), wanted);
    assert_eq!(find(meta_root.cid, &blocks), MetaRoot::Metadata);
    assert_eq!(
        find(file.cid, &blocks),
        MetaRoot::Plain,
        "a file of two leaves"
    );
    let raw = cid_of(Codec::Raw, CidVersion::V1, b"");
    assert_eq!(find(raw, &blocks), MetaRoot::Plain);
    assert_eq!(root.size, meta_root.size + 200);
    let mut cursor = FileCursor::new(root.cid, ..);
    cursor
        .supply(root.cid, blocks.get(&root.cid).unwrap())
        .unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_ten_of_thirty_shards_restore(
        size in 1usize..40_000,
        chunk in 7u32..900,
        kept in prop::sample::subsequence((0..30usize).collect::<Vec<_>>(), 10),
        from in any::<prop::sample::Index>(),
        to in any::<prop::sample::Index>(),
        partly in any::<bool>(),
    ) {
        let layout = FileLayout { chunk_size: chunk, ..FileLayout::default() };
        // Content that never repeats, so that no shard's leaf stands in for another's.
        let content = Content::bytes(size);
        let mut blocks = Blocks::default();
        let sharded = add_all(ShardCounts::default(), layout, &content, &mut blocks);
        let mut needed = BTreeSet::from([sharded.root.cid]);
        for index in &kept {
            let mut open = vec![sharded.shards[*index].cid];
            while let Some(cid) = open.pop() {
                needed.insert(cid);
                open.extend(dag::links(&cid, &blocks.get(&cid).unwrap()).unwrap());
            }
        }
        // Lost altogether, or with inner nodes that are still there.
        blocks.0.retain(|cid, block| {
            needed.contains(cid) || partly && !dag::links(cid, block).unwrap().is_empty()
        });
        let range = {
            let (a, b) = (from.index(size + 1) as u64, to.index(size + 1) as u64);
            a.min(b)..a.max(b)
        };
        let wanted = &content[range.start as usize..range.end as usize];
        prop_assert!(read(&sharded, &blocks, range).unwrap() == wanted);
        prop_assert!(read(&sharded, &blocks, 0..u64::MAX).unwrap() == content);
    }

    #[test]
    fn any_numbers_of_shards_work(
        data in 1u64..40,
        parity in 1u64..40,
        size in 1usize..3000,
        seed in any::<u64>(),
    ) {
        let counts = ShardCounts::new(data, parity).unwrap();
        let content = Content::bytes(size);
        let mut blocks = Blocks::default();
        let sharded = add_all(counts, FileLayout::default(), &content, &mut blocks);
        let mut order: Vec<usize> = (0..counts.total()).collect();
        order.sort_by_key(|index| (seed ^ *index as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let kept: BTreeSet<Cid> =
            order[..counts.data()].iter().map(|index| sharded.shards[*index].cid).collect();
        let gone = sharded.shards.iter().map(|shard| shard.cid).filter(|cid| !kept.contains(cid));
        lose(&mut blocks, gone);
        prop_assert!(read(&sharded, &blocks, 0..u64::MAX).unwrap() == content);
    }
}
