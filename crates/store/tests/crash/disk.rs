//! A disk in memory that keeps unsynced writes apart, and on a crash drops, reorders and tears them.
//!
//! Bytes become durable by `sync`, names by `sync_dir`; a name that was not synced may vanish with
//! everything in it. Sectors of 512 bytes are written whole or not at all.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use store::disk::{Access, Disk, DiskFile, Stamp};

const SECTOR: usize = 512;

/// A small generator of reproducible numbers (xorshift64*).
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn coin(&mut self) -> bool {
        self.next() & 1 == 0
    }
}

#[derive(Debug, Clone)]
enum Pending {
    Write(u64, Vec<u8>),
    Len(u64),
}

#[derive(Debug, Clone, Default)]
struct Node {
    now: Vec<u8>,
    durable: Vec<u8>,
    pending: Vec<Pending>,
}

impl Node {
    fn apply(bytes: &mut Vec<u8>, change: &Pending) {
        match change {
            Pending::Write(at, data) => {
                let end = *at as usize + data.len();
                if bytes.len() < end {
                    bytes.resize(end, 0);
                }
                bytes[*at as usize..end].copy_from_slice(data);
            }
            Pending::Len(len) => bytes.resize(*len as usize, 0),
        }
    }
}

#[derive(Debug, Clone)]
enum NameChange {
    Set(OsString, u64),
    Remove(OsString),
}

#[derive(Debug, Clone, Default)]
struct Dir {
    now: BTreeMap<OsString, u64>,
    durable: BTreeMap<OsString, u64>,
    pending: Vec<NameChange>,
}

#[derive(Debug, Clone, Default)]
struct State {
    nodes: BTreeMap<u64, Node>,
    dirs: BTreeMap<PathBuf, Dir>,
    next: u64,
    /// Bytes left on the disk.
    room: Option<u64>,
}

/// Which sync the disk only pretends to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lie {
    None,
    Segments,
    SegmentNames,
    Index,
}

/// Called at every sync point, before the sync has happened.
pub(crate) type AtSync = Box<dyn FnMut(&SimDisk) + Send>;

struct Shared {
    state: Mutex<State>,
    at_sync: Mutex<Option<AtSync>>,
    lie: Lie,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Shared")
    }
}

/// The disk; clones share it.
#[derive(Debug, Clone)]
pub(crate) struct SimDisk(Arc<Shared>);

impl SimDisk {
    pub(crate) fn new(lie: Lie) -> Self {
        Self::with(State::default(), lie)
    }

    fn with(state: State, lie: Lie) -> Self {
        let shared = Shared {
            state: Mutex::new(state),
            at_sync: Mutex::new(None),
            lie,
        };
        Self(Arc::new(shared))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap()
    }

    pub(crate) fn at_sync(&self, f: Option<AtSync>) {
        *self.0.at_sync.lock().unwrap() = f;
    }

    /// Sets how many bytes files may still grow by.
    pub(crate) fn set_room(&self, room: Option<u64>) {
        self.state().room = room;
    }

    /// The disk as a crash now would leave it: one of many ways, chosen by `random`.
    pub(crate) fn crash(&self, random: &mut Random) -> Self {
        let mut state = self.state().clone();
        state.room = None;
        for dir in state.dirs.values_mut() {
            // Names are journalled in order: some first part of the changes survives.
            let kept = random.below(dir.pending.len() as u64 + 1) as usize;
            let mut names = dir.durable.clone();
            for change in &dir.pending[..kept] {
                apply_name(&mut names, change);
            }
            dir.now.clone_from(&names);
            dir.durable = names;
            dir.pending.clear();
        }
        for node in state.nodes.values_mut() {
            let mut pieces = Vec::new();
            for change in &node.pending {
                match change {
                    Pending::Len(len) => pieces.push(Pending::Len(*len)),
                    Pending::Write(at, data) => {
                        let (mut at, mut data) = (*at, data.as_slice());
                        while !data.is_empty() {
                            let take = (SECTOR - at as usize % SECTOR).min(data.len());
                            pieces.push(Pending::Write(at, data[..take].to_vec()));
                            at += take as u64;
                            data = &data[take..];
                        }
                    }
                }
            }
            // All, none, or any of it in any order.
            match random.below(4) {
                0 => pieces.clear(),
                1 => {}
                _ => {
                    pieces.retain(|_| random.coin());
                    for at in (1..pieces.len()).rev() {
                        pieces.swap(at, random.below(at as u64 + 1) as usize);
                    }
                }
            }
            for piece in &pieces {
                Node::apply(&mut node.durable, piece);
            }
            node.now.clone_from(&node.durable);
            node.pending.clear();
        }
        Self::with(state, Lie::None)
    }

