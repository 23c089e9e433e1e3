//! Search and duplicates.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Album, ItemCard, MusicAlbum, Show};

/// The answer to a search.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SearchResult {
    /// Items, best first.
    pub hits: Vec<SearchHit>,
    /// Albums whose title matches.
    pub albums: Vec<Album>,
    /// Shows whose title matches.
    pub shows: Vec<Show>,
    /// Music albums whose title or artist matches.
    pub music_albums: Vec<MusicAlbum>,
    /// Time it took.
    pub took_ms: u64,
}

/// An item that was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SearchHit {
    /// The item.
    pub item: ItemCard,
    /// Names of the fields that matched.
    pub matched: Vec<String>,
}

/// Items whose content lies at more than one path.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Duplicates {
    /// Groups, largest waste first.
    pub groups: Vec<DuplicateGroup>,
}

/// The same bytes at several paths: one item, several files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DuplicateGroup {
    /// The item that stands for all of them.
    pub item: ItemCard,
    /// Size of one copy.
    pub bytes: u64,
    /// Paths of all copies, with characters that are not text replaced.
    pub paths: Vec<String>,
}
