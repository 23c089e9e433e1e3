//! Names a file's type from its first bytes.
//!
//! Not a parser: it reads magic numbers and a few fixed fields. What it names
//! may still be broken further on; the worker finds that out.

use serde::{Deserialize, Serialize};

/// How many first bytes `sniff` makes use of; fewer are fine.
pub const HEAD_BYTES: usize = 4096;

/// Which shelf a file belongs on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum MediaKind {
    /// Moving pictures.
    Video,
    /// A still or animated picture.
    Photo,
    /// Sound alone.
    Audio,
    /// Timed text.
    Subtitle,
    /// Text or a paginated document.
    Document,
    /// Anything else; nothing is refused.
    #[default]
    Other,
}

/// A file type by content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct MediaType {
    /// Which shelf it belongs on.
    pub kind: MediaKind,
    /// MIME type.
    pub mime: &'static str,
    /// Usual file name extension, without the dot.
    pub extension: &'static str,
}

const fn media(kind: MediaKind, mime: &'static str, extension: &'static str) -> MediaType {
    MediaType {
        kind,
        mime,
        extension,
    }
}

const OTHER: MediaType = media(MediaKind::Other, "application/octet-stream", "bin");

/// Names the type of a file from its first bytes (`HEAD_BYTES` are enough).
/// Pure and cheap; never decodes, never panics.
pub fn sniff(head: &[u8]) -> MediaType {
    let head = head.get(..HEAD_BYTES).unwrap_or(head);
    binary(head).or_else(|| text(head)).unwrap_or(OTHER)
}

/// As `sniff`; the file name only decides among kinds of plain text
/// (subtitle formats, markup), never whether bytes are media. The one exception is a bare
/// JPEG XL stream, whose two magic bytes begin one random file in 65,536, too.
pub fn sniff_named(head: &[u8], file_name: &str) -> MediaType {
    let found = sniff(head);
    let extension = file_name
        .rsplit_once('.')
        .map(|(_, e)| e.to_ascii_lowercase());
    let is_known = !matches!(found.mime, "application/octet-stream" | "text/plain");
    if !is_known && at(head, 0, b"\xFF\x0A") && extension.as_deref() == Some("jxl") {
        return media(MediaKind::Photo, "image/jxl", "jxl");
    }
    if found.mime != "text/plain" {
        return found;
    }
    match extension.as_deref() {
        Some("srt") => SRT,
        Some("vtt") => VTT,
        Some("ass" | "ssa") => ASS,
        Some("md") => media(MediaKind::Document, "text/markdown", "md"),
        Some("csv") => media(MediaKind::Document, "text/csv", "csv"),
        _ => found,
    }
}

const SRT: MediaType = media(MediaKind::Subtitle, "application/x-subrip", "srt");
const VTT: MediaType = media(MediaKind::Subtitle, "text/vtt", "vtt");
const ASS: MediaType = media(MediaKind::Subtitle, "text/x-ssa", "ass");

fn at(head: &[u8], offset: usize, magic: &[u8]) -> bool {
    head.get(offset..)
        .is_some_and(|rest| rest.starts_with(magic))
}

