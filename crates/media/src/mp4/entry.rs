//! Sample entries (`stsd`): which codec a track uses.

use super::boxes::{Boxes, be16, be32, find};

/// What the first sample entry of a track says.
#[derive(Default)]
pub(super) struct SampleEntry {
    pub(super) codec: String,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) channels: u32,
    pub(super) sample_rate: u32,
    pub(super) hdr: bool,
    /// RFC 6381 name, when it can be told.
    pub(super) rfc6381: Option<String>,
}

impl SampleEntry {
    pub(super) fn read(stsd: &[u8], handler: &[u8; 4]) -> SampleEntry {
        let entries = stsd.get(8..).unwrap_or_default();
        let Some((kind, body)) = Boxes::new(entries).next() else {
            return SampleEntry::default();
        };
        match handler {
            b"vide" => SampleEntry::video(&kind, body),
            b"soun" => SampleEntry::audio(&kind, body),
            _ => SampleEntry {
                codec: text_codec(&kind),
                ..SampleEntry::default()
            },
        }
    }

    fn video(kind: &[u8; 4], body: &[u8]) -> SampleEntry {
        let inner = body.get(78..).unwrap_or_default();
        let fourcc = String::from_utf8_lossy(kind).trim().to_owned();
        let (codec, rfc6381) = match kind {
            b"avc1" | b"avc3" => (
                "h264",
                find(inner, b"avcC").and_then(|c| {
                    let [profile, flags, level] = c.get(1..4)?.try_into().ok()?;
                    Some(format!("{fourcc}.{profile:02x}{flags:02x}{level:02x}"))
                }),
            ),
            b"hvc1" | b"hev1" | b"dvh1" | b"dvhe" => (
                "hevc",
                find(inner, b"hvcC").and_then(|c| {
                    let (profile, level) = (c.get(1)? & 31, c.get(12)?);
                    let tier = if c.get(1)? & 32 == 0 { 'L' } else { 'H' };
                    let flags = be32(c, 2)?.reverse_bits();
                    Some(format!("{fourcc}.{profile}.{flags:X}.{tier}{level}.B0"))
                }),
            ),
            b"av01" => (
                "av1",
                find(inner, b"av1C").and_then(|c| {
                    let (b1, b2) = (c.get(1)?, c.get(2)?);
                    let depth = if b2 & 0x40 == 0 { 8 } else { 10 };
                    let tier = if b2 & 0x80 == 0 { 'M' } else { 'H' };
                    Some(format!("av01.{}.{:02}{tier}.{depth:02}", b1 >> 5, b1 & 31))
                }),
            ),
            b"vp09" => (
                "vp9",
                find(inner, b"vpcC").and_then(|c| {
                    let (profile, level, depth) = (c.get(4)?, c.get(5)?, c.get(6)? >> 4);
                    Some(format!("vp09.{profile:02}.{level:02}.{depth:02}"))
                }),
            ),
            b"vp08" => ("vp8", Some("vp08".to_owned())),
            b"mp4v" => ("mpeg4", Some("mp4v.20.9".to_owned())),
            b"jpeg" | b"mjpa" | b"mjpb" => ("mjpeg", None),
            b"png " => ("png", None),
            b"s263" | b"h263" => ("h263", None),
            b"apch" | b"apcn" | b"apcs" | b"apco" | b"ap4h" | b"ap4x" => ("prores", None),
            _ => (fourcc.as_str(), None),
        };
        // `colr` of type nclx: transfer 16 is PQ, 18 is HLG.
        let transfer = find(inner, b"colr")
            .filter(|colr| colr.starts_with(b"nclx") || colr.starts_with(b"nclc"))
            .and_then(|colr| be16(colr, 6));
        SampleEntry {
            codec: codec.to_ascii_lowercase(),
            width: be16(body, 24).map_or(0, u32::from),
            height: be16(body, 26).map_or(0, u32::from),
            hdr: matches!(transfer, Some(16 | 18)) || matches!(kind, b"dvh1" | b"dvhe"),
            rfc6381,
            ..SampleEntry::default()
        }
    }

