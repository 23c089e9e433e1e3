//! Saving what was opened: every file is fetched to its end, then taken into the library.
//!
//! What is fetched stays in the store, sealed, until it is saved, so a job that was stopped goes on
//! from there. The plain files stand in `staging/` for as long as the import takes.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dag::manifest::ManifestKind;
use library::{ItemEdit, ItemId, ItemKind, RawPath, ReadLibrary, ShareId, WriteLibrary};

use super::open::OpenShared;
use crate::events::Event;
use crate::import::outcome::chain;
use crate::import::{ImportMode, ImportOptions};
use crate::jobs::{Job, JobHandle, Meter, Outcome, PauseReason, Request, Stop};
use crate::node::{Inner, Node};
use crate::policy::PolicyAction;
use crate::stream::{MAX_READ, MediaStream};

/// Why it was not noted that a share was saved. Its files are in the library all the same.
#[derive(Debug, thiserror::Error)]
enum NoteSaved {
    #[error(transparent)]
    ReadLibrary(#[from] ReadLibrary),
    #[error(transparent)]
    WriteLibrary(#[from] WriteLibrary),
}

impl Node {
    /// Fetches all of an opened share and takes it into the library.
    pub async fn save_received(&self, id: ShareId) -> Result<Job, OpenShared> {
        let row = self.query(move |view| view.received(id)).await?;
        let row = row.ok_or(OpenShared::UnknownShare)?;
        let title = crate::import::shown(&row.title);
        Ok(self.inner.begin(title, Request::Save { share: id }).await?)
    }
}

impl Inner {
    /// The body of the job.
    pub(crate) fn work_save(self: &Arc<Self>, handle: &Arc<JobHandle>, id: ShareId) -> Outcome {
        let folder = self.home.staging().join(format!("share-{id}"));
        let outcome = match self.fetch_all(handle, id, &folder) {
            Err(outcome) => outcome,
            Ok(fetched) => {
                handle.meter.reset();
                let options = ImportOptions {
                    mode: Some(ImportMode::Copy),
                    ..ImportOptions::default()
                };
                let paths: Vec<_> = fetched.iter().map(|(path, _)| path.clone()).collect();
                let outcome = self.work_import(handle, &paths, &options);
                if matches!(outcome, Outcome::Done(_))
                    && let Err(error) = self.note_saved(id, &fetched)
                {
                    // The files are in the library; what they are can be said by hand.
                    tracing::warn!(%error, "what was saved is not noted");
                }
                outcome
            }
        };
        let is_over = !matches!(
            outcome,
            Outcome::Paused(_) | Outcome::Stopped(Stop::Shutdown | Stop::Elsewhere)
        );
        if is_over {
            let _ = std::fs::remove_dir_all(&folder);
        }
        outcome
    }

    /// Notes that a share was saved, and makes of its videos what their maker says they are: a name
    /// alone does not tell a short film from a clip.
    fn note_saved(
        &self,
        id: ShareId,
        fetched: &[(PathBuf, ManifestKind)],
    ) -> Result<(), NoteSaved> {
        let now = self.now_ms();
        let kinds = self.other_kinds(fetched)?;
        self.library.write(|tx| {
            for (item, kind) in &kinds {
                let edit = ItemEdit {
                    kind: Some(Some(*kind)),
                    ..ItemEdit::default()
                };
                tx.edit_item(*item, edit)?;
            }
            if let Some(mut row) = tx.received(id)? {
                row.saved_at = Some(now);
                tx.put_received(&row)?;
            }
            Ok(())
        })?;
        self.touch_index();
        self.events.send(Event::SharesChanged);
        Ok(())
    }

    /// Videos that the library took for something else than their maker says.
    fn other_kinds(
        &self,
        fetched: &[(PathBuf, ManifestKind)],
    ) -> Result<Vec<(ItemId, ItemKind)>, ReadLibrary> {
        let reader = self.library.reader()?;
        let mut other = Vec::new();
        for (path, kind) in fetched {
            let Some(kind) = video_kind(*kind) else {
                continue;
            };
            let origin = reader.origin(&RawPath::from(path.as_path()))?;
            let item: Vec<ItemId> = origin.and_then(|origin| origin.item).into_iter().collect();
            let rows = reader.rows(&item, None)?;
            let row = rows.first().map(|row| (row.id, row.kind));
            if let Some((id, ItemKind::Film | ItemKind::Clip)) = row
                && row != Some((id, kind))
            {
                other.push((id, kind));
            }
        }
        Ok(other)
    }

    fn fetch_all(
        self: &Arc<Self>,
        handle: &JobHandle,
        id: ShareId,
        folder: &Path,
    ) -> Result<Vec<(PathBuf, ManifestKind)>, Outcome> {
        let failed = |error: &dyn std::error::Error| Outcome::Failed(chain(error));
        let node = Node {
            inner: Arc::clone(self),
        };
        let runtime = tokio::runtime::Handle::current();
        let (_, things) = runtime
            .block_on(node.received(id))
            .map_err(|error| failed(&error))?;
        std::fs::create_dir_all(folder).map_err(|error| io_failed(&error))?;
        let meter = &handle.meter;
        Meter::set(&meter.files_total, things.len() as u64);
        Meter::set(
            &meter.bytes_total,
            things.iter().map(|thing| thing.file.size).sum(),
        );
        let mut taken = std::collections::HashSet::new();
        let mut paths = Vec::with_capacity(things.len());
        for (index, thing) in things.iter().enumerate() {
            let mut path = folder.join(&thing.name);
            if !taken.insert(thing.name.to_lowercase()) {
                path = folder.join(format!("{index} {}", thing.name));
            }
            meter.at(&path);
            self.policy
                .check(&thing.file.root, PolicyAction::Save)
                .map_err(Outcome::Blocked)?;
            let stream = runtime
                .block_on(node.open_shared_file(id, index, false))
                .map_err(|error| match error {
                    OpenShared::Blocked(by) => Outcome::Blocked(by),
                    error => failed(&error),
                })?;
            fetch_one(handle, &runtime, &stream, &path)?;
            Meter::add(&meter.files_done, 1);
            paths.push((path, thing.kind));
        }
        Ok(paths)
    }
}

/// What a video can be besides an episode, which its name tells.
fn video_kind(kind: ManifestKind) -> Option<ItemKind> {
    match kind {
        ManifestKind::Film => Some(ItemKind::Film),
        ManifestKind::Clip => Some(ItemKind::Clip),
        _ => None,
    }
}

fn fetch_one(
    handle: &JobHandle,
    runtime: &tokio::runtime::Handle,
    stream: &MediaStream,
    path: &Path,
) -> Result<(), Outcome> {
    let mut file = std::fs::File::create(path).map_err(|error| io_failed(&error))?;
    let mut offset = 0;
    while offset < stream.size() {
        handle.control.checkpoint()?;
        let bytes =
            runtime
                .block_on(stream.read_at(offset, MAX_READ))
                .map_err(|error| match error {
                    crate::stream::ReadMedia::ShuttingDown => Outcome::Stopped(Stop::Shutdown),
                    error => Outcome::Failed(chain(&error)),
                })?;
        if bytes.is_empty() {
            return Err(Outcome::Failed(
                "the shared file is shorter than it says".to_owned(),
            ));
        }
        file.write_all(&bytes).map_err(|error| io_failed(&error))?;
        offset += bytes.len() as u64;
        Meter::add(&handle.meter.bytes_done, bytes.len() as u64);
    }
    Ok(())
}

fn io_failed(error: &std::io::Error) -> Outcome {
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
            Outcome::Paused(PauseReason::DiskFull)
        }
        _ => Outcome::Failed(chain(error)),
    }
}
