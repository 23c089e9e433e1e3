//! Adding a tree whose parts come one by one from a client: files, folders, links.
//!
//! Nothing is reachable before its end: when the client goes away in the middle, what was put is
//! garbage. What is told of the files on the way is no promise; what is pinned is told after it
//! is durable.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Slot;
use std::io::Read;
use std::sync::Arc;

use bytes::Bytes;
use dag::directory::DirectoryBuilder;
use dag::{Cid, CidVersion};
use store::PinKind;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::pieces::take;
use super::{AddOptions, AddedFile, Adder, WriteContent, btfs};
use crate::events::Event;
use crate::node::{Inner, Node};
use crate::tasks::Lane;

/// Parts on their way.
const PARTS_AHEAD: usize = 16;
/// Entries of one tree.
const MAX_ENTRIES: usize = 1_000_000;
/// Folders nested deeper than this are refused.
const MAX_DEPTH: usize = 64;
/// Bytes between two reports about one file.
const REPORT: u64 = 256 << 10;

/// A part of what is added, in order. A file's bytes follow it.
#[derive(Debug)]
pub enum AddPart {
    /// A folder, perhaps an empty one; folders above files need not be named.
    Directory(Vec<String>),
    /// A symlink and where it points.
    Symlink(Vec<String>, String),
    /// A file; one without a name gets its address as its name.
    File(Vec<String>),
    /// Bytes of the file last named.
    Bytes(Bytes),
    /// That was all. Without it nothing is added.
    End,
}

/// What is told while a tree is added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Added {
    /// Bytes of a file so far.
    Bytes {
        /// The file.
        name: String,
        /// How many.
        bytes: u64,
    },
    /// A file, link or folder, and its size with all blocks below.
    Entry(AddedFile, u64),
}

/// A tree that is being added: parts go in, news come out. Dropping `parts` before
/// [`AddPart::End`] takes everything back.
#[derive(Debug)]
pub struct AddTree {
    /// Where the parts go.
    pub parts: Sender<AddPart>,
    /// What is told; it ends after an error, or when everything is durable.
    pub news: Receiver<Result<Added, WriteContent>>,
}

impl Node {
    /// Begins to add a tree; `wrap` puts it into one folder more. Each root is pinned when the
    /// options say so. Never waits for whoever reads the news.
    #[must_use]
    pub fn add_tree(&self, options: AddOptions, wrap: bool) -> AddTree {
        let (parts, incoming) = channel(PARTS_AHEAD);
        // Nobody waits for room: a client may send everything before it reads a word. The
        // bound is that of the entries; reports on bytes leave room for them.
        let (outgoing, news) = channel(2 * MAX_ENTRIES + 16);
        let task = Arc::clone(&self.inner);
        self.inner.tasks.spawn("add-tree", async move {
            let inner = Arc::clone(&task);
            task.tasks
                .blocking(Lane::Work, move || {
                    let mut tree = Tree {
                        parts: incoming,
                        next: None,
                        news: outgoing,
                        inner: &inner,
                        options: &options,
                        adder: Adder::new(&inner, options.shape(), options.only_hash),
                        version: options.cid_version,
                        entries: 0,
                        later: Vec::new(),
                    };
                    let done = tree.read().and_then(|root| tree.end(root, &options, wrap));
                    let news = tree.news.clone();
                    match done.and_then(|()| tree.adder.commit().map(|()| tree.later)) {
                        Ok(later) => later
                            .into_iter()
                            .for_each(|entry| drop(news.try_send(Ok(entry)))),
                        Err(error) => drop(news.try_send(Err(error))),
                    }
                    inner.events.send(Event::StorageChanged);
                })
                .await;
        });
        AddTree { parts, news }
    }
}

type Folder = BTreeMap<String, Item>;

/// What stands under a name so far.
enum Item {
    Folder(Folder),
    Leaf {
        cid: Cid,
        size: u64,
        cumulative: u64,
    },
}

struct Tree<'a> {
    parts: Receiver<AddPart>,
    /// A part that was read too early.
    next: Option<AddPart>,
    news: Sender<Result<Added, WriteContent>>,
    inner: &'a Inner,
    options: &'a AddOptions,
    adder: Adder<'a>,
    version: CidVersion,
    entries: usize,
    /// News of what is told once it is durable.
    later: Vec<Added>,
}

fn refused(why: String) -> WriteContent {
    WriteContent::BadOptions(why)
}

