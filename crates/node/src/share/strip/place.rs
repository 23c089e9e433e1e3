//! Whether metadata of a photo says where it was made: Exif, XMP, IPTC, in files of every kind.
//!
//! Not a reader of what it says: names of properties are looked for, whatever their values are, and
//! an Exif that cannot be read is taken for one that tells. A maker's own notes are not understood
//! and do not count by themselves; they go with the rest when something else tells.
//!
//! Exif: CIPA DC-008; XMP: ISO 16684-1; IPTC-IIM 4.2; Photoshop's resources: Adobe Photoshop File
//! Formats Specification.

#[cfg(test)]
mod tests;

use std::ops::Range;

use bytes::Bytes;
use memchr::memmem;

use super::{File, tiff};
use crate::stream::{ReadMedia, Source};

/// What an Exif segment begins with.
pub(super) const EXIF: &[u8] = b"Exif\0\0";
/// Parts of the names of properties, in small letters: Exif's and drones', IPTC's, Photoshop's and
/// the W3C's.
const TELLING: [&[u8]; 6] = [
    b"gps",
    b"location",
    b":city",
    b":state",
    b":country",
    b"wgs84_pos",
];
/// Names with one of these parts that say nothing of a place: a version, a point in the picture.
const HARMLESS: [&[u8]; 2] = [b"gpsversionid", b"subjectlocation"];

/// Bytes that are looked through at once.
const WINDOW: u64 = 1 << 20;
/// Longer than any marker.
const OVERLAP: u64 = 16;
/// Where metadata may begin of which no header tells: the last two are boxes of a film.
const MARKERS: [&[u8]; 4] = [EXIF, b"<rdf:RDF", b"\xa9xyz", b"loci\0\0\0\0"];
/// Longest Exif: that of a JPEG segment.
const MAX_EXIF: u64 = 64 << 10;
/// Most markers that are followed in one file; more are taken for a place.
const MAX_MARKERS: usize = 256;

/// Whether XMP, in any encoding of Unicode, has a property that speaks of a place.
pub(super) fn in_xmp(text: &[u8]) -> bool {
    let letters = text.iter().filter(|byte| **byte != 0);
    let text: Vec<u8> = letters.map(u8::to_ascii_lowercase).collect();
    let harmless = HARMLESS
        .iter()
        .map(|name| memmem::find_iter(&text, name).count())
        .sum::<usize>();
    // Each harmless name has one telling part.
    let telling = TELLING.iter().map(|name| memmem::find_iter(&text, name));
    telling.flatten().nth(harmless).is_some()
}

/// Whether Exif, with or without its first six bytes, says where.
pub(super) fn in_exif(exif: &[u8]) -> bool {
    let structure = exif.strip_prefix(EXIF).unwrap_or(exif);
    let file = File {
        source: &Source::Block(Bytes::copy_from_slice(structure)),
        size: structure.len() as u64,
    };
    !matches!(tiff::look(&file), Ok(Some(found)) if !found.has_place)
}

/// Whether an IPTC record has a city, a country, a place in one, or another place of the content.
pub(super) fn in_iptc(record: &[u8]) -> bool {
    record.windows(5).any(|part| {
        matches!(part, [0x1c, 2, 26 | 27 | 90 | 92 | 95 | 100 | 101, high, low]
            if *high | *low != 0)
    })
}

/// Whether Photoshop's resources have one of these; an Exif in them is not read.
pub(super) fn in_photoshop(resources: &[u8]) -> bool {
    memmem::find(resources, b"8BIM\x04\x22").is_some() || in_iptc(resources) || in_xmp(resources)
}

/// Whether anything in `range` does that begins as such metadata: for what stands behind a picture,
/// and files that cannot be read.
pub(super) fn anywhere(file: &File<'_>, range: Range<u64>) -> Result<bool, ReadMedia> {
    let (mut at, end) = (range.start, range.end.min(file.size));
    let mut followed = 0;
    while at < end {
        let window = file.up_to(at, WINDOW.min(end - at))?;
        for marker in MARKERS {
            for hit in memmem::find_iter(&window, marker) {
                followed += 1;
                if followed > MAX_MARKERS || begins_place(file, at + hit as u64, marker)? {
                    return Ok(true);
                }
            }
        }
        if (window.len() as u64) < WINDOW {
            break;
        }
        at += WINDOW - OVERLAP;
    }
    Ok(false)
}

fn begins_place(file: &File<'_>, at: u64, marker: &[u8]) -> Result<bool, ReadMedia> {
    Ok(match marker {
        EXIF => in_exif(&file.up_to(at, MAX_EXIF)?),
        b"<rdf:RDF" => {
            let text = file.up_to(at, WINDOW)?;
            let end = memmem::find(&text, b"</rdf:RDF>").unwrap_or(text.len());
            in_xmp(text.get(..end).unwrap_or_default())
        }
        _ => true,
    })
}
