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

/// Who may have what is shared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Visibility {
    /// Whoever has the link, and its password if there is one.
    #[default]
    Link,
    /// Everybody.
    Public,
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
    /// Who may have it.
    pub visibility: Visibility,
    /// Under which licence, when it is public.
    pub licence: Option<String>,
    /// What it warns of, when it is public.
    pub warning: Option<String>,
    /// The CID of what says what it is (its manifest), when it is public and ready.
    pub root: Option<String>,
    /// The CID of its file, or of the folder of its files, when it is public and ready: for programs
    /// that know no manifests.
    pub content: Option<String>,
    /// The link. Whoever has it can open the share; that of a public one is "btfs://" or "ipfs://"
    /// and its root, and there when it is ready.
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
    /// Who may have it; only who has the link when it is not said.
    pub visibility: Option<Visibility>,
    /// Under which licence; needed when it is public. "CC0-1.0", "CC-BY-4.0", "CC-BY-SA-4.0",
    /// "CC-BY-NC-4.0", "CC-BY-ND-4.0", "CC-BY-NC-SA-4.0", "CC-BY-NC-ND-4.0", "public-domain",
    /// "all-rights-reserved", or another text of one line.
    pub licence: Option<String>,
    /// What somebody may not want to see.
    pub warning: Option<String>,
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
    /// The device it is from: a peer id, nobody's name. Empty when it is public.
    pub peer: String,
    /// When it was opened first, Unix milliseconds.
    pub opened_at: i64,
    /// When it ends by itself, Unix milliseconds.
    pub expires_at: Option<i64>,
    /// Bytes of its files.
    pub bytes: u64,
    /// "film", "episode", "clip", "photo", "track", "file", "album" or "folder", as its maker says.
    pub kind: String,
    /// How many things it holds.
    pub count: u32,
    /// URL of a picture that stands for it, which may have to be fetched.
    pub poster: Option<String>,
    /// What its maker warns of: its picture is not to be shown before the person has read it.
    pub warning: Option<String>,
    /// When all of it was taken into the library, Unix milliseconds.
    pub saved_at: Option<i64>,
    /// It can be fetched from now.
    pub connected: bool,
    /// Only a relay leads there, so that little comes and slowly: connecting directly was tried and
    /// has failed. It stays known when the relay has closed the line. What helps is a port opened at the router of either side, IPv6 at both, or the same
    /// local network.
    pub only_relayed: bool,
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
    /// Who made a track, as its maker says.
    pub artist: Option<String>,
    /// The record it is on.
    pub record: Option<String>,
    /// Length in milliseconds.
    pub duration_ms: Option<u64>,
    /// Width in pixels.
    pub width: Option<u32>,
    /// Height in pixels.
    pub height: Option<u32>,
    /// Under which licence, as its maker says.
    pub licence: Option<String>,
    /// What its maker warns of.
    pub warning: Option<String>,
    /// URL of its bytes, which come as they are needed.
    pub url: String,
    /// URL of a picture that stands for it.
    pub poster: Option<String>,
}

/// `sharesChanged`: fetch the shares again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SharesChangedEvent {}
