//! Compiles the configuration, the icons and the permissions of the shell, and
//! makes sure that there is a page to embed.

use std::{fs, io, path::Path};

/// Every command of `src/commands.rs`; a capability must name each one it allows.
const COMMANDS: &[&str] = &["connection", "close_answer", "opened", "quit"];

/// Stands in when the interface was not built yet (`cargo check`, lints), so that
/// the shell compiles without Node. `npm start` and `npm run build` build the real one.
const PLACEHOLDER: &str = "<!doctype html><title>Tributary</title>\
    <p>The interface is not built into this binary. Run <code>npm start</code>.</p>";

fn main() -> io::Result<()> {
    let page = Path::new("../ui/dist/index.html");
    if !page.exists() {
        fs::create_dir_all("../ui/dist")?;
        fs::write(page, PLACEHOLDER)?;
    }
    println!("cargo::rerun-if-changed=../ui/dist");
    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest))
        .map_err(|error| io::Error::other(format!("{error:#}")))
}
