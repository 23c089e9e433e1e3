//! What a share says of its items.

use dag::Block;
use dag::manifest::{Content, Manifest, ManifestKind, Member, Rendition, SealHeader, Series};
use dag::seal::{SealKey, WrappedKey, wrap_key};
use library::{ItemKind, ItemRow};

use super::seal::{SealFile, Sealed, random};

/// A file in a manifest.
pub(super) fn content(
    share: &SealKey,
    sealed: &Sealed,
    size: u64,
    mime: &str,
) -> Result<Content, SealFile> {
    let key: WrappedKey = wrap_key(share, random()?, &sealed.prefix, &sealed.key);
    Ok(Content {
        root: sealed.root,
        size,
        mime: mime.to_owned(),
        seal: Some(SealHeader {
            prefix: sealed.prefix,
            key,
        }),
        extra: Default::default(),
    })
}

/// The manifest of one item.
pub(super) fn of_item(
    row: &ItemRow,
    role: &str,
    file: Content,
    poster: Option<Content>,
) -> Manifest {
    let mut manifest = Manifest::new(kind_of(row.kind), one_line(&row.title));
    manifest.renditions = vec![Rendition {
        role: role.to_owned(),
        content: file,
        dimensions: row.width.zip(row.height),
    }];
    manifest.poster = poster;
    manifest.duration_ms = row.duration_ms;
    manifest.year = row.year.filter(|year| (1..=9_999).contains(year));
    // An empty line would not be one.
    let told = |text: &Option<String>| {
        let text = text.as_deref().map(one_line);
        text.filter(|text| !text.is_empty())
    };
    manifest.artist = told(&row.artist);
    manifest.record = told(&row.album);
    manifest.series = row.show.as_ref().map(|show| Series {
        title: one_line(&show.title),
        season: show.season.min(9_999),
        episode: show.episode.min(99_999),
    });
    manifest
}

/// The manifest of several: an album of `members`, named after their files.
pub(super) fn of_album(title: &str, members: Vec<(String, &Block)>) -> Manifest {
    let mut manifest = Manifest::new(ManifestKind::Album, one_line(title));
    let mut taken = std::collections::HashSet::new();
    for (name, block) in members {
        let name = unique(&name, &mut taken);
        manifest.members.push(Member {
            name,
            manifest: block.cid,
            extra: Default::default(),
        });
    }
    manifest
}

/// A title as a manifest may have it: one line, not too long.
pub(super) fn one_line(title: &str) -> String {
    let line: String = title
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect();
    let mut end = line.len().min(dag::manifest::MAX_TITLE_LEN);
    while !line.is_char_boundary(end) {
        end -= 1;
    }
    line.get(..end).unwrap_or_default().trim().to_owned()
}

pub(super) fn unique(name: &str, taken: &mut std::collections::HashSet<String>) -> String {
    let name = one_line(&name.replace('/', "_"));
    let name = if name.is_empty() {
        "file".to_owned()
    } else {
        name
    };
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => (stem, format!(".{extension}")),
        _ => (name.as_str(), String::new()),
    };
    let mut candidate = name.clone();
    let mut number = 2;
    while !taken.insert(candidate.clone()) {
        candidate = format!("{stem} {number}{extension}");
        number += 1;
    }
    candidate
}

fn kind_of(kind: ItemKind) -> ManifestKind {
    match kind {
        ItemKind::Film => ManifestKind::Film,
        ItemKind::Episode => ManifestKind::Episode,
        ItemKind::Clip => ManifestKind::Clip,
        ItemKind::Photo => ManifestKind::Photo,
        ItemKind::Track => ManifestKind::Track,
        ItemKind::File => ManifestKind::File,
    }
}
