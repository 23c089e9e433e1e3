//! One change of the tree: directories are read, changed and written anew up to the root.

use dag::directory::DirectoryBuilder;
use dag::{Cid, CidVersion, FileShape};
use store::PinKind;

use super::{ChangeFiles, FilesPath};
use crate::blocks::Blocks;
use crate::content::read::resolve;
use crate::content::walk::each_entry;
use crate::content::{Adder, ContentKind, ContentPath, ReadContent};
use crate::node::Inner;
use crate::pinning::PIN_FILES;

/// Entries of a directory that can be changed.
const MAX_ENTRIES: usize = 1_000_000;

/// A tree that is being changed; see [`Change::commit`].
pub(super) struct Change<'a> {
    inner: &'a Inner,
    adder: Adder<'a>,
    root: Cid,
}

impl<'a> Change<'a> {
    pub(super) fn new(inner: &'a Inner, root: Cid) -> Self {
        Self {
            inner,
            adder: Adder::new(inner, FileShape::default(), false),
            root,
        }
    }

    /// Makes the change durable; gives the new root.
    pub(super) fn commit(mut self, before: Cid) -> Result<Cid, ChangeFiles> {
        if self.root != before {
            self.adder.pin(&self.root, PinKind::ReferenceOk, PIN_FILES);
            self.adder.unpin(&before, PIN_FILES);
        }
        self.adder.commit()?;
        Ok(self.root)
    }

    /// Goes on with blocks that were put before; they become durable with this change.
    pub(super) fn take(&mut self, adder: Adder<'a>) {
        self.adder = adder;
    }

    /// What stands at a path, if anything does.
    pub(super) fn find(&self, names: &[String]) -> Result<Option<Cid>, ChangeFiles> {
        let path = ContentPath {
            root: self.root,
            segments: names.to_vec(),
        };
        match resolve(&Blocks::own(&self.inner.store), &path) {
            Ok(cid) => Ok(Some(cid)),
            Err(ReadContent::NoSuchName { .. }) => Ok(None),
            Err(ReadContent::NotADirectory(_)) => {
                Err(ChangeFiles::NotADirectory(FilesPath(names.to_vec())))
            }
            Err(error) => Err(error.into()),
        }
    }

    fn is_directory(&self, cid: Cid) -> Result<bool, ChangeFiles> {
        Ok(self.inner.stat_content(cid)?.kind == ContentKind::Directory)
    }

    pub(super) fn mkdir(
        &mut self,
        path: &FilesPath,
        parents: bool,
        version: Option<CidVersion>,
    ) -> Result<(), ChangeFiles> {
        if let Some(there) = self.find(path.names())? {
            return match parents && self.is_directory(there)? {
                true => Ok(()),
                false => Err(ChangeFiles::Exists(path.clone())),
            };
        }
        let version = version.unwrap_or_else(|| version_of(&self.root));
        let empty = self.adder.directory(DirectoryBuilder::new(), version)?;
        let entry = (empty.block.cid, empty.cumulative_size);
        self.set(path.names(), Some(entry), parents)
    }

    pub(super) fn link(
        &mut self,
        content: Cid,
        name: Option<String>,
        mut to: FilesPath,
        parents: bool,
    ) -> Result<(), ChangeFiles> {
        if let Some(there) = self.find(to.names())? {
            match name {
                Some(name) if self.is_directory(there)? => to.0.push(name),
                _ => return Err(ChangeFiles::Exists(to)),
            }
            if self.find(to.names())?.is_some() {
                return Err(ChangeFiles::Exists(to));
            }
        }
        let entry = (content, self.inner.stat_content(content)?.cumulative);
        self.set(to.names(), Some(entry), parents)
    }

