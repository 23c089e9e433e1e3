//! Hosts, routers and the wire between them: network namespaces of this test alone.
//!
//! [`alone`] runs a test in a process of its own with a network of its own, where it is root. In
//! there, [`World`] makes hosts, and routers with the three kinds of NAT of RFC 4787, by the kernel's
//! own NAT. Everything is gone with the process. Addresses are out of a public block, for nodes treat
//! private ones otherwise; no packet leaves the namespaces.

use std::fs::File;
use std::io::Write;
use std::net::Ipv4Addr;
use std::os::fd::AsFd;
use std::process::{Command, Stdio};

const INSIDE: &str = "TRIBUTARY_TEST_WORLD";
const NEEDED: [&str; 4] = ["unshare", "ip", "nft", "mount"];
/// Makes this process the only one of a network; `/run` holds the names of the namespaces.
const SHUT: &str = "mount -t tmpfs tmpfs /run && ip link set lo up && exec \"$@\"";

/// Whether this is the process for the test `name`. Where it is not, that process is started and
/// must pass; where that is not permitted, the test says that it was not run.
pub(crate) fn alone(name: &str) -> bool {
    if std::env::var_os(INSIDE).is_some() {
        return true;
    }
    if let Some(reason) = impossible() {
        // Not by a macro: the test harness would hide it. scripts/lib/suites.mjs counts it.
        let _ = writeln!(std::io::stderr(), "\nnot run: {name}: {reason}");
        return false;
    }
    let own = std::env::current_exe().expect("this binary has a path");
    let ended = unshared()
        .args(["sh", "-c", SHUT, "sh"])
        .arg(own)
        .args(["--exact", name, "--nocapture", "--test-threads=1"])
        .env(INSIDE, "1")
        .output()
        .expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&ended.stdout), text(&ended.stderr));
    let passed = ended.status.success() && out.contains("1 passed");
    assert!(passed, "{name}:\n{out}{err}");
    // What it measured; its result is counted as this test's own.
    for line in out.lines().filter(|line| !line.starts_with("test result")) {
        let _ = writeln!(std::io::stderr(), "{line}");
    }
    false
}

fn unshared() -> Command {
    let mut command = Command::new("unshare");
    command.args(["--net", "--mount"]);
    if !rustix::process::geteuid().is_root() {
        command.args(["--user", "--map-root-user"]);
    }
    command.arg("--");
    command
}

/// Why there can be no namespaces here, or no NAT in them.
fn impossible() -> Option<String> {
    let has = |program: &&str| {
        let found = Command::new("sh")
            .args(["-c", &format!("command -v {program}")])
            .stdout(Stdio::null())
            .status();
        found.is_ok_and(|status| status.success())
    };
    if let Some(missing) = NEEDED.iter().find(|program| !has(program)) {
        return Some(format!("needs {missing}"));
    }
    let probe = "ip link add type veth && nft add table ip t && \
        nft 'add chain ip t c { type nat hook postrouting priority 100; }' && \
        nft add rule ip t c masquerade";
    let script = format!("mount -t tmpfs tmpfs /run && {probe}");
    let tried = unshared().args(["sh", "-c", &script]).output();
    match tried {
        Ok(output) if output.status.success() => None,
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            Some(format!("no namespaces with NAT: {}", said.trim()))
        }
        Err(error) => Some(error.to_string()),
    }
}

/// How a router translates, in the terms of RFC 4787.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Nat {
    /// Endpoint-independent mapping and filtering.
    FullCone,
    /// Endpoint-independent mapping, address and port-dependent filtering.
    PortRestricted,
    /// Address and port-dependent mapping and filtering.
    Symmetric,
}

impl Nat {
    /// With one host behind it, the kernel keeps the source port while it can, which is a mapping
    /// that does not depend on the endpoint.
    fn rules(self, host: Ipv4Addr) -> String {
        let masquerade = match self {
            Nat::FullCone | Nat::PortRestricted => "masquerade",
            Nat::Symmetric => "masquerade fully-random",
        };
        let (inward, forward) = match self {
            Nat::FullCone => (format!("iifname wan dnat to {host}"), "accept"),
            Nat::PortRestricted | Nat::Symmetric => (String::new(), "drop"),
        };
        format!(
            "table ip nat {{
                chain out {{
                    type nat hook postrouting priority 100;
                    oifname wan {masquerade}
                }}
                chain in {{
                    type nat hook prerouting priority -100;
                    {inward}
                }}
                chain through {{
                    type filter hook forward priority 0; policy {forward};
                    iifname lan accept
                    ct state established,related accept
                }}
                chain itself {{
                    type filter hook input priority 0; policy accept;
                    iifname wan drop
                }}
            }}"
        )
    }
}

