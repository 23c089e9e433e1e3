//! Calendar arithmetic on local times (proleptic Gregorian, no zones).

const DAY_MS: i64 = 86_400_000;

/// Days since 1970-01-01 of a date.
pub(crate) fn days_of(year: i64, month: u32, day: u32) -> i64 {
    let shifted = year - i64::from(month <= 2);
    let era = shifted.div_euclid(400);
    let of_era = shifted.rem_euclid(400);
    let month = i64::from(month);
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + i64::from(day) - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Year, month and day of a day number.
pub(crate) fn date_of(days: i64) -> (i64, u32, u32) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = year + era * 400 + i64::from(month <= 2);
    (
        year,
        u32::try_from(month).unwrap_or(1),
        u32::try_from(day).unwrap_or(1),
    )
}

/// The day number of a local time in ms.
pub(crate) fn day_of_ms(ms: i64) -> i32 {
    i32::try_from(ms.div_euclid(DAY_MS)).unwrap_or(if ms < 0 { i32::MIN } else { i32::MAX })
}

pub(crate) fn ms_of_day(day: i64) -> i64 {
    day.saturating_mul(DAY_MS)
}

/// `2024-06-14`.
pub(crate) fn day_text(day: i32) -> String {
    let (year, month, day) = date_of(i64::from(day));
    format!("{year:04}-{month:02}-{day:02}")
}

/// `2024-06`.
pub(crate) fn month_text(day: i32) -> String {
    let (year, month, _) = date_of(i64::from(day));
    format!("{year:04}-{month:02}")
}

/// The days `[first, end)` of a month written `2024-06`.
pub(crate) fn month_range(text: &str) -> Option<(i64, i64)> {
    let (year, month) = text.rsplit_once('-')?;
    let (year, month): (i64, u32) = (year.parse().ok()?, month.parse().ok()?);
    if !(1..=12).contains(&month) || year.abs() > 3_000_000 {
        return None;
    }
    let end = if month == 12 {
        (year + 1, 1)
    } else {
        (year, month + 1)
    };
    Some((days_of(year, month, 1), days_of(end.0, end.1, 1)))
}

/// Local ms of `YYYY-MM-DDTHH:MM:SS` (a blank or anything else may stand for T).
pub(crate) fn parse_local(text: &str) -> Option<i64> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<u32>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let sound = (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && year >= 1800
        && hour < 24
        && minute < 60
        && second < 61;
    let seconds = i64::from(hour * 3600 + minute * 60 + second);
    sound.then(|| ms_of_day(days_of(i64::from(year), month, day)) + seconds * 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_day_numbers_are_inverse() {
        for day in (-800_000..800_000).step_by(97) {
            let (year, month, of_month) = date_of(day);
            assert_eq!(days_of(year, month, of_month), day);
        }
        assert_eq!(date_of(0), (1970, 1, 1));
        assert_eq!(day_text(19_888), "2024-06-14");
    }

    #[test]
    fn local_times_parse_or_are_refused() {
        assert_eq!(parse_local("1970-01-02T00:00:01"), Some(86_401_000));
        for bad in [
            "",
            "0000:00:00 00:00:00",
            "2024-13-01T00:00:00",
            "2024-06-14",
            "äääääääääää",
        ] {
            assert_eq!(parse_local(bad), None, "{bad:?} is no time");
        }
    }

    #[test]
    fn months_cover_their_days() {
        assert_eq!(month_range("2024-02").map(|(from, to)| to - from), Some(29));
        assert_eq!(month_range("2023-12").map(|(from, to)| to - from), Some(31));
        assert_eq!(month_range("2023-00"), None);
    }
}
