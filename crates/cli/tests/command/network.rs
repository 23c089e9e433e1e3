//! Sharing and the network from the command line, between two homes on this machine.

use serde_json::Value;

use crate::support::{World, noise};

/// The item, once the search index has it.
fn found(world: &World) -> Value {
    loop {
        let result = world.json(&["search", "my", "file"]).remove(0);
        if !result["hits"][0].is_null() {
            return result["hits"][0]["item"].clone();
        }
    }
}

#[test]
fn a_link_that_one_home_prints_another_opens_and_saves() {
    let from = World::with_daemon_of(&["--network", "loopback"]);
    let to = World::with_daemon_of(&["--network", "loopback"]);
    let bytes = noise(700_000, 5);
    from.write("my file.bin", &bytes);
    from.text(&["import", "my file.bin"]);
    let id = found(&from)["id"].as_str().expect("an id").to_owned();

    let add = ["share", "add", &id, "--password-stdin", "--hours", "5"];
    let link = from.text_with(&add, "rosebud\nmore").expect("a link");
    let link = link.trim();
    assert!(link.starts_with("tributary://"), "{link}");
    let shares = from.json(&["share", "ls"]);
    assert_eq!(shares[0][0]["link"].as_str(), Some(link));

    let (_, refused) = to.failed(&["open", link]);
    assert_eq!(refused["code"], "needs_password");
    let open = ["open", link, "--password-stdin"];
    let wrong = to.text_with(&open, "rosebut\n").expect_err("it is wrong");
    assert!(wrong.contains("password"), "{wrong}");
    let told = to.text_with(&open, "rosebud\n").expect("it opens");
    assert!(told.contains("my file"), "{told}");
    let saved = to.text_with(&["open", link, "--password-stdin", "--save"], "rosebud\n");
    assert!(saved.expect("it is fetched").contains("in the library"));
    assert_eq!(found(&to)["title"], "my file.bin");

    let share = shares[0][0]["id"].as_str().expect("an id");
    from.text(&["share", "revoke", share]);
    let (_, ended) = to.failed(&["open", link]);
    assert_eq!(ended["code"], "share_ended");
    let own = from.text(&["share", "ls"]);
    assert!(own.contains("taken back"), "{own}");
}

#[test]
fn the_network_is_shown_and_asked_when_there_is_one() {
    let alone = World::with_daemon();
    assert!(alone.text(&["network"]).starts_with("No network runs"));
    for args in [
        &["swarm", "peers"][..],
        &[
            "dht",
            "findpeer",
            "16Uiu2HAmRZqAvTWh3TdLfKohXsC7r4yYG3Ebiw8Kk9AmqhDmX4Sc",
        ],
        &["bitswap", "stat"],
        &[
            "name",
            "resolve",
            "16Uiu2HAmRZqAvTWh3TdLfKohXsC7r4yYG3Ebiw8Kk9AmqhDmX4Sc",
        ],
        &["open", "tributary://x"],
        &["share", "add", "00000000000000000000000000000000"],
    ] {
        let (status, error) = alone.failed(args);
        assert_eq!(
            (status, &error["code"]),
            (1, &"no_network".into()),
            "{args:?}"
        );
    }

    let there = World::with_daemon_of(&["--network", "loopback"]);
    let shown = there.text(&["network"]);
    assert!(shown.starts_with("direct\n"), "{shown}");
    assert!(there.text(&["swarm", "peers"]).is_empty());
    assert!(
        there
            .text(&["bitswap", "stat"])
            .contains("Received  0 blocks")
    );
    let (status, error) = there.failed(&["swarm", "connect", "nonsense"]);
    assert_eq!((status, &error["code"]), (1, &"bad_request".into()));
}

#[test]
fn a_home_takes_the_key_of_a_btfs_node_from_standard_input() {
    let text = include_str!("../../../../tests/vectors/identity.json");
    let vectors: Value = serde_json::from_str(text).expect("the file");
    let field = |name: &str| vectors[2][name].as_str().expect("a text");
    for world in [
        World::with_daemon_of(&["--network", "loopback"]),
        World::new(),
    ] {
        let before = world.json(&["network", "identity"]).remove(0);
        let import = ["network", "import-identity", "--yes"];
        let input = format!("{}\nrosebud rosebud\n", field("words"));

        let unmeant = world
            .text_with(&import[..2], &input)
            .expect_err("not meant");
        assert!(unmeant.contains("--yes"), "{unmeant}");
        for (bad, why) in [
            ("", "this wants a key"),
            (
                "legal winner thank\nrosebud rosebud\n",
                "do not fit together",
            ),
            (field("words"), "this wants a password"),
        ] {
            let refused = world.text_with(&import, bad).expect_err("refused");
            assert!(refused.contains(why), "{refused}");
        }
        let short = world.text_with(&import, &format!("{}\nshort\n", field("hex")));
        assert!(short.expect_err("refused").contains("8 characters"));
        assert_eq!(world.json(&["network", "identity"])[0], before);

        let told = world.text_with(&import, &input).expect("it is taken");
        assert!(
            told.contains(field("peer")) && !told.contains("letter"),
            "{told}"
        );
        let after = world.json(&["id"]).remove(0);
        assert_eq!(after["peerId"], field("peer"));

        // And the other one back, from what was kept.
        let name = format!(
            "keys/node-{}.sealed",
            before["peerId"].as_str().expect("a peer")
        );
        let sealed = std::fs::read_to_string(world.home().join(name)).expect("it is kept");
        let input = format!("{}\nrosebud rosebud\n", sealed.trim());
        let told = world.text_with(&import, &input).expect("it is taken");
        assert!(told.contains("a sealed key"), "{told}");
        assert_eq!(world.json(&["id"])[0], before);
    }
}
