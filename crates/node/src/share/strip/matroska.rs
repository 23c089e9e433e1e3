//! Matroska and WebM: tags whose name speaks of a place become void elements.
//!
//! RFC 8794 (EBML), RFC 9559 (Matroska). A live recording, whose clusters do not say how long they
//! are, is looked at up to its first cluster.

use super::{File, Patches, speaks_of_place};
use crate::stream::ReadMedia;

const EBML: u32 = 0x1a45_dfa3;
const SEGMENT: u32 = 0x1853_8067;
const TAGS: u32 = 0x1254_c367;
const TAG: u32 = 0x7373;
const SIMPLE_TAG: u32 = 0x67c8;
const TAG_NAME: u32 = 0x45a3;
const CRC: u32 = 0xbf;
const VOID: u8 = 0xec;

/// Most elements of the first level.
const MAX_ELEMENTS: usize = 1 << 20;
/// Longest list of tags.
const MAX_TAGS: u64 = 4 << 20;
/// Tags inside tags.
const MAX_DEPTH: usize = 8;

/// What has to change; `None` when it cannot be read.
pub(super) fn patches(file: &File<'_>) -> Result<Option<Patches>, ReadMedia> {
    let mut patches = Patches::default();
    let Some(head) = element(&file.up_to(0, 12)?).filter(|head| head.id == EBML) else {
        return Ok(None);
    };
    let Some(mut at) = head.len.and_then(|len| head.head.checked_add(len)) else {
        return Ok(None);
    };
    let Some(segment) = element(&file.up_to(at, 12)?).filter(|one| one.id == SEGMENT) else {
        return Ok(None);
    };
    at += segment.head;
    let end = segment.len.and_then(|len| at.checked_add(len));
    // A file that is cut short plays, too.
    let end = end.unwrap_or(file.size).min(file.size);
    for _ in 0..MAX_ELEMENTS {
        if at >= end {
            return Ok(Some(patches));
        }
        let Some(one) = element(&file.up_to(at, 12)?) else {
            return Ok(None);
        };
        let Some(len) = one.len else {
            return Ok(Some(patches));
        };
        let body = at + one.head;
        let Some(after) = body.checked_add(len) else {
            return Ok(None);
        };
        if one.id == TAGS {
            let bytes = match len <= MAX_TAGS {
                true => file.bytes(body, len)?,
                false => None,
            };
            if bytes
                .and_then(|tags| void_places(&tags, body, &mut patches, 0))
                .is_none()
            {
                return Ok(None);
            }
        }
        at = after;
    }
    Ok(None)
}

/// The start of an element; its length is unknown in live recordings.
struct Element {
    id: u32,
    head: u64,
    len: Option<u64>,
}

fn element(bytes: &[u8]) -> Option<Element> {
    let id_width = bytes.first()?.leading_zeros() as usize + 1;
    if id_width > 4 {
        return None;
    }
    let id = bytes.get(..id_width)?;
    let id = id.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte));
    let rest = bytes.get(id_width..)?;
    let first = *rest.first()?;
    let width = first.leading_zeros() as usize + 1;
    if width > 8 {
        return None;
    }
    let coded = rest.get(..width)?.iter();
    let coded = coded.fold(0, |sum, byte| sum << 8 | u64::from(*byte));
    let mask = (1_u64 << (7 * width)) - 1;
    let len = coded & mask;
    Some(Element {
        id,
        head: (id_width + width) as u64,
        len: (len != mask).then_some(len),
    })
}

/// Voids the tags of places in the elements `bytes`, which lie at `at` in the file. Whether any
/// was; then a checksum of theirs is no more.
fn void_places(bytes: &[u8], at: u64, patches: &mut Patches, depth: usize) -> Option<bool> {
    if depth > MAX_DEPTH {
        return None;
    }
    let mut from = 0;
    let mut sum = None;
    let mut changed = false;
    while from < bytes.len() {
        let one = element(bytes.get(from..)?)?;
        let body = from.checked_add(usize::try_from(one.head).ok()?)?;
        let end = body.checked_add(usize::try_from(one.len?).ok()?)?;
        let inside = bytes.get(body..end)?;
        let (start, whole) = (at + from as u64, end - from);
        match one.id {
            CRC => sum = Some((start, whole)),
            SIMPLE_TAG if is_place(inside)? => {
                patches.put(start, void(whole)?)?;
                changed = true;
            }
            TAG | SIMPLE_TAG => {
                changed |= void_places(inside, at + body as u64, patches, depth + 1)?;
            }
            _ => {}
        }
        from = end;
    }
    if let Some((start, whole)) = sum.filter(|_| changed) {
        patches.put(start, void(whole)?)?;
    }
    Some(changed)
}

/// Whether the name of a tag speaks of a place.
fn is_place(tag: &[u8]) -> Option<bool> {
    let mut rest = tag;
    while !rest.is_empty() {
        let one = element(rest)?;
        let body = usize::try_from(one.head).ok()?;
        let end = body.checked_add(usize::try_from(one.len?).ok()?)?;
        if one.id == TAG_NAME {
            return rest.get(body..end).map(speaks_of_place);
        }
        rest = rest.get(end..)?;
    }
    Some(false)
}

/// A void element of `len` bytes in all.
fn void(len: usize) -> Option<Vec<u8>> {
    let mut element = vec![0; len];
    *element.first_mut()? = VOID;
    if let Some(body) = len.checked_sub(2).filter(|body| *body < 127) {
        *element.get_mut(1)? = 0x80 | u8::try_from(body).ok()?;
    } else {
        let body = len.checked_sub(9)? as u64;
        let coded = (1_u64 << 56 | body).to_be_bytes();
        element.get_mut(1..9)?.copy_from_slice(&coded);
    }
    Some(element)
}
