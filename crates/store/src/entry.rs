//! Where a block is: the open enum of locations and its public view.

use std::fmt;

use bytes::Bytes;

use crate::derive::Derivation;
use crate::error::IndexFault;
use crate::key::{push_varint, read_slice, read_varint};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $inner:ty) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub $inner);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id!(
    /// Names a segment file; counts up for the life of a home.
    SegmentId,
    u64
);
id!(
    /// Names a storage folder; 0 is the home's own.
    FolderId,
    u32
);
id!(
    /// Names a user's file that blocks refer to.
    SourceId,
    u64
);

/// One place where a block's bytes can be had.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Location {
    /// A record of a segment.
    Segment {
        /// The storage folder of the segment.
        folder: FolderId,
        /// The segment.
        segment: SegmentId,
        /// Offset of the record in the segment file.
        offset: u64,
        /// Length of the block in bytes.
        len: u32,
    },
    /// A range of a user's file between wrapper bytes.
    Reference {
        /// The file.
        source: SourceId,
        /// Offset of the range in the file.
        offset: u64,
        /// Length of the range in the file.
        len: u32,
        /// Block bytes before the range.
        prefix: Bytes,
        /// Block bytes after the range.
        suffix: Bytes,
    },
    /// Computed on read.
    Derived(Derivation),
    /// Written by a newer program; kept as it is.
    Unknown {
        /// The location's tag on disk.
        tag: u8,
        /// Its body.
        body: Bytes,
    },
}

/// What the index knows of a block, without reading it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockStat {
    /// Length of the block in bytes.
    pub len: u32,
    /// Where it is; never empty.
    pub locations: Vec<Location>,
}

/// Set when the block is known to be a dag-pb node with no links.
pub(crate) const ENTRY_PB_LEAF: u8 = 1;
/// Most locations one block keeps.
pub(crate) const MAX_LOCATIONS: usize = 8;

const TAG_SEGMENT: u8 = 1;
const TAG_REFERENCE: u8 = 2;
const TAG_DERIVED: u8 = 3;

/// A row of the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) flags: u8,
    /// Dense number of the block: its bit in the mark map.
    pub(crate) slot: u64,
    /// Collection epoch in which it was last put.
    pub(crate) epoch: u64,
    pub(crate) len: u32,
    pub(crate) locations: Vec<Location>,
}

/// What collection needs of a row: the numbers in front of the locations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EntryHead {
    pub(crate) flags: u8,
    pub(crate) slot: u64,
    pub(crate) epoch: u64,
}

impl EntryHead {
    pub(crate) fn decode(mut bytes: &[u8]) -> Result<Self, IndexFault> {
        let (&flags, rest) = bytes.split_first().ok_or(DAMAGED)?;
        bytes = rest;
        Ok(Self {
            flags,
            slot: read_varint(&mut bytes).ok_or(DAMAGED)?,
            epoch: read_varint(&mut bytes).ok_or(DAMAGED)?,
        })
    }

    pub(crate) fn is_leaf(self) -> bool {
        self.flags & ENTRY_PB_LEAF != 0
    }
}

impl Entry {
    pub(crate) fn is_leaf(&self) -> bool {
        self.flags & ENTRY_PB_LEAF != 0
    }

    /// True when some segment holds the bytes.
    pub(crate) fn has_own_copy(&self) -> bool {
        self.locations
            .iter()
            .any(|location| matches!(location, Location::Segment { .. }))
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(32);
        out.push(self.flags);
        push_varint(&mut out, self.slot);
        push_varint(&mut out, self.epoch);
        push_varint(&mut out, u64::from(self.len));
        let mut body = Vec::new();
        for location in &self.locations {
            body.clear();
            let tag = encode_location(location, &mut body);
            out.push(tag);
            push_varint(&mut out, body.len() as u64);
            out.extend_from_slice(&body);
        }
        out
    }

    pub(crate) fn decode(mut bytes: &[u8]) -> Result<Self, IndexFault> {
        let (&flags, rest) = bytes.split_first().ok_or(DAMAGED)?;
        bytes = rest;
        let slot = read_varint(&mut bytes).ok_or(DAMAGED)?;
        let epoch = read_varint(&mut bytes).ok_or(DAMAGED)?;
        let len = read_u32(&mut bytes).ok_or(DAMAGED)?;
        let mut locations = Vec::with_capacity(1);
        while let Some((&tag, rest)) = bytes.split_first() {
            bytes = rest;
            let body_len = read_varint(&mut bytes).ok_or(DAMAGED)?;
            let body = read_slice(&mut bytes, body_len).ok_or(DAMAGED)?;
            locations.push(decode_location(tag, body, len).ok_or(DAMAGED)?);
        }
        Ok(Self {
            flags,
            slot,
            epoch,
            len,
            locations,
        })
    }
}

