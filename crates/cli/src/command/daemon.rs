//! `tributary daemon`: the headless node.

use std::path::Path;

use api::{Server, ServerConfig, UiAssets};
use node::{NetworkOptions, Node};
use tokio::signal::unix::{SignalKind, signal};

use crate::{
    args::{Daemon, NetworkChoice},
    failure::Failure,
    output::Output,
    session::{config, runtime},
};

mod embedded {
    include!(concat!(env!("OUT_DIR"), "/ui.rs"));
}

/// Runs until SIGINT, SIGTERM or `POST /shutdown`.
pub(super) fn run(home: &Path, daemon: Daemon, output: &mut Output) -> Result<(), Failure> {
    log();
    runtime()?.block_on(serve(home, daemon, output))
}

fn network_options(daemon: &Daemon) -> NetworkOptions {
    NetworkOptions {
        choice: daemon.network.map(|choice| match choice {
            NetworkChoice::Off => node::NetworkChoice::Off,
            NetworkChoice::Direct | NetworkChoice::Loopback => node::NetworkChoice::Direct,
            NetworkChoice::Btfs => node::NetworkChoice::Btfs,
            NetworkChoice::BtfsTestnet => node::NetworkChoice::BtfsTestnet,
            NetworkChoice::Open => node::NetworkChoice::Open,
            NetworkChoice::Private => node::NetworkChoice::Private,
        }),
        loopback_only: daemon.loopback || daemon.network == Some(NetworkChoice::Loopback),
        name_server: None,
    }
}

async fn serve(home: &Path, daemon: Daemon, output: &mut Output) -> Result<(), Failure> {
    // Before anything starts, so that no signal is missed.
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Failure::StartRuntime)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(Failure::StartRuntime)?;
    let node = Node::open(config(home).with_network(network_options(&daemon)))
        .await
        .map_err(|error| Failure::OpenHome(Box::new(error)))?;
    let config = ServerConfig {
        api: daemon.api,
        media: daemon.media,
        rpc: daemon.rpc.or(node.settings().rpc_address),
        token: None,
        window_origin: Some(daemon.window_origin),
        ui: daemon
            .ui
            .map_or_else(|| UiAssets::embedded(embedded::find), UiAssets::folder),
        desktop: false,
    };
    let server = match Server::start(node.clone(), config).await {
        Ok(server) => server,
        Err(error) => {
            node.shutdown().await;
            return Err(error.into());
        }
    };
    let told = tell(home, &server, output);
    if told.is_ok() {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            () = server.asked_to_end() => {}
        }
    }
    server.shutdown().await;
    node.shutdown().await;
    told
}

fn tell(home: &Path, server: &Server, output: &mut Output) -> Result<(), Failure> {
    let endpoint = server.endpoint();
    if output.is_json() {
        output.value(&serde_json::json!({
            "home": home.display().to_string(),
            "pid": std::process::id(),
            "api": endpoint.api_url,
            "media": endpoint.media_url,
            "token": endpoint.token,
            "url": endpoint.login_url(),
            "rpc": endpoint.rpc.as_ref().map(|rpc| &rpc.url),
            "rpcToken": endpoint.rpc.as_ref().map(|rpc| &rpc.token),
        }))?;
    } else {
        output.line("Tributary is running. Open this link in a browser on this machine:")?;
        output.line(&format!("  {}", endpoint.login_url()))?;
        output.line(&format!("API    {}", endpoint.api_url))?;
        output.line(&format!("Media  {}", endpoint.media_url))?;
        output.line(&format!("Token  {}", endpoint.token))?;
        if let Some(rpc) = &endpoint.rpc {
            output.line(&format!("RPC    {}/api/v0", rpc.url))?;
            output.line(&format!("       token {}", rpc.token))?;
        }
        output.line(&format!("Home   {}", home.display()))?;
    }
    output.flush()
}

/// Logs go to standard error; TRIBUTARY_LOG sets what is told.
fn log() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("TRIBUTARY_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    // A second subscriber is refused; the first one does then.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .try_init();
}
