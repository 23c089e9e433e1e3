//! Shares as they go over the wire, and why they did not work.

use node::{ChangeShare, MakeShare, ManifestKind, OpenLink, OpenShared, ReadContent};

use crate::{
    clock,
    convert::errors::boxed,
    dto::{self, ErrorCode},
    error::ApiError,
    links::Links,
};

pub(crate) fn share(share: node::Share) -> dto::Share {
    dto::Share {
        id: share.id.to_string(),
        state: match share.state {
            node::ShareState::Preparing => dto::ShareState::Preparing,
            node::ShareState::Ready => dto::ShareState::Ready,
            node::ShareState::Revoked => dto::ShareState::Revoked,
            node::ShareState::Failed => dto::ShareState::Failed,
        },
        title: share.title,
        items: share.items.iter().map(ToString::to_string).collect(),
        created_at: share.created_at,
        expires_at: share.expires_at,
        revoked_at: share.revoked_at,
        visibility: match share.public {
            Some(_) => dto::Visibility::Public,
            None => dto::Visibility::Link,
        },
        warning: share.public.as_ref().and_then(|said| said.warning.clone()),
        licence: share.public.map(|said| said.licence),
        root: share.root.map(|cid| cid.to_string()),
        content: share.content.map(|cid| cid.to_string()),
        link: share.link,
        has_password: share.has_password,
        keep_location: share.keep_location,
        bytes: share.bytes,
        open_now: share.open_now as u64,
        message: share.message,
    }
}

pub(crate) fn received(links: &Links, received: node::Received) -> dto::Received {
    let poster = received.poster.and_then(|at| usize::try_from(at).ok());
    let now = clock::now_seconds();
    dto::Received {
        kind: received.kind.word().to_owned(),
        count: received.count,
        poster: poster.map(|at| links.shared(received.id, at, "poster", now)),
        saved_at: received.saved_at,
        warning: received.warning,
        id: received.id.to_string(),
        title: received.title,
        peer: received.peer,
        opened_at: received.opened_at,
        expires_at: received.expires_at,
        bytes: received.bytes,
        connected: received.connected,
        only_relayed: received.only_relayed,
        ended: received.ended.map(|end| match end {
            node::SharedEnd::Expired => dto::SharedEnd::Expired,
            node::SharedEnd::Revoked => dto::SharedEnd::Revoked,
        }),
    }
}

pub(crate) fn thing(
    links: &Links,
    share: node::ShareId,
    index: usize,
    thing: node::SharedThing,
) -> dto::SharedThing {
    let now = clock::now_seconds();
    dto::SharedThing {
        kind: thing_kind(thing.kind).to_owned(),
        title: thing.title,
        name: thing.name,
        size: thing.file.size,
        artist: thing.artist,
        record: thing.record,
        licence: thing.licence,
        warning: thing.warning,
        duration_ms: thing.duration_ms,
        width: thing.dimensions.map(|(width, _)| width),
        height: thing.dimensions.map(|(_, height)| height),
        url: links.shared(share, index, "file", now),
        poster: thing
            .poster
            .is_some()
            .then(|| links.shared(share, index, "poster", now)),
        mime: thing.file.mime,
    }
}

/// A thing that is several is shown as one file.
fn thing_kind(kind: ManifestKind) -> &'static str {
    match kind {
        ManifestKind::Film => "film",
        ManifestKind::Episode => "episode",
        ManifestKind::Clip => "clip",
        ManifestKind::Photo => "photo",
        ManifestKind::Track => "track",
        ManifestKind::File | ManifestKind::Album | ManifestKind::Folder => "file",
    }
}

impl From<MakeShare> for ApiError {
    fn from(error: MakeShare) -> Self {
        let text = error.to_string();
        match error {
            MakeShare::UnknownItem => Self::not_found("item"),
            MakeShare::NothingGiven | MakeShare::TooMany | MakeShare::EndsInThePast => {
                Self::bad_request(text)
            }
            MakeShare::NoLicence | MakeShare::NotForPublic => Self::bad_request(text),
            MakeShare::Blocked(blocked) => blocked.into(),
            MakeShare::PlaceStays(_) => Self::new(ErrorCode::PlaceStays, text)
                .todo("Share it with its place, or leave it out."),
            MakeShare::NotLookedAt(_) => {
                Self::new(ErrorCode::NotLookedAt, text).todo("Try again in a moment.")
            }
            MakeShare::ReadLibrary(error) => error.into(),
            MakeShare::WriteShare(error) => error.into(),
            MakeShare::StartJob(error) => error.into(),
            other => boxed(&other),
        }
    }
}

