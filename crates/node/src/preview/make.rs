//! The background task that makes facts and previews.
//!
//! What is to be done is not stored twice: it is the items whose facts are not in yet
//! (an index of the library). A short list of items that are on screen goes first.

use std::collections::{HashSet, VecDeque};
use std::fs::File;
use std::io::Write;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt};
use library::{AssetRole, Facts, ItemId, MediaClass, RenditionRow};
use media::{MediaPool, Want};
use tokio::sync::Notify;

use super::facts::{facts_of, failed_facts, is_ours, reason};
use super::thumbs;
use crate::events::{Event, MAX_IDS};
use crate::import::kind::class_of;
use crate::jobs::{lock, path_of};
use crate::node::Inner;
use crate::stream::{OpenStream, Source, stamp_of};
use crate::tasks::Lane;

/// Items that wait at the front at most; the oldest wishes fall out.
const MAX_FIRST: usize = 500;
/// Items taken from the library's index at once.
const STEP: usize = 256;
/// Inspections at once; the pool has as many workers.
const AT_ONCE: usize = 2;
/// Results written in one commit at most ...
const COMMIT_ITEMS: usize = 32;
/// ... and how long the first of them waits.
const COMMIT_AGE: Duration = Duration::from_millis(400);
/// Copies larger than this are not spooled for the worker.
const MAX_SPOOL: u64 = 8 << 30;

/// What is wished for, and how much is left.
#[derive(Debug, Default)]
pub(crate) struct Previews {
    first: Mutex<VecDeque<ItemId>>,
    more: Notify,
    waiting: Mutex<Waiting>,
}

/// How many items wait. Kept as they come and go: counting them again is a walk through
/// the whole index.
#[derive(Debug, Default)]
struct Waiting {
    items: u64,
    /// Grows with each arrival, so that an empty index is not taken for the latest news.
    arrivals: u64,
}

impl Previews {
    /// Puts items at the front.
    pub(crate) fn first(&self, items: &[ItemId]) {
        let mut first = lock(&self.first);
        for item in items.iter().rev() {
            if !first.contains(item) {
                first.push_front(*item);
            }
        }
        first.truncate(MAX_FIRST);
        drop(first);
        self.more.notify_one();
    }

    /// So many new items are there.
    pub(crate) fn more(&self, items: usize) {
        let mut waiting = lock(&self.waiting);
        waiting.items = waiting.items.saturating_add(items as u64);
        waiting.arrivals += 1;
        drop(waiting);
        self.more.notify_one();
    }

    pub(crate) fn pending(&self) -> u64 {
        lock(&self.waiting).items
    }

    fn arrivals(&self) -> u64 {
        lock(&self.waiting).arrivals
    }

    fn done(&self, items: usize) {
        let mut waiting = lock(&self.waiting);
        waiting.items = waiting.items.saturating_sub(items as u64);
    }

    /// The index held nothing more; what was deleted while it waited goes from the count.
    fn nothing_since(&self, arrivals: u64) {
        let mut waiting = lock(&self.waiting);
        if waiting.arrivals == arrivals {
            waiting.items = 0;
        }
    }

    fn take_first(&self) -> Option<ItemId> {
        lock(&self.first).pop_front()
    }
}

/// Starts the task, when there is a worker program.
pub(crate) fn start(inner: &Arc<Inner>) {
    if let Some(pool) = inner.media.clone() {
        let task = Arc::clone(inner);
        inner.tasks.spawn("previews", previews_task(task, pool));
    }
}

/// One finished inspection: facts to store, or none when only pictures were missing.
struct Made {
    item: ItemId,
    /// It was one of those without facts, and not only without pictures.
    waited: bool,
    facts: Option<Facts>,
    retry: bool,
}

async fn previews_task(inner: Arc<Inner>, pool: MediaPool) {
    // Failures that say nothing about the file are not tried again in this run.
    let mut given_up: HashSet<ItemId> = HashSet::new();
    let counting = Arc::clone(&inner);
    let left_over = inner
        .tasks
        .blocking(Lane::Query, move || counting.unprobed_count());
    inner.previews.more(left_over.await);
    loop {
        let arrivals = inner.previews.arrivals();
        if !round(&inner, &pool, &mut given_up).await {
            inner.previews.nothing_since(arrivals);
            inner.previews.more.notified().await;
        }
    }
}

