//! Which root to announce next: each again before its record expires, spread over the interval as
//! they were added, and few at once.
//!
//! Pure: the time of day comes in. When each was announced last is kept by the caller and comes in at
//! the start, so that a restart announces only what is due. A clock that was wrong does no more than
//! announce early: a time in the future counts as never.

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, SystemTime};

use cid::Cid;

/// A root is announced again after this long: twice before the record goes at others (24 hours at
/// the least).
pub(super) const INTERVAL: Duration = Duration::from_secs(12 * 3600);
/// Announcements that run at once.
const PARALLEL: usize = 8;
/// How long to wait after the first failure; doubled with each up to an hour.
const RETRY: Duration = Duration::from_secs(60);
const MAX_RETRY: Duration = Duration::from_secs(3600);

struct Root {
    due: SystemTime,
    failures: u32,
    running: bool,
}

/// See the module.
#[derive(Default)]
pub(super) struct Sweep {
    roots: HashMap<Cid, Root>,
    queue: BTreeSet<(SystemTime, Cid)>,
    running: usize,
}

impl Sweep {
    /// Announces `cid` from now on. `last` is when it was announced before.
    pub(super) fn add(&mut self, cid: Cid, last: Option<SystemTime>, now: SystemTime) {
        if self.roots.contains_key(&cid) {
            return;
        }
        let due = match last {
            Some(last) if last <= now => last + INTERVAL,
            _ => now,
        };
        let root = Root {
            due,
            failures: 0,
            running: false,
        };
        self.roots.insert(cid, root);
        self.queue.insert((due, cid));
    }

    pub(super) fn remove(&mut self, cid: &Cid) {
        if let Some(root) = self.roots.remove(cid) {
            self.queue.remove(&(root.due, *cid));
            self.running -= usize::from(root.running);
        }
    }

    /// A root to announce now; [`Sweep::done`] must follow.
    pub(super) fn take(&mut self, now: SystemTime) -> Option<Cid> {
        if self.running >= PARALLEL {
            return None;
        }
        let first = self.queue.first().filter(|(due, _)| *due <= now);
        // A due time beyond any interval comes from a clock that was set back since.
        let last = || self.queue.last().filter(|(due, _)| *due > now + INTERVAL);
        let (due, cid) = *first.or_else(last)?;
        self.queue.remove(&(due, cid));
        self.running += 1;
        if let Some(root) = self.roots.get_mut(&cid) {
            root.running = true;
        }
        Some(cid)
    }

    /// An announcement has ended; whether somebody took it.
    pub(super) fn done(&mut self, cid: &Cid, announced: bool, now: SystemTime) {
        let Some(root) = self.roots.get_mut(cid).filter(|root| root.running) else {
            return;
        };
        root.running = false;
        self.running -= 1;
        root.failures = match announced {
            true => 0,
            false => root.failures.saturating_add(1),
        };
        let wait = match root.failures {
            0 => INTERVAL,
            failures => (RETRY * (1 << failures.min(7) >> 1)).min(MAX_RETRY),
        };
        root.due = now + wait;
        self.queue.insert((root.due, *cid));
    }

    /// When to look again.
    pub(super) fn next(&self) -> Option<SystemTime> {
        let room = self.running < PARALLEL;
        self.queue.first().filter(|_| room).map(|(due, _)| *due)
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use dag::{CidVersion, Codec, cid_of};

    use super::*;

    fn root(n: u32) -> Cid {
        cid_of(Codec::Raw, CidVersion::V1, &n.to_le_bytes())
    }

    const START: SystemTime = UNIX_EPOCH;

    fn start() -> SystemTime {
        START + Duration::from_secs(1_800_000_000)
    }

    #[test]
    fn what_was_announced_before_the_restart_waits_and_few_run_at_once() {
        let (mut sweep, now) = (Sweep::default(), start());
        let hour = Duration::from_secs(3600);
        sweep.add(root(1), Some(now - hour), now);
        assert_eq!(sweep.take(now), None);
        assert_eq!(sweep.next(), Some(now + 11 * hour));
        sweep.add(root(2), Some(now - 13 * hour), now);
        sweep.add(root(3), Some(now + hour), now);
        let mut due = [sweep.take(now).expect("due"), sweep.take(now).expect("due")];
        due.sort();
        let mut expect = [root(2), root(3)];
        expect.sort();
        assert_eq!(due, expect);
        for n in 10..30 {
            sweep.add(root(n), None, now);
        }
        let taken: Vec<_> = std::iter::from_fn(|| sweep.take(now)).collect();
        assert_eq!(taken.len(), PARALLEL - 2);
        assert_eq!(sweep.next(), None, "something must end first");
        sweep.done(&taken[0], true, now);
        assert!(sweep.take(now).is_some());
    }

    #[test]
    fn every_root_is_announced_in_time_over_days_whatever_the_clock_does() {
        let (mut sweep, mut now) = (Sweep::default(), start());
        let mut last: HashMap<Cid, u32> = HashMap::new();
        for n in 0..200 {
            sweep.add(root(n), None, now);
        }
        let day = Duration::from_secs(24 * 3600);
        for minute in 0..4 * 24 * 60_u32 {
            now += Duration::from_secs(60);
            match minute {
                3000 => now += day,
                4000 => now -= day,
                _ => {}
            }
            for _ in 0..10 {
                let Some(cid) = sweep.take(now) else { break };
                let fails = minute % 7 == 0;
                sweep.done(&cid, !fails, now);
                if !fails {
                    let before = last.insert(cid, minute).unwrap_or(0);
                    assert!(minute - before < 13 * 60, "{} minutes", minute - before);
                }
            }
        }
        assert_eq!(last.len(), 200);
        assert!(last.values().all(|at| 4 * 24 * 60 - at < 13 * 60));
    }

    #[test]
    fn failures_wait_longer_and_longer_and_removal_is_clean() {
        let (mut sweep, mut now) = (Sweep::default(), start());
        sweep.add(root(1), None, now);
        let mut waits = Vec::new();
        for _ in 0..9 {
            assert_eq!(sweep.take(now), Some(root(1)));
            sweep.done(&root(1), false, now);
            let due = sweep.next().expect("again");
            let wait = due.duration_since(now).expect("later");
            waits.push(wait.as_secs() / 60);
            now = due;
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(sweep.take(now), Some(root(1)));
        sweep.remove(&root(1));
        sweep.done(&root(1), true, now);
        assert_eq!((sweep.next(), sweep.running), (None, 0));
    }
}
