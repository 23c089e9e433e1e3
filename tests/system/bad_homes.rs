//! Homes that are damaged, newer, taken or gone: each start says what is wrong or works,
//! and nothing a person owns is lost.

use std::fs::File;
use std::path::{Path, PathBuf};

use redb::{Database, TableDefinition};
use serde_json::Value;

use crate::support::{Daemon, bytes, is_told_well, run};

/// A home with one file in it, closed.
struct Kept {
    folder: tempfile::TempDir,
    content: Vec<u8>,
}

impl Kept {
    fn make() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let content = bytes(1, 900_000);
        std::fs::write(folder.path().join("kept.bin"), &content).expect("written");
        let kept = Self { folder, content };
        let daemon = Daemon::start(&kept.home());
        daemon.import(&[&kept.folder.path().join("kept.bin")], "copy");
        assert!(daemon.end().success());
        kept
    }

    fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// A copy of the home, so that each damage starts from a good one.
    fn copy(&self, name: &str) -> PathBuf {
        let to = self.folder.path().join(name);
        copy_tree(&self.home(), &to);
        to
    }

    /// The node starts, and what was imported is there.
    fn is_all_there(&self, home: &Path) -> Daemon {
        let daemon = Daemon::start(home);
        let items = daemon.items();
        assert_eq!(items.len(), 1, "{}", daemon.log());
        assert_eq!(daemon.original(&items[0]), (200, self.content.clone()));
        daemon.is_sound();
        daemon
    }
}

fn copy_tree(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("made");
    for entry in std::fs::read_dir(from).expect("listed") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_tree(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("copied");
        }
    }
}

fn spoil(path: &Path, content: &[u8]) {
    std::fs::write(path, content).expect("spoiled");
}

fn problems(daemon: &Daemon) -> Vec<Value> {
    let status = daemon.got("/status");
    status["problems"].as_array().expect("a list").clone()
}