/// Formats told by fixed bytes at fixed places, the most telling first.
fn binary(head: &[u8]) -> Option<MediaType> {
    use MediaKind::{Audio, Document, Other, Photo, Video};
    if at(head, 4, b"ftyp") {
        return iso_base_media(head);
    }
    // QuickTime files older than `ftyp` begin with one of these boxes.
    if [b"moov", b"mdat", b"wide", b"free", b"skip"]
        .iter()
        .any(|kind| at(head, 4, *kind))
        && head.first() == Some(&0)
    {
        return Some(media(Video, "video/quicktime", "mov"));
    }
    if at(head, 0, &[0x1A, 0x45, 0xDF, 0xA3]) {
        return Some(matroska(head));
    }
    if at(head, 0, b"RIFF") || at(head, 0, b"RF64") {
        return match head.get(8..12) {
            Some(b"WAVE") => Some(media(Audio, "audio/wav", "wav")),
            Some(b"AVI ") => Some(media(Video, "video/x-msvideo", "avi")),
            Some(b"WEBP") => Some(media(Photo, "image/webp", "webp")),
            _ => None,
        };
    }
    if at(head, 0, b"OggS") {
        return Some(ogg(head));
    }
    if at(head, 0, b"FORM") && (at(head, 8, b"AIFF") || at(head, 8, b"AIFC")) {
        return Some(media(Audio, "audio/aiff", "aiff"));
    }
    if at(head, 0, &[0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11]) {
        return Some(media(Video, "video/x-ms-asf", "wmv"));
    }
    let fixed: &[(&[u8], MediaType)] = &[
        (b"\xFF\xD8\xFF", media(Photo, "image/jpeg", "jpg")),
        (b"\x89PNG\r\n\x1a\n", media(Photo, "image/png", "png")),
        (b"GIF87a", media(Photo, "image/gif", "gif")),
        (b"GIF89a", media(Photo, "image/gif", "gif")),
        (b"II*\0", media(Photo, "image/tiff", "tiff")),
        (b"MM\0*", media(Photo, "image/tiff", "tiff")),
        (
            b"\0\0\0\x0CJXL \r\n\x87\n",
            media(Photo, "image/jxl", "jxl"),
        ),
        (b"fLaC", media(Audio, "audio/flac", "flac")),
        (b"FLV\x01", media(Video, "video/x-flv", "flv")),
        (b"\0\0\x01\xBA", media(Video, "video/mpeg", "mpg")),
        (b"\0\0\x01\xB3", media(Video, "video/mpeg", "mpg")),
        (b"%PDF-", media(Document, "application/pdf", "pdf")),
        (b"{\\rtf", media(Document, "application/rtf", "rtf")),
        (b"PK\x03\x04", media(Other, "application/zip", "zip")),
        (b"PK\x05\x06", media(Other, "application/zip", "zip")),
        (b"\x1F\x8B\x08", media(Other, "application/gzip", "gz")),
        (
            b"7z\xBC\xAF\x27\x1C",
            media(Other, "application/x-7z-compressed", "7z"),
        ),
        (b"Rar!\x1A\x07", media(Other, "application/vnd.rar", "rar")),
        (b"\xFD7zXZ\0", media(Other, "application/x-xz", "xz")),
        (b"\x28\xB5\x2F\xFD", media(Other, "application/zstd", "zst")),
        (b"\x7FELF", media(Other, "application/x-executable", "bin")),
    ];
    if let Some((_, found)) = fixed.iter().find(|(magic, _)| at(head, 0, magic)) {
        return Some(*found);
    }
    if bitmap(head) {
        return Some(media(Photo, "image/bmp", "bmp"));
    }
    if transport_stream(head, 188, 0) || transport_stream(head, 192, 4) {
        return Some(media(Video, "video/mp2t", "ts"));
    }
    mpeg_audio(head)
}

/// BMP has only two magic bytes, so its reserved zeros and header size count too.
fn bitmap(head: &[u8]) -> bool {
    at(head, 0, b"BM")
        && at(head, 6, &[0; 4])
        && matches!(head.get(14), Some(12 | 40 | 52 | 56 | 64 | 108 | 124))
        && at(head, 15, &[0; 3])
}

