//! Running jobs: start, watch, finish, and what people can do to them.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::control::{Meter, Outcome, Stop, lock};
use super::table::{JobHandle, Request};
use super::{ControlJob, Failure, Job, JobId, JobKind, JobState, PauseReason, StartJob};
use crate::events::Event;
use crate::import::outcome::write_failed;
use crate::node::{Inner, Node};
use crate::tasks::Lane;

/// Time between two progress events of a job: at most four a second.
const TICK: Duration = Duration::from_millis(250);
/// Bytes of watched files that are given up at once for a job without room.
const ROOM_FOR_JOBS: u64 = 256 << 20;
/// Failures that are listed.
const MAX_FAILURES: usize = 10_000;

impl Inner {
    /// Journals a new job and starts it.
    pub(crate) async fn begin(
        self: &Arc<Self>,
        title: String,
        request: Request,
    ) -> Result<Job, StartJob> {
        if self.tasks.is_stopping() {
            return Err(StartJob::ShuttingDown);
        }
        let id = JobId(self.fresh_id());
        let handle = Arc::new(JobHandle::new(id, title, self.now_ms(), request));
        self.journal(&handle)
            .await
            .map_err(|error| StartJob::JournalJob(Box::new(error)))?;
        self.jobs.add(Arc::clone(&handle));
        self.launch(Arc::clone(&handle));
        Ok(handle.job(0))
    }

    /// Writes the journal's row of a job.
    async fn journal(
        self: &Arc<Self>,
        handle: &Arc<JobHandle>,
    ) -> Result<(), library::WriteLibrary> {
        if !handle.request.is_journaled() {
            return Ok(());
        }
        let inner = Arc::clone(self);
        let row = handle.row();
        self.tasks
            .blocking(Lane::Query, move || {
                inner.library.write(|tx| tx.put_job(row).map(drop))
            })
            .await
    }

    /// Runs a queued job as a task of its own.
    pub(crate) fn launch(self: &Arc<Self>, handle: Arc<JobHandle>) {
        handle.control.run();
        handle.set_blocked(None);
        let inner = Arc::clone(self);
        self.tasks
            .spawn("job", async move { run(&inner, &handle).await });
    }

    fn snapshot(&self, handle: &JobHandle) -> Job {
        handle.job(self.previews.pending())
    }

    async fn finish(self: &Arc<Self>, handle: &Arc<JobHandle>, outcome: Outcome) {
        let now = Some(self.now_ms());
        handle.scanning.store(false, Ordering::Relaxed);
        match outcome {
            // It stays journaled as it is and goes on at the next start.
            Outcome::Stopped(Stop::Shutdown | Stop::Elsewhere) => return,
            Outcome::Done(message) => handle.set_state(JobState::Done, None, message, now),
            Outcome::Failed(message) => {
                tracing::warn!(job = %handle.id, message, "job failed");
                handle.set_state(JobState::Failed, None, Some(message), now);
            }
            Outcome::Blocked(by) => {
                let message = by.to_string();
                handle.set_blocked(Some(by));
                handle.set_state(JobState::Failed, None, Some(message), now);
            }
            Outcome::Paused(why) => {
                let message = Some(why.message().to_owned());
                handle.set_state(JobState::Paused, Some(why), message, None);
            }
            Outcome::Stopped(Stop::Cancelled) => {
                handle.set_state(JobState::Cancelled, None, None, now);
            }
        }
        if let Err(error) = self.journal(handle).await {
            tracing::warn!(%error, "the end of a job could not be journaled");
        }
        self.events
            .send(Event::JobFinished(Arc::new(self.snapshot(handle))));
        self.events.send(Event::StorageChanged);
    }
}

