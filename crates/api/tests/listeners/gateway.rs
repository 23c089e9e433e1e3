//! The gateway against the path gateway and trustless gateway specifications.

use crate::support::{Answer, World, pattern, send};

async fn get(world: &World, path: &str, headers: &[&str]) -> Answer {
    send(world.media, "GET", path, headers, b"").await
}

/// A world with a folder added by hand, and the folder's id.
async fn world() -> (World, String) {
    let world = World::new().await;
    let folder = world.dir.path().join("site");
    std::fs::create_dir_all(folder.join("pages")).expect("folders");
    std::fs::write(folder.join("hello.txt"), b"hello").expect("a file");
    std::fs::write(folder.join("a&<b>.txt"), b"odd").expect("a file");
    std::fs::write(folder.join("big.bin"), pattern(600_000)).expect("a file");
    std::fs::write(folder.join("pages/index.html"), b"<h1>index</h1>").expect("a file");
    let body = serde_json::json!({ "paths": [folder.to_str().expect("text")] });
    let added = world.call("POST", "/node/add/paths", Some(body)).await;
    assert_eq!(added.status, 200, "{}", added.text());
    let added = added.json();
    let root = added
        .as_array()
        .and_then(|all| all.last())
        .expect("the root");
    assert_eq!(root["kind"], "directory");
    let cid = root["cid"].as_str().expect("a cid").to_owned();
    (world, cid)
}

