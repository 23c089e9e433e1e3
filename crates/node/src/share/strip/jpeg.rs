//! Takes the place out of a JPEG: its metadata goes, its picture stays as it is, bit for bit.
//!
//! What goes are the segments APP1 (Exif, XMP) and APP13 (IPTC); a new Exif of 36 bytes keeps the
//! orientation, without which the picture would lie on its side. Colour profile and picture data are
//! copied. JPEG: ITU-T T.81, annex B; Exif: CIPA DC-008.
//!
//! Not a JPEG reader: bytes that do not look like one are refused and never guessed at.

use super::{File, place};
use crate::stream::ReadMedia;

const SOI: [u8; 2] = [0xff, 0xd8];
const SOS: u8 = 0xda;
const EOI: u8 = 0xd9;
const APP1: u8 = 0xe1;
const APP2: u8 = 0xe2;
const APP13: u8 = 0xed;
/// Most segments before a picture, and the longest XMP in them.
const MAX_SEGMENTS: usize = 4096;
const MAX_XMP: usize = 16 << 20;
/// What a part of a long XMP begins with, and how much stands before its text: that, a digest, the
/// length of all and the part's offset (ISO 16684-3).
const XMP_PART: &[u8] = b"http://ns.adobe.com/xmp/extension/\0";
const XMP_PART_HEAD: usize = 35 + 32 + 4 + 4;

/// The JPEG without its metadata, but for `orientation` (1 to 8); `None` when this is no JPEG.
pub(super) fn jpeg(bytes: &[u8], orientation: u8) -> Option<Vec<u8>> {
    let mut rest = bytes.strip_prefix(&SOI)?;
    let mut out = Vec::with_capacity(bytes.len() + 64);
    out.extend_from_slice(&SOI);
    if (2..=8).contains(&orientation) {
        out.extend_from_slice(&exif(orientation));
    }
    loop {
        let (&[0xff, marker], after) = rest.split_first_chunk()? else {
            return None;
        };
        match marker {
            // Fill bytes before a marker.
            0xff => {
                rest = rest.get(1..)?;
                continue;
            }
            // The picture itself: from here on nothing is metadata of ours. What follows the end
            // of the picture (a second one, a film) may have a place of its own and goes.
            SOS => {
                out.extend_from_slice(picture(rest)?);
                return Some(out);
            }
            EOI => return None,
            _ => {}
        }
        let (length, _) = after.split_first_chunk::<2>()?;
        let end = usize::from(u16::from_be_bytes(*length)).checked_add(2)?;
        let segment = rest.get(..end).filter(|_| end >= 4)?;
        if marker != APP1 && marker != APP13 {
            out.extend_from_slice(segment);
        }
        rest = rest.get(end..)?;
    }
}

/// Whether its metadata, or what stands behind its picture, says a place; `None` when this is no
/// JPEG. Of the picture nothing is read, unless something seems to stand behind it.
pub(super) fn has_place(file: &File<'_>) -> Result<Option<bool>, ReadMedia> {
    if file.up_to(0, 2)?[..] != SOI {
        return Ok(None);
    }
    let (mut at, mut xmp, mut has_more) = (2, Vec::new(), false);
    for _ in 0..MAX_SEGMENTS {
        let head = file.up_to(at, 4)?;
        let (marker, length) = match head[..] {
            [0xff, 0xff, ..] => {
                at += 1;
                continue;
            }
            [0xff, SOS, ..] => {
                if place::in_xmp(&xmp) {
                    return Ok(Some(true));
                }
                let ends = file.up_to(file.size.saturating_sub(2), 2)?[..] == [0xff, EOI];
                let is_alone = ends && !has_more;
                return Ok(Some(!is_alone && place::anywhere(file, at..file.size)?));
            }
            [0xff, marker, high, low] if marker != EOI => {
                (marker, u64::from(u16::from_be_bytes([high, low])))
            }
            _ => return Ok(None),
        };
        if matches!(marker, APP1 | APP2 | APP13) {
            let data = match length.checked_sub(2) {
                Some(length) => file.bytes(at + 4, length)?,
                None => None,
            };
            let Some(data) = data else { return Ok(None) };
            let says = match marker {
                APP13 => place::in_photoshop(&data),
                APP1 if data.starts_with(place::EXIF) => place::in_exif(&data),
                APP1 => {
                    // A property may begin in one part and end in the next.
                    let is_part = data.starts_with(XMP_PART);
                    let from = if is_part { XMP_PART_HEAD } else { 0 };
                    xmp.extend_from_slice(data.get(from..).unwrap_or_default());
                    xmp.len() > MAX_XMP
                }
                _ => {
                    // The index of several pictures in one file (CIPA DC-007).
                    has_more |= data.starts_with(b"MPF\0");
                    false
                }
            };
            if says {
                return Ok(Some(true));
            }
        }
        at += 2 + length.max(2);
    }
    Ok(None)
}

