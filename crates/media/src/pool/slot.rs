//! One worker slot: the life of its processes, one after another.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::{Job, Shared, locked};
use crate::facts::Facts;
use crate::inspection::{
    Cover, InspectMedia, Inspection, Preview, PreviewFormat, Problem, Source, Waveform,
};
use crate::sniff::{HEAD_BYTES, MediaKind, sniff};
use crate::wire::{self, Answer, Ask, Failure};
use crate::worker::{MEMORY_VARIABLE, VIDEO_VARIABLE};

/// Environment a worker keeps: where libraries and GStreamer's plugins are.
const KEPT_VARIABLES: [&str; 4] = [
    "LD_LIBRARY_PATH",
    "GST_PLUGIN_PATH_1_0",
    "GST_PLUGIN_SYSTEM_PATH_1_0",
    "LLVM_PROFILE_FILE",
];

/// Longest wait before a worker that keeps dying at once is started again.
const MAX_BACK_OFF: Duration = Duration::from_secs(1);

/// A live worker process.
struct Worker {
    socket: UnixStream,
    /// It has loaded the video decoders.
    video: bool,
    served: u32,
}

/// Body of a slot thread; returns when the pool is closed.
pub(super) fn run(shared: &Shared, index: usize) {
    let mut slot = Slot {
        shared,
        index,
        worker: None,
        deaths: 0,
    };
    while let Some(next) = slot.next_job() {
        match next {
            Some(job) => slot.serve(job),
            None => {
                slot.bury();
            }
        }
    }
    slot.bury();
    shared.ended.add_permits(1);
}

struct Slot<'a> {
    shared: &'a Shared,
    index: usize,
    worker: Option<Worker>,
    /// Workers in a row that died without an answer.
    deaths: u32,
}

