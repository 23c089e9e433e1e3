//! The node: what `api`, `cli` and the desktop shell hold.
//!
//! Opening reads no more than it must; resuming jobs, catching up the search index and
//! looking for moved files happen in the background afterwards. The methods live next
//! to what they do: `import`, `stream`, `content`, `preview`, `edit`, `storage`,
//! `archive`; here are only life, settings, events, people and queries.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use library::{
    ItemId, Library, LibraryConfig, ReadLibrary, Reader, SearchHit, SearchLibrary, Tx, WriteLibrary,
};
use media::{MediaPool, PoolConfig};
use serde_json::{Map, Value};
use store::{Store, StoreConfig};
use tokio::sync::{Notify, Semaphore};

use crate::events::{Event, EventStream, Events};
use crate::home::Home;
use crate::identity::NodeIdentity;
use crate::jobs::{JobHandle, JobState, JobTable, lock};
use crate::networks::NetworkOptions;
use crate::open::OpenNode;
use crate::pinning::Pinning;
use crate::preview::Previews;
use crate::problem::Problem;
use crate::settings::{ChangeSettings, Settings, SettingsFile};
use crate::tasks::{Lane, Tasks};

/// What a node needs to start.
#[derive(Clone, Debug)]
pub struct NodeConfig {
    /// The home folder; made when it is not there.
    pub home: PathBuf,
    /// Program and arguments of the media worker; `None` means no previews.
    pub media_worker: Option<(PathBuf, Vec<OsString>)>,
    /// Threads that hash during imports; 0 means as many as fit this machine (2 to 4).
    pub import_threads: usize,
    /// How its networks are started; `None` means that it has none.
    pub network: Option<NetworkOptions>,
    /// How long somebody who has public content is looked for while nothing comes.
    pub find_patience: Duration,
}

/// Until then somebody who has public content is looked for.
const FIND_PATIENCE: Duration = Duration::from_secs(45);

impl NodeConfig {
    /// The usual configuration for a home.
    pub fn new(home: impl Into<PathBuf>) -> Self {
        Self {
            home: home.into(),
            media_worker: None,
            import_threads: 0,
            network: None,
            find_patience: FIND_PATIENCE,
        }
    }

    /// Looks for public content for this long.
    #[must_use]
    pub fn with_find_patience(mut self, patience: Duration) -> Self {
        self.find_patience = patience;
        self
    }

    /// Has networks, started as `options` say.
    #[must_use]
    pub fn with_network(mut self, options: NetworkOptions) -> Self {
        self.network = Some(options);
        self
    }

    /// Uses this program for hostile decoding.
    #[must_use]
    pub fn with_media_worker(mut self, program: PathBuf, args: Vec<OsString>) -> Self {
        self.media_worker = Some((program, args));
        self
    }
}

/// A running node. Cheap to clone; the last clone must be [`Node::shutdown`], dropping
/// it instead leaves unfinished jobs journaled as a kill would.
#[derive(Clone, Debug)]
pub struct Node {
    pub(crate) inner: Arc<Inner>,
}

