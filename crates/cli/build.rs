//! Puts the built web UI (`ui/dist`), when it is there, into the program.
//!
//! Without it everything compiles and works, and the daemon says that it has no UI.

use std::{
    env, fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let dist = root.join("../../ui/dist");
    writeln!(io::stdout(), "cargo:rerun-if-changed={}", dist.display())?;
    let mut files = Vec::new();
    if dist.join("index.html").is_file() {
        collect(&dist.canonicalize()?, "", &mut files)?;
    }
    files.sort();
    let mut code = String::from(
        "/// Finds a file of the web UI that is inside this program.\n\
         #[allow(clippy::match_single_binding, reason = \"there may be no UI\")]\n\
         pub(crate) fn find(path: &str) -> Option<&'static [u8]> {\n    match path {\n",
    );
    for (name, path) in &files {
        code.push_str(&format!(
            "        {name:?} => Some(include_bytes!({:?})),\n",
            path.display().to_string()
        ));
    }
    code.push_str("        _ => None,\n    }\n}\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("ui.rs");
    fs::write(out, code)
}

fn collect(dir: &Path, prefix: &str, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{name}/"), files)?;
        } else {
            files.push((name, entry.path()));
        }
    }
    Ok(())
}
