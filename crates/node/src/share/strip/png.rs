//! PNG: its texts (XMP and raw Exif profiles among them) and its Exif go, its picture stays.
//!
//! PNG (third edition): <https://www.w3.org/TR/png-3/>; the chunk `eXIf` holds a TIFF structure.

use super::{File, place, speaks_of_place};
use crate::stream::ReadMedia;

const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";
/// Length, type and checksum of a chunk.
const FRAME: usize = 12;
/// Bytes that are read at once: a picture is cut into many chunks.
const WINDOW: u64 = 64 << 10;
/// Most chunks of one file.
const MAX_CHUNKS: usize = 1 << 18;
/// Longest metadata.
const MAX_METADATA: u64 = 16 << 20;
/// The keyword of XMP.
const XMP: &[u8] = b"XML:com.adobe.xmp";
/// How the keywords of profiles begin that some programs write, as compressed hexadecimal digits.
const RAW_PROFILE: &[u8] = b"Raw profile type ";

/// The PNG without its metadata, but for `orientation` (1 to 8); `None` when this is no whole PNG.
/// What follows its end goes, too.
pub(super) fn without_metadata(bytes: &[u8], orientation: u8) -> Option<Vec<u8>> {
    let mut rest = bytes.strip_prefix(&SIGNATURE)?;
    let mut out = Vec::with_capacity(bytes.len() + 64);
    out.extend_from_slice(&SIGNATURE);
    loop {
        let (length, _) = rest.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let chunk = rest.get(..length.checked_add(FRAME)?)?;
        let kind = chunk.get(4..8)?;
        if !matches!(kind, b"eXIf" | b"zxIf" | b"tEXt" | b"zTXt" | b"iTXt") {
            out.extend_from_slice(chunk);
        }
        match kind {
            b"IHDR" if (2..=8).contains(&orientation) => {
                push(
                    &mut out,
                    b"eXIf",
                    &super::tiff::only_orientation(orientation),
                );
            }
            b"IEND" => return Some(out),
            _ => {}
        }
        rest = rest.get(chunk.len()..)?;
    }
}

/// Whether its metadata, or what follows its end, says a place; `None` when this is no whole PNG.
pub(super) fn has_place(file: &File<'_>) -> Result<Option<bool>, ReadMedia> {
    if file.up_to(0, 8)?[..] != SIGNATURE {
        return Ok(None);
    }
    let (mut at, mut window_at, mut window) = (8, 0, bytes::Bytes::new());
    for _ in 0..MAX_CHUNKS {
        if at < window_at || at + 8 > window_at + window.len() as u64 {
            (window_at, window) = (at, file.up_to(at, WINDOW)?);
        }
        let start = usize::try_from(at - window_at).unwrap_or(usize::MAX);
        let head = window.get(start..).and_then(<[u8]>::split_first_chunk::<4>);
        let Some((length, kind)) = head else {
            return Ok(None);
        };
        let length = u64::from(u32::from_be_bytes(*length));
        let kind = kind.get(..4).unwrap_or_default();
        let end = at + length + FRAME as u64;
        match kind {
            b"IEND" => return place::anywhere(file, end..file.size).map(Some),
            b"eXIf" | b"zxIf" | b"tEXt" | b"zTXt" | b"iTXt" => {
                let data = match length <= MAX_METADATA {
                    true => file.bytes(at + 8, length)?,
                    false => None,
                };
                let Some(data) = data else { return Ok(None) };
                if chunk_has_place(kind, &data) {
                    return Ok(Some(true));
                }
            }
            _ => {}
        }
        at = end;
    }
    Ok(None)
}

/// What is compressed is not read: when it is metadata, it is taken for a place.
fn chunk_has_place(kind: &[u8], data: &[u8]) -> bool {
    let end = data.iter().position(|byte| *byte == 0);
    let (keyword, text) = data.split_at(end.unwrap_or(data.len()));
    match kind {
        b"eXIf" => place::in_exif(data),
        b"zxIf" => true,
        _ if keyword == XMP => {
            // Behind the zero: whether it is compressed.
            let is_plain = kind == b"tEXt" || (kind == b"iTXt" && text.get(1) == Some(&0));
            !is_plain || place::in_xmp(text)
        }
        // A colour profile tells nothing.
        _ if keyword.starts_with(RAW_PROFILE) => {
            !keyword.ends_with(b"icc") && !keyword.ends_with(b"icm")
        }
        _ => speaks_of_place(keyword),
    }
}

fn push(out: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    let mut sum = crc32fast::Hasher::new();
    sum.update(kind);
    sum.update(data);
    out.extend_from_slice(&u32::try_from(data.len()).unwrap_or(u32::MAX).to_be_bytes());
    out.extend_from_slice(kind);
    out.extend_from_slice(data);
    out.extend_from_slice(&sum.finalize().to_be_bytes());
}
