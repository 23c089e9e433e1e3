//! What the person can set.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ImportMode;

/// The language of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Language {
    /// The language of the system.
    Auto,
    /// English.
    En,
    /// German.
    De,
}

/// The colours of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Theme {
    /// As the system says.
    System,
    /// Dark.
    Dark,
    /// Light.
    Light,
}

/// What closing the window does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum CloseAction {
    /// Ask once.
    Ask,
    /// Keep going in the tray.
    Tray,
    /// Quit.
    Quit,
}

/// Which network this node takes part in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum NetworkSetting {
    /// Nobody has chosen yet: none.
    Ask,
    /// None.
    Off,
    /// Only links.
    Direct,
    /// The BTFS main network, and links.
    Btfs,
    /// The BTFS test network, and links.
    BtfsTestnet,
    /// The network that IPFS nodes speak, and links.
    Open,
    /// A network with a key of the user's own, and links.
    Private,
}

/// What the public directory is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Announce {
    /// Roots of what was made public.
    Roots,
    /// Nothing.
    Off,
}

/// Other limits between two times of day; over midnight when `to` is not after `from`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LimitHours {
    /// "HH:MM", local time.
    pub from: String,
    /// "HH:MM", local time.
    pub to: String,
    /// Most bytes a second out; null for no limit.
    #[serde(default)]
    pub upload_limit: Option<u64>,
    /// Most bytes a second in; null for no limit.
    #[serde(default)]
    pub download_limit: Option<u64>,
}

/// All settings with their values in force.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// Language of the interface.
    pub language: Language,
    /// Colours of the interface.
    pub theme: Theme,
    /// Files of this many MiB and more are kept in place when `importMode` is auto.
    pub keep_in_place_above_mib: u64,
    /// Whether files are copied or kept in place.
    pub import_mode: ImportMode,
    /// Most bytes the home's storage may use; null for no limit.
    pub quota_bytes: Option<u64>,
    /// Start with the session of the user.
    pub autostart: bool,
    /// Show notifications of the system.
    pub notifications: bool,
    /// What closing the window does.
    pub close_to_tray: CloseAction,
    /// Share of a film, 0.5 to 1, after which it counts as watched.
    pub watched_threshold: f64,
    /// Seconds that J and L jump.
    pub seek_seconds: u32,
    /// Play the next episode by itself.
    pub autoplay_next: bool,
    /// Seconds a photo stays in a slideshow.
    pub slideshow_seconds: u32,
    /// How captions look.
    pub captions: CaptionSettings,
    /// Remove the place from photos that leave this machine.
    pub strip_location: bool,
    /// Which network this node takes part in.
    pub network: NetworkSetting,
    /// Where the network is looked for first: multiaddresses; null for the shipped list.
    pub bootstrap: Option<Vec<String>>,
    /// Most bytes a second out; null for no limit.
    pub upload_limit: Option<u64>,
    /// Most bytes a second in; null for no limit.
    pub download_limit: Option<u64>,
    /// Other limits between two times of day.
    pub limit_hours: Option<LimitHours>,
    /// A SOCKS5 proxy, "socks5://ADDRESS:PORT".
    pub proxy: Option<String>,
    /// The connection costs money by the byte.
    pub metered: bool,
    /// What the public directory is told.
    pub announce: Announce,
    /// True when the first-run steps were finished.
    pub first_run_done: bool,
}

/// How captions look.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CaptionSettings {
    /// Size in percent of the standard size, 50 to 300.
    pub size: u32,
    /// Colour, "#rrggbb".
    pub color: String,
    /// Delay in milliseconds; negative shows captions earlier.
    pub delay_ms: i64,
}

/// Settings to change; fields that are absent stay as they are.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SettingsPatch {
    /// Language of the interface.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// Colours of the interface.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub theme: Option<Theme>,
    /// Files of this many MiB and more are kept in place when `importMode` is auto.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep_in_place_above_mib: Option<u64>,
    /// Whether files are copied or kept in place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub import_mode: Option<ImportMode>,
    /// Most bytes the home's storage may use; null for no limit.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "super::present"
    )]
    #[schema(value_type = Option<u64>)]
    pub quota_bytes: Option<Option<u64>>,
    /// Start with the session of the user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub autostart: Option<bool>,
    /// Show notifications of the system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notifications: Option<bool>,
    /// What closing the window does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub close_to_tray: Option<CloseAction>,
    /// Share of a film, 0.5 to 1, after which it counts as watched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watched_threshold: Option<f64>,
    /// Seconds that J and L jump.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seek_seconds: Option<u32>,
    /// Play the next episode by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub autoplay_next: Option<bool>,
    /// Seconds a photo stays in a slideshow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slideshow_seconds: Option<u32>,
    /// How captions look.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub captions: Option<CaptionSettingsPatch>,
    /// Remove the place from photos that leave this machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strip_location: Option<bool>,
    /// Which network this node takes part in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<NetworkSetting>,
    /// Where the network is looked for first; null for the shipped list.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "super::present"
    )]
    #[schema(value_type = Option<Vec<String>>)]
    pub bootstrap: Option<Option<Vec<String>>>,
    /// Most bytes a second out; null for no limit.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "super::present"
    )]
    #[schema(value_type = Option<u64>)]
    pub upload_limit: Option<Option<u64>>,
    /// Most bytes a second in; null for no limit.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "super::present"
    )]
    #[schema(value_type = Option<u64>)]
    pub download_limit: Option<Option<u64>>,
    /// Other limits between two times of day; null for none.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "super::present"
    )]
    #[schema(value_type = Option<LimitHours>)]
    pub limit_hours: Option<Option<LimitHours>>,
    /// A SOCKS5 proxy, "socks5://ADDRESS:PORT"; null for none.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "super::present"
    )]
    #[schema(value_type = Option<String>)]
    pub proxy: Option<Option<String>>,
    /// The connection costs money by the byte.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metered: Option<bool>,
    /// What the public directory is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub announce: Option<Announce>,
    /// True when the first-run steps were finished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_run_done: Option<bool>,
}

/// Caption settings to change; absent fields stay as they are.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CaptionSettingsPatch {
    /// Size in percent of the standard size, 50 to 300.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u32>,
    /// Colour, "#rrggbb".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
    /// Delay in milliseconds; negative shows captions earlier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay_ms: Option<i64>,
}

/// Which settings go back to their defaults.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResetSettingsRequest {
    /// Names of settings as in `Settings`; absent resets all but `firstRunDone`.
    #[serde(default)]
    pub keys: Option<Vec<String>>,
}