    fn sync_point(&self) {
        let taken = self.0.at_sync.lock().unwrap().take();
        if let Some(mut f) = taken {
            f(self);
            self.0.at_sync.lock().unwrap().get_or_insert(f);
        }
    }

    fn lies_about(&self, path: &Path, dir: bool) -> bool {
        match self.0.lie {
            Lie::None => false,
            Lie::Segments => !dir && path.extension().is_some_and(|end| end == "blk"),
            Lie::SegmentNames => dir && path.ends_with("blocks"),
            Lie::Index => !dir && path.extension().is_some_and(|end| end == "redb"),
        }
    }
}

fn apply_name(names: &mut BTreeMap<OsString, u64>, change: &NameChange) {
    match change {
        NameChange::Set(name, node) => {
            names.insert(name.clone(), *node);
        }
        NameChange::Remove(name) => {
            names.remove(name);
        }
    }
}

fn split(path: &Path) -> (PathBuf, OsString) {
    (
        path.parent().unwrap().to_owned(),
        path.file_name().unwrap().to_owned(),
    )
}

impl Disk for SimDisk {
    fn open(&self, path: &Path, access: Access) -> io::Result<Arc<dyn DiskFile>> {
        let (dir, name) = split(path);
        let mut state = self.state();
        let state = &mut *state;
        let Some(dir) = state.dirs.get_mut(&dir) else {
            return Err(io::ErrorKind::NotFound.into());
        };
        let found = dir.now.get(&name).copied();
        let node = match (found, access) {
            (Some(_), Access::CreateNew) => return Err(io::ErrorKind::AlreadyExists.into()),
            (Some(node), _) => node,
            (None, Access::Read | Access::Write) => return Err(io::ErrorKind::NotFound.into()),
            (None, Access::Create | Access::CreateNew) => {
                state.next += 1;
                let node = state.next;
                state.nodes.insert(node, Node::default());
                dir.now.insert(name.clone(), node);
                dir.pending.push(NameChange::Set(name, node));
                node
            }
        };
        Ok(Arc::new(SimFile {
            disk: self.clone(),
            node,
            path: path.to_owned(),
        }))
    }

    fn create_dir(&self, path: &Path) -> io::Result<()> {
        // Directories of the store are made once, at the first open; they are taken as durable.
        self.state().dirs.entry(path.to_owned()).or_default();
        if let Some(parent) = path.parent() {
            self.state().dirs.entry(parent.to_owned()).or_default();
        }
        Ok(())
    }

