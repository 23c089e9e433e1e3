//! Edits to items that touch more than the catalogue: trash, delete, relink.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use library::{ItemId, LocationState, RawPath, Tx, WriteLibrary};
use store::SourceId;

use crate::events::Event;
use crate::import::{ImportRequest, shown_path};
use crate::jobs::{Job, StartJob, path_of};
use crate::moved::RelinkSource;
use crate::node::{Inner, Node};
use crate::pinning::{PIN_COPIED, PIN_REFERENCED};
use crate::tasks::Lane;

/// Whether deleting an item also moves the user's own file to the system trash.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AlsoDeleteFile {
    /// The file stays where it is.
    #[default]
    No,
    /// The file goes to the system trash.
    ToSystemTrash,
}

/// What a batch did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BatchOutcome {
    /// Items it worked for.
    pub changed: Vec<ItemId>,
    /// Items it did not work for, and why, in English.
    pub failed: Vec<(ItemId, String)>,
}

/// Why items could not be edited. Nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EditItem {
    /// No such item.
    #[error("there is no such item")]
    UnknownItem,
    /// The library could not be written.
    #[error("could not write the library; nothing was changed")]
    WriteLibrary(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Why an item could not be tied to a file again. Nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Relink {
    /// No such item, or it has no referenced file.
    #[error("there is no such item with a file of its own")]
    UnknownItem,
    /// The file could not be read.
    #[error("could not read {path:?}")]
    ReadFile {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The file holds other bytes.
    #[error("this file does not hold the same bytes; add it as a new item instead")]
    OtherContent,
    /// The store or the library could not be written.
    #[error("could not write the library; nothing was changed")]
    WriteLibrary(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Node {
    /// Puts items into the trash of Tributary; nothing else changes.
    pub async fn trash(&self, items: Vec<ItemId>) -> Result<BatchOutcome, EditItem> {
        self.each(items, |tx, item| tx.trash(item)).await
    }

    /// Takes items out of the trash.
    pub async fn restore_items(&self, items: Vec<ItemId>) -> Result<BatchOutcome, EditItem> {
        self.each(items, |tx, item| tx.restore(item)).await
    }

    /// Applies `change` to every item in one commit; items that are gone are reported.
    async fn each<F>(&self, items: Vec<ItemId>, change: F) -> Result<BatchOutcome, EditItem>
    where
        F: Fn(&mut Tx<'_>, ItemId) -> Result<(), WriteLibrary> + Send + 'static,
    {
        let outcome = self
            .edit(Vec::new(), move |tx| {
                let mut outcome = BatchOutcome::default();
                for item in items {
                    match change(tx, item) {
                        Ok(()) => outcome.changed.push(item),
                        Err(error @ WriteLibrary::Missing { .. }) => {
                            outcome.failed.push((item, error.to_string()));
                        }
                        Err(error) => return Err(error),
                    }
                }
                Ok(outcome)
            })
            .await
            .map_err(|error| EditItem::WriteLibrary(Box::new(error)))?;
        self.inner.events.items_changed(&outcome.changed);
        Ok(outcome)
    }

    /// Removes items and their pins; gc frees the space. The user's own file is touched
    /// only with [`AlsoDeleteFile::ToSystemTrash`].
    pub async fn delete_items(
        &self,
        items: Vec<ItemId>,
        also: AlsoDeleteFile,
    ) -> Result<BatchOutcome, EditItem> {
        let inner = Arc::clone(&self.inner);
        self.inner
            .tasks
            .blocking(Lane::Work, move || inner.delete_items(&items, also))
            .await
    }

    /// Deletes everything in the trash.
    pub async fn empty_trash(&self) -> Result<BatchOutcome, EditItem> {
        let items = self
            .query(|view| view.trashed_before(i64::MAX))
            .await
            .map_err(|error| EditItem::WriteLibrary(Box::new(error)))?;
        self.delete_items(items, AlsoDeleteFile::No).await
    }

    /// Ties an item whose file moved to that file again, after checking its bytes.
    pub async fn relink(&self, item: ItemId, path: PathBuf) -> Result<(), Relink> {
        let inner = Arc::clone(&self.inner);
        self.inner
            .tasks
            .blocking(Lane::Work, move || inner.relink(item, &path))
            .await
    }

    /// Takes the changed file of an item in as a new item.
    pub async fn reimport_changed(&self, item: ItemId) -> Result<Job, StartJob> {
        let assets = self
            .query(move |view| view.assets(item))
            .await
            .map_err(|error| StartJob::JournalJob(Box::new(error)))?;
        let paths: Vec<PathBuf> = assets
            .iter()
            .flat_map(|asset| &asset.renditions)
            .flat_map(|row| &row.locations)
            .filter(|location| location.state == LocationState::Changed)
            .map(|location| path_of(&location.path))
            .collect();
        self.start_import(ImportRequest {
            paths,
            ..ImportRequest::default()
        })
        .await
    }
}

impl Inner {
    fn delete_items(
        &self,
        items: &[ItemId],
        also: AlsoDeleteFile,
    ) -> Result<BatchOutcome, EditItem> {
        let mut outcome = BatchOutcome::default();
        let mut gone = Vec::new();
        // An import of the same bytes must not pin between the two commits below.
        let _pinning = self.pinning.removing();
        // One commit; pins go after it, so that a kill in between leaves bytes too many,
        // never too few. Leftover pins go at the next start (`pinning`).
        self.library
            .write(|tx| {
                for item in items {
                    match tx.delete_item(*item) {
                        Ok(deleted) => gone.push((*item, deleted)),
                        Err(error @ WriteLibrary::Missing { .. }) => {
                            outcome.failed.push((*item, error.to_string()));
                        }
                        Err(error) => return Err(error),
                    }
                }
                Ok(())
            })
            .map_err(|error| EditItem::WriteLibrary(Box::new(error)))?;
        let batch = self.store.batch();
        for root in gone.iter().flat_map(|(_, deleted)| &deleted.roots) {
            batch.unpin(root, Some(PIN_COPIED));
            batch.unpin(root, Some(PIN_REFERENCED));
        }
        if let Err(error) = batch.commit() {
            tracing::warn!(%error, "the pins of deleted items stay until the next start");
        }
        for (item, deleted) in gone {
            match also {
                AlsoDeleteFile::No => outcome.changed.push(item),
                AlsoDeleteFile::ToSystemTrash => match to_system_trash(&deleted.paths) {
                    Ok(()) => outcome.changed.push(item),
                    Err(message) => outcome.failed.push((item, message)),
                },
            }
        }
        let removed: Vec<ItemId> = outcome
            .changed
            .iter()
            .copied()
            .chain(outcome.failed.iter().map(|(item, _)| *item))
            .collect();
        self.events.items_removed(&removed);
        self.events.send(Event::StorageChanged);
        self.touch_index();
        Ok(outcome)
    }

    fn relink(&self, item: ItemId, path: &Path) -> Result<(), Relink> {
        let failed = |error: library::ReadLibrary| Relink::WriteLibrary(Box::new(error));
        let view = self.library.reader().map_err(failed)?;
        let assets = view.assets(item).map_err(failed)?;
        let (id, from) = assets
            .iter()
            .flat_map(|asset| &asset.renditions)
            .flat_map(|row| &row.locations)
            .find_map(|location| Some((SourceId(location.source?), location.path.clone())))
            .ok_or(Relink::UnknownItem)?;
        self.relink_source(item, id, &from, path)
            .map_err(|error| match error {
                RelinkSource::OtherContent => Relink::OtherContent,
                RelinkSource::ReadFile(source) => Relink::ReadFile {
                    path: path.to_owned(),
                    source,
                },
                RelinkSource::WriteStore(error) => Relink::WriteLibrary(Box::new(error)),
                RelinkSource::WriteLibrary(error) => Relink::WriteLibrary(Box::new(error)),
            })
    }
}

/// Moves the user's own files to the system trash; never deletes one.
fn to_system_trash(paths: &[RawPath]) -> Result<(), String> {
    for path in paths {
        let path = path_of(path);
        if std::fs::symlink_metadata(&path).is_err() {
            continue;
        }
        trash::delete(&path).map_err(|error| {
            format!(
                "The item is gone from Tributary, but {:?} could not be moved to the system \
                 trash and stays where it is: {error}",
                shown_path(&path)
            )
        })?;
    }
    Ok(())
}
