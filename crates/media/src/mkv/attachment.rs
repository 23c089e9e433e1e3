//! The cover picture among a Matroska file's attachments.

use crate::reader::FileReader;

const SEGMENT: u64 = 0x1853_8067;
const SEEK_HEAD: u64 = 0x114D_9B74;
const SEEK: u64 = 0x4DBB;
const SEEK_ID: u64 = 0x53AB;
const SEEK_POSITION: u64 = 0x53AC;
const CLUSTER: u64 = 0x1F43_B675;
const ATTACHMENTS: u64 = 0x1941_A469;
const ATTACHED_FILE: u64 = 0x61A7;
const FILE_NAME: u64 = 0x466E;
const FILE_MIME: u64 = 0x4660;
const FILE_DATA: u64 = 0x465C;

/// Largest cover picture.
const MAX_COVER: u64 = 16 * 1024 * 1024;
/// Most elements looked at on any level: bounds the walk of a hostile file.
const MAX_ELEMENTS: usize = 512;

/// An element's place in the file.
#[derive(Clone, Copy)]
struct Element {
    id: u64,
    body: u64,
    end: u64,
}

/// The picture named like a cover, else the first attached picture.
pub(super) fn cover(file: &FileReader) -> Option<Vec<u8>> {
    let segment = children(file, 0, file.size()).find(|e| e.id == SEGMENT)?;
    let attachments = attachments(file, segment)?;
    let mut best: Option<(u8, Element)> = None;
    for attached in children(file, attachments.body, attachments.end) {
        if attached.id != ATTACHED_FILE {
            continue;
        }
        let (mut name, mut mime, mut data) = (String::new(), String::new(), None);
        for field in children(file, attached.body, attached.end) {
            match field.id {
                FILE_NAME => name = text(file, field).to_ascii_lowercase(),
                FILE_MIME => mime = text(file, field),
                FILE_DATA => data = Some(field),
                _ => {}
            }
        }
        let Some(data) = data.filter(|d| mime.starts_with("image/") && d.end - d.body <= MAX_COVER)
        else {
            continue;
        };
        // The Matroska names: cover, cover_land, small_cover, small_cover_land.
        let rank = match name.split('.').next() {
            Some("cover" | "poster" | "folder") => 4,
            Some("cover_land") => 3,
            Some("small_cover") => 2,
            _ => 1,
        };
        if best.is_none_or(|(known, _)| rank > known) {
            best = Some((rank, data));
        }
    }
    let (_, data) = best?;
    let bytes = file
        .bytes_at(data.body, (data.end - data.body) as usize)
        .ok()?;
    (bytes.len() as u64 == data.end - data.body).then_some(bytes)
}

/// Through the seek head, else among the elements before the first cluster.
fn attachments(file: &FileReader, segment: Element) -> Option<Element> {
    for element in children(file, segment.body, segment.end) {
        match element.id {
            ATTACHMENTS => return Some(element),
            CLUSTER => return None,
            SEEK_HEAD => {
                for seek in children(file, element.body, element.end).filter(|e| e.id == SEEK) {
                    let mut wanted = false;
                    let mut position = None;
                    for field in children(file, seek.body, seek.end) {
                        match field.id {
                            SEEK_ID => wanted = number(file, field) == Some(ATTACHMENTS),
                            SEEK_POSITION => position = number(file, field),
                            _ => {}
                        }
                    }
                    let found = position
                        .filter(|_| wanted)
                        .and_then(|position| segment.body.checked_add(position))
                        .and_then(|at| element_at(file, at, segment.end))
                        .filter(|found| found.id == ATTACHMENTS);
                    if found.is_some() {
                        return found;
                    }
                }
            }
            _ => {}
        }
    }
    None
}

fn children(file: &FileReader, start: u64, end: u64) -> impl Iterator<Item = Element> + '_ {
    let mut offset = start;
    std::iter::from_fn(move || {
        let element = element_at(file, offset, end)?;
        offset = element.end;
        Some(element)
    })
    .take(MAX_ELEMENTS)
}

fn element_at(file: &FileReader, offset: u64, end: u64) -> Option<Element> {
    if offset >= end {
        return None;
    }
    let bytes = file.bytes_at(offset, 12).ok()?;
    let id_length = bytes.first()?.leading_zeros() as usize + 1;
    if id_length > 4 {
        return None;
    }
    let id = bytes
        .get(..id_length)?
        .iter()
        .fold(0, |n, byte| (n << 8) | u64::from(*byte));
    let size_length = bytes.get(id_length)?.leading_zeros() as usize + 1;
    if size_length > 8 {
        return None;
    }
    let raw = bytes
        .get(id_length..id_length + size_length)?
        .iter()
        .fold(0, |n: u64, byte| (n << 8) | u64::from(*byte));
    let mask = (1u64 << (7 * size_length)) - 1;
    let body = offset + (id_length + size_length) as u64;
    // All ones: the size is unknown and the element runs to its parent's end.
    let size = raw & mask;
    let element_end = if size == mask {
        end
    } else {
        body.checked_add(size)?.min(end)
    };
    Some(Element {
        id,
        body,
        end: element_end,
    })
    .filter(|element| element.end >= element.body)
}

fn text(file: &FileReader, field: Element) -> String {
    let length = (field.end - field.body).min(256) as usize;
    let bytes = file.bytes_at(field.body, length).unwrap_or_default();
    String::from_utf8_lossy(&bytes)
        .trim_matches('\0')
        .to_owned()
}

fn number(file: &FileReader, field: Element) -> Option<u64> {
    let length = field.end - field.body;
    let bytes = file.bytes_at(field.body, length.min(8) as usize).ok()?;
    (length <= 8).then(|| bytes.iter().fold(0, |n, byte| (n << 8) | u64::from(*byte)))
}
