//! Jobs: work of seconds to hours that a person can watch, pause and cancel.
//!
//! A [`Job`] is a snapshot. The running side lives in `jobs::table`; import, export
//! and restore jobs are journaled in the library and go on after a kill, while
//! verify, repair and gc are simply started again.

mod control;
mod run;
mod table;

pub(crate) use control::{Control, Meter, Outcome, Stop, lock};
pub use library::JobId;
pub(crate) use table::{JobHandle, JobTable, Request, path_of};

/// What a job does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum JobKind {
    /// Takes files into the library.
    Import,
    /// Writes the whole home to a folder.
    Export,
    /// Reads such a folder back.
    Restore,
    /// Checks every block.
    Verify,
    /// Mends what can be mended.
    Repair,
    /// Frees blocks that nothing needs.
    Gc,
    /// Seals what is shared by a link.
    Share,
    /// Fetches a share of somebody else into the library.
    Save,
}

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum JobState {
    /// Waits for its turn.
    Queued,
    /// Looks for files; totals still grow.
    Scanning,
    /// Works.
    Running,
    /// Stands still until it is resumed; `why` says why.
    Paused,
    /// Ended; some files may have failed.
    Done,
    /// Ended without reaching its goal; `message` says why.
    Failed,
    /// Ended because someone asked.
    Cancelled,
}

impl JobState {
    /// True for the states a job never leaves by itself.
    #[must_use]
    pub fn is_final(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled)
    }
}

/// Why a job stands still.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum PauseReason {
    /// Someone asked.
    Asked,
    /// The disk of the home is full.
    DiskFull,
    /// The quota of the home is used up.
    QuotaFull,
}

impl PauseReason {
    /// What to tell the person.
    #[must_use]
    pub fn message(self) -> &'static str {
        match self {
            Self::Asked => "Paused.",
            Self::DiskFull => {
                "The disk is full. What is already added is safe. Free some space, then resume."
            }
            Self::QuotaFull => {
                "The storage limit is reached. What is already added is safe. Raise the limit in \
                 Settings or delete something, then resume."
            }
        }
    }
}

/// One job at one moment.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// What it does.
    pub kind: JobKind,
    /// Where it stands.
    pub state: JobState,
    /// A name for people, as "Holiday" or "3 files".
    pub title: String,
    /// The share that is prepared or saved.
    pub share: Option<library::ShareId>,
    /// Unix milliseconds.
    pub created_at: i64,
    /// Unix milliseconds, once it ended.
    pub finished_at: Option<i64>,
    /// Files (or blocks, for verify, repair and gc) found so far.
    pub files_total: u64,
    /// Files that ended well, duplicates and skipped ones included.
    pub files_done: u64,
    /// Files that failed; see [`crate::Node::failures`].
    pub files_failed: u64,
    /// Files whose bytes were there already.
    pub files_duplicate: u64,
    /// Files that were recorded already and had not changed.
    pub files_skipped: u64,
    /// Bytes found so far.
    pub bytes_total: u64,
    /// Bytes worked through.
    pub bytes_done: u64,
    /// Speed over the last seconds.
    pub bytes_per_second: u64,
    /// Seconds left at this speed, when it can be told.
    pub eta_seconds: Option<u64>,
    /// The file being worked on, for display.
    pub current: Option<String>,
    /// Items of this job whose preview is not made yet.
    pub previews_pending: u64,
    /// What went wrong, when it failed.
    pub message: Option<String>,
    /// What blocked it, when that is why it failed.
    pub blocked: Option<crate::policy::Blocked>,
    /// Why it stands still, when it is paused.
    pub why: Option<PauseReason>,
}

/// Why one file of a job failed. A closed set, so that the interface can translate it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FailureCode {
    /// The file was gone when its turn came.
    Vanished,
    /// The file changed while it was read, twice.
    ChangedWhileReading,
    /// No permission to read.
    PermissionDenied,
    /// The disk could not read it.
    ReadFailed,
    /// Not a file or folder: a socket, pipe or device.
    NotAFile,
    /// A link that leads back into a folder it is in.
    SymlinkLoop,
    /// A link that leads nowhere.
    BrokenLink,
    /// Folders nested deeper than the bound.
    TooDeep,
    /// More entries than the bound of one drop.
    TooMany,
    /// Inside Tributary's own home.
    InsideHome,
    /// Bytes that came back from an export do not match their checksum.
    ContentMismatch,
    /// Stored bytes that no longer match their checksum.
    Damaged,
}

