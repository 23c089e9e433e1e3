//! Reading an export, row by row, into one transaction.
//!
//! Memory is bounded by one row, the gathered changes of the transaction and 32
//! bytes for each item whose content is here under another id. It is one commit:
//! a broken, stopped or killed import leaves the library as it was.

use std::fmt;
use std::io::{BufReader, Read};

use serde::de::{self, DeserializeOwned, DeserializeSeed, MapAccess, SeqAccess, Visitor};

use super::{
    AlbumPart, FORMAT, FactsPart, ItemPart, LISTS, MemberPart, OriginPart, PROBE, ShowPart,
};
use crate::config::{ImportLibrary, WriteLibrary};
use crate::ids::{ItemId, PersonId};
use crate::kv::{Kv, T};
use crate::model::FolderRow;
use crate::record::Record;
use crate::row::Row;
use crate::tx::albums::ShowFacts;
use crate::tx::{Content, Tx};
use crate::user::{AlbumFacts, PersonRow, Stamp, Stamped, UserFacts};

/// Bytes read at a time.
const BUFFER: usize = 256 << 10;

/// An import that is under way.
struct Import<'i, 't> {
    tx: &'i mut Tx<'t>,
    /// The only person of a library nobody has used yet; it gives way.
    placeholder: Option<PersonId>,
    active_person: PersonId,
    first_person: Option<PersonId>,
    /// Where the same content is here under another id, facts go to that one.
    /// In the order of the first id, once all items are in.
    ids: Vec<(ItemId, ItemId)>,
    /// What stopped it, when it is not the text.
    failed: Option<ImportLibrary>,
}

/// Merges an export into the library. Nothing is kept when it fails.
pub(crate) fn import(tx: &mut Tx<'_>, from: &mut dyn Read) -> Result<(), ImportLibrary> {
    let placeholder = placeholder(tx).map_err(ImportLibrary::Write)?;
    let mut import = Import {
        tx,
        placeholder,
        active_person: PersonId::default(),
        first_person: None,
        ids: Vec::new(),
        failed: None,
    };
    let mut text = serde_json::Deserializer::from_reader(BufReader::with_capacity(BUFFER, from));
    let read = de::Deserializer::deserialize_map(&mut text, Whole(&mut import));
    let read = read.and_then(|()| text.end());
    match (import.failed.take(), read) {
        (Some(failed), _) => Err(failed),
        (None, read) => read.map_err(ImportLibrary::ParseJson),
    }
}

/// The person that a library nobody has used yet was made with.
fn placeholder(tx: &Tx<'_>) -> Result<Option<PersonId>, WriteLibrary> {
    let people: Vec<(Vec<u8>, PersonRow)> = tx.kv.rows(T::People, &[])?;
    let mut used = false;
    tx.kv
        .scan_prefix(T::User, &[], crate::query::Order::Ascending, |_, _| {
            used = true;
            Ok(std::ops::ControlFlow::Break(()))
        })?;
    Ok(match people.as_slice() {
        [(_, only)] if only.provisional && !used => Some(only.id),
        _ => None,
    })
}

/// The whole export: its head, and then its lists.
struct Whole<'a, 'i, 't>(&'a mut Import<'i, 't>);

impl<'de> Visitor<'de> for Whole<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an export of a library")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let import = self.0;
        let mut format = None;
        let mut person = None;
        let mut lists = LISTS.iter();
        while let Some(name) = map.next_key::<String>()? {
            match name.as_str() {
                "format" => {
                    let found: u32 = map.next_value()?;
                    format = Some(found);
                    if found > FORMAT {
                        let known = FORMAT;
                        return Err(import.stop(ImportLibrary::Newer { found, known }));
                    }
                    continue;
                }
                "active_person" => {
                    import.active_person = map.next_value()?;
                    person = Some(());
                    continue;
                }
                other if !LISTS.contains(&other) => {
                    map.next_value::<de::IgnoredAny>()?;
                    continue;
                }
                _ => {}
            }
            format.ok_or_else(|| de::Error::missing_field("format"))?;
            person.ok_or_else(|| de::Error::missing_field("active_person"))?;
            if lists.next() != Some(&name.as_str()) {
                return Err(de::Error::custom(format_args!(
                    "the list `{name}` is not in its place"
                )));
            }
            import.list(&name, &mut map)?;
        }
        format.ok_or_else(|| de::Error::missing_field("format"))?;
        match lists.next() {
            Some(missing) => Err(de::Error::missing_field(missing)),
            None => Ok(()),
        }
    }
}

