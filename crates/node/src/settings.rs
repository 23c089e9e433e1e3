//! Settings: defaults from `assets/config.default.jsonc`, the user's differences on top.
//!
//! The file in the home stores only what differs, keeps its comments and the keys this
//! version does not know, and is replaced atomically. Raw JSON becomes [`Settings`] in
//! one place, [`Settings::from_map`], and every value is checked there.

mod file;
mod network;

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub(crate) use file::SettingsFile;
pub use network::{Announce, LimitHours, NetworkSetting};

/// The commented defaults, compiled in.
pub const DEFAULT_CONFIG: &str = include_str!("../../../assets/config.default.jsonc");

/// How dropped files are taken in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ImportMode {
    /// Large files stay where they are, others are copied.
    #[default]
    Auto,
    /// Every file stays where it is.
    Reference,
    /// Every file is copied.
    Copy,
}

/// Language of the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// As the system.
    Auto,
    /// English.
    En,
    /// German.
    De,
}

/// Appearance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// As the system.
    System,
    /// Dark.
    Dark,
    /// Light.
    Light,
}

/// What closing the window does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CloseAction {
    /// Asks once.
    Ask,
    /// Goes on in the tray.
    Tray,
    /// Quits.
    Quit,
}

/// How captions look.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CaptionStyle {
    /// Percent of the usual size, 50 to 300.
    pub size: u32,
    /// `#rrggbb`.
    pub color: String,
    /// Milliseconds, may be negative.
    pub delay_ms: i64,
}

/// All settings, checked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// Language of the interface.
    pub language: Language,
    /// Appearance.
    pub theme: Theme,
    /// The welcome has been seen.
    pub first_run_done: bool,
    /// How dropped files are taken in.
    pub import_mode: ImportMode,
    /// Files above this many MiB are kept in place by [`ImportMode::Auto`].
    pub keep_in_place_above_mib: u64,
    /// Most bytes the home may hold.
    pub quota_bytes: Option<u64>,
    /// Start at login.
    pub autostart: bool,
    /// Notify when an import has finished.
    pub notifications: bool,
    /// What closing the window does.
    pub close_to_tray: CloseAction,
    /// Part of a film after which it counts as watched, 0.5 to 1.
    pub watched_threshold: f64,
    /// Seconds that J and L skip, 1 to 120.
    pub seek_seconds: u32,
    /// Start the next episode by itself.
    pub autoplay_next: bool,
    /// Seconds each photo stays, 1 to 600.
    pub slideshow_seconds: u32,
    /// How captions look.
    pub captions: CaptionStyle,
    /// Remove the place from photos that leave this machine.
    pub strip_location: bool,
    /// Which network this node takes part in.
    pub network: NetworkSetting,
    /// Where the network is looked for first; `None` is the list that is shipped.
    pub bootstrap: Option<Vec<String>>,
    /// Most bytes a second out.
    pub upload_limit: Option<u64>,
    /// Most bytes a second in.
    pub download_limit: Option<u64>,
    /// Other limits between two times of day.
    pub limit_hours: Option<LimitHours>,
    /// A SOCKS5 proxy, `socks5://ADDRESS:PORT`.
    pub proxy: Option<String>,
    /// The connection costs money by the byte.
    pub metered: bool,
    /// What the public directory is told.
    pub announce: Announce,
    /// Where programs made for BTFS or IPFS are answered; `None` is nowhere. Only in the file:
    /// whoever holds the session of the interface cannot open it.
    pub rpc_address: Option<SocketAddr>,
}

/// Why settings could not be changed. Nothing was changed then.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChangeSettings {
    /// A key that does not exist.
    #[error("there is no setting {0:?}; nothing was changed")]
    UnknownKey(String),
    /// A value of the wrong shape or out of range.
    #[error("the value of {key:?} is not allowed: {reason}; nothing was changed")]
    BadValue {
        /// The setting.
        key: String,
        /// What is allowed.
        reason: String,
    },
    /// The file could not be written.
    #[error("could not write config.jsonc; the settings are as they were")]
    WriteSettings(#[source] std::io::Error),
}

impl Settings {
    /// The shipped defaults as raw JSON.
    #[must_use]
    pub fn default_map() -> Map<String, Value> {
        let parsed: Value = jsonc_parser::parse_to_serde_value(DEFAULT_CONFIG, &file::options())
            .expect("BUG: the compiled-in defaults are valid");
        match parsed {
            Value::Object(map) => map,
            _ => Map::new(),
        }
    }

    /// Checks `map` (defaults with differences merged in) and makes settings of it.
    /// Keys that are not known are ignored here and kept in the file.
    pub(crate) fn from_map(map: &Map<String, Value>) -> Result<Self, ChangeSettings> {
        // One key at a time over the defaults, so that an error names its key.
        let mut checked = Self::default_map();
        for (key, value) in map {
            if !checked.contains_key(key) {
                continue;
            }
            let before = checked.insert(key.clone(), value.clone());
            if let Err(error) = serde_json::from_value::<Self>(Value::Object(checked.clone())) {
                drop(before);
                return Err(ChangeSettings::BadValue {
                    key: key.clone(),
                    reason: error.to_string(),
                });
            }
        }
        let settings: Self = serde_json::from_value(Value::Object(checked)).map_err(|error| {
            ChangeSettings::BadValue {
                key: String::new(),
                reason: error.to_string(),
            }
        })?;
        settings.check()?;
        Ok(settings)
    }

    fn check(&self) -> Result<(), ChangeSettings> {
        let allow = |ok: bool, key: &str, reason: &str| {
            if ok {
                Ok(())
            } else {
                Err(ChangeSettings::BadValue {
                    key: key.to_owned(),
                    reason: reason.to_owned(),
                })
            }
        };
        allow(
            self.keep_in_place_above_mib <= 1 << 30,
            "keepInPlaceAboveMib",
            "0 to 1073741824 MiB",
        )?;
        allow(
            self.quota_bytes.is_none_or(|bytes| bytes >= 64 << 20),
            "quotaBytes",
            "at least 64 MiB, or null",
        )?;
        allow(
            (0.5..=1.0).contains(&self.watched_threshold),
            "watchedThreshold",
            "0.5 to 1",
        )?;
        allow(
            (1..=120).contains(&self.seek_seconds),
            "seekSeconds",
            "1 to 120 seconds",
        )?;
        allow(
            (1..=600).contains(&self.slideshow_seconds),
            "slideshowSeconds",
            "1 to 600 seconds",
        )?;
        allow(
            (50..=300).contains(&self.captions.size),
            "captions",
            "size is 50 to 300 percent",
        )?;
        let color = self.captions.color.as_bytes();
        let is_color = color.len() == 7
            && color.first() == Some(&b'#')
            && color.iter().skip(1).all(u8::is_ascii_hexdigit);
        allow(is_color, "captions", "color is #rrggbb")?;
        allow(
            self.captions.delay_ms.unsigned_abs() <= 60_000,
            "captions",
            "delayMs is at most one minute",
        )?;
        allow(
            self.rpc_address.is_none_or(|at| at.ip().is_loopback()),
            "rpcAddress",
            "a loopback address with a port, as \"127.0.0.1:5001\", or null",
        )?;
        self.check_network()
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self::from_map(&Map::new()).expect("BUG: the compiled-in defaults are valid")
    }
}
