//! Corrupt archives and DAGs that lie, by way of the API, the gateway and `tributary get`.

use bytes::Bytes;
use dag::car::CarWriter;
use dag::dag_pb::{self};
use dag::{Block, Cid, CidVersion, Codec, cid_of};

use crate::support::{Daemon, run};

/// A dag-pb node by hand: links `(name, cid)`, and UnixFS data as raw bytes.
fn node(data: &[u8], links: &[(&str, Cid)]) -> Block {
    fn field(to: &mut Vec<u8>, tag: u8, bytes: &[u8]) {
        to.push(tag);
        varint(to, bytes.len() as u64);
        to.extend_from_slice(bytes);
    }
    let mut out = Vec::new();
    for (name, cid) in links {
        let mut link = Vec::new();
        field(&mut link, 0x0a, &cid.to_bytes());
        field(&mut link, 0x12, name.as_bytes());
        link.extend([0x18, 5]);
        field(&mut out, 0x12, &link);
    }
    field(&mut out, 0x0a, data);
    let cid = cid_of(Codec::DagPb, CidVersion::V1, &out);
    Block {
        cid,
        bytes: Bytes::from(out),
    }
}

fn varint(to: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        to.push(number as u8 | 0x80);
        number >>= 7;
    }
    to.push(number as u8);
}

/// UnixFS: type 2 is a file, 1 a directory, 4 a symlink.
fn unixfs(kind: u8, data: &[u8], sizes: &[u64]) -> Vec<u8> {
    let mut out = vec![0x08, kind];
    if !data.is_empty() {
        out.push(0x12);
        varint(&mut out, data.len() as u64);
        out.extend_from_slice(data);
    }
    if kind == 2 {
        out.push(0x18);
        let total = sizes
            .iter()
            .fold(data.len() as u64, |sum, size| sum.saturating_add(*size));
        varint(&mut out, total);
    }
    for size in sizes {
        out.push(0x20);
        varint(&mut out, *size);
    }
    out
}

fn raw(content: &[u8]) -> Block {
    Block {
        cid: cid_of(Codec::Raw, CidVersion::V1, content),
        bytes: Bytes::copy_from_slice(content),
    }
}

fn car(roots: &[Cid], blocks: &[Block]) -> Vec<u8> {
    let mut out = CarWriter::header(roots).to_vec();
    for block in blocks {
        out.extend_from_slice(&CarWriter::section(&block.cid, &block.bytes));
    }
    out
}

#[test]
fn a_hostile_directory_cannot_make_get_write_outside() {
    let files = tempfile::tempdir().expect("a folder");
    let daemon = Daemon::start(&files.path().join("home"));
    let outside = files.path().join("outside");
    std::fs::create_dir(&outside).expect("made");
    let evil = raw(b"evil");
    let inner = node(&unixfs(1, b"", &[]), &[("evil.txt", evil.cid)]);
    let link = node(
        &unixfs(4, outside.to_str().expect("text").as_bytes(), &[]),
        &[],
    );
    let absolute = outside.join("evil.txt");
    let absolute = absolute.to_str().expect("text");
    let roots = [
        node(&unixfs(1, b"", &[]), &[("../outside/evil.txt", evil.cid)]),
        node(&unixfs(1, b"", &[]), &[("..", inner.cid)]),
        node(&unixfs(1, b"", &[]), &[(absolute, evil.cid)]),
        node(&unixfs(1, b"", &[]), &[("", evil.cid)]),
        node(&unixfs(1, b"", &[]), &[(".", inner.cid)]),
        // First a link to the outside, then a folder of the same name.
        node(&unixfs(1, b"", &[]), &[("a", link.cid), ("a", inner.cid)]),
        node(
            &unixfs(1, b"", &[]),
            &[("evil.txt", link.cid), ("evil.txt", evil.cid)],
        ),
    ];
    let mut blocks = vec![evil, inner, link];
    blocks.extend(roots.iter().cloned());
    let (status, answer) = daemon.send(false, "/node/dag/import", &car(&[roots[0].cid], &blocks));
    assert_eq!(status, 200, "{answer}");
    for (number, root) in roots.iter().enumerate() {
        let target = files.path().join(format!("got/{number}/here"));
        std::fs::create_dir_all(target.parent().expect("a parent")).expect("made");
        let target = target.to_str().expect("text");
        let ended = run(&daemon.home, &["get", &root.cid.to_string(), "-o", target]);
        assert!(!ended.err.contains("panicked"), "{}", ended.err);
        let beside = std::fs::read_dir(files.path().join(format!("got/{number}")))
            .expect("listed")
            .count();
        assert!(beside <= 1, "case {number} wrote beside its target");
        let escaped = std::fs::read_dir(&outside).expect("listed").count();
        assert_eq!(escaped, 0, "case {number} wrote outside: {ended:?}");
    }
    daemon.is_sound();
}

