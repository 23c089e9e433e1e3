//! The networks of this node: which run, and starting and stopping them as the settings change.
//!
//! Two at most. `direct` is what shares by link go over: no key, no public directory, dialled only
//! from links and found on the local network. Beside it runs the one with others that was asked for,
//! if any. Both answer from one rule (`share::serve`) and share one limit of bandwidth.
//!
//! What it is not: it decides nothing about blocks and keeps no peer's data but where good ones were.
//!
//! Invariant: only [`apply`] and [`restarted_as`] start and stop networks, one call at a time, and what runs afterwards
//! is what [`Plan`] says.

mod follow;
mod kept;
mod listen;
pub(crate) mod names;
mod plan;
mod status;
mod traffic;

use std::collections::{BTreeSet, HashSet};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use net::names::NameServers;
use net::share::OpenLinks;
use net::{Multiaddr, Network, NetworkConfig, NodeKey, PeerId, RateLimiter, StartNetwork};
use tokio_util::sync::CancellationToken;

use crate::events::Event;
use crate::jobs::lock;
use crate::network::AskNetwork;
use crate::node::Inner;
use crate::settings::Settings;
use crate::share::{AnnounceTimes, Serving};
use follow::{follow, keep};
use kept::Kept;
use listen::{any_port, free_port, listen_on, port_of};
use plan::Plan;
pub use plan::{NetworkChoice, NetworkOptions, SwarmKeyState};
pub use status::{NetworkStatus, PeerStatus};
pub use traffic::{TrafficHistory, TrafficSample};

/// How long the port of last time is waited for.
const PORT_PATIENCE: Duration = Duration::from_secs(60);
const PORT_AGAIN: Duration = Duration::from_millis(200);
/// Peers that are remembered as reached by relays only.
const MAX_ONLY_RELAYED: usize = 1024;

/// The networks of a node.
#[derive(Debug, Default)]
pub(crate) struct Networks {
    open_links: OpenLinks,
    /// How they are to be started; `None` is not at all.
    options: Mutex<Option<NetworkOptions>>,
    direct: Mutex<Option<Running>>,
    wide: Mutex<Option<Running>>,
    /// Where others said they reach `direct`.
    outside: Mutex<BTreeSet<Multiaddr>>,
    /// Peers of `direct` to whom nothing but a relay leads.
    only_relayed: Mutex<HashSet<PeerId>>,
    rates: RateLimiter,
    traffic: Mutex<traffic::Traffic>,
    /// Held by whoever writes [`kept`].
    keeping: Mutex<()>,
    /// Held by whoever starts and stops.
    turn: tokio::sync::Mutex<()>,
}

/// A network that runs, and what it was started as.
#[derive(Debug)]
struct Running {
    network: Network,
    plan: Plan,
    /// Where it was told to begin.
    bootstrap: Vec<Multiaddr>,
    /// Ends the network and what follows it.
    stop: CancellationToken,
}

impl Networks {
    pub(crate) fn new(options: Option<NetworkOptions>) -> Self {
        Networks {
            options: Mutex::new(options),
            ..Networks::default()
        }
    }

    pub(crate) fn open_links(&self) -> &OpenLinks {
        &self.open_links
    }

    pub(crate) fn direct(&self) -> Option<Network> {
        lock(&self.direct)
            .as_ref()
            .map(|running| running.network.clone())
    }

    /// The one beside `direct`.
    pub(crate) fn wide(&self) -> Option<Network> {
        lock(&self.wide)
            .as_ref()
            .map(|running| running.network.clone())
    }

    /// Each with its name, `direct` first.
    pub(crate) fn named(&self) -> Vec<(&'static str, Network)> {
        let named = |slot: &Mutex<Option<Running>>| {
            let running = lock(slot);
            let running = running.as_ref();
            running.map(|running| (running.plan.name(), running.network.clone()))
        };
        let direct = named(&self.direct);
        direct.into_iter().chain(named(&self.wide)).collect()
    }

    /// All that run, the wide one first: it is where public content is.
    pub(crate) fn running(&self) -> Vec<Network> {
        let named = self.named().into_iter().rev();
        named.map(|(_, network)| network).collect()
    }

    /// The one beside `direct`, and its name.
    pub(crate) fn wide_named(&self) -> Option<(Network, &'static str)> {
        let wide = lock(&self.wide);
        let running = wide.as_ref()?;
        Some((running.network.clone(), running.plan.name()))
    }

    /// Who is asked what a domain links to; nobody when that would go past what was asked for.
    pub(crate) fn name_servers(&self, settings: &Settings) -> Result<NameServers, AskNetwork> {
        let options = lock(&self.options).unwrap_or_default();
        if settings.proxy.is_some() {
            let hint = "domains are not looked up: the question would not go through the proxy";
            return Err(AskNetwork::BadRequest(hint.to_owned()));
        }
        let servers = match (options.name_server, options.loopback_only) {
            (Some(server), _) => NameServers::at(server),
            (None, false) => NameServers::of_system(),
            (None, true) => {
                let hint = "domains are not looked up: this node keeps to this machine";
                return Err(AskNetwork::BadRequest(hint.to_owned()));
            }
        };
        servers.map_err(|error| AskNetwork::Failed(Box::new(error)))
    }

