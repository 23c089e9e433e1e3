//! dag-cbor and dag-json: equal to @ipld/dag-cbor and @ipld/dag-json (tests/vectors/ipld.mjs), and
//! strict and bounded.

use std::collections::BTreeMap;

use dag::ipld::cbor::DecodeCbor;
use dag::ipld::json::DecodeJson;
use dag::ipld::{EncodeIpld, Ipld, MAX_DEPTH, MAX_INTEGER, MAX_ITEMS, MIN_INTEGER, cbor, json};
use dag::{Cid, CidVersion, Codec, cid_of};
use data_encoding::HEXLOWER;
use proptest::prelude::*;
use serde_json::Value;

#[test]
fn values_encode_and_decode_as_others_do() {
    let vectors: Value =
        serde_json::from_str(include_str!("../../../../tests/vectors/ipld.json")).unwrap();
    for vector in vectors["vectors"].as_array().unwrap() {
        let text = vector["json"].as_str().unwrap();
        let bytes = HEXLOWER
            .decode(vector["cbor"].as_str().unwrap().as_bytes())
            .unwrap();
        let value = cbor::decode(&bytes).unwrap();
        assert_eq!(cbor::encode(&value).unwrap(), bytes);
        assert_eq!(
            String::from_utf8(json::encode(&value).unwrap()).unwrap(),
            text
        );
        assert_eq!(json::decode(text.as_bytes()).unwrap(), value, "{text}");
        let cid = cid_of(Codec::DagCbor, CidVersion::V1, &bytes);
        let mut links = dag::links(&cid, &bytes).unwrap();
        let mut found = value.links();
        links.sort();
        found.sort();
        assert_eq!(links, found);
    }
}

#[test]
fn cbor_in_any_other_form_is_refused() {
    let check = |hex: &str| cbor::decode(&HEXLOWER.decode(hex.as_bytes()).unwrap()).unwrap_err();
    for long in [
        "1817",
        "190017",
        "1900ff",
        "1a0000ffff",
        "1b00000000ffffffff",
        "5801ff",
        "3817",
    ] {
        assert!(matches!(check(long), DecodeCbor::NotCanonical(0)), "{long}");
    }
    for indefinite in ["5fff", "9fff", "bfff", "ff", "1c"] {
        assert!(
            matches!(check(indefinite), DecodeCbor::NotCanonical(0)),
            "{indefinite}"
        );
    }
    // Half and single floats, infinities, not-a-number, undefined, unassigned simple values.
    for simple in [
        "f93c00",
        "fa3f800000",
        "fb7ff0000000000000",
        "fbfff0000000000000",
        "fb7ff8000000000000",
        "f7",
        "f0",
        "f820",
        "e0",
    ] {
        assert!(matches!(check(simple), DecodeCbor::Simple(0)), "{simple}");
    }
    for tag in ["c000", "d82b00", "c240"] {
        assert!(matches!(check(tag), DecodeCbor::Tag(0)), "{tag}");
    }
    for link in [
        "d82a00",
        "d82a40",
        "d82a4100",
        "d82a420001",
        "d82a4401551200",
    ] {
        assert!(matches!(check(link), DecodeCbor::LinkAddress(0)), "{link}");
    }
    // Not text, out of order (by length, by bytes), twice.
    for key in ["a10000", "a26161006000", "a2616200616100", "a2616100616100"] {
        assert!(matches!(check(key), DecodeCbor::Key(_)), "{key}");
    }
    assert!(matches!(check("61ff"), DecodeCbor::Utf8(1)));
    assert!(matches!(check("0000"), DecodeCbor::Trailing(1)));
    for cut in ["", "18", "61", "8100".get(..2).unwrap(), "a161", "d82a"] {
        assert!(matches!(check(cut), DecodeCbor::Truncated), "{cut}");
    }
    // A list said to be longer than memory ends with its bytes.
    assert!(matches!(
        check("9bffffffffffffffff00"),
        DecodeCbor::Truncated
    ));
    assert!(matches!(check("bbffffffffffffffff"), DecodeCbor::Truncated));
    assert!(matches!(check("5bffffffffffffffff"), DecodeCbor::Truncated));
}

