//! How fast bytes may pass, in and out, over all connections together; and by the hour of the week.
//!
//! A direction is a bucket: each read or write is paid for in time, and nobody goes on while more than
//! [`BURST`] is owed. So a limit holds over any longer time, and a pause saves up next to nothing.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// What may be owed.
const BURST: Duration = Duration::from_millis(100);
/// A waiting stream looks again after this long, so that a new limit is soon felt.
const LOOK_AGAIN: Duration = Duration::from_millis(250);

/// Bytes a second, or `None` for as fast as it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RateLimits {
    /// In.
    pub down: Option<u64>,
    /// Out.
    pub up: Option<u64>,
}

/// Limits that may be shared by networks: they hold over all of them together. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct RateLimiter(Arc<Directions>);

#[derive(Debug, Default)]
pub(super) struct Directions {
    pub(super) down: Limit,
    pub(super) up: Limit,
}

impl RateLimiter {
    /// Sets how fast bytes may pass from now on.
    pub fn set(&self, limits: RateLimits) {
        self.0.down.set(limits.down);
        self.0.up.set(limits.up);
    }

    pub(super) fn directions(&self) -> Arc<Directions> {
        Arc::clone(&self.0)
    }
}

/// One direction.
#[derive(Debug, Default)]
pub(super) struct Limit {
    /// Bytes a second; 0 for none.
    rate: AtomicU64,
    /// When everything that passed is paid for.
    paid_at: Mutex<Option<Instant>>,
}

impl Limit {
    /// A limit of 0 would stop everything for ever, so it is 1.
    pub(super) fn set(&self, rate: Option<u64>) {
        let rate = rate.map_or(0, |rate| rate.max(1));
        let mut paid_at = self.paid_at.lock().unwrap_or_else(PoisonError::into_inner);
        if self.rate.swap(rate, Ordering::Relaxed) != rate {
            *paid_at = None;
        }
    }

    /// How long to wait before the next byte; `None` for now.
    pub(super) fn wait(&self, now: Instant) -> Option<Duration> {
        if self.rate.load(Ordering::Relaxed) == 0 {
            return None;
        }
        let paid_at = *self.paid_at.lock().unwrap_or_else(PoisonError::into_inner);
        let owed = paid_at?.saturating_duration_since(now);
        let wait = owed.checked_sub(BURST).filter(|wait| !wait.is_zero())?;
        Some(wait.min(LOOK_AGAIN))
    }

    /// The most bytes to pass at once, so that a slow limit is not overdrawn by one large read.
    pub(super) fn portion(&self) -> usize {
        match self.rate.load(Ordering::Relaxed) {
            0 => usize::MAX,
            rate => usize::try_from(rate / 10).unwrap_or(usize::MAX).max(512),
        }
    }

    /// `bytes` have passed.
    pub(super) fn pay(&self, bytes: usize, now: Instant) {
        let rate = self.rate.load(Ordering::Relaxed);
        if rate != 0 {
            let cost = Duration::from_secs_f64(bytes as f64 / rate as f64);
            let mut paid_at = self.paid_at.lock().unwrap_or_else(PoisonError::into_inner);
            let from = paid_at.map_or(now, |at| at.max(now));
            *paid_at = Some(from + cost);
        }
    }
}

/// A part of the week with limits of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScheduledLimits {
    /// On which days it begins: bit 0 is Monday.
    pub days: u8,
    /// The minute of the day it begins at.
    pub from: u16,
    /// The minute of the day it ends at; when that is not after `from`, of the next day.
    pub to: u16,
    /// What holds then.
    pub limits: RateLimits,
}

/// Limits by the hour. Time is local; which that is, the caller knows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BandwidthSchedule {
    /// What holds when nothing else does.
    pub otherwise: RateLimits,
    /// The first that fits wins.
    pub parts: Vec<ScheduledLimits>,
}

impl BandwidthSchedule {
    /// What holds on this day (0 is Monday) at this minute of the day.
    pub fn at(&self, day: u8, minute: u16) -> RateLimits {
        let fits = |part: &&ScheduledLimits| {
            let begins = |day: u8| part.days & (1 << (day % 7)) != 0;
            match part.from < part.to {
                true => begins(day) && (part.from..part.to).contains(&minute),
                false => {
                    (begins(day) && minute >= part.from) || (begins(day + 6) && minute < part.to)
                }
            }
        };
        let part = self.parts.iter().find(fits);
        part.map_or(self.otherwise, |part| part.limits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_holds_and_a_pause_saves_nothing_up() {
        let limit = Limit::default();
        limit.set(Some(1_000_000));
        let start = Instant::now();
        let (mut now, mut passed) = (start, 0);
        while now < start + Duration::from_secs(10) {
            match limit.wait(now) {
                Some(wait) => now += wait,
                None => {
                    let bytes = limit.portion();
                    limit.pay(bytes, now);
                    passed += bytes;
                }
            }
        }
        assert!((9_900_000..=10_300_000).contains(&passed), "{passed}");
        now += Duration::from_secs(60);
        let mut burst = 0;
        while limit.wait(now).is_none() {
            limit.pay(limit.portion(), now);
            burst += limit.portion();
        }
        assert!(burst <= 300_000, "{burst}");
        limit.set(None);
        assert!(limit.wait(now).is_none());
        assert_eq!(limit.portion(), usize::MAX);
    }

    #[test]
    fn the_schedule_knows_days_and_nights() {
        let limits = |up| RateLimits {
            down: None,
            up: Some(up),
        };
        let schedule = BandwidthSchedule {
            otherwise: limits(1),
            parts: vec![
                ScheduledLimits {
                    days: 0b001_1111,
                    from: 9 * 60,
                    to: 17 * 60,
                    limits: limits(2),
                },
                ScheduledLimits {
                    days: 0b100_0000,
                    from: 22 * 60,
                    to: 6 * 60,
                    limits: limits(3),
                },
            ],
        };
        for (day, hour, up) in [
            (0, 9, 2),
            (4, 16, 2),
            (0, 17, 1),
            (5, 10, 1),
            (6, 21, 1),
            (6, 22, 3),
            (0, 5, 3),
            (0, 6, 1),
            (1, 5, 1),
        ] {
            assert_eq!(schedule.at(day, hour * 60), limits(up), "{day} {hour}");
        }
    }
}
