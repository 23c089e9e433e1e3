//! Reading by address: blocks, paths, directories.

use std::sync::Arc;

use bytes::Bytes;
use dag::directory::{ListStep, Listing};
use dag::resolve::{ResolvePath, ResolveStep, Resolver};
use dag::unixfs::{NodeKind, inspect};
use dag::{Cid, Codec, codec_of};

use super::folder::Part;
use super::{ContentKind, ContentPath, DirEntry, Opened, ReadContent};
use crate::blocks::Blocks;
use crate::node::Inner;
use crate::stream::{MediaStream, ReadMedia, Source};

/// Entries of one directory that are listed.
const MAX_ENTRIES: usize = 1_000_000;
/// Entries whose own block is looked at for kind and size.
const MAX_INSPECTED: usize = 20_000;

/// One block.
pub(crate) fn block(blocks: &Blocks, cid: &Cid) -> Result<Bytes, ReadContent> {
    Ok(blocks.get(cid, Vec::new)?)
}

/// The CID a path leads to.
pub(crate) fn resolve(blocks: &Blocks, path: &ContentPath) -> Result<Cid, ReadContent> {
    let mut resolver = Resolver::new(path.root, path.segments.iter().cloned());
    loop {
        match resolver.poll() {
            ResolveStep::Done(found) => return Ok(found.cid),
            ResolveStep::Need(cid) => {
                let bytes = block(blocks, &cid)?;
                resolver.supply(cid, &bytes).map_err(|error| match error {
                    ResolvePath::MissingLink {
                        directory, name, ..
                    } => ReadContent::NoSuchName {
                        parent: directory,
                        name,
                    },
                    ResolvePath::NotADirectory { cid, .. } => ReadContent::NotADirectory(cid),
                    error => bad(cid, &error),
                })?;
            }
        }
    }
}

/// Where a path leads, and the names that remain where blocks have no names: in a folder that is one
/// stream of shards.
fn resolve_part<'a>(
    blocks: &Blocks,
    path: &'a ContentPath,
) -> Result<(Cid, &'a [String]), ReadContent> {
    let cid = match resolve(blocks, path) {
        Ok(cid) => return Ok((cid, &[])),
        Err(ReadContent::NotADirectory(cid)) => cid,
        Err(error) => return Err(error),
    };
    for (at, _) in path.segments.iter().enumerate() {
        let (above, below) = path.segments.split_at(at);
        let above = ContentPath {
            root: path.root,
            segments: above.to_vec(),
        };
        if resolve(blocks, &above)? == cid {
            return Ok((cid, below));
        }
    }
    Err(ReadContent::NotADirectory(cid))
}

pub(crate) fn bad(cid: Cid, error: &dyn std::error::Error) -> ReadContent {
    ReadContent::BadBlock {
        cid,
        reason: error.to_string(),
    }
}

/// What a path leads to, opened.
pub(crate) fn open(
    inner: &Arc<Inner>,
    blocks: &Blocks,
    path: &ContentPath,
) -> Result<Opened, ReadContent> {
    let (cid, below) = resolve_part(blocks, path)?;
    let bytes = block(blocks, &cid)?;
    let name = path
        .segments
        .last()
        .cloned()
        .unwrap_or_else(|| cid.to_string());
    let summary = match inspect(&cid, &bytes) {
        Ok(summary) => summary,
        // Not UnixFS (dag-cbor and the like): its own bytes are what can be shown.
        Err(_) => {
            let size = bytes.len() as u64;
            let source = Source::Block(bytes);
            let mime = "application/octet-stream".to_owned();
            return Ok(file(inner, source, cid, size, mime, name));
        }
    };
    if !below.is_empty() && !summary.kind.is_file() {
        return Err(ReadContent::NotADirectory(cid));
    }
    match summary.kind {
        NodeKind::Directory | NodeKind::HamtShard => Ok(Opened::Directory {
            cid,
            entries: entries(blocks, cid)?,
        }),
        NodeKind::Symlink => Ok(Opened::Symlink {
            cid,
            target: summary.target.unwrap_or_default(),
        }),
        NodeKind::File | NodeKind::Raw | NodeKind::Metadata | NodeKind::TokenMeta => {
            let body = super::meta::look(blocks, cid, summary.size)?;
            let (source, size) = match body.folder(cid)? {
                None if below.is_empty() => (body.source(blocks), body.size),
                None => return Err(ReadContent::NotADirectory(cid)),
                Some(folder) => match folder.at(cid, below)?.part() {
                    Some(Part::File(at, size)) => {
                        let part = body.part(blocks, at..at.saturating_add(size));
                        (part.ok_or(ReadContent::NotADirectory(cid))?, size)
                    }
                    Some(Part::Symlink(target)) => {
                        let target = target.to_owned();
                        return Ok(Opened::Symlink { cid, target });
                    }
                    Some(Part::Folder(all)) => {
                        let entries = all.iter().map(|entry| entry.listed(cid)).collect();
                        return Ok(Opened::Directory { cid, entries });
                    }
                    None => return Err(ReadContent::NotADirectory(cid)),
                },
            };
            let head = source
                .read_at(0, media::HEAD_BYTES)
                .map_err(|error| read_failed(cid, error))?;
            let mime = media::sniff_named(&head, &name).mime.to_owned();
            Ok(file(inner, source, cid, size, mime, name))
        }
    }
}

