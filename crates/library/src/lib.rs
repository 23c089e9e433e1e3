//! The catalogue: items, assets, renditions, albums, people's own facts, search.
//!
//! One [`Library`] is one redb file (`library.redb`) and one search index
//! (`search/`, rebuildable). It stores what things are and what people say about
//! them; bytes live in the store, pictures in the thumbs folder.
//!
//! Invariants:
//! - A write is one durable commit: all of it is visible after a crash, or none.
//! - Derived facts and user facts are apart: a probe never changes an edit.
//! - Secondary indices and counters are functions of the rows (see `index`), and
//!   are written in the same commit.
//! - The same content (root CID of an original) is one item.
//!
//! Everything here is synchronous; callers use a blocking pool. Readers never
//! wait for the writer. There is one writer at a time.
#![deny(missing_docs)]
#![forbid(unsafe_code)]

mod brief;
mod config;
mod facts;
mod ids;
mod job;
mod keys;
mod kv;
mod library;
mod migrate;
mod model;
mod naming;
mod path;
mod query;
mod reader;
mod record;
mod row;
mod search;
mod share;
mod text;
mod time;
mod transfer;
mod tx;
mod user;

#[cfg(test)]
mod tests;

pub use crate::config::{
    Clock, ExportLibrary, Ids, ImportLibrary, LibraryConfig, OpenLibrary, ReadLibrary,
    SearchLibrary, SystemClock, SystemIds, WriteLibrary,
};
pub use crate::facts::{Facts, Tags};
pub use crate::ids::{
    AlbumId, AssetId, DeviceId, FolderId, ItemId, JobId, MusicAlbumId, ParseId, PersonId,
    RenditionId, ShareId, ShowId,
};
pub use crate::job::{FailureRow, JobCounters, JobKind, JobRow, JobState};
pub use crate::library::Library;
pub use crate::model::{
    AddedItem, AssetRole, AssetRow, DeletedItem, EpisodeLink, FileStamp, FolderRow, ItemDetail,
    ItemKind, ItemRow, Location, LocationState, MediaClass, NewItem, OriginRow, RenditionKind,
    RenditionRow, Settled,
};
pub use crate::path::RawPath;
pub use crate::query::{
    Album, Counts, Duplicate, ItemQuery, MusicAlbum, Order, Page, PhotoBucket, PhotoDay,
    PhotoFilter, SearchHit, SearchTarget, Season, Shelf, Show, Sort, Timeline,
};
pub use crate::reader::Reader;
pub use crate::row::Unknown;
pub use crate::share::{ReceivedRow, Secret, SharePassword, ShareRow, ShareState};
pub use crate::tx::Tx;
pub use crate::user::{
    AlbumEdit, AlbumFacts, ItemEdit, PersonRow, Progress, Stamp, Stamped, UserFacts,
    merge_user_facts,
};
