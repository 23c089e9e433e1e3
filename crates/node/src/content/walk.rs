//! Directories of any size, one entry after another, and trees of files with their bytes.

use bytes::Bytes;
use dag::directory::{ListStep, Listing};
use dag::unixfs::{NodeKind, inspect};
use dag::{Cid, FileCursor, Step};

use super::folder::{Entry, Part};
use super::found::{Ended, Found, Out};
use super::meta::{FileBody, look};
use super::read::{bad, block, open_entry, read_failed};
use super::{ContentKind, ContentPath, DirEntry, ReadContent};
use crate::blocks::Blocks;
use crate::node::Node;
use crate::stream::{LOOK_AHEAD, MAX_READ, Source};

/// Entries that wait to be taken.
const ENTRIES_AHEAD: usize = 64;
/// Parts of a tree that wait to be taken; each has at most 1 MiB.
const PARTS_AHEAD: usize = 8;
/// Directories nested deeper than this are refused.
const MAX_DEPTH: usize = 64;

/// A part of a tree of files, in the order of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TreePart {
    /// A directory; what is in it follows.
    Directory {
        /// Names from the root on; none for the root itself.
        path: Vec<String>,
    },
    /// A symlink.
    Symlink {
        /// Names from the root on.
        path: Vec<String>,
        /// Where it points, as stored.
        target: String,
    },
    /// A file; exactly `size` bytes of it follow.
    File {
        /// Names from the root on; none for the root itself.
        path: Vec<String>,
        /// Its bytes.
        size: u64,
    },
    /// Bytes of the file last named.
    Bytes(Bytes),
}

impl Node {
    /// The entries of the directory `path` leads to, as they are read. With `sizes`, each
    /// entry's own block is looked at for its kind and size. A file has no entries.
    pub async fn list(
        &self,
        path: &ContentPath,
        sizes: bool,
    ) -> Result<Found<DirEntry>, ReadContent> {
        let root = self.resolve(path).await?;
        let head = self.block(root).await?;
        let is_directory = inspect(&root, &head)
            .is_ok_and(|node| matches!(node.kind, NodeKind::Directory | NodeKind::HamtShard));
        Ok(
            self.find_below(path.root, "list", ENTRIES_AHEAD, move |_, blocks, out| {
                if !is_directory {
                    return Ok(());
                }
                each_entry(blocks, root, &mut |mut entry| {
                    if sizes {
                        open_entry(blocks, &mut entry);
                    }
                    out.send(entry)
                })
            }),
        )
    }

    /// Everything below `path`, files with their bytes.
    pub async fn walk(&self, path: &ContentPath) -> Result<Found<TreePart>, ReadContent> {
        let root = self.resolve(path).await?;
        self.block(root).await?;
        Ok(
            self.find_below(path.root, "walk", PARTS_AHEAD, move |_, blocks, out| {
                let walk = Walk { blocks, out };
                walk.entry(root, &mut Vec::new())
            }),
        )
    }
}

/// Calls `each` for every entry of a directory, as they are stored.
pub(crate) fn each_entry<E: From<ReadContent>>(
    blocks: &Blocks,
    directory: Cid,
    each: &mut dyn FnMut(DirEntry) -> Result<(), E>,
) -> Result<(), E> {
    let mut listing = Listing::new(directory);
    loop {
        match listing.poll() {
            ListStep::Done => return Ok(()),
            ListStep::Need(cid) => {
                let bytes = block(blocks, &cid)?;
                listing
                    .supply(cid, bytes.as_ref())
                    .map_err(|error| bad(cid, &error))?;
            }
            ListStep::Entries(links) => {
                for link in links {
                    each(DirEntry {
                        name: link.name,
                        cid: link.cid,
                        size: link.tsize,
                        kind: (dag::codec_of(&link.cid) == Some(dag::Codec::Raw))
                            .then_some(ContentKind::File),
                    })?;
                }
            }
        }
    }
}

struct Walk<'a> {
    blocks: &'a Blocks,
    out: &'a Out<TreePart>,
}

