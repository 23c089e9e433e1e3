//! Where a block is: the open enum of locations and its public view.

use std::fmt;

use bytes::Bytes;

use crate::derive::Derivation;

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
