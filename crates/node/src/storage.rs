//! Storage: what is used, folders on other disks, and the jobs that check, mend and free.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use dag::Cid;
use store::{
    ChangeFolders, Folder, FolderId, FolderState, GcOptions, IndexFault, StoreStat, VerifyReport,
};

use crate::events::Event;
use crate::import::outcome::chain;
use crate::jobs::{Job, JobHandle, Meter, Outcome, Request, StartJob, Stop, lock};
use crate::node::{Inner, Node};
use crate::tasks::Lane;

/// Space, in bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StorageReport {
    /// Bytes of blocks in the home and its folders.
    pub used: u64,
    /// Most bytes allowed, when there is a limit.
    pub quota: Option<u64>,
    /// Free bytes on the disk of the home.
    pub free: u64,
    /// Bytes of the user's own files that are referenced.
    pub referenced: u64,
    /// Bytes that `gc` could free, as far as known.
    pub garbage: u64,
    /// Blocks.
    pub blocks: u64,
    /// Further storage folders.
    pub folders: Vec<FolderReport>,
}

/// One storage folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderReport {
    /// Its id.
    pub id: FolderId,
    /// Where.
    pub path: PathBuf,
    /// Bytes in it.
    pub used: u64,
    /// Most bytes allowed.
    pub quota: Option<u64>,
    /// Free bytes on its disk; 0 when offline.
    pub free: u64,
    /// False when it is unplugged.
    pub online: bool,
}

/// Why a storage folder could not be added or removed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChangeFolder {
    /// No such folder.
    #[error("there is no such storage folder")]
    UnknownFolder,
    /// The store refused.
    #[error("could not change the storage folder; nothing was changed")]
    ChangeFolder(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The folder is in use, of another home, or the home itself.
    #[error("{0}; nothing was changed")]
    Refused(String),
    /// Its disk is not there, so its blocks cannot be moved home.
    #[error("the disk of this storage folder is not connected; nothing was changed")]
    Offline,
}

impl Node {
    /// What is used, free and allowed.
    pub async fn storage(&self) -> StorageReport {
        let inner = Arc::clone(&self.inner);
        self.inner
            .tasks
            .blocking(Lane::Query, move || {
                let report = inner.storage_report();
                let online = report.folders.iter().filter(|folder| folder.online);
                let online: Vec<FolderId> = online.map(|folder| folder.id).collect();
                let before = std::mem::replace(&mut *lock(&inner.online), online.clone());
                if !before.is_empty() && before != online {
                    // A disk came or went: the items on it say so.
                    crate::moved::start(&inner);
                }
                report
            })
            .await
    }

    /// The store's own numbers.
    pub async fn repo_stat(&self) -> Result<StoreStat, IndexFault> {
        let store = Arc::clone(&self.inner.store);
        self.inner
            .tasks
            .blocking(Lane::Query, move || store.stat())
            .await
    }

    /// Adds a folder, usually on another disk, that holds blocks.
    pub async fn add_folder(
        &self,
        path: PathBuf,
        quota: Option<u64>,
    ) -> Result<FolderReport, ChangeFolder> {
        let store = Arc::clone(&self.inner.store);
        let added = self
            .inner
            .tasks
            .blocking(Lane::Work, move || {
                let id = store.add_folder(&path, quota).map_err(folder_failed)?;
                let folders = store
                    .folders()
                    .map_err(|error| folder_failed(error.into()))?;
                let folder = folders.iter().find(|folder| folder.id == id);
                folder.map(report).ok_or(ChangeFolder::UnknownFolder)
            })
            .await?;
        self.inner.events.send(Event::StorageChanged);
        Ok(added)
    }

    /// Stops using a folder; its blocks are moved home first.
    pub async fn remove_folder(&self, id: FolderId) -> Result<(), ChangeFolder> {
        let store = Arc::clone(&self.inner.store);
        let work = move || store.remove_folder(id).map_err(folder_failed);
        self.inner.tasks.blocking(Lane::Work, work).await?;
        self.inner.events.send(Event::StorageChanged);
        Ok(())
    }

    /// Reads every block and checks it.
    pub async fn start_verify(&self) -> Result<Job, StartJob> {
        self.start_alone(Request::Verify, "Verify").await
    }

    /// Mends what other copies or the user's own files can mend.
    pub async fn start_repair(&self) -> Result<Job, StartJob> {
        self.start_alone(Request::Repair, "Repair").await
    }

    /// Frees blocks that nothing needs.
    pub async fn start_gc(&self) -> Result<Job, StartJob> {
        self.start_alone(Request::Gc, "Free space").await
    }

    async fn start_alone(&self, request: Request, title: &str) -> Result<Job, StartJob> {
        if self.inner.jobs.is_active(request.kind()) {
            return Err(StartJob::AlreadyRunning);
        }
        self.inner.begin(title.to_owned(), request).await
    }
}

