//! Manifests, wrapped keys and share links: equal to what others make of docs/format.md
//! (tests/vectors/sharing.mjs), strict, bounded, and the same after a round trip.

use std::collections::BTreeMap;

use dag::ipld::{Ipld, cbor};
use dag::manifest::{
    Author, Authorship, Captions, Content, DecodeManifest, EncodeManifest, Manifest, ManifestKind,
    Member, Rendition, SealHeader, Series,
};
use dag::seal::{NoncePrefix, SealKey, WRAPPED_LEN, WrappedKey, unwrap_key, wrap_key};
use dag::share_link::{MAX_HINTS, ParseShareLink, Profile, ShareLink, ShareSecret};
use dag::{CidVersion, Codec, cid_of};
use data_encoding::HEXLOWER;
use proptest::prelude::*;
use serde_json::Value;

use crate::data_model::any_value;

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../../tests/vectors/sharing.json")).unwrap()
}

fn hex(value: &Value) -> Vec<u8> {
    HEXLOWER.decode(value.as_str().unwrap().as_bytes()).unwrap()
}

#[test]
fn a_manifest_made_by_others_reads_and_writes_the_same() {
    let vectors = vectors();
    let bytes = hex(&vectors["film"]);
    let film = Manifest::decode(&bytes).unwrap();
    assert_eq!(film.kind, ManifestKind::Film);
    assert_eq!(film.title, "Sintel \u{2013} ein Film");
    assert_eq!(film.renditions.len(), 2);
    let original = &film.renditions[0];
    assert_eq!(original.dimensions, Some((1920, 818)));
    assert_eq!(original.content.size, 123_456_789);
    assert_eq!(
        original.content.extra["codec"],
        "h264".into(),
        "unknown fields are kept"
    );
    assert_eq!(film.captions[0].label.as_deref(), Some("Deutsch"));
    assert_eq!(film.duration_ms, Some(888_000));
    assert_eq!(film.licence.as_deref(), Some("CC-BY-3.0"));
    assert_eq!(film.content_warning.as_deref(), Some("violence"));
    assert!(film.extra.contains_key("x"));
    let block = film.encode().unwrap();
    assert_eq!(block.bytes, bytes);
    assert_eq!(block.cid.to_string(), vectors["filmCid"].as_str().unwrap());
    assert_eq!(dag::links(&block.cid, &block.bytes).unwrap().len(), 4);

    let share = SealKey::new(hex(&vectors["wrap"]["shareKey"]).try_into().unwrap());
    let seal = original.content.seal.as_ref().unwrap();
    let key = unwrap_key(&share, &seal.prefix, &seal.key).unwrap();
    assert_eq!(key.expose(), &hex(&vectors["wrap"]["fileKey"])[..]);

    let album = Manifest::decode(&hex(&vectors["album"])).unwrap();
    assert_eq!(album.members[1].name, "a.jpg");
    assert_eq!(album.encode().unwrap().bytes, hex(&vectors["album"]));
}

#[test]
fn what_cannot_be_a_year_or_a_place_in_a_series_is_refused() {
    let film = Manifest::decode(&hex(&vectors()["film"])).unwrap();
    let series = |season, episode| Series {
        title: "Harbour Lights".to_owned(),
        season,
        episode,
    };
    for (year, place, name) in [
        (Some(0), None, "year"),
        (Some(10_000), None, "year"),
        (None, Some(series(10_000, 1)), "series"),
        (None, Some(series(1, 100_000)), "series"),
    ] {
        let mut bad = film.clone();
        (bad.year, bad.series) = (year, place);
        let refused = format!("{:?}", bad.encode().unwrap_err());
        assert!(refused.contains(name), "{refused}");
    }
    let mut episode = film;
    (episode.year, episode.series) = (Some(2019), Some(series(2, 7)));
    let block = episode.encode().unwrap();
    assert_eq!(Manifest::decode(&block.bytes).unwrap(), episode);
}

