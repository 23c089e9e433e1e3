//! Every kind of location: what it gives, and what happens when the file behind it changes.
#![allow(clippy::unwrap_used)] // Helpers of tests, too, may fail loudly.

#[path = "support/home.rs"]
mod support;

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use dag::{Cid, CidVersion, Codec, FileLayout, seal};
use store::{
    Derivation, Fault, GetBlock, Location, PinKind, SourceId, SourceState, Store, TrackSource,
};
use support::{Home, raw, source_file, sure};

/// Imports a file by reference, as the node does; gives root and source.
fn refer(store: &Store, path: &Path) -> (Cid, SourceId, Vec<Cid>) {
    let content = std::fs::read(path).unwrap();
    let source = store.add_source(source_file(path)).unwrap();
    let layout = FileLayout {
        chunk_size: 1000,
        ..FileLayout::default()
    };
    let batch = store.batch();
    let mut leaves = Vec::new();
    let mut balancer = dag::Balancer::new(layout);
    let mut emit = |block: dag::Block| batch.put(&block).unwrap();
    for (n, chunk) in content.chunks(1000).enumerate() {
        let leaf = layout.leaf(chunk);
        let (offset, len) = (n as u64 * 1000, chunk.len() as u32);
        let (prefix, suffix) = (leaf.prefix.clone(), leaf.suffix.clone());
        let block_len = prefix.len() as u64 + u64::from(len) + suffix.len() as u64;
        batch
            .put_reference(&leaf.cid, source, offset, len, prefix, suffix)
            .unwrap();
        leaves.push(leaf.cid);
        let payload_len = u64::from(len);
        balancer.push(
            dag::LeafRef {
                cid: leaf.cid,
                block_len,
                payload_len,
            },
            &mut emit,
        );
    }
    let root = balancer.finish(&mut emit).cid;
    batch.pin(&root, PinKind::ReferenceOk, "film");
    batch.commit().unwrap();
    (root, source, leaves)
}

fn cat(store: &Store, root: &Cid) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    dag::read_range(
        root,
        ..,
        |cid| match store.get(cid) {
            Ok(Some(bytes)) => Ok(bytes),
            Ok(None) => Err(std::io::Error::other("missing")),
            Err(error) => Err(std::io::Error::other(format!("{error:?}"))),
        },
        |chunk: Bytes| out.extend_from_slice(&chunk),
    )
    .map_err(|error| format!("{error:?}"))?;
    Ok(out)
}

fn film(home: &Home, seed: u8) -> (PathBuf, Vec<u8>) {
    // A name that is not UTF-8.
    let name = std::ffi::OsStr::from_bytes(b"film \xff\xfe.mkv");
    let content: Vec<u8> = (0..25_500_u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8 ^ seed)
        .collect();
    let dir = home.path().join("films");
    std::fs::create_dir_all(&dir).unwrap();
    std::fs::write(dir.join(name), &content).unwrap();
    (dir.join(name), content)
}

#[test]
fn a_referenced_file_is_read_back_and_stores_no_copy() {
    let home = Home::new();
    let store = home.open();
    let (path, content) = film(&home, 0);
    let (root, source, leaves) = refer(&store, &path);
    assert_eq!(cat(&store, &root).unwrap(), content);
    let stat = store.stat().unwrap();
    assert!(stat.bytes < 4000, "only inner nodes are stored: {stat:?}");
    assert!(stat.referenced > 25_000);
    assert_eq!(store.check_source(source).unwrap(), SourceState::Unchanged);
    assert_eq!(store.source(source).unwrap().unwrap().file.path, path);
    assert_eq!(
        store.add_source(source_file(&path)).unwrap(),
        source,
        "the same file, one source"
    );
    let places = store.stat_block(&leaves[0]).unwrap().unwrap().locations;
    assert!(matches!(places[..], [Location::Reference { .. }]));
    drop(store);
    let store = home.open();
    assert_eq!(cat(&store, &root).unwrap(), content);
    assert!(sure(&store).is_clean());
}

