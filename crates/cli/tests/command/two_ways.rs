//! One story, told to a home that nobody has and to one that a daemon has: every answer is
//! the same, but for times, random ids and what the machine has.

use serde_json::Value;

use crate::support::{World, noise};

/// What differs between two homes, or from one moment to the next.
const OWN: [&str; 18] = [
    "id",
    "home",
    "peerId",
    "publicKey",
    "createdAt",
    "finishedAt",
    "startedAt",
    "updatedAt",
    "addedAt",
    "bytesPerSecond",
    "etaSeconds",
    "free",
    "mediaBase",
    "personId",
    "segments",
    "tookMs",
    "path",
    "previewsPending",
];

fn without_own(value: &mut Value) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                if OWN.contains(&key.as_str()) {
                    *value = Value::Null;
                } else {
                    without_own(value);
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(without_own),
        _ => {}
    }
}

/// Everything that was printed, in order.
struct Story<'a> {
    world: &'a World,
    told: Vec<(String, Vec<u8>)>,
}

impl Story<'_> {
    fn text(&mut self, args: &[&str]) -> String {
        let out = self.world.out(args);
        let text = String::from_utf8_lossy(&out).into_owned();
        self.told.push((args.join(" "), out));
        text
    }

    fn json(&mut self, args: &[&str]) -> Vec<Value> {
        let values = self.world.json(args);
        assert!(!values.is_empty(), "{args:?} prints JSON");
        let mut shown = values.clone();
        shown.iter_mut().for_each(without_own);
        let shown = serde_json::to_vec(&shown).expect("JSON");
        self.told
            .push((format!("--json {}", args.join(" ")), shown));
        values
    }
}

fn story(world: &World) -> Vec<(String, Vec<u8>)> {
    let content = noise(700_000, 1);
    world.write("one.bin", &content);
    world.write("folder/a.txt", b"a text");
    world.write("folder/below/b.bin", &noise(300_000, 2));
    let folder = world.path("folder");
    let folder = folder.to_str().expect("text");
    let mut story = Story {
        world,
        told: Vec::new(),
    };
    let cid = story.text(&["add", "-q", "one.bin"]);
    let cid = cid.strip_suffix('\n').expect("one line");
    assert!(
        cid.len() == 46 && cid.starts_with("Qm") && !cid.contains(char::is_whitespace),
        "just the id: {cid:?}"
    );
    story.text(&["add", "-r", "folder"]);
    let added = story.json(&["add", "-r", "folder"]);
    let root = added.last().expect("a root")["cid"]
        .as_str()
        .expect("a cid");
    let root = root.to_owned();
    assert_eq!(story.text(&["add", "-Q", "-r", "folder"]).trim(), root);
    story.text(&[
        "add",
        "-q",
        "--cid-version",
        "1",
        "--pin",
        "false",
        "one.bin",
    ]);
    let out = world.out(&["cat", cid]);
    assert!(out == content, "cat gives the file");
    let part = world.out(&["cat", "--offset", "262140", "--length", "10", cid]);
    assert_eq!(part, content[262_140..262_150]);
    story.text(&["cat", &format!("/btfs/{root}/a.txt")]);
    story.text(&["ls", &root]);
    story.text(&["ls", "--long", &format!("{root}/below")]);
    story.json(&["ls", &root]);
    story.json(&["get", &root, "-o", "got"]);
    let got = std::fs::read(world.path("got/below/b.bin")).expect("read");
    assert!(got == noise(300_000, 2));
    story.text(&["pin", "ls"]);
    story.text(&["pin", "add", "--name", "mine", &root]);
    story.json(&[
        "pin",
        "add",
        "--kind",
        "reference",
        "--name",
        "mine too",
        cid,
    ]);
    story.json(&["pin", "ls"]);
    story.text(&["pin", "ls", "--quiet"]);
    story.text(&["pin", "rm", cid]);
    story.json(&["pin", "rm", &root]);
    story.json(&["pin", "ls"]);
    story.json(&["id"]);
    let identity = world.json(&["id"]);
    assert_eq!(identity, world.json(&["id"]), "it stays");

    let car = world.out(&["dag", "export", &root]);
    assert!(car.len() > 300_000);
    story.told.push(("dag export".to_owned(), car));
    story.json(&["dag", "export", &root, "-o", "folder.car"]);
    let stat = |story: &mut Story<'_>| story.json(&["repo", "stat"]);
    stat(&mut story);
    story.text(&["repo", "verify"]);
    story.json(&["repo", "verify"]);
    let before = stat(&mut story)[0]["blocks"].as_u64();
    story.json(&["repo", "gc"]);
    let after = stat(&mut story)[0]["blocks"].as_u64();
    assert!(after < before, "nothing held them: {before:?} {after:?}");
    story.text(&["dag", "import", "folder.car"]);
    story.json(&["dag", "import", "folder.car"]);
    story.text(&["cat", &format!("{root}/a.txt")]);
    story.json(&["repo", "repair"]);

    story.json(&["import", "--copy", folder]);
    story.text(&["import", folder]);
    let found = story.json(&["search", "text", "a"]);
    assert!(found[0]["hits"].is_array());
    story.json(&["status"]);
    let status = story.json(&["status"]);
    assert_eq!(status[0]["counts"]["file"], 2, "{status:?}");
    story.json(&["export", "out"]);
    assert!(world.path("out/export.json").exists());
    story.told
}

#[test]
fn with_a_daemon_and_without_one_everything_is_the_same() {
    let (alone, served) = (World::new(), World::with_daemon());
    let (alone_told, served_told) = (story(&alone), story(&served));
    assert_eq!(alone_told.len(), served_told.len());
    for ((what, alone), (_, served)) in alone_told.iter().zip(&served_told) {
        assert!(
            alone == served,
            "{what}:\nalone   {}\nserved  {}",
            String::from_utf8_lossy(alone),
            String::from_utf8_lossy(served)
        );
    }
    // Restored into a third home, it is the same library.
    let third = World::new();
    let out = alone.path("out");
    third.out(&["restore", out.to_str().expect("text")]);
    assert_eq!(third.json(&["status"])[0]["counts"]["file"], 2);
}
