//! Addresses equal those of ipfs-unixfs-importer: see tests/vectors/make.mjs.

use std::collections::BTreeMap;
use std::io::Read;

use dag::directory::DirectoryBuilder;
use dag::{Balancer, CidVersion, FileLayout, FileRoot, add_bytes};
use serde_json::Value;

use crate::content::{Blocks, Content};

pub(crate) fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../../tests/vectors/unixfs.json")).unwrap()
}

fn layout(profile: &str) -> FileLayout {
    match profile {
        "v0" => FileLayout::default(),
        "v1" => FileLayout::v1(),
        other => panic!("unknown profile {other}"),
    }
}

/// Builds without joining blocks, as the import does.
fn build(layout: FileLayout, size: u64) -> FileRoot {
    let mut source = Content::new(size);
    let mut balancer = Balancer::new(layout);
    let mut chunk = vec![0u8; layout.chunk_len()];
    let mut left = size;
    while left > 0 {
        let len = chunk.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        source.read_exact(&mut chunk[..len]).unwrap();
        balancer.push(layout.leaf(&chunk[..len]).link(), &mut |_| {});
        left -= len as u64;
    }
    balancer.finish(&mut |_| {})
}

#[test]
fn files_of_every_boundary_size_have_the_same_address() {
    let vectors = vectors();
    let mut gigabytes = 0;
    for vector in vectors["files"].as_array().unwrap() {
        let number = |key: &str| vector[key].as_u64().unwrap();
        let layout = FileLayout {
            chunk_size: number("chunkSize") as u32,
            max_links: number("maxLinks") as u16,
            ..layout(vector["profile"].as_str().unwrap())
        };
        let size = number("size");
        gigabytes += u32::from(size == 1 << 30);
        let root = if layout.chunk_size.is_multiple_of(4) {
            build(layout, size)
        } else {
            let content = Content::bytes(size as usize);
            add_bytes(layout, &content[..], |_| Ok(())).unwrap()
        };
        assert_eq!(
            root.cid.to_string(),
            vector["cid"].as_str().unwrap(),
            "{vector}"
        );
        assert_eq!(root.size, size);
        assert_eq!(root.cumulative_size, number("cumulativeSize"), "{vector}");
    }
    assert_eq!(gigabytes, 2, "1 GiB is tried in both profiles");
}

/// Builds one directory of the tree, deepest first, as `node::import` will.
fn build_tree(
    prefix: &str,
    tree: &[(String, u64)],
    layout: FileLayout,
    blocks: &mut Blocks,
    found: &mut BTreeMap<String, (String, u64)>,
) -> (dag::Cid, u64) {
    let mut builder = DirectoryBuilder::new();
    let mut folders: BTreeMap<&str, Vec<(String, u64)>> = BTreeMap::new();
    for (path, size) in tree {
        if let Some((folder, rest)) = path.split_once('/') {
            folders
                .entry(folder)
                .or_default()
                .push((rest.to_owned(), *size));
            continue;
        }
        let root = blocks.add(layout, &Content::bytes(*size as usize));
        found.insert(
            format!("{prefix}/{path}"),
            (root.cid.to_string(), root.cumulative_size),
        );
        builder.add(path, root.cid, root.cumulative_size).unwrap();
    }
    for (folder, rest) in folders {
        let (cid, size) = build_tree(&format!("{prefix}/{folder}"), &rest, layout, blocks, found);
        builder.add(folder, cid, size).unwrap();
    }
    let entry = builder.finish(layout.cid_version).unwrap();
    let (cid, size) = (entry.block.cid, entry.cumulative_size);
    blocks.put(entry.block);
    found.insert(prefix.to_owned(), (cid.to_string(), size));
    (cid, size)
}

#[test]
fn nested_directories_have_the_same_addresses_and_bytes() {
    for vector in vectors()["directories"].as_array().unwrap() {
        let layout = layout(vector["profile"].as_str().unwrap());
        let tree: Vec<(String, u64)> = serde_json::from_value(vector["tree"].clone()).unwrap();
        let (mut blocks, mut found) = (Blocks::default(), BTreeMap::new());
        build_tree("root", &tree, layout, &mut blocks, &mut found);
        let wanted: BTreeMap<String, (String, u64)> = vector["entries"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| {
                let text = |key: &str| entry[key].as_str().unwrap().to_owned();
                (
                    text("path"),
                    (text("cid"), entry["cumulativeSize"].as_u64().unwrap()),
                )
            })
            .collect();
        assert_eq!(found, wanted);
        for (cid, hex) in vector["blocks"].as_object().unwrap() {
            let bytes = blocks.get(&dag::parse_cid(cid).unwrap()).unwrap();
            assert_eq!(
                data_encoding::HEXLOWER.encode(&bytes),
                hex.as_str().unwrap(),
                "{cid}"
            );
        }
    }
}

#[test]
fn symlinks_have_the_address_that_kubo_computes() {
    // The block is {type: symlink, data: "b"}: 0a 05 08 04 12 01 62.
    let entry = dag::directory::symlink(CidVersion::V0, "b");
    assert_eq!(
        &entry.block.bytes[..],
        [0x0a, 0x05, 0x08, 0x04, 0x12, 0x01, 0x62]
    );
    let summary = dag::unixfs::inspect(&entry.block.cid, &entry.block.bytes).unwrap();
    assert_eq!(summary.target.as_deref(), Some("b"));
    assert_eq!(summary.kind, dag::unixfs::NodeKind::Symlink);
}
