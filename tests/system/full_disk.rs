//! A home on a full or read-only disk: a small tmpfs, so root is needed.

use node::{ImportMode, ImportRequest, JobState, Node, NodeConfig, OpenNode, PauseReason};

use crate::support::disk::Disk;
use crate::support::{Daemon, bytes, is_told_well, run};

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_pauses_the_import_and_room_lets_it_finish() {
    let disk = Disk::mount(160);
    let files = tempfile::tempdir().expect("a folder");
    for index in 0..12_u64 {
        let bytes = (0..(12 << 20) / 8).flat_map(|word: u64| (word * 31 + index).to_le_bytes());
        std::fs::write(
            files.path().join(format!("{index}.bin")),
            bytes.collect::<Vec<u8>>(),
        )
        .expect("written");
    }
    let home = disk.path().join("home");
    let node = Node::open(NodeConfig::new(&home))
        .await
        .expect("the home opens");
    let request = ImportRequest {
        paths: vec![files.path().to_owned()],
        mode: Some(ImportMode::Copy),
        ..ImportRequest::default()
    };
    let job = node.start_import(request).await.expect("starts");
    let job = node.wait_job(job.id).await.expect("stops");
    assert_eq!(
        (job.state, job.why),
        (JobState::Paused, Some(PauseReason::DiskFull)),
        "{job:?}"
    );

    disk.remount("size=600m");
    node.resume_job(job.id).await.expect("resumes");
    let job = node.wait_job(job.id).await.expect("ends");
    assert_eq!((job.state, job.files_done), (JobState::Done, 12), "{job:?}");
    let verify = node.start_verify().await.expect("verify starts");
    let verify = node.wait_job(verify.id).await.expect("verify ends");
    assert!(
        verify
            .message
            .as_deref()
            .is_some_and(|text| text.contains("all good")),
        "{verify:?}"
    );
    node.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_only_home_says_so_and_is_not_touched() {
    let disk = Disk::mount(200);
    let home = disk.path().join("home");
    let node = Node::open(NodeConfig::new(&home))
        .await
        .expect("the home opens");
    node.shutdown().await;
    drop(node);
    disk.remount("ro");
    match Node::open(NodeConfig::new(&home)).await {
        Err(error @ OpenNode::ReadOnly(_)) => assert!(error.todo().contains("writable")),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_daemon_on_a_full_or_read_only_disk_says_so_and_starts_again_when_there_is_room() {
    let disk = Disk::mount(100);
    let home = disk.path().join("home");
    let file = tempfile::NamedTempFile::new().expect("a file");
    let content = bytes(1, 2 << 20);
    std::fs::write(file.path(), &content).expect("written");
    let daemon = Daemon::start(&home);
    daemon.import(&[file.path()], "copy");
    assert!(daemon.end().success());

    let filler = disk.path().join("filler");
    let mut size = 100 << 20;
    while size > 0 {
        // To the last byte: what does not fit whole is tried in halves.
        use std::io::Write;
        let open = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&filler);
        if open.is_ok_and(|mut file| file.write_all(&vec![1; size]).is_ok()) {
            continue;
        }
        size /= 2;
    }
    let refused = |code: &str| {
        let ended = run(&home, &["daemon", "--api", "127.0.0.1:0"]);
        let error = ended.error();
        assert_eq!(
            (error["code"].as_str(), ended.status.code()),
            (Some(code), Some(4)),
            "{error}"
        );
        is_told_well(&error);
    };
    refused("disk_full");
    std::fs::remove_file(&filler).expect("removed");
    disk.remount("ro");
    refused("home_read_only");
    disk.remount("rw");

    let daemon = Daemon::start(&home);
    let items = daemon.items();
    assert_eq!(daemon.original(&items[0]), (200, content));
    daemon.is_sound();
    assert!(daemon.end().success());
}
