//! Subtitle files to WebVTT: pure, bounded, never fails on odd text.
//!
//! What it is not: a renderer. ASS styling beyond italics, bold and underline
//! is dropped; drawings are dropped whole.
//!
//! Formats: WebVTT <https://www.w3.org/TR/webvtt1/>; SubRip has no document,
//! the common form is number, `HH:MM:SS,mmm --> HH:MM:SS,mmm`, text, blank line.

mod text;

pub use text::decode_text;

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

/// Most cues that are kept; a film has a few thousand.
const MAX_CUES: usize = 100_000;

struct Cue {
    start_ms: u64,
    end_ms: u64,
    settings: String,
    text: String,
}

/// Turns a subtitle file into WebVTT text (UTF-8, starts with `WEBVTT`).
/// Cues come out in order of time; broken ones are left out.
pub fn to_webvtt(bytes: &[u8], format: CaptionFormat) -> Result<String, ConvertCaptions> {
    if bytes.len() > MAX_BYTES {
        return Err(ConvertCaptions::TooLarge(bytes.len()));
    }
    let text = decode_text(bytes);
    let mut cues = match format {
        CaptionFormat::Srt => blocks(&text, true),
        CaptionFormat::WebVtt => blocks(&text, false),
        CaptionFormat::Ass => ass_cues(&text),
    };
    let empty_vtt = format == CaptionFormat::WebVtt && text.trim_start().starts_with("WEBVTT");
    if cues.is_empty() && !empty_vtt {
        return Err(ConvertCaptions::NoCues);
    }
    cues.sort_by_key(|cue| (cue.start_ms, cue.end_ms));
    let mut out = String::with_capacity(text.len() + cues.len() * 8 + 16);
    out.push_str("WEBVTT\n");
    for cue in &cues {
        out.push('\n');
        write_time(&mut out, cue.start_ms);
        out.push_str(" --> ");
        write_time(&mut out, cue.end_ms);
        if !cue.settings.is_empty() {
            out.push(' ');
            out.push_str(&cue.settings);
        }
        out.push('\n');
        out.push_str(&cue.text);
        out.push('\n');
    }
    Ok(out)
}

/// Which subtitle format these bytes are; the name is a tie-break.
pub fn detect(bytes: &[u8], file_name: &str) -> Option<CaptionFormat> {
    match crate::sniff_named(bytes, file_name).extension {
        "srt" => Some(CaptionFormat::Srt),
        "vtt" => Some(CaptionFormat::WebVtt),
        "ass" => Some(CaptionFormat::Ass),
        _ => None,
    }
}

fn write_time(out: &mut String, ms: u64) {
    use std::fmt::Write as _;
    let (hours, minutes) = (ms / 3_600_000, ms / 60_000 % 60);
    // Writing to a String cannot fail.
    let _ = write!(
        out,
        "{hours:02}:{minutes:02}:{:02}.{:03}",
        ms / 1000 % 60,
        ms % 1000
    );
}

/// Cues of SubRip or WebVTT: a line with an arrow, then text up to a blank line.
fn blocks(text: &str, srt: bool) -> Vec<Cue> {
    let mut cues = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let Some((start_ms, end_ms, settings)) = timing(line) else {
            continue;
        };
        let mut body: Vec<String> = Vec::new();
        while let Some(next) = lines.peek() {
            if next.trim().is_empty() || timing(next).is_some() {
                break;
            }
            body.push(lines.next().unwrap_or_default().trim_end().to_owned());
        }
        // A file without blank lines: the next cue's number is not text.
        if lines.peek().is_some_and(|next| !next.trim().is_empty())
            && body
                .last()
                .is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()))
        {
            body.pop();
        }
        if cues.len() >= MAX_CUES {
            break;
        }
        let text = body.join("\n");
        let text = if srt {
            srt_markup(&text)
        } else {
            text.replace("-->", "--&gt;")
        };
        // Dropped markup can leave blanks, and a blank line would end the cue.
        let lines = text
            .lines()
            .map(str::trim_end)
            .filter(|line| !line.is_empty());
        let text = lines.collect::<Vec<_>>().join("\n");
        if end_ms > start_ms && !text.trim().is_empty() {
            let settings = if srt {
                String::new()
            } else {
                settings.to_owned()
            };
            cues.push(Cue {
                start_ms,
                end_ms,
                settings,
                text,
            });
        }
    }
    cues
}

/// `start --> end settings`; hours may be missing, comma or dot before the milliseconds.
fn timing(line: &str) -> Option<(u64, u64, &str)> {
    let (start, rest) = line.split_once("-->")?;
    let rest = rest.trim();
    let (end, settings) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    Some((time(start.trim())?, time(end)?, settings.trim()))
}

/// `[H+:]MM:SS[.,]fraction` in milliseconds.
fn time(text: &str) -> Option<u64> {
    let (clock, fraction) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let mut seconds: u64 = 0;
    let mut parts = 0;
    for part in clock.split(':') {
        let value: u64 = part.trim().parse().ok().filter(|v| *v < 1_000_000)?;
        seconds = seconds.checked_mul(60)?.checked_add(value)?;
        parts += 1;
    }
    if !(2..=3).contains(&parts) || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut ms = 0;
    for digit in fraction.bytes().chain(*b"000").take(3) {
        ms = ms * 10 + u64::from(digit - b'0');
    }
    Some(seconds * 1000 + ms)
}

