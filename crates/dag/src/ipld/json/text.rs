//! Strings and numbers of JSON. <https://www.rfc-editor.org/rfc/rfc8259>

use std::fmt::Write;

use crate::ipld::Ipld;

/// Reads the string at the front of `rest`, quotes included; returns it and the bytes it took.
///
/// `None` when it is broken: an unknown escape, half of a surrogate pair, a control character.
pub(super) fn read(rest: &str) -> Option<(String, usize)> {
    let body = rest.strip_prefix('"')?;
    let mut out = String::new();
    let mut chars = body.char_indices();
    while let Some((at, char)) = chars.next() {
        match char {
            '"' => return Some((out, at + 2)),
            '\\' => match chars.next()?.1 {
                'b' => out.push('\u{8}'),
                'f' => out.push('\u{c}'),
                'n' => out.push('\n'),
                'r' => out.push('\r'),
                't' => out.push('\t'),
                same @ ('"' | '\\' | '/') => out.push(same),
                'u' => {
                    let first = unit(&mut chars)?;
                    let code = match first {
                        0xd800..=0xdbff => {
                            let next = (chars.next()?.1, chars.next()?.1);
                            let low = unit(&mut chars).filter(|_| next == ('\\', 'u'))?;
                            if !(0xdc00..=0xdfff).contains(&low) {
                                return None;
                            }
                            0x1_0000 + ((first - 0xd800) << 10) + (low - 0xdc00)
                        }
                        code => code,
                    };
                    out.push(char::from_u32(code)?);
                }
                _ => return None,
            },
            '\0'..='\u{1f}' => return None,
            other => out.push(other),
        }
    }
    None
}

/// Four hexadecimal digits.
fn unit(chars: &mut std::str::CharIndices<'_>) -> Option<u32> {
    (0..4).try_fold(0, |sum, _| Some(sum << 4 | chars.next()?.1.to_digit(16)?))
}

/// Reads a number by the grammar of JSON: without point and exponent an integer.
pub(super) fn number(digits: &str) -> Option<Ipld> {
    let unsigned = digits.strip_prefix('-').unwrap_or(digits);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let bare = |exponent: &str| {
        let bare = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        all_digits(bare)
    };
    let well_formed = all_digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(all_digits)
        && exponent.is_none_or(bare);
    if !well_formed {
        return None;
    }
    if fraction.is_none() && exponent.is_none() {
        return digits.parse().ok().map(Ipld::Integer);
    }
    let number: f64 = digits.parse().ok()?;
    number.is_finite().then_some(Ipld::Float(number))
}

/// Appends a string in quotes, escaping what JSON must and nothing else.
pub(super) fn put(out: &mut String, string: &str) {
    out.push('"');
    for char in string.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0'..='\u{1f}' => {
                write!(out, "\\u{:04x}", u32::from(char)).expect("BUG: a String takes all");
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

/// Appends a finite number in its shortest form: with a point from 1e-6 up to below 1e21, else with
/// an exponent, as JavaScript prints it.
pub(super) fn put_float(out: &mut String, number: f64) {
    let magnitude = number.abs();
    if magnitude == 0.0 || (1e-6..1e21).contains(&magnitude) {
        // `{:?}` would switch to an exponent at 1e16.
        let plain = number.to_string();
        out.push_str(&plain);
        if !plain.contains('.') {
            out.push_str(".0");
        }
        return;
    }
    let scientific = format!("{number:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    out.push_str(mantissa);
    out.push('e');
    if !exponent.starts_with('-') {
        out.push('+');
    }
    out.push_str(exponent);
}
