//! One stream of bytes over every source a rendition can come from.
//!
//! [`MediaStream::read_at`] never gives wrong bytes: a referenced file is read through
//! a held descriptor and checked again after every read, blocks are verified by hash.
//! When the source changed in the middle the stream ends with an error. Reads are
//! bounded (at most [`MAX_READ`] bytes each) and cancel-safe: dropping one loses nothing.

mod shards;
mod source;

use std::future::Future;
use std::io::SeekFrom;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use dag::Cid;
use library::{ItemId, LocationState, RawPath, RenditionId, RenditionRow};
use store::{SourceId, SourceState};
use tokio::io::{AsyncRead, AsyncSeek, ReadBuf};
use tokio_util::sync::DropGuard;

use crate::blocks::{Blocks, ReadBlock};
use crate::import::fingerprint::Stamp;
use crate::node::{Inner, Node};
use crate::policy::{Blocked, PolicyAction};
use crate::tasks::{Lane, Tasks};
pub(crate) use shards::Shards;
pub(crate) use source::{LOOK_AHEAD, Source};

/// Most bytes one [`MediaStream::read_at`] returns.
pub const MAX_READ: usize = 1 << 20;

/// Why a stream could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenStream {
    /// No such item or rendition.
    #[error("there is no such item")]
    UnknownItem,
    /// The file is gone from where it was.
    #[error("the file is not where it was; find it again to go on")]
    Missing,
    /// The disk it is on is not connected.
    #[error("the disk with this file is not connected")]
    Offline,
    /// The file holds other bytes now.
    #[error("the file was changed since it was added")]
    Changed,
    /// A list blocks it.
    #[error(transparent)]
    Blocked(Box<Blocked>),
    /// The library or the store could not be read.
    #[error("could not open the file")]
    OpenSource(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Why reading stopped. The stream is over then.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadMedia {
    /// The file changed while it was read.
    #[error("the file was changed while it was read")]
    Changed,
    /// A block is not here.
    #[error("the block {0} is not on this machine")]
    MissingBlock(Cid),
    /// Nobody was found who has a block that is not here.
    #[error("nobody who has the block {0} was found")]
    NobodyHas(Cid),
    /// A list blocks it.
    #[error(transparent)]
    Blocked(Box<Blocked>),
    /// A block does not fit the file it is part of.
    #[error("the file's blocks are damaged")]
    DamagedDag(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It is in shards, and too many of them are neither here nor to be had.
    #[error("{lost} of the file's shards cannot be had, and it survives the loss of {spare}")]
    LostShards {
        /// How many cannot.
        lost: usize,
        /// How many may be lost.
        spare: usize,
        /// Why the first cannot.
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// The disk could not read it.
    #[error("the disk could not read the file")]
    ReadSource(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Whoever has it did not answer in time.
    #[error("nobody who has this file can be reached now")]
    Unreachable,
    /// It is somebody else's, who took it back.
    #[error("the share was taken back by who made it")]
    TakenBack,
    /// It is somebody else's, and its time is over.
    #[error("the share has expired")]
    Expired,
    /// The node is shutting down.
    #[error("Tributary is shutting down")]
    ShuttingDown,
}

impl From<ReadBlock> for ReadMedia {
    fn from(error: ReadBlock) -> Self {
        match error {
            ReadBlock::Missing(cid) => Self::MissingBlock(cid),
            ReadBlock::NobodyHas(cid) => Self::NobodyHas(cid),
            ReadBlock::Blocked(blocked) => Self::Blocked(blocked),
            ReadBlock::Store(store::GetBlock::SourceChanged(_)) => Self::Changed,
            ReadBlock::Store(error) => Self::ReadSource(Box::new(error)),
            ReadBlock::Ended => Self::ShuttingDown,
        }
    }
}

type Reading = Pin<Box<dyn Future<Output = Result<Bytes, ReadMedia>> + Send>>;

/// One file's bytes. Cheap to clone; clones have their own position.
pub struct MediaStream {
    cid: Cid,
    size: u64,
    mime: String,
    name: String,
    source: Arc<Source>,
    /// Ends what the source fetches when the last clone goes.
    guard: Arc<Option<DropGuard>>,
    tasks: Tasks,
    position: u64,
    /// What was read and not handed out yet; it ends at the read-ahead's offset.
    buffer: Bytes,
    /// The read under way. The lock is never taken: it makes the stream `Sync`, so that
    /// reads through a shared reference are `Send`.
    reading: Mutex<Option<Reading>>,
}

impl std::fmt::Debug for MediaStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MediaStream")
            .field("cid", &self.cid)
            .field("size", &self.size)
            .field("mime", &self.mime)
            .field("position", &self.position)
            .finish_non_exhaustive()
    }
}

impl Clone for MediaStream {
    fn clone(&self) -> Self {
        Self {
            cid: self.cid,
            size: self.size,
            mime: self.mime.clone(),
            name: self.name.clone(),
            source: Arc::clone(&self.source),
            guard: Arc::clone(&self.guard),
            tasks: self.tasks.clone(),
            position: self.position,
            buffer: Bytes::new(),
            reading: Mutex::new(None),
        }
    }
}

impl MediaStream {
    pub(crate) fn new(
        tasks: &Tasks,
        source: Source,
        cid: Cid,
        size: u64,
        mime: String,
        name: String,
    ) -> Self {
        Self {
            cid,
            size,
            mime,
            name,
            guard: Arc::new(source.guard()),
            source: Arc::new(source),
            tasks: tasks.clone(),
            position: 0,
            buffer: Bytes::new(),
            reading: Mutex::new(None),
        }
    }

    /// The same bytes under another type and name.
    pub(crate) fn shown_as(self, mime: String, name: String) -> Self {
        Self { mime, name, ..self }
    }

    /// Bytes in all.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Type by content, as `video/mp4`.
    #[must_use]
    pub fn mime(&self) -> &str {
        &self.mime
    }

    /// The file's root, which is its ETag.
    #[must_use]
    pub fn cid(&self) -> &Cid {
        &self.cid
    }

    /// File name for display and download; safe characters only.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it comes from somebody else while it is read: then it is read in order, and what
    /// has come is handed on at once.
    #[must_use]
    pub fn is_remote(&self) -> bool {
        matches!(*self.source, Source::Remote(_))
    }

    /// Reads `len` bytes (at most [`MAX_READ`]) at `offset`, fewer at the end or where the rest
    /// would have to be waited for; empty only at or after the end. Cancel-safe.
    pub async fn read_at(&self, offset: u64, len: usize) -> Result<Bytes, ReadMedia> {
        self.begin(offset, len).await
    }

    fn begin(
        &self,
        offset: u64,
        len: usize,
    ) -> impl Future<Output = Result<Bytes, ReadMedia>> + Send + 'static {
        let source = Arc::clone(&self.source);
        let tasks = self.tasks.clone();
        let left = usize::try_from(self.size.saturating_sub(offset)).unwrap_or(usize::MAX);
        let len = len.min(MAX_READ).min(left);
        async move {
            if len == 0 {
                return Ok(Bytes::new());
            }
            if tasks.is_stopping() {
                return Err(ReadMedia::ShuttingDown);
            }
            if let Source::Remote(file) = &*source {
                return file.read_at(offset, len).await;
            }
            tasks
                .blocking(source.lane(), move || source.read_at(offset, len))
                .await
        }
    }
}

impl AsyncRead for MediaStream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let this = self.get_mut();
        if this.buffer.is_empty() {
            if this.position >= this.size || buf.remaining() == 0 {
                return Poll::Ready(Ok(()));
            }
            let under_way = this
                .reading
                .get_mut()
                .unwrap_or_else(PoisonError::into_inner);
            let mut reading = match under_way.take() {
                Some(reading) => reading,
                None => Box::pin(this.begin(this.position, MAX_READ)),
            };
            match reading.as_mut().poll(cx) {
                Poll::Pending => {
                    this.reading = Mutex::new(Some(reading));
                    return Poll::Pending;
                }
                Poll::Ready(Ok(bytes)) if bytes.is_empty() => {
                    return Poll::Ready(Err(std::io::ErrorKind::UnexpectedEof.into()));
                }
                Poll::Ready(Ok(bytes)) => this.buffer = bytes,
                Poll::Ready(Err(error)) => {
                    return Poll::Ready(Err(std::io::Error::other(error)));
                }
            }
        }
        let part = this.buffer.split_to(this.buffer.len().min(buf.remaining()));
        buf.put_slice(&part);
        this.position += part.len() as u64;
        Poll::Ready(Ok(()))
    }
}

