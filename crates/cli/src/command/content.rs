//! Content by its id: add, cat, get, ls, CAR in and out.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use api::dto::{AddedFile, CarImported, DecryptRequest, EntryKind, Listing, NodeAddRequest};

use zeroize::Zeroizing;

use super::{absolute, identity::line};
use crate::{
    args::{Add, Cat, Dag, Decrypt, Get, Ls},
    failure::Failure,
    output::{Output, shown, size},
    session::Session,
    wire::encoded,
};

/// Bytes copied at a time.
const PIECE: usize = 256 << 10;

pub(super) fn add(session: &Session, add: &Add, output: &mut Output) -> Result<(), Failure> {
    for path in &add.paths {
        let added = if path.as_os_str() == "-" {
            vec![add_input(session, add)?]
        } else {
            add_path(session, add, path)?
        };
        let last = added.len().saturating_sub(1);
        for (index, file) in added.iter().enumerate() {
            if add.quieter && index != last {
                continue;
            }
            if output.is_json() {
                output.value(file)?;
            } else if add.quiet || add.quieter {
                output.line(&file.cid)?;
            } else {
                output.line(&format!("added {} {}", file.cid, shown(&file.name)))?;
            }
        }
        // What is durable is told at once: whoever is killed later knows what was added.
        output.flush()?;
    }
    Ok(())
}

fn add_input(session: &Session, add: &Add) -> Result<AddedFile, Failure> {
    if add.reference {
        return Err(Failure::Usage(
            "standard input cannot be kept in place".into(),
        ));
    }
    let mut path = format!(
        "/node/add?name={}&pin={}&cidVersion={}&chunker={}",
        encoded(&add.name),
        add.pin,
        add.cid_version,
        encoded(&add.chunker),
    );
    if let Some(raw) = add.raw_leaves {
        path.push_str(&format!("&rawLeaves={raw}"));
    }
    if add.encrypt {
        path.push_str("&encrypt=true");
    }
    for (name, value) in [("publicKey", &add.public_key), ("peerId", &add.peer_id)] {
        if let Some(value) = value {
            path.push_str(&format!("&{name}={}", encoded(value)));
        }
    }
    session.wire.send(&path, &mut io::stdin().lock())
}

fn add_path(session: &Session, add: &Add, path: &Path) -> Result<Vec<AddedFile>, Failure> {
    let facts = std::fs::metadata(path).map_err(|source| Failure::file("read", path, source))?;
    if facts.is_dir() && !add.recursive {
        return Err(Failure::Usage(format!(
            "{} is a folder; add it with --recursive",
            path.display()
        )));
    }
    let request = NodeAddRequest {
        paths: vec![absolute(path)?],
        pin: Some(add.pin),
        cid_version: Some(add.cid_version),
        raw_leaves: add.raw_leaves,
        chunker: Some(add.chunker.clone()),
        encrypt: Some(add.encrypt),
        public_key: add.public_key.clone(),
        peer_id: add.peer_id.clone(),
        reference: Some(add.reference),
    };
    session.wire.post("/node/add/paths", &request)
}

pub(super) fn cat(session: &Session, cat: &Cat, output: &mut Output) -> Result<(), Failure> {
    if cat.decrypt.decrypt {
        let key = key(&cat.decrypt)?;
        for path in &cat.paths {
            let mut source = decrypted(session, path, key.as_deref())?;
            copy(&mut source, |piece| output.bytes(piece))?;
        }
        return Ok(());
    }
    for path in &cat.paths {
        let mut query = format!("/node/cat?path={}", encoded(path));
        if let Some(offset) = cat.offset {
            query.push_str(&format!("&offset={offset}"));
        }
        if let Some(length) = cat.length {
            query.push_str(&format!("&length={length}"));
        }
        let mut source = session.wire.read(&query)?;
        copy(&mut source, |piece| output.bytes(piece))?;
    }
    Ok(())
}

fn copy(
    source: &mut impl Read,
    mut sink: impl FnMut(&[u8]) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut piece = vec![0; PIECE];
    loop {
        match source.read(&mut piece) {
            Ok(0) => return Ok(()),
            Ok(length) => sink(piece.get(..length).unwrap_or_default())?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Failure::Talk(error.into())),
        }
    }
}

/// The key that files are encrypted for, when it is another one than that of the node.
fn key(how: &Decrypt) -> Result<Option<Zeroizing<String>>, Failure> {
    let given = how.private_key_stdin;
    given
        .then(|| line("a key, as the first line of standard input"))
        .transpose()
}

/// The plaintext of a file that BTFS encrypted.
fn decrypted(
    session: &Session,
    path: &str,
    key: Option<&String>,
) -> Result<impl Read + use<>, Failure> {
    let request = DecryptRequest {
        path: path.to_owned(),
        key: key.cloned(),
    };
    session.wire.post_and_read("/node/decrypt", &request)
}

fn listing(session: &Session, path: &str) -> Result<Listing, Failure> {
    session
        .wire
        .get(&format!("/node/ls?path={}", encoded(path)))
}

