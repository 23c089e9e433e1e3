//! The event stream: node events as server-sent events.
//!
//! Nothing is queued here: a client pulls from its own bounded view of the node's
//! events, and what it did not pull in time was merged (progress of the same job, ids of
//! the same kind) or is announced as `lagged`. A stream ends with the listeners.

use std::{collections::BTreeSet, time::Duration};

use axum::{
    body::Body,
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use futures_util::{FutureExt as _, stream};
use http::{HeaderValue, header};
use library::ItemId;
use node::{Event, EventStream};
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use crate::{
    convert,
    dto::{
        ItemIdsEvent, ItemKind, ItemsAddedEvent, Job, JobEvent, LaggedEvent, NetworkChangedEvent,
        SettingsChangedEvent, SharesChangedEvent, StorageChangedEvent,
    },
};

/// A comment goes out after this much silence, so that dead connections are noticed.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Most events merged into one piece.
const MAX_BATCH: usize = 256;
/// Most ids in one event.
const MAX_IDS: usize = node::MAX_IDS;

/// Answers with the events from now on.
pub(crate) fn respond(events: EventStream, ending: CancellationToken) -> Response {
    let hello = Bytes::from_static(b"retry: 1000\n\n: connected\n\n");
    let stream = stream::unfold(
        (events, ending, Some(hello)),
        |(events, ending, hello)| async {
            let mut events = events;
            if let Some(hello) = hello {
                return Some((
                    Ok::<_, std::convert::Infallible>(hello),
                    (events, ending, None),
                ));
            }
            let first = tokio::select! {
                () = ending.cancelled() => return None,
                first = tokio::time::timeout(KEEP_ALIVE, events.next()) => first,
            };
            let piece = match first {
                Err(_) => Bytes::from_static(b": still here\n\n"),
                Ok(None) => return None,
                Ok(Some(first)) => {
                    let mut batch = Batch::default();
                    batch.push(first);
                    for _ in 1..MAX_BATCH {
                        match events.next().now_or_never() {
                            Some(Some(event)) => batch.push(event),
                            _ => break,
                        }
                    }
                    batch.frames()
                }
            };
            Some((Ok(piece), (events, ending, None)))
        },
    );
    let mut response = Body::from_stream(stream).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/event-stream"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Events that were waiting together, merged.
#[derive(Debug, Default)]
struct Batch {
    lagged: bool,
    added: Vec<ItemId>,
    added_kinds: Vec<ItemKind>,
    added_count: u64,
    changed: BTreeSet<ItemId>,
    removed: BTreeSet<ItemId>,
    previews: BTreeSet<ItemId>,
    settings: bool,
    storage: bool,
    shares: bool,
    network: bool,
    jobs: Vec<(bool, Job)>,
}

impl Batch {
    fn push(&mut self, event: Event) {
        match event {
            Event::JobProgress(job) => self.job(false, convert::jobs::job(&job)),
            Event::JobFinished(job) => self.job(true, convert::jobs::job(&job)),
            Event::ItemsAdded { ids, kinds, count } => {
                let room = MAX_IDS.saturating_sub(self.added.len());
                self.added.extend(ids.iter().take(room));
                for kind in kinds.iter().map(|kind| ItemKind::from(*kind)) {
                    if !self.added_kinds.contains(&kind) {
                        self.added_kinds.push(kind);
                    }
                }
                self.added_count += count;
            }
            Event::ItemsChanged(ids) => self.changed.extend(ids.iter()),
            Event::ItemsRemoved(ids) => self.removed.extend(ids.iter()),
            Event::PreviewReady(ids) => self.previews.extend(ids.iter()),
            Event::SettingsChanged => self.settings = true,
            Event::StorageChanged => self.storage = true,
            Event::SharesChanged => self.shares = true,
            Event::NetworkChanged => self.network = true,
            Event::Lagged => self.lagged = true,
            // A kind that this version does not know: look again at everything.
            _ => self.lagged = true,
        }
    }

    /// Keeps the last word on each job; an end is never overtaken by older progress.
    fn job(&mut self, finished: bool, job: Job) {
        match self.jobs.iter_mut().find(|(_, known)| known.id == job.id) {
            Some((known_finished, known)) => {
                *known_finished |= finished;
                *known = job;
            }
            None => self.jobs.push((finished, job)),
        }
    }

    fn frames(self) -> Bytes {
        let mut text = String::new();
        if self.lagged {
            frame(&mut text, "lagged", &LaggedEvent {});
        }
        if self.added_count > 0 {
            let event = ItemsAddedEvent {
                ids: self.added.iter().map(ToString::to_string).collect(),
                kinds: self.added_kinds,
                count: self.added_count,
            };
            frame(&mut text, "itemsAdded", &event);
        }
        for (name, ids) in [
            ("itemsChanged", &self.changed),
            ("itemsRemoved", &self.removed),
            ("previewReady", &self.previews),
        ] {
            let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
            for ids in ids.chunks(MAX_IDS) {
                frame(&mut text, name, &ItemIdsEvent { ids: ids.to_vec() });
            }
        }
        if self.settings {
            frame(&mut text, "settingsChanged", &SettingsChangedEvent {});
        }
        if self.storage {
            frame(&mut text, "storageChanged", &StorageChangedEvent {});
        }
        if self.shares {
            frame(&mut text, "sharesChanged", &SharesChangedEvent {});
        }
        if self.network {
            frame(&mut text, "networkChanged", &NetworkChangedEvent {});
        }
        for (finished, job) in self.jobs {
            let name = if finished {
                "jobFinished"
            } else {
                "jobProgress"
            };
            frame(&mut text, name, &JobEvent { job });
        }
        Bytes::from(text)
    }
}

fn frame(text: &mut String, name: &str, data: &impl Serialize) {
    // JSON has no raw line breaks, so one data line holds it all.
    let data = serde_json::to_string(data).unwrap_or_else(|_| "{}".to_owned());
    text.push_str("event: ");
    text.push_str(name);
    text.push_str("\ndata: ");
    text.push_str(&data);
    text.push_str("\n\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use library::JobId;
    use std::sync::Arc;

    fn job(id: u8, done: u64) -> Arc<node::Job> {
        Arc::new(node::Job {
            id: JobId([id; 16]),
            kind: node::JobKind::Import,
            state: node::JobState::Running,
            title: "Holiday".into(),
            share: None,
            created_at: 1,
            finished_at: None,
            files_total: 10,
            files_done: done,
            files_failed: 0,
            files_duplicate: 0,
            files_skipped: 0,
            bytes_total: 0,
            bytes_done: 0,
            bytes_per_second: 0,
            eta_seconds: None,
            current: None,
            previews_pending: 0,
            message: None,
            blocked: None,
            why: None,
        })
    }

    fn text(events: impl IntoIterator<Item = Event>) -> String {
        let mut batch = Batch::default();
        events.into_iter().for_each(|event| batch.push(event));
        String::from_utf8(batch.frames().to_vec()).expect("events are text")
    }

    #[test]
    fn progress_of_one_job_is_told_once() {
        let text = text((0..50).map(|done| Event::JobProgress(job(1, done))));
        assert_eq!(text.matches("event: jobProgress").count(), 1, "{text}");
        assert!(
            text.contains("\"filesDone\":49"),
            "the last word counts: {text}"
        );
    }

    #[test]
    fn an_end_is_told_as_an_end() {
        let text = text([
            Event::JobProgress(job(1, 1)),
            Event::JobProgress(job(2, 1)),
            Event::JobFinished(job(1, 10)),
        ]);
        assert_eq!(text.matches("event: jobFinished").count(), 1, "{text}");
        assert_eq!(
            text.matches("event: jobProgress").count(),
            1,
            "only job 2: {text}"
        );
    }

    #[test]
    fn ids_are_merged_and_cut() {
        let ids: Vec<ItemId> = (0..150_u8).map(|byte| ItemId([byte; 16])).collect();
        let added = |count| Event::ItemsAdded {
            ids: ids.clone().into(),
            kinds: [library::ItemKind::Photo].into(),
            count,
        };
        let text = text([
            added(150),
            added(1_000),
            Event::PreviewReady(ids.clone().into()),
            Event::PreviewReady(ids.clone().into()),
            Event::Lagged,
        ]);
        assert!(text.contains("\"count\":1150"), "{text}");
        assert!(text.contains("\"kinds\":[\"photo\"]"), "{text}");
        assert_eq!(
            text.matches("event: previewReady").count(),
            1,
            "same ids once"
        );
        assert!(
            text.starts_with("event: lagged"),
            "first what makes all else moot"
        );
        let added_line = text
            .lines()
            .find(|line| line.contains("\"count\""))
            .expect("added");
        assert_eq!(
            added_line.matches(',').count(),
            MAX_IDS - 1 + 2,
            "at most {MAX_IDS} ids"
        );
    }
}