/// The internet: a bridge that everybody is on.
#[derive(Debug)]
pub(crate) struct World {
    hosts: u8,
}

/// One machine.
#[derive(Debug, Clone)]
pub(crate) struct Host {
    /// Its namespace.
    pub(crate) name: String,
    /// What others see: its own, or its router's.
    pub(crate) outside: Ipv4Addr,
    wire: String,
}

/// In the namespace that this process began in, whichever the calling thread is in.
fn ip(line: &str) {
    let run = || Command::new("ip").args(line.split(' ')).output();
    let output = at("/proc/self/ns/net", run).expect("ip runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "ip {line}: {said}");
}

fn public(number: u8) -> Ipv4Addr {
    Ipv4Addr::new(44, 0, 0, number)
}

impl World {
    pub(crate) fn new() -> Self {
        ip("link add internet type bridge");
        ip("link set internet up");
        Self { hosts: 0 }
    }

    /// A namespace with one end of a wire in it, called `device`; gives its number and the other end.
    fn plug(&mut self, name: &str, device: &str) -> (u8, String) {
        self.hosts += 1;
        let wire = format!("wire{}", self.hosts);
        ip(&format!("netns add {name}"));
        ip(&format!("-n {name} link set lo up"));
        ip(&format!(
            "link add {wire} type veth peer name {device} netns {name}"
        ));
        ip(&format!("link set {wire} master internet up"));
        let address = public(self.hosts);
        ip(&format!("-n {name} addr add {address}/24 dev {device}"));
        ip(&format!("-n {name} link set {device} up"));
        (self.hosts, wire)
    }

    /// A host that everybody reaches.
    pub(crate) fn host(&mut self, name: &str) -> Host {
        let (number, wire) = self.plug(name, "eth0");
        Host {
            name: name.to_owned(),
            outside: public(number),
            wire,
        }
    }

    /// A host behind a router of its own.
    pub(crate) fn host_behind(&mut self, name: &str, nat: Nat) -> Host {
        let router = format!("{name}-router");
        let (number, wire) = self.plug(&router, "wan");
        let address = Ipv4Addr::new(192, 168, number, 2);
        let gateway = Ipv4Addr::new(192, 168, number, 1);
        ip(&format!("netns add {name}"));
        ip(&format!("-n {name} link set lo up"));
        ip(&format!(
            "-n {router} link add lan type veth peer name eth0 netns {name}"
        ));
        ip(&format!("-n {router} addr add {gateway}/24 dev lan"));
        ip(&format!("-n {router} link set lan up"));
        ip(&format!("-n {name} addr add {address}/24 dev eth0"));
        ip(&format!("-n {name} link set eth0 up"));
        ip(&format!("-n {name} route add default via {gateway}"));
        let script = "echo 1 > /proc/sys/net/ipv4/ip_forward && nft -f -";
        let mut child = Command::new("ip")
            .args(["netns", "exec", &router, "sh", "-c", script])
            .stdin(Stdio::piped())
            .spawn()
            .expect("nft starts");
        let mut rules = child.stdin.take().expect("piped");
        rules
            .write_all(nat.rules(address).as_bytes())
            .expect("read");
        drop(rules);
        assert!(child.wait().expect("ends").success(), "{nat:?}");
        Host {
            name: name.to_owned(),
            outside: public(number),
            wire,
        }
    }
}

impl Host {
    /// Pulls the plug, or puts it in again.
    pub(crate) fn plugged(&self, is: bool) {
        let how = if is { "up" } else { "down" };
        ip(&format!("link set {} {how}", self.wire));
    }

    /// A command that runs on it.
    pub(crate) fn command(&self, program: &std::path::Path) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.name]).arg(program);
        command
    }

    /// The calling thread, and those that it starts, are on this host from now on.
    pub(crate) fn enter(&self) {
        enter(&format!("/run/netns/{}", self.name));
    }

    /// Does something as if on this host.
    pub(crate) fn at<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        at(&format!("/run/netns/{}", self.name), work)
    }
}

fn enter(namespace: &str) {
    let namespace = File::open(namespace).expect("a namespace");
    let kind = rustix::thread::LinkNameSpaceType::Network;
    rustix::thread::move_into_link_name_space(namespace.as_fd(), Some(kind)).expect("entered");
}

fn at<T: Send>(namespace: &str, work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let there = scope.spawn(|| {
            enter(namespace);
            work()
        });
        there
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