#[test]
fn a_key_is_wrapped_as_others_wrap_it() {
    let wrap = &vectors()["wrap"];
    let key = |name: &str| SealKey::new(hex(&wrap[name]).try_into().unwrap());
    let prefix = NoncePrefix(hex(&wrap["prefix"]).try_into().unwrap());
    let nonce: [u8; 24] = std::array::from_fn(|at| 0xa0 + at as u8);
    let wrapped = wrap_key(&key("shareKey"), nonce, &prefix, &key("fileKey"));
    assert_eq!(wrapped.0.to_vec(), hex(&wrap["wrapped"]));
}

#[test]
fn a_signature_is_over_everything_else() {
    let vectors = vectors();
    let film = Manifest::decode(&hex(&vectors["film"])).unwrap();
    let key = hex(&vectors["author"]);
    let check = |film: &Manifest| {
        let verify = |author: &[u8], message: &[u8], signature: &[u8]| {
            assert_eq!(author, key);
            assert_eq!(signature, film.author.as_ref().unwrap().signature);
            message == hex(&vectors["signed"])
        };
        film.authorship(verify) == Authorship::Signed(&key)
    };
    assert!(check(&film));
    let mut changed = film.clone();
    changed.title.push('!');
    assert!(!check(&changed));
    let mut changed = film.clone();
    changed.extra.clear();
    assert!(!check(&changed), "unknown fields are signed too");
    let unsigned = Manifest::decode(&hex(&vectors["unsigned"])).unwrap();
    assert_eq!(unsigned.authorship(|_, _, _| true), Authorship::Unsigned);
    assert_eq!(
        unsigned.signed_bytes(&key).unwrap(),
        hex(&vectors["signed"])
    );
    assert_eq!(film.authorship(|_, _, _| false), Authorship::Forged);
}

/// The vector's film with one field changed.
fn changed(change: impl FnOnce(&mut BTreeMap<String, Ipld>)) -> Result<Manifest, DecodeManifest> {
    let Ipld::Map(mut map) = cbor::decode(&hex(&vectors()["film"])).unwrap() else {
        panic!("a manifest is a map");
    };
    change(&mut map);
    Manifest::decode(&cbor::encode(&Ipld::Map(map)).unwrap())
}

#[test]
fn what_is_no_manifest_is_refused_and_the_field_named() {
    assert!(matches!(
        changed(|map| drop(map.insert("version".into(), 2u64.into()))),
        Err(DecodeManifest::Version(2))
    ));
    assert!(matches!(
        changed(|map| drop(map.remove("version"))),
        Err(DecodeManifest::NotAManifest)
    ));
    assert!(matches!(
        Manifest::decode(&[0x80]),
        Err(DecodeManifest::NotAManifest)
    ));
    assert!(matches!(
        Manifest::decode(&[0xa0, 0]),
        Err(DecodeManifest::DecodeCbor(_))
    ));
    for name in ["kind", "title", "renditions", "author", "signature"] {
        let error = changed(|map| drop(map.remove(name))).unwrap_err();
        assert!(
            matches!(error, DecodeManifest::Missing(missing) if missing == name),
            "{error:?}"
        );
    }
    let long = "x".repeat(1025);
    let bad: [(&str, Ipld); 20] = [
        ("kind", "movie".into()),
        ("kind", 1u64.into()),
        ("title", "".into()),
        ("title", "two\nlines".into()),
        ("title", long.as_str().into()),
        ("renditions", Ipld::List(vec![])),
        ("renditions", Ipld::List(vec![Ipld::Null])),
        ("renditions", Ipld::Null),
        ("poster", Ipld::Null),
        ("captions", Ipld::List(vec![])),
        ("items", Ipld::List(vec![])),
        ("duration", Ipld::Integer(-1)),
        ("duration", Ipld::Float(1.0)),
        ("language", "de_DE".into()),
        ("language", "".into()),
        ("licence", long.as_str().into()),
        ("warning", Ipld::Null),
        ("author", vec![].into()),
        ("author", "text".into()),
        ("signature", vec![0; 1025].into()),
    ];
    for (name, value) in bad {
        let error = changed(|map| drop(map.insert(name.into(), value.clone()))).unwrap_err();
        assert!(
            matches!(error, DecodeManifest::Malformed(found) if found == name),
            "{name} {value:?}: {error:?}"
        );
    }
    let rendition = |change: &dyn Fn(&mut BTreeMap<String, Ipld>)| {
        changed(|map| {
            let Some(Ipld::List(list)) = map.get_mut("renditions") else {
                panic!("there are renditions");
            };
            let Some(Ipld::Map(first)) = list.first_mut() else {
                panic!("a rendition is a map");
            };
            change(first);
        })
        .unwrap_err()
        .to_string()
    };
    let set = |name: &'static str, value: Ipld| {
        rendition(&|map| drop(map.insert(name.to_owned(), value.clone())))
    };
    assert!(set("mime", "video".into()).contains("mime"));
    assert!(set("mime", "video/mp4/x".into()).contains("mime"));
    assert!(set("size", Ipld::Integer(1 << 60)).contains("size"));
    assert!(set("role", "Original".into()).contains("role"));
    assert!(set("width", 0u64.into()).contains("width"));
    assert!(set("root", "bafy".into()).contains("root"));
    assert!(set("seal", Ipld::Map(BTreeMap::new())).contains("cipher"));
    assert!(rendition(&|map| drop(map.remove("height"))).contains("width"));
    let huge = vec![0; dag::manifest::MAX_MANIFEST_LEN + 1];
    assert!(matches!(
        Manifest::decode(&huge),
        Err(DecodeManifest::TooLong(_))
    ));
}

