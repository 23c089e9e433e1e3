//! What a share of somebody else holds: its manifests, read and checked.

use dag::Cid;
use dag::manifest::{Content, Manifest, ManifestKind};
use dag::seal::{NoncePrefix, SealKey, unwrap_key};
use library::{ReceivedRow, ShareId};

/// One share that was opened here.
#[derive(Clone, Debug)]
pub struct Received {
    /// The id in its link.
    pub id: ShareId,
    /// What it is called: a stranger's words, made harmless to show.
    pub title: String,
    /// Whom it is from: a peer id, nobody's name. Empty when it is public: whoever has it gives it.
    pub peer: String,
    /// When it was opened first, Unix milliseconds.
    pub opened_at: i64,
    /// When it ends by itself.
    pub expires_at: Option<i64>,
    /// Bytes of its files.
    pub bytes: u64,
    /// It can be fetched from now.
    pub connected: bool,
    /// Nothing but a relay leads to who shares it, so that little comes and slowly.
    pub only_relayed: bool,
    /// What it is; "album" and "folder" hold several things.
    pub kind: ManifestKind,
    /// How many things it holds.
    pub count: u32,
    /// One of its things, by its place, has a picture that stands for it.
    pub poster: Option<u32>,
    /// What its maker warns of, the first of all warnings in it.
    pub warning: Option<String>,
    /// When all of it was taken into the library, Unix milliseconds.
    pub saved_at: Option<i64>,
    /// Why it cannot be fetched from, when its maker or its end is the reason.
    pub ended: Option<SharedEnd>,
}

/// Why a share is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SharedEnd {
    /// Its time is over.
    Expired,
    /// It was taken back.
    Revoked,
}

/// A thing in a share.
#[derive(Clone, Debug)]
pub struct SharedThing {
    /// What it is.
    pub kind: ManifestKind,
    /// What it is called, made harmless to show.
    pub title: String,
    /// Its name as a file.
    pub name: String,
    /// Who made it, as a track says; made harmless to show.
    pub artist: Option<String>,
    /// The record it is on.
    pub record: Option<String>,
    /// How long it plays.
    pub duration_ms: Option<u64>,
    /// Width and height in pixels.
    pub dimensions: Option<(u32, u32)>,
    /// Under which licence, as its maker says; made harmless to show.
    pub licence: Option<String>,
    /// What its maker warns of.
    pub warning: Option<String>,
    /// Its file.
    pub file: SharedFile,
    /// A picture that stands for it.
    pub poster: Option<SharedFile>,
}

/// A file of a share.
#[derive(Clone, Debug)]
pub struct SharedFile {
    /// The file, sealed or not.
    pub(crate) root: Cid,
    /// Bytes of the plain file.
    pub size: u64,
    /// Its media type, as its maker says.
    pub mime: String,
    pub(crate) prefix: NoncePrefix,
    pub(crate) key: [u8; 32],
}

/// Why a share cannot be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReadShared {
    /// It holds nothing that this version can read.
    #[error("the share holds nothing that this version of Tributary can open")]
    Empty,
    /// A file is not sealed as a link's must be, or with another key.
    #[error("a file of the share is not sealed with its key")]
    NotSealed,
}

/// The things of a share: itself, or its members in order.
pub(super) fn things(
    share: &SealKey,
    name: &str,
    manifest: &Manifest,
) -> Result<SharedThing, ReadShared> {
    let rendition = manifest.renditions.first().ok_or(ReadShared::Empty)?;
    let title = crate::import::shown(&manifest.title);
    let name = match name.is_empty() {
        true => told_name(manifest),
        false => name.to_owned(),
    };
    Ok(SharedThing {
        kind: manifest.kind,
        name: file_name(&name, &rendition.content.mime),
        title,
        artist: manifest.artist.as_deref().map(crate::import::shown),
        record: manifest.record.as_deref().map(crate::import::shown),
        duration_ms: manifest.duration_ms,
        dimensions: rendition.dimensions,
        licence: manifest.licence.as_deref().map(crate::import::shown),
        warning: manifest
            .content_warning
            .as_deref()
            .map(crate::import::shown),
        file: file(share, &rendition.content)?,
        // A picture that does not open is no reason to show nothing.
        poster: manifest
            .poster
            .as_ref()
            .and_then(|poster| file(share, poster).ok()),
    })
}

