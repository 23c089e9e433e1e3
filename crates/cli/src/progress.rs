//! Waiting for a job, with a bar on a terminal.

use std::{
    io::{IsTerminal as _, stderr},
    time::Duration,
};

use api::dto::{Job, JobState};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::{failure::Failure, output::shown, session::Session};

const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// Waits until the job ended, and says so when it ended badly.
pub(crate) fn wait(session: &Session, job: Job) -> Result<Job, Failure> {
    let bar = bar();
    let mut job = job;
    let path = format!("/imports/{}", job.id);
    loop {
        bar.set_length(job.bytes_total.max(1));
        bar.set_position(job.bytes_done);
        bar.set_message(shown(
            job.current
                .as_deref()
                .or(job.why.as_deref())
                .unwrap_or_default(),
        ));
        match job.state {
            JobState::Done => break,
            JobState::Failed | JobState::Cancelled | JobState::Paused => {
                bar.finish_and_clear();
                let why = job.message.or(job.why);
                return Err(Failure::Job(
                    why.unwrap_or_else(|| "the job was cancelled".into()),
                ));
            }
            JobState::Queued | JobState::Scanning | JobState::Running => {
                std::thread::sleep(LOOK_AGAIN);
                job = session.wire.get(&path)?;
            }
        }
    }
    bar.finish_and_clear();
    Ok(job)
}

fn bar() -> ProgressBar {
    if !stderr().is_terminal() {
        return ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
    }
    let bar = ProgressBar::new(1);
    let style =
        "{bar:32} {binary_bytes}/{binary_total_bytes}  {binary_bytes_per_sec}  {eta}  {wide_msg}";
    if let Ok(style) = ProgressStyle::with_template(style) {
        bar.set_style(style);
    }
    bar
}
