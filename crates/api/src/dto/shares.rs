//! Shares by link: those made here, and those of others that were opened here.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a share stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum ShareState {
    /// Its files are being sealed; the link opens when that is done.
    Preparing,
    /// The link opens it.
    Ready,
    /// It was taken back.
    Revoked,
    /// It could not be made.
    Failed,
}

/// A share of this home.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Share {
    /// Its id.
    pub id: String,
    /// Where it stands.
    pub state: ShareState,
    /// What it is called.
    pub title: String,
    /// The items it shares.
    pub items: Vec<String>,
    /// When it was made, Unix milliseconds.
    pub created_at: i64,
    /// When it ends by itself, Unix milliseconds.
    pub expires_at: Option<i64>,
    /// When it was taken back, Unix milliseconds.
    pub revoked_at: Option<i64>,
    /// The link. Whoever has it can open the share.
    pub link: Option<String>,
    /// It asks for a password.
    pub has_password: bool,
    /// The place stays in its photos.
    pub keep_location: bool,
    /// Bytes of its files.
    pub bytes: u64,
    /// How many have it open now.
    pub open_now: u64,
    /// Why it could not be made.
    pub message: Option<String>,
}

/// What to share: items, or an album.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewShareRequest {
    /// Items, in order.
    #[serde(default)]
    pub items: Vec<String>,
    /// Or everything in this album.
    pub album_id: Option<String>,
    /// What to call it; the title of the item or album when there is none.
    pub title: Option<String>,
    /// Asked of whoever opens it.
    pub password: Option<String>,
    /// When it ends by itself, Unix milliseconds.
    pub expires_at: Option<i64>,
    /// Leaves the place in photos.
    #[serde(default)]
    pub keep_location: bool,
}

/// A link to open.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OpenLinkRequest {
    /// The link.
    pub link: String,
    /// Its password, when it asks for one.
    pub password: Option<String>,
}

/// Why a share of somebody else is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum SharedEnd {
    /// Its time is over.
    Expired,
    /// It was taken back.
    Revoked,
}

/// A share of somebody else that was opened here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Received {
    /// Its id.
    pub id: String,
    /// What its maker calls it.
    pub title: String,
    /// The device it is from: a peer id, nobody's name.
    pub peer: String,
    /// When it was opened first, Unix milliseconds.
    pub opened_at: i64,
    /// When it ends by itself, Unix milliseconds.
    pub expires_at: Option<i64>,
    /// Bytes of its files.
    pub bytes: u64,
    /// It can be fetched from now.
    pub connected: bool,
    /// Why it is over.
    pub ended: Option<SharedEnd>,
}

/// A share of somebody else, and what it holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReceivedDetail {
    /// The share.
    pub share: Received,
    /// What it holds, in order.
    pub things: Vec<SharedThing>,
}

/// A thing in a share of somebody else.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SharedThing {
    /// "film", "episode", "clip", "photo", "track" or "file", as its maker says.
    pub kind: String,
    /// What its maker calls it.
    pub title: String,
    /// Its name as a file.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// Its media type, as its maker says.
    pub mime: String,
    /// Length in milliseconds.
    pub duration_ms: Option<u64>,
    /// Width in pixels.
    pub width: Option<u32>,
    /// Height in pixels.
    pub height: Option<u32>,
    /// URL of its bytes, which come as they are needed.
    pub url: String,
    /// URL of a picture that stands for it.
    pub poster: Option<String>,
}

/// `sharesChanged`: fetch the shares again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SharesChangedEvent {}
