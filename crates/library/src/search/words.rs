//! What can be found of each thing.

use crate::config::ReadLibrary;
use crate::ids::{FolderId, ItemId};
use crate::naming;
use crate::query::SearchTarget;
use crate::reader::Reader;
use crate::search::Group;

/// How many folders above an item count.
const FOLDERS: usize = 3;

/// One findable text.
pub(crate) struct FieldText {
    pub(crate) name: &'static str,
    pub(crate) group: Group,
    pub(crate) text: String,
}

/// The texts of a thing, best first; none when it is gone or in the trash.
pub(crate) fn fields(
    reader: &Reader,
    target: SearchTarget,
) -> Result<Option<Vec<FieldText>>, ReadLibrary> {
    let mut fields = Vec::new();
    let mut add = |name: &'static str, group: Group, text: String| {
        if !text.is_empty() {
            fields.push(FieldText { name, group, text });
        }
    };
    match target {
        SearchTarget::Item(id) => return item(reader, id),
        SearchTarget::Album(id) => match reader.album(id)? {
            Some(album) => add("title", Group::Title, album.title),
            None => return Ok(None),
        },
        SearchTarget::Show(id) => match reader.show_summary(id)? {
            Some(show) => add("title", Group::Title, show.title),
            None => return Ok(None),
        },
        SearchTarget::MusicAlbum(id) => match reader.music_album_summary(id)? {
            Some(album) => {
                add("title", Group::Title, album.title);
                add("artist", Group::Names, album.artist);
                add("year", Group::Rest, year(album.year));
            }
            None => return Ok(None),
        },
    }
    Ok(Some(fields))
}

fn year(year: Option<u16>) -> String {
    year.map(|year| year.to_string()).unwrap_or_default()
}

fn item(reader: &Reader, id: ItemId) -> Result<Option<Vec<FieldText>>, ReadLibrary> {
    let Some(record) = reader.record(id)? else {
        return Ok(None);
    };
    if record.trashed_at.is_some() {
        return Ok(None);
    }
    let show = match &record.show {
        Some(link) => reader
            .show_title(link.show)?
            .unwrap_or_else(|| link.title.clone()),
        None => String::new(),
    };
    let file = naming::stem(&record.path.file_name()).to_owned();
    let year = year(record.year);
    let texts = [
        ("title", Group::Title, record.title),
        ("show", Group::Names, show),
        ("artist", Group::Names, record.artist.unwrap_or_default()),
        ("album", Group::Names, record.album.unwrap_or_default()),
        (
            "artist",
            Group::Names,
            record.album_artist.unwrap_or_default(),
        ),
        ("genre", Group::Rest, record.genres.join(" ")),
        ("year", Group::Rest, year),
        ("camera", Group::Rest, record.camera.unwrap_or_default()),
        ("folder", Group::Rest, folders(reader, record.folder)?),
        ("file", Group::Rest, file),
    ];
    let fields = texts.into_iter().filter(|(_, _, text)| !text.is_empty());
    Ok(Some(
        fields
            .map(|(name, group, text)| FieldText { name, group, text })
            .collect(),
    ))
}

fn folders(reader: &Reader, folder: Option<FolderId>) -> Result<String, ReadLibrary> {
    let mut names = Vec::new();
    let mut next = folder;
    while let (Some(id), true) = (next, names.len() < FOLDERS) {
        let Some(row) = reader.folder(id)? else { break };
        names.push(row.name);
        next = row.parent;
    }
    Ok(names.join(" "))
}
