//! Garbage collection: beside writers, resumed after an end, and folders that come and go.
#![allow(clippy::unwrap_used)] // Helpers of tests, too, may fail loudly.

#[path = "support/home.rs"]
mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use dag::{Block, Cid, CidVersion, Codec};
use store::{FolderId, FolderState, GcOptions, GetBlock, PinKind, Store, StoreConfig};
use support::{Home, raw, sure};

/// A root over `count` leaves; `salt` makes them its own.
fn tree(salt: u32, count: u32) -> (Cid, Vec<Block>) {
    let mut blocks: Vec<Block> = (0..count)
        .map(|n| raw(format!("{salt} {n} ").repeat(40).as_bytes()))
        .collect();
    let links: Vec<_> = blocks
        .iter()
        .map(|leaf| dag::dag_pb::PbLink {
            cid: leaf.cid,
            name: b"",
            tsize: 1,
        })
        .collect();
    let bytes = dag::dag_pb::encode(&links, None);
    let cid = dag::cid_of(Codec::DagPb, CidVersion::V0, &bytes);
    blocks.push(Block { cid, bytes });
    (cid, blocks)
}

fn put(store: &Store, blocks: &[Block], pin: Option<&Cid>) {
    let batch = store.batch();
    blocks.iter().for_each(|block| batch.put(block).unwrap());
    if let Some(root) = pin {
        batch.pin(root, PinKind::BytesRequired, "");
    }
    batch.commit().unwrap();
}

fn assert_all(store: &Store, blocks: &[Block]) {
    for block in blocks {
        assert_eq!(store.get(&block.cid).unwrap().as_ref(), Some(&block.bytes));
    }
}

fn collect(store: &Store) -> store::GcReport {
    let options = GcOptions {
        rewrite_above: 0.1,
        ..Default::default()
    };
    store.gc(&options, &mut |_| (), &|| false).unwrap()
}

#[test]
fn what_pins_reach_stays_and_the_rest_is_given_back() {
    let home = Home::new();
    let store = Store::open(StoreConfig {
        segment_bytes: 32 << 10,
        ..home.config()
    })
    .unwrap();
    let kept = tree(1, 60);
    let dropped = tree(2, 60);
    put(&store, &kept.1, Some(&kept.0));
    put(&store, &dropped.1, Some(&dropped.0));
    assert_eq!(collect(&store).removed, 0);
    store.unpin(&dropped.0, None).unwrap();
    let before = store.stat().unwrap();
    let report = collect(&store);
    assert_eq!((report.marked, report.removed, report.missing), (61, 61, 0));
    assert!(report.freed_bytes > 0);
    let after = store.stat().unwrap();
    assert!(after.bytes < before.bytes * 2 / 3, "{before:?} {after:?}");
    assert_all(&store, &kept.1);
    assert!(sure(&store).is_clean());
    drop(store);
    assert_all(&home.open(), &kept.1);
}

#[test]
fn one_root_under_two_names_needs_both_taken_away() {
    let home = Home::new();
    let store = home.open();
    let (root, blocks) = tree(1, 3);
    put(&store, &blocks, None);
    store.pin(&root, PinKind::ReferenceOk, "a").unwrap();
    store.pin(&root, PinKind::ReferenceOk, "b").unwrap();
    store.unpin(&root, Some("a")).unwrap();
    assert_eq!(collect(&store).removed, 0);
    store.unpin(&root, None).unwrap();
    assert_eq!(collect(&store).removed, 4);
}

#[test]
fn a_pin_of_one_block_does_not_keep_its_links() {
    let home = Home::new();
    let store = home.open();
    let (root, blocks) = tree(1, 3);
    put(&store, &blocks, None);
    let batch = store.batch();
    batch.pin_block(&root, PinKind::BytesRequired, "");
    batch.commit().unwrap();
    assert_eq!(collect(&store).removed, 3);
}

