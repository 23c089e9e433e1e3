//! Albums that people make.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An album.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Album {
    /// Id of the album.
    pub id: String,
    /// Title.
    pub title: String,
    /// Items in it that are not in the trash.
    pub count: u64,
    /// URL of the cover, 320 px.
    pub cover: Option<String>,
    /// Thumbhash of the cover, base64.
    pub thumbhash: Option<String>,
    /// When it was made, Unix milliseconds.
    pub created_at: i64,
    /// When it last changed, Unix milliseconds.
    pub updated_at: i64,
}

/// An album to make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewAlbumRequest {
    /// Title, 1 to 200 characters.
    pub title: String,
    /// Items to put in at once.
    #[serde(default)]
    pub ids: Vec<String>,
}

/// What to change of an album.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AlbumPatch {
    /// New title.
    pub title: Option<String>,
    /// The item whose preview is the cover.
    pub cover_item_id: Option<String>,
}

/// Items to put into an album or to take out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AlbumItemsRequest {
    /// Ids of the items, at most 10,000.
    pub ids: Vec<String>,
}
