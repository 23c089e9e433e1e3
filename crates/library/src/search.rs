//! The search index: a tantivy index beside the database, rebuildable.
//!
//! Every commit of the catalogue leaves entries in a queue table; indexing takes
//! them out only after tantivy has committed them, so a killed process catches up
//! at the next start. An index that is lost, broken or of another shape is made
//! anew by queueing everything. Nothing here is a source of truth: hits are
//! checked against the catalogue before they are returned.
//!
//! Locks: `writer` before `opened`; searching takes `opened` only for a moment.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use tantivy::collector::TopDocs;
use tantivy::schema::{Field, Value};
use tantivy::{Index, IndexReader, IndexWriter, ReloadPolicy, TantivyDocument, Term};

use crate::config::{SearchLibrary, WriteLibrary};
use crate::ids::{AlbumId, ItemId, MusicAlbumId, ShowId};
use crate::kv::{Kv, T};
use crate::library::Library;
use crate::query::{Order, SearchHit, SearchTarget};
use crate::reader::{Reader, go_on};
use crate::text;
use crate::tx::{QUEUE_ALBUM, QUEUE_ITEM, QUEUE_MUSIC, QUEUE_SHOW, Tx};

mod query;
mod words;

/// Memory of the index writer in bytes: the least tantivy takes.
const WRITER_BYTES: usize = 15_000_000;
/// Entries taken from the queue in one step.
const STEP: usize = 5_000;

/// The groups of fields, by how much a match in them counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Group {
    Title,
    Names,
    Rest,
}

struct Opened {
    index: Index,
    reader: IndexReader,
    id: Field,
    groups: [(Group, Field); 3],
}

pub(crate) struct Search {
    dir: PathBuf,
    opened: Mutex<Option<Arc<Opened>>>,
    writer: Mutex<Option<IndexWriter>>,
}

fn schema() -> (tantivy::schema::Schema, Field, [(Group, Field); 3]) {
    use tantivy::schema::{INDEXED, IndexRecordOption, STORED, TextFieldIndexing, TextOptions};
    let mut schema = tantivy::schema::Schema::builder();
    // Words are folded before they come here; blanks are all there is to split.
    let indexing = TextFieldIndexing::default()
        .set_tokenizer("whitespace")
        .set_index_option(IndexRecordOption::WithFreqs);
    let words = TextOptions::default().set_indexing_options(indexing);
    let id = schema.add_bytes_field("id", INDEXED | STORED);
    let groups = [
        (Group::Title, schema.add_text_field("title", words.clone())),
        (Group::Names, schema.add_text_field("names", words.clone())),
        (Group::Rest, schema.add_text_field("rest", words)),
    ];
    (schema.build(), id, groups)
}

fn opened(index: Index) -> Result<Opened, SearchLibrary> {
    let (expected, id, groups) = schema();
    if index.schema() != expected {
        let other = "the search index has another shape".to_owned();
        return Err(tantivy::TantivyError::SchemaError(other).into());
    }
    let reader = index
        .reader_builder()
        .reload_policy(ReloadPolicy::Manual)
        .try_into()?;
    Ok(Opened {
        index,
        reader,
        id,
        groups,
    })
}

pub(crate) fn target_of(key: &[u8]) -> Option<SearchTarget> {
    let (tag, id) = key.split_first()?;
    match *tag {
        QUEUE_ITEM => ItemId::from_slice(id).map(SearchTarget::Item),
        QUEUE_ALBUM => AlbumId::from_slice(id).map(SearchTarget::Album),
        QUEUE_SHOW => ShowId::from_slice(id).map(SearchTarget::Show),
        QUEUE_MUSIC => MusicAlbumId::from_slice(id).map(SearchTarget::MusicAlbum),
        _ => None,
    }
}

impl Search {
    pub(crate) fn new(dir: PathBuf) -> Self {
        Search {
            dir,
            opened: Mutex::new(None),
            writer: Mutex::new(None),
        }
    }

    /// The index, if there is a sound one.
    fn open(&self) -> Result<Arc<Opened>, SearchLibrary> {
        let mut slot = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(opened) = &*slot {
            return Ok(Arc::clone(opened));
        }
        let fresh = Arc::new(opened(Index::open_in_dir(&self.dir)?)?);
        *slot = Some(Arc::clone(&fresh));
        Ok(fresh)
    }