async fn run(inner: &Arc<Inner>, handle: &Arc<JobHandle>) {
    // Imports take turns beyond a few; the store's own jobs exclude each other there.
    let turn = match handle.request.kind() {
        JobKind::Import => inner.import_turns.acquire().await.ok(),
        _ => None,
    };
    if handle.control.stopped().is_some() {
        return inner
            .finish(handle, Outcome::Stopped(Stop::Cancelled))
            .await;
    }
    handle.working.store(true, Ordering::Release);
    handle.meter.reset();
    if handle.state() != JobState::Paused {
        handle.set_state(JobState::Running, None, None, None);
    }
    let work = {
        let inner = Arc::clone(inner);
        let handle = Arc::clone(handle);
        let tasks = inner.tasks.clone();
        async move {
            tasks
                .blocking(Lane::Work, move || inner.work(&handle))
                .await
        }
    };
    tokio::pin!(work);
    let mut tick = tokio::time::interval(TICK);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut last = None;
    let outcome = loop {
        tokio::select! {
            outcome = &mut work => break outcome,
            _ = tick.tick() => {
                handle.measure();
                let job = inner.snapshot(handle);
                if last.as_ref() != Some(&job) {
                    inner.events.send(Event::JobProgress(Arc::new(job.clone())));
                    last = Some(job);
                }
            }
        }
    };
    drop(turn);
    handle.working.store(false, Ordering::Release);
    inner.finish(handle, outcome).await;
}

impl Node {
    /// All jobs that were not dismissed, newest first.
    #[must_use]
    pub fn jobs(&self) -> Vec<Job> {
        let mut jobs: Vec<Job> = self
            .inner
            .jobs
            .all()
            .iter()
            .map(|job| self.inner.snapshot(job))
            .collect();
        jobs.reverse();
        jobs
    }

    /// One job.
    #[must_use]
    pub fn job(&self, id: JobId) -> Option<Job> {
        self.inner.jobs.get(id).map(|job| self.inner.snapshot(&job))
    }

    /// Files of a job that failed, at most the first 10,000.
    pub async fn failures(&self, id: JobId) -> Vec<Failure> {
        if let Some(job) = self.inner.jobs.get(id)
            && !job.request.is_journaled()
        {
            return lock(&job.found).clone();
        }
        let rows = self
            .query(move |view| view.failures(id, 0, MAX_FAILURES))
            .await;
        rows.unwrap_or_default()
            .into_iter()
            .map(|row| Failure {
                path: crate::import::shown_path(&super::table::path_of(&row.path)),
                code: row.code,
                message: row.message,
                todo: row.todo,
            })
            .collect()
    }

    /// Lets a job stand still.
    pub async fn pause_job(&self, id: JobId) -> Result<Job, ControlJob> {
        let job = self.inner.jobs.get(id).ok_or(ControlJob::UnknownJob)?;
        match job.state() {
            JobState::Queued | JobState::Scanning | JobState::Running
                if job.request.is_journaled() => {}
            state => return Err(ControlJob::WrongState(state)),
        }
        job.control.pause();
        job.set_state(JobState::Paused, Some(PauseReason::Asked), None, None);
        self.changed(&job).await
    }

    /// Lets a paused job go on.
    pub async fn resume_job(&self, id: JobId) -> Result<Job, ControlJob> {
        let job = self.inner.jobs.get(id).ok_or(ControlJob::UnknownJob)?;
        if job.state() != JobState::Paused {
            return Err(ControlJob::WrongState(job.state()));
        }
        if job.working.load(Ordering::Acquire) {
            // Its threads wait where they are.
            job.set_state(JobState::Running, None, None, None);
            job.control.run();
        } else {
            // It ended for lack of room, or in an earlier run: from the top, skipping
            // what is recorded.
            job.set_state(JobState::Queued, None, None, None);
            self.inner.launch(Arc::clone(&job));
        }
        self.changed(&job).await
    }

    /// Ends a job; what it did so far stays.
    pub async fn cancel_job(&self, id: JobId) -> Result<Job, ControlJob> {
        let job = self.inner.jobs.get(id).ok_or(ControlJob::UnknownJob)?;
        let state = job.state();
        if state.is_final() {
            return Err(ControlJob::WrongState(state));
        }
        let runs = state != JobState::Paused || job.working.load(Ordering::Acquire);
        job.control.cancel();
        if !runs {
            self.inner
                .finish(&job, Outcome::Stopped(Stop::Cancelled))
                .await;
        }
        Ok(self.inner.snapshot(&job))
    }

