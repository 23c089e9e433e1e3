//! How often passwords may be tried: a bucket of [`BURST`] tries a link, refilled by one every
//! [`REFILL`].
//!
//! Only somebody who proved the link's secret gets here, so strangers cannot use up the tries. The
//! bucket is the link's and not a peer's, because new peer ids cost nothing. Time comes in.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use crate::share::LinkId;

/// Tries at once.
const BURST: u32 = 5;
/// How long until there is one more: about 1,400 a day.
const REFILL: Duration = Duration::from_secs(60);
/// Links that are remembered; beyond, every link waits as if it had no tries left.
const MAX_LINKS: usize = 4096;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    /// When all tries of a link are there again.
    full_at: HashMap<LinkId, Instant>,
}

impl Attempts {
    /// Takes one try of `link`, or says how long to wait for it.
    pub(crate) fn take(&mut self, link: LinkId, now: Instant) -> Result<(), Duration> {
        if self.full_at.len() >= MAX_LINKS && !self.full_at.contains_key(&link) {
            self.full_at.retain(|_, full_at| *full_at > now);
            if self.full_at.len() >= MAX_LINKS {
                return Err(REFILL);
            }
        }
        let full_at = self.full_at.get(&link).copied().unwrap_or(now).max(now);
        let missing = full_at + REFILL - now;
        if missing > REFILL * BURST {
            return Err(missing - REFILL * BURST);
        }
        self.full_at.insert(link, full_at + REFILL);
        Ok(())
    }

    /// Gives a try back: the password was right.
    pub(crate) fn give_back(&mut self, link: LinkId) {
        if let Some(full_at) = self.full_at.get_mut(&link) {
            *full_at -= REFILL;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_tries_then_one_a_minute_and_other_links_are_untouched() {
        let (mut attempts, now) = (Attempts::default(), Instant::now());
        let (one, other) = (LinkId([1; 16]), LinkId([2; 16]));
        for _ in 0..BURST {
            assert_eq!(attempts.take(one, now), Ok(()));
        }
        assert_eq!(attempts.take(one, now), Err(REFILL));
        assert_eq!(attempts.take(other, now), Ok(()));
        let soon = now + REFILL / 2;
        assert_eq!(attempts.take(one, soon), Err(REFILL / 2));
        assert_eq!(attempts.take(one, now + REFILL), Ok(()));
        assert!(attempts.take(one, now + REFILL).is_err());
        let mut day = 0;
        for second in 0..86_400 {
            let at = now + REFILL + Duration::from_secs(second);
            day += u32::from(attempts.take(one, at).is_ok());
        }
        assert!((1_430..=1_445).contains(&day), "{day} tries a day");
    }

    #[test]
    fn right_passwords_cost_no_tries_and_memory_is_bounded() {
        let (mut attempts, now) = (Attempts::default(), Instant::now());
        for _ in 0..100 {
            assert_eq!(attempts.take(LinkId([1; 16]), now), Ok(()));
            attempts.give_back(LinkId([1; 16]));
        }
        for n in 0..2 * MAX_LINKS as u128 {
            let _ = attempts.take(LinkId(n.to_le_bytes()), now);
        }
        assert!(attempts.full_at.len() <= MAX_LINKS);
        let later = now + REFILL * 10;
        assert_eq!(attempts.take(LinkId([0xff; 16]), later), Ok(()));
    }
}
