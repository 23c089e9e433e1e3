//! Opening what somebody made public: `btfs://CID` and `ipfs://CID`, a manifest or plain files.
//!
//! Nothing is proved and nothing is sealed: whoever has a block gives it. It is noted like a share
//! opened by link, so that it can be watched, saved, and found again.

use dag::manifest::{MAX_MANIFEST_LEN, Manifest, ManifestKind};
use dag::seal::NoncePrefix;
use dag::{Cid, Codec};
use futures_util::StreamExt;
use library::{ReceivedRow, Secret, ShareId};

use super::open::{MEMBERS_AT_ONCE, OpenShared};
use super::received::{Received, SharedFile, SharedThing, file_name, note_things};
use crate::content::{ContentKind, ContentPath, DirEntry, Opened, ReadContent};
use crate::events::Event;
use crate::node::Node;
use crate::policy::PolicyAction;
use crate::stream::MediaStream;
use crate::tasks::Lane;

/// Files of a plain folder that are listed.
const MAX_FILES: usize = dag::manifest::MAX_MEMBERS;

/// What a public link leads to; `None` when the text is none.
pub(super) fn parse(link: &str) -> Option<Result<ContentPath, ReadContent>> {
    let link = link.trim();
    let lower = link.get(..7).unwrap_or(link).to_ascii_lowercase();
    let rest = match lower.as_str() {
        "btfs://" | "ipfs://" => link.get(7..)?,
        _ if link.starts_with("/btfs/") || link.starts_with("/ipfs/") => link.get(6..)?,
        _ => return None,
    };
    Some(ContentPath::parse(
        rest.split(['?', '#']).next().unwrap_or_default(),
    ))
}

/// Whether a noted share is a public one: it has no key.
pub(super) fn is_public(row: &ReceivedRow) -> bool {
    row.key.0.is_empty() && parse(&row.link).is_some()
}

/// The id under which a public root is noted.
fn id_of(root: &Cid) -> ShareId {
    let digest = dag::cid_of(
        Codec::Raw,
        dag::CidVersion::V1,
        &[b"tributary/public/1".as_slice(), &root.hash().to_bytes()].concat(),
    );
    let mut id = [0; 16];
    let bytes = digest.hash().digest();
    id.copy_from_slice(bytes.get(..16).unwrap_or(&[0; 16]));
    ShareId(id)
}

fn unreadable(error: impl std::fmt::Display) -> OpenShared {
    OpenShared::Unreadable(error.to_string())
}

/// A file that is not sealed.
fn open_file(root: Cid, size: u64, mime: &str) -> SharedFile {
    SharedFile {
        root,
        size,
        mime: mime.to_owned(),
        prefix: NoncePrefix([0; 19]),
        key: [0; 32],
    }
}

/// The thing that a manifest of one item describes.
fn thing(name: &str, manifest: &Manifest) -> Result<SharedThing, OpenShared> {
    let rendition = manifest
        .renditions
        .iter()
        .find(|rendition| rendition.content.seal.is_none())
        .ok_or_else(|| unreadable("it holds no file that is open to everybody"))?;
    let name = match name {
        "" => &manifest.title,
        name => name,
    };
    let poster = manifest.poster.as_ref();
    let poster = poster.filter(|poster| poster.seal.is_none());
    let content = &rendition.content;
    Ok(SharedThing {
        kind: manifest.kind,
        title: crate::import::shown(&manifest.title),
        name: file_name(name, &content.mime),
        artist: manifest.artist.as_deref().map(crate::import::shown),
        record: manifest.record.as_deref().map(crate::import::shown),
        duration_ms: manifest.duration_ms,
        dimensions: rendition.dimensions,
        licence: manifest.licence.as_deref().map(crate::import::shown),
        warning: manifest
            .content_warning
            .as_deref()
            .map(crate::import::shown),
        file: open_file(content.root, content.size, &content.mime),
        poster: poster.map(|poster| open_file(poster.root, poster.size, &poster.mime)),
    })
}

/// A file without a manifest.
fn plain_thing(name: &str, root: Cid, size: u64, mime: &str) -> SharedThing {
    SharedThing {
        kind: match mime.split('/').next() {
            Some("video") => ManifestKind::Clip,
            Some("image") => ManifestKind::Photo,
            Some("audio") => ManifestKind::Track,
            _ => ManifestKind::File,
        },
        title: crate::import::shown(name),
        name: file_name(name, mime),
        artist: None,
        record: None,
        duration_ms: None,
        dimensions: None,
        licence: None,
        warning: None,
        file: open_file(root, size, mime),
        poster: None,
    }
}

