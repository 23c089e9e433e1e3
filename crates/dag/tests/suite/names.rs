//! Name records equal those of npm ipns and of go-btns' rules, and encrypted files those of
//! eccrypto-js: see tests/vectors/names.mjs.

use std::cmp::Ordering;

use dag::ecies::{Check, Decrypt, EncryptionHeader, Encryptor, ReadHeader, UseKey};
use dag::ipld::json;
use dag::name_record::{
    DecodeRecord, NameEntry, NameRecord, NameSystem, SignRecord, Timestamp, VerifyRecord,
};
use data_encoding::HEXLOWER;
use proptest::prelude::*;
use serde_json::Value;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../../tests/vectors/names.json")).unwrap()
}

fn hex(value: &Value) -> Vec<u8> {
    HEXLOWER.decode(value.as_str().unwrap().as_bytes()).unwrap()
}

fn time(text: &str) -> Timestamp {
    Timestamp::parse(text.as_bytes()).unwrap()
}

#[test]
fn ipns_records_of_others_read_verify_and_write_the_same() {
    for vector in vectors()["ipns"].as_array().unwrap() {
        let bytes = hex(&vector["record"]);
        let record = NameRecord::decode(NameSystem::Ipns, &bytes).unwrap();
        let entry = record.entry();
        assert_eq!(entry.value, vector["value"].as_str().unwrap().as_bytes());
        assert_eq!(entry.sequence, vector["sequence"].as_u64().unwrap());
        assert_eq!(entry.ttl_ns, vector["ttlNs"].as_u64());
        assert_eq!(
            entry.valid_until.to_string(),
            vector["validity"].as_str().unwrap()
        );
        assert_eq!(record.encode(), bytes);
        let name = hex(&vector["name"]);
        assert_eq!(NameSystem::Ipns.dht_key(&name), hex(&vector["dhtKey"]));
        let found = NameSystem::of_dht_key(NameSystem::Ipns.dht_key(&name).leak()).unwrap();
        assert_eq!(found, (NameSystem::Ipns, &name[..]));
        let mut asked = Vec::new();
        let verified = record.verify(&name, entry.valid_until, |key, message, signature| {
            asked = message.to_vec();
            key == hex(&vector["publicKey"]) && signature == hex(&vector["signatureV2"])
        });
        assert_eq!(verified, Ok(()));
        assert!(asked.starts_with(b"ipns-signature:\xa5"));
        assert_eq!(
            record.verify(&name, entry.valid_until, |_, _, _| false),
            Err(VerifyRecord::Signature)
        );
        let later = Timestamp::from_unix(entry.valid_until.unix_seconds() + 1, 0);
        assert!(matches!(
            record.verify(&name, later, |_, _, _| true),
            Err(VerifyRecord::Expired(_))
        ));

        if vector["signatureV1"].is_null() {
            continue;
        }
        // Ours, with the same signatures, is the same record.
        let mut signatures = [&vector["signatureV1"], &vector["signatureV2"]].into_iter();
        let ours = NameRecord::sign(NameSystem::Ipns, entry.clone(), None, |message| {
            assert!(message.starts_with(b"/ipfs/") || message == asked);
            hex(signatures.next().unwrap())
        })
        .unwrap();
        assert_eq!(ours, record);
        // What old readers see must agree with what is signed.
        let end = bytes.len();
        let mut changed = bytes.clone();
        changed[3] ^= 1;
        let error = NameRecord::decode(NameSystem::Ipns, &changed).unwrap_err();
        assert!(
            matches!(error, DecodeRecord::Contradiction("value")),
            "{error:?}"
        );
        assert!(NameRecord::decode(NameSystem::Ipns, &bytes[..end - 1]).is_err());
    }
}

#[test]
fn btns_records_follow_the_rules_of_go_btns() {
    let vector = &vectors()["btns"];
    let bytes = hex(&vector["record"]);
    let record = NameRecord::decode(NameSystem::Btns, &bytes).unwrap();
    let entry = record.entry();
    assert_eq!(entry.value, hex(&vector["value"]));
    assert_eq!((entry.sequence, entry.ttl_ns), (9, None));
    assert_eq!(entry.valid_until, time("2026-11-24T07:05:13.000000005Z"));
    assert_eq!(record.encode(), bytes);
    let name = hex(&vectors()["ipns"][0]["name"]);
    let check = |key: &[u8], message: &[u8], signature: &[u8]| {
        assert_eq!(key, &name[2..]);
        message == hex(&vector["signed"]) && signature == hex(&vector["signature"])
    };
    assert_eq!(
        record.verify(&name, time("2026-11-23T00:00:00Z"), check),
        Ok(())
    );
    let ours = NameRecord::sign(NameSystem::Btns, entry.clone(), None, |message| {
        assert_eq!(message, hex(&vector["signed"]));
        hex(&vector["signature"])
    })
    .unwrap();
    assert_eq!(ours.encode(), bytes);
    // A reader of the other system finds nothing that it could believe.
    assert!(matches!(
        NameRecord::decode(NameSystem::Ipns, &bytes),
        Err(DecodeRecord::BadField("second signature"))
    ));
}

