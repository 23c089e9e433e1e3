//! The sink: blocks into the store, groups into the library, events out.
//!
//! Order for every group: blocks durable (`Batch::commit`), then the library's commit,
//! which makes the items visible, then the event. A kill in between leaves garbage
//! blocks at worst; the next run of the job finds the files unrecorded and does them again.

use std::collections::HashMap;
use std::fs::File;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use dag::{Block, Cid, FileLayout, FileRoot, Leaf};
use library::{AddedItem, FolderId, ItemId, NewItem, RawPath, Tx, WriteLibrary};
use store::{Batch, PinKind, PutBlock, SourceId, TrackSource};

use super::fingerprint::Stamp;
use super::kind::class_of;
use super::large::{BlockSink, HashFile, hash_file};
use super::outcome::{chain, commit_failed, put_failed, write_failed};
use super::read::{Budget, Ready, Small, library_stamp, sniff};
use super::run::{ImportPlan, ImportPorts};
use super::scan::{Folder, Found, failure_of};
use crate::events::MAX_IDS;
use crate::jobs::{FailureCode, Meter, Outcome, PauseReason};
use crate::pinning::{PIN_COPIED, PIN_REFERENCED};

/// A group is committed when it holds this many bytes ...
const GROUP_BYTES: u64 = 16 << 20;
/// ... or this many files ...
const GROUP_FILES: usize = 2_000;
/// ... or is this old.
const GROUP_AGE: Duration = Duration::from_millis(200);
/// How long the sink waits when it has nothing to commit.
const IDLE: Duration = Duration::from_millis(500);

struct Failed {
    path: RawPath,
    code: FailureCode,
    detail: Option<String>,
}

struct Pending {
    item: NewItem,
    folder: Option<Arc<Folder>>,
}

/// What is not committed yet.
#[derive(Default)]
struct Group {
    batch: Option<Batch>,
    items: Vec<Pending>,
    known: Vec<ItemId>,
    failed: Vec<Failed>,
    /// Counted as done only when committed.
    files: u64,
    bytes: u64,
    since: Option<Instant>,
}

/// Takes prepared files and makes them items.
pub(crate) struct Sink<'a> {
    ports: &'a ImportPorts<'a>,
    plan: &'a ImportPlan,
    budget: &'a Budget,
    group: Group,
    folders: HashMap<PathBuf, FolderId>,
}

impl<'a> Sink<'a> {
    pub(crate) fn new(
        ports: &'a ImportPorts<'a>,
        plan: &'a ImportPlan,
        budget: &'a Budget,
    ) -> Self {
        Self {
            ports,
            plan,
            budget,
            group: Group::default(),
            folders: HashMap::new(),
        }
    }

    /// How long to wait for the next file before committing.
    pub(crate) fn patience(&self) -> Duration {
        self.group
            .since
            .map_or(IDLE, |since| GROUP_AGE.saturating_sub(since.elapsed()))
    }

    /// Takes one file; commits when the group is full.
    pub(crate) fn take(&mut self, ready: Ready) -> Result<(), Outcome> {
        self.group.since.get_or_insert_with(Instant::now);
        match ready {
            Ready::Small(small) => {
                let bytes = small.stamp.size;
                let put = self.small(*small);
                self.budget.give(bytes);
                put?;
            }
            Ready::Large(found) => self.large(found)?,
            Ready::Known {
                item,
                bytes,
                by_this_job,
            } => {
                let meter = self.ports.meter;
                Meter::add(&meter.files_done, 1);
                Meter::add(&meter.bytes_done, bytes);
                if !by_this_job {
                    Meter::add(&meter.files_skipped, 1);
                }
                if self.plan.album.is_some() {
                    self.group.known.extend(item);
                }
            }
            Ready::Failed {
                path,
                code,
                detail,
                bytes,
            } => self.failed(path, code, detail, bytes),
        }
        let group = &self.group;
        let is_full = group.bytes >= GROUP_BYTES
            || group.items.len() + group.failed.len() >= GROUP_FILES
            || group
                .since
                .is_some_and(|since| since.elapsed() >= GROUP_AGE);
        if is_full { self.commit() } else { Ok(()) }
    }

