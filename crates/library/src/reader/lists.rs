//! Paged lists of items.
//!
//! Three ways to answer. When an index has the wanted order, it is walked from the
//! cursor (one walk a kind, merged), and a page costs its length. With filters the
//! walk goes over the whole kind, because the total is wanted too, but reads index
//! entries only: they hold what filters ask (see [`crate::brief`]). When the list
//! is a set (an album, favourites, a folder, what was played) or the order has no
//! index, the set is loaded, sorted and cut. All use the same cursor: the sort key
//! and the id of the last row.

use std::collections::HashSet;

use crate::brief::Asked;
use crate::config::ReadLibrary;
use crate::ids::{ItemId, PersonId};
use crate::keys;
use crate::kv::{Kv, T, after_prefix};
use crate::model::{ItemKind, ItemRow};
use crate::query::{ItemQuery, Order, Page, Shelf, Sort};
use crate::reader::{Answer, Reader, go_on};
use crate::record::Record;
use crate::text;

const DEFAULT_LIMIT: usize = 60;
const MAX_LIMIT: usize = 1000;

/// A row's place in its list: sort key and id.
type Tail = Vec<u8>;

/// What a filtered walk asks of each index entry.
struct Sieve {
    asked: Asked,
    /// Sets of items, and whether one has to be in it or must not be.
    marked: Vec<(HashSet<ItemId>, bool)>,
}

impl Sieve {
    fn lets(&self, key: &[u8], brief: &[u8]) -> bool {
        self.asked.accepts(brief)
            && self.marked.iter().all(|(ids, wanted)| {
                keys::last_item(key).is_some_and(|id| ids.contains(&id) == *wanted)
            })
    }
}

impl ItemQuery {
    /// True when every item of the kinds and the shelf belongs to the list.
    fn is_plain(&self) -> bool {
        self.favourite.is_none()
            && self.unseen.is_none()
            && self.genre.is_none()
            && self.year_from.is_none()
            && self.year_to.is_none()
            && self.min_duration_ms.is_none()
            && self.max_duration_ms.is_none()
    }

    fn kinds(&self) -> Vec<ItemKind> {
        let mut kinds = if self.kinds.is_empty() {
            ItemKind::ALL.to_vec()
        } else {
            self.kinds.clone()
        };
        kinds.sort_unstable();
        kinds.dedup();
        kinds
    }

    /// Conditions on the record alone.
    fn accepts(&self, record: &Record, kinds: &[ItemKind], genre: Option<&[String]>) -> bool {
        let year = record.year;
        let length = record.duration_ms;
        kinds.contains(&record.kind)
            && record.shelf() == self.shelf
            && self
                .folder
                .is_none_or(|folder| record.folder == Some(folder))
            && self
                .year_from
                .is_none_or(|from| year.is_some_and(|year| year >= from))
            && self
                .year_to
                .is_none_or(|to| year.is_some_and(|year| year <= to))
            && self
                .min_duration_ms
                .is_none_or(|min| length.is_some_and(|length| length >= min))
            && self
                .max_duration_ms
                .is_none_or(|max| length.is_some_and(|length| length <= max))
            && genre.is_none_or(|genre| {
                record
                    .genres
                    .iter()
                    .any(|other| text::words(other).as_slice() == genre)
            })
    }
}

impl Reader {
    /// One page of items.
    ///
    /// # Errors
    /// The cursor is of another query, or the database failed.
    pub fn items(&self, query: &ItemQuery) -> Answer<Page<ItemRow>> {
        let person = self.person(query.person)?;
        let limit = if query.limit == 0 {
            DEFAULT_LIMIT
        } else {
            query.limit.min(MAX_LIMIT)
        };
        let after = match &query.cursor {
            None => None,
            Some(text) => Some(
                crate::ids::from_hex(text)
                    .filter(|tail| tail.len() > 16)
                    .ok_or(ReadLibrary::ParseCursor)?,
            ),
        };
        let kinds = query.kinds();
        let indices: Option<Vec<u8>> = kinds
            .iter()
            .map(|kind| keys::sorted_index(query.sort, *kind))
            .collect();
        if let Some(ids) = self.base_set(query, person)? {
            let found = self.matching(query, &kinds, person, ids)?;
            return self.cut(query, found, after, limit, person);
        }
        match indices {
            Some(indices) if query.is_plain() => {
                let mut total = 0;
                for kind in &kinds {
                    total += self.kind_count(query.shelf, *kind)?;
                }
                let walked = self.walk(query, &kinds, &indices, after.as_deref(), limit + 1)?;
                self.page(walked, total, limit, person)
            }
            Some(indices) if query.folder.is_none() => {
                let sieve = self.sieve(query, person)?;
                let after = after.as_deref();
                let (sifted, total) =
                    self.sift(query, &kinds, &indices, &sieve, after, limit + 1)?;
                self.page(sifted, total, limit, person)
            }
            _ => {
                let sieve = self.sieve(query, person)?;
                let ids = self.all_of(query.shelf, &kinds, &sieve)?;
                let found = self.matching(query, &kinds, person, ids)?;
                self.cut(query, found, after, limit, person)
            }
        }
    }

