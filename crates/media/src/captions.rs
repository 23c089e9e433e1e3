//! Subtitle files to WebVTT: pure, bounded, never fails on odd text.

/// Formats that can be converted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaptionFormat {
    /// SubRip.
    Srt,
    /// Advanced SubStation Alpha, and SSA.
    Ass,
    /// WebVTT; normalised.
    WebVtt,
}

/// Why a subtitle file could not be converted.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConvertCaptions {
    /// Larger than `MAX_BYTES`.
    #[error("the subtitle file is too large ({0} bytes)")]
    TooLarge(usize),
    /// Not one cue could be read.
    #[error("no cue could be read")]
    NoCues,
}

/// Largest subtitle file that is converted.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;

/// Turns a subtitle file into WebVTT text (UTF-8, starts with `WEBVTT`).
pub fn to_webvtt(_bytes: &[u8], _format: CaptionFormat) -> Result<String, ConvertCaptions> {
    unimplemented!()
}

/// Which subtitle format these bytes are; the name is a tie-break.
pub fn detect(_bytes: &[u8], _file_name: &str) -> Option<CaptionFormat> {
    unimplemented!()
}
