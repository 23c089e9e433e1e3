//! The Range header (RFC 9110, section 14): which bytes of a file are asked for.

use std::ops::Range;

/// Most ranges in one request; more is treated as asking for the whole file.
const MAX_RANGES: usize = 16;

/// What a Range header asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// The whole file: no header, one of another unit, or one that makes no sense.
    All,
    /// These bytes, in order, not empty, inside the file, never overlapping.
    Parts(Vec<Range<u64>>),
    /// Nothing that the file has: answer 416.
    Nothing,
}

/// Reads a Range header for a file of `size` bytes.
///
/// Ranges that overlap or touch are joined and sorted only when at least two of them
/// overlap (RFC 9110, 14.2 and 15.3.7); otherwise their order is kept.
pub(crate) fn parse(header: &str, size: u64) -> Wanted {
    let Some((unit, list)) = header.split_once('=') else {
        return Wanted::All;
    };
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return Wanted::All;
    }
    let mut parts = Vec::new();
    let mut seen = 0_usize;
    for spec in list
        .split(',')
        .map(str::trim)
        .filter(|spec| !spec.is_empty())
    {
        seen += 1;
        if seen > MAX_RANGES {
            return Wanted::All;
        }
        match one(spec, size) {
            Some(Some(range)) => parts.push(range),
            Some(None) => {}
            None => return Wanted::All,
        }
    }
    if seen == 0 {
        return Wanted::All;
    }
    if parts.is_empty() {
        return Wanted::Nothing;
    }
    Wanted::Parts(without_overlap(parts))
}

/// `None`: not a range. `Some(None)`: a range that the file does not have.
fn one(spec: &str, size: u64) -> Option<Option<Range<u64>>> {
    let (first, last) = spec.split_once('-')?;
    let (first, last) = (first.trim(), last.trim());
    if first.is_empty() {
        let length = number(last)?;
        let start = size.saturating_sub(length);
        return Some((length > 0 && size > 0).then_some(start..size));
    }
    let start = number(first)?;
    let end = if last.is_empty() {
        size
    } else {
        let last = number(last)?;
        if last < start {
            return None;
        }
        last.saturating_add(1).min(size)
    };
    Some((start < size).then_some(start..end))
}

/// Digits only; a number too large for 64 bits is as good as the largest one.
fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}

fn without_overlap(parts: Vec<Range<u64>>) -> Vec<Range<u64>> {
    let mut sorted = parts.clone();
    sorted.sort_by_key(|range| (range.start, range.end));
    let overlap = sorted.windows(2).any(|pair| match pair {
        [one, two] => two.start < one.end,
        _ => false,
    });
    if !overlap {
        return parts;
    }
    let mut joined: Vec<Range<u64>> = Vec::with_capacity(sorted.len());
    for range in sorted {
        match joined.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    joined
}

#[cfg(test)]
#[expect(
    clippy::single_range_in_vec_init,
    reason = "a list of one range is meant"
)]
mod tests {
    use super::*;

    fn check(header: &str, size: u64, expect: Wanted) {
        assert_eq!(parse(header, size), expect, "{header:?} of {size} bytes");
    }

    #[test]
    fn ranges_of_rfc_9110() {
        let parts = |ranges: &[Range<u64>]| Wanted::Parts(ranges.to_vec());
        check("bytes=0-499", 10_000, parts(&[0..500]));
        check("bytes=500-", 10_000, parts(&[500..10_000]));
        check("bytes=-500", 10_000, parts(&[9_500..10_000]));
        check("bytes=-20000", 10_000, parts(&[0..10_000]));
        check("bytes=9999-20000", 10_000, parts(&[9_999..10_000]));
        check("BYTES = 0-0", 10, parts(&[0..1]));
        check("bytes=0-0,-1", 10, parts(&[0..1, 9..10]));
        check("bytes=8-9, 0-1", 10, parts(&[8..10, 0..2]));
        check("bytes=5-9,0-6", 10, parts(&[0..10]));
        check("bytes=0-18446744073709551616", 10, parts(&[0..10]));
        check("bytes=20-30,1-2", 10, parts(&[1..3]));
        check("bytes=10-", 10, Wanted::Nothing);
        check("bytes=-0", 10, Wanted::Nothing);
        check("bytes=0-", 0, Wanted::Nothing);
        check("bytes=-5", 0, Wanted::Nothing);
        check("bytes=", 10, Wanted::All);
        check("bytes=5-4", 10, Wanted::All);
        check("bytes=a-b", 10, Wanted::All);
        check("bytes=+1-2", 10, Wanted::All);
        check("bytes=--5", 10, Wanted::All);
        check("items=0-5", 10, Wanted::All);
        check("bytes", 10, Wanted::All);
        let many = format!("bytes={}", vec!["0-0"; 17].join(","));
        check(&many, 10, Wanted::All);
    }

    proptest::proptest! {
        #[test]
        fn parts_are_inside_and_apart(header in "bytes=[0-9, -]{0,40}", size in 0_u64..2_000) {
            if let Wanted::Parts(parts) = parse(&header, size) {
                proptest::prop_assert!(!parts.is_empty());
                let mut sorted = parts;
                sorted.sort_by_key(|range| range.start);
                for range in &sorted {
                    proptest::prop_assert!(range.start < range.end && range.end <= size);
                }
                for pair in sorted.windows(2) {
                    proptest::prop_assert!(pair[0].end <= pair[1].start);
                }
            }
        }
    }
}
