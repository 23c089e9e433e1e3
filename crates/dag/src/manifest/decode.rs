//! Manifests from values of the data model. Everything is checked here, for writers too.

use std::collections::BTreeSet;

use super::encode::CIPHER;
use super::{Author, Captions, Content, DecodeManifest, Extra, MAX_MANIFEST_LEN, MAX_MEMBERS};
use super::{MAX_RENDITIONS, MAX_TITLE_LEN, Manifest, ManifestKind, Member, Rendition, SealHeader};
use super::{Series, VERSION, WrappedKey};
use crate::directory::MAX_NAME_LEN;
use crate::ipld::{Ipld, cbor};
use crate::seal::{MAX_PLAIN_LEN, NoncePrefix};
use crate::{Cid, Codec, codec_of};

/// The longest key or signature, in bytes; RSA keys of 2048 bits fit.
const MAX_KEY_LEN: usize = 1024;
/// The longest line of text other than the title, in bytes.
const MAX_LINE_LEN: usize = 1024;

/// The fields of a map that were not taken yet.
struct Fields(Extra);

type Take<T> = Result<T, DecodeManifest>;

impl Fields {
    fn of(value: Ipld, name: &'static str) -> Take<Self> {
        match value {
            Ipld::Map(map) => Ok(Fields(map)),
            _ => Err(DecodeManifest::Malformed(name)),
        }
    }

    fn take<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(Ipld) -> Option<T>,
    ) -> Take<Option<T>> {
        match self.0.remove(name).map(read) {
            None => Ok(None),
            Some(Some(value)) => Ok(Some(value)),
            Some(None) => Err(DecodeManifest::Malformed(name)),
        }
    }

    fn need<T>(&mut self, name: &'static str, read: impl FnOnce(Ipld) -> Option<T>) -> Take<T> {
        self.take(name, read)?.ok_or(DecodeManifest::Missing(name))
    }

    /// A list that is not empty, or no list.
    fn list<T>(
        &mut self,
        name: &'static str,
        most: usize,
        each: impl Fn(Fields) -> Take<T>,
    ) -> Take<Vec<T>> {
        let items = self.take(name, |value| match value {
            Ipld::List(items) if (1..=most).contains(&items.len()) => Some(items),
            _ => None,
        })?;
        let items = items.unwrap_or_default().into_iter();
        items.map(|item| each(Fields::of(item, name)?)).collect()
    }
}

/// Text of one line: not empty, no control characters.
fn line(most: usize) -> impl FnOnce(Ipld) -> Option<String> {
    move |value| match value {
        Ipld::Text(text) if (1..=most).contains(&text.len()) => {
            (!text.chars().any(char::is_control)).then_some(text)
        }
        _ => None,
    }
}

/// Text of certain ASCII characters.
fn word(most: usize, allowed: fn(char) -> bool) -> impl FnOnce(Ipld) -> Option<String> {
    move |value| line(most)(value).filter(|text| text.chars().all(allowed))
}

fn language(value: Ipld) -> Option<String> {
    word(35, |c| c.is_ascii_alphanumeric() || c == '-')(value)
}

fn mime(value: Ipld) -> Option<String> {
    let text = word(127, |c| c.is_ascii_graphic())(value)?;
    let (kind, rest) = text.split_once('/')?;
    let usable = !kind.is_empty() && !rest.is_empty() && !rest.contains('/');
    usable.then_some(text)
}

fn number(most: u64) -> impl FnOnce(Ipld) -> Option<u64> {
    move |value| match value {
        Ipld::Integer(number) => u64::try_from(number).ok().filter(|number| *number <= most),
        _ => None,
    }
}

fn year(value: Ipld) -> Option<u16> {
    let year = number(9_999)(value)?;
    u16::try_from(year).ok().filter(|year| *year > 0)
}

/// Exactly its three fields.
fn series(value: Ipld) -> Option<Series> {
    let Ipld::Map(mut map) = value else {
        return None;
    };
    let series = Series {
        title: line(MAX_TITLE_LEN)(map.remove("title")?)?,
        season: u32::try_from(number(9_999)(map.remove("season")?)?).ok()?,
        episode: u32::try_from(number(99_999)(map.remove("episode")?)?).ok()?,
    };
    map.is_empty().then_some(series)
}

fn pixels(value: Ipld) -> Option<u32> {
    let number = number(u64::from(u32::MAX))(value)?;
    u32::try_from(number).ok().filter(|number| *number > 0)
}

fn link(value: Ipld) -> Option<Cid> {
    match value {
        Ipld::Link(cid) => Some(cid),
        _ => None,
    }
}

fn key(value: Ipld) -> Option<Vec<u8>> {
    match value {
        Ipld::Bytes(bytes) if (1..=MAX_KEY_LEN).contains(&bytes.len()) => Some(bytes),
        _ => None,
    }
}

fn exact<const N: usize>(value: Ipld) -> Option<[u8; N]> {
    match value {
        Ipld::Bytes(bytes) => bytes.try_into().ok(),
        _ => None,
    }
}

