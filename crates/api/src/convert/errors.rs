//! Errors of the node as answers: the closed code, what is safe, what to do.

use std::error::Error;

use library::{ReadLibrary, SearchLibrary, WriteLibrary};
use node::{
    ChangeFolder, ChangeSettings, ControlJob, EditItem, ReadContent, ReadMedia, ReceiveUpload,
    Relink, StartJob, WriteContent,
};

use crate::{dto::ErrorCode, error::ApiError};

/// An error that no code says better: logged in full, told in short. Looks for a full
/// disk or missing permission among the causes first.
pub(crate) fn boxed(error: &(dyn Error + 'static)) -> ApiError {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(current) = cause {
        if let Some(io) = current.downcast_ref::<std::io::Error>()
            && let Some(known) = io_error(io)
        {
            return known;
        }
        cause = current.source();
    }
    ApiError::internal(error)
}

/// An I/O error that a person can do something about.
fn io_error(error: &std::io::Error) -> Option<ApiError> {
    use std::io::ErrorKind;
    let safe = "What was added before is safe.";
    match error.kind() {
        ErrorKind::StorageFull => Some(
            ApiError::new(ErrorCode::DiskFull, "The disk is full.")
                .safe(safe)
                .todo("Free some space, then try again."),
        ),
        ErrorKind::QuotaExceeded => Some(
            ApiError::new(ErrorCode::QuotaExceeded, "The disk quota is used up.")
                .safe(safe)
                .todo("Free some space, then try again."),
        ),
        ErrorKind::ReadOnlyFilesystem => Some(
            ApiError::new(ErrorCode::ReadOnly, "The disk is read-only.")
                .safe(safe)
                .todo("Make the disk writable, then try again."),
        ),
        ErrorKind::PermissionDenied => Some(
            ApiError::new(
                ErrorCode::PermissionDenied,
                "There is no permission to do this.",
            )
            .safe(safe)
            .todo("Change the permissions, then try again."),
        ),
        ErrorKind::NotFound => {
            Some(ApiError::new(ErrorCode::NotFound, "There is no such file or folder.").safe(safe))
        }
        _ => None,
    }
}

fn ending() -> ApiError {
    ApiError::new(ErrorCode::ShuttingDown, "Tributary is shutting down.")
        .safe("Work under way goes on at the next start.")
}

impl From<ReadLibrary> for ApiError {
    fn from(error: ReadLibrary) -> Self {
        match error {
            ReadLibrary::ParseCursor | ReadLibrary::ParseBucket => {
                Self::bad_request(error.to_string())
            }
            other => boxed(&other),
        }
    }
}

impl From<WriteLibrary> for ApiError {
    fn from(error: WriteLibrary) -> Self {
        match error {
            WriteLibrary::Missing { what, .. } => Self::not_found(what),
            WriteLibrary::RemoveLastPerson => {
                Self::new(ErrorCode::Conflict, "The last person cannot be removed.")
                    .todo("Add another person first.")
            }
            WriteLibrary::Read(error) => error.into(),
            other => boxed(&other),
        }
    }
}

impl From<SearchLibrary> for ApiError {
    fn from(error: SearchLibrary) -> Self {
        match error {
            SearchLibrary::Read(error) => error.into(),
            SearchLibrary::Write(error) => error.into(),
            other => boxed(&other),
        }
    }
}

impl From<ChangeSettings> for ApiError {
    fn from(error: ChangeSettings) -> Self {
        let text = error.to_string();
        let safe = "The settings are as they were.";
        match error {
            ChangeSettings::UnknownKey(key) => Self::bad_request(text)
                .safe(safe)
                .detail(serde_json::json!({ "key": key })),
            ChangeSettings::BadValue { key, reason } => Self::bad_request(text)
                .safe(safe)
                .detail(serde_json::json!({ "key": key, "reason": reason })),
            other => boxed(&other),
        }
    }
}

impl From<StartJob> for ApiError {
    fn from(error: StartJob) -> Self {
        let text = error.to_string();
        match error {
            StartJob::NothingGiven => Self::bad_request(text),
            StartJob::PathNotAbsolute(_) => Self::new(ErrorCode::BadPath, text),
            StartJob::AlreadyRunning => {
                Self::new(ErrorCode::Conflict, text).todo("Wait until it has ended, or cancel it.")
            }
            StartJob::FolderNotEmpty(_) => {
                Self::new(ErrorCode::Conflict, text).todo("Choose an empty or a new folder.")
            }
            StartJob::HomeNotEmpty => {
                Self::new(ErrorCode::Conflict, text).todo("Restore into a new home.")
            }
            StartJob::NoExport(_) => Self::new(ErrorCode::NotFound, text),
            StartJob::UnknownUpload => {
                Self::new(ErrorCode::NotFound, text).todo("Send the files again.")
            }
            StartJob::ShuttingDown => ending(),
            other => boxed(&other),
        }
    }
}