/// Why a file could not be read, by its address.
pub(crate) fn read_failed(cid: Cid, error: ReadMedia) -> ReadContent {
    match error {
        ReadMedia::MissingBlock(cid) => ReadContent::MissingBlock(cid),
        ReadMedia::NobodyHas(cid) => ReadContent::NobodyHas(cid),
        ReadMedia::Blocked(blocked) => ReadContent::Blocked(blocked),
        ReadMedia::ShuttingDown => ReadContent::ShuttingDown,
        ReadMedia::DamagedDag(error) => bad(cid, error.as_ref()),
        ReadMedia::LostShards {
            lost,
            spare,
            source,
        } => ReadContent::LostShards {
            lost,
            spare,
            source,
        },
        error => ReadContent::ReadStore(Box::new(error)),
    }
}

fn file(inner: &Inner, source: Source, cid: Cid, size: u64, mime: String, name: String) -> Opened {
    let name = crate::import::shown_name(std::ffi::OsStr::new(&name));
    Opened::File(Box::new(MediaStream::new(
        &inner.tasks,
        source,
        cid,
        size,
        mime,
        name,
    )))
}

fn entries(blocks: &Blocks, cid: Cid) -> Result<Vec<DirEntry>, ReadContent> {
    let mut listing = Listing::new(cid);
    let mut entries = Vec::new();
    loop {
        match listing.poll() {
            ListStep::Done => break,
            ListStep::Need(cid) => {
                let bytes = block(blocks, &cid)?;
                listing
                    .supply(cid, bytes.as_ref())
                    .map_err(|error| bad(cid, &error))?;
            }
            ListStep::Entries(links) => {
                if entries.len() + links.len() > MAX_ENTRIES {
                    let reason = "more than a million entries".to_owned();
                    return Err(ReadContent::BadBlock { cid, reason });
                }
                entries.extend(links.into_iter().map(|link| DirEntry {
                    name: link.name,
                    cid: link.cid,
                    size: link.tsize,
                    kind: (codec_of(&link.cid) == Some(Codec::Raw)).then_some(ContentKind::File),
                }));
            }
        }
    }
    for entry in entries
        .iter_mut()
        .filter(|entry| entry.kind.is_none())
        .take(MAX_INSPECTED)
    {
        open_entry(blocks, entry);
    }
    Ok(entries)
}

/// Looks at an entry's own block for kind and size. A block that is elsewhere or unreadable
/// leaves the kind open; that is no error.
pub(crate) fn open_entry(blocks: &Blocks, entry: &mut DirEntry) {
    if entry.kind.is_some() {
        return;
    }
    let Some(bytes) = blocks.peek(&entry.cid) else {
        return;
    };
    let Ok(summary) = inspect(&entry.cid, &bytes) else {
        entry.kind = Some(ContentKind::Other);
        return;
    };
    entry.kind = Some(match summary.kind {
        NodeKind::Directory | NodeKind::HamtShard => ContentKind::Directory,
        NodeKind::Symlink => ContentKind::Symlink,
        NodeKind::File | NodeKind::Raw | NodeKind::Metadata | NodeKind::TokenMeta => {
            entry.size = summary.size;
            ContentKind::File
        }
    });
}
