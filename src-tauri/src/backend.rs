//! The node behind the window: our own, or one that already runs on this home.
//!
//! The window is on screen before any of this has happened. [`Backend::open`] runs
//! in the background, and [`Opening`] lets every command wait for its outcome.
//! It is not where anything is decided about media: it only opens and closes.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use api::{Server, ServerConfig, StartServer, UiAssets};
use node::{NetworkOptions, Node, NodeConfig, OpenNode, RunFile};
use serde::Serialize;
use tokio::sync::watch;

/// Origin of the page in the window: what a listener must allow.
pub(crate) const WINDOW_ORIGIN: &str = "tauri://localhost";

/// How long another process may hold the home without saying where it listens:
/// it is starting, or it is going away.
const NEIGHBOUR_DEADLINE: Duration = Duration::from_secs(10);
const NEIGHBOUR_INTERVAL: Duration = Duration::from_millis(100);

/// An open node and how the page reaches it.
#[derive(Debug)]
pub(crate) enum Backend {
    /// Runs in this process and ends with it.
    Own(Box<Own>),
    /// Another process owns the home; we only look through its window.
    Attached(RunFile),
}

/// The node and the listeners of this process.
#[derive(Debug)]
pub(crate) struct Own {
    pub(crate) node: Node,
    server: Server,
    connection: Connection,
}

/// What the page needs to speak to the node.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Connection {
    api: String,
    token: String,
    media: String,
    attached: bool,
}

/// Why there is no node, in the wire form of the API's errors.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StartProblem {
    code: &'static str,
    message: String,
    safe: Option<&'static str>,
    todo: Option<&'static str>,
    detail: Option<String>,
    #[serde(skip)]
    told: bool,
}

impl Backend {
    /// Opens `home`, or attaches to the process that has it.
    pub(crate) async fn open(home: &Path) -> Result<Self, StartProblem> {
        let deadline = tokio::time::Instant::now() + NEIGHBOUR_DEADLINE;
        loop {
            let program = worker_program();
            let mut config = NodeConfig::new(home).with_network(NetworkOptions::default());
            if let Some(program) = program {
                config = config.with_media_worker(program, vec!["media-worker".into()]);
            }
            match Node::open(config).await {
                Ok(node) => return serve(node).await,
                Err(OpenNode::HomeLocked {
                    endpoint: Some(run),
                    ..
                }) if is_alive(&run) => {
                    return Ok(Self::Attached(*run));
                }
                // The neighbour is another process, so there is nothing to await:
                // ask again until it listens or lets go of the home.
                Err(OpenNode::HomeLocked { .. }) if tokio::time::Instant::now() < deadline => {
                    tokio::time::sleep(NEIGHBOUR_INTERVAL).await;
                }
                Err(error) => return Err(StartProblem::from_open(&error)),
            }
        }
    }

    pub(crate) fn connection(&self) -> Connection {
        match self {
            Self::Own(own) => own.connection.clone(),
            Self::Attached(run) => Connection {
                api: run.api.clone(),
                token: run.token.clone(),
                media: run.media.clone(),
                attached: true,
            },
        }
    }

    /// The node, when it is ours.
    pub(crate) fn own_node(&self) -> Option<&Node> {
        match self {
            Self::Own(own) => Some(&own.node),
            Self::Attached(_) => None,
        }
    }

    /// Ends the listeners, then the node. What we are attached to goes on.
    pub(crate) async fn shutdown(&self) {
        if let Self::Own(own) = self {
            own.server.shutdown().await;
            own.node.shutdown().await;
        }
    }
}

async fn serve(node: Node) -> Result<Backend, StartProblem> {
    let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let config = ServerConfig {
        api: any_port,
        media: any_port,
        rpc: node.settings().rpc_address,
        token: None,
        window_origin: Some(WINDOW_ORIGIN.to_owned()),
        ui: UiAssets::none(),
        desktop: true,
    };
    match Server::start(node.clone(), config).await {
        Ok(server) => {
            let endpoint = server.endpoint();
            let connection = Connection {
                api: endpoint.api_url,
                token: endpoint.token,
                media: endpoint.media_url,
                attached: false,
            };
            Ok(Backend::Own(Box::new(Own {
                node,
                server,
                connection,
            })))
        }
        Err(error) => {
            node.shutdown().await;
            Err(StartProblem::from_serve(&error))
        }
    }
}

/// Whether the process named in a run file still exists: a killed daemon leaves
/// its file, and its port may belong to someone else by now.
fn is_alive(run: &RunFile) -> bool {
    Path::new("/proc").join(run.pid.to_string()).exists()
}

/// This program, which is also the media worker. An AppImage or an update may have
/// moved it away while we run; then there are no previews, and all else works.
fn worker_program() -> Option<PathBuf> {
    std::env::current_exe()
        .ok()
        .filter(|program| program.exists())
}

impl StartProblem {
    fn from_open(error: &OpenNode) -> Self {
        Self {
            code: error.code(),
            message: error.to_string(),
            safe: Some(error.safe()),
            todo: Some(error.todo()),
            detail: causes(error),
            told: false,
        }
    }

    fn from_serve(error: &StartServer) -> Self {
        Self {
            code: "listen_failed",
            message: error.to_string(),
            safe: Some("Nothing in the home was changed, and your own files are untouched."),
            todo: Some(error.todo()),
            detail: causes(error),
            told: false,
        }
    }
}

/// The chain below an error, for a bug report.
fn causes(error: &dyn std::error::Error) -> Option<String> {
    let chain: Vec<_> = std::iter::successors(error.source(), |cause| cause.source())
        .map(ToString::to_string)
        .collect();
    (!chain.is_empty()).then(|| chain.join(": "))
}

type Outcome = Option<Result<Arc<Backend>, StartProblem>>;

/// The outcome of [`Backend::open`], known later. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Opening {
    outcome: watch::Sender<Outcome>,
}

impl Opening {
    pub(crate) fn new() -> Self {
        Self {
            outcome: watch::Sender::new(None),
        }
    }

    pub(crate) fn finish(&self, outcome: Result<Arc<Backend>, StartProblem>) {
        self.outcome.send_replace(Some(outcome));
    }

    /// Waits for the outcome. Cancel-safe.
    pub(crate) async fn wait(&self) -> Result<Arc<Backend>, StartProblem> {
        let mut receiver = self.outcome.subscribe();
        let outcome = receiver.wait_for(Option::is_some).await;
        let outcome = outcome.expect("BUG: the sender lives in self");
        outcome.clone().expect("BUG: waited for an outcome")
    }

    /// Forgets a failure that was told before. Returns whether there was one, so that
    /// the caller opens again.
    pub(crate) fn take_told_failure(&self) -> bool {
        self.outcome.send_if_modified(|outcome| {
            let is_told = matches!(outcome, Some(Err(problem)) if problem.told);
            if is_told {
                *outcome = None;
            }
            is_told
        })
    }

    /// Notes that the page has shown the failure: when it asks again, that is a retry.
    pub(crate) fn mark_told(&self) {
        self.outcome.send_if_modified(|outcome| {
            if let Some(Err(problem)) = outcome {
                problem.told = true;
            }
            false
        });
    }

    /// The backend, when it is open already.
    pub(crate) fn now(&self) -> Option<Arc<Backend>> {
        self.outcome
            .borrow()
            .as_ref()
            .and_then(|outcome| outcome.as_ref().ok().cloned())
    }
}