#[test]
fn what_can_be_made_anew_is_made_anew() {
    let kept = Kept::make();
    let junk = bytes(2, 100_000);
    type Damage = (&'static str, fn(&Path, &[u8]));
    let damages: [Damage; 13] = [
        ("index-junk", |home, junk| {
            spoil(&home.join("blocks.redb"), junk)
        }),
        ("index-cut", |home, _| {
            let index = File::options().write(true).open(home.join("blocks.redb"));
            index.expect("opened").set_len(5_000).expect("cut");
        }),
        ("index-empty", |home, _| {
            spoil(&home.join("blocks.redb"), b"")
        }),
        ("index-gone", |home, _| {
            std::fs::remove_file(home.join("blocks.redb")).expect("removed");
        }),
        ("format-junk", |home, junk| {
            spoil(&home.join("blocks/format"), junk)
        }),
        ("format-gone", |home, _| {
            std::fs::remove_file(home.join("blocks/format")).expect("removed");
        }),
        ("search-junk", |home, junk| {
            for entry in std::fs::read_dir(home.join("search")).expect("listed") {
                spoil(&entry.expect("an entry").path(), junk);
            }
        }),
        ("search-gone", |home, _| {
            std::fs::remove_dir_all(home.join("search")).expect("removed");
        }),
        ("thumbs-gone", |home, _| {
            std::fs::remove_dir_all(home.join("thumbs")).expect("removed");
        }),
        ("run-junk", |home, junk| spoil(&home.join("run.json"), junk)),
        ("run-old", |home, _| {
            let old =
                br#"{"pid":1,"api":"http://127.0.0.1:1","token":"t","media":"http://127.0.0.1:1"}"#;
            spoil(&home.join("run.json"), old);
        }),
        ("lock-junk", |home, junk| spoil(&home.join("lock"), junk)),
        ("staging-junk", |home, junk| {
            spoil(&home.join("staging/left over"), junk);
            std::fs::create_dir_all(home.join("staging/upload-x/y")).expect("made");
        }),
    ];
    for (name, damage) in damages {
        println!("{name}");
        let home = kept.copy(name);
        damage(&home, &junk);
        let daemon = kept.is_all_there(&home);
        crate::support::eventually("search finds it again", || {
            let found = daemon.got("/search?q=kept");
            (found["hits"].as_array()?.len() == 1).then_some(())
        });
        let staged = std::fs::read_dir(home.join("staging"))
            .expect("listed")
            .count();
        assert_eq!(staged, 0, "{name}");
        assert!(daemon.end().success(), "{name}");
    }
}

#[test]
fn settings_that_make_no_sense_are_set_aside_and_said() {
    let kept = Kept::make();
    let home = kept.copy("settings");
    let deep = "[".repeat(200_000);
    let huge = " ".repeat(3 << 20);
    let cases: [&[u8]; 7] = [
        b"\xff\xfe\0",
        b"{ \"language\": ",
        b"[1, 2]",
        b"{ \"language\": 7 }",
        b"{ \"quotaBytes\": -1e999 }",
        deep.as_bytes(),
        huge.as_bytes(),
    ];
    for case in cases {
        let told = String::from_utf8_lossy(&case[..case.len().min(30)]).into_owned();
        spoil(&home.join("config.jsonc"), case);
        let daemon = kept.is_all_there(&home);
        let problems = problems(&daemon);
        let broken = problems
            .iter()
            .find(|problem| problem["code"] == "settings_broken");
        let broken = broken.unwrap_or_else(|| panic!("nothing said about {told:?}: {problems:?}"));
        assert!(
            broken["todo"]
                .as_str()
                .is_some_and(|todo| todo.contains("broken-")),
            "{broken}"
        );
        assert!(daemon.end().success());
    }
    let aside = std::fs::read_dir(&home).expect("listed").filter(|entry| {
        let name = entry.as_ref().expect("an entry").file_name();
        name.to_string_lossy().starts_with("config.jsonc.broken-")
    });
    assert_eq!(aside.count(), cases.len(), "each one is kept");
}

#[test]
fn what_cannot_be_made_anew_is_not_touched() {
    let kept = Kept::make();
    let junk = bytes(3, 100_000);
    for (file, code) in [
        ("library.redb", "library_unusable"),
        ("keys/node", "node_key_unusable"),
    ] {
        for content in [&junk[..], b"short"] {
            let home = kept.copy(&format!("{code}-{}", content.len()));
            let good = std::fs::read(home.join(file)).expect("read");
            spoil(&home.join(file), content);
            let error = run(&home, &["daemon", "--api", "127.0.0.1:0"]).error();
            assert_eq!(error["code"], code, "{error}");
            is_told_well(&error);
            assert_eq!(
                std::fs::read(home.join(file)).expect("read"),
                content,
                "not touched"
            );
            // Put back from a backup, everything is as it was.
            spoil(&home.join(file), &good);
            assert!(kept.is_all_there(&home).end().success());
        }
    }
}

#[test]
fn a_newer_home_is_refused_and_not_touched() {
    let kept = Kept::make();
    let by_format = kept.copy("format");
    spoil(&by_format.join("blocks/format"), b"99 0000000000000001\n");
    let by_library = kept.copy("library");
    {
        let database = Database::open(by_library.join("library.redb")).expect("opened");
        let write = database.begin_write().expect("a writer");
        let meta: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("meta");
        let mut table = write.open_table(meta).expect("a table");
        table.insert(&b"format"[..], &[99][..]).expect("inserted");
        drop(table);
        write.commit().expect("committed");
    }
    for (home, file) in [(by_format, "blocks.redb"), (by_library, "library.redb")] {
        let before = std::fs::read(home.join(file)).expect("read");
        for command in [
            &["daemon", "--api", "127.0.0.1:0"][..],
            &["status"],
            &["repo", "gc"],
        ] {
            let ended = run(&home, command);
            let error = ended.error();
            assert_eq!(
                (error["code"].as_str(), ended.status.code()),
                (Some("newer_home"), Some(4)),
                "{error}"
            );
            is_told_well(&error);
        }
        assert_eq!(
            std::fs::read(home.join(file)).expect("read"),
            before,
            "{file} is not touched"
        );
    }
}

#[test]
fn a_second_instance_and_a_taken_port_are_told_apart() {
    let kept = Kept::make();
    let daemon = kept.is_all_there(&kept.home());
    let ended = run(&kept.home(), &["daemon", "--api", "127.0.0.1:0"]);
    let error = ended.error();
    assert_eq!(
        (error["code"].as_str(), ended.status.code()),
        (Some("home_locked"), Some(4)),
        "{error}"
    );
    is_told_well(&error);
    // A one-shot command finds the first.
    let status = run(&kept.home(), &["status"]);
    assert!(status.status.success(), "{status:?}");
    // Even when somebody spoils the file that says where it is, the answer is clear.
    spoil(&kept.home().join("run.json"), b"{");
    is_told_well(&run(&kept.home(), &["status"]).error());

    let port = daemon.api.strip_prefix("http://").expect("an address");
    let other = kept.copy("other");
    for option in ["--api", "--media"] {
        let mut args = vec!["daemon", option, port];
        if option == "--media" {
            args.extend(["--api", "127.0.0.1:0"]);
        }
        let error = run(&other, &args).error();
        assert!(
            error["message"]
                .as_str()
                .is_some_and(|text| text.contains("in use")),
            "{error}"
        );
        is_told_well(&error);
    }
    let open = run(&other, &["daemon", "--api", "0.0.0.0:0"]).error();
    assert!(
        open["message"]
            .as_str()
            .is_some_and(|text| text.contains("loopback")),
        "{open}"
    );
    // Nothing of this hurt the first.
    daemon.is_sound();
    assert!(daemon.end().success());
    assert!(kept.is_all_there(&other).end().success());
}

#[test]
fn a_home_that_is_deleted_under_a_running_node_ends_in_errors_only() {
    let kept = Kept::make();
    let home = kept.copy("doomed");
    let daemon = kept.is_all_there(&home);
    // What runs in the background may make a file in between.
    crate::support::eventually("the home is gone", || std::fs::remove_dir_all(&home).ok());
    let file = kept.folder.path().join("another.bin");
    std::fs::write(&file, bytes(9, 3 << 20)).expect("written");
    for path in ["/status", "/items", "/storage", "/search?q=kept", "/home"] {
        let (status, value) = daemon.get(path);
        assert!(
            status == 200 || value["message"].is_string(),
            "{path}: {value}"
        );
    }
    let (status, begun) = daemon.post("/uploads", &Value::Null);
    assert!(status != 200, "{begun}");
    assert!(begun["message"].is_string(), "{begun}");
    let _ = daemon.post(
        "/imports",
        &serde_json::json!({ "paths": [file], "mode": "copy" }),
    );
    let (status, _) = daemon.get("/status");
    assert_eq!(status, 200, "it still answers");
    daemon.end();
    assert!(kept.is_all_there(&kept.home()).end().success());
}