/// Works through one step of the index; false when there was nothing to do.
async fn round(inner: &Arc<Inner>, pool: &MediaPool, given_up: &mut HashSet<ItemId>) -> bool {
    let mut waiting: VecDeque<ItemId> = unprobed(inner, given_up).await.into();
    let mut running = FuturesUnordered::new();
    let mut made: Vec<Made> = Vec::new();
    let mut worked = false;
    let mut commit_at = pin!(tokio::time::sleep(COMMIT_AGE));
    loop {
        while running.len() < AT_ONCE {
            let next = inner.previews.take_first().or_else(|| waiting.pop_front());
            let Some(item) = next else { break };
            worked = true;
            running.push(inspect(Arc::clone(inner), pool.clone(), item));
        }
        if running.is_empty() {
            commit(inner, &mut made).await;
            return worked;
        }
        tokio::select! {
            Some(done) = running.next() => {
                if done.retry {
                    given_up.insert(done.item);
                }
                if made.is_empty() {
                    commit_at.as_mut().reset(tokio::time::Instant::now() + COMMIT_AGE);
                }
                made.push(done);
                if made.len() >= COMMIT_ITEMS {
                    commit(inner, &mut made).await;
                }
            }
            () = commit_at.as_mut(), if !made.is_empty() => commit(inner, &mut made).await,
        }
    }
}

async fn unprobed(inner: &Arc<Inner>, given_up: &HashSet<ItemId>) -> Vec<ItemId> {
    let library = Arc::clone(&inner.library);
    let given_up = given_up.clone();
    let found = inner
        .tasks
        .blocking(Lane::Query, move || {
            let view = library.reader()?;
            let mut after = None;
            loop {
                let step = view.unprobed(after, STEP)?;
                let last = step.last().copied();
                let fresh: Vec<ItemId> = step
                    .into_iter()
                    .filter(|item| !given_up.contains(item))
                    .collect();
                if !fresh.is_empty() || last.is_none() {
                    return Ok::<_, library::ReadLibrary>(fresh);
                }
                after = last;
            }
        })
        .await;
    found.unwrap_or_else(|error| {
        tracing::warn!(%error, "the items without previews could not be listed");
        Vec::new()
    })
}

/// Facts and previews of one item.
async fn inspect(inner: Arc<Inner>, pool: MediaPool, item: ItemId) -> Made {
    let opening = Arc::clone(&inner);
    let opened = inner
        .tasks
        .blocking(Lane::Work, move || opening.open_for_worker(item))
        .await;
    let Some(opened) = opened else {
        return Made {
            item,
            waited: true,
            facts: None,
            retry: true,
        };
    };
    let mut facts = None;
    let mut retry = false;
    if let Some(file) = opened.main {
        match file {
            Ok(file) => match pool.inspect(media::Source::File(file), Want::ALL).await {
                Ok(inspection) => {
                    let thumbs = inner.home.thumbs();
                    let root = opened.row.root;
                    let found = facts_of(&inspection);
                    let keep = move || thumbs::keep(&thumbs, &root, &inspection.previews);
                    match inner.tasks.blocking(Lane::Read, keep).await {
                        Ok(()) => facts = Some(found),
                        // A full disk says nothing about the file.
                        Err(error) => {
                            tracing::warn!(%error, "a preview could not be written");
                            retry = true;
                        }
                    }
                }
                Err(error) if is_ours(&error) => retry = true,
                Err(error) => {
                    tracing::debug!(%item, %error, "no preview");
                    let reason = reason(&error);
                    facts = Some(failed_facts(&opened.row.mime, opened.class, reason));
                }
            },
            // Missing or offline: it may come back, so nothing is recorded.
            Err(_) => retry = true,
        }
    }
    if let Some((root, file)) = opened.poster
        && let Ok(inspection) = pool.inspect(media::Source::File(file), Want::ALL).await
    {
        let thumbs = inner.home.thumbs();
        let keep = move || thumbs::keep(&thumbs, &root, &inspection.previews);
        if let Err(error) = inner.tasks.blocking(Lane::Read, keep).await {
            tracing::warn!(%error, "a poster could not be written");
        }
    }
    Made {
        item,
        waited: opened.waits,
        facts,
        retry,
    }
}

async fn commit(inner: &Arc<Inner>, made: &mut Vec<Made>) {
    let made = std::mem::take(made);
    if made.is_empty() {
        return;
    }
    let count = made.iter().filter(|made| made.waited).count();
    let task = Arc::clone(inner);
    inner
        .tasks
        .blocking(Lane::Query, move || {
            let ids: Vec<ItemId> = made
                .iter()
                .filter(|made| !made.retry)
                .map(|made| made.item)
                .collect();
            let written = task.library.write(|tx| {
                for made in made {
                    if let Some(facts) = made.facts {
                        match tx.set_facts(made.item, facts) {
                            // Deleted in the meantime.
                            Ok(()) | Err(library::WriteLibrary::Missing { .. }) => {}
                            Err(error) => return Err(error),
                        }
                    }
                }
                Ok(())
            });
            match written {
                Ok(()) => {
                    for part in ids.chunks(MAX_IDS) {
                        task.events.send(Event::PreviewReady(part.into()));
                    }
                    task.events.items_changed(&ids);
                    task.touch_index();
                }
                Err(error) => tracing::warn!(%error, "facts could not be written"),
            }
        })
        .await;
    inner.previews.done(count);
}