    /// Makes an empty index where a broken one (or none) was. What has to go
    /// into it is queued first, so that a kill in between loses nothing.
    fn remake(&self, library: &Library) -> Result<Arc<Opened>, SearchLibrary> {
        library.write(queue_everything)?;
        match std::fs::remove_dir_all(&self.dir) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(SearchLibrary::UseFolder(error));
            }
            _ => {}
        }
        std::fs::create_dir_all(&self.dir).map_err(SearchLibrary::UseFolder)?;
        let fresh = Arc::new(opened(Index::create_in_dir(&self.dir, schema().0)?)?);
        let mut slot = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        *slot = Some(Arc::clone(&fresh));
        Ok(fresh)
    }

    /// One step of indexing; says how many queue entries are left.
    pub(crate) fn index_pending(&self, library: &Library) -> Result<u64, SearchLibrary> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let opened = match self.open() {
            Ok(opened) => opened,
            Err(broken) => {
                tracing::info!(%broken, "making the search index anew");
                *writer = None;
                self.remake(library)?
            }
        };
        let reader = library.reader()?;
        let mut step: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
        reader
            .kv
            .scan_prefix(T::Queue, &[], Order::Ascending, |key, value| {
                step.push((key.to_vec(), value.to_vec()));
                Ok(go_on(step.len() < STEP))
            })?;
        if step.is_empty() {
            return Ok(0);
        }
        let failed = self.write_step(&mut writer, &opened, &reader, &step);
        if let Err(error) = failed {
            // The writer is of no use after an error, and the index may be
            // broken: the next call finds out and makes it anew.
            *writer = None;
            *self.opened.lock().unwrap_or_else(PoisonError::into_inner) = None;
            return Err(error);
        }
        opened.reader.reload()?;
        drop(reader);
        let left = library.write(|tx| {
            for (key, _) in &step {
                tx.kv.remove(T::Queue, key)?;
            }
            tx.kv.count(T::Queue)
        })?;
        if left == 0 {
            // Idle costs no thread and no memory.
            *writer = None;
        }
        Ok(left)
    }

    fn write_step(
        &self,
        slot: &mut Option<IndexWriter>,
        opened: &Opened,
        reader: &Reader,
        step: &[(Vec<u8>, Vec<u8>)],
    ) -> Result<(), SearchLibrary> {
        let writer = match slot {
            Some(writer) => writer,
            None => slot.insert(opened.index.writer_with_num_threads(1, WRITER_BYTES)?),
        };
        let mut seen = std::collections::HashSet::new();
        for (_, key) in step {
            if !seen.insert(key.as_slice()) {
                continue;
            }
            writer.delete_term(Term::from_field_bytes(opened.id, key));
            let Some(fields) = target_of(key).map(|target| words::fields(reader, target)) else {
                continue;
            };
            let Some(fields) = fields? else { continue };
            let mut document = TantivyDocument::default();
            document.add_bytes(opened.id, key);
            for field in fields {
                if let Some((_, to)) = opened
                    .groups
                    .iter()
                    .find(|(group, _)| *group == field.group)
                {
                    document.add_text(*to, text::index_words(&field.text).join(" "));
                }
            }
            writer.add_document(document)?;
        }
        writer.commit()?;
        Ok(())
    }

    pub(crate) fn find(
        &self,
        reader: &Reader,
        text: &str,
        limit: usize,
    ) -> Result<Vec<SearchHit>, SearchLibrary> {
        let words = query::search_words(text);
        // Before the first step of indexing there is nothing to find.
        let (false, true, Ok(opened)) = (words.is_empty(), limit > 0, self.open()) else {
            return Ok(Vec::new());
        };
        let query = query::build(&words, &opened.groups);
        let searcher = opened.reader.searcher();
        let top = TopDocs::with_limit(limit.saturating_mul(2).saturating_add(8)).order_by_score();
        let mut hits = Vec::new();
        for (score, address) in searcher.search(&query, &top)? {
            if hits.len() >= limit {
                break;
            }
            let document: TantivyDocument = searcher.doc(address)?;
            let key = document
                .get_first(opened.id)
                .and_then(|value| value.as_bytes());
            let Some(target) = key.and_then(target_of) else {
                continue;
            };
            let Some(fields) = words::fields(reader, target)? else {
                continue;
            };
            let mut matched = Vec::new();
            for field in &fields {
                let all = text::index_words(&field.text);
                let hit = words
                    .iter()
                    .any(|word| all.iter().any(|other| query::near(word, other)));
                if hit && !matched.contains(&field.name) {
                    matched.push(field.name);
                }
            }
            hits.push(SearchHit {
                target,
                score,
                matched,
            });
        }
        Ok(hits)
    }
}

/// Queues everything there is, in place of what was queued.
fn queue_everything(tx: &mut Tx<'_>) -> Result<(), WriteLibrary> {
    for key in tx.kv.keys(T::Queue, &[])? {
        tx.kv.remove(T::Queue, &key)?;
    }
    for (table, tag) in [(T::Items, QUEUE_ITEM), (T::Albums, QUEUE_ALBUM)] {
        for key in tx.kv.keys(table, &[])? {
            if let Ok(id) = key.try_into() {
                tx.queue(tag, id);
            }
        }
    }
    for (index, tag) in [
        (crate::keys::EPISODES, QUEUE_SHOW),
        (crate::keys::TRACKS, QUEUE_MUSIC),
    ] {
        for key in tx.kv.keys(T::Index, &[index])? {
            if let Some(id) = key.get(1..17).and_then(|id| id.try_into().ok()) {
                tx.queue(tag, id);
            }
        }
    }
    Ok(())
}