impl Walk<'_> {
    /// What a root with token metadata is: a file, or a folder in one stream.
    fn behind_meta(&self, cid: Cid, body: &FileBody, path: &mut Vec<String>) -> Result<(), Ended> {
        match body.folder(cid)? {
            None => self.bytes(cid, &body.source(self.blocks), body.size, path),
            Some(folder) => self.in_stream(cid, body, &folder, path),
        }
    }

    /// A part of a folder in one stream, and what is below. How deeply it nests was bounded by whoever
    /// read the tree.
    fn in_stream(
        &self,
        cid: Cid,
        body: &FileBody,
        entry: &Entry,
        path: &mut Vec<String>,
    ) -> Result<(), Ended> {
        match entry.part() {
            Some(Part::Folder(entries)) => {
                self.out.send(TreePart::Directory { path: path.clone() })?;
                entries.iter().try_for_each(|entry| {
                    path.push(entry.name().to_owned());
                    self.in_stream(cid, body, entry, path)?;
                    path.pop();
                    Ok(())
                })
            }
            Some(Part::Symlink(target)) => self.out.send(TreePart::Symlink {
                path: path.clone(),
                target: target.to_owned(),
            }),
            Some(Part::File(at, size)) => {
                match body.part(self.blocks, at..at.saturating_add(size)) {
                    Some(source) => self.bytes(cid, &source, size, path),
                    None => Ok(()),
                }
            }
            None => Ok(()),
        }
    }

    /// A file of `size` bytes, of wherever they come from.
    fn bytes(&self, cid: Cid, source: &Source, size: u64, path: &[String]) -> Result<(), Ended> {
        let path = path.to_vec();
        self.out.send(TreePart::File { path, size })?;
        let mut at = 0;
        while at < size {
            let read = source.read_at(at, MAX_READ);
            let bytes = read.map_err(|error| read_failed(cid, error))?;
            if bytes.is_empty() {
                let reason = "the file has another length than it says".to_owned();
                return Err(ReadContent::BadBlock { cid, reason }.into());
            }
            at += bytes.len() as u64;
            self.out.send(TreePart::Bytes(bytes))?;
        }
        Ok(())
    }

    fn entry(&self, cid: Cid, path: &mut Vec<String>) -> Result<(), Ended> {
        let bytes = block(self.blocks, &cid)?;
        let node = inspect(&cid, &bytes).map_err(|error| bad(cid, &error))?;
        match node.kind {
            NodeKind::Directory | NodeKind::HamtShard => self.directory(cid, path),
            NodeKind::Symlink => self.out.send(TreePart::Symlink {
                path: path.clone(),
                target: node.target.unwrap_or_default(),
            }),
            _ => self.file(cid, node.size, path),
        }
    }

    fn directory(&self, cid: Cid, path: &mut Vec<String>) -> Result<(), Ended> {
        let refused = |reason: &str| {
            let reason = reason.to_owned();
            Ended::from(ReadContent::BadBlock { cid, reason })
        };
        if path.len() >= MAX_DEPTH {
            return Err(refused("directories are nested too deeply"));
        }
        self.out.send(TreePart::Directory { path: path.clone() })?;
        each_entry::<Ended>(self.blocks, cid, &mut |entry| {
            // Names come from others, and this goes to somebody's disk.
            if matches!(entry.name.as_str(), "" | "." | "..") || entry.name.contains(['/', '\0']) {
                return Err(refused("it has a name that no file can have"));
            }
            path.push(entry.name);
            self.entry(entry.cid, path)?;
            path.pop();
            Ok(())
        })
    }

    fn file(&self, cid: Cid, size: u64, path: &mut Vec<String>) -> Result<(), Ended> {
        let body = look(self.blocks, cid, size)?;
        if body.has_meta() {
            return self.behind_meta(cid, &body, path);
        }
        let path = path.clone();
        self.out.send(TreePart::File { path, size })?;
        let mut cursor = FileCursor::new(cid, ..);
        let mut given = 0_u64;
        loop {
            match cursor.poll() {
                Step::Done => break,
                Step::Need(cid) => {
                    let ahead = || cursor.want_ahead(LOOK_AHEAD);
                    let bytes = self.blocks.get(&cid, ahead).map_err(ReadContent::from)?;
                    cursor
                        .supply(cid, bytes)
                        .map_err(|error| bad(cid, &error))?;
                }
                Step::Chunk(bytes) => {
                    given = given.saturating_add(bytes.len() as u64);
                    if given > size {
                        break;
                    }
                    self.out.send(TreePart::Bytes(bytes))?;
                }
            }
        }
        if given == size {
            return Ok(());
        }
        let reason = "the file has another length than it says".to_owned();
        Err(ReadContent::BadBlock { cid, reason }.into())
    }
}
