//! From errors of the store and the library to what becomes of the job.

use library::WriteLibrary;
use store::{CommitBlocks, PutBlock};

use crate::jobs::{Outcome, PauseReason, Stop};

/// Sentences of an error and its sources, for the job's message.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        let inner_text = inner.to_string();
        if !text.ends_with(&inner_text) {
            text.push_str(": ");
            text.push_str(&inner_text);
        }
        source = inner.source();
    }
    text
}

pub(crate) fn put_failed(error: &PutBlock) -> Outcome {
    match error {
        PutBlock::QuotaExceeded { .. } => Outcome::Paused(PauseReason::QuotaFull),
        PutBlock::DiskFull(_) => Outcome::Paused(PauseReason::DiskFull),
        PutBlock::ReadIndex(store::IndexFault::Closed) => Stop::Shutdown.into(),
        error => Outcome::Failed(chain(error)),
    }
}

pub(crate) fn commit_failed(error: &CommitBlocks) -> Outcome {
    match error {
        CommitBlocks::DiskFull => Outcome::Paused(PauseReason::DiskFull),
        CommitBlocks::CommitIndex(fault) if fault.is_disk_full() => {
            Outcome::Paused(PauseReason::DiskFull)
        }
        CommitBlocks::SyncSegment(error) if is_full(error) => {
            Outcome::Paused(PauseReason::DiskFull)
        }
        CommitBlocks::Closed => Stop::Shutdown.into(),
        error => Outcome::Failed(chain(error)),
    }
}

pub(crate) fn write_failed(error: &WriteLibrary) -> Outcome {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(inner) = source {
        if inner.downcast_ref::<std::io::Error>().is_some_and(is_full) {
            return Outcome::Paused(PauseReason::DiskFull);
        }
        source = inner.source();
    }
    Outcome::Failed(chain(error))
}

fn is_full(error: &std::io::Error) -> bool {
    use std::io::ErrorKind;
    matches!(
        error.kind(),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded
    )
}
