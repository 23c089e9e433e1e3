//! Adding by hand: files, folders and streams, with the layout the caller asks for.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use dag::directory::DirectoryBuilder;
use dag::{Balancer, Block, Cid, CidVersion, FileLayout, FileRoot, Leaf};
use store::{Batch, PinKind, PutBlock, SourceId};

use super::{AddOptions, AddedFile, Pieces, WriteContent, commit_failed, put_failed};
use crate::import::fingerprint::Stamp;
use crate::import::large::{BlockSink, HashFile, hash_file};
use crate::jobs::Control;
use crate::node::Inner;

/// Folders nested deeper than this are refused.
const MAX_DEPTH: usize = 64;

fn layout(options: &AddOptions) -> Result<FileLayout, WriteContent> {
    if options.chunk_size == 0 || options.chunk_size > dag::MAX_CHUNK_SIZE {
        return Err(WriteContent::BadOptions(format!(
            "the chunk size is 1 to {} bytes",
            dag::MAX_CHUNK_SIZE
        )));
    }
    Ok(FileLayout {
        cid_version: options.cid_version,
        raw_leaves: options
            .raw_leaves
            .unwrap_or(options.cid_version == CidVersion::V1),
        chunk_size: options.chunk_size,
        ..FileLayout::default()
    })
}

struct Put<'a> {
    batch: &'a mut Batch,
    source: Option<SourceId>,
}

impl BlockSink for Put<'_> {
    type Error = PutBlock;

    fn leaf(&mut self, leaf: &Leaf, offset: u64, chunk: &[u8]) -> Result<(), PutBlock> {
        let (prefix, suffix) = (leaf.prefix.clone(), leaf.suffix.clone());
        match self.source {
            Some(source) => {
                let len = leaf.payload_len;
                self.batch
                    .put_reference(&leaf.cid, source, offset, len, prefix, suffix)
            }
            None => self.batch.put_parts(&leaf.cid, &[&prefix, chunk, &suffix]),
        }
    }

    fn node(&mut self, block: Block) -> Result<(), PutBlock> {
        self.batch.put(&block)
    }
}

/// Adds a file or folder; everything becomes durable in one batch.
pub(super) fn add_path(
    inner: &Inner,
    path: &Path,
    options: &AddOptions,
) -> Result<Vec<AddedFile>, WriteContent> {
    let layout = layout(options)?;
    let mut batch = inner.store.batch();
    let mut added = Vec::new();
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let name = name.unwrap_or_else(|| path.to_string_lossy().into_owned());
    let mut adding = Adding {
        inner,
        options,
        layout,
        batch: &mut batch,
        added: &mut added,
    };
    let (cid, _) = adding.entry(path, &name, 0)?;
    finish(batch, cid, options)?;
    Ok(added)
}

fn finish(batch: Batch, cid: Cid, options: &AddOptions) -> Result<(), WriteContent> {
    if options.pin {
        let kind = if options.reference {
            PinKind::ReferenceOk
        } else {
            PinKind::BytesRequired
        };
        batch.pin(&cid, kind, &options.name);
    }
    batch.commit().map_err(commit_failed)
}

struct Adding<'a> {
    inner: &'a Inner,
    options: &'a AddOptions,
    layout: FileLayout,
    batch: &'a mut Batch,
    added: &'a mut Vec<AddedFile>,
}

