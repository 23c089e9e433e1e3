//! The photo timeline.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ItemKind;

/// All photos by month and day, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PhotoTimeline {
    /// Photos and clips in all buckets.
    pub total: u64,
    /// Months, split so that none holds more than 2,000.
    pub buckets: Vec<PhotoBucket>,
}

/// A month, or a part of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PhotoBucket {
    /// "2024-06", or "2024-06#1" for the second part.
    pub key: String,
    /// Photos in it.
    pub count: u64,
    /// Its days, newest first.
    pub days: Vec<PhotoDay>,
}

/// A day in a bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PhotoDay {
    /// "2024-06-14".
    pub day: String,
    /// Photos of this day in this bucket.
    pub count: u64,
}

/// The photos of a bucket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PhotoPage {
    /// Photos, newest first.
    pub photos: Vec<Photo>,
}

/// What the grid needs of a photo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Photo {
    /// Id of the item.
    pub id: String,
    /// Width divided by height, orientation applied.
    pub ratio: f64,
    /// "2024-06-14", local to where it was taken.
    pub day: String,
    /// When it was taken, local time as if it were UTC, Unix milliseconds.
    pub taken_at: Option<i64>,
    /// URL of the 320 px preview.
    pub thumb: Option<String>,
    /// URL of the 1440 px preview.
    pub preview: Option<String>,
    /// It was looked at, and no preview could be made of it.
    pub unpictured: bool,
    /// Thumbhash, base64.
    pub thumbhash: Option<String>,
    /// Favourite of the active person.
    pub favourite: bool,
    /// Photo or clip.
    pub kind: ItemKind,
    /// Length of a clip.
    pub duration_ms: Option<u64>,
    /// Title.
    pub title: String,
}
