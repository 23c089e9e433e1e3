//! Blocks through batches: what is committed can be read, what is not leaves nothing behind.
#![allow(clippy::unwrap_used)] // Helpers of tests, too, may fail loudly.

#[path = "support/home.rs"]
mod support;

use std::sync::Arc;

use dag::{CidVersion, Codec};
use store::{CommitBlocks, Location, PinKind, PutBlock, Store, StoreConfig};
use support::{Home, raw, sure};

#[test]
fn a_batch_becomes_visible_whole_and_survives_reopening() {
    let home = Home::new();
    let store = home.open();
    let blocks: Vec<_> = (0..200_u32)
        .map(|n| raw(&n.to_le_bytes().repeat(100)))
        .collect();
    let batch = store.batch();
    for block in &blocks {
        batch.put(block).unwrap();
    }
    batch.pin(&blocks[0].cid, PinKind::BytesRequired, "one");
    assert!(
        !store.has(&blocks[0].cid).unwrap(),
        "nothing is visible before the commit"
    );
    batch.commit().unwrap();
    let check = |store: &Store| {
        for block in &blocks {
            assert_eq!(store.get(&block.cid).unwrap().as_ref(), Some(&block.bytes));
        }
        assert_eq!(store.pins().unwrap().len(), 1);
        assert!(sure(store).is_clean());
    };
    check(&store);
    drop(store);
    check(&home.open());
}

#[test]
fn a_dropped_batch_leaves_only_garbage() {
    let home = Home::new();
    let store = home.open();
    let block = raw(b"never committed");
    let batch = store.batch();
    batch.put(&block).unwrap();
    drop(batch);
    assert!(!store.has(&block.cid).unwrap());
    drop(store);
    let store = home.open();
    assert!(
        !store.has(&block.cid).unwrap(),
        "recovery does not invent commits"
    );
    assert!(store.stat().unwrap().garbage > 0);
    store
        .gc(&Default::default(), &mut |_| (), &|| false)
        .unwrap();
    assert_eq!(
        store.stat().unwrap().garbage,
        0,
        "the collector takes it away"
    );
}

#[test]
fn both_versions_of_a_cid_name_one_block_and_parts_are_joined() {
    let home = Home::new();
    let store = home.open();
    let node = dag::dag_pb::encode(&[], Some(b"abcdef"));
    let v0 = dag::cid_of(Codec::DagPb, CidVersion::V0, &node);
    let v1 = dag::cid_of(Codec::DagPb, CidVersion::V1, &node);
    let batch = store.batch();
    batch
        .put_parts(&v0, &[&node[..3], &node[3..5], &[], &node[5..]])
        .unwrap();
    batch.commit().unwrap();
    assert_eq!(store.get(&v1).unwrap().as_deref(), Some(&node[..]));
}

#[test]
fn the_same_bytes_twice_are_one_copy() {
    let home = Home::new();
    let store = home.open();
    let block = raw(&[7; 10_000]);
    for _ in 0..3 {
        let batch = store.batch();
        batch.put(&block).unwrap();
        batch.put(&block).unwrap();
        batch.commit().unwrap();
    }
    let stat = store.stat().unwrap();
    assert_eq!((stat.blocks, stat.garbage), (1, 0));
    assert!(stat.bytes < 10_200);
}

#[test]
fn many_threads_and_submitted_batches_lose_nothing() {
    let home = Home::new();
    let store = Arc::new(home.open());
    let threads: Vec<_> = (0..4_u32)
        .map(|thread| {
            let store = Arc::clone(&store);
            std::thread::spawn(move || {
                let mut pending = Vec::new();
                for n in 0..50_u32 {
                    let batch = store.batch();
                    for part in 0..4_u32 {
                        let text = format!("{thread} {n} {part}").repeat(50);
                        batch.put(&raw(text.as_bytes())).unwrap();
                    }
                    pending.push(batch.submit().unwrap());
                }
                pending
                    .into_iter()
                    .for_each(|pending| pending.wait().unwrap());
            })
        })
        .collect();
    threads
        .into_iter()
        .for_each(|thread| thread.join().unwrap());
    assert_eq!(store.stat().unwrap().blocks, 4 * 50 * 4);
    assert!(sure(&store).is_clean());
}

#[test]
fn segments_roll_and_are_sealed_read_only() {
    let home = Home::new();
    let store = Store::open(StoreConfig {
        segment_bytes: 64 << 10,
        ..home.config()
    })
    .unwrap();
    for n in 0..20_u8 {
        let batch = store.batch();
        batch.put(&raw(&vec![n; 20_000])).unwrap();
        batch.commit().unwrap();
    }
    assert!(store.stat().unwrap().segments >= 5);
    let first = home.path().join("blocks/seg-000001.blk");
    assert!(std::fs::metadata(first).unwrap().permissions().readonly());
    drop(store);
    assert!(sure(&home.open()).is_clean());
}

