//! Sharing by link, and opening links of others.

use std::{
    io::{BufRead as _, Read as _},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use api::dto::{
    Job, Network, NewShareRequest, OpenLinkRequest, Received, ReceivedDetail, Share, ShareState,
    Visibility,
};

use crate::{
    args,
    failure::Failure,
    output::{Output, shown, size},
    progress,
    session::Session,
    wire::encoded,
};

const LOOK_AGAIN: Duration = Duration::from_millis(100);
/// Bytes of a password that are read.
const MAX_PASSWORD: u64 = 4096;

pub(super) fn share(
    session: &Session,
    share: &args::Share,
    output: &mut Output,
) -> Result<(), Failure> {
    match share {
        args::Share::Add(add) => self::add(session, add, output),
        args::Share::Ls => {
            let shares: Vec<Share> = session.wire.get("/shares")?;
            if output.is_json() {
                return output.value(&shares);
            }
            for share in shares {
                let state = match share.state {
                    ShareState::Preparing => "preparing",
                    ShareState::Ready => "ready",
                    ShareState::Revoked => "taken back",
                    ShareState::Failed => "failed",
                };
                let (title, bytes) = (shown(&share.title), size(share.bytes));
                output.line(&format!("{} {state} {title} ({bytes})", share.id))?;
                if let Some(link) = share.link {
                    output.line(&format!("  {link}"))?;
                }
            }
            Ok(())
        }
        args::Share::Revoke { ids } => {
            for id in ids {
                let path = format!("/shares/{}/revoke", encoded(id));
                let share: Share = session.wire.post_empty(&path)?;
                match output.is_json() {
                    true => output.value(&share)?,
                    false => output.line(&format!("taken back {id}"))?,
                }
            }
            Ok(())
        }
    }
}

fn add(session: &Session, add: &args::ShareAdd, output: &mut Output) -> Result<(), Failure> {
    needs_network(session)?;
    let request = NewShareRequest {
        items: add.items.clone(),
        album_id: add.album.clone(),
        title: add.title.clone(),
        password: password(add.password_stdin)?,
        expires_at: add.hours.map(in_hours),
        keep_location: add.keep_location,
        visibility: add.public.then_some(Visibility::Public),
        licence: add.licence.clone(),
        warning: add.warning.clone(),
    };
    let share: Share = session.wire.post("/shares", &request)?;
    let share = prepared(session, share)?;
    if output.is_json() {
        return output.value(&share);
    }
    output.line(share.link.as_deref().unwrap_or_default())
}

/// Waits until the link opens.
fn prepared(session: &Session, share: Share) -> Result<Share, Failure> {
    let mut share = share;
    while share.state == ShareState::Preparing {
        std::thread::sleep(LOOK_AGAIN);
        let all: Vec<Share> = session.wire.get("/shares")?;
        let found = all.into_iter().find(|other| other.id == share.id);
        share = found.ok_or_else(|| Failure::Job("the share was taken off the list".into()))?;
    }
    match share.state {
        ShareState::Ready => Ok(share),
        _ => Err(Failure::Job(
            share
                .message
                .unwrap_or_else(|| "the share was taken back".into()),
        )),
    }
}

pub(super) fn open(
    session: &Session,
    open: &args::Open,
    output: &mut Output,
) -> Result<(), Failure> {
    needs_network(session)?;
    let request = OpenLinkRequest {
        link: open.link.clone(),
        password: password(open.password_stdin)?,
    };
    let received: Received = session.wire.post("/links/open", &request)?;
    if open.save {
        let path = format!("/received/{}/save", encoded(&received.id));
        let job: Job = session.wire.post_empty(&path)?;
        let job = progress::wait(session, job)?;
        return match output.is_json() {
            true => output.value(&job),
            false => output.line(&format!(
                "{}: {} files, {}, in the library",
                shown(&received.title),
                job.files_done,
                size(job.bytes_done)
            )),
        };
    }
    let path = format!("/received/{}", encoded(&received.id));
    let detail: ReceivedDetail = session.wire.get(&path)?;
    if output.is_json() {
        return output.value(&detail);
    }
    output.line(&format!(
        "{} ({}), from the device {}",
        shown(&detail.share.title),
        size(detail.share.bytes),
        detail.share.peer
    ))?;
    if detail.share.only_relayed {
        output.line(
            "Only a relay leads to that device, so little comes and slowly. What helps: the same \
             local network, a port opened at the router of either side, IPv6 at both, or a VPN.",
        )?;
    }
    for thing in detail.things {
        let (title, bytes) = (shown(&thing.title), size(thing.size));
        output.line(&format!("{} {title} ({bytes})", shown(&thing.kind)))?;
        output.line(&format!("  {}", thing.url))?;
    }
    Ok(())
}

/// Links work only with a node that stays and has a network.
fn needs_network(session: &Session) -> Result<(), Failure> {
    let networks: Vec<Network> = session.wire.get("/networks")?;
    match networks.is_empty() {
        true => Err(Failure::NoNetwork),
        false => Ok(()),
    }
}

fn in_hours(hours: u32) -> i64 {
    let end = SystemTime::now() + Duration::from_secs(u64::from(hours) * 3600);
    let since = end.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// The first line of standard input. Never an argument, which every process can see.
fn password(from_stdin: bool) -> Result<Option<String>, Failure> {
    if !from_stdin {
        return Ok(None);
    }
    let mut line = String::new();
    let mut input = std::io::stdin().lock().take(MAX_PASSWORD);
    let read = input.read_line(&mut line);
    read.map_err(|source| Failure::file("read", "standard input".as_ref(), source))?;
    let password = line.trim_end_matches(['\n', '\r']);
    match password.is_empty() {
        true => Err(Failure::Usage(
            "--password-stdin: there is no password on standard input".into(),
        )),
        false => Ok(Some(password.to_owned())),
    }
}
