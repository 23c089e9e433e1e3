//! What can be asked of the catalogue, and the shapes of the answers.

use crate::ids::{AlbumId, FolderId, ItemId, MusicAlbumId, PersonId, ShowId};
use crate::model::{ItemKind, ItemRow};
use crate::path::RawPath;

/// What to sort by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Sort {
    /// When it was added.
    #[default]
    Added,
    /// Title, folded: no case, no accents, numbers by value.
    Title,
    /// When it was taken.
    Taken,
    /// Release year, then title.
    Year,
    /// Length.
    Duration,
    /// When the person last played it (only items with progress are listed).
    Played,
}

/// Direction of a sort.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Order {
    /// Smallest, oldest or A first.
    Ascending,
    /// Largest, newest or Z first.
    #[default]
    Descending,
}

/// Which of the two shelves an item is on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Shelf {
    /// Everything that is not in the trash.
    #[default]
    Live,
    /// The trash.
    Trash,
}

/// Which items to list. All conditions must hold; none means any.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ItemQuery {
    /// Kinds; empty means all.
    pub kinds: Vec<ItemKind>,
    /// Live or trash.
    pub shelf: Shelf,
    /// Whose favourites, ratings and progress to join; the active person if none.
    pub person: Option<PersonId>,
    /// Only members of this album.
    pub album: Option<AlbumId>,
    /// Only items directly in this folder.
    pub folder: Option<FolderId>,
    /// Only (or no) favourites.
    pub favourite: Option<bool>,
    /// Only (or no) items not finished yet.
    pub unseen: Option<bool>,
    /// Only this genre (folded comparison).
    pub genre: Option<String>,
    /// Earliest year.
    pub year_from: Option<u16>,
    /// Latest year.
    pub year_to: Option<u16>,
    /// Shortest length in ms.
    pub min_duration_ms: Option<u64>,
    /// Longest length in ms.
    pub max_duration_ms: Option<u64>,
    /// What to sort by.
    pub sort: Sort,
    /// Direction.
    pub order: Order,
    /// Where the page before ended ([`Page::next`]).
    pub cursor: Option<String>,
    /// Page length; 0 means 60. At most 1,000.
    pub limit: usize,
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Pass it as the cursor to go on; none at the end. Opaque.
    pub next: Option<String>,
    /// How many there are in all.
    pub total: u64,
}

/// Which photos (and clips) the timeline shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PhotoFilter {
    /// Live or trash.
    pub shelf: Shelf,
    /// Only this person's favourites.
    pub favourites_of: Option<PersonId>,
    /// Only members of this album.
    pub album: Option<AlbumId>,
}

/// The shape of the photo timeline, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Timeline {
    /// Photos and clips in all.
    pub total: u64,
    /// Months, split so that none has more than 2,000.
    pub buckets: Vec<PhotoBucket>,
}

/// One loadable part of the timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhotoBucket {
    /// `2024-06`, or `2024-06#2` for the second part of a full month.
    pub key: String,
    /// How many.
    pub count: u32,
    /// Its days, newest first. A day may continue in the next part.
    pub days: Vec<PhotoDay>,
}

/// One day of a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhotoDay {
    /// `2024-06-14`, in the camera's local time.
    pub day: String,
    /// How many.
    pub count: u32,
}

/// How many items there are of each sort.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Films.
    pub film: u64,
    /// Episodes.
    pub episode: u64,
    /// Clips.
    pub clip: u64,
    /// Photos.
    pub photo: u64,
    /// Tracks.
    pub track: u64,
    /// Other files.
    pub file: u64,
    /// Albums.
    pub album: u64,
    /// Items in the trash.
    pub trash: u64,
    /// The person's favourites that are not in the trash.
    pub favourite: u64,
}

/// An album as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Album {
    /// Its id.
    pub id: AlbumId,
    /// Title.
    pub title: String,
    /// Live members.
    pub count: u64,
    /// The member whose picture stands for it.
    pub cover: Option<ItemId>,
    /// The folder it was made from.
    pub folder: Option<FolderId>,
    /// When it was made.
    pub created_at: i64,
    /// When it or its members last changed.
    pub updated_at: i64,
}

/// A music album, gathered from its tracks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MusicAlbum {
    /// Its id.
    pub id: MusicAlbumId,
    /// Title.
    pub title: String,
    /// Album artist, else artist.
    pub artist: String,
    /// Year of release.
    pub year: Option<u16>,
    /// A track whose cover stands for it.
    pub cover: Option<ItemId>,
    /// Placeholder picture of that cover.
    pub thumbhash: Vec<u8>,
    /// How many tracks.
    pub track_count: u32,
    /// Length in ms.
    pub duration_ms: u64,
}

/// A show, gathered from its episodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Show {
    /// Its id.
    pub id: ShowId,
    /// Title, the edit applied.
    pub title: String,
    /// Year of its first season, when a name says so.
    pub year: Option<u16>,
    /// The episode whose picture stands for it: the one that carries the show's
    /// poster, else the first with a poster, else the first.
    pub poster: Option<ItemId>,
    /// How many episodes.
    pub episode_count: u32,
    /// Season numbers and how many episodes each has.
    pub seasons: Vec<(u32, u32)>,
}

/// A season and its episodes.
#[derive(Debug, Clone, PartialEq)]
pub struct Season {
    /// Season number; 0 for specials.
    pub number: u32,
    /// The episode whose poster stands for it, when one has a poster.
    pub poster: Option<ItemId>,
    /// Its episodes in order.
    pub episodes: Vec<ItemRow>,
}

/// An item whose content lies at more than one path.
#[derive(Debug, Clone, PartialEq)]
pub struct Duplicate {
    /// The item.
    pub item: ItemRow,
    /// All the paths.
    pub paths: Vec<RawPath>,
}

/// A search answer.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchHit {
    /// What was found.
    pub target: SearchTarget,
    /// Higher is better; comparable within one answer only.
    pub score: f32,
    /// Which fields matched, best first: `title`, `artist`, `album`, `show`,
    /// `file`, `folder`, `genre`, `camera`, `year`.
    pub matched: Vec<&'static str>,
}

/// What a search can find.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SearchTarget {
    /// An item.
    Item(ItemId),
    /// An album.
    Album(AlbumId),
    /// A show.
    Show(ShowId),
    /// A music album.
    MusicAlbum(MusicAlbumId),
}
