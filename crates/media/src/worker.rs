//! The worker process: reads requests from its standard input, a Unix socket
//! that carries each file as a descriptor, and answers on the same socket.
//!
//! What it has: the file it was handed, bounded memory and time. What it has
//! not: a file system, a network, keys, children. It answers one request at a
//! time and keeps nothing between them.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::ExitCode;

use crate::inspect::{self, Looked};
use crate::wire::{Answer, Ask, Failure, PreviewHead, receive_ask, send_answer};

#[cfg(feature = "fixture-decoder")]
mod fixture;
mod sandbox;

/// Names the memory limit in bytes.
pub(crate) const MEMORY_VARIABLE: &str = "TRIBUTARY_MEDIA_MEMORY";
/// Set when the worker shall load the video decoders before it locks itself in.
pub(crate) const VIDEO_VARIABLE: &str = "TRIBUTARY_MEDIA_VIDEO";

/// Body of the hidden subcommand; returns when its host closes the socket.
/// Standard input must be the socket that `MediaPool` made.
pub fn worker_main() -> ExitCode {
    match serve() {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn serve() -> io::Result<()> {
    let socket = UnixStream::from(OwnedFd::try_clone(&stdin_descriptor()?)?);
    let memory = std::env::var(MEMORY_VARIABLE)
        .ok()
        .and_then(|v| v.parse().ok());
    sandbox::limit_resources(memory.unwrap_or(1 << 30))?;
    if std::env::var_os(VIDEO_VARIABLE).is_some() {
        // Plugins are files: they must be open before the file system is gone.
        #[cfg(feature = "gstreamer")]
        crate::gst::load();
    }
    sandbox::lock_in()?;
    while let Some((ask, file)) = receive_ask(&socket)? {
        #[cfg(feature = "fixture-decoder")]
        fixture::act(&file);
        match ask {
            Ask::Inspect { want, cpu_seconds } => {
                sandbox::renew_cpu(cpu_seconds)?;
                let mut early = |facts: &crate::Facts| {
                    let answer = Answer::Facts(Box::new(facts.clone()));
                    // A closed socket shows at the final answer.
                    let _ = send_answer(&socket, &answer, &[]);
                };
                match inspect::look(&file, want, &mut early) {
                    Ok(looked) => answer_looked(&socket, looked)?,
                    Err(failure) => send_answer(&socket, &Answer::Failed(failure), &[])?,
                }
            }
            Ask::Waveform {
                points,
                cpu_seconds,
            } => {
                sandbox::renew_cpu(cpu_seconds)?;
                answer_waveform(&socket, &file, points)?;
            }
        }
    }
    Ok(())
}

fn stdin_descriptor() -> io::Result<OwnedFd> {
    io::stdin().as_fd().try_clone_to_owned()
}

fn answer_looked(socket: &UnixStream, looked: Looked) -> io::Result<()> {
    let heads = looked.previews.iter().map(|preview| PreviewHead {
        max_px: preview.max_px,
        format: preview.format,
        width: preview.width,
        height: preview.height,
    });
    let mut blobs: Vec<&[u8]> = looked.previews.iter().map(|p| p.bytes.as_slice()).collect();
    if let Some(cover) = &looked.cover {
        blobs.push(&cover.bytes);
    }
    let answer = Answer::Inspected {
        previews: heads.collect(),
        thumbhash: looked.thumbhash,
        cover: looked.cover.as_ref().map(|cover| cover.mime.clone()),
        problems: looked.problems,
        blobs: blobs.iter().map(|blob| blob.len() as u32).collect(),
        facts: Box::new(looked.facts),
    };
    send_answer(socket, &answer, &blobs)
}

fn answer_waveform(socket: &UnixStream, file: &File, points: u32) -> io::Result<()> {
    let result: Result<_, Failure> = crate::waveform::peaks(file, points as usize);
    match result {
        Ok((peaks, duration_ms)) => {
            let answer = Answer::Waveform {
                duration_ms,
                blobs: vec![peaks.len() as u32],
            };
            send_answer(socket, &answer, &[&peaks])
        }
        Err(failure) => send_answer(socket, &Answer::Failed(failure), &[]),
    }
}
