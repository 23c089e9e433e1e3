//! The music room.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{ItemCard, ItemPage};

/// Albums and the first tracks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Music {
    /// Albums, by artist and title.
    pub albums: Vec<MusicAlbum>,
    /// The first page of all tracks; more through `GET /items?kind=track`.
    pub tracks: ItemPage,
}

/// An album of music, gathered from the tags of its tracks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MusicAlbum {
    /// Id of the album.
    pub id: String,
    /// Title.
    pub title: String,
    /// Artist of the album.
    pub artist: Option<String>,
    /// Year.
    pub year: Option<i32>,
    /// URL of the cover.
    pub cover: Option<String>,
    /// Thumbhash of the cover, base64.
    pub thumbhash: Option<String>,
    /// Tracks in it.
    pub track_count: u64,
    /// Length of all tracks.
    pub duration_ms: u64,
}

/// An album with its tracks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MusicAlbumDetail {
    /// The album.
    #[serde(flatten)]
    pub album: MusicAlbum,
    /// Its tracks in order.
    pub tracks: Vec<ItemCard>,
}
