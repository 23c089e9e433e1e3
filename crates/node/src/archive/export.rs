//! The export job.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use dag::Cid;
use dag::car::CarWriter;
use library::{
    AssetRow, FolderId, ItemId, ItemQuery, Order, RawPath, RenditionKind, RenditionRow, Shelf, Sort,
};
use serde_json::Value;

use super::{
    BLOCKS, CONFIG, FORMAT, FileEntry, INDEX, Index, LIBRARY, MEDIA, PinEntry, write_durable,
};
use crate::blocks::Blocks;
use crate::content::car::walk;
use crate::import::outcome::chain;
use crate::import::shown_name;
use crate::jobs::{FailureCode, JobHandle, Meter, Outcome, Stop};
use crate::node::Inner;
use crate::pinning::is_library_pin;
use crate::stream::MAX_READ;

/// Items read from the library at once.
const STEP: usize = 500;
/// Longest file name, in bytes, with room for a number.
const MAX_NAME: usize = 240;

/// Why an export ended early.
enum ExportHome {
    Stopped(Stop),
    Failed(String),
    DiskFull,
}

impl From<Stop> for ExportHome {
    fn from(stop: Stop) -> Self {
        Self::Stopped(stop)
    }
}

fn failed(error: &(dyn std::error::Error + 'static)) -> ExportHome {
    if let Some(error) = error.downcast_ref::<std::io::Error>() {
        use std::io::ErrorKind;
        if matches!(
            error.kind(),
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded
        ) {
            return ExportHome::DiskFull;
        }
    }
    ExportHome::Failed(chain(error))
}

impl Inner {
    /// The body of an export job.
    pub(crate) fn work_export(self: &Arc<Self>, handle: &JobHandle, folder: &Path) -> Outcome {
        let export = Export {
            inner: self,
            handle,
            folder,
        };
        match export.run() {
            Ok(()) => Outcome::Done(None),
            Err(ExportHome::Stopped(stop)) => stop.into(),
            Err(ExportHome::DiskFull) => Outcome::Failed(
                "The disk of the export folder is full. Your home is untouched; choose another \
                 folder."
                    .to_owned(),
            ),
            Err(ExportHome::Failed(message)) => Outcome::Failed(message),
        }
    }
}

struct Export<'a> {
    inner: &'a Arc<Inner>,
    handle: &'a JobHandle,
    folder: &'a Path,
}

/// One original to write.
struct Original {
    item: ItemId,
    file: String,
    row: RenditionRow,
}

