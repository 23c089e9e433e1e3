//! The tree of files: it outlives a lost index, and travels with an export.

use node::{FilesPath, Node, NodeConfig, Opened, WriteFile};

use crate::support::World;

async fn write(node: &Node, path: &str, text: &'static [u8]) {
    let options = WriteFile {
        create: true,
        parents: true,
        ..WriteFile::default()
    };
    node.files_write(&path_of(path), text, options)
        .await
        .expect("written");
}

fn path_of(path: &str) -> FilesPath {
    FilesPath::parse(path).expect("a path")
}

async fn read(node: &Node, path: &str) -> Vec<u8> {
    let content = node.files_content(&path_of(path)).await.expect("there");
    match node.open_content(&content).await.expect("opened") {
        Opened::File(stream) => stream.read_at(0, 1_000).await.expect("read").to_vec(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tree_outlives_a_lost_index() {
    let world = World::new();
    let node = world.open().await;
    write(&node, "/a/b", b"kept").await;
    node.shutdown().await;
    drop(node);
    std::fs::write(world.home.path().join("blocks.redb"), b"spoilt").expect("spoilt");
    let node = world.open().await;
    assert_eq!(read(&node, "/a/b").await, b"kept");
    let gc = node.start_gc().await.expect("started");
    node.wait_job(gc.id).await.expect("ended");
    assert_eq!(read(&node, "/a/b").await, b"kept");
    node.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tree_travels_with_an_export() {
    let world = World::new();
    let node = world.open().await;
    write(&node, "/a", b"mine").await;
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out");
    let job = node.start_export(out.clone()).await.expect("started");
    node.wait_job(job.id).await.expect("ended");
    node.shutdown().await;
    let home = folder.path().join("home");
    let node = Node::open(NodeConfig::new(&home)).await.expect("opened");
    // A tree that is there already gives way.
    write(&node, "/other", b"gone").await;
    let job = node.start_restore(out).await.expect("started");
    let job = node.wait_job(job.id).await.expect("ended");
    assert_eq!(job.files_failed, 0, "{job:?}");
    assert_eq!(read(&node, "/a").await, b"mine");
    assert!(node.files_stat(&path_of("/other")).await.is_err());
    node.shutdown().await;
    drop(node);
    let node = Node::open(NodeConfig::new(&home)).await.expect("opened");
    assert_eq!(read(&node, "/a").await, b"mine");
    node.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_moves_into_itself() {
    let world = World::new();
    let node = world.open().await;
    write(&node, "/a/b/c", b"x").await;
    for (from, to) in [("/a", "/a/b"), ("/a", "/a/d"), ("/", "/x"), ("/none", "/x")] {
        let moved = node.files_move(&path_of(from), &path_of(to)).await;
        assert!(moved.is_err(), "{from} to {to}");
    }
    assert_eq!(read(&node, "/a/b/c").await, b"x");
    node.shutdown().await;
}
