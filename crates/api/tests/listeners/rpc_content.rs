//! The RPC listener: what commands answer, beyond what the clients of others look at.

use serde_json::{Value, json};

use crate::support::{World, pattern, send};

fn lines(text: &str) -> Vec<Value> {
    let lines = text.lines().map(serde_json::from_str);
    lines.collect::<Result<_, _>>().expect("lines of JSON")
}

fn hash(answer: &crate::support::Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let all = lines(&answer.text());
    all[all.len() - 1]["Hash"]
        .as_str()
        .expect("a hash")
        .to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn both_prefixes_answer_and_say_which_api_they_are() {
    let world = World::new().await;
    let bearer = format!("authorization: Bearer {}", world.rpc_token);
    let mut versions = Vec::new();
    for prefix in ["v0", "v1"] {
        let path = format!("/api/{prefix}/version");
        let answer = send(world.rpc, "POST", &path, &[&bearer], b"").await.json();
        assert_eq!(
            answer["Agent"],
            format!("tributary/{}", env!("CARGO_PKG_VERSION"))
        );
        versions.push(answer["Version"].as_str().expect("a version").to_owned());
    }
    assert_eq!(versions, ["0.7.0", env!("CARGO_PKG_VERSION")]);
    let id = world.rpc("id").await.json();
    assert_eq!(id["ID"], world.node.identity().peer_id);
    assert_eq!(id["Addresses"], json!([]));
    let tree = world.rpc("commands?flags=true").await.json();
    let top = tree["Subcommands"].as_array().expect("commands");
    let add = top
        .iter()
        .find(|command| command["Name"] == "add")
        .expect("add");
    assert!(
        add["Options"]
            .as_array()
            .is_some_and(|options| options.len() > 5)
    );
    let shown = world.rpc("config/show").await.text();
    for secret in [&world.rpc_token, &world.token] {
        assert!(!shown.contains(secret.as_str()), "{shown}");
    }
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_range_over_several_files_is_one_range() {
    let world = World::new().await;
    let one = hash(&world.rpc_parts("add", &[("a", b"hello ")]).await);
    let two = hash(&world.rpc_parts("add", &[("b", b"world")]).await);
    for (range, expect) in [
        ("", "hello world"),
        ("&offset=4&length=4", "o wo"),
        ("&offset=7", "orld"),
        ("&length=0", ""),
        ("&offset=100", ""),
        ("&offset=5&length=18446744073709551615", " world"),
    ] {
        let answer = world
            .rpc(&format!("cat?arg={one}&arg=/ipfs/{two}{range}"))
            .await;
        assert_eq!(
            (answer.status, answer.text().as_str()),
            (200, expect),
            "{range}"
        );
        assert_eq!(
            answer.header("x-content-length"),
            Some(expect.len().to_string().as_str())
        );
    }
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_added_is_told_only_when_it_is_durable() {
    let world = World::new().await;
    let content = pattern(600_000);
    let parts: [(&str, &[u8]); 2] = [("dir/a", &content), ("dir/b/c", b"c")];
    let told = world.rpc_parts("add?progress=true", &parts).await;
    let told = lines(&told.text());
    let names: Vec<&str> = told
        .iter()
        .filter(|line| line.get("Hash").is_some())
        .map(|line| line["Name"].as_str().expect("a name"))
        .collect();
    assert_eq!(names, ["dir/a", "dir/b/c", "dir/b", "dir"]);
    assert!(
        told.iter().any(|line| line["Bytes"].as_u64() > Some(0)),
        "{told:?}"
    );
    let silent = world.rpc_parts("add?silent=true", &parts).await;
    assert_eq!((silent.status, silent.text().as_str()), (200, ""));
    let hashed = world
        .rpc_parts("add?only-hash=true", &[("x", b"only hashed")])
        .await;
    let hashed = hash(&hashed);
    let stat = world.rpc(&format!("block/stat?arg={hashed}")).await;
    assert!(
        stat.text().contains("not on this machine"),
        "{}",
        stat.text()
    );
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn private_pins_are_neither_listed_nor_let_go() {
    let world = World::new().await;
    let items = world.import(&[("private.txt", b"mine")]).await;
    assert_eq!(items.len(), 1);
    let made = world.rpc("files/mkdir?arg=/tree").await;
    assert_eq!(made.status, 200, "{}", made.text());
    assert_eq!(world.rpc("pin/ls").await.json(), json!({ "Keys": {} }));
    let root = world.rpc("files/stat?arg=/").await.json();
    let root = root["Hash"].as_str().expect("a root");
    let refused = world.rpc(&format!("pin/rm?arg={root}")).await;
    assert_eq!(refused.status, 500, "{}", refused.text());
    let gateway = format!("/ipfs/{root}/");
    let answer = send(world.media, "GET", &gateway, &[], b"").await;
    assert_eq!(answer.status, 404, "the tree of files is private");
    let again = world.rpc("files/stat?arg=/tree").await.json();
    assert_eq!(again["Type"], "directory");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refs_follow_as_far_as_they_are_told() {
    let world = World::new().await;
    let content = pattern(600_000);
    let root = hash(
        &world
            .rpc_parts("add", &[("d/a", &content), ("d/b", b"b")])
            .await,
    );
    for (options, expect) in [
        ("", 2),
        ("&recursive=true", 5),
        ("&recursive=true&max-depth=1", 2),
        ("&recursive=true&max-depth=0", 0),
        ("&recursive=true&max-depth=-1&unique=true", 5),
    ] {
        let answer = world.rpc(&format!("refs?arg={root}{options}")).await;
        assert_eq!(
            lines(&answer.text()).len(),
            expect,
            "{options}: {}",
            answer.text()
        );
    }
    let edges = world
        .rpc(&format!(
            "refs?arg={root}&format=%3Csrc%3E+has+%3Clinkname%3E"
        ))
        .await;
    assert_eq!(lines(&edges.text())[0]["Ref"], format!("{root} has a"));
    let verify = world.rpc("pin/verify?verbose=true").await;
    assert_eq!(lines(&verify.text())[0]["Ok"], true);
    let stat = world.rpc(&format!("dag/stat?arg={root}")).await.json();
    assert_eq!(stat["NumBlocks"], 6, "{stat}");
    let gc = world.rpc("repo/gc").await;
    assert_eq!((gc.status, gc.text().as_str()), (200, ""));
    let verified = world.rpc("repo/verify").await;
    assert!(
        verified.text().contains("all blocks validated"),
        "{}",
        verified.text()
    );
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_into_the_tree_keeps_what_it_does_not_touch() {
    let world = World::new().await;
    let mut expect = pattern(700_000);
    let write = |options: &str| format!("files/write?arg=/f&create=true{options}");
    let first = world.rpc_parts(&write(""), &[("f", &expect)]).await;
    assert_eq!(first.status, 200, "{}", first.text());
    let patch = [7_u8; 1000];
    for offset in [0_usize, 262_000, 699_500, 705_000] {
        let answer = world
            .rpc_parts(&write(&format!("&offset={offset}")), &[("f", &patch)])
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        if expect.len() < offset + patch.len() {
            expect.resize(offset + patch.len(), 0);
        }
        expect[offset..offset + patch.len()].copy_from_slice(&patch);
        let read = world.rpc("files/read?arg=/f").await;
        assert!(read.body == expect, "at {offset}");
    }
    let counted = world
        .rpc_parts(&write("&offset=1&count=2"), &[("f", b"abcdef")])
        .await;
    assert_eq!(counted.status, 200);
    expect[1..3].copy_from_slice(b"ab");
    let cut = world
        .rpc_parts(&write("&offset=10&truncate=true"), &[("f", b"end")])
        .await;
    assert_eq!(cut.status, 200);
    expect.truncate(10);
    expect.extend_from_slice(b"end");
    assert_eq!(world.rpc("files/read?arg=/f").await.body, expect);
    // The same bytes written at once have the same address.
    let whole = hash(
        &world
            .rpc_parts("add?only-hash=true", &[("f", &expect)])
            .await,
    );
    assert_eq!(world.rpc("files/stat?arg=/f").await.json()["Hash"], whole);
    let far = world
        .rpc_parts(&write("&offset=99999999999999"), &[("f", b"x")])
        .await;
    assert_eq!(far.status, 500);
    assert!(far.text().contains("too far"), "{}", far.text());
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_cut_into_shards_and_encrypted_as_a_btfs_client_asks() {
    let world = World::new().await;
    let bytes = pattern(400_000);
    let add = "add?chunker=reed-solomon-3-2-65536";
    let cid = hash(&world.rpc_parts(add, &[("film.bin", &bytes)]).await);
    assert!(world.rpc(&format!("cat?arg={cid}")).await.body == bytes);
    let part = world
        .rpc(&format!("cat?arg={cid}&offset=133000&length=1000"))
        .await;
    assert_eq!(part.body, bytes[133_000..134_000]);
    let got = world.rpc(&format!("get?arg={cid}")).await;
    assert!(
        got.body[512..512 + bytes.len()] == bytes[..],
        "a tar with the file"
    );
    let path = format!("/btfs/{cid}");
    let shown = send(world.media, "GET", &path, &["range: bytes=399990-"], b"").await;
    assert_eq!((shown.status, &shown.body[..]), (206, &bytes[399_990..]));

    let secret = b"for the owner of this node, and for nobody else";
    let cid = hash(&world.rpc_parts("add?encrypt=true", &[("s", secret)]).await);
    let text = world.rpc(&format!("cat?arg={cid}")).await;
    assert_eq!(text.body.len(), 96, "hexadecimal text of 48 bytes");
    let read = world.rpc(&format!("cat?arg={cid}&decrypt=true")).await;
    assert_eq!(read.body, secret);
    let part = world
        .rpc(&format!("cat?arg={cid}&decrypt=true&offset=8&length=9"))
        .await;
    assert_eq!(part.body, secret[8..17]);
    let got = world.rpc(&format!("get?arg={cid}&decrypt=true")).await;
    assert_eq!(got.body[512..512 + secret.len()], secret[..]);

    let text = include_str!("../../../../tests/vectors/identity.json");
    let vectors: Value = serde_json::from_str(text).expect("the file");
    let field = |name: &str| vectors[0][name].as_str().expect("a text");
    let add = format!("add?encrypt=true&peer-id={}", field("peer"));
    let cid = hash(&world.rpc_parts(&add, &[("s", secret)]).await);
    let wrong = world.rpc(&format!("cat?arg={cid}&decrypt=true")).await;
    assert_eq!(wrong.status, 500);
    assert!(wrong.text().contains("another key"), "{}", wrong.text());
    let right = format!("cat?arg={cid}&decrypt=true&private-key={}", field("hex"));
    assert_eq!(world.rpc(&right).await.body, secret);

    // The app API, where a key is no part of an address.
    let body = json!({ "path": cid, "key": field("words") });
    let read = world.call("POST", "/node/decrypt", Some(body)).await;
    assert_eq!(read.body, secret);
    let refused = world
        .call("POST", "/node/decrypt", Some(json!({ "path": cid })))
        .await;
    assert_eq!(
        (refused.status, &refused.json()["code"]),
        (422, &json!("corrupt"))
    );
    world.end().await;
}
