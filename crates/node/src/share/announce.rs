//! Telling the public directory of public shares: their roots, and when each was told last.
//!
//! `net` announces what is due and again before it is forgotten; the times come from here, so that a
//! restart announces only what is due. They are hints: losing them costs some announcements.
//!
//! Nothing is told when the setting says so.
//!
//! Invariant: only the manifest and the content of a public share that is ready, and that no list
//! blocks, are ever announced.

use std::collections::{BTreeMap, HashSet};
use std::io::Read;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use dag::Cid;
use library::{ShareRow, ShareState};
use net::AnnounceLog;
use tokio::sync::Notify;

use super::{system_time, unix_ms};
use crate::jobs::lock;
use crate::node::Inner;
use crate::policy::PolicyAction;
use crate::settings::Announce;
use crate::tasks::Lane;

/// In the home.
const FILE: &str = "announced.json";
/// Bytes of it that are read.
const MAX_FILE: u64 = 64 << 20;
/// Roots that are remembered.
const MAX_ROOTS: usize = 200_000;
/// Time between two writes.
const PAUSE: Duration = Duration::from_secs(1);

/// When roots were announced, by network: Unix milliseconds.
type Times = BTreeMap<String, BTreeMap<String, i64>>;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Announced {
    times: Mutex<Times>,
    dirty: Notify,
    /// What the network was last told to announce.
    told: Mutex<HashSet<Cid>>,
    /// Shares have changed.
    stir: Notify,
}

impl Announced {
    pub(crate) fn read(home: &std::path::Path) -> Self {
        let mut text = String::new();
        let read = std::fs::File::open(home.join(FILE))
            .and_then(|file| file.take(MAX_FILE).read_to_string(&mut text));
        let times = match read {
            Ok(_) => serde_json::from_str(&text).unwrap_or_default(),
            Err(_) => Times::default(),
        };
        Announced {
            times: Mutex::new(times),
            ..Announced::default()
        }
    }

    fn last(&self, network: &str, root: &Cid) -> Option<SystemTime> {
        let times = lock(&self.times);
        let ms = times.get(network)?.get(&root.to_string())?;
        Some(system_time(*ms))
    }

    /// Forgets when roots were announced that are announced no more.
    fn forget_others(&self, network: &str, wanted: &HashSet<Cid>) {
        let wanted: HashSet<String> = wanted.iter().map(ToString::to_string).collect();
        let mut times = lock(&self.times);
        let Some(roots) = times.get_mut(network) else {
            return;
        };
        let before = roots.len();
        roots.retain(|root, _| wanted.contains(root));
        let changed = roots.len() != before;
        drop(times);
        if changed {
            self.dirty.notify_one();
        }
    }

    /// Forgets all times: what was announced, was announced for another peer.
    pub(crate) fn forget(&self) {
        lock(&self.times).clear();
        self.dirty.notify_one();
    }

    /// Public shares, or what is blocked, have changed.
    pub(crate) fn stir(&self) {
        self.stir.notify_one();
    }
}

/// Notes what one network announced.
pub(crate) struct Log {
    pub(crate) announced: Arc<Announced>,
    pub(crate) network: &'static str,
}

impl AnnounceLog for Log {
    fn announced(&self, root: Cid, at: SystemTime) {
        let mut times = lock(&self.announced.times);
        let roots = times.entry(self.network.to_owned()).or_default();
        if roots.len() < MAX_ROOTS {
            roots.insert(root.to_string(), unix_ms(at));
        }
        drop(times);
        self.announced.dirty.notify_one();
    }
}

/// Tells the network whenever shares or lists change, and writes down what it announced.
pub(super) async fn follow(inner: &Arc<Inner>) {
    let mut rules = inner.policy.changes();
    let writer = {
        let inner = Arc::clone(inner);
        inner.tasks.clone().held(async move { keep(&inner).await })
    };
    loop {
        // Noted first: what changes meanwhile is looked at again.
        let stirred = inner.announced.stir.notified();
        tell(inner).await;
        tokio::select! {
            () = stirred => {}
            changed = rules.changed() => if changed.is_err() {
                break;
            },
        }
    }
    drop(writer);
}

/// Tells the network what to announce now, and what no more.
async fn tell(inner: &Arc<Inner>) {
    let Some((network, name)) = inner.networks.wide_named() else {
        lock(&inner.announced.told).clear();
        return;
    };
    let own = Arc::clone(inner);
    let wanted = inner
        .tasks
        .blocking(Lane::Query, move || own.to_announce())
        .await;
    let Some(wanted) = wanted else { return };
    let gone: Vec<Cid> = {
        let mut told = lock(&inner.announced.told);
        let gone = told.difference(&wanted).copied().collect();
        told.clone_from(&wanted);
        gone
    };
    for root in gone {
        network.stop_providing(root).await;
    }
    inner.announced.forget_others(name, &wanted);
    let with_times = wanted.into_iter().map(|root| {
        let last = inner.announced.last(name, &root);
        (root, last)
    });
    network.keep_provided(with_times.collect()).await;
}

/// Writes the times down, at most once in a while.
async fn keep(inner: &Arc<Inner>) {
    loop {
        inner.announced.dirty.notified().await;
        let path = inner.home.root().join(FILE);
        let own = Arc::clone(inner);
        let write = move || own.announced.write(path);
        if let Err(error) = inner.tasks.blocking(Lane::Query, write).await {
            tracing::debug!(%error, "what was announced was not written down");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

impl Announced {
    fn write(&self, path: PathBuf) -> std::io::Result<()> {
        let text = serde_json::to_vec(&*lock(&self.times)).unwrap_or_default();
        let temporary = path.with_extension("new");
        std::fs::write(&temporary, text)?;
        std::fs::rename(&temporary, &path)
    }
}

impl Inner {
    /// The roots of public shares that no list blocks; `None` when they cannot be told.
    fn to_announce(&self) -> Option<HashSet<Cid>> {
        if self.settings().announce == Announce::Off {
            return Some(HashSet::new());
        }
        let rows = self.library.reader().and_then(|view| view.shares()).ok()?;
        let ready = |row: &&ShareRow| row.public && row.state == ShareState::Ready;
        let mut wanted = HashSet::new();
        for row in rows.iter().filter(ready) {
            for root in row.manifest.iter().chain(&row.content) {
                match self.policy.blocks(root) {
                    true => self.policy.note(root, PolicyAction::Announce),
                    false => drop(wanted.insert(*root)),
                }
            }
        }
        Some(wanted)
    }
}
