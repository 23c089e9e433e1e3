//! What is asked of the pool and what it answers.

use std::fs::File;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::facts::Facts;

/// A file to look at. Either way it reaches the worker as an open descriptor.
#[derive(Debug)]
pub enum Source {
    /// An open file; its position does not matter.
    File(File),
    /// A path, opened read-only by the pool.
    Path(PathBuf),
}

/// What to produce. Facts are always cheap; previews decode pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Want {
    /// Fill `Inspection::facts` beyond kind and MIME type.
    pub facts: bool,
    /// Make the 320 and 1440 px previews and the thumbhash.
    pub previews: bool,
    /// Return the embedded cover picture as it is stored.
    pub cover: bool,
}

impl Want {
    /// Facts and previews, as an import wants them.
    pub const ALL: Want = Want {
        facts: true,
        previews: true,
        cover: false,
    };
    /// Facts alone.
    pub const FACTS: Want = Want {
        facts: true,
        previews: false,
        cover: false,
    };
}

/// The answer to one request.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inspection {
    /// What the file says of itself.
    pub facts: Facts,
    /// Previews, the smaller first; empty when the file has no picture.
    pub previews: Vec<Preview>,
    /// Thumbhash of the preview (about 21 bytes, <https://evanw.github.io/thumbhash/>).
    pub thumbhash: Option<Vec<u8>>,
    /// The embedded cover as stored, when asked for.
    pub cover: Option<Cover>,
    /// What could not be done although the request as a whole succeeded,
    /// such as a preview of a format that has no decoder here.
    pub problems: Vec<Problem>,
}

/// One finished preview picture, upright, never larger than its source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// The box it was fitted into: 320 or 1440 px.
    pub max_px: u32,
    /// How `bytes` are encoded.
    pub format: PreviewFormat,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// The encoded picture.
    pub bytes: Vec<u8>,
}

/// Encoding of a preview.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PreviewFormat {
    /// `image/webp`, the 320 px preview; keeps transparency.
    WebP,
    /// `image/jpeg`, the 1440 px preview; transparency is laid on neutral grey.
    Jpeg,
}

impl PreviewFormat {
    /// MIME type of the encoded picture.
    pub const fn mime(self) -> &'static str {
        match self {
            PreviewFormat::WebP => "image/webp",
            PreviewFormat::Jpeg => "image/jpeg",
        }
    }
}

/// An embedded cover picture as stored in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cover {
    /// MIME type by the picture's own first bytes.
    pub mime: String,
    /// The picture, at most 16 MiB.
    pub bytes: Vec<u8>,
}

/// Loudness over time for a seek bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waveform {
    /// Peaks from silence (0) to full scale (255), evenly spaced over the track.
    pub peaks: Vec<u8>,
    /// Play time that was decoded, in milliseconds.
    pub duration_ms: u64,
}

/// Part of a request that failed without failing the whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Problem {
    /// There is no decoder for this here; `what` names the format or codec.
    Unsupported {
        /// Format or codec.
        what: String,
    },
    /// Bytes are missing or wrong; `what` names the part.
    Damaged {
        /// The part that could not be read.
        what: String,
    },
    /// Decoding it would need more than the limits allow.
    TooLarge {
        /// The size that was refused.
        what: String,
    },
    /// The worker died while making previews; the facts were already in.
    Crashed {
        /// Signal that ended the worker, when one did.
        signal: Option<i32>,
    },
    /// Making previews took too long; the facts were already in.
    TimedOut,
}

/// Why a request failed. One failure never affects another request.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InspectMedia {
    /// The file could not be opened or read by us.
    #[error("could not open the file")]
    Open(#[source] std::io::Error),
    /// The worker died on this file.
    #[error("the media worker crashed on this file")]
    Crashed {
        /// Signal that ended the worker, when one did.
        signal: Option<i32>,
    },
    /// The worker did not answer in time and was stopped.
    #[error("reading this file took too long")]
    TimedOut,
    /// The file asks for more memory than the limits allow.
    #[error("the file is too large to decode: {what}")]
    TooLarge {
        /// The size that was refused.
        what: String,
    },
    /// No decoder for this format.
    #[error("no decoder for {what}")]
    Unsupported {
        /// Format or codec.
        what: String,
    },
    /// The file is broken beyond use.
    #[error("the file is damaged: {what}")]
    Damaged {
        /// The part that could not be read.
        what: String,
    },
    /// A worker could not be started.
    #[error("could not start the media worker")]
    Spawn(#[source] std::io::Error),
    /// The worker said something that is not an answer.
    #[error("the media worker gave a bad answer")]
    Protocol,
    /// The pool is shutting down.
    #[error("the media pool is closed")]
    Closed,
}