    fn list(&self, path: &Path) -> io::Result<Vec<OsString>> {
        let state = self.state();
        let dir = state.dirs.get(path).ok_or(io::ErrorKind::NotFound)?;
        Ok(dir.now.keys().cloned().collect())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let ((dir, from), (_, to)) = (split(from), split(to));
        let mut state = self.state();
        let dir = state.dirs.get_mut(&dir).ok_or(io::ErrorKind::NotFound)?;
        let node = dir.now.remove(&from).ok_or(io::ErrorKind::NotFound)?;
        dir.now.insert(to.clone(), node);
        dir.pending.push(NameChange::Set(to, node));
        dir.pending.push(NameChange::Remove(from));
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let (dir, name) = split(path);
        let mut state = self.state();
        let dir = state.dirs.get_mut(&dir).ok_or(io::ErrorKind::NotFound)?;
        dir.now.remove(&name).ok_or(io::ErrorKind::NotFound)?;
        dir.pending.push(NameChange::Remove(name));
        Ok(())
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        self.sync_point();
        if self.lies_about(path, true) {
            return Ok(());
        }
        let mut state = self.state();
        let dir = state.dirs.get_mut(path).ok_or(io::ErrorKind::NotFound)?;
        dir.durable = dir.now.clone();
        dir.pending.clear();
        Ok(())
    }

    fn stat(&self, path: &Path) -> io::Result<Stamp> {
        let state = self.state();
        if state.dirs.contains_key(path) {
            return Ok(Stamp {
                dev: 1,
                ..Stamp::default()
            });
        }
        let (dir, name) = split(path);
        let dir = state.dirs.get(&dir).ok_or(io::ErrorKind::NotFound)?;
        let node = dir.now.get(&name).ok_or(io::ErrorKind::NotFound)?;
        Ok(Stamp {
            dev: 1,
            ino: *node,
            size: state.nodes[node].now.len() as u64,
            ..Stamp::default()
        })
    }

    fn free_bytes(&self, _path: &Path) -> io::Result<u64> {
        Ok(self.state().room.unwrap_or(1 << 40))
    }

    fn make_read_only(&self, _path: &Path) -> io::Result<()> {
        Ok(())
    }
}

#[derive(Debug)]
struct SimFile {
    disk: SimDisk,
    node: u64,
    path: PathBuf,
}

impl SimFile {
    fn change(&self, change: Pending) -> io::Result<()> {
        let mut state = self.disk.state();
        let state = &mut *state;
        let node = state.nodes.get_mut(&self.node).unwrap();
        let end = match &change {
            Pending::Write(at, data) => at + data.len() as u64,
            Pending::Len(len) => *len,
        };
        let growth = end.saturating_sub(node.now.len() as u64);
        if let Some(room) = &mut state.room {
            if growth > *room {
                return Err(io::ErrorKind::StorageFull.into());
            }
            *room -= growth;
        }
        Node::apply(&mut node.now, &change);
        node.pending.push(change);
        Ok(())
    }
}

impl DiskFile for SimFile {
    fn read_at(&self, offset: u64, out: &mut [u8]) -> io::Result<usize> {
        let state = self.disk.state();
        let bytes = &state.nodes[&self.node].now;
        let from = bytes.get(offset as usize..).unwrap_or_default();
        let count = from.len().min(out.len());
        out[..count].copy_from_slice(&from[..count]);
        Ok(count)
    }

    fn write_at(&self, offset: u64, parts: &[&[u8]]) -> io::Result<()> {
        self.change(Pending::Write(offset, parts.concat()))
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.change(Pending::Len(len))
    }

    fn len(&self) -> io::Result<u64> {
        Ok(self.disk.state().nodes[&self.node].now.len() as u64)
    }

    /// Nothing to do: a crash may keep any part of what is not synced anyway.
    fn start_writing(&self, _offset: u64, _len: u64) {}

    fn sync(&self) -> io::Result<()> {
        self.disk.sync_point();
        if self.disk.lies_about(&self.path, false) {
            return Ok(());
        }
        let mut state = self.disk.state();
        let node = state.nodes.get_mut(&self.node).unwrap();
        for change in std::mem::take(&mut node.pending) {
            Node::apply(&mut node.durable, &change);
        }
        Ok(())
    }

    fn stamp(&self) -> io::Result<Stamp> {
        Ok(Stamp {
            dev: 1,
            ino: self.node,
            size: self.len()?,
            ..Stamp::default()
        })
    }
}
