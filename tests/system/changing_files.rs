//! Files that change, grow or vanish while they are imported, and afterwards.

use std::fs::OpenOptions;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;

use crate::support::{Daemon, bytes};

/// What a growing file repeats: any cut of it is recognised.
const LINE: &[u8] = b"0123456789abcdef";

fn is_cut_of_lines(content: &[u8]) -> bool {
    content
        .chunks(LINE.len())
        .all(|chunk| LINE.starts_with(chunk))
}

#[test]
fn a_growing_file_is_whole_or_reported_and_a_retry_takes_it() {
    let files = tempfile::tempdir().expect("a folder");
    let folder = files.path().join("drop");
    std::fs::create_dir(&folder).expect("made");
    let paths = [folder.join("small.log"), folder.join("large.log")];
    std::fs::write(&paths[0], LINE.repeat(1_000)).expect("written");
    std::fs::write(&paths[1], LINE.repeat(2 << 20)).expect("written");
    let home = files.path().join("home");
    let daemon = Daemon::start(&home);

    let stop = AtomicBool::new(false);
    let job = std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut writers = paths.each_ref().map(|path| {
                let file = OpenOptions::new().append(true).open(path);
                file.expect("opened")
            });
            let mut left = 200_000;
            while !stop.load(Ordering::Relaxed) && left > 0 {
                for writer in &mut writers {
                    writer.write_all(LINE).expect("appended");
                }
                left -= 1;
            }
        });
        let job = daemon.import(&[&folder], "copy");
        stop.store(true, Ordering::Relaxed);
        job
    });
    assert_eq!(job["state"], "done", "{job}");
    for (name, code) in daemon.failures(&job) {
        assert_eq!(code, "changed_while_reading", "{name}");
    }
    for item in daemon.items() {
        let (status, content) = daemon.original(&item);
        assert!(status == 200 && is_cut_of_lines(&content), "{item}");
    }

    let id = job["id"].as_str().expect("an id");
    if job["filesFailed"] != 0 {
        let job = daemon.posted(&format!("/imports/{id}/retry"), &Value::Null);
        let job = daemon.ended(&job);
        assert_eq!(job["filesFailed"], 0, "{job}");
    }
    daemon.import(&[&folder], "copy");
    let sizes: Vec<u64> = daemon
        .items()
        .iter()
        .filter_map(|item| item["facts"]["size"].as_u64())
        .collect();
    for path in &paths {
        let size = path.metadata().expect("stat").len();
        assert!(
            sizes.contains(&size),
            "{} of {size} bytes: {sizes:?}",
            path.display()
        );
    }
    daemon.is_sound();
}

#[test]
fn vanishing_files_are_reported_and_the_rest_is_taken_in() {
    let files = tempfile::tempdir().expect("a folder");
    let folder = files.path().join("drop");
    std::fs::create_dir(&folder).expect("made");
    let paths: Vec<_> = (0..2_000_u64)
        .map(|index| folder.join(format!("{index:04}.bin")))
        .collect();
    for (index, path) in paths.iter().enumerate() {
        std::fs::write(path, bytes(index as u64, 3_000)).expect("written");
    }
    let home = files.path().join("home");
    let daemon = Daemon::start(&home);
    let job = std::thread::scope(|scope| {
        // From the end, so that the scan has seen most of them.
        scope.spawn(|| {
            for path in paths.iter().rev().step_by(2) {
                std::fs::remove_file(path).expect("removed");
            }
        });
        daemon.import(&[&folder], "copy")
    });
    assert_eq!(job["state"], "done", "{job}");
    let (done, failed) = (job["filesDone"].as_u64(), job["filesFailed"].as_u64());
    let (done, failed) = (done.expect("a number"), failed.expect("a number"));
    assert!(done >= 1_000 && done + failed <= 2_000, "{job}");
    for (name, code) in daemon.failures(&job) {
        assert_eq!(code, "vanished", "{name}");
    }
    let listed = daemon.got("/items?limit=1")["total"].as_u64();
    assert_eq!(listed, Some(done), "what was done is listed");
    daemon.is_sound();
}