#[test]
fn collections_have_members_and_nothing_else_has() {
    let album = Manifest::decode(&hex(&vectors()["album"])).unwrap();
    let mut twice = album.clone();
    twice.members[1].name = "b.jpg".into();
    let mut climbing = album.clone();
    climbing.members[0].name = "../b".into();
    let mut raw = album.clone();
    raw.members[0].manifest = cid_of(Codec::Raw, CidVersion::V1, b"");
    for bad in [twice, climbing, raw] {
        assert!(matches!(bad.encode(), Err(EncodeManifest::Unreadable(_))));
    }
    let mut film = Manifest::decode(&hex(&vectors()["film"])).unwrap();
    film.members = album.members.clone();
    assert!(film.encode().is_err());
    assert!(Manifest::new(ManifestKind::Album, "Empty").encode().is_ok());
    assert!(
        Manifest::new(ManifestKind::Film, "Nothing")
            .encode()
            .is_err()
    );
    let mut reserved = album;
    reserved.extra.insert("title".into(), "other".into());
    assert!(
        matches!(reserved.encode(), Err(EncodeManifest::ReservedField(name)) if name == "title")
    );
}

#[test]
fn the_link_in_the_document_parses_and_prints() {
    let text = vectors()["link"].as_str().unwrap().to_owned();
    let link = ShareLink::parse(&format!("  {text}\n")).unwrap();
    assert_eq!(link.profile, Profile::Btfs);
    assert_eq!(
        link.addresses,
        ["/ip4/203.0.113.7/tcp/4001", "/ip6/2001:db8::7/tcp/4001"]
    );
    assert_eq!(link.relays.len(), 1);
    assert_eq!(link.id, std::array::from_fn(|at| at as u8 + 1));
    assert_eq!(
        link.secret.expose(),
        &std::array::from_fn(|at| at as u8 + 0xc0)
    );
    assert_eq!(link.peer.len(), 39);
    assert_eq!(*link.print().unwrap(), text);
    assert!(
        !format!("{link:?}").contains("192"),
        "the secret is not shown"
    );
    // Cut anywhere, it says so, or that it is no link at all; never that it is whole.
    for end in 0..text.len() {
        let error = ShareLink::parse(&text[..end]).unwrap_err();
        let wanted = match end {
            0..18 => ParseShareLink::NotALink,
            _ => ParseShareLink::CutOff,
        };
        assert_eq!(error, wanted, "cut at {end}: {}", &text[..end]);
    }
}

