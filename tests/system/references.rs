//! Files kept in place that change, vanish or come back: a clear status before the first
//! byte where it can be known, the item says so, and never a wrong byte.

use std::fs::{FileTimes, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::{Daemon, bytes, eventually};

struct Kept {
    _files: tempfile::TempDir,
    daemon: Daemon,
    path: PathBuf,
    content: Vec<u8>,
    url: String,
}

impl Kept {
    fn make() -> Self {
        let files = tempfile::tempdir().expect("a folder");
        let folder = files.path().join("films");
        std::fs::create_dir(&folder).expect("made");
        let path = folder.join("film.bin");
        let content = bytes(1, 5 << 20);
        std::fs::write(&path, &content).expect("written");
        let daemon = Daemon::start(&files.path().join("home"));
        daemon.import(&[&path], "reference");
        let item = daemon.items().remove(0);
        assert_eq!(item["renditions"][0]["location"], "referenced");
        assert_eq!(daemon.original(&item), (200, content.clone()));
        let url = item["renditions"][0]["url"]
            .as_str()
            .expect("a URL")
            .to_owned();
        Self {
            _files: files,
            daemon,
            path,
            content,
            url,
        }
    }

    /// The answer as a whole, and as one for its first bytes.
    fn refused(&self, code: &str) {
        for range in ["bytes=0-", "bytes=0-99", "bytes=0-0,9-9"] {
            let (status, body) = self.daemon.range(&self.url, range);
            let error: Value = serde_json::from_slice(&body).unwrap_or_default();
            assert_eq!(
                (status, &error["code"]),
                (409, &json!(code)),
                "{range}: {error}"
            );
            assert!(error["todo"].is_string(), "{error}");
        }
    }

    fn is_shown_as(&self, state: &str) {
        eventually(&format!("the item is {state}"), || {
            let page = self.daemon.got("/items");
            (page["items"][0]["state"] == state).then_some(())
        });
    }
}

/// Writes in the middle of a file, and puts its times back.
fn fake(path: &Path, at: u64, with: &[u8]) {
    let file = OpenOptions::new().write(true).open(path).expect("opened");
    let before = file.metadata().expect("stat").modified().expect("a time");
    file.write_all_at(with, at).expect("written");
    let times = FileTimes::new().set_modified(before);
    file.set_times(times).expect("set");
}

#[test]
fn another_size_is_a_change_at_once() {
    let kept = Kept::make();
    let file = OpenOptions::new()
        .write(true)
        .open(&kept.path)
        .expect("opened");
    file.set_len(4 << 20).expect("cut");
    kept.refused("source_changed");
    kept.is_shown_as("changed");
}

#[test]
fn other_bytes_under_the_same_time_and_size_are_found_out() {
    let kept = Kept::make();
    fake(&kept.path, 10, b"other");
    kept.refused("source_changed");
    kept.is_shown_as("changed");
    kept.refused("source_changed");
    // Back as they were, and in the background seen to be.
    let good = kept.content[10..15].to_vec();
    fake(&kept.path, 10, &good);
    eventually("it plays again", || {
        let (status, body) = kept.daemon.range(&kept.url, "bytes=0-");
        (status == 206).then(|| assert!(body == kept.content))
    });
    kept.is_shown_as("ok");
}

#[test]
fn a_change_far_behind_the_start_breaks_the_answer_off_and_is_a_status_later() {
    let kept = Kept::make();
    fake(&kept.path, 4 << 20, b"other");
    // The first bytes are good; then the connection ends, with no wrong byte sent. When the
    // background was faster, it is a status already.
    let (status, body) = kept.daemon.range(&kept.url, "bytes=0-");
    assert!(
        status == 409 || kept.content.starts_with(&body) && body.len() < kept.content.len(),
        "{status}: {} bytes",
        body.len()
    );
    kept.is_shown_as("changed");
    kept.refused("source_changed");
}

#[test]
fn a_vanished_file_is_missing_until_it_is_back() {
    let kept = Kept::make();
    let away = kept.path.with_file_name("elsewhere");
    let far = kept.daemon.home.join("not looked at");
    std::fs::create_dir(&far).expect("made");
    let far = far.join("x");
    std::fs::rename(&kept.path, &far).expect("moved");
    kept.refused("source_missing");
    kept.is_shown_as("missing");
    std::fs::rename(&far, &kept.path).expect("moved back");
    let (status, body) = kept.daemon.range(&kept.url, "bytes=0-");
    assert!(status == 206 && body == kept.content, "{status}");
    kept.is_shown_as("ok");
    // Moved beside, it is found again by itself.
    std::fs::rename(&kept.path, &away).expect("moved");
    let (status, body) = kept.daemon.range(&kept.url, "bytes=0-");
    assert!(status == 206 && body == kept.content, "{status}");
    kept.is_shown_as("ok");
}
