//! The whole catalogue as JSON, and back.
//!
//! Everything is in the order of its id or path, one row a line, so the same
//! library always gives the same bytes. Only inputs are written: what follows
//! from them (titles from names, indices, counters) is computed again. Jobs, the
//! search index and this device's own identity stay out.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::ops::ControlFlow;

use cid::Cid;
use serde::{Deserialize, Serialize};

use crate::config::{ExportLibrary, ImportLibrary, ReadLibrary, WriteLibrary};
use crate::facts::Facts;
use crate::ids::{AlbumId, FolderId, ItemId, PersonId, ShowId};
use crate::kv::{Kv, T};
use crate::model::{AssetRow, FolderRow, LocationState, MediaClass, OriginRow, cid_text};
use crate::path::RawPath;
use crate::query::Order;
use crate::reader::Reader;
use crate::record::Record;
use crate::row::{Row, Unknown};
use crate::tx::albums::{Membership, ShowFacts};
use crate::tx::{Content, Tx};
use crate::user::{AlbumFacts, PersonRow, Stamp, UserFacts};

/// The format this version writes.
const FORMAT: u32 = 1;
/// Number of [`Facts::probe`] in its row.
const PROBE: u32 = 19;

/// The inputs of a record.
#[derive(Serialize, Deserialize)]
struct ItemPart {
    id: ItemId,
    class: MediaClass,
    mime: String,
    #[serde(with = "cid_text")]
    root: Cid,
    size: u64,
    path: RawPath,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    folder: Option<FolderId>,
    added_at: i64,
    file_time: i64,
    thumbhash: String,
    has_preview: bool,
    has_poster: bool,
    state: LocationState,
    #[serde(default, skip_serializing_if = "Unknown::is_empty")]
    unknown: Unknown,
    assets: Vec<AssetRow>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    facts: Option<Facts>,
    /// The probe as the text that is stored: numbers in it pass unread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    probe: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct OriginPart {
    path: RawPath,
    #[serde(flatten)]
    origin: OriginRow,
}

#[derive(Serialize, Deserialize)]
struct FactsPart {
    item: ItemId,
    person: PersonId,
    #[serde(flatten)]
    facts: UserFacts,
}

#[derive(Serialize, Deserialize)]
struct ShowPart {
    id: ShowId,
    #[serde(flatten)]
    facts: ShowFacts,
}

#[derive(Serialize, Deserialize)]
struct AlbumPart {
    id: AlbumId,
    #[serde(flatten)]
    facts: AlbumFacts,
}

#[derive(Serialize, Deserialize)]
struct MemberPart {
    album: AlbumId,
    item: ItemId,
    #[serde(flatten)]
    membership: Membership,
}

#[derive(Deserialize)]
pub(crate) struct Export {
    people: Vec<PersonRow>,
    active_person: PersonId,
    folders: Vec<FolderRow>,
    items: Vec<ItemPart>,
    origins: Vec<OriginPart>,
    user_facts: Vec<FactsPart>,
    shows: Vec<ShowPart>,
    albums: Vec<AlbumPart>,
    album_items: Vec<MemberPart>,
}

#[derive(Deserialize)]
struct Head {
    format: u32,
}

fn raw_field(row: &[u8], wanted: u32) -> Option<&[u8]> {
    let (_, mut fields) = row.split_first()?;
    while !fields.is_empty() {
        let (number, field) = crate::row::take_field(&mut fields)?;
        if number == wanted {
            return Some(field);
        }
    }
    None
}

/// The two ids of a key of 32 bytes.
fn pair(key: &[u8]) -> Option<([u8; 16], [u8; 16])> {
    Some((*key.first_chunk()?, *key.last_chunk()?))
}

fn item_part(reader: &Reader, id: ItemId, record: Record) -> Result<ItemPart, ReadLibrary> {
    let stored = reader.kv.bytes(T::Facts, &id.0)?;
    let broken = || ReadLibrary::DecodeRow {
        table: T::Facts.name(),
    };
    let mut facts = None;
    let mut probe = None;
    if let Some(stored) = stored {
        let mut row = Facts::from_row(&stored).ok_or_else(broken)?;
        row.probe = serde_json::Value::Null;
        facts = Some(row);
        probe = raw_field(&stored, PROBE).map(|text| String::from_utf8_lossy(text).into_owned());
    }
    Ok(ItemPart {
        id,
        class: record.class,
        mime: record.mime,
        root: record.root,
        size: record.size,
        path: record.path,
        folder: record.folder,
        added_at: record.added_at,
        file_time: record.file_time,
        thumbhash: crate::ids::to_hex(&record.thumbhash),
        has_preview: record.has_preview,
        has_poster: record.has_poster,
        state: record.state,
        unknown: record.unknown,
        assets: reader.assets(id)?,
        facts,
        probe,
    })
}

