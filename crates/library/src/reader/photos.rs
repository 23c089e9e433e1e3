//! The photo timeline: months, days, and the photos of one bucket.
//!
//! The whole timeline is answered from day counters alone. A filtered one (an
//! album, favourites) is gathered from its set: through the records when the set
//! is small, else by walking the time index and asking the set.

use std::collections::HashSet;

use crate::config::ReadLibrary;
use crate::ids::{ItemId, PersonId};
use crate::keys;
use crate::kv::{Kv, T, after_prefix};
use crate::model::ItemRow;
use crate::query::{Order, PhotoBucket, PhotoDay, PhotoFilter, Timeline};
use crate::reader::{Answer, Reader, go_on};
use crate::time;

/// Most photos in one bucket.
const BUCKET: usize = 2000;
/// Up to this size a set is cheaper through its records than through the index.
const SMALL_SET: usize = 4000;

/// When a photo was taken (local ms), and which it is.
type Taken = (i64, ItemId);

impl Reader {
    /// The shape of the photo timeline, newest first.
    ///
    /// # Errors
    /// The database failed.
    pub fn timeline(&self, filter: &PhotoFilter) -> Answer<Timeline> {
        let mut days: Vec<(i32, usize)> = Vec::new();
        match self.filter_set(filter)? {
            None => {
                let prefix = [keys::COUNT_DAY, keys::shelf_code(filter.shelf)];
                self.kv.scan_prefix(
                    T::Counters,
                    &prefix,
                    Order::Descending,
                    |key, mut count| {
                        let day = key.get(prefix.len()..).and_then(keys::day_of_bytes);
                        let count = crate::row::take_varint(&mut count).unwrap_or(0);
                        days.extend(day.map(|day| (day, usize::try_from(count).unwrap_or(0))));
                        Ok(go_on(true))
                    },
                )?;
            }
            Some(set) => {
                for (taken, _) in self.taken_of(filter, &set, None)? {
                    let day = time::day_of_ms(taken);
                    match days.last_mut() {
                        Some((last, count)) if *last == day => *count += 1,
                        _ => days.push((day, 1)),
                    }
                }
            }
        }
        Ok(shape(&days))
    }

    /// The photos and clips of one bucket, newest first.
    ///
    /// # Errors
    /// The key is not one of a bucket, or the database failed.
    pub fn photos(
        &self,
        bucket: &str,
        filter: &PhotoFilter,
        person: Option<PersonId>,
    ) -> Answer<Vec<ItemRow>> {
        let person = self.person(person)?;
        let (month, part) = match bucket.split_once('#') {
            None => (bucket, 1_usize),
            Some((month, part)) => (month, part.parse().map_err(|_| ReadLibrary::ParseBucket)?),
        };
        let (first, end) = time::month_range(month).ok_or(ReadLibrary::ParseBucket)?;
        let skip = part
            .checked_sub(1)
            .ok_or(ReadLibrary::ParseBucket)?
            .saturating_mul(BUCKET);
        let range = (time::ms_of_day(first), time::ms_of_day(end));
        let ids: Vec<ItemId> = match self.filter_set(filter)? {
            None => {
                let mut at = 0;
                let mut ids = Vec::new();
                self.walk_taken(filter, range, |_, id| {
                    if at >= skip {
                        ids.push(id);
                    }
                    at += 1;
                    ids.len() < BUCKET
                })?;
                ids
            }
            Some(set) => {
                let taken = self.taken_of(filter, &set, Some(range))?;
                taken
                    .into_iter()
                    .skip(skip)
                    .take(BUCKET)
                    .map(|(_, id)| id)
                    .collect()
            }
        };
        self.bucket_rows(&ids, person)
    }

    /// Rows of many photos: a person's facts are read once, not once a photo.
    fn bucket_rows(&self, ids: &[ItemId], person: PersonId) -> Answer<Vec<ItemRow>> {
        if ids.len() < 64 {
            return self.rows(ids, Some(person));
        }
        let favourites = self.id_set(&keys::key(&[&[keys::FAVOURITE], &person.0]))?;
        let played = self.id_set(&keys::key(&[&[keys::PLAYED], &person.0]))?;
        let mut rows = Vec::with_capacity(ids.len());
        for id in ids {
            let Some(record) = self.record(*id)? else {
                continue;
            };
            if favourites.contains(id) || played.contains(id) {
                rows.push(self.finish_row(*id, record, person)?);
            } else {
                rows.push(record.into_row(*id, &crate::user::UserFacts::default()));
            }
        }
        Ok(rows)
    }

    fn id_set(&self, prefix: &[u8]) -> Answer<HashSet<ItemId>> {
        let mut set = HashSet::new();
        self.kv
            .scan_prefix(T::Index, prefix, Order::Ascending, |key, _| {
                set.extend(keys::last_item(key));
                Ok(go_on(true))
            })?;
        Ok(set)
    }

