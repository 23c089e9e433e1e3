//! Kill -9 in the middle of an import: the next start finishes it, and nothing is wrong.
//!
//! The child is this test binary again, running [`importing_child`] alone; it says on
//! its output how far it is, and the parent kills it there.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use node::{Event, ImportMode, ImportRequest, JobState, Node, NodeConfig};

const HOME: &str = "TRIBUTARY_TEST_KILL_HOME";
const FILES: &str = "TRIBUTARY_TEST_KILL_FILES";
const LARGE: u64 = 2 << 30;
const SMALL_FILES: u64 = 3_000;
const CHUNK: u64 = 262_144;
/// Lines of the child that the parent understands.
const MARK: &str = "import-at-percent ";

/// Does nothing unless the parent test started it.
#[tokio::test(flavor = "multi_thread")]
async fn importing_child() {
    let (Some(home), Some(files)) = (std::env::var_os(HOME), std::env::var_os(FILES)) else {
        return;
    };
    let node = Node::open(NodeConfig::new(PathBuf::from(home)))
        .await
        .expect("the home opens");
    let mut events = node.events();
    if node.jobs().is_empty() {
        let request = ImportRequest {
            paths: vec![PathBuf::from(files)],
            mode: Some(ImportMode::Copy),
            ..ImportRequest::default()
        };
        node.start_import(request).await.expect("the import starts");
    }
    // A job that ended before this child listened says nothing any more.
    let ended = |node: &Node| node.jobs().iter().all(|job| job.state.is_final());
    while !ended(&node) {
        let Some(event) = events.next().await else {
            break;
        };
        match event {
            Event::JobProgress(job) if job.state == JobState::Running => {
                println!("\n{MARK}{}", job.bytes_done * 100 / job.bytes_total.max(1));
            }
            Event::JobFinished(_) => break,
            _ => {}
        }
    }
    println!("\n{MARK}100");
    node.shutdown().await;
}

/// Runs the child until it is at `percent`, then kills it. False when it ended first.
fn run_and_kill(home: &Path, files: &Path, percent: u64) -> bool {
    let mut child = Command::new(std::env::current_exe().expect("this binary"))
        .args([
            "--exact",
            "kill_resume::importing_child",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(HOME, home)
        .env(FILES, files)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the child starts");
    let output = BufReader::new(child.stdout.take().expect("piped"));
    let mut at = 0;
    for line in output.lines() {
        let line = line.expect("the child's output is text");
        if let Some(number) = line.strip_prefix(MARK) {
            at = number.trim().parse().expect("a number");
            if at >= percent {
                break;
            }
        }
    }
    // SIGKILL: no destructor, no flush.
    child.kill().expect("killed");
    child.wait().expect("reaped");
    (percent..100).contains(&at)
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
    let mut kills = 0;
    for percent in [5, 40, 80] {
        kills += u32::from(run_and_kill(home.path(), files.path(), percent));
    }
    assert!(
        kills >= 2,
        "the import was killed in its middle ({kills} times)"
    );

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
    assert_eq!(counts.file, SMALL_FILES + 1, "every file is listed once");

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
