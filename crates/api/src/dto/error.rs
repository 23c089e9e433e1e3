//! The one shape of every error answer.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Why a request failed. A closed list: the UI branches on it and shows its own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The request is malformed: a field, a query value or the body.
    BadRequest,
    /// The content id does not parse, or is of a kind this node cannot read.
    BadCid,
    /// A path is not absolute, leaves its root, or holds a forbidden character.
    BadPath,
    /// No valid session: the token is absent or wrong.
    Unauthorized,
    /// The request comes from a page of another origin.
    ForeignOrigin,
    /// The Host header names another host (DNS rebinding).
    WrongHost,
    /// There is no such thing here.
    NotFound,
    /// The thing exists but its state does not allow the act.
    Conflict,
    /// A file says where it was made, in a form that cannot be taken out.
    PlaceStays,
    /// A file is still being looked at.
    NotLookedAt,
    /// A link of this home.
    OwnLink,
    /// The route does not know this method.
    MethodNotAllowed,
    /// The body is larger than the route takes.
    TooLarge,
    /// The body has another content type than the route takes.
    UnsupportedMediaType,
    /// Too many of these run at once.
    TooMany,
    /// A file cannot be read, or a folder cannot be written: permissions.
    PermissionDenied,
    /// The disk is full.
    DiskFull,
    /// The quota of the storage is reached.
    QuotaExceeded,
    /// The disk or the home is read-only.
    ReadOnly,
    /// The storage folder is not plugged in.
    Offline,
    /// A file that was kept in place has changed since it was imported.
    SourceChanged,
    /// A file that was kept in place is gone.
    SourceMissing,
    /// Stored bytes do not match their id.
    Corrupt,
    /// The data is of a format this node cannot read.
    UnsupportedFormat,
    /// The text is no link, is cut or damaged, or names nothing.
    BadLink,
    /// The text is no key that this node can have.
    BadKey,
    /// The link asks for a password.
    NeedsPassword,
    /// The password is wrong.
    WrongPassword,
    /// The share has expired or was taken back.
    ShareEnded,
    /// The other device cannot be reached now.
    PeerUnreachable,
    /// Only a relay leads to the other device, and it carries too little.
    OnlyRelayed,
    /// The network does not run.
    NoNetwork,
    /// A list of blocked content names it; `detail` says which list and rule.
    Blocked,
    /// The node does not have the blocks.
    NotLocal,
    /// The node is shutting down.
    ShuttingDown,
    /// Something failed that should not have; the log has the details.
    Internal,
}

/// What every failed request answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ErrorBody {
    /// The closed code to branch on.
    pub code: ErrorCode,
    /// What failed, in English, for logs and for people who read them.
    pub message: String,
    /// What is safe in spite of the failure.
    pub safe: Option<String>,
    /// What the person can do about it.
    pub todo: Option<String>,
    /// Machine-readable details, if any.
    #[schema(value_type = Option<Object>)]
    pub detail: serde_json::Value,
}
