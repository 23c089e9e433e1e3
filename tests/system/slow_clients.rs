//! Clients that say nothing, or never read: others go on, and the end comes in time.
//! The deadlines themselves are tested with a paused clock in `api`.

use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::support::{Daemon, bytes, raw};

/// As many as would take every connection of a listener, were they not bounded.
const MANY: usize = 60;

#[test]
fn silent_clients_hold_up_neither_others_nor_the_end() {
    let files = tempfile::tempdir().expect("a folder");
    let path = files.path().join("film.bin");
    let content = bytes(1, 40 << 20);
    std::fs::write(&path, &content).expect("written");
    let daemon = Daemon::start(&files.path().join("home"));
    daemon.import(&[&path], "copy");
    let item = daemon.items().remove(0);
    let url = item["renditions"][0]["url"].as_str().expect("a URL");
    let media_path = url
        .strip_prefix(&daemon.media)
        .expect("of the media listener");
    let upload = daemon.posted("/uploads", &serde_json::Value::Null);
    let upload = upload["uploadId"].as_str().expect("an id");

    let host = |base: &str| base.strip_prefix("http://").expect("an address").to_owned();
    let (api, media) = (host(&daemon.api), host(&daemon.media));
    let auth = format!("Host: {api}\r\nAuthorization: Bearer {}\r\n", daemon.token);
    let requests = [
        // Nothing at all, a head without an end, a body that does not come, a body of which a
        // part comes, an answer that nobody reads.
        (&daemon.api, String::new()),
        (&daemon.media, String::new()),
        (&daemon.api, "GET /api/app/status HTTP/1.1\r\nHo".to_owned()),
        (&daemon.media, "GET / HTTP/1.1\r\nHo".to_owned()),
        (
            &daemon.api,
            format!(
                "POST /api/app/imports HTTP/1.1\r\n{auth}Content-Type: application/json\r\n\
                 Content-Length: 500\r\n\r\n{{"
            ),
        ),
        (
            &daemon.api,
            format!("POST /api/app/node/add HTTP/1.1\r\n{auth}Content-Length: 5000000\r\n\r\nabc"),
        ),
        (
            &daemon.api,
            format!(
                "PUT /api/app/uploads/{upload}/file?path=slow.bin HTTP/1.1\r\n{auth}\
                 Content-Length: 5000000\r\n\r\nabc"
            ),
        ),
        (
            &daemon.api,
            format!("GET /api/app/events HTTP/1.1\r\n{auth}\r\n"),
        ),
        (
            &daemon.media,
            format!("GET {media_path} HTTP/1.1\r\nHost: {media}\r\n\r\n"),
        ),
    ];
    let mut open: Vec<TcpStream> = Vec::new();
    for _ in 0..MANY / requests.len() * 2 {
        for (base, request) in &requests {
            let mut stream = raw::connect(base);
            // One name twice is refused, which is an answer nobody reads either.
            stream.write_all(request.as_bytes()).expect("sent");
            open.push(stream);
        }
    }
    for _ in 0..3 {
        daemon.got("/status");
        assert_eq!(
            daemon.range(url, "bytes=5-9"),
            (206, content[5..10].to_vec())
        );
    }
    assert!(daemon.original(&item) == (200, content));
    let started = Instant::now();
    assert!(daemon.end().success());
    let took = started.elapsed();
    assert!(took < Duration::from_secs(2), "the end took {took:?}");
    drop(open);
}
