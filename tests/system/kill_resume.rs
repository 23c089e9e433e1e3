//! Kill -9 in the middle of an import: the next start finishes it, and nothing is wrong.
//!
//! The child is this test binary again, running [`importing_child`] alone; the parent
//! watches the segments grow and kills it in the middle.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use node::{ImportMode, ImportRequest, JobState, Node, NodeConfig};

const HOME: &str = "TRIBUTARY_TEST_KILL_HOME";
const FILES: &str = "TRIBUTARY_TEST_KILL_FILES";
const LARGE: u64 = 2 << 30;
const SMALL_FILES: u64 = 3_000;
const CHUNK: u64 = 262_144;

/// Does nothing unless the parent test started it.
#[tokio::test(flavor = "multi_thread")]
async fn importing_child() {
    let (Some(home), Some(files)) = (std::env::var_os(HOME), std::env::var_os(FILES)) else {
        return;
    };
    let node = Node::open(NodeConfig::new(PathBuf::from(home)))
        .await
        .expect("the home opens");
    if node.jobs().is_empty() {
        let request = ImportRequest {
            paths: vec![PathBuf::from(files)],
            mode: Some(ImportMode::Copy),
            ..ImportRequest::default()
        };
        node.start_import(request).await.expect("the import starts");
    }
    for job in node.jobs() {
        node.wait_job(job.id).await.expect("the job ends");
    }
    node.shutdown().await;
}

/// Bytes that the segments of a home hold by now.
fn stored(home: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(home.join("blocks")) else {
        return 0;
    };
    entries
        .filter_map(|entry| entry.ok()?.metadata().ok())
        .map(|found| found.len())
        .sum()
}

/// Runs the child until it has stored that much more, then kills it. False when it ended first.
fn run_and_kill(home: &Path, files: &Path, more: u64) -> bool {
    let enough = stored(home) + more;
    let mut child = Command::new(std::env::current_exe().expect("this binary"))
        .args([
            "--exact",
            "kill_resume::importing_child",
            "--test-threads=1",
        ])
        .env(HOME, home)
        .env(FILES, files)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the child starts");
    while stored(home) < enough {
        if child.try_wait().expect("watched").is_some() {
            return false;
        }
        std::thread::yield_now();
    }
    // SIGKILL: no destructor, no flush.
    child.kill().expect("killed");
    child.wait().expect("reaped");
    true
}

fn make_files(folder: &Path) {
    let large = File::create(folder.join("large.bin")).expect("made");
    large.set_len(LARGE).expect("sparse");
    // One marker a chunk: no two chunks are equal, and the file stays small on disk.
    for chunk in 0..LARGE / CHUNK {
        large
            .write_all_at(&(chunk + 1).to_le_bytes(), chunk * CHUNK + 11)
            .expect("written");
    }
    let small = folder.join("small");
    std::fs::create_dir(&small).expect("made");
    for index in 0..SMALL_FILES {
        let bytes = index.to_le_bytes().repeat(1_000);
        std::fs::write(small.join(format!("{index}.bin")), bytes).expect("written");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_import_finishes_and_verifies_clean() {
    let home = tempfile::tempdir().expect("a folder");
    let files = tempfile::tempdir().expect("a folder");
    make_files(files.path());
    for mib in [50, 400, 1_200] {
        let killed = run_and_kill(home.path(), files.path(), mib << 20);
        assert!(killed, "the import ended before it had stored {mib} MiB");
    }

    let node = Node::open(NodeConfig::new(home.path()))
        .await
        .expect("the home opens");
    let jobs = node.jobs();
    let [job] = jobs.as_slice() else {
        panic!("one journaled job: {jobs:?}")
    };
    let mut job = job.clone();
    while !job.state.is_final() {
        job = node.wait_job(job.id).await.expect("the job goes on");
    }
    assert_eq!(
        (job.state, job.files_failed),
        (JobState::Done, 0),
        "{job:?}"
    );
    assert_eq!(job.files_done, SMALL_FILES + 1, "{job:?}");
    let counts = node.query(|view| view.counts(None)).await.expect("counts");
    let listed =
        counts.film + counts.episode + counts.clip + counts.photo + counts.track + counts.file;
    assert_eq!(
        listed,
        SMALL_FILES + 1,
        "every file is listed once: {counts:?}"
    );

    let verify = node.start_verify().await.expect("verify starts");
    let verify = node.wait_job(verify.id).await.expect("verify ends");
    assert_eq!(
        (verify.state, verify.files_failed),
        (JobState::Done, 0),
        "{verify:?}"
    );
    assert!(
        verify
            .message
            .as_deref()
            .is_some_and(|text| text.contains("all good")),
        "{verify:?}"
    );
    // Each kill left at most what was not committed; gc takes it.
    let gc = node.start_gc().await.expect("gc starts");
    let gc = node.wait_job(gc.id).await.expect("gc ends");
    assert_eq!(gc.state, JobState::Done, "{gc:?}");
    node.shutdown().await;
}