#[tokio::test(flavor = "multi_thread")]
async fn files_and_directories() {
    let (world, cid) = world().await;
    let file = get(&world, &format!("/btfs/{cid}/hello.txt"), &[]).await;
    assert_eq!((file.status, file.text().as_str()), (200, "hello"));
    assert_eq!(
        file.header("content-type"),
        Some("text/plain; charset=utf-8")
    );
    assert_eq!(
        file.header("cache-control"),
        Some("public, max-age=29030400, immutable")
    );
    let shown = format!("/btfs/{cid}/hello.txt");
    assert_eq!(file.header("x-ipfs-path"), Some(shown.as_str()));
    let roots = file.header("x-ipfs-roots").expect("roots").to_owned();
    assert!(roots.starts_with(&format!("{cid},")), "{roots}");
    let own = roots.split(',').next_back().expect("the file's id");
    assert_eq!(file.header("etag"), Some(format!("\"{own}\"").as_str()));
    let direct = get(&world, &format!("/ipfs/{own}"), &["range: bytes=1-3"]).await;
    assert_eq!(
        (direct.status, direct.text().as_str()),
        (206, "ell"),
        "by its own id"
    );

    let to = get(&world, &format!("/btfs/{cid}?x=1"), &[]).await;
    assert_eq!(to.status, 301);
    assert_eq!(
        to.header("location"),
        Some(format!("/btfs/{cid}/?x=1").as_str())
    );
    let list = get(&world, &format!("/btfs/{cid}/"), &[]).await;
    assert_eq!(list.status, 200);
    let html = list.text();
    assert!(
        html.contains("./a%26%3Cb%3E.txt\">a&amp;&lt;b&gt;.txt"),
        "escaped: {html}"
    );
    assert!(html.contains("./pages/\">pages/"), "{html}");
    let etag = list.header("etag").expect("an etag").to_owned();
    assert!(etag.starts_with("\"DirIndex-") && etag.ends_with(&format!("_CID-{cid}\"")));
    let again = get(
        &world,
        &format!("/btfs/{cid}/"),
        &[&format!("if-none-match: {etag}")],
    )
    .await;
    assert_eq!(again.status, 304);
    let index = get(&world, &format!("/btfs/{cid}/pages/"), &[]).await;
    assert_eq!(
        (index.status, index.text().as_str()),
        (200, "<h1>index</h1>")
    );
    assert_eq!(
        index.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    let odd = get(&world, &format!("/btfs/{cid}/a%26%3Cb%3E.txt"), &[]).await;
    assert_eq!(odd.text(), "odd");
    let path = format!("/btfs/{cid}/hello.txt?filename=x.txt&download=true");
    let saved = get(&world, &path, &[]).await;
    let disposition = saved.header("content-disposition").expect("one").to_owned();
    assert!(
        disposition.starts_with("attachment; filename=\"x.txt\""),
        "{disposition}"
    );
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn blocks_and_archives() {
    let (world, cid) = world().await;
    let accept = |kind: &str| format!("accept: {kind}");
    let raw = get(&world, &format!("/ipfs/{cid}?format=raw"), &[]).await;
    assert_eq!(raw.status, 200);
    assert_eq!(raw.header("content-type"), Some("application/vnd.ipld.raw"));
    assert_eq!(raw.header("etag"), Some(format!("\"{cid}.raw\"").as_str()));
    let parsed = dag::parse_cid(&cid).expect("a cid");
    dag::verify(&parsed, &raw.body).expect("the block fits its id: no trust needed");
    let same = get(
        &world,
        &format!("/ipfs/{cid}"),
        &[&accept("application/vnd.ipld.raw")],
    )
    .await;
    assert_eq!(same.body, raw.body);
    let car = get(
        &world,
        &format!("/ipfs/{cid}"),
        &[&accept("application/vnd.ipld.car")],
    )
    .await;
    assert_eq!(car.status, 200);
    let kind = car.header("content-type").expect("a type");
    assert!(
        kind.starts_with("application/vnd.ipld.car; version=1"),
        "{kind}"
    );
    assert!(
        car.header("content-disposition")
            .is_some_and(|text| text.contains(".car"))
    );
    let other = World::new().await;
    let bearer = format!("authorization: Bearer {}", other.token);
    let path = "/api/app/node/dag/import";
    let imported = send(other.api, "POST", path, &[&bearer], &car.body)
        .await
        .json();
    assert_eq!(imported["roots"], serde_json::json!([cid]), "{imported}");
    let file = get(&other, &format!("/btfs/{cid}/big.bin"), &[]).await;
    assert!(file.body == pattern(600_000), "the whole tree came along");
    other.end().await;
    for bad in [
        "?format=tar",
        "?format=car&dag-scope=some",
        "?format=car&dag-scope=all&entity-bytes=0:*",
        "?format=car&entity-bytes=5",
        "?format=car&entity-bytes=5:2",
        "?format=car&entity-bytes=*:2",
        "?format=car&car-version=2",
    ] {
        assert_eq!(
            get(&world, &format!("/ipfs/{cid}{bad}"), &[]).await.status,
            400,
            "{bad}"
        );
    }
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_served() {
    let (world, cid) = world().await;
    let absent = "QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o";
    for (path, status) in [
        (format!("/btfs/{absent}"), 404),
        (format!("/btfs/{cid}/none.txt"), 404),
        (format!("/btfs/{cid}/hello.txt/deeper"), 404),
        ("/btfs/nonsense".to_owned(), 400),
        ("/ipfs/QmShort".to_owned(), 400),
        (format!("/btfs/{cid}/%2e%2e/x"), 400),
        (format!("/btfs/{cid}/%ff"), 400),
    ] {
        assert_eq!(get(&world, &path, &[]).await.status, status, "{path}");
    }
    let only = "cache-control: only-if-cached";
    assert_eq!(
        get(&world, &format!("/btfs/{absent}"), &[only])
            .await
            .status,
        412
    );
    assert_eq!(
        get(&world, &format!("/btfs/{cid}/hello.txt"), &[only])
            .await
            .status,
        200
    );
    let worker = "service-worker: script";
    assert_eq!(
        get(&world, &format!("/btfs/{cid}/hello.txt"), &[worker])
            .await
            .status,
        400
    );
    world.end().await;
}

/// Ids of the blocks in a CAR, in order; every block fits its id.
fn blocks_of(car: &[u8]) -> Vec<String> {
    let mut reader = dag::car::CarReader::new(dag::car::BlockCheck::Verify);
    reader.push(car);
    let mut ids = Vec::new();
    while let Some(part) = reader.next_part().expect("a CAR") {
        if let dag::car::CarPart::Block(block) = part {
            ids.push(block.cid.to_string());
        }
    }
    reader.finish().expect("a whole CAR");
    ids
}

#[tokio::test(flavor = "multi_thread")]
async fn archives_hold_what_their_scope_says_and_the_way_there() {
    let (world, cid) = world().await;
    let ids = async |path: &str| {
        let answer = get(&world, &format!("/ipfs/{cid}{path}"), &[]).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        let etag = answer.header("etag").expect("an etag").to_owned();
        (blocks_of(&answer.body), etag)
    };
    // The directory, big.bin of three leaves, hello.txt, the odd name, pages and its index.
    let (all, _) = ids("?format=car").await;
    assert_eq!(all.len(), 9, "{all:?}");
    assert_eq!(ids("?format=car&dag-scope=all").await.0, all);
    assert_eq!(ids("?format=car&dag-scope=block").await.0, [cid.as_str()]);
    assert_eq!(ids("?format=car&dag-scope=entity").await.0, [cid.as_str()]);

    // Below a path the blocks of the path come first, so that nobody has to be trusted.
    let (file, _) = ids("/big.bin?format=car").await;
    assert_eq!((file.len(), &file[0]), (5, &cid), "{file:?}");
    assert_eq!(ids("/big.bin?format=car&dag-scope=entity").await.0, file);
    assert_eq!(
        ids("/big.bin?format=car&dag-scope=block").await.0,
        file[..2]
    );
    let leaf = |number: usize| {
        let mut some = file[..2].to_vec();
        some.push(file[2 + number].clone());
        some
    };
    for (range, expect) in [
        ("0:0", leaf(0)),
        ("0:262143", leaf(0)),
        ("262144:262144", leaf(1)),
        ("-1:*", leaf(2)),
        ("-1:-1", leaf(2)),
        ("599999:999999", leaf(2)),
        ("0:*", file.clone()),
        ("-9999999:*", file.clone()),
        ("262143:262144", [leaf(0), vec![file[3].clone()]].concat()),
        ("600000:*", file[..2].to_vec()),
        ("5:-599999", file[..2].to_vec()),
    ] {
        let (found, _) = ids(&format!("/big.bin?format=car&entity-bytes={range}")).await;
        assert_eq!(found, expect, "{range}");
    }
    // Not for directories, where it is passed over.
    let (found, _) = ids("?format=car&dag-scope=entity&entity-bytes=0:1").await;
    assert_eq!(found, [cid.as_str()]);
    let mut etags = Vec::new();
    for what in [
        "/big.bin?format=car",
        "/big.bin?format=car&dag-scope=block",
        "/big.bin?format=car&dag-scope=entity",
        "/big.bin?format=car&entity-bytes=0:1",
        "/big.bin?format=car&entity-bytes=0:*",
        "?format=car",
    ] {
        etags.push(ids(what).await.1);
    }
    etags.sort();
    etags.dedup();
    assert_eq!(etags.len(), 6, "answers that differ have other tags");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_the_library_are_private_wherever_their_bytes_are() {
    let world = World::new().await;
    for (mode, seed) in [("copy", 1), ("reference", 2)] {
        let path = world.dir.path().join(format!("{mode}.bin"));
        let mut content = pattern(300_000);
        content[0] = seed;
        std::fs::write(&path, content).expect("a file");
        let body = serde_json::json!({ "paths": [path], "mode": mode });
        let job = world.call("POST", "/imports", Some(body)).await.json();
        let id = job["id"].as_str().expect("a job").parse().expect("an id");
        world.node.wait_job(id).await.expect("the job");
        let page = world.call("GET", "/items?sort=added", None).await.json();
        for item in page["items"].as_array().expect("items") {
            let id = item["id"].as_str().expect("an id");
            let detail = world.call("GET", &format!("/items/{id}"), None).await;
            let cid = detail.json()["cid"].as_str().expect("a cid").to_owned();
            for form in ["", "?format=raw", "?format=car"] {
                let answer = get(&world, &format!("/btfs/{cid}{form}"), &[]).await;
                assert_eq!(answer.status, 404, "{mode} {form}");
            }
        }
    }
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_here_is_not_pinned() {
    let world = World::new().await;
    let absent = "QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o";
    for kind in ["bytes", "reference"] {
        let body = serde_json::json!({ "path": absent, "kind": kind });
        let answer = world.call("POST", "/node/pins", Some(body)).await;
        assert_eq!(answer.status, 404, "{kind}: {}", answer.text());
        let error = answer.json();
        assert_eq!(error["code"], "not_local");
        assert!(error["todo"].is_string() && error["safe"].is_string());
    }
    let pins = world.call("GET", "/node/pins", None).await.json();
    assert_eq!(pins, serde_json::json!([]));
    world.end().await;
}
