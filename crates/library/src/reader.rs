//! One consistent view.
use crate::*;
use cid::Cid;

/// One consistent view of the library, from [`Library::reader`].
#[derive(Debug)]
pub struct Reader {}

type Read<T> = Result<T, ReadLibrary>;

#[allow(missing_docs)]
impl Reader {
    // items. `person` none means the active person.
    pub fn item(&self, id: ItemId, person: Option<PersonId>) -> Read<Option<ItemDetail>> {
        unimplemented!()
    }
    /// Rows for these ids, in this order; ids that are gone are left out.
    pub fn rows(&self, ids: &[ItemId], person: Option<PersonId>) -> Read<Vec<ItemRow>> {
        unimplemented!()
    }
    pub fn items(&self, query: &ItemQuery) -> Read<Page<ItemRow>> {
        unimplemented!()
    }
    pub fn counts(&self, person: Option<PersonId>) -> Read<Counts> {
        unimplemented!()
    }
    /// Unfinished items by recency; for a show only its latest episode.
    pub fn continue_watching(&self, person: Option<PersonId>, limit: usize) -> Read<Vec<ItemRow>> {
        unimplemented!()
    }
    pub fn recently_added(&self, person: Option<PersonId>, limit: usize) -> Read<Vec<ItemRow>> {
        unimplemented!()
    }
    /// Live items added at or after `since`, by kind.
    pub fn added_since(&self, since: i64) -> Read<Counts> {
        unimplemented!()
    }
    /// Genres of live items of a kind and how many have each, by name.
    pub fn genres(&self, kind: ItemKind) -> Read<Vec<(String, u64)>> {
        unimplemented!()
    }
    /// Years of live items of a kind and how many have each, newest first.
    pub fn years(&self, kind: ItemKind) -> Read<Vec<(u16, u64)>> {
        unimplemented!()
    }
    pub fn duplicates(&self, limit: usize) -> Read<Vec<Duplicate>> {
        unimplemented!()
    }
    /// Ids of trashed items, oldest first, trashed before `before` (ms).
    pub fn trashed_before(&self, before: i64) -> Read<Vec<ItemId>> {
        unimplemented!()
    }
    /// Live items whose facts are not in yet (previews to make), after `after`.
    pub fn unprobed(&self, after: Option<ItemId>, limit: usize) -> Read<Vec<ItemId>> {
        unimplemented!()
    }

    // photos
    pub fn timeline(&self, filter: &PhotoFilter) -> Read<Timeline> {
        unimplemented!()
    }
    pub fn photos(
        &self,
        bucket: &str,
        filter: &PhotoFilter,
        person: Option<PersonId>,
    ) -> Read<Vec<ItemRow>> {
        unimplemented!()
    }

    // albums, music, shows, folders
    pub fn albums(&self) -> Read<Vec<Album>> {
        unimplemented!()
    }
    pub fn album(&self, id: AlbumId) -> Read<Option<Album>> {
        unimplemented!()
    }
    pub fn music_albums(&self) -> Read<Vec<MusicAlbum>> {
        unimplemented!()
    }
    pub fn music_album(
        &self,
        id: MusicAlbumId,
        person: Option<PersonId>,
    ) -> Read<Option<(MusicAlbum, Vec<ItemRow>)>> {
        unimplemented!()
    }
    pub fn shows(&self) -> Read<Vec<Show>> {
        unimplemented!()
    }
    pub fn show(&self, id: ShowId, person: Option<PersonId>) -> Read<Option<(Show, Vec<Season>)>> {
        unimplemented!()
    }
    pub fn folder(&self, id: FolderId) -> Read<Option<FolderRow>> {
        unimplemented!()
    }
    /// Folders inside `parent` (none: dropped folders), by name.
    pub fn folders(&self, parent: Option<FolderId>) -> Read<Vec<FolderRow>> {
        unimplemented!()
    }

    // where bytes are
    pub fn item_by_root(&self, root: &Cid) -> Read<Option<ItemId>> {
        unimplemented!()
    }
    /// What is known of a path: skip it when the stamp is equal.
    pub fn origin(&self, path: &RawPath) -> Read<Option<OriginRow>> {
        unimplemented!()
    }
    /// Paths once imported from the same file (device, inode, size): a moved file.
    pub fn origins_by_file(
        &self,
        dev: u64,
        ino: u64,
        size: u64,
    ) -> Read<Vec<(RawPath, OriginRow)>> {
        unimplemented!()
    }
    /// Known paths that start with these bytes, in order, after `after`.
    pub fn origins_under(
        &self,
        prefix: &RawPath,
        after: Option<&RawPath>,
        limit: usize,
    ) -> Read<Vec<(RawPath, OriginRow)>> {
        unimplemented!()
    }
    /// The assets of an item without its facts: cheaper than [`Reader::item`].
    pub fn assets(&self, id: ItemId) -> Read<Vec<AssetRow>> {
        unimplemented!()
    }

    // people, jobs
    pub fn people(&self) -> Read<Vec<PersonRow>> {
        unimplemented!()
    }
    pub fn active_person(&self) -> Read<PersonId> {
        unimplemented!()
    }
    /// Jobs, newest first.
    pub fn jobs(&self) -> Read<Vec<JobRow>> {
        unimplemented!()
    }
    pub fn job(&self, id: JobId) -> Read<Option<JobRow>> {
        unimplemented!()
    }
    /// Failures with `seq >= from`.
    pub fn failures(&self, job: JobId, from: u64, limit: usize) -> Read<Vec<FailureRow>> {
        unimplemented!()
    }
}
