//! The RPC listener: who may use it, and what bad requests get.

use std::net::SocketAddr;

use api::{Server, ServerConfig, StartServer};
use node::{Node, NodeConfig};
use serde_json::Value;
use tokio::io::AsyncWriteExt as _;

use crate::support::{World, config, pattern, send};

/// Checks that an answer is an error in go's shape, with a status and a part of its message.
fn check(answer: &crate::support::Answer, status: u16, message: &str) {
    assert_eq!(answer.status, status, "{}", answer.text());
    let body = answer.json();
    let told = body["Message"].as_str().expect("a message");
    assert!(told.contains(message), "{told:?} should say {message:?}");
    assert_eq!(body["Type"], "error");
    assert!(body["Code"].is_u64(), "{body}");
    assert!(!told.contains("panicked"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_off_unless_it_is_turned_on_and_never_leaves_loopback() {
    let dir = tempfile::tempdir().expect("a folder");
    let node = Node::open(NodeConfig::new(dir.path()))
        .await
        .expect("a node");
    let server = Server::start(node.clone(), config())
        .await
        .expect("started");
    assert_eq!(server.endpoint().rpc, None);
    let run = node::RunFile::read(node.home()).expect("a run file");
    assert_eq!((run.rpc, run.rpc_token), (None, None));
    assert!(
        !dir.path().join("keys/rpc").exists(),
        "no credential is made"
    );
    server.shutdown().await;
    let open: SocketAddr = ([0, 0, 0, 0], 0).into();
    let wide = ServerConfig {
        rpc: Some(open),
        ..config()
    };
    match Server::start(node.clone(), wide).await {
        Err(StartServer::NotLoopback(address)) => assert_eq!(address, open),
        other => panic!("{other:?}"),
    }
    node.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn run_json_names_it_and_the_credential_stays() {
    let world = World::new().await;
    let run = node::RunFile::read(world.node.home()).expect("a run file");
    assert_eq!(run.rpc, Some(format!("http://{}", world.rpc)));
    assert_eq!(run.rpc_token.as_ref(), Some(&world.rpc_token));
    assert_ne!(world.rpc_token, world.token, "a credential of its own");
    let debug = format!("{:?}", world.server.endpoint());
    assert!(!debug.contains(&world.rpc_token), "it never reaches a log");
    world.server.shutdown().await;
    let again = ServerConfig {
        rpc: Some(([127, 0, 0, 1], 0).into()),
        ..config()
    };
    let server = Server::start(world.node.clone(), again)
        .await
        .expect("started");
    let rpc = server.endpoint().rpc.expect("on");
    assert_eq!(rpc.token, world.rpc_token);
    server.shutdown().await;
    world.node.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_happens_without_credential_host_or_with_an_origin() {
    let world = World::new().await;
    let bearer = format!("authorization: Bearer {}", world.rpc_token);
    let session = format!("authorization: Bearer {}", world.token);
    let own = format!("origin: http://{}", world.rpc);
    let cases: [(&[&str], u16); 10] = [
        (&[], 401),
        (&[&session], 401),
        (&["authorization: Bearer "], 401),
        (&["authorization: Basic AAAA"], 401),
        (&[&bearer, "authorization: Bearer x"], 401),
        (&[&bearer, "host: evil.example"], 403),
        (&[&bearer, "host: 127.0.0.1:1"], 403),
        (&[&bearer, "origin: http://evil.example"], 403),
        (&[&bearer, "origin: null"], 403),
        (&[&bearer, &own], 403),
    ];
    for path in [
        "/api/v0/files/mkdir?arg=/x",
        "/api/v1/version",
        "/",
        "/api/v0/none",
    ] {
        for (headers, status) in cases {
            for method in ["POST", "GET", "OPTIONS"] {
                let answer = send(world.rpc, method, path, headers, b"").await;
                assert_eq!(answer.status, status, "{method} {path} {headers:?}");
                assert_eq!(answer.json()["Type"], "error");
                assert_eq!(answer.header("access-control-allow-origin"), None);
                let asked = answer.header("www-authenticate");
                assert!(asked.is_none_or(|asked| asked == "Bearer"), "{asked:?}");
            }
        }
    }
    check(&world.rpc("files/stat?arg=/x").await, 500, "does not exist");
    // The credentials do not open each other's doors.
    let answer = send(world.api, "GET", "/api/app/status", &[&bearer], b"").await;
    assert_eq!(answer.status, 401);
    let localhost = format!("host: localhost:{}", world.rpc.port());
    let answer = send(world.rpc, "POST", "/api/v0/id", &[&bearer, &localhost], b"").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_calls_are_told_what_is_wrong() {
    let world = World::new().await;
    let bearer = format!("authorization: Bearer {}", world.rpc_token);
    for method in ["GET", "PUT", "DELETE", "HEAD", "PATCH"] {
        let answer = send(world.rpc, method, "/api/v0/id", &[&bearer], b"").await;
        assert_eq!(answer.status, 405, "{method}");
        assert_eq!(answer.header("allow"), Some("POST"));
    }
    for path in [
        "/",
        "/api",
        "/api/v0",
        "/api/v2/id",
        "/api/v0/no",
        "/api/v0/files",
        "/api/app/status",
    ] {
        let answer = send(world.rpc, "POST", path, &[&bearer], b"").await;
        check(&answer, 404, "no such command");
    }
    let long = format!("cat?arg={}", "a".repeat(40_000));
    let many = format!("cat?{}", "arg=a&".repeat(3_000));
    for (command, status, message) in [
        ("cat", 400, "\"ipfs-path\" is required"),
        ("cat?arg=", 400, "invalid path"),
        ("cat?arg=nonsense", 400, "invalid path"),
        ("cat?arg=/ipfs/", 400, "invalid path"),
        ("cat?arg=%ff", 400, "UTF-8"),
        (&long, 400, "too long"),
        (&many, 400, "too many"),
        (
            "cat?arg=QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o",
            500,
            "not on this machine",
        ),
        ("cat?arg=Qm&offset=-1", 400, "offset"),
        (
            "ls?arg=bafyreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy",
            500,
            "not on this machine",
        ),
        ("pin/ls?type=some", 400, "invalid type"),
        ("pin/ls?stream=maybe", 400, "true or false"),
        (
            "pin/add?arg=QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o",
            500,
            "not on this machine",
        ),
        (
            "pin/rm?arg=QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o",
            500,
            "not pinned",
        ),
        ("files/read?arg=/../x", 400, "not a path"),
        ("files/mkdir?arg=x", 400, "not a path"),
        ("files/mkdir?arg=/a/b", 500, "does not exist"),
        ("files/rm?arg=/", 500, "cannot be moved or removed"),
        ("files/cp?arg=/a", 400, "required"),
        (
            "block/get?arg=QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o/x",
            500,
            "not on this machine",
        ),
        ("dag/get?arg=Qm&output-codec=git-raw", 500, "codec"),
        ("swarm/peers", 500, "the network is not running"),
        ("name/resolve", 500, "the network is not running"),
        ("config?arg=Identity.PrivKey", 500, "no setting"),
        ("config?arg=a&arg=b", 500, "in Tributary itself"),
    ] {
        check(&world.rpc(command).await, status, message);
    }
    // Longer than any head: the connection may end before the answer.
    let flood = format!("/api/v0/cat?arg={}", "a".repeat(600_000));
    let mut stream = tokio::net::TcpStream::connect(world.rpc)
        .await
        .expect("connected");
    let _ = stream
        .write_all(format!("POST {flood} HTTP/1.1\r\nhost: x\r\n\r\n").as_bytes())
        .await;
    drop(stream);
    assert_eq!(world.rpc("id").await.status, 200, "it goes on");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_uploads_are_refused_and_leave_nothing() {
    let world = World::new().await;
    let content = pattern(300_000);
    check(&world.rpc("add").await, 400, "multipart");
    for (body, message) in [
        (&b""[..], "ended before"),
        (b"--b", "ended before"),
        (b"no boundary at all", "ended before"),
        (b"--b\r\nbad head\r\n\r\nx\r\n--b--", "no colon"),
        (b"--b\r\nContent-Disposition: form-data; filename=\"../../etc/passwd\"\r\n\r\nx\r\n--b--", "not allowed"),
        (b"--b\r\nContent-Disposition: form-data; filename=\"a%2F..%2F..%2Fb\"\r\n\r\nx\r\n--b--", "not allowed"),
        (b"--b\r\nContent-Disposition: form-data; filename=\"a%00\"\r\n\r\nx\r\n--b--", "not allowed"),
        (b"--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\nx\r\n--b--", "within parts"),
    ] {
        for command in ["add", "add?progress=true", "add?wrap-with-directory=true"] {
            check(&world.rpc_body(command, body).await, 400, message);
        }
    }
    let mut cut = b"--b\r\nContent-Disposition: form-data; filename=\"cut\"\r\n\r\n".to_vec();
    cut.extend_from_slice(&content);
    for command in [
        "add",
        "files/write?arg=/cut&create=true",
        "dag/import",
        "block/put",
        "dag/put",
    ] {
        let answer = world.rpc_body(command, &cut).await;
        assert!(answer.status >= 400, "{command}: {}", answer.text());
        assert_eq!(answer.json()["Type"], "error", "{command}");
    }
    for (command, status, message) in [
        ("add?nocopy=true", 500, "tributary add --reference"),
        ("add?chunker=size-0", 400, "chunk sizes"),
        ("add?chunker=nonsense", 400, "not a chunker"),
        (
            "add?chunker=reed-solomon-0-20-1000",
            400,
            "no usable numbers",
        ),
        (
            "add?chunker=reed-solomon-10",
            400,
            "reed-solomon-10-20-262144",
        ),
        ("add?hash=blake3", 500, "sha2-256"),
        ("add?cid-version=7", 400, "no CID version"),
        ("add?inline=true", 500, "hold their content"),
        ("add?pin-name=files", 400, "kept for Tributary"),
        ("add?encrypt=true&public-key=02", 400, "public key"),
        ("add?encrypt=true&peer-id=Qm", 400, "peer id"),
        ("block/put?mhtype=md5", 500, "sha2-256"),
        ("block/put?cid-codec=git-raw", 500, "codec"),
        ("dag/put", 400, "not valid"),
        (
            "dag/put?store-codec=dag-pb&input-codec=dag-cbor",
            400,
            "not valid",
        ),
        ("dag/import", 400, "CAR"),
    ] {
        check(
            &world.rpc_parts(command, &[("f", &[0xff, 0x00])]).await,
            status,
            message,
        );
    }
    let answer = world.rpc_parts("add", &[("a", b"1"), ("a", b"2")]).await;
    check(&answer, 400, "came twice");
    let answer = world.rpc_parts("add", &[("a", b"1"), ("a/b", b"2")]).await;
    check(&answer, 400, "a file and a folder");
    let deep = "d/".repeat(100);
    check(
        &world.rpc_parts("add", &[(&deep, b"1")]).await,
        400,
        "deeper",
    );
    let large = vec![0; 3 << 20];
    check(
        &world.rpc_parts("block/put", &[("f", &large)]).await,
        400,
        "longer than",
    );
    let pins = world.rpc("pin/ls").await.json();
    assert_eq!(pins, serde_json::json!({ "Keys": {} }), "nothing is kept");
    check(
        &world.rpc("files/stat?arg=/cut").await,
        500,
        "does not exist",
    );
    let listed = world.rpc("files/ls").await.json();
    assert_eq!(listed["Entries"], Value::Null);
    world.end().await;
}

/// A client that goes away in the middle of its body, and one that never reads its answer.
#[tokio::test(flavor = "multi_thread")]
async fn clients_that_go_away_leave_nothing_and_hold_up_nobody() {
    let world = World::new().await;
    let head = format!(
        "POST /api/v0/add?progress=true HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\n\
         content-type: multipart/form-data; boundary=b\r\ncontent-length: 100000000\r\n\r\n\
         --b\r\nContent-Disposition: form-data; filename=\"a\"\r\n\r\n",
        world.rpc, world.rpc_token
    );
    let content = pattern(1 << 20);
    // More than there are turns for uploads.
    for _ in 0..20 {
        let mut stream = tokio::net::TcpStream::connect(world.rpc)
            .await
            .expect("connected");
        stream.write_all(head.as_bytes()).await.expect("sent");
        stream.write_all(&content).await.expect("sent");
        drop(stream);
    }
    let answer = world.rpc_parts("add", &[("whole", &content)]).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let pins = world.rpc("pin/ls?type=recursive").await.json();
    let pins = pins["Keys"].as_object().expect("pins");
    assert_eq!(pins.len(), 1, "only the whole one: {pins:?}");
    world.end().await;
}
