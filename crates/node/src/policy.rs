//! What this node will not handle: asked before content is read, served, announced, streamed, shown
//! by the gateway, published, saved or opened.
//!
//! What it is: the lists in `HOME/denylists/*.deny` and the person's own `own.deny`, read by
//! `dag::denylist`. Lists are asked in the order of their names, the own one last; of the lists that
//! say something about what is asked, the last decides. With no list nothing is blocked, and
//! Tributary ships none.
//! What it is not: it fetches no list, and judges no content by itself.
//!
//! Invariants: a question costs a few hash look-ups a list and no I/O, unless the answer is "blocked"
//! and goes to the owner; a list that cannot be read keeps its last good rules and is shown as a
//! problem; peers are answered as if blocked content were absent.
//!
//! Lock order: `change` before `lists` before `log`.

mod file;
mod list;
mod log;
mod manage;
mod own;
mod watch;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError, RwLock, RwLockReadGuard};

use dag::Cid;
use dag::denylist::{Asked, Place, Ruling};
use tokio::sync::watch as channel;

pub use manage::{ChangePolicy, PolicyList};
pub use own::OwnRule;
pub(crate) use watch::start;

use crate::content::ContentPath;
use crate::jobs::lock;
use crate::problem::Problem;
use list::List;
use log::Log;
pub use log::PolicyEvent;

/// Where lists are, in the home.
const FOLDER: &str = "denylists";
/// The person's own list, without its ending.
pub(crate) const OWN: &str = "own";
/// The problem that is shown for lists that cannot be read.
const DAMAGED: &str = "denylist_unreadable";

/// What is about to be done with content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PolicyAction {
    /// A block is read here, or wanted from others.
    Get,
    /// A block is given to a peer.
    Serve,
    /// A root is announced in a public directory.
    Announce,
    /// A file is played or downloaded.
    Stream,
    /// A path is shown by the gateway.
    Gateway,
    /// A public share is made.
    Publish,
    /// What somebody shares is opened.
    Open,
    /// What somebody shares is taken into the library.
    Save,
}

impl PolicyAction {
    /// One word, stable.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Serve => "serve",
            Self::Announce => "announce",
            Self::Stream => "stream",
            Self::Gateway => "gateway",
            Self::Publish => "publish",
            Self::Open => "open",
            Self::Save => "save",
        }
    }
}

/// Content that a list blocks. Nothing was read, sent or changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, serde::Serialize, serde::Deserialize)]
#[error("{what} is blocked by the list {list:?}, rule {rule:?} (line {line})")]
pub struct Blocked {
    /// What was asked for.
    pub what: String,
    /// The list, without its ending.
    pub list: String,
    /// The rule as it stands in the list.
    pub rule: String,
    /// Its line, from 1.
    pub line: u32,
    /// The list says that it is blocked for legal reasons (`gateway_status: 451`).
    pub legal: bool,
}

/// The lists of a home.
#[derive(Debug)]
pub(crate) struct ContentPolicy {
    folder: PathBuf,
    lists: RwLock<Vec<List>>,
    /// Whether any list that is on has a rule.
    active: AtomicBool,
    log: Mutex<Log>,
    /// One change at a time.
    change: Mutex<()>,
    changed: channel::Sender<u64>,
}

/// Which list decides, and by which rule.
struct Decided {
    list: String,
    path: PathBuf,
    place: Place,
    legal: bool,
}

impl ContentPolicy {
    /// Reads the lists of a home. One that cannot be read is noted at it and blocks nothing.
    pub(crate) fn open(home: &Path) -> Self {
        let policy = ContentPolicy {
            folder: home.join(FOLDER),
            lists: RwLock::default(),
            active: AtomicBool::new(false),
            log: Mutex::default(),
            change: Mutex::default(),
            changed: channel::Sender::new(0),
        };
        policy.refresh();
        policy
    }

    /// Fires when rules have changed.
    pub(crate) fn changes(&self) -> channel::Receiver<u64> {
        self.changed.subscribe()
    }

    fn read(&self) -> RwLockReadGuard<'_, Vec<List>> {
        self.lists.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, asked: &Asked) -> Option<Decided> {
        if !self.active.load(Ordering::Acquire) {
            return None;
        }
        let lists = self.read();
        let on = lists.iter().rev().filter(|list| list.enabled);
        let mut said = on.filter_map(|list| Some((list, list.rules.find(asked)?)));
        let (list, Ruling { allow, place }) = said.next()?;
        (!allow).then(|| Decided {
            list: list.name.clone(),
            path: list.path.clone(),
            place,
            legal: list.is_legal(),
        })
    }

    /// Whether `action` may go on with a block or root. The answer is for the owner: it says which
    /// rule, and is noted in the log.
    pub(crate) fn check(&self, cid: &Cid, action: PolicyAction) -> Result<(), Box<Blocked>> {
        match self.find(&Asked::block(cid)) {
            None => Ok(()),
            Some(decided) => Err(self.blocked(decided, cid.to_string(), action)),
        }
    }

    /// As [`ContentPolicy::check`], for a path below a root; its root is asked about, too.
    pub(crate) fn check_path(
        &self,
        path: &ContentPath,
        action: PolicyAction,
    ) -> Result<(), Box<Blocked>> {
        if !path.segments.is_empty()
            && let Some(decided) = self.find(&Asked::path(&path.root, &path.segments))
        {
            let what = format!("{}/{}", path.root, path.segments.join("/"));
            return Err(self.blocked(decided, crate::import::shown(&what), action));
        }
        self.check(&path.root, action)
    }

    /// As [`ContentPolicy::check`], for a name: a key or a domain.
    pub(crate) fn check_name(
        &self,
        name: &str,
        names: &[String],
        action: PolicyAction,
    ) -> Result<(), Box<Blocked>> {
        match self.find(&Asked::name(name, names)) {
            None => Ok(()),
            Some(decided) => Err(self.blocked(decided, crate::import::shown(name), action)),
        }
    }

    /// Whether a list blocks this. For peers, who must not learn more: no I/O, no log.
    pub(crate) fn blocks(&self, cid: &Cid) -> bool {
        self.find(&Asked::block(cid)).is_some()
    }

    /// Notes that something was withheld from a peer or the public.
    pub(crate) fn note(&self, cid: &Cid, action: PolicyAction) {
        if let Some(decided) = self.find(&Asked::block(cid)) {
            let what = cid.to_string();
            lock(&self.log).note(what, decided.list, decided.place.line, action);
        }
    }

    fn blocked(&self, decided: Decided, what: String, action: PolicyAction) -> Box<Blocked> {
        let Decided {
            list,
            path,
            place,
            legal,
        } = decided;
        lock(&self.log).note(what.clone(), list.clone(), place.line, action);
        let (rule, own_word) = file::rule_at(&path, place).unwrap_or_default();
        Box::new(Blocked {
            what,
            list,
            rule,
            line: place.line,
            legal: own_word.unwrap_or(legal),
        })
    }

    /// What is wrong with the lists, as one standing problem.
    pub(crate) fn problem(&self) -> Option<Problem> {
        let lists = self.read();
        let bad: Vec<String> = lists
            .iter()
            .filter(|list| list.enabled)
            .filter_map(|list| Some(format!("{} ({})", list.name, list.problem.as_ref()?)))
            .collect();
        (!bad.is_empty()).then(|| Problem {
            code: DAMAGED,
            message: format!(
                "Lists of blocked content cannot be read: {}.",
                bad.join(", ")
            ),
            todo: "Their last good rules apply. Put a good file in place, or remove the list."
                .to_owned(),
        })
    }
}
