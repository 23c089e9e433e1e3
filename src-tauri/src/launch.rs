//! What a start of the program asks for: parses the command line, purely.
//!
//! It is not the `tributary` command: the desktop app takes files to open, where
//! the home is, and nothing else. File managers hand over paths or `file://`
//! addresses; both become absolute paths, so that a first instance with another
//! current folder understands them.

use std::{
    ffi::{OsStr, OsString},
    os::unix::ffi::{OsStrExt, OsStringExt},
    path::{Path, PathBuf},
};

const HELP: &str = "\
Tributary, the desktop app.

Usage: tributary-desktop [--home DIR] [--hidden] [FILE | LINK]...

  FILE        films, photos, music or folders to add, kept where they are, and open
  LINK        what somebody shares: tributary://..., btfs://... or ipfs://...
  --home DIR  where everything is kept (default: $TRIBUTARY_HOME, else the data folder)
  --hidden    starts in the tray, without a window
  --version   prints the version
  --help      prints this

The `tributary` command does everything else: tributary --help.
";

/// One start of the program.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Request {
    /// Be the worker that decodes hostile media.
    MediaWorker,
    /// Print this and succeed.
    Print(String),
    /// Print this and fail: the command line was not understood.
    Refuse(String),
    /// Open the window.
    Open(Launch),
}

/// How the window is to open.
#[derive(Debug, Default, PartialEq, Eq, Clone)]
pub(crate) struct Launch {
    /// `--home`, absolute.
    pub(crate) home: Option<PathBuf>,
    /// Files and folders to open, absolute, in the order given.
    pub(crate) files: Vec<PathBuf>,
    /// Links to open, as they were given.
    pub(crate) links: Vec<String>,
    /// Start in the tray: how the login session starts us.
    pub(crate) hidden: bool,
}

impl Launch {
    /// There is something to open.
    pub(crate) fn opens_something(&self) -> bool {
        !self.files.is_empty() || !self.links.is_empty()
    }
}

/// Schemes of links that the app opens; the system hands them over as arguments.
const SCHEMES: [&str; 3] = ["tributary:", "btfs:", "ipfs:"];
/// Longer than any link.
const MAX_LINK: usize = 16 * 1024;

fn is_link(text: &str) -> bool {
    let scheme = |scheme: &&str| {
        let start = text.as_bytes().get(..scheme.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(scheme.as_bytes()))
    };
    text.len() <= MAX_LINK && SCHEMES.iter().any(scheme)
}

/// Reads the arguments after the program's name, relative to `current_dir`.
pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>, current_dir: &Path) -> Request {
    let mut launch = Launch::default();
    let mut arguments = arguments.into_iter().enumerate();
    let mut only_files = false;
    while let Some((position, argument)) = arguments.next() {
        match argument.to_str() {
            _ if only_files => launch.files.push(to_path(&argument, current_dir)),
            Some("media-worker") if position == 0 => return Request::MediaWorker,
            Some("--") => only_files = true,
            Some("--help" | "-h") => return Request::Print(HELP.to_owned()),
            Some("--version" | "-V") => {
                return Request::Print(format!("Tributary {}\n", env!("CARGO_PKG_VERSION")));
            }
            Some("--hidden") => launch.hidden = true,
            Some("--home") => match arguments.next() {
                Some((_, home)) => launch.home = Some(current_dir.join(home)),
                None => return Request::Refuse("--home needs a folder.\n".to_owned()),
            },
            Some(text) if text.starts_with("--home=") => {
                launch.home = Some(current_dir.join(&text["--home=".len()..]));
            }
            // WebKit's driver and the session manager add flags of their own; those
            // of GTK are harmless, but a typo of ours must not open an empty window.
            Some(text) if text.starts_with('-') && text.len() > 1 => {
                return Request::Refuse(format!("{text} is not known.\n\n{HELP}"));
            }
            Some(text) if is_link(text) => launch.links.push(text.to_owned()),
            _ => launch.files.push(to_path(&argument, current_dir)),
        }
    }
    Request::Open(launch)
}

/// A `file://` address or a path, made absolute.
fn to_path(argument: &OsStr, current_dir: &Path) -> PathBuf {
    let bytes = argument.as_bytes();
    match bytes.strip_prefix(b"file://") {
        // The host part is empty or localhost; a file manager names no other.
        Some(rest) => {
            let path = rest
                .iter()
                .position(|&byte| byte == b'/')
                .map_or(rest, |at| &rest[at..]);
            PathBuf::from(OsString::from_vec(percent_decode(path)))
        }
        None => current_dir.join(argument),
    }
}

/// RFC 3986 percent-decoding; an incomplete escape stays as it is.
fn percent_decode(bytes: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&first, after)) = rest.split_first() {
        let escaped = match after {
            [high, low, tail @ ..] if first == b'%' => hex(*high)
                .zip(hex(*low))
                .map(|(high, low)| (high << 4 | low, tail)),
            _ => None,
        };
        let (byte, next) = escaped.unwrap_or((first, after));
        decoded.push(byte);
        rest = next;
    }
    decoded
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(arguments: &[&str], expect: Request) {
        let arguments = arguments.iter().map(OsString::from);
        assert_eq!(parse(arguments, Path::new("/work")), expect);
    }

    fn open(files: &[&str]) -> Request {
        Request::Open(Launch {
            files: files.iter().map(PathBuf::from).collect(),
            ..Launch::default()
        })
    }

    #[test]
    fn files_become_absolute_paths() {
        check(&[], open(&[]));
        check(
            &["film.mp4", "/a/b.jpg"],
            open(&["/work/film.mp4", "/a/b.jpg"]),
        );
        check(&["file:///a/b%20c%C3%A9.mp4"], open(&["/a/b cé.mp4"]));
        check(&["file://localhost/a.mp4"], open(&["/a.mp4"]));
        check(&["file:///100%.mp4"], open(&["/100%.mp4"]));
        check(&["--", "--odd.mp4"], open(&["/work/--odd.mp4"]));
    }

    #[test]
    fn links_are_told_from_files() {
        let link = "tributary://share/1/abc?x=1#secret";
        let Request::Open(launch) = parse([link.into(), "BTFS://Qm".into()], Path::new("/")) else {
            panic!("a link opens the window");
        };
        assert_eq!(launch.links, [link, "BTFS://Qm"]);
        assert!(launch.files.is_empty() && launch.opens_something());
        check(&["--", "tributary:x"], open(&["/work/tributary:x"]));
        check(&["tributaryx"], open(&["/work/tributaryx"]));
    }

    #[test]
    fn names_that_are_not_utf8_survive() {
        let name = OsString::from_vec(vec![b'/', 0xff, b'.']);
        let Request::Open(launch) = parse([name.clone()], Path::new("/")) else {
            panic!("a path opens the window");
        };
        assert_eq!(launch.files, [PathBuf::from(name)]);
    }

    #[test]
    fn options() {
        let home = |path: &str| {
            Request::Open(Launch {
                home: Some(path.into()),
                ..Launch::default()
            })
        };
        check(&["--home", "h"], home("/work/h"));
        check(&["--home=/h"], home("/h"));
        check(
            &["--hidden"],
            Request::Open(Launch {
                hidden: true,
                ..Launch::default()
            }),
        );
        check(&["media-worker"], Request::MediaWorker);
        check(
            &["--home"],
            Request::Refuse("--home needs a folder.\n".to_owned()),
        );
    }

    #[test]
    fn an_unknown_option_is_refused() {
        let refused = parse(["--hidde".into()], Path::new("/"));
        assert!(matches!(refused, Request::Refuse(text) if text.contains("--hidde is not known")));
    }
}
