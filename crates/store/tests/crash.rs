//! The proof: segments and index on one simulated disk; every sync of seeded traces is a crash
//! point. What was acknowledged is there afterwards, nothing wrong is served, index and segments
//! agree. And the proof of the proof: take one sync away, and it must fail.
#![allow(clippy::unwrap_used)] // Helpers of tests, too, may fail loudly.

#[path = "crash/disk.rs"]
mod disk;
#[path = "crash/film.rs"]
mod film;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use dag::{Block, Cid, CidVersion, Codec};
use disk::{Lie, Random, SimDisk};
use film::Film;
use store::{Fault, GcOptions, PinKind, Store, StoreConfig, VerifyReport};

const HOME: &str = "/sim/home";
const EXTRA: &str = "/disk2/folder";

fn config(disk: &SimDisk) -> StoreConfig {
    StoreConfig {
        disk: Arc::new(disk.clone()),
        segment_bytes: 24 << 10,
        cache_bytes: 1 << 20,
        keep_free_bytes: 0,
        ..StoreConfig::new(HOME)
    }
}

/// What has been acknowledged.
#[derive(Debug, Clone, Default)]
struct Model {
    /// Every block ever made; to check whatever is served.
    all: BTreeMap<Cid, Bytes>,
    /// Pinned roots and their blocks; must be readable.
    pinned: BTreeMap<Cid, Vec<Cid>>,
    /// Committed, not pinned, and no collection begun since; must be readable.
    loose: BTreeSet<Cid>,
    /// Roots whose pin is gone for certain.
    unpinned: BTreeSet<Cid>,
    /// Derived blocks, by the root that they come from.
    sealed: BTreeMap<Cid, Cid>,
}

impl Model {
    fn must(&self) -> BTreeSet<Cid> {
        let pinned = self.pinned.values().flatten();
        pinned.chain(&self.loose).copied().collect()
    }

    /// Takes a root, and what is sealed from it or what it is sealed from, out of the pinned ones.
    fn let_go(&mut self, root: Cid) -> (Vec<Cid>, Vec<Cid>) {
        let pair = self
            .sealed
            .iter()
            .find(|(plain, sealed)| **plain == root || **sealed == root);
        let roots = pair.map_or(vec![root], |(plain, sealed)| vec![*plain, *sealed]);
        let blocks = roots
            .iter()
            .filter_map(|root| self.pinned.remove(root))
            .flatten()
            .collect();
        (roots, blocks)
    }

    /// A derived block that nobody holds may go after what it is derived from.
    fn may_be_underivable(&self, cid: &Cid, must: &BTreeSet<Cid>) -> bool {
        !must.contains(cid) && self.sealed.values().any(|sealed| sealed == cid)
    }

    /// Nothing is wrong but what users and collections may do.
    fn is_fine(&self, report: &VerifyReport) -> bool {
        let must = self.must();
        let allowed = |bad: &store::BadBlock| match bad.fault {
            // The film was deleted after it had been copied in.
            Fault::SourceMissing => bad.other_good,
            Fault::Underivable => self.may_be_underivable(&bad.cid, &must),
            _ => false,
        };
        report.inconsistencies == 0
            && report.bad_count == report.bad.len() as u64
            && report.bad.iter().all(allowed)
    }
}

/// One small file: leaves and a dag-pb root.
fn make_file(random: &mut Random) -> (Block, Vec<Block>) {
    let leaves: Vec<Block> = (0..1 + random.below(5))
        .map(|_| {
            let len = 1 + random.below(3000) as usize;
            let mut bytes = vec![0; len];
            bytes
                .iter_mut()
                .for_each(|byte| *byte = random.next() as u8);
            let cid = dag::cid_of(Codec::Raw, CidVersion::V1, &bytes);
            Block {
                cid,
                bytes: bytes.into(),
            }
        })
        .collect();
    let links: Vec<_> = leaves
        .iter()
        .map(|leaf| dag::dag_pb::PbLink {
            cid: leaf.cid,
            name: b"",
            tsize: leaf.bytes.len() as u64,
        })
        .collect();
    let bytes = dag::dag_pb::encode(&links, Some(b"file"));
    let cid = dag::cid_of(Codec::DagPb, CidVersion::V0, &bytes);
    (Block { cid, bytes }, leaves)
}