/// Writes one list, a row a line.
struct Lists<'w> {
    to: &'w mut dyn Write,
}

impl Lists<'_> {
    fn raw(&mut self, text: &str) -> Result<(), ExportLibrary> {
        self.to
            .write_all(text.as_bytes())
            .map_err(ExportLibrary::WriteJson)
    }

    /// One row for each entry of a table that `part` makes one of.
    fn list<P: Serialize>(
        &mut self,
        reader: &Reader,
        name: &str,
        table: T,
        mut part: impl FnMut(&[u8], &[u8]) -> Result<P, ReadLibrary>,
    ) -> Result<(), ExportLibrary> {
        self.raw(&format!(",\n\"{name}\": ["))?;
        let mut first = true;
        let mut failed = None;
        reader
            .kv
            .scan_prefix(table, &[], Order::Ascending, |key, value| {
                let part = part(key, value)?;
                let text = if first { "\n" } else { ",\n" };
                first = false;
                let line = serde_json::to_vec(&part).map_err(std::io::Error::from);
                let written = line.and_then(|line| {
                    self.to.write_all(text.as_bytes())?;
                    self.to.write_all(&line)
                });
                match written {
                    Ok(()) => Ok(ControlFlow::Continue(())),
                    Err(error) => {
                        failed = Some(error);
                        Ok(ControlFlow::Break(()))
                    }
                }
            })?;
        if let Some(error) = failed {
            return Err(ExportLibrary::WriteJson(error));
        }
        self.raw(if first { "]" } else { "\n]" })
    }
}

pub(crate) fn export(reader: &Reader, to: &mut dyn Write) -> Result<(), ExportLibrary> {
    fn row<R: Row>(table: T, value: &[u8]) -> Result<R, ReadLibrary> {
        R::from_row(value).ok_or(ReadLibrary::DecodeRow {
            table: table.name(),
        })
    }
    let mut lists = Lists { to };
    let person = reader.active_person()?;
    lists.raw(&format!(
        "{{\n\"format\": {FORMAT},\n\"active_person\": \"{person}\""
    ))?;
    lists.list(reader, "people", T::People, |_, value| {
        row::<PersonRow>(T::People, value)
    })?;
    lists.list(reader, "folders", T::Folders, |_, value| {
        row::<FolderRow>(T::Folders, value)
    })?;
    lists.list(reader, "items", T::Items, |key, value| {
        let id = ItemId::from_slice(key).unwrap_or_default();
        item_part(reader, id, row(T::Items, value)?)
    })?;
    lists.list(reader, "origins", T::Origins, |key, value| {
        Ok(OriginPart {
            path: RawPath(key.to_vec()),
            origin: row(T::Origins, value)?,
        })
    })?;
    lists.list(reader, "user_facts", T::User, |key, value| {
        let (item, person) = pair(key).unwrap_or_default();
        let facts = row(T::User, value)?;
        Ok(FactsPart {
            item: ItemId(item),
            person: PersonId(person),
            facts,
        })
    })?;
    lists.list(reader, "shows", T::Shows, |key, value| {
        let id = ShowId::from_slice(key).unwrap_or_default();
        Ok(ShowPart {
            id,
            facts: row(T::Shows, value)?,
        })
    })?;
    lists.list(reader, "albums", T::Albums, |key, value| {
        let id = AlbumId::from_slice(key).unwrap_or_default();
        Ok(AlbumPart {
            id,
            facts: row(T::Albums, value)?,
        })
    })?;
    lists.list(reader, "album_items", T::Members, |key, value| {
        let (album, item) = pair(key).unwrap_or_default();
        let membership = crate::row::Field::take(value);
        let membership = membership.ok_or(ReadLibrary::DecodeRow {
            table: T::Members.name(),
        })?;
        Ok(MemberPart {
            album: AlbumId(album),
            item: ItemId(item),
            membership,
        })
    })?;
    lists.raw("\n}\n")?;
    lists.to.flush().map_err(ExportLibrary::WriteJson)
}

pub(crate) fn parse(from: &mut dyn Read) -> Result<Export, ImportLibrary> {
    let mut text = Vec::new();
    from.read_to_end(&mut text)
        .map_err(|error| ImportLibrary::ParseJson(serde_json::Error::io(error)))?;
    let head: Head = serde_json::from_slice(&text).map_err(ImportLibrary::ParseJson)?;
    if head.format > FORMAT {
        return Err(ImportLibrary::Newer {
            found: head.format,
            known: FORMAT,
        });
    }
    serde_json::from_slice(&text).map_err(ImportLibrary::ParseJson)
}

