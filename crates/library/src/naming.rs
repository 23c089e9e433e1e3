//! What file names say: films, episodes, side-cars. Pure text, no disk.
//!
//! It guesses, and a guess is only a default: facts refine it and edits win.

use crate::model::{ItemKind, MediaClass};
use crate::path::RawPath;

mod sidecar;

pub(crate) use self::sidecar::{Sidecar, sidecar};

/// A film or video from this length on is a film, in ms (40 minutes).
const FILM_MS: u64 = 40 * 60 * 1000;
/// Before the length is known, a video from this size on is a film.
const FILM_BYTES: u64 = 600 << 20;

/// What a video's name says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum VideoName {
    Episode {
        show: String,
        year: Option<u16>,
        season: u32,
        episode: u32,
        title: String,
    },
    Film {
        title: String,
        year: u16,
    },
    Plain {
        title: String,
    },
}

/// The file name without its extension.
pub(crate) fn stem(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((stem, ext)) if !stem.is_empty() && is_extension(ext) => stem,
        _ => name,
    }
}

fn is_extension(ext: &str) -> bool {
    (1..=5).contains(&ext.len()) && ext.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// The extension in lower case, or nothing.
pub(crate) fn extension(name: &str) -> String {
    match name.rsplit_once('.') {
        Some((stem, ext)) if !stem.is_empty() && is_extension(ext) => ext.to_ascii_lowercase(),
        _ => String::new(),
    }
}

/// A stem made readable: dots and underscores are blanks when no blank is in it.
pub(crate) fn readable(stem: &str) -> String {
    let blanks = stem.contains(' ');
    let text: String = stem
        .chars()
        .filter(|c| !c.is_control() && !is_bidi(*c))
        .map(|c| {
            if c == '_' || (c == '.' && !blanks) {
                ' '
            } else {
                c
            }
        })
        .collect();
    let joined = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let trimmed = joined.trim_matches(|c: char| c == '-' || c == ' ');
    if trimmed.is_empty() {
        stem.trim().to_owned()
    } else {
        trimmed.to_owned()
    }
}

/// A name as it is, without what would disguise it.
pub(crate) fn undisguised(name: &str) -> String {
    name.chars()
        .filter(|c| !c.is_control() && !is_bidi(*c))
        .collect()
}

/// Marks that turn the reading direction round: a name must not disguise itself.
fn is_bidi(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The readable components of a path, the file name last.
fn components(path: &RawPath) -> Vec<String> {
    path.0
        .split(|byte| *byte == b'/')
        .filter(|part| !part.is_empty())
        .map(|part| String::from_utf8_lossy(part).into_owned())
        .collect()
}

/// Reads a video's path.
pub(crate) fn video(path: &RawPath) -> VideoName {
    let parts = components(path);
    let mut parts = parts.iter().rev().map(String::as_str);
    let name = parts.next().unwrap_or_default();
    let (parent, grandparent) = (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    );
    let stem = stem(name);
    let words = split_words(stem);
    if let Some(found) = episode_marker(&words) {
        let before = join(words.get(..found.at).unwrap_or_default());
        let after = join(cut_release(
            words.get(found.at + found.len..).unwrap_or_default(),
        ));
        let folder = if season_folder(parent).is_some() {
            grandparent
        } else {
            parent
        };
        let (show, year) = title_and_year(if before.is_empty() { folder } else { &before });
        if !show.is_empty() {
            let (season, episode) = (found.season, found.episode);
            return VideoName::Episode {
                show,
                year,
                season,
                episode,
                title: after,
            };
        }
    }
    if let Some(season) = season_folder(parent)
        && let Some((episode, rest)) = leading_episode(&words)
    {
        let (show, year) = title_and_year(grandparent);
        if !show.is_empty() {
            let title = join(cut_release(words.get(rest..).unwrap_or_default()));
            return VideoName::Episode {
                show,
                year,
                season,
                episode,
                title,
            };
        }
    }
    if let (title, Some(year)) = title_and_year(stem)
        && !title.is_empty()
    {
        return VideoName::Film { title, year };
    }
    let title = join(cut_release(&words));
    VideoName::Plain {
        title: if title.is_empty() {
            readable(stem)
        } else {
            title
        },
    }
}

/// Splits at blanks, underscores and (when there is no blank) dots.
fn split_words(stem: &str) -> Vec<String> {
    let blanks = stem.contains(' ');
    stem.split(|c: char| c.is_whitespace() || c == '_' || (c == '.' && !blanks))
        .filter(|word| !word.is_empty())
        .map(|word| {
            word.chars()
                .filter(|c| !c.is_control() && !is_bidi(*c))
                .collect()
        })
        .collect()
}

fn join(words: &[String]) -> String {
    words
        .join(" ")
        .trim_matches(|c: char| c == '-' || c == ' ')
        .to_owned()
}

struct Marker {
    at: usize,
    len: usize,
    season: u32,
    episode: u32,
}

/// Finds `S01E02`, `S01 E02`, `1x02` or `Season 1 Episode 2`.
fn episode_marker(words: &[String]) -> Option<Marker> {
    for (at, word) in words.iter().enumerate() {
        let lower = word
            .trim_matches(|c: char| "[]()-".contains(c))
            .to_ascii_lowercase();
        if let Some((season, episode)) = season_episode(&lower) {
            return Some(Marker {
                at,
                len: 1,
                season,
                episode,
            });
        }
        let next = words
            .get(at + 1)
            .map(|word| word.to_ascii_lowercase())
            .unwrap_or_default();
        let season = lower.strip_prefix('s').and_then(number);
        let episode = next.strip_prefix('e').and_then(number);
        if let (Some(season), Some(episode)) = (season, episode) {
            return Some(Marker {
                at,
                len: 2,
                season,
                episode,
            });
        }
        if matches!(lower.as_str(), "season" | "staffel") {
            let third = words.get(at + 2).map(|word| word.to_ascii_lowercase());
            let is_episode = matches!(third.as_deref(), Some("episode" | "folge"));
            let episode = words.get(at + 3).and_then(|word| number(word));
            if let (true, Some(season), Some(episode)) = (is_episode, number(&next), episode) {
                return Some(Marker {
                    at,
                    len: 4,
                    season,
                    episode,
                });
            }
        }
    }
    None
}

fn number(text: &str) -> Option<u32> {
    let fits = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if fits { text.parse().ok() } else { None }
}

/// `s01e02` (a second episode after it is ignored) or `1x02`.
fn season_episode(word: &str) -> Option<(u32, u32)> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    if let Some(rest) = word.strip_prefix('s') {
        let (season, rest) = rest.split_at_checked(digits(rest))?;
        let rest = rest.strip_prefix('e')?;
        let (episode, tail) = rest.split_at_checked(digits(rest))?;
        let ends = tail.is_empty() || tail.starts_with(['e', '-']);
        return if ends {
            Some((number(season)?, number(episode)?))
        } else {
            None
        };
    }
    let (season, episode) = word.split_once('x')?;
    let sound = (1..=2).contains(&season.len()) && (2..=3).contains(&episode.len());
    if sound {
        Some((number(season)?, number(episode)?))
    } else {
        None
    }
}

/// True for the name of a folder that holds one season.
pub(crate) fn is_season_folder(name: &str) -> bool {
    season_folder(name).is_some()
}

/// The season that `season01` or `season-specials` means (`season01-poster.jpg`
/// in the show's folder).
pub(crate) fn season_mark(owner: &str) -> Option<u32> {
    let rest = owner.strip_prefix("season")?;
    match rest.trim_matches(|c: char| " ._-".contains(c)) {
        "specials" => Some(0),
        digits => number(digits),
    }
}

/// The season a folder stands for: `Season 1`, `Staffel 02`, `S03`, `Specials`.
fn season_folder(name: &str) -> Option<u32> {
    let lower = name.trim().to_ascii_lowercase();
    if lower == "specials" {
        return Some(0);
    }
    let rest = ["season", "staffel", "series", "s"]
        .iter()
        .find_map(|prefix| lower.strip_prefix(prefix))?;
    number(rest.trim_matches(|c: char| " ._-".contains(c)))
}

/// Inside a season folder: `02 - Title`, `E02`, `Episode 2`. Gives the episode
/// and where the title starts.
fn leading_episode(words: &[String]) -> Option<(u32, usize)> {
    let first = words.first()?.to_ascii_lowercase();
    if matches!(first.as_str(), "episode" | "folge" | "ep") {
        return Some((number(words.get(1)?)?, 2));
    }
    let digits = first
        .strip_prefix("ep")
        .or_else(|| first.strip_prefix('e'))
        .unwrap_or(&first);
    let digits = digits.trim_end_matches('-');
    if digits.len() > 3 {
        None
    } else {
        Some((number(digits)?, 1))
    }
}

/// `Title (2019)` or `Title.2019.1080p`: the title and the year. A year in the
/// first place is the title ("1917", "2012 (2009)").
fn title_and_year(text: &str) -> (String, Option<u16>) {
    let words = split_words(text);
    let year_of = |word: &String| {
        let bare = word.trim_matches(|c: char| "()[],".contains(c));
        let year: u16 = if bare.len() == 4 {
            bare.parse().ok()?
        } else {
            return None;
        };
        (1888..=2100).contains(&year).then_some(year)
    };
    let marked = |word: &String| word.starts_with(['(', '[']);
    let at = words
        .iter()
        .enumerate()
        .skip(1)
        .filter_map(|(at, word)| year_of(word).map(|year| (at, year, marked(word))))
        .max_by_key(|(at, _, marked)| (*marked, *at));
    match at {
        // A bare year counts only at the end or in front of release words.
        Some((at, year, marked))
            if marked || cut_release(words.get(at + 1..).unwrap_or_default()).is_empty() =>
        {
            (join(words.get(..at).unwrap_or_default()), Some(year))
        }
        _ => (join(cut_release(&words)), None),
    }
}

/// Everything before the first word that only release names have.
fn cut_release(words: &[String]) -> &[String] {
    const RELEASE: [&str; 30] = [
        "480p", "576p", "720p", "1080p", "1080i", "2160p", "4k", "uhd", "hdr", "hdr10", "x264",
        "x265", "h264", "h265", "hevc", "avc", "bluray", "blu-ray", "bdrip", "brrip", "dvdrip",
        "webrip", "web-dl", "webdl", "hdtv", "hdrip", "remux", "proper", "repack", "10bit",
    ];
    let end = words.iter().position(|word| {
        let bare = word
            .trim_matches(|c: char| "()[]".contains(c))
            .to_ascii_lowercase();
        let head = bare.split_once('-').map_or(bare.as_str(), |(head, _)| head);
        RELEASE.contains(&bare.as_str()) || RELEASE.contains(&head)
    });
    words.get(..end.unwrap_or(words.len())).unwrap_or_default()
}

/// A track's name: a leading number is the track number.
pub(crate) fn track(stem: &str) -> (String, Option<u32>) {
    let digits = stem.bytes().take_while(u8::is_ascii_digit).count();
    if (1..=3).contains(&digits) {
        let (head, tail) = stem.split_at_checked(digits).unwrap_or((stem, ""));
        let title = tail.trim_start_matches(|c: char| " ._-".contains(c));
        if !title.is_empty() && title.len() < tail.len() {
            return (readable(title), head.parse().ok());
        }
    }
    (readable(stem), None)
}

/// The kind of an item before anybody says otherwise.
pub(crate) fn classify(
    class: MediaClass,
    name: Option<&VideoName>,
    duration_ms: Option<u64>,
    size: u64,
    from_camera: bool,
) -> ItemKind {
    match (class, name) {
        (MediaClass::Video, Some(VideoName::Episode { .. })) => ItemKind::Episode,
        (MediaClass::Video, Some(VideoName::Film { .. })) if !from_camera => ItemKind::Film,
        (MediaClass::Video, _) => {
            let long = duration_ms.map_or(size >= FILM_BYTES, |duration| duration >= FILM_MS);
            if long && !from_camera {
                ItemKind::Film
            } else {
                ItemKind::Clip
            }
        }
        (MediaClass::Photo, _) => ItemKind::Photo,
        (MediaClass::Audio, _) => ItemKind::Track,
        (MediaClass::Subtitle | MediaClass::Other, _) => ItemKind::File,
    }
}

#[cfg(test)]
mod tests;
