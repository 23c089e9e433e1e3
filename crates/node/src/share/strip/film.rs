//! MP4 and MOV: the boxes that say where a film was made become free space.
//!
//! Those are `©xyz`, `loci` and the like of user data, iTunes-like and QuickTime metadata whose key
//! speaks of a place, and XMP. A film with a track of places (a drone's, a dash camera's) says it
//! all the time and is refused. ISO/IEC 14496-12; QuickTime File Format; 3GPP TS 26.244, 8.10.

use super::boxes::{Boxes, Found};
use super::{File, Patches, speaks_of_place};
use crate::stream::ReadMedia;

/// Longest list of keys, or description of a track.
const MAX_KEYS: u64 = 1 << 20;
/// Longest metadata item whose name is looked for inside it.
const MAX_ITEM: u64 = 64 << 10;
/// Deepest nesting.
const MAX_DEPTH: usize = 8;
/// The type of a `uuid` box that holds XMP (ISO 16684-3).
const XMP: [u8; 16] = *b"\xbe\x7a\xcf\xcb\x97\xa9\x42\xe8\x9c\x71\x99\x94\x91\xe3\xaf\xac";

/// What was found in a film.
pub(super) struct Look {
    /// What has to change.
    pub(super) patches: Patches,
    /// And that would not help.
    pub(super) has_track_of_places: bool,
}

/// Looks through a film; `None` when it cannot be read.
pub(super) fn look(file: &File<'_>) -> Result<Option<Look>, ReadMedia> {
    let mut film = Film {
        boxes: Boxes::of(file),
        patches: Patches::default(),
        has_track_of_places: false,
    };
    let done = film.within(None, 0, file.size, 0)?;
    Ok(done.map(|()| Look {
        patches: film.patches,
        has_track_of_places: film.has_track_of_places,
    }))
}

struct Film<'a> {
    boxes: Boxes<'a>,
    patches: Patches,
    has_track_of_places: bool,
}

type Looked = Result<Option<()>, ReadMedia>;

impl Film<'_> {
    fn within(&mut self, parent: Option<[u8; 4]>, from: u64, to: u64, depth: usize) -> Looked {
        if depth > MAX_DEPTH {
            return Ok(None);
        }
        let Some(found) = self.boxes.list(from, to)? else {
            return Ok(None);
        };
        for one in found {
            let parent = parent.as_ref().map(|kind| &kind[..]);
            let looked = match (parent, &one.kind) {
                (None, b"moov" | b"moof" | b"udta")
                | (Some(b"moov"), b"trak" | b"udta")
                | (Some(b"moof"), b"traf" | b"udta")
                | (Some(b"traf"), b"udta")
                | (Some(b"trak"), b"mdia" | b"udta")
                | (Some(b"mdia"), b"minf" | b"udta")
                | (Some(b"minf"), b"stbl") => {
                    self.within(Some(one.kind), one.body, one.end, depth + 1)?
                }
                (_, b"meta") => self.meta(&one)?,
                (_, b"uuid") => self.uuid(&one)?,
                // A list of places beside the tracks, as dash cameras write it.
                (Some(b"moov"), b"gps ") => {
                    self.has_track_of_places = true;
                    Some(())
                }
                (Some(b"stbl"), b"stsd") => self.track(&one)?,
                (
                    Some(b"udta"),
                    b"\xa9xyz" | b"loci" | b"GPS " | b"gps0" | b"gsen" | b"GPMF" | b"XMP_",
                ) => self.free(&one),
                _ => Some(()),
            };
            if looked.is_none() {
                return Ok(None);
            }
        }
        Ok(Some(()))
    }

    /// A track whose samples are places cannot be made to forget them.
    fn track(&mut self, described: &Found) -> Looked {
        let Some(body) = self.boxes.body(described, MAX_KEYS)? else {
            return Ok(None);
        };
        // Version and flags, number of entries; of each its length and its kind.
        let kind = body.get(12..16);
        let tells = match kind {
            Some(b"gpmd" | b"camm") => true,
            Some(b"mebx" | b"mett" | b"metx" | b"urim") => speaks_of_place(&body),
            _ => false,
        };
        self.has_track_of_places |= tells;
        Ok(Some(()))
    }

    fn uuid(&mut self, one: &Found) -> Looked {
        let kind = self.boxes.file.up_to(one.body, 16)?;
        Ok(match kind.as_ref() == XMP {
            true => self.free(one),
            false => Some(()),
        })
    }

    /// Metadata of QuickTime (names in `keys`, values in `ilst` by number) and of iTunes.
    fn meta(&mut self, meta: &Found) -> Looked {
        // In QuickTime it is a plain box, elsewhere one with version and flags.
        let head = self.boxes.file.up_to(meta.body, 8)?;
        let skip = if head.get(4..8) == Some(b"hdlr") {
            0
        } else {
            4
        };
        let Some(found) = self.boxes.list(meta.body + skip, meta.end)? else {
            return Ok(None);
        };
        let mut telling = Vec::new();
        for keys in found.iter().filter(|one| one.kind == *b"keys") {
            let Some(body) = self.boxes.body(keys, MAX_KEYS)? else {
                return Ok(None);
            };
            telling.extend(telling_keys(&body));
        }
        for list in found.iter().filter(|one| one.kind == *b"ilst") {
            let Some(items) = self.boxes.list(list.body, list.end)? else {
                return Ok(None);
            };
            for item in items {
                let named = item.kind == *b"\xa9xyz" || telling.contains(&item.kind);
                let tells = named || item.kind == *b"----" && self.own_name_tells(&item)?;
                if tells && self.free(&item).is_none() {
                    return Ok(None);
                }
            }
        }
        for one in found
            .iter()
            .filter(|one| matches!(&one.kind, b"xml " | b"bxml"))
        {
            if self.free(one).is_none() {
                return Ok(None);
            }
        }
        Ok(Some(()))
    }

    /// An item that brings its own name.
    fn own_name_tells(&self, item: &Found) -> Result<bool, ReadMedia> {
        let body = self
            .boxes
            .file
            .up_to(item.body, MAX_ITEM.min(item.end - item.body))?;
        Ok(speaks_of_place(&body))
    }

    /// Makes a box free space of the same length.
    fn free(&mut self, one: &Found) -> Option<()> {
        self.patches.put(one.start + 4, b"free".to_vec())?;
        self.patches.fill(one.body, one.end - one.body, 0)
    }
}

/// The numbers, as kinds of items, of the keys that speak of a place.
fn telling_keys(body: &[u8]) -> Vec<[u8; 4]> {
    let mut rest = body.get(8..).unwrap_or_default();
    let mut telling = Vec::new();
    for number in 1_u32.. {
        let Some(length) = rest.first_chunk::<4>() else {
            break;
        };
        let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
        let Some(key) = rest.get(..length).filter(|key| key.len() >= 8) else {
            break;
        };
        if speaks_of_place(&key[8..]) {
            telling.push(number.to_be_bytes());
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    telling
}
