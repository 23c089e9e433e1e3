//! One way to talk to a home, whoever has it.
//!
//! When another process holds the home's lock, its `run.json` says where it listens.
//! Otherwise the node and its listeners run inside this process until [`Session::end`];
//! requests then go over the loopback of this very process.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use api::{Server, ServerConfig, UiAssets};
use node::{Node, NodeConfig, OpenNode, RunFile};
use tokio::runtime::Runtime;

use crate::{failure::Failure, wire::Wire};

/// A daemon that just starts has the lock before it listens: ask again for this long.
const NEIGHBOUR_DEADLINE: Duration = Duration::from_secs(5);
const NEIGHBOUR_INTERVAL: Duration = Duration::from_millis(50);

/// A connection to the node of a home.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) wire: Wire,
    own: Option<Own>,
}

#[derive(Debug)]
struct Own {
    runtime: Runtime,
    node: Node,
    server: Server,
}

impl Session {
    pub(crate) fn open(home: &Path) -> Result<Self, Failure> {
        let runtime = runtime()?;
        let started = Instant::now();
        loop {
            match runtime.block_on(Node::open(config(home))) {
                Ok(node) => return Self::serve(runtime, node),
                Err(OpenNode::HomeLocked { pid, endpoint }) => {
                    if let Some(run) = endpoint.filter(|run| is_alive(run)) {
                        return Ok(Self {
                            wire: Wire::new(&run.api, &run.token),
                            own: None,
                        });
                    }
                    if started.elapsed() > NEIGHBOUR_DEADLINE {
                        let error = OpenNode::HomeLocked {
                            pid,
                            endpoint: None,
                        };
                        return Err(Failure::OpenHome(Box::new(error)));
                    }
                    // Another process: there is nothing of ours to wait for.
                    std::thread::sleep(NEIGHBOUR_INTERVAL);
                }
                Err(error) => return Err(Failure::OpenHome(Box::new(error))),
            }
        }
    }

    fn serve(runtime: Runtime, node: Node) -> Result<Self, Failure> {
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let config = ServerConfig {
            api: any,
            media: any,
            rpc: None,
            token: None,
            window_origin: None,
            ui: UiAssets::none(),
            desktop: false,
        };
        match runtime.block_on(Server::start(node.clone(), config)) {
            Ok(server) => {
                let endpoint = server.endpoint();
                let wire = Wire::new(&endpoint.api_url, &endpoint.token);
                Ok(Self {
                    wire,
                    own: Some(Own {
                        runtime,
                        node,
                        server,
                    }),
                })
            }
            Err(error) => {
                runtime.block_on(node.shutdown());
                Err(error.into())
            }
        }
    }

    /// Ends the node, if it is ours.
    pub(crate) fn end(self) {
        if let Some(Own {
            runtime,
            node,
            server,
        }) = self.own
        {
            runtime.block_on(async {
                server.shutdown().await;
                node.shutdown().await;
            });
        }
    }
}

/// A runtime for the node.
pub(crate) fn runtime() -> Result<Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_name("tributary")
        .build()
        .map_err(Failure::StartRuntime)
}

/// How a node of this program is opened: the program itself is the media worker.
pub(crate) fn config(home: &Path) -> NodeConfig {
    let config = NodeConfig::new(home);
    match std::env::current_exe() {
        Ok(program) => config.with_media_worker(program, vec!["media-worker".into()]),
        Err(_) => config,
    }
}

fn is_alive(run: &RunFile) -> bool {
    Path::new("/proc").join(run.pid.to_string()).exists()
}

/// The home folder: as given, else below the user's data folder.
pub(crate) fn home(given: Option<PathBuf>) -> Result<PathBuf, Failure> {
    let home = match given {
        Some(home) => home,
        None => {
            let data = std::env::var_os("XDG_DATA_HOME")
                .map(PathBuf::from)
                .filter(|path| path.is_absolute())
                .or_else(|| {
                    std::env::var_os("HOME")
                        .map(PathBuf::from)
                        .filter(|path| path.is_absolute())
                        .map(|home| home.join(".local/share"))
                });
            data.ok_or(Failure::NoHome)?.join("tributary")
        }
    };
    std::path::absolute(&home).map_err(|source| Failure::file("find", &home, source))
}
