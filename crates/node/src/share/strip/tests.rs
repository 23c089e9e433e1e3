//! Files that say where they were made, and hostile ones.

use proptest::prelude::*;

use super::*;

const SECRET: &[u8] = b"+48.2082+016.3738/";

pub(super) fn run(mime: &str, bytes: &[u8], has_place: bool) -> Option<Stripped> {
    let source = Source::Block(bytes::Bytes::copy_from_slice(bytes));
    let stripped = strip(&source, bytes.len() as u64, mime, 6, has_place);
    stripped.expect("bytes in memory are read")
}

/// The file as others get it.
fn shared(mime: &str, bytes: &[u8]) -> Option<Vec<u8>> {
    Some(match run(mime, bytes, true)? {
        Stripped::AsItIs => bytes.to_vec(),
        Stripped::Whole(bytes) => bytes,
        Stripped::Patched(patches) => {
            let mut patched = bytes.to_vec();
            patches.apply(0, &mut patched);
            patched
        }
    })
}

pub(super) fn says(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|part| part == what)
}

/// Nothing but the bytes in `changed` is another.
fn same_but(before: &[u8], after: &[u8], changed: &[u8]) {
    assert_eq!(before.len(), after.len());
    let at = before
        .windows(changed.len())
        .position(|part| part == changed);
    let at = at.expect("it was there");
    assert_eq!(&before[..at], &after[..at], "before it");
    let end = at + changed.len();
    assert_eq!(&before[end..], &after[end..], "after it");
}

fn boxed(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut whole = u32::try_from(body.len() + 8)
        .expect("short")
        .to_be_bytes()
        .to_vec();
    whole.extend_from_slice(kind);
    whole.extend_from_slice(body);
    whole
}

fn full(kind: &[u8; 4], body: &[&[u8]]) -> Vec<u8> {
    boxed(kind, &[&[0; 4], body.concat().as_slice()].concat())
}

/// A film as a phone writes it, the place in `user_data`.
fn film(user_data: &[u8], track: &[u8; 4]) -> Vec<u8> {
    let described = full(
        b"stsd",
        &[&[0, 0, 0, 1], &boxed(track, b"speaks of location")],
    );
    let track = boxed(b"stbl", &described);
    let track = boxed(b"trak", &boxed(b"mdia", &boxed(b"minf", &track)));
    let user = boxed(
        b"udta",
        &[user_data, &boxed(b"\xa9nam", b"A day"), &[0; 4]].concat(),
    );
    [
        boxed(b"ftyp", b"qt  \0\0\0\0qt  "),
        boxed(b"moov", &[boxed(b"mvhd", &[7; 100]), track, user].concat()),
        boxed(b"mdat", &[9; 5000]),
    ]
    .concat()
}

#[test]
fn a_film_forgets_its_place_and_keeps_every_other_byte() {
    for kind in [b"\xa9xyz", b"loci", b"XMP_"] {
        let place = boxed(kind, SECRET);
        let film = film(&place, b"avc1");
        let stripped = shared("video/mp4", &film).expect("it can");
        assert!(
            !says(&stripped, b"48.2082") && !says(&stripped, kind),
            "{kind:?}"
        );
        same_but(&film, &stripped, &place[4..]);
        assert!(says(&stripped, b"free") && says(&stripped, b"A day"));
    }
}

