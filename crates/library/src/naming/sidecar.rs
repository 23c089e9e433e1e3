//! Files that belong to another: posters, covers, captions.

use crate::naming::{extension, readable, stem};
use crate::path::RawPath;

/// What a side-car is and whom it belongs to (in the same folder).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sidecar {
    /// A poster for the file with this stem, or for the whole folder.
    Poster { owner: Option<String> },
    /// Captions for the file with this stem.
    Captions {
        owner: String,
        language: Option<String>,
        label: String,
        format: String,
    },
}

/// Reads a side-car's name; nothing when it is not one.
pub(crate) fn sidecar(path: &RawPath) -> Option<Sidecar> {
    let name = path.file_name();
    let ext = extension(&name);
    let stem = stem(&name);
    match ext.as_str() {
        "jpg" | "jpeg" | "png" | "webp" => {
            let lower = stem.to_lowercase();
            if matches!(
                lower.as_str(),
                "poster" | "cover" | "folder" | "front" | "movie"
            ) {
                return Some(Sidecar::Poster { owner: None });
            }
            let cut = stem.len().checked_sub("-poster".len())?;
            let (owner, tail) = stem.split_at_checked(cut)?;
            let ours = tail.eq_ignore_ascii_case("-poster") && !owner.is_empty();
            ours.then(|| Sidecar::Poster {
                owner: Some(owner.to_lowercase()),
            })
        }
        "srt" | "vtt" | "ass" | "ssa" => Some(captions(stem, ext)),
        _ => None,
    }
}

/// `Film.en.forced.srt`: the owner is what is left in front of the marks.
fn captions(stem: &str, format: String) -> Sidecar {
    let mut owner = stem;
    let mut language = None;
    let mut marks = Vec::new();
    while let Some((head, tail)) = owner.rsplit_once('.') {
        let lower = tail.to_ascii_lowercase();
        if matches!(lower.as_str(), "forced" | "sdh" | "cc" | "hi") {
            marks.push(lower);
        } else if language.is_none() && is_language(&lower) {
            language = Some(language_tag(&lower));
        } else {
            break;
        }
        owner = head;
    }
    marks.reverse();
    let mut label = language.clone().unwrap_or_else(|| readable(owner));
    if !marks.is_empty() {
        label = format!("{label} ({})", marks.join(", "));
    }
    Sidecar::Captions {
        owner: owner.to_lowercase(),
        language,
        label,
        format,
    }
}

fn is_language(mark: &str) -> bool {
    let main = mark.split(['-', '_']).next().unwrap_or_default();
    let letters = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphabetic());
    match mark.split_once(['-', '_']) {
        None => matches!(mark.len(), 2 | 3) && letters(mark) || english_name(mark).is_some(),
        Some((_, region)) => {
            matches!(main.len(), 2 | 3) && letters(main) && (2..=4).contains(&region.len())
        }
    }
}

fn english_name(mark: &str) -> Option<&'static str> {
    let known = [
        ("english", "en"),
        ("german", "de"),
        ("deutsch", "de"),
        ("french", "fr"),
        ("spanish", "es"),
        ("italian", "it"),
        ("portuguese", "pt"),
        ("dutch", "nl"),
        ("polish", "pl"),
        ("russian", "ru"),
        ("japanese", "ja"),
        ("chinese", "zh"),
    ];
    known
        .iter()
        .find(|(name, _)| *name == mark)
        .map(|(_, tag)| *tag)
}

/// The short tag where ISO 639 has one for a common three-letter code.
fn language_tag(mark: &str) -> String {
    let short = match mark {
        "eng" => "en",
        "ger" | "deu" => "de",
        "fre" | "fra" => "fr",
        "spa" => "es",
        "ita" => "it",
        "por" => "pt",
        "dut" | "nld" => "nl",
        "pol" => "pl",
        "rus" => "ru",
        "jpn" => "ja",
        "chi" | "zho" => "zh",
        other => english_name(other).unwrap_or(other),
    };
    short.replace('_', "-")
}
