//! What each fuzz target does with its bytes, kept apart from libFuzzer so that the same functions
//! run over the corpus in an ordinary test.
//!
//! A target passes when it does not panic and what decodes survives its round trip.

use dag::car::{BlockCheck, CarPart, CarReader, CarWriter};
use dag::denylist::{Asked, Rules, Scan, Scanner, Target};
use dag::directory::{ListStep, Listing};
use dag::ecies::{Check, EncryptionHeader};
use dag::ipld;
use dag::manifest::Manifest;
use dag::name_record::{NameRecord, NameSystem};
use dag::reed_solomon::{ShardCounts, ShardReader};
use dag::resolve::{ResolveStep, Resolver};
use dag::seal::{NoncePrefix, Place, SealKey, SealedReader, open_frame, plain_len};
use dag::share_link::ShareLink;
use dag::token_meta::{MetaFinder, MetaStep, TokenMeta};
use dag::{Chunker, CidVersion, Codec, FileCursor, Step, cid_of, dag_pb as pb, parse_cid};

/// What a target does with its bytes.
pub type Run = fn(&[u8]);

/// Every target with its name, which is also that of its folder under `corpus`.
pub const TARGETS: [(&str, Run); 18] = [
    ("cid", cid),
    ("dag_pb", dag_pb),
    ("unixfs", unixfs),
    ("cbor", cbor),
    ("car", car),
    ("seal", seal),
    ("cursor", cursor),
    ("resolve", resolve),
    ("dag_cbor", dag_cbor),
    ("dag_json", dag_json),
    ("manifest", manifest),
    ("share_link", share_link),
    ("token_meta", token_meta),
    ("shards", shards),
    ("name_record", name_record),
    ("encrypted", encrypted),
    ("chunker", chunker),
    ("denylist", denylist),
];

/// Denylists: whole and byte by byte they are the same, and each rule finds what it is about.
pub fn denylist(bytes: &[u8]) {
    let read = |piece: usize| {
        let mut found = Vec::new();
        let mut scanner = Scanner::new();
        for part in bytes.chunks(piece) {
            if scanner.push(part, &mut |scan| found.push(scan)).is_err() {
                return None;
            }
        }
        let end = scanner.finish(&mut |scan| found.push(scan)).ok()?;
        Some((found, end))
    };
    let whole = read(bytes.len().max(1));
    assert_eq!(whole, read(1));
    let mut rules = Rules::new(std::hash::RandomState::new());
    for scan in whole.into_iter().flat_map(|(found, _)| found) {
        let Scan::Rule(rule, offset, line) = scan else {
            continue;
        };
        let offset = u32::try_from(offset).unwrap_or_default();
        rules.add(&rule, dag::denylist::Place { offset, line });
        if let Target::Content(hash, extent) = &rule.target {
            let (dag::denylist::Extent::Exact(path) | dag::denylist::Extent::Prefix(path)) = extent;
            if let Ok(path) = std::str::from_utf8(path)
                && !path.split('/').any(str::is_empty) | path.is_empty()
            {
                let names: Vec<&str> = path.split('/').collect();
                let asked = Asked::path(&dag::Cid::new_v1(0x55, *hash), &names);
                let found = rules.find(&asked).expect("a rule is about what it names");
                assert_eq!(found.allow, rule.allow);
            }
        }
    }
}

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

/// dag-cbor: what decodes encodes to the same bytes, and survives dag-json when that can hold it.
pub fn dag_cbor(bytes: &[u8]) {
    if let Ok(value) = ipld::cbor::decode(bytes) {
        let again = ipld::cbor::encode(&value).expect("what decodes must encode");
        assert_eq!(again, bytes, "there is one encoding");
        if let Ok(text) = ipld::json::encode(&value) {
            let read = ipld::json::decode(&text).expect("what is written must decode");
            assert_eq!(read, value);
        }
    }
}

/// dag-json: what decodes survives both codecs.
pub fn dag_json(bytes: &[u8]) {
    if let Ok(value) = ipld::json::decode(bytes) {
        let text = ipld::json::encode(&value).expect("what decodes must encode");
        assert_eq!(
            ipld::json::decode(&text).expect("what is written must decode"),
            value
        );
        let cbor = ipld::cbor::encode(&value).expect("what decodes must encode");
        assert_eq!(
            ipld::cbor::decode(&cbor).expect("what is written must decode"),
            value
        );
    }
}