/// ISO/IEC 14496-12 section 4.3: the major brand, then the compatible ones.
fn iso_base_media(head: &[u8]) -> Option<MediaType> {
    use MediaKind::{Audio, Photo, Video};
    let size = head
        .get(..4)
        .and_then(|b| b.try_into().ok())
        .map_or(0, u32::from_be_bytes) as usize;
    let brands = head.get(8..size.clamp(16, 256).min(head.len()))?;
    let mut all = brands
        .chunks_exact(4)
        .enumerate()
        .filter(|(i, _)| *i != 1)
        .map(|(_, b)| b);
    let major = brands.get(..4)?;
    let has = |wanted: &[&[u8]]| {
        brands
            .chunks_exact(4)
            .enumerate()
            .any(|(i, b)| i != 1 && wanted.contains(&b))
    };
    if has(&[b"avif", b"avis"]) && (major == b"avif" || major == b"avis" || has(&[b"mif1"])) {
        return Some(media(Photo, "image/avif", "avif"));
    }
    if has(&[b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"]) || major == b"mif1" {
        return Some(media(Photo, "image/heic", "heic"));
    }
    if major == b"crx " {
        return Some(media(Photo, "image/x-canon-cr3", "cr3"));
    }
    Some(match major {
        b"M4A " | b"M4B " | b"M4P " => media(Audio, "audio/mp4", "m4a"),
        b"qt  " => media(Video, "video/quicktime", "mov"),
        b"M4V " | b"M4VH" | b"M4VP" => media(Video, "video/x-m4v", "m4v"),
        b"3gp4" | b"3gp5" | b"3gp6" | b"3g2a" => media(Video, "video/3gpp", "3gp"),
        _ if all.all(|brand| brand == b"M4A ") => media(Audio, "audio/mp4", "m4a"),
        _ => media(Video, "video/mp4", "mp4"),
    })
}

/// The EBML DocType decides between WebM and Matroska.
fn matroska(head: &[u8]) -> MediaType {
    let header = head.get(..128).unwrap_or(head);
    if header.windows(4).any(|w| w == b"webm") {
        media(MediaKind::Video, "video/webm", "webm")
    } else {
        media(MediaKind::Video, "video/x-matroska", "mkv")
    }
}

/// The first packet of the first page names the codec (RFC 3533, RFC 7845).
fn ogg(head: &[u8]) -> MediaType {
    let page = head.get(..512).unwrap_or(head);
    let has = |magic: &[u8]| page.windows(magic.len()).any(|w| w == magic);
    if has(b"\x80theora") {
        media(MediaKind::Video, "video/ogg", "ogv")
    } else if has(b"OpusHead") {
        media(MediaKind::Audio, "audio/ogg", "opus")
    } else {
        media(MediaKind::Audio, "audio/ogg", "ogg")
    }
}

/// Sync bytes at the packet distance, at least three of them.
fn transport_stream(head: &[u8], packet: usize, offset: usize) -> bool {
    let mut seen = 0;
    let mut position = offset;
    while let Some(byte) = head.get(position) {
        if *byte != 0x47 {
            return false;
        }
        seen += 1;
        position += packet;
    }
    seen >= 3
}

fn mpeg_audio(head: &[u8]) -> Option<MediaType> {
    const MP3: MediaType = media(MediaKind::Audio, "audio/mpeg", "mp3");
    const AAC: MediaType = media(MediaKind::Audio, "audio/aac", "aac");
    if at(head, 0, b"ID3") && head.get(3).is_some_and(|v| (2..=4).contains(v)) {
        let size = head
            .get(6..10)?
            .iter()
            .fold(0usize, |n, b| (n << 7) | usize::from(b & 0x7F));
        let after = head.get(10 + size..).unwrap_or_default();
        return Some(match after {
            [b'f', b'L', b'a', b'C', ..] => media(MediaKind::Audio, "audio/flac", "flac"),
            [0xFF, b, ..] if b & 0xF6 == 0xF0 => AAC,
            _ => MP3,
        });
    }
    // ADTS (ISO/IEC 13818-7): layer bits zero, and the next frame where it says.
    if let [0xFF, b1, _, b3, b4, b5, ..] = head
        && b1 & 0xF6 == 0xF0
    {
        let length = usize::from(b3 & 3) << 11 | usize::from(*b4) << 3 | usize::from(b5 >> 5);
        return (length > 7 && at(head, length, &[0xFF, *b1])).then_some(AAC);
    }
    let first = mpeg_frame_length(head)?;
    let second = mpeg_frame_length(head.get(first..)?)?;
    (second > 0).then_some(MP3)
}

/// Length of the MPEG-1/2 Layer III or II frame that starts here.
fn mpeg_frame_length(bytes: &[u8]) -> Option<usize> {
    const V1_L3: [u32; 15] = [
        0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320,
    ];
    const V1_L2: [u32; 15] = [
        0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384,
    ];
    const V2: [u32; 15] = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
    let [0xFF, b1, b2, ..] = bytes else {
        return None;
    };
    let (version, layer) = ((b1 >> 3) & 3, (b1 >> 1) & 3);
    if b1 & 0xE0 != 0xE0 || version == 1 || !(layer == 1 || layer == 2) {
        return None;
    }
    let table = match (version, layer) {
        (3, 1) => &V1_L3,
        (3, _) => &V1_L2,
        _ => &V2,
    };
    let kbps = *table.get(usize::from(b2 >> 4)).filter(|kbps| **kbps > 0)?;
    let rate = *[44_100u32, 48_000, 32_000].get(usize::from((b2 >> 2) & 3))?;
    let rate = match version {
        3 => rate,
        2 => rate / 2,
        _ => rate / 4,
    };
    let samples = if version != 3 && layer == 1 { 72 } else { 144 };
    Some((samples * kbps * 1000 / rate + u32::from((b2 >> 1) & 1)) as usize)
}

/// Plain text and what can be told from its first words.
fn text(head: &[u8]) -> Option<MediaType> {
    use MediaKind::Document;
    if head.is_empty() {
        return None;
    }
    let text = decoded_head(head)?;
    let start = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    let lower = start
        .get(..start.floor_char_boundary(512))?
        .to_ascii_lowercase();
    if lower.starts_with("webvtt") {
        return Some(VTT);
    }
    if lower.starts_with("[script info]") {
        return Some(ASS);
    }
    if lower.starts_with("<!doctype html") || lower.starts_with("<html") {
        return Some(media(Document, "text/html", "html"));
    }
    if lower.starts_with("<svg") || (lower.starts_with("<?xml") && lower.contains("<svg")) {
        // Active content: a document to the library, never shown as a photo.
        return Some(media(Document, "image/svg+xml", "svg"));
    }
    if lower.starts_with("<?xml") {
        return Some(media(Document, "application/xml", "xml"));
    }
    if looks_like_srt(start) {
        return Some(SRT);
    }
    Some(media(Document, "text/plain", "txt"))
}

/// A number alone on a line, then a line with the SubRip arrow.
fn looks_like_srt(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let Some(first) = lines.next() else {
        return false;
    };
    let timing = if first.bytes().all(|b| b.is_ascii_digit()) {
        lines.next()
    } else {
        Some(first)
    };
    timing.is_some_and(|line| {
        line.contains("-->") && line.starts_with(|c: char| c.is_ascii_digit() || c == '-')
    })
}

/// The head as text when it is text: UTF-16 with a mark, UTF-8 (possibly cut
/// in a character), or an 8-bit encoding without control characters.
fn decoded_head(head: &[u8]) -> Option<String> {
    if at(head, 0, &[0xFF, 0xFE]) || at(head, 0, &[0xFE, 0xFF]) {
        let big = head.first() == Some(&0xFE);
        let units = head.get(2..)?.chunks_exact(2).map(|pair| {
            let pair = [pair[0], pair[1]];
            if big {
                u16::from_be_bytes(pair)
            } else {
                u16::from_le_bytes(pair)
            }
        });
        let text: String = char::decode_utf16(units)
            .map(|c| c.unwrap_or('\u{fffd}'))
            .collect();
        return (!text.chars().any(is_binary_control)).then_some(text);
    }
    let text = match std::str::from_utf8(head) {
        Ok(text) => text.to_owned(),
        Err(error) if error.error_len().is_none() => {
            String::from_utf8_lossy(head.get(..error.valid_up_to())?).into_owned()
        }
        Err(_) => head.iter().map(|byte| char::from(*byte)).collect(),
    };
    // Eight-bit text has no C0 controls; binary files nearly always do.
    (!text.chars().any(is_binary_control)).then_some(text)
}

fn is_binary_control(c: char) -> bool {
    matches!(c, '\0'..='\u{8}' | '\u{e}'..='\u{1a}' | '\u{1c}'..='\u{1f}' | '\u{7f}')
}
