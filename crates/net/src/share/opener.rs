//! The opener's side of one stream: proves, checks the sharer's proof, and waits for the end.

use std::io;
use std::time::SystemTime;

use dag::share_proof::{Side, Transcript};
use futures_util::{AsyncRead, AsyncWrite, AsyncWriteExt};
use libp2p::PeerId;
use tokio::sync::{oneshot, watch};
use tokio::time::timeout;

use crate::share::sharer::random;
use crate::share::wire::ShareMessage;
use crate::share::{Grant, LinkId, LinkProof, OpenLink, PATIENCE, ShareEnd};

/// A share that a peer has opened for this node. Dropping it closes the share.
#[derive(Debug)]
pub struct OpenShare {
    /// Who shares it: the provider of its blocks.
    pub peer: PeerId,
    /// By which link.
    pub link: LinkId,
    /// What it is.
    pub grant: Grant,
    /// When it ends by itself.
    pub expires: Option<SystemTime>,
    ended: watch::Receiver<Option<ShareEnd>>,
    /// Dropped with the share, which ends the stream.
    _hold: oneshot::Sender<()>,
}

impl OpenShare {
    /// Waits until the share is closed. Cancel-safe.
    pub async fn ended(&mut self) -> ShareEnd {
        let ended = self.ended.wait_for(Option::is_some).await;
        ended
            .ok()
            .and_then(|end| *end)
            .unwrap_or(ShareEnd::Disconnected)
    }

    /// Whether it is closed, and why.
    pub fn end(&self) -> Option<ShareEnd> {
        let end = *self.ended.borrow();
        end.or_else(|| {
            let gone = self.ended.has_changed().is_err();
            gone.then_some(ShareEnd::Disconnected)
        })
    }
}

/// What is asked of a connection.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) peer: PeerId,
    pub(crate) proof: LinkProof,
    pub(crate) reply: oneshot::Sender<Result<OpenShare, OpenLink>>,
}

/// Opens a share over a stream and holds it to its end.
pub(crate) async fn open<S>(me: PeerId, request: Request, mut stream: S)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let Request { peer, proof, reply } = request;
    let answer = timeout(PATIENCE, handshake(me, peer, &proof, &mut stream)).await;
    let (grant, expires) = match answer {
        Ok(Ok(granted)) => granted,
        Ok(Err(why)) => {
            let _ = reply.send(Err(why));
            return;
        }
        Err(_) => {
            let _ = reply.send(Err(OpenLink::TimedOut));
            return;
        }
    };
    let (ended, receiver) = watch::channel(None);
    let (hold, dropped) = oneshot::channel();
    let share = OpenShare {
        peer,
        link: proof.link,
        grant,
        expires,
        ended: receiver,
        _hold: hold,
    };
    if reply.send(Ok(share)).is_err() {
        return;
    }
    tokio::select! {
        message = ShareMessage::read(&mut stream) => {
            let end = match message {
                Ok(ShareMessage::Ended(end)) => end,
                _ => ShareEnd::Disconnected,
            };
            let _ = ended.send(Some(end));
        }
        _ = dropped => {}
    }
    let _ = timeout(PATIENCE, stream.close()).await;
}

async fn handshake<S>(
    me: PeerId,
    peer: PeerId,
    proof: &LinkProof,
    stream: &mut S,
) -> Result<(Grant, Option<SystemTime>), OpenLink>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let broke = |error: io::Error| {
        tracing::debug!(%peer, %error, "opening a share broke off");
        OpenLink::BrokeOff
    };
    let nonce = random().map_err(broke)?;
    let link = proof.link;
    let hello = ShareMessage::Hello { link, nonce };
    hello.write(stream).await.map_err(broke)?;
    let challenge = ShareMessage::read(stream).await.map_err(broke)?;
    let ShareMessage::Challenge { nonce: theirs } = challenge else {
        return Err(OpenLink::BrokeOff);
    };
    let (me, them) = (me.to_bytes(), peer.to_bytes());
    let transcript = Transcript {
        link: &link.0,
        opener: &me,
        sharer: &them,
        opener_nonce: &nonce,
        sharer_nonce: &theirs,
    };
    let proven = |key| transcript.prove(key, Side::Opener);
    let message = ShareMessage::Proof {
        secret: proven(&proof.open_key),
        password: proof.password_key.as_ref().map(proven),
    };
    message.write(stream).await.map_err(broke)?;
    match ShareMessage::read(stream).await.map_err(broke)? {
        ShareMessage::Granted {
            proof: shown,
            expires,
            grant,
        } if transcript.check(&proof.open_key, Side::Sharer, &shown) => Ok((grant, expires)),
        ShareMessage::Refused(why) => Err(why),
        _ => Err(OpenLink::BrokeOff),
    }
}