/// Everything a node owns. Lock order: `settings` before `problems`; neither is held
/// while a job, the store or the library works.
#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) home: Home,
    identity: Mutex<NodeIdentity>,
    pub(crate) tasks: Tasks,
    pub(crate) events: Events,
    pub(crate) store: Arc<Store>,
    pub(crate) library: Arc<Library>,
    pub(crate) media: Option<MediaPool>,
    /// What is not handled here; asked before anything goes in or out.
    pub(crate) policy: Arc<crate::policy::ContentPolicy>,
    /// Blocks that are anybody's.
    pub(crate) public: Arc<crate::public::PublicBlocks>,
    pub(crate) find_patience: Duration,
    /// When public roots were announced.
    pub(crate) announced: Arc<crate::share::Announced>,
    pub(crate) networks: crate::networks::Networks,
    /// What shares reach.
    pub(crate) serving: crate::share::ShareBlocks,
    /// Shares of others that are held open.
    pub(crate) opened: crate::share::Opened,
    /// What came from peers, on its way into the store.
    pub(crate) arrivals: Arc<crate::share::Arrivals>,
    pub(crate) jobs: JobTable,
    pub(crate) previews: Previews,
    pub(crate) pinning: Pinning,
    pub(crate) looking: AtomicBool,
    /// Storage folders that were there when last asked.
    pub(crate) online: Mutex<Vec<store::FolderId>>,
    pub(crate) changed: crate::moved::KnownChanged,
    pub(crate) files: crate::files::FilesRoot,
    pub(crate) import_turns: Semaphore,
    pub(crate) import_threads: usize,
    settings: Mutex<SettingsFile>,
    problems: Mutex<Vec<Problem>>,
    /// Woken when the search index is behind.
    index_dirty: Notify,
    started_at: i64,
}

/// Imports that run at once; further ones wait.
const IMPORT_TURNS: usize = 2;
/// Time between a change and its being searchable.
const INDEX_DELAY: Duration = Duration::from_millis(300);
/// What closing connections may take of it.
const NETWORK_DEADLINE: Duration = Duration::from_millis(500);
/// What writing down the last blocks of peers may take of it.
const ARRIVALS_DEADLINE: Duration = Duration::from_millis(700);
/// What shutdown may take before it gives up on stragglers.
const SHUTDOWN_DEADLINE: Duration = Duration::from_millis(1_800);

impl Inner {
    pub(crate) fn now_ms(&self) -> i64 {
        now_ms()
    }

    pub(crate) fn fresh_id(&self) -> [u8; 16] {
        library::Ids::next(&library::SystemIds)
    }

    pub(crate) fn settings(&self) -> Arc<Settings> {
        lock(&self.settings).settings()
    }

    pub(crate) fn identity(&self) -> NodeIdentity {
        lock(&self.identity).clone()
    }

    /// The home has another key now.
    pub(crate) fn set_identity(&self, identity: NodeIdentity) {
        *lock(&self.identity) = identity;
    }

    /// Reads the settings file again, after a restore replaced it.
    pub(crate) fn reload_settings(&self) {
        match SettingsFile::load(self.home.root()) {
            Ok((file, _)) => {
                *lock(&self.settings) = file;
                self.events.send(Event::SettingsChanged);
            }
            Err(error) => tracing::warn!(%error, "the restored settings could not be read"),
        }
    }

    /// The search index follows soon.
    pub(crate) fn touch_index(&self) {
        self.index_dirty.notify_one();
    }

    /// A problem is mended.
    pub(crate) fn clear_problem(&self, code: &str) {
        lock(&self.problems).retain(|other| other.code != code);
    }

    /// Notes a problem, replacing the one with the same code.
    pub(crate) fn note_problem(&self, problem: Problem) {
        let mut problems = lock(&self.problems);
        problems.retain(|other| other.code != problem.code);
        problems.push(problem);
    }
}

fn now_ms() -> i64 {
    library::Clock::now_ms(&library::SystemClock)
}

impl Node {
    /// Opens the home and starts. Must be called on a multi-thread tokio runtime.
    pub async fn open(config: NodeConfig) -> Result<Self, OpenNode> {
        let tasks = Tasks::new();
        let opening = tasks.clone();
        let inner = tasks
            .blocking(Lane::Work, move || open_inner(config, opening))
            .await?;
        let node = Self {
            inner: Arc::new(inner),
        };
        crate::networks::start(&node.inner).await;
        node.start().await;
        Ok(node)
    }

