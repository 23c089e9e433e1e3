//! Tags of MP4 and MOV: the iTunes list, QuickTime user data and keys.

use super::boxes::{Boxes, be16, be32, find};
use crate::facts::{Camera, Facts, LocalTime};

/// Largest cover picture.
const MAX_COVER: usize = 16 * 1024 * 1024;
/// Longest text that is kept.
const MAX_TEXT: usize = 4096;

/// `udta`: an iTunes `meta` inside, or QuickTime's own text boxes.
pub(super) fn user_data(udta: &[u8], facts: &mut Facts, cover: &mut Option<Vec<u8>>) {
    if let Some(meta) = find(udta, b"meta") {
        metadata(meta, facts, cover);
    }
    for (kind, body) in Boxes::new(udta).take(256) {
        // QuickTime text: u16 length, u16 language, text.
        let length = usize::from(be16(body, 0).unwrap_or(0));
        let text = body
            .get(4..4 + length)
            .map(|raw| String::from_utf8_lossy(raw).into_owned());
        if let Some(text) = text.and_then(clean) {
            set(facts, &kind, text);
        }
    }
}

/// `meta`: a full box in MP4, a plain one in QuickTime.
pub(super) fn metadata(meta: &[u8], facts: &mut Facts, cover: &mut Option<Vec<u8>>) {
    let body = if find(meta, b"hdlr").is_some() {
        meta
    } else {
        meta.get(4..).unwrap_or_default()
    };
    let Some(list) = find(body, b"ilst") else {
        return;
    };
    let keys = find(body, b"keys").map(key_names).unwrap_or_default();
    for (kind, item) in Boxes::new(list).take(512) {
        let Some(data) = find(item, b"data") else {
            continue;
        };
        let value = data.get(8..).unwrap_or_default();
        let key = usize::try_from(u32::from_be_bytes(kind))
            .ok()
            .and_then(|n| keys.get(n.checked_sub(1)?));
        match (&kind, key) {
            (_, Some(key)) => {
                if let Some(text) = clean(String::from_utf8_lossy(value).into_owned()) {
                    set_key(facts, key, text);
                }
            }
            (b"covr", _) if value.len() <= MAX_COVER && !value.is_empty() && cover.is_none() => {
                *cover = Some(value.to_vec());
            }
            (b"trkn", _) => facts.tags.track_no = pair(value),
            (b"disk", _) => facts.tags.disc_no = pair(value),
            (b"tvsn", _) => facts.tags.season = number(value),
            (b"tves", _) => facts.tags.episode = number(value),
            _ if be32(data, 0) == Some(1) => {
                if let Some(text) = clean(String::from_utf8_lossy(value).into_owned()) {
                    set(facts, &kind, text);
                }
            }
            _ => {}
        }
    }
}

/// Names of `keys`, in the order `ilst` counts them from 1.
fn key_names(keys: &[u8]) -> Vec<String> {
    Boxes::new(keys.get(8..).unwrap_or_default())
        .take(256)
        .map(|(_, name)| String::from_utf8_lossy(name).into_owned())
        .collect()
}

fn set(facts: &mut Facts, kind: &[u8; 4], text: String) {
    let tags = &mut facts.tags;
    let place = match kind {
        b"\xA9nam" => &mut tags.title,
        b"\xA9ART" => &mut tags.artist,
        b"aART" => &mut tags.album_artist,
        b"\xA9alb" => &mut tags.album,
        b"\xA9gen" => &mut tags.genre,
        b"\xA9cmt" | b"desc" => &mut tags.comment,
        b"tvsh" => &mut tags.show,
        b"\xA9day" => {
            tags.year = tags.year.or_else(|| year(&text));
            return;
        }
        b"\xA9mak" => return camera(facts, |camera| camera.make = Some(text)),
        b"\xA9mod" => return camera(facts, |camera| camera.model = Some(text)),
        b"\xA9xyz" => {
            facts.gps = facts.gps.or_else(|| iso6709(&text));
            return;
        }
        _ => return,
    };
    place.get_or_insert(text);
}