impl Slot<'_> {
    /// The next job; `Some(None)` when an idle worker should be stopped,
    /// `None` when the pool is closed.
    fn next_job(&self) -> Option<Option<Job>> {
        let mut queue = locked(&self.shared.queue);
        loop {
            if self.shared.is_closed() {
                return None;
            }
            if let Some(job) = queue.pop_front() {
                return Some(Some(job));
            }
            // Without a worker there is nothing to stop, so the wait is long.
            let wait = match self.worker {
                Some(_) => self.shared.config.limits.idle,
                None => Duration::from_secs(3600),
            };
            let (guard, timeout) = match self.shared.arrived.wait_timeout(queue, wait) {
                Ok(pair) => pair,
                Err(poisoned) => poisoned.into_inner(),
            };
            queue = guard;
            if timeout.timed_out() && queue.is_empty() && self.worker.is_some() {
                return Some(None);
            }
        }
    }

    fn serve(&mut self, job: Job) {
        let limits = self.shared.config.limits;
        match job {
            Job::Inspect {
                source,
                want,
                reply,
                _place,
            } => {
                if reply.is_closed() {
                    return;
                }
                let outcome = open(source).and_then(|file| {
                    let video = needs_video(&file, want.previews);
                    let timeout = if video {
                        limits.video_timeout
                    } else {
                        limits.still_timeout
                    };
                    let ask = Ask::Inspect {
                        want,
                        cpu_seconds: cpu_budget(timeout),
                    };
                    self.exchange(&ask, &file, video, timeout)
                });
                // The caller may be gone; the work is then simply dropped.
                let _ = reply.send(outcome.and_then(inspection));
            }
            Job::Waveform {
                source,
                points,
                reply,
                _place,
            } => {
                if reply.is_closed() {
                    return;
                }
                let outcome = open(source).and_then(|file| {
                    let timeout = limits.waveform_timeout;
                    let ask = Ask::Waveform {
                        points,
                        cpu_seconds: cpu_budget(timeout),
                    };
                    self.exchange(&ask, &file, true, timeout)
                });
                let _ = reply.send(outcome.and_then(|done| waveform(done, points)));
            }
        }
    }

    /// One request and its answer, on a worker with or without video decoders.
    fn exchange(
        &mut self,
        ask: &Ask,
        file: &File,
        video: bool,
        timeout: Duration,
    ) -> Result<Done, InspectMedia> {
        let fits = self.worker.as_ref().is_some_and(|w| {
            w.served < self.shared.config.limits.recycle_after && w.video >= video
        });
        if !fits {
            self.bury();
        }
        // A worker that died while idle shows itself when it is written to.
        let reused = self.worker.is_some();
        if reused && self.send(ask, file).is_err() {
            self.bury();
        }
        if !reused || self.worker.is_none() {
            self.spawn(video)?;
            if self.send(ask, file).is_err() {
                let signal = self.bury();
                return Err(if self.shared.is_closed() {
                    InspectMedia::Closed
                } else {
                    InspectMedia::Crashed { signal }
                });
            }
        }
        let deadline = Instant::now() + timeout;
        let mut early = None;
        let problem = match self.receive(deadline, &mut early) {
            Ok(done) => {
                self.deaths = 0;
                return Ok(done);
            }
            Err(error) => error,
        };
        let signal = self.bury();
        self.deaths = self.deaths.saturating_add(1);
        if self.shared.is_closed() {
            return Err(InspectMedia::Closed);
        }
        let timed_out = matches!(
            problem.kind(),
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
        );
        tracing::warn!(?signal, timed_out, "a media worker was lost");
        let error = match (timed_out, signal) {
            (true, _) | (_, Some(libc::SIGXCPU)) => InspectMedia::TimedOut,
            _ if problem.kind() == io::ErrorKind::InvalidData => InspectMedia::Protocol,
            _ => InspectMedia::Crashed { signal },
        };
        match (early, error) {
            (Some(facts), InspectMedia::TimedOut) => Ok(Done::facts(facts, Problem::TimedOut)),
            (Some(facts), InspectMedia::Crashed { signal }) => {
                Ok(Done::facts(facts, Problem::Crashed { signal }))
            }
            (_, error) => Err(error),
        }
    }

    fn send(&self, ask: &Ask, file: &File) -> io::Result<()> {
        let worker = self.worker.as_ref().ok_or(io::ErrorKind::NotConnected)?;
        worker
            .socket
            .set_write_timeout(Some(Duration::from_secs(5)))?;
        wire::send_ask(&worker.socket, ask, file)
    }

    fn receive(&mut self, deadline: Instant, early: &mut Option<Facts>) -> io::Result<Done> {
        let worker = self.worker.as_mut().ok_or(io::ErrorKind::NotConnected)?;
        loop {
            let timed = Timed {
                socket: &worker.socket,
                deadline,
            };
            match wire::receive_answer(timed)? {
                (Answer::Facts(facts), _) if early.is_none() => *early = Some(*facts),
                (Answer::Facts(_), _) => return Err(io::ErrorKind::InvalidData.into()),
                (answer, blobs) => {
                    worker.served += 1;
                    return Ok(Done { answer, blobs });
                }
            }
        }
    }

    /// Starts a process, later the more of them died in a row.
    fn spawn(&mut self, video: bool) -> Result<(), InspectMedia> {
        if self.deaths > 1 {
            let wait = Duration::from_millis(50 << self.deaths.min(5)).min(MAX_BACK_OFF);
            let until = Instant::now() + wait;
            let mut queue = locked(&self.shared.queue);
            while let Some(left) = until.checked_duration_since(Instant::now())
                && !self.shared.is_closed()
            {
                queue = match self.shared.arrived.wait_timeout(queue, left) {
                    Ok((guard, _)) => guard,
                    Err(poisoned) => poisoned.into_inner().0,
                };
            }
            // A wake-up taken here may have been meant for another slot.
            self.shared.arrived.notify_one();
        }
        let config = &self.shared.config;
        let (ours, theirs) = UnixStream::pair().map_err(InspectMedia::Spawn)?;
        let mut command = Command::new(&config.program);
        command
            .args(&config.args)
            .env_clear()
            .envs(
                KEPT_VARIABLES
                    .iter()
                    .filter_map(|k| std::env::var_os(k).map(|v| (k, v))),
            )
            .env(MEMORY_VARIABLE, config.limits.memory.to_string())
            .env("MALLOC_ARENA_MAX", "2")
            // GStreamer shall open the plugins it is told to, and no registry.
            .env("GST_REGISTRY_DISABLE", "yes")
            .env("GST_DEBUG", "0")
            .env("LC_ALL", "C.UTF-8")
            .current_dir("/")
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if video {
            command.env(VIDEO_VARIABLE, "1");
        }
        let mut child = command.spawn().map_err(InspectMedia::Spawn)?;
        let mut place = locked(self.child());
        if self.shared.closed.load(Ordering::SeqCst) {
            let _ = child.kill();
            let _ = child.wait();
            return Err(InspectMedia::Closed);
        }
        *place = Some(child);
        drop(place);
        self.worker = Some(Worker {
            socket: ours,
            video,
            served: 0,
        });
        Ok(())
    }

    fn child(&self) -> &std::sync::Mutex<Option<std::process::Child>> {
        self.shared
            .children
            .get(self.index)
            .expect("BUG: a slot has its place among the children")
    }

    /// Ends the process if there is one and reaps it; the signal that ended it.
    fn bury(&mut self) -> Option<i32> {
        self.worker = None;
        let mut child = locked(self.child()).take()?;
        // A process that was already dying keeps its own reason.
        let _ = child.kill();
        child.wait().ok()?.signal()
    }
}

/// A worker's final answer.
struct Done {
    answer: Answer,
    blobs: Vec<Vec<u8>>,
}

impl Done {
    /// What is left of a request whose worker died after it sent the facts.
    fn facts(facts: Facts, problem: Problem) -> Done {
        let answer = Answer::Inspected {
            facts: Box::new(facts),
            previews: Vec::new(),
            thumbhash: None,
            cover: None,
            problems: vec![problem],
            blobs: Vec::new(),
        };
        Done {
            answer,
            blobs: Vec::new(),
        }
    }
}