impl Tree<'_> {
    /// Takes parts to the end.
    fn read(&mut self) -> Result<Folder, WriteContent> {
        let mut root = Folder::new();
        loop {
            let part = match self.next.take() {
                Some(part) => Some(part),
                None => self.parts.blocking_recv(),
            };
            match part {
                None => {
                    let cut = std::io::ErrorKind::UnexpectedEof.into();
                    return Err(WriteContent::ReadStream(cut));
                }
                Some(AddPart::End) => return Ok(root),
                Some(AddPart::Bytes(_)) => {
                    return Err(refused("bytes came before a file".to_owned()));
                }
                Some(AddPart::Directory(path)) => {
                    if !path.is_empty() {
                        self.folder(&mut root, &path)?;
                    }
                }
                Some(AddPart::Symlink(path, target)) => {
                    let entry = dag::directory::symlink(self.version, &target);
                    self.adder.put(&entry.block)?;
                    let size = target.len() as u64;
                    self.leaf(
                        &mut root,
                        path,
                        entry.block.cid,
                        size,
                        entry.cumulative_size,
                    )?;
                }
                Some(AddPart::File(path)) => {
                    let name = path.join("/");
                    let mut source = FileParts {
                        parts: &mut self.parts,
                        next: &mut self.next,
                        current: Bytes::new(),
                        news: &self.news,
                        name: &name,
                        given: 0,
                        told: 0,
                    };
                    let file = btfs::add(self.inner, &mut self.adder, &mut source, self.options)?;
                    self.leaf(&mut root, path, file.cid, file.size, file.cumulative_size)?;
                }
            }
        }
    }

    fn leaf(
        &mut self,
        root: &mut Folder,
        mut path: Vec<String>,
        cid: Cid,
        size: u64,
        cumulative: u64,
    ) -> Result<(), WriteContent> {
        let name = path.pop().unwrap_or_else(|| cid.to_string());
        let shown = path.iter().chain([&name]).cloned().collect::<Vec<_>>();
        let folder = self.folder(root, &path)?;
        let leaf = Item::Leaf {
            cid,
            size,
            cumulative,
        };
        match folder.entry(name) {
            Slot::Occupied(taken) => match taken.get() {
                // The same unnamed file twice.
                Item::Leaf { cid: other, .. } if *other == cid => {}
                _ => return Err(refused(format!("{:?} came twice", shown.join("/")))),
            },
            Slot::Vacant(free) => {
                free.insert(leaf);
            }
        }
        self.count()?;
        // What is pinned by itself is told when it is durable.
        if path.is_empty() {
            return Ok(());
        }
        let name = shown.join("/");
        let file = AddedFile { name, cid, size };
        // The other end may be gone; then the parts end, too.
        let _ = self.news.try_send(Ok(Added::Entry(file, cumulative)));
        Ok(())
    }

    fn count(&mut self) -> Result<(), WriteContent> {
        self.entries += 1;
        match self.entries > MAX_ENTRIES {
            true => Err(refused(format!(
                "there are more than {MAX_ENTRIES} entries"
            ))),
            false => Ok(()),
        }
    }

    fn folder<'t>(
        &mut self,
        root: &'t mut Folder,
        path: &[String],
    ) -> Result<&'t mut Folder, WriteContent> {
        if path.len() >= MAX_DEPTH {
            return Err(refused(format!("folders nest deeper than {MAX_DEPTH}")));
        }
        let mut at = root;
        for name in path {
            if !at.contains_key(name) {
                self.count()?;
            }
            let below = at
                .entry(name.clone())
                .or_insert_with(|| Item::Folder(Folder::new()));
            at = match below {
                Item::Folder(folder) => folder,
                Item::Leaf { .. } => {
                    let path = path.join("/");
                    return Err(refused(format!("{path:?} is a file and a folder")));
                }
            };
        }
        Ok(at)
    }

    /// Builds the folders, and pins the roots.
    fn end(&mut self, root: Folder, options: &AddOptions, wrap: bool) -> Result<(), WriteContent> {
        let roots: Vec<Cid> = if wrap {
            vec![self.built(root, "")?.0]
        } else {
            let mut roots = Vec::with_capacity(root.len());
            for (name, node) in root {
                roots.push(self.entry(name, node, "")?.1);
            }
            roots
        };
        if options.pin {
            for cid in &roots {
                self.adder.pin(cid, PinKind::BytesRequired, &options.name);
            }
        }
        Ok(())
    }

    /// An entry of the folder `above`: its name, address, size and size with all blocks.
    fn entry(
        &mut self,
        name: String,
        node: Item,
        above: &str,
    ) -> Result<(String, Cid, u64, u64), WriteContent> {
        let shown = match above {
            "" => name.clone(),
            above => format!("{above}/{name}"),
        };
        Ok(match node {
            Item::Folder(folder) => {
                let (cid, size, cumulative) = self.built(folder, &shown)?;
                (name, cid, size, cumulative)
            }
            Item::Leaf {
                cid,
                size,
                cumulative,
            } => {
                if above.is_empty() {
                    let file = AddedFile {
                        name: shown,
                        cid,
                        size,
                    };
                    self.later.push(Added::Entry(file, cumulative));
                }
                (name, cid, size, cumulative)
            }
        })
    }

    fn built(&mut self, folder: Folder, shown: &str) -> Result<(Cid, u64, u64), WriteContent> {
        let mut builder = DirectoryBuilder::new();
        let mut bytes = 0_u64;
        for (name, node) in folder {
            let (name, cid, size, cumulative) = self.entry(name, node, shown)?;
            bytes = bytes.saturating_add(size);
            builder
                .add(&name, cid, cumulative)
                .map_err(|error| refused(error.to_string()))?;
        }
        let entry = self.adder.directory(builder, self.version)?;
        let cid = entry.block.cid;
        let file = AddedFile {
            name: shown.to_owned(),
            cid,
            size: bytes,
        };
        self.later.push(Added::Entry(file, entry.cumulative_size));
        Ok((cid, bytes, entry.cumulative_size))
    }
}

/// The bytes of one file among the parts.
struct FileParts<'a> {
    parts: &'a mut Receiver<AddPart>,
    next: &'a mut Option<AddPart>,
    current: Bytes,
    news: &'a Sender<Result<Added, WriteContent>>,
    name: &'a str,
    given: u64,
    told: u64,
}

impl Read for FileParts<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.current.is_empty() {
            if self.next.is_some() {
                return Ok(0);
            }
            match self.parts.blocking_recv() {
                Some(AddPart::Bytes(bytes)) => self.current = bytes,
                Some(other) => *self.next = Some(other),
                None => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            }
        }
        let taken = take(&mut self.current, buffer);
        self.given += taken as u64;
        // Never at the cost of an entry's place.
        if self.given - self.told >= REPORT && self.news.capacity() > MAX_ENTRIES {
            self.told = self.given;
            let name = self.name.to_owned();
            let bytes = self.given;
            let _ = self.news.try_send(Ok(Added::Bytes { name, bytes }));
        }
        Ok(taken)
    }
}
