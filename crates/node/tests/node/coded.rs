//! Files in shards: made here or by BTFS they have one address, and any ten of thirty shards give
//! them back.

use std::collections::HashSet;

use dag::car::CarWriter;
use dag::reed_solomon::{self, ShardCounts};
use dag::token_meta::{TokenMeta, attach_whole};
use dag::{Block, Cid, FileLayout, Tree};
use node::{
    AddOptions, AddPart, Added, ContentPath, Node, Opened, ReadContent, ReadMedia, TreePart,
};
use serde_json::{Value, json};

use crate::public::read_all;
use crate::support::{World, noise};

/// A file in 10 + 20 shards of small chunks, apart in what all readers need and its shards.
pub(crate) struct Coded {
    pub(crate) root: Cid,
    pub(crate) common: Vec<Block>,
    pub(crate) shards: Vec<Vec<Block>>,
}

pub(crate) const CUT: &str = "reed-solomon-10-20-65536";

pub(crate) fn coded(bytes: &[u8]) -> Coded {
    coded_with(bytes, None)
}

/// The same for a folder in one stream, whose metadata have this tree.
fn coded_with(bytes: &[u8], tree: Option<&str>) -> Coded {
    let layout = FileLayout {
        chunk_size: 65_536,
        ..FileLayout::default()
    };
    let mut blocks = Vec::new();
    let read = |at: u64, buffer: &mut [u8]| {
        let at = usize::try_from(at).expect("small");
        buffer.copy_from_slice(&bytes[at..at + buffer.len()]);
        Ok(())
    };
    let keep = |block| {
        blocks.push(block);
        Ok(())
    };
    let size = bytes.len() as u64;
    let made = reed_solomon::add(ShardCounts::default(), layout, size, read, keep);
    let made = made.expect("added");
    let meta = TokenMeta::compose("{}", Some(&made), layout, Tree::Balanced);
    let mut meta = meta.expect("composed");
    if let Some(tree) = tree {
        meta.json = meta.json.replace("\"IsDir\":false", "\"IsDir\":true");
        tree.clone_into(&mut meta.tree);
    }
    let meta = meta.add(layout, &mut |block| blocks.push(block));
    let root = attach_whole(layout, meta, made.root, &mut |block| blocks.push(block));
    let mut shards = Vec::new();
    for shard in &made.shards {
        let mut below = HashSet::from([shard.cid]);
        let node = blocks.iter().find(|block| block.cid == shard.cid);
        let node = node.expect("it was emitted");
        below.extend(dag::links(&node.cid, &node.bytes).expect("links"));
        let (own, rest) = blocks.into_iter().partition(|b| below.contains(&b.cid));
        shards.push(own);
        blocks = rest;
    }
    Coded {
        root: root.cid,
        common: blocks,
        shards,
    }
}

/// Puts blocks into a node, unpinned.
pub(crate) async fn put<'a>(node: &Node, root: Cid, blocks: impl Iterator<Item = &'a Block>) {
    let mut bytes = CarWriter::header(&[root]).to_vec();
    for block in blocks {
        bytes.extend_from_slice(&CarWriter::section(&block.cid, &block.bytes));
    }
    let imported = node.dag_import(std::io::Cursor::new(bytes), false).await;
    imported.expect("imported");
}

/// As those who read whole trees see it.
async fn walked(node: &Node, root: Cid) -> Result<Vec<u8>, ReadContent> {
    let mut parts = node.walk(&root.into()).await?;
    let mut all = Vec::new();
    while let Some(part) = parts.next().await {
        match part? {
            TreePart::Bytes(bytes) => all.extend_from_slice(&bytes),
            TreePart::File { path, .. } => assert!(path.is_empty()),
            other => panic!("one file: {other:?}"),
        }
    }
    Ok(all)
}

fn options(cut: &str) -> AddOptions {
    AddOptions::default().cut_as(cut).expect("it says how")
}