/// Reads with one deadline over all reads of an answer.
struct Timed<'a> {
    socket: &'a UnixStream,
    deadline: Instant,
}

impl Read for Timed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self
            .deadline
            .checked_duration_since(Instant::now())
            .filter(|left| !left.is_zero())
            .ok_or(io::ErrorKind::TimedOut)?;
        self.socket.set_read_timeout(Some(left))?;
        (&mut &*self.socket).read(buffer)
    }
}

/// Twice the wall time: decoders may use two cores.
fn cpu_budget(timeout: Duration) -> u64 {
    timeout.as_secs().saturating_mul(2).max(2)
}

/// Opens the source read-only; refuses what is not a regular file, without
/// blocking on a FIFO.
fn open(source: Source) -> Result<File, InspectMedia> {
    let file = match source {
        Source::Path(path) => OpenOptions::new()
            .read(true)
            .custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY)
            .open(path)
            .map_err(InspectMedia::Open)?,
        Source::File(file) => read_only(file).map_err(InspectMedia::Open)?,
    };
    if !file.metadata().map_err(InspectMedia::Open)?.is_file() {
        let error = io::Error::new(io::ErrorKind::InvalidInput, "not a regular file");
        return Err(InspectMedia::Open(error));
    }
    Ok(file)
}

/// Opens the file anew: a worker must never hold a descriptor that can write,
/// nor move the position of the caller's.
fn read_only(file: File) -> io::Result<File> {
    use rustix::fs::{OFlags, fcntl_getfl};
    match File::open(format!("/proc/self/fd/{}", file.as_raw_fd())) {
        Ok(again) => Ok(again),
        Err(error) if fcntl_getfl(file.as_fd())?.intersects(OFlags::WRONLY | OFlags::RDWR) => {
            Err(error)
        }
        // Readable through this descriptor only; it is handed on as it is.
        Err(_) => Ok(file),
    }
}

/// Whether this file needs the video decoders: for a frame, or for the facts
/// of a container that nothing else reads.
fn needs_video(file: &File, previews: bool) -> bool {
    let mut head = [0; HEAD_BYTES];
    let read = file.read_at(&mut head, 0).unwrap_or(0);
    let found = sniff(head.get(..read).unwrap_or_default());
    match (found.kind, found.extension) {
        (MediaKind::Video, "mp4" | "m4v" | "mov" | "3gp" | "mkv" | "webm") => previews,
        (MediaKind::Video, _) => true,
        (_, "avif" | "heic") => previews,
        _ => false,
    }
}

fn inspection(done: Done) -> Result<Inspection, InspectMedia> {
    let (facts, heads, thumbhash, cover, problems) = match done.answer {
        Answer::Inspected {
            facts,
            previews,
            thumbhash,
            cover,
            problems,
            ..
        } => (facts, previews, thumbhash, cover, problems),
        Answer::Failed(failure) => return Err(failed(failure)),
        _ => return Err(InspectMedia::Protocol),
    };
    let mut blobs = done.blobs.into_iter();
    let mut previews = Vec::with_capacity(heads.len().min(2));
    for head in heads {
        let bytes = blobs.next().ok_or(InspectMedia::Protocol)?;
        let sane = (1..=head.max_px).contains(&head.width)
            && (1..=head.max_px).contains(&head.height)
            && matches!(head.max_px, 320 | 1440);
        // A worker that was taken over must not smuggle another type through.
        let magic: &[u8] = match head.format {
            PreviewFormat::WebP => b"RIFF",
            PreviewFormat::Jpeg => b"\xFF\xD8\xFF",
        };
        if !sane || !bytes.starts_with(magic) {
            return Err(InspectMedia::Protocol);
        }
        previews.push(Preview {
            max_px: head.max_px,
            format: head.format,
            width: head.width,
            height: head.height,
            bytes,
        });
    }
    let cover = match cover {
        Some(_) => {
            let bytes = blobs.next().ok_or(InspectMedia::Protocol)?;
            let found = sniff(&bytes);
            (found.kind == MediaKind::Photo).then(|| Cover {
                mime: found.mime.to_owned(),
                bytes,
            })
        }
        None => None,
    };
    let thumbhash = thumbhash.filter(|hash| hash.len() <= 64);
    Ok(Inspection {
        facts: *facts,
        previews,
        thumbhash,
        cover,
        problems,
    })
}

fn waveform(done: Done, points: u32) -> Result<Waveform, InspectMedia> {
    match (done.answer, done.blobs.into_iter().next()) {
        (Answer::Waveform { duration_ms, .. }, Some(peaks)) if peaks.len() <= points as usize => {
            Ok(Waveform { peaks, duration_ms })
        }
        (Answer::Failed(failure), _) => Err(failed(failure)),
        _ => Err(InspectMedia::Protocol),
    }
}

fn failed(failure: Failure) -> InspectMedia {
    match failure {
        Failure::TooLarge(what) => InspectMedia::TooLarge { what },
        Failure::Unsupported(what) => InspectMedia::Unsupported { what },
        Failure::Damaged(what) => InspectMedia::Damaged { what },
    }
}
