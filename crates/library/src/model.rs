//! Items, their assets, renditions and locations: what the catalogue holds.
//!
//! Times are unix milliseconds (UTC) unless a name says otherwise; sizes are
//! bytes. Paths are the bytes the file system gave, never assumed to be UTF-8.

use cid::Cid;
use serde::{Deserialize, Serialize};

use crate::ids::{AlbumId, AssetId, FolderId, ItemId, JobId, MusicAlbumId, RenditionId, ShowId};
use crate::path::RawPath;
use crate::row::{Unknown, coded, row};
use crate::user::Progress;

/// What an item is to a person.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum ItemKind {
    /// A feature on the film shelf.
    Film,
    /// One episode of a show.
    Episode,
    /// A home video or other short video.
    Clip,
    /// A picture.
    Photo,
    /// A piece of music or speech.
    Track,
    /// Anything else: nothing dropped is refused.
    #[default]
    File,
}
coded!(ItemKind, File { 1 Film, 2 Episode, 3 Clip, 4 Photo, 5 Track, 6 File });

impl ItemKind {
    /// Every kind, in shelf order.
    pub const ALL: [ItemKind; 6] = [
        ItemKind::Film,
        ItemKind::Episode,
        ItemKind::Clip,
        ItemKind::Photo,
        ItemKind::Track,
        ItemKind::File,
    ];
}

/// What the bytes are, as sniffed: the raw material for [`ItemKind`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaClass {
    /// A video container.
    Video,
    /// A still picture.
    Photo,
    /// Sound only.
    Audio,
    /// Captions in a text format.
    Subtitle,
    /// Anything else.
    #[default]
    Other,
}
coded!(MediaClass, Other { 1 Video, 2 Photo, 3 Audio, 4 Subtitle, 5 Other });

/// What an asset is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssetRole {
    /// The content itself.
    #[default]
    Main,
    /// Another version of the film (a cut, a resolution).
    Version,
    /// The camera's RAW beside a photo.
    Raw,
    /// The moving part of a live photo.
    LivePart,
    /// A captions file.
    Captions,
    /// A poster or cover picture.
    Poster,
    /// A role that a newer version knows.
    Other,
}
coded!(AssetRole, Other { 1 Main, 2 Version, 3 Raw, 4 LivePart, 5 Captions, 6 Poster, 7 Other });

/// How a rendition came to be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RenditionKind {
    /// The bytes as they were imported.
    #[default]
    Original,
    /// The same picture without its place.
    LocationStripped,
    /// Sealed for a share.
    Sealed,
    /// The same streams in another container.
    Remuxed,
    /// A kind that a newer version knows.
    Other,
}
coded!(RenditionKind, Other { 1 Original, 2 LocationStripped, 3 Sealed, 4 Remuxed, 5 Other });

/// What is known about the bytes behind an item, for its badge.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LocationState {
    /// The bytes are there.
    #[default]
    Ok,
    /// The referenced file changed since it was imported.
    Changed,
    /// The referenced file is gone.
    Missing,
    /// The disk that holds the file is not connected.
    Offline,
}
coded!(LocationState, Ok { 1 Ok, 2 Changed, 3 Missing, 4 Offline });

/// What tells that a file is the one seen before, with no read of its bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FileStamp {
    /// Size in bytes.
    pub size: u64,
    /// Modification time, nanoseconds since 1970.
    pub mtime_ns: i64,
    /// Status change time, nanoseconds since 1970.
    pub ctime_ns: i64,
    /// Device number.
    pub dev: u64,
    /// Inode number.
    pub ino: u64,
}

/// One place where a rendition's bytes came from or are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Location {
    /// The store's source id when the file is referenced in place; none when
    /// the bytes were copied into the store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<u64>,
    /// The path it was imported from.
    pub path: RawPath,
    /// Whether a referenced file is still what it was.
    pub state: LocationState,
    /// Fields from a newer version.
    #[serde(default, skip_serializing_if = "Unknown::is_empty")]
    pub unknown: Unknown,
}
row!(Location { 1 source, 2 path, 3 state });

/// One byte form of an asset.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenditionRow {
    /// Its id, unique in the library.
    pub id: RenditionId,
    /// How it came to be.
    pub kind: RenditionKind,
    /// The root of its DAG.
    #[serde(with = "cid_text")]
    pub root: Cid,
    /// Size of the content in bytes.
    pub size: u64,
    /// Media type, such as `video/mp4`.
    pub mime: String,
    /// The rendition it was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_from: Option<RenditionId>,
    /// Where its bytes are; the first is used first.
    pub locations: Vec<Location>,
    /// Fields from a newer version.
    #[serde(default, skip_serializing_if = "Unknown::is_empty")]
    pub unknown: Unknown,
}
row!(RenditionRow { 1 id, 2 kind, 3 root, 4 size, 5 mime, 6 made_from, 7 locations });

