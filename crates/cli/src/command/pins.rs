//! Pins, identity and the block store.

use api::dto::{FailurePage, Job, NodeIdentity, Pin, PinRequest, RepoStat};

use crate::{
    args::{self, Repo},
    failure::Failure,
    output::{Output, shown, size},
    progress,
    session::Session,
    wire::encoded,
};

pub(super) fn pin(session: &Session, pin: &args::Pin, output: &mut Output) -> Result<(), Failure> {
    match pin {
        args::Pin::Add { paths, kind, name } => {
            for path in paths {
                let request = PinRequest {
                    path: path.clone(),
                    kind: Some(match kind {
                        args::PinKind::Bytes => api::dto::PinKind::Bytes,
                        args::PinKind::Reference => api::dto::PinKind::Reference,
                    }),
                    recursive: None,
                    name: (!name.is_empty()).then(|| name.clone()),
                };
                let pin: Pin = session.wire.post("/node/pins", &request)?;
                if output.is_json() {
                    output.value(&pin)?;
                } else {
                    output.line(&format!("pinned {}", pin.cid))?;
                }
            }
            Ok(())
        }
        args::Pin::Rm { cids } => {
            for cid in cids {
                session
                    .wire
                    .delete(&format!("/node/pins/{}", encoded(cid)))?;
                if output.is_json() {
                    output.value(&serde_json::json!({ "unpinned": cid }))?;
                } else {
                    output.line(&format!("unpinned {cid}"))?;
                }
            }
            Ok(())
        }
        args::Pin::Ls { quiet } => {
            let mut pins: Vec<Pin> = session.wire.get("/node/pins")?;
            pins.sort_by(|one, two| (&one.cid, &one.name).cmp(&(&two.cid, &two.name)));
            if output.is_json() {
                return output.value(&pins);
            }
            for pin in pins {
                if *quiet {
                    output.line(&pin.cid)?;
                } else {
                    let kind = match pin.kind {
                        api::dto::PinKind::Bytes => "bytes",
                        api::dto::PinKind::Reference => "reference",
                    };
                    let name = shown(pin.name.as_deref().unwrap_or_default());
                    let line = format!("{} {kind} {name}", pin.cid);
                    output.line(line.trim_end())?;
                }
            }
            Ok(())
        }
    }
}

pub(super) fn id(session: &Session, output: &mut Output) -> Result<(), Failure> {
    let identity: NodeIdentity = session.wire.get("/node/id")?;
    if output.is_json() {
        return output.value(&identity);
    }
    output.line(&format!("Peer id     {}", identity.peer_id))?;
    output.line(&format!("Public key  {}", identity.public_key))
}

pub(super) fn repo(session: &Session, repo: Repo, output: &mut Output) -> Result<(), Failure> {
    let path = match repo {
        Repo::Stat => return stat(session, output),
        Repo::Verify => "/storage/verify",
        Repo::Repair => "/storage/repair",
        Repo::Gc => "/storage/gc",
    };
    let job: Job = session.wire.post_empty(path)?;
    let job = progress::wait(session, job)?;
    if output.is_json() {
        output.value(&job)?;
    } else {
        output.line(job.message.as_deref().unwrap_or("done"))?;
    }
    if job.files_failed > 0 {
        if !output.is_json() {
            let page: FailurePage = session.wire.get(&format!("/imports/{}/failures", job.id))?;
            for failure in page.failures {
                let (path, message) = (shown(&failure.path), failure.message);
                output.line(&format!("{path}: {message}"))?;
            }
        }
        return Err(Failure::Job(format!(
            "{} blocks are damaged or missing",
            job.files_failed
        )));
    }
    Ok(())
}

fn stat(session: &Session, output: &mut Output) -> Result<(), Failure> {
    let stat: RepoStat = session.wire.get("/node/repo")?;
    if output.is_json() {
        return output.value(&stat);
    }
    let quota = stat.quota.map_or_else(|| "none".to_owned(), size);
    for (name, value) in [
        ("Home", stat.home.clone()),
        ("Blocks", stat.blocks.to_string()),
        ("Size", size(stat.bytes)),
        ("Limit", quota),
        ("Garbage", size(stat.garbage)),
        ("Segments", stat.segments.to_string()),
        ("Pins", stat.pins.to_string()),
    ] {
        output.line(&format!("{name:<9} {value}"))?;
    }
    Ok(())
}
