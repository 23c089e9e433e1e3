//! Bytes without meaning are files, not films.

use media::{MediaKind, sniff, sniff_named};

/// Of 60,000 random heads of 4 KiB, and as many short ones, none looks like media.
#[test]
fn random_bytes_are_hardly_ever_taken_for_media() {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.wrapping_mul(0x2545_f491_4f6c_dd1d)
    };
    let mut found = std::collections::BTreeMap::new();
    for round in 0..120_000 {
        let len = if round % 2 == 0 {
            4096
        } else {
            8 + round % 500
        };
        let mut head = Vec::with_capacity(len + 8);
        // The first bytes decide: the rest need not be fresh every time.
        while head.len() < len {
            let word = next();
            head.extend_from_slice(&word.to_le_bytes());
        }
        head.truncate(len);
        let kind = sniff(&head);
        if !matches!(kind.kind, MediaKind::Other | MediaKind::Document) {
            *found.entry(kind.mime).or_insert(0) += 1;
        }
    }
    assert!(found.is_empty(), "{found:?}");
}

/// Every start of two or three magic bytes, before bytes that are not such a file.
#[test]
fn short_magic_alone_is_not_enough() {
    for magic in [
        &b"\xFF\x0A"[..],
        b"\x1F\x8B",
        b"BM",
        b"\xFF\xFB",
        b"\xFF\xF1",
        b"ID3",
    ] {
        for fill in [0xA5_u8, 0x00, 0xFF] {
            let mut head = magic.to_vec();
            head.resize(3_000, fill);
            let found = sniff(&head);
            assert!(
                matches!(found.kind, MediaKind::Other | MediaKind::Document),
                "{magic:?} and {fill:x}: {}",
                found.mime
            );
        }
    }
}

#[test]
fn a_bare_jpeg_xl_stream_needs_its_name() {
    let mut head = b"\xFF\x0A".to_vec();
    head.resize(3_000, 0xA5);
    let kind = |name: &str| sniff_named(&head, name).kind;
    assert_eq!(kind("photo.JXL"), MediaKind::Photo);
    assert_ne!(kind("photo.bin"), MediaKind::Photo);
    assert_ne!(sniff_named(b"words", "photo.jxl").kind, MediaKind::Photo);
}
