//! The person's own tree of files (MFS): paths that can be changed, over blocks that cannot.
//!
//! The tree is one root CID, and the pin named [`PIN_FILES`] is where it is kept. A change puts
//! its new blocks, and then one commit pins the new root and lets go of the old one: it happened
//! or it did not, whenever the process is killed. Directories become sharded when they are large.
//! The file `files-root` in the home repeats the root, for the day when the block index is lost
//! and with it every pin.
//!
//! Locks: `Inner::files` is held while the root changes, never while a client is waited for; a
//! file that is written is hashed first, and put into the tree when nobody else changed it since.

mod change;
mod write;

use std::sync::{Arc, Mutex, MutexGuard};

use dag::directory::DirectoryBuilder;
use dag::unixfs::{NodeKind, inspect};
use dag::{Cid, CidVersion, FileShape};
use store::PinKind;

use crate::blocks::Blocks;
use crate::content::read::{block, resolve};
use crate::content::{
    Adder, ContentKind, ContentPath, DirEntry, Found, ReadContent, Reader, WriteContent,
};
use crate::jobs::lock;
use crate::node::{Inner, Node};
use crate::pinning::PIN_FILES;
use crate::tasks::Lane;
use change::Change;
pub use write::WriteFile;

/// Names in one path.
const MAX_NAMES: usize = 64;

/// The root, once it was looked for.
#[derive(Debug, Default)]
pub(crate) struct FilesRoot(Mutex<Option<Cid>>);

/// A path in the tree: `/a/b`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilesPath(Vec<String>);

impl FilesPath {
    /// Reads `/a/b`. It must begin with a slash; `.` and empty names are passed over.
    pub fn parse(path: &str) -> Result<Self, ChangeFiles> {
        let bad = || ChangeFiles::BadPath(path.chars().take(200).collect());
        let rest = path.strip_prefix('/').ok_or_else(bad)?;
        let names = rest.split('/').filter(|name| !matches!(*name, "" | "."));
        let names: Vec<String> = names.map(str::to_owned).collect();
        let fits = |name: &String| {
            name != ".." && name.len() <= dag::directory::MAX_NAME_LEN && !name.contains('\0')
        };
        if names.len() > MAX_NAMES || !names.iter().all(fits) {
            return Err(bad());
        }
        Ok(Self(names))
    }

    /// Its names, outermost first.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.0
    }
}

impl std::fmt::Display for FilesPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0.as_slice() {
            [] => f.write_str("/"),
            names => names.iter().try_for_each(|name| write!(f, "/{name}")),
        }
    }
}

/// Why the tree could not be read or changed. It is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChangeFiles {
    /// The path does not begin with a slash, or holds a name that no file can have.
    #[error("{0:?} is not a path in the tree of files; it begins with / and has no ..")]
    BadPath(String),
    /// Nothing stands there.
    #[error("there is nothing at {0}")]
    Missing(FilesPath),
    /// Something stands there already.
    #[error("there is something at {0} already")]
    Exists(FilesPath),
    /// A folder stands where a file is needed.
    #[error("{0} is a directory")]
    IsADirectory(FilesPath),
    /// A file stands where a folder is needed.
    #[error("{0} is not a directory")]
    NotADirectory(FilesPath),
    /// A folder cannot be moved into itself, and the root not at all.
    #[error("{0} cannot be moved or removed like that")]
    Impossible(FilesPath),
    /// Somebody else changed the file while this write was under way.
    #[error("{0} was changed by someone else at the same time; nothing was written")]
    Conflict(FilesPath),
    /// The hole before the first written byte is too long.
    #[error("the offset lies {0} bytes behind the end of the file, too far")]
    OffsetTooFar(u64),
    /// Blocks could not be read.
    #[error(transparent)]
    Read(#[from] ReadContent),
    /// Blocks could not be written.
    #[error(transparent)]
    Write(#[from] WriteContent),
}

/// What stands at a path of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilesStat {
    /// Its root.
    pub cid: Cid,
    /// What it is.
    pub kind: ContentKind,
    /// Bytes of the file; 0 for a directory.
    pub size: u64,
    /// Bytes of all blocks.
    pub cumulative: u64,
    /// Blocks directly below.
    pub blocks: u64,
}