#[test]
fn a_damaged_link_says_which_part() {
    let text = vectors()["link"].as_str().unwrap().to_owned();
    let check = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        ShareLink::parse(&text.replacen(from, to, 1)).unwrap_err()
    };
    assert_eq!(check("share/1/", "share/2/"), ParseShareLink::NewerVersion);
    assert_eq!(check("share/1/", "share/x/"), ParseShareLink::NotALink);
    assert_eq!(check("tributary", "https"), ParseShareLink::NotALink);
    assert_eq!(
        check("/btfs/", "/ipfs/"),
        ParseShareLink::Damaged("network")
    );
    assert_eq!(check("/16U", "/160"), ParseShareLink::Damaged("peer id"));
    assert_eq!(check("/AQID", "/AQI"), ParseShareLink::Damaged("link id"));
    assert_eq!(check("?a=", "/x?a="), ParseShareLink::Damaged("path"));
    assert_eq!(
        check("?a=/ip4", "?a=ip4"),
        ParseShareLink::Damaged("address")
    );
    assert_eq!(
        check("?a=/ip4", "?a=%2Fip4"),
        ParseShareLink::Damaged("address")
    );
    assert_eq!(check("&r=/", "&r=//"), ParseShareLink::Damaged("relay"));
    assert_eq!(
        check("&a=", "&b="),
        ParseShareLink::Damaged("list of addresses")
    );
    assert_eq!(check("#wMHC", "#wMHC!"), ParseShareLink::Damaged("secret"));
    assert_eq!(check("#wMHC", "#wMH+"), ParseShareLink::Damaged("secret"));
    assert_eq!(
        ShareLink::parse(&format!("{text}x")).unwrap_err(),
        ParseShareLink::Damaged("secret")
    );
    // The last character of a secret has two bits that must be zero.
    let last = text.len() - 1;
    assert_eq!(
        ShareLink::parse(&format!("{}9", &text[..last])).unwrap_err(),
        ParseShareLink::Damaged("secret")
    );
    let many = "?a=/ip4/1.2.3.4".to_owned() + &"&a=/ip4/1.2.3.4".repeat(MAX_HINTS) + "&";
    assert_eq!(check("?", &many), ParseShareLink::Damaged("address"));
    let long = format!("tributary://share/1/{}", "x".repeat(4000));
    assert!(matches!(
        ShareLink::parse(&long),
        Err(ParseShareLink::TooLong(_))
    ));
    assert_eq!(
        ShareLink::parse("\u{e4}\u{1f3ac}\u{e4}\u{e4}\u{e4}").unwrap_err(),
        ParseShareLink::NotALink
    );
}

fn any_content() -> impl Strategy<Value = Content> {
    let seal =
        prop::option::of(
            (any::<[u8; 19]>(), any::<u8>()).prop_map(|(prefix, byte)| SealHeader {
                prefix: NoncePrefix(prefix),
                key: WrappedKey([byte; WRAPPED_LEN]),
            }),
        );
    let extra = prop::collection::btree_map("x[a-z]{1,5}", any_value(), 0..2);
    (any::<u8>(), 0u64..1 << 47, seal, extra).prop_map(|(byte, size, seal, extra)| Content {
        root: cid_of(Codec::Raw, CidVersion::V1, &[byte]),
        size,
        mime: "image/webp".into(),
        seal,
        extra,
    })
}