pub(crate) fn import(tx: &mut Tx<'_>, export: Export) -> Result<(), WriteLibrary> {
    import_people(tx, &export)?;
    for folder in &export.folders {
        let known = tx.kv.has(T::FolderPaths, &folder.path.0)?;
        if !known && !tx.kv.has(T::Folders, &folder.id.0)? {
            tx.put_folder(folder)?;
        }
    }
    // Where the same content is here under another id, facts go to that one.
    let mut ids: HashMap<ItemId, ItemId> = HashMap::new();
    for part in export.items {
        let (id, root) = (part.id, part.root);
        match tx.item_by_root(&root)? {
            Some(known) => {
                ids.insert(id, known);
            }
            None if tx.kv.has(T::Items, &id.0)? => {}
            None => import_item(tx, part)?,
        }
    }
    let here = |id: ItemId| ids.get(&id).copied().unwrap_or(id);
    for OriginPart { path, mut origin } in export.origins {
        if tx.origin(&path)?.is_none() {
            origin.item = origin.item.map(here);
            tx.write_origin(&path, origin)?;
        }
    }
    for part in export.user_facts {
        let item = here(part.item);
        if tx.kv.has(T::Items, &item.0)? {
            tx.merge_facts(part.person, item, &part.facts)?;
        }
    }
    for part in export.shows {
        let ours: Option<ShowFacts> = tx.kv.row(T::Shows, &part.id.0)?;
        let stamp = |facts: &ShowFacts| facts.title.as_ref().map(|title| title.stamp);
        if ours.is_none_or(|ours| stamp(&ours) < stamp(&part.facts)) {
            observe(tx, stamp(&part.facts));
            tx.kv.put_row(T::Shows, &part.id.0, &part.facts)?;
            tx.queue(crate::tx::QUEUE_SHOW, part.id.0);
        }
    }
    for part in export.albums {
        import_album(tx, part)?;
    }
    for part in export.album_items {
        let item = here(part.item);
        observe(tx, Some(part.membership.stamp));
        if tx.kv.has(T::Items, &item.0)? && tx.kv.has(T::Albums, &part.album.0)? {
            tx.merge_membership(part.album, item, &part.membership)?;
        }
    }
    Ok(())
}

fn observe(tx: &mut Tx<'_>, stamp: Option<Stamp>) {
    if let Some(stamp) = stamp {
        tx.observe(stamp);
    }
}

/// The first person of a library nobody has used yet gives way.
fn import_people(tx: &mut Tx<'_>, export: &Export) -> Result<(), WriteLibrary> {
    let ours: Vec<(Vec<u8>, PersonRow)> = tx.kv.rows(T::People, &[])?;
    let unused = tx.kv.keys(T::User, &[])?.is_empty();
    for person in &export.people {
        if !tx.kv.has(T::People, &person.id.0)? {
            tx.kv.put_row(T::People, &person.id.0, person)?;
        }
    }
    if let ([(key, first)], true) = (ours.as_slice(), unused)
        && first.provisional
        && !export.people.is_empty()
        && export.people.iter().all(|person| person.id != first.id)
    {
        tx.kv.remove(T::People, key)?;
        if tx.kv.has(T::People, &export.active_person.0)? {
            tx.activate_person(export.active_person)?;
        } else if let Some(person) = export.people.first() {
            tx.activate_person(person.id)?;
        }
    }
    Ok(())
}

fn import_item(tx: &mut Tx<'_>, part: ItemPart) -> Result<(), WriteLibrary> {
    if let Some(facts) = &part.facts {
        let mut row = facts.to_row();
        if let Some(probe) = &part.probe {
            crate::row::put_field(&mut row, PROBE, probe);
        }
        tx.kv.put(T::Facts, &part.id.0, &row)?;
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
    tx.put_record(part.id, None, &record)?;
    let content = Content {
        assets: part.assets,
        ..Content::default()
    };
    tx.put_content(part.id, &content)
}

fn import_album(tx: &mut Tx<'_>, part: AlbumPart) -> Result<(), WriteLibrary> {
    let theirs = part.facts;
    observe(tx, Some(theirs.title.stamp));
    observe(tx, theirs.deleted.as_ref().map(|fact| fact.stamp));
    observe(tx, theirs.cover.as_ref().map(|fact| fact.stamp));
    let ours: Option<AlbumFacts> = tx.kv.row(T::Albums, &part.id.0)?;
    let Some(mut merged) = ours else {
        return tx.put_album(part.id, &theirs);
    };
    if merged.title.stamp < theirs.title.stamp {
        merged.title = theirs.title;
    }
    if merged.deleted.as_ref().map(|fact| fact.stamp)
        < theirs.deleted.as_ref().map(|fact| fact.stamp)
    {
        merged.deleted = theirs.deleted;
    }
    if merged.cover.as_ref().map(|fact| fact.stamp) < theirs.cover.as_ref().map(|fact| fact.stamp) {
        merged.cover = theirs.cover;
    }
    merged.updated_at = merged.updated_at.max(theirs.updated_at);
    tx.put_album(part.id, &merged)
}
