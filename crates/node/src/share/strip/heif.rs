//! HEIC and AVIF: what is in the items of Exif and XMP is overwritten; which way up the picture is
//! stands in the container itself.
//!
//! ISO/IEC 23008-12, annex A (Exif and XMP); ISO/IEC 14496-12, 8.11 (`meta`, `iinf`, `iloc`).

use super::boxes::{Boxes, Found};
use super::{File, Metadata, Patches, place};
use crate::stream::ReadMedia;

/// Longest index of items.
const MAX_INDEX: u64 = 8 << 20;
/// An Exif item with nothing in it: where its TIFF structure begins, and that with no entry.
const EMPTY: [u8; 18] = *b"\0\0\0\0MM\0\x2a\0\0\0\x08\0\0\0\0\0\0";

/// What has to change, and whether it says a place; `None` when it cannot be read.
pub(super) fn look(file: &File<'_>) -> Result<Option<Metadata>, ReadMedia> {
    let mut boxes = Boxes::of(file);
    let Some(top) = boxes.list(0, file.size)? else {
        return Ok(None);
    };
    let Some(meta) = top.iter().find(|one| one.kind == *b"meta") else {
        return Ok(None);
    };
    let Some(parts) = boxes.list(meta.body + 4, meta.end)? else {
        return Ok(None);
    };
    let part = |kind: &[u8; 4]| parts.iter().find(|one| one.kind == *kind);
    let (Some(info), Some(places)) = (part(b"iinf"), part(b"iloc")) else {
        return Ok(None);
    };
    let data = part(b"idat");
    let (Some(info), Some(places)) = (boxes.body(info, MAX_INDEX)?, boxes.body(places, MAX_INDEX)?)
    else {
        return Ok(None);
    };
    let Some(items) = items(&info, &places, data, file.size) else {
        return Ok(None);
    };
    let Some(patches) = patches(&items) else {
        return Ok(None);
    };
    let mut has_place = false;
    for (is_exif, extents) in items {
        let mut value = Vec::new();
        for (at, len) in extents {
            // No longer than what is patched.
            value.extend_from_slice(&file.up_to(at, len)?);
        }
        has_place |= match is_exif {
            true => exif_has_place(&value),
            false => place::in_xmp(&value),
        };
    }
    Ok(Some(Metadata { patches, has_place }))
}

/// An item of Exif begins with how far behind that its TIFF structure does.
fn exif_has_place(item: &[u8]) -> bool {
    let structure = item.split_first_chunk::<4>().and_then(|(skip, rest)| {
        let skip = usize::try_from(u32::from_be_bytes(*skip)).ok()?;
        rest.get(skip..)
    });
    structure.is_none_or(place::in_exif)
}

/// Whether each item that may tell is Exif, and where it lies.
fn items(
    info: &[u8],
    places: &[u8],
    data: Option<&Found>,
    size: u64,
) -> Option<Vec<(bool, Extents)>> {
    let telling = telling_items(info)?;
    let placed = extents(places, data, size)?.into_iter();
    let items = placed.filter_map(|(item, extents)| {
        let (_, is_exif) = telling.iter().find(|(telling, _)| *telling == item)?;
        Some((*is_exif, extents))
    });
    Some(items.collect())
}

fn patches(items: &[(bool, Extents)]) -> Option<Patches> {
    let mut patches = Patches::default();
    for (_, extents) in items {
        for (index, &(at, len)) in extents.iter().enumerate() {
            if len > MAX_INDEX {
                return None;
            }
            let mut bytes = vec![0; usize::try_from(len).ok()?];
            if index == 0
                && let Some(start) = bytes.get_mut(..EMPTY.len())
            {
                start.copy_from_slice(&EMPTY);
            }
            patches.put(at, bytes)?;
        }
    }
    Some(patches)
}

/// The numbers of the items that hold Exif or XMP, and whether that is Exif.
fn telling_items(info: &[u8]) -> Option<Vec<(u32, bool)>> {
    let mut from = Cursor(info);
    let version = from.number(1)?;
    from.skip(3)?;
    from.skip(if version == 0 { 2 } else { 4 })?;
    let mut telling = Vec::new();
    while !from.0.is_empty() {
        let length = usize::try_from(from.number(4)?).ok()?;
        let mut entry = Cursor(from.take(length.checked_sub(4)?)?);
        entry.skip(4)?;
        let version = entry.number(1)?;
        entry.skip(3)?;
        // Versions before the second name no kind.
        if version < 2 {
            return None;
        }
        let item = entry.number(if version == 2 { 2 } else { 4 })?;
        entry.skip(2)?;
        // XMP is a "mime" item, and so is any other text.
        let kind = entry.take(4)?;
        if matches!(kind, b"Exif" | b"mime") {
            telling.push((u32::try_from(item).ok()?, kind == b"Exif"));
        }
    }
    Some(telling)
}

type Extents = Vec<(u64, u64)>;

/// Where each item lies in the file: offsets and lengths.
fn extents(places: &[u8], data: Option<&Found>, size: u64) -> Option<Vec<(u32, Extents)>> {
    let mut from = Cursor(places);
    let version = from.number(1)?;
    from.skip(3)?;
    let sizes = from.number(2)?;
    let width = |shift: u32| usize::try_from((sizes >> shift) & 15).ok();
    let (offset_width, length_width, base_width) = (width(12)?, width(8)?, width(4)?);
    let index_width = if version == 0 { 0 } else { width(0)? };
    let number_width = if version < 2 { 2 } else { 4 };
    let mut items = Vec::new();
    for _ in 0..from.number(number_width)? {
        let item = u32::try_from(from.number(number_width)?).ok()?;
        let method = if version == 0 {
            0
        } else {
            from.number(2)? & 15
        };
        from.skip(2)?;
        let base = from.number(base_width)?;
        let mut extents = Vec::new();
        for _ in 0..from.number(2)? {
            from.skip(index_width)?;
            let offset = base.checked_add(from.number(offset_width)?)?;
            let length = from.number(length_width)?;
            let (start, end) = match method {
                0 => (0, size),
                1 => data.map(|data| (data.body, data.end))?,
                // In another item; nobody writes that for metadata.
                _ => continue,
            };
            let at = start.checked_add(offset)?;
            at.checked_add(length).filter(|last| *last <= end)?;
            extents.push((at, length));
        }
        items.push((item, extents));
    }
    Some(items)
}

/// Big-endian numbers, one after the other.
struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(taken)
    }

    fn skip(&mut self, len: usize) -> Option<()> {
        self.take(len).map(drop)
    }

    /// A number of up to eight bytes; none are zero.
    fn number(&mut self, width: usize) -> Option<u64> {
        if width > 8 {
            return None;
        }
        let bytes = self.take(width)?;
        Some(
            bytes
                .iter()
                .fold(0, |sum, byte| sum << 8 | u64::from(*byte)),
        )
    }
}