    fn failed(&mut self, path: RawPath, code: FailureCode, detail: Option<String>, bytes: u64) {
        Meter::add(&self.ports.meter.files_failed, 1);
        Meter::add(&self.ports.meter.bytes_done, bytes);
        self.group.failed.push(Failed { path, code, detail });
    }

    fn small(&mut self, small: Small) -> Result<(), Outcome> {
        let Small {
            found,
            stamp,
            bytes,
            leaves,
            nodes,
            root,
            media,
        } = small;
        let source = if self.plan.is_reference(stamp.size) {
            Some(self.add_source(&stamp, &found.path)?)
        } else {
            None
        };
        let batch = self
            .group
            .batch
            .get_or_insert_with(|| self.ports.store.batch());
        let mut put = PutBlocks { batch, source };
        let chunk_len = FileLayout::default().chunk_len();
        let mut offset = 0;
        for (leaf, chunk) in leaves.iter().zip(bytes.chunks(chunk_len)) {
            put.leaf(leaf, offset, chunk)
                .map_err(|error| put_failed(&error))?;
            offset += chunk.len() as u64;
        }
        for node in nodes {
            put.node(node).map_err(|error| put_failed(&error))?;
        }
        pin(batch, &root.cid, source);
        let item = self.new_item(&found, &stamp, &root, media, source);
        self.group.items.push(Pending {
            item,
            folder: found.folder,
        });
        self.group.files += 1;
        self.group.bytes += stamp.size;
        Ok(())
    }

    fn new_item(
        &self,
        found: &Found,
        stamp: &Stamp,
        root: &FileRoot,
        media: media::MediaType,
        source: Option<SourceId>,
    ) -> NewItem {
        NewItem {
            class: class_of(media.kind),
            mime: media.mime.to_owned(),
            root: root.cid,
            size: root.size,
            path: RawPath::from(found.path.as_path()),
            stamp: library_stamp(stamp),
            source: source.map(|source| source.0),
            folder: None,
            job: Some(self.plan.job),
            added_at: None,
        }
    }

    /// One large file: a batch and a commit of its own.
    fn large(&mut self, found: Found) -> Result<(), Outcome> {
        self.commit()?;
        self.ports.meter.at(&found.path);
        let meter = self.ports.meter;
        let mut failure = (FailureCode::ChangedWhileReading, None);
        for _ in 0..2 {
            let before_bytes = Meter::get(&meter.bytes_done);
            match self.large_once(&found) {
                Ok(()) => return self.commit(),
                Err(LargeFile::Stopped(outcome)) => return Err(outcome),
                Err(LargeFile::Failed(error)) => {
                    let back = Meter::get(&meter.bytes_done).saturating_sub(before_bytes);
                    Meter::take(&meter.bytes_done, back);
                    failure = (failure_of(&error, &found.path), Some(error.to_string()));
                    break;
                }
                Err(LargeFile::Changed) => {
                    let back = Meter::get(&meter.bytes_done).saturating_sub(before_bytes);
                    Meter::take(&meter.bytes_done, back);
                }
            }
        }
        let path = RawPath::from(found.path.as_path());
        self.failed(path, failure.0, failure.1, found.stamp.size);
        self.commit()
    }

