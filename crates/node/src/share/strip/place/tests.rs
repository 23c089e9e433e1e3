//! Photos that say where they were made in ways of which the library knows nothing.

use super::super::Stripped;
use super::super::tests::{heic, run, says, tiff};

/// What XMP says, with a property of this name.
fn xmp(name: &str) -> Vec<u8> {
    format!(r#"<rdf:RDF><rdf:Description {name}="+48.2082"/></rdf:RDF>"#).into_bytes()
}

/// Photos with XMP, and nothing else that tells.
fn photos_with(xmp: &[u8]) -> [(&'static str, Vec<u8>); 4] {
    let segment = [b"http://ns.adobe.com/xap/1.0/\0", xmp].concat();
    let length = u16::try_from(segment.len() + 2)
        .expect("short")
        .to_be_bytes();
    let scan = b"\xff\xda\0\x03\x01\x09\xff\xd9";
    let jpeg = [b"\xff\xd8\xff\xe1", &length[..], &segment, scan].concat();
    let long = |number: u32| number.to_le_bytes();
    let webp = [b"VP8X", &long(10)[..], &[4, 0, 0, 0, 1, 0, 0, 1, 0, 0]].concat();
    let len = u32::try_from(xmp.len()).expect("short");
    let padding = &[0][..xmp.len() % 2];
    let webp = [b"WEBP", &webp[..], b"XMP ", &long(len), xmp, padding].concat();
    let whole = u32::try_from(webp.len()).expect("short");
    let text = [b"XML:com.adobe.xmp\0\0\0\0\0", xmp].concat();
    let png = [
        b"\x89PNG\r\n\x1a\n",
        &u32::try_from(text.len()).expect("short").to_be_bytes()[..],
        b"iTXt",
        &text,
        b"sum!\0\0\0\0IENDsum!",
    ];
    let entry = [0xbc, 2, 1, 0];
    let tiff = [
        b"II\x2a\0\x08\0\0\0\x01\0",
        &entry[..],
        &long(len),
        &long(26),
        &[0; 4],
        xmp,
    ];
    [
        ("image/jpeg", jpeg),
        ("image/webp", [b"RIFF", &long(whole)[..], &webp].concat()),
        ("image/png", png.concat()),
        ("image/tiff", tiff.concat()),
    ]
}

#[test]
fn a_photo_is_looked_at_whatever_the_library_knows_of_it() {
    let telling = [
        "exif:GPSLatitude",
        "drone-dji:GpsLatitude",
        "photoshop:City",
        "Iptc4xmpExt:LocationCreated",
        "Iptc4xmpCore:CountryCode",
    ];
    for (mime, photo) in telling.iter().flat_map(|name| photos_with(&xmp(name))) {
        let stripped = match run(mime, &photo, false).expect("it can") {
            Stripped::AsItIs => photo,
            Stripped::Whole(bytes) => bytes,
            Stripped::Patched(patches) => {
                let mut patched = photo.clone();
                patches.apply(0, &mut patched);
                patched
            }
        };
        assert!(!says(&stripped, b"48.2082"), "{mime}");
    }
    for (mime, photo) in [("image/tiff", tiff()), ("image/heic", heic())] {
        assert!(
            matches!(run(mime, &photo, false), Some(Stripped::Patched(_))),
            "{mime}"
        );
    }
}

#[test]
fn a_photo_that_says_no_place_is_left_as_it_is() {
    let harmless = ["dc:title", "exif:GPSVersionID", "xmp:CreatorTool"];
    for (mime, photo) in harmless.iter().flat_map(|name| photos_with(&xmp(name))) {
        assert_eq!(run(mime, &photo, false), Some(Stripped::AsItIs), "{mime}");
    }
}

#[test]
fn what_stands_behind_a_picture_and_in_files_nobody_can_read_is_looked_at() {
    let [(_, jpeg), ..] = photos_with(b"");
    for (behind, is_place) in [(&xmp("exif:GPSLatitude"), true), (&xmp("dc:title"), false)] {
        let photo = [jpeg.clone(), behind.clone()].concat();
        let stripped = run("image/jpeg", &photo, false).expect("it can");
        match is_place {
            true => assert!(matches!(stripped, Stripped::Whole(all) if !says(&all, b"48.2082"))),
            false => assert_eq!(stripped, Stripped::AsItIs),
        }
        for mime in ["image/jpeg", "image/heic", "image/gif"] {
            let damaged = [b"damaged ", &behind[..]].concat();
            let refused = run(mime, &damaged, false).is_none();
            assert_eq!(refused, is_place, "{mime}");
        }
    }
}
