//! Sealed keys: the bytes that another implementation makes, and what is refused.

use data_encoding::HEXLOWER;
use proptest::prelude::*;
use wallet::keystore::{
    Cost, MAX_SECRET, OpenSealed, ReadSealed, SealSecret, Sealed, SecretKind, seal,
};

const CHEAP: Cost = Cost {
    memory_kib: 64,
    passes: 1,
    lanes: 1,
};

fn sealed(secret: &[u8], password: &str) -> Sealed {
    seal(
        secret,
        SecretKind::NodeKey,
        password,
        CHEAP,
        [1; 16],
        [2; 24],
    )
    .expect("sealed")
}

#[test]
fn the_bytes_are_those_of_another_implementation() {
    let text = include_str!("../../../tests/vectors/keystore.json");
    let vectors: serde_json::Value = serde_json::from_str(text).expect("the file");
    for vector in vectors.as_array().expect("a list") {
        let field = |name: &str| vector[name].as_str().expect("a text");
        let bytes = |name: &str| HEXLOWER.decode(field(name).as_bytes()).expect("digits");
        let number = |name: &str| u32::try_from(vector[name].as_u64().expect("a number"));
        let small = |name: &str| u8::try_from(number(name).expect("small")).expect("small");
        let cost = Cost {
            memory_kib: number("memory").expect("small"),
            passes: small("passes"),
            lanes: small("lanes"),
        };
        let made = seal(
            &bytes("secret"),
            SecretKind::NodeKey,
            field("password"),
            cost,
            bytes("salt").try_into().expect("16 bytes"),
            bytes("nonce").try_into().expect("24 bytes"),
        );
        let made = made.expect("sealed");
        assert_eq!(made.to_text(), field("text"));
        let folded = field("text").replace('A', "A\n ");
        let read = Sealed::from_text(&folded).expect("read");
        assert_eq!((&read, read.cost()), (&made, cost));
        let opened = read.open(field("password")).expect("opened");
        assert_eq!(*opened, bytes("secret"));
    }
}

#[test]
fn the_default_is_opened_again_and_more_than_the_bounds_is_not_made() {
    let (kind, salt, nonce) = (SecretKind::NodeKey, [0; 16], [0; 24]);
    let made = seal(b"x", kind, "p", Cost::default(), salt, nonce).expect("sealed");
    assert_eq!(*made.open("p").expect("opened"), b"x");
    for cost in [
        Cost {
            memory_kib: 1024 * 1024 + 1,
            ..CHEAP
        },
        Cost {
            memory_kib: 7,
            ..CHEAP
        },
        Cost { passes: 0, ..CHEAP },
        Cost {
            passes: 17,
            ..CHEAP
        },
        Cost { lanes: 0, ..CHEAP },
        Cost {
            lanes: 9,
            memory_kib: 1024,
            ..CHEAP
        },
    ] {
        assert_eq!(
            seal(b"x", kind, "p", cost, salt, nonce),
            Err(SealSecret::Cost)
        );
        // And one that says so is not even tried.
        let mut bytes = sealed(b"x", "p").as_bytes().to_vec();
        bytes[10..14].copy_from_slice(&cost.memory_kib.to_le_bytes());
        bytes[14] = cost.passes;
        bytes[15] = cost.lanes;
        assert_eq!(
            Sealed::from_bytes(&bytes),
            Err(ReadSealed::Cost),
            "{cost:?}"
        );
    }
    let long = vec![0; MAX_SECRET + 1];
    assert_eq!(
        seal(&long, kind, "p", CHEAP, salt, nonce),
        Err(SealSecret::TooLong)
    );
}

#[test]
fn every_changed_byte_and_every_other_password_is_refused() {
    let whole = sealed(b"a secret", "right");
    for password in ["", "wrong", "Right", "right "] {
        assert_eq!(whole.open(password), Err(OpenSealed::WrongPassword));
    }
    for at in 0..whole.as_bytes().len() {
        let mut bytes = whole.as_bytes().to_vec();
        bytes[at] ^= 1;
        // Costs that became other ones are still cheap: only the lowest bit changed.
        let opened = Sealed::from_bytes(&bytes).map(|sealed| sealed.open("right"));
        assert!(!matches!(opened, Ok(Ok(_))), "byte {at}");
        assert!(Sealed::from_bytes(&bytes[..at.min(71)]).is_err());
    }
}

#[test]
fn what_is_no_sealed_key_is_said_precisely() {
    let text = sealed(b"", "p").to_text();
    let other = |at: usize, byte: u8| {
        let mut bytes = sealed(b"", "p").as_bytes().to_vec();
        bytes[at] = byte;
        Sealed::from_bytes(&bytes).expect_err("refused")
    };
    assert_eq!(other(0, b'T'), ReadSealed::NotSealed);
    assert_eq!(other(8, 2), ReadSealed::NewerVersion(2));
    assert_eq!(other(9, 7), ReadSealed::UnknownKind(7));
    for (bad, error) in [
        ("", ReadSealed::NotSealed),
        ("abandon abandon", ReadSealed::NotSealed),
        ("CAISIAAA", ReadSealed::NotSealed),
        (&text[..40], ReadSealed::Damaged),
        (&format!("{text}!"), ReadSealed::Damaged),
        (
            &format!("{text}{}", " ".repeat(10_000)),
            ReadSealed::Damaged,
        ),
        (
            &sealed(&[0; MAX_SECRET], "p").to_text().replace('=', "AAAA"),
            ReadSealed::Damaged,
        ),
    ] {
        assert_eq!(Sealed::from_text(bad), Err(error), "{bad:.60}");
    }
}

/// What the fuzz target does.
fn decode(bytes: &[u8]) {
    if let Ok(sealed) = Sealed::from_bytes(bytes) {
        assert_eq!(sealed.as_bytes(), bytes);
        assert_eq!(Sealed::from_text(&sealed.to_text()).as_ref(), Ok(&sealed));
    }
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(sealed) = Sealed::from_text(text)
    {
        assert_eq!(Sealed::from_bytes(sealed.as_bytes()), Ok(sealed));
    }
}

#[test]
fn the_corpus_and_its_mutations_pass() {
    let folder =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/keystore");
    let mut files = 0;
    for entry in std::fs::read_dir(folder).expect("a corpus") {
        let bytes = std::fs::read(entry.expect("an entry").path()).expect("read");
        files += 1;
        let mut changed = bytes.clone();
        for at in 0..bytes.len() {
            decode(&bytes[..at]);
            for bit in 0..8 {
                changed[at] ^= 1 << bit;
                decode(&changed);
                changed[at] ^= 1 << bit;
            }
        }
        decode(&bytes);
    }
    assert!(files >= 2, "bytes and text");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..Default::default() })]

    #[test]
    fn noise_passes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        decode(&bytes);
        decode(&[b"tribkeys\x01\x01".as_slice(), &bytes].concat());
    }
}
