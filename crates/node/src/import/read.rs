//! Readers: skip what is known, read and hash small files whole, pass large ones on.

use std::fs::File;
use std::io::Read;
use std::sync::{Condvar, Mutex, PoisonError};

use dag::{Balancer, Block, FileLayout, FileRoot, Leaf};
use library::{FileStamp, ItemId, RawPath};
use media::MediaType;

use super::fingerprint::Stamp;
use super::run::{ImportPlan, ImportPorts};
use super::scan::{Found, failure_of};
use crate::jobs::{FailureCode, Stop, lock};

/// Files up to this many bytes are read whole; larger ones go through `large`.
pub(crate) const SMALL_MAX: u64 = 8 << 20;
/// Files after which a reader looks at the library's newest commit again.
const VIEW_FILES: u32 = 256;

/// A small file, hashed.
#[derive(Debug)]
pub(crate) struct Small {
    pub(crate) found: Found,
    pub(crate) stamp: Stamp,
    pub(crate) bytes: Vec<u8>,
    pub(crate) leaves: Vec<Leaf>,
    pub(crate) nodes: Vec<Block>,
    pub(crate) root: FileRoot,
    pub(crate) media: MediaType,
}

/// What a reader or the scanner hands to the sink.
#[derive(Debug)]
pub(crate) enum Ready {
    Small(Box<Small>),
    Large(Found),
    /// Path and stamp are known.
    Known {
        item: Option<ItemId>,
        bytes: u64,
        /// Imported by this very job, before it was interrupted.
        by_this_job: bool,
    },
    Failed {
        path: RawPath,
        code: FailureCode,
        detail: Option<String>,
        bytes: u64,
    },
}

/// Bytes that may be in flight; readers wait for room.
#[derive(Debug)]
pub(crate) struct Budget {
    left: Mutex<Option<u64>>,
    freed: Condvar,
}

impl Budget {
    pub(crate) fn new(bytes: u64) -> Self {
        Self {
            left: Mutex::new(Some(bytes)),
            freed: Condvar::new(),
        }
    }