    /// What the filter lets through; none means everything.
    fn filter_set(&self, filter: &PhotoFilter) -> Answer<Option<HashSet<ItemId>>> {
        let album = match filter.album {
            Some(album) => Some(self.id_set(&keys::members(album, filter.shelf))?),
            None => None,
        };
        let favourites = match filter.favourites_of {
            Some(person) => Some(self.id_set(&keys::key(&[&[keys::FAVOURITE], &person.0]))?),
            None => None,
        };
        Ok(match (album, favourites) {
            (Some(mut album), Some(favourites)) => {
                album.retain(|id| favourites.contains(id));
                Some(album)
            }
            (album, favourites) => album.or(favourites),
        })
    }

    /// The photos of a set, newest first, within `[from, to)` if given.
    fn taken_of(
        &self,
        filter: &PhotoFilter,
        set: &HashSet<ItemId>,
        range: Option<(i64, i64)>,
    ) -> Answer<Vec<Taken>> {
        let range = range.unwrap_or((i64::MIN, i64::MAX));
        let mut taken = Vec::new();
        if set.len() > SMALL_SET {
            self.walk_taken(filter, range, |at, id| {
                if set.contains(&id) {
                    taken.push((at, id));
                }
                true
            })?;
            return Ok(taken);
        }
        for id in set {
            if let Some(record) = self.record(*id)?
                && record.is_pictured()
                && record.shelf() == filter.shelf
                && (range.0..range.1).contains(&record.taken_at)
            {
                taken.push((record.taken_at, *id));
            }
        }
        taken.sort_unstable_by(|a, b| b.cmp(a));
        Ok(taken)
    }

    /// Walks the time index of a shelf, newest first, while `visit` says so.
    fn walk_taken(
        &self,
        filter: &PhotoFilter,
        (from, to): (i64, i64),
        mut visit: impl FnMut(i64, ItemId) -> bool,
    ) -> Answer<()> {
        let prefix = [keys::TAKEN, keys::shelf_code(filter.shelf)];
        let first = keys::key(&[&prefix, &keys::signed(from)]);
        let end = match to {
            i64::MAX => after_prefix(&prefix),
            to => keys::key(&[&prefix, &keys::signed(to)]),
        };
        self.kv
            .scan(T::Index, &first, &end, Order::Descending, |key, _| {
                let taken = key
                    .get(prefix.len()..prefix.len() + 8)
                    .and_then(keys::signed_of);
                match (taken, keys::last_item(key)) {
                    (Some(taken), Some(id)) => Ok(go_on(visit(taken, id))),
                    _ => Ok(go_on(true)),
                }
            })
    }
}

/// Groups days (newest first) into months, and full months into parts.
fn shape(days: &[(i32, usize)]) -> Timeline {
    let mut timeline = Timeline::default();
    let mut rest = days;
    while let Some((first, _)) = rest.first() {
        let month = time::month_text(*first);
        let length = rest
            .iter()
            .take_while(|(day, _)| time::month_text(*day) == month)
            .count();
        let (ours, later) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        rest = later;
        let total: usize = ours.iter().map(|(_, count)| count).sum();
        timeline.total += total as u64;
        let mut parts = vec![Vec::new()];
        let mut room = BUCKET;
        for (day, count) in ours {
            let mut left = *count;
            while left > 0 {
                if room == 0 {
                    parts.push(Vec::new());
                    room = BUCKET;
                }
                let take = left.min(room);
                let count = u32::try_from(take).unwrap_or(u32::MAX);
                if let Some(part) = parts.last_mut() {
                    part.push(PhotoDay {
                        day: time::day_text(*day),
                        count,
                    });
                }
                left -= take;
                room -= take;
            }
        }
        let split = parts.len() > 1;
        for (at, days) in parts.into_iter().enumerate() {
            let key = if split {
                format!("{month}#{}", at + 1)
            } else {
                month.clone()
            };
            let count = days.iter().map(|day| day.count).sum();
            timeline.buckets.push(PhotoBucket { key, count, days });
        }
    }
    timeline
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_months_split_by_count() {
        let day = i32::try_from(time::days_of(2024, 6, 14)).expect("a small number");
        let timeline = shape(&[(day, 1500), (day - 1, 2600), (day - 20, 1)]);
        let keys: Vec<_> = timeline
            .buckets
            .iter()
            .map(|b| (b.key.as_str(), b.count))
            .collect();
        assert_eq!(
            keys,
            [
                ("2024-06#1", 2000),
                ("2024-06#2", 2000),
                ("2024-06#3", 100),
                ("2024-05", 1)
            ]
        );
        assert_eq!(timeline.total, 4101);
        assert_eq!(
            timeline.buckets[1].days[0].day, "2024-06-13",
            "a day goes on in the next part"
        );
    }
}