#[test]
fn quicktime_and_itunes_metadata_forgets_it_by_the_name_of_the_key() {
    let key = |name: &[u8]| boxed(b"mdta", name);
    let keys = [
        key(b"com.apple.quicktime.make"),
        key(b"com.apple.quicktime.location.ISO6709"),
    ];
    let keys = full(b"keys", &[&[0, 0, 0, 2], &keys.concat()]);
    let value = |text: &[u8]| boxed(b"data", &[&[0, 0, 0, 1, 0, 0, 0, 0], text].concat());
    let (make, place) = (
        boxed(&[0, 0, 0, 1], &value(b"Tributary")),
        boxed(&[0, 0, 0, 2], &value(SECRET)),
    );
    let own = boxed(
        b"----",
        &[full(b"name", &[b"GPSCoordinates"]), value(SECRET)].concat(),
    );
    let list = boxed(b"ilst", &[make, place, own].concat());
    let handler = full(b"hdlr", &[&[0; 20]]);
    for meta in [
        boxed(b"meta", &[&*handler, &keys, &list].concat()),
        full(b"meta", &[&handler, &keys, &list]),
    ] {
        let film = film(&meta, b"avc1");
        let stripped = shared("video/quicktime", &film).expect("it can");
        assert!(!says(&stripped, b"48.2082"));
        assert!(says(&stripped, b"Tributary"), "who made the camera stays");
        assert_eq!(stripped.len(), film.len());
        assert!(stripped.ends_with(&[9; 5000]), "what is shown stays");
    }
}

#[test]
fn a_track_of_places_is_refused_even_where_none_is_known() {
    for track in [b"gpmd", b"camm", b"mebx"] {
        assert_eq!(
            run("video/mp4", &film(b"", track), false),
            None,
            "{track:?}"
        );
    }
    assert_eq!(
        run("video/mp4", &film(b"", b"avc1"), false),
        Some(Stripped::AsItIs)
    );
}

#[test]
fn what_says_it_where_nobody_looked_is_refused() {
    assert_eq!(run("video/mp4", &film(b"", b"avc1"), true), None);
    assert_eq!(run("video/x-msvideo", b"RIFF", true), None);
    assert_eq!(
        run("video/x-msvideo", b"RIFF", false),
        Some(Stripped::AsItIs)
    );
    assert_eq!(run("image/x-canon-cr3", b"raw", true), None);
}

fn element(id: &[u8], body: &[u8]) -> Vec<u8> {
    let len = (1_u64 << 56 | body.len() as u64).to_be_bytes();
    [id, &len, body].concat()
}

#[test]
fn matroska_tags_of_places_become_void_and_so_does_their_checksum() {
    let tag = |name: &[u8], text: &[u8]| {
        element(
            &[0x67, 0xc8],
            &[element(&[0x45, 0xa3], name), element(&[0x44, 0x87], text)].concat(),
        )
    };
    for padding in [0, 200] {
        let place = tag(b"LOCATION", &[SECRET, &vec![b'.'; padding]].concat());
        let sum = [0xbf, 0x84, 1, 2, 3, 4];
        let tags = element(&[0x73, 0x73], &[tag(b"TITLE", b"A day"), place].concat());
        let tags = element(&[0x12, 0x54, 0xc3, 0x67], &[&sum[..], &tags].concat());
        let cluster = element(&[0x1f, 0x43, 0xb6, 0x75], &[9; 3000]);
        let segment = element(&[0x18, 0x53, 0x80, 0x67], &[cluster, tags].concat());
        let film = [element(&[0x1a, 0x45, 0xdf, 0xa3], b"head"), segment].concat();
        let stripped = shared("video/x-matroska", &film).expect("it can");
        assert_eq!(stripped.len(), film.len());
        assert!(!says(&stripped, b"48.2082") && !says(&stripped, b"LOCATION"));
        assert!(says(&stripped, b"A day") && says(&stripped, &[9; 3000]));
        assert!(
            says(&stripped, &[0xec, 0x84, 0, 0, 0, 0]),
            "the checksum is void"
        );
        assert_eq!(
            shared("video/x-matroska", &stripped),
            None,
            "nothing is left to find"
        );
    }
}