impl AsyncSeek for MediaStream {
    fn start_seek(self: Pin<&mut Self>, position: SeekFrom) -> std::io::Result<()> {
        let this = self.get_mut();
        let target = match position {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::End(offset) => this.size.checked_add_signed(offset),
            SeekFrom::Current(offset) => this.position.checked_add_signed(offset),
        };
        let target = target.ok_or(std::io::ErrorKind::InvalidInput)?;
        if target != this.position {
            // What was on its way is for another place.
            this.buffer = Bytes::new();
            this.reading = Mutex::new(None);
            this.position = target;
        }
        Ok(())
    }

    fn poll_complete(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<std::io::Result<u64>> {
        Poll::Ready(Ok(self.position))
    }
}

impl Node {
    /// Opens an item's file: its original, or the rendition given.
    pub async fn open_stream(
        &self,
        item: ItemId,
        rendition: Option<RenditionId>,
    ) -> Result<MediaStream, OpenStream> {
        let inner = Arc::clone(&self.inner);
        self.inner
            .tasks
            .blocking(Lane::Read, move || inner.open_rendition(item, rendition))
            .await
    }
}

impl Inner {
    fn open_rendition(
        self: &Arc<Self>,
        item: ItemId,
        rendition: Option<RenditionId>,
    ) -> Result<MediaStream, OpenStream> {
        let failed = |error| OpenStream::OpenSource(Box::new(error) as _);
        let view = self.library.reader().map_err(failed)?;
        let assets = view.assets(item).map_err(failed)?;
        let mut rows = assets.iter().flat_map(|asset| &asset.renditions);
        let row = match rendition {
            Some(id) => rows.find(|row| row.id == id),
            None => rows.next(),
        };
        let row = row.ok_or(OpenStream::UnknownItem)?;
        self.policy
            .check(&row.root, PolicyAction::Stream)
            .map_err(OpenStream::Blocked)?;
        let source = self.source_of(item, row)?;
        let name = row.locations.first().map_or_else(String::new, |location| {
            crate::import::shown_file_name(&crate::jobs::path_of(&location.path))
        });
        Ok(MediaStream::new(
            &self.tasks,
            source,
            row.root,
            row.size,
            row.mime.clone(),
            name,
        ))
    }

