//! Start, run.json, events, uploads and a quick end.

use std::{os::unix::fs::PermissionsExt as _, time::Duration};

use api::{Server, StartServer};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::support::{World, config, send};

#[tokio::test(flavor = "multi_thread")]
async fn run_file_is_private_and_goes_away() {
    let world = World::new().await;
    let path = world.node.home().join("run.json");
    let mode = std::fs::metadata(&path)
        .expect("run.json")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let run = node::RunFile::read(world.node.home()).expect("a run file");
    assert_eq!(
        (run.pid, run.token.as_str()),
        (std::process::id(), world.token.as_str())
    );
    world.server.shutdown().await;
    assert!(!path.exists(), "nobody finds a server that is gone");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_in_use_is_named() {
    let world = World::new().await;
    let mut taken = config();
    taken.api = world.api;
    let error = Server::start(world.node.clone(), taken)
        .await
        .expect_err("the port is taken");
    assert!(matches!(&error, StartServer::PortInUse(address) if *address == world.api));
    assert!(
        error.to_string().contains(&world.api.port().to_string()),
        "{error}"
    );
    let mut open = config();
    open.media = ([0, 0, 0, 0], 0).into();
    let error = Server::start(world.node.clone(), open)
        .await
        .expect_err("not loopback");
    assert!(matches!(error, StartServer::NotLoopback(_)), "{error}");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_flow_and_end_with_the_server() {
    let world = World::new().await;
    let mut stream = TcpStream::connect(world.api).await.expect("a connection");
    let request = format!(
        "GET /api/app/events HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\n\r\n",
        world.api, world.token
    );
    stream
        .write_all(request.as_bytes())
        .await
        .expect("a request");
    let mut seen = read_until(&mut stream, ": connected").await;
    assert!(seen.contains("content-type: text/event-stream"), "{seen}");
    let changed = world.call(
        "PATCH",
        "/settings",
        Some(serde_json::json!({ "theme": "dark" })),
    );
    assert_eq!(changed.await.status, 200);
    seen = read_until(&mut stream, "event: settingsChanged").await;
    assert!(seen.contains("event: settingsChanged"), "{seen}");
    let started = std::time::Instant::now();
    world.server.shutdown().await;
    assert!(
        started.elapsed() < Duration::from_secs(1),
        "an open stream holds nothing up"
    );
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest).await;
    world.end().await;
}

async fn read_until(stream: &mut TcpStream, text: &str) -> String {
    let mut seen = String::new();
    let mut piece = [0; 4096];
    while !seen.contains(text) {
        let length = stream.read(&mut piece).await.expect("bytes");
        assert_ne!(length, 0, "the stream ended early: {seen}");
        seen.push_str(&String::from_utf8_lossy(&piece[..length]));
    }
    seen
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_stay_in_their_folder() {
    let world = World::new().await;
    let bearer = format!("authorization: Bearer {}", world.token);
    let upload = world.call("POST", "/uploads", None).await.json();
    let id = upload["uploadId"].as_str().expect("an id").to_owned();
    let put = async |path: &str, body: &[u8]| {
        let route = format!("/api/app/uploads/{id}/file?path={path}");
        send(world.api, "PUT", &route, &[&bearer], body).await
    };
    for bad in [
        "..%2Fx",
        "%2Fetc%2Fpasswd",
        "a%2F..%2F..%2Fx",
        "",
        "a%00b",
        ".",
    ] {
        assert_eq!(put(bad, b"x").await.status, 400, "{bad}");
    }
    let kept = put("Holiday%2Fnote.txt", b"hello").await;
    assert_eq!(kept.status, 200, "{}", kept.text());
    assert_eq!(kept.json()["bytes"], 5);
    let body = serde_json::json!({ "uploadId": id });
    let job = world.call("POST", "/imports", Some(body)).await.json();
    let job = job["id"].as_str().expect("a job").parse().expect("an id");
    let job = world.node.wait_job(job).await.expect("the job");
    assert_eq!(job.files_done, 1, "{job:?}");
    let items = world.call("GET", "/items", None).await.json();
    assert_eq!(items["items"][0]["title"], "note.txt", "{items}");
    assert_eq!(
        put("late.txt", b"x").await.status,
        404,
        "the upload is gone"
    );
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_can_ask_the_daemon_to_end() {
    let world = World::new().await;
    assert_eq!(world.call("POST", "/shutdown", None).await.status, 204);
    world.server.asked_to_end().await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn urls_of_media_outlive_a_restart_on_the_same_port() {
    let world = World::new().await;
    let items = world.import(&[("song.bin", b"la la la")]).await;
    let id = items[0]["id"].as_str().expect("an id");
    let detail = world.call("GET", &format!("/items/{id}"), None).await;
    let url = detail.json()["renditions"][0]["url"]
        .as_str()
        .expect("a URL")
        .to_owned();
    let path = url
        .strip_prefix(&format!("http://{}", world.media))
        .expect("ours");
    world.server.shutdown().await;
    let again = Server::start(world.node.clone(), config())
        .await
        .expect("starts");
    let media = again.endpoint().media_url;
    let media = media
        .strip_prefix("http://")
        .expect("a scheme")
        .parse()
        .expect("an address");
    let answer = send(media, "GET", path, &[], b"").await;
    assert_eq!((answer.status, answer.text().as_str()), (200, "la la la"));
    let other = World::new().await;
    let answer = send(other.media, "GET", path, &[], b"").await;
    assert_eq!(answer.status, 401, "the key of another home");
    other.end().await;
    again.shutdown().await;
    world.node.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn null_takes_the_limit_away_and_absent_leaves_it() {
    let world = World::new().await;
    let patch = async |body: serde_json::Value| {
        let answer = world.call("PATCH", "/settings", Some(body)).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()["quotaBytes"].clone()
    };
    let limit = serde_json::json!(1_u64 << 30);
    assert_eq!(
        patch(serde_json::json!({ "quotaBytes": limit })).await,
        limit
    );
    assert_eq!(patch(serde_json::json!({ "theme": "dark" })).await, limit);
    let none = patch(serde_json::json!({ "quotaBytes": null })).await;
    assert_eq!(none, serde_json::Value::Null);
    assert_eq!(patch(serde_json::json!({})).await, serde_json::Value::Null);
    world.end().await;
}