impl Node {
    /// Opens a public root and notes it.
    pub(super) async fn open_public(
        &self,
        link: String,
        path: ContentPath,
    ) -> Result<Received, OpenShared> {
        self.check_content(&path, PolicyAction::Open)
            .map_err(OpenShared::Blocked)?;
        let root = self.resolve(&path).await?;
        let (title, things) = self.public_things(&path, root).await?;
        let mut row = ReceivedRow {
            id: id_of(&root),
            link: link.trim().to_owned(),
            key: Secret(Vec::new()),
            title,
            manifest: Some(root),
            opened_at: self.inner.now_ms(),
            ..ReceivedRow::default()
        };
        note_things(&mut row, None, &things);
        let written = row.clone();
        let inner = std::sync::Arc::clone(&self.inner);
        let write = move || {
            inner.library.write(|tx| {
                let mut row = written;
                if let Some(before) = tx.received(row.id)? {
                    row.opened_at = before.opened_at;
                    row.saved_at = before.saved_at;
                }
                tx.put_received(&row)?;
                Ok(row.opened_at)
            })
        };
        row.opened_at = self.inner.tasks.blocking(Lane::Query, write).await?;
        self.inner.events.send(Event::SharesChanged);
        Ok(self.inner.shown_received(&row))
    }

    /// What a noted public share holds.
    pub(super) async fn public_received(
        &self,
        row: &ReceivedRow,
    ) -> Result<Vec<SharedThing>, OpenShared> {
        let damaged = || unreadable("what was noted of it is damaged");
        let path = parse(&row.link).ok_or_else(damaged)??;
        let root = row.manifest.ok_or_else(damaged)?;
        self.check_content(&path, PolicyAction::Open)
            .map_err(OpenShared::Blocked)?;
        Ok(self.public_things(&path, root).await?.1)
    }

    /// Opens one of its files for reading.
    pub(super) async fn open_public_file(
        &self,
        file: SharedFile,
        name: String,
    ) -> Result<MediaStream, OpenShared> {
        match self.open_content(&file.root.into()).await? {
            Opened::File(stream) => Ok(stream.shown_as(file.mime, name)),
            _ => Err(unreadable("what should be a file is none")),
        }
    }

    async fn public_things(
        &self,
        path: &ContentPath,
        root: Cid,
    ) -> Result<(String, Vec<SharedThing>), OpenShared> {
        let last = path.segments.last().cloned();
        let shown = last.unwrap_or_else(|| root.to_string());
        if dag::codec_of(&root) == Some(Codec::DagCbor) {
            let manifest = self.public_manifest(root).await?;
            let things = self.manifest_things(&manifest).await?;
            return Ok((manifest.title, things));
        }
        match self.open_content(&root.into()).await? {
            Opened::File(stream) => {
                let mime = stream.mime().to_owned();
                let thing = plain_thing(&shown, root, stream.size(), &mime);
                Ok((shown, vec![thing]))
            }
            Opened::Directory { entries, .. } => {
                let things: Vec<SharedThing> = entries.iter().filter_map(entry).collect();
                match things.is_empty() || things.len() > MAX_FILES {
                    true => Err(unreadable("the folder holds no files, or too many")),
                    false => Ok((shown, things)),
                }
            }
            Opened::Symlink { .. } => Err(unreadable("it is a link to another path")),
        }
    }

    async fn public_manifest(&self, cid: Cid) -> Result<Manifest, OpenShared> {
        let bytes = self.block(cid).await?;
        if bytes.len() > MAX_MANIFEST_LEN {
            return Err(unreadable("it is too long"));
        }
        Manifest::decode(&bytes).map_err(unreadable)
    }

    async fn manifest_things(&self, manifest: &Manifest) -> Result<Vec<SharedThing>, OpenShared> {
        if !manifest.kind.is_collection() {
            return Ok(vec![thing("", manifest)?]);
        }
        let mut fetched = futures_util::stream::iter(0..manifest.members.len())
            .map(|index| self.member_thing(manifest, index))
            .buffered(MEMBERS_AT_ONCE);
        let mut all = Vec::with_capacity(manifest.members.len());
        while let Some(thing) = fetched.next().await {
            all.push(thing?);
        }
        Ok(all)
    }

    async fn member_thing(
        &self,
        manifest: &Manifest,
        index: usize,
    ) -> Result<SharedThing, OpenShared> {
        let member = manifest.members.get(index);
        let member = member.ok_or(OpenShared::UnknownShare)?;
        let inner = self.public_manifest(member.manifest).await?;
        thing(&member.name, &inner)
    }
}

/// A file of a plain folder; what is in its folders is not listed.
fn entry(entry: &DirEntry) -> Option<SharedThing> {
    if matches!(
        entry.kind,
        Some(ContentKind::Directory | ContentKind::Symlink | ContentKind::Other)
    ) {
        return None;
    }
    let mime = media::sniff_named(&[], &entry.name).mime;
    Some(plain_thing(&entry.name, entry.cid, entry.size, mime))
}
