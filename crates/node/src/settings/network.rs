//! The settings of the network: what they are, and which values make sense.
//!
//! They say what the user wants. What runs is the matter of `networks`.

use std::net::SocketAddr;

use net::{BandwidthSchedule, Multiaddr, Proxy, RateLimits, ScheduledLimits};
use serde::{Deserialize, Serialize};

use super::{ChangeSettings, Settings};

/// The smallest limit, bytes a second: below it not even the upkeep of connections gets through.
const LEAST_LIMIT: u64 = 8 * 1024;
/// Addresses of a bootstrap list.
const MAX_BOOTSTRAP: usize = 256;
const EVERY_DAY: u8 = 0b111_1111;

/// Which network a node takes part in, beside links.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum NetworkSetting {
    /// Nobody has chosen yet: none.
    Ask,
    /// None, and no links either.
    Off,
    /// Only links.
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

/// What the public directory is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Announce {
    /// Roots of what was made public.
    Roots,
    /// Nothing.
    Off,
}

/// Other limits between two times of day; when `to` is not after `from`, over midnight.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LimitHours {
    /// `HH:MM`, local time.
    pub from: String,
    /// `HH:MM`, local time.
    pub to: String,
    /// Most bytes a second out.
    #[serde(default)]
    pub upload_limit: Option<u64>,
    /// Most bytes a second in.
    #[serde(default)]
    pub download_limit: Option<u64>,
}

/// The minute of the day of `HH:MM`.
fn minute(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let number = |text: &str, below: u16| {
        let two_digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse::<u16>().ok()?;
        (two_digits && number < below).then_some(number)
    };
    Some(number(hours, 24)? * 60 + number(minutes, 60)?)
}

fn proxy_of(text: &str) -> Option<Proxy> {
    let address: SocketAddr = text.strip_prefix("socks5://")?.parse().ok()?;
    Some(Proxy {
        address,
        login: None,
    })
}

fn bootstrap_of(list: &[String]) -> Option<Vec<Multiaddr>> {
    net::parse_bootstrap(&list.join("\n")).ok()
}

fn limit_fits(limit: Option<u64>) -> bool {
    limit.is_none_or(|limit| limit >= LEAST_LIMIT)
}

impl Settings {
    pub(super) fn check_network(&self) -> Result<(), ChangeSettings> {
        let allow = |ok: bool, key: &str, reason: &str| match ok {
            true => Ok(()),
            false => Err(ChangeSettings::BadValue {
                key: key.to_owned(),
                reason: reason.to_owned(),
            }),
        };
        let rate = "at least 8192 bytes a second, or null";
        allow(limit_fits(self.upload_limit), "uploadLimit", rate)?;
        allow(limit_fits(self.download_limit), "downloadLimit", rate)?;
        let hours = self.limit_hours.as_ref();
        allow(
            hours.is_none_or(|hours| minute(&hours.from).is_some() && minute(&hours.to).is_some()),
            "limitHours",
            "from and to are times of day, as \"08:00\"",
        )?;
        let limits = hours.map(|hours| (hours.upload_limit, hours.download_limit));
        allow(
            limits.is_none_or(|(up, down)| limit_fits(up) && limit_fits(down)),
            "limitHours",
            rate,
        )?;
        allow(
            self.proxy
                .as_deref()
                .is_none_or(|text| proxy_of(text).is_some()),
            "proxy",
            "an address with a port, as \"socks5://127.0.0.1:9050\", or null",
        )?;
        let list = self.bootstrap.as_deref().unwrap_or_default();
        let one_a_line = list.iter().all(|text| !text.contains(['\n', '#']));
        allow(
            list.len() <= MAX_BOOTSTRAP && one_a_line && bootstrap_of(list).is_some(),
            "bootstrap",
            "at most 256 multiaddresses that end with /p2p/ and a peer id, or null",
        )
    }

    pub(crate) fn network_proxy(&self) -> Option<Proxy> {
        self.proxy.as_deref().and_then(proxy_of)
    }

    /// How fast bytes may pass, by the hour.
    pub(crate) fn bandwidth_schedule(&self) -> BandwidthSchedule {
        let part = |hours: &LimitHours| {
            Some(ScheduledLimits {
                days: EVERY_DAY,
                from: minute(&hours.from)?,
                to: minute(&hours.to)?,
                limits: RateLimits {
                    down: hours.download_limit,
                    up: hours.upload_limit,
                },
            })
        };
        BandwidthSchedule {
            otherwise: RateLimits {
                down: self.download_limit,
                up: self.upload_limit,
            },
            parts: self
                .limit_hours
                .as_ref()
                .and_then(part)
                .into_iter()
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(key: &str, value: serde_json::Value) -> bool {
        let mut map = serde_json::Map::new();
        map.insert(key.to_owned(), value);
        matches!(Settings::from_map(&map), Err(ChangeSettings::BadValue { key: told, .. }) if told == key)
    }

    #[test]
    fn what_makes_no_sense_is_refused_by_its_key() {
        use serde_json::json;
        let peer =
            "/ip4/1.2.3.4/tcp/4001/p2p/16Uiu2HAmRZqAvTWh3TdLfKohXsC7r4yYG3Ebiw8Kk9AmqhDmX4Sc";
        for (key, bad, good) in [
            ("network", json!("ftp"), json!("btfsTestnet")),
            ("uploadLimit", json!(10), json!(8192)),
            ("downloadLimit", json!(-1), json!(null)),
            (
                "limitHours",
                json!({"from": "8:00", "to": "22:00"}),
                json!({"from": "08:00", "to": "22:00"}),
            ),
            (
                "limitHours",
                json!({"from": "08:00", "to": "24:00"}),
                json!(null),
            ),
            (
                "limitHours",
                json!({"from": "08:00", "to": "09:00", "uploadLimit": 1}),
                json!(null),
            ),
            (
                "proxy",
                json!("http://127.0.0.1:1"),
                json!("socks5://[::1]:9050"),
            ),
            ("bootstrap", json!(["/ip4/1.2.3.4/tcp/4001"]), json!([peer])),
            ("bootstrap", json!(["#"]), json!([])),
            ("announce", json!("all"), json!("off")),
        ] {
            assert!(refused(key, bad), "{key}");
            assert!(!refused(key, good), "{key}");
        }
    }

    #[test]
    fn the_hours_replace_the_limits() {
        let map = serde_json::json!({
            "uploadLimit": 10_000,
            "limitHours": {"from": "22:00", "to": "06:00", "downloadLimit": 20_000},
        });
        let serde_json::Value::Object(map) = map else {
            panic!()
        };
        let schedule = Settings::from_map(&map).unwrap().bandwidth_schedule();
        let limits = |down, up| RateLimits { down, up };
        assert_eq!(schedule.at(0, 12 * 60), limits(None, Some(10_000)));
        assert_eq!(schedule.at(6, 23 * 60), limits(Some(20_000), None));
        assert_eq!(schedule.at(0, 5 * 60), limits(Some(20_000), None));
    }
}