    /// The best source of a rendition: a referenced file that is as recorded, else the
    /// store. Says why not, and notes it in the library, when there is none.
    pub(crate) fn source_of(
        self: &Arc<Self>,
        item: ItemId,
        row: &RenditionRow,
    ) -> Result<Source, OpenStream> {
        let mut reason = None;
        let mut copied = row.locations.is_empty();
        for location in &row.locations {
            let Some(id) = location.source else {
                copied = true;
                continue;
            };
            let id = SourceId(id);
            if let Some(source) = Source::open_unchanged(&self.store, id) {
                self.note_state(item, &location.path, location.state, LocationState::Ok);
                return Ok(source);
            }
            match self.mend_source(item, id, &location.path, location.state) {
                Ok(source) => return Ok(source),
                Err(state) => reason = Some(state),
            }
        }
        if copied || reason.is_none() {
            let is_offline = self.store.is_offline(&row.root).unwrap_or(false);
            if self.note_copies(item, row, is_offline) {
                // A folder went or came back: so did everything else in it.
                crate::moved::start(self);
            }
            if is_offline {
                return Err(OpenStream::Offline);
            }
            return Ok(Source::dag(Blocks::own(&self.store), row.root));
        }
        Err(match reason {
            Some(LocationState::Changed) => OpenStream::Changed,
            Some(LocationState::Offline) => OpenStream::Offline,
            _ => OpenStream::Missing,
        })
    }

    /// A referenced file that is not exactly as recorded: touched, moved, changed, gone.
    fn mend_source(
        self: &Arc<Self>,
        item: ItemId,
        id: SourceId,
        path: &RawPath,
        known: LocationState,
    ) -> Result<Source, LocationState> {
        let state = match self.store.check_source(id) {
            Ok(SourceState::Unchanged) => LocationState::Ok,
            Ok(SourceState::Touched) => {
                // Same size, other times: every block read is verified, so the store can
                // serve it until its content was confirmed in the background. What was
                // found changed stays so until it was confirmed to be itself again.
                crate::moved::confirm_later(self, item, id, path, known);
                match known {
                    LocationState::Changed => LocationState::Changed,
                    _ => LocationState::Ok,
                }
            }
            Ok(SourceState::Changed) => LocationState::Changed,
            Ok(SourceState::Missing) => match crate::moved::find_again(self, item, id, path) {
                Some(source) => return Ok(source),
                None => LocationState::Missing,
            },
            Ok(SourceState::Offline) => LocationState::Offline,
            Err(_) => LocationState::Missing,
        };
        self.note_state(item, path, known, state);
        if state == LocationState::Ok {
            let view = self.library.reader().map_err(|_| LocationState::Missing)?;
            let assets = view.assets(item).map_err(|_| LocationState::Missing)?;
            let root = assets
                .iter()
                .flat_map(|asset| &asset.renditions)
                .find(|row| {
                    row.locations
                        .iter()
                        .any(|location| location.source == Some(id.0))
                })
                .map(|row| row.root)
                .ok_or(LocationState::Missing)?;
            return Ok(Source::dag(Blocks::own(&self.store), root));
        }
        Err(state)
    }

    /// Notes whether the disk with our own copy is there; true when that is news.
    pub(crate) fn note_copies(&self, item: ItemId, row: &RenditionRow, is_offline: bool) -> bool {
        let state = if is_offline {
            LocationState::Offline
        } else {
            LocationState::Ok
        };
        let copies = row.locations.iter().filter(|at| at.source.is_none());
        let mut is_news = false;
        for copy in copies.filter(|at| at.state != state) {
            self.note_state(item, &copy.path, copy.state, state);
            is_news = true;
        }
        is_news
    }

    /// Writes a changed state down and tells listeners.
    pub(crate) fn note_state(
        &self,
        item: ItemId,
        path: &RawPath,
        known: LocationState,
        state: LocationState,
    ) {
        if known == state {
            return;
        }
        match self
            .library
            .write(|tx| tx.set_location_state(item, path, state))
        {
            Ok(()) => self.events.items_changed(&[item]),
            Err(error) => tracing::warn!(%error, "the state of a file could not be noted"),
        }
    }
}

/// The stamp that the library kept of a path.
pub(crate) fn stamp_of(stamp: &library::FileStamp) -> Stamp {
    Stamp {
        dev: stamp.dev,
        ino: stamp.ino,
        size: stamp.size,
        mtime_ns: i128::from(stamp.mtime_ns),
        ctime_ns: i128::from(stamp.ctime_ns),
    }
}
