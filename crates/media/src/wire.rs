//! Messages between the pool and a worker.
//!
//! A frame is a big-endian u32 length, that many bytes of JSON, then the
//! binary parts whose lengths the JSON names. A request's first byte carries
//! the file as a descriptor (`SCM_RIGHTS`). The host trusts nothing it reads:
//! every length is bounded before memory is taken for it.

use std::fs::File;
use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::facts::Facts;
use crate::inspection::{PreviewFormat, Problem, Want};

/// Longest JSON of one frame.
const MAX_JSON: usize = 8 * 1024 * 1024;
/// Most binary bytes of one frame: two previews and a cover, generously.
const MAX_BLOBS: usize = 64 * 1024 * 1024;

/// What the host asks.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Ask {
    /// Facts, previews, cover.
    Inspect { want: Want, cpu_seconds: u64 },
    /// Peaks of the first audio track.
    Waveform { points: u32, cpu_seconds: u64 },
}

/// What the worker answers. `Facts` may come before the final answer.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Answer {
    Facts(Box<Facts>),
    Inspected {
        facts: Box<Facts>,
        /// Pictures in order of the binary parts.
        previews: Vec<PreviewHead>,
        thumbhash: Option<Vec<u8>>,
        /// MIME type of the cover; its bytes are the last binary part.
        cover: Option<String>,
        problems: Vec<Problem>,
        blobs: Vec<u32>,
    },
    Waveform {
        duration_ms: u64,
        blobs: Vec<u32>,
    },
    Failed(Failure),
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct PreviewHead {
    pub(crate) max_px: u32,
    pub(crate) format: PreviewFormat,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// Why the worker could not do it; becomes `InspectMedia` on the host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub(crate) enum Failure {
    #[error("too large: {0}")]
    TooLarge(String),
    #[error("unsupported: {0}")]
    Unsupported(String),
    #[error("damaged: {0}")]
    Damaged(String),
}

impl Answer {
    fn blobs(&self) -> &[u32] {
        match self {
            Answer::Inspected { blobs, .. } | Answer::Waveform { blobs, .. } => blobs,
            Answer::Facts(_) | Answer::Failed(_) => &[],
        }
    }
}

/// Sends a request with its file.
pub(crate) fn send_ask(mut socket: &UnixStream, ask: &Ask, file: &File) -> io::Result<()> {
    let frame = frame(ask)?;
    let fds = [file.as_fd()];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    if !control.push(SendAncillaryMessage::ScmRights(&fds)) {
        return Err(io::Error::other("no room for a descriptor"));
    }
    let sent = sendmsg(
        socket,
        &[IoSlice::new(&frame)],
        &mut control,
        SendFlags::NOSIGNAL,
    )?;
    socket.write_all(frame.get(sent..).unwrap_or_default())
}

/// Receives a request; `None` when the host has closed.
pub(crate) fn receive_ask(mut socket: &UnixStream) -> io::Result<Option<(Ask, File)>> {
    let mut head = [0u8; 4];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let got = recvmsg(
        socket,
        &mut [IoSliceMut::new(&mut head)],
        &mut control,
        RecvFlags::CMSG_CLOEXEC,
    )?;
    if got.bytes == 0 {
        return Ok(None);
    }
    let mut file: Option<OwnedFd> = None;
    for message in control.drain() {
        if let RecvAncillaryMessage::ScmRights(fds) = message {
            file = fds.last();
        }
    }
    socket.read_exact(head.get_mut(got.bytes..).unwrap_or_default())?;
    let ask = read_json(socket, u32::from_be_bytes(head))?;
    let file = file.ok_or_else(|| io::Error::other("a request without a file"))?;
    Ok(Some((ask, File::from(file))))
}

/// Sends an answer; `blobs` must match the lengths it names.
pub(crate) fn send_answer(
    mut socket: &UnixStream,
    answer: &Answer,
    blobs: &[&[u8]],
) -> io::Result<()> {
    socket.write_all(&frame(answer)?)?;
    blobs.iter().try_for_each(|blob| socket.write_all(blob))
}

/// Receives an answer and its binary parts.
pub(crate) fn receive_answer(mut from: impl Read) -> io::Result<(Answer, Vec<Vec<u8>>)> {
    let mut head = [0u8; 4];
    from.read_exact(&mut head)?;
    let answer: Answer = read_json(&mut from, u32::from_be_bytes(head))?;
    let mut left = MAX_BLOBS;
    let mut blobs = Vec::new();
    for length in answer.blobs() {
        let length = *length as usize;
        left = left
            .checked_sub(length)
            .filter(|_| blobs.len() < 8)
            .ok_or_else(oversized)?;
        let mut blob = vec![0; length];
        from.read_exact(&mut blob)?;
        blobs.push(blob);
    }
    Ok((answer, blobs))
}

fn oversized() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "an oversized message")
}

fn frame(message: &impl Serialize) -> io::Result<Vec<u8>> {
    let json = serde_json::to_vec(message)?;
    let length = u32::try_from(json.len())
        .ok()
        .filter(|n| *n as usize <= MAX_JSON);
    let mut frame = length.ok_or_else(oversized)?.to_be_bytes().to_vec();
    frame.extend_from_slice(&json);
    Ok(frame)
}

fn read_json<T: DeserializeOwned>(mut from: impl Read, length: u32) -> io::Result<T> {
    let length = length as usize;
    if length > MAX_JSON {
        return Err(oversized());
    }
    let mut json = vec![0; length];
    from.read_exact(&mut json)?;
    Ok(serde_json::from_slice(&json)?)
}
