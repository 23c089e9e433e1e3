//! Secondary index keys and counters, as functions of a record.
//!
//! A key is the index number and then fixed-width or terminated parts, so that
//! byte order is list order. Numbers are big-endian; times have their sign bit
//! flipped. Whoever changes a record writes the difference of the two sets, so
//! an index cannot drift from the rows (a test rebuilds and compares them).

use crate::brief;
use crate::ids::{AlbumId, FolderId, ItemId, MusicAlbumId, PersonId, ShowId};
use crate::model::ItemKind;
use crate::query::{Shelf, Sort};
use crate::record::Record;
use crate::text;
use crate::time;

/// Index numbers: the first byte of a key in the index table.
pub(crate) const ADDED: u8 = 1;
pub(crate) const TITLE: u8 = 2;
pub(crate) const YEAR: u8 = 3;
pub(crate) const DURATION: u8 = 4;
pub(crate) const TAKEN: u8 = 5;
pub(crate) const IN_FOLDER: u8 = 6;
pub(crate) const EPISODES: u8 = 7;
pub(crate) const TRACKS: u8 = 8;
pub(crate) const TRASHED: u8 = 9;
pub(crate) const UNPROBED: u8 = 10;
pub(crate) const FAVOURITE: u8 = 32;
pub(crate) const PLAYED: u8 = 33;
pub(crate) const ALBUM_MEMBERS: u8 = 34;
pub(crate) const ITEM_ALBUMS: u8 = 35;
pub(crate) const FOLDER_CHILDREN: u8 = 36;
pub(crate) const DUPLICATES: u8 = 37;

/// Bits in a value of the episodes index: the episode has a poster.
pub(crate) const HAS_POSTER: u8 = 1;
/// ... and its first one is the show's.
pub(crate) const HAS_SHOW_POSTER: u8 = 2;

/// Counter numbers: the first byte of a key in the counters table.
pub(crate) const COUNT_KIND: u8 = 1;
pub(crate) const COUNT_DAY: u8 = 2;
pub(crate) const COUNT_GENRE: u8 = 3;
pub(crate) const COUNT_YEAR: u8 = 4;
pub(crate) const COUNT_FAVOURITE: u8 = 5;
pub(crate) const COUNT_MEMBERS: u8 = 6;

pub(crate) fn shelf_code(shelf: Shelf) -> u8 {
    match shelf {
        Shelf::Live => 0,
        Shelf::Trash => 1,
    }
}

