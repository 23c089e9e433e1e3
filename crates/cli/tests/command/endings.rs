//! How commands end: errors with a code and a text, closed pipes, kills.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    process::Stdio,
};

use crate::support::{World, command, noise};

/// Content that nobody here has.
const ABSENT: &str = "QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o";

#[test]
fn failures_have_a_code_and_a_text_with_a_daemon_and_without() {
    for world in [World::new(), World::with_daemon()] {
        world.write("file.bin", b"content");
        std::fs::create_dir(world.path("folder")).expect("made");
        let cid = world.text(&["add", "-q", "file.bin"]);
        let cid = cid.trim();
        for (args, exit, code) in [
            (&["cat", ABSENT][..], 3, "not_local"),
            (&["ls", ABSENT], 3, "not_local"),
            (&["get", ABSENT, "-o", "x"], 3, "not_local"),
            (&["pin", "add", ABSENT], 3, "not_local"),
            (&["pin", "rm", ABSENT], 3, "not_found"),
            (&["dag", "export", ABSENT], 3, "not_local"),
            (&["cat", "nonsense"], 2, "bad_cid"),
            (&["cat", &format!("{cid}/below")], 3, "not_found"),
            (&["add", "nothing there"], 3, "failed"),
            (&["add", "folder"], 2, "usage"),
            (&["get", cid, "-o", "file.bin"], 1, "failed"),
            (&["dag", "import", "file.bin"], 1, "corrupt"),
            (
                &["add", "--chunker", "sliced", "file.bin"],
                1,
                "bad_request",
            ),
            (&["restore", "folder"], 3, "not_found"),
            (&["export", "."], 1, "conflict"),
        ] {
            let (status, error) = world.failed(args);
            assert_eq!(
                (status, error["code"].as_str()),
                (exit, Some(code)),
                "{args:?}: {error}"
            );
        }
        let content = std::fs::read(world.path("file.bin")).expect("read");
        assert_eq!(content, b"content", "get writes over nothing");
        let (status, _) = {
            let output = world.run(&["no such command"]);
            (output.status.code(), output)
        };
        assert_eq!(status, Some(2));
        let output = world.run(&["import", "nothing there"]);
        assert_eq!(output.status.code(), Some(5), "{output:?}");
    }
}

#[test]
fn a_reader_that_has_enough_is_no_error() {
    for world in [World::new(), World::with_daemon()] {
        world.write("large.bin", &noise(8 << 20, 1));
        let cid = world.text(&["add", "-q", "large.bin"]);
        let mut child = command(&world.home())
            .args(["cat", cid.trim()])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it runs");
        let mut out = child.stdout.take().expect("piped");
        out.read_exact(&mut [0; 100]).expect("read");
        drop(out);
        let ended = child.wait_with_output().expect("it ends");
        assert!(ended.status.success(), "{ended:?}");
        assert!(ended.stderr.is_empty(), "{ended:?}");
    }
}

#[test]
fn what_was_told_before_a_kill_is_there() {
    let world = World::new();
    let names: Vec<String> = (0..400).map(|number| format!("{number}.bin")).collect();
    for (seed, name) in names.iter().enumerate() {
        world.write(name, &noise(20_000, seed as u64 + 1));
    }
    for told in [1, 20] {
        let mut child = command(&world.home())
            .current_dir(world.folder.path())
            .args(["add", "-q"])
            .args(&names)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("it runs");
        let out = BufReader::new(child.stdout.take().expect("piped"));
        let cids: Vec<String> = out
            .lines()
            .take(told)
            .map(|line| line.expect("a line"))
            .collect();
        child.kill().expect("killed");
        child.wait().expect("gone");
        assert_eq!(cids.len(), told);
        let pins = world.text(&["pin", "ls", "--quiet"]);
        for (seed, cid) in cids.iter().enumerate() {
            assert!(pins.contains(cid), "{cid} is pinned");
            if seed % 7 == 0 {
                let content = world.out(&["cat", cid]);
                assert!(content == noise(20_000, seed as u64 + 1));
            }
        }
        assert!(world.text(&["repo", "verify"]).contains("all good"));
    }
}
