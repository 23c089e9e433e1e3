//! Ports asked of the router by PCP or NAT-PMP (RFC 6887, RFC 6886), for routers that do not speak
//! UPnP; that one is a behaviour of its own.
//!
//! One task a port: it asks, renews at half the time the router gave, asks again after a while when
//! the router said no, and gives the port back at the end. Only addresses that the router's own side
//! leads to are asked for, and only a public address it names is told.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, UdpSocket};
use std::num::NonZeroU16;
use std::time::Duration;

use crab_nat::{
    GatewayAddress, InternetProtocol, PortMapping, PortMappingOptions, PortMappingType,
    TimeoutConfig, natpmp,
};
use libp2p::Multiaddr;
use libp2p::multiaddr::Protocol;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::network::reach::is_public;

/// Ports that are asked for at once.
const MAX_PORTS: usize = 8;
/// Changes that wait for the network's task.
const CHANGES: usize = 16;
/// When a router that said no, or nothing, is asked again.
const AGAIN: Duration = Duration::from_secs(15 * 60);
/// The least time between two renewals, whatever the router gives.
const SOONEST: Duration = Duration::from_secs(30);
/// How long giving a port back may take.
const GOODBYE: Duration = Duration::from_millis(300);
/// 0.25, 0.5, 1 and 2 s: who is on the same wire answers at once.
const PATIENCE: TimeoutConfig = TimeoutConfig {
    initial_timeout: Duration::from_millis(250),
    max_retries: 3,
    max_retry_timeout: None,
};

/// An address that leads here from outside, or does so no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mapped {
    Gained(Multiaddr),
    Lost(Multiaddr),
}

/// See the module.
pub(super) struct PortMaps {
    /// `None` is off.
    gateway: Option<Gateway>,
    running: HashMap<Port, (Ipv4Addr, CancellationToken)>,
    tell: mpsc::Sender<Mapped>,
    told: mpsc::Receiver<Mapped>,
    tracker: TaskTracker,
    cancel: CancellationToken,
}

/// Whom to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gateway {
    /// The router that the system sends everything to.
    OfSystem,
    At(Ipv4Addr),
}

/// What is mapped: a port of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Port {
    udp: bool,
    number: NonZeroU16,
}

impl Port {
    fn of(address: &Multiaddr) -> Option<(Ipv4Addr, Port)> {
        let mut parts = address.iter();
        let Protocol::Ip4(ip) = parts.next()? else {
            return None;
        };
        let (udp, number) = match parts.next()? {
            Protocol::Tcp(port) => (false, port),
            Protocol::Udp(port) => (true, port),
            _ => return None,
        };
        let number = NonZeroU16::new(number)?;
        Some((ip, Port { udp, number }))
    }

    fn protocol(self) -> InternetProtocol {
        match self.udp {
            true => InternetProtocol::Udp,
            false => InternetProtocol::Tcp,
        }
    }
}

/// The gateway of the default route, as Linux tells; elsewhere nobody.
fn default_gateway() -> Option<Ipv4Addr> {
    gateway_in(&std::fs::read_to_string("/proc/net/route").ok()?)
}

/// The table is in hexadecimal, addresses in the machine's order of bytes.
fn gateway_in(routes: &str) -> Option<Ipv4Addr> {
    routes.lines().skip(1).find_map(|line| {
        let mut fields = line.split_ascii_whitespace().skip(1);
        let destination = fields.next()?;
        let gateway = u32::from_str_radix(fields.next()?, 16).ok()?;
        let whole = destination.bytes().all(|digit| digit == b'0') && gateway != 0;
        whole.then(|| Ipv4Addr::from(gateway.to_ne_bytes()))
    })
}

/// The address this machine speaks to `gateway` from. Sends nothing.
fn side_of(gateway: Ipv4Addr) -> Option<Ipv4Addr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect((gateway, crab_nat::GATEWAY_PORT)).ok()?;
    match socket.local_addr().ok()?.ip() {
        IpAddr::V4(ip) => Some(ip),
        IpAddr::V6(_) => None,
    }
}

/// `address` as it reads outside.
fn outside(address: &Multiaddr, ip: Ipv4Addr, port: NonZeroU16) -> Multiaddr {
    let parts = address
        .iter()
        .enumerate()
        .map(|(at, part)| match (at, part) {
            (0, _) => Protocol::Ip4(ip),
            (1, Protocol::Udp(_)) => Protocol::Udp(port.get()),
            (1, _) => Protocol::Tcp(port.get()),
            (_, part) => part,
        });
    parts.collect()
}

impl PortMaps {
    pub(super) fn new(
        gateway: Option<Gateway>,
        tracker: TaskTracker,
        cancel: CancellationToken,
    ) -> Self {
        let (tell, told) = mpsc::channel(CHANGES);
        PortMaps {
            gateway,
            running: HashMap::new(),
            tell,
            told,
            tracker,
            cancel,
        }
    }

    /// What has changed. Cancel-safe; waits for ever when nothing does.
    pub(super) async fn changed(&mut self) -> Option<Mapped> {
        self.told.recv().await
    }

    /// Asks for the port of an address that is listened on.
    pub(super) fn listening(&mut self, address: &Multiaddr) {
        let Some((ip, port)) = Port::of(address) else {
            return;
        };
        let gateway = match self.gateway {
            None => return,
            Some(Gateway::OfSystem) => default_gateway(),
            Some(Gateway::At(gateway)) => Some(gateway),
        };
        let Some(gateway) = gateway.filter(|gateway| side_of(*gateway) == Some(ip)) else {
            return;
        };
        if self.running.len() >= MAX_PORTS || self.running.contains_key(&port) {
            return;
        }
        let stop = self.cancel.child_token();
        self.running.insert(port, (ip, stop.clone()));
        let asking = Asking {
            gateway: gateway.into(),
            side: ip,
            port,
            address: address.clone(),
            tell: self.tell.clone(),
        };
        drop(self.tracker.spawn(asking.run(stop)));
    }

