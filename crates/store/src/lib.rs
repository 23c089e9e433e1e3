//! Blocks on disk: append-only segments, a redb index, pins, garbage collection, verify and repair.
//!
//! What it is: the node's only home of block bytes. Synchronous, shared between threads; callers
//! bring their own (capped) blocking pool.
//! What it is not: it knows no peer, no media, no file names beyond the paths of referenced
//! sources, and it does not decide what is worth keeping: pins do.
//!
//! Invariants:
//! - Bytes are durable in their segment before the index row that names them is committed, and a
//!   segment is deleted only after the commit that stops naming it. So a crash leaves garbage at
//!   worst, never a row that points to nothing.
//! - A batch's rows, pins included, are committed in one transaction: whole or not at all.
//! - Every byte handed out was checked: a checksum for segments, the hash for everything that is
//!   read from a user's file or computed.
//! - A user's own file is never written, moved or deleted.
//!
//! Threads: one flusher per store, joined by [`Store::shutdown`] and by drop. Lock order, outermost
//! first: index generation, sweep gate, redb's writer, folders, segment writer, touched keys.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod store;

mod batch;
#[doc(hidden)]
pub mod bench_support;
mod config;
mod core;
mod derive;
pub mod disk;
mod entry;
mod error;
mod flusher;
mod folder;
mod gc;
mod index;
mod key;
mod pin;
mod read;
mod record;
mod segments;
mod source;
mod verify;

pub use crate::batch::{Batch, Pending};
pub use crate::config::{Clock, StoreConfig, SystemClock};
pub use crate::derive::Derivation;
pub use crate::entry::{BlockStat, FolderId, Location, SegmentId, SourceId};
pub use crate::error::{CommitBlocks, GetBlock, IndexFault, OpenStore, PutBlock};
pub use crate::folder::{ChangeFolders, Folder, FolderState};
pub use crate::gc::remove::Removal;
pub use crate::gc::{CollectGarbage, GcOptions, GcReport};
pub use crate::pin::{Pin, PinBlocks, PinKind};
pub use crate::source::{Source, SourceFile, SourceState, TrackSource};
pub use crate::store::{Hold, OpenReport, Store, StoreStat};
pub use crate::verify::{BadBlock, Fault, Progress, RepairReport, VerifyBlocks, VerifyReport};
