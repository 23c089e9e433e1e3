//! The folder of previews: content-addressed files that can be made again.

use std::io::Write;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use dag::Cid;

use super::PreviewFile;

/// `thumbs/ab/ROOT-SUFFIX`, where `ab` are the last two characters of the root.
pub(super) fn path(thumbs: &Path, root: &Cid, suffix: &str) -> PathBuf {
    let name = root.to_string();
    let fan = name
        .get(name.len().saturating_sub(2)..)
        .unwrap_or("00")
        .to_ascii_lowercase();
    thumbs.join(fan).join(format!("{name}-{suffix}"))
}

/// File name suffix and type of a preview of `max_px`.
fn suffix(max_px: u32) -> (&'static str, &'static str) {
    if max_px <= 320 {
        ("320.webp", "image/webp")
    } else {
        ("1440.jpg", "image/jpeg")
    }
}

/// The preview, when it was made.
pub(super) fn read(thumbs: &Path, root: &Cid, max_px: u32) -> Option<PreviewFile> {
    let (suffix, mime) = suffix(max_px);
    let bytes = std::fs::read(path(thumbs, root, suffix)).ok()?;
    let etag = format!("{root}-{max_px}-{:x}", bytes.len());
    Some(PreviewFile {
        bytes: Bytes::from(bytes),
        mime,
        etag,
    })
}

/// True when both previews are there.
pub(super) fn are_there(thumbs: &Path, root: &Cid) -> bool {
    [320, 1440]
        .iter()
        .all(|max_px| path(thumbs, root, suffix(*max_px).0).exists())
}

/// Keeps the previews of one picture.
pub(super) fn keep(thumbs: &Path, root: &Cid, previews: &[media::Preview]) -> std::io::Result<()> {
    for preview in previews {
        write(
            &path(thumbs, root, suffix(preview.max_px).0),
            &preview.bytes,
        )?;
    }
    Ok(())
}

/// Writes beside and renames, so that a reader never sees half a picture. Not synced:
/// what a crash takes is made again.
pub(super) fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let temporary = path.with_file_name(name);
    let mut file = std::fs::File::create(&temporary)?;
    file.write_all(bytes)?;
    drop(file);
    std::fs::rename(&temporary, path)
}
