//! Name records as protobuf.

use sha2::{Digest, Sha256};

use super::{DecodeRecord, MAX_RECORD_LEN, MAX_VALUE_LEN, NameEntry, NameRecord, NameSystem};
use super::{Timestamp, data};
use crate::protobuf::{Fields, Value, put_bytes, put_number};

/// The fields as they stand in the message.
#[derive(Default)]
struct Raw<'a> {
    bytes: [Option<&'a [u8]>; 10],
    numbers: [Option<u64>; 10],
}

impl<'a> Raw<'a> {
    fn read(message: &'a [u8]) -> Result<Self, DecodeRecord> {
        let mut raw = Raw::default();
        for field in Fields::new(message) {
            let (number, value) = field?;
            // Other programs may have put more in: it is passed over.
            let Some(slot) = usize::try_from(number).ok().filter(|n| *n < 10) else {
                continue;
            };
            let name = NAMES.get(slot).copied().unwrap_or_default();
            let is_number = matches!(slot, 3 | 5 | 6);
            let again = match value {
                Value::Bytes(bytes) if !is_number => raw
                    .bytes
                    .get_mut(slot)
                    .and_then(|slot| slot.replace(bytes))
                    .is_some(),
                Value::Varint(value) if is_number => raw
                    .numbers
                    .get_mut(slot)
                    .and_then(|slot| slot.replace(value))
                    .is_some(),
                _ => true,
            };
            if again {
                return Err(DecodeRecord::BadField(name));
            }
        }
        Ok(raw)
    }

    fn bytes(&self, field: usize) -> Option<&'a [u8]> {
        self.bytes.get(field).copied().flatten()
    }

    fn need(&self, field: usize) -> Result<&'a [u8], DecodeRecord> {
        let name = NAMES.get(field).copied().unwrap_or_default();
        self.bytes(field).ok_or(DecodeRecord::BadField(name))
    }

    fn number(&self, field: usize) -> Option<u64> {
        self.numbers.get(field).copied().flatten()
    }
}

const NAMES: [&str; 10] = [
    "field 0",
    "value",
    "first signature",
    "validity type",
    "validity",
    "sequence",
    "time to live",
    "public key",
    "second signature",
    "signed part",
];

pub(super) fn decode(system: NameSystem, message: &[u8]) -> Result<NameRecord, DecodeRecord> {
    if message.len() > MAX_RECORD_LEN {
        return Err(DecodeRecord::TooLong(message.len()));
    }
    let raw = Raw::read(message)?;
    if raw.number(3).is_some_and(|kind| kind != 0) {
        return Err(DecodeRecord::BadField("validity type"));
    }
    let (value, validity, sequence, ttl_ns) = match system {
        NameSystem::Btns => {
            raw.need(2)?;
            let (value, validity) = (raw.need(1)?.to_vec(), raw.need(4)?.to_vec());
            (
                value,
                validity,
                raw.number(5).unwrap_or_default(),
                raw.number(6),
            )
        }
        NameSystem::Ipns => {
            raw.need(8)?;
            let (value, validity, sequence, ttl) = data::decode(raw.need(9)?)?;
            // What old readers see must be what is signed, when it is there at all.
            if raw.bytes(2).is_some() || raw.bytes(1).is_some() {
                let agrees = [
                    ("value", raw.bytes(1).unwrap_or_default() == value),
                    ("validity", raw.bytes(4).unwrap_or_default() == validity),
                    ("sequence", raw.number(5).unwrap_or_default() == sequence),
                    ("time to live", raw.number(6).unwrap_or_default() == ttl),
                ];
                if let Some((name, _)) = agrees.iter().find(|(_, agrees)| !agrees) {
                    return Err(DecodeRecord::Contradiction(name));
                }
            }
            (value, validity, sequence, Some(ttl))
        }
    };
    if value.is_empty() || value.len() > MAX_VALUE_LEN {
        return Err(DecodeRecord::BadField("value"));
    }
    let owned = |field| raw.bytes(field).map(<[u8]>::to_vec);
    Ok(NameRecord {
        system,
        entry: NameEntry {
            value,
            valid_until: Timestamp::parse(&validity)?,
            sequence,
            ttl_ns,
        },
        validity,
        public_key: owned(7),
        signature_v1: owned(2),
        signature_v2: owned(8).filter(|_| system == NameSystem::Ipns),
        data: owned(9).filter(|_| system == NameSystem::Ipns),
    })
}

pub(super) fn encode(record: &NameRecord) -> Vec<u8> {
    let mut out = Vec::with_capacity(512);
    let entry = &record.entry;
    // A record with the second signature alone repeats nothing.
    if let Some(signature) = &record.signature_v1 {
        put_bytes(&mut out, 1, &entry.value);
        put_bytes(&mut out, 2, signature);
        put_number(&mut out, 3, 0);
        put_bytes(&mut out, 4, &record.validity);
        put_number(&mut out, 5, entry.sequence);
        let ttl = match record.system {
            NameSystem::Btns => entry.ttl_ns,
            NameSystem::Ipns => Some(entry.ttl_ns.unwrap_or_default()),
        };
        if let Some(ttl) = ttl {
            put_number(&mut out, 6, ttl);
        }
    }
    let rest = [
        (7, &record.public_key),
        (8, &record.signature_v2),
        (9, &record.data),
    ];
    for (field, bytes) in rest {
        if let Some(bytes) = bytes {
            put_bytes(&mut out, field, bytes);
        }
    }
    out
}

/// Whether `name` is the sha2-256 multihash of `key`.
pub(super) fn is_hash_of(name: &[u8], key: &[u8]) -> bool {
    match name {
        [0x12, 32, digest @ ..] => Sha256::digest(key).as_slice() == digest,
        _ => false,
    }
}