/// From the start of a scan to the end of the picture.
fn picture(rest: &[u8]) -> Option<&[u8]> {
    let mut at = 0;
    loop {
        let next = rest.get(at..)?;
        let found = next.windows(2).position(is_marker)?;
        at += found;
        let marker = *rest.get(at + 1)?;
        if marker == EOI {
            return rest.get(..at + 2);
        }
        // Between scans of a progressive picture stand tables and headers with a length.
        let length = rest.get(at + 2..at + 4)?;
        let length = u16::from_be_bytes(length.try_into().ok()?);
        // A length counts itself.
        at = at.checked_add(2 + usize::from(length).max(2))?;
    }
}

/// Entropy-coded data has FF only before 00 and restart markers.
fn is_marker(pair: &[u8]) -> bool {
    matches!(pair, [0xff, marker] if !matches!(marker, 0x00 | 0x01 | 0xd0..=0xd7 | 0xff))
}

/// A segment with an Exif of nothing but the orientation.
fn exif(orientation: u8) -> [u8; 36] {
    let mut segment = [0; 36];
    segment[..10].copy_from_slice(&[0xff, APP1, 0, 34, b'E', b'x', b'i', b'f', 0, 0]);
    segment[10..].copy_from_slice(&super::tiff::only_orientation(orientation));
    segment
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SOI, an Exif with a secret, a quantisation table, a scan with a stuffed FF, EOI, a trailer.
    fn photo() -> Vec<u8> {
        let mut bytes = SOI.to_vec();
        bytes.extend_from_slice(&[0xff, APP1, 0, 12]);
        bytes.extend_from_slice(b"Exif\0\0HERE");
        bytes.extend_from_slice(&[0xff, 0xdb, 0, 4, 7, 7]);
        bytes.extend_from_slice(&[0xff, SOS, 0, 3, 1, 9, 9, 0xff, 0, 9, 0xff, 0xd0, 9]);
        bytes.extend_from_slice(&[0xff, EOI]);
        bytes.extend_from_slice(b"a film with a PLACE");
        bytes
    }

    #[test]
    fn the_place_goes_and_the_picture_stays() {
        let stripped = jpeg(&photo(), 6).expect("it is a JPEG");
        for secret in [&b"HERE"[..], b"PLACE"] {
            assert!(
                !stripped
                    .windows(secret.len())
                    .any(|window| window == secret)
            );
        }
        assert_eq!(&stripped[..4], &[0xff, 0xd8, 0xff, APP1]);
        assert_eq!(stripped[31], 6, "the orientation");
        let rest = &photo()[16..photo().len() - 19];
        assert_eq!(&stripped[38..], rest, "tables, scan and end as they were");
    }

    #[test]
    fn an_upright_photo_gets_no_metadata_at_all() {
        let stripped = jpeg(&photo(), 1).expect("it is a JPEG");
        assert_eq!(&stripped[2..4], &[0xff, 0xdb]);
    }

    #[test]
    fn what_is_no_whole_jpeg_is_refused() {
        assert_eq!(jpeg(b"GIF89a", 1), None);
        for cut in 0..photo().len() - 20 {
            assert_eq!(jpeg(&photo()[..cut], 1), None, "cut at {cut}");
        }
    }
}
