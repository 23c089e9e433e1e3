//! Puts the shell together and runs it: the runtime, the plugins, the window first,
//! and then the node in the background.

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use anyhow::{Context as _, Result};
use tauri::{App, AppHandle, Manager as _, RunEvent, WindowEvent, Wry, plugin::TauriPlugin};
use tauri_plugin_window_state::StateFlags;

use crate::{
    backend::{Backend, Opening},
    commands, follow,
    launch::{self, Launch, Request},
    lifetime::{self, Lifetime},
    opened::{self, Opened},
    paths,
    window::{self, CloseQuestion},
};

/// Opens the window and stays until the app ends.
#[expect(
    clippy::disallowed_methods,
    reason = "the code that tauri::generate_context! makes ends a build with stale assets"
)]
pub(crate) fn run(launch: Launch) -> Result<ExitCode> {
    let home = paths::home(launch.home.clone())?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_name("tributary")
        .build()
        .context("could not start the runtime")?;
    tauri::async_runtime::set(runtime.handle().clone());

    let mut context = tauri::generate_context!();
    // GTK lets one program with an id onto a session: a window of another home has none, or it
    // would end without a word while this one runs.
    context.config_mut().app.enable_gtk_app_id = paths::is_usual_home(launch.home.as_deref());

    let app = tauri::Builder::default()
        // First, so that a second start ends before it opens anything.
        .plugin(single_instance(&home))
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_opener::init())
        .plugin(tauri_plugin_notification::init())
        .plugin(window_state())
        .plugin(autostart(&launch))
        .manage(Lifetime::new(runtime.handle().clone()))
        .manage(Opening::new())
        .manage(Opened::default())
        .manage(CloseQuestion::default())
        .invoke_handler(tauri::generate_handler![
            commands::connection,
            commands::opened,
            commands::close_answer,
            commands::quit,
        ])
        .on_window_event(|window, event| {
            if let WindowEvent::CloseRequested { api, .. } = event
                && window::stays_on_close(window)
            {
                api.prevent_close();
            }
        })
        .setup(move |app| start(app, home, launch).map_err(Into::into))
        .build(context)
        .context("could not open a window; is there a display?")?;

    let code = app.run_return(|app, event| {
        // The last window closing, or the session ending: not before the node is shut.
        if let RunEvent::ExitRequested { api, .. } = event
            && !app.state::<Lifetime>().is_gone()
        {
            api.prevent_exit();
            lifetime::quit(app);
        }
    });
    Ok(u8::try_from(code).map_or(ExitCode::FAILURE, ExitCode::from))
}

/// The window is on screen before the node opens its files.
fn start(app: &App, home: PathBuf, launch: Launch) -> Result<()> {
    window::create(app.handle())?;
    if !launch.hidden {
        window::show(app.handle());
    }
    let lifetime = app.state::<Lifetime>();
    lifetime.spawn(lifetime::quit_on_signals(app.handle().clone()));
    app.manage(Home(home));
    open_backend(app.handle());
    if launch.opens_something() {
        lifetime.spawn(opened::open(app.handle().clone(), launch));
    }
    Ok(())
}

/// The home this window shows.
struct Home(PathBuf);

/// Opens the node in the background; [`Opening`] has the outcome.
pub(crate) fn open_backend(app: &AppHandle) {
    let home = app.state::<Home>().0.clone();
    app.state::<Lifetime>().spawn(open_home(app.clone(), home));
}

async fn open_home(app: AppHandle, home: PathBuf) {
    let backend = Backend::open(&home).await.map(Arc::new);
    let own = backend
        .as_ref()
        .ok()
        .and_then(|backend| backend.own_node().cloned());
    let failed = backend.is_err();
    app.state::<Opening>().finish(backend);
    if let Some(node) = own {
        app.state::<Lifetime>()
            .spawn(follow::follow(app.clone(), node));
    } else if failed {
        // Started hidden, nobody would ever learn why nothing works.
        window::show(&app);
    }
}

/// A second start on the same home hands its files and links over and comes to the front.
fn single_instance(home: &std::path::Path) -> TauriPlugin<Wry> {
    tauri_plugin_single_instance::Builder::new()
        .dbus_id(paths::bus_name(home))
        .callback(|app, arguments, current_dir| {
            let arguments = arguments.into_iter().skip(1).map(Into::into);
            window::show(app);
            if let Request::Open(launch) = launch::parse(arguments, current_dir.as_ref())
                && launch.opens_something()
            {
                app.state::<Lifetime>()
                    .spawn(opened::open(app.clone(), launch));
            }
        })
        .build()
}

fn window_state() -> TauriPlugin<Wry> {
    tauri_plugin_window_state::Builder::new()
        // Whether it is shown is ours to say: it may start in the tray.
        .with_state_flags(StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED)
        .build()
}

fn autostart(launch: &Launch) -> TauriPlugin<Wry> {
    let plugin = tauri_plugin_autostart::Builder::new()
        .app_name("Tributary")
        .arg("--hidden");
    match &launch.home {
        Some(home) => plugin.arg("--home").arg(home.to_string_lossy()),
        None => plugin,
    }
    .build()
}
