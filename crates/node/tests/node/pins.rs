use std::time::{Duration, Instant};

use dag::car::CarWriter;
use node::{AddOptions, ContentPath, JobState, Node, Opened, WriteContent};
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

#[tokio::test(flavor = "multi_thread")]
async fn pins_of_deleted_items_that_stayed_go_at_the_next_start() {
    let world = World::new();
    let content = noise(300_000, 6);
    world.file("kept.bin", &content);
    let node = world.open().await;
    import_paths(&node, &[&world.path("kept.bin")]).await;
    let mine = std::io::Cursor::new(noise(200_000, 7));
    let mine = node.add_stream(mine, AddOptions::default()).await;
    let mine = mine.expect("adds").cid;
    node.shutdown().await;
    drop(node);
    // What a kill between an item's end and that of its pin leaves behind.
    let store = store::Store::open(store::StoreConfig::new(world.home.path())).expect("opens");
    for name in ["library", "library-reference"] {
        store
            .pin(&mine, PinKind::ReferenceOk, name)
            .expect("pinned");
    }
    drop(store);

    let node = world.open().await;
    until("only the pin made by hand is left", || async {
        let pins = node.pins().await.expect("pins");
        pins.iter().filter(|pin| pin.cid == mine).count() == 1
    })
    .await;
    assert_eq!(
        node.pins().await.expect("pins").len(),
        2,
        "nothing else went"
    );
    collect(&node).await;
    assert_eq!(
        read_item(&node, "kept.bin").await.as_deref(),
        Ok(&content[..])
    );
    assert!(is_clean(&node).await);
    node.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_here_as_a_whole_is_pinned() {
    let world = World::new();
    let node = world.open().await;
    let content = noise(700_000, 8);
    let mut blocks = Vec::new();
    let layout = dag::FileLayout::default();
    let root = dag::add_bytes(layout, content.as_slice(), |block| {
        blocks.push(block);
        Ok(())
    })
    .expect("built");
    let car = |blocks: &[dag::Block]| {
        let mut car = CarWriter::header(&[root.cid]).to_vec();
        for block in blocks {
            car.extend_from_slice(&CarWriter::section(&block.cid, &block.bytes));
        }
        std::io::Cursor::new(car)
    };
    let (lacking, rest) = blocks.split_first().expect("blocks");
    let pinned = |kind| node.pin(root.cid, kind, String::new());
    for kind in [PinKind::BytesRequired, PinKind::ReferenceOk] {
        let failed = pinned(kind).await;
        assert!(
            matches!(&failed, Err(WriteContent::MissingBlock(cid)) if *cid == root.cid),
            "{failed:?}"
        );
    }
    let failed = node.dag_import(car(rest), true).await;
    assert!(
        matches!(&failed, Err(WriteContent::MissingBlock(cid)) if *cid == lacking.cid),
        "{failed:?}"
    );
    let failed = pinned(PinKind::BytesRequired).await;
    assert!(
        matches!(&failed, Err(WriteContent::MissingBlock(cid)) if *cid == lacking.cid),
        "{failed:?}"
    );
    assert!(node.pins().await.expect("pins").is_empty());
    node.dag_import(car(&blocks), false)
        .await
        .expect("comes in");
    pinned(PinKind::BytesRequired).await.expect("all is here");
    // The library's own names are not for the taking: such a pin could not be removed.
    let taken = node.pin(root.cid, PinKind::BytesRequired, "library".to_owned());
    assert!(matches!(taken.await, Err(WriteContent::BadOptions(_))));
    node.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_add_whose_client_went_away_leaves_nothing_pinned() {
    let world = World::new();
    let node = world.open().await;
    let (mut feed, stream) = tokio::io::duplex(1 << 20);
    let adding = {
        let node = node.clone();
        TaskTracker::new()
            .spawn(async move { node.add_stream(stream, AddOptions::default()).await })
    };
    feed.write_all(&noise(3 << 20, 1)).await.expect("fed");
    // What the listener does with a request whose connection broke.
    adding.abort();
    assert!(adding.await.is_err_and(|error| error.is_cancelled()));
    // Adding goes on behind the request: an add of its own has its turn after it.
    let whole = node.add_stream(std::io::Cursor::new(noise(9, 2)), AddOptions::default());
    let whole = whole.await.expect("adds").cid;
    node.shutdown().await;
    drop(node);
    let node = world.open().await;
    let pins = node.pins().await.expect("pins");
    assert_eq!(pins.len(), 1, "{pins:?}");
    assert_eq!(pins[0].cid, whole);
    node.shutdown().await;
}
