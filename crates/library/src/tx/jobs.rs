//! The job journal's writes.

use crate::ids::JobId;
use crate::job::{FailureRow, JobRow};
use crate::keys;
use crate::kv::{Kv, T};
use crate::path::RawPath;
use crate::tx::{Tx, Written, missing};

/// Failures kept of one job; the counter counts them all.
const MAX_FAILURES: u64 = 10_000;

fn failure_count(job: JobId) -> Vec<u8> {
    keys::key(&[b"failures", &job.0])
}

impl Tx<'_> {
    /// Journals a job, new or changed. An id that is all zero is filled in, so
    /// is a missing creation time; the row's time of change is set.
    ///
    /// # Errors
    /// The database failed.
    pub fn put_job(&mut self, mut job: JobRow) -> Written<JobId> {
        if job.id == JobId::default() {
            job.id = JobId(self.new_id());
        }
        if job.created_at == 0 {
            job.created_at = self.now();
        }
        job.updated_at = self.now();
        if job.state.is_over() {
            job.finished_at = job.finished_at.or(Some(self.now()));
        } else {
            job.finished_at = None;
        }
        self.kv.put_row(T::Jobs, &job.id.0, &job)?;
        Ok(job.id)
    }

    /// Notes a file that a job could not take. The list keeps the first 10,000.
    ///
    /// # Errors
    /// There is no such job, or the database failed.
    pub fn add_failure(
        &mut self,
        job: JobId,
        path: &RawPath,
        code: &str,
        message: &str,
        todo: Option<&str>,
    ) -> Written<()> {
        if !self.kv.has(T::Jobs, &job.0)? {
            return Err(missing("job", job));
        }
        let seq = self.kv.number(T::Meta, &failure_count(job))?;
        if seq >= MAX_FAILURES {
            return Ok(());
        }
        let row = FailureRow {
            seq,
            path: path.clone(),
            code: code.to_owned(),
            message: message.to_owned(),
            todo: todo.map(str::to_owned),
            ..FailureRow::default()
        };
        self.kv.put_number(T::Meta, &failure_count(job), seq + 1)?;
        self.kv
            .put_row(T::Failures, &keys::key(&[&job.0, &seq.to_be_bytes()]), &row)
    }

    /// Forgets a job's failures, before it tries them again.
    ///
    /// # Errors
    /// The database failed.
    pub fn clear_failures(&mut self, job: JobId) -> Written<()> {
        for key in self.kv.keys(T::Failures, &job.0)? {
            self.kv.remove(T::Failures, &key)?;
        }
        self.kv.remove(T::Meta, &failure_count(job))
    }

    /// Forgets a job and its failures. What it imported stays.
    ///
    /// # Errors
    /// The database failed.
    pub fn remove_job(&mut self, job: JobId) -> Written<()> {
        self.clear_failures(job)?;
        self.kv.remove(T::Jobs, &job.0)
    }
}
