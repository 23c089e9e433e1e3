//! The node: what `api`, `cli` and the desktop shell hold.
//!
//! Opening reads no more than it must; resuming jobs, catching up the search index and
//! looking for moved files happen in the background afterwards. The methods live next
//! to what they do: `import`, `stream`, `content`, `preview`, `edit`, `storage`,
//! `archive`; here are only life, settings, events, people and queries.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use library::{ItemId, Library, PersonId};
use serde_json::{Map, Value};

use crate::events::EventStream;
use crate::identity::NodeIdentity;
use crate::open::OpenNode;
use crate::problem::Problem;
use crate::settings::{ChangeSettings, Settings};

/// What a node needs to start.
#[derive(Clone, Debug)]
pub struct NodeConfig {
    /// The home folder; made when it is not there.
    pub home: PathBuf,
    /// Program and arguments of the media worker; `None` means no previews.
    pub media_worker: Option<(PathBuf, Vec<OsString>)>,
    /// Threads that hash during imports; 0 means as many as fit this machine (2 to 4).
    pub import_threads: usize,
}

impl NodeConfig {
    /// The usual configuration for a home.
    pub fn new(home: impl Into<PathBuf>) -> Self {
        Self { home: home.into(), media_worker: None, import_threads: 0 }
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
    inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {}

impl Node {
    /// Opens the home and starts. Must be called on a multi-thread tokio runtime.
    pub async fn open(config: NodeConfig) -> Result<Self, OpenNode> {
        let _ = config;
        unimplemented!()
    }

    /// Stops everything within two seconds: running jobs stay journaled and go on at
    /// the next start. Safe to call more than once.
    pub async fn shutdown(&self) {
        unimplemented!()
    }

    /// The home folder.
    #[must_use]
    pub fn home(&self) -> &Path {
        unimplemented!()
    }

    /// Who this node is to others.
    #[must_use]
    pub fn identity(&self) -> &NodeIdentity {
        unimplemented!()
    }

    /// When this node was opened, unix milliseconds.
    #[must_use]
    pub fn started_at(&self) -> i64 {
        unimplemented!()
    }

    /// Everything that does not work at the moment.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        unimplemented!()
    }

    /// A new listener; it sees what happens from now on.
    #[must_use]
    pub fn events(&self) -> EventStream {
        unimplemented!()
    }

    /// The settings now.
    #[must_use]
    pub fn settings(&self) -> Arc<Settings> {
        unimplemented!()
    }

    /// Changes settings by a JSON merge of top-level keys.
    pub async fn update_settings(
        &self,
        patch: Map<String, Value>,
    ) -> Result<Arc<Settings>, ChangeSettings> {
        let _ = patch;
        unimplemented!()
    }

    /// Takes settings back to their defaults; all of them when `keys` is `None`.
    pub async fn reset_settings(
        &self,
        keys: Option<Vec<String>>,
    ) -> Result<Arc<Settings>, ChangeSettings> {
        let _ = keys;
        unimplemented!()
    }

    /// The person whose facts are shown and changed.
    #[must_use]
    pub fn person(&self) -> PersonId {
        unimplemented!()
    }

    /// Makes another person the active one, durably.
    pub async fn activate_person(&self, person: PersonId) -> Result<(), ChangeSettings> {
        let _ = person;
        unimplemented!()
    }

    /// Asks the library something, on a capped lane of blocking threads.
    /// `ask` must only read; use [`Node::edit`] to change something.
    pub async fn query<T, F>(&self, ask: F) -> T
    where
        F: FnOnce(&Library) -> T + Send + 'static,
        T: Send + 'static,
    {
        let _ = ask;
        unimplemented!()
    }

    /// Changes the library (user facts, albums, people, progress) and, when that
    /// worked, tells listeners that `items` changed and brings the search index up to date.
    pub async fn edit<T, E, F>(&self, items: Vec<ItemId>, change: F) -> Result<T, E>
    where
        F: FnOnce(&Library) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: Send + 'static,
    {
        let _ = (items, change);
        unimplemented!()
    }

    /// A text about this node for bug reports: versions, sizes, problems; no names,
    /// no paths below the home, no keys.
    pub async fn diagnostics(&self) -> String {
        unimplemented!()
    }
}