fn record(sequence: u64, until: i64, value: &[u8], key: Option<&[u8]>) -> NameRecord {
    let entry = NameEntry {
        value: value.to_vec(),
        valid_until: Timestamp::from_unix(until, 0),
        sequence,
        ttl_ns: None,
    };
    NameRecord::sign(NameSystem::Btns, entry, key, |_| vec![1; 64]).unwrap()
}

#[test]
fn the_key_must_be_that_of_the_name() {
    let now = Timestamp::from_unix(0, 0);
    let rsa = [7; 300];
    let hashed = [&[0x12, 32][..], &Sha256::digest(rsa)].concat();
    let inline = [0, 4, 1, 2, 3, 4];
    let verify = |key: Option<&[u8]>, name: &[u8]| {
        record(1, 10, b"/btfs/x", key).verify(name, now, |_, _, _| true)
    };
    assert_eq!(verify(Some(&rsa), &hashed), Ok(()));
    assert_eq!(verify(None, &hashed), Err(VerifyRecord::NoKey));
    assert_eq!(
        verify(Some(&rsa[1..]), &hashed),
        Err(VerifyRecord::OtherKey)
    );
    assert_eq!(verify(None, &inline), Ok(()));
    assert_eq!(verify(Some(&[1, 2, 3, 4]), &inline), Ok(()));
    assert_eq!(
        verify(Some(&[1, 2, 3, 5]), &inline),
        Err(VerifyRecord::OtherKey)
    );
    assert_eq!(verify(None, b""), Err(VerifyRecord::NoKey));
    let entry = record(1, 1, b"x", None).entry().clone();
    let sign = |value: Vec<u8>, signature: usize| {
        let entry = NameEntry {
            value,
            ..entry.clone()
        };
        NameRecord::sign(NameSystem::Btns, entry, None, |_| vec![0; signature])
    };
    assert!(matches!(sign(vec![], 1), Err(SignRecord::ValueLen(0))));
    assert!(matches!(
        sign(vec![1; 2049], 1),
        Err(SignRecord::ValueLen(2049))
    ));
    assert!(matches!(sign(vec![1], 20_000), Err(SignRecord::TooLong(_))));
    let long = vec![0; 10 * 1024 + 1];
    assert!(matches!(
        NameRecord::decode(NameSystem::Btns, &long),
        Err(DecodeRecord::TooLong(_))
    ));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..Default::default() })]

    #[test]
    fn of_two_records_every_node_keeps_the_same(
        a in (0u64..3, 0i64..3, "[a-c]"),
        b in (0u64..3, 0i64..3, "[a-c]"),
    ) {
        let make = |(sequence, until, value): &(u64, i64, String)| {
            record(*sequence, *until, value.as_bytes(), None)
        };
        let order = make(&a).compare(&make(&b));
        prop_assert_eq!(order, make(&b).compare(&make(&a)).reverse());
        prop_assert_eq!(order == Ordering::Equal, a == b);
        if (a.0, a.1) != (b.0, b.1) {
            prop_assert_eq!(order, (a.0, a.1).cmp(&(b.0, b.1)));
        }
    }

    #[test]
    fn any_record_survives_the_round_trip(
        value in prop::collection::vec(any::<u8>(), 1..100),
        (seconds, nanos) in (-62_167_219_200i64..253_402_300_800, 0u32..1_000_000_000),
        sequence in any::<u64>(),
        ttl_ns in prop::option::of(any::<u64>()),
        ipns in any::<bool>(),
        key in prop::option::of(prop::collection::vec(any::<u8>(), 1..50)),
    ) {
        let system = if ipns { NameSystem::Ipns } else { NameSystem::Btns };
        let valid_until = Timestamp::from_unix(seconds, nanos);
        let entry = NameEntry { value, valid_until, sequence, ttl_ns: ttl_ns.or(ipns.then_some(0)) };
        let sign = |message: &[u8]| Sha256::digest(message).to_vec();
        let record = NameRecord::sign(system, entry, key.as_deref(), sign).unwrap();
        let decoded = NameRecord::decode(system, &record.encode()).unwrap();
        prop_assert_eq!(&decoded, &record);
        let name = [&[0, 3][..], b"key"].concat();
        if key.is_none() {
            let verify = |key: &[u8], message: &[u8], signature: &[u8]| {
                key == b"key" && Sha256::digest(message).as_slice() == signature
            };
            prop_assert_eq!(decoded.verify(&name, valid_until, verify), Ok(()));
        }
    }

    #[test]
    fn encrypted_files_decrypt_however_they_are_cut(
        plain in prop::collection::vec(any::<u8>(), 0..600),
        (push, check, read) in (1usize..70, 1usize..70, 1usize..70),
    ) {
        let (header, text) = encrypt(&plain, push);
        prop_assert_eq!(decrypt(header, &text, check, read).unwrap(), plain);
    }
}

fn secret(byte: u8) -> Zeroizing<[u8; 32]> {
    Zeroizing::new([byte; 32])
}