/// Keeps `<i> <b> <u>`, drops other tags and `{\an8}` marks, escapes the rest.
fn srt_markup(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['<', '{', '&', '>']) {
        let (before, tail) = rest.split_at(at);
        out.push_str(before);
        let close = if tail.starts_with('{') { '}' } else { '>' };
        let end = tail.find(close);
        match (tail.as_bytes().first(), end) {
            (Some(b'<'), Some(end)) if tail.as_bytes().get(1).is_some_and(is_tag_start) => {
                let tag = tail.get(1..end).unwrap_or_default().to_ascii_lowercase();
                if matches!(tag.as_str(), "i" | "b" | "u" | "/i" | "/b" | "/u") {
                    out.push('<');
                    out.push_str(&tag);
                    out.push('>');
                }
                rest = tail.get(end + 1..).unwrap_or_default();
            }
            (Some(b'{'), Some(end)) if tail.as_bytes().get(1) == Some(&b'\\') => {
                rest = tail.get(end + 1..).unwrap_or_default();
            }
            (Some(first), _) => {
                out.push_str(match first {
                    b'<' => "&lt;",
                    b'>' => "&gt;",
                    b'&' => "&amp;",
                    _ => "{",
                });
                rest = tail.get(1..).unwrap_or_default();
            }
            (None, _) => break,
        }
    }
    out.push_str(rest);
    out
}

fn is_tag_start(byte: &u8) -> bool {
    byte.is_ascii_alphabetic() || *byte == b'/'
}

/// Dialogue lines of the `[Events]` section, columns as its `Format:` line says.
fn ass_cues(text: &str) -> Vec<Cue> {
    let mut cues = Vec::new();
    let mut in_events = false;
    let (mut start, mut end, mut body, mut columns) = (1, 2, 9, 10);
    for line in text.lines() {
        let line = line.trim();
        if line.starts_with('[') {
            in_events = line.eq_ignore_ascii_case("[events]");
        } else if let (true, Some(format)) = (in_events, line.strip_prefix("Format:")) {
            let names: Vec<&str> = format.split(',').map(str::trim).collect();
            let find = |name: &str| names.iter().position(|n| n.eq_ignore_ascii_case(name));
            if let (Some(s), Some(e), Some(t)) = (find("Start"), find("End"), find("Text")) {
                (start, end, body, columns) = (s, e, t, names.len());
            }
        } else if let (true, Some(dialogue)) = (in_events, line.strip_prefix("Dialogue:")) {
            let fields: Vec<&str> = dialogue.splitn(columns, ',').collect();
            let field = |index: usize| fields.get(index).map(|f| f.trim());
            let times = (field(start).and_then(time), field(end).and_then(time));
            if let ((Some(start_ms), Some(end_ms)), Some(raw)) = (times, field(body))
                && end_ms > start_ms
                && cues.len() < MAX_CUES
                && let Some(text) = ass_markup(raw)
            {
                cues.push(Cue {
                    start_ms,
                    end_ms,
                    settings: String::new(),
                    text,
                });
            }
        }
    }
    cues
}

/// Text of one ASS event; `None` when it is empty or a vector drawing.
fn ass_markup(raw: &str) -> Option<String> {
    let mut out = String::with_capacity(raw.len());
    let mut open: Vec<char> = Vec::new();
    let mut rest = raw;
    while let Some(c) = rest.chars().next() {
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
        match c {
            '{' => {
                let (block, tail) = rest.split_once('}').unwrap_or((rest, ""));
                rest = tail;
                for tag in block.split('\\').skip(1) {
                    let number = tag.get(1..).unwrap_or_default().trim();
                    match (tag.chars().next(), number) {
                        (Some('p'), n) if n.parse::<u32>().is_ok_and(|n| n > 0) => return None,
                        (Some(t @ ('i' | 'b' | 'u')), "1") if !open.contains(&t) => {
                            open.push(t);
                            out.extend(['<', t, '>']);
                        }
                        (Some(t @ ('i' | 'b' | 'u')), "0") if open.last() == Some(&t) => {
                            open.pop();
                            out.extend(['<', '/', t, '>']);
                        }
                        _ => {}
                    }
                }
            }
            '\\' => match rest.chars().next() {
                Some('N' | 'n') => {
                    out.push('\n');
                    rest = rest.get(1..).unwrap_or_default();
                }
                Some('h') => {
                    out.push('\u{a0}');
                    rest = rest.get(1..).unwrap_or_default();
                }
                _ => out.push('\\'),
            },
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            other => out.push(other),
        }
    }
    while let Some(t) = open.pop() {
        out.extend(['<', '/', t, '>']);
    }
    // A blank line would end the cue early.
    let out: Vec<&str> = out.lines().filter(|line| !line.trim().is_empty()).collect();
    (!out.is_empty()).then(|| out.join("\n"))
}