    /// Takes `bytes`, which must be at most the whole budget.
    pub(crate) fn take(&self, bytes: u64) -> Result<(), Stop> {
        let mut left = lock(&self.left);
        loop {
            match left.as_mut() {
                None => return Err(Stop::Elsewhere),
                Some(free) if *free >= bytes => {
                    *free -= bytes;
                    return Ok(());
                }
                Some(_) => {
                    left = self
                        .freed
                        .wait(left)
                        .unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
    }

    pub(crate) fn give(&self, bytes: u64) {
        if let Some(free) = lock(&self.left).as_mut() {
            *free += bytes;
        }
        self.freed.notify_all();
    }

    /// Nobody waits any more.
    pub(crate) fn close(&self) {
        *lock(&self.left) = None;
        self.freed.notify_all();
    }
}

pub(crate) fn library_stamp(stamp: &Stamp) -> FileStamp {
    let nanos = |ns: i128| i64::try_from(ns).unwrap_or(i64::MAX);
    FileStamp {
        size: stamp.size,
        mtime_ns: nanos(stamp.mtime_ns),
        ctime_ns: nanos(stamp.ctime_ns),
        dev: stamp.dev,
        ino: stamp.ino,
    }
}

/// One reading thread's state.
pub(crate) struct Reader<'a> {
    ports: &'a ImportPorts<'a>,
    plan: &'a ImportPlan,
    budget: &'a Budget,
    layout: FileLayout,
    view: Option<library::Reader>,
    view_files: u32,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(
        ports: &'a ImportPorts<'a>,
        plan: &'a ImportPlan,
        budget: &'a Budget,
    ) -> Self {
        Self {
            ports,
            plan,
            budget,
            layout: FileLayout::default(),
            view: None,
            view_files: 0,
        }
    }

    /// Turns a found file into something the sink can take.
    pub(crate) fn prepare(&mut self, found: Found) -> Result<Ready, Stop> {
        self.ports.control.checkpoint()?;
        if let Some(known) = self.known(&found) {
            return Ok(known);
        }
        if found.stamp.size > SMALL_MAX {
            return Ok(Ready::Large(found));
        }
        self.ports.meter.at(&found.path);
        // Once more when the file changed in between: whoever wrote it may be done now.
        let mut last = FailureCode::ChangedWhileReading;
        let mut detail = None;
        for _ in 0..2 {
            match self.read(&found)? {
                Ok(ReadSmall::Done(small)) => return Ok(Ready::Small(small)),
                Ok(ReadSmall::Grown) => return Ok(Ready::Large(found)),
                Ok(ReadSmall::Changed) => {}
                Err(error) => {
                    last = failure_of(&error, &found.path);
                    detail = Some(error.to_string());
                    break;
                }
            }
        }
        let bytes = found.stamp.size;
        Ok(Ready::Failed {
            path: RawPath::from(found.path.as_path()),
            code: last,
            detail,
            bytes,
        })
    }

    fn known(&mut self, found: &Found) -> Option<Ready> {
        if self.view.is_none() || self.view_files >= VIEW_FILES {
            // Not being able to look is no error: the file is hashed and found equal then.
            self.view = self.ports.library.reader().ok();
            self.view_files = 0;
        }
        self.view_files += 1;
        let view = self.view.as_ref()?;
        let origin = view.origin(&RawPath::from(found.path.as_path())).ok()??;
        if origin.stamp != library_stamp(&found.stamp) {
            return None;
        }
        let by_this_job = origin.job == Some(self.plan.job);
        if !by_this_job && let Some(item) = origin.item {
            // In the trash, deleted since, or with its bytes in doubt: the full way mends it.
            let rows = view.rows(&[item], None).ok()?;
            let row = rows.first()?;
            if row.trashed_at.is_some() || row.state != library::LocationState::Ok {
                return None;
            }
        }
        Some(Ready::Known {
            item: origin.item,
            bytes: found.stamp.size,
            by_this_job,
        })
    }

    /// Reads and hashes a small file. The outer error stops the job, the inner is the file's.
    fn read(&self, found: &Found) -> Result<std::io::Result<ReadSmall>, Stop> {
        let mut file = match File::open(&found.path) {
            Ok(file) => file,
            Err(error) => return Ok(Err(error)),
        };
        let before = match Stamp::of_file(&file) {
            Ok(stamp) => stamp,
            Err(error) => return Ok(Err(error)),
        };
        if before.size > SMALL_MAX {
            return Ok(Ok(ReadSmall::Grown));
        }
        self.budget.take(before.size)?;
        let read = self.read_bytes(&mut file, &before);
        let result = read.map(|bytes| {
            bytes.map_or(ReadSmall::Changed, |bytes| {
                ReadSmall::Done(Box::new(self.hash(found.clone(), before, bytes)))
            })
        });
        if !matches!(result, Ok(ReadSmall::Done(_))) {
            self.budget.give(before.size);
        }
        Ok(result)
    }

    /// The file's bytes, or `None` when it changed meanwhile.
    fn read_bytes(&self, file: &mut File, before: &Stamp) -> std::io::Result<Option<Vec<u8>>> {
        let len = usize::try_from(before.size).unwrap_or(usize::MAX);
        let mut bytes = Vec::with_capacity(len);
        // One byte more than expected, to see that the end is the end.
        file.take(before.size + 1).read_to_end(&mut bytes)?;
        let after = Stamp::of_file(file)?;
        Ok((bytes.len() == len && after == *before).then_some(bytes))
    }

    fn hash(&self, found: Found, stamp: Stamp, bytes: Vec<u8>) -> Small {
        let mut nodes = Vec::new();
        let mut leaves = Vec::with_capacity(bytes.len() / self.layout.chunk_len() + 1);
        let mut balancer = Balancer::new(self.layout);
        for chunk in bytes.chunks(self.layout.chunk_len()) {
            let leaf = self.layout.leaf(chunk);
            balancer.push(leaf.link(), &mut |block| nodes.push(block));
            leaves.push(leaf);
        }
        let root = balancer.finish(&mut |block| nodes.push(block));
        let media = sniff(&bytes, &found);
        Small {
            found,
            stamp,
            bytes,
            leaves,
            nodes,
            root,
            media,
        }
    }
}

enum ReadSmall {
    Done(Box<Small>),
    /// Too large by now.
    Grown,
    Changed,
}

/// The type of a file by its first bytes, its name breaking ties among texts.
pub(crate) fn sniff(bytes: &[u8], found: &Found) -> MediaType {
    let head = bytes.get(..media::HEAD_BYTES).unwrap_or(bytes);
    media::sniff_named(head, &super::name::shown_file_name(&found.path))
}