    /// The set a list is drawn from, when it is not the whole shelf. In the
    /// order it is kept in.
    fn base_set(&self, query: &ItemQuery, person: PersonId) -> Answer<Option<Vec<ItemId>>> {
        let prefix = if let Some(album) = query.album {
            keys::members(album, query.shelf)
        } else if query.favourite == Some(true) {
            keys::key(&[&[keys::FAVOURITE], &person.0])
        } else if query.sort == Sort::Played {
            keys::key(&[&[keys::PLAYED], &person.0])
        } else if let (Some(folder), Shelf::Live) = (query.folder, query.shelf) {
            keys::key(&[&[keys::IN_FOLDER], &folder.0])
        } else {
            return Ok(None);
        };
        let keys = self.kv.keys(T::Index, &prefix)?;
        Ok(Some(
            keys.iter().filter_map(|key| keys::last_item(key)).collect(),
        ))
    }

    fn sieve(&self, query: &ItemQuery, person: PersonId) -> Answer<Sieve> {
        let mut sieve = Sieve {
            asked: Asked::new(query),
            marked: Vec::new(),
        };
        if let Some(wanted) = query.favourite {
            let prefix = keys::key(&[&[keys::FAVOURITE], &person.0]);
            let keys = self.kv.keys(T::Index, &prefix)?;
            let ids = keys.iter().filter_map(|key| keys::last_item(key));
            sieve.marked.push((ids.collect(), wanted));
        }
        if let Some(unseen) = query.unseen {
            let prefix = keys::key(&[&[keys::PLAYED], &person.0]);
            let mut finished = HashSet::new();
            self.kv
                .scan_prefix(T::Index, &prefix, Order::Ascending, |key, value| {
                    if value == [1] {
                        finished.extend(keys::last_item(key));
                    }
                    Ok(go_on(true))
                })?;
            sieve.marked.push((finished, !unseen));
        }
        Ok(sieve)
    }

    /// The next places after the cursor that a sieve lets through, merged over
    /// the kinds, and how many there are in all.
    fn sift(
        &self,
        query: &ItemQuery,
        kinds: &[ItemKind],
        indices: &[u8],
        sieve: &Sieve,
        after: Option<&[u8]>,
        wanted: usize,
    ) -> Answer<(Vec<Tail>, u64)> {
        let behind = |tail: &[u8]| match (after, query.order) {
            (None, _) => true,
            (Some(after), Order::Ascending) => tail > after,
            (Some(after), Order::Descending) => tail < after,
        };
        let mut merged: Vec<Tail> = Vec::new();
        let mut total = 0;
        for (kind, index) in kinds.iter().zip(indices) {
            let prefix = [*index, keys::shelf_code(query.shelf), kind.code()];
            let mut kept = 0;
            self.kv
                .scan_prefix(T::Index, &prefix, query.order, |key, brief| {
                    if !sieve.lets(key, brief) {
                        return Ok(go_on(true));
                    }
                    total += 1;
                    let tail = key.get(prefix.len()..).unwrap_or_default();
                    if kept < wanted && behind(tail) {
                        merged.push(tail.to_vec());
                        kept += 1;
                    }
                    Ok(go_on(true))
                })?;
        }
        merged.sort_unstable();
        if query.order == Order::Descending {
            merged.reverse();
        }
        merged.truncate(wanted);
        Ok((merged, total))
    }

    fn all_of(&self, shelf: Shelf, kinds: &[ItemKind], sieve: &Sieve) -> Answer<Vec<ItemId>> {
        let mut ids = Vec::new();
        for kind in kinds {
            let prefix = [keys::ADDED, keys::shelf_code(shelf), kind.code()];
            self.kv
                .scan_prefix(T::Index, &prefix, Order::Ascending, |key, brief| {
                    if sieve.lets(key, brief) {
                        ids.extend(keys::last_item(key));
                    }
                    Ok(go_on(true))
                })?;
        }
        Ok(ids)
    }