#[test]
fn depth_and_count_are_bounded_both_ways() {
    let nest = |levels: usize| (0..levels).fold(Ipld::Null, |inner, _| Ipld::List(vec![inner]));
    let deepest = nest(MAX_DEPTH);
    for decoded in [
        cbor::decode(&cbor::encode(&deepest).unwrap()).unwrap(),
        json::decode(&json::encode(&deepest).unwrap()).unwrap(),
    ] {
        assert_eq!(decoded, deepest);
    }
    assert_eq!(cbor::encode(&nest(MAX_DEPTH + 1)), Err(EncodeIpld::TooDeep));
    assert_eq!(json::encode(&nest(MAX_DEPTH + 1)), Err(EncodeIpld::TooDeep));
    let deeper = [vec![0x81; MAX_DEPTH + 1], vec![0xf6]].concat();
    assert!(matches!(cbor::decode(&deeper), Err(DecodeCbor::TooDeep)));
    let text = format!(
        "{}0{}",
        "[".repeat(MAX_DEPTH + 1),
        "]".repeat(MAX_DEPTH + 1)
    );
    assert!(matches!(
        json::decode(text.as_bytes()),
        Err(DecodeJson::TooDeep)
    ));
    assert!(matches!(
        json::decode(&vec![b'['; 1 << 20]),
        Err(DecodeJson::TooDeep)
    ));
    assert!(matches!(
        json::decode("{\"a\":".repeat(100_000).as_bytes()),
        Err(DecodeJson::TooDeep)
    ));

    let wide = Ipld::List(vec![Ipld::Null; MAX_ITEMS - 1]);
    assert_eq!(cbor::decode(&cbor::encode(&wide).unwrap()).unwrap(), wide);
    let wider = Ipld::List(vec![Ipld::Null; MAX_ITEMS]);
    assert_eq!(cbor::encode(&wider), Err(EncodeIpld::TooManyItems));
    let bytes = [vec![0x9a, 0, 4, 0, 0], vec![0xf6; MAX_ITEMS]].concat();
    assert!(matches!(
        cbor::decode(&bytes),
        Err(DecodeCbor::TooManyItems)
    ));
    let long = vec![0; dag::MAX_BLOCK_LEN + 1];
    assert!(matches!(cbor::decode(&long), Err(DecodeCbor::TooLong(_))));
    assert!(matches!(json::decode(&long), Err(DecodeJson::TooLong(_))));
    let long = Ipld::Bytes(vec![0; dag::MAX_BLOCK_LEN]);
    assert_eq!(cbor::encode(&long), Err(EncodeIpld::TooLong));
    for integer in [MIN_INTEGER - 1, MAX_INTEGER + 1] {
        let value = Ipld::Integer(integer);
        assert_eq!(cbor::encode(&value), Err(EncodeIpld::IntegerRange(integer)));
        assert_eq!(json::encode(&value), Err(EncodeIpld::IntegerRange(integer)));
    }
    assert_eq!(
        cbor::encode(&Ipld::Float(f64::NAN)),
        Err(EncodeIpld::FloatNotFinite)
    );
}