/// One part of an item.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssetRow {
    /// Its id, unique in the library.
    pub id: AssetId,
    /// What it is for.
    pub role: AssetRole,
    /// File name or label to show: "Director's cut", "English (forced)".
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// BCP 47 language, for captions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Captions format: `srt`, `vtt`, `ass`. Of a poster: `show` or `season`
    /// when it stands for more than this item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// Its byte forms, the original first.
    pub renditions: Vec<RenditionRow>,
    /// Fields from a newer version.
    #[serde(default, skip_serializing_if = "Unknown::is_empty")]
    pub unknown: Unknown,
}
row!(AssetRow { 1 id, 2 role, 3 label, 4 language, 5 format, 6 renditions });

/// A file that was read and stored, ready to be listed.
#[derive(Debug, Clone, Default)]
pub struct NewItem {
    /// What the bytes are.
    pub class: MediaClass,
    /// Media type as sniffed.
    pub mime: String,
    /// The root of the original's DAG.
    pub root: Cid,
    /// Size in bytes.
    pub size: u64,
    /// The path it was imported from. Its last component names the item.
    pub path: RawPath,
    /// Identity of that file, to skip it next time and to find it after a move.
    pub stamp: FileStamp,
    /// The store's source id when referenced in place; none when copied.
    pub source: Option<u64>,
    /// The folder of the drop, from [`crate::Tx::ensure_folder`].
    pub folder: Option<FolderId>,
    /// The job that imports it.
    pub job: Option<JobId>,
    /// When it was added; none means now.
    pub added_at: Option<i64>,
}

/// What adding a file did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddedItem {
    /// A new item.
    New(ItemId),
    /// The same content was there: the path was noted as one more location.
    Existing {
        /// The item that holds the content.
        id: ItemId,
        /// It was in the trash and is back on its shelf.
        restored: bool,
    },
    /// A side-car (poster, captions): it waits for [`crate::Tx::settle_waiting`].
    Waiting,
}

impl AddedItem {
    /// The item, unless the file is a waiting side-car.
    #[must_use]
    pub fn id(&self) -> Option<ItemId> {
        match self {
            AddedItem::New(id) | AddedItem::Existing { id, .. } => Some(*id),
            AddedItem::Waiting => None,
        }
    }
}

/// What became of the waiting side-cars.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settled {
    /// Items that gained a poster or captions.
    pub changed: Vec<ItemId>,
    /// Side-cars that had nothing to belong to and are items now.
    pub added: Vec<ItemId>,
}

/// Bytes that a deleted item held, so that pins and references can go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeletedItem {
    /// Roots that no other item holds.
    pub roots: Vec<Cid>,
    /// Store sources that no other item uses.
    pub sources: Vec<u64>,
    /// The original's paths.
    pub paths: Vec<RawPath>,
}

/// What is known of a path that was imported.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OriginRow {
    /// Identity of the file when it was imported.
    #[serde(flatten)]
    pub stamp: FileStamp,
    /// The item it became, or none while it waits as a side-car.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<ItemId>,
    /// The job that imported it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<JobId>,
    /// Fields from a newer version.
    #[serde(default, skip_serializing_if = "Unknown::is_empty")]
    pub unknown: Unknown,
}
row!(OriginRow { 1 stamp, 2 item, 3 job });

impl crate::row::Field for FileStamp {
    fn absent(&self) -> bool {
        *self == Self::default()
    }
    fn put(&self, out: &mut Vec<u8>) {
        crate::row::put_varint(self.size, out);
        for value in [
            self.mtime_ns as u64,
            self.ctime_ns as u64,
            self.dev,
            self.ino,
        ] {
            out.extend_from_slice(&value.to_le_bytes());
        }
    }
    fn take(mut bytes: &[u8]) -> Option<Self> {
        let size = crate::row::take_varint(&mut bytes)?;
        let mut words = bytes
            .chunks_exact(8)
            .map(|word| word.try_into().map(u64::from_le_bytes).unwrap_or_default());
        Some(FileStamp {
            size,
            mtime_ns: words.next()? as i64,
            ctime_ns: words.next()? as i64,
            dev: words.next()?,
            ino: words.next()?,
        })
    }
}

