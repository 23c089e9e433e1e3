//! One window over one remote file, shared by everybody who reads it here.
//!
//! Readers say what they need now and what follows; the window is the union, playhead first. What
//! falls out of it is taken back from the peers, what is new is asked for, each block with the time
//! at which it will be needed. So the Range requests of one player share one look-ahead, a request
//! that ends takes nothing back until the next one says where the player is, and a seek is just
//! another aim.
//!
//! Invariants: a block was verified before it is here; at most [`MOST`] blocks are in flight or wait
//! to be read; a window that nobody reads is closed after [`LINGER`].

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use dag::Cid;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::supply::{Fetched, Supply};
use crate::jobs::lock;
use crate::stream::ReadMedia;
use crate::tasks::Held;

/// Blocks of a window, 256 KiB each: the most, and the least however slow the film.
const MOST: usize = 128;
const LEAST: usize = 16;
/// Blocks ahead when nobody knows how fast they are read.
const USUAL: usize = 64;
/// How far ahead a film is fetched.
const AHEAD: Duration = Duration::from_secs(30);
/// The bytes of a block, for reckoning.
const BLOCK: f64 = 262_144.0;
/// The longest time without any block, with a reconnection in it.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a window outlives its last reader: players ask for one range after another.
const LINGER: Duration = Duration::from_secs(15);

/// How fast a file is read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Pace {
    /// Blocks to have ahead.
    pub(crate) ahead: usize,
    /// Until the next block is needed.
    pub(crate) block: Duration,
}

impl Pace {
    /// Of a file of `size` bytes that plays for so long; unknown lengths are read as fast as it goes.
    pub(crate) fn of(size: u64, duration_ms: Option<u64>) -> Self {
        let Some(ms) = duration_ms.filter(|ms| *ms >= 1000) else {
            return Pace {
                ahead: USUAL,
                block: Duration::from_millis(100),
            };
        };
        let rate = (size as f64 / (ms as f64 / 1000.0)).max(1.0);
        let ahead = (AHEAD.as_secs_f64() * rate / BLOCK).ceil() as usize;
        let block = Duration::from_secs_f64((BLOCK / rate).min(10.0));
        Pace {
            ahead: ahead.clamp(LEAST, MOST),
            block,
        }
    }
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Film {
    supply: Supply,
    pace: Pace,
    window: Mutex<Window>,
    /// Something came, or failed.
    news: Notify,
}

#[derive(Debug, Default)]
struct Window {
    /// What each reader wants, the one that aimed last at the end.
    readers: Vec<(u64, Vec<Cid>)>,
    /// What the last reader wanted before it went.
    left: Vec<Cid>,
    flying: HashMap<Cid, Held<()>>,
    here: HashMap<Cid, Bytes>,
    failed: HashMap<Cid, ReadMedia>,
    next_reader: u64,
    linger: Option<Held<()>>,
}

impl Window {
    /// What is wanted, each once: by place in line, whoever aimed last first.
    fn wanted(&self) -> Vec<(usize, Cid)> {
        let lists: Vec<&[Cid]> = match self.readers.as_slice() {
            [] => vec![self.left.as_slice()],
            readers => readers.iter().rev().map(|(_, list)| &**list).collect(),
        };
        let longest = lists.iter().map(|list| list.len()).max().unwrap_or(0);
        let mut seen = HashSet::new();
        let mut wanted = Vec::new();
        for place in 0..longest {
            for cid in lists.iter().filter_map(|list| list.get(place)) {
                if wanted.len() < MOST && seen.insert(*cid) {
                    wanted.push((place, *cid));
                }
            }
        }
        wanted
    }
}

impl Film {
    pub(crate) fn new(supply: Supply, pace: Pace) -> Arc<Self> {
        Arc::new(Self {
            supply,
            pace,
            window: Mutex::default(),
            news: Notify::new(),
        })
    }

    /// How many blocks a reader names ahead.
    pub(crate) fn ahead(&self) -> usize {
        self.pace.ahead
    }

    /// A new reader.
    pub(crate) fn join(self: &Arc<Self>) -> FilmReader {
        let mut window = lock(&self.window);
        window.linger = None;
        // Whoever comes now may have better luck.
        window.failed.clear();
        window.next_reader += 1;
        FilmReader {
            film: Arc::clone(self),
            id: window.next_reader,
        }
    }

    /// Asks for what is wanted and not here, takes back what is not wanted any more.
    fn adjust(self: &Arc<Self>, window: &mut Window) {
        let wanted = window.wanted();
        let keep: HashSet<&Cid> = wanted.iter().map(|(_, cid)| cid).collect();
        window.flying.retain(|cid, _| keep.contains(cid));
        window.here.retain(|cid, _| keep.contains(cid));
        window.failed.retain(|cid, _| keep.contains(cid));
        let now = Instant::now();
        for (place, cid) in wanted {
            let is_known = window.flying.contains_key(&cid)
                || window.here.contains_key(&cid)
                || window.failed.contains_key(&cid);
            if is_known {
                continue;
            }
            let place = u32::try_from(place).unwrap_or(u32::MAX);
            let deadline = now + self.pace.block.saturating_mul(place);
            let (film, supply) = (Arc::downgrade(self), self.supply.clone());
            let held = self.supply.tasks.held(async move {
                let fetched = supply.fetch(cid, Some(deadline)).await;
                if let Some(film) = film.upgrade() {
                    film.landed(cid, fetched);
                }
            });
            window.flying.insert(cid, held);
        }
    }

