//! The IPLD data model, and its codecs: dag-cbor ([`cbor`]), dag-json ([`json`]) and, for what
//! has its shape, dag-pb ([`pb`]).
//!
//! A value has one encoding in each codec, and only that is decoded from dag-cbor; dag-json is read
//! with any white space and key order, because people write it by hand.
//!
//! Invariants:
//! - Whatever decodes is bounded: [`MAX_DEPTH`] levels, [`MAX_ITEMS`] values and keys, and a block's
//!   length of bytes.
//! - What decodes from dag-cbor encodes to the same bytes.
//!
//! Only sha2-256 and the like make addresses useful; links of any codec and hash are kept as they
//! are. <https://ipld.io/docs/data-model/>

use std::collections::BTreeMap;

use crate::{Cid, MAX_BLOCK_LEN};

pub mod cbor;
pub mod json;
pub mod pb;

/// The deepest nesting of lists and maps, the outermost one included.
pub const MAX_DEPTH: usize = 128;
/// The most values and map keys in one block. Each takes tens of bytes of memory when decoded.
pub const MAX_ITEMS: usize = 1 << 18;
/// The smallest integer, -2^64.
pub const MIN_INTEGER: i128 = -(1 << 64);
/// The largest integer, 2^64 - 1.
pub const MAX_INTEGER: i128 = (1 << 64) - 1;

/// One value of the data model.
#[derive(Debug, Clone, PartialEq)]
pub enum Ipld {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// From [`MIN_INTEGER`] to [`MAX_INTEGER`].
    Integer(i128),
    /// A finite number of 64 bits.
    Float(f64),
    /// UTF-8 text.
    Text(String),
    /// Any bytes.
    Bytes(Vec<u8>),
    /// Values in order.
    List(Vec<Ipld>),
    /// Values by key. The order of keys is the codec's business.
    Map(BTreeMap<String, Ipld>),
    /// The address of another block.
    Link(Cid),
}

/// Why a value has no encoding.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncodeIpld {
    /// The integer is outside of 64 bits and a sign.
    #[error("the integer {0} does not fit the data model")]
    IntegerRange(i128),
    /// The number is infinite or not a number.
    #[error("the value has a number that is not finite")]
    FloatNotFinite,
    /// Lists and maps nest too deep.
    #[error("the value nests deeper than {MAX_DEPTH} levels")]
    TooDeep,
    /// There are more values than a reader accepts.
    #[error("the value has more than {MAX_ITEMS} parts")]
    TooManyItems,
    /// The encoding would be no block.
    #[error("the value encodes to more than {MAX_BLOCK_LEN} bytes")]
    TooLong,
    /// dag-json gives a map with the key `/` another meaning.
    #[error("dag-json cannot hold a map with the key \"/\" that looks like a link or bytes")]
    ReservedKey,
}

impl Ipld {
    /// The map inside, if it is one.
    pub fn as_map(&self) -> Option<&BTreeMap<String, Ipld>> {
        match self {
            Ipld::Map(map) => Some(map),
            _ => None,
        }
    }

    /// Follows a path through maps (by key) and lists (by number) as far as it leads inside this
    /// value: where it ends, and how many segments it took. A link ends it, to be followed by the
    /// caller; so does a missing segment, which leaves segments over at a value that is no link.
    pub fn walk<'a, S: AsRef<str>>(&'a self, path: &[S]) -> (&'a Ipld, usize) {
        let mut at = self;
        for (taken, segment) in path.iter().enumerate() {
            let segment = segment.as_ref();
            let next = match at {
                Ipld::Map(map) => map.get(segment),
                Ipld::List(items) => segment.parse::<usize>().ok().and_then(|i| items.get(i)),
                _ => None,
            };
            match next {
                Some(next) => at = next,
                None => return (at, taken),
            }
        }
        (at, path.len())
    }

    /// Every link inside, in the order of keys.
    pub fn links(&self) -> Vec<Cid> {
        let mut found = Vec::new();
        let mut open = vec![self];
        while let Some(value) = open.pop() {
            match value {
                Ipld::Link(cid) => found.push(*cid),
                Ipld::List(items) => open.extend(items.iter().rev()),
                Ipld::Map(map) => open.extend(map.values().rev()),
                _ => {}
            }
        }
        found
    }
}

/// What is left of the bounds while a value is decoded or encoded.
#[derive(Debug, Clone, Copy)]
struct Budget {
    items: usize,
}

impl Budget {
    const fn new() -> Self {
        Budget { items: MAX_ITEMS }
    }

    /// Counts one value or key.
    fn spend(&mut self) -> Option<()> {
        self.items = self.items.checked_sub(1)?;
        Some(())
    }
}

impl From<&str> for Ipld {
    fn from(text: &str) -> Self {
        Ipld::Text(text.to_owned())
    }
}

impl From<String> for Ipld {
    fn from(text: String) -> Self {
        Ipld::Text(text)
    }
}

impl From<u64> for Ipld {
    fn from(number: u64) -> Self {
        Ipld::Integer(i128::from(number))
    }
}

impl From<Cid> for Ipld {
    fn from(cid: Cid) -> Self {
        Ipld::Link(cid)
    }
}

impl From<Vec<u8>> for Ipld {
    fn from(bytes: Vec<u8>) -> Self {
        Ipld::Bytes(bytes)
    }
}

impl From<bool> for Ipld {
    fn from(value: bool) -> Self {
        Ipld::Bool(value)
    }
}