/// Opens what a crash left and compares it with the model; `Err` says what is wrong.
fn check(after: &SimDisk, model: &Model) -> Result<(), String> {
    let store = Store::open(config(after)).map_err(|error| format!("opening failed: {error:?}"))?;
    if store.open_report().rebuilt {
        return Err("the index was lost".into());
    }
    let must = model.must();
    for (cid, bytes) in &model.all {
        match store.get(cid) {
            Ok(Some(got)) if got == bytes => {}
            Ok(Some(_)) => return Err(format!("{cid} has wrong bytes")),
            Ok(None) if must.contains(cid) => return Err(format!("{cid} is gone")),
            Ok(None) => {}
            Err(_) if model.may_be_underivable(cid, &must) => {}
            Err(error) => return Err(format!("{cid} cannot be read: {error:?}")),
        }
    }
    let pins = store.pins().map_err(|error| format!("{error:?}"))?;
    for root in model.pinned.keys() {
        if !pins.iter().any(|pin| pin.cid == *root) {
            return Err(format!("the pin of {root} is gone"));
        }
    }
    for root in &model.unpinned {
        if pins.iter().any(|pin| pin.cid == *root) {
            return Err(format!("the pin of {root} came back"));
        }
    }
    let report = store
        .verify(&mut |_| (), &|| false)
        .map_err(|error| format!("{error:?}"))?;
    if !model.is_fine(&report) {
        return Err(format!("verify: {report:?}"));
    }
    // The store goes on: a new block, and a collection that keeps what is pinned.
    let (root, leaves) = make_file(&mut Random::new(99));
    let batch = store.batch();
    for block in leaves.iter().chain([&root]) {
        batch.put(block).map_err(|error| format!("{error:?}"))?;
    }
    batch.pin(&root.cid, PinKind::BytesRequired, "after");
    batch.commit().map_err(|error| format!("{error:?}"))?;
    store
        .gc(
            &GcOptions {
                rewrite_above: 0.1,
                ..Default::default()
            },
            &mut |_| (),
            &|| false,
        )
        .map_err(|error| format!("{error:?}"))?;
    for cid in model
        .pinned
        .values()
        .flatten()
        .chain(leaves.iter().map(|leaf| &leaf.cid))
    {
        if !matches!(store.get(cid), Ok(Some(_))) {
            return Err(format!("{cid} is gone after a collection"));
        }
    }
    let report = store
        .verify(&mut |_| (), &|| false)
        .map_err(|error| format!("{error:?}"))?;
    if model.is_fine(&report) {
        Ok(())
    } else {
        Err(format!("verify after a collection: {report:?}"))
    }
}

/// A film that is kept in place or copied in, and its sealed form.
fn keep_film(disk: &SimDisk, store: &Store, model: &Mutex<Model>, random: &mut Random) {
    let film = Film::new(random);
    film.save(disk);
    {
        let mut model = model.lock().unwrap();
        model.all.extend(film.plain.clone());
        model.all.insert(film.sealed, film.sealed_bytes.clone());
        model.sealed.insert(film.root, film.sealed);
    }
    let kind = match random.below(2) {
        0 => PinKind::ReferenceOk,
        _ => PinKind::BytesRequired,
    };
    let batch = store.batch();
    film.put(disk, store, &batch, kind);
    batch.commit().unwrap();
    {
        let mut model = model.lock().unwrap();
        let plain = film.plain.keys().copied().collect();
        model.pinned.insert(film.root, plain);
        model.pinned.insert(film.sealed, vec![film.sealed]);
    }
    if kind == PinKind::BytesRequired {
        film.delete(disk);
    }
}

/// Traces to go through; `npm run test:long` asks for many more.
fn seeds() -> u64 {
    let asked = std::env::var("CRASH_SEEDS").ok();
    asked.and_then(|seeds| seeds.parse().ok()).unwrap_or(40)
}

