//! Records that let a name point somewhere: BTNS (version 1) and IPNS (version 2).
//!
//! A name is the hash of a public key; a record is what its owner signed. BTFS signs value, validity
//! and the text of the validity type, in fields of protobuf (V1). IPNS signs a dag-cbor map of them
//! all, and repeats them in protobuf for old readers (V2).
//!
//! Invariants: a [`NameRecord`] read by [`NameRecord::decode`] is well-formed and bounded but not
//! proven: only [`NameRecord::verify`] says that the owner made it and that it still holds. Signing
//! and checking signatures is the caller's, by the bytes given here, because identities live
//! elsewhere. Times are UTC; the clock comes in.
//!
//! <https://specs.ipfs.tech/ipns/ipns-record/>; BTNS: go-btns at version 0.2.

use std::cmp::Ordering;

use crate::ipld::EncodeIpld;
use crate::ipld::cbor::DecodeCbor;
use crate::protobuf::DecodeProtobuf;

pub use self::time::{ParseTime, Timestamp};

mod data;
mod time;
mod wire;

/// The longest record, in bytes: the limit of the IPNS specification.
pub const MAX_RECORD_LEN: usize = 10 * 1024;
/// The longest value, in bytes.
pub const MAX_VALUE_LEN: usize = 2048;

/// Which rules a record follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NameSystem {
    /// BTFS: DHT keys start with `/btns/`, signatures of version 1.
    Btns,
    /// IPFS: DHT keys start with `/ipns/`, signatures of version 2.
    Ipns,
}

impl NameSystem {
    /// The key of a name's record in the DHT. `name` is the bytes of the peer id's multihash.
    pub fn dht_key(self, name: &[u8]) -> Vec<u8> {
        let prefix = match self {
            NameSystem::Btns => &b"/btns/"[..],
            NameSystem::Ipns => b"/ipns/",
        };
        [prefix, name].concat()
    }

    /// The system and the name of a DHT key.
    pub fn of_dht_key(key: &[u8]) -> Option<(Self, &[u8])> {
        let btns = key
            .strip_prefix(b"/btns/")
            .map(|name| (NameSystem::Btns, name));
        btns.or_else(|| {
            key.strip_prefix(b"/ipns/")
                .map(|name| (NameSystem::Ipns, name))
        })
    }
}

/// What a record says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameEntry {
    /// Where the name points: a path like `/btfs/Qm...`.
    pub value: Vec<u8>,
    /// Until when.
    pub valid_until: Timestamp,
    /// Grows with every new record of the name.
    pub sequence: u64,
    /// How long to keep it without asking again, in nanoseconds.
    pub ttl_ns: Option<u64>,
}

/// One record, as its owner signed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameRecord {
    system: NameSystem,
    entry: NameEntry,
    /// The validity as written, because that text is signed.
    validity: Vec<u8>,
    public_key: Option<Vec<u8>>,
    signature_v1: Option<Vec<u8>>,
    signature_v2: Option<Vec<u8>>,
    /// The signed dag-cbor.
    data: Option<Vec<u8>>,
}

