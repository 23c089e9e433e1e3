//! Single items, counts, home shelves.

use std::collections::HashSet;

use crate::ids::{AlbumId, ItemId, PersonId};
use crate::keys;
use crate::kv::{Kv, T};
use crate::model::{AssetRole, EpisodeLink, ItemDetail, ItemKind, ItemRow};
use crate::query::{Counts, Duplicate, Order, Shelf};
use crate::reader::{Answer, Reader, go_on};
use crate::record::Record;
use crate::tx::user_key;
use crate::user::UserFacts;

impl Reader {
    /// Everything about one item.
    ///
    /// # Errors
    /// The database failed.
    pub fn item(&self, id: ItemId, person: Option<PersonId>) -> Answer<Option<ItemDetail>> {
        let person = self.person(person)?;
        let Some(row) = self.row(id, person)? else {
            return Ok(None);
        };
        let prefix = keys::key(&[&[keys::ITEM_ALBUMS], &id.0]);
        let albums = self.kv.keys(T::Index, &prefix)?;
        let (previous, next) = self.neighbours(&row)?;
        Ok(Some(ItemDetail {
            facts: self.kv.row(T::Facts, &id.0)?,
            assets: self.assets(id)?,
            albums: albums
                .iter()
                .filter_map(|key| key.last_chunk())
                .map(|id| AlbumId(*id))
                .collect(),
            next,
            previous,
            row,
        }))
    }

    /// The episodes or album tracks before and after an item.
    fn neighbours(&self, row: &ItemRow) -> Answer<(Option<ItemId>, Option<ItemId>)> {
        let prefix = match (&row.show, row.music_album) {
            (Some(link), _) => keys::episodes(link.show),
            (None, Some(album)) => keys::tracks(album),
            (None, None) => return Ok((None, None)),
        };
        let keys = self.kv.keys(T::Index, &prefix)?;
        let ids: Vec<ItemId> = keys.iter().filter_map(|key| keys::last_item(key)).collect();
        let Some(at) = ids.iter().position(|id| *id == row.id) else {
            return Ok((None, None));
        };
        let previous = at.checked_sub(1).and_then(|at| ids.get(at)).copied();
        Ok((previous, ids.get(at + 1).copied()))
    }

    /// One person's facts about one item.
    pub(crate) fn user_facts(&self, item: ItemId, person: PersonId) -> Answer<UserFacts> {
        Ok(self
            .kv
            .row(T::User, &user_key(item, person))?
            .unwrap_or_default())
    }

    pub(crate) fn row(&self, id: ItemId, person: PersonId) -> Answer<Option<ItemRow>> {
        let Some(record) = self.record(id)? else {
            return Ok(None);
        };
        self.finish_row(id, record, person).map(Some)
    }

    /// Joins a record with a person's facts and the show's title edit.
    pub(crate) fn finish_row(
        &self,
        id: ItemId,
        record: Record,
        person: PersonId,
    ) -> Answer<ItemRow> {
        let mut row = record.into_row(id, &self.user_facts(id, person)?);
        if let Some(EpisodeLink { show, title, .. }) = &mut row.show
            && let Some(edited) = self.show_title(*show)?
        {
            *title = edited;
        }
        Ok(row)
    }

    /// Rows for these ids, in this order; ids that are gone are left out.
    ///
    /// # Errors
    /// The database failed.
    pub fn rows(&self, ids: &[ItemId], person: Option<PersonId>) -> Answer<Vec<ItemRow>> {
        let person = self.person(person)?;
        let mut rows = Vec::with_capacity(ids.len());
        for id in ids {
            rows.extend(self.row(*id, person)?);
        }
        Ok(rows)
    }

    /// How many items of a kind there are.
    pub(crate) fn kind_count(&self, shelf: Shelf, kind: ItemKind) -> Answer<u64> {
        let key = [keys::COUNT_KIND, keys::shelf_code(shelf), kind.code()];
        self.kv.number(T::Counters, &key)
    }

    /// How many items, albums and favourites there are.
    ///
    /// # Errors
    /// The database failed.
    pub fn counts(&self, person: Option<PersonId>) -> Answer<Counts> {
        let person = self.person(person)?;
        let mut trash = 0;
        for kind in ItemKind::ALL {
            trash += self.kind_count(Shelf::Trash, kind)?;
        }
        let favourite = keys::favourite_count(person, Shelf::Live);
        let live = |kind| self.kind_count(Shelf::Live, kind);
        Ok(Counts {
            film: live(ItemKind::Film)?,
            episode: live(ItemKind::Episode)?,
            clip: live(ItemKind::Clip)?,
            photo: live(ItemKind::Photo)?,
            track: live(ItemKind::Track)?,
            file: live(ItemKind::File)?,
            album: self.live_albums()?.len() as u64,
            trash,
            favourite: self.kv.number(T::Counters, &favourite)?,
        })
    }

    /// Live, unfinished items by recency; of a show only the latest episode.
    ///
    /// # Errors
    /// The database failed.
    pub fn continue_watching(
        &self,
        person: Option<PersonId>,
        limit: usize,
    ) -> Answer<Vec<ItemRow>> {
        let person = self.person(person)?;
        let mut ids = Vec::new();
        let prefix = keys::key(&[&[keys::PLAYED], &person.0]);
        // Far more than is shown: finished, trashed and repeated ones fall out.
        self.kv
            .scan_prefix(T::Index, &prefix, Order::Descending, |key, finished| {
                if finished == [0] {
                    ids.extend(keys::last_item(key));
                }
                Ok(go_on(ids.len() < limit.saturating_mul(20)))
            })?;
        let mut shows = HashSet::new();
        let mut rows = Vec::new();
        for id in ids {
            if rows.len() >= limit {
                break;
            }
            let Some(record) = self.record(id)? else {
                continue;
            };
            let wanted = record.trashed_at.is_none() && record.kind != ItemKind::Track;
            if wanted
                && record
                    .show
                    .as_ref()
                    .is_none_or(|link| shows.insert(link.show))
            {
                rows.push(self.finish_row(id, record, person)?);
            }
        }
        Ok(rows)
    }

