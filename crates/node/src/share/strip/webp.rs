//! WebP: its Exif and XMP go, its picture stays.
//!
//! WebP container: <https://developers.google.com/speed/webp/docs/riff_container>

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

fn le32(bytes: &[u8]) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}