/// A TIFF structure with orientation, XMP, a GPS directory and a picture.
pub(super) fn tiff() -> Vec<u8> {
    let mut bytes = b"II\x2a\0\x08\0\0\0".to_vec();
    let entry = |tag: u16, kind: u16, count: u32, value: u32| {
        let mut entry = [tag.to_le_bytes(), kind.to_le_bytes()].concat();
        entry.extend([count.to_le_bytes(), value.to_le_bytes()].concat());
        entry
    };
    let first = [
        entry(0x0112, 3, 1, 6),
        entry(0x0111, 4, 1, 200),
        entry(0x02bc, 1, SECRET.len() as u32, 130),
        entry(0x8825, 4, 1, 80),
    ];
    let place = [entry(1, 2, 2, u32::from(b'N')), entry(2, 5, 3, 150)];
    bytes.extend(4_u16.to_le_bytes());
    bytes.extend(first.concat());
    bytes.extend([0; 4]);
    bytes.resize(80, 0);
    bytes.extend(2_u16.to_le_bytes());
    bytes.extend(place.concat());
    bytes.extend([0; 4]);
    bytes.resize(130, 0);
    bytes.extend(SECRET);
    bytes.resize(150, 0);
    bytes.extend(b"forty-eight and a bit");
    bytes.resize(200, 0);
    bytes.extend(b"the picture");
    bytes
}

#[test]
fn a_tiff_forgets_its_place_and_keeps_its_picture_where_it_is() {
    let tiff = tiff();
    let stripped = shared("image/tiff", &tiff).expect("it can");
    assert!(!says(&stripped, b"48.2082") && !says(&stripped, b"forty-eight"));
    assert_eq!(stripped[200..], tiff[200..]);
    assert_eq!(stripped[8], 2, "two entries are left");
    assert_eq!(stripped[10..34], tiff[10..34], "and are as they were");
}

/// A HEIC with Exif at `from` of a file, and its picture after it.
pub(super) fn heic() -> Vec<u8> {
    let info = |item: u8, kind: &[u8; 4]| {
        boxed(
            b"infe",
            &[&[2, 0, 0, 0, 0, item, 0, 0], &kind[..], &[0]].concat(),
        )
    };
    let infos = full(b"iinf", &[&[0, 2], &info(1, b"hvc1"), &info(2, b"Exif")]);
    let place = |at: u32| {
        // Offsets and lengths of four bytes, no base; items 1 and 2, an extent each.
        let extent = |item: u8, at: u32, len: u32| {
            [
                &[0, item, 0, 0, 0, 1][..],
                &at.to_be_bytes(),
                &len.to_be_bytes(),
            ]
            .concat()
        };
        full(
            b"iloc",
            &[
                &[0x44, 0, 0, 2],
                &extent(1, at + 64, 11),
                &extent(2, at, 64),
            ],
        )
    };
    let head = boxed(b"ftyp", b"heic\0\0\0\0mif1heic");
    let meta = |at| full(b"meta", &[&infos, &place(at)]);
    let at = head.len() + meta(0).len() + 8;
    let mut exif = SECRET.to_vec();
    exif.resize(64, b'x');
    let data = boxed(b"mdat", &[&exif[..], b"the picture"].concat());
    [head, meta(u32::try_from(at).expect("short")), data].concat()
}

#[test]
fn a_heic_forgets_its_exif_and_keeps_its_picture_where_it_is() {
    let heic = heic();
    let stripped = shared("image/heic", &heic).expect("it can");
    assert!(!says(&stripped, b"48.2082"));
    let exif = [SECRET, &[b'x'; 46]].concat();
    same_but(&heic, &stripped, &exif);
}

fn png() -> Vec<u8> {
    let chunk = |kind: &[u8; 4], data: &[u8]| {
        let mut sum = crc32fast::Hasher::new();
        sum.update(kind);
        sum.update(data);
        let len = u32::try_from(data.len()).expect("short").to_be_bytes();
        [&len, &kind[..], data, &sum.finalize().to_be_bytes()].concat()
    };
    [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        chunk(b"IHDR", &[0; 13]),
        chunk(b"eXIf", SECRET),
        chunk(b"iTXt", SECRET),
        chunk(b"IDAT", b"the picture"),
        chunk(b"IEND", b""),
        SECRET.to_vec(),
    ]
    .concat()
}