const DAMAGED: IndexFault = IndexFault::Damaged("entry");

fn read_u32(bytes: &mut &[u8]) -> Option<u32> {
    u32::try_from(read_varint(bytes)?).ok()
}

fn encode_location(location: &Location, body: &mut Vec<u8>) -> u8 {
    match location {
        Location::Segment {
            folder,
            segment,
            offset,
            len: _,
        } => {
            push_varint(body, u64::from(folder.0));
            push_varint(body, segment.0);
            push_varint(body, *offset);
            TAG_SEGMENT
        }
        Location::Reference {
            source,
            offset,
            len,
            prefix,
            suffix,
        } => {
            push_varint(body, source.0);
            push_varint(body, *offset);
            push_varint(body, u64::from(*len));
            push_varint(body, prefix.len() as u64);
            body.extend_from_slice(prefix);
            body.extend_from_slice(suffix);
            TAG_REFERENCE
        }
        Location::Derived(derivation) => {
            body.extend_from_slice(&derivation.key);
            body.extend_from_slice(&derivation.nonce);
            push_varint(body, derivation.plain_size);
            push_varint(body, derivation.leaf_index);
            body.extend_from_slice(&derivation.root.to_bytes());
            TAG_DERIVED
        }
        Location::Unknown { tag, body: kept } => {
            body.extend_from_slice(kept);
            *tag
        }
    }
}

fn decode_location(tag: u8, mut body: &[u8], len: u32) -> Option<Location> {
    let bytes = &mut body;
    Some(match tag {
        TAG_SEGMENT => Location::Segment {
            folder: FolderId(read_u32(bytes)?),
            segment: SegmentId(read_varint(bytes)?),
            offset: read_varint(bytes)?,
            len,
        },
        TAG_REFERENCE => {
            let source = SourceId(read_varint(bytes)?);
            let offset = read_varint(bytes)?;
            let len = read_u32(bytes)?;
            let prefix_len = read_varint(bytes)?;
            let prefix = Bytes::copy_from_slice(read_slice(bytes, prefix_len)?);
            Location::Reference {
                source,
                offset,
                len,
                prefix,
                suffix: Bytes::copy_from_slice(bytes),
            }
        }
        TAG_DERIVED => Location::Derived(Derivation {
            key: *read_slice(bytes, 32)?.first_chunk()?,
            nonce: *read_slice(bytes, 19)?.first_chunk()?,
            plain_size: read_varint(bytes)?,
            leaf_index: read_varint(bytes)?,
            root: dag::Cid::try_from(*bytes).ok()?,
        }),
        tag => Location::Unknown {
            tag,
            body: Bytes::copy_from_slice(bytes),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn entries_round_trip(
            flags: u8, slot: u64, epoch: u64, len: u32, segment: u64, offset: u64, tag in 4_u8..,
            prefix in proptest::collection::vec(any::<u8>(), 0..20),
            suffix in proptest::collection::vec(any::<u8>(), 0..20),
        ) {
            let entry = Entry { flags, slot, epoch, len, locations: vec![
                Location::Segment { folder: FolderId(3), segment: SegmentId(segment), offset, len },
                Location::Reference {
                    source: SourceId(slot), offset, len, prefix: prefix.clone().into(), suffix: suffix.into(),
                },
                Location::Derived(Derivation {
                    key: [9; 32],
                    root: dag::cid_of(dag::Codec::Raw, dag::CidVersion::V1, &prefix),
                    nonce: [4; 19], plain_size: epoch, leaf_index: offset,
                }),
                Location::Unknown { tag, body: prefix.into() },
            ]};
            let head = EntryHead { flags, slot, epoch };
            prop_assert_eq!(EntryHead::decode(&entry.encode()).unwrap(), head);
            prop_assert_eq!(Entry::decode(&entry.encode()).unwrap(), entry);
        }

        #[test]
        fn any_bytes_decode_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let _ = Entry::decode(&bytes);
            let _ = EntryHead::decode(&bytes);
        }
    }
}