/// The content of tests/vectors/shards.go.
fn content(size: usize) -> Vec<u8> {
    let mut state = 0x7472_6962_u32;
    let mut out = Vec::new();
    while out.len() < size {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        out.extend_from_slice(&state.to_le_bytes());
    }
    out.truncate(size);
    out
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_in_shards_has_the_address_that_btfs_gives_it_and_reads_as_itself() {
    let world = World::new();
    let node = world.open().await;
    let text = include_str!("../../../../tests/vectors/shards.json");
    let vectors: Value = serde_json::from_str(text).expect("the file");
    for vector in vectors["vectors"].as_array().expect("a list") {
        let number = |name: &str| vector[name].as_u64().expect("a number");
        let bytes = content(usize::try_from(number("size")).expect("small"));
        let cut = format!(
            "reed-solomon-{}-{}-262144",
            number("data"),
            number("parity")
        );
        let added = node.add_stream(std::io::Cursor::new(bytes.clone()), options(&cut));
        let added = added.await.expect("added");
        let hash = hex(&added.cid.hash().to_bytes());
        assert_eq!(hash, vector["root"].as_str().expect("a root"));
        assert_eq!(added.size, bytes.len() as u64);
        let opened = node.open_content(&added.cid.into()).await.expect("opens");
        assert!(read_all(opened).await == bytes);
        assert!(walked(&node, added.cid).await.expect("walks") == bytes);
        let pins = node.pins().await.expect("pins");
        assert!(pins.iter().any(|pin| pin.cid == added.cid));
    }
    let left = std::fs::read_dir(world.home.path().join("staging")).expect("a folder");
    assert_eq!(left.count(), 0, "nothing is left of the streams");
    node.shutdown().await;
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_a_stream_and_a_tree_give_one_address() {
    let world = World::new();
    let node = world.open().await;
    let bytes = noise(3_000_017, 3);
    let path = world.file("film.bin", &bytes);
    let by_path = node.add_path(path, options(CUT)).await.expect("added");
    assert_eq!(by_path.len(), 1);
    assert_eq!(
        (&*by_path[0].name, by_path[0].size),
        ("film.bin", 3_000_017)
    );
    assert_eq!(by_path[0].cid, coded(&bytes).root);

    let mut tree = node.add_tree(options(CUT), true);
    for part in [
        AddPart::File(vec!["film.bin".to_owned()]),
        AddPart::Bytes(bytes.clone().into()),
        AddPart::File(vec!["nothing".to_owned()]),
        AddPart::End,
    ] {
        tree.parts.send(part).await.expect("taken");
    }
    let mut told = Vec::new();
    while let Some(news) = tree.news.recv().await {
        if let Added::Entry(file, _) = news.expect("added") {
            told.push(file);
        }
    }
    let film = told.iter().find(|file| file.name == "film.bin");
    assert_eq!(film.expect("told").cid, by_path[0].cid);
    let nothing = told
        .iter()
        .find(|file| file.name == "nothing")
        .expect("told");
    let plain = node.add_stream(std::io::Cursor::new(Vec::new()), AddOptions::default());
    assert_eq!(
        nothing.cid,
        plain.await.expect("added").cid,
        "as go-btfs has it"
    );

    world.file("folder/a", b"a");
    let folder = node.add_path(world.path("folder"), options(CUT)).await;
    let refused = folder.expect_err("refused").to_string();
    assert!(refused.contains("single files"), "{refused}");
    let kept = AddOptions {
        reference: true,
        ..options(CUT)
    };
    assert!(node.add_path(world.path("film.bin"), kept).await.is_err());
    for bad in [
        "reed-solomon-1",
        "reed-solomon-0-1-9",
        "reed-solomon-200-57-9",
        "reed-solomonic",
    ] {
        assert!(AddOptions::default().cut_as(bad).is_err(), "{bad}");
    }
    node.shutdown().await;
}

/// A few of 0..30 in an order that `seed` makes.
fn some(count: usize, seed: u64) -> Vec<usize> {
    let mut all: Vec<usize> = (0..30).collect();
    let order = noise(30 * 8, seed);
    all.sort_by_key(|at| order[at * 8..at * 8 + 8].to_vec());
    all.truncate(count);
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn any_ten_of_thirty_shards_restore_the_file_and_nine_say_so() {
    let bytes = noise(3_000_017, 4);
    let file = coded(&bytes);
    for seed in 1..=6 {
        let world = World::new();
        let node = world.open().await;
        let chosen = some(10, seed);
        let shards = chosen.iter().flat_map(|at| &file.shards[*at]);
        put(&node, file.root, file.common.iter().chain(shards)).await;
        let opened = node.open_content(&file.root.into()).await.expect("opens");
        let Opened::File(stream) = &opened else {
            panic!("a file")
        };
        assert_eq!(stream.size(), 3_000_017);
        // In any order, over the ends of shards and windows.
        for (at, len) in [
            (2_999_990_u64, 27_usize),
            (1, 400_000),
            (300_000, 5),
            (1_700_000, 900_000),
        ] {
            let part = stream.read_at(at, len).await.expect("restored");
            let from = usize::try_from(at).expect("small");
            assert!(part == bytes[from..from + len], "{chosen:?} at {at}");
        }
        assert!(read_all(opened).await == bytes, "{chosen:?}");
        assert!(walked(&node, file.root).await.expect("restored") == bytes);
        node.shutdown().await;
    }
    for seed in 7..=9 {
        let world = World::new();
        let node = world.open().await;
        // Of a tenth shard all but one leaf is there.
        let chosen = some(10, seed);
        let (cut, whole) = chosen.split_last().expect("ten");
        let shards = whole.iter().flat_map(|at| &file.shards[*at]);
        let most = file.shards[*cut].iter().skip(1);
        put(
            &node,
            file.root,
            file.common.iter().chain(shards).chain(most),
        )
        .await;
        let why = match node.open_content(&file.root.into()).await {
            Ok(Opened::File(stream)) => loop_until_error(&stream).await,
            Ok(_) => panic!("a file"),
            Err(ReadContent::LostShards { lost, spare, .. }) => (lost, spare),
            Err(other) => panic!("{other:?}"),
        };
        assert_eq!(why, (21, 20), "{chosen:?}");
        let walked = walked(&node, file.root).await;
        assert!(
            matches!(walked, Err(ReadContent::LostShards { .. })),
            "{walked:?}"
        );
        node.shutdown().await;
    }
}

async fn loop_until_error(stream: &node::MediaStream) -> (usize, usize) {
    let mut at = 0;
    loop {
        match stream.read_at(at, node::MAX_READ).await {
            Ok(part) => {
                assert!(!part.is_empty(), "nine shards do not give the file");
                at += part.len() as u64;
            }
            Err(ReadMedia::LostShards { lost, spare, .. }) => return (lost, spare),
            Err(other) => panic!("{other:?}"),
        }
    }
}

/// An entry of a tree as go-btfs writes it.
fn entry(kind: u8, name: &str, at: usize, size: usize, links: &[Value]) -> Value {
    let links = match links {
        [] => Value::Null,
        links => links.into(),
    };
    let base = json!({
        "NodeType": kind, "NodePath": name, "NodeName": name, "Siz": size, "StartOffset": at,
        "Links": links,
    });
    match kind {
        1 => json!({ "BaseNode": base, "files.Directory": null }),
        2 => json!({ "BaseNode": base }),
        _ => json!({ "BaseNode": base, "Data": "one.bin" }),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_in_one_stream_of_shards_is_read_by_path_and_as_a_tree() {
    let bytes = noise(900_000, 12);
    let files = [
        entry(2, "one.bin", 0, 100_001, &[]),
        entry(
            1,
            "below",
            0,
            799_999,
            &[entry(2, "two.bin", 100_001, 799_999, &[])],
        ),
        entry(3, "link", 0, 0, &[]),
    ];
    let tree = entry(1, "", 0, 900_000, &files).to_string();
    let file = coded_with(&bytes, Some(&tree));
    let world = World::new();
    let node = world.open().await;
    // Only the last ten shards are left, all of them parity.
    let shards = file.shards[20..].iter().flatten();
    put(&node, file.root, file.common.iter().chain(shards)).await;

    let Ok(Opened::Directory { entries, .. }) = node.open_content(&file.root.into()).await else {
        panic!("a folder")
    };
    let names: Vec<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["one.bin", "below", "link"]);
    let path = |names: &str| ContentPath::parse(&format!("{}/{names}", file.root)).expect("a path");
    let two = node
        .open_content(&path("below/two.bin"))
        .await
        .expect("opens");
    assert!(read_all(two).await == bytes[100_001..]);
    let link = node.open_content(&path("link")).await.expect("opens");
    assert!(matches!(link, Opened::Symlink { target, .. } if target == "one.bin"));
    for (wrong, is_name) in [("three", true), ("below/three", true), ("one.bin/x", false)] {
        match node.open_content(&path(wrong)).await {
            Err(ReadContent::NoSuchName { .. }) => assert!(is_name, "{wrong}"),
            Err(ReadContent::NotADirectory(_)) => assert!(!is_name, "{wrong}"),
            other => panic!("{wrong}: {other:?}"),
        }
    }

    let mut parts = node.walk(&file.root.into()).await.expect("walks");
    let (mut told, mut all) = (Vec::new(), Vec::new());
    while let Some(part) = parts.next().await {
        match part.expect("a part") {
            TreePart::Bytes(bytes) => all.extend_from_slice(&bytes),
            TreePart::Directory { path } => told.push(format!("{}/", path.join("/"))),
            TreePart::File { path, size } => told.push(format!("{} {size}", path.join("/"))),
            TreePart::Symlink { path, target } => {
                told.push(format!("{} -> {target}", path.join("/")))
            }
            other => panic!("{other:?}"),
        }
    }
    let wanted = [
        "/",
        "one.bin 100001",
        "below/",
        "below/two.bin 799999",
        "link -> one.bin",
    ];
    assert_eq!(told, wanted);
    assert!(all == bytes);

    for bad in [
        entry(1, "", 0, 0, &[entry(2, "..", 0, 5, &[])]),
        entry(1, "", 0, 0, &[entry(2, "a/b", 0, 5, &[])]),
        entry(1, "", 0, 0, &[entry(2, "long", 899_999, 2, &[])]),
        entry(1, "", 0, 0, &[entry(2, "far", usize::MAX, 2, &[])]),
        entry(1, "", 0, 0, &[entry(9, "odd", 0, 0, &[])]),
        entry(2, "file", 0, 5, &[]),
        json!({}),
    ] {
        let file = coded_with(&bytes, Some(&bad.to_string()));
        put(&node, file.root, file.common.iter()).await;
        let refused = node.open_content(&file.root.into()).await;
        assert!(
            matches!(refused, Err(ReadContent::BadBlock { .. })),
            "{bad}: {refused:?}"
        );
    }
    node.shutdown().await;
}