    /// Where new nodes of the network beside `direct` begin.
    pub(crate) fn bootstrap(&self) -> Vec<String> {
        let wide = lock(&self.wide);
        let list = wide.iter().flat_map(|running| &running.bootstrap);
        list.map(ToString::to_string).collect()
    }

    /// Nothing but a relay leads to a peer of `direct`. Kept after the line is gone, for relays close
    /// lines, until a direct connection comes about.
    pub(crate) fn note_only_relayed(&self, peer: PeerId) {
        let mut known = lock(&self.only_relayed);
        if known.len() >= MAX_ONLY_RELAYED {
            known.clear();
        }
        known.insert(peer);
    }

    /// Whether nothing but a relay, with its small budget, leads to a peer of `direct`.
    pub(crate) fn is_only_relayed(&self, peer: &PeerId) -> bool {
        lock(&self.only_relayed).contains(peer)
    }

    /// Bytes a second in and out, just now.
    pub(crate) fn rates_now(&self) -> (f64, f64) {
        lock(&self.traffic).rates()
    }

    /// The setting was changed by hand: from now on it holds, and not what the start said.
    fn follow_setting(&self) {
        if let Some(options) = lock(&self.options).as_mut() {
            options.choice = None;
        }
    }

    /// Ends all, for good.
    pub(crate) async fn shutdown(&self) {
        *lock(&self.options) = None;
        let _turn = self.turn.lock().await;
        for slot in [&self.direct, &self.wide] {
            let running = lock(slot).take();
            stop(running).await;
        }
    }
}

async fn stop(running: Option<Running>) {
    if let Some(running) = running {
        running.stop.cancel();
        running.network.shutdown().await;
    }
}

/// Starts what the options and settings ask for, and what goes with it.
pub(crate) async fn start(inner: &Arc<Inner>) {
    if lock(&inner.networks.options).is_none() {
        return;
    }
    let watch = traffic::watch(Arc::clone(inner));
    inner.tasks.spawn("network-traffic", watch);
    apply(inner).await;
}

/// Goes along with settings that were changed from `before`; ends when what runs is what they say.
pub(crate) async fn settings_changed(inner: &Arc<Inner>, before: &Settings) {
    if before.network != inner.settings().network {
        inner.networks.follow_setting();
    }
    // The sender is dropped when it is done, or when the node shuts down.
    let _ = apply_later(inner).await;
}

/// [`apply`] in a task of its own: whoever asked may hang up in the middle.
pub(crate) fn apply_later(inner: &Arc<Inner>) -> tokio::sync::oneshot::Receiver<()> {
    let (done, wait) = tokio::sync::oneshot::channel();
    let owner = Arc::clone(inner);
    inner.tasks.spawn("network-settings", async move {
        apply(&owner).await;
        drop(done);
    });
    wait
}

/// Runs `change`, which gives this node another key, while no network runs; then starts what is to run,
/// whatever came of it. When it worked, what the node published and announced as its former self is
/// forgotten.
pub(crate) async fn restarted_as<T, E>(
    inner: &Arc<Inner>,
    change: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    let networks = &inner.networks;
    let _turn = networks.turn.lock().await;
    for slot in [&networks.direct, &networks.wide] {
        halt(inner, slot).await;
    }
    let changed = change.await;
    if changed.is_ok() {
        follow::change_kept(inner, |kept| kept.published = None).await;
        inner.announced.forget();
    }
    start_and_stop(inner).await;
    changed
}

/// Makes what runs what the settings ask for. A network that does not start is a problem to be
/// shown, and no reason not to go on.
pub(crate) async fn apply(inner: &Arc<Inner>) {
    let _turn = inner.networks.turn.lock().await;
    start_and_stop(inner).await;
}

/// Stops what runs there, and forgets what held only while it ran.
async fn halt(inner: &Inner, slot: &Mutex<Option<Running>>) {
    let networks = &inner.networks;
    let before = lock(slot).take();
    let is_direct = |running: &Running| running.plan.choice == NetworkChoice::Direct;
    if before.as_ref().is_some_and(is_direct) {
        inner.opened.let_go();
        lock(&networks.outside).clear();
        lock(&networks.only_relayed).clear();
    }
    stop(before).await;
}