fn encrypt(plain: &[u8], piece: usize) -> (EncryptionHeader, String) {
    let vector = &vectors()["encryption"];
    let iv = hex(&vector["iv"]).try_into().unwrap();
    let recipient = hex(&vector["recipientPublic"]);
    let mut encryptor = Encryptor::new(&recipient, &secret(3), iv).unwrap();
    let mut text = String::new();
    for piece in plain.chunks(piece) {
        encryptor.push(piece, &mut |part| text.push_str(part));
    }
    let header = encryptor.finish(&mut |part| text.push_str(part));
    (header, text)
}

fn decrypt(
    header: EncryptionHeader,
    text: &str,
    check_piece: usize,
    read_piece: usize,
) -> Result<Vec<u8>, Decrypt> {
    let mut check = Check::new(header, &secret(2)).unwrap();
    for piece in text.as_bytes().chunks(check_piece) {
        check.push(piece)?;
    }
    let mut decryptor = check.finish()?;
    let mut plain = Vec::new();
    for piece in text.as_bytes().chunks(read_piece) {
        decryptor.push(piece, &mut |part| plain.extend_from_slice(part))?;
    }
    decryptor.finish()?;
    Ok(plain)
}

#[test]
fn files_are_encrypted_as_eccrypto_does_and_the_mac_is_checked() {
    for file in vectors()["encryption"]["files"].as_array().unwrap() {
        let plain = file["plain"].as_str().unwrap().as_bytes();
        let (header, text) = encrypt(plain, 1000);
        assert_eq!(text, file["text"].as_str().unwrap());
        assert_eq!(header.ephemeral.to_vec(), hex(&file["ephemeralPublic"]));
        assert_eq!(header.mac.to_vec(), hex(&file["mac"]));
        assert_eq!(decrypt(header, &text, 4096, 4096).unwrap(), plain);
        let meta = json::decode(header.to_json().as_bytes()).unwrap();
        assert_eq!(EncryptionHeader::from_meta(&meta), Ok(Some(header)));

        for at in 0..text.len().min(64) {
            let mut changed = text.clone().into_bytes();
            changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(
                decrypt(header, &changed, 99, 99),
                Err(Decrypt::Authenticate)
            );
        }
        let mut other = header;
        other.iv[0] ^= 1;
        assert_eq!(decrypt(other, &text, 99, 99), Err(Decrypt::Authenticate));
        assert_eq!(
            decrypt(header, &text[..text.len() - 1], 9, 9),
            Err(Decrypt::Form)
        );
        assert_eq!(
            decrypt(header, &format!("{text}00"), 9, 9),
            Err(Decrypt::Form)
        );
        assert_eq!(decrypt(header, "zz", 9, 9), Err(Decrypt::Form));
        assert_eq!(decrypt(header, "", 9, 9), Err(Decrypt::Form));
    }
}

#[test]
fn a_file_that_changes_between_the_two_runs_is_found() {
    let (header, text) = encrypt(&[7; 100], 100);
    let decryptor = || {
        let mut check = Check::new(header, &secret(2)).unwrap();
        check.push(text.as_bytes()).unwrap();
        check.finish().unwrap()
    };
    let mut cut = decryptor();
    cut.push(&text.as_bytes()[..32], &mut |_| {}).unwrap();
    assert_eq!(cut.finish(), Err(Decrypt::Changed));
    let mut long = decryptor();
    let more = text.clone() + &text;
    assert_eq!(
        long.push(more.as_bytes(), &mut |_| {}),
        Err(Decrypt::Changed)
    );
    let zero = Check::new(header, &secret(0)).map(drop);
    assert_eq!(zero, Err(UseKey::Secret));
    let mut off = header;
    off.ephemeral[40] ^= 1;
    assert_eq!(Check::new(off, &secret(2)).map(drop), Err(UseKey::Public));
    assert!(Encryptor::new(&[2; 32], &secret(3), [0; 16]).is_err());
}

#[test]
fn headers_of_unknown_or_broken_encryption_say_so() {
    let read = |text: &str| EncryptionHeader::from_meta(&json::decode(text.as_bytes()).unwrap());
    assert_eq!(read("{\"price\":1}"), Ok(None));
    assert_eq!(read("[]"), Ok(None));
    let (header, _) = encrypt(b"x", 1);
    let good = header.to_json();
    assert_eq!(
        read(&good.replace("EphemPublicKey", "ephemPublicKey")),
        Ok(Some(header))
    );
    assert_eq!(
        read(&good.replace("AES256", "AES512")),
        Err(ReadHeader::UnknownMode("AES512".into()))
    );
    assert_eq!(
        read(&good.replace("\"Mac\"", "\"Mad\"")),
        Err(ReadHeader::Damaged("Mac"))
    );
    assert_eq!(
        read(&good.replace("\"Iv\":\"10", "\"Iv\":\"")),
        Err(ReadHeader::Damaged("Iv"))
    );
    assert_eq!(
        read(&good.replace("\"Mode\"", "\"mac\"")),
        Err(ReadHeader::Damaged("Mode"))
    );
}
