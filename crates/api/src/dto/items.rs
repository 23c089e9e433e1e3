//! Items: what is on the shelves.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::facts::ItemFacts;

/// What an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum ItemKind {
    /// A film.
    Film,
    /// An episode of a show.
    Episode,
    /// Another video.
    Clip,
    /// A photo.
    Photo,
    /// A music track.
    Track,
    /// Anything else.
    File,
}

/// Whether the bytes of an item can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum ItemState {
    /// They can.
    Ok,
    /// The file kept in place has changed.
    Changed,
    /// The file kept in place is gone.
    Missing,
    /// Its disk is not plugged in.
    Offline,
}

/// Order of a list of items.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum ItemSort {
    /// When it was added.
    #[default]
    Added,
    /// By title.
    Title,
    /// When it was taken.
    Taken,
    /// By year.
    Year,
    /// By length.
    Duration,
    /// When it was last played.
    Played,
}

/// Direction of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum SortOrder {
    /// Smallest or oldest first.
    Asc,
    /// Largest or newest first.
    Desc,
}

/// How far a person got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ItemProgress {
    /// Where they are.
    pub position_ms: u64,
    /// Length when they were there.
    pub duration_ms: u64,
    /// True when it counts as watched.
    pub finished: bool,
    /// When they were there, Unix milliseconds.
    pub updated_at: i64,
}

/// Place of an episode in its show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EpisodeOf {
    /// Id of the show.
    pub id: String,
    /// Title of the show.
    pub title: String,
    /// Season.
    pub season: u32,
    /// Number in the season.
    pub episode: u32,
}

/// What a shelf needs of an item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ItemCard {
    /// Id of the item.
    pub id: String,
    /// What it is.
    pub kind: ItemKind,
    /// Title to show.
    pub title: String,
    /// A second line: the artist, the show, the folder.
    pub subtitle: Option<String>,
    /// Year.
    pub year: Option<i32>,
    /// Length.
    pub duration_ms: Option<u64>,
    /// Width in pixels, orientation applied.
    pub width: Option<u32>,
    /// Height in pixels, orientation applied.
    pub height: Option<u32>,
    /// When it was added, Unix milliseconds.
    pub added_at: i64,
    /// When it was taken, local time as if it were UTC, Unix milliseconds.
    pub taken_at: Option<i64>,
    /// Favourite of the active person.
    pub favourite: bool,
    /// Rating by the active person, 1 to 5.
    pub rating: Option<u8>,
    /// Progress of the active person.
    pub progress: Option<ItemProgress>,
    /// Thumbhash, base64.
    pub thumbhash: Option<String>,
    /// URL of the 320 px preview.
    pub thumb: Option<String>,
    /// URL of the 1440 px preview.
    pub preview: Option<String>,
    /// It was looked at, and no preview could be made of it.
    pub unpictured: bool,
    /// URL of a 2:3 poster, 320 px wide.
    pub poster: Option<String>,
    /// Artist of a track.
    pub artist: Option<String>,
    /// Album of a track.
    pub album: Option<String>,
    /// Number on the album.
    pub track_no: Option<u32>,
    /// Whether its bytes can be read.
    pub state: ItemState,
    /// Place in a show.
    pub show: Option<EpisodeOf>,
    /// When it was put in the trash, Unix milliseconds.
    pub trashed_at: Option<i64>,
}

/// Items and where to go on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ItemPage {
    /// The items.
    pub items: Vec<ItemCard>,
    /// Pass it as `cursor` for the next page; null at the end.
    pub next_cursor: Option<String>,
    /// Items in all pages.
    pub total: u64,
}

