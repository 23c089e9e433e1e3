//! Taking over a key that BTFS made: twelve words, hexadecimal digits, or what its `config` holds.
//!
//! BTFS derives its one key from BIP39 words (no passphrase) along m/44'/195'/0'/0/0, the path of
//! TRON, and uses it as the node's identity and as the wallet's key at once. So who imports it here
//! must be told that this node then runs with the key of a wallet; telling is the caller's.
//!
//! Vectors: tests/vectors/identity.json, and those of BIP32 and BIP39.

use bip39::Mnemonic;
use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};
use hmac::{Hmac, KeyInit, Mac};
use k256::elliptic_curve::ops::Add as _;
use k256::{NonZeroScalar, SecretKey};
use sha2::Sha512;
use zeroize::{Zeroize, Zeroizing};

use crate::identity::NodeKey;

/// m/44'/195'/0'/0/0; hardened steps have the top bit.
const PATH: [u32; 5] = [HARD | 44, HARD | 195, HARD, 0, 0];
const HARD: u32 = 1 << 31;
/// The longest text that is looked at.
const MAX_TEXT: usize = 1024;

/// What a text was that held a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyText {
    /// BIP39 words.
    Words,
    /// 64 hexadecimal digits.
    Hex,
    /// The `PrivKey` of a BTFS `config`.
    Base64,
}

/// Why a text holds no key.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
#[non_exhaustive]
pub enum ImportKey {
    /// It is neither words nor a key.
    #[error("this is neither a list of words nor a key")]
    Unreadable,
    /// The word at this place (from 1) is in no list.
    #[error("word {0} is not one of the words such a list is made of")]
    UnknownWord(usize),
    /// The words do not belong together: one is wrong, or they are in the wrong order.
    #[error("the words do not fit together: one is wrong, missing or in the wrong place")]
    Checksum,
    /// The key is of a kind that BTFS does not have.
    #[error("the key is not of the kind that BTFS has (secp256k1)")]
    OtherKind,
    /// The number is no key.
    #[error("the key is not a valid one")]
    Invalid,
}

impl NodeKey {
    /// Reads a key that BTFS made, in any of its forms. White space around and between is passed
    /// over, and so is `0x` in front of hexadecimal digits.
    pub fn import(text: &str) -> Result<(Self, KeyText), ImportKey> {
        let text = text.trim();
        if text.len() > MAX_TEXT {
            return Err(ImportKey::Unreadable);
        }
        if text.split_whitespace().nth(1).is_some() {
            return Ok((from_words(text)?, KeyText::Words));
        }
        let digits = text.strip_prefix("0x").unwrap_or(text);
        if digits.len() == 64
            && let Ok(bytes) = HEXLOWER_PERMISSIVE.decode(digits.as_bytes())
        {
            let bytes = Zeroizing::new(bytes);
            let scalar: [u8; 32] = bytes
                .as_slice()
                .try_into()
                .map_err(|_| ImportKey::Invalid)?;
            return Ok((from_scalar(scalar)?, KeyText::Hex));
        }
        let bytes = BASE64.decode(text.as_bytes());
        let bytes = Zeroizing::new(bytes.map_err(|_| ImportKey::Unreadable)?);
        // Field 1 of libp2p's protobuf is the kind of the key.
        match bytes.as_slice() {
            [0x08, 0x02, ..] => {}
            [0x08, 0x00 | 0x01 | 0x03, ..] => return Err(ImportKey::OtherKind),
            _ => return Err(ImportKey::Unreadable),
        }
        let key = NodeKey::from_bytes(&bytes).map_err(|_| ImportKey::Invalid)?;
        Ok((key, KeyText::Base64))
    }
}

fn from_scalar(scalar: [u8; 32]) -> Result<NodeKey, ImportKey> {
    NodeKey::from_scalar(&mut Zeroizing::new(scalar)).map_err(|_| ImportKey::Invalid)
}

fn from_words(text: &str) -> Result<NodeKey, ImportKey> {
    let words = Zeroizing::new(text.to_lowercase());
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut words = Zeroizing::new(words);
    let mnemonic = Mnemonic::parse_in_normalized(bip39::Language::English, &words);
    let mnemonic = mnemonic.map_err(|error| match error {
        bip39::Error::UnknownWord(at) => ImportKey::UnknownWord(at + 1),
        _ => ImportKey::Checksum,
    })?;
    let mut seed = mnemonic.to_seed_normalized("");
    words.zeroize();
    let key = derive(&seed, &PATH);
    seed.zeroize();
    from_scalar(key.ok_or(ImportKey::Invalid)?)
}

