//! Index keys: the multihash, so that CIDv0 and CIDv1 of the same bytes share one block.

use std::fmt;

use dag::Cid;

/// Longest multihash that is stored. Only hashes that `dag` can verify are, and they fit.
pub(crate) const MAX_KEY: usize = 39;
/// Multihash code of the identity "hash": the address holds the block.
const IDENTITY: u64 = 0x00;
/// Codec of raw blocks.
pub(crate) const RAW: u64 = 0x55;
/// Codec of dag-pb blocks.
pub(crate) const DAG_PB: u64 = 0x70;
/// Codec of dag-cbor blocks.
pub(crate) const DAG_CBOR: u64 = 0x71;
/// Codec of dag-json blocks.
pub(crate) const DAG_JSON: u64 = 0x0129;

/// A multihash, held inline.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key {
    bytes: [u8; MAX_KEY],
    len: u8,
}

/// What an address names.
pub(crate) enum Address<'a> {
    /// A block of the index.
    Stored(Key),
    /// A block that is in the address itself.
    Inline(&'a [u8]),
    /// A hash that is not supported.
    Unsupported,
}

impl Key {
    /// The key with these bytes, unless they are too long.
    pub(crate) fn from_bytes(multihash: &[u8]) -> Option<Self> {
        let mut bytes = [0; MAX_KEY];
        bytes.get_mut(..multihash.len())?.copy_from_slice(multihash);
        Some(Self {
            bytes,
            len: u8::try_from(multihash.len()).ok()?,
        })
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or_default()
    }

    /// The key as a CID of the given codec.
    pub(crate) fn to_cid(self, codec: u64) -> Option<Cid> {
        let mut rest = self.as_bytes();
        let code = read_varint(&mut rest)?;
        let len = usize::try_from(read_varint(&mut rest)?).ok()?;
        if rest.len() != len {
            return None;
        }
        // The binary form of a CIDv1 is version, codec, multihash.
        let mut cid = Vec::with_capacity(4 + self.as_bytes().len());
        push_varint(&mut cid, 1);
        push_varint(&mut cid, codec);
        cid.extend_from_slice(self.as_bytes());
        debug_assert!(code != u64::MAX);
        Cid::try_from(cid.as_slice()).ok()
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.as_bytes() {
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

/// Splits a CID into what the index needs.
pub(crate) fn address(cid: &Cid) -> Address<'_> {
    if cid.hash().code() == IDENTITY {
        return Address::Inline(cid.hash().digest());
    }
    match Key::from_bytes(&cid.hash().to_bytes()) {
        Some(key) => Address::Stored(key),
        None => Address::Unsupported,
    }
}

/// Appends an unsigned LEB128 number.
pub(crate) fn push_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Takes an unsigned LEB128 number off the front.
pub(crate) fn read_varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        let part = u64::from(byte & 0x7f);
        if shift == 63 && part > 1 {
            return None;
        }
        value |= part << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// Takes `len` bytes off the front.
pub(crate) fn read_slice<'a>(bytes: &mut &'a [u8], len: u64) -> Option<&'a [u8]> {
    let (taken, rest) = bytes.split_at_checked(usize::try_from(len).ok()?)?;
    *bytes = rest;
    Some(taken)
}

/// True when `parts`, joined, are a dag-pb node with data and no link: then collection need not
/// read it. False when it has links or is not understood.
pub(crate) fn is_pb_leaf(parts: &[&[u8]]) -> bool {
    let mut bytes = Parts { parts, skip: 0 };
    loop {
        let Some(tag) = bytes.next() else { return true };
        // Field 1 (data), wire type 2 (bytes).
        if tag != 0x0a {
            return false;
        }
        let mut len = 0_u64;
        let mut shift = 0;
        loop {
            let Some(byte) = bytes.next() else {
                return false;
            };
            len |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                break;
            }
            shift += 7;
            if shift > 28 {
                return false;
            }
        }
        if !bytes.advance(len) {
            return false;
        }
    }
}

struct Parts<'a, 'b> {
    parts: &'a [&'b [u8]],
    skip: usize,
}

impl Parts<'_, '_> {
    fn next(&mut self) -> Option<u8> {
        while let Some(part) = self.parts.first() {
            if let Some(&byte) = part.get(self.skip) {
                self.skip += 1;
                return Some(byte);
            }
            self.parts = self.parts.get(1..)?;
            self.skip = 0;
        }
        None
    }

    fn advance(&mut self, mut count: u64) -> bool {
        while count > 0 {
            let Some(part) = self.parts.first() else {
                return false;
            };
            let left = (part.len() - self.skip) as u64;
            if count < left {
                self.skip += count as usize;
                return true;
            }
            count -= left;
            self.parts = self.parts.get(1..).unwrap_or_default();
            self.skip = 0;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn leaves_are_told_from_inner_nodes() {
        let check = |parts: &[&[u8]], expect: bool| assert_eq!(is_pb_leaf(parts), expect);
        check(&[], true);
        check(&[&[0x0a, 3], &[1, 2], &[3]], true);
        check(&[&[0x0a, 3], &[1, 2]], false);
        check(&[&[0x12, 1, 0], &[0x0a, 0]], false);
        check(&[&[0x0a, 0x80], &[0x01], &[7; 128]], true);
        check(&[&[0x0a, 0x80], &[0x01], &[7; 127]], false);
        check(&[&[0x0a, 0, 0x12, 0]], false);
    }

    proptest! {
        #[test]
        fn varints_round_trip(value: u64) {
            let mut bytes = Vec::new();
            push_varint(&mut bytes, value);
            let mut rest = bytes.as_slice();
            prop_assert_eq!(read_varint(&mut rest), Some(value));
            prop_assert!(rest.is_empty());
        }
    }
}
