//! EXIF of a photo into facts. Broken EXIF is a flag, never an error.

use nom_exif::{EntryValue, Exif, ExifTag, MediaParser, MediaSource};

use crate::facts::{Camera, Facts, LocalTime};
use crate::reader::FileReader;

/// Fills orientation, time, camera and place from a file's EXIF.
pub(crate) fn fill(facts: &mut Facts, file: &FileReader) {
    let source = match MediaSource::seekable(file.clone()) {
        Ok(source) => source,
        Err(_) => return,
    };
    match MediaParser::new().parse_exif(source) {
        Ok(found) => read(facts, &found.into()),
        Err(error) => facts.exif_damaged = !is_absent(&error),
    }
}

/// As `fill`, from a JPEG that is in memory already.
pub(crate) fn fill_from_bytes(facts: &mut Facts, bytes: bytes::Bytes) {
    let has_segment = bytes
        .get(..65_536)
        .unwrap_or(&bytes)
        .windows(6)
        .any(|w| w == b"Exif\0\0");
    let parsed =
        MediaSource::from_memory(bytes).and_then(|source| MediaParser::new().parse_exif(source));
    match parsed {
        Ok(found) => read(facts, &found.into()),
        Err(error) => facts.exif_damaged = has_segment && !is_absent(&error),
    }
}

fn is_absent(error: &nom_exif::Error) -> bool {
    matches!(
        error,
        nom_exif::Error::ExifNotFound | nom_exif::Error::UnsupportedFormat
    )
}

fn read(facts: &mut Facts, exif: &Exif) {
    let orientation = exif
        .get(ExifTag::Orientation)
        .and_then(EntryValue::try_as_integer);
    match orientation {
        Some(value @ 1..=8) => facts.orientation = value as u8,
        Some(_) => facts.exif_damaged = true,
        None => {}
    }
    // Errors in a maker's private tags are common and harm nothing.
    if exif
        .errors()
        .iter()
        .any(|(_, tag, _)| tag.code() == ExifTag::Orientation.code())
    {
        facts.exif_damaged = true;
    }
    facts.taken_at = [
        (ExifTag::DateTimeOriginal, ExifTag::OffsetTimeOriginal),
        (ExifTag::CreateDate, ExifTag::OffsetTimeDigitized),
    ]
    .into_iter()
    .find_map(|(time, offset)| local_time(exif, time, offset));
    let camera = Camera {
        make: text(exif, ExifTag::Make),
        model: text(exif, ExifTag::Model),
        lens: text(exif, ExifTag::LensModel),
        f_number: number(exif, ExifTag::FNumber),
        exposure: number(exif, ExifTag::ExposureTime).and_then(exposure_words),
        iso: exif
            .get(ExifTag::ISOSpeedRatings)
            .and_then(first_integer)
            .and_then(|iso| u32::try_from(iso).ok()),
        focal_mm: number(exif, ExifTag::FocalLength),
    };
    facts.camera = (camera != Camera::default()).then_some(camera);
    facts.gps = exif
        .gps_info()
        .and_then(|gps| Some((gps.latitude_decimal()?, gps.longitude_decimal()?)))
        .filter(|(lat, lon)| lat.abs() <= 90.0 && lon.abs() <= 180.0 && (*lat, *lon) != (0.0, 0.0));
}

fn local_time(exif: &Exif, time: ExifTag, offset: ExifTag) -> Option<LocalTime> {
    let value = exif.get(time)?.as_datetime()?;
    let local: String = value
        .into_naive()
        .to_string()
        .replacen(' ', "T", 1)
        .chars()
        .take(19)
        .collect();
    // Cameras whose clock was never set write zeros or 1970.
    let year: i32 = local.get(..4)?.parse().ok()?;
    let plausible = local.len() == 19
        && (1826..=9999).contains(&year)
        && !local.starts_with("1970-01-01T00:00:0");
    let offset_minutes = value
        .aware()
        .map(|aware| aware.offset().local_minus_utc() / 60)
        .or_else(|| {
            exif.get(offset)
                .and_then(EntryValue::as_str)
                .and_then(offset_minutes)
        });
    plausible.then_some(LocalTime {
        local,
        offset_minutes,
    })
}

/// "+02:00" in minutes.
pub(crate) fn offset_minutes(text: &str) -> Option<i32> {
    let text = text.trim_matches(['\0', ' ']);
    if text == "Z" {
        return Some(0);
    }
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let (hours, minutes) = (
        digits.get(..2)?.parse::<i32>().ok()?,
        digits.get(2..4)?.parse::<i32>().ok()?,
    );
    (hours <= 14 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

fn text(exif: &Exif, tag: ExifTag) -> Option<String> {
    let text = exif.get(tag)?.as_str()?;
    let text: String = text
        .trim_matches(['\0', ' '])
        .chars()
        .filter(|c| !c.is_control())
        .take(200)
        .collect();
    (!text.is_empty()).then_some(text)
}

fn first_integer(value: &EntryValue) -> Option<i64> {
    value.try_as_integer().or_else(|| {
        value
            .as_u16_slice()
            .and_then(|all| all.first())
            .map(|first| i64::from(*first))
    })
}

fn number(exif: &Exif, tag: ExifTag) -> Option<f64> {
    let value = exif.get(tag)?;
    let number = value
        .as_urational()
        .and_then(|r| r.to_f64())
        .or_else(|| {
            value
                .as_urational_slice()
                .and_then(|all| all.first())
                .and_then(|r| r.to_f64())
        })
        .or_else(|| value.try_as_float())?;
    (number.is_finite() && number > 0.0).then_some(number)
}

/// Seconds as photographers write them.
fn exposure_words(seconds: f64) -> Option<String> {
    if !(1e-6..1e5).contains(&seconds) {
        return None;
    }
    if seconds < 0.3 {
        return Some(format!("1/{}", (1.0 / seconds).round()));
    }
    let rounded = (seconds * 10.0).round() / 10.0;
    Some(format!("{rounded}"))
}
