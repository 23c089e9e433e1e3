//! The people who use this library.

use crate::config::WriteLibrary;
use crate::ids::{ItemId, PersonId};
use crate::kv::{Kv, T};
use crate::tx::{Tx, Written, missing};
use crate::user::{PersonRow, UserFacts};

impl Tx<'_> {
    /// Adds a person.
    ///
    /// # Errors
    /// The database failed.
    pub fn add_person(&mut self, name: &str, color: &str) -> Written<PersonId> {
        let row = PersonRow {
            id: PersonId(self.new_id()),
            name: name.to_owned(),
            color: color.to_owned(),
            created_at: self.now(),
            ..PersonRow::default()
        };
        self.kv.put_row(T::People, &row.id.0, &row)?;
        Ok(row.id)
    }

    /// Changes a person's name or colour.
    ///
    /// # Errors
    /// There is no such person, or the database failed.
    pub fn edit_person(
        &mut self,
        person: PersonId,
        name: Option<&str>,
        color: Option<&str>,
    ) -> Written<()> {
        let row: Option<PersonRow> = self.kv.row(T::People, &person.0)?;
        let mut row = row.ok_or_else(|| missing("person", person))?;
        row.provisional = false;
        row.name = name.map_or(row.name, str::to_owned);
        row.color = color.map_or(row.color, str::to_owned);
        self.kv.put_row(T::People, &person.0, &row)
    }

    /// Removes a person and what only they said. The last one stays.
    ///
    /// # Errors
    /// There is no such person or no other, or the database failed.
    pub fn remove_person(&mut self, person: PersonId) -> Written<()> {
        self.require_person(person)?;
        let people = self.kv.keys(T::People, &[])?;
        let other = people
            .iter()
            .find(|key| key.as_slice() != person.0.as_slice());
        let other = other.and_then(|key| PersonId::from_slice(key));
        let other = other.ok_or(WriteLibrary::RemoveLastPerson)?;
        for key in self.kv.keys(T::User, &[])? {
            if key.ends_with(&person.0)
                && let Some(item) = key.first_chunk::<16>().map(|id| ItemId(*id))
            {
                self.put_user_facts(item, person, &UserFacts::default())?;
                self.kv.remove(T::User, &key)?;
            }
        }
        self.kv.remove(T::People, &person.0)?;
        let active = self
            .kv
            .with(T::Meta, b"person", PersonId::from_slice)?
            .flatten();
        if active == Some(person) {
            self.activate_person(other)?;
        }
        Ok(())
    }

    /// Makes a person the one whose facts are joined by default.
    ///
    /// # Errors
    /// There is no such person, or the database failed.
    pub fn activate_person(&mut self, person: PersonId) -> Written<()> {
        self.require_person(person)?;
        self.kv.put(T::Meta, b"person", &person.0)
    }
}