pub(super) fn ls(session: &Session, ls: &Ls, output: &mut Output) -> Result<(), Failure> {
    let listing = listing(session, &ls.path)?;
    if output.is_json() {
        return output.value(&listing);
    }
    for entry in &listing.entries {
        let slash = if entry.kind == EntryKind::Directory {
            "/"
        } else {
            ""
        };
        let name = shown(&entry.name);
        if ls.long {
            output.line(&format!(
                "{} {:>12} {name}{slash}",
                entry.cid,
                size(entry.size)
            ))?;
        } else {
            output.line(&format!("{name}{slash}"))?;
        }
    }
    Ok(())
}

pub(super) fn get(session: &Session, get: &Get, output: &mut Output) -> Result<(), Failure> {
    let target = match &get.output {
        Some(target) => target.clone(),
        None => {
            let name = get
                .path
                .trim_end_matches('/')
                .rsplit('/')
                .next()
                .unwrap_or_default();
            PathBuf::from(safe_name(name)?)
        }
    };
    let mut written = 0_u64;
    let mut waiting = vec![(get.path.trim_end_matches('/').to_owned(), target.clone())];
    while let Some((path, target)) = waiting.pop() {
        let listing = listing(session, &path)?;
        match listing.kind {
            EntryKind::Directory if get.decrypt.decrypt => {
                return Err(Failure::Usage(format!(
                    "{path} is a folder; only single files are decrypted"
                )));
            }
            EntryKind::Directory => {
                std::fs::create_dir(&target)
                    .map_err(|source| Failure::file("make", &target, source))?;
                for entry in listing.entries {
                    let name = safe_name(&entry.name)?;
                    // By its own id: names may hold what paths cannot. In a folder that is one
                    // stream of shards nothing has one.
                    let below = match entry.cid == listing.cid {
                        true => format!("{path}/{name}"),
                        false => entry.cid.clone(),
                    };
                    waiting.push((below, target.join(name)));
                }
            }
            EntryKind::File if get.decrypt.decrypt => {
                let key = key(&get.decrypt)?;
                let mut source = decrypted(session, &path, key.as_deref())?;
                written += write_new(&target, &mut source)?;
            }
            EntryKind::File => {
                let mut source = session
                    .wire
                    .read(&format!("/node/cat?path={}", encoded(&path)))?;
                written += write_new(&target, &mut source)?;
            }
            EntryKind::Symlink | EntryKind::Other => {
                return Err(Failure::Usage(format!(
                    "{path} is neither a file nor a folder; nothing is written for it"
                )));
            }
        }
    }
    if output.is_json() {
        output.value(&serde_json::json!({
            "path": target.display().to_string(),
            "bytes": written,
        }))
    } else {
        output.line(&format!(
            "wrote {} ({})",
            shown(&target.display().to_string()),
            size(written)
        ))
    }
}

/// One name that stays where it is put: content from elsewhere chooses it.
fn safe_name(name: &str) -> Result<&str, Failure> {
    let safe = !name.is_empty()
        && !matches!(name, "." | "..")
        && name.len() <= 255
        && !name.contains(['/', '\0']);
    if safe {
        Ok(name)
    } else {
        Err(Failure::Usage(format!(
            "the name {:?} cannot be written to disk",
            shown(name)
        )))
    }
}

/// Writes a file that must not be there yet; a part of one is removed again.
fn write_new(target: &Path, source: &mut impl Read) -> Result<u64, Failure> {
    let failed = |source| Failure::file("write", target, source);
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(target)
        .map_err(failed)?;
    let mut written = 0;
    let copied = copy(source, |piece| {
        written += piece.len() as u64;
        file.write_all(piece).map_err(failed)
    });
    if copied.is_err() {
        // The error of the copy is the one to tell.
        let _ = std::fs::remove_file(target);
    }
    copied.map(|()| written)
}

pub(super) fn dag(session: &Session, dag: &Dag, output: &mut Output) -> Result<(), Failure> {
    match dag {
        Dag::Export {
            cid,
            output: target,
        } => {
            let mut source = session
                .wire
                .read(&format!("/node/dag/export?cid={}", encoded(cid)))?;
            let Some(target) = target else {
                return copy(&mut source, |piece| output.bytes(piece));
            };
            let bytes = write_new(target, &mut source)?;
            if output.is_json() {
                let path = target.display().to_string();
                return output.value(&serde_json::json!({ "path": path, "bytes": bytes }));
            }
            Ok(())
        }
        Dag::Import { file } => {
            let path = "/node/dag/import";
            let imported: CarImported = if file.as_os_str() == "-" {
                session.wire.send(path, &mut io::stdin().lock())?
            } else {
                let mut source =
                    File::open(file).map_err(|source| Failure::file("read", file, source))?;
                session.wire.send(path, &mut source)?
            };
            if output.is_json() {
                return output.value(&imported);
            }
            for root in &imported.roots {
                output.line(&format!("pinned {root}"))?;
            }
            output.line(&format!(
                "{} blocks, {}",
                imported.blocks,
                size(imported.bytes)
            ))
        }
    }
}