impl Node {
    /// Where a path of the tree leads, for everything that reads content.
    pub async fn files_content(&self, path: &FilesPath) -> Result<ContentPath, ChangeFiles> {
        let inner = Arc::clone(&self.inner);
        let path = path.clone();
        self.inner
            .tasks
            .blocking(Lane::Query, move || {
                let content = inner.files_path(&path)?;
                // Said in the words of the tree.
                inner.files_resolve(&content, &path)?;
                Ok(content)
            })
            .await
    }

    /// What stands at a path of the tree.
    pub async fn files_stat(&self, path: &FilesPath) -> Result<FilesStat, ChangeFiles> {
        let inner = Arc::clone(&self.inner);
        let path = path.clone();
        self.inner
            .tasks
            .blocking(Lane::Query, move || {
                let content = inner.files_path(&path)?;
                let cid = inner.files_resolve(&content, &path)?;
                Ok(inner.stat_content(cid)?)
            })
            .await
    }

    /// As [`Node::files_stat`], for any content.
    pub async fn content_stat(&self, path: &ContentPath) -> Result<FilesStat, ReadContent> {
        let at = path.clone();
        self.reading(path.root, Reader::Owner, Lane::Query, move |_, blocks| {
            Inner::stat_with(blocks, resolve(blocks, &at)?)
        })
        .await
    }

    /// The entries of a directory of the tree; a file lists itself.
    pub async fn files_list(
        &self,
        path: &FilesPath,
        sizes: bool,
    ) -> Result<Result<Found<DirEntry>, DirEntry>, ChangeFiles> {
        let stat = self.files_stat(path).await?;
        if stat.kind == ContentKind::Directory {
            // By the tree's own root: what is in the tree is asked of nobody.
            let content = self.files_content(path).await?;
            return Ok(Ok(self.list(&content, sizes).await?));
        }
        Ok(Err(DirEntry {
            name: path.names().last().cloned().unwrap_or_default(),
            cid: stat.cid,
            size: stat.size,
            kind: Some(stat.kind),
        }))
    }

    /// Makes a directory; `parents` makes those above it, too, and is content with one there.
    pub async fn files_mkdir(
        &self,
        path: &FilesPath,
        parents: bool,
        version: Option<CidVersion>,
    ) -> Result<(), ChangeFiles> {
        let path = path.clone();
        self.change_files(move |change| change.mkdir(&path, parents, version))
            .await
    }

    /// Puts content at a path: the bytes are not copied. Into a directory it goes under `name`.
    pub async fn files_link(
        &self,
        content: Cid,
        name: Option<String>,
        to: &FilesPath,
        parents: bool,
    ) -> Result<(), ChangeFiles> {
        let to = to.clone();
        self.change_files(move |change| change.link(content, name, to, parents))
            .await
    }

    /// Moves what stands at `from`; into a directory it goes under its own name.
    pub async fn files_move(&self, from: &FilesPath, to: &FilesPath) -> Result<(), ChangeFiles> {
        let (from, to) = (from.clone(), to.clone());
        self.change_files(move |change| change.rename(&from, to))
            .await
    }

    /// Removes what stands at a path; a directory only when `recursive`.
    pub async fn files_remove(&self, path: &FilesPath, recursive: bool) -> Result<(), ChangeFiles> {
        let path = path.clone();
        self.change_files(move |change| change.remove(&path, recursive))
            .await
    }

