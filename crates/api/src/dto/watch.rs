//! Home and the Watch room.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Album, ItemCard, ItemPage};

/// What the Home room shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Home {
    /// Begun and not finished by the active person, last played first.
    pub continue_watching: Vec<ItemCard>,
    /// Newest items.
    pub recently_added: Vec<ItemCard>,
    /// What came in over the last seven days.
    pub recent_summary: RecentSummary,
    /// Albums, last changed first.
    pub albums: Vec<Album>,
}

/// Numbers of new items.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecentSummary {
    /// New photos.
    pub photos: u64,
    /// New films, episodes and clips.
    pub videos: u64,
    /// New tracks.
    pub tracks: u64,
}

/// What the Watch room shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Watch {
    /// The film or episode to offer first.
    pub hero: Option<ItemCard>,
    /// The first page of films.
    pub films: ItemPage,
    /// Shows, by title.
    pub series: Vec<Show>,
    /// The first page of clips.
    pub clips: ItemPage,
    /// Genres that occur, sorted.
    pub genres: Vec<String>,
    /// First and last year that occur.
    pub years: Option<YearRange>,
}

/// A range of years, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct YearRange {
    /// First year.
    pub from: i32,
    /// Last year.
    pub to: i32,
}

/// A show on the shelf.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Show {
    /// Id of the show.
    pub id: String,
    /// Title.
    pub title: String,
    /// Year of the first season.
    pub year: Option<i32>,
    /// URL of the poster.
    pub poster: Option<String>,
    /// Thumbhash of the poster, base64.
    pub thumbhash: Option<String>,
    /// Seasons in the library.
    pub season_count: u64,
    /// Episodes in the library.
    pub episode_count: u64,
}

/// A show with its seasons.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ShowDetail {
    /// The show.
    #[serde(flatten)]
    pub show: Show,
    /// Seasons in order.
    pub seasons: Vec<Season>,
}

/// A season.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Season {
    /// Number of the season; 0 for specials.
    pub number: u32,
    /// Episodes in order.
    pub episodes: Vec<ItemCard>,
}