/// One list; `take` has each row.
struct List<'a, 'i, 't, P> {
    import: &'a mut Import<'i, 't>,
    take: fn(&mut Import<'i, 't>, P) -> Result<(), WriteLibrary>,
}

impl<'de, P: DeserializeOwned> DeserializeSeed<'de> for List<'_, '_, '_, P> {
    type Value = ();

    fn deserialize<D: de::Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_seq(self)
    }
}

impl<'de, P: DeserializeOwned> Visitor<'de> for List<'_, '_, '_, P> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of rows")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<(), A::Error> {
        while let Some(row) = rows.next_element::<P>()? {
            let taken = (self.take)(self.import, row);
            if let Err(failed) = taken.and_then(|()| self.import.tx.settle_some()) {
                return Err(self.import.stop(failed.into()));
            }
        }
        Ok(())
    }
}

impl<'i, 't> Import<'i, 't> {
    /// Notes what stopped the import, behind an error of the text.
    fn stop<E: de::Error>(&mut self, failed: ImportLibrary) -> E {
        self.failed = Some(failed);
        E::custom("the import was stopped")
    }

    fn rows<'de, A: MapAccess<'de>, P: DeserializeOwned>(
        &mut self,
        map: &mut A,
        take: fn(&mut Self, P) -> Result<(), WriteLibrary>,
    ) -> Result<(), A::Error> {
        map.next_value_seed(List { import: self, take })
    }

