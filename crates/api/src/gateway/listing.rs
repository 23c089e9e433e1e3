//! The page that shows a directory: plain HTML, everything escaped, no script.

use std::fmt::Write as _;

use dag::Cid;
use node::{ContentKind, DirEntry};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::request::Asked;

/// Changes when the look of the page does, so that caches let go of it.
const LOOK: &str = "1";
/// What a name keeps in a URL.
const NAME: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

const STYLE: &str = "\
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;\
color:#1c2024;background:#fcfcfd}\
h1{font-size:1.25rem;overflow-wrap:anywhere}\
p{color:#60646c;font-size:.875rem;overflow-wrap:anywhere}\
table{width:100%;border-collapse:collapse}\
td{padding:.4rem .5rem;border-top:1px solid #e0e1e6}\
td:last-child{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}\
a{color:#0d74ce;text-decoration:none;overflow-wrap:anywhere}a:hover{text-decoration:underline}\
@media(prefers-color-scheme:dark){body{color:#edeef0;background:#111113}p{color:#b0b4ba}\
td{border-color:#2e3135}a{color:#70b8ff}}";

/// ETag of the page of a directory.
pub(super) fn etag(cid: &Cid) -> String {
    format!("\"DirIndex-{LOOK}_CID-{cid}\"")
}

/// The page.
pub(super) fn page(asked: &Asked, cid: &Cid, entries: &[DirEntry]) -> String {
    let title = asked
        .path
        .segments
        .last()
        .map_or_else(|| cid.to_string(), Clone::clone);
    let title = escape(&title);
    let mut page = format!(
        "<!doctype html><html lang=en><meta charset=utf-8>\
         <meta name=viewport content=\"width=device-width,initial-scale=1\">\
         <title>{title}</title><style>{STYLE}</style><h1>{title}</h1><p>{cid}</p><table>",
    );
    if !asked.path.segments.is_empty() {
        page.push_str("<tr><td><a href=\"../\">..</a><td>");
    }
    for entry in entries {
        let slash = if entry.kind == Some(ContentKind::Directory) {
            "/"
        } else {
            ""
        };
        // "./" keeps a name such as "http:" from being read as a URL.
        let _ = write!(
            page,
            "<tr><td><a href=\"./{}{slash}\">{}{slash}</a><td>{}",
            utf8_percent_encode(&entry.name, NAME),
            escape(&entry.name),
            size(entry.size),
        );
    }
    page.push_str("</table></html>");
    page
}

/// Text for HTML; control and direction characters become visible marks.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                safe.push('\u{fffd}');
            }
            letter if letter.is_control() => safe.push('\u{fffd}'),
            letter => safe.push(letter),
        }
    }
    safe
}

fn size(bytes: u64) -> String {
    let mut unit = "B";
    let mut tenths = bytes.saturating_mul(10);
    for next in ["KiB", "MiB", "GiB", "TiB", "PiB"] {
        if tenths < 10_240 {
            break;
        }
        tenths /= 1_024;
        unit = next;
    }
    if unit == "B" {
        format!("{bytes} B")
    } else {
        format!("{}.{} {unit}", tenths / 10, tenths % 10)
    }
}

/// Content types that the bytes alone do not tell; by the extension of the name.
pub(super) fn mime_of(name: &str) -> Option<&'static str> {
    let (_, extension) = name.rsplit_once('.')?;
    Some(match extension.to_ascii_lowercase().as_str() {
        "html" | "htm" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "txt" | "md" | "log" => "text/plain; charset=utf-8",
        "csv" => "text/csv; charset=utf-8",
        "svg" => "image/svg+xml",
        "xml" => "application/xml",
        "pdf" => "application/pdf",
        "wasm" => "application/wasm",
        "woff2" => "font/woff2",
        "vtt" => "text/vtt; charset=utf-8",
        "epub" => "application/epub+zip",
        "zip" => "application/zip",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_break_out() {
        assert_eq!(
            escape("<a href='x'>&\""),
            "&lt;a href=&#39;x&#39;&gt;&amp;&quot;"
        );
        assert_eq!(
            escape("evil\u{202e}gpj.exe\n"),
            "evil\u{fffd}gpj.exe\u{fffd}"
        );
    }

    #[test]
    fn sizes_read_well() {
        assert_eq!(size(0), "0 B");
        assert_eq!(size(1_023), "1023 B");
        assert_eq!(size(1_024), "1.0 KiB");
        assert_eq!(size(1_572_864), "1.5 MiB");
        assert_eq!(size(u64::MAX), "1638.3 PiB");
    }
}