    /// Those of a set that fulfil the query, with their places.
    fn matching(
        &self,
        query: &ItemQuery,
        kinds: &[ItemKind],
        person: PersonId,
        ids: Vec<ItemId>,
    ) -> Answer<Vec<Tail>> {
        let genre = query.genre.as_deref().map(text::words);
        let mut found = Vec::new();
        for id in ids {
            let Some(record) = self.record(id)? else {
                continue;
            };
            if !query.accepts(&record, kinds, genre.as_deref()) {
                continue;
            }
            let needs_own =
                query.favourite.is_some() || query.unseen.is_some() || query.sort == Sort::Played;
            let mut played_at = 0;
            if needs_own {
                let own = self.user_facts(id, person)?;
                let favourite = own.favourite.as_ref().is_some_and(|fact| fact.value);
                let progress = own.progress.as_ref().and_then(|fact| fact.value);
                let unseen = !progress.is_some_and(|progress| progress.finished);
                if query.favourite.is_some_and(|wanted| wanted != favourite)
                    || query.unseen.is_some_and(|wanted| wanted != unseen)
                    || (query.sort == Sort::Played && progress.is_none())
                {
                    continue;
                }
                played_at = progress.map_or(0, |progress| progress.updated_at);
            }
            found.push(match query.sort {
                Sort::Played => keys::key(&[&keys::signed(played_at), &id.0]),
                sort => keys::sort_tail(sort, &record, id),
            });
        }
        Ok(found)
    }

    /// Sorts a set and cuts the page after the cursor.
    fn cut(
        &self,
        query: &ItemQuery,
        mut found: Vec<Tail>,
        after: Option<Tail>,
        limit: usize,
        person: PersonId,
    ) -> Answer<Page<ItemRow>> {
        found.sort_unstable();
        if query.order == Order::Descending {
            found.reverse();
        }
        let total = found.len() as u64;
        let behind = |tail: &Tail| match (&after, query.order) {
            (None, _) => true,
            (Some(after), Order::Ascending) => tail > after,
            (Some(after), Order::Descending) => tail < after,
        };
        let page: Vec<Tail> = found.into_iter().filter(behind).take(limit + 1).collect();
        self.page(page, total, limit, person)
    }

    /// The next places after the cursor, merged over the kinds.
    fn walk(
        &self,
        query: &ItemQuery,
        kinds: &[ItemKind],
        indices: &[u8],
        after: Option<&[u8]>,
        wanted: usize,
    ) -> Answer<Vec<Tail>> {
        let mut merged: Vec<Tail> = Vec::new();
        for (kind, index) in kinds.iter().zip(indices) {
            let prefix = [*index, keys::shelf_code(query.shelf), kind.code()];
            let (from, to) = match (after, query.order) {
                (None, _) => (prefix.to_vec(), after_prefix(&prefix)),
                (Some(after), Order::Ascending) => {
                    (keys::key(&[&prefix, after, &[0]]), after_prefix(&prefix))
                }
                (Some(after), Order::Descending) => (prefix.to_vec(), keys::key(&[&prefix, after])),
            };
            let mut walked = 0;
            self.kv.scan(T::Index, &from, &to, query.order, |key, _| {
                merged.extend(key.get(prefix.len()..).map(<[u8]>::to_vec));
                walked += 1;
                Ok(go_on(walked < wanted))
            })?;
        }
        merged.sort_unstable();
        if query.order == Order::Descending {
            merged.reverse();
        }
        merged.truncate(wanted);
        Ok(merged)
    }

    /// Rows for the places, the last of which (if it is one too many) only says
    /// that there is more.
    fn page(
        &self,
        mut tails: Vec<Tail>,
        total: u64,
        limit: usize,
        person: PersonId,
    ) -> Answer<Page<ItemRow>> {
        let more = tails.len() > limit;
        tails.truncate(limit);
        let next = tails
            .last()
            .filter(|_| more)
            .map(|tail| crate::ids::to_hex(tail));
        let mut rows = Vec::with_capacity(tails.len());
        for id in tails.iter().filter_map(|tail| keys::last_item(tail)) {
            rows.extend(self.row(id, person)?);
        }
        Ok(Page { rows, next, total })
    }
}
