//! The network: what runs, peers, the public directory, names, blocks. All of it needs a node that
//! stays: a daemon or the window.

use api::dto::{
    BitswapStat, CidRequest, ConnectRequest, Network, PeerAddresses, PeerLedger,
    PublishNameRequest, PublishedName, Reachability, ResolvedName, SwarmPeer,
};
use serde_json::json;

use crate::{
    args,
    failure::Failure,
    output::{Output, shown, size},
    session::Session,
    wire::encoded,
};

pub(super) fn status(session: &Session, output: &mut Output) -> Result<(), Failure> {
    let networks: Vec<Network> = session.wire.get("/networks")?;
    if output.is_json() {
        return output.value(&networks);
    }
    if networks.is_empty() {
        let hint = "No network runs. Start the daemon with --network btfs, or choose one in the \
                    settings.";
        return output.line(hint);
    }
    for network in networks {
        let reachable = match network.reachability {
            Reachability::Offline => "no network",
            Reachability::LocalOnly => "only the local network is there",
            Reachability::OutgoingOnly => "reaches others; whether they reach it is not known",
            Reachability::Relayed => "others reach it through a relay",
            Reachability::Direct => "others reach it directly",
        };
        output.line(&network.name)?;
        output.line(&format!("  Peer id   {}", network.peer_id))?;
        output.line(&format!("  State     {reachable}"))?;
        output.line(&format!("  Peers     {}", network.peers.len()))?;
        let (received, sent) = (size(network.received), size(network.sent));
        output.line(&format!("  Passed    {received} in, {sent} out"))?;
        for address in network.listening {
            output.line(&format!("  Listens   {address}"))?;
        }
    }
    Ok(())
}

pub(super) fn swarm(
    session: &Session,
    swarm: &args::Swarm,
    output: &mut Output,
) -> Result<(), Failure> {
    match swarm {
        args::Swarm::Peers => {
            let peers: Vec<SwarmPeer> = session.wire.get("/swarm/peers")?;
            if output.is_json() {
                return output.value(&peers);
            }
            for peer in peers {
                let agent = shown(peer.agent.as_deref().unwrap_or_default());
                let line = format!("{}/p2p/{} {agent}", peer.address, peer.peer);
                output.line(line.trim_end())?;
            }
            Ok(())
        }
        args::Swarm::Addrs => lines(
            &session.wire.get::<Vec<String>>("/swarm/addresses")?,
            output,
        ),
        args::Swarm::Connect { address } => {
            change(session, "/swarm/connect", address)?;
            done(output, "connected", address)
        }
        args::Swarm::Disconnect { address } => {
            change(session, "/swarm/disconnect", address)?;
            done(output, "disconnected", address)
        }
    }
}

pub(super) fn dht(session: &Session, dht: &args::Dht, output: &mut Output) -> Result<(), Failure> {
    match dht {
        args::Dht::Findprovs { cid, num_providers } => {
            let path = format!("/dht/providers?cid={}&limit={num_providers}", encoded(cid));
            let found: Vec<PeerAddresses> = session.wire.get(&path)?;
            if output.is_json() {
                return output.value(&found);
            }
            found.iter().try_for_each(|peer| output.line(&peer.peer))
        }
        args::Dht::Findpeer { peer } => {
            let path = format!("/dht/peer?peer={}", encoded(peer));
            let found: PeerAddresses = session.wire.get(&path)?;
            match output.is_json() {
                true => output.value(&found),
                false => lines(&found.addresses, output),
            }
        }
        args::Dht::Provide { cid } => {
            let request = CidRequest { cid: cid.clone() };
            session.wire.post_for_nothing("/dht/provide", &request)?;
            done(output, "provided", cid)
        }
    }
}

pub(super) fn name(
    session: &Session,
    name: &args::Name,
    output: &mut Output,
) -> Result<(), Failure> {
    match name {
        args::Name::Publish { path } => {
            let request = PublishNameRequest { path: path.clone() };
            let published: PublishedName = session.wire.post("/names/publish", &request)?;
            match output.is_json() {
                true => output.value(&published),
                false => output.line(&format!("{} -> {}", published.name, published.path)),
            }
        }
        args::Name::Resolve { name } => {
            let path = format!("/names/resolve?name={}", encoded(name));
            let resolved: ResolvedName = session.wire.get(&path)?;
            match output.is_json() {
                true => output.value(&resolved),
                false => output.line(&shown(&resolved.path)),
            }
        }
    }
}

pub(super) fn bitswap(
    session: &Session,
    bitswap: &args::Bitswap,
    output: &mut Output,
) -> Result<(), Failure> {
    if let args::Bitswap::Ledger { peer } = bitswap {
        let path = format!("/bitswap/ledger?peer={}", encoded(peer));
        let ledger: PeerLedger = session.wire.get(&path)?;
        if output.is_json() {
            return output.value(&ledger);
        }
        output.line(&format!("Sent      {}", size(ledger.sent)))?;
        output.line(&format!("Received  {}", size(ledger.received)))?;
        return output.line(&format!("Blocks    {}", ledger.exchanged));
    }
    let stat: BitswapStat = session.wire.get("/bitswap")?;
    if let args::Bitswap::Wantlist = bitswap {
        return lines(&stat.wanted, output);
    }
    if output.is_json() {
        return output.value(&stat);
    }
    let blocks = |count: u64, bytes: u64| format!("{count} blocks, {}", size(bytes));
    let received = blocks(stat.blocks_received, stat.bytes_received);
    let sent = blocks(stat.blocks_sent, stat.bytes_sent);
    let twice = blocks(stat.duplicates, stat.duplicate_bytes);
    output.line(&format!("Received  {received}"))?;
    output.line(&format!("Twice     {twice}"))?;
    output.line(&format!("Sent      {sent} (to peers that are connected)"))?;
    output.line(&format!("Wanted    {} blocks", stat.wanted.len()))?;
    output.line(&format!("Peers     {}", stat.peers.len()))
}

fn change(session: &Session, path: &str, address: &str) -> Result<(), Failure> {
    let address = address.to_owned();
    session
        .wire
        .post_for_nothing(path, &ConnectRequest { address })
}

fn lines(list: &Vec<String>, output: &mut Output) -> Result<(), Failure> {
    match output.is_json() {
        true => output.value(list),
        false => list.iter().try_for_each(|line| output.line(line)),
    }
}

fn done(output: &mut Output, what: &str, subject: &str) -> Result<(), Failure> {
    match output.is_json() {
        true => output.value(&json!({ what: subject })),
        false => output.line(&format!("{what} {subject}")),
    }
}