/// An item with all that is known of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ItemDetail {
    /// What a shelf shows.
    #[serde(flatten)]
    pub card: ItemCard,
    /// Facts found in the file.
    pub facts: ItemFacts,
    /// Its renditions, the original first.
    pub renditions: Vec<Rendition>,
    /// Its captions.
    pub captions: Vec<CaptionTrack>,
    /// URL of the large poster.
    pub poster_large: Option<String>,
    /// Description.
    pub description: Option<String>,
    /// Genres.
    pub genres: Vec<String>,
    /// Albums it is in.
    pub albums: Vec<AlbumRef>,
    /// The next episode or track.
    pub next: Option<ItemLink>,
    /// The previous episode or track.
    pub previous: Option<ItemLink>,
    /// Name of the original file.
    pub file_name: String,
    /// Root of the original content.
    pub cid: String,
}

/// Another item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ItemLink {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
}

/// An album that holds the item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AlbumRef {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
}

/// Where the bytes of a rendition are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum LocationKind {
    /// In the home's storage.
    Copied,
    /// In the user's own file.
    Referenced,
}

/// One form of the content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Rendition {
    /// Id of the rendition.
    pub id: String,
    /// "original", "sealed", "remuxed" or another name.
    pub kind: String,
    /// Size.
    pub size: u64,
    /// Content type.
    pub mime: String,
    /// Root of the content.
    pub cid: String,
    /// Signed URL to play or download it.
    pub url: String,
    /// Where its bytes are.
    pub location: LocationKind,
    /// The user's own file, when referenced.
    pub path: Option<String>,
}

/// Captions of an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CaptionTrack {
    /// Id of the asset.
    pub id: String,
    /// Name to show.
    pub label: String,
    /// Language tag, "de".
    pub language: Option<String>,
    /// Format of the source: "srt", "vtt", "ass".
    pub format: String,
    /// Signed URL of the captions as WebVTT.
    pub url: String,
}

/// What to change of an item: user facts only. `null` goes back to what the file says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ItemPatch {
    /// Title; null or empty goes back to the derived one.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "super::present"
    )]
    #[schema(value_type = Option<String>)]
    pub title: Option<Option<String>>,
    /// Year.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "super::present"
    )]
    #[schema(value_type = Option<i32>)]
    pub year: Option<Option<i32>>,
    /// Description.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "super::present"
    )]
    #[schema(value_type = Option<String>)]
    pub description: Option<Option<String>>,
    /// Rating, 1 to 5; null removes it.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "super::present"
    )]
    #[schema(value_type = Option<u8>)]
    pub rating: Option<Option<u8>>,
    /// Favourite of the active person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub favourite: Option<bool>,
    /// What it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<ItemKind>,
    /// Genres.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "super::present"
    )]
    #[schema(value_type = Option<Vec<String>>)]
    pub genres: Option<Option<Vec<String>>>,
}

/// What to do with many items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum BatchAction {
    /// Make them favourites.
    Favourite,
    /// Make them no favourites.
    Unfavourite,
    /// Put them in the trash.
    Trash,
    /// Take them out of the trash.
    Restore,
    /// Remove them from the library for good.
    Delete,
}

/// An act on many items.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BatchRequest {
    /// Ids of the items, at most 10,000.
    pub ids: Vec<String>,
    /// What to do.
    pub action: BatchAction,
    /// With `delete`: also move the user's own file to the system trash.
    #[serde(default)]
    pub also_delete_file: Option<bool>,
}

/// What an act on many items did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BatchResult {
    /// Items that changed.
    pub changed: Vec<String>,
    /// Items that could not be changed.
    pub failed: Vec<BatchFailure>,
}

/// An item that could not be changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BatchFailure {
    /// Its id.
    pub id: String,
    /// Why, in English.
    pub message: String,
}

/// Where a person is in an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProgressRequest {
    /// Position.
    pub position_ms: u64,
    /// Length, as the player sees it.
    pub duration_ms: u64,
    /// True or false says so; absent lets the `watchedThreshold` decide.
    #[serde(default)]
    pub finished: Option<bool>,
}

/// Where the moved file of an item is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RelinkRequest {
    /// Absolute path.
    pub path: String,
}

/// Loudness of a track over its length.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Waveform {
    /// Peaks, 0 to 255, evenly over the length.
    pub peaks: Vec<u8>,
}