/// Why bytes are no record.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeRecord {
    /// It is longer than [`MAX_RECORD_LEN`].
    #[error("the name record is {0} bytes long, more than one may be")]
    TooLong(usize),
    /// The bytes are not protobuf.
    #[error("the name record is not a protobuf message")]
    ReadFields(#[from] DecodeProtobuf),
    /// A field is missing, twice there, or out of bounds.
    #[error("the {0} of the name record is missing or malformed")]
    BadField(&'static str),
    /// The signed part is not dag-cbor.
    #[error("the signed part of the name record is not readable")]
    DecodeData(#[from] DecodeCbor),
    /// The protobuf says something else than what is signed.
    #[error("the {0} of the name record is not the one that is signed")]
    Contradiction(&'static str),
    /// The end of its validity is no time.
    #[error("the name record does not say until when it holds")]
    ParseTime(#[from] ParseTime),
}

/// Why a record was not made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignRecord {
    /// The value is empty or longer than [`MAX_VALUE_LEN`].
    #[error("a name cannot point to {0} bytes")]
    ValueLen(usize),
    /// The signed part cannot be written.
    #[error("the name record cannot be encoded")]
    EncodeData(#[from] EncodeIpld),
    /// The record is longer than [`MAX_RECORD_LEN`].
    #[error("the name record would be {0} bytes long, more than one may be")]
    TooLong(usize),
}

/// Why a record does not hold.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum VerifyRecord {
    /// The key in the record belongs to another name.
    #[error("the key in the record is not that of the name")]
    OtherKey,
    /// The name is the hash of a key that the record does not carry.
    #[error("the record does not carry the key of its name")]
    NoKey,
    /// The signature is wrong: not by the owner, or changed.
    #[error("the record is not signed by the owner of the name")]
    Signature,
    /// It held once.
    #[error("the record held until {0}")]
    Expired(Timestamp),
}

impl NameRecord {
    /// Makes a record. `public_key` (libp2p's protobuf) goes in when the name does not hold it;
    /// `sign` signs the bytes it is given with the key of the name.
    pub fn sign(
        system: NameSystem,
        entry: NameEntry,
        public_key: Option<&[u8]>,
        mut sign: impl FnMut(&[u8]) -> Vec<u8>,
    ) -> Result<Self, SignRecord> {
        if entry.value.is_empty() || entry.value.len() > MAX_VALUE_LEN {
            return Err(SignRecord::ValueLen(entry.value.len()));
        }
        let validity = entry.valid_until.to_string().into_bytes();
        let mut record = NameRecord {
            system,
            entry,
            validity,
            public_key: public_key.map(<[u8]>::to_vec),
            signature_v1: None,
            signature_v2: None,
            data: None,
        };
        // Old readers of IPNS look for the first signature, so both systems have it.
        record.signature_v1 = Some(sign(&record.signed_v1()));
        if system == NameSystem::Ipns {
            let data = data::encode(&record.entry, &record.validity)?;
            record.signature_v2 = Some(sign(&data::signed(&data)));
            record.data = Some(data);
        }
        let len = record.encode().len();
        if len > MAX_RECORD_LEN {
            return Err(SignRecord::TooLong(len));
        }
        Ok(record)
    }

    /// Reads a record of that system.
    pub fn decode(system: NameSystem, bytes: &[u8]) -> Result<Self, DecodeRecord> {
        wire::decode(system, bytes)
    }

    /// The bytes that go into the DHT.
    pub fn encode(&self) -> Vec<u8> {
        wire::encode(self)
    }

    /// What it says. Not proven before [`NameRecord::verify`].
    pub fn entry(&self) -> &NameEntry {
        &self.entry
    }

    /// What a signature of version 1 is over.
    fn signed_v1(&self) -> Vec<u8> {
        [&self.entry.value, &self.validity, &b"0"[..]].concat()
    }

    /// Checks that the owner of `name` (the bytes of the peer id's multihash) made it, and that it
    /// holds at `now`. `check` is given the public key as libp2p's protobuf, the message and the
    /// signature.
    pub fn verify(
        &self,
        name: &[u8],
        now: Timestamp,
        check: impl FnOnce(&[u8], &[u8], &[u8]) -> bool,
    ) -> Result<(), VerifyRecord> {
        let key = self.key_of(name)?;
        let signed = match self.system {
            NameSystem::Btns => self.signature_v1.as_deref().map(|s| (self.signed_v1(), s)),
            NameSystem::Ipns => self
                .data
                .as_deref()
                .zip(self.signature_v2.as_deref())
                .map(|(data, signature)| (data::signed(data), signature)),
        };
        let (message, signature) = signed.ok_or(VerifyRecord::Signature)?;
        if !check(key, &message, signature) {
            return Err(VerifyRecord::Signature);
        }
        if now > self.entry.valid_until {
            return Err(VerifyRecord::Expired(self.entry.valid_until));
        }
        Ok(())
    }

    /// The public key of the name: in the name itself when it is short, else in the record.
    fn key_of<'a>(&'a self, name: &'a [u8]) -> Result<&'a [u8], VerifyRecord> {
        let inline = match name {
            [0x00, len, key @ ..] if usize::from(*len) == key.len() => Some(key),
            _ => None,
        };
        match (inline, self.public_key.as_deref()) {
            (Some(key), None) => Ok(key),
            (Some(key), Some(given)) if key == given => Ok(key),
            (None, Some(given)) if wire::is_hash_of(name, given) => Ok(given),
            (None, None) => Err(VerifyRecord::NoKey),
            _ => Err(VerifyRecord::OtherKey),
        }
    }

    /// Which of two records of one name to keep: the greater one. By sequence, then by the end of
    /// validity, then by their bytes, so that every node keeps the same one.
    pub fn compare(&self, other: &Self) -> Ordering {
        let key = |record: &NameRecord| (record.entry.sequence, record.entry.valid_until);
        key(self)
            .cmp(&key(other))
            .then_with(|| self.encode().cmp(&other.encode()))
    }
}
