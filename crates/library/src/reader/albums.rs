//! Albums and music albums.

use crate::ids::{AlbumId, ItemId, MusicAlbumId, PersonId};
use crate::keys;
use crate::kv::{Kv, T};
use crate::model::ItemRow;
use crate::query::{Album, MusicAlbum, Order, Shelf};
use crate::reader::{Answer, Reader, go_on};
use crate::text;
use crate::user::AlbumFacts;

/// How many tracks are asked for a cover before the first one stands in.
const COVER_TRIES: usize = 4;

impl Reader {
    pub(crate) fn live_albums(&self) -> Answer<Vec<(AlbumId, AlbumFacts)>> {
        let rows: Vec<(Vec<u8>, AlbumFacts)> = self.kv.rows(T::Albums, &[])?;
        Ok(rows
            .into_iter()
            .filter(|(_, facts)| !facts.deleted.as_ref().is_some_and(|fact| fact.value))
            .filter_map(|(key, facts)| Some((AlbumId::from_slice(&key)?, facts)))
            .collect())
    }

    fn album_row(&self, id: AlbumId, facts: AlbumFacts) -> Answer<Album> {
        let chosen = facts.cover.as_ref().and_then(|cover| cover.value);
        let mut cover = None;
        if let Some(chosen) = chosen {
            let record = self.record(chosen)?;
            cover = record
                .filter(|record| record.trashed_at.is_none())
                .map(|_| chosen);
        }
        if cover.is_none() {
            let members = keys::members(id, Shelf::Live);
            self.kv
                .scan_prefix(T::Index, &members, Order::Descending, |key, _| {
                    cover = keys::last_item(key);
                    Ok(go_on(false))
                })?;
        }
        Ok(Album {
            id,
            title: facts.title.value,
            count: self
                .kv
                .number(T::Counters, &keys::member_count(id, Shelf::Live))?,
            cover,
            folder: facts.folder,
            created_at: facts.created_at,
            updated_at: facts.updated_at,
        })
    }

    /// All albums, the one that changed last first.
    ///
    /// # Errors
    /// The database failed.
    pub fn albums(&self) -> Answer<Vec<Album>> {
        let albums = self.live_albums()?.into_iter();
        let albums = albums.map(|(id, facts)| self.album_row(id, facts));
        let mut albums = albums.collect::<Result<Vec<_>, _>>()?;
        albums.sort_by_key(|album| (std::cmp::Reverse(album.updated_at), album.id));
        Ok(albums)
    }

    /// One album. Its members are listed by [`Reader::items`] and the timeline.
    ///
    /// # Errors
    /// The database failed.
    pub fn album(&self, id: AlbumId) -> Answer<Option<Album>> {
        let facts: Option<AlbumFacts> = self.kv.row(T::Albums, &id.0)?;
        let live = facts.filter(|facts| !facts.deleted.as_ref().is_some_and(|fact| fact.value));
        live.map(|facts| self.album_row(id, facts)).transpose()
    }

    /// All music albums, by artist and title.
    ///
    /// # Errors
    /// The database failed.
    pub fn music_albums(&self) -> Answer<Vec<MusicAlbum>> {
        let mut gathered: Vec<(MusicAlbumId, Vec<ItemId>, u64)> = Vec::new();
        self.kv.scan_prefix(
            T::Index,
            &[keys::TRACKS],
            Order::Ascending,
            |key, mut value| {
                let album = key.get(1..17).and_then(MusicAlbumId::from_slice);
                let (Some(album), Some(track)) = (album, keys::last_item(key)) else {
                    return Ok(go_on(true));
                };
                let duration = crate::row::take_varint(&mut value).unwrap_or(0);
                match gathered.last_mut() {
                    Some((last, tracks, total)) if *last == album => {
                        tracks.push(track);
                        *total += duration;
                    }
                    _ => gathered.push((album, vec![track], duration)),
                }
                Ok(go_on(true))
            },
        )?;
        let mut albums = Vec::with_capacity(gathered.len());
        for (id, tracks, duration_ms) in gathered {
            albums.extend(self.gather_album(id, &tracks, duration_ms)?);
        }
        albums.sort_by_cached_key(|album| {
            (
                text::sort_key(&album.artist),
                album.year,
                text::sort_key(&album.title),
                album.id,
            )
        });
        Ok(albums)
    }

    fn gather_album(
        &self,
        id: MusicAlbumId,
        tracks: &[ItemId],
        duration_ms: u64,
    ) -> Answer<Option<MusicAlbum>> {
        let Some(first_id) = tracks.first() else {
            return Ok(None);
        };
        let Some(first) = self.record(*first_id)? else {
            return Ok(None);
        };
        let mut cover = (*first_id, first.thumbhash.clone());
        if !first.has_poster {
            for track in tracks.iter().skip(1).take(COVER_TRIES) {
                if let Some(record) = self.record(*track)?
                    && record.has_poster
                {
                    cover = (*track, record.thumbhash);
                    break;
                }
            }
        }
        Ok(Some(MusicAlbum {
            id,
            title: first.album.unwrap_or_default(),
            artist: first.album_artist.or(first.artist).unwrap_or_default(),
            year: first.year,
            cover: Some(cover.0),
            thumbhash: cover.1,
            track_count: u32::try_from(tracks.len()).unwrap_or(u32::MAX),
            duration_ms,
        }))
    }

    pub(crate) fn music_album_summary(&self, id: MusicAlbumId) -> Answer<Option<MusicAlbum>> {
        let keys = self.kv.keys(T::Index, &keys::tracks(id))?;
        let ids: Vec<ItemId> = keys.iter().filter_map(|key| keys::last_item(key)).collect();
        self.gather_album(id, &ids, 0)
    }

    /// One music album and its tracks in order.
    ///
    /// # Errors
    /// The database failed.
    pub fn music_album(
        &self,
        id: MusicAlbumId,
        person: Option<PersonId>,
    ) -> Answer<Option<(MusicAlbum, Vec<ItemRow>)>> {
        let keys = self.kv.keys(T::Index, &keys::tracks(id))?;
        let ids: Vec<ItemId> = keys.iter().filter_map(|key| keys::last_item(key)).collect();
        let tracks = self.rows(&ids, person)?;
        let duration = tracks.iter().filter_map(|track| track.duration_ms).sum();
        Ok(self
            .gather_album(id, &ids, duration)?
            .map(|album| (album, tracks)))
    }
}
