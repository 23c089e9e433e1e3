//! `run.json`: how other processes of the same user find the daemon of a home.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use node::RunFile;

/// Writes it for the owner's eyes only, whole or not at all.
pub(super) fn write(path: &Path, run: &RunFile) -> io::Result<()> {
    let temporary = path.with_extension("json.new");
    let written = write_new(path, &temporary, run);
    if written.is_err() {
        // On a full disk even an empty leftover is in the way.
        let _ = std::fs::remove_file(&temporary);
    }
    written
}

fn write_new(path: &Path, temporary: &Path, run: &RunFile) -> io::Result<()> {
    match std::fs::remove_file(temporary) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file: File = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(temporary)?;
    let mut text = serde_json::to_vec(run).map_err(io::Error::other)?;
    text.push(b'\n');
    file.write_all(&text)?;
    drop(file);
    // Not synced: it means nothing after a crash.
    std::fs::rename(temporary, path)
}

/// Removes it; that it is gone already is fine.
pub(super) fn remove(path: &Path) {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            tracing::warn!(%error, "could not remove run.json");
        }
        _ => {}
    }
}
