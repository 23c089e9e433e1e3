//! What is to run: the choice of the start and of the settings, made into one plan a network.

use std::net::SocketAddr;

use net::{Profile, SwarmKey};

use crate::node::Inner;
use crate::settings::{NetworkSetting, Settings};

/// The key of a network of the user's own, in the home.
const SWARM_KEY_FILE: &str = "swarm.key";

/// Which network runs beside `direct`, over which shares by link go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NetworkChoice {
    /// None at all, not even `direct`.
    Off,
    /// None but `direct`.
    #[default]
    Direct,
    /// The BTFS main network.
    Btfs,
    /// The BTFS test network.
    BtfsTestnet,
    /// The network that IPFS nodes speak.
    Open,
    /// A network with a key of the user's own, `swarm.key` in the home.
    Private,
}

/// How the networks of a node are started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NetworkOptions {
    /// Which network runs beside `direct`, until the setting is changed; `None` is as the setting
    /// says.
    pub choice: Option<NetworkChoice>,
    /// Only this machine: listen on loopback, look for nobody. For tests and demonstrations.
    pub loopback_only: bool,
    /// The name server that domains are looked up with; `None` is as the system says.
    pub name_server: Option<SocketAddr>,
}

/// What a network is started as: when any of it changes it is started anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) choice: NetworkChoice,
    pub(super) loopback_only: bool,
    pub(super) proxy: Option<String>,
    pub(super) bootstrap: Option<Vec<String>>,
}

/// Whether the home has the key of a network of the user's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SwarmKeyState {
    /// There is none.
    Missing,
    /// It can be used.
    Good,
    /// It is none, or damaged, or cannot be read.
    Damaged,
}

impl SwarmKeyState {
    /// As it is now in the folder `home`. Blocking.
    pub(crate) fn of(home: &std::path::Path) -> Self {
        match std::fs::read(home.join(SWARM_KEY_FILE)) {
            Ok(file) if SwarmKey::parse(&file).is_ok() => Self::Good,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Self::Missing,
            _ => Self::Damaged,
        }
    }
}

impl Plan {
    /// What is to run as `direct` and beside it.
    pub(super) fn of(options: NetworkOptions, settings: &Settings) -> (Option<Self>, Option<Self>) {
        let choice = options.choice.unwrap_or(match settings.network {
            NetworkSetting::Ask | NetworkSetting::Off => NetworkChoice::Off,
            NetworkSetting::Direct => NetworkChoice::Direct,
            NetworkSetting::Btfs => NetworkChoice::Btfs,
            NetworkSetting::BtfsTestnet => NetworkChoice::BtfsTestnet,
            NetworkSetting::Open => NetworkChoice::Open,
            NetworkSetting::Private => NetworkChoice::Private,
        });
        let plan = |choice, bootstrap: Option<&Vec<String>>| Plan {
            choice,
            loopback_only: options.loopback_only,
            proxy: settings.proxy.clone(),
            bootstrap: bootstrap.cloned(),
        };
        let direct = (choice != NetworkChoice::Off).then(|| plan(NetworkChoice::Direct, None));
        let wide = !matches!(choice, NetworkChoice::Off | NetworkChoice::Direct);
        let wide = wide.then(|| plan(choice, settings.bootstrap.as_ref()));
        (direct, wide)
    }

    pub(super) fn name(&self) -> &'static str {
        match self.choice {
            NetworkChoice::Off => "off",
            NetworkChoice::Direct => "direct",
            NetworkChoice::Btfs => "btfs",
            NetworkChoice::BtfsTestnet => "btfs-testnet",
            NetworkChoice::Open => "open",
            NetworkChoice::Private => "private",
        }
    }

    pub(super) fn profile(&self, inner: &Inner) -> Result<Profile, String> {
        Ok(match self.choice {
            NetworkChoice::Off | NetworkChoice::Direct => Profile::direct(),
            NetworkChoice::Btfs => Profile::btfs(),
            NetworkChoice::BtfsTestnet => Profile::btfs_testnet(),
            NetworkChoice::Open => Profile::open(),
            NetworkChoice::Private => {
                let path = inner.home.root().join(SWARM_KEY_FILE);
                let told = |error: &dyn std::fmt::Display| format!("{SWARM_KEY_FILE}: {error}");
                let file = std::fs::read(&path).map_err(|error| told(&error))?;
                Profile::private(SwarmKey::parse(&file).map_err(|error| told(&error))?)
            }
        })
    }
}
