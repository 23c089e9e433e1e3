//! What was blocked lately: for the owner, bounded, in memory only.

use std::collections::VecDeque;

use super::PolicyAction;

/// Entries that are kept.
const MAX_ENTRIES: usize = 1_000;
/// The newest entries that another of the same kind is added to.
const SAME: usize = 64;

/// Something that was blocked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyEvent {
    /// When it was last, Unix milliseconds.
    pub at: i64,
    /// What: an address or a path.
    pub what: String,
    /// Where.
    pub action: PolicyAction,
    /// By which list.
    pub list: String,
    /// By which of its lines.
    pub line: u32,
    /// How often.
    pub count: u64,
}

/// See the module; the newest is first.
#[derive(Debug, Default)]
pub(super) struct Log(VecDeque<PolicyEvent>);

impl Log {
    pub(super) fn note(&mut self, what: String, list: String, line: u32, action: PolicyAction) {
        let at = library::Clock::now_ms(&library::SystemClock);
        let same = self.0.iter().take(SAME).position(|event| {
            event.action == action && event.line == line && event.what == what && event.list == list
        });
        let event = match same.and_then(|index| self.0.remove(index)) {
            Some(before) => PolicyEvent {
                at,
                count: before.count.saturating_add(1),
                ..before
            },
            None => PolicyEvent {
                at,
                what,
                action,
                list,
                line,
                count: 1,
            },
        };
        self.0.truncate(MAX_ENTRIES - 1);
        self.0.push_front(event);
    }

    pub(super) fn all(&self) -> Vec<PolicyEvent> {
        self.0.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_bounded_and_counts_what_repeats() {
        let mut log = Log::default();
        for number in 0..3_000 {
            let what = format!("{}", number / 2);
            log.note(what, "list".to_owned(), 1, PolicyAction::Serve);
        }
        let all = log.all();
        assert_eq!(all.len(), MAX_ENTRIES);
        assert_eq!((all[0].what.as_str(), all[0].count), ("1499", 2));
    }
}
