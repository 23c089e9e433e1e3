//! Why a command failed: what happened, what is safe, what to do.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use api::{
    StartServer,
    dto::{ErrorBody, ErrorCode},
};
use node::OpenNode;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// Nobody reads our output any more.
    #[error("nobody reads the output")]
    BrokenPipe,
    /// Output could not be written.
    #[error("could not write the output")]
    WriteOutput(#[source] io::Error),
    /// A file could not be read or written.
    #[error("could not {act} {}", path.display())]
    UseFile {
        /// "read", "write", ...
        act: &'static str,
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    /// The home could not be opened.
    #[error(transparent)]
    OpenHome(Box<OpenNode>),
    /// No home was given and none can be guessed.
    #[error("there is no home folder: neither HOME nor XDG_DATA_HOME is set")]
    NoHome,
    /// Nothing can be shared or opened: no network runs.
    #[error("no network runs")]
    NoNetwork,
    /// The listeners could not start.
    #[error(transparent)]
    StartServer(#[from] StartServer),
    /// The runtime could not start.
    #[error("could not start the runtime")]
    StartRuntime(#[source] io::Error),
    /// The daemon answered with an error.
    #[error("{}", .0.message)]
    Refused(Box<ErrorBody>),
    /// The daemon could not be reached, or its answer made no sense.
    #[error("could not talk to the daemon")]
    Talk(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A job ended badly.
    #[error("{0}")]
    Job(String),
    /// A job ended, but some files failed.
    #[error("{failed} of {total} files failed")]
    SomeFiles { failed: u64, total: u64 },
    /// The command makes no sense as given.
    #[error("{0}")]
    Usage(String),
}

impl Failure {
    pub(crate) fn file(act: &'static str, path: &Path, source: io::Error) -> Self {
        Self::UseFile {
            act,
            path: path.to_owned(),
            source,
        }
    }

    pub(crate) fn output(source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::BrokenPipe => Self::BrokenPipe,
            _ => Self::WriteOutput(source),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::OpenHome(error) => error.code(),
            Self::StartServer(error) => error.code(),
            Self::SomeFiles { .. } => "some_files_failed",
            Self::Usage(_) => "usage",
            Self::Talk(_) => "daemon_unreachable",
            Self::NoNetwork => "no_network",
            _ => "failed",
        }
    }

    fn safe(&self) -> Option<&str> {
        match self {
            Self::OpenHome(error) => Some(error.safe()),
            Self::Refused(body) => body.safe.as_deref(),
            Self::StartServer(error) => Some(error.safe()),
            Self::SomeFiles { .. } => Some("The other files are in the library."),
            _ => None,
        }
    }

    fn todo(&self) -> Option<&str> {
        match self {
            Self::OpenHome(error) => Some(error.todo()),
            Self::Refused(body) => body.todo.as_deref(),
            Self::StartServer(error) => Some(error.todo()),
            Self::NoHome => Some("Give one with --home."),
            Self::NoNetwork => Some(
                "Start `tributary daemon --network direct` (or btfs) on this home and leave it \
                 running: links open only while it does.",
            ),
            Self::Talk(_) => Some("Check whether the daemon still runs, and try again."),
            _ => None,
        }
    }

    /// Documented in the help text.
    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Usage(_) => 2,
            Self::Refused(body) => match body.code {
                ErrorCode::NotFound | ErrorCode::NotLocal => 3,
                ErrorCode::BadCid | ErrorCode::BadPath => 2,
                _ => 1,
            },
            Self::UseFile { source, .. } if source.kind() == io::ErrorKind::NotFound => 3,
            Self::OpenHome(_) | Self::NoHome => 4,
            Self::StartServer(
                StartServer::DiskFull(_)
                | StartServer::ReadOnly(_)
                | StartServer::WriteRunFile { .. },
            ) => 4,
            Self::SomeFiles { .. } => 5,
            _ => 1,
        })
    }

    /// Writes it for a person, or as one line of JSON. Nobody can be told if that fails.
    pub(crate) fn tell(&self, to: &mut dyn Write, json: bool) {
        let mut cause = std::error::Error::source(self);
        let mut causes = Vec::new();
        while let Some(error) = cause {
            causes.push(error.to_string());
            cause = error.source();
        }
        if json {
            let code = match self {
                Self::Refused(body) => serde_json::json!(body.code),
                other => serde_json::json!(other.code()),
            };
            let detail = match self {
                Self::Refused(body) => body.detail.clone(),
                _ => serde_json::json!({ "causes": causes }),
            };
            let line = serde_json::json!({
                "code": code,
                "message": self.to_string(),
                "safe": self.safe(),
                "todo": self.todo(),
                "detail": detail,
            });
            let _ = writeln!(to, "{line}");
            return;
        }
        let _ = write!(to, "tributary: {self}");
        for cause in causes {
            let _ = write!(to, ": {cause}");
        }
        let _ = writeln!(to);
        for line in [self.safe(), self.todo()].into_iter().flatten() {
            let _ = writeln!(to, "  {line}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(failure: &Failure, json: bool) -> String {
        let mut out = Vec::new();
        failure.tell(&mut out, json);
        String::from_utf8(out).expect("text")
    }

    /// An error that says nothing of its cause, as the layers below make them.
    #[derive(Debug, thiserror::Error)]
    #[error("reading the block index failed")]
    struct Middle(#[source] io::Error);

    #[test]
    fn causes_are_told_down_to_the_last_one() {
        let last = io::Error::other("sector 7 is gone");
        let failure = Failure::Talk(Box::new(Middle(last)));
        let text = told(&failure, false);
        assert!(
            text.starts_with(
                "tributary: could not talk to the daemon: reading the block index failed: \
                 sector 7 is gone\n"
            ),
            "{text}"
        );
        assert!(text.contains("\n  Check whether"), "what to do: {text}");
        let line: serde_json::Value = serde_json::from_str(&told(&failure, true)).expect("JSON");
        assert_eq!(
            line["detail"]["causes"],
            serde_json::json!(["reading the block index failed", "sector 7 is gone"])
        );
        assert_eq!(line["message"], "could not talk to the daemon");
        assert_eq!(line["code"], "daemon_unreachable");
    }

    #[test]
    fn a_home_without_room_is_told_as_such_wherever_it_shows() {
        let path = PathBuf::from("/library/run.json");
        for (failure, code) in [
            (
                Failure::StartServer(StartServer::DiskFull(path.clone())),
                "disk_full",
            ),
            (
                Failure::StartServer(StartServer::ReadOnly(path.clone())),
                "home_read_only",
            ),
            (
                Failure::OpenHome(Box::new(OpenNode::DiskFull(path.clone()))),
                "disk_full",
            ),
            (
                Failure::OpenHome(Box::new(OpenNode::ReadOnly(path))),
                "home_read_only",
            ),
        ] {
            let line: serde_json::Value =
                serde_json::from_str(&told(&failure, true)).expect("JSON");
            assert_eq!(line["code"], code);
            for part in ["message", "safe", "todo"] {
                assert!(
                    line[part].as_str().is_some_and(|text| text.len() > 8),
                    "{line}"
                );
            }
            assert_eq!(failure.exit_code(), ExitCode::from(4));
        }
    }
}
