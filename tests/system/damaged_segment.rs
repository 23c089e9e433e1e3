//! Bytes that rot on the disk: reading says so, verify names the file, repair lets go of what
//! is beyond help, and adding the file again mends it. Other files are not affected.

use std::fs::OpenOptions;
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Daemon, bytes};

/// Flips a bit of every place where `needle` is in a segment.
fn rot(home: &Path, needle: &[u8]) {
    let mut places = 0;
    for entry in std::fs::read_dir(home.join("blocks")).expect("listed") {
        let path = entry.expect("an entry").path();
        let content = std::fs::read(&path).expect("read");
        let found = content
            .windows(needle.len())
            .position(|part| part == needle);
        let Some(at) = found else { continue };
        let writable = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(&path, writable).expect("set");
        let file = OpenOptions::new().write(true).open(&path).expect("opened");
        file.write_all_at(&[needle[0] ^ 1], at as u64)
            .expect("written");
        places += 1;
    }
    assert!(places > 0, "the bytes are in no segment");
}

#[test]
fn rotten_bytes_are_named_and_mended_by_adding_the_file_again() {
    let files = tempfile::tempdir().expect("a folder");
    let home = files.path().join("home");
    let good = bytes(1, 400_000);
    let bad = bytes(2, 3 << 20);
    let (good_path, bad_path) = (
        files.path().join("good.bin"),
        files.path().join("rotten.bin"),
    );
    std::fs::write(&good_path, &good).expect("written");
    std::fs::write(&bad_path, &bad).expect("written");
    let daemon = Daemon::start(&home);
    daemon.import(&[&good_path, &bad_path], "copy");
    assert!(daemon.end().success());
    // In the first block, so that the status can say it; and in one far behind.
    rot(&home, &bad[100..140]);
    rot(&home, &bad[(2 << 20) + 100..(2 << 20) + 140]);

    let daemon = Daemon::start(&home);
    let items = daemon.items();
    assert_eq!(daemon.original(&items[0]), (200, good.clone()));
    let (status, body) = daemon.original(&items[1]);
    let error: Value = serde_json::from_slice(&body).expect("JSON");
    assert_eq!(
        (status, &error["code"]),
        (422, &json!("corrupt")),
        "{error}"
    );
    assert!(
        error["todo"]
            .as_str()
            .is_some_and(|todo| todo.contains("repair"))
    );
    let url = items[1]["renditions"][0]["url"].as_str().expect("a URL");
    let (status, part) = daemon.range(url, "bytes=1048576-2097151");
    assert!(
        status == 206 && part == bad[1 << 20..2 << 20],
        "what is good is given"
    );
    let (_, part) = daemon.range(url, "bytes=1048576-");
    assert!(bad[1 << 20..].starts_with(&part) && part.len() < 2 << 20);

    let named = |route: &str| {
        let job = daemon.ended(&daemon.posted(route, &Value::Null));
        assert_eq!(
            (&job["state"], &job["filesFailed"]),
            (&json!("done"), &json!(2)),
            "{job}"
        );
        assert_eq!(
            daemon.failures(&job),
            [("rotten.bin".to_owned(), "damaged".to_owned())]
        );
    };
    named("/storage/verify");
    named("/storage/repair");
    let (status, body) = daemon.original(&items[1]);
    let error: Value = serde_json::from_slice(&body).expect("JSON");
    assert_eq!(
        (status, &error["code"]),
        (404, &json!("not_local")),
        "{error}"
    );
    // The same file again, under another name: nothing is known of that path.
    let copy = files.path().join("again.bin");
    std::fs::copy(&bad_path, &copy).expect("copied");
    daemon.import(&[&copy], "copy");
    assert_eq!(daemon.original(&items[1]), (200, bad));
    assert_eq!(daemon.original(&items[0]), (200, good));
    assert_eq!(daemon.items().len(), 2, "the same bytes are one item");
    daemon.is_sound();
}
