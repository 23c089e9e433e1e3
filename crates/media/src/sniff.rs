//! Names a file's type from its first bytes.

use serde::{Deserialize, Serialize};

/// How many first bytes `sniff` makes use of; fewer are fine.
pub const HEAD_BYTES: usize = 4096;

/// Which shelf a file belongs on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum MediaKind {
    /// Moving pictures.
    Video,
    /// A still or animated picture.
    Photo,
    /// Sound alone.
    Audio,
    /// Timed text.
    Subtitle,
    /// Text or a paginated document.
    Document,
    /// Anything else; nothing is refused.
    #[default]
    Other,
}

/// A file type by content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct MediaType {
    /// Which shelf it belongs on.
    pub kind: MediaKind,
    /// MIME type.
    pub mime: &'static str,
    /// Usual file name extension, without the dot.
    pub extension: &'static str,
}

/// Names the type of a file from its first bytes (`HEAD_BYTES` are enough).
/// Pure and cheap; never decodes, never panics.
pub fn sniff(_head: &[u8]) -> MediaType {
    unimplemented!()
}

/// As `sniff`; the file name only decides among kinds of plain text
/// (subtitle formats, markup), never whether bytes are media.
pub fn sniff_named(_head: &[u8], _file_name: &str) -> MediaType {
    unimplemented!()
}