pub(super) fn manifest(block: &[u8]) -> Take<Manifest> {
    if block.len() > MAX_MANIFEST_LEN {
        return Err(DecodeManifest::TooLong(block.len()));
    }
    let Ipld::Map(map) = cbor::decode(block)? else {
        return Err(DecodeManifest::NotAManifest);
    };
    let mut fields = Fields(map);
    match fields.0.remove("version") {
        Some(Ipld::Integer(version)) if version == i128::from(VERSION) => {}
        Some(Ipld::Integer(version)) => return Err(DecodeManifest::Version(version)),
        _ => return Err(DecodeManifest::NotAManifest),
    }
    let manifest = Manifest {
        kind: fields.need("kind", kind)?,
        title: fields.need("title", line(MAX_TITLE_LEN))?,
        renditions: fields.list("renditions", MAX_RENDITIONS, rendition)?,
        poster: match fields.take("poster", Some)? {
            Some(value) => Some(content_of(Fields::of(value, "poster")?)?),
            None => None,
        },
        captions: fields.list("captions", MAX_RENDITIONS, captions)?,
        members: fields.list("items", MAX_MEMBERS, member)?,
        duration_ms: fields.take("duration", number(u64::MAX >> 11))?,
        year: fields.take("year", year)?,
        series: fields.take("series", series)?,
        artist: fields.take("artist", line(MAX_LINE_LEN))?,
        record: fields.take("record", line(MAX_LINE_LEN))?,
        language: fields.take("language", language)?,
        licence: fields.take("licence", line(MAX_LINE_LEN))?,
        content_warning: fields.take("warning", line(MAX_LINE_LEN))?,
        author: match (fields.take("author", key)?, fields.take("signature", key)?) {
            (Some(key), Some(signature)) => Some(Author { key, signature }),
            (None, None) => None,
            (None, Some(_)) => return Err(DecodeManifest::Missing("author")),
            (Some(_), None) => return Err(DecodeManifest::Missing("signature")),
        },
        extra: fields.0,
    };
    let (needed, stray, name) = match manifest.kind.is_collection() {
        true => (true, !manifest.renditions.is_empty(), "renditions"),
        false => (
            !manifest.renditions.is_empty(),
            !manifest.members.is_empty(),
            "items",
        ),
    };
    if stray {
        return Err(DecodeManifest::Malformed(name));
    }
    if !needed {
        return Err(DecodeManifest::Missing("renditions"));
    }
    let names: BTreeSet<&str> = manifest.members.iter().map(|m| m.name.as_str()).collect();
    if names.len() != manifest.members.len() {
        return Err(DecodeManifest::Malformed("items"));
    }
    Ok(manifest)
}

fn kind(value: Ipld) -> Option<ManifestKind> {
    let Ipld::Text(word) = value else {
        return None;
    };
    let known = ManifestKind::ALL.iter().find(|(_, known)| *known == word);
    known.map(|(kind, _)| *kind)
}

/// The fields of a file; what is left in `fields` may belong to what is around it.
fn content(fields: &mut Fields) -> Take<Content> {
    let seal = match fields.take("seal", Some)? {
        Some(value) => Some(seal(Fields::of(value, "seal")?)?),
        None => None,
    };
    Ok(Content {
        root: fields.need("root", link)?,
        size: fields.need("size", number(MAX_PLAIN_LEN))?,
        mime: fields.need("mime", mime)?,
        seal,
        extra: Extra::new(),
    })
}

fn content_of(mut fields: Fields) -> Take<Content> {
    let mut content = content(&mut fields)?;
    content.extra = fields.0;
    Ok(content)
}

fn seal(mut fields: Fields) -> Take<SealHeader> {
    fields.need("cipher", |value| (value == CIPHER.into()).then_some(()))?;
    let header = SealHeader {
        prefix: NoncePrefix(fields.need("nonce", exact)?),
        key: WrappedKey(fields.need("key", exact)?),
    };
    // A header that says more may mean another way to open it.
    if fields.0.is_empty() {
        Ok(header)
    } else {
        Err(DecodeManifest::Malformed("seal"))
    }
}

fn rendition(mut fields: Fields) -> Take<Rendition> {
    let role = fields.need("role", word(32, |c| c.is_ascii_lowercase() || c == '-'))?;
    let dimensions = match (
        fields.take("width", pixels)?,
        fields.take("height", pixels)?,
    ) {
        (Some(width), Some(height)) => Some((width, height)),
        (None, None) => None,
        _ => return Err(DecodeManifest::Malformed("width")),
    };
    Ok(Rendition {
        role,
        content: content_of(fields)?,
        dimensions,
    })
}

fn captions(mut fields: Fields) -> Take<Captions> {
    Ok(Captions {
        language: fields.need("language", language)?,
        label: fields.take("label", line(MAX_LINE_LEN))?,
        content: content_of(fields)?,
    })
}

fn member(mut fields: Fields) -> Take<Member> {
    let name = fields.need("name", |value| {
        let name = line(MAX_NAME_LEN)(value)?;
        let usable = !matches!(name.as_str(), "." | "..") && !name.contains('/');
        usable.then_some(name)
    })?;
    let manifest = fields.need("manifest", |value| {
        link(value).filter(|cid| codec_of(cid) == Some(Codec::DagCbor))
    })?;
    Ok(Member {
        name,
        manifest,
        extra: fields.0,
    })
}
