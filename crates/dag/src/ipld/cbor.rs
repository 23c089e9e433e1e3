//! dag-cbor: the one encoding of a value as CBOR, and a reader that takes nothing else.
//!
//! Lengths and integers in their shortest form, floats always of 64 bits and finite, text UTF-8, map
//! keys text and sorted (shorter first, then by bytes) and unique, no tag but 42 (a link), nothing
//! after the value. <https://ipld.io/specs/codecs/dag-cbor/spec/>

use std::collections::BTreeMap;

use super::{Budget, EncodeIpld, Ipld, MAX_DEPTH, MAX_INTEGER, MAX_ITEMS, MIN_INTEGER};
use crate::{Cid, MAX_BLOCK_LEN};

/// Why bytes are not dag-cbor. Offsets count from the start of the block.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeCbor {
    /// The block is longer than a block may be.
    #[error("the block is {0} bytes long, more than a block may be")]
    TooLong(usize),
    /// The bytes end inside a value.
    #[error("the block ends inside a value")]
    Truncated,
    /// Something follows the value.
    #[error("the value ends at byte {0}, but the block goes on")]
    Trailing(usize),
    /// A number or length is not in its shortest form, or of indefinite length.
    #[error("the number at byte {0} is not in its one form")]
    NotCanonical(usize),
    /// A float is short, infinite or not a number; or a simple value has no meaning here.
    #[error("the simple value at byte {0} is none of the data model")]
    Simple(usize),
    /// A tag other than that of links.
    #[error("the tag at byte {0} is not that of a link")]
    Tag(usize),
    /// The bytes of a link are no address.
    #[error("the link at byte {0} is no content address")]
    LinkAddress(usize),
    /// Text is not UTF-8.
    #[error("the text at byte {0} is not UTF-8")]
    Utf8(usize),
    /// A key is not text, not in order, or there twice.
    #[error("the map key at byte {0} is not text, or not in its place")]
    Key(usize),
    /// Lists and maps nest too deep.
    #[error("the block nests deeper than {MAX_DEPTH} levels")]
    TooDeep,
    /// There are too many values.
    #[error("the block has more than {MAX_ITEMS} values")]
    TooManyItems,
}

/// Reads one block.
pub fn decode(block: &[u8]) -> Result<Ipld, DecodeCbor> {
    if block.len() > MAX_BLOCK_LEN {
        return Err(DecodeCbor::TooLong(block.len()));
    }
    let mut reader = Reader {
        bytes: block,
        at: 0,
        budget: Budget::new(),
    };
    let value = reader.value(0)?;
    if reader.at == block.len() {
        Ok(value)
    } else {
        Err(DecodeCbor::Trailing(reader.at))
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    budget: Budget,
}

impl<'a> Reader<'a> {
    fn take(&mut self, len: u64) -> Result<&'a [u8], DecodeCbor> {
        let taken = usize::try_from(len)
            .ok()
            .and_then(|len| self.at.checked_add(len))
            .and_then(|end| self.bytes.get(self.at..end))
            .ok_or(DecodeCbor::Truncated)?;
        self.at += taken.len();
        Ok(taken)
    }

    /// Major type, the five low bits, and the number, which must be in its shortest form unless the
    /// major type is 7.
    fn head(&mut self) -> Result<(u8, u8, u64), DecodeCbor> {
        let start = self.at;
        let first = self
            .take(1)?
            .first()
            .copied()
            .ok_or(DecodeCbor::Truncated)?;
        let (major, low) = (first >> 5, first & 0x1f);
        let number = match low {
            0..=23 => u64::from(low),
            24..=27 => {
                let width = 1u32 << (low - 24);
                let number = self
                    .take(u64::from(width))?
                    .iter()
                    .fold(0, |sum, byte| sum << 8 | u64::from(*byte));
                let smallest = match width {
                    1 => 24,
                    width => 1 << (width * 4),
                };
                if number < smallest && major != 7 {
                    return Err(DecodeCbor::NotCanonical(start));
                }
                number
            }
            _ => return Err(DecodeCbor::NotCanonical(start)),
        };
        Ok((major, low, number))
    }

    fn text(&mut self, len: u64) -> Result<String, DecodeCbor> {
        let start = self.at;
        let bytes = self.take(len)?;
        std::str::from_utf8(bytes)
            .map(str::to_owned)
            .map_err(|_| DecodeCbor::Utf8(start))
    }

    fn value(&mut self, depth: usize) -> Result<Ipld, DecodeCbor> {
        self.budget.spend().ok_or(DecodeCbor::TooManyItems)?;
        let start = self.at;
        let (major, low, number) = self.head()?;
        if matches!(major, 4 | 5) && depth == MAX_DEPTH {
            return Err(DecodeCbor::TooDeep);
        }
        Ok(match major {
            0 => Ipld::Integer(i128::from(number)),
            1 => Ipld::Integer(-1 - i128::from(number)),
            2 => Ipld::Bytes(self.take(number)?.to_vec()),
            3 => Ipld::Text(self.text(number)?),
            4 => Ipld::List(self.list(number, depth)?),
            5 => Ipld::Map(self.map(number, depth)?),
            6 if number == 42 => Ipld::Link(self.link(start)?),
            6 => return Err(DecodeCbor::Tag(start)),
            _ => match low {
                20 => Ipld::Bool(false),
                21 => Ipld::Bool(true),
                22 => Ipld::Null,
                27 if f64::from_bits(number).is_finite() => Ipld::Float(f64::from_bits(number)),
                _ => return Err(DecodeCbor::Simple(start)),
            },
        })
    }

    fn list(&mut self, len: u64, depth: usize) -> Result<Vec<Ipld>, DecodeCbor> {
        let mut items = Vec::new();
        for _ in 0..len {
            items.push(self.value(depth + 1)?);
        }
        Ok(items)
    }

    fn map(&mut self, len: u64, depth: usize) -> Result<BTreeMap<String, Ipld>, DecodeCbor> {
        let mut map = BTreeMap::new();
        let mut last: Option<&'a [u8]> = None;
        for _ in 0..len {
            self.budget.spend().ok_or(DecodeCbor::TooManyItems)?;
            let start = self.at;
            let (3, _, key_len) = self.head()? else {
                return Err(DecodeCbor::Key(start));
            };
            let from = self.at;
            let key = self.text(key_len)?;
            let bytes = self.bytes.get(from..self.at).unwrap_or_default();
            if last.is_some_and(|last| (last.len(), last) >= (bytes.len(), bytes)) {
                return Err(DecodeCbor::Key(start));
            }
            last = Some(bytes);
            map.insert(key, self.value(depth + 1)?);
        }
        Ok(map)
    }

    /// What follows a tag 42: a byte string of 0x00 and a CID.
    fn link(&mut self, start: usize) -> Result<Cid, DecodeCbor> {
        let bad = DecodeCbor::LinkAddress(start);
        let (2, _, len) = self.head()? else {
            return Err(bad);
        };
        let [0, address @ ..] = self.take(len)? else {
            return Err(bad);
        };
        let mut rest = address;
        match Cid::read_bytes(&mut rest) {
            // Addresses whose numbers are not minimal would be written another way.
            Ok(cid) if rest.is_empty() && cid.to_bytes() == address => Ok(cid),
            _ => Err(bad),
        }
    }
}

