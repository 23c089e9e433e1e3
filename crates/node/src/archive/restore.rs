//! The restore job: blocks first, the library last, so that items appear with their bytes.

use std::fs::File;
use std::io::Read;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use dag::car::{BlockCheck, CarPart, CarReader};
use dag::{Block, FileLayout, Leaf};
use library::RawPath;
use store::{Batch, PinKind, PutBlock};

use super::{BLOCKS, CONFIG, FORMAT, FileEntry, INDEX, Index, LIBRARY, MEDIA, write_durable};
use crate::events::Event;
use crate::import::large::{BlockSink, HashFile, hash_file};
use crate::import::outcome::{chain, commit_failed, put_failed, write_failed};
use crate::jobs::{FailureCode, JobHandle, Meter, Outcome};
use crate::node::Inner;
use crate::pinning::{PIN_COPIED, PIN_FILES};

/// A batch is committed when it holds this many bytes.
const BATCH_BYTES: u64 = 16 << 20;
/// Largest `export.json`.
const MAX_INDEX: u64 = 1 << 30;

impl Inner {
    /// The body of a restore job.
    pub(crate) fn work_restore(self: &Arc<Self>, handle: &JobHandle, folder: &Path) -> Outcome {
        let mut restore = Restore {
            inner: self,
            handle,
            folder,
            batch: None,
            in_batch: 0,
        };
        match restore.run() {
            Ok(()) => Outcome::Done(None),
            Err(outcome) => outcome,
        }
    }
}

struct Restore<'a> {
    inner: &'a Arc<Inner>,
    handle: &'a JobHandle,
    folder: &'a Path,
    batch: Option<Batch>,
    in_batch: u64,
}

fn broken(error: &dyn std::error::Error) -> Outcome {
    Outcome::Failed(format!(
        "The export cannot be read: {}. The export and this home are unharmed.",
        chain(error)
    ))
}

struct Copy<'a> {
    batch: &'a mut Batch,
    meter: &'a Meter,
}

impl BlockSink for Copy<'_> {
    type Error = PutBlock;

    fn leaf(&mut self, leaf: &Leaf, _offset: u64, chunk: &[u8]) -> Result<(), PutBlock> {
        Meter::add(&self.meter.bytes_done, chunk.len() as u64);
        self.batch
            .put_parts(&leaf.cid, &[&leaf.prefix, chunk, &leaf.suffix])
    }

    fn node(&mut self, block: Block) -> Result<(), PutBlock> {
        self.batch.put(&block)
    }
}

