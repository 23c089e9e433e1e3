//! The messages of `/tributary/share/1`, as bytes.
//!
//! Each is two bytes of length (little-endian) and then a tag and fixed fields. What decodes encodes
//! to the same bytes; nothing is allocated but the address of a manifest.

use std::io;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use cid::Cid;
use dag::seal::{WRAPPED_LEN, WrappedKey};
use dag::share_proof::{NONCE_LEN, PROOF_LEN};
use futures_util::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::share::{Grant, LinkId, OpenLink, PasswordParams, ShareEnd};

/// The longest message, in bytes, without its length.
pub const MAX_MESSAGE: usize = 256;

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ShareMessage {
    /// The opener names a link: tag 1.
    Hello {
        /// Which link.
        link: LinkId,
        /// Fresh.
        nonce: [u8; NONCE_LEN],
    },
    /// The sharer asks for proof: tag 2.
    Challenge {
        /// Fresh.
        nonce: [u8; NONCE_LEN],
    },
    /// The opener proves the secret, and the password if it has one: tag 3.
    Proof {
        /// With the key `open`.
        secret: [u8; PROOF_LEN],
        /// With the key `password`.
        password: Option<[u8; PROOF_LEN]>,
    },
    /// The share is open until the stream ends: tag 4.
    Granted {
        /// That the sharer knows the link too.
        proof: [u8; PROOF_LEN],
        /// When it ends by itself, in whole milliseconds.
        expires: Option<SystemTime>,
        /// What was asked for.
        grant: Grant,
    },
    /// The share stays closed: tag 5. Carries only reasons that a sharer can have.
    Refused(OpenLink),
    /// The share is closed now: tag 6.
    Ended(ShareEnd),
}

/// Why bytes are no message.
#[derive(Debug, thiserror::Error, PartialEq, Eq, Clone, Copy)]
#[non_exhaustive]
pub enum DecodeShareMessage {
    /// It is too short, too long, or has something behind it.
    #[error("a message of the share protocol has a wrong length")]
    Length,
    /// No message has this tag.
    #[error("the share protocol has no message {0}")]
    Tag(u8),
    /// No reason has this number.
    #[error("the share protocol has no reason {0}")]
    Reason(u8),
    /// The manifest's address is none.
    #[error("the address of the manifest is malformed")]
    Manifest,
    /// The password would cost more than it may.
    #[error("the password is to be stretched beyond what is allowed")]
    Password,
    /// The time is none.
    #[error("the end of the share is no time")]
    Expiry,
}

struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], DecodeShareMessage> {
        let (head, rest) = self
            .0
            .split_first_chunk()
            .ok_or(DecodeShareMessage::Length)?;
        self.0 = rest;
        Ok(*head)
    }

    fn byte(&mut self) -> Result<u8, DecodeShareMessage> {
        self.take().map(|[byte]| byte)
    }

    fn number(&mut self) -> Result<u32, DecodeShareMessage> {
        self.take().map(u32::from_le_bytes)
    }
}

impl ShareMessage {
    /// The message without its length.
    pub fn encode(&self) -> Vec<u8> {
        match self {
            ShareMessage::Hello { link, nonce } => [&[1], &link.0[..], nonce].concat(),
            ShareMessage::Challenge { nonce } => [&[2], &nonce[..]].concat(),
            ShareMessage::Proof { secret, password } => {
                let password = password.as_ref().map_or(&[][..], |proof| &proof[..]);
                [&[3], &secret[..], password].concat()
            }
            ShareMessage::Granted {
                proof,
                expires,
                grant,
            } => [
                &[4],
                &proof[..],
                &millis(*expires).to_le_bytes(),
                &grant.key.0,
                &grant.manifest.to_bytes(),
            ]
            .concat(),
            ShareMessage::Refused(why) => {
                let (code, rest) = refusal(*why);
                [&[5, code], &rest[..]].concat()
            }
            ShareMessage::Ended(why) => vec![6, u8::from(*why == ShareEnd::Revoked)],
        }
    }

