//! The sharer's side of one stream: asks for proof, grants, and watches the end.

use std::io;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use dag::share_proof::{NONCE_LEN, PROOF_LEN, ProofKey, Side, Transcript};
use futures_util::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use libp2p::PeerId;
use tokio::time::{Instant, timeout};

use crate::clock::Clock;
use crate::share::attempts::Attempts;
use crate::share::open_links::{OpenLinks, Opened};
use crate::share::wire::ShareMessage;
use crate::share::{LinkId, OpenLink, PATIENCE, ShareBook, ShareEnd, SharedLink};

/// Wrong secrets of one connection, after which it is not answered any more.
const MAX_WRONG: u32 = 8;
/// How long such a connection is told to wait.
const WRONG_WAIT: Duration = Duration::from_secs(60);
/// How often the end of a share is looked for: the clock may jump, and timers stand still while a
/// machine sleeps.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// What all connections of a node share.
pub(crate) struct Sharer {
    pub(crate) me: PeerId,
    pub(crate) book: Arc<dyn ShareBook>,
    pub(crate) open: OpenLinks,
    pub(crate) clock: Clock,
    pub(crate) attempts: Mutex<Attempts>,
}

/// Serves one stream of `peer` to its end. `wrong` counts the wrong secrets of the connection.
pub(crate) async fn serve<S>(
    sharer: Arc<Sharer>,
    peer: PeerId,
    mut stream: S,
    wrong: Arc<AtomicU32>,
) where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let opened = match timeout(PATIENCE, handshake(&sharer, peer, &mut stream, &wrong)).await {
        Ok(Ok(Some(opened))) => opened,
        Ok(Ok(None)) => {
            let _ = timeout(PATIENCE, stream.close()).await;
            return;
        }
        Ok(Err(error)) => {
            tracing::debug!(%peer, %error, "a share was not opened");
            return;
        }
        Err(_) => {
            tracing::debug!(%peer, "a share was not opened in time");
            return;
        }
    };
    let (opened, link) = opened;
    if let Some(end) = watch(&sharer, &mut stream, opened, &link).await {
        let told = async {
            ShareMessage::Ended(end).write(&mut stream).await?;
            stream.close().await
        };
        let _ = timeout(PATIENCE, told).await;
    }
}

/// Waits until the share ends here; `None` when the opener closed it. The permission is gone when
/// this returns.
async fn watch(
    sharer: &Sharer,
    stream: &mut (impl AsyncRead + Unpin),
    mut opened: Opened,
    link: &SharedLink,
) -> Option<ShareEnd> {
    let mut byte = [0];
    let mut read = stream.read(&mut byte);
    loop {
        if is_over(link, &sharer.clock) {
            return Some(ShareEnd::Expired);
        }
        let left = link.expires.map_or(LOOK_EVERY, |expires| {
            let left = expires.duration_since(sharer.clock.now());
            // A moment more, so that it is over then.
            (left.unwrap_or_default() + Duration::from_millis(1)).min(LOOK_EVERY)
        });
        tokio::select! {
            end = &mut opened.ended => return end.ok(),
            // Nothing is to come, so whatever comes is the end.
            _ = &mut read => return None,
            () = tokio::time::sleep(left) => {}
        }
    }
}

fn is_over(link: &SharedLink, clock: &Clock) -> bool {
    link.expires.is_some_and(|expires| expires <= clock.now())
}

/// `None` when the opener was refused and told so.
async fn handshake<S>(
    sharer: &Sharer,
    peer: PeerId,
    stream: &mut S,
    wrong: &AtomicU32,
) -> io::Result<Option<(Opened, SharedLink)>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let ShareMessage::Hello { link, nonce } = ShareMessage::read(stream).await? else {
        return Err(io::Error::other("no greeting"));
    };
    let mine = random()?;
    ShareMessage::Challenge { nonce: mine }
        .write(stream)
        .await?;
    let ShareMessage::Proof { secret, password } = ShareMessage::read(stream).await? else {
        return Err(io::Error::other("no proof"));
    };
    let (opener, me) = (peer.to_bytes(), sharer.me.to_bytes());
    let transcript = Transcript {
        link: &link.0,
        opener: &opener,
        sharer: &me,
        opener_nonce: &nonce,
        sharer_nonce: &mine,
    };
    match admit(sharer, peer, link, &transcript, &secret, password, wrong).await {
        Ok((opened, found, proof)) => {
            let granted = ShareMessage::Granted {
                proof,
                expires: found.expires,
                grant: found.grant.clone(),
            };
            granted.write(stream).await?;
            Ok(Some((opened, found)))
        }
        Err(why) => {
            tracing::debug!(%peer, %why, "a share was refused");
            ShareMessage::Refused(why).write(stream).await?;
            Ok(None)
        }
    }
}

async fn admit(
    sharer: &Sharer,
    peer: PeerId,
    link: LinkId,
    transcript: &Transcript<'_>,
    secret: &[u8; PROOF_LEN],
    password: Option<[u8; PROOF_LEN]>,
    wrong: &AtomicU32,
) -> Result<(Opened, SharedLink, [u8; PROOF_LEN]), OpenLink> {
    if wrong.load(Ordering::Relaxed) >= MAX_WRONG {
        return Err(OpenLink::TooManyAttempts(WRONG_WAIT));
    }
    let found = sharer.book.find(link).await;
    // The same work for a link that is not there, against a key that nobody has.
    let nobody = ProofKey::new(random().map_err(|_| OpenLink::Busy)?);
    let key = found.as_ref().map_or(&nobody, |found| &found.open_key);
    let proven = transcript.check(key, Side::Opener, secret);
    let Some(found) = found.filter(|_| proven) else {
        wrong.fetch_add(1, Ordering::Relaxed);
        return Err(OpenLink::Unknown);
    };
    if found.revoked {
        return Err(OpenLink::Revoked);
    }
    if is_over(&found, &sharer.clock) {
        return Err(OpenLink::Expired);
    }
    if let Some((params, key)) = &found.password {
        let proof = password.ok_or(OpenLink::NeedsPassword(*params))?;
        let attempts = || {
            sharer
                .attempts
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        };
        let taken = attempts().take(link, Instant::now());
        taken.map_err(OpenLink::TooManyAttempts)?;
        if !transcript.check(key, Side::Opener, &proof) {
            return Err(OpenLink::WrongPassword);
        }
        attempts().give_back(link);
    }
    let opened = sharer.open.open(peer, link).ok_or(OpenLink::Busy)?;
    // It may have been revoked since it was looked up; revoking is noted in the book first.
    match sharer.book.find(link).await {
        Some(again) if !again.revoked => {}
        _ => return Err(OpenLink::Revoked),
    }
    let proof = transcript.prove(&found.open_key, Side::Sharer);
    Ok((opened, found, proof))
}

pub(crate) fn random() -> io::Result<[u8; NONCE_LEN]> {
    let mut bytes = [0; NONCE_LEN];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(bytes)
}
