//! The table of commands.

use std::future::Future;

use axum::response::Response;
use futures_util::future::BoxFuture;

use super::{
    Call, add, block, content, dag, error::RpcResult, files, get, network, node, pin, repo,
};

/// One command.
pub(super) struct Command {
    /// Behind `/api/v0/`.
    pub(super) path: &'static str,
    /// Options it knows, for `commands --flags`. Others are passed over, as go does.
    pub(super) options: &'static [&'static str],
    pub(super) run: fn(Call) -> BoxFuture<'static, RpcResult<Response>>,
}

fn boxed<F>(future: F) -> BoxFuture<'static, RpcResult<Response>>
where
    F: Future<Output = RpcResult<Response>> + Send + 'static,
{
    Box::pin(future)
}

macro_rules! commands {
    ($($path:literal => $run:path, [$($option:literal),*];)*) => {
        &[$(Command {
            path: $path,
            options: &[$($option),*],
            run: |call| boxed($run(call)),
        }),*]
    };
}

/// Every command, by path.
pub(super) const COMMANDS: &[Command] = commands! {
    "add" => add::add, ["wrap-with-directory", "cid-version", "raw-leaves", "chunker", "trickle", "only-hash", "pin", "pin-name", "progress", "silent"];
    "bitswap/ledger" => network::bitswap_ledger, [];
    "bitswap/stat" => network::bitswap_stat, [];
    "bitswap/wantlist" => network::wantlist, [];
    "block/get" => block::get, [];
    "block/put" => block::put, ["cid-codec", "format", "mhtype", "pin"];
    "block/rm" => block::rm, ["force", "quiet"];
    "block/stat" => block::stat, [];
    "bootstrap" => network::bootstrap, [];
    "bootstrap/list" => network::bootstrap, [];
    "cat" => content::cat, ["offset", "length"];
    "commands" => node::commands, ["flags"];
    "config" => node::config_get, [];
    "config/show" => node::config_show, [];
    "dag/export" => dag::export, [];
    "dag/get" => dag::get, ["output-codec"];
    "dag/import" => dag::import, ["pin-roots", "silent", "stats"];
    "dag/put" => dag::put, ["store-codec", "input-codec", "pin", "hash"];
    "dag/resolve" => dag::resolve, [];
    "dag/stat" => dag::stat, [];
    "dht/findpeer" => network::find_peer, [];
    "dht/findprovs" => network::find_providers, ["num-providers"];
    "dht/provide" => network::provide, [];
    "files/cp" => files::cp, ["parents"];
    "files/flush" => files::flush, [];
    "files/ls" => files::ls, ["long", "U", "stream"];
    "files/mkdir" => files::mkdir, ["parents", "cid-version"];
    "files/mv" => files::mv, [];
    "files/read" => files::read, ["offset", "count"];
    "files/rm" => files::rm, ["recursive", "force"];
    "files/stat" => files::stat, ["with-local"];
    "files/write" => files::write, ["offset", "create", "parents", "truncate", "count", "raw-leaves", "cid-version"];
    "get" => get::get, ["archive", "compress", "compression-level"];
    "id" => node::id, [];
    "key/list" => network::keys, [];
    "ls" => content::ls, ["size", "resolve-type", "stream"];
    "name/publish" => network::name_publish, ["key"];
    "name/resolve" => network::name_resolve, [];
    "pin/add" => pin::add, ["recursive", "name"];
    "pin/ls" => pin::ls, ["type", "stream", "names", "name"];
    "pin/rm" => pin::rm, ["recursive"];
    "pin/update" => pin::update, ["unpin"];
    "pin/verify" => pin::verify, ["verbose"];
    "refs" => content::refs, ["format", "edges", "unique", "recursive", "max-depth"];
    "refs/local" => content::refs_local, [];
    "repo/gc" => repo::gc, [];
    "repo/stat" => repo::stat, ["size-only"];
    "repo/verify" => repo::verify, [];
    "repo/version" => repo::version, [];
    "resolve" => content::resolve, [];
    "routing/findpeer" => network::find_peer, [];
    "routing/findprovs" => network::find_providers, ["num-providers"];
    "routing/provide" => network::provide, [];
    "stats/bitswap" => network::bitswap_stat, [];
    "stats/bw" => network::bandwidth, [];
    "stats/repo" => repo::stat, ["size-only"];
    "swarm/addrs" => network::swarm_addrs, [];
    "swarm/addrs/listen" => network::swarm_own, [];
    "swarm/addrs/local" => network::swarm_own, [];
    "swarm/connect" => network::swarm_connect, [];
    "swarm/disconnect" => network::swarm_disconnect, [];
    "swarm/peers" => network::swarm_peers, [];
    "version" => node::version, [];
};

/// The command of a path.
pub(super) fn find(path: &str) -> Option<&'static Command> {
    let found = COMMANDS.binary_search_by(|command| command.path.cmp(path));
    found.ok().and_then(|at| COMMANDS.get(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order() {
        assert!(COMMANDS.is_sorted_by(|one, two| one.path < two.path));
        assert!(find("files/ls").is_some() && find("files").is_none() && find("").is_none());
    }
}
