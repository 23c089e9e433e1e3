//! The listeners: start, where they listen, end.
//!
//! Every connection is a task of one tracker. [`Server::shutdown`] stops accepting, lets
//! requests that are under way finish for a short while, ends event streams, and joins
//! everything. Dropping a [`Server`] instead ends the tasks with the runtime and leaves
//! `run.json` behind; the next start removes it.

mod listen;
mod patience;
mod run_file;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use axum::{Router, extract::DefaultBodyLimit, middleware};
use http::HeaderValue;
use node::{Node, RunFile};
use tokio::{net::TcpListener, sync::watch};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use utoipa_axum::router::OpenApiRouter;

use crate::{
    app::{App, Inner},
    guard::{Door, guard},
    links::{self, Links},
    media,
    media_app::MediaApp,
    openapi::BASE,
    routes, rpc,
    token::SessionToken,
    ui::{self, UiAssets},
};

/// Most bytes of a JSON body: 10,000 long paths fit.
const MAX_JSON: usize = 8 << 20;

/// How to serve a node.
#[derive(Debug, Clone)]
pub struct ServerConfig {
    /// Address of the app API and UI; port 0 takes any free one. Loopback only.
    pub api: SocketAddr,
    /// Address of media and gateway; port 0 takes any free one. Loopback only.
    pub media: SocketAddr,
    /// Address of the API for programs made for BTFS or IPFS; none is off. Loopback only.
    pub rpc: Option<SocketAddr>,
    /// The session token; a random one when absent.
    pub token: Option<String>,
    /// Origin of the desktop window, which may script the API across origins.
    pub window_origin: Option<String>,
    /// Files of the web UI.
    pub ui: UiAssets,
    /// True when the desktop shell hosts the node.
    pub desktop: bool,
}

/// Where a server can be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// `http://127.0.0.1:PORT` of the app API and UI.
    pub api_url: String,
    /// `http://127.0.0.1:PORT` of media and gateway.
    pub media_url: String,
    /// The session token.
    pub token: String,
    /// The API for programs made for BTFS or IPFS, when it is on.
    pub rpc: Option<RpcEndpoint>,
}

/// Where programs made for BTFS or IPFS are answered.
#[derive(Clone, PartialEq, Eq)]
pub struct RpcEndpoint {
    /// `http://127.0.0.1:PORT`; `/api/v0` and `/api/v1` below it.
    pub url: String,
    /// The credential: a bearer token, or the password of any user.
    pub token: String,
}

impl std::fmt::Debug for RpcEndpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RpcEndpoint")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

impl Endpoint {
    /// The link that opens the UI with a session.
    #[must_use]
    pub fn login_url(&self) -> String {
        format!("{}/?token={}", self.api_url, self.token)
    }
}