impl Export<'_> {
    fn run(&self) -> Result<(), ExportHome> {
        let index = self.folder.join(INDEX);
        if index.exists() {
            // An earlier run got to its end but not to noting so.
            std::fs::remove_file(&index).map_err(|error| failed(&error))?;
        }
        self.handle.scanning.store(true, Ordering::Relaxed);
        let originals = self.originals()?;
        self.handle.scanning.store(false, Ordering::Relaxed);
        let mut files = Vec::with_capacity(originals.len());
        for original in &originals {
            self.handle.control.checkpoint()?;
            if self.original(original)? {
                files.push(FileEntry {
                    file: original.file.clone(),
                    root: original.row.root.to_string(),
                    size: original.row.size,
                });
            }
        }
        self.library()?;
        let pins = self.pins()?;
        let config = self.inner.home.root().join("config.jsonc");
        if let Ok(text) = std::fs::read(config) {
            write_durable(&self.folder.join(CONFIG), &text).map_err(|error| failed(&error))?;
        }
        files.sort();
        let text = serde_json::to_vec_pretty(&Index {
            format: FORMAT,
            files,
            pins,
        })
        .map_err(|error| failed(&error))?;
        let folder = File::open(self.folder).map_err(|error| failed(&error))?;
        rustix::fs::syncfs(&folder).map_err(|errno| failed(&std::io::Error::from(errno)))?;
        write_durable(&index, &text).map_err(|error| failed(&error))
    }

    /// Everything to write, with names that are free, in the order of item ids.
    fn originals(&self) -> Result<Vec<Original>, ExportHome> {
        let view = self
            .inner
            .library
            .reader()
            .map_err(|error| failed(&error))?;
        let mut rows: Vec<(ItemId, Option<FolderId>)> = Vec::new();
        for shelf in [Shelf::Live, Shelf::Trash] {
            let mut query = ItemQuery {
                shelf,
                sort: Sort::Added,
                order: Order::Ascending,
                limit: STEP,
                ..ItemQuery::default()
            };
            loop {
                self.handle.control.checkpoint()?;
                let page = view.items(&query).map_err(|error| failed(&error))?;
                rows.extend(page.rows.iter().map(|row| (row.id, row.folder)));
                match page.next {
                    Some(next) => query.cursor = Some(next),
                    None => break,
                }
            }
        }
        rows.sort_unstable();
        let mut folders = HashMap::new();
        let mut taken = HashSet::new();
        let mut originals = Vec::new();
        for (item, folder) in rows {
            self.handle.control.checkpoint()?;
            let folder = match folder {
                Some(folder) => self.folder_path(&view, folder, &mut folders, 0),
                None => String::new(),
            };
            let assets: Vec<AssetRow> = view.assets(item).map_err(|error| failed(&error))?;
            for row in assets.into_iter().flat_map(|asset| asset.renditions) {
                if row.kind != RenditionKind::Original {
                    continue;
                }
                let name = row.locations.first().map_or_else(
                    || row.root.to_string(),
                    |location| file_name(&location.path, &row.root),
                );
                let file = free(format!("{MEDIA}/{folder}"), &name, &mut taken);
                Meter::add(&self.handle.meter.files_total, 1);
                Meter::add(&self.handle.meter.bytes_total, row.size);
                originals.push(Original { item, file, row });
            }
        }
        Ok(originals)
    }

    /// `a/b/` for a folder of the library; cut when nested too deeply.
    fn folder_path(
        &self,
        view: &library::Reader,
        id: FolderId,
        known: &mut HashMap<FolderId, String>,
        depth: usize,
    ) -> String {
        if let Some(path) = known.get(&id) {
            return path.clone();
        }
        let Ok(Some(row)) = view.folder(id) else {
            return String::new();
        };
        let parent = match row.parent {
            Some(parent) if depth < 64 => self.folder_path(view, parent, known, depth + 1),
            _ => String::new(),
        };
        let path = format!("{parent}{}/", portable(&row.name, "folder"));
        known.insert(id, path.clone());
        path
    }

    /// Writes one original; false when it cannot be read, which is noted.
    fn original(&self, original: &Original) -> Result<bool, ExportHome> {
        let target = self.folder.join(&original.file);
        self.handle.meter.at(&target);
        let source = match self.inner.source_of(original.item, &original.row) {
            Ok(source) => source,
            Err(error) => {
                let code = FailureCode::Vanished;
                self.failure(original, code, &error.to_string())?;
                return Ok(false);
            }
        };
        if let Some(parent) = target.parent() {
            std::fs::create_dir_all(parent).map_err(|error| failed(&error))?;
        }
        let mut file = File::create(&target).map_err(|error| failed(&error))?;
        let mut offset = 0;
        while offset < original.row.size {
            self.handle.control.checkpoint()?;
            match source.read_at(offset, MAX_READ) {
                Ok(part) if part.is_empty() => break,
                Ok(part) => {
                    file.write_all(&part).map_err(|error| failed(&error))?;
                    offset += part.len() as u64;
                    Meter::add(&self.handle.meter.bytes_done, part.len() as u64);
                }
                Err(error) => {
                    drop(file);
                    let _ = std::fs::remove_file(&target);
                    self.failure(original, FailureCode::ReadFailed, &error.to_string())?;
                    return Ok(false);
                }
            }
        }
        Meter::add(&self.handle.meter.files_done, 1);
        Ok(true)
    }

    fn failure(
        &self,
        original: &Original,
        code: FailureCode,
        message: &str,
    ) -> Result<(), ExportHome> {
        Meter::add(&self.handle.meter.files_failed, 1);
        let path = RawPath(original.file.as_bytes().to_vec());
        let id = self.handle.id;
        self.inner
            .library
            .write(|tx| tx.add_failure(id, &path, code.as_str(), message, Some(code.todo())))
            .map_err(|error| failed(&error))
    }

    /// `library.json`, every row written anew without the ids of this home's store.
    fn library(&self) -> Result<(), ExportHome> {
        let path = self.folder.join(LIBRARY);
        let file = File::create(&path).map_err(|error| failed(&error))?;
        let mut rows = WithoutSources {
            out: BufWriter::new(file),
            line: Vec::new(),
        };
        self.inner
            .library
            .export_json(&mut rows)
            .map_err(|error| failed(&error))?;
        rows.finish().map_err(|error| failed(&error))
    }

    /// `blocks.car` with the DAGs that were pinned by hand.
    fn pins(&self) -> Result<Vec<PinEntry>, ExportHome> {
        let pins = self.inner.store.pins().map_err(|error| failed(&error))?;
        let mut by_hand: Vec<&store::Pin> = pins
            .iter()
            .filter(|pin| !is_library_pin(&pin.name))
            .collect();
        by_hand.sort_by(|a, b| (a.cid, &a.name).cmp(&(b.cid, &b.name)));
        let file = File::create(self.folder.join(BLOCKS)).map_err(|error| failed(&error))?;
        let mut out = BufWriter::new(file);
        let mut roots: Vec<Cid> = by_hand.iter().map(|pin| pin.cid).collect();
        roots.dedup();
        out.write_all(&CarWriter::header(&roots))
            .map_err(|error| failed(&error))?;
        let mut seen = HashSet::new();
        let blocks = Blocks::own(&self.inner.store);
        for root in roots {
            let each = |cid: &Cid, bytes: &Bytes| -> Result<(), ExportHome> {
                self.handle.control.checkpoint()?;
                out.write_all(&CarWriter::section(cid, bytes))
                    .map_err(|error| failed(&error))
            };
            // An incomplete DAG is exported as far as it is here.
            match walk(&blocks, root, &mut seen, each) {
                Ok(written) => written?,
                Err(error) => tracing::warn!(%error, "a pinned DAG is incomplete"),
            }
        }
        out.flush().map_err(|error| failed(&error))?;
        let entry = |pin: &&store::Pin| PinEntry {
            cid: pin.cid.to_string(),
            name: pin.name.clone(),
            bytes_required: pin.kind == store::PinKind::BytesRequired,
            recursive: pin.recursive,
        };
        Ok(by_hand.iter().map(entry).collect())
    }
}