    fn audio(kind: &[u8; 4], body: &[u8]) -> SampleEntry {
        // QuickTime sound versions 1 and 2 put more fields before the boxes.
        let version = be16(body, 8).unwrap_or(0);
        let inner_at = match version {
            1 => 44,
            2 => 64,
            _ => 28,
        };
        let inner = body.get(inner_at..).unwrap_or_default();
        let esds = find(inner, b"esds")
            .or_else(|| find(inner, b"wave").and_then(|wave| find(wave, b"esds")));
        let fourcc = String::from_utf8_lossy(kind).trim().to_owned();
        let (codec, rfc6381) = match kind {
            b"mp4a" => match esds.and_then(object_type) {
                Some((0x69 | 0x6B, _)) => ("mp3", Some("mp4a.6b".to_owned())),
                Some((0xA5, _)) => ("ac3", Some("ac-3".to_owned())),
                Some((_, audio)) => ("aac", Some(format!("mp4a.40.{audio}"))),
                None => ("aac", Some("mp4a.40.2".to_owned())),
            },
            b"Opus" => ("opus", Some("opus".to_owned())),
            b"fLaC" => ("flac", Some("flac".to_owned())),
            b"alac" => ("alac", Some("alac".to_owned())),
            b"ac-3" => ("ac3", Some("ac-3".to_owned())),
            b"ec-3" => ("eac3", Some("ec-3".to_owned())),
            b"dtsc" | b"dtsh" | b"dtsl" | b"dtse" => ("dts", Some(fourcc.clone())),
            b".mp3" => ("mp3", Some("mp3".to_owned())),
            b"sowt" | b"twos" | b"lpcm" | b"in24" | b"in32" | b"fl32" | b"ipcm" => ("pcm", None),
            _ => (fourcc.as_str(), None),
        };
        let channels = be16(body, 16).map_or(0, u32::from);
        let rate = be32(body, 24).map_or(0, |fixed| fixed >> 16);
        let (channels, sample_rate) = match version {
            2 => (be32(body, 40).unwrap_or(0), double(body, 32)),
            _ => (channels, rate),
        };
        SampleEntry {
            codec: codec.to_ascii_lowercase(),
            channels: if channels <= 64 { channels } else { 0 },
            sample_rate,
            rfc6381,
            ..SampleEntry::default()
        }
    }
}

/// A big-endian double that holds a sample rate.
fn double(bytes: &[u8], offset: usize) -> u32 {
    let raw = super::boxes::be64(bytes, offset).map_or(0.0, f64::from_bits);
    if (1.0..1e6).contains(&raw) {
        raw as u32
    } else {
        0
    }
}

/// Object type of the decoder configuration and the audio object type within
/// (ISO/IEC 14496-1 section 7.2.6.5: descriptors with 7-bit lengths).
fn object_type(esds: &[u8]) -> Option<(u8, u8)> {
    let mut rest = esds.get(4..)?;
    let mut kind = 0;
    for _ in 0..4 {
        let (tag, body) = descriptor(rest)?;
        match tag {
            3 => {
                let flags = *body.get(2)?;
                let skip = 3
                    + if flags & 0x80 != 0 { 2 } else { 0 }
                    + if flags & 0x20 != 0 { 2 } else { 0 };
                rest = body.get(skip..)?;
            }
            4 => {
                kind = *body.first()?;
                rest = body.get(13..).unwrap_or_default();
                if rest.is_empty() {
                    break;
                }
            }
            5 => return Some((kind, (body.first()? >> 3).clamp(1, 42))),
            _ => break,
        }
    }
    (kind != 0).then_some((kind, 2))
}

fn descriptor(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let tag = *bytes.first()?;
    let mut length = 0usize;
    for (i, byte) in bytes.get(1..5.min(bytes.len()))?.iter().enumerate() {
        length = (length << 7) | usize::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            let body = bytes.get(2 + i..)?;
            return Some((tag, body.get(..length).unwrap_or(body)));
        }
    }
    None
}

fn text_codec(kind: &[u8; 4]) -> String {
    match kind {
        b"tx3g" | b"text" => "tx3g".to_owned(),
        b"wvtt" => "webvtt".to_owned(),
        b"stpp" => "ttml".to_owned(),
        b"mp4s" => "vobsub".to_owned(),
        b"c608" | b"c708" => "eia608".to_owned(),
        other => String::from_utf8_lossy(other).trim().to_ascii_lowercase(),
    }
}