    /// Starts what runs in the background.
    async fn start(&self) {
        let inner = Arc::clone(&self.inner);
        self.inner.tasks.spawn("search-index", index_task(inner));
        crate::policy::start(&self.inner);
        crate::share::resume(&self.inner);
        let arrivals = crate::share::write_arrivals(Arc::clone(&self.inner));
        self.inner.tasks.spawn("arrivals", arrivals);
        crate::preview::start(&self.inner);
        crate::moved::start_later(&self.inner);
        crate::repin::start(&self.inner);
        crate::upload::sweep(&self.inner).await;
        let rows = self.query(Reader::jobs).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the job journal could not be read");
            Vec::new()
        });
        // The journal lists newest first.
        for row in rows.into_iter().rev() {
            let Some(handle) = JobHandle::from_row(row) else {
                continue;
            };
            let handle = Arc::new(handle);
            self.inner.jobs.add(Arc::clone(&handle));
            if handle.state() == JobState::Queued {
                tracing::info!(job = %handle.id, "going on with a job");
                self.inner.launch(handle);
            }
        }
    }

    /// Stops everything within two seconds: running jobs stay journaled and go on at
    /// the next start. Safe to call more than once.
    pub async fn shutdown(&self) {
        self.inner.jobs.shut_down();
        let media = async {
            if let Some(media) = &self.inner.media {
                // Ends inspections that tasks wait for.
                let _ = tokio::time::timeout(SHUTDOWN_DEADLINE, media.shutdown()).await;
            }
        };
        // First: whoever reads through it is told at once.
        let networks = self.inner.networks.shutdown();
        let _ = tokio::time::timeout(NETWORK_DEADLINE, networks).await;
        // What came over it was paid for. Without a place on disk it would have to come again.
        let _ = tokio::time::timeout(ARRIVALS_DEADLINE, self.inner.arrivals.written()).await;
        tokio::join!(media, self.inner.tasks.shutdown(SHUTDOWN_DEADLINE));
        self.inner.store.shutdown();
    }

    /// The home folder.
    #[must_use]
    pub fn home(&self) -> &Path {
        self.inner.home.root()
    }

    /// Who this node is to others.
    #[must_use]
    pub fn identity(&self) -> NodeIdentity {
        self.inner.identity()
    }

    /// When this node was opened, unix milliseconds.
    #[must_use]
    pub fn started_at(&self) -> i64 {
        self.inner.started_at
    }

    /// Everything that does not work at the moment.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        lock(&self.inner.problems).clone()
    }

    /// A new listener; it sees what happens from now on.
    #[must_use]
    pub fn events(&self) -> EventStream {
        self.inner.events.subscribe()
    }

    /// The settings now.
    #[must_use]
    pub fn settings(&self) -> Arc<Settings> {
        self.inner.settings()
    }

    /// Changes settings by a JSON merge of top-level keys.
    pub async fn update_settings(
        &self,
        patch: Map<String, Value>,
    ) -> Result<Arc<Settings>, ChangeSettings> {
        self.change_settings(move |file| file.update(&patch)).await
    }

    /// Takes settings back to their defaults; all of them when `keys` is `None`.
    pub async fn reset_settings(
        &self,
        keys: Option<Vec<String>>,
    ) -> Result<Arc<Settings>, ChangeSettings> {
        self.change_settings(move |file| file.reset(keys.as_deref()))
            .await
    }

    async fn change_settings<F>(&self, change: F) -> Result<Arc<Settings>, ChangeSettings>
    where
        F: FnOnce(&mut SettingsFile) -> Result<Arc<Settings>, ChangeSettings> + Send + 'static,
    {
        let inner = Arc::clone(&self.inner);
        let (before, settings) = self
            .inner
            .tasks
            .blocking(Lane::Query, move || {
                let mut file = lock(&inner.settings);
                let before = file.settings();
                let after = change(&mut file)?;
                drop(file);
                if before.quota_bytes != after.quota_bytes
                    && let Err(error) = inner.store.set_quota(HOME_FOLDER, after.quota_bytes)
                {
                    tracing::warn!(%error, "the new limit takes effect at the next start");
                }
                Ok((before, after))
            })
            .await?;
        self.inner.events.send(Event::SettingsChanged);
        crate::networks::settings_changed(&self.inner, &before).await;
        self.inner.announced.stir();
        Ok(settings)
    }

    /// Asks the library something: one consistent view, on a capped lane of blocking threads.
    pub async fn query<T, F>(&self, ask: F) -> Result<T, ReadLibrary>
    where
        F: FnOnce(&Reader) -> Result<T, ReadLibrary> + Send + 'static,
        T: Send + 'static,
    {
        let library = Arc::clone(&self.inner.library);
        self.inner
            .tasks
            .blocking(Lane::Query, move || ask(&library.reader()?))
            .await
    }

    /// Searches as one types.
    pub async fn search(
        &self,
        text: String,
        limit: usize,
    ) -> Result<Vec<SearchHit>, SearchLibrary> {
        let library = Arc::clone(&self.inner.library);
        self.inner
            .tasks
            .blocking(Lane::Query, move || library.search(&text, limit))
            .await
    }

    /// Changes what people say (titles, favourites, progress, albums...) in one durable
    /// commit and, when that worked, tells listeners that `items` changed. Trash, delete
    /// and relink have methods of their own.
    pub async fn edit<T, F>(&self, items: Vec<ItemId>, change: F) -> Result<T, WriteLibrary>
    where
        F: FnOnce(&mut Tx<'_>) -> Result<T, WriteLibrary> + Send + 'static,
        T: Send + 'static,
    {
        let library = Arc::clone(&self.inner.library);
        let done = self
            .inner
            .tasks
            .blocking(Lane::Query, move || library.write(change))
            .await?;
        self.inner.events.items_changed(&items);
        self.inner.touch_index();
        Ok(done)
    }

    /// As [`Node::edit`], for people: listeners get [`Event::SettingsChanged`].
    pub async fn edit_people<T, F>(&self, change: F) -> Result<T, WriteLibrary>
    where
        F: FnOnce(&mut Tx<'_>) -> Result<T, WriteLibrary> + Send + 'static,
        T: Send + 'static,
    {
        let done = self.edit(Vec::new(), change).await?;
        self.inner.events.send(Event::SettingsChanged);
        Ok(done)
    }

    /// A text about this node for bug reports: versions, sizes, problems; no names,
    /// no paths below the home, no keys.
    pub async fn diagnostics(&self) -> String {
        use std::fmt::Write as _;
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = writeln!(text, "Tributary {}", env!("CARGO_PKG_VERSION"));
        let _ = writeln!(text, "started: {} (unix ms)", self.inner.started_at);
        let _ = writeln!(text, "peer id: {}", self.inner.identity().peer_id);
        let uname = rustix::system::uname();
        let _ = writeln!(text, "system: {:?} {:?}", uname.sysname(), uname.release());
        let previews = match self.inner.media {
            Some(_) => "on",
            None => "off",
        };
        let _ = writeln!(text, "previews: {previews}");
        match self.query(|view| view.counts(None)).await {
            Ok(counts) => {
                let _ = writeln!(text, "items: {counts:?}");
            }
            Err(error) => {
                let _ = writeln!(text, "items: {error}");
            }
        }
        let storage = self.storage().await;
        let _ = writeln!(
            text,
            "storage: {} blocks, {} bytes used, {} referenced, {} free, {} folders",
            storage.blocks,
            storage.used,
            storage.referenced,
            storage.free,
            storage.folders.len(),
        );
        let report = self.inner.store.open_report();
        let _ = writeln!(text, "store: {report:?}");
        for job in self.jobs() {
            let _ = writeln!(
                text,
                "job {:?} {:?}: {} of {} files, {} failed",
                job.kind, job.state, job.files_done, job.files_total, job.files_failed
            );
        }
        for problem in self.problems() {
            let _ = writeln!(text, "problem {}: {}", problem.code, problem.message);
        }
        text
    }
}

/// The home's own storage folder.
const HOME_FOLDER: store::FolderId = store::FolderId(0);

/// Brings the search index up to date soon after every change.
async fn index_task(inner: Arc<Inner>) {
    loop {
        let library = Arc::clone(&inner.library);
        let left = inner
            .tasks
            .blocking(Lane::Work, move || library.index_pending())
            .await;
        match left {
            Ok(left) if left > 0 => continue,
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(%error, "the search index could not be updated");
                inner.note_problem(Problem {
                    code: "search_index",
                    message: "Search may miss the newest items.".to_owned(),
                    todo: "Restart Tributary; if it stays, delete the folder search in the home."
                        .to_owned(),
                });
            }
        }
        inner.index_dirty.notified().await;
        tokio::time::sleep(INDEX_DELAY).await;
    }
}