/// BIP32 for private keys. `None` where it says to take the next index, once in 2^127.
fn derive(seed: &[u8], path: &[u32]) -> Option<[u8; 32]> {
    let (mut key, mut chain) = split(&mac(b"Bitcoin seed", &[seed]));
    for step in path {
        let secret = SecretKey::from_slice(key.as_slice()).ok()?;
        let index = step.to_be_bytes();
        let mixed = match step & HARD {
            0 => {
                let public = secret.public_key().to_sec1_bytes();
                mac(chain.as_slice(), &[&public, &index])
            }
            _ => mac(chain.as_slice(), &[&[0], key.as_slice(), &index]),
        };
        let (tweak, next) = split(&mixed);
        let tweak = SecretKey::from_slice(tweak.as_slice()).ok()?;
        let sum = tweak
            .to_nonzero_scalar()
            .add(secret.to_nonzero_scalar().as_ref());
        let child = NonZeroScalar::new(sum).into_option()?;
        key = Zeroizing::new(child.to_bytes().into());
        chain = next;
    }
    Some(*key)
}

type Half = Zeroizing<[u8; 32]>;

fn split(bytes: &Zeroizing<[u8; 64]>) -> (Half, Half) {
    let (mut left, mut right) = (Half::default(), Half::default());
    left.copy_from_slice(&bytes[..32]);
    right.copy_from_slice(&bytes[32..]);
    (left, right)
}

fn mac(key: &[u8], parts: &[&[u8]]) -> Zeroizing<[u8; 64]> {
    let mut mac = Hmac::<Sha512>::new_from_slice(key).expect("BUG: HMAC takes keys of any length");
    for part in parts {
        mac.update(part);
    }
    Zeroizing::new(mac.finalize().into_bytes().into())
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;

    use super::*;

    fn hex<const N: usize>(text: &str) -> [u8; N] {
        let bytes = HEXLOWER.decode(text.as_bytes()).expect("digits");
        bytes.try_into().expect("the length")
    }

    #[test]
    fn derivation_is_that_of_bip32() {
        // Test vector 1 of BIP32.
        let seed = hex::<16>("000102030405060708090a0b0c0d0e0f");
        for (path, key) in [
            (
                &[][..],
                "e8f32e723decf4051aefac8e2c93c9c5b214313817cdb01a1494b917c8436b35",
            ),
            (
                &[HARD],
                "edb2e14f9ee77d26dd93b4ecede8d16ed408ce149b6cd80b0715a2d911a0afea",
            ),
            (
                &[HARD, 1],
                "3c6cb8d0f6a264c91ea8b5030fadaa8e538b020f0a387421a12de9319dc93368",
            ),
        ] {
            assert_eq!(derive(&seed, path), Some(hex(key)), "{path:?}");
        }
    }

    #[test]
    fn all_forms_of_one_key_are_one_node() {
        let text = include_str!("../../../../tests/vectors/identity.json");
        let vectors: serde_json::Value = serde_json::from_str(text).expect("the file");
        for vector in vectors.as_array().expect("a list") {
            let field = |name: &str| vector[name].as_str().expect("a text");
            let shouted = field("words").to_uppercase().replace(' ', "  \n");
            let with_prefix = format!("0x{}", field("hex").to_uppercase());
            for (text, kind) in [
                (field("words"), KeyText::Words),
                (&shouted, KeyText::Words),
                (field("hex"), KeyText::Hex),
                (&with_prefix, KeyText::Hex),
                (field("base64"), KeyText::Base64),
            ] {
                let (key, found) = NodeKey::import(text).expect("a key");
                assert_eq!(found, kind);
                assert_eq!(key.peer_id().to_string(), field("peer"));
            }
        }
    }

    #[test]
    fn what_is_no_key_is_said_precisely() {
        let about = |last: &str| format!("{}{last}", "abandon ".repeat(11));
        for (text, error) in [
            ("", ImportKey::Unreadable),
            ("nonsense", ImportKey::Unreadable),
            (&"x".repeat(5000), ImportKey::Unreadable),
            (&about("abandon"), ImportKey::Checksum),
            (&about("abuot"), ImportKey::UnknownWord(12)),
            ("abandon about", ImportKey::Checksum),
            (&"0".repeat(64), ImportKey::Invalid),
            (&"f".repeat(64), ImportKey::Invalid),
            ("CAESIAAA", ImportKey::OtherKind),
            ("CAISIAAA", ImportKey::Invalid),
        ] {
            assert_eq!(NodeKey::import(text).err(), Some(error), "{text:.40}");
        }
    }
}