/// Why the listeners could not start. Nothing listens then, and the node is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartServer {
    /// Another program has the port.
    #[error("port {} on {} is in use by another program", .0.port(), .0.ip())]
    PortInUse(SocketAddr),
    /// The address is not of this machine alone.
    #[error("{0} is not a loopback address; listening there would need a password and TLS")]
    NotLoopback(SocketAddr),
    /// The address could not be bound.
    #[error("could not listen on {address}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The given token is too short or holds characters that no header takes.
    #[error("the given token is unusable: it needs 16 to 200 letters, digits, '-' or '_'")]
    BadToken,
    /// The system gave no random bytes for keys.
    #[error("the system gave no random bytes for the session token")]
    MakeSecret,
    /// There is no room for `run.json`.
    #[error("the disk of the home is full: there is no room for {0:?}")]
    DiskFull(PathBuf),
    /// The disk of the home became read-only.
    #[error("the home is on a read-only disk: {0:?} cannot be written")]
    ReadOnly(PathBuf),
    /// `run.json` could not be written.
    #[error("could not write {path:?}")]
    WriteRunFile {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

impl StartServer {
    fn from_run_file(path: &Path, source: std::io::Error) -> Self {
        use std::io::ErrorKind;
        match source.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::DiskFull(path.to_owned()),
            ErrorKind::ReadOnlyFilesystem => Self::ReadOnly(path.to_owned()),
            _ => Self::WriteRunFile {
                path: path.to_owned(),
                source,
            },
        }
    }

    /// The code on the wire, in snake case; those of the home are as in [`node::OpenNode`].
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::DiskFull(_) => "disk_full",
            Self::ReadOnly(_) => "home_read_only",
            Self::WriteRunFile { .. } => "home_unusable",
            _ => "listen_failed",
        }
    }

    /// What is safe, in English.
    #[must_use]
    pub fn safe(&self) -> &'static str {
        "Nothing in the home was changed or deleted, and your own files are untouched."
    }

    /// What to do about it, in English.
    #[must_use]
    pub fn todo(&self) -> &'static str {
        match self {
            Self::PortInUse(_) => {
                "Choose another port, or port 0 for any free one, or end the other program."
            }
            Self::NotLoopback(_) => "Use 127.0.0.1 or [::1], and a tunnel such as ssh -L.",
            Self::Bind { .. } => "Check the address and that programs may listen there.",
            Self::BadToken => "Leave the token out to get a random one.",
            Self::MakeSecret => "Check the system's random source.",
            Self::DiskFull(_) => "Free some space on that disk and start again.",
            Self::ReadOnly(_) => "Make the disk writable, or choose another home with --home.",
            Self::WriteRunFile { .. } => "Check that the home is writable.",
        }
    }
}

/// The listeners of a node, running.
#[derive(Debug)]
pub struct Server {
    endpoint: Endpoint,
    run_file: PathBuf,
    tracker: TaskTracker,
    ending: CancellationToken,
    asked_to_end: watch::Receiver<bool>,
    /// Held while `run.json` is being removed, so that two shutdowns do it once.
    written: Mutex<bool>,
}

impl Server {
    /// Binds the listeners, serves, and then writes `run.json`. Must be called on a
    /// multi-thread tokio runtime.
    pub async fn start(node: Node, config: ServerConfig) -> Result<Self, StartServer> {
        let token = match config.token {
            None => SessionToken::random().map_err(|_| StartServer::MakeSecret)?,
            Some(text) if is_usable(&text) => SessionToken::given(text),
            Some(_) => return Err(StartServer::BadToken),
        };
        let (api_listener, api) = bind(config.api).await?;
        let (media_listener, media) = bind(config.media).await?;
        let rpc_listener = match config.rpc {
            Some(address) => Some(bind(address).await?),
            None => None,
        };
        let key = links::key::load_or_make(node.home()).map_err(|_| StartServer::MakeSecret)?;
        let mut endpoint = Endpoint {
            api_url: format!("http://{api}"),
            media_url: format!("http://{media}"),
            token: token.as_str().to_owned(),
            rpc: None,
        };
        let signer = Links::new(key, endpoint.media_url.clone());
        let api_door = Door::new(api, config.window_origin.clone());
        let media_door = Door::new(media, config.window_origin).with_own(api_door.own_origins());
        let ending = CancellationToken::new();
        let (asked, asked_to_end) = watch::channel(false);
        let policy = ui::policy(&endpoint.media_url);
        let app = App::new(Inner {
            node: node.clone(),
            door: api_door,
            token,
            cookie_name: format!("tributary_session_{}", api.port()),
            links: signer.clone(),
            ui: config.ui,
            ui_policy: HeaderValue::from_str(&policy)
                .expect("BUG: the policy is ASCII and the base URL is an address"),
            desktop: config.desktop,
            ending: ending.clone(),
            asked_to_end: asked,
        });
        let run_file = node.home().join("run.json");
        let tracker = TaskTracker::new();
        if let Some((listener, at)) = rpc_listener {
            let (router, rpc) = rpc_router(&node, &endpoint, at)?;
            endpoint.rpc = Some(rpc);
            tracker.spawn(listen::serve(
                listener,
                router,
                tracker.clone(),
                ending.clone(),
            ));
        }
        let media_app = MediaApp::new(node, media_door, signer);
        tracker.spawn(listen::serve(
            api_listener,
            app_router(app),
            tracker.clone(),
            ending.clone(),
        ));
        tracker.spawn(listen::serve(
            media_listener,
            media::router(media_app),
            tracker.clone(),
            ending.clone(),
        ));
        let server = Self {
            endpoint,
            run_file,
            tracker,
            ending,
            asked_to_end,
            written: Mutex::new(true),
        };
        if let Err(source) = run_file::write(&server.run_file, &server.run()) {
            server.shutdown().await;
            return Err(StartServer::from_run_file(&server.run_file, source));
        }
        tracing::info!(
            api = server.endpoint.api_url,
            media = server.endpoint.media_url,
            "listening"
        );
        Ok(server)
    }