    async fn change_files<F>(&self, act: F) -> Result<(), ChangeFiles>
    where
        F: FnOnce(&mut Change<'_>) -> Result<(), ChangeFiles> + Send + 'static,
    {
        let inner = Arc::clone(&self.inner);
        let work = move || inner.change_files(act);
        self.inner.tasks.blocking(Lane::Work, work).await
    }
}

impl Inner {
    /// The root of the tree, and the right to change it.
    fn files_root(&self) -> Result<(Cid, MutexGuard<'_, Option<Cid>>), ChangeFiles> {
        let mut kept = lock(&self.files.0);
        if let Some(root) = *kept {
            return Ok((root, kept));
        }
        let pins = self.store.pins();
        let pins = pins.map_err(|error| ReadContent::ReadStore(Box::new(error)))?;
        let found = pins.into_iter().find(|pin| pin.name == PIN_FILES);
        let root = match found {
            Some(pin) => pin.cid,
            None => {
                let mut adder = Adder::new(self, FileShape::default(), false);
                let empty = adder.directory(DirectoryBuilder::new(), CidVersion::V0)?;
                let root = self.remembered_root().unwrap_or(empty.block.cid);
                adder.pin(&root, PinKind::ReferenceOk, PIN_FILES);
                adder.commit()?;
                root
            }
        };
        *kept = Some(root);
        Ok((root, kept))
    }

    /// The root that was written down, when its block is here.
    fn remembered_root(&self) -> Option<Cid> {
        let text = std::fs::read_to_string(self.home.files_root()).ok()?;
        let root = dag::parse_cid(text.trim()).ok()?;
        self.store.has(&root).ok()?.then_some(root)
    }

    /// Writes the root down. Not synced: the pin is what counts.
    fn remember_root(&self, root: &Cid) {
        let path = self.home.files_root();
        let temporary = path.with_extension("new");
        let written = std::fs::write(&temporary, format!("{root}\n"))
            .and_then(|()| std::fs::rename(&temporary, &path));
        if let Err(error) = written {
            tracing::warn!(%error, "the root of the tree of files could not be written down");
        }
    }

    /// After a rebuilt index: pins the tree again, if there was one, before anything is collected.
    pub(crate) fn pin_files_again(&self) -> Result<(), ChangeFiles> {
        match self.remembered_root() {
            Some(_) => self.files_root().map(drop),
            None => Ok(()),
        }
    }

    /// After a restore put another tree in place.
    pub(crate) fn look_for_files_again(&self) {
        *lock(&self.files.0) = None;
    }

    fn files_path(&self, path: &FilesPath) -> Result<ContentPath, ChangeFiles> {
        Ok(ContentPath {
            root: self.files_root()?.0,
            segments: path.names().to_vec(),
        })
    }

    fn files_resolve(&self, content: &ContentPath, path: &FilesPath) -> Result<Cid, ChangeFiles> {
        resolve(&Blocks::own(&self.store), content).map_err(|error| match error {
            ReadContent::NoSuchName { .. } | ReadContent::NotADirectory(_) => {
                ChangeFiles::Missing(path.clone())
            }
            error => error.into(),
        })
    }

    pub(crate) fn stat_content(&self, cid: Cid) -> Result<FilesStat, ReadContent> {
        Self::stat_with(&Blocks::own(&self.store), cid)
    }

    fn stat_with(blocks: &Blocks, cid: Cid) -> Result<FilesStat, ReadContent> {
        let bytes = block(blocks, &cid)?;
        let Ok(node) = inspect(&cid, &bytes) else {
            return Ok(FilesStat {
                cid,
                kind: ContentKind::Other,
                size: bytes.len() as u64,
                cumulative: bytes.len() as u64,
                blocks: 0,
            });
        };
        let below = node.links.iter().map(|link| link.tsize);
        let cumulative = below.fold(bytes.len() as u64, u64::saturating_add);
        Ok(FilesStat {
            cid,
            kind: match node.kind {
                NodeKind::Directory | NodeKind::HamtShard => ContentKind::Directory,
                NodeKind::Symlink => ContentKind::Symlink,
                _ => ContentKind::File,
            },
            size: node.size,
            cumulative,
            blocks: node.links.len() as u64,
        })
    }

    /// Changes the tree in one commit.
    fn change_files<'a, F>(&'a self, act: F) -> Result<(), ChangeFiles>
    where
        F: FnOnce(&mut Change<'a>) -> Result<(), ChangeFiles>,
    {
        let (before, mut kept) = self.files_root()?;
        let mut change = Change::new(self, before);
        act(&mut change)?;
        let root = change.commit(before)?;
        *kept = Some(root);
        self.remember_root(&root);
        drop(kept);
        self.events.send(crate::events::Event::StorageChanged);
        Ok(())
    }
}