fn set_key(facts: &mut Facts, key: &str, text: String) {
    match key {
        "com.apple.quicktime.make" | "com.android.manufacturer" => {
            camera(facts, |camera| camera.make = Some(text));
        }
        "com.apple.quicktime.model" | "com.android.model" => {
            camera(facts, |camera| camera.model = Some(text));
        }
        "com.apple.quicktime.location.ISO6709" => facts.gps = iso6709(&text),
        "com.apple.quicktime.creationdate" => facts.taken_at = local_time(&text),
        "com.apple.quicktime.title" | "title" => facts.tags.title = Some(text),
        // Its presence says that a phone's camera wrote the file.
        "com.android.version" => camera(facts, |_| {}),
        _ => {}
    }
}

fn camera(facts: &mut Facts, change: impl FnOnce(&mut Camera)) {
    change(facts.camera.get_or_insert_default());
}

/// When a camera wrote the file, its creation time is when the clip was taken.
/// For a film it is only when it was encoded, which is nobody's memory.
pub(super) fn creation_time(facts: &mut Facts, seconds_since_1904: u64) {
    const SECONDS_1904_TO_1970: u64 = 2_082_844_800;
    if facts.camera.is_none() || facts.taken_at.is_some() {
        return;
    }
    if let Some(unix) = seconds_since_1904
        .checked_sub(SECONDS_1904_TO_1970)
        .filter(|s| *s > 86_400)
    {
        facts.taken_at = Some(LocalTime {
            local: utc_text(unix),
            offset_minutes: Some(0),
        });
    }
}

/// Civil date of a Unix time (proleptic Gregorian, after Howard Hinnant's `civil_from_days`).
fn utc_text(unix: u64) -> String {
    let (days, second) = (unix / 86_400 + 719_468, unix % 86_400);
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (hour, minute) = (second / 3600, second / 60 % 60);
    format!(
        "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{:02}",
        second % 60
    )
}

/// "2024-06-14T12:13:14+0200".
fn local_time(text: &str) -> Option<LocalTime> {
    let local = text.get(..19)?;
    let shape = local.bytes().enumerate().all(|(i, byte)| match i {
        4 | 7 => byte == b'-',
        10 => byte == b'T' || byte == b' ',
        13 | 16 => byte == b':',
        _ => byte.is_ascii_digit(),
    });
    let offset_minutes = crate::exif::offset_minutes(text.get(19..)?);
    shape.then(|| LocalTime {
        local: local.replacen(' ', "T", 1),
        offset_minutes,
    })
}

/// "+48.8577+002.295+012/": latitude, longitude, maybe altitude.
fn iso6709(text: &str) -> Option<(f64, f64)> {
    let second = text.get(1..)?.find(['+', '-'])? + 1;
    let rest = text.get(second..)?;
    let end = rest
        .get(1..)?
        .find(['+', '-', '/'])
        .map_or(rest.len(), |at| at + 1);
    let (lat, lon): (f64, f64) = (
        text.get(..second)?.parse().ok()?,
        rest.get(..end)?.parse().ok()?,
    );
    (lat.abs() <= 90.0 && lon.abs() <= 180.0).then_some((lat, lon))
}

fn clean(text: String) -> Option<String> {
    let text = text.trim_matches(|c: char| c == '\0' || c.is_whitespace());
    let text: String = text.chars().take(MAX_TEXT).collect();
    (!text.is_empty()).then_some(text)
}

/// Two reserved bytes, the number, then the total.
fn pair(value: &[u8]) -> Option<u32> {
    be16(value, 2).map(u32::from).filter(|n| *n > 0)
}

fn number(value: &[u8]) -> Option<u32> {
    let bytes = value.get(..4.min(value.len()))?;
    Some(
        bytes
            .iter()
            .fold(0u32, |n, byte| (n << 8) | u32::from(*byte)),
    )
}

/// A year out of "2024" or "2024-06-14...".
pub(crate) fn year(text: &str) -> Option<i32> {
    text.get(..4)?
        .parse()
        .ok()
        .filter(|year| (1000..=9999).contains(year))
}
