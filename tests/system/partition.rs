//! The wire between two machines is cut while a share is fetched, and put together again.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::share_kill::{fetched, link_of, passed, save};
use crate::support::world::{Host, World, alone};
use crate::support::{Daemon, bytes, eventually, tributary};

const SIZE: u64 = 32 << 20;
/// Nothing has come for so long: what was on its way has arrived.
const QUIET: Duration = Duration::from_secs(1);

fn daemon(host: &Host, home: &Path) -> Daemon {
    let command = host.command(&tributary());
    Daemon::start_with(command, home, &["--network", "direct"])
}

/// Waits until the opener hears nothing any more.
fn silence(opener: &Daemon) {
    let mut last = (passed(opener, "received"), Instant::now());
    eventually("silence", || {
        let now = passed(opener, "received");
        if now != last.0 {
            last = (now, Instant::now());
        }
        (last.1.elapsed() >= QUIET).then_some(())
    });
}

#[test]
fn a_fetch_goes_on_when_the_wire_is_whole_again() {
    if !alone("partition::a_fetch_goes_on_when_the_wire_is_whole_again") {
        return;
    }
    let mut world = World::new();
    let (one, other) = (world.host("one"), world.host("other"));
    let folder = tempfile::tempdir().expect("a folder");
    let content = bytes(43, usize::try_from(SIZE).expect("fits"));
    let file = folder.path().join("film.bin");
    std::fs::write(&file, &content).expect("written");

    let sharer = one.at(|| daemon(&one, &folder.path().join("sharer")));
    let link = one.at(|| {
        sharer.import(&[file.as_path()], "copy");
        let (status, told) = sharer.patch("/settings", &json!({ "uploadLimit": 8 << 20 }));
        assert_eq!(status, 200, "{told}");
        link_of(&sharer)
    });
    let opener = other.at(|| daemon(&other, &folder.path().join("opener")));
    other.at(|| {
        let opened = opener.posted("/links/open", &json!({ "link": link }));
        let id = opened["id"].as_str().expect("an id");
        let job = save(&opener, id);
        for part in [1, 2] {
            fetched(&opener, &job, SIZE * part / 4);
            one.plugged(false);
            silence(&opener);
            one.plugged(true);
        }
        let job = opener.ended(&job);
        assert!(job["state"] == "done" && job["filesFailed"] == 0, "{job}");
        let (status, came) = opener.original(&opener.items()[0]);
        assert!(status == 200 && came == content, "other bytes came");
        let received = passed(&opener, "received");
        assert!(received < SIZE + (16 << 20), "{received} bytes");
        println!("{received} bytes for a file of {SIZE}");
    });
}