/// The shapes above are what `dag` takes for nodes, so that the cases test what they say.
#[test]
fn the_nodes_made_here_are_nodes() {
    let leaf = raw(b"12345");
    let block = node(&unixfs(2, b"", &[5]), &[("", leaf.cid)]);
    assert!(dag::verify(&block.cid, &block.bytes).is_ok());
    assert_eq!(
        dag::links(&block.cid, &block.bytes).expect("links"),
        [leaf.cid]
    );
    assert!(dag_pb::decode(&block.bytes).is_ok());
}

/// A tree of `levels` nodes with one link each above `leaf`, each saying `size`.
fn tower(leaf: &Block, levels: usize, kind: u8, name: &str, size: u64) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut below = leaf.cid;
    for _ in 0..levels {
        let sizes: &[u64] = if kind == 2 { &[size] } else { &[] };
        let block = node(&unixfs(kind, b"", sizes), &[(name, below)]);
        below = block.cid;
        blocks.push(block);
    }
    blocks
}

#[test]
fn dags_that_lie_are_refused_by_the_gateway_and_cost_nothing() {
    let files = tempfile::tempdir().expect("a folder");
    let daemon = Daemon::start(&files.path().join("home"));
    let leaf = raw(b"12345");
    let absent = raw(b"nobody has this");
    let file = |sizes: &[u64], links: &[Cid]| {
        let links: Vec<(&str, Cid)> = links.iter().map(|cid| ("", *cid)).collect();
        node(&unixfs(2, b"", sizes), &links)
    };
    let mut blocks = vec![leaf.clone()];
    // What is asked for, and the answers that are allowed.
    let mut cases: Vec<(&str, Cid, &[u16])> = Vec::new();
    for (name, block, statuses) in [
        (
            "more than is there",
            file(&[1 << 40], &[leaf.cid]),
            &[422][..],
        ),
        ("less than is there", file(&[2], &[leaf.cid]), &[422]),
        (
            "nothing where something is",
            file(&[0], &[leaf.cid]),
            &[200, 416, 422],
        ),
        (
            "sizes beyond 64 bits",
            file(&[u64::MAX, u64::MAX], &[leaf.cid, leaf.cid]),
            &[422],
        ),
        ("a size without a link", file(&[5, 5], &[leaf.cid]), &[422]),
        (
            "a link without a size",
            file(&[], &[leaf.cid]),
            &[200, 416, 422],
        ),
        (
            "a link to what nobody has",
            file(&[15], &[absent.cid]),
            &[404],
        ),
        (
            "a hundred thousand times the same",
            file(&vec![5; 30_000], &vec![leaf.cid; 30_000]),
            &[200],
        ),
    ] {
        cases.push((name, block.cid, statuses));
        blocks.push(block);
    }
    for (name, levels, statuses) in [
        ("deep, but real", 20, &[200][..]),
        ("deeper than any file", 2_000, &[422]),
    ] {
        let tower = tower(&leaf, levels, 2, "", 5);
        cases.push((name, tower[levels - 1].cid, statuses));
        blocks.extend(tower);
    }
    let folders = tower(&leaf, 3_000, 1, "d", 0);
    let deepest = folders[2_999].cid;
    blocks.extend(folders);
    let hostile = [
        "../x",
        "..",
        ".",
        "",
        "/etc/passwd",
        "a\nb",
        "\u{202e}x",
        "<script>",
        "javascript:alert(1)",
    ];
    let names: Vec<(&str, Cid)> = hostile.iter().map(|name| (*name, leaf.cid)).collect();
    let directory = node(&unixfs(1, b"", &[]), &names);
    blocks.push(directory.clone());
    let roots: Vec<Cid> = cases.iter().map(|case| case.1).collect();
    let all = [roots, vec![deepest, directory.cid]].concat();
    // One CAR for the blocks; then every root by itself, as a person would.
    let (status, answer) = daemon.send(false, "/node/dag/import", &car(&[leaf.cid], &blocks));
    assert_eq!(status, 200, "{answer}");
    for root in &all {
        let body = serde_json::json!({ "path": root.to_string(), "kind": "bytes" });
        let (status, error) = daemon.post("/node/pins", &body);
        assert!([200, 404].contains(&status), "{status} {error}");
    }
    let before = memory(&daemon);
    for (name, cid, statuses) in &cases {
        for form in ["", "?download=true"] {
            let (status, body) =
                daemon.range(&format!("{}/btfs/{cid}{form}", daemon.media), "bytes=0-");
            let found = if status == 206 { 200 } else { status };
            // What links to an absent block cannot be pinned, so it is not shown at all.
            assert!(
                statuses.contains(&found),
                "{name}: {status} {}",
                String::from_utf8_lossy(&body[..body.len().min(200)])
            );
            assert!(body.len() <= 200_000, "{name}");
        }
        let (status, _) = daemon.bytes(&format!("/btfs/{cid}?format=raw"));
        assert!(
            status == 200 || statuses.contains(&404),
            "{name}: its block is what it is"
        );
        let route = format!("/node/cat?path={cid}");
        let (status, error) = daemon.get(&route);
        assert!(statuses.contains(&status), "{name}: {status} {error}");
    }
    for path in [
        format!("/btfs/{deepest}/"),
        format!("/btfs/{deepest}/{}", "d/".repeat(60)),
        format!("/btfs/{deepest}?format=car"),
        format!("/btfs/{deepest}?format=car&dag-scope=entity"),
    ] {
        assert_eq!(daemon.bytes(&path).0, 200, "{path}");
    }
    let (status, _) = daemon.bytes(&format!("/btfs/{deepest}/{}", "d/".repeat(500)));
    assert_eq!(status, 400);
    let (status, page) = daemon.bytes(&format!("/btfs/{}/", directory.cid));
    let page = String::from_utf8(page).expect("text");
    assert_eq!(status, 200);
    for part in [
        "<script>",
        "href=\"javascript:",
        "href=\"/etc",
        "href=\"../x",
        "\u{202e}",
        "a\nb",
    ] {
        assert!(!page.contains(part), "{part:?} in {page}");
    }
    let grown = memory(&daemon).saturating_sub(before);
    assert!(grown < 100 << 20, "{grown} bytes more");
    daemon.is_sound();
}

#[test]
fn blocks_beyond_the_limit_are_refused_and_the_largest_is_taken() {
    let files = tempfile::tempdir().expect("a folder");
    let daemon = Daemon::start(&files.path().join("home"));
    for (size, expect) in [(2 << 20, 200), ((2 << 20) + 1, 422), (40 << 20, 422)] {
        let block = raw(&crate::support::bytes(size as u64, size));
        let (status, answer) = daemon.send(
            false,
            "/node/dag/import",
            &car(&[block.cid], std::slice::from_ref(&block)),
        );
        assert_eq!(status, expect, "{size}: {answer}");
        let (status, _) = daemon.bytes(&format!("/ipfs/{}?format=raw", block.cid));
        assert_eq!(status == 200, expect == 200, "{size}");
    }
    daemon.is_sound();
}

/// Resident memory of the daemon in bytes.
fn memory(daemon: &Daemon) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", daemon.pid()));
    let status = status.expect("read");
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1));
    kib.expect("a number").parse::<u64>().expect("a number") * 1024
}