#[test]
fn the_quota_is_checked_before_anything_is_written() {
    let home = Home::new();
    let store = Store::open(StoreConfig {
        quota: Some(50_000),
        ..home.config()
    })
    .unwrap();
    let batch = store.batch();
    batch.put(&raw(&[1; 30_000])).unwrap();
    let before = store.stat().unwrap().bytes;
    let refused = batch.put(&raw(&[2; 30_000]));
    assert!(
        matches!(refused, Err(PutBlock::QuotaExceeded { quota: 50_000, .. })),
        "{refused:?}"
    );
    assert_eq!(store.stat().unwrap().bytes, before);
    batch.put(&raw(&[3; 3_000])).unwrap();
    batch.commit().unwrap();
    assert_eq!(store.stat().unwrap().blocks, 2);
}

#[test]
fn a_closed_store_says_so() {
    let home = Home::new();
    let store = home.open();
    let batch = store.batch();
    batch.put(&raw(b"late")).unwrap();
    store.shutdown();
    assert!(matches!(batch.commit(), Err(CommitBlocks::Closed)));
    assert!(matches!(
        store.has(&raw(b"late").cid),
        Err(store::IndexFault::Closed)
    ));
}

#[test]
fn a_newer_home_is_refused_and_left_alone() {
    let home = Home::new();
    drop(home.open());
    let format = home.path().join("blocks/format");
    std::fs::write(&format, "99 0000000000000001\n").unwrap();
    let index = std::fs::read(home.path().join("blocks.redb")).unwrap();
    let error = Store::open(home.config()).unwrap_err();
    assert!(
        matches!(
            error,
            store::OpenStore::NewerFormat {
                found: 99,
                known: 1
            }
        ),
        "{error}"
    );
    assert_eq!(
        std::fs::read(home.path().join("blocks.redb")).unwrap(),
        index
    );
}

#[test]
fn a_lost_or_ruined_index_is_built_again_from_the_segments() {
    let ruin: [fn(&std::path::Path); 3] = [
        |path| std::fs::remove_file(path).unwrap(),
        |path| std::fs::write(path, vec![0x5a; 300_000]).unwrap(),
        |path| {
            let len = std::fs::metadata(path).unwrap().len();
            std::fs::OpenOptions::new()
                .write(true)
                .open(path)
                .unwrap()
                .set_len(len / 3)
                .unwrap();
        },
    ];
    for ruin in ruin {
        let home = Home::new();
        let store = home.open();
        let blocks: Vec<_> = (0..50_u8).map(|n| raw(&[n; 3000])).collect();
        let batch = store.batch();
        blocks.iter().for_each(|block| batch.put(block).unwrap());
        batch.pin(&blocks[0].cid, PinKind::BytesRequired, "");
        batch.commit().unwrap();
        drop(store);
        ruin(&home.path().join("blocks.redb"));
        let store = home.open();
        assert!(store.open_report().rebuilt);
        for block in &blocks {
            assert_eq!(store.get(&block.cid).unwrap().as_ref(), Some(&block.bytes));
        }
        assert!(sure(&store).is_clean());
        let refused = store.gc(&Default::default(), &mut |_| (), &|| false);
        assert!(
            matches!(refused, Err(store::CollectGarbage::PinsUnknown)),
            "the pins went with the index, so nothing may be collected: {refused:?}"
        );
        store.confirm_pins().unwrap();
        let report = store
            .gc(&Default::default(), &mut |_| (), &|| false)
            .unwrap();
        assert_eq!(report.removed, 50);
    }
}

#[test]
fn identity_addresses_hold_their_block() {
    let home = Home::new();
    let store = home.open();
    let cid = dag::parse_cid("bafkqaaik").unwrap();
    assert_eq!(store.get(&cid).unwrap().as_deref(), Some(&b"\n"[..]));
    assert!(store.has(&cid).unwrap());
}

#[test]
fn ten_thousand_small_blocks_are_one_commit() {
    let home = Home::new();
    let store = home.open();
    let blocks: Vec<_> = (0..10_000_u32)
        .map(|n| raw(&n.to_le_bytes().repeat(4096)))
        .collect();
    let batch = store.batch();
    blocks.iter().for_each(|block| batch.put(block).unwrap());
    batch.commit().unwrap();
    let stat = store.stat_block(&blocks[9].cid).unwrap().unwrap();
    assert!(matches!(stat.locations[..], [Location::Segment { .. }]));
}
