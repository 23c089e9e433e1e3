//! Trickle trees, content-defined chunks and sharded directories equal those of others: see
//! tests/vectors/shapes.mjs and chunks.go.

use dag::directory::{DirectoryBuilder, ListStep, Listing, Sharding};
use dag::resolve::{Resolver, resolve};
use dag::{Chunker, CidVersion, FileLayout, FileShape, Tree};
use proptest::prelude::*;
use serde_json::Value;

use crate::content::{Blocks, Content};

fn shapes() -> Value {
    serde_json::from_str(include_str!("../../../../tests/vectors/shapes.json")).unwrap()
}

fn layout(profile: &Value) -> FileLayout {
    match profile.as_str().unwrap() {
        "v0" => FileLayout::default(),
        "v1" => FileLayout::v1(),
        other => panic!("unknown profile {other}"),
    }
}

fn add(shape: FileShape, content: &[u8], blocks: &mut Blocks) -> dag::FileRoot {
    shape
        .add(content, |block| {
            blocks.put(block);
            Ok(())
        })
        .unwrap()
}

fn read(root: dag::Cid, blocks: &Blocks) -> Vec<u8> {
    let mut found = Vec::new();
    dag::read_range(
        &root,
        ..,
        |cid| blocks.get(cid),
        |chunk| found.extend(&chunk),
    )
    .unwrap();
    found
}

#[test]
fn trickle_files_have_the_same_address_and_read_back() {
    for vector in shapes()["trickles"].as_array().unwrap() {
        let number = |key: &str| vector[key].as_u64().unwrap();
        let shape = FileShape {
            layout: FileLayout {
                max_links: number("maxLinks") as u16,
                ..layout(&vector["profile"])
            },
            chunker: Chunker::Size(number("chunkSize") as u32),
            tree: Tree::Trickle,
        };
        let content = Content::bytes(number("size") as usize);
        let mut blocks = Blocks::default();
        let root = add(shape, &content, &mut blocks);
        assert_eq!(
            root.cid.to_string(),
            vector["cid"].as_str().unwrap(),
            "{vector}"
        );
        assert_eq!(root.cumulative_size, number("cumulativeSize"), "{vector}");
        assert_eq!(root.size, number("size"));
        assert!(read(root.cid, &blocks) == content, "{vector}");
    }
}

#[test]
fn an_empty_trickle_file_is_the_empty_file() {
    let shape = FileShape {
        tree: Tree::Trickle,
        ..FileShape::default()
    };
    let root = add(shape, &[], &mut Blocks::default());
    assert_eq!(
        root.cid.to_string(),
        "QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH"
    );
    assert_eq!(root.size, 0);
}

fn cut(chunker: Chunker, content: &[u8], piece: usize) -> Vec<usize> {
    let mut splitter = chunker.splitter();
    let mut chunks = Vec::new();
    for bytes in content.chunks(piece) {
        splitter.push(bytes, &mut |chunk| chunks.push(chunk.len()));
    }
    splitter.finish(&mut |chunk| chunks.push(chunk.len()));
    chunks
}

#[test]
fn content_is_cut_where_boxo_cuts_it_however_it_comes() {
    let vectors: Value =
        serde_json::from_str(include_str!("../../../../tests/vectors/chunks.json")).unwrap();
    for vector in vectors["chunks"].as_array().unwrap() {
        let size = vector["size"].as_u64().unwrap() as usize;
        let content = match vector["zeros"].as_bool().unwrap() {
            true => vec![0; size],
            false => Content::bytes(size),
        };
        let chunker: Chunker = vector["chunker"].as_str().unwrap().parse().unwrap();
        let wanted: Vec<usize> = serde_json::from_value(vector["chunks"].clone()).unwrap();
        for piece in [size, 4093, 17]
            .into_iter()
            .filter(|piece| size / piece < 100_000)
        {
            assert_eq!(
                cut(chunker, &content, piece),
                wanted,
                "{chunker} by {piece}"
            );
        }
    }
}

#[test]
fn directories_have_the_same_address_below_and_above_the_threshold() {
    for vector in shapes()["directories"].as_array().unwrap() {
        let layout = layout(&vector["profile"]);
        let mut builder = DirectoryBuilder::new();
        let mut names = Vec::new();
        for index in 0..vector["count"].as_u64().unwrap() {
            let name = match vector["pattern"].as_str().unwrap() {
                "photo" => format!("photo-{index}.jpg"),
                _ => format!("\u{e4}\u{1f3ac} {index:0>40}"),
            };
            let leaf = layout.leaf(index.to_string().as_bytes());
            builder.add(&name, leaf.cid, leaf.block_len()).unwrap();
            names.push((name, leaf.cid));
        }
        let threshold = vector["threshold"].as_u64().unwrap();
        let sharding = match threshold {
            dag::directory::SHARD_THRESHOLD => Sharding::Auto,
            other => Sharding::Above(other),
        };
        let mut blocks = Blocks::default();
        let entry = builder
            .build(layout.cid_version, sharding, &mut |block| blocks.put(block))
            .unwrap();
        let root = entry.block.cid;
        assert_eq!(
            root.to_string(),
            vector["cid"].as_str().unwrap(),
            "{vector}"
        );
        assert_eq!(
            entry.cumulative_size,
            vector["cumulativeSize"].as_u64().unwrap(),
            "{vector}"
        );
        blocks.put(entry.block);
        assert_eq!(list(root, &blocks).len(), names.len());
        for (name, cid) in names.iter().step_by(97) {
            let found = resolve(Resolver::new(root, [name]), |cid| blocks.get(cid)).unwrap();
            assert_eq!(found.cid, *cid, "{name}");
        }
    }
}

