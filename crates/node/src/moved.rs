//! Moved files: found again by file id and size, or by the same name nearby.
//!
//! Nothing is watched. A source is looked at when it is opened, and all of them once in
//! the background after a start. A file found again is tied to its item only after
//! the store has hashed every block of it there.

use std::collections::HashMap;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use library::{ItemId, LocationState, RawPath};
use store::{SourceId, SourceState};

use crate::import::fingerprint::Stamp;
use crate::import::library_stamp;
use crate::jobs::{lock, path_of};
use crate::node::Inner;
use crate::stream::Source;
use crate::tasks::Lane;

/// Entries of one folder that are looked at.
const MAX_ENTRIES: usize = 20_000;
/// Known paths that are looked at in one step after a start.
const STEP: usize = 256;

/// Time that a start leaves the machine to whoever waits for the window: looking at tens
/// of thousands of paths would take it from them, and nobody misses the answer yet.
const SETTLE: Duration = Duration::from_secs(2);

/// As [`start`], when the node has been open for a moment.
pub(crate) fn start_later(inner: &Arc<Inner>) {
    let task = Arc::clone(inner);
    inner.tasks.spawn("moved-files-later", async move {
        tokio::time::sleep(SETTLE).await;
        start(&task);
    });
}

/// Looks at every referenced file, and at every copy on another disk, once, with low
/// priority. Does nothing while it is at it.
pub(crate) fn start(inner: &Arc<Inner>) {
    if inner.looking.swap(true, Ordering::AcqRel) {
        return;
    }
    let task = Arc::clone(inner);
    inner.tasks.spawn("moved-files", async move {
        let mut after: Option<RawPath> = None;
        loop {
            let inner = Arc::clone(&task);
            let from = after.take();
            after = task
                .tasks
                .blocking(Lane::Work, move || step(&inner, from))
                .await;
            if after.is_none() {
                task.looking.store(false, Ordering::Release);
                return;
            }
            tokio::task::yield_now().await;
        }
    });
}

/// Checks some known paths; returns the last one, or `None` at the end.
fn step(inner: &Arc<Inner>, after: Option<RawPath>) -> Option<RawPath> {
    let view = inner.library.reader().ok()?;
    let known = view
        .origins_under(&RawPath::default(), after.as_ref(), STEP)
        .ok()?;
    let has_folders = inner.store.folders().is_ok_and(|all| all.len() > 1);
    for (path, origin) in &known {
        if inner.tasks.is_stopping() {
            return None;
        }
        let Some(item) = origin.item else { continue };
        if has_folders {
            let assets = view.assets(item).unwrap_or_default();
            for row in assets.iter().flat_map(|asset| &asset.renditions) {
                let is_copy = row.locations.iter().any(|at| at.source.is_none());
                if is_copy && let Ok(is_offline) = inner.store.is_offline(&row.root) {
                    inner.note_copies(item, row, is_offline);
                }
            }
        }
        // Cheap first: nothing to do for a file that is as it was.
        let there = std::fs::metadata(path_of(path)).map(|metadata| Stamp::of(&metadata));
        if there.is_ok_and(|there| library_stamp(&there) == origin.stamp) {
            continue;
        }
        let Ok(assets) = view.assets(item) else {
            continue;
        };
        let location = assets
            .iter()
            .flat_map(|asset| &asset.renditions)
            .flat_map(|row| &row.locations)
            .find(|location| location.path == *path);
        let Some((id, known)) =
            location.and_then(|location| Some((SourceId(location.source?), location.state)))
        else {
            continue;
        };
        let state = match inner.store.check_source(id) {
            Ok(SourceState::Unchanged) => LocationState::Ok,
            Ok(SourceState::Touched) => confirm(inner, id),
            Ok(SourceState::Changed) => LocationState::Changed,
            Ok(SourceState::Offline) => LocationState::Offline,
            Ok(SourceState::Missing) => {
                if find_again(inner, item, id, path).is_some() {
                    continue;
                }
                LocationState::Missing
            }
            Err(_) => continue,
        };
        inner.note_state(item, path, known, state);
    }
    known.last().map(|(path, _)| path.clone())
}

fn confirm(inner: &Inner, id: SourceId) -> LocationState {
    match inner.store.confirm_source(id) {
        Ok(SourceState::Unchanged | SourceState::Touched) => LocationState::Ok,
        Ok(SourceState::Missing) => LocationState::Missing,
        Ok(SourceState::Offline) => LocationState::Offline,
        Ok(SourceState::Changed) | Err(_) => LocationState::Changed,
    }
}

/// Touched files that are being hashed again, and those that were found changed, with the
/// stamp they had then: as long as it is the same, nobody reads a film again to know.
#[derive(Debug, Default)]
pub(crate) struct KnownChanged(Mutex<HashMap<SourceId, Option<Stamp>>>);

impl KnownChanged {
    /// True when the file has to be hashed; it counts as being hashed from now on.
    fn begin(&self, id: SourceId, now: Option<Stamp>) -> bool {
        let mut known = lock(&self.0);
        match known.get(&id) {
            Some(None) => false,
            Some(found) if *found == now => false,
            _ => {
                known.insert(id, None);
                true
            }
        }
    }