impl From<ControlJob> for ApiError {
    fn from(error: ControlJob) -> Self {
        let text = error.to_string();
        match error {
            ControlJob::UnknownJob => Self::not_found("job"),
            ControlJob::WrongState(_) => Self::new(ErrorCode::Conflict, text),
            other => boxed(&other),
        }
    }
}

impl From<ReceiveUpload> for ApiError {
    fn from(error: ReceiveUpload) -> Self {
        let text = error.to_string();
        match error {
            ReceiveUpload::UnknownUpload => {
                Self::new(ErrorCode::NotFound, text).todo("Send the files again.")
            }
            ReceiveUpload::BadPath(_) => Self::new(ErrorCode::BadPath, text)
                .safe("The other files of this drop are not affected.")
                .todo("Rename the file and send it again."),
            ReceiveUpload::AlreadyThere(_) => Self::new(ErrorCode::Conflict, text)
                .safe("The file that came first is kept.")
                .todo("Send the other one in a drop of its own, or under another name."),
            ReceiveUpload::DiskFull => Self::new(ErrorCode::DiskFull, text)
                .safe("What was added before is safe.")
                .todo("Free some space, then send the files again."),
            other => boxed(&other),
        }
    }
}

impl From<EditItem> for ApiError {
    fn from(error: EditItem) -> Self {
        match error {
            EditItem::UnknownItem => Self::not_found("item"),
            other => boxed(&other),
        }
    }
}

impl From<Relink> for ApiError {
    fn from(error: Relink) -> Self {
        let text = error.to_string();
        match error {
            Relink::UnknownItem => Self::new(ErrorCode::NotFound, text),
            Relink::OtherContent => Self::new(ErrorCode::Conflict, text)
                .safe("The item is as it was.")
                .todo("Choose the moved file, or add this one as a new item."),
            other => boxed(&other),
        }
    }
}

impl From<ChangeFolder> for ApiError {
    fn from(error: ChangeFolder) -> Self {
        match error {
            ChangeFolder::UnknownFolder => Self::not_found("storage folder"),
            ChangeFolder::Offline => Self::new(ErrorCode::Offline, error.to_string())
                .safe("Nothing is lost: what it holds comes back with it.")
                .todo("Connect the disk and try again."),
            ChangeFolder::Refused(_) => {
                Self::new(ErrorCode::Conflict, error.to_string()).todo("Choose another folder.")
            }
            other => boxed(&other),
        }
    }
}

/// What stands in the way of a stored block, when that says what to do.
fn block_error(error: &(dyn Error + 'static)) -> Option<ApiError> {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(current) = cause {
        if let Some(block) = current.downcast_ref::<node::GetBlock>() {
            return Some(match block {
                node::GetBlock::SourceChanged(_) => changed(),
                node::GetBlock::SourceMissing(_) => {
                    ApiError::new(ErrorCode::SourceMissing, "The file is not where it was.")
                        .todo("Put the file back, or find it again from the item's page.")
                }
                node::GetBlock::Offline(_) | node::GetBlock::SourceOffline(_) => ApiError::new(
                    ErrorCode::Offline,
                    "The disk with these bytes is not connected.",
                )
                .safe("Nothing is lost.")
                .todo("Connect the disk and try again."),
                node::GetBlock::Damaged { .. } => damaged(),
                _ => return None,
            });
        }
        cause = current.source();
    }
    None
}

fn nobody_has(text: String, cid: &dag::Cid) -> ApiError {
    ApiError::new(ErrorCode::PeerUnreachable, text)
        .safe("What was fetched already is kept for the next attempt.")
        .todo("Try again later: it can be fetched while somebody who has it is connected.")
        .detail(serde_json::json!({ "cid": cid.to_string() }))
}

fn lost_shards(text: String) -> ApiError {
    ApiError::new(ErrorCode::NotLocal, text)
        .safe("The shards that are here are kept.")
        .todo("Try again when somebody is connected who has more of them, or add the file again.")
}

fn changed() -> ApiError {
    ApiError::new(
        ErrorCode::SourceChanged,
        "The file was changed since it was added.",
    )
    .safe("The file itself is as you left it.")
    .todo("Add the file again to take its new content.")
}

fn damaged() -> ApiError {
    ApiError::new(
        ErrorCode::Corrupt,
        "The stored bytes of this file are damaged.",
    )
    .safe("Other files are not affected.")
    .todo("Run a repair in Settings, Storage, or `tributary repo repair`.")
}