fn list(root: dag::Cid, blocks: &Blocks) -> Vec<(String, dag::Cid)> {
    let mut listing = Listing::new(root);
    let mut found = Vec::new();
    loop {
        match listing.poll() {
            ListStep::Need(cid) => listing.supply(cid, &blocks.get(&cid).unwrap()).unwrap(),
            ListStep::Entries(entries) => {
                found.extend(entries.into_iter().map(|entry| (entry.name, entry.cid)));
            }
            ListStep::Done => break,
        }
    }
    found.sort();
    found
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_sharded_directory_lists_what_was_added_in_any_order(
        names in prop::collection::btree_set("[a-z0-9 ._\u{e4}-]{1,12}", 1..400),
        shift in any::<prop::sample::Index>(),
    ) {
        let names: Vec<_> = names.into_iter().filter(|name| name != "." && name != "..").collect();
        prop_assume!(!names.is_empty());
        let build = |order: &[String]| {
            let mut builder = DirectoryBuilder::new();
            for name in order {
                let leaf = FileLayout::default().leaf(name.as_bytes());
                builder.add(name, leaf.cid, leaf.block_len()).unwrap();
            }
            let mut blocks = Blocks::default();
            let top = builder
                .build(CidVersion::V1, Sharding::Above(0), &mut |block| blocks.put(block))
                .unwrap();
            let root = top.block.cid;
            blocks.put(top.block);
            (root, blocks)
        };
        let (root, blocks) = build(&names);
        let listed: Vec<String> = list(root, &blocks).into_iter().map(|(name, _)| name).collect();
        prop_assert_eq!(&listed, &names);
        let mut turned = names.clone();
        turned.rotate_left(shift.index(names.len()));
        prop_assert_eq!(build(&turned).0, root);
        for name in &names {
            let found = resolve(Resolver::new(root, [name]), |cid| blocks.get(cid)).unwrap();
            prop_assert_eq!(found.cid, FileLayout::default().leaf(name.as_bytes()).cid);
        }
    }

    #[test]
    fn any_file_reads_back_whatever_its_shape(
        size in 0usize..6000,
        links in 2u16..9,
        raw_leaves in any::<bool>(),
        trickle in any::<bool>(),
        chunker in prop_oneof![
            (1u32..300).prop_map(Chunker::Size),
            (16u32..40).prop_map(|min| Chunker::Rabin { min, avg: 2 * min, max: 5 * min }),
            Just(Chunker::Buzhash),
        ],
        from in any::<prop::sample::Index>(),
    ) {
        let content = Content::bytes(size);
        let shape = FileShape {
            layout: FileLayout { max_links: links, raw_leaves, ..FileLayout::default() },
            chunker,
            tree: if trickle { Tree::Trickle } else { Tree::Balanced },
        };
        let mut blocks = Blocks::default();
        let root = add(shape, &content, &mut blocks);
        prop_assert_eq!(root.size, size as u64);
        prop_assert!(read(root.cid, &blocks) == content);
        let from = from.index(size + 1);
        let mut tail: Vec<u8> = Vec::new();
        dag::read_range(
            &root.cid,
            from as u64..,
            |cid| blocks.get(cid),
            |chunk| tail.extend(&chunk),
        )
        .unwrap();
        prop_assert!(tail == content[from..]);
    }

    #[test]
    fn pieces_of_any_length_are_cut_alike(
        size in 0usize..20_000,
        piece in 1usize..3000,
        min in 16u32..200,
    ) {
        let chunker = Chunker::Rabin { min, avg: 3 * min, max: 7 * min };
        let content = Content::bytes(size);
        let chunks = cut(chunker, &content, piece);
        prop_assert_eq!(&chunks, &cut(chunker, &content, size.max(1)));
        prop_assert_eq!(chunks.iter().sum::<usize>(), size);
        prop_assert!(chunks.iter().all(|len| *len <= 7 * min as usize && *len > 0));
    }
}

#[test]
fn an_insertion_changes_few_chunks() {
    let chunker: Chunker = "rabin-512-1024-4096".parse().unwrap();
    let roots = |content: &[u8]| {
        let mut leaves = std::collections::BTreeSet::new();
        let mut splitter = chunker.splitter();
        splitter.push(content, &mut |chunk| {
            leaves.insert(dag::cid_of(dag::Codec::Raw, CidVersion::V1, chunk));
        });
        leaves
    };
    let content = Content::bytes(200_000);
    let mut changed = content.clone();
    changed.insert(1000, b'x');
    let (before, after) = (roots(&content), roots(&changed));
    let kept = before.intersection(&after).count();
    assert!(
        kept * 10 > before.len() * 9,
        "{kept} of {} chunks kept",
        before.len()
    );
}
