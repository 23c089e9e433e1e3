//! Standard output, buffered, as text or JSON.

use std::io::{self, BufWriter, Write};

use serde::Serialize;

use crate::failure::Failure;

/// Where results go.
pub(crate) struct Output {
    writer: BufWriter<Box<dyn Write>>,
    json: bool,
}

impl Output {
    pub(crate) fn stdout(json: bool) -> Self {
        Self {
            writer: BufWriter::with_capacity(64 << 10, Box::new(io::stdout())),
            json,
        }
    }

    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// One line of text.
    pub(crate) fn line(&mut self, line: &str) -> Result<(), Failure> {
        self.bytes(line.as_bytes())?;
        self.bytes(b"\n")
    }

    /// One line of JSON.
    pub(crate) fn value(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        let line = serde_json::to_string(value).map_err(|error| Failure::Talk(error.into()))?;
        self.line(&line)
    }

    /// Bytes as they are.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.writer.write_all(bytes).map_err(Failure::output)
    }

    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        self.writer.flush().map_err(Failure::output)
    }
}

/// Text for a terminal: control and direction characters of names become marks.
pub(crate) fn shown(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                '\u{fffd}'
            }
            letter if letter.is_control() => '\u{fffd}',
            letter => letter,
        })
        .collect()
}

/// "1.5 MiB".
pub(crate) fn size(bytes: u64) -> String {
    indicatif::BinaryBytes(bytes).to_string()
}