#[test]
fn a_changed_file_is_reported_and_never_served() {
    let home = Home::new();
    let store = home.open();
    let (path, mut content) = film(&home, 0);
    let (root, source, leaves) = refer(&store, &path);
    content[5500] ^= 1;
    std::fs::write(&path, &content).unwrap();
    assert_eq!(store.check_source(source).unwrap(), SourceState::Touched);
    assert!(matches!(store.get(&leaves[5]), Err(GetBlock::SourceChanged(id)) if id == source));
    assert!(
        store.get(&leaves[4]).unwrap().is_some(),
        "the other blocks still match"
    );
    assert!(cat(&store, &root).is_err());
    assert_eq!(store.confirm_source(source).unwrap(), SourceState::Changed);
    let report = sure(&store);
    assert_eq!(report.bad_count, 1);
    assert_eq!(report.bad[0].fault, Fault::SourceChanged);
    content[5500] ^= 1;
    std::fs::write(&path, &content).unwrap();
    assert_eq!(
        store.confirm_source(source).unwrap(),
        SourceState::Unchanged
    );
    content.truncate(3000);
    std::fs::write(&path, &content).unwrap();
    assert_eq!(store.check_source(source).unwrap(), SourceState::Changed);
    assert!(store.get(&leaves[9]).is_err());
    std::fs::remove_file(&path).unwrap();
    assert_eq!(store.check_source(source).unwrap(), SourceState::Missing);
    assert!(matches!(
        store.get(&leaves[0]),
        Err(GetBlock::SourceMissing(_))
    ));
}

#[test]
fn a_moved_file_is_found_by_its_id_and_relinked_after_hashing() {
    let home = Home::new();
    let store = home.open();
    let (path, content) = film(&home, 0);
    let (root, source, _) = refer(&store, &path);
    let moved = home.path().join("moved.mkv");
    std::fs::rename(&path, &moved).unwrap();
    let now = source_file(&moved);
    let found = store.find_moved(now.dev, now.ino, now.size).unwrap();
    assert_eq!(
        found.iter().map(|source| source.id).collect::<Vec<_>>(),
        [source]
    );
    let other = home.path().join("other.mkv");
    std::fs::write(&other, vec![0; content.len()]).unwrap();
    let refused = store.relink_source(source, &other);
    assert!(
        matches!(refused, Err(TrackSource::OtherContent(_))),
        "{refused:?}"
    );
    store.relink_source(source, &moved).unwrap();
    assert_eq!(store.check_source(source).unwrap(), SourceState::Unchanged);
    assert!(store.source_at(&path).unwrap().is_none());
    assert_eq!(cat(&store, &root).unwrap(), content);
}

#[test]
fn bytes_required_copies_in_and_outlives_the_file() {
    let home = Home::new();
    let store = home.open();
    let (path, content) = film(&home, 0);
    let (root, source, leaves) = refer(&store, &path);
    assert!(!store.remove_source(source).unwrap(), "blocks refer to it");
    store.pin(&root, PinKind::BytesRequired, "keep").unwrap();
    assert!(store.pins().unwrap().iter().all(|pin| pin.copied));
    std::fs::remove_file(&path).unwrap();
    assert_eq!(
        cat(&store, &root).unwrap(),
        content,
        "another location takes over"
    );
    let report = store.repair(&mut |_| (), &|| false).unwrap();
    assert!(report.lost.is_empty(), "{report:?}");
    assert_eq!(
        store
            .stat_block(&leaves[0])
            .unwrap()
            .unwrap()
            .locations
            .len(),
        2
    );
    assert_eq!(store.stat().unwrap().referenced, 0);
}

#[test]
fn a_pin_whose_blocks_are_missing_says_so() {
    let home = Home::new();
    let store = home.open();
    let (path, _) = film(&home, 0);
    let (root, ..) = refer(&store, &path);
    std::fs::remove_file(&path).unwrap();
    assert!(store.pin(&root, PinKind::BytesRequired, "keep").is_err());
    assert_eq!(
        store.complete_pins(&|| false).unwrap(),
        1,
        "the wish is kept"
    );
    film(&home, 0);
    assert_eq!(
        store.complete_pins(&|| false).unwrap(),
        0,
        "and fulfilled once the file is back"
    );
}

