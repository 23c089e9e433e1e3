//! Signed media URLs: ranges, conditions, HEAD, and what cannot be guessed.

use serde_json::Value;

use crate::support::{Answer, World, pattern, send};

/// Path and query of a URL of listener (b).
fn path_of(url: &Value) -> String {
    let url = url.as_str().expect("a URL");
    let rest = url.strip_prefix("http://").expect("a scheme");
    rest[rest.find('/').expect("a path")..].to_owned()
}

/// A world with one large file, its media path and its bytes.
async fn world() -> (World, String, Vec<u8>, String) {
    let world = World::new().await;
    let bytes = pattern(3_000_001);
    let items = world.import(&[("film.bin", &bytes)]).await;
    let id = items[0]["id"].as_str().expect("an id");
    let detail = world
        .call("GET", &format!("/items/{id}"), None)
        .await
        .json();
    let path = path_of(&detail["renditions"][0]["url"]);
    let etag = format!("\"{}\"", detail["cid"].as_str().expect("a cid"));
    (world, path, bytes, etag)
}

async fn get(world: &World, path: &str, headers: &[&str]) -> Answer {
    send(world.media, "GET", path, headers, b"").await
}

#[tokio::test(flavor = "multi_thread")]
async fn ranges() {
    let (world, path, bytes, etag) = world().await;
    let size = bytes.len();
    let whole = get(&world, &path, &[]).await;
    assert_eq!((whole.status, whole.body == bytes), (200, true));
    assert_eq!(whole.header("accept-ranges"), Some("bytes"));
    assert_eq!(whole.header("etag"), Some(etag.as_str()));
    assert_eq!(whole.header("content-length"), Some("3000001"));
    for (range, part) in [
        ("0-0", 0..1),
        ("0-1048575", 0..1_048_576),
        ("1048570-2097160", 1_048_570..2_097_161),
        ("2999999-", 2_999_999..size),
        ("-5", size - 5..size),
        ("-9999999", 0..size),
        ("3000000-99999999", 3_000_000..size),
    ] {
        let answer = get(&world, &path, &[&format!("range: bytes={range}")]).await;
        assert_eq!(answer.status, 206, "{range}");
        assert!(
            answer.body == bytes[part.clone()],
            "{range}: the right bytes"
        );
        let expect = format!("bytes {}-{}/{size}", part.start, part.end - 1);
        assert_eq!(answer.header("content-range"), Some(expect.as_str()));
    }
    for range in ["3000001-", "-0"] {
        let answer = get(&world, &path, &[&format!("range: bytes={range}")]).await;
        assert_eq!(answer.status, 416, "{range}");
        assert_eq!(answer.header("content-range"), Some("bytes */3000001"));
    }
    for range in ["items=0-1", "bytes=9-1", "bytes=x"] {
        let answer = get(&world, &path, &[&format!("range: {range}")]).await;
        assert_eq!(answer.status, 200, "{range}: not a range, so the whole");
    }
    let answer = get(&world, &path, &["range: bytes=0-3,100-102"]).await;
    assert_eq!(answer.status, 206);
    let kind = answer.header("content-type").expect("a type").to_owned();
    let boundary = kind
        .strip_prefix("multipart/byteranges; boundary=")
        .expect("multipart");
    let mut expect = Vec::new();
    for (lead, part) in [("", 0..4), ("\r\n", 100..103)] {
        expect.extend_from_slice(
            format!(
                "{lead}--{boundary}\r\nContent-Type: application/octet-stream\r\n\
                 Content-Range: bytes {}-{}/{size}\r\n\r\n",
                part.start,
                part.end - 1
            )
            .as_bytes(),
        );
        expect.extend_from_slice(&bytes[part]);
    }
    expect.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    assert_eq!(answer.text(), String::from_utf8_lossy(&expect));
    assert_eq!(
        answer.header("content-length"),
        Some(expect.len().to_string().as_str())
    );
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn conditions_and_head() {
    let (world, path, _, etag) = world().await;
    let range = "range: bytes=0-9";
    let line = |name: &str, value: &str| format!("{name}: {value}");
    for (headers, status, length) in [
        (vec![line("if-none-match", &etag)], 304, 0),
        (
            vec![line("if-none-match", &format!("\"x\", W/{etag}"))],
            304,
            0,
        ),
        (vec![line("if-none-match", "*")], 304, 0),
        (
            vec![line("if-none-match", "\"x\""), range.to_owned()],
            206,
            10,
        ),
        (vec![line("if-match", "\"x\"")], 412, 0),
        (vec![line("if-match", &etag), range.to_owned()], 206, 10),
        (vec![line("if-range", &etag), range.to_owned()], 206, 10),
        (
            vec![line("if-range", "\"x\""), range.to_owned()],
            200,
            3_000_001,
        ),
        (
            vec![line("if-range", &format!("W/{etag}")), range.to_owned()],
            200,
            3_000_001,
        ),
        (
            vec![
                line("if-range", "Sat, 01 Jan 2022 00:00:00 GMT"),
                range.to_owned(),
            ],
            200,
            3_000_001,
        ),
    ] {
        let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
        let answer = get(&world, &path, &headers).await;
        assert_eq!(
            (answer.status, answer.body.len()),
            (status, length),
            "{headers:?}"
        );
        assert_eq!(answer.header("etag"), Some(etag.as_str()), "{headers:?}");
    }
    let head = send(world.media, "HEAD", &path, &[], b"").await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), Some("3000001"));
    assert_eq!(send(world.media, "POST", &path, &[], b"").await.status, 405);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn urls_cannot_be_guessed_or_changed() {
    let (world, path, _, _) = world().await;
    let (plain, query) = path.split_once('?').expect("a query");
    let other = plain.replace("/media/", "/preview/");
    let zero = format!("/media/{}/{}", "0".repeat(32), "0".repeat(32));
    for bad in [
        format!("{zero}?{query}"),
        format!("{other}?{query}"),
        format!("{plain}?{}", query.replace("e=", "e=9")),
        format!("{plain}?e=99999999999&s="),
        format!("{plain}?{query}A"),
    ] {
        let answer = get(&world, &bad, &[]).await;
        assert!(
            matches!(answer.status, 400 | 401),
            "{bad}: {}",
            answer.status
        );
    }
    assert_eq!(
        get(&world, plain, &[]).await.status,
        400,
        "no signature at all"
    );
    assert_eq!(
        get(&world, &path, &["host: evil.example"]).await.status,
        421
    );
    assert_eq!(
        get(&world, &path, &["origin: http://evil.example"])
            .await
            .status,
        403
    );
    let own = format!("http://{}", world.api);
    let answer = get(
        &world,
        &path,
        &[&format!("origin: {own}"), "range: bytes=0-0"],
    )
    .await;
    assert_eq!(
        answer.header("access-control-allow-origin"),
        Some(own.as_str())
    );
    world.end().await;
}