    /// An address is listened on no more: gives its port back.
    pub(super) fn not_listening(&mut self, address: &Multiaddr) {
        if let Some((ip, port)) = Port::of(address)
            && self.running.get(&port).is_some_and(|(side, _)| *side == ip)
            && let Some((_, stop)) = self.running.remove(&port)
        {
            stop.cancel();
        }
    }
}

/// The network's task has ended, and nobody listens any more.
impl Drop for PortMaps {
    fn drop(&mut self) {
        for (_, stop) in self.running.values() {
            stop.cancel();
        }
    }
}

/// One port's task.
struct Asking {
    gateway: GatewayAddress,
    side: Ipv4Addr,
    port: Port,
    address: Multiaddr,
    tell: mpsc::Sender<Mapped>,
}

impl Asking {
    async fn run(self, stop: CancellationToken) {
        let mut held = None;
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.hold(&mut held) => {}
        }
        if let Some((mapping, outside)) = held {
            let given_back = tokio::time::timeout(GOODBYE, mapping.try_drop()).await;
            if !matches!(given_back, Ok(Ok(()))) {
                tracing::debug!("the router did not take its port back; it will by itself");
            }
            // The network may have ended before.
            let _ = self.tell.try_send(Mapped::Lost(outside));
        }
    }

    /// Goes on until the network's task has ended.
    async fn hold(&self, held: &mut Option<(PortMapping, Multiaddr)>) {
        while !self.tell.is_closed() {
            if let Some((mut mapping, ip)) = self.ask().await {
                loop {
                    let outside = outside(&self.address, ip, mapping.external_port());
                    let before = held.replace((mapping.clone(), outside.clone()));
                    let before = before.map(|(_, address)| address);
                    if let Some(other) = before.clone().filter(|other| *other != outside) {
                        let _ = self.tell.send(Mapped::Lost(other)).await;
                    }
                    if before.as_ref() != Some(&outside) {
                        let _ = self.tell.send(Mapped::Gained(outside)).await;
                    }
                    let half = Duration::from_secs(u64::from(mapping.lifetime()) / 2);
                    tokio::time::sleep(half.max(SOONEST)).await;
                    match mapping.renew().await {
                        Ok(()) if mapping.lifetime() > 0 => {}
                        Ok(()) => break,
                        Err(error) => {
                            tracing::debug!(%error, "the router did not renew a port");
                            break;
                        }
                    }
                }
                if let Some((_, outside)) = held.take() {
                    let _ = self.tell.send(Mapped::Lost(outside)).await;
                }
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    /// A mapping and the address it has outside.
    async fn ask(&self) -> Option<(PortMapping, Ipv4Addr)> {
        let options = PortMappingOptions {
            external_port: Some(self.port.number),
            lifetime_seconds: None,
            timeout_config: Some(PATIENCE),
        };
        let (gateway, side) = (self.gateway, self.side.into());
        let kind = self.port.protocol();
        let asked = PortMapping::new(gateway, side, kind, self.port.number, options).await;
        // Old routers are silent when they do not understand, instead of saying so.
        let asked = match asked {
            Err(_) => natpmp::port_mapping(gateway, kind, self.port.number, options).await,
            Ok(mapping) => Ok(mapping),
        };
        let mapping = match asked {
            // What is given for no time is not given, and may not be asked to be renewed.
            Ok(mapping) if mapping.lifetime() > 0 => mapping,
            Ok(_) => return None,
            Err(error) => {
                tracing::debug!(%error, "the router maps no port by PCP or NAT-PMP");
                return None;
            }
        };
        let ip = match mapping.mapping_type() {
            PortMappingType::Pcp { external_ip, .. } => match external_ip {
                IpAddr::V4(ip) => Some(ip),
                IpAddr::V6(ip) => ip.to_ipv4_mapped(),
            },
            PortMappingType::NatPmp => natpmp::external_address(gateway, Some(PATIENCE)).await.ok(),
        };
        // A router behind another one has nothing to tell.
        let ip = ip.filter(|ip| is_public(&Multiaddr::from(*ip)))?;
        Some((mapping, ip))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gateway_is_that_of_the_default_route() {
        let order = |ip: [u8; 4]| format!("{:08X}", u32::from_ne_bytes(ip));
        let table = format!(
            "Iface Destination Gateway Flags\neth0 {} 00000000 0001\neth0 00000000 {} 0003\n",
            order([192, 168, 7, 0]),
            order([192, 168, 7, 1]),
        );
        assert_eq!(gateway_in(&table), Some(Ipv4Addr::new(192, 168, 7, 1)));
        for none in ["", "x\n", "Iface\neth0\n", "Iface\neth0 00000000 zz\n"] {
            assert_eq!(gateway_in(none), None, "{none:?}");
        }
    }

    #[test]
    fn what_follows_the_port_stays_outside() {
        let inside: Multiaddr = "/ip4/192.168.7.2/tcp/4001/ws".parse().expect("an address");
        let port = NonZeroU16::new(5001).expect("a port");
        let told = outside(&inside, Ipv4Addr::new(198, 51, 100, 7), port);
        assert_eq!(told.to_string(), "/ip4/198.51.100.7/tcp/5001/ws");
    }
}
