//! The signed dag-cbor of IPNS records.

use super::{DecodeRecord, NameEntry};
use crate::ipld::{EncodeIpld, Ipld, cbor};

/// What stands before the dag-cbor in the signed message.
const PREFIX: &[u8] = b"ipns-signature:";

pub(super) fn signed(data: &[u8]) -> Vec<u8> {
    [PREFIX, data].concat()
}

pub(super) fn encode(entry: &NameEntry, validity: &[u8]) -> Result<Vec<u8>, EncodeIpld> {
    let fields = [
        ("Value", Ipld::Bytes(entry.value.clone())),
        ("Validity", Ipld::Bytes(validity.to_vec())),
        ("ValidityType", Ipld::Integer(0)),
        ("Sequence", entry.sequence.into()),
        ("TTL", entry.ttl_ns.unwrap_or_default().into()),
    ];
    let map = fields.map(|(name, value)| (name.to_owned(), value));
    cbor::encode(&Ipld::Map(map.into_iter().collect()))
}

/// What the dag-cbor says: value, validity, sequence, time to live. Unknown fields are allowed.
pub(super) fn decode(data: &[u8]) -> Result<(Vec<u8>, Vec<u8>, u64, u64), DecodeRecord> {
    let Ipld::Map(mut map) = cbor::decode(data)? else {
        return Err(DecodeRecord::BadField("signed part"));
    };
    let mut bytes = |name: &'static str| match map.remove(name) {
        Some(Ipld::Bytes(bytes)) => Ok(bytes),
        _ => Err(DecodeRecord::BadField(name)),
    };
    let (value, validity) = (bytes("Value")?, bytes("Validity")?);
    let mut number = |name: &'static str| match map.remove(name) {
        Some(Ipld::Integer(number)) => {
            u64::try_from(number).map_err(|_| DecodeRecord::BadField(name))
        }
        _ => Err(DecodeRecord::BadField(name)),
    };
    if number("ValidityType")? != 0 {
        return Err(DecodeRecord::BadField("ValidityType"));
    }
    Ok((value, validity, number("Sequence")?, number("TTL")?))
}