    fn landed(&self, cid: Cid, fetched: Fetched) {
        let mut window = lock(&self.window);
        let own = window.flying.remove(&cid);
        match fetched {
            Ok(bytes) => drop(window.here.insert(cid, bytes)),
            Err(error) => drop(window.failed.insert(cid, error)),
        }
        drop(window);
        self.news.notify_waiters();
        // The handle of the task that runs this: it has nothing left to abort.
        drop(own);
    }

    /// Nobody reads it any more: gives up what is on its way.
    fn close(self: &Arc<Self>) {
        let mut window = lock(&self.window);
        if window.readers.is_empty() {
            window.left = Vec::new();
            self.adjust(&mut window);
        }
    }
}

/// One who reads; dropping it leaves the window to the others, or for a while to the next.
#[derive(Debug)]
pub(crate) struct FilmReader {
    film: Arc<Film>,
    id: u64,
}

impl FilmReader {
    /// Says what is needed now (the first) and what follows.
    pub(crate) fn aim(&self, wants: Vec<Cid>) {
        let mut window = lock(&self.film.window);
        window.left = Vec::new();
        window.readers.retain(|(id, _)| *id != self.id);
        window.readers.push((self.id, wants));
        self.film.adjust(&mut window);
    }

    /// A block of the window, if it is here.
    pub(crate) fn peek(&self, cid: &Cid) -> Option<Bytes> {
        lock(&self.film.window).here.get(cid).cloned()
    }

    /// A block that was aimed at. Fails when nothing at all has come for a while. Cancel-safe.
    pub(crate) async fn wait(&self, cid: &Cid) -> Fetched {
        loop {
            let news = self.film.news.notified();
            tokio::pin!(news);
            news.as_mut().enable();
            {
                let mut window = lock(&self.film.window);
                if let Some(bytes) = window.here.get(cid) {
                    return Ok(bytes.clone());
                }
                if let Some(error) = window.failed.remove(cid) {
                    return Err(error);
                }
            }
            if tokio::time::timeout(PATIENCE, news).await.is_err() {
                return Err(ReadMedia::Unreachable);
            }
        }
    }
}

impl Drop for FilmReader {
    fn drop(&mut self) {
        let mut window = lock(&self.film.window);
        let at = window.readers.iter().position(|(id, _)| *id == self.id);
        let Some(at) = at else { return };
        let (_, list) = window.readers.remove(at);
        if !window.readers.is_empty() {
            self.film.adjust(&mut window);
            return;
        }
        window.left = list;
        let film = Arc::clone(&self.film);
        window.linger = Some(self.film.supply.tasks.held(async move {
            tokio::time::sleep(LINGER).await;
            film.close();
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_look_ahead_is_seconds_within_bounds() {
        // 5 Mbit/s: 30 s are 18.75 MB.
        let film = Pace::of(5_000_000 / 8 * 3600, Some(3_600_000));
        assert_eq!(film.ahead, 72);
        assert!((film.block.as_secs_f64() - 0.419).abs() < 0.01);
        assert_eq!(Pace::of(1 << 20, Some(3_600_000)).ahead, LEAST);
        assert_eq!(Pace::of(1 << 40, Some(3_600_000)).ahead, MOST);
        assert_eq!(Pace::of(1 << 30, None).ahead, USUAL);
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_for_somebody_who_has_gone_is_told_so_and_who_took_it_back_is_believed() {
        use super::super::arrivals::Arrivals;
        use super::super::received::SharedEnd;
        use super::super::supply::Line;
        use crate::tasks::Tasks;

        let home = tempfile::tempdir().expect("a folder");
        let store = store::Store::open(store::StoreConfig::new(home.path())).expect("it opens");
        let line = tokio::sync::watch::Sender::new(Line::Down);
        let (store, arrivals) = (Arc::new(store), Arc::new(Arrivals::default()));
        let supply = Supply::of(&store, &arrivals, &Tasks::new(), line.subscribe());
        let film = Film::new(supply, Pace::of(1 << 30, None));
        let cid = |n: u8| dag::cid_of(dag::Codec::Raw, dag::CidVersion::V1, &[n]);
        let reader = film.join();
        reader.aim(vec![cid(1), cid(2)]);
        let gone = reader.wait(&cid(1)).await;
        assert!(matches!(gone, Err(ReadMedia::Unreachable)), "{gone:?}");
        line.send_replace(Line::Over(SharedEnd::Revoked));
        let over = reader.wait(&cid(1)).await;
        assert!(matches!(over, Err(ReadMedia::TakenBack)), "{over:?}");
        // What arrived before is there all the same.
        arrivals.keep(cid(3), Bytes::from_static(&[3]));
        reader.aim(vec![cid(3)]);
        let here = reader.wait(&cid(3)).await.expect("it came");
        assert_eq!(here.as_ref(), [3]);
    }

    #[test]
    fn the_playhead_comes_first_and_the_latest_aim_before_the_others() {
        let cid = |n: u8| dag::cid_of(dag::Codec::Raw, dag::CidVersion::V1, &[n]);
        let window = Window {
            readers: vec![(1, vec![cid(1), cid(2)]), (2, vec![cid(3), cid(2), cid(4)])],
            ..Window::default()
        };
        let order: Vec<_> = window.wanted();
        assert_eq!(
            order,
            [(0, cid(3)), (0, cid(1)), (1, cid(2)), (2, cid(4))],
            "each once"
        );
    }
}