    /// Reads a message without its length.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeShareMessage> {
        if bytes.len() > MAX_MESSAGE {
            return Err(DecodeShareMessage::Length);
        }
        let mut fields = Fields(bytes);
        let message = match fields.byte()? {
            1 => ShareMessage::Hello {
                link: LinkId(fields.take()?),
                nonce: fields.take()?,
            },
            2 => ShareMessage::Challenge {
                nonce: fields.take()?,
            },
            3 => ShareMessage::Proof {
                secret: fields.take()?,
                password: match fields.0 {
                    [] => None,
                    _ => Some(fields.take()?),
                },
            },
            4 => ShareMessage::Granted {
                proof: fields.take()?,
                expires: time(u64::from_le_bytes(fields.take()?))?,
                grant: Grant {
                    key: WrappedKey(fields.take::<WRAPPED_LEN>()?),
                    manifest: manifest(&mut fields)?,
                },
            },
            5 => ShareMessage::Refused(reason(&mut fields)?),
            6 => ShareMessage::Ended(match fields.byte()? {
                0 => ShareEnd::Expired,
                1 => ShareEnd::Revoked,
                other => return Err(DecodeShareMessage::Reason(other)),
            }),
            other => return Err(DecodeShareMessage::Tag(other)),
        };
        match fields.0 {
            [] => Ok(message),
            _ => Err(DecodeShareMessage::Length),
        }
    }

    /// Writes the message with its length.
    pub(crate) async fn write(&self, stream: &mut (impl AsyncWrite + Unpin)) -> io::Result<()> {
        let body = self.encode();
        let len = u16::try_from(body.len()).map_err(io::Error::other)?;
        stream
            .write_all(&[&len.to_le_bytes()[..], &body].concat())
            .await?;
        stream.flush().await
    }

    /// Reads a message with its length. Not cancel-safe.
    pub(crate) async fn read(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Self> {
        let mut len = [0; 2];
        stream.read_exact(&mut len).await?;
        let len = usize::from(u16::from_le_bytes(len));
        if len > MAX_MESSAGE {
            return Err(io::Error::other(DecodeShareMessage::Length));
        }
        let mut body = [0; MAX_MESSAGE];
        let body = body.get_mut(..len).unwrap_or_default();
        stream.read_exact(body).await?;
        ShareMessage::decode(body).map_err(io::Error::other)
    }
}

/// Milliseconds since 1970; 0 for never.
fn millis(time: Option<SystemTime>) -> u64 {
    let since = time.map(|time| time.duration_since(UNIX_EPOCH).unwrap_or_default());
    since.map_or(0, |since| {
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX).max(1)
    })
}

fn time(millis: u64) -> Result<Option<SystemTime>, DecodeShareMessage> {
    if millis == 0 {
        return Ok(None);
    }
    let time = UNIX_EPOCH.checked_add(Duration::from_millis(millis));
    time.map(Some).ok_or(DecodeShareMessage::Expiry)
}

fn manifest(fields: &mut Fields<'_>) -> Result<Cid, DecodeShareMessage> {
    let cid = Cid::try_from(fields.0).map_err(|_| DecodeShareMessage::Manifest)?;
    // Strict, so that one address has one form here.
    if cid.to_bytes() != fields.0 {
        return Err(DecodeShareMessage::Manifest);
    }
    fields.0 = &[];
    Ok(cid)
}

/// The number of a reason, and what follows it.
fn refusal(why: OpenLink) -> (u8, Vec<u8>) {
    match why {
        OpenLink::NeedsPassword(params) => {
            let numbers = [params.memory_kib, params.passes, params.lanes];
            let numbers = numbers.map(u32::to_le_bytes).concat();
            (2, [&params.salt[..], &numbers].concat())
        }
        OpenLink::WrongPassword => (3, Vec::new()),
        OpenLink::TooManyAttempts(wait) => {
            let seconds = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX);
            (4, seconds.to_le_bytes().to_vec())
        }
        OpenLink::Expired => (5, Vec::new()),
        OpenLink::Revoked => (6, Vec::new()),
        OpenLink::Busy => (7, Vec::new()),
        _ => (1, Vec::new()),
    }
}

fn reason(fields: &mut Fields<'_>) -> Result<OpenLink, DecodeShareMessage> {
    Ok(match fields.byte()? {
        1 => OpenLink::Unknown,
        2 => {
            let params = PasswordParams {
                salt: fields.take()?,
                memory_kib: fields.number()?,
                passes: fields.number()?,
                lanes: fields.number()?,
            };
            if !params.is_reasonable() {
                return Err(DecodeShareMessage::Password);
            }
            OpenLink::NeedsPassword(params)
        }
        3 => OpenLink::WrongPassword,
        4 => OpenLink::TooManyAttempts(Duration::from_secs(fields.number()?.into())),
        5 => OpenLink::Expired,
        6 => OpenLink::Revoked,
        7 => OpenLink::Busy,
        other => return Err(DecodeShareMessage::Reason(other)),
    })
}
