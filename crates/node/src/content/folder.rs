//! Folders that BTFS cut into shards as one stream: a tree of names in the metadata says where in it
//! each file is.
//!
//! Nothing in such a folder has an address of its own: it is found by its path below the root, and
//! what lists it gives the root's. Names come from others and are refused where no file can have them.

use dag::Cid;
use serde::Deserialize;

use super::{ContentKind, DirEntry, ReadContent};

/// A folder, file or symlink of the tree, as go-btfs writes it.
#[derive(Debug, Deserialize)]
pub(crate) struct Entry {
    #[serde(rename = "BaseNode")]
    base: Base,
    /// Where a symlink points.
    #[serde(rename = "Data", default)]
    target: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Base {
    node_type: u8,
    node_name: String,
    #[serde(rename = "Siz")]
    size: u64,
    start_offset: u64,
    links: Option<Vec<Entry>>,
}

/// What an entry is.
#[derive(Debug)]
pub(crate) enum Part<'a> {
    Folder(&'a [Entry]),
    /// Where it begins in the stream, and its bytes.
    File(u64, u64),
    Symlink(&'a str),
}

impl Entry {
    /// Reads the tree of the folder `root`, a stream of `size` bytes.
    pub(crate) fn read(root: Cid, tree: &str, size: u64) -> Result<Self, ReadContent> {
        let bad = |reason: String| ReadContent::BadBlock { cid: root, reason };
        // The parser bounds how deeply it nests, and metadata how long it is.
        let read: Self = serde_json::from_str(tree).map_err(|error| bad(error.to_string()))?;
        match read.part() {
            Some(Part::Folder(entries)) if entries.iter().all(|entry| entry.fits(size)) => Ok(read),
            _ => Err(bad("the tree of the folder is not one".to_owned())),
        }
    }

    /// Whether it and what is below can be in a stream of `size` bytes, and have names.
    fn fits(&self, size: u64) -> bool {
        let name = self.name();
        let is_name = !matches!(name, "" | "." | "..") && !name.contains(['/', '\0']);
        is_name
            && match self.part() {
                Some(Part::Folder(entries)) => entries.iter().all(|entry| entry.fits(size)),
                Some(Part::File(at, len)) => at.checked_add(len).is_some_and(|end| end <= size),
                Some(Part::Symlink(_)) => true,
                None => false,
            }
    }

    pub(crate) fn name(&self) -> &str {
        &self.base.node_name
    }

    /// What it is; `None` for a kind that is not known.
    pub(crate) fn part(&self) -> Option<Part<'_>> {
        match self.base.node_type {
            1 => Some(Part::Folder(self.base.links.as_deref().unwrap_or_default())),
            2 => Some(Part::File(self.base.start_offset, self.base.size)),
            3 => Some(Part::Symlink(&self.target)),
            _ => None,
        }
    }

    /// The entry at a path below this one.
    pub(crate) fn at(&self, root: Cid, names: &[String]) -> Result<&Self, ReadContent> {
        let mut here = self;
        for name in names {
            let Some(Part::Folder(entries)) = here.part() else {
                return Err(ReadContent::NotADirectory(root));
            };
            let found = entries.iter().find(|entry| entry.name() == name);
            here = found.ok_or_else(|| ReadContent::NoSuchName {
                parent: root,
                name: name.clone(),
            })?;
        }
        Ok(here)
    }

    /// As a directory lists it.
    pub(crate) fn listed(&self, root: Cid) -> DirEntry {
        DirEntry {
            name: self.name().to_owned(),
            cid: root,
            size: self.base.size,
            kind: self.part().map(|part| match part {
                Part::Folder(_) => ContentKind::Directory,
                Part::File(..) => ContentKind::File,
                Part::Symlink(_) => ContentKind::Symlink,
            }),
        }
    }
}