    pub(super) fn rename(
        &mut self,
        from: &FilesPath,
        mut to: FilesPath,
    ) -> Result<(), ChangeFiles> {
        let Some(name) = from.names().last() else {
            return Err(ChangeFiles::Impossible(from.clone()));
        };
        let moved = self
            .find(from.names())?
            .ok_or_else(|| ChangeFiles::Missing(from.clone()))?;
        if let Some(there) = self.find(to.names())?
            && self.is_directory(there)?
        {
            to.0.push(name.clone());
            if self.find(to.names())?.is_some() {
                return Err(ChangeFiles::Exists(to));
            }
        }
        if to == *from {
            return Ok(());
        }
        if to.names().starts_with(from.names()) || to.names().is_empty() {
            return Err(ChangeFiles::Impossible(to));
        }
        let entry = (moved, self.inner.stat_content(moved)?.cumulative);
        self.set(from.names(), None, false)?;
        // What was put is read again.
        self.adder.flush()?;
        self.set(to.names(), Some(entry), false)
    }

    pub(super) fn remove(&mut self, path: &FilesPath, recursive: bool) -> Result<(), ChangeFiles> {
        let there = self
            .find(path.names())?
            .ok_or_else(|| ChangeFiles::Missing(path.clone()))?;
        if path.names().is_empty() {
            return Err(ChangeFiles::Impossible(path.clone()));
        }
        if !recursive && self.is_directory(there)? {
            return Err(ChangeFiles::IsADirectory(path.clone()));
        }
        self.set(path.names(), None, false)
    }

    /// Puts content, with the size of all its blocks, at a path or, when it is `None`, takes away
    /// what is there.
    pub(super) fn set(
        &mut self,
        names: &[String],
        content: Option<(Cid, u64)>,
        parents: bool,
    ) -> Result<(), ChangeFiles> {
        let Some((_, above)) = names.split_last() else {
            return Err(ChangeFiles::Exists(FilesPath::default()));
        };
        // The directories on the way; a missing one is empty.
        let mut chain: Vec<Option<Cid>> = vec![Some(self.root)];
        for count in 1..=above.len() {
            let way = names.get(..count).unwrap_or_default();
            let found = match chain.last() {
                Some(Some(_)) => self.find(way)?,
                _ => None,
            };
            match found {
                Some(cid) if !self.is_directory(cid)? => {
                    return Err(ChangeFiles::NotADirectory(FilesPath(way.to_vec())));
                }
                None if !parents => return Err(ChangeFiles::Missing(FilesPath(way.to_vec()))),
                found => chain.push(found),
            }
        }
        let mut version = version_of(&self.root);
        for cid in chain.iter().flatten() {
            version = version_of(cid);
        }
        let mut below = content;
        // From the innermost directory up; each has one name to change.
        for (directory, name) in chain.iter().zip(names).rev() {
            let version = directory.as_ref().map_or(version, version_of);
            below = Some(self.rebuilt(*directory, name, below, version)?);
        }
        if let Some((root, _)) = below {
            self.root = root;
        }
        Ok(())
    }

    /// A directory with one entry replaced, added or taken away.
    fn rebuilt(
        &mut self,
        directory: Option<Cid>,
        name: &str,
        entry: Option<(Cid, u64)>,
        version: CidVersion,
    ) -> Result<(Cid, u64), ChangeFiles> {
        let mut builder = DirectoryBuilder::new();
        let refused = |error: &dyn std::error::Error| {
            ChangeFiles::Write(crate::content::WriteContent::BadOptions(error.to_string()))
        };
        if let Some(directory) = directory {
            each_entry::<ChangeFiles>(&Blocks::own(&self.inner.store), directory, &mut |other| {
                if other.name == name {
                    return Ok(());
                }
                if builder.len() >= MAX_ENTRIES {
                    let reason = format!("more than {MAX_ENTRIES} entries");
                    let cid = directory;
                    return Err(ReadContent::BadBlock { cid, reason }.into());
                }
                builder
                    .add(&other.name, other.cid, other.size)
                    .map_err(|error| refused(&error))
            })?;
        }
        if let Some((cid, size)) = entry {
            builder
                .add(name, cid, size)
                .map_err(|error| refused(&error))?;
        }
        let entry = self.adder.directory(builder, version)?;
        Ok((entry.block.cid, entry.cumulative_size))
    }
}

fn version_of(cid: &Cid) -> CidVersion {
    // Only the first version has another form than the number one.
    match cid.to_bytes().first() {
        Some(1) => CidVersion::V1,
        _ => CidVersion::V0,
    }
}
