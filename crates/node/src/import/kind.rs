//! From what the bytes are (`media`) to what the catalogue calls it (`library`).

use library::MediaClass;
use media::MediaKind;

/// The class the library derives an item's kind from.
pub(crate) fn class_of(kind: MediaKind) -> MediaClass {
    match kind {
        MediaKind::Video => MediaClass::Video,
        MediaKind::Photo => MediaClass::Photo,
        MediaKind::Audio => MediaClass::Audio,
        MediaKind::Subtitle => MediaClass::Subtitle,
        MediaKind::Document | MediaKind::Other => MediaClass::Other,
    }
}