    fn large_once(&mut self, found: &Found) -> Result<(), LargeFile> {
        let file = File::open(&found.path).map_err(LargeFile::Failed)?;
        let before = Stamp::of_file(&file).map_err(LargeFile::Failed)?;
        let source = if self.plan.is_reference(before.size) {
            Some(
                self.add_source(&before, &found.path)
                    .map_err(LargeFile::Stopped)?,
            )
        } else {
            None
        };
        let batch = self.group.batch.insert(self.ports.store.batch());
        let mut sink = LargeSink {
            put: PutBlocks { batch, source },
            head: None,
            meter: self.ports.meter,
        };
        let hashed = hash_file(
            &file,
            before.size,
            FileLayout::default(),
            self.ports.threads,
            self.ports.control,
            &mut sink,
        );
        let head = sink.head.take().unwrap_or_default();
        let root = match hashed {
            Ok(root) => root,
            Err(error) => {
                self.group.batch = None;
                return Err(match error {
                    HashFile::Read(error) => LargeFile::Failed(error),
                    HashFile::SizeChanged => LargeFile::Changed,
                    HashFile::Stopped(stop) => LargeFile::Stopped(stop.into()),
                    HashFile::Sink(error) => LargeFile::Stopped(put_failed(&error)),
                });
            }
        };
        // The open file must be as it was, and still be what the path leads to.
        let after = Stamp::of_file(&file).map_err(LargeFile::Failed);
        let at_path = std::fs::metadata(&found.path).map(|metadata| Stamp::of(&metadata));
        let is_same = after.is_ok_and(|after| after == before)
            && at_path.is_ok_and(|at_path| source.is_none() || at_path == before);
        if !is_same {
            self.group.batch = None;
            return Err(LargeFile::Changed);
        }
        pin(batch, &root.cid, source);
        let media = sniff(&head, found);
        let item = self.new_item(found, &before, &root, media, source);
        self.group.items.push(Pending {
            item,
            folder: found.folder.clone(),
        });
        self.group.files += 1;
        self.group.since = Some(Instant::now());
        Ok(())
    }

    fn add_source(&self, stamp: &Stamp, path: &Path) -> Result<SourceId, Outcome> {
        self.ports
            .store
            .add_source(stamp.source_file(path))
            .map_err(|error| match error {
                TrackSource::WriteIndex(fault) if fault.is_disk_full() => {
                    Outcome::Paused(PauseReason::DiskFull)
                }
                error => Outcome::Failed(chain(&error)),
            })
    }

    /// Makes the group durable and visible.
    pub(crate) fn commit(&mut self) -> Result<(), Outcome> {
        let group = std::mem::take(&mut self.group);
        if group.items.is_empty() && group.known.is_empty() && group.failed.is_empty() {
            return Ok(());
        }
        let _pinning = self.ports.pinning.adding();
        if let Some(batch) = group.batch {
            batch.commit().map_err(|error| commit_failed(&error))?;
        }
        let folders = &mut self.folders;
        let plan = self.plan;
        let added = self.ports.library.write(|tx| {
            let mut added = Vec::with_capacity(group.items.len());
            for pending in group.items {
                let mut item = pending.item;
                if let Some(folder) = &pending.folder {
                    item.folder = Some(ensure_folder(tx, folders, folder)?);
                }
                added.push(tx.add_item(item)?);
            }
            for failed in &group.failed {
                let detail = failed.detail.as_deref().unwrap_or(failed.code.message());
                let code = failed.code.as_str();
                tx.add_failure(
                    plan.job,
                    &failed.path,
                    code,
                    detail,
                    Some(failed.code.todo()),
                )?;
            }
            if let Some(album) = plan.album {
                let mut ids: Vec<ItemId> = added.iter().filter_map(AddedItem::id).collect();
                ids.extend(&group.known);
                tx.add_to_album(album, &ids)?;
            }
            Ok(added)
        });
        let added = added.map_err(|error| {
            // Folders made in the lost transaction are not there.
            self.folders.clear();
            write_failed(&error)
        })?;
        self.tell(&added, group.files, group.bytes);
        Ok(())
    }

    fn tell(&self, added: &[AddedItem], files: u64, small_bytes: u64) {
        let meter = self.ports.meter;
        let mut new = Vec::new();
        let mut back = Vec::new();
        let mut duplicates = 0;
        for added in added {
            match added {
                AddedItem::New(id) => new.push(*id),
                AddedItem::Existing { id, restored } => {
                    duplicates += 1;
                    if *restored {
                        back.push(*id);
                    }
                }
                AddedItem::Waiting => {}
            }
        }
        Meter::add(&meter.files_done, files);
        Meter::add(&meter.files_duplicate, duplicates);
        Meter::add(&meter.bytes_done, small_bytes);
        self.tell_added(&new);
        self.ports.events.items_changed(&back);
        if !new.is_empty() || !back.is_empty() {
            (self.ports.added)(new.len());
        }
    }

