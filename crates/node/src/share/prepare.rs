//! Why a share is not ready.

use super::seal::SealFile;
use crate::content::{ReadContent, WriteContent};
use crate::import::outcome::chain;
use crate::jobs::{PauseReason, Stop};
use crate::policy::Blocked;
use crate::stream::OpenStream;

/// See the module.
pub(super) enum Prepare {
    Stopped(Stop),
    Full(PauseReason),
    Failed(String),
    Blocked(Box<Blocked>),
}

pub(super) fn failed(error: impl std::error::Error + 'static) -> Prepare {
    Prepare::Failed(chain(&error))
}

impl From<SealFile> for Prepare {
    fn from(error: SealFile) -> Self {
        match error {
            SealFile::Stopped(stop) => Prepare::Stopped(stop),
            SealFile::PutBlock(store::PutBlock::DiskFull(_))
            | SealFile::CommitBlocks(store::CommitBlocks::DiskFull) => {
                Prepare::Full(PauseReason::DiskFull)
            }
            SealFile::PutBlock(store::PutBlock::QuotaExceeded { .. }) => {
                Prepare::Full(PauseReason::QuotaFull)
            }
            error => Prepare::Failed(chain(&error)),
        }
    }
}

impl From<OpenStream> for Prepare {
    fn from(error: OpenStream) -> Self {
        Prepare::Failed(chain(&error))
    }
}

impl From<WriteContent> for Prepare {
    fn from(error: WriteContent) -> Self {
        match error {
            WriteContent::ShuttingDown => Prepare::Stopped(Stop::Shutdown),
            WriteContent::DiskFull => Prepare::Full(PauseReason::DiskFull),
            WriteContent::QuotaFull => Prepare::Full(PauseReason::QuotaFull),
            error => Prepare::Failed(chain(&error)),
        }
    }
}

impl From<ReadContent> for Prepare {
    fn from(error: ReadContent) -> Self {
        WriteContent::from(error).into()
    }
}
