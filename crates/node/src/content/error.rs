//! Why content could not be read or added.

use std::path::PathBuf;

use dag::Cid;

use crate::blocks::ReadBlock;
use crate::policy::Blocked;

/// Why content could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadContent {
    /// The path cannot be read as `/btfs/CID/...`.
    #[error("this is not a content path: {0}")]
    BadPath(String),
    /// A block is not here.
    #[error("the block {0} is not on this machine")]
    MissingBlock(Cid),
    /// Nobody was found who has a block that is not here.
    #[error("nobody who has {0} was found")]
    NobodyHas(Cid),
    /// A list blocks it.
    #[error(transparent)]
    Blocked(Box<Blocked>),
    /// A name is not in its directory.
    #[error("there is no {name:?} in {parent}")]
    NoSuchName {
        /// The directory.
        parent: Cid,
        /// The name.
        name: String,
    },
    /// The path goes on below something that is not a directory.
    #[error("{0} is not a directory")]
    NotADirectory(Cid),
    /// The path leads to a directory where a file was asked for.
    #[error("{0} is a directory")]
    IsADirectory(Cid),
    /// The block is not UnixFS, or is damaged.
    #[error("{cid} cannot be read: {reason}")]
    BadBlock {
        /// The block.
        cid: Cid,
        /// What is wrong.
        reason: String,
    },
    /// It is in shards, and too many of them are neither here nor to be had.
    #[error("{lost} of the file's shards cannot be had, and it survives the loss of {spare}")]
    LostShards {
        /// How many cannot.
        lost: usize,
        /// How many may be lost.
        spare: usize,
        /// Why the first cannot.
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// The store could not be read.
    #[error("could not read the block store")]
    ReadStore(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The node is shutting down.
    #[error("Tributary is shutting down")]
    ShuttingDown,
}

impl From<ReadBlock> for ReadContent {
    fn from(error: ReadBlock) -> Self {
        match error {
            ReadBlock::Missing(cid) => Self::MissingBlock(cid),
            ReadBlock::NobodyHas(cid) => Self::NobodyHas(cid),
            ReadBlock::Blocked(blocked) => Self::Blocked(blocked),
            ReadBlock::Store(error) => Self::ReadStore(Box::new(error)),
            ReadBlock::Ended => Self::ShuttingDown,
        }
    }
}

impl From<ReadContent> for WriteContent {
    fn from(error: ReadContent) -> Self {
        match error {
            ReadContent::MissingBlock(cid) => Self::MissingBlock(cid),
            ReadContent::NobodyHas(cid) => Self::NobodyHas(cid),
            ReadContent::Blocked(blocked) => Self::Blocked(blocked),
            ReadContent::ShuttingDown => Self::ShuttingDown,
            error @ ReadContent::BadBlock { .. } => Self::BadOptions(error.to_string()),
            error => Self::WriteStore(Box::new(error)),
        }
    }
}

/// Why content could not be added. What was there before is safe.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteContent {
    /// The options contradict each other.
    #[error("these options cannot be used: {0}")]
    BadOptions(String),
    /// The file could not be read.
    #[error("could not read {path:?}")]
    ReadFile {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The file changed while it was read.
    #[error("{0:?} changed while it was being read")]
    ChangedWhileReading(PathBuf),
    /// The stream broke.
    #[error("the stream broke before its end; nothing was added")]
    ReadStream(#[source] std::io::Error),
    /// The CAR is damaged.
    #[error("this CAR cannot be read: {0}")]
    BadCar(String),
    /// A pinned root's block is missing.
    #[error("the block {0} is not on this machine")]
    MissingBlock(Cid),
    /// Nobody was found who has a block that is not here.
    #[error("nobody who has {0} was found; nothing was pinned")]
    NobodyHas(Cid),
    /// A list blocks it.
    #[error(transparent)]
    Blocked(Box<Blocked>),
    /// No such pin.
    #[error("{0} is not pinned")]
    NotPinned(Cid),
    /// The quota is used up.
    #[error("the storage limit is reached; what was there is safe")]
    QuotaFull,
    /// The disk is full.
    #[error("the disk is full; what was there is safe")]
    DiskFull,
    /// The store could not be written.
    #[error("could not write the block store; what was there is safe")]
    WriteStore(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The node is shutting down.
    #[error("Tributary is shutting down")]
    ShuttingDown,
}
