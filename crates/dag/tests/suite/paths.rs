//! Paths: through plain and sharded directories, and where they must stop.

use std::collections::BTreeMap;

use bytes::Bytes;
use dag::directory::{DirectoryBuilder, ListEntries, ListStep, Listing, symlink};
use dag::resolve::{Resolve, ResolvePath, Resolver, resolve};
use dag::{Cid, CidVersion, FileLayout};

use crate::content::{Blocks, Missing};
use crate::vectors::vectors;

fn tree() -> (Blocks, Cid, Cid) {
    let mut blocks = Blocks::default();
    let file = blocks.add(FileLayout::default(), b"content");
    let link = symlink(CidVersion::V0, "../elsewhere");
    let mut inner = DirectoryBuilder::new();
    inner.add("file", file.cid, file.cumulative_size).unwrap();
    inner
        .add("link", link.block.cid, link.cumulative_size)
        .unwrap();
    blocks.put(link.block);
    let inner = inner.finish(CidVersion::V0).unwrap();
    let mut outer = DirectoryBuilder::new();
    outer
        .add("inner", inner.block.cid, inner.cumulative_size)
        .unwrap();
    blocks.put(inner.block);
    let outer = outer.finish(CidVersion::V1).unwrap();
    let root = outer.block.cid;
    blocks.put(outer.block);
    (blocks, root, file.cid)
}

fn walk(blocks: &Blocks, root: Cid, path: &str) -> Result<Cid, Resolve<Missing>> {
    resolve(Resolver::new(root, path.split('/')), |cid| blocks.get(cid)).map(|found| found.cid)
}

#[test]
fn paths_resolve_and_name_what_stops_them() {
    let (blocks, root, file) = tree();
    assert_eq!(walk(&blocks, root, "").unwrap(), root);
    assert_eq!(walk(&blocks, root, "/inner//file/").unwrap(), file);
    let stopped = |path: &str| match walk(&blocks, root, path) {
        Err(Resolve::ResolvePath(error)) => error,
        other => panic!("{path} gave {other:?}"),
    };
    let missing = stopped("inner/nothing");
    assert!(matches!(missing, ResolvePath::MissingLink { name, at: 1, .. } if name == "nothing"));
    assert!(matches!(
        stopped("inner/file/x"),
        ResolvePath::NotADirectory { at: 2, .. }
    ));
    let symlink = stopped("inner/link/x");
    assert!(
        matches!(symlink, ResolvePath::Symlink { target, at: 2, .. } if target == "../elsewhere")
    );
    assert!(matches!(
        walk(&Blocks::default(), root, "a"),
        Err(Resolve::GetBlock { .. })
    ));
}

#[test]
fn every_name_of_a_sharded_directory_made_by_others_is_found() {
    let vectors = vectors();
    let sharded = &vectors["sharded"];
    let shards: BTreeMap<Cid, Bytes> = sharded["shards"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(cid, block)| {
            let block = data_encoding::BASE64
                .decode(block.as_str().unwrap().as_bytes())
                .unwrap();
            (dag::parse_cid(cid).unwrap(), Bytes::from(block))
        })
        .collect();
    let root = dag::parse_cid(sharded["root"].as_str().unwrap()).unwrap();
    let get = |cid: &Cid| shards.get(cid).cloned().ok_or(Missing);
    let mut listed = Vec::new();
    let mut listing = Listing::new(root);
    loop {
        match listing.poll() {
            ListStep::Need(cid) => listing.supply(cid, &shards[&cid]).unwrap(),
            ListStep::Entries(entries) => listed.extend(entries.into_iter().map(|e| e.name)),
            ListStep::Done => break,
        }
    }
    listed.sort();
    let mut names: Vec<_> = (0..sharded["names"].as_u64().unwrap())
        .map(|i| format!("photo-{i}.jpg"))
        .collect();
    names.sort();
    assert_eq!(listed, names);
    for index in 0..sharded["names"].as_u64().unwrap() {
        let name = format!("photo-{index}.jpg");
        let found = resolve(Resolver::new(root, [&name]), get).unwrap();
        let leaf = FileLayout::default().leaf(index.to_string().as_bytes());
        assert_eq!(found.cid, leaf.cid, "{name}");
    }
    let error = resolve(Resolver::new(root, ["photo-1000.jpg"]), get).unwrap_err();
    assert!(
        matches!(error, Resolve::ResolvePath(ResolvePath::MissingLink { .. })),
        "{error:?}"
    );
}

#[test]
fn a_shard_that_leads_to_itself_ends() {
    // Every slot of the shard leads back to the shard; only an unverified store can say so.
    let root = dag::cid_of(dag::Codec::DagPb, CidVersion::V0, b"any");
    let names: Vec<String> = (0..256).map(|slot| format!("{slot:02X}")).collect();
    let links: Vec<_> = names
        .iter()
        .map(|name| dag::dag_pb::PbLink {
            cid: root,
            name: name.as_bytes(),
            tsize: 1,
        })
        .collect();
    let mut message = dag::unixfs::UnixFs::new(dag::unixfs::NodeKind::HamtShard);
    message.fanout = Some(256);
    let block = dag::dag_pb::encode(&links, Some(&dag::unixfs::encode(&message)));
    let mut listing = Listing::new(root);
    let error = loop {
        match listing.poll() {
            ListStep::Need(cid) => match listing.supply(cid, &block) {
                Ok(()) => {}
                Err(error) => break error,
            },
            other => panic!("{other:?}"),
        }
    };
    assert!(
        matches!(error, ListEntries::BrokenShard { .. }),
        "{error:?}"
    );
    let error = resolve(Resolver::new(root, ["x"]), |_| {
        Ok::<_, Missing>(block.clone())
    })
    .unwrap_err();
    assert!(
        matches!(error, Resolve::ResolvePath(ResolvePath::BrokenShard { .. })),
        "{error:?}"
    );
}