#[test]
fn json_by_hand_is_read_and_json_that_is_none_is_not() {
    let value =
        json::decode(b" {\"b\" : [ 1 , 2.0e0 ],\n\"a\":\"\\u00e4\\ud83c\\udfac\\/\" } ").unwrap();
    let text = json::encode(&value).unwrap();
    assert_eq!(
        String::from_utf8(text).unwrap(),
        "{\"a\":\"\u{e4}\u{1f3ac}/\",\"b\":[1,2.0]}"
    );
    let check = |text: &str| json::decode(text.as_bytes()).unwrap_err();
    for syntax in [
        "",
        "{",
        "[1,]",
        "{\"a\":1,}",
        "nul",
        "[1 2]",
        "{1:2}",
        "{\"a\" 1}",
        "1 1",
        "'a'",
    ] {
        assert!(matches!(check(syntax), DecodeJson::Syntax(_)), "{syntax}");
    }
    for string in [
        "\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\ud800\"",
        "\"\\ud800\\u0041\"",
        "\"\n\"",
        "\"\\udc00\"",
    ] {
        assert!(matches!(check(string), DecodeJson::String(0)), "{string}");
    }
    for number in [
        "01",
        "-",
        "1.",
        "1e",
        "--1",
        "1e999",
        "18446744073709551616",
        "1.2.3",
        "-01",
    ] {
        assert!(matches!(check(number), DecodeJson::Number(0)), "{number}");
    }
    assert!(matches!(
        check("{\"a\":1,\"a\":1}"),
        DecodeJson::DuplicateKey(7)
    ));
    for reserved in [
        "{\"/\":\"no\"}",
        "{\"/\":\"/ipfs/QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o\"}",
        "{\"/\":\"bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku\",\"a\":1}",
        "{\"/\":{\"bytes\":\"AQI\"},\"a\":1}",
        "{\"/\":{\"bytes\":\"AQI\",\"a\":1}}",
        "{\"/\":{\"bytes\":\"AQI=\"}}",
        "{\"/\":{\"bytes\":\"AQJ\"}}",
    ] {
        assert!(
            matches!(check(reserved), DecodeJson::ReservedKey(_)),
            "{reserved}"
        );
    }
    let map = |key: &str, value: Ipld| Ipld::Map(BTreeMap::from([(key.to_owned(), value)]));
    for reserved in [map("/", "x".into()), map("/", map("bytes", "AQI".into()))] {
        assert_eq!(json::encode(&reserved), Err(EncodeIpld::ReservedKey));
        assert_eq!(
            cbor::decode(&cbor::encode(&reserved).unwrap()).unwrap(),
            reserved
        );
    }
}

#[test]
fn a_path_ends_where_it_leads_or_at_a_link() {
    let value = json::decode(
        b"{\"a\":[0,{\"b\":true}],\"l\":{\"/\":\"bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku\"}}",
    )
    .unwrap();
    assert_eq!(value.walk::<&str>(&[]), (&value, 0));
    assert_eq!(value.walk(&["a", "1", "b"]), (&Ipld::Bool(true), 3));
    assert_eq!(value.walk(&["a", "2"]).1, 1, "there is no third item");
    assert_eq!(value.walk(&["a", "0", "x"]), (&Ipld::Integer(0), 2));
    let (link, taken) = value.walk(&["l", "rest", "of", "it"]);
    assert!(matches!(link, Ipld::Link(_)) && taken == 1);
}

/// Any value of the data model that both codecs can hold.
pub(crate) fn any_value() -> impl Strategy<Value = Ipld> {
    let leaf = prop_oneof![
        Just(Ipld::Null),
        any::<bool>().prop_map(Ipld::Bool),
        prop_oneof![
            any::<i64>().prop_map(i128::from),
            MIN_INTEGER..=MAX_INTEGER,
            -300i128..300
        ]
        .prop_map(Ipld::Integer),
        any::<f64>()
            .prop_filter("finite", |f| f.is_finite())
            .prop_map(Ipld::Float),
        any::<String>().prop_map(Ipld::Text),
        prop::collection::vec(any::<u8>(), 0..40).prop_map(Ipld::Bytes),
        prop::collection::vec(any::<u8>(), 0..8).prop_map(|bytes| Ipld::Link(cid_of(
            Codec::Raw,
            CidVersion::V1,
            &bytes
        ))),
    ];
    leaf.prop_recursive(5, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Ipld::List),
            prop::collection::btree_map("[^/]{0,12}", inner, 0..8).prop_map(Ipld::Map),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..Default::default() })]

    #[test]
    fn every_value_survives_both_codecs(value in any_value()) {
        let bytes = cbor::encode(&value).unwrap();
        prop_assert_eq!(&cbor::decode(&bytes).unwrap(), &value);
        let text = json::encode(&value).unwrap();
        prop_assert_eq!(&json::decode(&text).unwrap(), &value);
        let cid: Cid = cid_of(Codec::DagCbor, CidVersion::V1, &bytes);
        prop_assert_eq!(dag::links(&cid, &bytes).unwrap().len(), value.links().len());
    }

    #[test]
    fn bytes_that_decode_encode_to_themselves(
        value in any_value(),
        at in any::<prop::sample::Index>(),
        flip in 1u8..,
    ) {
        let mut bytes = cbor::encode(&value).unwrap();
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        if let Ok(other) = cbor::decode(&bytes) {
            prop_assert_eq!(cbor::encode(&other).unwrap(), bytes);
        }
    }
}
