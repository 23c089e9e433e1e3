//! The library: import, export, restore, search, status.

use std::path::Path;

use api::dto::{FailurePage, ImportMode, ImportRequest, Job, PathRequest, SearchResult, Status};

use super::absolute;
use crate::{
    args::Import,
    failure::Failure,
    output::{Output, shown, size},
    progress,
    session::Session,
    wire::encoded,
};

pub(super) fn import(
    session: &Session,
    import: &Import,
    output: &mut Output,
) -> Result<(), Failure> {
    let mut paths = Vec::with_capacity(import.paths.len());
    for path in &import.paths {
        paths.push(absolute(path)?);
    }
    let request = ImportRequest {
        paths,
        upload_id: None,
        mode: match (import.copy, import.reference) {
            (true, _) => Some(ImportMode::Copy),
            (_, true) => Some(ImportMode::Reference),
            _ => None,
        },
        album_id: None,
        new_album: import.album.clone(),
    };
    let job: Job = session.wire.post("/imports", &request)?;
    let job = progress::wait(session, job)?;
    if output.is_json() {
        output.value(&job)?;
    } else {
        output.line(&format!(
            "{} files, {} ({} were there already)",
            job.files_done,
            size(job.bytes_done),
            job.files_duplicate
        ))?;
    }
    if job.files_failed == 0 {
        return Ok(());
    }
    if !output.is_json() {
        let page: FailurePage = session.wire.get(&format!("/imports/{}/failures", job.id))?;
        for failure in page.failures {
            output.line(&format!(
                "failed: {}: {}",
                shown(&failure.path),
                failure.message
            ))?;
        }
    }
    Err(Failure::SomeFiles {
        failed: job.files_failed,
        total: job.files_total,
    })
}

pub(super) fn archive(
    session: &Session,
    route: &str,
    folder: &Path,
    output: &mut Output,
) -> Result<(), Failure> {
    let job: Job = session.wire.post(
        route,
        &PathRequest {
            path: absolute(folder)?,
        },
    )?;
    let job = progress::wait(session, job)?;
    if output.is_json() {
        output.value(&job)?;
    } else {
        output.line(&format!(
            "{} files, {}",
            job.files_done,
            size(job.bytes_done)
        ))?;
    }
    if job.files_failed > 0 {
        return Err(Failure::SomeFiles {
            failed: job.files_failed,
            total: job.files_total,
        });
    }
    Ok(())
}

pub(super) fn search(
    session: &Session,
    words: &[String],
    limit: u32,
    output: &mut Output,
) -> Result<(), Failure> {
    let query = format!("/search?q={}&limit={limit}", encoded(&words.join(" ")));
    let result: SearchResult = session.wire.get(&query)?;
    if output.is_json() {
        return output.value(&result);
    }
    for hit in &result.hits {
        output.line(&format!("{} {}", hit.item.id, shown(&hit.item.title)))?;
    }
    for album in &result.albums {
        output.line(&format!("{} {} (album)", album.id, shown(&album.title)))?;
    }
    for show in &result.shows {
        output.line(&format!("{} {} (series)", show.id, shown(&show.title)))?;
    }
    for album in &result.music_albums {
        output.line(&format!("{} {} (album)", album.id, shown(&album.title)))?;
    }
    Ok(())
}

pub(super) fn status(session: &Session, output: &mut Output) -> Result<(), Failure> {
    let status: Status = session.wire.get("/status")?;
    if output.is_json() {
        return output.value(&status);
    }
    let counts = &status.counts;
    let limit = status
        .storage
        .quota
        .map_or_else(String::new, |quota| format!(" of {}", size(quota)));
    for (name, value) in [
        ("Version", status.version.clone()),
        ("Home", status.home.clone()),
        ("Storage", format!("{}{limit}", size(status.storage.used))),
        ("In place", size(status.storage.referenced)),
        ("Free", size(status.storage.free)),
        ("Films", (counts.film + counts.episode).to_string()),
        ("Clips", counts.clip.to_string()),
        ("Photos", counts.photo.to_string()),
        ("Tracks", counts.track.to_string()),
        ("Files", counts.file.to_string()),
        ("Jobs", status.jobs.active.to_string()),
    ] {
        output.line(&format!("{name:<9} {value}"))?;
    }
    for problem in &status.problems {
        output.line(&format!("Problem   {}", problem.message))?;
    }
    Ok(())
}