    /// Where it listens.
    #[must_use]
    pub fn endpoint(&self) -> Endpoint {
        self.endpoint.clone()
    }

    /// Waits until a client asked the daemon to end (`POST /shutdown`). Cancel-safe.
    pub async fn asked_to_end(&self) {
        let mut asked = self.asked_to_end.clone();
        // An error means that the sender is gone, which is an end as well.
        let _ = asked.wait_for(|asked| *asked).await;
    }

    /// Ends the listeners and joins their tasks, in under a second. Safe to call twice.
    pub async fn shutdown(&self) {
        {
            let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
            if std::mem::take(&mut *written) {
                run_file::remove(&self.run_file);
            }
        }
        self.ending.cancel();
        self.tracker.close();
        self.tracker.wait().await;
    }

    fn run(&self) -> RunFile {
        RunFile {
            pid: std::process::id(),
            api: self.endpoint.api_url.clone(),
            token: self.endpoint.token.clone(),
            media: self.endpoint.media_url.clone(),
            rpc: self.endpoint.rpc.as_ref().map(|rpc| rpc.url.clone()),
            rpc_token: self.endpoint.rpc.as_ref().map(|rpc| rpc.token.clone()),
        }
    }
}

/// Listener (c), and how it is reached.
fn rpc_router(
    node: &Node,
    others: &Endpoint,
    at: SocketAddr,
) -> Result<(Router, RpcEndpoint), StartServer> {
    let credential = rpc::load_or_make(node.home()).map_err(|_| StartServer::MakeSecret)?;
    let reached = RpcEndpoint {
        url: format!("http://{at}"),
        token: credential.as_str().to_owned(),
    };
    let listeners = [
        others.api_url.clone(),
        others.media_url.clone(),
        reached.url.clone(),
    ];
    let door = Door::new(at, None);
    let rpc = rpc::Rpc::new(node.clone(), door, credential, listeners);
    Ok((rpc::router(rpc), reached))
}

fn is_usable(token: &str) -> bool {
    (16..=200).contains(&token.len())
        && token
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

async fn bind(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartServer> {
    if !address.ip().is_loopback() {
        return Err(StartServer::NotLoopback(address));
    }
    let failed = |source: std::io::Error| match source.kind() {
        std::io::ErrorKind::AddrInUse => StartServer::PortInUse(address),
        _ => StartServer::Bind { address, source },
    };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}

/// Listener (a): the API behind the guard, everything else from the UI.
fn app_router(app: App) -> Router {
    let (api, _) = OpenApiRouter::new()
        .nest(BASE, routes::all())
        .split_for_parts();
    api.fallback(ui::serve)
        .method_not_allowed_fallback(|| async {
            crate::ApiError::new(
                crate::dto::ErrorCode::MethodNotAllowed,
                "This route does not know that method.",
            )
        })
        .layer(DefaultBodyLimit::max(MAX_JSON))
        .layer(middleware::from_fn_with_state(app.clone(), guard))
        .with_state(app)
}
