//! Points in time as name records write them: RFC 3339 in UTC with nanoseconds.

use std::fmt;

/// A point in time, to the nanosecond, from the year 0 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    /// Since 1970-01-01T00:00:00Z.
    seconds: i64,
    nanos: u32,
}

/// The bytes are no time in RFC 3339.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the bytes are no time")]
pub struct ParseTime;

/// The first second of the year 0 and of the year 10000.
const FIRST: i64 = -62_167_219_200;
const LAST: i64 = 253_402_300_800;

impl Timestamp {
    /// From seconds since 1970 and nanoseconds in the second; brought into the range of years.
    pub fn from_unix(seconds: i64, nanos: u32) -> Self {
        Timestamp {
            seconds: seconds.clamp(FIRST, LAST - 1),
            nanos: nanos.min(999_999_999),
        }
    }

    /// Whole seconds since 1970.
    pub const fn unix_seconds(self) -> i64 {
        self.seconds
    }

    /// Reads `2026-01-02T03:04:05.678901234Z`: any number of decimals up to nine, `Z` or an offset.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseTime> {
        let text = std::str::from_utf8(bytes).map_err(|_| ParseTime)?;
        let (date, rest) = text.split_at_checked(19).ok_or(ParseTime)?;
        let shape = |at: usize, byte: u8| date.as_bytes().get(at) == Some(&byte);
        let shaped = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
        if !shaped.into_iter().all(|(at, byte)| shape(at, byte)) {
            return Err(ParseTime);
        }
        let number = |from: usize, to: usize| digits(date.get(from..to).unwrap_or_default());
        let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
        let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
        let days = *DAYS
            .get(usize::try_from(month - 1).map_err(|_| ParseTime)?)
            .ok_or(ParseTime)?;
        let leap = month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let day_fits = (1..=days + i64::from(leap)).contains(&day);
        if !day_fits || hour > 23 || minute > 59 || second > 59 {
            return Err(ParseTime);
        }
        let (nanos, zone) = match rest.strip_prefix('.') {
            Some(rest) => {
                let len = rest.bytes().take_while(u8::is_ascii_digit).count();
                let (decimals, zone) = rest.split_at_checked(len).ok_or(ParseTime)?;
                let scale = u32::try_from(len)
                    .ok()
                    .and_then(|len| 9u32.checked_sub(len));
                let scale = 10i64.pow(scale.ok_or(ParseTime)?);
                (digits(decimals)? * scale, zone)
            }
            None => (0, rest),
        };
        let seconds =
            days_from_civil(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
        let seconds = seconds - offset(zone)?;
        if !(FIRST..LAST).contains(&seconds) {
            return Err(ParseTime);
        }
        Ok(Timestamp {
            seconds,
            nanos: u32::try_from(nanos).map_err(|_| ParseTime)?,
        })
    }
}

const DAYS: [i64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

fn digits(text: &str) -> Result<i64, ParseTime> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(ParseTime);
    }
    text.parse().map_err(|_| ParseTime)
}

/// Seconds east of UTC.
fn offset(zone: &str) -> Result<i64, ParseTime> {
    let (sign, rest) = match (zone, zone.strip_prefix('+'), zone.strip_prefix('-')) {
        ("Z", _, _) => return Ok(0),
        (_, Some(rest), _) => (1, rest),
        (_, _, Some(rest)) => (-1, rest),
        _ => return Err(ParseTime),
    };
    let (hours, minutes) = rest.split_once(':').ok_or(ParseTime)?;
    if hours.len() != 2 || minutes.len() != 2 {
        return Err(ParseTime);
    }
    let (hours, minutes) = (digits(hours)?, digits(minutes)?);
    if hours > 23 || minutes > 59 {
        return Err(ParseTime);
    }
    Ok(sign * (hours * 3600 + minutes * 60))
}

/// Days from 1970-01-01 to a date of the Gregorian calendar. Years begin in March here, so that the
/// leap day is the last.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

impl fmt::Display for Timestamp {
    /// Writes nine decimals and `Z`, as go's name records do.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days = self.seconds.div_euclid(86_400) + 719_468;
        let second = self.seconds.rem_euclid(86_400);
        let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * from_march + 2) / 5 + 1;
        let month = (from_march + 2) % 12 + 1;
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        let nanos = self.nanos;
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{nanos:09}Z"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_and_write() {
        for (text, seconds, nanos, written) in [
            (
                "1970-01-01T00:00:00Z",
                0,
                0,
                "1970-01-01T00:00:00.000000000Z",
            ),
            (
                "2026-11-23T07:05:13.5Z",
                1_795_417_513,
                500_000_000,
                "2026-11-23T07:05:13.500000000Z",
            ),
            (
                "2024-02-29T23:59:59+01:30",
                1_709_245_799,
                0,
                "2024-02-29T22:29:59.000000000Z",
            ),
            (
                "0000-03-01T00:00:00Z",
                -62_162_035_200,
                0,
                "0000-03-01T00:00:00.000000000Z",
            ),
            (
                "9999-12-31T23:59:59.999999999Z",
                LAST - 1,
                999_999_999,
                "9999-12-31T23:59:59.999999999Z",
            ),
        ] {
            let time = Timestamp::parse(text.as_bytes()).unwrap();
            assert_eq!(time, Timestamp::from_unix(seconds, nanos), "{text}");
            assert_eq!(time.to_string(), written);
        }
        for day in (FIRST / 86_400..LAST / 86_400).step_by(97) {
            let time = Timestamp::from_unix(day * 86_400 + 12_345, 6);
            assert_eq!(Timestamp::parse(time.to_string().as_bytes()), Ok(time));
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for bad in [
            "",
            "2026",
            "2026-11-23",
            "2026-11-23T07:05:13",
            "2026-11-23 07:05:13Z",
            "2026-13-01T00:00:00Z",
            "2026-00-01T00:00:00Z",
            "2026-02-29T00:00:00Z",
            "1900-02-29T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:60:00Z",
            "2026-01-01T00:00:00.Z",
            "2026-01-01T00:00:00.0000000001Z",
            "2026-01-01T00:00:00z",
            "2026-01-01T00:00:00+1:00",
            "2026-01-01T00:00:00+24:00",
            "+026-01-01T00:00:00Z",
            "0000-01-01T00:00:00+01:00",
            "\u{e4}026-01-01T00:00:00Z",
            "2026-01-01T00:00:00ZZ",
        ] {
            assert_eq!(Timestamp::parse(bad.as_bytes()), Err(ParseTime), "{bad}");
        }
    }
}