fn any_manifest() -> impl Strategy<Value = Manifest> {
    let text = || prop::option::of("\\PC{1,40}");
    let rendition = (
        "[a-z-]{1,12}",
        any_content(),
        prop::option::of((1u32.., 1u32..)),
    )
        .prop_map(|(role, content, dimensions)| Rendition {
            role,
            content,
            dimensions,
        });
    let captions =
        ("[A-Za-z0-9-]{1,8}", text(), any_content()).prop_map(|(language, label, content)| {
            Captions {
                language,
                label,
                content,
            }
        });
    let series = ("\\PC{1,40}", 0u32..=9_999, 0u32..=99_999);
    let series = series.prop_map(|(title, season, episode)| Series {
        title,
        season,
        episode,
    });
    let members = prop::collection::btree_set("[a-z]{1,8}", 0..5);
    let author = prop::option::of((prop::collection::vec(any::<u8>(), 1..40), any::<[u8; 8]>()));
    (
        any::<bool>(),
        "\\PC{1,80}",
        prop::collection::vec(rendition, 1..4),
        prop::option::of(any_content()),
        prop::collection::vec(captions, 0..3),
        members,
        (
            prop::option::of(0u64..1 << 50),
            prop::option::of(1u16..=9_999),
            prop::option::of(series),
            text(),
            text(),
            (text(), text()),
            author,
        ),
        prop::collection::btree_map("x[a-z]{1,8}", any_value(), 0..3),
    )
        .prop_map(
            |(album, title, renditions, poster, captions, members, rest, extra)| {
                let (duration_ms, year, series, licence, content_warning, made, author) = rest;
                let mut manifest = Manifest::new(ManifestKind::Clip, title);
                if album {
                    manifest.kind = ManifestKind::Folder;
                    manifest.members = members
                        .into_iter()
                        .map(|name| Member {
                            manifest: cid_of(Codec::DagCbor, CidVersion::V1, name.as_bytes()),
                            name,
                            extra: BTreeMap::new(),
                        })
                        .collect();
                } else {
                    manifest.renditions = renditions;
                }
                manifest.poster = poster;
                manifest.captions = captions;
                manifest.duration_ms = duration_ms;
                manifest.year = year;
                manifest.series = series;
                (manifest.artist, manifest.record) = made;
                manifest.licence = licence;
                manifest.content_warning = content_warning;
                manifest.author = author.map(|(key, signature)| Author {
                    key,
                    signature: signature.to_vec(),
                });
                manifest.extra = extra;
                manifest
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_manifest_survives_the_round_trip(manifest in any_manifest()) {
        let block = manifest.encode().unwrap();
        prop_assert_eq!(&Manifest::decode(&block.bytes).unwrap(), &manifest);
        prop_assert_eq!(manifest.encode().unwrap(), block);
    }

    #[test]
    fn any_link_survives_the_round_trip(
        profile in 0usize..5,
        key in prop::collection::vec(any::<u8>(), 1..=42),
        hashed in any::<bool>(),
        id in any::<[u8; 16]>(),
        secret in any::<[u8; 32]>(),
        addresses in prop::collection::vec("(/[a-zA-Z0-9.:~_-]{1,12}){1,5}", 0..=MAX_HINTS),
        relays in prop::collection::vec("(/[a-z0-9]{1,12}){1,5}", 0..=MAX_HINTS),
    ) {
        let profiles =
            [Profile::Btfs, Profile::BtfsTestnet, Profile::Open, Profile::Private, Profile::Direct];
        let peer = match hashed {
            true => [&[0x12, 32][..], &secret].concat(),
            false => [&[0, key.len() as u8][..], &key].concat(),
        };
        let link = ShareLink {
            profile: profiles[profile],
            peer,
            addresses,
            relays,
            id,
            secret: ShareSecret::new(secret),
        };
        let text = link.print().unwrap();
        let parsed = ShareLink::parse(&text).unwrap();
        prop_assert_eq!(parsed.profile, link.profile);
        prop_assert_eq!(&parsed.peer, &link.peer);
        prop_assert_eq!(&parsed.addresses, &link.addresses);
        prop_assert_eq!(&parsed.relays, &link.relays);
        prop_assert_eq!(parsed.id, id);
        prop_assert_eq!(parsed.secret.expose(), &secret);
        prop_assert_eq!(parsed.print().unwrap(), text);
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC{0,200}", start in 0usize..3) {
        let starts = ["", "tributary://share/1/", "tributary://share/1/btfs/"];
        let _ = ShareLink::parse(&format!("{}{text}", starts[start]));
    }
}
