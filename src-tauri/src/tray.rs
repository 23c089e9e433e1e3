//! The tray icon: the way back to a hidden window, and the way out. It exists only
//! while there is a node of our own to keep going.

use std::panic::{AssertUnwindSafe, catch_unwind};

use anyhow::{Context as _, Result, anyhow};
use node::Language;
use tauri::{
    AppHandle, Wry,
    menu::{Menu, MenuItem},
    tray::{MouseButton, MouseButtonState, TrayIconBuilder, TrayIconEvent},
};

use crate::{lifetime, window};

const TRAY: &str = "tributary";
const OPEN: &str = "open";
const QUIT: &str = "quit";

/// The words of the tray. They are here and not in assets/locales, because the
/// shell must be able to quit when nothing else works.
struct Words {
    open: &'static str,
    quit: &'static str,
}

fn words(language: Language) -> Words {
    let german = match language {
        Language::De => true,
        Language::En => false,
        Language::Auto => ["LC_ALL", "LC_MESSAGES", "LANG"]
            .iter()
            .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
            .is_some_and(|locale| locale.starts_with("de")),
    };
    if german {
        Words {
            open: "Tributary öffnen",
            quit: "Beenden",
        }
    } else {
        Words {
            open: "Open Tributary",
            quit: "Quit",
        }
    }
}

fn menu(app: &AppHandle, language: Language) -> Result<Menu<Wry>> {
    let words = words(language);
    let open = MenuItem::with_id(app, OPEN, words.open, true, None::<&str>)?;
    let quit = MenuItem::with_id(app, QUIT, words.quit, true, None::<&str>)?;
    Menu::with_items(app, &[&open, &quit]).context("could not make the tray menu")
}

/// Puts the icon into the tray.
pub(crate) fn create(app: &AppHandle, language: Language) -> Result<()> {
    let icon = app
        .default_window_icon()
        .cloned()
        .context("there is no icon")?;
    let tray = TrayIconBuilder::with_id(TRAY)
        .icon(icon)
        .tooltip("Tributary")
        .menu(&menu(app, language)?)
        .on_menu_event(|app, event| match event.id().as_ref() {
            OPEN => window::show(app),
            QUIT => lifetime::quit(app),
            _ => {}
        })
        .on_tray_icon_event(|tray, event| {
            if let TrayIconEvent::Click {
                button: MouseButton::Left,
                button_state: MouseButtonState::Up,
                ..
            } = event
            {
                window::show(tray.app_handle());
            }
        });
    // The library of the tray is loaded at run time, and its loader panics when it
    // is not installed. Without a tray everything else must still work.
    match catch_unwind(AssertUnwindSafe(|| tray.build(app))) {
        Ok(built) => built.map(drop).context("could not make the tray icon"),
        Err(_) => Err(anyhow!("libayatana-appindicator3 is not installed")),
    }
}

/// Follows the language setting.
pub(crate) fn translate(app: &AppHandle, language: Language) {
    let Some(tray) = app.tray_by_id(TRAY) else {
        return;
    };
    let translated = menu(app, language).and_then(|menu| Ok(tray.set_menu(Some(menu))?));
    if let Err(error) = translated {
        tracing::warn!(
            error = format!("{error:#}"),
            "the tray menu keeps its language"
        );
    }
}
