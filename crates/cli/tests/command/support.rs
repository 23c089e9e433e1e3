//! A home of its own, with or without a daemon, and commands that talk to it.

use std::{
    ffi::OsStr,
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

use serde_json::Value;

/// The command under test, on a home.
pub(crate) fn command(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tributary"));
    command.arg("--home").arg(home).stdin(Stdio::null());
    command
}

/// A home and the user's files beside it; everything is gone afterwards.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) folder: tempfile::TempDir,
    daemon: Option<Child>,
}

impl World {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self {
            folder,
            daemon: None,
        }
    }

    /// One whose home a daemon has.
    pub(crate) fn with_daemon() -> Self {
        Self::with_daemon_of(&[])
    }

    /// The same, with more arguments of the daemon.
    pub(crate) fn with_daemon_of(more: &[&str]) -> Self {
        let mut world = Self::new();
        let mut child = command(&world.home())
            .args(["--json", "daemon", "--api", "127.0.0.1:0"])
            .args(more)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the daemon starts");
        let mut line = String::new();
        let out = child.stdout.take().expect("piped");
        BufReader::new(out).read_line(&mut line).expect("a line");
        let told: Value = serde_json::from_str(&line).expect("JSON");
        for key in ["home", "pid", "api", "media", "token", "url"] {
            assert!(!told[key].is_null(), "{key} in {told}");
        }
        world.daemon = Some(child);
        world
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.path(name);
        let parent = path.parent().expect("a parent");
        std::fs::create_dir_all(parent).expect("made");
        std::fs::write(&path, content).expect("written");
        path
    }

    pub(crate) fn run<A: AsRef<OsStr>>(&self, args: &[A]) -> Output {
        let mut command = command(&self.home());
        command.current_dir(self.folder.path()).args(args);
        command.output().expect("it runs")
    }

    /// Standard output of a command that must work and say nothing else.
    pub(crate) fn out(&self, args: &[&str]) -> Vec<u8> {
        let output = self.run(args);
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{args:?}: {err}");
        assert!(err.is_empty(), "{args:?} said {err}");
        output.stdout
    }

    pub(crate) fn text(&self, args: &[&str]) -> String {
        String::from_utf8(self.out(args)).expect("text")
    }

    /// The same for a command that reads `input`.
    pub(crate) fn text_with(&self, args: &[&str], input: &str) -> Result<String, String> {
        let mut command = command(&self.home());
        let mut child = command
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it runs");
        let mut stdin = child.stdin.take().expect("piped");
        stdin.write_all(input.as_bytes()).expect("written");
        drop(stdin);
        let output = child.wait_with_output().expect("it ends");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
        match output.status.success() {
            true => Ok(text(output.stdout)),
            false => Err(text(output.stderr)),
        }
    }

    /// Every line of what a command prints with `--json`.
    pub(crate) fn json(&self, args: &[&str]) -> Vec<Value> {
        let args = [&["--json"], args].concat();
        let text = self.text(&args);
        let lines = text.lines().map(serde_json::from_str);
        lines
            .collect::<Result<_, _>>()
            .unwrap_or_else(|error| panic!("{args:?}: {error} in {text}"))
    }

    /// The exit code, and the JSON error, of a command that must fail.
    pub(crate) fn failed(&self, args: &[&str]) -> (i32, Value) {
        let plain = self.run(args);
        let told = String::from_utf8_lossy(&plain.stderr);
        assert!(told.starts_with("tributary: "), "{args:?}: {told:?}");
        assert!(told.lines().count() <= 4, "short: {told}");
        let args = [&["--json"], args].concat();
        let output = self.run(&args);
        assert_eq!(plain.status.code(), output.status.code(), "{args:?}");
        let err = String::from_utf8(output.stderr).expect("text");
        let error: Value = serde_json::from_str(err.lines().last().unwrap_or_default())
            .unwrap_or_else(|_| panic!("{args:?}: {err}"));
        let message = error["message"].as_str().expect("a message");
        assert!(told.contains(message), "{told} has {message}");
        (output.status.code().expect("a code"), error)
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(child) = &mut self.daemon {
            // It may have ended already, which is fine.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Bytes that differ from those of any other `seed`.
pub(crate) fn noise(len: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let step = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 24) as u8
    };
    (0..len).map(step).collect()
}
