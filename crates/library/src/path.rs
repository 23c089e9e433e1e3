//! Paths as bytes: what the file system gave, never assumed to be UTF-8.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A path as the file system gave it: bytes, perhaps not UTF-8.
///
/// In JSON it is the text itself, or `{"hex": "..."}` when it is not UTF-8.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RawPath(pub Vec<u8>);

impl RawPath {
    /// The bytes of the path.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The last component, readable (invalid UTF-8 replaced).
    #[must_use]
    pub fn file_name(&self) -> String {
        let name = self
            .0
            .rsplit(|byte| *byte == b'/')
            .find(|part| !part.is_empty());
        String::from_utf8_lossy(name.unwrap_or_default()).into_owned()
    }

    /// Everything before the last component, without the slash; empty at the top.
    #[must_use]
    pub fn parent(&self) -> &[u8] {
        let end = self.0.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
        self.0.get(..end).unwrap_or_default()
    }
}

impl From<&std::path::Path> for RawPath {
    fn from(path: &std::path::Path) -> Self {
        RawPath(path.as_os_str().as_encoded_bytes().to_vec())
    }
}

impl From<&str> for RawPath {
    fn from(path: &str) -> Self {
        RawPath(path.as_bytes().to_vec())
    }
}

impl fmt::Display for RawPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.0))
    }
}

impl crate::row::Field for RawPath {
    fn absent(&self) -> bool {
        self.0.is_empty()
    }
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
    }
    fn take(bytes: &[u8]) -> Option<Self> {
        Some(RawPath(bytes.to_vec()))
    }
}
impl crate::row::Element for RawPath {}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum PathForm {
    Text(String),
    Bytes { hex: String },
}

impl Serialize for RawPath {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match std::str::from_utf8(&self.0) {
            Ok(text) => to.serialize_str(text),
            Err(_) => PathForm::Bytes {
                hex: crate::ids::to_hex(&self.0),
            }
            .serialize(to),
        }
    }
}

impl<'de> Deserialize<'de> for RawPath {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match PathForm::deserialize(from)? {
            PathForm::Text(text) => Ok(RawPath(text.into_bytes())),
            PathForm::Bytes { hex } => crate::ids::from_hex(&hex)
                .map(RawPath)
                .ok_or_else(|| serde::de::Error::custom("a path's hex digits are broken")),
        }
    }
}
