//! Storage folders: where segments live, each with its own quota; some on disks that come and go.

use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::core::Core;
use crate::disk::{Access, read_exact_at, replace_file};
use crate::entry::FolderId;
use crate::error::IndexFault;
use crate::index::{FolderRow, counter};
use crate::segments::{self, MARKER};

/// Whether a folder's disk is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FolderState {
    /// Its blocks can be read and written.
    Online,
    /// Its disk is not there; its blocks are kept in the index and come back with it.
    Offline,
}

/// One storage folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// Its name in the index; 0 is the home's own.
    pub id: FolderId,
    /// The directory that holds the segments.
    pub path: PathBuf,
    /// Most bytes it may hold.
    pub quota: Option<u64>,
    /// Bytes of its segment files.
    pub used: u64,
    /// Whether it is there.
    pub state: FolderState,
}

/// Why the set of storage folders could not be changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChangeFolders {
    /// The folder is one already, or inside one.
    #[error("{0:?} is a storage folder already")]
    AlreadyUsed(PathBuf),
    /// The folder belongs to another home.
    #[error("{0:?} belongs to another home")]
    ForeignFolder(PathBuf),
    /// The folder could not be prepared.
    #[error("preparing the storage folder {path:?} failed")]
    PrepareFolder {
        /// The folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// There is no such folder.
    #[error("there is no storage folder {0}")]
    UnknownFolder(FolderId),
    /// The home's own folder cannot be removed.
    #[error("the home's own folder cannot be removed")]
    HomeFolder,
    /// The folder is offline, so its blocks cannot be moved away.
    #[error("storage folder {0} is offline; its blocks cannot be moved away")]
    Offline(FolderId),
    /// Moving its blocks to the other folders failed; the folder stays as it was.
    #[error("moving the blocks to other folders failed")]
    MoveBlocks(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The index failed.
    #[error("changing the index failed")]
    WriteIndex(#[from] IndexFault),
}

/// Looks which folders are there and lists all.
pub(crate) fn list(core: &Core) -> Result<Vec<Folder>, IndexFault> {
    core.segments.refresh();
    for (id, path) in core.segments.unchecked() {
        let disk = core.config.disk.as_ref();
        let checked = segments::open::recover(disk, &core.index, &core.segments, id, &path);
        if let Err(error) = checked {
            tracing::warn!(folder = id, %error, "a storage folder cannot be used for writing");
        }
    }
    Ok(core.segments.with_folders(|folders| {
        let folder = |(&id, slot): (&u32, &segments::FolderSlot)| Folder {
            id: FolderId(id),
            path: slot.path.clone(),
            quota: slot.quota,
            used: slot.used,
            state: if slot.online {
                FolderState::Online
            } else {
                FolderState::Offline
            },
        };
        folders.iter().map(folder).collect()
    }))
}

/// What the marker file of a folder says: the home it belongs to and its id there.
fn marker_text(core: &Core, id: u32) -> String {
    format!("{:016x} {id}\n", core.home)
}

fn read_marker(core: &Core, path: &Path) -> io::Result<Option<(u64, u32)>> {
    let file = match core.config.disk.open(&path.join(MARKER), Access::Read) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut text = vec![0; file.len()?.min(64) as usize];
    read_exact_at(file.as_ref(), 0, &mut text)?;
    let parsed = std::str::from_utf8(&text).ok().and_then(|text| {
        let (home, id) = text.trim_end().split_once(' ')?;
        Some((u64::from_str_radix(home, 16).ok()?, id.parse().ok()?))
    });
    Ok(Some(parsed.unwrap_or((0, 0))))
}

/// Adds a folder, or takes up one of this home whose row was lost with the index.
pub(crate) fn add(
    core: &Arc<Core>,
    path: &Path,
    quota: Option<u64>,
) -> Result<FolderId, ChangeFolders> {
    let disk = core.config.disk.as_ref();
    let prepare = |source| ChangeFolders::PrepareFolder {
        path: path.to_owned(),
        source,
    };
    let nested = core.segments.with_folders(|folders| {
        folders
            .values()
            .any(|slot| slot.path.starts_with(path) || path.starts_with(&slot.path))
    });
    if nested || path.starts_with(&core.config.home) {
        return Err(ChangeFolders::AlreadyUsed(path.to_owned()));
    }
    disk.create_dir(path).map_err(prepare)?;
    let known = read_marker(core, path).map_err(prepare)?;
    if known.is_some_and(|(home, _)| home != core.home) {
        return Err(ChangeFolders::ForeignFolder(path.to_owned()));
    }
    let row = FolderRow {
        path: path.as_os_str().as_bytes().to_vec(),
        quota,
    };
    let id = core.index.write(|tables| {
        let next = tables.counter(counter::NEXT_FOLDER)?;
        let id = match known {
            Some((_, id)) if id > 0 => id,
            _ => u32::try_from(next).map_err(|_| IndexFault::Damaged("folder number"))?,
        };
        tables.set_counter(counter::NEXT_FOLDER, next.max(u64::from(id) + 1));
        Ok::<_, IndexFault>(id)
    })?;
    replace_file(
        disk,
        &path.join(MARKER),
        &[marker_text(core, id).as_bytes()],
    )
    .map_err(prepare)?;
    core.index.write(|tables| {
        tables.folders.insert(id, row.encode().as_slice())?;
        Ok::<_, IndexFault>(())
    })?;
    let moved = |error| ChangeFolders::MoveBlocks(Box::new(error));
    if known.is_some() {
        segments::open::adopt(disk, &core.index, id, path).map_err(moved)?;
    }
    core.segments.add_folder(id, path.to_owned(), quota, 0);
    core.queue.wake();
    segments::open::recover(disk, &core.index, &core.segments, id, path).map_err(moved)?;
    Ok(FolderId(id))
}

/// Changes a quota.
pub(crate) fn set_quota(
    core: &Core,
    id: FolderId,
    quota: Option<u64>,
) -> Result<(), ChangeFolders> {
    let path = core
        .segments
        .folder_path(id.0)
        .ok_or(ChangeFolders::UnknownFolder(id))?;
    if id.0 != 0 {
        let row = FolderRow {
            path: path.as_os_str().as_bytes().to_vec(),
            quota,
        };
        core.index.write(|tables| {
            tables.folders.insert(id.0, row.encode().as_slice())?;
            Ok::<_, IndexFault>(())
        })?;
    }
    core.segments.with_folders(|folders| {
        if let Some(slot) = folders.get_mut(&id.0) {
            slot.quota = quota;
        }
    });
    Ok(())
}

/// Moves a folder's blocks away, then forgets it. Its directory stays, without segments.
pub(crate) fn remove(core: &Arc<Core>, id: FolderId) -> Result<(), ChangeFolders> {
    if id.0 == 0 {
        return Err(ChangeFolders::HomeFolder);
    }
    let path = core
        .segments
        .folder_path(id.0)
        .ok_or(ChangeFolders::UnknownFolder(id))?;
    if !core.segments.is_online(id.0) {
        return Err(ChangeFolders::Offline(id));
    }
    set_draining(core, id, true);
    let moved = crate::gc::rewrite::empty_folder(core, id.0);
    if let Err(error) = moved {
        set_draining(core, id, false);
        return Err(ChangeFolders::MoveBlocks(Box::new(error)));
    }
    core.index.write(|tables| {
        tables.folders.remove(id.0)?;
        Ok::<_, IndexFault>(())
    })?;
    core.segments.remove_folder(id.0);
    // Without a marker the directory is nobody's; a left-over marker only says whose it was.
    let _ = core.config.disk.remove(&path.join(MARKER));
    Ok(())
}

fn set_draining(core: &Core, id: FolderId, draining: bool) {
    core.segments.with_folders(|folders| {
        if let Some(slot) = folders.get_mut(&id.0) {
            slot.draining = draining;
        }
    });
}
