//! The job journal: what a killed process needs to go on where it stopped.
//!
//! It is not a queue and runs nothing. Which files of an import are done is not
//! stored twice: a path whose stamp is in the origins table is done.

use serde::{Deserialize, Serialize};

use crate::ids::JobId;
use crate::path::RawPath;
use crate::row::{Unknown, coded, row};

/// What a job does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobKind {
    /// Files into the library.
    #[default]
    Import,
    /// The home into a folder.
    Export,
    /// A folder back into the home.
    Restore,
    /// Check every block.
    Verify,
    /// Mend what can be mended.
    Repair,
    /// Free what nothing needs.
    Gc,
    /// Seal what is shared by a link.
    Share,
    /// Fetch a share of somebody else into the library.
    Save,
    /// A kind that a newer version knows; it is listed, never run.
    Other,
}
coded!(JobKind, Other { 1 Import, 2 Export, 3 Restore, 4 Verify, 5 Repair, 6 Gc, 7 Other, 8 Share,
    9 Save });

/// Where a job stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// Not started.
    #[default]
    Queued,
    /// Finding out what there is.
    Scanning,
    /// At work.
    Running,
    /// Stopped by a person; survives restarts.
    Paused,
    /// Finished (failures may be listed).
    Done,
    /// Could not go on; `message` says why.
    Failed,
    /// Ended by a person.
    Cancelled,
}
coded!(JobState, Failed {
    1 Queued, 2 Scanning, 3 Running, 4 Paused, 5 Done, 6 Failed, 7 Cancelled,
});

impl JobState {
    /// True when the job will not move again by itself or by resume.
    #[must_use]
    pub fn is_over(self) -> bool {
        matches!(
            self,
            JobState::Done | JobState::Failed | JobState::Cancelled
        )
    }
}

/// Counters of a job.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct JobCounters {
    /// Files found so far.
    pub files_total: u64,
    /// Files finished, whatever the outcome.
    pub files_done: u64,
    /// Files that failed.
    pub files_failed: u64,
    /// Files whose content was there.
    pub files_duplicate: u64,
    /// Files skipped because their path and stamp were known.
    pub files_skipped: u64,
    /// Bytes found so far.
    pub bytes_total: u64,
    /// Bytes read.
    pub bytes_done: u64,
    /// Previews still to be made.
    pub previews_pending: u64,
    /// Fields from a newer version.
    #[serde(skip_serializing_if = "Unknown::is_empty")]
    pub unknown: Unknown,
}
row!(JobCounters {
    1 files_total, 2 files_done, 3 files_failed, 4 files_duplicate, 5 files_skipped, 6 bytes_total,
    7 bytes_done, 8 previews_pending,
});

/// One job of the journal.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobRow {
    /// Its id.
    pub id: JobId,
    /// What it does.
    pub kind: JobKind,
    /// Where it stands.
    pub state: JobState,
    /// What lists call it.
    pub title: String,
    /// The request, as its runner serialises it. Opaque here.
    pub options: serde_json::Value,
    /// What it works on: dropped paths, or the target folder.
    pub roots: Vec<RawPath>,
    /// Where its runner stopped. Opaque here.
    pub cursor: Vec<u8>,
    /// How far it is.
    pub counters: JobCounters,
    /// What happened, for people.
    pub message: Option<String>,
    /// Why it waits or is slow, for people.
    pub why: Option<String>,
    /// When it was asked for.
    pub created_at: i64,
    /// When the row last changed.
    pub updated_at: i64,
    /// When it ended.
    pub finished_at: Option<i64>,
    /// What blocked it, as its runner serialises it. Opaque here.
    pub blocked: Option<serde_json::Value>,
    /// Fields from a newer version.
    pub unknown: Unknown,
}
row!(JobRow {
    1 id, 2 kind, 3 state, 4 title, 5 options, 6 roots, 7 cursor, 8 counters, 9 message, 10 why,
    11 created_at, 12 updated_at, 13 finished_at, 14 blocked,
});

/// A file that a job could not take.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailureRow {
    /// Position in the job's list, from 0.
    pub seq: u64,
    /// The file.
    pub path: RawPath,
    /// Closed code, such as `file_unreadable`.
    pub code: String,
    /// What failed, for people.
    pub message: String,
    /// What to do, for people.
    pub todo: Option<String>,
    /// Fields from a newer version.
    pub unknown: Unknown,
}
row!(FailureRow { 1 seq, 2 path, 3 code, 4 message, 5 todo });