fn webp() -> Vec<u8> {
    let chunk = |kind: &[u8; 4], data: &[u8]| {
        let len = u32::try_from(data.len()).expect("short").to_le_bytes();
        [&kind[..], &len, data, &[0][..data.len() % 2]].concat()
    };
    let body = [
        b"WEBP".to_vec(),
        chunk(b"VP8X", &[0x2c, 0, 0, 0, 1, 0, 0, 1, 0, 0]),
        chunk(b"VP8 ", b"the picture"),
        chunk(b"EXIF", SECRET),
        chunk(b"XMP ", SECRET),
    ]
    .concat();
    let len = u32::try_from(body.len()).expect("short").to_le_bytes();
    [&b"RIFF"[..], &len, &body].concat()
}

#[test]
fn png_and_webp_keep_the_picture_and_which_way_up_it_is() {
    for (mime, photo) in [("image/png", png()), ("image/webp", webp())] {
        let stripped = shared(mime, &photo).expect("it can");
        assert!(!says(&stripped, b"48.2082"), "{mime}");
        assert!(says(&stripped, b"the picture"), "{mime}");
        assert!(says(&stripped, &tiff::only_orientation(6)), "{mime}");
        // Once more finds nothing to take but what it has put there.
        assert_eq!(shared(mime, &stripped), Some(stripped));
    }
    let webp = shared("image/webp", &webp()).expect("it can");
    assert_eq!(webp[20], 0x28, "it says that it has Exif, and no XMP");
    let len = u32::from_le_bytes(webp[4..8].try_into().expect("four"));
    assert_eq!(len as usize, webp.len() - 8);
}

const MIMES: [&str; 9] = [
    "image/jpeg",
    "image/png",
    "image/webp",
    "image/tiff",
    "image/heic",
    "image/avif",
    "video/mp4",
    "video/quicktime",
    "video/x-matroska",
];

proptest! {
    /// Whatever the bytes are: no panic, and what keeps its length stays as long.
    #[test]
    fn any_bytes_are_refused_or_stripped(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        for mime in MIMES {
            run(mime, &bytes, true);
            run(mime, &bytes, false);
        }
    }

    /// A file that was cut, or some bytes of which are others.
    #[test]
    fn damaged_files_are_refused_or_stripped(
        which in 0..5_usize,
        cut in any::<prop::sample::Index>(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
    ) {
        let (mime, mut bytes) = [
            ("video/mp4", film(&boxed(b"\xa9xyz", SECRET), b"avc1")),
            ("image/tiff", tiff()),
            ("image/heic", heic()),
            ("image/png", png()),
            ("image/webp", webp()),
        ]
        .into_iter()
        .nth(which)
        .expect("one of them");
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(cut.index(bytes.len() + 1));
        if let Some(Stripped::Patched(patches)) = run(mime, &bytes, true) {
            patches.apply(0, &mut bytes);
        }
    }

    /// Applying in pieces is applying at once.
    #[test]
    fn patches_apply_in_pieces(
        places in prop::collection::vec((0_u64..300, 1_u64..40, any::<u8>()), 0..12),
        step in 1_usize..50,
    ) {
        let mut patches = Patches::default();
        let before = vec![1_u8; 320];
        for (at, len, with) in places {
            if at + len <= 320 && !patches.touches(at..at + len) {
                patches.fill(at, len, with).expect("nothing is there yet");
            }
        }
        let mut whole = before.clone();
        patches.apply(0, &mut whole);
        let mut pieces = Vec::new();
        for (index, piece) in before.chunks(step).enumerate() {
            let at = (index * step) as u64;
            let mut piece = piece.to_vec();
            let old = piece.clone();
            patches.apply(at, &mut piece);
            if !patches.touches(at..at + piece.len() as u64) {
                prop_assert_eq!(&old, &piece);
            }
            pieces.extend(piece);
        }
        prop_assert_eq!(whole, pieces);
    }
}
