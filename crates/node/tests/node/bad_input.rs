use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use node::{ImportMode, ImportRequest, JobState};

use crate::support::{World, import, import_paths, is_clean, item_named, items, noise, read_item};

#[tokio::test(flavor = "multi_thread")]
async fn loops_sockets_and_broken_links_are_reported_and_the_rest_comes_in() {
    let world = World::new();
    world.file("drop/ok.txt", b"fine");
    std::os::unix::fs::symlink(world.path("drop"), world.path("drop/loop")).expect("link");
    std::os::unix::fs::symlink("/nowhere/at/all", world.path("drop/broken")).expect("link");
    let _socket =
        std::os::unix::net::UnixListener::bind(world.path("drop/socket")).expect("socket");
    let node = world.open().await;
    let job = import_paths(&node, &[&world.path("drop")]).await;
    assert_eq!((job.files_done, job.files_failed), (1, 3), "{job:?}");
    let mut codes: Vec<String> = node
        .failures(job.id)
        .await
        .into_iter()
        .map(|failure| failure.code)
        .collect();
    codes.sort();
    assert_eq!(codes, ["broken_link", "not_a_file", "symlink_loop"]);
    node.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_names_come_in_under_harmless_ones() {
    let world = World::new();
    let folder = world.path("names");
    std::fs::create_dir(&folder).expect("folder");
    let long = [b'n'; 255];
    let names: [&[u8]; 5] = [
        b"\xff\xfe.txt",
        b"a\nb.txt",
        "x\u{202e}txt.exe".as_bytes(),
        &long,
        b" ",
    ];
    for (index, name) in names.iter().enumerate() {
        let path = folder.join(OsStr::from_bytes(name));
        std::fs::write(path, format!("content {index}")).expect("written");
    }
    let node = world.open().await;
    let job = import_paths(&node, &[&folder]).await;
    assert_eq!((job.files_done, job.files_failed), (5, 0), "{job:?}");
    assert_eq!(items(&node).await.len(), 5);
    // Unchanged names of any bytes are recognised.
    let again = import_paths(&node, &[&folder]).await;
    assert_eq!(again.files_skipped, 5, "{again:?}");
    node.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vanished_path_is_a_failure_that_retry_mends() {
    let world = World::new();
    let node = world.open().await;
    let missing = world.path("later.txt");
    let request = ImportRequest {
        paths: vec![missing],
        ..ImportRequest::default()
    };
    let job = import(&node, request).await;
    assert_eq!(
        (job.state, job.files_failed),
        (JobState::Done, 1),
        "{job:?}"
    );
    let failures = node.failures(job.id).await;
    assert_eq!(
        failures.first().map(|failure| failure.code.as_str()),
        Some("vanished")
    );

    world.file("later.txt", b"here now");
    node.retry_job(job.id).await.expect("retries");
    let job = node.wait_job(job.id).await.expect("ends");
    assert_eq!((job.files_done, job.files_failed), (1, 0), "{job:?}");
    assert!(node.failures(job.id).await.is_empty());
    node.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_home_itself_is_never_imported() {
    let world = World::new();
    let node = world.open().await;
    let request = ImportRequest {
        paths: vec![
            world.home.path().to_owned(),
            world.home.path().join("keys/node"),
        ],
        ..ImportRequest::default()
    };
    let job = import(&node, request).await;
    assert_eq!((job.files_done, job.files_failed), (0, 2), "{job:?}");
    assert!(items(&node).await.is_empty());
    node.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_reference_never_gives_wrong_bytes() {
    let world = World::new();
    let node = world.open().await;
    let bytes = noise(9 << 20, 3);
    let path = world.file("film.bin", &bytes);
    let request = ImportRequest {
        paths: vec![path.clone()],
        mode: Some(ImportMode::Reference),
        ..ImportRequest::default()
    };
    import(&node, request).await;
    let item = item_named(&node, "film.bin").await.id;
    let stream = node.open_stream(item, None).await.expect("opens");
    assert_eq!(
        stream.read_at(0, 1000).await.expect("reads").as_ref(),
        &bytes[..1000]
    );

    // Same size, other bytes, under the open stream.
    let mut other = bytes.clone();
    other[5_000_000] ^= 1;
    std::fs::write(&path, &other).expect("written");
    assert!(
        stream.read_at(5_000_000, 10).await.is_err(),
        "the old stream ends"
    );
    match read_item(&node, "film.bin").await {
        Err(_) => {}
        Ok(_) => panic!("wrong bytes were served"),
    }
    node.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moved_file_is_found_again_and_a_gone_one_is_relinked_by_hand() {
    let world = World::new();
    let node = world.open().await;
    let bytes = noise(9 << 20, 4);
    let path = world.file("a/film.bin", &bytes);
    let request = ImportRequest {
        paths: vec![path.clone()],
        mode: Some(ImportMode::Reference),
        ..ImportRequest::default()
    };
    import(&node, request).await;
    let item = item_named(&node, "film.bin").await.id;
    let moved = world.path("a/renamed.bin");
    std::fs::rename(&path, &moved).expect("renamed");
    let stream = node
        .open_stream(item, None)
        .await
        .expect("found again by its file id");
    assert_eq!(
        stream
            .read_at(1_000_000, 100)
            .await
            .expect("reads")
            .as_ref(),
        &bytes[1_000_000..1_000_100]
    );

    // Far away: nobody looks there.
    let far = tempfile::tempdir().expect("folder");
    let target = far.path().join("x/y/z.bin");
    std::fs::create_dir_all(target.parent().expect("parent")).expect("folder");
    std::fs::copy(&moved, &target).expect("copied");
    std::fs::remove_file(&moved).expect("removed");
    assert!(matches!(
        node.open_stream(item, None).await,
        Err(node::OpenStream::Missing)
    ));
    let wrong = world.file("wrong.bin", &noise(9 << 20, 5));
    assert!(matches!(
        node.relink(item, wrong).await,
        Err(node::Relink::OtherContent)
    ));
    node.relink(item, target).await.expect("relinked");
    let stream = node.open_stream(item, None).await.expect("opens");
    assert_eq!(
        stream.read_at(0, 100).await.expect("reads").as_ref(),
        &bytes[..100]
    );
    node.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_quota_pauses_and_resume_finishes() {
    let world = World::new();
    let node = world.open().await;
    let mut patch = serde_json::Map::new();
    patch.insert("quotaBytes".to_owned(), (64_u64 << 20).into());
    node.update_settings(patch).await.expect("set");
    for index in 0..10 {
        world.file(&format!("big/{index}.bin"), &noise(12 << 20, index));
    }
    let request = ImportRequest {
        paths: vec![world.path("big")],
        mode: Some(ImportMode::Copy),
        ..ImportRequest::default()
    };
    let job = import(&node, request).await;
    assert_eq!(job.state, JobState::Paused, "{job:?}");
    assert_eq!(job.why, Some(node::PauseReason::QuotaFull));
    assert!(!items(&node).await.is_empty(), "what fitted is there");
    assert!(is_clean(&node).await);
    node.reset_settings(Some(vec!["quotaBytes".to_owned()]))
        .await
        .expect("reset");
    node.resume_job(job.id).await.expect("resumes");
    let job = node.wait_job(job.id).await.expect("ends");
    assert_eq!((job.state, job.files_done), (JobState::Done, 10), "{job:?}");
    assert!(is_clean(&node).await);
    node.shutdown().await;
}
