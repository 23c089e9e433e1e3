//! After a start: pins that are still to be done.
//!
//! A block index that was lost is built again from the segments, which know neither pins nor the
//! user's files. Then every root of the library is pinned again, files kept in place are hashed
//! and referred to again, and only after that the store may collect garbage. All of it can be
//! cut short: the next start goes on. Pins made by hand are not in the library and stay lost.

use std::path::Path;
use std::sync::Arc;

use dag::{Block, Cid, FileLayout, Leaf};
use library::{ItemId, ItemQuery, Location, LocationState, RenditionRow, Shelf};
use store::{CommitBlocks, PinKind, PutBlock, SourceId};

use crate::import::fingerprint::Stamp;
use crate::import::large::{BlockSink, HashFile, hash_file};
use crate::import::library_stamp;
use crate::import::outcome::chain;
use crate::import::sink::PutBlocks;
use crate::jobs::{Control, path_of};
use crate::node::Inner;
use crate::pinning::{PIN_COPIED, PIN_REFERENCED};
use crate::problem::Problem;
use crate::tasks::Lane;

/// Items looked at in one step.
const STEP: usize = 256;

/// Why pinning again ended early; the next start goes on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Repin {
    #[error("the library could not be read")]
    ReadLibrary(#[from] library::ReadLibrary),
    #[error("the library could not be changed")]
    WriteLibrary(#[from] library::WriteLibrary),
    #[error("the store's index failed")]
    UseIndex(#[from] store::IndexFault),
    #[error("the file could not be recorded in the store")]
    AddSource(#[from] store::TrackSource),
    #[error("a block could not be put")]
    PutBlock(#[source] PutBlock),
    #[error("the pins could not be committed")]
    Commit(#[from] CommitBlocks),
    #[error("the tree of files could not be pinned again")]
    PinFiles(#[from] crate::files::ChangeFiles),
    #[error("pins of deleted items could not be removed")]
    DropForgotten(#[from] crate::pinning::DropForgotten),
    #[error("Tributary is shutting down")]
    Stopped,
}

/// Pins again what a lost index forgot, and copies in what bytes-required pins still lack.
pub(crate) fn start(inner: &Arc<Inner>) {
    let task = Arc::clone(inner);
    inner.tasks.spawn("pins", async move {
        let inner = Arc::clone(&task);
        task.tasks
            .blocking(Lane::Work, move || match work(&inner) {
                Ok(()) | Err(Repin::Stopped) => {}
                Err(error) => {
                    let error = chain(&error);
                    tracing::warn!(error, "pinning again goes on at the next start");
                }
            })
            .await;
    });
}

fn work(inner: &Arc<Inner>) -> Result<(), Repin> {
    if !inner.store.pins_confirmed()? {
        pin_all(inner)?;
        inner.pin_files_again()?;
        if refer_all(inner)? {
            inner.store.confirm_pins()?;
            inner.clear_problem("files_offline");
        } else {
            inner.note_problem(Problem {
                code: "files_offline",
                message: "Files kept in place are on a disk that is not connected.".to_owned(),
                todo: "Connect the disk and restart; until then no space is freed.".to_owned(),
            });
        }
    }
    let dropped = crate::pinning::drop_forgotten(inner)?;
    if dropped > 0 {
        tracing::info!(dropped, "pins of deleted items are gone");
        inner.events.send(crate::events::Event::StorageChanged);
    }
    let cancel = || inner.tasks.is_stopping();
    let left = inner.store.complete_pins(&cancel)?;
    if left > 0 && !cancel() {
        tracing::warn!(left, "pins whose bytes could not all be copied in");
    }
    Ok(())
}

/// What is done with one rendition of an item.
pub(crate) type Visit<'a> = dyn FnMut(ItemId, &RenditionRow) -> Result<(), Repin> + 'a;

/// Visits every rendition of every item, in the trash or not.
pub(crate) fn each_rendition(inner: &Inner, visit: &mut Visit<'_>) -> Result<(), Repin> {
    for shelf in [Shelf::Live, Shelf::Trash] {
        let mut query = ItemQuery {
            shelf,
            limit: STEP,
            ..ItemQuery::default()
        };
        loop {
            let view = inner.library.reader()?;
            let page = view.items(&query)?;
            for row in &page.rows {
                if inner.tasks.is_stopping() {
                    return Err(Repin::Stopped);
                }
                for rendition in view
                    .assets(row.id)?
                    .iter()
                    .flat_map(|asset| &asset.renditions)
                {
                    visit(row.id, rendition)?;
                }
            }
            match page.next {
                Some(next) => query.cursor = Some(next),
                None => break,
            }
        }
    }
    Ok(())
}

/// The bytes of a rendition are our own, unless every place is a file of the user's.
fn is_copied(locations: &[Location]) -> bool {
    locations.is_empty() || locations.iter().any(|location| location.source.is_none())
}

fn pin_all(inner: &Inner) -> Result<(), Repin> {
    let mut batch = inner.store.batch();
    let commit = |batch: store::Batch| match batch.commit() {
        // The pin stands; `complete_pins` tries again.
        Ok(()) | Err(CommitBlocks::CopyPinned(_)) => Ok(()),
        Err(error) => Err(error),
    };
    each_rendition(inner, &mut |_, row| {
        let (root, locations) = (&row.root, &row.locations);
        if is_copied(locations) {
            batch.pin(root, PinKind::BytesRequired, PIN_COPIED);
        }
        if locations.iter().any(|location| location.source.is_some()) {
            batch.pin(root, PinKind::ReferenceOk, PIN_REFERENCED);
        }
        if batch.len() >= STEP {
            commit(std::mem::replace(&mut batch, inner.store.batch()))?;
        }
        Ok(())
    })?;
    commit(batch)?;
    Ok(())
}

/// Refers to the user's files again; false when some are on disks that are not connected.
fn refer_all(inner: &Inner) -> Result<bool, Repin> {
    let mut lost: Vec<(ItemId, Cid, Location)> = Vec::new();
    each_rendition(inner, &mut |item, row| {
        let (root, locations) = (&row.root, &row.locations);
        for location in locations {
            if let Some(source) = location.source
                && inner.store.source(SourceId(source))?.is_none()
            {
                lost.push((item, *root, location.clone()));
            }
        }
        Ok(())
    })?;
    let mut complete = true;
    for (item, root, location) in lost {
        let state = refer(inner, item, &root, &location)?;
        complete &= state != LocationState::Offline;
        inner.note_state(item, &location.path, location.state, state);
    }
    Ok(complete)
}

/// Refers to one file again, when it still has the bytes of `root`.
fn refer(
    inner: &Inner,
    item: ItemId,
    root: &Cid,
    location: &Location,
) -> Result<LocationState, Repin> {
    let path = path_of(&location.path);
    let opened = std::fs::File::open(&path).and_then(|file| Ok((Stamp::of_file(&file)?, file)));
    let Ok((stamp, file)) = opened else {
        return Ok(absent(inner, &location.path, &path));
    };
    let source = inner.store.add_source(stamp.source_file(&path))?;
    let mut batch = inner.store.batch();
    let mut sink = Stoppable {
        inner,
        put: PutBlocks {
            batch: &mut batch,
            source: Some(source),
        },
    };
    let control = Control::new();
    let threads = inner.import_threads.min(2);
    let hashed = hash_file(
        &file,
        stamp.size,
        FileLayout::default(),
        threads,
        &control,
        &mut sink,
    );
    let same = match hashed {
        Ok(found) => found.cid == *root && Stamp::of_file(&file).is_ok_and(|now| now == stamp),
        Err(HashFile::Sink(SinkError::Stopped) | HashFile::Stopped(_)) => {
            return Err(Repin::Stopped);
        }
        Err(HashFile::Sink(SinkError::Put(error))) => return Err(Repin::PutBlock(error)),
        Err(HashFile::Read(_) | HashFile::SizeChanged) => false,
    };
    if !same {
        return Ok(LocationState::Changed);
    }
    batch.commit()?;
    let (at, stamp) = (&location.path, library_stamp(&stamp));
    inner
        .library
        .write(|tx| tx.move_location(item, at, at, stamp, Some(source.0)))?;
    inner.events.items_changed(&[item]);
    Ok(LocationState::Ok)
}

/// What became of a file that cannot be opened.
fn absent(inner: &Inner, known: &library::RawPath, path: &Path) -> LocationState {
    use std::os::unix::fs::MetadataExt;
    let nearest = path
        .ancestors()
        .skip(1)
        .find_map(|folder| std::fs::metadata(folder).ok());
    let origin = inner.library.reader().and_then(|view| view.origin(known));
    match (nearest, origin) {
        (Some(nearest), Ok(Some(origin))) if nearest.dev() != origin.stamp.dev => {
            LocationState::Offline
        }
        _ => LocationState::Missing,
    }
}

/// Ends between two blocks when the node shuts down.
struct Stoppable<'a, 'b> {
    inner: &'a Inner,
    put: PutBlocks<'b>,
}

enum SinkError {
    Stopped,
    Put(PutBlock),
}

impl BlockSink for Stoppable<'_, '_> {
    type Error = SinkError;

    fn leaf(&mut self, leaf: &Leaf, offset: u64, chunk: &[u8]) -> Result<(), SinkError> {
        if self.inner.tasks.is_stopping() {
            return Err(SinkError::Stopped);
        }
        self.put.leaf(leaf, offset, chunk).map_err(SinkError::Put)
    }

    fn node(&mut self, block: Block) -> Result<(), SinkError> {
        self.put.node(block).map_err(SinkError::Put)
    }
}