impl Inner {
    fn storage_report(&self) -> StorageReport {
        let stat = self.store.stat().unwrap_or_else(|error| {
            tracing::warn!(%error, "the store's numbers could not be read");
            StoreStat::default()
        });
        StorageReport {
            used: stat.bytes,
            quota: stat.quota,
            free: free_bytes(self.home.root()),
            referenced: stat.referenced,
            garbage: stat.garbage,
            blocks: stat.blocks,
            folders: stat.folders.iter().map(report).collect(),
        }
    }

    /// The body of a verify job.
    pub(crate) fn work_verify(&self, handle: &JobHandle) -> Outcome {
        let cancel = || handle.control.stopped().is_some();
        let mut progress = |progress| Self::show_progress(handle, progress);
        match self.store.verify(&mut progress, &cancel) {
            Ok(report) if report.cancelled => stopped(handle),
            Ok(report) => {
                Meter::set(&handle.meter.files_failed, report.bad_count);
                let bad = report.bad.iter().filter(|bad| !bad.other_good);
                let bad: Vec<Cid> = bad.map(|bad| bad.cid).collect();
                self.name_damage(handle, &bad);
                Outcome::Done(Some(verified(&report)))
            }
            Err(error) => Outcome::Failed(chain(&error)),
        }
    }

    /// The body of a repair job.
    pub(crate) fn work_repair(&self, handle: &JobHandle) -> Outcome {
        let cancel = || handle.control.stopped().is_some();
        let mut progress = |progress| Self::show_progress(handle, progress);
        match self.store.repair(&mut progress, &cancel) {
            Ok(report) if report.found.cancelled => stopped(handle),
            Ok(report) => {
                Meter::set(&handle.meter.files_failed, report.lost.len() as u64);
                self.name_damage(handle, &report.lost);
                Outcome::Done(Some(format!(
                    "{} blocks checked, {} bad; {} written anew, {} copies dropped, {} lost.",
                    report.found.blocks,
                    report.found.bad_count,
                    report.rewritten,
                    report.dropped,
                    report.lost.len()
                )))
            }
            Err(error) => Outcome::Failed(chain(&error)),
        }
    }

    fn name_damage(&self, handle: &JobHandle, bad: &[Cid]) {
        match crate::damage::name_files(self, bad) {
            Ok(files) => *lock(&handle.found) = files,
            Err(error) => {
                let error = chain(&error);
                tracing::warn!(error, "the damaged files could not be named");
            }
        }
    }

    /// The body of a gc job.
    pub(crate) fn work_gc(&self, handle: &JobHandle) -> Outcome {
        let cancel = || handle.control.stopped().is_some();
        let mut progress = |progress| Self::show_progress(handle, progress);
        match self.store.gc(&GcOptions::default(), &mut progress, &cancel) {
            Ok(report) if report.cancelled => stopped(handle),
            Ok(report) => Outcome::Done(Some(format!(
                "{} blocks removed, {} bytes given back to the disk.",
                report.removed, report.freed_bytes
            ))),
            Err(error) => Outcome::Failed(chain(&error)),
        }
    }
}

fn stopped(handle: &JobHandle) -> Outcome {
    handle.control.stopped().unwrap_or(Stop::Cancelled).into()
}

fn verified(report: &VerifyReport) -> String {
    if report.is_clean() {
        return match report.offline_count {
            0 => format!("{} blocks checked, all good.", report.blocks),
            offline => format!(
                "{} blocks checked, all good; {offline} are on disks that are not connected.",
                report.blocks
            ),
        };
    }
    format!(
        "{} blocks checked: {} are bad, {} index rows disagree. Run repair.",
        report.blocks, report.bad_count, report.inconsistencies
    )
}

/// Free bytes for this user on the disk of `path`; 0 when it cannot be told.
fn free_bytes(path: &Path) -> u64 {
    rustix::fs::statvfs(path).map_or(0, |stat| stat.f_bavail.saturating_mul(stat.f_frsize))
}

fn report(folder: &Folder) -> FolderReport {
    let online = folder.state == FolderState::Online;
    FolderReport {
        id: folder.id,
        path: folder.path.clone(),
        used: folder.used,
        quota: folder.quota,
        free: if online { free_bytes(&folder.path) } else { 0 },
        online,
    }
}

fn folder_failed(error: ChangeFolders) -> ChangeFolder {
    match error {
        ChangeFolders::UnknownFolder(_) => ChangeFolder::UnknownFolder,
        ChangeFolders::Offline(_) => ChangeFolder::Offline,
        error @ (ChangeFolders::AlreadyUsed(_)
        | ChangeFolders::ForeignFolder(_)
        | ChangeFolders::HomeFolder) => ChangeFolder::Refused(error.to_string()),
        error => ChangeFolder::ChangeFolder(Box::new(error)),
    }
}