impl From<ChangeShare> for ApiError {
    fn from(error: ChangeShare) -> Self {
        match error {
            ChangeShare::UnknownShare => Self::not_found("share"),
            ChangeShare::ReadLibrary(error) => error.into(),
            ChangeShare::WriteShare(error) => error.into(),
            other => boxed(&other),
        }
    }
}

impl From<OpenShared> for ApiError {
    fn from(error: OpenShared) -> Self {
        let text = sentence(&error.to_string());
        let safe = "Nothing was changed.";
        match error {
            OpenShared::ParseLink(_) => Self::new(ErrorCode::BadLink, text)
                .safe(safe)
                .todo("Copy the whole link again, from tributary:// to its end."),
            OpenShared::OwnLink => Self::new(ErrorCode::OwnLink, text).safe(safe),
            OpenShared::Offline | OpenShared::OtherNetwork(_) => {
                Self::new(ErrorCode::NoNetwork, text).safe(safe)
            }
            OpenShared::Unreachable => Self::new(ErrorCode::PeerUnreachable, text).safe(safe).todo(
                "It opens while the device that shares it is on and Tributary runs there. If \
                     it does, no way leads from here to there: what helps is a port opened at the \
                     router of either side, IPv6 at both, or the same local network.",
            ),
            OpenShared::OnlyRelayed => Self::new(ErrorCode::OnlyRelayed, text).safe(safe).todo(
                "What helps is the same local network, a port opened at the router of either side, \
                 IPv6 at both, or a VPN that both are in.",
            ),
            OpenShared::OpenLink(why) => open_link(why, text).safe(safe),
            OpenShared::UnknownShare => Self::not_found("share"),
            OpenShared::Unreadable(_) => Self::new(ErrorCode::UnsupportedFormat, text).safe(safe),
            OpenShared::Blocked(blocked) => blocked.into(),
            OpenShared::ReadContent(ReadContent::MissingBlock(_)) => Self::new(
                ErrorCode::NoNetwork,
                "It is not here, and no network runs.".to_owned(),
            )
            .safe(safe)
            .todo("Choose a network in the settings, then open it again."),
            OpenShared::ReadContent(ReadContent::BadPath(_)) => {
                Self::new(ErrorCode::BadLink, text).safe(safe)
            }
            OpenShared::ReadContent(error) => error.into(),
            OpenShared::StartJob(error) => error.into(),
            OpenShared::ReadMedia(error) => error.into(),
            OpenShared::ReadLibrary(error) => error.into(),
            OpenShared::WriteShare(error) => error.into(),
            other => boxed(&other),
        }
    }
}

fn open_link(why: OpenLink, text: String) -> ApiError {
    match why {
        OpenLink::NeedsPassword(_) => ApiError::new(ErrorCode::NeedsPassword, text),
        OpenLink::WrongPassword => ApiError::new(ErrorCode::WrongPassword, text),
        OpenLink::TooManyAttempts(_) | OpenLink::Busy => ApiError::new(ErrorCode::TooMany, text),
        OpenLink::Expired => ApiError::new(ErrorCode::ShareEnded, text),
        OpenLink::Revoked => ApiError::new(ErrorCode::ShareEnded, text),
        OpenLink::Unknown => ApiError::new(ErrorCode::BadLink, text)
            .todo("Ask for the link again; a new one may still be in preparation there."),
        _ => ApiError::new(ErrorCode::PeerUnreachable, text).todo("Try again in a moment."),
    }
}

/// With a capital letter and a full stop, as a person reads it.
pub(super) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters
        .next()
        .map(|letter| letter.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), letters.as_str())
}
