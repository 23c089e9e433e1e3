//! Writing an export, row by row.

use std::io::Write;
use std::ops::ControlFlow;

use serde::Serialize;

use super::{AlbumPart, FORMAT, FactsPart, ItemPart, MemberPart, OriginPart, PROBE, ShowPart};
use crate::config::{ExportLibrary, ReadLibrary};
use crate::facts::Facts;
use crate::ids::{AlbumId, ItemId, PersonId, ShowId};
use crate::kv::{Kv, T};
use crate::model::FolderRow;
use crate::path::RawPath;
use crate::query::Order;
use crate::reader::Reader;
use crate::record::Record;
use crate::row::Row;
use crate::user::PersonRow;

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
