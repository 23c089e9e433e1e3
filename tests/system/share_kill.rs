//! A share being fetched, and kill -9 of either side: the fetch goes on, and little comes twice.
//!
//! Both daemons are the real binary on this machine's loopback. What passed is counted by the side
//! that lives on, in bytes on the wire.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Daemon, bytes, eventually};

const SIZE: u64 = 64 << 20;
/// What may come twice or beside: one group of blocks that was not written down yet, what was on
/// its way, and a few parts in a hundred around the blocks.
const BESIDE: u64 = 24 << 20;

/// A sharer with one file and its link, and an opener that has opened it.
pub(crate) struct Pair {
    folders: [TempDir; 3],
    pub(crate) sharer: Daemon,
    pub(crate) opener: Daemon,
    pub(crate) content: Vec<u8>,
    /// The share, as the opener calls it.
    pub(crate) id: String,
}

/// The link of the only item of a daemon, once it can be opened.
pub(crate) fn link_of(sharer: &Daemon) -> String {
    let item = sharer.items()[0]["id"].clone();
    let share = sharer.posted("/shares", &json!({ "items": [item] }));
    eventually("the share is sealed", || {
        let shares = sharer.got("/shares");
        let shares = shares.as_array()?.clone();
        let ready = shares.into_iter().find(|one| one["id"] == share["id"])?;
        assert_ne!(ready["state"], "failed", "{ready}");
        let link = ready["link"].as_str()?.to_owned();
        (ready["state"] == "ready").then_some(link)
    })
}

/// Starts a job of an opened share that fetches all of it.
pub(crate) fn save(opener: &Daemon, id: &str) -> Value {
    opener.posted(&format!("/received/{id}/save"), &Value::Null)
}

/// Waits until a job has fetched so much. It must not end before.
pub(crate) fn fetched(opener: &Daemon, job: &Value, enough: u64) {
    let path = format!("/imports/{}", job["id"].as_str().expect("an id"));
    eventually("a part of the fetch", || {
        let job = opener.got(&path);
        assert_eq!(job["finishedAt"], Value::Null, "ended too early: {job}");
        (job["bytesDone"].as_u64()? >= enough).then_some(())
    });
}

/// Bytes of all networks since the daemon's start.
pub(crate) fn passed(daemon: &Daemon, way: &str) -> u64 {
    let networks = daemon.got("/networks");
    let networks = networks.as_array().expect("a list");
    networks.iter().filter_map(|one| one[way].as_u64()).sum()
}

impl Pair {
    fn new(seed: u64) -> Self {
        let folder = || tempfile::tempdir().expect("a folder");
        let folders = [folder(), folder(), folder()];
        let content = bytes(seed, usize::try_from(SIZE).expect("fits"));
        let file = folders[0].path().join("film.bin");
        std::fs::write(&file, &content).expect("written");
        let sharer = Daemon::start_sharing(&home(&folders[1]));
        sharer.import(&[file.as_path()], "copy");
        // Slow enough to be killed in the middle.
        let (status, told) = sharer.patch("/settings", &json!({ "uploadLimit": 16 << 20 }));
        assert_eq!(status, 200, "{told}");
        let link = link_of(&sharer);
        let opener = Daemon::start_sharing(&home(&folders[2]));
        let opened = opener.posted("/links/open", &json!({ "link": link }));
        let id = opened["id"].as_str().expect("an id").to_owned();
        Self {
            folders,
            sharer,
            opener,
            content,
            id,
        }
    }

    /// The job ends well, and the library has the very bytes.
    fn arrives(&self, job: &Value) {
        let job = self.opener.ended(job);
        assert!(job["state"] == "done" && job["filesFailed"] == 0, "{job}");
        let items = self.opener.items();
        assert_eq!(items.len(), 1, "{items:?}");
        let (status, came) = self.opener.original(&items[0]);
        assert!(status == 200 && came == self.content, "other bytes came");
    }
}

fn home(folder: &TempDir) -> PathBuf {
    Path::join(folder.path(), "home")
}

fn is_little_more_than_the_file(passed: u64) {
    assert!(
        (SIZE..SIZE + BESIDE).contains(&passed),
        "{passed} bytes for a file of {SIZE}"
    );
}

#[test]
fn a_fetch_goes_on_when_the_killed_sharer_is_back() {
    let mut pair = Pair::new(41);
    let job = save(&pair.opener, &pair.id);
    fetched(&pair.opener, &job, SIZE / 3);
    pair.sharer.kill();
    let path = format!("/received/{}", pair.id);
    eventually("the opener sees that the sharer is gone", || {
        let received = pair.opener.got("/received");
        (received[0]["connected"] == false).then_some(())
    });
    pair.sharer = Daemon::start_sharing(&home(&pair.folders[1]));
    pair.arrives(&job);
    is_little_more_than_the_file(passed(&pair.opener, "received"));
    assert_eq!(pair.opener.got(&path)["share"]["connected"], true);
}

#[test]
fn a_killed_opener_goes_on_from_what_it_has() {
    let mut pair = Pair::new(42);
    let job = save(&pair.opener, &pair.id);
    fetched(&pair.opener, &job, SIZE / 2);
    pair.opener.kill();
    pair.opener = Daemon::start_sharing(&home(&pair.folders[2]));
    pair.arrives(&job);
    is_little_more_than_the_file(passed(&pair.sharer, "sent"));
}