/// Writes one block.
pub fn encode(value: &Ipld) -> Result<Vec<u8>, EncodeIpld> {
    let mut out = Vec::new();
    write(value, 0, &mut Budget::new(), &mut out)?;
    if out.len() > MAX_BLOCK_LEN {
        return Err(EncodeIpld::TooLong);
    }
    Ok(out)
}

fn put_head(out: &mut Vec<u8>, major: u8, number: u64) {
    let major = major << 5;
    let bytes = number.to_be_bytes();
    let (low, width) = match number {
        0..=23 => (number as u8, 0),
        24..=0xff => (24, 1),
        0x100..=0xffff => (25, 2),
        0x1_0000..=0xffff_ffff => (26, 4),
        _ => (27, 8),
    };
    out.push(major | low);
    out.extend_from_slice(bytes.get(8 - width..).unwrap_or_default());
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    put_head(out, 3, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

fn write(
    value: &Ipld,
    depth: usize,
    budget: &mut Budget,
    out: &mut Vec<u8>,
) -> Result<(), EncodeIpld> {
    budget.spend().ok_or(EncodeIpld::TooManyItems)?;
    if matches!(value, Ipld::List(_) | Ipld::Map(_)) && depth == MAX_DEPTH {
        return Err(EncodeIpld::TooDeep);
    }
    match value {
        Ipld::Null => out.push(0xf6),
        Ipld::Bool(false) => out.push(0xf4),
        Ipld::Bool(true) => out.push(0xf5),
        Ipld::Integer(number) => {
            if !(MIN_INTEGER..=MAX_INTEGER).contains(number) {
                return Err(EncodeIpld::IntegerRange(*number));
            }
            let (major, rest) = if *number < 0 {
                (1, -1 - number)
            } else {
                (0, *number)
            };
            put_head(out, major, rest as u64);
        }
        Ipld::Float(number) if number.is_finite() => {
            out.push(0xfb);
            out.extend_from_slice(&number.to_be_bytes());
        }
        Ipld::Float(_) => return Err(EncodeIpld::FloatNotFinite),
        Ipld::Text(text) => put_text(out, text),
        Ipld::Bytes(bytes) => {
            put_head(out, 2, bytes.len() as u64);
            out.extend_from_slice(bytes);
        }
        Ipld::Link(cid) => {
            let address = cid.to_bytes();
            put_head(out, 6, 42);
            put_head(out, 2, address.len() as u64 + 1);
            out.push(0);
            out.extend_from_slice(&address);
        }
        Ipld::List(items) => {
            put_head(out, 4, items.len() as u64);
            for item in items {
                write(item, depth + 1, budget, out)?;
            }
        }
        Ipld::Map(map) => {
            put_head(out, 5, map.len() as u64);
            let mut pairs: Vec<_> = map.iter().collect();
            pairs.sort_by_key(|(key, _)| (key.len(), *key));
            for (key, item) in pairs {
                budget.spend().ok_or(EncodeIpld::TooManyItems)?;
                put_text(out, key);
                write(item, depth + 1, budget, out)?;
            }
        }
    }
    Ok(())
}