    fn list<'de, A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "people" => {
                self.rows(map, Self::person)?;
                self.give_way().map_err(|failed| self.stop(failed.into()))
            }
            "folders" => self.rows(map, Self::folder),
            "items" => {
                self.rows(map, Self::item)?;
                self.ids.sort_unstable();
                Ok(())
            }
            "origins" => self.rows(map, Self::origin),
            "user_facts" => self.rows(map, Self::user_facts),
            "shows" => self.rows(map, Self::show),
            "albums" => self.rows(map, Self::album),
            _ => self.rows(map, Self::member),
        }
    }

    /// The id that an item of the export has here.
    fn here(&self, id: ItemId) -> ItemId {
        let at = self.ids.binary_search_by_key(&id, |(theirs, _)| *theirs);
        let known = at.ok().and_then(|at| self.ids.get(at));
        known.map_or(id, |(_, ours)| *ours)
    }

    fn observe(&mut self, stamp: Option<Stamp>) {
        if let Some(stamp) = stamp {
            self.tx.observe(stamp.sound());
        }
    }

    fn person(&mut self, person: PersonRow) -> Result<(), WriteLibrary> {
        self.first_person.get_or_insert(person.id);
        if self.placeholder == Some(person.id) {
            self.placeholder = None;
        }
        if !self.tx.kv.has(T::People, &person.id.0)? {
            self.tx.kv.put_row(T::People, &person.id.0, &person)?;
        }
        Ok(())
    }

    /// The first person of a library nobody has used yet gives way.
    fn give_way(&mut self) -> Result<(), WriteLibrary> {
        if let (Some(placeholder), Some(first)) = (self.placeholder, self.first_person) {
            self.tx.kv.remove(T::People, &placeholder.0)?;
            let there = self.tx.kv.has(T::People, &self.active_person.0)?;
            self.tx
                .activate_person(if there { self.active_person } else { first })?;
        }
        Ok(())
    }

    fn folder(&mut self, folder: FolderRow) -> Result<(), WriteLibrary> {
        let known = self.tx.kv.has(T::FolderPaths, &folder.path.0)?;
        if !known && !self.tx.kv.has(T::Folders, &folder.id.0)? {
            self.tx.put_folder(&folder)?;
        }
        Ok(())
    }

    fn item(&mut self, part: ItemPart) -> Result<(), WriteLibrary> {
        match self.tx.item_by_root(&part.root)? {
            Some(known) if known == part.id => Ok(()),
            Some(known) => {
                self.ids.push((part.id, known));
                Ok(())
            }
            None if self.tx.kv.has(T::Items, &part.id.0)? => Ok(()),
            None => self.new_item(part),
        }
    }

    fn new_item(&mut self, part: ItemPart) -> Result<(), WriteLibrary> {
        if let Some(facts) = &part.facts {
            let mut row = facts.to_row();
            if let Some(probe) = &part.probe {
                crate::row::put_field(&mut row, PROBE, probe);
            }
            self.tx.kv.put(T::Facts, &part.id.0, &row)?;
        }
        let mut record = Record {
            class: part.class,
            mime: part.mime,
            root: part.root,
            size: part.size,
            path: part.path,
            folder: part.folder,
            added_at: part.added_at,
            file_time: part.file_time,
            thumbhash: crate::ids::from_hex(&part.thumbhash).unwrap_or_default(),
            has_preview: part.has_preview,
            has_poster: part.has_poster,
            state: part.state,
            unknown: part.unknown,
            ..Record::default()
        };
        record.derive(part.facts.as_ref(), &UserFacts::default());
        self.tx.put_record(part.id, None, &record)?;
        let content = Content {
            assets: part.assets,
            ..Content::default()
        };
        self.tx.put_content(part.id, &content)
    }

    fn origin(&mut self, part: OriginPart) -> Result<(), WriteLibrary> {
        let OriginPart { path, mut origin } = part;
        if self.tx.origin(&path)?.is_none() {
            origin.item = origin.item.map(|id| self.here(id));
            self.tx.write_origin(&path, origin)?;
        }
        Ok(())
    }

    fn user_facts(&mut self, part: FactsPart) -> Result<(), WriteLibrary> {
        let item = self.here(part.item);
        if self.tx.kv.has(T::Items, &item.0)? {
            self.tx.merge_facts(part.person, item, &part.facts)?;
        }
        Ok(())
    }

    fn show(&mut self, mut part: ShowPart) -> Result<(), WriteLibrary> {
        let ours: Option<ShowFacts> = self.tx.kv.row(T::Shows, &part.id.0)?;
        if let Some(title) = &mut part.facts.title {
            title.stamp = title.stamp.sound();
        }
        let stamp = |facts: &ShowFacts| facts.title.as_ref().map(|title| title.stamp);
        if ours.is_none_or(|ours| stamp(&ours) < stamp(&part.facts)) {
            self.observe(stamp(&part.facts));
            self.tx.kv.put_row(T::Shows, &part.id.0, &part.facts)?;
            self.tx.queue(crate::tx::QUEUE_SHOW, part.id.0);
        }
        Ok(())
    }

    fn album(&mut self, part: AlbumPart) -> Result<(), WriteLibrary> {
        fn sound<V>(fact: &mut Stamped<V>) -> Stamp {
            fact.stamp = fact.stamp.sound();
            fact.stamp
        }
        let mut theirs = part.facts;
        let title = sound(&mut theirs.title);
        let deleted = theirs.deleted.as_mut().map(sound);
        let cover = theirs.cover.as_mut().map(sound);
        for stamp in [Some(title), deleted, cover] {
            self.observe(stamp);
        }
        let ours: Option<AlbumFacts> = self.tx.kv.row(T::Albums, &part.id.0)?;
        let Some(mut merged) = ours else {
            return self.tx.put_album(part.id, &theirs);
        };
        if merged.title.stamp < title {
            merged.title = theirs.title;
        }
        if merged.deleted.as_ref().map(|fact| fact.stamp) < deleted {
            merged.deleted = theirs.deleted;
        }
        if merged.cover.as_ref().map(|fact| fact.stamp) < cover {
            merged.cover = theirs.cover;
        }
        merged.updated_at = merged.updated_at.max(theirs.updated_at);
        self.tx.put_album(part.id, &merged)
    }

    fn member(&mut self, part: MemberPart) -> Result<(), WriteLibrary> {
        let item = self.here(part.item);
        self.observe(Some(part.membership.stamp));
        if self.tx.kv.has(T::Items, &item.0)? && self.tx.kv.has(T::Albums, &part.album.0)? {
            self.tx
                .merge_membership(part.album, item, &part.membership)?;
        }
        Ok(())
    }
}