/// [`apply`], by who has the turn.
async fn start_and_stop(inner: &Arc<Inner>) {
    let networks = &inner.networks;
    let Some(options) = *lock(&networks.options) else {
        return;
    };
    let settings = inner.settings();
    let (direct, wide) = Plan::of(options, &settings);
    networks.rates.set(traffic::limits_now(inner));
    let mut failed = None;
    for (slot, plan) in [(&networks.direct, direct), (&networks.wide, wide)] {
        let unchanged = {
            let running = lock(slot);
            running.as_ref().map(|running| &running.plan) == plan.as_ref()
        };
        if !unchanged {
            halt(inner, slot).await;
            if let Some(plan) = plan {
                match run(inner, plan).await {
                    Ok(running) => *lock(slot) = Some(running),
                    Err(error) => failed = failed.or(Some(error)),
                }
            }
        }
        let network = lock(slot).as_ref().map(|running| running.network.clone());
        if let Some(network) = network {
            network.set_metered(settings.metered).await;
        }
    }
    // Whatever network runs now is told what is public.
    inner.announced.stir();
    match failed {
        Some(error) => inner.note_problem(crate::problem::Problem {
            code: "network_failed",
            message: format!("The network could not be started: {error}."),
            todo: "Everything on this machine works. Check the network's settings and the \
                   firewall, then try again."
                .to_owned(),
        }),
        None => inner.clear_problem("network_failed"),
    }
    inner.events.send(Event::NetworkChanged);
}

async fn run(inner: &Arc<Inner>, plan: Plan) -> Result<Running, String> {
    let kept = Kept::read(inner.home.root());
    let port = match kept.port(&plan) {
        0 => free_port(),
        port => port,
    };
    let stop = inner.tasks.token();
    let first = config(inner, &plan, &kept, port)?;
    let bootstrap = first.profile.bootstrap.clone();
    let wanted = first.listen.clone();
    let network = match Network::start(first, stop.clone()) {
        Ok(network) => {
            keep(inner, &network, &plan, Some(port)).await;
            network
        }
        // The port of last time is taken: by somebody else, or by connections of a moment ago that
        // still say goodbye.
        Err(StartNetwork::Listen(..)) => {
            let mut config = config(inner, &plan, &kept, port)?;
            config.listen = any_port(&wanted);
            let started = Network::start(config, stop.clone());
            let network = started.map_err(|error| error.to_string())?;
            let regain = regain(Arc::clone(inner), network.clone(), plan.clone(), wanted);
            let until = stop.clone();
            inner.tasks.spawn("network-port", async move {
                tokio::select! {
                    () = until.cancelled() => {}
                    () = regain => {}
                }
            });
            network
        }
        Err(error) => return Err(error.to_string()),
    };
    let follow = follow(Arc::clone(inner), network.clone(), plan.clone());
    let until = stop.clone();
    inner.tasks.spawn("network-events", async move {
        tokio::select! {
            () = until.cancelled() => {}
            () = follow => {}
        }
    });
    Ok(Running {
        network,
        plan,
        bootstrap,
        stop,
    })
}

/// Takes the port of last time back as soon as it is free, for links that are out there name it; after
/// a while the one that is listened on now is kept instead.
async fn regain(inner: Arc<Inner>, network: Network, plan: Plan, mut wanted: Vec<Multiaddr>) {
    let since = Instant::now();
    while since.elapsed() < PORT_PATIENCE {
        tokio::time::sleep(PORT_AGAIN).await;
        let mut left = Vec::new();
        for address in wanted {
            if network.listen(address.clone()).await.is_err() {
                left.push(address);
            }
        }
        if left.is_empty() {
            return;
        }
        wanted = left;
    }
    let port = port_of(&network.listening().await);
    keep(&inner, &network, &plan, port).await;
}

/// The ports of `net` that this node implements, and what `plan` leaves out.
fn config(
    inner: &Arc<Inner>,
    plan: &Plan,
    kept: &Kept,
    port: u16,
) -> Result<NetworkConfig, String> {
    let key = NodeKey::load_or_create(&inner.home.root().join("keys/node"));
    let key = key.map_err(|error| error.to_string())?;
    let mut profile = plan.profile(inner)?;
    if let Some(list) = &plan.bootstrap {
        let list = net::parse_bootstrap(&list.join("\n"));
        profile.bootstrap = list.map_err(|error| error.to_string())?;
    }
    let mut config = NetworkConfig::new(profile, key);
    config.proxy = inner.settings().network_proxy();
    // Whoever hides behind a proxy is found nowhere else.
    if config.proxy.is_none() {
        config.listen = listen_on(&config.profile, port, plan.loopback_only);
    }
    config.rates = inner.networks.rates.clone();
    let serving = Serving {
        inner: Arc::downgrade(inner),
        open: inner.networks.open_links.clone(),
    };
    config.source = Arc::new(serving.clone());
    config.shares = Arc::new(serving);
    config.open_links = inner.networks.open_links.clone();
    config.announce_log = Arc::new(AnnounceTimes {
        announced: Arc::clone(&inner.announced),
        network: plan.name(),
    });
    // There is no directory of relays for `direct`: those who know each other by links are it. Only
    // who is reached from outside relays, little, and not for long.
    config.relay_for_others = plan.choice == NetworkChoice::Direct && !plan.loopback_only;
    if plan.loopback_only {
        config.reach = false;
        config.local_discovery = false;
        config.map_ports = false;
        // Addresses that were named on purpose are on this machine then.
        config.bootstrap = plan.bootstrap.is_some();
    } else {
        config.known_peers = kept.known_peers(plan.name());
    }
    Ok(config)
}
