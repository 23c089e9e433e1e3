//! What the page may ask of the shell: only what HTTP cannot carry. One-line wrappers;
//! `build.rs` names them and `capabilities/main.json` allows them one by one.

use serde::Deserialize;
use tauri::{AppHandle, State};

use crate::{
    backend::{Connection, Opening, StartProblem},
    lifetime,
    opened::{Opened, Target},
    setup, window,
};

/// The answer to the question that closing the window asks.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum CloseChoice {
    /// Goes on in the tray.
    Tray,
    /// Ends the app.
    Quit,
}

/// How to reach the node; waits until it is open. Asking again after a failure
/// tries again.
#[tauri::command]
pub(crate) async fn connection(
    app: AppHandle,
    opening: State<'_, Opening>,
) -> Result<Connection, StartProblem> {
    if opening.take_told_failure() {
        setup::open_backend(&app);
    }
    let outcome = opening.wait().await;
    if outcome.is_err() {
        opening.mark_told();
    }
    outcome.map(|backend| backend.connection())
}

/// What the file manager asked to open since the last call.
#[tauri::command]
pub(crate) fn opened(opened: State<'_, Opened>) -> Vec<Target> {
    opened.take()
}

/// The answer to `close-question`.
#[tauri::command]
pub(crate) async fn close_answer(
    app: AppHandle,
    choice: CloseChoice,
    remember: bool,
) -> Result<(), String> {
    window::close_as(&app, choice, remember)
        .await
        .map_err(|error| format!("{error:#}"))
}

/// Ends the app.
#[tauri::command]
pub(crate) fn quit(app: AppHandle) {
    lifetime::quit(&app);
}
