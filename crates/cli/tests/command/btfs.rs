//! What files become for BTFS: shards, and encryption for one key.

use serde_json::Value;

use crate::support::{World, noise};

#[test]
fn files_in_shards_and_encrypted_come_back_as_they_were() {
    let world = World::with_daemon();
    let bytes = noise(700_000, 9);
    world.write("film.bin", &bytes);
    let id = |args: &[&str]| world.text(args).trim().to_owned();
    let cut = "reed-solomon-10-20-65536";
    let sharded = id(&["add", "-q", "--chunker", cut, "film.bin"]);
    assert!(world.out(&["cat", &sharded]) == bytes);
    world.text(&["get", &sharded, "-o", "again.bin"]);
    assert!(std::fs::read(world.path("again.bin")).expect("written") == bytes);

    let own = id(&["add", "-q", "--encrypt", "film.bin"]);
    assert!(world.out(&["cat", "--decrypt", &own]) == bytes);
    assert_ne!(world.out(&["cat", &own]), bytes);

    let text = include_str!("../../../../tests/vectors/identity.json");
    let vectors: Value = serde_json::from_str(text).expect("the file");
    let field = |name: &str| vectors[0][name].as_str().expect("a text");
    let other = id(&[
        "add",
        "-q",
        "--encrypt",
        "--peer-id",
        field("peer"),
        "film.bin",
    ]);
    let (status, error) = world.failed(&["cat", "--decrypt", &other]);
    assert_eq!((status, &error["code"]), (1, &"corrupt".into()));
    let (_, error) = world.failed(&["get", "--decrypt", &other, "-o", "never.bin"]);
    assert_eq!(error["code"], "corrupt");
    assert!(!world.path("never.bin").exists(), "not one byte");
    let get = ["get", "--decrypt", "--private-key-stdin", &other, "-o"];
    let target = world.path("theirs.bin");
    let get = [&get[..], &[target.to_str().expect("text")]].concat();
    world
        .text_with(&get, &format!("{}\n", field("hex")))
        .expect("with its key");
    assert!(std::fs::read(target).expect("written") == bytes);
}