impl Adding<'_> {
    /// Adds one entry; returns its CID and cumulative size.
    fn entry(&mut self, path: &Path, name: &str, depth: usize) -> Result<(Cid, u64), WriteContent> {
        let failed = |source| WriteContent::ReadFile {
            path: path.to_owned(),
            source,
        };
        if self.inner.tasks.is_stopping() {
            return Err(WriteContent::ShuttingDown);
        }
        // What was given is followed when it is a link; links inside are kept as links.
        let metadata = if depth == 0 {
            std::fs::metadata(path).map_err(failed)?
        } else {
            std::fs::symlink_metadata(path).map_err(failed)?
        };
        if metadata.is_symlink() {
            let target = std::fs::read_link(path).map_err(failed)?;
            let version = self.layout.cid_version;
            let entry = dag::directory::symlink(version, &target.to_string_lossy());
            self.batch.put(&entry.block).map_err(put_failed)?;
            return Ok((entry.block.cid, entry.cumulative_size));
        }
        if metadata.is_dir() {
            return self.folder(path, name, depth);
        }
        if !metadata.is_file() {
            return Err(WriteContent::BadOptions(format!(
                "{path:?} is not a file or folder"
            )));
        }
        let root = self.file(path)?;
        self.added.push(AddedFile {
            name: name.to_owned(),
            cid: root.cid,
            size: root.size,
        });
        Ok((root.cid, root.cumulative_size))
    }

    fn folder(
        &mut self,
        path: &Path,
        name: &str,
        depth: usize,
    ) -> Result<(Cid, u64), WriteContent> {
        let failed = |source| WriteContent::ReadFile {
            path: path.to_owned(),
            source,
        };
        if depth >= MAX_DEPTH {
            return Err(WriteContent::BadOptions(format!(
                "folders are nested too deeply in {path:?}"
            )));
        }
        let mut names = Vec::new();
        for entry in std::fs::read_dir(path).map_err(failed)? {
            names.push(entry.map_err(failed)?.file_name());
        }
        names.sort();
        let mut builder = DirectoryBuilder::new();
        let before = self.added.len();
        for inner_name in names {
            // Hidden files stay out, as `btfs add -r` has it.
            if inner_name.as_encoded_bytes().first() == Some(&b'.') {
                continue;
            }
            let shown = inner_name.to_string_lossy().into_owned();
            let (cid, size) = self.entry(
                &path.join(&inner_name),
                &format!("{name}/{shown}"),
                depth + 1,
            )?;
            builder
                .add(&shown, cid, size)
                .map_err(|error| WriteContent::BadOptions(format!("{shown:?}: {error}")))?;
        }
        let size = self.added.iter().skip(before).map(|file| file.size).sum();
        let entry = builder
            .finish(self.layout.cid_version)
            .map_err(|error| WriteContent::BadOptions(error.to_string()))?;
        self.batch.put(&entry.block).map_err(put_failed)?;
        let cid = entry.block.cid;
        self.added.push(AddedFile {
            name: name.to_owned(),
            cid,
            size,
        });
        Ok((cid, entry.cumulative_size))
    }

    fn file(&mut self, path: &Path) -> Result<FileRoot, WriteContent> {
        let failed = |source| WriteContent::ReadFile {
            path: path.to_owned(),
            source,
        };
        let file = File::open(path).map_err(failed)?;
        let before = Stamp::of_file(&file).map_err(failed)?;
        let source = if self.options.reference {
            let absolute = std::fs::canonicalize(path).map_err(failed)?;
            let source = self.inner.store.add_source(before.source_file(&absolute));
            Some(source.map_err(|error| WriteContent::WriteStore(Box::new(error)))?)
        } else {
            None
        };
        let control = Control::new();
        let mut put = Put {
            batch: self.batch,
            source,
        };
        let threads = self.inner.import_threads;
        let root = hash_file(&file, before.size, self.layout, threads, &control, &mut put)
            .map_err(|error| match error {
                HashFile::Read(source) => failed(source),
                HashFile::SizeChanged => WriteContent::ChangedWhileReading(path.to_owned()),
                HashFile::Stopped(_) => WriteContent::ShuttingDown,
                HashFile::Sink(error) => put_failed(error),
            })?;
        if Stamp::of_file(&file).map_err(failed)? != before {
            return Err(WriteContent::ChangedWhileReading(path.to_owned()));
        }
        Ok(root)
    }
}

/// Adds what a stream gives.
pub(super) fn add_pieces(
    inner: &Inner,
    pieces: Pieces,
    options: &AddOptions,
) -> Result<AddedFile, WriteContent> {
    if options.reference {
        return Err(WriteContent::BadOptions(
            "a stream cannot be kept in place".to_owned(),
        ));
    }
    let layout = layout(options)?;
    let mut batch = inner.store.batch();
    let mut put = Put {
        batch: &mut batch,
        source: None,
    };
    let mut reader = PieceReader {
        pieces,
        current: bytes::Bytes::new(),
    };
    let mut balancer = Balancer::new(layout);
    let mut chunk = Vec::with_capacity(layout.chunk_len());
    let mut offset = 0;
    let mut failed = None;
    loop {
        chunk.clear();
        let limit = layout.chunk_len() as u64;
        let read = Read::by_ref(&mut reader)
            .take(limit)
            .read_to_end(&mut chunk);
        if read.map_err(WriteContent::ReadStream)? == 0 {
            break;
        }
        if inner.tasks.is_stopping() {
            return Err(WriteContent::ShuttingDown);
        }
        let leaf = layout.leaf(&chunk);
        put.leaf(&leaf, offset, &chunk).map_err(put_failed)?;
        offset += chunk.len() as u64;
        balancer.push(leaf.link(), &mut |block| keep(&mut put, block, &mut failed));
    }
    let root = balancer.finish(&mut |block| keep(&mut put, block, &mut failed));
    if let Some(error) = failed {
        return Err(put_failed(error));
    }
    finish(batch, root.cid, options)?;
    Ok(AddedFile {
        name: options.name.clone(),
        cid: root.cid,
        size: root.size,
    })
}

/// Puts a node, keeping the first error for later.
fn keep(put: &mut Put<'_>, block: Block, failed: &mut Option<PutBlock>) {
    if failed.is_none() {
        *failed = put.node(block).err();
    }
}

struct PieceReader {
    pieces: Pieces,
    current: bytes::Bytes,
}

impl Read for PieceReader {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.current.is_empty() {
            match self.pieces.next() {
                None => return Ok(0),
                Some(piece) => self.current = piece?,
            }
        }
        let part = self.current.split_to(self.current.len().min(buffer.len()));
        buffer
            .get_mut(..part.len())
            .unwrap_or_default()
            .copy_from_slice(&part);
        Ok(part.len())
    }
}
