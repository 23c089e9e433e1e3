//! What people say: edits, favourites, ratings, progress, trash.

use crate::config::WriteLibrary;
use crate::ids::{ItemId, PersonId};
use crate::keys;
use crate::kv::{Kv, T};
use crate::query::Shelf;
use crate::tx::{Tx, Written, user_key};
use crate::user::{ItemEdit, Progress, Stamp, Stamped, UserFacts, merge_user_facts};

fn stamp_of<V>(fact: &Option<Stamped<V>>) -> Option<Stamp> {
    fact.as_ref().map(|fact| fact.stamp)
}

fn is_favourite(facts: &UserFacts) -> bool {
    facts.favourite.as_ref().is_some_and(|fact| fact.value)
}

fn progress_of(facts: &UserFacts) -> Option<Progress> {
    facts.progress.as_ref().and_then(|fact| fact.value)
}

impl Tx<'_> {
    /// Writes one owner's facts and what follows from them.
    pub(crate) fn put_user_facts(
        &mut self,
        item: ItemId,
        person: PersonId,
        new: &UserFacts,
    ) -> Written<()> {
        let record = self.record(item)?;
        let old = self.user_facts(item, person)?;
        if old == *new {
            return Ok(());
        }
        self.kv.put_row(T::User, &user_key(item, person), new)?;
        if person == PersonId::EVERYONE {
            self.refresh(item, record)?;
            return Ok(());
        }
        if is_favourite(&old) != is_favourite(new) {
            let key = keys::favourite(person, item);
            let count = keys::favourite_count(person, record.shelf());
            if is_favourite(new) {
                self.kv.put(T::Index, &key, &[])?;
                self.count(count, 1);
            } else {
                self.kv.remove(T::Index, &key)?;
                self.count(count, -1);
            }
        }
        let (before, after) = (progress_of(&old), progress_of(new));
        if before != after {
            if let Some(before) = before {
                self.kv
                    .remove(T::Index, &keys::played(person, before.updated_at, item))?;
            }
            if let Some(after) = after {
                let key = keys::played(person, after.updated_at, item);
                self.kv.put(T::Index, &key, &[u8::from(after.finished)])?;
            }
        }
        Ok(())
    }

    fn change_facts(
        &mut self,
        item: ItemId,
        person: PersonId,
        change: impl FnOnce(&mut Self, &mut UserFacts),
    ) -> Written<()> {
        let mut facts = self.user_facts(item, person)?;
        change(self, &mut facts);
        self.put_user_facts(item, person, &facts)
    }

    /// Changes what everybody sees of an item.
    ///
    /// # Errors
    /// There is no such item, or the database failed.
    pub fn edit_item(&mut self, item: ItemId, edit: ItemEdit) -> Written<()> {
        self.change_facts(item, PersonId::EVERYONE, |tx, facts| {
            if let Some(title) = edit.title {
                let old = stamp_of(&facts.title);
                facts.title = Some(tx.restamped(old, title));
            }
            if let Some(description) = edit.description {
                let old = stamp_of(&facts.description);
                facts.description = Some(tx.restamped(old, description));
            }
            if let Some(year) = edit.year {
                let old = stamp_of(&facts.year);
                facts.year = Some(tx.restamped(old, year));
            }
            if let Some(genres) = edit.genres {
                let old = stamp_of(&facts.genres);
                facts.genres = Some(tx.restamped(old, genres));
            }
            if let Some(kind) = edit.kind {
                let old = stamp_of(&facts.kind);
                facts.kind = Some(tx.restamped(old, kind));
            }
        })
    }

    /// Sets or takes back a person's favourite mark.
    ///
    /// # Errors
    /// There is no such item, or the database failed.
    pub fn set_favourite(
        &mut self,
        person: PersonId,
        item: ItemId,
        favourite: bool,
    ) -> Written<()> {
        self.change_facts(item, person, |tx, facts| {
            if is_favourite(facts) != favourite {
                let old = stamp_of(&facts.favourite);
                facts.favourite = Some(tx.restamped(old, favourite));
            }
        })
    }

    /// Sets a person's rating, clamped to 1 to 5; none takes it back.
    ///
    /// # Errors
    /// There is no such item, or the database failed.
    pub fn set_rating(
        &mut self,
        person: PersonId,
        item: ItemId,
        rating: Option<u8>,
    ) -> Written<()> {
        self.change_facts(item, person, |tx, facts| {
            let (old, rating) = (
                stamp_of(&facts.rating),
                rating.map(|rating| rating.clamp(1, 5)),
            );
            facts.rating = Some(tx.restamped(old, rating));
        })
    }

    /// Notes how far a person is. Without `finished`, an item is finished when
    /// the position reaches `threshold` (0 to 1) of the duration.
    ///
    /// # Errors
    /// There is no such item, or the database failed.
    pub fn set_progress(
        &mut self,
        person: PersonId,
        item: ItemId,
        position_ms: u64,
        duration_ms: u64,
        threshold: f64,
        finished: Option<bool>,
    ) -> Written<Progress> {
        let reached = duration_ms > 0 && position_ms as f64 >= duration_ms as f64 * threshold;
        let progress = Progress {
            position_ms,
            duration_ms,
            finished: finished.unwrap_or(reached),
            updated_at: self.now(),
        };
        self.change_facts(item, person, |tx, facts| {
            let old = stamp_of(&facts.progress);
            facts.progress = Some(tx.restamped(old, Some(progress)));
        })?;
        Ok(progress)
    }

    /// Forgets how far a person is.
    ///
    /// # Errors
    /// There is no such item, or the database failed.
    pub fn clear_progress(&mut self, person: PersonId, item: ItemId) -> Written<()> {
        self.change_facts(item, person, |tx, facts| {
            if facts.progress.is_some() {
                let old = stamp_of(&facts.progress);
                facts.progress = Some(tx.restamped(old, None));
            }
        })
    }

    /// Puts an item into the trash. It stays there until somebody empties it.
    ///
    /// # Errors
    /// There is no such item, or the database failed.
    pub fn trash(&mut self, item: ItemId) -> Written<()> {
        if self.record(item)?.trashed_at.is_some() {
            return Ok(());
        }
        self.pass_on_show_poster(item)?;
        let now = self.now();
        self.change_facts(item, PersonId::EVERYONE, |tx, facts| {
            let old = stamp_of(&facts.trashed_at);
            facts.trashed_at = Some(tx.restamped(old, Some(now)));
        })
    }

    /// Takes an item out of the trash.
    ///
    /// # Errors
    /// There is no such item, or the database failed.
    pub fn restore(&mut self, item: ItemId) -> Written<()> {
        if self.record(item)?.trashed_at.is_none() {
            return Ok(());
        }
        self.change_facts(item, PersonId::EVERYONE, |tx, facts| {
            let old = stamp_of(&facts.trashed_at);
            facts.trashed_at = Some(tx.restamped(old, None));
        })
    }

    /// Merges facts from another device: per fact, the later one wins.
    ///
    /// # Errors
    /// There is no such item, or the database failed.
    pub fn merge_facts(
        &mut self,
        person: PersonId,
        item: ItemId,
        theirs: &UserFacts,
    ) -> Written<()> {
        if let Some(latest) = theirs.latest() {
            self.observe(latest);
        }
        let merged = merge_user_facts(&self.user_facts(item, person)?, theirs);
        self.put_user_facts(item, person, &merged)
    }

    /// Keeps favourites and albums in step when an item changes shelves.
    pub(crate) fn move_shelf(&mut self, item: ItemId, from: Shelf, to: Shelf) -> Written<()> {
        for (key, facts) in self.kv.rows::<UserFacts>(T::User, &item.0)? {
            let person = key
                .last_chunk::<16>()
                .map(|id| PersonId(*id))
                .unwrap_or_default();
            if is_favourite(&facts) {
                self.count(keys::favourite_count(person, from), -1);
                self.count(keys::favourite_count(person, to), 1);
            }
        }
        for (album, position) in self.albums_of(item)? {
            self.kv
                .remove(T::Index, &keys::member(album, from, position, item))?;
            self.kv
                .put(T::Index, &keys::member(album, to, position, item), &[])?;
            self.count(keys::member_count(album, from), -1);
            self.count(keys::member_count(album, to), 1);
        }
        Ok(())
    }

    /// Forgets what anybody said about an item.
    pub(crate) fn forget_user_facts(&mut self, item: ItemId) -> Written<()> {
        for key in self.kv.keys(T::User, &item.0)? {
            let person = key
                .last_chunk::<16>()
                .map(|id| PersonId(*id))
                .unwrap_or_default();
            if person != PersonId::EVERYONE {
                self.put_user_facts(item, person, &UserFacts::default())?;
            }
            self.kv.remove(T::User, &key)?;
        }
        Ok(())
    }

    /// Fails unless this person exists.
    pub(crate) fn require_person(&self, person: PersonId) -> Result<(), WriteLibrary> {
        let known = self.kv.has(T::People, &person.0)?;
        if known {
            Ok(())
        } else {
            Err(crate::tx::missing("person", person))
        }
    }
}
