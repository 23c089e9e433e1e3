//! Search and duplicates.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Album, ItemCard, Show};

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

/// Items that hold the same content.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Duplicates {
    /// Groups, largest waste first.
    pub groups: Vec<DuplicateGroup>,
}

/// Items with equal bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DuplicateGroup {
    /// Root of the content.
    pub cid: String,
    /// Size of one copy.
    pub bytes: u64,
    /// The items.
    pub items: Vec<ItemCard>,
}