fn open_inner(config: NodeConfig, tasks: Tasks) -> Result<Inner, OpenNode> {
    let home = Home::open(&config.home)?;
    let root = home.root().to_owned();
    let identity = NodeIdentity::load_or_create(&root.join("keys"))
        .map_err(|error| OpenNode::from_identity(&root, error))?;
    let (settings, broken) =
        SettingsFile::load(&root).map_err(|error| OpenNode::from_io(&root, error))?;
    let mut problems = Vec::new();
    if let Some(broken) = broken {
        problems.push(Problem {
            code: "settings_broken",
            message: format!(
                "The settings file could not be used ({}); the defaults are in use.",
                broken.reason
            ),
            todo: format!("The file is kept as {}.", broken.kept_as.display()),
        });
    }
    let quota = settings.settings().quota_bytes;
    let store_config = StoreConfig {
        quota,
        ..StoreConfig::new(&root)
    };
    let store = Store::open(store_config).map_err(|error| OpenNode::from_store(&root, error))?;
    let library = Library::open(LibraryConfig::new(&root))
        .map_err(|error| OpenNode::from_library(&root, error))?;
    if store.open_report().rebuilt {
        problems.push(Problem {
            code: "store_rebuilt",
            message: "The block index was damaged and was rebuilt from the blocks.".to_owned(),
            todo:
                "Your library is being tied to its blocks again. What was pinned by hand must be \
                   pinned again before you free space."
                    .to_owned(),
        });
    }
    let media = match config.media_worker {
        None => None,
        Some((program, args)) => match MediaPool::start(PoolConfig::new(program, args)) {
            Ok(pool) => Some(pool),
            Err(error) => {
                tracing::warn!(%error, "the media worker could not be started");
                None
            }
        },
    };
    if media.is_none() {
        problems.push(Problem {
            code: "previews_unavailable",
            message: "Previews are not made: the media worker is not there.".to_owned(),
            todo: "Install Tributary again; everything else works.".to_owned(),
        });
    }
    let import_threads = match config.import_threads {
        0 => std::thread::available_parallelism().map_or(2, |cores| cores.get().clamp(2, 4)),
        threads => threads.min(16),
    };
    Ok(Inner {
        home,
        identity: Mutex::new(identity),
        tasks,
        events: Events::new(),
        store: Arc::new(store),
        library: Arc::new(library),
        media,
        policy: Arc::new(crate::policy::ContentPolicy::open(&root)),
        public: Arc::default(),
        announced: Arc::new(crate::share::Announced::read(&root)),
        find_patience: config.find_patience,
        networks: crate::networks::Networks::new(config.network),
        serving: crate::share::ShareBlocks::default(),
        opened: crate::share::Opened::default(),
        arrivals: Arc::default(),
        jobs: JobTable::default(),
        previews: Previews::default(),
        pinning: Pinning::default(),
        looking: AtomicBool::new(false),
        online: Mutex::new(Vec::new()),
        changed: crate::moved::KnownChanged::default(),
        files: crate::files::FilesRoot::default(),
        import_turns: Semaphore::new(IMPORT_TURNS),
        import_threads,
        settings: Mutex::new(settings),
        problems: Mutex::new(problems),
        index_dirty: Notify::new(),
        started_at: now_ms(),
    })
}
