//! Edits to items that touch more than the catalogue: trash, delete, relink.

use library::ItemId;

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
        path: std::path::PathBuf,
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

impl crate::node::Node {
    /// Puts items into the trash of Tributary; nothing else changes.
    pub async fn trash(&self, items: Vec<ItemId>) -> Result<BatchOutcome, EditItem> {
        let _ = items;
        unimplemented!()
    }

    /// Takes items out of the trash.
    pub async fn restore_items(&self, items: Vec<ItemId>) -> Result<BatchOutcome, EditItem> {
        let _ = items;
        unimplemented!()
    }

    /// Removes items and their pins; gc frees the space. The user's own file is touched
    /// only with [`AlsoDeleteFile::ToSystemTrash`].
    pub async fn delete_items(
        &self,
        items: Vec<ItemId>,
        also: AlsoDeleteFile,
    ) -> Result<BatchOutcome, EditItem> {
        let _ = (items, also);
        unimplemented!()
    }

    /// Deletes everything in the trash.
    pub async fn empty_trash(&self) -> Result<BatchOutcome, EditItem> {
        unimplemented!()
    }

    /// Ties an item whose file moved to that file again, after checking its bytes.
    pub async fn relink(&self, item: ItemId, path: std::path::PathBuf) -> Result<(), Relink> {
        let _ = (item, path);
        unimplemented!()
    }

    /// Takes the changed file of an item in as its new version.
    pub async fn reimport_changed(&self, item: ItemId) -> Result<crate::Job, crate::StartJob> {
        let _ = item;
        unimplemented!()
    }
}