#[test]
fn sealed_blocks_are_derived_and_store_nothing() {
    let home = Home::new();
    let store = home.open();
    let content: Vec<u8> = (0..600_000_u32).map(|n| ((n * 7) >> 3) as u8).collect();
    let path = home.path().join("secret.mov");
    std::fs::write(&path, &content).unwrap();
    let (root, ..) = refer(&store, &path);
    let (key, nonce) = ([3; 32], [5; 19]);
    let mut sealed = Vec::new();
    let mut sealer = seal::Sealer::new(seal::SealKey::new(key), seal::NoncePrefix(nonce));
    sealer
        .push(&content, &mut |leaf| sealed.push(leaf))
        .unwrap();
    sealer.finish(&mut |leaf| sealed.push(leaf)).unwrap();
    let before = store.stat().unwrap().bytes;
    let batch = store.batch();
    for (leaf_index, leaf) in sealed.iter().enumerate() {
        let cid = dag::cid_of(Codec::Raw, CidVersion::V1, leaf);
        let plain_size = content.len() as u64;
        let leaf_index = leaf_index as u64;
        batch
            .put_derived(
                &cid,
                Derivation {
                    key,
                    nonce,
                    root,
                    plain_size,
                    leaf_index,
                },
            )
            .unwrap();
    }
    batch.commit().unwrap();
    assert_eq!(store.stat().unwrap().bytes, before, "no second copy");
    let check = |store: &Store| {
        for leaf in &sealed {
            let cid = dag::cid_of(Codec::Raw, CidVersion::V1, leaf);
            assert_eq!(store.get(&cid).unwrap().as_ref(), Some(leaf));
        }
    };
    check(&store);
    assert!(sure(&store).is_clean());
    drop(store);
    let store = home.open();
    check(&store);
    std::fs::write(&path, vec![0; content.len()]).unwrap();
    let cid = dag::cid_of(Codec::Raw, CidVersion::V1, &sealed[0]);
    assert!(matches!(store.get(&cid), Err(GetBlock::Underivable(from)) if from == root));
}

#[test]
fn damage_in_a_segment_is_found_and_mended_from_the_source() {
    let home = Home::new();
    let store = home.open();
    let (path, content) = film(&home, 0);
    let (root, ..) = refer(&store, &path);
    store.pin(&root, PinKind::BytesRequired, "keep").unwrap();
    let alone = raw(&[9; 4000]);
    let batch = store.batch();
    batch.put(&alone).unwrap();
    batch.commit().unwrap();
    drop(store);
    // One flipped byte in every 512 of the first segment's second half, and in the last record.
    let segment = home.path().join("blocks/seg-000001.blk");
    let mut bytes = std::fs::read(&segment).unwrap();
    let half = bytes.len() / 2;
    bytes[half..]
        .iter_mut()
        .step_by(512)
        .for_each(|byte| *byte ^= 0x40);
    std::fs::write(&segment, &bytes).unwrap();
    let store = home.open();
    assert!(matches!(
        store.get(&alone.cid),
        Err(GetBlock::Damaged { .. })
    ));
    assert_eq!(cat(&store, &root).unwrap(), content, "the file takes over");
    let found = sure(&store);
    assert!(found.bad_count > 5);
    let report = store.repair(&mut |_| (), &|| false).unwrap();
    assert_eq!(report.lost, [alone.cid]);
    assert!(report.rewritten > 5, "{report:?}");
    assert!(sure(&store).is_clean());
    assert!(
        !store.has(&alone.cid).unwrap(),
        "so that it can be put again"
    );
    let batch = store.batch();
    batch.put(&alone).unwrap();
    batch.commit().unwrap();
    assert_eq!(store.get(&alone.cid).unwrap().unwrap(), alone.bytes);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(
        cat(&store, &root).unwrap(),
        content,
        "the mended copies are our own"
    );
}

#[test]
fn a_touched_source_is_refreshed_by_repair() {
    let home = Home::new();
    let store = home.open();
    let (path, content) = film(&home, 0);
    let (_, source, _) = refer(&store, &path);
    std::fs::remove_file(&path).unwrap();
    std::fs::write(&path, &content).unwrap();
    assert_eq!(store.check_source(source).unwrap(), SourceState::Touched);
    let report = store.repair(&mut |_| (), &|| false).unwrap();
    assert_eq!(report.refreshed_sources, [source]);
    assert_eq!(store.check_source(source).unwrap(), SourceState::Unchanged);
}

#[test]
fn verification_can_be_cancelled() {
    let home = Home::new();
    let store = home.open();
    let (path, _) = film(&home, 0);
    refer(&store, &path);
    assert!(store.verify(&mut |_| (), &|| true).unwrap().cancelled);
}