#[test]
fn collection_beside_writers_drops_nothing_of_theirs() {
    let home = Home::new();
    let store = Arc::new(
        Store::open(StoreConfig {
            segment_bytes: 64 << 10,
            ..home.config()
        })
        .unwrap(),
    );
    // Old garbage that the writers put again while it is being collected.
    for salt in 0..30 {
        put(&store, &tree(salt, 20).1, None);
    }
    let done = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..2_u32)
        .map(|writer| {
            let store = Arc::clone(&store);
            std::thread::spawn(move || {
                for salt in (writer..60).step_by(2) {
                    let (root, blocks) = tree(salt, 20);
                    // Blocks first, the pin in a later batch: the hold bridges the gap.
                    let _hold = store.hold();
                    put(&store, &blocks, None);
                    std::thread::yield_now();
                    put(&store, &[], Some(&root));
                }
            })
        })
        .collect();
    let collector = {
        let (store, done) = (Arc::clone(&store), Arc::clone(&done));
        std::thread::spawn(move || {
            let mut rounds = 0;
            while !done.load(Ordering::SeqCst) || rounds == 0 {
                collect(&store);
                rounds += 1;
            }
        })
    };
    writers
        .into_iter()
        .for_each(|writer| writer.join().unwrap());
    done.store(true, Ordering::SeqCst);
    collector.join().unwrap();
    collect(&store);
    for salt in 0..60 {
        assert_all(&store, &tree(salt, 20).1);
    }
    assert!(sure(&store).is_clean());
}

#[test]
fn an_open_batch_keeps_what_it_relies_on() {
    let home = Home::new();
    let store = home.open();
    let (root, blocks) = tree(1, 10);
    put(&store, &blocks, None);
    let batch = store.batch();
    blocks.iter().for_each(|block| batch.put(block).unwrap());
    batch.pin(&root, PinKind::BytesRequired, "");
    collect(&store);
    batch.commit().unwrap();
    collect(&store);
    assert_all(&store, &blocks);
}

#[test]
fn an_interrupted_collection_is_taken_up_by_the_next_process() {
    for stop_after in [0, 1, 2, 3, 5, 8] {
        let home = Home::new();
        let store = Store::open(StoreConfig {
            segment_bytes: 16 << 10,
            ..home.config()
        })
        .unwrap();
        let (root, kept) = tree(1, 150);
        put(&store, &kept, Some(&root));
        for salt in 2..30 {
            put(&store, &tree(salt, 150).1, None);
        }
        let asked = AtomicUsize::new(0);
        let report = store
            .gc(&GcOptions::default(), &mut |_| (), &|| {
                asked.fetch_add(1, Ordering::SeqCst) >= stop_after
            })
            .unwrap();
        assert!(report.cancelled, "after {stop_after}");
        drop(store);
        let store = home.open();
        // What is put and pinned between the two parts stays too.
        let (new_root, new) = tree(77, 30);
        put(&store, &new, Some(&new_root));
        let report = collect(&store);
        assert!(report.resumed && !report.cancelled);
        assert_all(&store, &kept);
        assert_all(&store, &new);
        assert_eq!(store.stat().unwrap().blocks, 151 + 31, "after {stop_after}");
        assert!(sure(&store).is_clean());
        assert!(!collect(&store).resumed);
    }
}

#[test]
fn a_small_stack_marks_as_much_as_a_large_one() {
    let home = Home::new();
    let store = home.open();
    // A chain of directories, wide and deep.
    let mut last: Option<Cid> = None;
    let mut all = Vec::new();
    for level in 0..60 {
        let (root, mut blocks) = tree(level, 30);
        let mut links = vec![dag::dag_pb::PbLink {
            cid: root,
            name: b"a",
            tsize: 1,
        }];
        if let Some(last) = last {
            links.insert(
                0,
                dag::dag_pb::PbLink {
                    cid: last,
                    name: b"b",
                    tsize: 1,
                },
            );
        }
        let bytes = dag::dag_pb::encode(&links, None);
        let cid = dag::cid_of(Codec::DagPb, CidVersion::V1, &bytes);
        blocks.push(Block { cid, bytes });
        put(&store, &blocks, None);
        all.extend(blocks);
        last = Some(cid);
    }
    store.pin(&last.unwrap(), PinKind::ReferenceOk, "").unwrap();
    put(&store, &tree(1000, 50).1, None);
    let options = GcOptions {
        memory_bytes: 1,
        ..Default::default()
    };
    let report = store.gc(&options, &mut |_| (), &|| false).unwrap();
    assert_eq!((report.marked, report.removed), (all.len() as u64, 51));
}

