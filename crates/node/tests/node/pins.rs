use std::time::{Duration, Instant};

use dag::car::CarWriter;
use node::{AddOptions, ContentPath, JobState, Node, Opened};
use store::PinKind;
use tokio::io::AsyncWriteExt;
use tokio_util::task::TaskTracker;

use crate::support::{World, import_paths, is_clean, items, noise, read_item};

/// Asks again and again until the answer is yes.
async fn until<F: Future<Output = bool>>(what: &str, mut ask: impl FnMut() -> F) {
    let end = Instant::now() + Duration::from_secs(60);
    while !ask().await {
        assert!(Instant::now() < end, "never: {what}");
        tokio::task::yield_now().await;
    }
}

async fn collect(node: &Node) -> node::Job {
    let job = node.start_gc().await.expect("gc starts");
    node.wait_job(job.id).await.expect("gc ends")
}

async fn blocks(node: &Node) -> u64 {
    node.repo_stat().await.expect("numbers").blocks
}

async fn read_root(node: &Node, root: dag::Cid) -> Vec<u8> {
    let path = ContentPath::from(root);
    let Ok(Opened::File(stream)) = node.open_content(&path).await else {
        panic!("{root} is a file")
    };
    let mut bytes = Vec::new();
    while (bytes.len() as u64) < stream.size() {
        let part = stream.read_at(bytes.len() as u64, 1 << 20).await;
        bytes.extend_from_slice(&part.expect("reads"));
    }
    bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn collections_in_the_middle_of_an_import_of_a_car_take_nothing() {
    let world = World::new();
    let node = world.open().await;
    let layout = dag::FileLayout::default();
    let mut sections = Vec::new();
    let content = noise(50 << 20, 3);
    let root = dag::add_bytes(layout, content.as_slice(), |block| {
        sections.push(CarWriter::section(&block.cid, &block.bytes));
        Ok(())
    })
    .expect("built");
    let (mut feed, car) = tokio::io::duplex(1 << 20);
    let importing = {
        let node = node.clone();
        TaskTracker::new().spawn(async move { node.dag_import(car, true).await })
    };
    feed.write_all(&CarWriter::header(&[root.cid]))
        .await
        .expect("fed");
    let mut sections = sections.into_iter();
    // Two collections, each after another batch: one alone would be held off by the open batch.
    for batch in 1..=2 {
        for section in sections.by_ref().take(68) {
            feed.write_all(&section).await.expect("fed");
        }
        until("a batch is committed", || async {
            blocks(&node).await >= batch * 64
        })
        .await;
        assert_eq!(collect(&node).await.state, JobState::Done);
    }
    for section in sections {
        feed.write_all(&section).await.expect("fed");
    }
    drop(feed);
    importing.await.expect("no panic").expect("imports");
    assert!(read_root(&node, root.cid).await == content);
    collect(&node).await;
    assert!(is_clean(&node).await);
    node.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_lost_index_the_library_is_pinned_and_referred_to_again() {
    let world = World::new();
    let (film, notes) = (noise(3 << 20, 1), noise(700_000, 2));
    world.file("film.mkv", &film);
    world.file("notes.txt", &notes);
    world.file("lost.mkv", &noise(2 << 20, 9));
    let node = world.open().await;
    let patch = serde_json::json!({ "keepInPlaceAboveMib": 1 });
    node.update_settings(patch.as_object().cloned().expect("an object"))
        .await
        .expect("set");
    import_paths(
        &node,
        &[
            &world.path("film.mkv"),
            &world.path("notes.txt"),
            &world.path("lost.mkv"),
        ],
    )
    .await;
    let garbage = node
        .add_stream(
            std::io::Cursor::new(noise(300_000, 5)),
            AddOptions {
                pin: false,
                ..AddOptions::default()
            },
        )
        .await
        .expect("adds");
    node.shutdown().await;
    drop(node);
    std::fs::remove_file(world.home.path().join("blocks.redb")).expect("lost");
    std::fs::remove_file(world.path("lost.mkv")).expect("lost too");

    let node = world.open().await;
    until("collection works again", || async {
        collect(&node).await.state == JobState::Done
    })
    .await;
    assert_eq!(read_item(&node, "film.mkv").await.as_deref(), Ok(&film[..]));
    assert_eq!(
        read_item(&node, "notes.txt").await.as_deref(),
        Ok(&notes[..])
    );
    let gone = node.open_content(&ContentPath::from(garbage.cid)).await;
    assert!(gone.is_err(), "what nothing holds was collected");
    assert!(is_clean(&node).await);
    assert_eq!(items(&node).await.len(), 3, "the lost one is still listed");
    // Kept in place as before: the bytes are read through the store when the file was touched.
    let stat = node.repo_stat().await.expect("numbers");
    assert!(stat.referenced >= 3 << 20, "{stat:?}");
    node.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_could_not_be_copied_in_are_copied_after_the_next_start() {
    let world = World::new();
    let content = noise(400_000, 4);
    let path = world.file("film.mkv", &content);
    let away = world.path("away.mkv");
    let node = world.open().await;
    let options = AddOptions {
        reference: true,
        ..AddOptions::default()
    };
    let added = node.add_path(path.clone(), options).await.expect("adds");
    let root = added.last().expect("the file").cid;
    node.shutdown().await;
    drop(node);
    std::fs::rename(&path, &away).expect("renamed");
    let store = store::Store::open(store::StoreConfig::new(world.home.path())).expect("opens");
    assert!(store.pin(&root, PinKind::BytesRequired, "keep").is_err());
    drop(store);
    std::fs::rename(&away, &path).expect("renamed back");

    let node = world.open().await;
    until("everything is copied in", || async {
        node.pins()
            .await
            .expect("pins")
            .iter()
            .all(|pin| pin.copied || pin.kind == PinKind::ReferenceOk)
    })
    .await;
    std::fs::remove_file(&path).expect("removed");
    assert!(read_root(&node, root).await == content);
    node.shutdown().await;
}