impl From<ReadMedia> for ApiError {
    fn from(error: ReadMedia) -> Self {
        let text = error.to_string();
        match error {
            ReadMedia::Changed => changed(),
            ReadMedia::MissingBlock(cid) => Self::new(ErrorCode::NotLocal, text)
                .detail(serde_json::json!({ "cid": cid.to_string() })),
            ReadMedia::NobodyHas(cid) => nobody_has(text, &cid),
            ReadMedia::Blocked(blocked) => blocked.into(),
            ReadMedia::DamagedDag(_) => Self::new(ErrorCode::UnsupportedFormat, text),
            ReadMedia::LostShards { .. } => lost_shards(text),
            ReadMedia::Unreachable => Self::new(ErrorCode::PeerUnreachable, text)
                .todo("It goes on when the device that shares it is on again."),
            ReadMedia::TakenBack | ReadMedia::Expired => Self::new(ErrorCode::ShareEnded, text),
            ReadMedia::ShuttingDown => ending(),
            other => block_error(&other).unwrap_or_else(|| boxed(&other)),
        }
    }
}

impl From<node::DecryptContent> for ApiError {
    fn from(error: node::DecryptContent) -> Self {
        use node::DecryptContent as Fault;
        let text = super::shares::sentence(&error.to_string());
        let safe = "Nothing of it was given.";
        match error {
            Fault::Read(error) => error.into(),
            Fault::Key(_) => Self::new(ErrorCode::BadKey, text).safe(safe),
            Fault::NotEncrypted(_) => Self::new(ErrorCode::UnsupportedFormat, text)
                .todo("Read it without asking for decryption."),
            Fault::Decrypt(_) | Fault::Header(_) | Fault::UseKey(_) => {
                Self::new(ErrorCode::Corrupt, text)
                    .safe(safe)
                    .todo("Ask whoever added it to encrypt it for the key you have.")
            }
            other => boxed(&other),
        }
    }
}

impl From<ReadContent> for ApiError {
    fn from(error: ReadContent) -> Self {
        let text = error.to_string();
        match error {
            ReadContent::BadPath(_) => Self::new(ErrorCode::BadCid, text),
            ReadContent::MissingBlock(cid) => Self::new(ErrorCode::NotLocal, text)
                .detail(serde_json::json!({ "cid": cid.to_string() })),
            ReadContent::NobodyHas(cid) => nobody_has(text, &cid),
            ReadContent::Blocked(blocked) => blocked.into(),
            ReadContent::ShuttingDown => ending(),
            ReadContent::NoSuchName { .. } | ReadContent::NotADirectory(_) => {
                Self::new(ErrorCode::NotFound, text)
            }
            ReadContent::IsADirectory(_) => {
                Self::bad_request(text).todo("Name a file inside it, or list it.")
            }
            ReadContent::LostShards { .. } => lost_shards(text),
            ReadContent::BadBlock { .. } => Self::new(ErrorCode::UnsupportedFormat, text),
            other => block_error(&other).unwrap_or_else(|| boxed(&other)),
        }
    }
}

impl From<WriteContent> for ApiError {
    fn from(error: WriteContent) -> Self {
        let text = error.to_string();
        match error {
            WriteContent::BadOptions(_) => Self::bad_request(text),
            WriteContent::BadCar(_) => Self::new(ErrorCode::Corrupt, text)
                .safe("What was there before is safe; nothing was pinned."),
            WriteContent::ChangedWhileReading(_) => Self::new(ErrorCode::SourceChanged, text)
                .todo("Try again when nothing writes to it any more."),
            WriteContent::MissingBlock(cid) => Self::new(ErrorCode::NotLocal, text)
                .safe("Nothing was pinned; what was there before is safe.")
                .todo("Add the content here first, or import a CAR that has all of it.")
                .detail(serde_json::json!({ "cid": cid.to_string() })),
            WriteContent::NobodyHas(cid) => nobody_has(text, &cid),
            WriteContent::Blocked(blocked) => blocked.into(),
            WriteContent::NotPinned(_) => Self::new(ErrorCode::NotFound, text),
            WriteContent::QuotaFull => Self::new(ErrorCode::QuotaExceeded, text)
                .safe("What was there before is safe.")
                .todo("Raise the limit in Settings, or delete something."),
            WriteContent::DiskFull => Self::new(ErrorCode::DiskFull, text)
                .safe("What was there before is safe.")
                .todo("Free some space, then try again."),
            WriteContent::ShuttingDown => ending(),
            other => boxed(&other),
        }
    }
}
