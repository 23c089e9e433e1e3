//! What is built reads back, from any offset, whatever the shape of the tree; and trees that lie
//! are errors.

use std::collections::BTreeSet;
use std::io::Cursor;

use bytes::Bytes;
use dag::dag_pb::{self, PbLink};
use dag::unixfs::{self, NodeKind, UnixFs};
use dag::{
    Cid, CidVersion, Codec, FileCursor, FileLayout, ReadFile, ReadRange, Step, add_bytes, cid_of,
    links, read_range,
};
use proptest::prelude::*;

use crate::content::{Blocks, Content, Missing};

fn read(blocks: &Blocks, root: Cid, from: u64, to: u64) -> Result<Vec<u8>, ReadRange<Missing>> {
    let mut out = Vec::new();
    read_range(
        &root,
        from..to,
        |cid| blocks.get(cid),
        |chunk| out.extend_from_slice(&chunk),
    )?;
    Ok(out)
}

fn layouts() -> impl Strategy<Value = FileLayout> {
    (any::<bool>(), any::<bool>(), 1u32..40, 2u16..6).prop_map(|(v1, raw_leaves, size, links)| {
        FileLayout {
            cid_version: if v1 { CidVersion::V1 } else { CidVersion::V0 },
            raw_leaves,
            chunk_size: size,
            max_links: links,
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..Default::default() })]

    #[test]
    fn build_read_seek(layout in layouts(), len in 0usize..3000, seeks in prop::collection::vec((0u64..3200, 0u64..600), 1..12)) {
        let content = Content::bytes(len);
        let mut blocks = Blocks::default();
        let root = blocks.add(layout, &content);
        prop_assert_eq!(root.size, len as u64);
        prop_assert_eq!(&read(&blocks, root.cid, 0, u64::MAX).unwrap(), &content);

        // Fresh cursors over ranges, and one cursor that is sent to and fro.
        let mut cursor = FileCursor::new(root.cid, ..);
        for (start, count) in seeks {
            let from = (start as usize).min(len);
            let to = ((start + count) as usize).min(len);
            prop_assert_eq!(&read(&blocks, root.cid, start, start + count).unwrap()[..], &content[from..to]);
            cursor.seek(start);
            let mut got = Vec::new();
            while got.len() < to - from {
                match cursor.poll() {
                    Step::Need(cid) => {
                        prop_assert_eq!(cursor.poll(), Step::Need(cid), "asking twice changes nothing");
                        prop_assert_eq!(cursor.want_ahead(1), vec![cid]);
                        cursor.supply(cid, blocks.get(&cid).unwrap()).unwrap();
                    }
                    Step::Chunk(chunk) => got.extend_from_slice(&chunk),
                    Step::Done => break,
                }
            }
            prop_assert!(got.starts_with(&content[from..to]));
        }
    }

    #[test]
    fn the_cumulative_size_and_the_links_cover_every_block(layout in layouts(), len in 0usize..2000) {
        let mut total = 0u64;
        let mut all = BTreeSet::new();
        let mut blocks = Blocks::default();
        let root = add_bytes(layout, Cursor::new(Content::bytes(len)), |block| {
            total += block.bytes.len() as u64;
            all.insert(block.cid);
            blocks.put(block);
            Ok(())
        }).unwrap();
        prop_assert_eq!(root.cumulative_size, total);
        let mut reached = BTreeSet::new();
        let mut open = vec![root.cid];
        while let Some(cid) = open.pop() {
            if reached.insert(cid) {
                open.extend(links(&cid, &blocks.get(&cid).unwrap()).unwrap());
            }
        }
        prop_assert_eq!(reached, all);
    }

    #[test]
    fn want_ahead_names_what_comes_next(layout in layouts(), len in 1usize..2000, start in 0u64..2000, count in 1usize..20) {
        let mut blocks = Blocks::default();
        let content = Content::bytes(len);
        let root = blocks.add(layout, &content);
        let mut cursor = FileCursor::new(root.cid, start..);
        let mut got = Vec::new();
        let mut promised: Vec<Cid> = Vec::new();
        let mut given_early = BTreeSet::new();
        loop {
            match cursor.poll() {
                Step::Need(cid) => {
                    let ahead = cursor.want_ahead(count);
                    prop_assert!(ahead.len() <= count);
                    prop_assert_eq!(ahead.first(), Some(&cid));
                    // What was promised after the last block is asked for now, unless the last one
                    // turned out to have blocks below it, or this one was given early (then what is
                    // below it was promised, and it is asked for again first).
                    if let Some(next) = promised.get(1)
                        && links(&promised[0], &blocks.get(&promised[0]).unwrap()).unwrap().is_empty()
                    {
                        prop_assert!(next == &cid || given_early.contains(&cid));
                    }
                    // Give some inner nodes early: the content must not change.
                    if let Some(early) = ahead.get(1) {
                        cursor.supply(*early, blocks.get(early).unwrap()).unwrap();
                        given_early.insert(*early);
                    }
                    promised = ahead;
                    // Looking below nodes given early must keep the order; see the unit below.
                    if cursor.want_ahead(count) != promised {
                        promised.clear();
                    }
                    cursor.supply(cid, blocks.get(&cid).unwrap()).unwrap();
                }
                Step::Chunk(chunk) => got.extend_from_slice(&chunk),
                Step::Done => break,
            }
        }
        prop_assert_eq!(&got[..], &content[(start as usize).min(len)..]);
    }
}

