//! What each fuzz target does with its bytes, kept apart from libFuzzer so that the same functions
//! run over the corpus in an ordinary test.
//!
//! A target passes when it does not panic and what decodes survives its round trip.

use dag::car::{BlockCheck, CarPart, CarReader, CarWriter};
use dag::directory::{ListStep, Listing};
use dag::resolve::{ResolveStep, Resolver};
use dag::seal::{NoncePrefix, Place, SealKey, SealedReader, open_frame, plain_len};
use dag::{CidVersion, Codec, FileCursor, Step, cid_of, dag_pb as pb, parse_cid};

/// What a target does with its bytes.
pub type Run = fn(&[u8]);

/// Every target with its name, which is also that of its folder under `corpus`.
pub const TARGETS: [(&str, Run); 8] = [
    ("cid", cid),
    ("dag_pb", dag_pb),
    ("unixfs", unixfs),
    ("cbor", cbor),
    ("car", car),
    ("seal", seal),
    ("cursor", cursor),
    ("resolve", resolve),
];

/// Addresses as text.
pub fn cid(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(cid) = parse_cid(text)
    {
        assert_eq!(
            parse_cid(&cid.to_string()).expect("what is written must parse"),
            cid
        );
        let _ = dag::verify(&cid, bytes);
    }
}

/// Nodes: what decodes and is encoded again decodes to the same.
pub fn dag_pb(bytes: &[u8]) {
    if let Ok(node) = pb::decode(bytes) {
        let again = pb::encode(&node.links, node.data);
        // An address can be longer when written again only if it was not minimal; none is.
        assert_eq!(
            pb::decode(&again).expect("what is written must decode"),
            node
        );
    }
}

/// UnixFS messages, and the summary of a block.
pub fn unixfs(bytes: &[u8]) {
    if let Ok(message) = dag::unixfs::decode(bytes) {
        let again = dag::unixfs::encode(&message);
        assert_eq!(
            dag::unixfs::decode(&again).expect("what is written must decode"),
            message
        );
    }
    let cid = cid_of(Codec::DagPb, CidVersion::V0, &[]);
    let _ = dag::unixfs::inspect(&cid, bytes);
    let _ = dag::directory::list(&cid, bytes);
}

/// Links in dag-cbor.
pub fn cbor(bytes: &[u8]) {
    let cid = cid_of(Codec::DagCbor, CidVersion::V1, &[]);
    let _ = dag::links(&cid, bytes);
}

/// CAR streams: the split must not matter, and what reads writes the same.
pub fn car(bytes: &[u8]) {
    let whole = read_car(bytes, bytes.len().max(1));
    for piece in [1, 7] {
        assert_eq!(read_car(bytes, piece), whole, "pushed in pieces of {piece}");
    }
}

fn read_car(bytes: &[u8], piece: usize) -> (Vec<CarPart>, Option<String>) {
    let mut reader = CarReader::new(BlockCheck::Trust);
    let mut parts = Vec::new();
    for piece in bytes.chunks(piece) {
        reader.push(piece);
        loop {
            match reader.next_part() {
                Ok(Some(part)) => {
                    if let CarPart::Header { roots } = &part {
                        let mut again = CarReader::new(BlockCheck::Trust);
                        again.push(&CarWriter::header(roots));
                        assert_eq!(again.next_part().ok().flatten().as_ref(), Some(&part));
                    }
                    parts.push(part);
                }
                Ok(None) => break,
                Err(error) => return (parts, Some(error.to_string())),
            }
        }
    }
    (parts, reader.finish().err().map(|error| error.to_string()))
}

/// Sealed bytes that nobody sealed.
pub fn seal(bytes: &[u8]) {
    let prefix = NoncePrefix([1; 19]);
    for place in [Place::Inner, Place::Last] {
        let opened = open_frame(&SealKey::new([2; 32]), &prefix, 0, place, bytes);
        assert!(opened.is_err(), "bytes without the key must not open");
    }
    if let Some((length, _)) = bytes.split_first_chunk() {
        let sealed = u64::from_le_bytes(*length);
        if let Ok(plain) = plain_len(sealed) {
            assert_eq!(dag::seal::sealed_len(plain), Some(sealed));
        }
    }
    let root = cid_of(Codec::DagPb, CidVersion::V0, &[]);
    let mut reader = SealedReader::new(SealKey::new([2; 32]), prefix, root, ..);
    for _ in 0..64 {
        match reader.poll() {
            Ok(Step::Need(cid)) => {
                if reader.supply(cid, bytes.to_vec().into()).is_err() {
                    break;
                }
            }
            Ok(Step::Chunk(_)) => {}
            Ok(Step::Done) | Err(_) => break,
        }
    }
}

/// A file in which every block is the same hostile one.
pub fn cursor(bytes: &[u8]) {
    let root = cid_of(Codec::DagPb, CidVersion::V0, &[]);
    let block: bytes::Bytes = bytes.to_vec().into();
    for from in [0, 1, 1 << 20] {
        let mut cursor = FileCursor::new(root, from..);
        let mut given = cursor.position();
        for _ in 0..256 {
            assert!(cursor.want_ahead(8).len() <= 8);
            match cursor.poll() {
                Step::Need(cid) => {
                    if cursor.supply(cid, block.clone()).is_err() {
                        break;
                    }
                }
                Step::Chunk(chunk) => {
                    assert!(!chunk.is_empty(), "a chunk of nothing is no progress");
                    given += chunk.len() as u64;
                    assert_eq!(cursor.position(), given);
                }
                Step::Done => break,
            }
        }
    }
}

/// Paths through and listings of directories that are all the same hostile block.
pub fn resolve(bytes: &[u8]) {
    let root = cid_of(Codec::DagPb, CidVersion::V0, &[]);
    let mut listing = Listing::new(root);
    for _ in 0..64 {
        match listing.poll() {
            ListStep::Need(cid) => {
                if listing.supply(cid, bytes).is_err() {
                    break;
                }
            }
            ListStep::Entries(entries) => assert!(!entries.is_empty(), "no entries, no progress"),
            ListStep::Done => break,
        }
    }
    let mut resolver = Resolver::new(root, ["a", "b", "photo-1.jpg", "00"]);
    for _ in 0..80 {
        let ResolveStep::Need(cid) = resolver.poll() else {
            return;
        };
        if resolver.supply(cid, bytes).is_err() {
            return;
        }
    }
    unreachable!("four segments and sixteen shards each are at most 68 blocks and an error");
}
