//! Content by address: add, read, list, pin, and CAR in and out.
//!
//! What the command line, the RPC and the gateway use. What is public and not here is fetched from
//! peers (`fetch`) where a network runs; what cannot be had is [`ReadContent::MissingBlock`].

mod add;
mod adder;
mod btfs;
pub(crate) mod car;
mod decrypt;
mod error;
mod fetch;
mod folder;
mod found;
mod meta;
mod pieces;
mod reach;
pub(crate) mod read;
mod refs;
mod tree;
pub(crate) mod walk;

pub(crate) use adder::Adder;
pub use btfs::{ParseCut, ParseRecipient, Recipient};
pub use car::{ByteRange, CarScope};
pub use decrypt::{DecryptContent, Decrypted};
pub use error::{ReadContent, WriteContent};
pub(crate) use found::Ended;
pub use found::Found;
pub(crate) use pieces::{PieceReader, take};
pub use reach::Reader;
pub use refs::{Depth, Ref};
pub use tree::{AddPart, AddTree, Added};
pub use walk::TreePart;

use std::path::PathBuf;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use dag::reed_solomon::ShardCounts;
use dag::{Chunker, Cid, CidVersion, FileLayout, FileShape, Tree};
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::events::Event;
use crate::node::Node;
use crate::policy::PolicyAction;
use crate::stream::MediaStream;
use crate::tasks::Lane;
use pieces::Pieces;

/// A root and the names below it: `/btfs/CID/a/b`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentPath {
    /// Where it starts.
    pub root: Cid,
    /// Names, outermost first.
    pub segments: Vec<String>,
}

/// What stands at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ContentKind {
    /// Bytes.
    File,
    /// Names.
    Directory,
    /// A link to another path.
    Symlink,
    /// A block that is not UnixFS.
    Other,
}

/// One name in a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirEntry {
    /// Its name.
    pub name: String,
    /// Its root.
    pub cid: Cid,
    /// Bytes of the file, or of the whole DAG when its block is not here.
    pub size: u64,
    /// What it is; `None` when its block is not here.
    pub kind: Option<ContentKind>,
}

/// What a path leads to.
#[derive(Debug)]
#[non_exhaustive]
pub enum Opened {
    /// A file, ready to read.
    File(Box<MediaStream>),
    /// A directory.
    Directory {
        /// Its root.
        cid: Cid,
        /// Its names, sorted as stored.
        entries: Vec<DirEntry>,
    },
    /// A symlink.
    Symlink {
        /// Its root.
        cid: Cid,
        /// Where it points, as stored.
        target: String,
    },
}

impl Opened {
    /// The CID of what was opened.
    #[must_use]
    pub fn cid(&self) -> Cid {
        match self {
            Self::File(stream) => *stream.cid(),
            Self::Directory { cid, .. } | Self::Symlink { cid, .. } => *cid,
        }
    }
}

/// How to add a file by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddOptions {
    /// Name for the pin.
    pub name: String,
    /// Keep it: without a pin, gc may free it.
    pub pin: bool,
    /// CIDv0 is what BTFS uses.
    pub cid_version: CidVersion,
    /// Leaves as raw blocks; implied by CIDv1 unless set.
    pub raw_leaves: Option<bool>,
    /// Where files are cut.
    pub chunker: Chunker,
    /// Cut files into shards of which some may be lost; each shard is cut by `chunker`.
    pub shards: Option<ShardCounts>,
    /// Encrypt files for the holder of this key, as BTFS does.
    pub encrypt: Option<Recipient>,
    /// How their leaves are linked.
    pub tree: Tree,
    /// Only addresses are wanted: nothing is stored.
    pub only_hash: bool,
    /// Keep the file in place and store only the wrappers.
    pub reference: bool,
}

impl Default for AddOptions {
    fn default() -> Self {
        Self {
            name: String::new(),
            pin: true,
            cid_version: CidVersion::V0,
            raw_leaves: None,
            chunker: Chunker::default(),
            shards: None,
            encrypt: None,
            tree: Tree::default(),
            only_hash: false,
            reference: false,
        }
    }
}

impl AddOptions {
    /// Everything that decides a file's address.
    pub(crate) fn shape(&self) -> FileShape {
        let layout = FileLayout {
            cid_version: self.cid_version,
            raw_leaves: self
                .raw_leaves
                .unwrap_or(self.cid_version == CidVersion::V1),
            ..FileLayout::default()
        };
        let layout = match self.chunker {
            Chunker::Size(chunk_size) => FileLayout {
                chunk_size,
                ..layout
            },
            _ => layout,
        };
        FileShape {
            layout,
            chunker: self.chunker,
            tree: self.tree,
        }
    }
}

/// What was added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddedFile {
    /// Name, relative to what was given.
    pub name: String,
    /// Root.
    pub cid: Cid,
    /// Bytes of the file; for a directory of everything below.
    pub size: u64,
}

