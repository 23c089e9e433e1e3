use node::{AlsoDeleteFile, Event, ImportMode, ImportRequest, JobState};

use crate::support::{World, import, import_paths, is_clean, item_named, items, noise, read_item};

#[tokio::test(flavor = "multi_thread")]
async fn copies_and_references_read_back_equal() {
    let world = World::new();
    let node = world.open().await;
    // Around leaf, small-file and parallel-path boundaries.
    let sizes = [
        0,
        1,
        262_143,
        262_144,
        262_145,
        (8 << 20),
        (8 << 20) + 1,
        20 << 20,
    ];
    for (index, size) in sizes.into_iter().enumerate() {
        for mode in [ImportMode::Copy, ImportMode::Reference] {
            let bytes = noise(
                size,
                index as u64 + if mode == ImportMode::Copy { 100 } else { 0 },
            );
            let name = format!("{size}-{mode:?}.bin");
            let path = world.file(&name, &bytes);
            let request = ImportRequest {
                paths: vec![path.clone()],
                mode: Some(mode),
                ..ImportRequest::default()
            };
            let job = import(&node, request).await;
            assert_eq!(
                (job.state, job.files_failed),
                (JobState::Done, 0),
                "{name}: {job:?}"
            );
            let expected = dag::add_bytes(
                dag::FileLayout::default(),
                bytes.as_slice(),
                &mut |_| Ok(()),
            );
            if size > 0 {
                let row = item_named(&node, &name).await;
                assert_eq!(
                    row.root,
                    expected.expect("hashed").cid,
                    "{name}: the BTFS address"
                );
            }
            if size > 0 || mode == ImportMode::Copy {
                assert_eq!(
                    read_item(&node, &name).await.as_deref(),
                    Ok(bytes.as_slice())
                );
            }
            if mode == ImportMode::Copy {
                std::fs::remove_file(&path).expect("removed");
                if size > 0 {
                    let read = read_item(&node, &name).await;
                    assert_eq!(
                        read.as_deref(),
                        Ok(bytes.as_slice()),
                        "{name}: a copy is ours"
                    );
                }
            }
        }
    }
    assert!(is_clean(&node).await);
    node.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn same_bytes_twice_are_one_copy_and_unchanged_files_are_skipped() {
    let world = World::new();
    let node = world.open().await;
    let bytes = noise(700_000, 1);
    let first = world.file("a.bin", &bytes);
    let second = world.file("b.bin", &bytes);
    let job = import_paths(&node, &[&first, &second]).await;
    assert_eq!((job.files_done, job.files_duplicate), (2, 1), "{job:?}");
    let used = node.storage().await.used;
    assert_eq!(items(&node).await.len(), 1, "one item for the same bytes");

    let again = import_paths(&node, &[&first, &second]).await;
    assert_eq!((again.files_done, again.files_skipped), (2, 2), "{again:?}");
    assert_eq!(node.storage().await.used, used, "nothing was written");
    node.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_keeps_its_structure_and_junk_stays_out() {
    let world = World::new();
    world.file("trip/day 1/a.txt", b"first");
    world.file("trip/day 2/b.txt", b"second");
    world.file("trip/.DS_Store", b"junk");
    world.file("trip/Thumbs.db", b"junk");
    let node = world.open().await;
    let summary = node.preview_drop(vec![world.path("trip")]).await;
    assert_eq!(
        (summary.others, summary.folders, summary.complete),
        (2, 3, true),
        "{summary:?}"
    );

    let job = import_paths(&node, &[&world.path("trip")]).await;
    assert_eq!((job.files_total, job.files_done), (2, 2), "{job:?}");
    let row = item_named(&node, "b.txt").await;
    let folder = row.folder.expect("the item is in a folder");
    let (inner, outer) = node
        .query(move |view| {
            let inner = view.folder(folder)?.expect("folder");
            let outer = view.folder(inner.parent.expect("parent"))?.expect("top");
            Ok((inner.name, outer.name))
        })
        .await
        .expect("read");
    assert_eq!((inner.as_str(), outer.as_str()), ("day 2", "trip"));
    node.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_say_what_appeared_and_search_finds_it() {
    let world = World::new();
    let node = world.open().await;
    let mut events = node.events();
    let path = world.file("Waterfall song.txt", b"la la");
    import_paths(&node, &[&path]).await;
    let mut added = 0;
    loop {
        match events.next().await.expect("the node runs") {
            Event::ItemsAdded { count, .. } => added += count,
            Event::JobFinished(job) => {
                assert_eq!(job.state, JobState::Done);
                break;
            }
            _ => {}
        }
    }
    assert_eq!(added, 1);
    let found = tokio::time::timeout(std::time::Duration::from_secs(20), async {
        loop {
            if !node
                .search("waterf".to_owned(), 5)
                .await
                .expect("search")
                .is_empty()
            {
                return;
            }
            tokio::task::yield_now().await;
        }
    });
    found.await.expect("the index follows by itself");
    node.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deleting_frees_space_and_never_touches_the_users_file() {
    let world = World::new();
    let node = world.open().await;
    let path = world.file("keep me.bin", &noise(3 << 20, 9));
    import_paths(&node, &[&path]).await;
    let item = item_named(&node, "keep me.bin").await.id;
    let outcome = node.trash(vec![item]).await.expect("trashed");
    assert_eq!(outcome.changed, [item]);
    assert!(
        items(&node).await.is_empty(),
        "the trash is not on the shelf"
    );
    let outcome = node
        .delete_items(vec![item], AlsoDeleteFile::No)
        .await
        .expect("deleted");
    assert_eq!(outcome.changed, [item]);
    let job = node.start_gc().await.expect("gc starts");
    let job = node.wait_job(job.id).await.expect("gc ends");
    assert_eq!(job.state, JobState::Done, "{job:?}");
    assert_eq!(
        node.storage().await.blocks,
        0,
        "nothing needs a block any more"
    );
    assert!(path.exists(), "the user's own file stays");
    node.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pause_holds_and_resume_goes_on() {
    let world = World::new();
    let node = world.open().await;
    for index in 0..300 {
        world.file(&format!("many/{index}.bin"), &noise(40_000, index));
    }
    world.file("many/large.bin", &noise(24 << 20, 7777));
    let request = ImportRequest {
        paths: vec![world.path("many")],
        ..ImportRequest::default()
    };
    let job = node.start_import(request).await.expect("starts");
    let paused = node.pause_job(job.id).await;
    if paused.is_ok() {
        assert_eq!(node.job(job.id).expect("job").state, JobState::Paused);
        node.resume_job(job.id).await.expect("resumed");
    }
    let mut done = node.wait_job(job.id).await.expect("ends");
    while !done.state.is_final() {
        done = node.wait_job(job.id).await.expect("ends");
    }
    assert_eq!(
        (done.state, done.files_done),
        (JobState::Done, 301),
        "{done:?}"
    );
    assert_eq!(items(&node).await.len(), 301);
    assert!(is_clean(&node).await);
    node.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_job_goes_on_at_the_next_start() {
    let world = World::new();
    for index in 0..2_000 {
        world.file(&format!("many/{index}.bin"), &noise(20_000, index));
    }
    let node = world.open().await;
    let request = ImportRequest {
        paths: vec![world.path("many")],
        ..ImportRequest::default()
    };
    let job = node.start_import(request).await.expect("starts");
    let mut events = node.events();
    // Until the first group is on the shelf.
    loop {
        match events.next().await.expect("event") {
            Event::ItemsAdded { .. } | Event::JobFinished(_) => break,
            _ => {}
        }
    }
    node.shutdown().await;
    drop(node);

    let node = world.open().await;
    let mut done = node.job(job.id).expect("the job is journaled");
    while !done.state.is_final() {
        done = node.wait_job(job.id).await.expect("ends");
    }
    assert_eq!(
        (done.state, done.files_done, done.files_failed),
        (JobState::Done, 2_000, 0)
    );
    let listed = node
        .query(|view| view.counts(None))
        .await
        .expect("counts")
        .file;
    assert_eq!(listed, 2_000, "each file once");
    assert!(is_clean(&node).await);
    node.shutdown().await;
}