/// A name from which a library sees what it is: a film with its year, an episode with its place.
fn told_name(manifest: &Manifest) -> String {
    let title = &manifest.title;
    match (&manifest.series, manifest.year) {
        (Some(series), _) => format!(
            "{} S{:02}E{:02} {title}",
            series.title, series.season, series.episode
        ),
        (None, Some(year)) if manifest.kind == ManifestKind::Film => format!("{title} ({year})"),
        (None, _) => title.clone(),
    }
}

fn file(share: &SealKey, content: &Content) -> Result<SharedFile, ReadShared> {
    let seal = content.seal.as_ref().ok_or(ReadShared::NotSealed)?;
    let key = unwrap_key(share, &seal.prefix, &seal.key).map_err(|_| ReadShared::NotSealed)?;
    Ok(SharedFile {
        root: content.root,
        size: content.size,
        mime: content.mime.clone(),
        prefix: seal.prefix,
        key: *key.expose(),
    })
}

/// A name that is safe as one file of a folder, with the ending of its type.
pub(super) fn file_name(name: &str, mime: &str) -> String {
    let mut safe: String = crate::import::shown(name)
        .chars()
        .map(|letter| match letter {
            '/' | '\\' | '\0' => '_',
            letter => letter,
        })
        .collect();
    safe = safe.trim().trim_start_matches('.').to_owned();
    while safe.len() > 200 {
        safe.pop();
    }
    if safe.is_empty() {
        safe.push_str("shared");
    }
    let ending = ending_of(mime);
    let has_one = safe.rsplit_once('.').is_some_and(|(stem, ending)| {
        !stem.is_empty() && (1..=5).contains(&ending.len()) && !ending.contains(' ')
    });
    match ending {
        Some(ending) if !has_one => format!("{safe}.{ending}"),
        _ => safe,
    }
}

fn ending_of(mime: &str) -> Option<&'static str> {
    Some(match mime {
        "video/mp4" => "mp4",
        "video/quicktime" => "mov",
        "video/x-matroska" => "mkv",
        "video/webm" => "webm",
        "image/jpeg" => "jpg",
        "image/png" => "png",
        "image/webp" => "webp",
        "image/gif" => "gif",
        "image/avif" => "avif",
        "image/heic" | "image/heif" => "heic",
        "audio/mpeg" => "mp3",
        "audio/flac" => "flac",
        "audio/ogg" => "ogg",
        "audio/mp4" => "m4a",
        "audio/wav" | "audio/x-wav" => "wav",
        _ => return None,
    })
}

impl Received {
    pub(super) fn from_row(row: &ReceivedRow, connected: bool, ended: Option<SharedEnd>) -> Self {
        let peer = dag::share_link::ShareLink::parse(&row.link)
            .map(|link| bs58::encode(&link.peer).into_string())
            .unwrap_or_default();
        Received {
            id: row.id,
            title: crate::import::shown(&row.title),
            peer,
            opened_at: row.opened_at,
            expires_at: row.expires_at,
            bytes: row.bytes,
            connected,
            only_relayed: false,
            kind: ManifestKind::of_word(&row.kind).unwrap_or(ManifestKind::File),
            count: row.count,
            poster: row.poster,
            warning: row.warning.as_deref().map(crate::import::shown),
            saved_at: row.saved_at,
            ended,
        }
    }
}

/// Notes in `row` what its things are, for lists that are shown before anything is fetched.
pub(super) fn note_things(
    row: &mut ReceivedRow,
    kind: Option<ManifestKind>,
    things: &[SharedThing],
) {
    let kind = kind.unwrap_or(match things {
        [only] => only.kind,
        _ => ManifestKind::Folder,
    });
    kind.word().clone_into(&mut row.kind);
    row.count = u32::try_from(things.len()).unwrap_or(u32::MAX);
    row.bytes = things.iter().map(|thing| thing.file.size).sum();
    let with_poster = things.iter().position(|thing| thing.poster.is_some());
    row.poster = with_poster.and_then(|at| u32::try_from(at).ok());
    row.warning = things.iter().find_map(|thing| thing.warning.clone());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_strangers_stay_in_their_folder() {
        assert_eq!(
            file_name("../../etc/passwd", "text/plain"),
            "_.._etc_passwd"
        );
        assert_eq!(file_name("A film", "video/mp4"), "A film.mp4");
        assert_eq!(file_name("a.MKV", "video/mp4"), "a.MKV");
        assert_eq!(file_name("", "image/jpeg"), "shared.jpg");
        assert!(file_name(&"x".repeat(5000), "video/mp4").len() <= 204);
    }
}