impl FailureCode {
    /// The code as it is on the wire, in snake case.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Vanished => "vanished",
            Self::ChangedWhileReading => "changed_while_reading",
            Self::PermissionDenied => "permission_denied",
            Self::ReadFailed => "read_failed",
            Self::NotAFile => "not_a_file",
            Self::SymlinkLoop => "symlink_loop",
            Self::BrokenLink => "broken_link",
            Self::TooDeep => "too_deep",
            Self::TooMany => "too_many",
            Self::InsideHome => "inside_home",
            Self::ContentMismatch => "content_mismatch",
            Self::Damaged => "damaged",
        }
    }

    /// What happened, in English.
    #[must_use]
    pub fn message(self) -> &'static str {
        match self {
            Self::Vanished => "The file was gone when its turn came.",
            Self::ChangedWhileReading => "The file changed while it was being read.",
            Self::PermissionDenied => "There is no permission to read this.",
            Self::ReadFailed => "The disk could not read this.",
            Self::NotAFile => "This is neither a file nor a folder.",
            Self::SymlinkLoop => "This link leads back into a folder that contains it.",
            Self::BrokenLink => "This link leads nowhere.",
            Self::TooDeep => "Folders are nested too deeply here.",
            Self::TooMany => "One drop holds at most a million files; the rest was left out.",
            Self::InsideHome => "This belongs to Tributary itself.",
            Self::ContentMismatch => "The bytes do not match their checksum.",
            Self::Damaged => "Its stored bytes are damaged.",
        }
    }

    /// What to do about it, in English.
    #[must_use]
    pub fn todo(self) -> &'static str {
        match self {
            Self::Vanished => "Put it back and retry.",
            Self::ChangedWhileReading => "Retry when nothing writes to it any more.",
            Self::PermissionDenied => "Allow reading it, then retry.",
            Self::ReadFailed => "Check the disk, then retry.",
            Self::NotAFile | Self::InsideHome => "Nothing to do: it was left out.",
            Self::SymlinkLoop | Self::BrokenLink => "Add the file or folder that was meant.",
            Self::TooDeep | Self::TooMany => "Add the folders inside one by one.",
            Self::Damaged => "Run a repair, then add the file again or restore an export.",
            Self::ContentMismatch => "Take it from another copy of the export.",
        }
    }
}

/// One file that failed.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// Its path for display; control and direction characters are replaced.
    pub path: String,
    /// Why: a [`FailureCode`] in snake case, or a code of a newer version.
    pub code: String,
    /// What happened, in English; the system's own words when there are any.
    pub message: String,
    /// What to do, in English.
    pub todo: Option<String>,
}

/// Why a job could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartJob {
    /// Nothing was given to work on.
    #[error("nothing was chosen; nothing was changed")]
    NothingGiven,
    /// A relative path, or one that cannot be used.
    #[error("the path {0:?} is not absolute; nothing was changed")]
    PathNotAbsolute(std::path::PathBuf),
    /// A job of this kind runs already.
    #[error("such a job is running already; nothing was changed")]
    AlreadyRunning,
    /// The folder to export to is not empty.
    #[error("the folder {0:?} is not empty; choose an empty one; nothing was changed")]
    FolderNotEmpty(std::path::PathBuf),
    /// The folder could not be made or read.
    #[error("could not use the folder {path:?}; nothing was changed")]
    UseFolder {
        /// The folder.
        path: std::path::PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A home can be restored only while its library is empty.
    #[error("this home already holds items; restore into a new home; nothing was changed")]
    HomeNotEmpty,
    /// The folder holds no export.
    #[error("the folder {0:?} holds no Tributary export; nothing was changed")]
    NoExport(std::path::PathBuf),
    /// The upload is not there.
    #[error("this upload is gone; send the files again")]
    UnknownUpload,
    /// The job could not be written to the journal.
    #[error("could not write the job to the library; nothing was changed")]
    JournalJob(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The node is shutting down.
    #[error("Tributary is shutting down")]
    ShuttingDown,
}

/// Why a job could not be paused, resumed, cancelled, retried or dismissed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ControlJob {
    /// No such job.
    #[error("there is no such job")]
    UnknownJob,
    /// The job is in a state where this makes no sense.
    #[error("this cannot be done to a job that is {0:?}")]
    WrongState(JobState),
    /// The journal could not be written.
    #[error("could not write the job to the library; the job is as it was")]
    JournalJob(#[source] Box<dyn std::error::Error + Send + Sync>),
}