/// Joins the parts of a key.
pub(crate) fn key(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

/// A time or day whose byte order is its number order.
pub(crate) fn signed(value: i64) -> [u8; 8] {
    ((value as u64) ^ (1 << 63)).to_be_bytes()
}

pub(crate) fn signed_of(bytes: &[u8]) -> Option<i64> {
    Some((u64::from_be_bytes(bytes.try_into().ok()?) ^ (1 << 63)) as i64)
}

pub(crate) fn day_bytes(day: i32) -> [u8; 4] {
    ((day as u32) ^ (1 << 31)).to_be_bytes()
}

pub(crate) fn day_of_bytes(bytes: &[u8]) -> Option<i32> {
    Some((u32::from_be_bytes(bytes.try_into().ok()?) ^ (1 << 31)) as i32)
}

/// The item at the end of a key.
pub(crate) fn last_item(key: &[u8]) -> Option<ItemId> {
    key.last_chunk::<16>().map(|id| ItemId(*id))
}

/// The part of a sorted index key after index, shelf and kind: what a list is
/// sorted by, and the id.
pub(crate) fn sort_tail(sort: Sort, record: &Record, id: ItemId) -> Vec<u8> {
    match sort {
        Sort::Added | Sort::Played => key(&[&signed(record.added_at), &id.0]),
        Sort::Title => key(&[&text::sort_key(&record.title), &id.0]),
        Sort::Taken => key(&[&signed(record.taken_at), &id.0]),
        Sort::Year => {
            let year = record.year.unwrap_or(0).to_be_bytes();
            key(&[&year, &text::sort_key(&record.title), &id.0])
        }
        Sort::Duration => key(&[&record.duration_ms.unwrap_or(0).to_be_bytes(), &id.0]),
    }
}

/// The index that answers this sort for this kind with no sorting.
pub(crate) fn sorted_index(sort: Sort, kind: ItemKind) -> Option<u8> {
    match (sort, kind) {
        (Sort::Added, _) => Some(ADDED),
        (Sort::Title, ItemKind::Photo) => None,
        (Sort::Title, _) => Some(TITLE),
        (Sort::Year, ItemKind::Film | ItemKind::Episode | ItemKind::Track) => Some(YEAR),
        (Sort::Duration, ItemKind::Film | ItemKind::Clip | ItemKind::Track) => Some(DURATION),
        _ => None,
    }
}

/// The index entries of a record: keys of the index table and their values.
pub(crate) fn entries(id: ItemId, record: &Record) -> Vec<(Vec<u8>, Vec<u8>)> {
    let shelf = shelf_code(record.shelf());
    let live = record.shelf() == Shelf::Live;
    let kind = record.kind.code();
    let brief = brief::brief(record);
    let mut valued = Vec::with_capacity(8);
    for sort in [Sort::Added, Sort::Title, Sort::Year, Sort::Duration] {
        if let Some(index) = sorted_index(sort, record.kind) {
            let key = key(&[&[index, shelf, kind], &sort_tail(sort, record, id)]);
            valued.push((key, brief.clone()));
        }
    }
    let mut entries = Vec::with_capacity(4);
    if record.is_pictured() {
        entries.push(key(&[&[TAKEN, shelf], &signed(record.taken_at), &id.0]));
    }
    if let (Some(folder), true) = (record.folder, live) {
        let name = text::sort_key(&record.path.file_name());
        entries.push(key(&[&[IN_FOLDER], &folder.0, &name, &id.0]));
    }
    if let (Some(link), true) = (&record.show, live) {
        let place = [link.season.to_be_bytes(), link.episode.to_be_bytes()].concat();
        let key = key(&[&[EPISODES], &link.show.0, &place, &id.0]);
        valued.push((key, poster_flags(record)));
    }
    if let Some(trashed_at) = record.trashed_at {
        entries.push(key(&[&[TRASHED], &signed(trashed_at), &id.0]));
    }
    if live && !record.probed {
        entries.push(key(&[&[UNPROBED], &id.0]));
    }
    valued.extend(entries.into_iter().map(|key| (key, Vec::new())));
    if let (Some(album), true) = (record.music_album, live) {
        let disc = record.disc_no.unwrap_or(1).to_be_bytes();
        let track = record.track_no.unwrap_or(u32::MAX).to_be_bytes();
        let title = text::sort_key(&record.title);
        let mut duration = Vec::new();
        crate::row::put_varint(record.duration_ms.unwrap_or(0), &mut duration);
        valued.push((
            key(&[&[TRACKS], &album.0, &disc, &track, &title, &id.0]),
            duration,
        ));
    }
    valued
}

/// Value of an entry of the episodes index.
fn poster_flags(record: &Record) -> Vec<u8> {
    let mut flags = 0;
    if record.has_poster {
        flags |= HAS_POSTER;
    }
    if record.show_poster {
        flags |= HAS_SHOW_POSTER;
    }
    if flags == 0 { Vec::new() } else { vec![flags] }
}

/// The counters a record counts in, once each.
pub(crate) fn counters(record: &Record) -> Vec<Vec<u8>> {
    let shelf = shelf_code(record.shelf());
    let kind = record.kind.code();
    let mut counters = vec![vec![COUNT_KIND, shelf, kind]];
    if record.is_pictured() {
        let day = day_bytes(time::day_of_ms(record.taken_at));
        counters.push(key(&[&[COUNT_DAY, shelf], &day]));
    }
    if record.shelf() == Shelf::Live {
        for (at, genre) in record.genres.iter().enumerate() {
            let first = record.genres.iter().position(|other| other == genre) == Some(at);
            if first && !genre.is_empty() {
                counters.push(key(&[&[COUNT_GENRE, kind], genre.as_bytes()]));
            }
        }
        if let Some(year) = record.year {
            counters.push(key(&[&[COUNT_YEAR, kind], &year.to_be_bytes()]));
        }
    }
    counters
}

pub(crate) fn favourite(person: PersonId, id: ItemId) -> Vec<u8> {
    key(&[&[FAVOURITE], &person.0, &id.0])
}

pub(crate) fn played(person: PersonId, updated_at: i64, id: ItemId) -> Vec<u8> {
    key(&[&[PLAYED], &person.0, &signed(updated_at), &id.0])
}

pub(crate) fn member(album: AlbumId, shelf: Shelf, position: u64, id: ItemId) -> Vec<u8> {
    key(&[
        &[ALBUM_MEMBERS],
        &album.0,
        &[shelf_code(shelf)],
        &position.to_be_bytes(),
        &id.0,
    ])
}

pub(crate) fn members(album: AlbumId, shelf: Shelf) -> Vec<u8> {
    key(&[&[ALBUM_MEMBERS], &album.0, &[shelf_code(shelf)]])
}

pub(crate) fn item_album(id: ItemId, album: AlbumId) -> Vec<u8> {
    key(&[&[ITEM_ALBUMS], &id.0, &album.0])
}

pub(crate) fn favourite_count(person: PersonId, shelf: Shelf) -> Vec<u8> {
    key(&[&[COUNT_FAVOURITE], &person.0, &[shelf_code(shelf)]])
}

pub(crate) fn member_count(album: AlbumId, shelf: Shelf) -> Vec<u8> {
    key(&[&[COUNT_MEMBERS], &album.0, &[shelf_code(shelf)]])
}

pub(crate) fn folder_child(parent: Option<FolderId>, name: &str, id: FolderId) -> Vec<u8> {
    let parent = parent.unwrap_or_default();
    key(&[&[FOLDER_CHILDREN], &parent.0, &text::sort_key(name), &id.0])
}

pub(crate) fn episodes(show: ShowId) -> Vec<u8> {
    key(&[&[EPISODES], &show.0])
}

pub(crate) fn tracks(album: MusicAlbumId) -> Vec<u8> {
    key(&[&[TRACKS], &album.0])
}

/// Key of a file's identity in the files table.
pub(crate) fn file(dev: u64, ino: u64, size: u64) -> Vec<u8> {
    key(&[&dev.to_be_bytes(), &ino.to_be_bytes(), &size.to_be_bytes()])
}
