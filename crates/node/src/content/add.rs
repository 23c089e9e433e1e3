//! Adding by hand: files, folders and streams, with the layout the caller asks for.

use std::fs::File;
use std::path::Path;

use dag::directory::{DirectoryBuilder, Sharding};
use dag::{Block, Chunker, Cid, FileRoot, FileShape, Leaf, Tree};
use store::{Batch, PinKind, PutBlock, SourceId};

use super::pieces::Pieces;
use super::{
    AddOptions, AddedFile, Adder, PieceReader, WriteContent, btfs, commit_failed, put_failed,
};
use crate::import::fingerprint::Stamp;
use crate::import::large::{BlockSink, HashFile, hash_file};
use crate::jobs::Control;
use crate::node::Inner;

/// Folders nested deeper than this are refused.
const MAX_DEPTH: usize = 64;

/// The shape of files, when it is usable.
fn shape(options: &AddOptions) -> Result<FileShape, WriteContent> {
    let shape = options.shape();
    let bad = |why: &str| Err(WriteContent::BadOptions(why.to_owned()));
    match options.chunker {
        _ if options.only_hash && options.reference => {
            bad("a file of which only the address is wanted is not kept in place")
        }
        Chunker::Size(0) => bad("the chunk size is 1 to 1048576 bytes"),
        Chunker::Size(size) if size > dag::MAX_CHUNK_SIZE => {
            bad("the chunk size is 1 to 1048576 bytes")
        }
        Chunker::Size(_) if shape.tree == Tree::Balanced => Ok(shape),
        _ if options.reference => {
            bad("files are kept in place with chunks of one size in a balanced tree only")
        }
        _ => Ok(shape),
    }
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
    let shape = shape(options)?;
    if options.has_meta() {
        return with_meta(inner, path, options).map(|file| vec![file]);
    }
    let mut batch = inner.store.batch();
    let mut added = Vec::new();
    let name = name_of(path);
    let mut adding = Adding {
        inner,
        options,
        shape,
        batch: &mut batch,
        added: &mut added,
    };
    let (cid, _) = adding.entry(path, &name, 0)?;
    if !options.only_hash {
        finish(batch, cid, options)?;
    }
    Ok(added)
}

fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}

/// Adds one file in shards, or encrypted.
fn with_meta(inner: &Inner, path: &Path, options: &AddOptions) -> Result<AddedFile, WriteContent> {
    let failed = |source| WriteContent::ReadFile {
        path: path.to_owned(),
        source,
    };
    options.check_meta()?;
    let file = File::open(path).map_err(failed)?;
    let before = Stamp::of_file(&file).map_err(failed)?;
    if !file.metadata().map_err(failed)?.is_file() {
        return Err(WriteContent::BadOptions(format!(
            "{path:?} is not a file, and only single files are cut into shards or encrypted"
        )));
    }
    let mut adder = Adder::new(inner, options.shape(), options.only_hash);
    let root = match options.shards {
        // It can be read at every offset where it is.
        Some(counts) if options.encrypt.is_none() => {
            btfs::sharded(&mut adder, &file, before.size, counts, "{}")
        }
        _ => btfs::add(inner, &mut adder, &file, options),
    };
    let root = root.map_err(|error| match error {
        WriteContent::ReadStream(source) => failed(source),
        error => error,
    })?;
    if Stamp::of_file(&file).map_err(failed)? != before {
        return Err(WriteContent::ChangedWhileReading(path.to_owned()));
    }
    if options.pin {
        adder.pin(&root.cid, PinKind::BytesRequired, &options.name);
    }
    adder.commit()?;
    Ok(AddedFile {
        name: name_of(path),
        cid: root.cid,
        size: root.size,
    })
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
    shape: FileShape,
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
            let version = self.shape.layout.cid_version;
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
        let mut failed = None;
        let entry = builder
            .build(
                self.shape.layout.cid_version,
                Sharding::Auto,
                &mut |shard| {
                    if failed.is_none() {
                        failed = self.batch.put(&shard).err();
                    }
                },
            )
            .map_err(|error| WriteContent::BadOptions(error.to_string()))?;
        if let Some(error) = failed {
            return Err(put_failed(error));
        }
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
        let parallel =
            matches!(self.shape.chunker, Chunker::Size(_)) && self.shape.tree == Tree::Balanced;
        if !parallel {
            let root = self.slowly(&file)?;
            return match Stamp::of_file(&file).map_err(failed)? == before {
                true => Ok(root),
                false => Err(WriteContent::ChangedWhileReading(path.to_owned())),
            };
        }
        let control = Control::new();
        let mut put = Put {
            batch: self.batch,
            source,
        };
        let threads = self.inner.import_threads;
        let root = hash_file(
            &file,
            before.size,
            self.shape.layout,
            threads,
            &control,
            &mut put,
        )
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

impl Adding<'_> {
    /// A file whose chunks or tree allow one thread only.
    fn slowly(&mut self, file: &File) -> Result<FileRoot, WriteContent> {
        let mut failed = None;
        let (inner, batch) = (self.inner, &mut *self.batch);
        let added = self.shape.add(file, |block| {
            let put = match inner.tasks.is_stopping() {
                true => Err(WriteContent::ShuttingDown),
                false => batch.put(&block).map_err(put_failed),
            };
            put.map_err(|error| {
                failed = Some(error);
                std::io::ErrorKind::Other.into()
            })
        });
        added.map_err(|error| failed.unwrap_or(WriteContent::ReadStream(error)))
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
    let mut adder = Adder::new(inner, options.shape(), options.only_hash);
    let root = btfs::add(inner, &mut adder, PieceReader::new(pieces), options)?;
    if options.pin {
        adder.pin(&root.cid, PinKind::BytesRequired, &options.name);
    }
    adder.commit()?;
    Ok(AddedFile {
        name: options.name.clone(),
        cid: root.cid,
        size: root.size,
    })
}