    fn tell_added(&self, new: &[ItemId]) {
        if new.is_empty() {
            return;
        }
        let some = new.get(..MAX_IDS).unwrap_or(new);
        let rows = self
            .ports
            .library
            .reader()
            .and_then(|view| view.rows(some, None));
        let mut kinds: Vec<_> = rows
            .unwrap_or_default()
            .iter()
            .map(|row| row.kind)
            .collect();
        kinds.sort_unstable();
        kinds.dedup();
        self.ports.events.items_added(new, &kinds);
    }

    /// The end of the job: side-cars find their films.
    pub(crate) fn settle(&mut self, paths: &[PathBuf]) -> Result<(), Outcome> {
        let mut roots: Vec<RawPath> = paths
            .iter()
            .map(|path| {
                let folder = if path.is_dir() {
                    Some(path.as_path())
                } else {
                    path.parent()
                };
                RawPath(folder.unwrap_or(path).as_os_str().as_bytes().to_vec())
            })
            .collect();
        roots.sort();
        roots.dedup();
        let settled = self.ports.library.write(|tx| {
            let mut all = library::Settled::default();
            for root in &roots {
                let settled = tx.settle_waiting(root)?;
                all.changed.extend(settled.changed);
                all.added.extend(settled.added);
            }
            if let Some(album) = self.plan.album {
                tx.add_to_album(album, &all.added)?;
            }
            Ok(all)
        });
        let settled = settled.map_err(|error| write_failed(&error))?;
        self.ports.events.items_changed(&settled.changed);
        self.tell_added(&settled.added);
        (self.ports.added)(settled.added.len());
        Ok(())
    }
}

enum LargeFile {
    Failed(std::io::Error),
    Changed,
    Stopped(Outcome),
}

/// Puts what a file is made of into a batch, as copies or as references.
pub(crate) struct PutBlocks<'a> {
    pub(crate) batch: &'a mut Batch,
    pub(crate) source: Option<SourceId>,
}

impl BlockSink for PutBlocks<'_> {
    type Error = PutBlock;

    fn leaf(&mut self, leaf: &Leaf, offset: u64, chunk: &[u8]) -> Result<(), PutBlock> {
        match self.source {
            Some(source) => self.batch.put_reference(
                &leaf.cid,
                source,
                offset,
                leaf.payload_len,
                leaf.prefix.clone(),
                leaf.suffix.clone(),
            ),
            None => self
                .batch
                .put_parts(&leaf.cid, &[&leaf.prefix, chunk, &leaf.suffix]),
        }
    }

    fn node(&mut self, block: Block) -> Result<(), PutBlock> {
        self.batch.put(&block)
    }
}

struct LargeSink<'a> {
    put: PutBlocks<'a>,
    head: Option<Vec<u8>>,
    meter: &'a Meter,
}

impl BlockSink for LargeSink<'_> {
    type Error = PutBlock;

    fn leaf(&mut self, leaf: &Leaf, offset: u64, chunk: &[u8]) -> Result<(), PutBlock> {
        if self.head.is_none() {
            self.head = Some(chunk.get(..media::HEAD_BYTES).unwrap_or(chunk).to_vec());
        }
        Meter::add(&self.meter.bytes_done, chunk.len() as u64);
        self.put.leaf(leaf, offset, chunk)
    }

    fn node(&mut self, block: Block) -> Result<(), PutBlock> {
        self.put.node(block)
    }
}

fn pin(batch: &Batch, root: &Cid, source: Option<SourceId>) {
    match source {
        Some(_) => batch.pin(root, PinKind::ReferenceOk, PIN_REFERENCED),
        None => batch.pin(root, PinKind::BytesRequired, PIN_COPIED),
    }
}

fn ensure_folder(
    tx: &mut Tx<'_>,
    known: &mut HashMap<PathBuf, FolderId>,
    folder: &Folder,
) -> Result<FolderId, WriteLibrary> {
    if let Some(id) = known.get(&folder.path) {
        return Ok(*id);
    }
    let parent = match &folder.parent {
        Some(parent) => Some(ensure_folder(tx, known, parent)?),
        None => None,
    };
    let id = tx.ensure_folder(parent, &RawPath::from(folder.path.as_path()))?;
    known.insert(folder.path.clone(), id);
    Ok(id)
}
