//! A photo that says where it was made in XMP alone, which the library does not read, does not say
//! it to others, by link or in public; and one that says nothing is shared as it lies there.

use std::path::Path;

use serde_json::{Value, json};

use crate::previews::DOT;
use crate::share_kill::save;
use crate::support::{Daemon, eventually};

const XMP: &[u8] = br#"<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="48,12.49N"
exif:GPSLongitude="16,22.43E"/></rdf:RDF></x:xmpmeta>"#;
/// More than the books of a home grow by.
const LARGE: usize = 24 << 20;

/// The grey JPEG with another segment behind its first.
fn jpeg_with(segments: &[u8]) -> Vec<u8> {
    let (head, picture) = DOT.split_at(20);
    [head, segments, picture].concat()
}

fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 2).expect("short").to_be_bytes();
    [&[0xff, marker], &length[..], body].concat()
}

/// A PNG of one grey pixel, with these chunks before it.
fn png_with(chunks: &[u8]) -> Vec<u8> {
    [
        &b"\x89PNG\r\n\x1a\n"[..],
        &chunk(b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]),
        chunks,
        // Stored, not compressed: no filter, grey.
        &chunk(b"IDAT", b"\x78\x01\x01\x02\0\xfd\xff\0\x80\0\x82\0\x81"),
        &chunk(b"IEND", b""),
    ]
    .concat()
}

fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).expect("short").to_be_bytes();
    let sum = crc32fast::hash(&[&kind[..], data].concat()).to_be_bytes();
    [&length, &kind[..], data, &sum].concat()
}

/// A photo as others may have it and as it lies here, by the name of its file.
fn photos() -> [(&'static str, Vec<u8>, Vec<u8>); 3] {
    let xmp = [b"http://ns.adobe.com/xap/1.0/\0", XMP].concat();
    let text = [b"XML:com.adobe.xmp\0\0\0\0\0", XMP].concat();
    let comments = segment(0xfe, &[b'.'; 60_000]).repeat(LARGE / 60_000);
    let plain = jpeg_with(&comments);
    [
        ("a.jpg", DOT.to_vec(), jpeg_with(&segment(0xe1, &xmp))),
        ("b.png", png_with(b""), png_with(&chunk(b"iTXt", &text))),
        ("c.jpg", plain.clone(), plain),
    ]
}

/// Shares one photo and waits until others can have it.
fn shared(daemon: &Daemon, item: &Value, mut request: Value) -> Value {
    request["items"] = json!([item["id"]]);
    let share = daemon.posted("/shares", &request);
    eventually("the share is ready", || {
        let shares = daemon.got("/shares").as_array()?.clone();
        let share = shares.into_iter().find(|one| one["id"] == share["id"])?;
        assert_ne!(share["state"], "failed", "{share}");
        (share["state"] == "ready").then_some(share)
    })
}

/// Imports photos, and returns their items in the same order.
fn imported(daemon: &Daemon, folder: &Path, photos: &[(&str, &[u8])]) -> Vec<Value> {
    let import = |(name, bytes): &(&str, &[u8])| {
        let path = folder.join(name);
        std::fs::write(&path, bytes).expect("a photo");
        let before = daemon.items();
        daemon.import(&[&path], "copy");
        let mut items = daemon.items();
        items.retain(|item| before.iter().all(|one| one["id"] != item["id"]));
        items.pop().expect("a new item")
    };
    photos.iter().map(import).collect()
}

fn disk(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).expect("a folder").flatten();
    let size = |path: &Path| match path.is_dir() {
        true => disk(path),
        false => path.metadata().map_or(0, |file| file.len()),
    };
    entries.map(|entry| size(&entry.path())).sum()
}

#[test]
fn a_place_in_xmp_alone_leaves_neither_by_link_nor_in_public() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder.path().join("sharer");
    let sharer = Daemon::start_sharing(&home);
    let opener = Daemon::start_sharing(&folder.path().join("opener"));
    let other = Daemon::start(&folder.path().join("other"));
    let photos = photos();
    let own: Vec<_> = photos
        .iter()
        .map(|(name, _, own)| (*name, &**own))
        .collect();
    let items = imported(&sharer, folder.path(), &own);
    let before = disk(&home);

    for item in &items {
        let link = shared(&sharer, item, json!({}))["link"].clone();
        let opened = opener.posted("/links/open", &json!({ "link": link }));
        let job = save(&opener, opened["id"].as_str().expect("an id"));
        assert_eq!(opener.ended(&job)["state"], "done");
    }
    let public = json!({ "visibility": "public", "licence": "CC0-1.0" });
    let contents: Vec<_> = items
        .iter()
        .map(|item| shared(&sharer, item, public.clone())["content"].clone())
        .collect();
    let grown = disk(&home).saturating_sub(before);
    assert!(grown < LARGE as u64 / 2, "{grown} bytes more");

    let came: Vec<_> = opener
        .items()
        .iter()
        .map(|item| opener.original(item).1)
        .collect();
    for (name, clean, _) in &photos {
        assert!(came.contains(clean), "{name}: other bytes came by link");
    }
    assert_eq!(came.len(), photos.len());
    // The address of a file says what its bytes are.
    let clean: Vec<_> = photos
        .iter()
        .map(|(name, clean, _)| (*name, &**clean))
        .collect();
    for (item, content) in imported(&other, folder.path(), &clean)
        .iter()
        .zip(&contents)
    {
        assert!(content.is_string(), "{content}");
        assert_eq!(&item["cid"], content, "{}", item["title"]);
    }
    assert_eq!(items[2]["cid"], contents[2], "no second copy");
}