    /// Starts an ended job over; what is recorded is skipped, so only what failed or was
    /// never reached is done.
    pub async fn retry_job(&self, id: JobId) -> Result<Job, ControlJob> {
        let job = self.inner.jobs.get(id).ok_or(ControlJob::UnknownJob)?;
        if !job.state().is_final() {
            return Err(ControlJob::WrongState(job.state()));
        }
        job.set_state(JobState::Queued, None, None, None);
        self.inner.launch(Arc::clone(&job));
        self.changed(&job).await
    }

    /// Forgets an ended job.
    pub async fn dismiss_job(&self, id: JobId) -> Result<(), ControlJob> {
        let job = self.inner.jobs.get(id).ok_or(ControlJob::UnknownJob)?;
        if !job.state().is_final() {
            return Err(ControlJob::WrongState(job.state()));
        }
        if job.request.is_journaled() {
            self.edit(Vec::new(), move |tx| tx.remove_job(id))
                .await
                .map_err(|error| ControlJob::JournalJob(Box::new(error)))?;
        }
        self.inner.jobs.remove(id);
        Ok(())
    }

    /// Waits until a job ended or paused, and returns it; `None` when it is unknown or the
    /// node shut down first. Cancel-safe.
    pub async fn wait_job(&self, id: JobId) -> Option<Job> {
        let job = self.inner.jobs.get(id)?;
        let mut state = job.watch();
        let stop = self.inner.tasks.token();
        tokio::select! {
            () = stop.cancelled() => return None,
            settled = state.wait_for(|state| state.is_final() || *state == JobState::Paused) => {
                settled.ok()?;
            }
        }
        Some(self.inner.snapshot(&job))
    }

    async fn changed(&self, job: &Arc<JobHandle>) -> Result<Job, ControlJob> {
        self.inner
            .journal(job)
            .await
            .map_err(|error| ControlJob::JournalJob(Box::new(error)))?;
        let snapshot = self.inner.snapshot(job);
        self.inner
            .events
            .send(Event::JobProgress(Arc::new(snapshot.clone())));
        Ok(snapshot)
    }
}

impl Inner {
    /// The blocking body of a job. One that has no room left gets what was only watched first.
    fn work(self: &Arc<Self>, handle: &Arc<JobHandle>) -> Outcome {
        loop {
            let outcome = self.work_once(handle);
            let is_full = matches!(
                outcome,
                Outcome::Paused(PauseReason::QuotaFull | PauseReason::DiskFull)
            );
            if !is_full || self.make_room(ROOM_FOR_JOBS) == 0 {
                return outcome;
            }
        }
    }

    fn work_once(self: &Arc<Self>, handle: &Arc<JobHandle>) -> Outcome {
        if handle.request.is_journaled() {
            // Files that failed in an earlier run get another chance in this one.
            let cleared = self.library.write(|tx| tx.clear_failures(handle.id));
            if let Err(error) = cleared {
                return write_failed(&error);
            }
        }
        match &handle.request {
            Request::Import { paths, options } => self.work_import(handle, paths, options),
            Request::Export { folder } => self.work_export(handle, folder),
            Request::Restore { folder } => self.work_restore(handle, folder),
            Request::Verify => self.work_verify(handle),
            Request::Repair => self.work_repair(handle),
            Request::Gc => self.work_gc(handle),
            Request::Share { share } => self.work_share(handle, *share),
            Request::Save { share } => self.work_save(handle, *share),
        }
    }

    /// Shows the store's progress in blocks as the job's.
    pub(crate) fn show_progress(handle: &JobHandle, progress: store::Progress) {
        Meter::set(&handle.meter.files_total, progress.blocks_total);
        Meter::set(&handle.meter.files_done, progress.blocks);
        Meter::set(&handle.meter.bytes_done, progress.bytes);
    }
}