    /// Live items, the newest first.
    ///
    /// # Errors
    /// The database failed.
    pub fn recently_added(&self, person: Option<PersonId>, limit: usize) -> Answer<Vec<ItemRow>> {
        let query = crate::query::ItemQuery {
            person,
            limit,
            ..Default::default()
        };
        Ok(self.items(&query)?.rows)
    }

    /// Live items added at or after `since` (unix ms), by kind. The other counts
    /// are 0.
    ///
    /// # Errors
    /// The database failed.
    pub fn added_since(&self, since: i64) -> Answer<Counts> {
        let mut counts = Counts::default();
        for kind in ItemKind::ALL {
            let prefix = [keys::ADDED, keys::shelf_code(Shelf::Live), kind.code()];
            let from = keys::key(&[&prefix, &keys::signed(since)]);
            let mut count = 0;
            let end = crate::kv::after_prefix(&prefix);
            self.kv
                .scan(T::Index, &from, &end, Order::Ascending, |_, _| {
                    count += 1;
                    Ok(go_on(true))
                })?;
            match kind {
                ItemKind::Film => counts.film = count,
                ItemKind::Episode => counts.episode = count,
                ItemKind::Clip => counts.clip = count,
                ItemKind::Photo => counts.photo = count,
                ItemKind::Track => counts.track = count,
                ItemKind::File => counts.file = count,
            }
        }
        Ok(counts)
    }

    /// Genres of live items of a kind, by name, and how many have each.
    ///
    /// # Errors
    /// The database failed.
    pub fn genres(&self, kind: ItemKind) -> Answer<Vec<(String, u64)>> {
        let prefix = [keys::COUNT_GENRE, kind.code()];
        let mut genres = Vec::new();
        self.kv
            .scan_prefix(T::Counters, &prefix, Order::Ascending, |key, mut count| {
                let name = key.get(prefix.len()..).unwrap_or_default();
                let count = crate::row::take_varint(&mut count).unwrap_or(0);
                genres.push((String::from_utf8_lossy(name).into_owned(), count));
                Ok(go_on(true))
            })?;
        Ok(genres)
    }

    /// Years of live items of a kind, newest first, and how many have each.
    ///
    /// # Errors
    /// The database failed.
    pub fn years(&self, kind: ItemKind) -> Answer<Vec<(u16, u64)>> {
        let prefix = [keys::COUNT_YEAR, kind.code()];
        let mut years = Vec::new();
        self.kv
            .scan_prefix(T::Counters, &prefix, Order::Descending, |key, mut count| {
                let count = crate::row::take_varint(&mut count).unwrap_or(0);
                years.extend(
                    key.last_chunk()
                        .map(|year| (u16::from_be_bytes(*year), count)),
                );
                Ok(go_on(true))
            })?;
        Ok(years)
    }

    /// Items whose content lies at more than one path.
    ///
    /// # Errors
    /// The database failed.
    pub fn duplicates(&self, limit: usize) -> Answer<Vec<Duplicate>> {
        let person = self.active_person()?;
        let mut duplicates = Vec::new();
        for key in self.kv.keys(T::Index, &[keys::DUPLICATES])? {
            if duplicates.len() >= limit {
                break;
            }
            let Some(id) = keys::last_item(&key) else {
                continue;
            };
            let Some(item) = self.row(id, person)? else {
                continue;
            };
            let assets = self.assets(id)?;
            let main = assets.iter().find(|asset| asset.role == AssetRole::Main);
            let original = main.and_then(|asset| asset.renditions.first());
            let locations = original
                .map(|row| row.locations.as_slice())
                .unwrap_or_default();
            let paths = locations.iter().map(|at| at.path.clone()).collect();
            if item.trashed_at.is_none() {
                duplicates.push(Duplicate { item, paths });
            }
        }
        Ok(duplicates)
    }

    /// Ids of items that went to the trash before `before` (unix ms), the oldest
    /// first. Nothing empties the trash by itself.
    ///
    /// # Errors
    /// The database failed.
    pub fn trashed_before(&self, before: i64) -> Answer<Vec<ItemId>> {
        let end = keys::key(&[&[keys::TRASHED], &keys::signed(before)]);
        let mut ids = Vec::new();
        self.kv.scan(
            T::Index,
            &[keys::TRASHED],
            &end,
            Order::Ascending,
            |key, _| {
                ids.extend(keys::last_item(key));
                Ok(go_on(true))
            },
        )?;
        Ok(ids)
    }

    /// Live items with no facts yet, by id, after `after`: what the media worker
    /// still has to see.
    ///
    /// # Errors
    /// The database failed.
    pub fn unprobed(&self, after: Option<ItemId>, limit: usize) -> Answer<Vec<ItemId>> {
        let from = match after {
            Some(after) => keys::key(&[&[keys::UNPROBED], &after.0, &[0]]),
            None => vec![keys::UNPROBED],
        };
        let mut ids = Vec::new();
        if limit == 0 {
            return Ok(ids);
        }
        self.kv.scan(
            T::Index,
            &from,
            &[keys::UNPROBED + 1],
            Order::Ascending,
            |key, _| {
                ids.extend(keys::last_item(key));
                Ok(go_on(ids.len() < limit))
            },
        )?;
        Ok(ids)
    }
}
