//! Bytes over time, and how fast they may pass at this hour.
//!
//! One task looks every few seconds; the last hour is kept in memory and nowhere else.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use net::{RateLimits, Transferred};
use tokio::time::MissedTickBehavior;

use crate::jobs::lock;
use crate::node::{Inner, Node};

/// Time between two samples.
const EVERY: Duration = Duration::from_secs(5);
/// Samples that are kept: an hour.
const KEPT: usize = 720;

/// What passed in one interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrafficSample {
    /// When the interval ended, Unix milliseconds.
    pub at: i64,
    /// Bytes in.
    pub received: u64,
    /// Bytes out.
    pub sent: u64,
}

/// The last hour, oldest first.
#[derive(Clone, Debug)]
pub struct TrafficHistory {
    /// Length of an interval.
    pub every: Duration,
    /// One an interval; fewer when the node has not run for an hour.
    pub samples: Vec<TrafficSample>,
}

/// What passed, and what had passed when it was looked at last.
#[derive(Debug, Default)]
pub(super) struct Traffic {
    samples: VecDeque<TrafficSample>,
    /// By network: one that is started anew counts from zero.
    before: Vec<(&'static str, Transferred)>,
}

impl Traffic {
    /// Adds what has passed since the last look. `now` are the totals of each network.
    fn look(&mut self, at: i64, now: Vec<(&'static str, Transferred)>) {
        let mut sample = TrafficSample {
            at,
            received: 0,
            sent: 0,
        };
        for (name, total) in &now {
            let before = self.before.iter().find(|(other, _)| other == name);
            let before = before.map(|(_, before)| *before).unwrap_or_default();
            // Less than before: it was started anew since.
            let since = |now: u64, before: u64| now.checked_sub(before).unwrap_or(now);
            sample.received += since(total.received, before.received);
            sample.sent += since(total.sent, before.sent);
        }
        self.before = now;
        if self.samples.len() >= KEPT {
            self.samples.pop_front();
        }
        self.samples.push_back(sample);
    }

    /// Bytes a second in and out, in the last interval.
    pub(super) fn rates(&self) -> (f64, f64) {
        let seconds = EVERY.as_secs_f64();
        let last = self.samples.back();
        last.map_or((0.0, 0.0), |last| {
            (last.received as f64 / seconds, last.sent as f64 / seconds)
        })
    }
}

/// Looks until the node shuts down.
pub(super) async fn watch(inner: Arc<Inner>) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let totals = inner.networks.named().into_iter();
        let totals = totals.map(|(name, network)| (name, network.bandwidth().transferred()));
        let at = inner.now_ms();
        lock(&inner.networks.traffic).look(at, totals.collect());
        inner.networks.rates.set(limits_now(&inner));
    }
}

/// What holds at this hour, by this machine's clock and zone.
pub(super) fn limits_now(inner: &Inner) -> RateLimits {
    let now = jiff::Zoned::now();
    let day = u8::try_from(now.weekday().to_monday_zero_offset()).unwrap_or(0);
    let minute = u16::try_from(i32::from(now.hour()) * 60 + i32::from(now.minute())).unwrap_or(0);
    inner.settings().bandwidth_schedule().at(day, minute)
}

impl Node {
    /// Bytes over the last hour, all networks together.
    #[must_use]
    pub fn traffic(&self) -> TrafficHistory {
        let traffic = lock(&self.inner.networks.traffic);
        TrafficHistory {
            every: EVERY,
            samples: traffic.samples.iter().copied().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn total(received: u64, sent: u64) -> Transferred {
        Transferred { received, sent }
    }

    #[test]
    fn samples_are_differences_also_over_a_restart_of_a_network() {
        let mut traffic = Traffic::default();
        traffic.look(1, vec![("direct", total(10, 1))]);
        traffic.look(2, vec![("direct", total(15, 1)), ("btfs", total(100, 50))]);
        traffic.look(3, vec![("btfs", total(30, 60))]);
        let passed: Vec<_> = traffic
            .samples
            .iter()
            .map(|s| (s.received, s.sent))
            .collect();
        assert_eq!(passed, [(10, 1), (105, 50), (30, 10)]);
    }

    #[test]
    fn an_hour_is_kept() {
        let mut traffic = Traffic::default();
        (0..KEPT as i64 + 5).for_each(|at| traffic.look(at, Vec::new()));
        assert_eq!(traffic.samples.len(), KEPT);
        assert_eq!(traffic.samples.front().map(|sample| sample.at), Some(5));
    }
}
