//! The header of a denylist: the little of YAML that headers are made of.
//!
//! Read are fields of one line and the map `hints`; anything else that has the shape of YAML (lists,
//! folded text, other maps) is passed over. Not a YAML parser.

use std::collections::BTreeMap;

/// Hints that are kept.
const MAX_HINTS: usize = 256;

/// What a list says of itself: a stranger's words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Header {
    /// What it is called.
    pub name: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Who keeps it.
    pub author: Option<String>,
    /// Hints for every rule of the list.
    pub hints: BTreeMap<String, String>,
}

/// Why a header cannot be read: then nothing of its list is.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParseHeader {
    /// A line (counted from 1) is no field.
    #[error("line {0} of the header is no field")]
    NoField(usize),
    /// It is of a version that is not understood.
    #[error("the list has version {0:?} of the format; only version 1 is understood")]
    Version(String),
}

impl Header {
    /// Parses what stands before the `---`.
    ///
    /// # Errors
    /// A line is no field, or the version is another than 1.
    pub fn parse(text: &str) -> Result<Self, ParseHeader> {
        let mut header = Header::default();
        let mut in_hints = false;
        // Indented lines belong to the field before them; there is none yet.
        let mut has_field = false;
        for (at, line) in text.lines().enumerate() {
            let trimmed = line.trim();
            if trimmed.is_empty() || trimmed.starts_with('#') {
                continue;
            }
            if line.starts_with([' ', '\t']) {
                if !has_field {
                    return Err(ParseHeader::NoField(at + 1));
                }
                if in_hints && let Some((key, value)) = field(trimmed) {
                    header.hint(key, value);
                }
                continue;
            }
            if has_field && (trimmed == "-" || trimmed.starts_with("- ")) {
                continue;
            }
            let (key, value) = field(trimmed).ok_or(ParseHeader::NoField(at + 1))?;
            has_field = true;
            in_hints = key == "hints";
            let given = || (!value.is_empty()).then(|| value.to_owned());
            match key {
                "version" if value != "1" => {
                    return Err(ParseHeader::Version(value.chars().take(40).collect()));
                }
                "name" => header.name = given(),
                "description" => header.description = given(),
                "author" => header.author = given(),
                _ => {}
            }
        }
        Ok(header)
    }

    fn hint(&mut self, key: &str, value: &str) {
        if self.hints.len() < MAX_HINTS {
            self.hints.insert(key.to_owned(), value.to_owned());
        }
    }
}

/// `key: value`, the value without its quotes and comment.
fn field(line: &str) -> Option<(&str, &str)> {
    let (key, rest) = line.split_once(':')?;
    if !(rest.is_empty() || rest.starts_with([' ', '\t'])) {
        return None;
    }
    let rest = rest.trim();
    let value = match rest.chars().next() {
        Some(quote @ ('"' | '\'')) => {
            let inner = rest.get(1..).unwrap_or_default();
            inner.split(quote).next().unwrap_or_default()
        }
        _ => rest.split(" #").next().unwrap_or_default().trim_end(),
    };
    Some((key.trim_matches(['"', '\'']), value))
}