/// Flips a byte in the record of a block's own copy.
fn damage(home: &Home, store: &Store, cid: &Cid) {
    let stat = store.stat_block(cid).unwrap().unwrap();
    let Some(Location::Segment {
        segment, offset, ..
    }) = stat.locations.first()
    else {
        panic!("{stat:?}")
    };
    let path = home.path().join(format!("blocks/seg-{:06}.blk", segment.0));
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[*offset as usize + 60] ^= 1;
    std::fs::write(&path, bytes).unwrap();
}

#[test]
fn collection_stops_at_a_damaged_node_and_goes_on_when_it_was_put_again() {
    let home = Home::new();
    let store = home.open();
    let (path, content) = film(&home, 0);
    let (root, ..) = refer(&store, &path);
    let node = store.get(&root).unwrap().unwrap();
    let garbage = raw(b"garbage");
    let batch = store.batch();
    batch.put(&garbage).unwrap();
    batch.commit().unwrap();
    damage(&home, &store, &root);
    let blocks = store.stat().unwrap().blocks;
    let refused = store.gc(&Default::default(), &mut |_| (), &|| false);
    let error = refused.unwrap_err();
    assert!(
        matches!(error, store::CollectGarbage::ReadBlock { cid, .. } if cid.hash() == root.hash())
    );
    assert!(error.to_string().contains("run a repair"), "{error}");
    assert_eq!(store.stat().unwrap().blocks, blocks, "nothing was dropped");
    let report = store.repair(&mut |_| (), &|| false).unwrap();
    assert_eq!(report.lost.len(), 1);
    assert_eq!(report.lost[0].hash(), root.hash());
    // The same file dropped again, or a peer, gives the node back.
    let batch = store.batch();
    batch
        .put(&dag::Block {
            cid: root,
            bytes: node,
        })
        .unwrap();
    batch.commit().unwrap();
    let report = store
        .gc(&Default::default(), &mut |_| (), &|| false)
        .unwrap();
    assert_eq!((report.removed, report.missing), (1, 0));
    assert_eq!(cat(&store, &root).unwrap(), content);
    assert!(sure(&store).is_clean());
}

#[test]
fn a_damaged_node_is_mended_from_a_file_that_holds_it_too() {
    let home = Home::new();
    let store = home.open();
    let (path, content) = film(&home, 0);
    let (root, ..) = refer(&store, &path);
    let node = store.get(&root).unwrap().unwrap();
    let archive = home.path().join("archive.car");
    std::fs::write(&archive, [&b"head"[..], &node].concat()).unwrap();
    let source = store.add_source(source_file(&archive)).unwrap();
    let batch = store.batch();
    let len = node.len() as u32;
    batch
        .put_reference(&root, source, 4, len, Bytes::new(), Bytes::new())
        .unwrap();
    batch.commit().unwrap();
    damage(&home, &store, &root);
    let report = store
        .gc(&Default::default(), &mut |_| (), &|| false)
        .unwrap();
    assert_eq!(report.removed, 0, "the other place gives the links");
    let report = store.repair(&mut |_| (), &|| false).unwrap();
    assert_eq!((report.rewritten, report.lost.len()), (1, 0));
    std::fs::remove_file(&archive).unwrap();
    assert_eq!(cat(&store, &root).unwrap(), content);
}

#[test]
fn sources_of_a_rebuilt_index_get_numbers_that_nobody_remembers() {
    let home = Home::new();
    let store = home.open();
    let (path, _) = film(&home, 0);
    let (root, old, _) = refer(&store, &path);
    drop(store);
    std::fs::remove_file(home.path().join("blocks.redb")).unwrap();
    let store = home.open();
    assert!(store.open_report().rebuilt && !store.pins_confirmed().unwrap());
    drop(store);
    let store = home.open();
    assert!(!store.pins_confirmed().unwrap(), "over restarts too");
    assert!(store.get(&root).unwrap().is_some());
    let new = store.add_source(source_file(&path)).unwrap();
    assert!(new.0 > old.0 + 1000, "{new} {old}");
    assert!(store.source(old).unwrap().is_none());
    store.confirm_pins().unwrap();
    assert!(store.pins_confirmed().unwrap());
}
