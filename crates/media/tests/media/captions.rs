//! Subtitles to WebVTT.

use media::captions::{CaptionFormat, ConvertCaptions, detect, to_webvtt};
use proptest::prelude::*;

fn check(bytes: &[u8], format: CaptionFormat, expect: &str) {
    assert_eq!(to_webvtt(bytes, format).as_deref(), Ok(expect));
}

#[test]
fn srt_keeps_times_lines_and_simple_markup() {
    let srt = "1\r\n00:00:01,000 --> 00:00:02,500\r\n<i>Hello</i> <font color=\"red\">you</font>\r\n{\\an8}a < b & c\r\n\r\n\
               2\r\n01:02:03,004 --> 01:02:05,000 X1:1\r\nbye\r\n";
    check(
        srt.as_bytes(),
        CaptionFormat::Srt,
        "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\n<i>Hello</i> you\na &lt; b &amp; c\n\n\
         01:02:03.004 --> 01:02:05.000\nbye\n",
    );
}

#[test]
fn srt_without_blank_lines_keeps_cue_numbers_out_of_the_text() {
    let srt = b"1\n00:00:01,0 --> 00:00:02,0\none\n2\n00:00:03,0 --> 00:00:04,0\ntwo";
    check(
        srt,
        CaptionFormat::Srt,
        "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\none\n\n00:00:03.000 --> 00:00:04.000\ntwo\n",
    );
}

#[test]
fn encodings_are_told_apart() {
    let text = "1\n00:00:01,000 --> 00:00:02,000\nZürich\n";
    let expect = "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nZürich\n";
    let latin: Vec<u8> = text.chars().map(|c| c as u8).collect();
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked: Vec<u8> = std::iter::once(0xFEFF)
        .chain(text.encode_utf16())
        .flat_map(u16::to_be_bytes)
        .collect();
    for bytes in [text.as_bytes().to_vec(), latin, wide, marked] {
        check(&bytes, CaptionFormat::Srt, expect);
    }
}

#[test]
fn ass_keeps_text_and_drops_drawings() {
    let ass = "[Script Info]\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n\
               Dialogue: 0,0:00:03.50,0:00:04.00,Default,,0,0,0,,second\n\
               Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,{\\i1}Hi{\\i0}, you\\Nthere\n\
               Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,{\\p1}m 0 0 l 1 1{\\p0}\n";
    assert_eq!(detect(ass.as_bytes(), "x"), Some(CaptionFormat::Ass));
    check(
        ass.as_bytes(),
        CaptionFormat::Ass,
        "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n<i>Hi</i>, you\nthere\n\n00:00:03.500 --> 00:00:04.000\nsecond\n",
    );
}

#[test]
fn webvtt_is_normalised_and_settings_stay() {
    let vtt =
        b"\xEF\xBB\xBFWEBVTT - title\n\nNOTE x\n\nid\n00:01.000 --> 00:02.000 align:start\ntext\n";
    check(
        vtt,
        CaptionFormat::WebVtt,
        "WEBVTT\n\n00:00:01.000 --> 00:00:02.000 align:start\ntext\n",
    );
}

#[test]
fn nothing_readable_is_an_error() {
    assert_eq!(
        to_webvtt(b"", CaptionFormat::Srt),
        Err(ConvertCaptions::NoCues)
    );
    assert_eq!(
        to_webvtt(b"hello", CaptionFormat::Ass),
        Err(ConvertCaptions::NoCues)
    );
    let huge = vec![b'a'; media::captions::MAX_BYTES + 1];
    assert_eq!(
        to_webvtt(&huge, CaptionFormat::Srt),
        Err(ConvertCaptions::TooLarge(huge.len()))
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_bytes_convert_or_fail_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        for format in [CaptionFormat::Srt, CaptionFormat::Ass, CaptionFormat::WebVtt] {
            let _ = to_webvtt(&bytes, format);
        }
    }

    #[test]
    fn what_converts_once_converts_to_itself(text in "[a-z<>&{}\\\\ ]{1,40}", start in 0u32..90_000) {
        let srt = format!("1\n00:00:{:02},000 --> 23:00:00,000\n{text}\n", start % 60);
        if let Ok(vtt) = to_webvtt(srt.as_bytes(), CaptionFormat::Srt) {
            prop_assert_eq!(to_webvtt(vtt.as_bytes(), CaptionFormat::WebVtt), Ok(vtt.clone()));
        }
    }
}
