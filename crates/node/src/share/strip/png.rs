//! PNG: its texts (XMP and raw Exif profiles among them) and its Exif go, its picture stays.
//!
//! PNG (third edition): <https://www.w3.org/TR/png-3/>; the chunk `eXIf` holds a TIFF structure.

const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";
/// Length, type and checksum of a chunk.
const FRAME: usize = 12;

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

fn push(out: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    let mut sum = crc32fast::Hasher::new();
    sum.update(kind);
    sum.update(data);
    out.extend_from_slice(&u32::try_from(data.len()).unwrap_or(u32::MAX).to_be_bytes());
    out.extend_from_slice(kind);
    out.extend_from_slice(data);
    out.extend_from_slice(&sum.finalize().to_be_bytes());
}
