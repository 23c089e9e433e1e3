//! One write transaction.
use crate::*;
use cid::Cid;

/// One write transaction, from [`Library::write`].
#[derive(Debug)]
pub struct Tx<'t> {
    life: std::marker::PhantomData<&'t ()>,
}

type Written<T> = Result<T, WriteLibrary>;

#[allow(missing_docs)]
impl Tx<'_> {
    // items
    /// Adds a file. Same content is one item; posters and captions wait.
    pub fn add_item(&mut self, new: NewItem) -> Written<AddedItem> {
        unimplemented!()
    }
    /// Gives waiting side-cars to the films, shows and tracks of their folder, and turns the rest
    /// into items of their own. Call when a job (or a folder) is through. `under` limits it to paths
    /// that start with these bytes; empty means all.
    pub fn settle_waiting(&mut self, under: &RawPath) -> Written<Settled> {
        unimplemented!()
    }
    /// Replaces the derived facts.
    pub fn set_facts(&mut self, item: ItemId, facts: Facts) -> Written<()> {
        unimplemented!()
    }
    /// Notes that previews were made (after the facts were set).
    pub fn set_pictures(
        &mut self,
        item: ItemId,
        thumbhash: &[u8],
        has_preview: bool,
        has_poster: bool,
    ) -> Written<()> {
        unimplemented!()
    }
    /// Deletes an item and everything said about it.
    pub fn delete_item(&mut self, item: ItemId) -> Written<DeletedItem> {
        unimplemented!()
    }
    /// Adds a part (captions, another version...). Ids that are all zero are filled in.
    pub fn add_asset(&mut self, item: ItemId, asset: AssetRow) -> Written<AssetId> {
        unimplemented!()
    }
    pub fn remove_asset(&mut self, item: ItemId, asset: AssetId) -> Written<()> {
        unimplemented!()
    }
    pub fn add_rendition(
        &mut self,
        item: ItemId,
        asset: AssetId,
        rendition: RenditionRow,
    ) -> Written<RenditionId> {
        unimplemented!()
    }
    /// Notes one more path (or store source) of a rendition and its stamp.
    pub fn add_location(
        &mut self,
        item: ItemId,
        rendition: RenditionId,
        location: Location,
        stamp: FileStamp,
    ) -> Written<()> {
        unimplemented!()
    }
    /// The file moved: replaces the path (and stamp, source) of a location. The state becomes Ok.
    pub fn move_location(
        &mut self,
        item: ItemId,
        from: &RawPath,
        to: &RawPath,
        stamp: FileStamp,
        source: Option<u64>,
    ) -> Written<()> {
        unimplemented!()
    }
    /// Notes whether a referenced file is what it was.
    pub fn set_location_state(
        &mut self,
        item: ItemId,
        path: &RawPath,
        state: LocationState,
    ) -> Written<()> {
        unimplemented!()
    }

    // what people say
    pub fn edit_item(&mut self, item: ItemId, edit: ItemEdit) -> Written<()> {
        unimplemented!()
    }
    pub fn set_favourite(
        &mut self,
        person: PersonId,
        item: ItemId,
        favourite: bool,
    ) -> Written<()> {
        unimplemented!()
    }
    /// 1 to 5; none takes it back.
    pub fn set_rating(
        &mut self,
        person: PersonId,
        item: ItemId,
        rating: Option<u8>,
    ) -> Written<()> {
        unimplemented!()
    }
    /// `finished` none: finished when position >= threshold (0..1) of the duration.
    pub fn set_progress(
        &mut self,
        person: PersonId,
        item: ItemId,
        position_ms: u64,
        duration_ms: u64,
        threshold: f64,
        finished: Option<bool>,
    ) -> Written<Progress> {
        unimplemented!()
    }
    pub fn clear_progress(&mut self, person: PersonId, item: ItemId) -> Written<()> {
        unimplemented!()
    }
    pub fn trash(&mut self, item: ItemId) -> Written<()> {
        unimplemented!()
    }
    pub fn restore(&mut self, item: ItemId) -> Written<()> {
        unimplemented!()
    }
    /// Merges facts from another device.
    pub fn merge_facts(
        &mut self,
        person: PersonId,
        item: ItemId,
        theirs: &UserFacts,
    ) -> Written<()> {
        unimplemented!()
    }

    // albums, folders, shows
    pub fn create_album(&mut self, title: &str) -> Written<AlbumId> {
        unimplemented!()
    }
    pub fn edit_album(&mut self, album: AlbumId, edit: AlbumEdit) -> Written<()> {
        unimplemented!()
    }
    pub fn delete_album(&mut self, album: AlbumId) -> Written<()> {
        unimplemented!()
    }
    /// Adds members in this order; true for each that was not in it before.
    pub fn add_to_album(&mut self, album: AlbumId, items: &[ItemId]) -> Written<Vec<bool>> {
        unimplemented!()
    }
    pub fn remove_from_album(&mut self, album: AlbumId, items: &[ItemId]) -> Written<Vec<bool>> {
        unimplemented!()
    }
    /// Makes an album of the photos and clips in a folder and the folders inside it.
    pub fn album_from_folder(&mut self, folder: FolderId, title: Option<&str>) -> Written<AlbumId> {
        unimplemented!()
    }
    /// The folder at `path`, made if it is new. `parent` none for the dropped folder itself.
    pub fn ensure_folder(&mut self, parent: Option<FolderId>, path: &RawPath) -> Written<FolderId> {
        unimplemented!()
    }
    /// Changes a show's title; none takes the edit back.
    pub fn edit_show(&mut self, show: ShowId, title: Option<&str>) -> Written<()> {
        unimplemented!()
    }

    // people
    pub fn add_person(&mut self, name: &str, color: &str) -> Written<PersonId> {
        unimplemented!()
    }
    pub fn edit_person(
        &mut self,
        person: PersonId,
        name: Option<&str>,
        color: Option<&str>,
    ) -> Written<()> {
        unimplemented!()
    }
    /// Removes a person and what only they said.
    pub fn remove_person(&mut self, person: PersonId) -> Written<()> {
        unimplemented!()
    }
    pub fn activate_person(&mut self, person: PersonId) -> Written<()> {
        unimplemented!()
    }

    // jobs
    /// Journals a new job (id and times are filled in when zero).
    pub fn put_job(&mut self, job: JobRow) -> Written<JobId> {
        unimplemented!()
    }
    /// Notes a failed file. The list keeps the first 10,000; the counter counts all.
    pub fn add_failure(
        &mut self,
        job: JobId,
        path: &RawPath,
        code: &str,
        message: &str,
        todo: Option<&str>,
    ) -> Written<()> {
        unimplemented!()
    }
    pub fn clear_failures(&mut self, job: JobId) -> Written<()> {
        unimplemented!()
    }
    pub fn remove_job(&mut self, job: JobId) -> Written<()> {
        unimplemented!()
    }

    // reads inside the transaction
    pub fn origin(&self, path: &RawPath) -> Written<Option<OriginRow>> {
        unimplemented!()
    }
    pub fn item_by_root(&self, root: &Cid) -> Written<Option<ItemId>> {
        unimplemented!()
    }
    pub fn job(&self, job: JobId) -> Written<Option<JobRow>> {
        unimplemented!()
    }
}
