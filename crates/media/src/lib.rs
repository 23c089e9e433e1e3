//! Probe, previews and posters, with hostile decoding in a worker process.
//!
//! What it is: `sniff` names a file's type from its first bytes, `MediaPool`
//! asks a sandboxed worker process for facts, previews and waveforms, and
//! `captions` turns subtitle files into WebVTT.
//!
//! What it is not: it knows no catalogue, no network and no keys, and writes
//! no file. Callers keep what it returns.
//!
//! Invariants: bytes of a media file are decoded only in the worker; a file
//! that crashes, stalls or exhausts a worker costs exactly its own request.

#![deny(missing_docs)]

mod audio;
mod exif;
mod facts;
#[cfg(feature = "gstreamer")]
mod gst;
mod heif;
mod inspect;
mod inspection;
mod mkv;
mod mp4;
mod mpeg;
mod picture;
mod pool;
mod reader;
mod sniff;
mod waveform;
mod wire;
mod worker;

pub mod captions;

pub use facts::{
    AudioTrack, Camera, Chapter, Facts, LocalTime, Playable, SubtitleTrack, Tags, VideoTrack,
};
pub use inspection::{
    Cover, InspectMedia, Inspection, Preview, PreviewFormat, Problem, Source, Want, Waveform,
};
pub use pool::{Limits, MediaPool, PoolConfig, StartPool};
pub use sniff::{HEAD_BYTES, MediaKind, MediaType, sniff, sniff_named};
pub use worker::worker_main;

/// Facts and previews of one file in this process, without the worker's walls.
///
/// For benches only: they measure the work, not the pipe. Never hand it a
/// file that a stranger made.
#[doc(hidden)]
pub fn bench_previews(file: &std::fs::File) -> Result<Vec<Preview>, InspectMedia> {
    let looked = inspect::look(file, Want::ALL, &mut |_| {});
    let looked = looked.map_err(|failure| InspectMedia::Damaged {
        what: failure.to_string(),
    })?;
    Ok(looked.previews)
}
