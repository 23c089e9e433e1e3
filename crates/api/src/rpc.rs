//! Listener (c): the HTTP API of BTFS and IPFS nodes, for programs that were made for them.
//!
//! `POST /api/v0/...` and `/api/v1/...` take `arg=` parameters and answer with the shapes that
//! go-btfs and kubo give, so that clients work as they are. It is off unless a person turns it
//! on. What it is not: a way around the app API. It has its own port, its own credential
//! (`keys/rpc`), and a request that a web page sent (any Origin) is refused.
//!
//! Commands are in one table ([`commands::COMMANDS`]); a handler takes a [`Call`] and gives an
//! answer or an [`RpcError`]. Answers of any length are streams; when one breaks in the middle
//! the connection does, too.

mod add;
mod answer;
mod args;
mod block;
mod commands;
mod content;
mod credential;
mod dag;
mod error;
mod files;
mod get;
mod multipart;
mod network;
mod node;
mod pin;
mod repo;
mod tar;

use std::sync::{Arc, Mutex, PoisonError};

use ::node::Node;
use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, HeaderValue, Method, header};
use tokio::sync::Semaphore;

use crate::{guard::Door, token::SessionToken};
use args::Args;
use error::{RpcError, RpcResult};

pub(crate) use answer::StillReading;
pub(crate) use credential::load_or_make;

/// Uploads at once: each holds a thread while its client sends.
const UPLOADS: usize = 6;

/// What every handler of listener (c) holds; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Rpc {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    node: Node,
    door: Door,
    credential: SessionToken,
    uploads: Arc<Semaphore>,
    /// Addresses of the listeners, for `config show`: api, media, this one.
    listeners: [String; 3],
}

/// Under which prefix a command was called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Api {
    /// `/api/v0`, that of IPFS.
    Ipfs,
    /// `/api/v1`, that of BTFS.
    Btfs,
}

/// One call of one command.
#[derive(Debug)]
struct Call {
    rpc: Rpc,
    api: Api,
    args: Args,
    headers: HeaderMap,
    body: Upload,
}

/// The body of a call. The lock is never taken: it lets calls be shared while they wait.
#[derive(Debug)]
struct Upload(Mutex<Body>);

impl Upload {
    fn take(self) -> Body {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Call {
    fn node(&self) -> &Node {
        &self.rpc.inner.node
    }
}

impl Rpc {
    pub(crate) fn new(
        node: Node,
        door: Door,
        credential: SessionToken,
        listeners: [String; 3],
    ) -> Self {
        Self {
            inner: Arc::new(Inner {
                node,
                door,
                credential,
                uploads: Arc::new(Semaphore::new(UPLOADS)),
                listeners,
            }),
        }
    }
}

/// The router of listener (c).
pub(crate) fn router(rpc: Rpc) -> Router {
    Router::new().fallback(serve).with_state(rpc)
}

async fn serve(State(rpc): State<Rpc>, request: Request) -> Response {
    let mut response = match answer(rpc, request).await {
        Ok(response) => response,
        Err(error) => error.into_response(),
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'; sandbox",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(
        "cross-origin-resource-policy",
        HeaderValue::from_static("same-origin"),
    );
    response
}

async fn answer(rpc: Rpc, request: Request) -> RpcResult<Response> {
    let (head, body) = request.into_parts();
    if rpc.inner.door.check(&head.headers).is_err() {
        return Err(RpcError::forbidden(
            "this server does not answer to that host name, nor to web pages",
        ));
    }
    // Not even to its own pages: it has none.
    if head.headers.contains_key(header::ORIGIN) {
        return Err(RpcError::forbidden("web pages may not use this server"));
    }
    if !credential::fits(&head.headers, &rpc.inner.credential) {
        return Err(RpcError::unauthorized());
    }
    let path = head.uri.path();
    let (api, command) = match path.strip_prefix("/api/v0/") {
        Some(command) => (Api::Ipfs, command),
        None => match path.strip_prefix("/api/v1/") {
            Some(command) => (Api::Btfs, command),
            None => return Err(RpcError::unknown(path)),
        },
    };
    let command = command.trim_end_matches('/');
    let Some(command) = commands::find(command) else {
        return Err(RpcError::unknown(path));
    };
    if head.method != Method::POST {
        return Err(RpcError::only_post());
    }
    let args = Args::parse(head.uri.query())?;
    let call = Call {
        rpc,
        api,
        args,
        headers: head.headers,
        body: Upload(Mutex::new(body)),
    };
    (command.run)(call).await
}
