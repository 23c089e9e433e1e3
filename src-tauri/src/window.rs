//! The one window: how it looks before the page draws, and what closing it means.
//!
//! Closing asks once: keep going in the tray, or quit. The page asks, because it has
//! the person's language and theme; while it cannot (no node yet, attached to a
//! daemon, or asked twice at once), closing simply ends the app.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use node::{CloseAction, Theme};
use serde_json::{Map, json};
use tauri::{
    AppHandle, Emitter as _, Manager as _, Theme as WindowTheme, WebviewUrl, WebviewWindow,
    WebviewWindowBuilder, Window, window::Color,
};

use crate::{backend::Opening, commands::CloseChoice, lifetime};

pub(crate) const MAIN: &str = "main";

/// The page shows the question when it hears this, and answers with `close_answer`.
const CLOSE_QUESTION: &str = "close-question";

/// `--surface-0` of ui/src/styles/tokens.css in sRGB: what is seen until the page draws.
const DARK: Color = Color(10, 14, 16, 255);
const LIGHT: Color = Color(249, 250, 251, 255);

/// Who closes again this soon after the question insists, or has a page that hangs.
const INSISTING: Duration = Duration::from_secs(2);

/// When the page was last told to ask.
#[derive(Debug, Default)]
pub(crate) struct CloseQuestion {
    asked: Mutex<Option<Instant>>,
}

impl CloseQuestion {
    /// Notes that the question is asked now. Returns whether it was asked just before.
    fn ask(&self) -> bool {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let before = asked.replace(Instant::now());
        before.is_some_and(|at| at.elapsed() < INSISTING)
    }
}

/// Makes the window, hidden: the plugin puts it where it was left, then it is shown.
pub(crate) fn create(app: &AppHandle) -> Result<WebviewWindow> {
    let window = WebviewWindowBuilder::new(app, MAIN, WebviewUrl::App("index.html".into()))
        .title("Tributary")
        .inner_size(1280.0, 820.0)
        .min_inner_size(640.0, 480.0)
        .background_color(DARK)
        .visible(false)
        // The page never leaves itself; links go to the browser through the opener.
        .on_navigation(|url| url.scheme() == "tauri")
        .build()
        .context("could not open the window")?;
    paint(&window);
    Ok(window)
}

/// Gives the window the background of its theme.
pub(crate) fn paint(window: &WebviewWindow) {
    let color = match window.theme() {
        Ok(WindowTheme::Light) => LIGHT,
        _ => DARK,
    };
    // Only the first moment looks different when this fails.
    let _ = window.set_background_color(Some(color));
}

/// Follows the setting; `System` gives the window back to the desktop.
pub(crate) fn set_theme(window: &WebviewWindow, theme: Theme) {
    let wanted = match theme {
        Theme::System => None,
        Theme::Dark => Some(WindowTheme::Dark),
        Theme::Light => Some(WindowTheme::Light),
    };
    let _ = window.set_theme(wanted);
    paint(window);
}

/// Brings the window to the front, wherever it was.
pub(crate) fn show(app: &AppHandle) {
    let Some(window) = app.get_webview_window(MAIN) else {
        return;
    };
    let shown = window
        .show()
        .and_then(|()| window.unminimize())
        .and_then(|()| window.set_focus());
    if let Err(error) = shown {
        tracing::warn!(%error, "the window did not come to the front");
    }
}

/// Decides what a wish to close means. Returns whether the window stays.
pub(crate) fn stays_on_close(window: &Window) -> bool {
    let app = window.app_handle();
    if app.state::<lifetime::Lifetime>().is_leaving() {
        return false;
    }
    let backend = app.state::<Opening>().now();
    let action = backend
        .as_ref()
        .and_then(|backend| backend.own_node())
        .map_or(CloseAction::Quit, |node| node.settings().close_to_tray);
    match action {
        CloseAction::Tray => {
            let _ = window.hide();
        }
        CloseAction::Ask if !app.state::<CloseQuestion>().ask() => {
            if window.emit(CLOSE_QUESTION, ()).is_err() {
                lifetime::quit(app);
            }
        }
        _ => lifetime::quit(app),
    }
    true
}

/// Does what the person answered, and remembers it when asked to.
pub(crate) async fn close_as(app: &AppHandle, choice: CloseChoice, remember: bool) -> Result<()> {
    let backend = app.state::<Opening>().now();
    let remembered = match backend.as_ref().and_then(|backend| backend.own_node()) {
        Some(node) if remember => {
            let value = match choice {
                CloseChoice::Tray => "tray",
                CloseChoice::Quit => "quit",
            };
            let patch = Map::from_iter([("closeToTray".to_owned(), json!(value))]);
            node.update_settings(patch)
                .await
                .map(drop)
                .context("could not remember the answer")
        }
        _ => Ok(()),
    };
    match choice {
        CloseChoice::Tray => {
            if let Some(window) = app.get_webview_window(MAIN) {
                window.hide().context("could not hide the window")?;
            }
        }
        CloseChoice::Quit => lifetime::quit(app),
    }
    remembered
}
