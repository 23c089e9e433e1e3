//! Which blocks a block links to: for garbage collection, pins and CAR traversal.
//!
//! dag-cbor is scanned for links (tag 42) without building a value; the scan is bounded in depth
//! and cannot be longer than the block. <https://ipld.io/specs/codecs/dag-cbor/spec/>

use crate::dag_pb::{self, DecodeNode};
use crate::ipld::json::{self, DecodeJson};
use crate::{Cid, Codec, MAX_BLOCK_LEN, codec_of};

/// The deepest nesting of maps, lists and tags that is scanned.
const MAX_CBOR_DEPTH: usize = 128;

/// Why the links of a block are not known.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FindLinks {
    /// This crate does not read the codec (its number is given).
    #[error("the links of blocks with codec {0:#x} are not known")]
    UnsupportedCodec(u64),
    /// The block is not dag-pb.
    #[error("the block is not a readable node")]
    DecodeNode(#[from] DecodeNode),
    /// The block is not dag-cbor; the offset of the first bad byte is given.
    #[error("the block is not valid dag-cbor at byte {0}")]
    MalformedCbor(usize),
    /// The block is not dag-json.
    #[error("the block is not valid dag-json")]
    DecodeJson(#[from] DecodeJson),
    /// The block nests deeper than any real one.
    #[error("the block nests deeper than {MAX_CBOR_DEPTH} levels")]
    TooDeep,
}

/// The links of a block in wire order, repeated ones repeated. Raw blocks have none.
pub fn links(cid: &Cid, block: &[u8]) -> Result<Vec<Cid>, FindLinks> {
    match codec_of(cid) {
        Some(Codec::Raw) => Ok(Vec::new()),
        Some(Codec::DagPb) => Ok(dag_pb::decode(block)?
            .links
            .iter()
            .map(|link| link.cid)
            .collect()),
        Some(Codec::DagCbor) => cbor_links(block),
        Some(Codec::DagJson) => Ok(json::decode(block)?.links()),
        None => Err(FindLinks::UnsupportedCodec(cid.codec())),
    }
}

fn cbor_links(block: &[u8]) -> Result<Vec<Cid>, FindLinks> {
    if block.len() > MAX_BLOCK_LEN {
        return Err(FindLinks::MalformedCbor(MAX_BLOCK_LEN));
    }
    let mut cbor = Cbor {
        bytes: block,
        at: 0,
    };
    let mut found = Vec::new();
    // Items still to come at each open level; a map counts keys and values.
    let mut open: Vec<u64> = vec![1];
    while let Some(left) = open.last_mut() {
        if *left == 0 {
            open.pop();
            continue;
        }
        *left -= 1;
        let children = match cbor.head()? {
            Head::Leaf => 0,
            Head::Bytes(len) => {
                cbor.take(len)?;
                0
            }
            Head::List(items) => items,
            Head::Map(pairs) => pairs.checked_mul(2).ok_or(cbor.malformed())?,
            Head::Link => {
                found.push(cbor.link()?);
                0
            }
        };
        if children > 0 {
            if open.len() >= MAX_CBOR_DEPTH {
                return Err(FindLinks::TooDeep);
            }
            open.push(children);
        }
    }
    if cbor.at == block.len() {
        Ok(found)
    } else {
        Err(cbor.malformed())
    }
}

/// What stands at the front of the input.
pub(crate) enum Head {
    /// A number, a boolean or null: nothing follows.
    Leaf,
    /// Bytes or text of this length follow.
    Bytes(u64),
    /// This many items follow.
    List(u64),
    /// This many pairs follow.
    Map(u64),
    /// Tag 42: the bytes of a link follow.
    Link,
}

/// A reader of the definite-length CBOR that dag-cbor is.
pub(crate) struct Cbor<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) at: usize,
}

impl<'a> Cbor<'a> {
    pub(crate) fn malformed(&self) -> FindLinks {
        FindLinks::MalformedCbor(self.at)
    }

