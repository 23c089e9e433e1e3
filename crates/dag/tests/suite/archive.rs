//! CAR: what is written reads back in any split, and broken streams are named errors.

use bytes::Bytes;
use dag::car::{BlockCheck, CarPart, CarReader, CarWriter, ReadCar};
use dag::{Block, Cid, CidVersion, Codec, cid_of};
use proptest::prelude::*;

fn block(bytes: &[u8]) -> Block {
    let cid = cid_of(Codec::Raw, CidVersion::V1, bytes);
    Block {
        cid,
        bytes: Bytes::copy_from_slice(bytes),
    }
}

fn write(roots: &[Cid], blocks: &[Block]) -> Vec<u8> {
    let mut car = CarWriter::header(roots).to_vec();
    for block in blocks {
        car.extend_from_slice(&CarWriter::section(&block.cid, &block.bytes));
    }
    car
}

/// Pushes in pieces of the lengths given, over and over.
fn read(car: &[u8], pieces: &[usize], check: BlockCheck) -> Result<Vec<CarPart>, ReadCar> {
    let mut reader = CarReader::new(check);
    let mut parts = Vec::new();
    let mut rest = car;
    for piece in pieces.iter().cycle() {
        let (now, later) = rest.split_at((*piece).min(rest.len()));
        reader.push(now);
        while let Some(part) = reader.next_part()? {
            parts.push(part);
        }
        rest = later;
        if rest.is_empty() {
            break;
        }
    }
    reader.finish()?;
    Ok(parts)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_split_reads_the_same(
        contents in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..12),
        roots in 0usize..40,
        pieces in prop::collection::vec(1usize..400, 1..8),
    ) {
        let blocks: Vec<_> = contents.iter().map(|content| block(content)).collect();
        let roots: Vec<_> = (0..roots)
            .map(|index| {
                let version = if index % 2 == 0 { CidVersion::V0 } else { CidVersion::V1 };
                cid_of(Codec::DagPb, version, &index.to_le_bytes())
            })
            .collect();
        let car = write(&roots, &blocks);
        let parts = read(&car, &pieces, BlockCheck::Verify).unwrap();
        let mut wanted = vec![CarPart::Header { roots }];
        wanted.extend(blocks.into_iter().map(CarPart::Block));
        prop_assert_eq!(parts, wanted);
        // Cut anywhere but between sections, it is an error.
        let cut = pieces[0] % car.len();
        let short = read(&car[..cut], &[usize::MAX], BlockCheck::Verify);
        if let Ok(parts) = short {
            prop_assert_eq!(write_parts(&parts), &car[..cut]);
        }
    }
}

fn write_parts(parts: &[CarPart]) -> Vec<u8> {
    parts
        .iter()
        .flat_map(|part| match part {
            CarPart::Header { roots } => CarWriter::header(roots),
            CarPart::Block(block) => CarWriter::section(&block.cid, &block.bytes),
        })
        .collect()
}

#[test]
fn the_header_is_the_one_of_the_specification() {
    // From the CARv1 specification's carv1-basic fixture: two roots.
    let root = |text: &str| dag::parse_cid(text).unwrap();
    let roots = [
        root("bafyreihyrpefhacm6kkp4ql6j6udakdit7g3dmkzfriqfykhjw6cad5lrm"),
        root("bafyreidj5idub6mapiupjwjsyyxhyhedxycv4vihfsicm2vt46o7morwlm"),
    ];
    let hex = "63a265726f6f747382d82a58250001711220f88bc853804cf294fe417e4fa83028689fcdb1b1592c5102e1474dbc200fab8bd82a5825000171122069ea0740f9807a28f4d932c62e7c1c83be055e55072c90266ab3e79df63a365b6776657273696f6e01";
    assert_eq!(
        data_encoding::HEXLOWER.encode(&CarWriter::header(&roots)),
        hex
    );
}

#[test]
fn broken_streams_are_named() {
    let one = block(b"one");
    let good = write(&[one.cid], std::slice::from_ref(&one));
    let check = |car: &[u8]| read(car, &[7], BlockCheck::Verify).unwrap_err();

    let mut flipped = good.clone();
    *flipped.last_mut().unwrap() ^= 1;
    assert!(matches!(check(&flipped), ReadCar::VerifyBlock { .. }));
    assert!(read(&flipped, &[7], BlockCheck::Trust).is_ok());

    assert!(matches!(check(&[]), ReadCar::Truncated { offset: 0 }));
    assert!(matches!(
        check(&good[..good.len() - 1]),
        ReadCar::Truncated { .. }
    ));
    assert!(matches!(
        check(b"<!doctype html>"),
        ReadCar::MalformedHeader
    ));
    assert!(matches!(
        check(&[0xff, 0xff, 0xff, 0x7f, 0]),
        ReadCar::HeaderTooLong(_)
    ));
    // The pragma of version 2.
    let v2 = [
        0x0a, 0xa1, 0x67, 0x76, 0x65, 0x72, 0x73, 0x69, 0x6f, 0x6e, 0x02,
    ];
    assert!(matches!(check(&v2), ReadCar::UnsupportedVersion(2)));

    let header = CarWriter::header(&[one.cid]);
    let with = |tail: &[u8]| [&header[..], tail].concat();
    assert!(matches!(
        check(&with(&[0xff, 0xff, 0xff, 0x7f])),
        ReadCar::SectionTooLong { .. }
    ));
    assert!(matches!(check(&with(&[0])), ReadCar::SectionAddress { .. }));
    assert!(matches!(
        check(&with(&[0x80, 0x00])),
        ReadCar::MalformedLength { .. }
    ));
}

#[test]
fn after_an_error_nothing_more_is_buffered_or_given() {
    let mut reader = CarReader::new(BlockCheck::Verify);
    reader.push(b"<!doctype html>");
    assert!(reader.next_part().is_err());
    reader.push(&CarWriter::header(&[]));
    assert!(reader.next_part().unwrap().is_none());
}
