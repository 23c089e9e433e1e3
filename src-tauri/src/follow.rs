//! What the shell does by itself when the node says that something changed: theme of
//! the window, language of the tray, start at login, and notifications.
//!
//! It reads settings and never writes them. While attached to a daemon it does
//! nothing: those settings are the daemon's.

use std::sync::Arc;

use node::{Event, Job, JobKind, JobState, Language, Node, Settings};
use tauri::{AppHandle, Manager as _};
use tauri_plugin_autostart::ManagerExt as _;
use tauri_plugin_notification::NotificationExt as _;

use crate::{tray, window};

/// Follows `node` until it shuts down.
pub(crate) async fn follow(app: AppHandle, node: Node) {
    let mut events = node.events();
    let mut settings = node.settings();
    on_main_thread(&app, {
        let settings = Arc::clone(&settings);
        move |app| {
            if let Err(error) = tray::create(app, settings.language) {
                tracing::warn!(error = format!("{error:#}"), "there is no tray icon");
            }
            if let Some(window) = app.get_webview_window(window::MAIN) {
                window::set_theme(&window, settings.theme);
            }
            start_at_login(app, settings.autostart);
        }
    });
    while let Some(event) = events.next().await {
        match event {
            Event::SettingsChanged | Event::Lagged => {
                let now = node.settings();
                on_main_thread(&app, {
                    let now = Arc::clone(&now);
                    move |app| apply(app, &settings, &now)
                });
                settings = now;
            }
            Event::JobFinished(job) if settings.notifications => {
                notify_finished(&app, &job, settings.language);
            }
            _ => {}
        }
    }
}

/// GTK belongs to the main thread.
fn on_main_thread(app: &AppHandle, task: impl FnOnce(&AppHandle) + Send + 'static) {
    let handle = app.clone();
    // An event loop that is gone has no window to change.
    let _ = app.run_on_main_thread(move || task(&handle));
}

fn apply(app: &AppHandle, before: &Settings, now: &Settings) {
    if before.theme != now.theme
        && let Some(window) = app.get_webview_window(window::MAIN)
    {
        window::set_theme(&window, now.theme);
    }
    if before.language != now.language {
        tray::translate(app, now.language);
    }
    if before.autostart != now.autostart {
        start_at_login(app, now.autostart);
    }
}

/// Makes the login session start us, or not. Nothing is written when it is so already.
fn start_at_login(app: &AppHandle, wanted: bool) {
    let login = app.autolaunch();
    let changed = login.is_enabled().and_then(|is| match (is, wanted) {
        (false, true) => login.enable(),
        (true, false) => login.disable(),
        _ => Ok(()),
    });
    if let Err(error) = changed {
        tracing::warn!(%error, "start at login was not changed");
    }
}

/// Says that an import ended, to a person who looks elsewhere.
fn notify_finished(app: &AppHandle, job: &Job, language: Language) {
    let is_looking = app
        .get_webview_window(window::MAIN)
        .is_some_and(|window| window.is_focused().unwrap_or(false));
    if is_looking || job.kind != JobKind::Import {
        return;
    }
    let german = matches!(language, Language::De);
    let title = match (job.state, german) {
        (JobState::Done, true) => "Import fertig",
        (JobState::Done, false) => "Import finished",
        (JobState::Failed, true) => "Import fehlgeschlagen",
        (JobState::Failed, false) => "Import failed",
        _ => return,
    };
    let shown = app
        .notification()
        .builder()
        .title(title)
        .body(&job.title)
        .show();
    if let Err(error) = shown {
        tracing::warn!(%error, "the notification was not shown");
    }
}