#[test]
fn another_folder_takes_over_when_the_quota_is_used_up_and_can_be_unplugged() {
    let home = Home::new();
    let disk = tempfile::tempdir().unwrap();
    let path = disk.path().join("tributary");
    let store = Store::open(StoreConfig {
        quota: Some(0),
        ..home.config()
    })
    .unwrap();
    let id = store.add_folder(&path, Some(1 << 20)).unwrap();
    let (root, blocks) = tree(1, 20);
    put(&store, &blocks, Some(&root));
    assert!(store.stat().unwrap().folders[1].used > 3000);
    // Unplugged: what is there says so, what is new goes elsewhere.
    let away = disk.path().join("away");
    std::fs::rename(&path, &away).unwrap();
    store.set_quota(FolderId(0), None).unwrap();
    assert_eq!(store.folders().unwrap()[1].state, FolderState::Offline);
    drop(store);
    let store = home.open();
    assert!(matches!(store.get(&root), Err(GetBlock::Offline(folder)) if folder == id));
    let (other, others) = tree(2, 20);
    put(&store, &others, Some(&other));
    assert_all(&store, &others);
    let report = sure(&store);
    assert!(
        report.is_clean() && report.offline_count == 21,
        "{report:?}"
    );
    let repaired = store.repair(&mut |_| (), &|| false).unwrap();
    assert!(
        repaired.lost.is_empty() && repaired.dropped == 0,
        "offline is not lost"
    );
    let refused = store.gc(&Default::default(), &mut |_| (), &|| false);
    assert!(
        refused.is_err(),
        "what the root links to is unknown: {refused:?}"
    );
    // Back again.
    std::fs::rename(&away, &path).unwrap();
    assert_eq!(store.folders().unwrap()[1].state, FolderState::Online);
    assert_all(&store, &blocks);
    collect(&store);
    store.remove_folder(id).unwrap();
    assert_all(&store, &blocks);
    assert_all(&store, &others);
    assert_eq!(store.folders().unwrap().len(), 1);
    let left: Vec<_> = std::fs::read_dir(&path).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
    assert!(sure(&store).is_clean());
}

#[test]
fn folders_of_other_homes_and_nested_ones_are_refused() {
    let (one, two) = (Home::new(), Home::new());
    let disk = tempfile::tempdir().unwrap();
    let store = one.open();
    store.add_folder(disk.path(), None).unwrap();
    assert!(matches!(
        two.open().add_folder(disk.path(), None),
        Err(store::ChangeFolders::ForeignFolder(_))
    ));
    for path in [
        disk.path().join("inner"),
        one.path().join("x"),
        disk.path().to_owned(),
    ] {
        let refused = store.add_folder(&path, None);
        assert!(
            matches!(refused, Err(store::ChangeFolders::AlreadyUsed(_))),
            "{refused:?}"
        );
    }
}

#[test]
fn a_folder_is_taken_up_again_after_the_index_was_lost() {
    let home = Home::new();
    let disk = tempfile::tempdir().unwrap();
    let store = Store::open(StoreConfig {
        quota: Some(0),
        ..home.config()
    })
    .unwrap();
    store.add_folder(disk.path(), None).unwrap();
    let (root, blocks) = tree(1, 20);
    put(&store, &blocks, Some(&root));
    drop(store);
    std::fs::remove_file(home.path().join("blocks.redb")).unwrap();
    let store = home.open();
    assert!(!store.has(&root).unwrap());
    store.add_folder(disk.path(), None).unwrap();
    assert_all(&store, &blocks);
    assert!(sure(&store).is_clean());
}

/// Files below `dir` that this process has open.
fn open_below(dir: &std::path::Path) -> usize {
    let links = std::fs::read_dir("/proc/self/fd").unwrap();
    let targets = links.filter_map(|link| std::fs::read_link(link.ok()?.path()).ok());
    targets.filter(|target| target.starts_with(dir)).count()
}