/// Runs one trace; every sync point is a crash point. Gives the number of points and the failures.
fn run(seed: u64, lie: Lie, steps: usize, draws: u64) -> (usize, Vec<String>) {
    let disk = SimDisk::new(lie);
    let model = Arc::new(Mutex::new(Model::default()));
    let failures = Arc::new(Mutex::new(Vec::new()));
    let points = Arc::new(Mutex::new(0_usize));
    drop(Store::open(config(&disk)).unwrap());
    let mut random = Random::new(seed);
    let mut crashes = Random::new(seed ^ 0xc0ff_ee00);
    {
        let (model, failures, points) = (
            Arc::clone(&model),
            Arc::clone(&failures),
            Arc::clone(&points),
        );
        disk.at_sync(Some(Box::new(move |disk| {
            *points.lock().unwrap() += 1;
            let model = model.lock().unwrap().clone();
            for _ in 0..draws {
                if let Err(why) = check(&disk.crash(&mut crashes), &model) {
                    failures.lock().unwrap().push(why);
                }
            }
        })));
    }
    let mut store = Store::open(config(&disk)).unwrap();
    let mut extra = None;
    for _ in 0..steps {
        match random.below(15) {
            0..=4 => {
                let (root, leaves) = make_file(&mut random);
                let blocks: Vec<&Block> = leaves.iter().chain([&root]).collect();
                let pinned = random.below(3) > 0;
                {
                    let mut model = model.lock().unwrap();
                    for block in &blocks {
                        model.all.insert(block.cid, block.bytes.clone());
                    }
                }
                let batch = store.batch();
                blocks.iter().for_each(|block| batch.put(block).unwrap());
                if pinned {
                    batch.pin(&root.cid, PinKind::BytesRequired, "");
                }
                batch.commit().unwrap();
                let cids = blocks.iter().map(|block| block.cid);
                let mut model = model.lock().unwrap();
                if pinned {
                    model.pinned.insert(root.cid, cids.collect());
                } else {
                    model.loose.extend(cids);
                }
            }
            5..=7 => {
                let root = model.lock().unwrap().pinned.keys().next().copied();
                if let Some(root) = root {
                    let (roots, blocks) = model.lock().unwrap().let_go(root);
                    let batch = store.batch();
                    roots.iter().for_each(|root| batch.unpin(root, None));
                    batch.commit().unwrap();
                    let mut model = model.lock().unwrap();
                    model.unpinned.extend(roots);
                    model.loose.extend(blocks);
                }
            }
            8 | 9 => {
                model.lock().unwrap().loose.clear();
                let options = GcOptions {
                    rewrite_above: 0.2,
                    ..Default::default()
                };
                store.gc(&options, &mut |_| (), &|| false).unwrap();
            }
            10 => match extra.take() {
                None => extra = Some(store.add_folder(Path::new(EXTRA), None).unwrap()),
                Some(id) => {
                    store.set_quota(store::FolderId(0), None).unwrap();
                    store.remove_folder(id).unwrap();
                }
            },
            11..=13 => keep_film(&disk, &store, &model, &mut random),
            _ => {
                // With the home's quota used up, blocks go to the other folder.
                if extra.is_some() {
                    store.set_quota(store::FolderId(0), Some(0)).unwrap();
                } else {
                    drop(store);
                    store = Store::open(config(&disk)).unwrap();
                }
            }
        }
    }
    disk.at_sync(None);
    drop(store);
    let failures = std::mem::take(&mut *failures.lock().unwrap());
    let points = *points.lock().unwrap();
    (points, failures)
}

#[test]
fn every_sync_point_is_survived() {
    let mut total = 0;
    for seed in 1..=seeds() {
        let (points, failures) = run(seed, Lie::None, 24, 2);
        assert!(
            failures.is_empty(),
            "seed {seed}: {} failures, first: {}",
            failures.len(),
            failures[0]
        );
        total += points;
    }
    assert!(
        total > 1000,
        "the traces must have enough crash points: {total}"
    );
}

fn must_fail(lie: Lie) {
    for seed in 1..=6 {
        let (_, failures) = run(seed, lie, 14, 2);
        if !failures.is_empty() {
            return;
        }
    }
    panic!("{lie:?}: a sync was taken away and nothing noticed");
}

#[test]
fn without_the_segment_sync_the_proof_fails() {
    must_fail(Lie::Segments);
}

#[test]
fn without_the_directory_sync_the_proof_fails() {
    must_fail(Lie::SegmentNames);
}

#[test]
fn without_the_index_sync_the_proof_fails() {
    must_fail(Lie::Index);
}

#[test]
fn a_full_disk_is_a_typed_error_and_loses_nothing() {
    let disk = SimDisk::new(Lie::None);
    let store = Store::open(config(&disk)).unwrap();
    let mut random = Random::new(5);
    let mut kept: Vec<Block> = Vec::new();
    let put = |blocks: &[Block]| -> Result<(), String> {
        let batch = store.batch();
        for block in blocks {
            batch.put(block).map_err(|error| format!("{error:?}"))?;
        }
        batch.commit().map_err(|error| format!("{error:?}"))
    };
    let mut refused = 0;
    for round in 0..60 {
        disk.set_room(if round % 20 < 10 {
            None
        } else {
            Some(random.below(6000))
        });
        let (root, mut blocks) = make_file(&mut random);
        blocks.push(root);
        match put(&blocks) {
            Ok(()) => kept.extend(blocks),
            Err(error) => {
                assert!(error.contains("DiskFull"), "the error says so: {error}");
                refused += 1;
            }
        }
        for block in &kept {
            assert_eq!(store.get(&block.cid).unwrap().as_ref(), Some(&block.bytes));
        }
    }
    assert!(refused > 5, "the disk was full often enough: {refused}");
    disk.set_room(None);
    let (root, _) = make_file(&mut random);
    put(&[root]).expect("once there is room again, commits work");
    assert!(store.verify(&mut |_| (), &|| false).unwrap().is_clean());
}
