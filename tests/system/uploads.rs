//! Drops of a browser: names nobody should send, names sent twice, and a full disk.

use serde_json::{Value, json};

use crate::support::disk::Disk;
use crate::support::{Daemon, bytes, eventually, is_told_well, raw};

/// A path as a value of a query.
fn encoded(path: &str) -> String {
    path.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn begin(daemon: &Daemon) -> String {
    let upload = daemon.posted("/uploads", &Value::Null);
    upload["uploadId"].as_str().expect("an id").to_owned()
}

fn put(daemon: &Daemon, upload: &str, path: &str, content: &[u8]) -> (u16, Value) {
    let route = format!("/uploads/{upload}/file?path={}", encoded(path));
    daemon.send(true, &route, content)
}

fn names(daemon: &Daemon) -> Vec<String> {
    let items = daemon.items();
    let name = |item: &Value| item["fileName"].as_str().expect("a name").to_owned();
    items.iter().map(name).collect()
}

#[test]
fn names_that_lead_out_are_refused_and_odd_ones_are_kept_inside() {
    let files = tempfile::tempdir().expect("a folder");
    let daemon = Daemon::start(&files.path().join("home"));
    let upload = begin(&daemon);
    let long = "n".repeat(256);
    let deep = "d/".repeat(2_040) + "file";
    let outside = files.path().join("evil").display().to_string();
    for path in [
        "",
        ".",
        "..",
        "../evil",
        "../../evil",
        "a/../../evil",
        "a/..",
        "/etc/passwd",
        &outside,
        "a\0b",
        "folder/",
        &long,
        &format!("folder/{long}"),
        &deep,
        &"x/".repeat(5_000),
    ] {
        let (status, error) = put(&daemon, &upload, path, b"evil");
        let shown: String = path.chars().take(30).collect();
        assert_eq!(
            (status, &error["code"]),
            (400, &json!("bad_path")),
            "{shown}: {error}"
        );
        is_told_well(&error);
    }
    let longest = "n".repeat(251) + ".bin";
    let kept = [
        "..\\..\\evil.bin",
        "...bin",
        "line\nbreak\x07.bin",
        "\u{202e}nib.exe",
        "folder/inside.bin",
        " .bin",
        "%2e%2e%2fevil.bin",
        &longest,
    ];
    for (seed, path) in kept.iter().enumerate() {
        let (status, answer) = put(&daemon, &upload, path, &bytes(seed as u64, 100));
        assert_eq!(status, 200, "{path:?}: {answer}");
    }
    for id in ["x", "..", "00000000000000000000000000000000"] {
        let (status, error) = put(&daemon, id, "a.bin", b"a");
        assert!((400..500).contains(&status), "{id}: {status} {error}");
    }
    let job = daemon.posted("/imports", &json!({ "paths": [], "uploadId": upload }));
    let job = daemon.ended(&job);
    assert_eq!(
        (&job["state"], &job["filesFailed"]),
        (&json!("done"), &json!(0)),
        "{job}"
    );
    let listed = names(&daemon);
    assert_eq!(listed.len(), kept.len(), "{listed:?}");
    for name in &listed {
        let is_plain = |letter: char| !letter.is_control() && letter != '\u{202e}';
        assert!(name.chars().all(is_plain), "{name:?} is shown as it is");
    }
    let beside = std::fs::read_dir(files.path()).expect("listed").count();
    assert_eq!(beside, 2, "the home and its log, and nothing else");
    daemon.is_sound();
}

#[test]
fn one_name_twice_in_a_drop_is_a_conflict_and_the_first_one_stays() {
    let files = tempfile::tempdir().expect("a folder");
    let daemon = Daemon::start(&files.path().join("home"));
    let upload = begin(&daemon);
    let first = bytes(1, 70_000);
    assert_eq!(put(&daemon, &upload, "a/same.bin", &first).0, 200);
    for path in ["a/same.bin", "a//same.bin", "a", "a/same.bin/below"] {
        let (status, error) = put(&daemon, &upload, path, b"second");
        assert_eq!(
            (status, &error["code"]),
            (409, &json!("conflict")),
            "{path}: {error}"
        );
        is_told_well(&error);
    }
    let job = daemon.posted("/imports", &json!({ "paths": [], "uploadId": upload }));
    assert_eq!(daemon.ended(&job)["state"], "done");
    let items = daemon.items();
    assert_eq!(items.len(), 1);
    assert_eq!(daemon.original(&items[0]), (200, first));
    daemon.is_sound();
}

#[test]
fn a_client_that_hangs_up_in_the_middle_leaves_no_part_of_a_file() {
    use std::io::Write;
    let files = tempfile::tempdir().expect("a folder");
    let home = files.path().join("home");
    let daemon = Daemon::start(&home);
    let upload = begin(&daemon);
    let partial = home.join(format!("staging/upload-{upload}/part.bin"));
    let host = daemon.api.strip_prefix("http://").expect("an address");
    let head = format!(
        "PUT /api/app/uploads/{upload}/file?path=part.bin HTTP/1.1\r\nHost: {host}\r\n\
         Authorization: Bearer {}\r\nContent-Length: 5000000\r\n\r\n",
        daemon.token
    );
    let mut stream = raw::connect(&daemon.api);
    stream.write_all(head.as_bytes()).expect("sent");
    stream.write_all(&bytes(1, 1_000_000)).expect("sent");
    eventually("the part is there", || partial.exists().then_some(()));
    drop(stream);
    eventually("the part is gone", || (!partial.exists()).then_some(()));
    // The same name is free again.
    assert_eq!(put(&daemon, &upload, "part.bin", b"whole").0, 200);
    daemon.is_sound();
}

#[test]
fn a_full_disk_is_said_and_nothing_is_half_listed() {
    let disk = Disk::mount(120);
    let daemon = Daemon::start(&disk.path().join("home"));
    let upload = begin(&daemon);
    let small = bytes(1, 100_000);
    assert_eq!(put(&daemon, &upload, "small.bin", &small).0, 200);
    let (status, error) = put(&daemon, &upload, "large.bin", &bytes(2, 130 << 20));
    assert_eq!(
        (status, &error["code"]),
        (507, &json!("disk_full")),
        "{error}"
    );
    is_told_well(&error);
    let staged = disk.path().join(format!("home/staging/upload-{upload}"));
    let count = std::fs::read_dir(&staged).expect("listed").count();
    assert_eq!(count, 1, "the part of the large one is gone");
    // The same by the other way in.
    let (status, error) = daemon.send(false, "/node/add?name=large", &bytes(3, 130 << 20));
    assert_eq!(
        (status, &error["code"]),
        (507, &json!("disk_full")),
        "{error}"
    );
    is_told_well(&error);
    assert_eq!(daemon.got("/node/pins"), json!([]));
    assert!(names(&daemon).is_empty());

    disk.remount("size=400m");
    let (status, _) = put(&daemon, &upload, "large.bin", &bytes(2, 70 << 20));
    assert_eq!(status, 200, "there is room again");
    let job = daemon.posted("/imports", &json!({ "paths": [], "uploadId": upload }));
    assert_eq!(daemon.ended(&job)["state"], "done");
    assert_eq!(names(&daemon), ["large.bin", "small.bin"]);
    daemon.is_sound();
}
