//! Takes the place out of a file before it is shared: where it was made goes, what it shows and
//! plays stays as it is, bit for bit.
//!
//! Photos that are small beside their metadata (JPEG, PNG, WebP) are written anew without it. Of
//! all others (HEIC, AVIF, TIFF, films) only the bytes that say it are overwritten, so that every
//! offset in them holds and the rest need not be stored a second time: [`Patches`].
//!
//! Every photo and film is looked at by its own bytes, whatever the library knows of it: headers and
//! metadata of a photo, and what stands behind its picture. One that says no place stays untouched.
//!
//! Not a reader of pictures or films: what does not look like its kind, or may say it in a way that
//! is not known here, is refused and never guessed at. Hostile bytes cost bounded time and memory.

mod boxes;
mod film;
mod heif;
mod jpeg;
mod matroska;
mod patches;
mod place;
mod png;
#[cfg(test)]
mod tests;
mod tiff;
mod webp;

pub(super) use self::patches::Patches;
use crate::stream::{ReadMedia, Source};

/// A photo up to this long is written anew in memory.
pub(super) const MAX_WHOLE: u64 = 256 << 20;

/// How far into a photo of a kind that is not known here a place is looked for.
const MAX_START: u64 = 1 << 20;

/// What has to be done so that a file does not say where it was made.
#[derive(Debug, PartialEq)]
pub(super) enum Stripped {
    /// Nothing: it does not.
    AsItIs,
    /// Some of its bytes are others.
    Patched(Patches),
    /// All of its bytes, shorter than before.
    Whole(Vec<u8>),
}

impl Stripped {
    /// What changes in a file that keeps its length, and the word for such a file in a manifest.
    pub(super) fn patches(self) -> (Patches, &'static str) {
        match self {
            Stripped::Patched(patches) => (patches, "stripped"),
            Stripped::AsItIs | Stripped::Whole(_) => (Patches::default(), "original"),
        }
    }
}

/// What was found in a photo of which only some bytes change.
struct Metadata {
    /// What has to change so that it says no place.
    patches: Patches,
    /// Whether it says one.
    has_place: bool,
}

/// `None` when the place cannot be taken out. `has_place` is what the library knows of the file;
/// it is looked at all the same, for not every way of saying it is known there.
pub(super) fn strip(
    source: &Source,
    size: u64,
    mime: &str,
    orientation: u8,
    has_place: bool,
) -> Result<Option<Stripped>, ReadMedia> {
    let file = File { source, size };
    let patches = match mime {
        "video/mp4" | "video/quicktime" | "video/3gpp" | "video/3gpp2" | "video/x-m4v" => {
            match film::look(&file)? {
                Some(film) if film.has_track_of_places => return Ok(None),
                film => film.map(|film| film.patches),
            }
        }
        "video/x-matroska" | "video/webm" => matroska::patches(&file)?,
        _ if mime.starts_with("image/") => return photo(&file, mime, orientation, has_place),
        _ => None,
    };
    Ok(match patches.filter(|patches| !patches.is_empty()) {
        Some(patches) => Some(Stripped::Patched(patches)),
        // Where it says it was not found, or it does not say it.
        None => (!has_place).then_some(Stripped::AsItIs),
    })
}

fn photo(
    file: &File<'_>,
    mime: &str,
    orientation: u8,
    is_known: bool,
) -> Result<Option<Stripped>, ReadMedia> {
    let metadata = match mime {
        "image/heic" | "image/heif" | "image/avif" => heif::look(file)?,
        "image/jpeg" | "image/png" | "image/webp" => None,
        // Raw photos, too, which are mostly TIFF; of those nothing can be taken out.
        _ => tiff::look(file)?,
    };
    let found = match mime {
        "image/jpeg" => jpeg::has_place(file)?,
        "image/png" => png::has_place(file)?,
        "image/webp" => webp::has_place(file)?,
        _ => metadata.as_ref().map(|metadata| metadata.has_place),
    };
    let is_one_of_ours = matches!(
        mime,
        "image/jpeg"
            | "image/png"
            | "image/webp"
            | "image/heic"
            | "image/heif"
            | "image/avif"
            | "image/tiff"
    );
    let has_place = is_known
        || match found {
            Some(found) => found,
            None if is_one_of_ours => place::anywhere(file, 0..file.size)?,
            None => place::anywhere(file, 0..MAX_START)?,
        };
    if !has_place {
        return Ok(Some(Stripped::AsItIs));
    }
    if matches!(mime, "image/jpeg" | "image/png" | "image/webp") {
        let bytes = match file.size <= MAX_WHOLE {
            true => file.bytes(0, file.size)?,
            false => None,
        };
        let stripped = bytes.and_then(|bytes| match mime {
            "image/png" => png::without_metadata(&bytes, orientation),
            "image/webp" => webp::without_metadata(&bytes, orientation),
            _ => jpeg::jpeg(&bytes, orientation),
        });
        return Ok(stripped.map(Stripped::Whole));
    }
    let patches = metadata
        .filter(|_| is_one_of_ours)
        .map(|metadata| metadata.patches);
    let patches = patches.filter(|patches| !patches.is_empty());
    Ok(patches.map(Stripped::Patched))
}

/// A file of `size` bytes that is read in pieces.
struct File<'a> {
    source: &'a Source,
    size: u64,
}

impl File<'_> {
    /// `len` bytes from `offset`; `None` when the file ends before.
    fn bytes(&self, offset: u64, len: u64) -> Result<Option<bytes::Bytes>, ReadMedia> {
        let is_inside = offset.checked_add(len).is_some_and(|end| end <= self.size);
        let Some(len) = usize::try_from(len).ok().filter(|_| is_inside) else {
            return Ok(None);
        };
        let read = self.source.read_at(offset, len)?;
        Ok((read.len() == len).then_some(read))
    }

    /// Up to `len` bytes from `offset`.
    fn up_to(&self, offset: u64, len: u64) -> Result<bytes::Bytes, ReadMedia> {
        let len = len.min(self.size.saturating_sub(offset));
        Ok(self.bytes(offset, len)?.unwrap_or_default())
    }
}

/// A word of a tag or key that speaks of a place, in any letters.
fn speaks_of_place(name: &[u8]) -> bool {
    let name = name.to_ascii_lowercase();
    [&b"location"[..], b"gps", b"\xa9xyz"]
        .iter()
        .any(|word| name.windows(word.len()).any(|part| part == *word))
}