/// What the worker gets for one item.
struct Opened {
    row: RenditionRow,
    class: MediaClass,
    /// Its facts are missing.
    waits: bool,
    /// The main file, when its facts or pictures are missing.
    main: Option<Result<File, OpenStream>>,
    /// Root and file of the poster, when its pictures are missing.
    poster: Option<(dag::Cid, File)>,
}

impl Inner {
    /// Items without facts: a walk through the whole index.
    pub(crate) fn unprobed_count(&self) -> usize {
        let count = || {
            let view = self.library.reader()?;
            let (mut count, mut after) = (0, None);
            loop {
                let step = view.unprobed(after, STEP)?;
                count += step.len();
                after = step.last().copied();
                if after.is_none() {
                    return Ok::<_, library::ReadLibrary>(count);
                }
            }
        };
        count().unwrap_or(0)
    }

    fn open_for_worker(self: &Arc<Self>, item: ItemId) -> Option<Opened> {
        let view = self.library.reader().ok()?;
        let detail = view.item(item, None).ok()??;
        let thumbs = self.home.thumbs();
        let row = detail.original()?.clone();
        let has_failed = detail
            .facts
            .as_ref()
            .is_some_and(|facts| facts.probe.get(super::FAILED).is_some());
        let wants_pictures =
            detail.row.has_preview && !has_failed && !thumbs::are_there(&thumbs, &row.root);
        let main = (!detail.row.probed || wants_pictures).then(|| self.file_of(item, &row));
        let poster = detail
            .assets
            .iter()
            .find(|asset| asset.role == AssetRole::Poster)
            .and_then(|asset| asset.renditions.first())
            .filter(|row| !thumbs::are_there(&thumbs, &row.root))
            .and_then(|row| Some((row.root, self.file_of(item, row).ok()?)));
        let class = detail
            .facts
            .map_or_else(|| class_of_mime(&row.mime), |facts| facts.class);
        Some(Opened {
            row,
            class,
            waits: !detail.row.probed,
            main,
            poster,
        })
    }

    /// A rendition as an open file: the user's own file when it is as recorded (also for
    /// copies: it usually still is, right after an import), else spooled from the store
    /// into a file without a name.
    pub(crate) fn file_of(
        self: &Arc<Self>,
        item: ItemId,
        row: &RenditionRow,
    ) -> Result<File, OpenStream> {
        if let Ok(view) = self.library.reader() {
            for location in &row.locations {
                if let Ok(Some(origin)) = view.origin(&location.path)
                    && origin.item == Some(item)
                    && let Some(Source::File { file, .. }) =
                        Source::open_if(&path_of(&location.path), &stamp_of(&origin.stamp))
                    && row.size == origin.stamp.size
                {
                    return Ok(file);
                }
            }
        }
        let source = match self.source_of(item, row)? {
            Source::File { file, .. } => return Ok(file),
            source => source,
        };
        let failed =
            |error: Box<dyn std::error::Error + Send + Sync>| OpenStream::OpenSource(error);
        if row.size > MAX_SPOOL {
            return Err(failed("the file is too large to spool".into()));
        }
        let mut spool = unnamed(&self.home.staging()).map_err(|error| failed(Box::new(error)))?;
        let mut offset = 0;
        while offset < row.size {
            if self.tasks.is_stopping() {
                return Err(failed("shutting down".into()));
            }
            let part = source
                .read_at(offset, crate::stream::MAX_READ)
                .map_err(|error| failed(Box::new(error)))?;
            if part.is_empty() {
                break;
            }
            spool
                .write_all(&part)
                .map_err(|error| failed(Box::new(error)))?;
            offset += part.len() as u64;
        }
        Ok(spool)
    }
}

/// A file that has no name and is gone when it is closed.
fn unnamed(folder: &std::path::Path) -> std::io::Result<File> {
    use rustix::fs::{Mode, OFlags};
    let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
    let opened = rustix::fs::open(folder, flags, Mode::RUSR | Mode::WUSR)?;
    Ok(File::from(opened))
}

fn class_of_mime(mime: &str) -> MediaClass {
    use media::MediaKind;
    class_of(match mime.split('/').next() {
        Some("video") => MediaKind::Video,
        Some("image") => MediaKind::Photo,
        Some("audio") => MediaKind::Audio,
        _ => MediaKind::Other,
    })
}
