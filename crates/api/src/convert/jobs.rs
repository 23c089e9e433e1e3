//! Jobs and drops on the wire.

use crate::dto;

/// A job.
pub(crate) fn job(job: &node::Job) -> dto::Job {
    dto::Job {
        id: job.id.to_string(),
        kind: kind(job.kind),
        state: state(job.state),
        title: job.title.clone(),
        share: job.share.map(|share| share.to_string()),
        created_at: job.created_at,
        finished_at: job.finished_at,
        files_total: job.files_total,
        files_done: job.files_done,
        files_failed: job.files_failed,
        files_duplicate: job.files_duplicate,
        files_skipped: job.files_skipped,
        bytes_total: job.bytes_total,
        bytes_done: job.bytes_done,
        bytes_per_second: job.bytes_per_second,
        eta_seconds: job.eta_seconds,
        current: job.current.clone(),
        previews_pending: job.previews_pending,
        message: job.message.clone(),
        blocked: job.blocked.as_ref().map(|by| dto::BlockedBy {
            what: by.what.clone(),
            list: by.list.clone(),
        }),
        why: job.why.map(|why| why.message().to_owned()),
    }
}

fn kind(kind: node::JobKind) -> dto::JobKind {
    match kind {
        node::JobKind::Export => dto::JobKind::Export,
        node::JobKind::Restore => dto::JobKind::Restore,
        node::JobKind::Verify => dto::JobKind::Verify,
        node::JobKind::Repair => dto::JobKind::Repair,
        node::JobKind::Gc => dto::JobKind::Gc,
        node::JobKind::Share => dto::JobKind::Share,
        node::JobKind::Save => dto::JobKind::Save,
        _ => dto::JobKind::Import,
    }
}

fn state(state: node::JobState) -> dto::JobState {
    match state {
        node::JobState::Queued => dto::JobState::Queued,
        node::JobState::Scanning => dto::JobState::Scanning,
        node::JobState::Paused => dto::JobState::Paused,
        node::JobState::Done => dto::JobState::Done,
        node::JobState::Failed => dto::JobState::Failed,
        node::JobState::Cancelled => dto::JobState::Cancelled,
        _ => dto::JobState::Running,
    }
}

/// A file that failed.
pub(crate) fn failure(failure: &node::Failure) -> dto::Failure {
    dto::Failure {
        path: failure.path.clone(),
        code: failure.code.clone(),
        message: failure.message.clone(),
        todo: failure.todo.clone(),
    }
}

/// What a drop would bring.
pub(crate) fn drop_summary(drop: node::DropSummary) -> dto::DropSummary {
    dto::DropSummary {
        photos: drop.photos,
        videos: drop.videos,
        tracks: drop.tracks,
        subtitles: drop.subtitles,
        others: drop.others,
        folders: drop.folders,
        bytes: drop.bytes,
        complete: drop.complete,
        unreadable: drop
            .unreadable
            .into_iter()
            .map(|path| dto::UnreadablePath {
                path: path.path,
                message: path.message,
            })
            .collect(),
        will_reference: drop.will_reference,
        will_copy: drop.will_copy,
    }
}

impl From<dto::ImportMode> for node::ImportMode {
    fn from(mode: dto::ImportMode) -> Self {
        match mode {
            dto::ImportMode::Auto => Self::Auto,
            dto::ImportMode::Reference => Self::Reference,
            dto::ImportMode::Copy => Self::Copy,
        }
    }
}

/// What an act on many items did.
pub(crate) fn batch(outcome: node::BatchOutcome) -> dto::BatchResult {
    dto::BatchResult {
        changed: outcome.changed.iter().map(ToString::to_string).collect(),
        failed: outcome
            .failed
            .into_iter()
            .map(|(id, message)| dto::BatchFailure {
                id: id.to_string(),
                message,
            })
            .collect(),
    }
}