/// What a CAR brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedCar {
    /// Its roots; pinned when all their blocks are here.
    pub roots: Vec<Cid>,
    /// Blocks written.
    pub blocks: u64,
    /// Bytes of these blocks.
    pub bytes: u64,
}

/// A CAR as it is made, in pieces of at most a few MiB.
#[derive(Debug)]
pub struct CarStream {
    receiver: tokio::sync::mpsc::Receiver<Result<Bytes, ReadContent>>,
}

impl CarStream {
    /// The next piece; `None` at the end. After an error nothing follows. Cancel-safe.
    pub async fn next(&mut self) -> Option<Result<Bytes, ReadContent>> {
        self.receiver.recv().await
    }
}

impl ContentPath {
    /// Reads `/btfs/CID/a/b`, `/ipfs/CID/a/b`, or the same without the first part.
    pub fn parse(path: &str) -> Result<Self, ReadContent> {
        let bad = || ReadContent::BadPath(path.to_owned());
        let rest = path.strip_prefix('/').unwrap_or(path);
        let rest = rest
            .strip_prefix("btfs/")
            .or_else(|| rest.strip_prefix("ipfs/"))
            .unwrap_or(rest);
        let mut parts = rest.split('/').filter(|part| !part.is_empty());
        let root = parts
            .next()
            .and_then(|cid| dag::parse_cid(cid).ok())
            .ok_or_else(bad)?;
        Ok(Self {
            root,
            segments: parts.map(str::to_owned).collect(),
        })
    }
}

impl From<Cid> for ContentPath {
    fn from(root: Cid) -> Self {
        Self {
            root,
            segments: Vec::new(),
        }
    }
}

impl Node {
    /// Adds a file or folder of this machine, folders recursively; the last one is the
    /// root of what was given.
    pub async fn add_path(
        &self,
        path: PathBuf,
        options: AddOptions,
    ) -> Result<Vec<AddedFile>, WriteContent> {
        let inner = Arc::clone(&self.inner);
        let work = move || add::add_path(&inner, &path, &options);
        let added = self.inner.tasks.blocking(Lane::Work, work).await?;
        self.inner.events.send(Event::StorageChanged);
        Ok(added)
    }

    /// This node, as somebody to encrypt for.
    #[must_use]
    pub fn as_recipient(&self) -> Recipient {
        Recipient::of(&self.inner.identity())
    }

    /// Adds what `source` gives.
    pub async fn add_stream<R>(
        &self,
        source: R,
        options: AddOptions,
    ) -> Result<AddedFile, WriteContent>
    where
        R: AsyncRead + Send + Unpin + 'static,
    {
        let inner = Arc::clone(&self.inner);
        let work = move |pieces| add::add_pieces(&inner, pieces, &options);
        let added = self.feed(source, work).await?;
        self.inner.events.send(Event::StorageChanged);
        Ok(added)
    }

    /// Opens what `path` leads to. What is not here is fetched while it is read, when a network runs.
    pub async fn open_content(&self, path: &ContentPath) -> Result<Opened, ReadContent> {
        self.open_content_for(path, Reader::Owner).await
    }

    /// As [`Node::open_content`], for somebody.
    pub async fn open_content_for(
        &self,
        path: &ContentPath,
        reader: Reader,
    ) -> Result<Opened, ReadContent> {
        self.check_content(path, PolicyAction::Stream)
            .map_err(ReadContent::Blocked)?;
        let at = path.clone();
        self.reading(path.root, reader, Lane::Read, move |inner, blocks| {
            read::open(inner, blocks, &at)
        })
        .await
    }

    /// Resolves a path to the CID it leads to.
    pub async fn resolve(&self, path: &ContentPath) -> Result<Cid, ReadContent> {
        self.resolve_for(path, Reader::Owner).await
    }

    /// As [`Node::resolve`], for somebody.
    pub async fn resolve_for(
        &self,
        path: &ContentPath,
        reader: Reader,
    ) -> Result<Cid, ReadContent> {
        self.check_content(path, PolicyAction::Get)
            .map_err(ReadContent::Blocked)?;
        let at = path.clone();
        self.reading(path.root, reader, Lane::Read, move |_, blocks| {
            read::resolve(blocks, &at)
        })
        .await
    }

    /// One block's own bytes.
    pub async fn block(&self, cid: Cid) -> Result<Bytes, ReadContent> {
        self.block_for(cid, Reader::Owner).await
    }

    /// As [`Node::block`], for somebody.
    pub async fn block_for(&self, cid: Cid, reader: Reader) -> Result<Bytes, ReadContent> {
        self.reading(cid, reader, Lane::Read, move |_, blocks| {
            read::block(blocks, &cid)
        })
        .await
    }

    /// Everything pinned by hand or by the library.
    pub async fn pins(&self) -> Result<Vec<store::Pin>, ReadContent> {
        let store = Arc::clone(&self.inner.store);
        self.inner
            .tasks
            .blocking(Lane::Query, move || store.pins())
            .await
            .map_err(|error| ReadContent::ReadStore(Box::new(error)))
    }