/// Manifests: what decodes encodes to the same bytes.
pub fn manifest(bytes: &[u8]) {
    if let Ok(manifest) = Manifest::decode(bytes) {
        let again = manifest.encode().expect("what decodes must encode");
        assert_eq!(again.bytes, bytes, "there is one encoding");
        let _ = manifest.authorship(|_, _, _| true);
    }
}

/// Share links: what parses prints to a link that parses and prints the same.
pub fn share_link(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(link) = ShareLink::parse(text)
    {
        let printed = link.print().expect("what parses must print");
        let again = ShareLink::parse(&printed).expect("what is printed must parse");
        assert_eq!(again.print().expect("what parses must print"), printed);
    }
}

/// Token metadata, what they say of shards and encryption, and roots that are the same block.
pub fn token_meta(bytes: &[u8]) {
    if let Ok(meta) = TokenMeta::from_bytes(bytes) {
        assert_eq!(meta.to_bytes(), bytes);
        if let Ok(facts) = meta.facts() {
            let _ = EncryptionHeader::from_meta(&facts.object);
        }
    }
    let root = cid_of(Codec::DagPb, CidVersion::V0, &[]);
    let mut finder = MetaFinder::new(root);
    for _ in 0..3 {
        match finder.poll() {
            MetaStep::Need(cid) => {
                if finder.supply(cid, bytes).is_err() {
                    return;
                }
            }
            MetaStep::Done(_) => return,
        }
    }
    unreachable!("a root and the first block below it are two");
}

/// A file in shards in which every block is the same hostile one, and every third is missing.
pub fn shards(bytes: &[u8]) {
    let root = cid_of(Codec::DagPb, CidVersion::V0, &[]);
    let block: bytes::Bytes = bytes.to_vec().into();
    let counts = ShardCounts::new(2, 2).expect("two and two are usable");
    for file_size in [1, 10, 1 << 40, u64::MAX] {
        let mut reader = ShardReader::new(root, counts, file_size, ..);
        for turn in 0..64 {
            assert!(reader.want_ahead(8).len() <= 8);
            match reader.poll() {
                Ok(Step::Need(cid)) if turn % 3 == 2 => reader.missing(&cid),
                Ok(Step::Need(cid)) => {
                    if reader.supply(cid, block.clone()).is_err() {
                        break;
                    }
                }
                Ok(Step::Chunk(chunk)) => assert!(!chunk.is_empty(), "no bytes, no progress"),
                Ok(Step::Done) | Err(_) => break,
            }
        }
    }
}

/// Name records of both systems: what decodes survives its round trip.
pub fn name_record(bytes: &[u8]) {
    let _ = NameSystem::of_dht_key(bytes);
    for system in [NameSystem::Btns, NameSystem::Ipns] {
        if let Ok(record) = NameRecord::decode(system, bytes) {
            let again = NameRecord::decode(system, &record.encode());
            assert_eq!(again.expect("what is written must decode"), record);
            let _ = record.verify(bytes, record.entry().valid_until, |_, _, _| true);
        }
    }
}

/// Encrypted text that nobody encrypted.
pub fn encrypted(bytes: &[u8]) {
    let mut ephemeral = [0; 65];
    for (to, from) in ephemeral.iter_mut().zip(bytes) {
        *to = *from;
    }
    let header = EncryptionHeader {
        ephemeral,
        iv: [0; 16],
        mac: [0; 32],
    };
    if let Ok(mut check) = Check::new(header, &[2; 32].into()) {
        let taken = bytes.get(65..).is_none_or(|text| check.push(text).is_ok());
        assert!(
            !taken || check.finish().is_err(),
            "what has no MAC must not open"
        );
    }
}

/// Chunkers by name, and their cuts.
pub fn chunker(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(chunker) = text.parse::<Chunker>()
    {
        assert_eq!(chunker.to_string().parse(), Ok(chunker));
        let mut splitter = chunker.splitter();
        let mut total = 0;
        let mut count = |chunk: &[u8]| {
            assert!(!chunk.is_empty());
            total += chunk.len();
        };
        splitter.push(bytes, &mut count);
        splitter.finish(&mut count);
        assert_eq!(total, bytes.len());
    }
}