    fn end(&self, id: SourceId, changed: Option<Stamp>) {
        let mut known = lock(&self.0);
        match changed {
            Some(stamp) => known.insert(id, Some(stamp)),
            None => known.remove(&id),
        };
    }
}

/// Hashes a touched file again in the background and notes what came out; `known` is what
/// the library says of it now.
pub(crate) fn confirm_later(
    inner: &Arc<Inner>,
    item: ItemId,
    id: SourceId,
    path: &RawPath,
    known: LocationState,
) {
    let stamp_now = |path: &RawPath| {
        let metadata = std::fs::metadata(path_of(path)).ok()?;
        Some(Stamp::of(&metadata))
    };
    let before = stamp_now(path);
    if !inner.changed.begin(id, before) {
        return;
    }
    let task = Arc::clone(inner);
    let path = path.clone();
    inner.tasks.spawn("confirm-file", async move {
        let inner = Arc::clone(&task);
        task.tasks
            .blocking(Lane::Work, move || {
                let state = confirm(&inner, id);
                let is_changed = state == LocationState::Changed && stamp_now(&path) == before;
                inner.changed.end(id, before.filter(|_| is_changed));
                // Whatever was shown before: only a difference is written.
                inner.note_state(item, &path, known, state);
            })
            .await;
    });
}

/// Looks for a missing file under another name or in another folder, and relinks it.
pub(crate) fn find_again(
    inner: &Arc<Inner>,
    item: ItemId,
    id: SourceId,
    path: &RawPath,
) -> Option<Source> {
    let recorded = inner.store.source(id).ok()??;
    let stamp = Stamp::from(&recorded.file);
    for candidate in candidates(inner, &recorded.file.path, &stamp) {
        match inner.relink_source(item, id, path, &candidate) {
            Ok(()) => {
                tracing::info!("a moved file was found again");
                return Source::open_unchanged(&inner.store, id);
            }
            Err(error) => tracing::debug!(%error, "a candidate was another file"),
        }
    }
    None
}

/// Files that could be the missing one, best first: same folder (by file id), then the
/// folders beside it and above (by file id, or same name and size).
fn candidates(inner: &Inner, path: &Path, stamp: &Stamp) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Some(folder) = path.parent() else {
        return found;
    };
    let mut roots: Vec<PathBuf> = vec![folder.to_owned()];
    if let Some(above) = folder.parent() {
        roots.push(above.to_owned());
        if let Ok(entries) = std::fs::read_dir(above) {
            let beside = entries
                .filter_map(Result::ok)
                .take(1_000)
                .map(|entry| entry.path());
            roots.extend(beside.filter(|path| path != folder && path.is_dir()));
        }
    }
    let known = inner
        .library
        .reader()
        .and_then(|view| view.folders(None))
        .unwrap_or_default();
    roots.extend(known.iter().map(|folder| path_of(&folder.path)));
    let mut looked_at = 0;
    for root in roots {
        let Ok(entries) = std::fs::read_dir(&root) else {
            continue;
        };
        for entry in entries.filter_map(Result::ok) {
            looked_at += 1;
            if looked_at > MAX_ENTRIES {
                return found;
            }
            let Ok(metadata) = entry.metadata() else {
                continue;
            };
            if !metadata.is_file() || metadata.len() != stamp.size {
                continue;
            }
            let there = Stamp::of(&metadata);
            let is_same_file = there.dev == stamp.dev && there.ino == stamp.ino;
            let is_same_name = Some(entry.file_name().as_os_str()) == path.file_name();
            if is_same_file {
                found.insert(0, entry.path());
            } else if is_same_name && found.len() < 8 {
                found.push(entry.path());
            }
        }
        if !found.is_empty() {
            break;
        }
    }
    found
}

/// Why a source was not tied to another path.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RelinkSource {
    #[error("could not read the file")]
    ReadFile(#[source] std::io::Error),
    #[error("the file holds other bytes")]
    OtherContent,
    #[error("could not change the store")]
    WriteStore(#[source] store::TrackSource),
    #[error("could not change the library")]
    WriteLibrary(#[source] library::WriteLibrary),
}

impl Inner {
    /// Ties a source to `to` after the store has hashed it there.
    pub(crate) fn relink_source(
        &self,
        item: ItemId,
        id: SourceId,
        from: &RawPath,
        to: &Path,
    ) -> Result<(), RelinkSource> {
        self.store
            .relink_source(id, to)
            .map_err(|error| match error {
                store::TrackSource::OtherContent(_) => RelinkSource::OtherContent,
                store::TrackSource::ReadFile { source, .. } => RelinkSource::ReadFile(source),
                error => RelinkSource::WriteStore(error),
            })?;
        let metadata = std::fs::metadata(to).map_err(RelinkSource::ReadFile)?;
        let stamp = library_stamp(&Stamp::of(&metadata));
        let to = RawPath(to.as_os_str().as_bytes().to_vec());
        self.library
            .write(|tx| tx.move_location(item, from, &to, stamp, Some(id.0)))
            .map_err(RelinkSource::WriteLibrary)?;
        self.events.items_changed(&[item]);
        Ok(())
    }
}
