//! The key behind signed URLs, `keys/links` in the home: so that a page that stays open
//! over a restart, or a playlist made yesterday, still plays.
//!
//! Deleting the file makes every URL given out so far worthless. A file that cannot be used
//! is replaced; when the disk takes no new one, the key lasts until the end of this run.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read as _, Write as _},
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::Path,
};

use crate::token::{MakeSecret, random_key};

/// The key of this home, made at the first start.
pub(crate) fn load_or_make(home: &Path) -> Result<[u8; 32], MakeSecret> {
    let path = home.join("keys/links");
    match load(&path) {
        Ok(Some(key)) => return Ok(key),
        Ok(None) => {}
        Err(error) => tracing::warn!(%error, "the key of media links could not be read"),
    }
    let key = random_key()?;
    if let Err(error) = store(&path, &key) {
        tracing::warn!(%error, "media links end with this run");
    }
    Ok(key)
}

/// `None` when there is none, it is damaged, or others could have read it.
fn load(path: &Path) -> io::Result<Option<[u8; 32]>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let facts = file.metadata()?;
    if !facts.is_file() || facts.permissions().mode() & 0o077 != 0 {
        return Ok(None);
    }
    let mut bytes = Vec::with_capacity(33);
    file.take(33).read_to_end(&mut bytes)?;
    Ok(bytes.try_into().ok())
}

fn store(path: &Path, key: &[u8; 32]) -> io::Result<()> {
    let temporary = path.with_extension("new");
    match std::fs::remove_file(&temporary) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&temporary)
        .and_then(|mut file| {
            file.write_all(key)?;
            file.sync_all()
        })
        .and_then(|()| std::fs::rename(&temporary, path));
    if written.is_err() {
        // On a full disk even an empty leftover is in the way.
        let _ = std::fs::remove_file(&temporary);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stays_private_and_the_same_until_it_is_unusable() {
        let home = tempfile::tempdir().expect("a folder");
        let unwritable = load_or_make(home.path()).expect("a key without a file");
        std::fs::create_dir(home.path().join("keys")).expect("made");
        let first = load_or_make(home.path()).expect("made");
        assert_ne!(first, unwritable);
        assert_eq!(load_or_make(home.path()).expect("read"), first);
        let path = home.path().join("keys/links");
        let mode = path.metadata().expect("stat").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        for spoil in [&b"short"[..], &[1; 40], &[]] {
            std::fs::write(&path, spoil).expect("spoiled");
            let next = load_or_make(home.path()).expect("made anew");
            assert_ne!(next, first);
            assert_eq!(load_or_make(home.path()).expect("read"), next);
        }
        let read = load_or_make(home.path()).expect("read");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("set");
        let next = load_or_make(home.path()).expect("made anew");
        assert_ne!(next, read, "others could read it");
    }
}