    /// The DAG below `root` as CARv1, depth first, each block once.
    pub async fn dag_export(&self, root: Cid) -> Result<CarStream, ReadContent> {
        self.car(&root.into(), CarScope::All).await
    }

    /// The blocks of a path and, as `scope` says, of what it leads to, as CARv1 whose root
    /// is where the path leads; depth first, each block once.
    pub async fn car(&self, path: &ContentPath, scope: CarScope) -> Result<CarStream, ReadContent> {
        self.car_for(path, scope, Reader::Owner).await
    }

    /// As [`Node::car`], for somebody.
    pub async fn car_for(
        &self,
        path: &ContentPath,
        scope: CarScope,
        reader: Reader,
    ) -> Result<CarStream, ReadContent> {
        // The end first, so that a missing one is an error before the stream.
        let end = self.resolve_for(path, reader).await?;
        self.block_for(end, reader).await?;
        let path = path.clone();
        let (sender, receiver) = tokio::sync::mpsc::channel(CAR_AHEAD);
        let task = Arc::clone(&self.inner);
        let blocks = self.inner.blocks_for(path.root, reader);
        self.inner.tasks.spawn("dag-export", async move {
            let inner = Arc::clone(&task);
            let (guard, listener, lane) = (blocks.guard(), sender.clone(), blocks.lane(Lane::Work));
            let work = task.tasks.blocking(lane, move || {
                car::export(&inner, &blocks, &path, scope, &sender)
            });
            found::while_heard(listener, guard, work).await;
        });
        Ok(CarStream { receiver })
    }

    /// Reads a CARv1, verifies every block, and pins its roots.
    pub async fn dag_import<R>(&self, source: R, pin: bool) -> Result<ImportedCar, WriteContent>
    where
        R: AsyncRead + Send + Unpin + 'static,
    {
        let inner = Arc::clone(&self.inner);
        let imported = self
            .feed(source, move |pieces| car::import(&inner, pieces, pin))
            .await?;
        self.inner.events.send(Event::StorageChanged);
        Ok(imported)
    }

    /// Runs blocking `work` on the pieces of an async stream, a few in flight.
    pub(crate) async fn feed<R, T, F>(&self, mut source: R, work: F) -> Result<T, WriteContent>
    where
        R: AsyncRead + Send + Unpin + 'static,
        T: Send + 'static,
        F: FnOnce(Pieces) -> Result<T, WriteContent> + Send + 'static,
    {
        let (sender, receiver) = tokio::sync::mpsc::channel(PIECES_AHEAD);
        let work = self
            .inner
            .tasks
            .blocking(Lane::Work, move || work(Pieces::new(receiver)));
        let pump = async move {
            loop {
                let mut piece = BytesMut::with_capacity(PIECE);
                let piece = match source.read_buf(&mut piece).await {
                    // An empty piece says that this was all.
                    Ok(_) => Ok(piece.freeze()),
                    Err(error) => Err(error),
                };
                let is_last = piece.as_ref().map_or(true, Bytes::is_empty);
                if sender.send(piece).await.is_err() || is_last {
                    return;
                }
            }
        };
        tokio::pin!(work);
        tokio::select! {
            done = &mut work => done,
            () = pump => work.await,
        }
    }
}

/// Bytes read from a stream at once.
const PIECE: usize = 256 << 10;
/// Pieces in flight.
const PIECES_AHEAD: usize = 16;
/// CAR sections in flight.
const CAR_AHEAD: usize = 16;

pub(crate) fn pin_failed(error: store::PinBlocks) -> WriteContent {
    match error {
        store::PinBlocks::MissingBlock(cid) => WriteContent::MissingBlock(cid),
        store::PinBlocks::CopyBlock(error) => put_failed(error),
        store::PinBlocks::Cancelled => WriteContent::ShuttingDown,
        store::PinBlocks::DecodeBlock(cid) => {
            WriteContent::BadOptions(format!("{cid} is damaged, or of a kind unknown here"))
        }
        error => WriteContent::WriteStore(Box::new(error)),
    }
}

pub(crate) fn put_failed(error: store::PutBlock) -> WriteContent {
    match error {
        store::PutBlock::QuotaExceeded { .. } => WriteContent::QuotaFull,
        store::PutBlock::DiskFull(_) => WriteContent::DiskFull,
        error @ (store::PutBlock::TooLarge(_) | store::PutBlock::UnsupportedAddress(_)) => {
            WriteContent::BadCar(error.to_string())
        }
        error => WriteContent::WriteStore(Box::new(error)),
    }
}

pub(crate) fn commit_failed(error: store::CommitBlocks) -> WriteContent {
    match error {
        store::CommitBlocks::DiskFull => WriteContent::DiskFull,
        store::CommitBlocks::Closed => WriteContent::ShuttingDown,
        error => WriteContent::WriteStore(Box::new(error)),
    }
}