#[test]
fn look_ahead_goes_below_nodes_that_were_given_early() {
    let layout = FileLayout {
        chunk_size: 1,
        max_links: 4,
        ..FileLayout::default()
    };
    let content: Vec<u8> = (0..16).collect();
    let mut blocks = Blocks::default();
    let root = blocks.add(layout, &content);
    let mut cursor = FileCursor::new(root.cid, ..);
    let mut step = || match cursor.poll() {
        Step::Need(cid) => {
            cursor.supply(cid, blocks.get(&cid).unwrap()).unwrap();
            cursor.want_ahead(7)
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(step().len(), 4, "the root shows four nodes");
    let ahead = step();
    assert_eq!(
        ahead.len(),
        7,
        "four leaves of the first node, and three nodes"
    );
    let second = ahead[4];
    cursor.supply(second, blocks.get(&second).unwrap()).unwrap();
    let ahead = cursor.want_ahead(16);
    assert_eq!(
        ahead.len(),
        10,
        "four leaves, four below the second node, two nodes"
    );
    assert_eq!(
        ahead[4..8],
        links(&second, &blocks.get(&second).unwrap()).unwrap()
    );
}

/// A file node over `children` with the sizes given, and its own data first.
fn node(blocks: &mut Blocks, data: &[u8], children: &[(Cid, u64)], size: Option<u64>) -> Cid {
    let links: Vec<_> = children
        .iter()
        .map(|(cid, _)| PbLink {
            cid: *cid,
            name: b"",
            tsize: 0,
        })
        .collect();
    let mut message = UnixFs::new(NodeKind::File);
    message.data = (!data.is_empty()).then_some(data);
    message.block_sizes = children.iter().map(|(_, size)| *size).collect();
    message.file_size = size;
    let bytes = dag_pb::encode(&links, Some(&unixfs::encode(&message)));
    let cid = cid_of(Codec::DagPb, CidVersion::V1, &bytes);
    blocks.0.insert(cid, bytes);
    cid
}

fn raw(blocks: &mut Blocks, bytes: &'static [u8]) -> Cid {
    let cid = cid_of(Codec::Raw, CidVersion::V1, bytes);
    blocks.0.insert(cid, Bytes::from_static(bytes));
    cid
}

#[test]
fn uneven_trees_with_data_inside_read_like_any_other() {
    // As trickle trees are: leaves at several depths; and data in inner nodes, which UnixFS allows.
    let mut blocks = Blocks::default();
    let (ab, cde, empty) = (
        raw(&mut blocks, b"ab"),
        raw(&mut blocks, b"cde"),
        raw(&mut blocks, b""),
    );
    let low = node(&mut blocks, b"<", &[(cde, 3), (empty, 0), (ab, 2)], None);
    let root = node(
        &mut blocks,
        b"[",
        &[(empty, 0), (ab, 2), (low, 6), (ab, 2)],
        Some(11),
    );
    let whole = b"[ab<cdeabab";
    for from in 0..=11 {
        for to in from..=12 {
            let wanted = &whole[from..to.min(11)];
            assert_eq!(read(&blocks, root, from as u64, to as u64).unwrap(), wanted);
        }
    }
}

#[test]
fn lies_about_sizes_and_shapes_are_errors() {
    let mut blocks = Blocks::default();
    let ab = raw(&mut blocks, b"ab");
    let check = |blocks: &Blocks, root: Cid| match read(blocks, root, 0, u64::MAX) {
        Err(ReadRange::ReadFile(error)) => error,
        other => panic!("{other:?}"),
    };
    let short = node(&mut blocks, b"", &[(ab, 3)], None);
    assert!(matches!(
        check(&blocks, short),
        ReadFile::WrongSize {
            declared: 3,
            found: 2,
            ..
        }
    ));
    let sum = node(&mut blocks, b"", &[(ab, 2)], Some(3));
    assert!(matches!(
        check(&blocks, sum),
        ReadFile::WrongSize {
            declared: 3,
            found: 2,
            ..
        }
    ));
    let huge = node(&mut blocks, b"", &[(ab, u64::MAX), (ab, 2)], None);
    assert!(matches!(
        check(&blocks, huge),
        ReadFile::SizeOverflow { .. }
    ));

    let mut message = UnixFs::new(NodeKind::File);
    message.block_sizes = vec![2];
    let bytes = dag_pb::encode(&[], Some(&unixfs::encode(&message)));
    let count = cid_of(Codec::DagPb, CidVersion::V0, &bytes);
    blocks.0.insert(count, bytes);
    assert!(matches!(
        check(&blocks, count),
        ReadFile::LinkCount {
            links: 0,
            sizes: 1,
            ..
        }
    ));

    let directory = dag::directory::DirectoryBuilder::new()
        .finish(CidVersion::V0)
        .unwrap()
        .block;
    blocks.put(directory.clone());
    assert!(matches!(
        check(&blocks, directory.cid),
        ReadFile::NotAFile {
            kind: NodeKind::Directory,
            ..
        }
    ));
    let below = node(&mut blocks, b"", &[(directory.cid, 5)], None);
    assert!(matches!(check(&blocks, below), ReadFile::NotAFile { .. }));

    let cbor = cid_of(Codec::DagCbor, CidVersion::V1, &[0xa0]);
    blocks.0.insert(cbor, Bytes::from_static(&[0xa0]));
    assert!(matches!(
        check(&blocks, cbor),
        ReadFile::UnsupportedCodec { codec: 0x71, .. }
    ));
}

#[test]
fn endless_depth_ends() {
    // A block that links to itself cannot be hashed, but an unverified store could give it.
    let root = cid_of(Codec::DagPb, CidVersion::V0, b"any");
    let mut blocks = Blocks::default();
    let cycle = node(&mut blocks, b"", &[(root, 4)], Some(4));
    let block = blocks.get(&cycle).unwrap();
    let result = read_range(&root, .., |_| Ok::<_, Missing>(block.clone()), |_| {});
    assert!(
        matches!(result, Err(ReadRange::ReadFile(ReadFile::TooDeep { .. }))),
        "{result:?}"
    );
}

#[test]
fn content_in_the_address_needs_no_block() {
    let mut blocks = Blocks::default();
    let inline = Cid::new_v1(0x55, multihash::Multihash::wrap(0, b"tiny").unwrap());
    let root = node(&mut blocks, b"", &[(inline, 4), (inline, 4)], None);
    assert_eq!(read(&blocks, root, 2, 6).unwrap(), b"nyti");
    assert_eq!(read(&blocks, inline, 0, 9).unwrap(), b"tiny");
}

#[test]
fn chunks_are_slices_of_their_blocks() {
    let layout = FileLayout::default();
    let content = Content::bytes(600_000);
    let mut blocks = Blocks::default();
    let root = blocks.add(layout, &content);
    let spans: Vec<_> = blocks
        .0
        .values()
        .map(|block| block.as_ptr_range())
        .collect();
    read_range(
        &root.cid,
        ..,
        |cid| blocks.get(cid),
        |chunk| {
            let at = chunk.as_ptr();
            assert!(
                spans.iter().any(|span| span.contains(&at)),
                "the payload was copied"
            );
        },
    )
    .unwrap();
}

#[test]
fn nodes_of_minimal_links_do_not_fill_memory() {
    // 100,000 tiny links fit in a block; a chain of such blocks is refused at the third.
    let mut blocks = Blocks::default();
    let tiny = Cid::new_v1(0x55, multihash::Multihash::wrap(0, b"").unwrap());
    let mut root = raw(&mut blocks, b"ab");
    for _ in 0..3 {
        let mut children = vec![(tiny, 0); 100_000];
        children.push((root, 2));
        root = node(&mut blocks, b"", &children, None);
    }
    let result = read(&blocks, root, 0, 2);
    assert!(matches!(
        result,
        Err(ReadRange::ReadFile(ReadFile::TooManyLinks { .. }))
    ));
}

#[test]
fn an_empty_range_wants_the_root_and_nothing_else() {
    let mut blocks = Blocks::default();
    let layout = FileLayout {
        chunk_size: 2,
        ..FileLayout::default()
    };
    let root = blocks.add(layout, b"content");
    for range in [3..3, 9..20] {
        let mut cursor = FileCursor::new(root.cid, range);
        assert_eq!(cursor.want_ahead(9), [root.cid]);
        cursor
            .supply(root.cid, blocks.get(&root.cid).unwrap())
            .unwrap();
        assert_eq!((cursor.poll(), cursor.size()), (Step::Done, Some(7)));
        assert_eq!(cursor.want_ahead(9), []);
    }
}
