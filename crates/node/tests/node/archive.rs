use std::collections::BTreeMap;
use std::path::Path;

use library::ItemEdit;
use node::{AddOptions, ImportMode, ImportRequest, JobState};

use crate::support::{World, import, is_clean, item_named, items, noise, read_item};

fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(next).expect("listed") {
            let path = entry.expect("entry").path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path
                    .strip_prefix(folder)
                    .expect("inside")
                    .display()
                    .to_string();
                all.insert(name, std::fs::read(&path).expect("read"));
            }
        }
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_home_exports_the_same_bytes() {
    let world = World::new();
    world.file("trip/one.txt", b"one");
    world.file("trip/deep/two.txt", b"two");
    world.file("trip/deep/ONE.txt", b"another one");
    let large = world.file("large.bin", &noise(9 << 20, 11));
    let node = world.open().await;
    for (path, mode) in [
        (world.path("trip"), ImportMode::Copy),
        (large, ImportMode::Reference),
    ] {
        let request = ImportRequest {
            paths: vec![path],
            mode: Some(mode),
            ..ImportRequest::default()
        };
        assert_eq!(import(&node, request).await.state, JobState::Done);
    }
    let item = item_named(&node, "one.txt").await.id;
    let edit = ItemEdit {
        title: Some(Some("My title".to_owned())),
        ..ItemEdit::default()
    };
    node.edit(vec![item], move |tx| tx.edit_item(item, edit))
        .await
        .expect("edited");
    node.edit(Vec::new(), move |tx| {
        let album = tx.create_album("Best of")?;
        tx.add_to_album(album, &[item])
    })
    .await
    .expect("album");
    let mut patch = serde_json::Map::new();
    patch.insert("theme".to_owned(), "dark".into());
    node.update_settings(patch).await.expect("set");
    let pinned = std::io::Cursor::new(b"pinned by hand".to_vec());
    let options = AddOptions {
        name: "note".to_owned(),
        ..AddOptions::default()
    };
    node.add_stream(pinned, options).await.expect("adds");

    let out = tempfile::tempdir().expect("folder");
    let first = out.path().join("first");
    let job = node.start_export(first.clone()).await.expect("starts");
    let job = node.wait_job(job.id).await.expect("ends");
    assert_eq!(
        (job.state, job.files_done, job.files_failed),
        (JobState::Done, 4, 0),
        "{job:?}"
    );
    let exported = tree(&first);
    assert_eq!(
        exported.get("media/trip/deep/two.txt").map(Vec::as_slice),
        Some(&b"two"[..])
    );
    node.shutdown().await;

    let fresh = World::new();
    let node = fresh.open().await;
    let job = node.start_restore(first).await.expect("starts");
    let job = node.wait_job(job.id).await.expect("ends");
    assert_eq!(
        (job.state, job.files_failed),
        (JobState::Done, 0),
        "{job:?}"
    );
    assert_eq!(items(&node).await.len(), 4);
    assert_eq!(item_named(&node, "one.txt").await.title, "My title");
    assert_eq!(node.settings().theme, node::Theme::Dark);
    assert!(read_item(&node, "large.bin").await.expect("reads") == noise(9 << 20, 11));
    assert!(is_clean(&node).await);

    let second = out.path().join("second");
    let job = node.start_export(second.clone()).await.expect("starts");
    let job = node.wait_job(job.id).await.expect("ends");
    assert_eq!(
        (job.state, job.files_failed),
        (JobState::Done, 0),
        "{job:?}"
    );
    let again = tree(&second);
    let names = |tree: &BTreeMap<String, Vec<u8>>| tree.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&exported), names(&again));
    for (name, bytes) in &exported {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let other = again.get(name).map(Vec::as_slice).unwrap_or_default();
        if bytes.len() < 100_000 {
            assert_eq!(text(bytes), text(other), "{name}");
        }
        assert!(bytes == other, "{name} is byte-equal");
    }
    node.shutdown().await;
}
