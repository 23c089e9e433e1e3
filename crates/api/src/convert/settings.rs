//! Settings and people on the wire.

use crate::dto;

/// All settings.
pub(crate) fn settings(settings: &node::Settings) -> dto::Settings {
    dto::Settings {
        language: match settings.language {
            node::Language::Auto => dto::Language::Auto,
            node::Language::En => dto::Language::En,
            node::Language::De => dto::Language::De,
        },
        theme: match settings.theme {
            node::Theme::System => dto::Theme::System,
            node::Theme::Dark => dto::Theme::Dark,
            node::Theme::Light => dto::Theme::Light,
        },
        keep_in_place_above_mib: settings.keep_in_place_above_mib,
        import_mode: match settings.import_mode {
            node::ImportMode::Auto => dto::ImportMode::Auto,
            node::ImportMode::Reference => dto::ImportMode::Reference,
            node::ImportMode::Copy => dto::ImportMode::Copy,
        },
        quota_bytes: settings.quota_bytes,
        autostart: settings.autostart,
        notifications: settings.notifications,
        close_to_tray: match settings.close_to_tray {
            node::CloseAction::Ask => dto::CloseAction::Ask,
            node::CloseAction::Tray => dto::CloseAction::Tray,
            node::CloseAction::Quit => dto::CloseAction::Quit,
        },
        watched_threshold: settings.watched_threshold,
        seek_seconds: settings.seek_seconds,
        autoplay_next: settings.autoplay_next,
        slideshow_seconds: settings.slideshow_seconds,
        captions: dto::CaptionSettings {
            size: settings.captions.size,
            color: settings.captions.color.clone(),
            delay_ms: settings.captions.delay_ms,
        },
        strip_location: settings.strip_location,
        network: match settings.network {
            node::NetworkSetting::Ask => dto::NetworkSetting::Ask,
            node::NetworkSetting::Off => dto::NetworkSetting::Off,
            node::NetworkSetting::Direct => dto::NetworkSetting::Direct,
            node::NetworkSetting::Btfs => dto::NetworkSetting::Btfs,
            node::NetworkSetting::BtfsTestnet => dto::NetworkSetting::BtfsTestnet,
            node::NetworkSetting::Open => dto::NetworkSetting::Open,
            node::NetworkSetting::Private => dto::NetworkSetting::Private,
        },
        bootstrap: settings.bootstrap.clone(),
        upload_limit: settings.upload_limit,
        download_limit: settings.download_limit,
        limit_hours: settings.limit_hours.as_ref().map(limit_hours),
        proxy: settings.proxy.clone(),
        metered: settings.metered,
        announce: match settings.announce {
            node::Announce::Roots => dto::Announce::Roots,
            node::Announce::Off => dto::Announce::Off,
        },
        first_run_done: settings.first_run_done,
    }
}

fn limit_hours(hours: &node::LimitHours) -> dto::LimitHours {
    dto::LimitHours {
        from: hours.from.clone(),
        to: hours.to.clone(),
        upload_limit: hours.upload_limit,
        download_limit: hours.download_limit,
    }
}

/// A patch as the node takes it: top-level keys, captions whole.
pub(crate) fn patch(
    patch: &dto::SettingsPatch,
    now: &node::Settings,
) -> serde_json::Map<String, serde_json::Value> {
    let mut map = match serde_json::to_value(patch) {
        Ok(serde_json::Value::Object(map)) => map,
        _ => serde_json::Map::new(),
    };
    if let Some(change) = &patch.captions {
        let captions = serde_json::json!({
            "size": change.size.unwrap_or(now.captions.size),
            "color": change.color.as_ref().unwrap_or(&now.captions.color),
            "delayMs": change.delay_ms.unwrap_or(now.captions.delay_ms),
        });
        map.insert("captions".to_owned(), captions);
    }
    map
}

/// A person.
pub(crate) fn person(row: &library::PersonRow, active: library::PersonId) -> dto::Person {
    dto::Person {
        id: row.id.to_string(),
        name: row.name.clone(),
        color: row.color.clone(),
        active: row.id == active,
    }
}
