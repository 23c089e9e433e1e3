//! Loudness over time, for a seek bar.
//!
//! The file is decoded once into a bounded list of peaks: when it grows past
//! twice the wanted length, neighbours are merged, so the length of the track
//! need not be known and memory does not grow with it.

use std::fs::File;

use symphonia::core::codecs::audio::AudioDecoderOptions;
use symphonia::core::errors::Error;
use symphonia::core::formats::TrackType;

use crate::reader::FileReader;
use crate::sniff::{HEAD_BYTES, MediaKind, sniff};
use crate::wire::Failure;

/// Peaks of the first audio track and the milliseconds that were decoded.
pub(crate) fn peaks(file: &File, points: usize) -> Result<(Vec<u8>, u64), Failure> {
    let unreadable = |_| Failure::Damaged("the file could not be read".into());
    let reader = FileReader::new(file).map_err(unreadable)?;
    let head = reader.bytes_at(0, HEAD_BYTES).map_err(unreadable)?;
    let found = sniff(&head);
    if !matches!(found.kind, MediaKind::Audio | MediaKind::Video) {
        return Err(Failure::Unsupported(found.mime.to_owned()));
    }
    let mut envelope = Envelope::new(points);
    let pure = if found.kind == MediaKind::Audio {
        decode(&reader, found.extension, &mut envelope)
    } else {
        Err(Failure::Unsupported(found.mime.to_owned()))
    };
    #[cfg(feature = "gstreamer")]
    let pure = match pure {
        // What symphonia has no decoder for, such as Opus and AC-3.
        Err(Failure::Unsupported(_)) => {
            envelope = Envelope::new(points);
            crate::gst::audio::samples(file, &mut |rate, frames| envelope.push_mono(rate, frames))
        }
        other => other,
    };
    pure?;
    envelope
        .finish(points)
        .ok_or_else(|| Failure::Damaged("no sound could be decoded".into()))
}

fn decode(file: &FileReader, extension: &str, envelope: &mut Envelope) -> Result<(), Failure> {
    let mut format = crate::audio::open(file, extension)?;
    let track = format
        .default_track(TrackType::Audio)
        .ok_or_else(|| Failure::Damaged("no audio track".into()))?;
    let id = track.id;
    let parameters = track
        .codec_params
        .as_ref()
        .and_then(|parameters| parameters.audio())
        .ok_or_else(|| Failure::Damaged("no audio parameters".into()))?;
    let mut decoder = symphonia::default::get_codecs()
        .make_audio_decoder(parameters, &AudioDecoderOptions::default())
        .map_err(|_| Failure::Unsupported("this audio codec".into()))?;
    let mut samples: Vec<f32> = Vec::new();
    let mut broken = 0u32;
    loop {
        let packet = match format.next_packet() {
            Ok(Some(packet)) => packet,
            // A file cut short ends here with an error; what was decoded counts.
            Ok(None) | Err(_) => return Ok(()),
        };
        if packet.track_id != id {
            continue;
        }
        match decoder.decode(&packet) {
            Ok(buffer) => {
                let rate = buffer.spec().rate();
                let channels = buffer.num_planes().max(1);
                samples.clear();
                buffer.copy_to_vec_interleaved(&mut samples);
                envelope.push(rate, channels, &samples);
            }
            Err(Error::DecodeError(_) | Error::IoError(_)) if broken < 10_000 => broken += 1,
            Err(_) => return Ok(()),
        }
    }
}

/// Peaks at a resolution that halves as the track grows.
struct Envelope {
    peaks: Vec<f32>,
    most: usize,
    /// Frames that make one peak.
    span: u64,
    filled: u64,
    current: f32,
    frames: u64,
    rate: u32,
}

impl Envelope {
    fn new(points: usize) -> Envelope {
        let most = points.max(1) * 8;
        Envelope {
            peaks: Vec::new(),
            most,
            span: 256,
            filled: 0,
            current: 0.0,
            frames: 0,
            rate: 0,
        }
    }

    #[cfg(feature = "gstreamer")]
    fn push_mono(&mut self, rate: u32, samples: &[f32]) {
        self.push(rate, 1, samples);
    }

    fn push(&mut self, rate: u32, channels: usize, interleaved: &[f32]) {
        self.rate = rate;
        for frame in interleaved.chunks_exact(channels) {
            let peak = frame
                .iter()
                .fold(0.0f32, |most, sample| most.max(sample.abs()));
            self.current = self.current.max(peak);
            self.frames += 1;
            self.filled += 1;
            if self.filled == self.span {
                self.peaks.push(self.current);
                (self.current, self.filled) = (0.0, 0);
                if self.peaks.len() >= self.most {
                    self.merge();
                }
            }
        }
    }

    fn merge(&mut self) {
        self.peaks = self
            .peaks
            .chunks(2)
            .map(|pair| pair.iter().copied().fold(0.0, f32::max))
            .collect();
        self.span *= 2;
    }

    /// Exactly `points` peaks, or fewer when the track has fewer samples.
    fn finish(mut self, points: usize) -> Option<(Vec<u8>, u64)> {
        if self.filled > 0 {
            self.peaks.push(self.current);
        }
        if self.peaks.is_empty() || self.rate == 0 {
            return None;
        }
        let points = points.clamp(1, self.peaks.len());
        let peaks = (0..points).map(|i| {
            let (from, to) = (
                i * self.peaks.len() / points,
                (i + 1) * self.peaks.len() / points,
            );
            let span = self.peaks.get(from..to.max(from + 1)).unwrap_or_default();
            let peak = span.iter().copied().fold(0.0, f32::max);
            (peak.clamp(0.0, 1.0) * 255.0).round() as u8
        });
        let millis = self.frames.saturating_mul(1000) / u64::from(self.rate);
        Some((peaks.collect(), millis))
    }
}