/// Where an episode stands in its show.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EpisodeLink {
    /// The show.
    pub show: ShowId,
    /// The show's title (edits applied in query results).
    pub title: String,
    /// Season number; 0 for specials.
    pub season: u32,
    /// Episode number.
    pub episode: u32,
    /// Fields from a newer version.
    #[serde(default, skip_serializing_if = "Unknown::is_empty")]
    pub unknown: Unknown,
}
row!(EpisodeLink { 1 show, 2 title, 3 season, 4 episode });

/// An item as lists show it: edits applied, one person's facts joined.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ItemRow {
    /// Its id.
    pub id: ItemId,
    /// Its kind, the override applied.
    pub kind: ItemKind,
    /// Its title, the edit applied.
    pub title: String,
    /// The file name it came with.
    pub file_name: String,
    /// Release year.
    pub year: Option<u16>,
    /// Length in ms.
    pub duration_ms: Option<u64>,
    /// Width in pixels, orientation applied.
    pub width: Option<u32>,
    /// Height in pixels, orientation applied.
    pub height: Option<u32>,
    /// Size of the original in bytes.
    pub size: u64,
    /// Media type of the original.
    pub mime: String,
    /// Root of the original.
    pub root: Cid,
    /// When it was added.
    pub added_at: i64,
    /// When it was taken: ms since 1970 in *local* time of the camera; the
    /// file's time (UTC) when there is no better.
    pub taken_at: i64,
    /// Placeholder picture; empty when there is none yet.
    pub thumbhash: Vec<u8>,
    /// Previews (320 and 1440) exist.
    pub has_preview: bool,
    /// A side-car or embedded poster exists (the 2:3 picture).
    pub has_poster: bool,
    /// Probe results are in.
    pub probed: bool,
    /// Performer.
    pub artist: Option<String>,
    /// Music album title.
    pub album: Option<String>,
    /// The music album it belongs to.
    pub music_album: Option<MusicAlbumId>,
    /// Track number on its disc.
    pub track_no: Option<u32>,
    /// Disc number.
    pub disc_no: Option<u32>,
    /// Its place in a show.
    pub show: Option<EpisodeLink>,
    /// The folder of the drop.
    pub folder: Option<FolderId>,
    /// Genres, edits applied.
    pub genres: Vec<String>,
    /// Description, from the edit or the tags.
    pub description: String,
    /// Whether the bytes are there.
    pub state: LocationState,
    /// When it went to the trash.
    pub trashed_at: Option<i64>,
    /// The person's favourite mark.
    pub favourite: bool,
    /// The person's rating, 1 to 5.
    pub rating: Option<u8>,
    /// How far the person is.
    pub progress: Option<Progress>,
}

/// Everything about one item.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ItemDetail {
    /// What lists show.
    pub row: ItemRow,
    /// Probe results; none before the worker had it.
    pub facts: Option<crate::facts::Facts>,
    /// All its parts, the main one first.
    pub assets: Vec<AssetRow>,
    /// Albums it is in.
    pub albums: Vec<AlbumId>,
    /// Next episode, or next track of its album.
    pub next: Option<ItemId>,
    /// Previous episode, or previous track of its album.
    pub previous: Option<ItemId>,
}

impl ItemDetail {
    /// The main asset's original.
    #[must_use]
    pub fn original(&self) -> Option<&RenditionRow> {
        self.assets
            .iter()
            .find(|asset| asset.role == AssetRole::Main)?
            .renditions
            .first()
    }

    /// A rendition by id.
    #[must_use]
    pub fn rendition(&self, id: RenditionId) -> Option<&RenditionRow> {
        self.assets
            .iter()
            .flat_map(|asset| &asset.renditions)
            .find(|row| row.id == id)
    }
}

/// A dropped folder or one inside it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FolderRow {
    /// Its id.
    pub id: FolderId,
    /// The folder that holds it; none for the one that was dropped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<FolderId>,
    /// Its name, readable.
    pub name: String,
    /// Its path when it was dropped.
    pub path: RawPath,
    /// When it was first seen.
    pub added_at: i64,
    /// Fields from a newer version.
    #[serde(default, skip_serializing_if = "Unknown::is_empty")]
    pub unknown: Unknown,
}
row!(FolderRow { 1 id, 2 parent, 3 name, 4 path, 5 added_at });

/// A CID as its usual text in JSON.
pub(crate) mod cid_text {
    use cid::Cid;
    use serde::Deserialize;

    pub(crate) fn serialize<S: serde::Serializer>(cid: &Cid, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(cid)
    }

    pub(crate) fn deserialize<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Cid, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
        Cid::try_from(text.as_ref()).map_err(serde::de::Error::custom)
    }
}