#[test]
fn a_folder_that_is_gone_or_idle_has_no_open_files() {
    let home = Home::new();
    let disk = tempfile::tempdir().unwrap();
    let disk_path = disk.path().canonicalize().unwrap();
    let path = disk_path.join("tributary");
    let open = |close_idle| {
        Store::open(StoreConfig {
            quota: Some(0),
            close_idle,
            ..home.config()
        })
        .unwrap()
    };
    let store = open(std::time::Duration::from_secs(3600));
    store.add_folder(&path, None).unwrap();
    let (root, blocks) = tree(1, 20);
    put(&store, &blocks, Some(&root));
    assert_all(&store, &blocks);
    assert!(
        open_below(&disk_path) > 0,
        "files are kept open while in use"
    );
    let away = disk_path.join("away");
    std::fs::rename(&path, &away).unwrap();
    assert_eq!(store.folders().unwrap()[1].state, FolderState::Offline);
    assert_eq!(open_below(&disk_path), 0, "offline");
    std::fs::rename(&away, &path).unwrap();
    drop(store);

    let store = open(std::time::Duration::ZERO);
    for salt in 2..4 {
        let (root, blocks) = tree(salt, 20);
        put(&store, &blocks, Some(&root));
        assert_all(&store, &blocks);
        let end = std::time::Instant::now() + std::time::Duration::from_secs(20);
        while open_below(&disk_path) > 0 {
            assert!(std::time::Instant::now() < end, "idle files stay open");
            std::thread::yield_now();
        }
    }
    assert!(sure(&store).is_clean());
    assert_eq!(
        store.stat().unwrap().segments,
        1,
        "appending goes on in one segment"
    );
}

#[test]
fn links_by_other_hashes_are_followed() {
    let home = Home::new();
    let store = home.open();
    // A leaf whose address is a 20-byte digest of a hash that is not sha2-256.
    let multihash = [&[0x11, 20][..], &[7; 20]].concat();
    let cid = Cid::try_from([&[1, 0x55][..], &multihash].concat().as_slice()).unwrap();
    let other = Block {
        cid,
        bytes: "not checked here".into(),
    };
    let link = dag::dag_pb::PbLink {
        cid,
        name: b"",
        tsize: 1,
    };
    let bytes = dag::dag_pb::encode(&[link], None);
    let root = dag::cid_of(Codec::DagPb, CidVersion::V1, &bytes);
    put(&store, &[other, Block { cid: root, bytes }], Some(&root));
    put(&store, &[raw(b"garbage")], None);
    let report = collect(&store);
    assert_eq!((report.marked, report.removed, report.missing), (2, 1, 0));
}

#[test]
fn blocks_that_are_not_here_are_counted() {
    let home = Home::new();
    let store = home.open();
    let (root, blocks) = tree(1, 10);
    put(&store, &blocks[3..], Some(&root));
    let report = collect(&store);
    assert_eq!((report.marked, report.missing), (8, 3));
}

#[test]
fn single_blocks_go_unless_something_needs_them() {
    use store::Removal;
    let home = Home::new();
    let store = Store::open(home.config()).unwrap();
    let (root, kept) = tree(1, 3);
    let (_, loose) = tree(2, 3);
    put(&store, &kept, Some(&root));
    put(&store, &loose, None);
    let listed = |store: &Store| {
        let first = store.blocks_after(None, 3).unwrap();
        let rest = store.blocks_after(first.last(), 100).unwrap();
        first.len() + rest.len()
    };
    assert_eq!(listed(&store), 8);
    let cids = [kept[0].cid, root, loose[0].cid, raw(b"never").cid];
    assert_eq!(store.remove(&cids, &|| true).unwrap(), None, "cancelled");
    let removed = store.remove(&cids, &|| false).unwrap().unwrap();
    let expect = [
        Removal::Pinned,
        Removal::Pinned,
        Removal::Removed,
        Removal::Absent,
    ];
    assert_eq!(removed, expect);
    assert_eq!(listed(&store), 7);
    let open = store.batch();
    open.put(&loose[1]).unwrap();
    let removed = store.remove(&[loose[1].cid], &|| false).unwrap().unwrap();
    assert_eq!(removed, [Removal::InUse], "an open batch relies on it");
    drop(open);
    let removed = store.remove(&[loose[1].cid], &|| false).unwrap().unwrap();
    assert_eq!(removed, [Removal::Removed]);
    assert_all(&store, &kept);
    assert_eq!(collect(&store).removed, 2, "the rest of the loose tree");
}

#[test]
fn what_a_pinned_json_block_links_to_stays() {
    let home = Home::new();
    let store = Store::open(home.config()).unwrap();
    let leaf = raw(b"linked from json");
    let json = dag::ipld::json::encode(&dag::ipld::Ipld::Link(leaf.cid)).unwrap();
    let root = Block {
        cid: dag::cid_of(Codec::DagJson, CidVersion::V1, &json),
        bytes: json.into(),
    };
    let blocks = [leaf, root];
    put(&store, &blocks, Some(&blocks[1].cid));
    assert_eq!(collect(&store).removed, 0);
    assert_all(&store, &blocks);
}
