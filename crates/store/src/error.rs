//! Errors of opening, putting, committing and getting. The other operations keep theirs beside them.

use std::io;
use std::path::PathBuf;

use dag::Cid;

use crate::entry::{FolderId, SegmentId, SourceId};

/// The index database failed underneath an operation.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IndexFault {
    /// The database reported an error.
    #[error("the block index failed")]
    Database(#[source] Box<redb::Error>),
    /// A row does not have the shape that docs/format.md gives it.
    #[error("a row of the block index is damaged: {0}")]
    Damaged(&'static str),
    /// The store was shut down.
    #[error("the block store is closed")]
    Closed,
}

impl IndexFault {
    /// True when the disk had no room for the index.
    pub fn is_disk_full(&self) -> bool {
        match self {
            Self::Database(error) => match error.as_ref() {
                redb::Error::Io(error) => is_disk_full(error),
                _ => false,
            },
            _ => false,
        }
    }
}

macro_rules! from_redb {
    ($($error:ty),*) => {
        $(impl From<$error> for IndexFault {
            fn from(error: $error) -> Self {
                Self::Database(Box::new(error.into()))
            }
        })*
    };
}

from_redb!(
    redb::StorageError,
    redb::TableError,
    redb::TransactionError,
    redb::CommitError,
    redb::DatabaseError,
    redb::SetDurabilityError
);

/// True for the errors of a disk, or a user's disk quota, without room.
pub(crate) fn is_disk_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    )
}

/// Why a store could not be opened. Nothing was lost in any of these cases.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenStore {
    /// The home was written by a newer program; nothing was touched.
    #[error("the block store has format {found}, and this program knows formats up to {known}")]
    NewerFormat {
        /// The version on disk.
        found: u32,
        /// The newest version this program reads.
        known: u32,
    },
    /// A directory of the store could not be made or listed.
    #[error("preparing the directory {path:?} failed")]
    PrepareDirectory {
        /// The directory.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The index file could not be opened (a lack of rights, or a failing disk).
    #[error("opening the block index {path:?} failed")]
    OpenIndex {
        /// The index file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The index could not be read or brought to the current format.
    #[error("reading the block index failed")]
    ReadIndex(#[from] IndexFault),
    /// A segment could not be scanned.
    #[error("scanning the segment {path:?} failed")]
    ScanSegment {
        /// The segment file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The copy of the index that precedes a migration could not be made; nothing was changed.
    #[error("copying the block index before a migration failed")]
    CopyIndex(#[source] io::Error),
    /// The flusher thread could not be started.
    #[error("starting the flusher thread failed")]
    StartFlusher(#[source] io::Error),
}

/// Why a block could not be added to a batch. What was put before is unaffected.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PutBlock {
    /// No storage folder has room within its quota; nothing was written.
    #[error("the storage quota of {quota} bytes is used up ({used} bytes used, {needed} needed)")]
    QuotaExceeded {
        /// Sum of the quotas, in bytes.
        quota: u64,
        /// Bytes used.
        used: u64,
        /// Bytes this block needs.
        needed: u64,
    },
    /// The disk is full; nothing that was committed is affected.
    #[error("the disk of the block store is full")]
    DiskFull(#[source] io::Error),
    /// The block is larger than a record can be.
    #[error("a block of {0} bytes is too large")]
    TooLarge(u64),
    /// The address uses a digest longer than 64 bytes.
    #[error("the address {0} has an unsupported digest")]
    UnsupportedAddress(Cid),
    /// No storage folder is reachable.
    #[error("no storage folder is online")]
    NoFolderOnline,
    /// Appending to a segment failed.
    #[error("writing to a segment failed")]
    WriteSegment(#[source] io::Error),
    /// The index could not be asked whether the block is there.
    #[error("asking the index failed")]
    ReadIndex(#[from] IndexFault),
    /// The source is not in the table of sources.
    #[error("the source {0} is unknown")]
    UnknownSource(SourceId),
}

/// Why a batch was not committed. Nothing of it became visible, unless the variant says otherwise.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CommitBlocks {
    /// The segment's bytes could not be made durable.
    #[error("making a segment durable failed")]
    SyncSegment(#[source] std::sync::Arc<io::Error>),
    /// The disk is full; earlier commits are unaffected and later ones work once there is room.
    #[error("the disk of the block store is full")]
    DiskFull,
    /// The index transaction failed.
    #[error("committing to the index failed")]
    CommitIndex(#[source] std::sync::Arc<IndexFault>),
    /// A block that the batch relied on was dropped by a repair in between; put it again.
    #[error("a block the batch relied on is gone; put it again")]
    BlockGone,
    /// The batch is committed, but copying the bytes of a bytes-required pin failed; it is tried
    /// again at the next open or collection.
    #[error("the batch is committed, but a pin's bytes could not be copied in")]
    CopyPinned(#[source] Box<crate::pin::PinBlocks>),
    /// The store is shutting down.
    #[error("the block store is closed")]
    Closed,
}

/// Why a block that the index knows could not be handed out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GetBlock {
    /// The block lies in a storage folder that is not connected.
    #[error("the block is in storage folder {0}, which is offline")]
    Offline(FolderId),
    /// The user's file that holds the block is gone.
    #[error("the file of source {0} is missing")]
    SourceMissing(SourceId),
    /// The disk with the user's file is not connected.
    #[error("the file of source {0} is on a disk that is offline")]
    SourceOffline(SourceId),
    /// The user's file has other bytes than when it was referenced.
    #[error("the file of source {0} was changed")]
    SourceChanged(SourceId),
    /// The stored bytes are damaged, and no other location has them.
    #[error("the block is damaged in segment {segment} at {offset}")]
    Damaged {
        /// The segment.
        segment: SegmentId,
        /// Offset of the record in it.
        offset: u64,
    },
    /// The block is derived, and what it is derived from cannot be read.
    #[error("the block could not be derived from {0}")]
    Underivable(Cid),
    /// Reading failed.
    #[error("reading the block failed")]
    Read(#[source] io::Error),
    /// The index could not be read.
    #[error("reading the index failed")]
    ReadIndex(#[from] IndexFault),
    /// The block has only locations of a kind that a newer program wrote.
    #[error("the block is stored in a way this program does not know")]
    UnknownLocation,
}
