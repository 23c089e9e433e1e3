//! Names for people, from path bytes that may be anything.
//!
//! The path's own bytes are kept for opening the file; what is shown is cleaned:
//! bytes that are not UTF-8, control characters and direction marks (which can make
//! `gpj.exe` read as `exe.jpg`) become U+FFFD.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Most characters of a shown name; file systems allow 255 bytes.
const MAX_CHARS: usize = 255;
/// Most characters of a shown path.
const MAX_PATH_CHARS: usize = 1024;

/// A file or folder name that is safe to show. Never empty.
pub(crate) fn shown_name(name: &OsStr) -> String {
    let shown = clean(&String::from_utf8_lossy(name.as_bytes()), MAX_CHARS);
    if shown.is_empty() {
        "\u{fffd}".to_owned()
    } else {
        shown
    }
}

/// A name that came from a path, safe to show.
#[must_use]
pub fn shown(name: &str) -> String {
    clean(name, MAX_CHARS)
}

/// A path that is safe to show.
pub(crate) fn shown_path(path: &Path) -> String {
    clean(
        &String::from_utf8_lossy(path.as_os_str().as_bytes()),
        MAX_PATH_CHARS,
    )
}

/// The last name of a path, safe to show.
pub(crate) fn shown_file_name(path: &Path) -> String {
    path.file_name()
        .map_or_else(|| shown_path(path), shown_name)
}

fn clean(text: &str, max_chars: usize) -> String {
    text.chars()
        .map(|c| {
            if is_hostile(c) {
                char::REPLACEMENT_CHARACTER
            } else {
                c
            }
        })
        .take(max_chars)
        .collect()
}

/// Controls, line separators, and the marks that change the direction of text.
fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}'
            | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_are_shown_harmless() {
        let check = |bytes: &[u8], shown: &str| {
            assert_eq!(shown_name(OsStr::from_bytes(bytes)), shown, "{bytes:?}");
        };
        check(b"plain.jpg", "plain.jpg");
        check(
            "Ferien \u{e4}\u{1f600}.jpg".as_bytes(),
            "Ferien \u{e4}\u{1f600}.jpg",
        );
        check(b"\xff\xfe.jpg", "\u{fffd}\u{fffd}.jpg");
        check(b"a\nb\x1b[31m", "a\u{fffd}b\u{fffd}[31m");
        check("a\u{202e}gpj.exe".as_bytes(), "a\u{fffd}gpj.exe");
        check(b"", "\u{fffd}");
    }
}
