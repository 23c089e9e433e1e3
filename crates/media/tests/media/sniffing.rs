//! Types by content.

use media::{MediaKind, sniff, sniff_named};
use proptest::prelude::*;

#[test]
fn content_decides_and_never_the_name() {
    let cases: &[(&[u8], &str, MediaKind)] = &[
        (b"", "application/octet-stream", MediaKind::Other),
        (b"<!DOCTYPE html><html>", "text/html", MediaKind::Document),
        (b"  <HTML><head>", "text/html", MediaKind::Document),
        (
            b"<?xml version=\"1.0\"?><svg xmlns=\"x\">",
            "image/svg+xml",
            MediaKind::Document,
        ),
        (
            b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom",
            "video/mp4",
            MediaKind::Video,
        ),
        (
            b"\0\0\0\x18ftypM4A \0\0\0\0M4A isom",
            "audio/mp4",
            MediaKind::Audio,
        ),
        (
            b"\0\0\0\x14ftypqt  \0\0\0\0qt  ",
            "video/quicktime",
            MediaKind::Video,
        ),
        (
            b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf",
            "image/avif",
            MediaKind::Photo,
        ),
        (
            b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic",
            "image/heic",
            MediaKind::Photo,
        ),
        (
            b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
            "image/heic",
            MediaKind::Photo,
        ),
        (
            b"\x1A\x45\xDF\xA3\x9f\x42\x82\x84webm",
            "video/webm",
            MediaKind::Video,
        ),
        (
            b"\x1A\x45\xDF\xA3\x9f\x42\x82\x88matroska",
            "video/x-matroska",
            MediaKind::Video,
        ),
        (b"RIFF\0\0\0\0WAVEfmt ", "audio/wav", MediaKind::Audio),
        (b"RIFF\0\0\0\0AVI LIST", "video/x-msvideo", MediaKind::Video),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp", MediaKind::Photo),
        (b"fLaC\0\0\0\x22", "audio/flac", MediaKind::Audio),
        (b"ID3\x04\0\0\0\0\0\0", "audio/mpeg", MediaKind::Audio),
        (b"\xFF\xD8\xFF\xE0", "image/jpeg", MediaKind::Photo),
        (b"GIF89a", "image/gif", MediaKind::Photo),
        (b"II*\0\x08\0\0\0", "image/tiff", MediaKind::Photo),
        (
            b"BMW is a car maker, this is text",
            "text/plain",
            MediaKind::Document,
        ),
        (b"%PDF-1.7", "application/pdf", MediaKind::Document),
        (b"PK\x03\x04", "application/zip", MediaKind::Other),
        (b"WEBVTT\n\n", "text/vtt", MediaKind::Subtitle),
        (
            b"\xEF\xBB\xBF1\r\n00:00:01,000 --> 00:00:02,000\r\nHi",
            "application/x-subrip",
            MediaKind::Subtitle,
        ),
        (
            b"[Script Info]\nTitle: x",
            "text/x-ssa",
            MediaKind::Subtitle,
        ),
        (b"just words", "text/plain", MediaKind::Document),
        (
            b"\0\x01\x02\x03",
            "application/octet-stream",
            MediaKind::Other,
        ),
    ];
    for (head, mime, kind) in cases {
        let found = sniff_named(head, "film.mp4");
        assert_eq!(
            (found.mime, found.kind),
            (*mime, *kind),
            "{:?}",
            String::from_utf8_lossy(head)
        );
    }
    assert_eq!(
        sniff_named(b"no cues yet", "a.srt").kind,
        MediaKind::Subtitle
    );
    assert_eq!(sniff_named(b"\0\0binary", "a.srt").kind, MediaKind::Other);
    let mut packets = vec![0u8; 188 * 5];
    packets
        .iter_mut()
        .step_by(188)
        .for_each(|byte| *byte = 0x47);
    assert_eq!(sniff(&packets).mime, "video/mp2t");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn never_panics(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        sniff(&bytes);
    }

    #[test]
    fn never_panics_behind_a_magic_number(
        magic in prop::sample::select(vec![
            &b"\0\0\0\x18ftypmp42"[..], b"\x1A\x45\xDF\xA3", b"ID3\x04\0\0\x7f\x7f\x7f\x7f", b"OggS",
            b"\xFF\xFB\x90\0", b"\xFF\xF1\x50\x80", b"RIFF", b"\xFE\xFF", b"BM",
        ]),
        bytes in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        sniff(&[magic, &bytes].concat());
    }
}
