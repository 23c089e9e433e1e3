//! WebP: its Exif and XMP go, its picture stays.
//!
//! WebP container: <https://developers.google.com/speed/webp/docs/riff_container>

use super::{File, place};
use crate::stream::ReadMedia;

/// Most chunks of one file: animations have one a frame.
const MAX_CHUNKS: usize = 1 << 16;
/// Longest metadata.
const MAX_METADATA: u64 = 16 << 20;
/// Flags of `VP8X`.
const EXIF: u8 = 0x08;
const XMP: u8 = 0x04;

/// The WebP without its metadata, but for `orientation` (1 to 8); `None` when this is no whole
/// WebP. What follows its end goes, too.
pub(super) fn without_metadata(bytes: &[u8], orientation: u8) -> Option<Vec<u8>> {
    let header = bytes.get(..12)?;
    let size = usize::try_from(le32(bytes.get(4..8)?)?).ok()?;
    if header.get(..4)? != b"RIFF" || header.get(8..)? != b"WEBP" {
        return None;
    }
    let mut rest = bytes.get(12..size.checked_add(8)?)?;
    let mut out = Vec::with_capacity(bytes.len() + 64);
    out.extend_from_slice(header);
    let mut flags_at = None;
    while !rest.is_empty() {
        let length = usize::try_from(le32(rest.get(4..8)?)?).ok()?;
        // A chunk of odd length is followed by a byte that does not count.
        let padded = length.checked_add(length % 2)?.checked_add(8)?;
        let chunk = rest.get(..padded)?;
        let kind = chunk.get(..4)?;
        if kind == b"VP8X" && length > 0 && flags_at.is_none() {
            flags_at = Some(out.len() + 8);
        }
        if kind != b"EXIF" && kind != b"XMP " {
            out.extend_from_slice(chunk);
        }
        rest = rest.get(padded..)?;
    }
    // Without these flags there is no metadata for anybody who reads it.
    let flags = out.get_mut(flags_at?)?;
    *flags &= !(EXIF | XMP);
    if (2..=8).contains(&orientation) {
        *flags |= EXIF;
        let exif = super::tiff::only_orientation(orientation);
        out.extend_from_slice(b"EXIF");
        out.extend_from_slice(&u32::try_from(exif.len()).ok()?.to_le_bytes());
        out.extend_from_slice(&exif);
    }
    let size = u32::try_from(out.len().checked_sub(8)?).ok()?;
    out.get_mut(4..8)?.copy_from_slice(&size.to_le_bytes());
    Some(out)
}

/// Whether its metadata, or what follows its end, says a place; `None` when this is no whole WebP.
pub(super) fn has_place(file: &File<'_>) -> Result<Option<bool>, ReadMedia> {
    let head = file.up_to(0, 12)?;
    let end = match head.get(..4) == Some(b"RIFF") && head.get(8..) == Some(b"WEBP") {
        true => head
            .get(4..8)
            .and_then(le32)
            .map(|size| u64::from(size) + 8),
        false => None,
    };
    let Some(end) = end.filter(|end| *end <= file.size) else {
        return Ok(None);
    };
    let mut at = 12;
    for _ in 0..MAX_CHUNKS {
        if at >= end {
            return place::anywhere(file, end..file.size).map(Some);
        }
        let head = file.up_to(at, 8)?;
        let Some(length) = head.get(4..8).and_then(le32).map(u64::from) else {
            return Ok(None);
        };
        let kind = head.get(..4).unwrap_or_default();
        if matches!(kind, b"EXIF" | b"XMP ") {
            let data = match length <= MAX_METADATA {
                true => file.bytes(at + 8, length)?,
                false => None,
            };
            let Some(data) = data else { return Ok(None) };
            let says = match kind {
                b"EXIF" => place::in_exif(&data),
                _ => place::in_xmp(&data),
            };
            if says {
                return Ok(Some(true));
            }
        }
        at += 8 + length + length % 2;
    }
    Ok(None)
}

fn le32(bytes: &[u8]) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}
