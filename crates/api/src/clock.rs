//! The wall clock of this crate: when URLs expire.

use std::time::{SystemTime, UNIX_EPOCH};

/// Unix seconds.
pub(crate) fn now_seconds() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}
