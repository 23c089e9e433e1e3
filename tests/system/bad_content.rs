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
