//! Where things are on this platform. The only place of the app that reads the
//! environment for paths.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};

/// The current folder, or the root when it is gone: only relative file arguments
/// depend on it.
pub(crate) fn current_dir() -> PathBuf {
    env::current_dir().unwrap_or_else(|_| PathBuf::from("/"))
}

/// The home to open: `--home`, else `TRIBUTARY_HOME`, else the XDG data folder.
pub(crate) fn home(option: Option<PathBuf>) -> Result<PathBuf> {
    let home = choose(option, |name| {
        env::var_os(name).filter(|value| !value.is_empty())
    })
    .context("there is no home folder: set HOME, TRIBUTARY_HOME or --home")?;
    Ok(if home.is_absolute() {
        home
    } else {
        current_dir().join(home)
    })
}

/// Whether the home is the usual one of this person, and not one that was named.
pub(crate) fn is_usual_home(option: Option<&Path>) -> bool {
    option.is_none() && env::var_os("TRIBUTARY_HOME").is_none_or(|value| value.is_empty())
}

fn choose(option: Option<PathBuf>, variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let data = || {
        let xdg = variable("XDG_DATA_HOME")
            .map(PathBuf::from)
            .filter(|path| path.is_absolute());
        let data = xdg.or_else(|| Some(Path::new(&variable("HOME")?).join(".local/share")))?;
        Some(data.join("tributary"))
    };
    option
        .or_else(|| variable("TRIBUTARY_HOME").map(PathBuf::from))
        .or_else(data)
}

/// A name for `home` that is the same in every process: two windows of one home
/// find each other by it on the session bus, two homes do not.
pub(crate) fn bus_name(home: &Path) -> String {
    use std::os::unix::ffi::OsStrExt as _;
    // FNV-1a, 64 bits: stable between builds, unlike the hashers of std.
    let resolved = home.canonicalize().unwrap_or_else(|_| home.to_owned());
    let hash = resolved
        .as_os_str()
        .as_bytes()
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3_u64)
        });
    format!("app.tributary.desktop.home_{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_explicit_home_wins() {
        let check = |option: Option<&str>, variables: &[(&str, &str)], expect: Option<&str>| {
            let found = choose(option.map(PathBuf::from), |name| {
                variables
                    .iter()
                    .find(|(key, _)| *key == name)
                    .map(|(_, value)| value.into())
            });
            assert_eq!(found, expect.map(PathBuf::from));
        };
        let all = [
            ("TRIBUTARY_HOME", "/t"),
            ("XDG_DATA_HOME", "/x"),
            ("HOME", "/h"),
        ];
        check(Some("/o"), &all, Some("/o"));
        check(None, &all, Some("/t"));
        check(None, &all[1..], Some("/x/tributary"));
        check(None, &all[2..], Some("/h/.local/share/tributary"));
        check(
            None,
            &[("XDG_DATA_HOME", "relative"), ("HOME", "/h")],
            Some("/h/.local/share/tributary"),
        );
        check(None, &[], None);
    }

    #[test]
    fn homes_have_their_own_bus_names() {
        assert_eq!(bus_name(Path::new("/no/a")), bus_name(Path::new("/no/a")));
        assert_ne!(bus_name(Path::new("/no/a")), bus_name(Path::new("/no/b")));
    }
}
