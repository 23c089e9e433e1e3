//! Requests that no honest client sends, to both listeners.

use std::io::{Read, Write};

use crate::support::{Daemon, bytes, raw};

#[test]
fn malformed_and_oversized_requests_are_refused_one_by_one() {
    let files = tempfile::tempdir().expect("a folder");
    let daemon = Daemon::start(&files.path().join("home"));
    let host = daemon
        .api
        .strip_prefix("http://")
        .expect("an address")
        .to_owned();
    let auth = format!("Host: {host}\r\nAuthorization: Bearer {}\r\n", daemon.token);
    let mut cases: Vec<(&str, Vec<u8>)> = vec![
        ("junk", bytes(1, 10_000)),
        ("no host", b"GET /api/app/status HTTP/1.1\r\n\r\n".to_vec()),
        ("tls hello", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".repeat(40)),
        ("http/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec()),
        ("a header of 1 MiB", format!("GET /api/app/status HTTP/1.1\r\n{auth}X: {}\r\n\r\n", "x".repeat(1 << 20)).into_bytes()),
        ("20,000 headers", format!("GET /api/app/status HTTP/1.1\r\n{auth}{}\r\n", "X: y\r\n".repeat(20_000)).into_bytes()),
        ("a path of 1 MiB", format!("GET /{} HTTP/1.1\r\n{auth}\r\n", "x".repeat(1 << 20)).into_bytes()),
        ("two lengths", format!("POST /api/app/imports HTTP/1.1\r\n{auth}Content-Length: 2\r\nContent-Length: 4\r\n\r\n{{}}{{}}").into_bytes()),
        ("bad chunks", format!("POST /api/app/imports HTTP/1.1\r\n{auth}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n").into_bytes()),
        ("two hosts", format!("GET /api/app/status HTTP/1.1\r\n{auth}Host: evil.example\r\nConnection: close\r\n\r\n").into_bytes()),
        ("absolute form of elsewhere", format!("GET http://evil.example/api/app/status HTTP/1.1\r\nHost: evil.example\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\r\n", daemon.token).into_bytes()),
        ("connect", format!("CONNECT evil.example:443 HTTP/1.1\r\n{auth}\r\n").into_bytes()),
        ("trace", format!("TRACE /api/app/status HTTP/1.1\r\n{auth}Connection: close\r\n\r\n").into_bytes()),
    ];
    for path in [
        "/../../../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/assets/..%2f..%2f..%2fetc%2fpasswd",
        "/..\\..\\etc\\passwd",
        "/\0",
    ] {
        cases.push((
            path,
            format!("GET {path} HTTP/1.1\r\n{auth}Connection: close\r\n\r\n").into_bytes(),
        ));
    }
    for (name, request) in &cases {
        for base in [&daemon.api, &daemon.media] {
            let status = raw::status(base, request);
            let is_page = name.starts_with('/') && status == 200;
            assert!(
                status == 0 || (400..500).contains(&status) || is_page,
                "{name}: {status}"
            );
        }
    }
    for path in [
        "/../../../../etc/passwd",
        "/assets/..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
    ] {
        let mut stream = raw::connect(&daemon.api);
        let request = format!("GET {path} HTTP/1.1\r\n{auth}Connection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("sent");
        let mut text = Vec::new();
        stream.read_to_end(&mut text).expect("read");
        assert!(!String::from_utf8_lossy(&text).contains("root:"), "{path}");
    }

    // JSON that is too long, too deep, of the wrong shape or the wrong kind.
    let long = format!("{{\"paths\":[\"{}\"]}}", "x".repeat(9 << 20));
    let deep = "[".repeat(1 << 20);
    let many = format!("{{\"paths\":[{}\"/x\"]}}", "\"/x\",".repeat(10_001));
    for body in [
        long.as_str(),
        &deep,
        &many,
        "",
        "null",
        "{\"paths\":7}",
        "{\"paths\":[\"relative\"]}",
        "{\"paths\":[\"/a\\u0000b\"]}",
        "{\"paths\":[\"\"]}",
        "\u{feff}{}",
    ] {
        let request = format!(
            "POST /api/app/imports HTTP/1.1\r\n{auth}Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        let status = raw::status(&daemon.api, request.as_bytes());
        let shown: String = body.chars().take(40).collect();
        assert!(
            status == 0 || (400..500).contains(&status),
            "{shown}: {status}"
        );
    }
    for id in ["x", "..", "%00", "00000000000000000000000000000000", "-1"] {
        for path in [
            format!("/items/{id}"),
            format!("/imports/{id}"),
            format!("/albums/{id}"),
            format!("/shows/{id}"),
        ] {
            let (status, error) = daemon.get(&path);
            assert!((400..500).contains(&status), "{path}: {status} {error}");
        }
    }
    for query in [
        "limit=0",
        "limit=99999999999999999999",
        "limit=-1",
        "cursor=junk",
        "kind=nothing",
        "sort=%00",
        "yearFrom=999999999999",
    ] {
        let (status, error) = daemon.get(&format!("/items?{query}"));
        assert!(
            status == 200 || (400..500).contains(&status),
            "{query}: {status} {error}"
        );
    }
    let (status, error) = daemon.get(&format!("/search?q={}", "a%20".repeat(2_000)));
    assert!(
        status == 200 || (400..500).contains(&status),
        "{status} {error}"
    );
    daemon.is_sound();
}

#[test]
fn ranges_are_answered_or_refused_and_never_multiply() {
    let files = tempfile::tempdir().expect("a folder");
    let path = files.path().join("film.bin");
    let content = bytes(5, 3 << 20);
    std::fs::write(&path, &content).expect("written");
    let daemon = Daemon::start(&files.path().join("home"));
    daemon.import(&[&path], "copy");
    let item = daemon.items().remove(0);
    let url = item["renditions"][0]["url"].as_str().expect("a URL");
    let len = content.len();
    let many = format!("bytes={}0-1", "0-1,".repeat(5_000));
    let overlapping = format!("bytes={}0-", "0-,".repeat(1_000));
    for range in [
        "bytes=18446744073709551615-",
        "bytes=-18446744073709551616",
        "bytes=9-1",
        "bytes=",
        "bytes=a-b",
        "bytes=-0",
        "bytes=--5",
        "items=0-1",
        "bytes=0-1;bytes=2-3",
        many.as_str(),
        overlapping.as_str(),
        "bytes=3145728-",
        "bytes=0-99999999999999999999999",
    ] {
        let (status, found) = daemon.range(url, range);
        let shown: String = range.chars().take(40).collect();
        assert!(
            [200, 206, 416, 400, 431].contains(&status),
            "{shown}: {status}"
        );
        assert!(
            found.len() <= len + 100_000,
            "{shown}: {} bytes for one of {len}",
            found.len()
        );
    }
    assert_eq!(daemon.range(url, "bytes=-10").1, content[len - 10..]);
    // A signature of something else, of another time, or none.
    for spoiled in [
        url.replace("s=", "s=0"),
        url.replace("e=", "e=9"),
        url.split('?').next().expect("a path").to_owned(),
    ] {
        let (status, _) = daemon.range(&spoiled, "bytes=0-1");
        assert!(
            [400, 401, 403, 404].contains(&status),
            "{spoiled}: {status}"
        );
    }
    daemon.is_sound();
}