    pub(crate) fn head(&mut self) -> Result<Head, FindLinks> {
        let (major, value) = self.head_number()?;
        Ok(match (major, value) {
            (0 | 1, _) => Head::Leaf,
            (2 | 3, len) => Head::Bytes(len),
            (4, items) => Head::List(items),
            (5, pairs) => Head::Map(pairs),
            (6, 42) => Head::Link,
            (7, _) => Head::Leaf,
            _ => return Err(self.malformed()),
        })
    }

    /// The major type and its number. Indefinite lengths and reserved forms are refused.
    pub(crate) fn head_number(&mut self) -> Result<(u8, u64), FindLinks> {
        let first = self.take(1)?.first().copied().ok_or(self.malformed())?;
        let value = match first & 0x1f {
            small @ 0..=23 => u64::from(small),
            wide @ 24..=27 => {
                let len = 1u64 << (wide - 24);
                self.take(len)?
                    .iter()
                    .fold(0, |sum, byte| sum << 8 | u64::from(*byte))
            }
            _ => return Err(self.malformed()),
        };
        Ok((first >> 5, value))
    }

    pub(crate) fn take(&mut self, len: u64) -> Result<&'a [u8], FindLinks> {
        let taken = usize::try_from(len)
            .ok()
            .and_then(|len| self.at.checked_add(len))
            .and_then(|end| self.bytes.get(self.at..end))
            .ok_or(self.malformed())?;
        self.at += taken.len();
        Ok(taken)
    }

    /// The content of a tag 42: a byte string of 0x00 and a CID.
    pub(crate) fn link(&mut self) -> Result<Cid, FindLinks> {
        let (2, len) = self.head_number()? else {
            return Err(self.malformed());
        };
        let [0, address @ ..] = self.take(len)? else {
            return Err(self.malformed());
        };
        let mut rest = address;
        let cid = Cid::read_bytes(&mut rest).map_err(|_| self.malformed())?;
        if rest.is_empty() {
            Ok(cid)
        } else {
            Err(self.malformed())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CidVersion, cid_of};

    fn tagged(cid: &Cid) -> Vec<u8> {
        let address = cid.to_bytes();
        [&[0xd8, 42, 0x58, address.len() as u8 + 1, 0][..], &address].concat()
    }

    #[test]
    fn links_in_cbor_are_found_at_any_depth() {
        let a = cid_of(Codec::Raw, CidVersion::V1, b"a");
        let b = cid_of(Codec::DagPb, CidVersion::V0, b"b");
        // {"x": [link a, {"y": link b}, h'00', -1, true]}
        let mut block = vec![0xa1, 0x61, b'x', 0x85];
        block.extend(tagged(&a));
        block.extend([0xa1, 0x61, b'y']);
        block.extend(tagged(&b));
        block.extend([0x41, 0, 0x20, 0xf5]);
        let cid = cid_of(Codec::DagCbor, CidVersion::V1, &block);
        assert_eq!(links(&cid, &block).unwrap(), [a, b]);
        block.push(0);
        assert!(links(&cid, &block).is_err(), "bytes after the value");
    }

    #[test]
    fn hostile_cbor_is_bounded() {
        let cid = cid_of(Codec::DagCbor, CidVersion::V1, b"");
        assert!(matches!(
            links(&cid, &[0x81; 4096]),
            Err(FindLinks::TooDeep)
        ));
        let huge_list = [0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xf6];
        assert!(matches!(
            links(&cid, &huge_list),
            Err(FindLinks::MalformedCbor(_))
        ));
        let huge_map = [0xbb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
        assert!(links(&cid, &huge_map).is_err());
        for bad in [
            &[][..],
            &[0x9f, 0xff],
            &[0xd8, 43, 0],
            &[0x5b, 1],
            &[0xd8, 42, 0x41, 1],
        ] {
            assert!(links(&cid, bad).is_err(), "{bad:02x?}");
        }
    }
}