impl Restore<'_> {
    fn run(&mut self) -> Result<(), Outcome> {
        // Until the pins: blocks of a DAG come in several batches.
        let _hold = self.inner.store.hold();
        let mut text = Vec::new();
        File::open(self.folder.join(INDEX))
            .and_then(|file| file.take(MAX_INDEX).read_to_end(&mut text))
            .map_err(|error| broken(&error))?;
        let index: Index = serde_json::from_slice(&text).map_err(|error| broken(&error))?;
        if index.format > FORMAT {
            return Err(Outcome::Failed(
                "The export was written by a newer version of Tributary. Install that version."
                    .to_owned(),
            ));
        }
        for entry in &index.files {
            Meter::add(&self.handle.meter.files_total, 1);
            Meter::add(&self.handle.meter.bytes_total, entry.size);
        }
        for entry in &index.files {
            self.handle.control.checkpoint()?;
            self.file(entry)?;
        }
        self.commit()?;
        self.blocks(&index)?;
        self.config()?;
        let mut file = File::open(self.folder.join(LIBRARY)).map_err(|error| broken(&error))?;
        self.inner
            .library
            .import_json(&mut file)
            .map_err(|error| match error {
                library::ImportLibrary::Write(error) => write_failed(&error),
                error => broken(&error),
            })?;
        self.inner.touch_index();
        let waiting = self.inner.unprobed_count();
        self.inner.previews.more(waiting);
        // More than a list of ids could say: listeners read everything again.
        self.inner.events.send(Event::Lagged);
        Ok(())
    }

    /// Takes one original in; it must have the root that the index says.
    fn file(&mut self, entry: &FileEntry) -> Result<(), Outcome> {
        let Some(path) = self.inside(&entry.file) else {
            return self.failure(
                entry,
                FailureCode::ContentMismatch,
                "the path leads outside",
            );
        };
        self.handle.meter.at(&path);
        let opened = File::open(&path).and_then(|file| Ok((file.metadata()?.len(), file)));
        let (size, file) = match opened {
            Ok(opened) => opened,
            Err(error) => {
                let code = crate::import::failure_of(&error, &path);
                return self.failure(entry, code, &error.to_string());
            }
        };
        if size != entry.size {
            return self.failure(entry, FailureCode::ContentMismatch, "the size differs");
        }
        // Large files get a batch of their own, which a mismatch throws away.
        if size >= BATCH_BYTES {
            self.commit()?;
        }
        let inner = self.inner;
        let batch = self.batch.get_or_insert_with(|| inner.store.batch());
        let mut sink = Copy {
            batch,
            meter: &self.handle.meter,
        };
        let hashed = hash_file(
            &file,
            size,
            FileLayout::default(),
            inner.import_threads,
            &self.handle.control,
            &mut sink,
        );
        let root = match hashed {
            Ok(root) => root,
            Err(HashFile::Stopped(stop)) => return Err(stop.into()),
            Err(HashFile::Sink(error)) => return Err(put_failed(&error)),
            Err(HashFile::SizeChanged) => {
                let code = FailureCode::ChangedWhileReading;
                return self.failure(entry, code, code.message());
            }
            Err(HashFile::Read(error)) => {
                return self.failure(entry, FailureCode::ReadFailed, &error.to_string());
            }
        };
        if root.cid.to_string() != entry.root {
            // The blocks are garbage that gc takes: nothing pins them.
            return self.failure(entry, FailureCode::ContentMismatch, "the bytes differ");
        }
        batch.pin(&root.cid, PinKind::BytesRequired, PIN_COPIED);
        Meter::add(&self.handle.meter.files_done, 1);
        self.in_batch += size;
        if self.in_batch >= BATCH_BYTES {
            self.commit()
        } else {
            Ok(())
        }
    }

    /// A path of the index, when it stays below `media/`.
    fn inside(&self, file: &str) -> Option<PathBuf> {
        let relative = Path::new(file);
        let is_plain = relative
            .components()
            .all(|component| matches!(component, Component::Normal(_)));
        (is_plain && relative.starts_with(MEDIA)).then(|| self.folder.join(relative))
    }

    fn failure(&self, entry: &FileEntry, code: FailureCode, message: &str) -> Result<(), Outcome> {
        Meter::add(&self.handle.meter.files_failed, 1);
        let path = RawPath(entry.file.as_bytes().to_vec());
        let id = self.handle.id;
        self.inner
            .library
            .write(|tx| tx.add_failure(id, &path, code.as_str(), message, Some(code.todo())))
            .map_err(|error| write_failed(&error))
    }

    fn commit(&mut self) -> Result<(), Outcome> {
        self.in_batch = 0;
        match self.batch.take() {
            Some(batch) => batch.commit().map_err(|error| commit_failed(&error)),
            None => Ok(()),
        }
    }

    /// The DAGs pinned by hand.
    fn blocks(&mut self, index: &Index) -> Result<(), Outcome> {
        let mut file = match File::open(self.folder.join(BLOCKS)) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(broken(&error)),
        };
        let mut reader = CarReader::new(BlockCheck::Verify);
        let mut piece = vec![0; 256 << 10];
        loop {
            self.handle.control.checkpoint()?;
            let len = file.read(&mut piece).map_err(|error| broken(&error))?;
            if len == 0 {
                break;
            }
            reader.push(piece.get(..len).unwrap_or_default());
            while let Some(part) = reader.next_part().map_err(|error| broken(&error))? {
                let CarPart::Block(block) = part else {
                    continue;
                };
                let inner = self.inner;
                let batch = self.batch.get_or_insert_with(|| inner.store.batch());
                batch.put(&block).map_err(|error| put_failed(&error))?;
                self.in_batch += block.bytes.len() as u64;
                if self.in_batch >= BATCH_BYTES {
                    self.commit()?;
                }
            }
        }
        reader.finish().map_err(|error| broken(&error))?;
        let inner = self.inner;
        let batch = self.batch.get_or_insert_with(|| inner.store.batch());
        for pin in &index.pins {
            let cid = dag::parse_cid(&pin.cid).map_err(|error| broken(&error))?;
            let kind = if pin.bytes_required {
                PinKind::BytesRequired
            } else {
                PinKind::ReferenceOk
            };
            if pin.name == PIN_FILES {
                // There is one tree of files, and it is this one now.
                let kept = inner.store.pins().map_err(|error| broken(&error))?;
                let others = kept.iter().filter(|kept| kept.name == PIN_FILES);
                others
                    .filter(|kept| kept.cid != cid)
                    .for_each(|kept| batch.unpin(&kept.cid, Some(PIN_FILES)));
            }
            if pin.recursive {
                batch.pin(&cid, kind, &pin.name);
            } else {
                batch.pin_block(&cid, kind, &pin.name);
            }
        }
        self.commit()?;
        inner.look_for_files_again();
        Ok(())
    }

    /// The settings, comments and all.
    fn config(&self) -> Result<(), Outcome> {
        let Ok(text) = std::fs::read(self.folder.join(CONFIG)) else {
            return Ok(());
        };
        let target = self.inner.home.root().join("config.jsonc");
        write_durable(&target, &text).map_err(|error| broken(&error))?;
        self.inner.reload_settings();
        crate::networks::apply_later(self.inner);
        Ok(())
    }
}