/// A name that every file system takes.
fn portable(name: &str, otherwise: &str) -> String {
    let shown = shown_name(std::ffi::OsStr::new(name));
    let clean: String = shown
        .chars()
        .map(|c| {
            if matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|') {
                '_'
            } else {
                c
            }
        })
        .collect();
    let mut clean = clean.trim_matches([' ', '.']).to_owned();
    while clean.len() > MAX_NAME {
        clean.pop();
    }
    if clean.is_empty() {
        otherwise.to_owned()
    } else {
        clean
    }
}

fn file_name(path: &RawPath, root: &Cid) -> String {
    portable(&path.file_name(), &root.to_string())
}

/// `folder` + `name`, or with a number when that is taken (compared without case).
fn free(folder: String, name: &str, taken: &mut HashSet<String>) -> String {
    let (stem, extension) = match name.rfind('.') {
        Some(dot) if dot > 0 => name.split_at(dot),
        _ => (name, ""),
    };
    let mut candidate = format!("{folder}{name}");
    let mut number = 2;
    while !taken.insert(candidate.to_lowercase()) {
        candidate = format!("{folder}{stem} ({number}){extension}");
        number += 1;
    }
    candidate
}

/// Rewrites the library's JSON, one row a line, without `source` in locations. Every row
/// is written by the same printer, so a row that never had one looks the same.
struct WithoutSources<W: Write> {
    out: W,
    line: Vec<u8>,
}

impl<W: Write> WithoutSources<W> {
    fn flush_line(&mut self) -> std::io::Result<()> {
        let line = std::mem::take(&mut self.line);
        let (body, end) = split_end(&line);
        match serde_json::from_slice::<Value>(body) {
            Ok(mut row @ Value::Object(_)) => {
                strip_sources(&mut row);
                serde_json::to_writer(&mut self.out, &row)?;
                self.out.write_all(end)
            }
            _ => self.out.write_all(&line),
        }
    }

    fn finish(mut self) -> std::io::Result<()> {
        self.flush_line()?;
        self.out.flush()
    }
}

impl<W: Write> Write for WithoutSources<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(part);
            if part.ends_with(b"\n") {
                self.flush_line()?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}

/// A row and what follows it: a comma, white space.
fn split_end(line: &[u8]) -> (&[u8], &[u8]) {
    let is_end = |byte: &u8| matches!(byte, b',' | b'\n' | b'\r' | b' ');
    let len = line
        .iter()
        .rposition(|byte| !is_end(byte))
        .map_or(0, |last| last + 1);
    line.split_at(len)
}

fn strip_sources(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(strip_sources),
        Value::Object(map) => {
            if map.contains_key("path") && map.contains_key("state") {
                map.remove("source");
            }
            map.values_mut().for_each(strip_sources);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_portable_and_free() {
        assert_eq!(portable("a/b:c.jpg", "x"), "a_b_c.jpg");
        assert_eq!(portable("..", "x"), "x");
        let mut taken = HashSet::new();
        let mut name = |name: &str| free("media/".to_owned(), name, &mut taken);
        assert_eq!(name("a.jpg"), "media/a.jpg");
        assert_eq!(
            name("A.jpg"),
            "media/A (2).jpg",
            "file systems without case see one name"
        );
        assert_eq!(name("a.jpg"), "media/a (3).jpg");
    }

    #[test]
    fn store_ids_leave_the_rows() {
        let mut rows = WithoutSources {
            out: Vec::new(),
            line: Vec::new(),
        };
        rows.write_all(b"{\n\"items\":[\n{\"l\":[{\"path\":\"/a\",\"source\":3,\"sta")
            .expect("write");
        rows.write_all(b"te\":\"ok\"}],\"source\":7},\n{\"b\":1}\n]}")
            .expect("write");
        rows.flush_line().expect("write");
        let text = String::from_utf8(rows.out).expect("text");
        assert!(!text.contains("\"source\":3"), "{text}");
        assert!(
            text.contains("\"source\":7"),
            "only locations lose it: {text}"
        );
        assert!(text.starts_with("{\n\"items\":[\n"), "{text}");
    }
}
