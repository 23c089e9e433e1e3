//! The real `tributary` binary on a home of its own, driven as any front end would.
//!
//! Invariant: a daemon that a test started is gone when the test ends, and it never
//! panicked: [`Daemon`]'s drop looks at what it wrote to its standard error.

pub(crate) mod disk;
pub(crate) mod raw;
pub(crate) mod world;

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Longest wait for anything; far beyond what a slow machine needs.
const PATIENCE: Duration = Duration::from_secs(120);
/// Time between two looks at a condition.
const LOOK: Duration = Duration::from_millis(5);

/// The binary under test: `TRIBUTARY`, or the one beside this test binary.
pub(crate) fn tributary() -> PathBuf {
    if let Some(path) = std::env::var_os("TRIBUTARY") {
        return path.into();
    }
    let own = std::env::current_exe().expect("this binary has a path");
    let path = own
        .ancestors()
        .nth(2)
        .map(|folder| folder.join("tributary"))
        .expect("target/debug/deps/system-...");
    assert!(
        path.exists(),
        "{} is not built: cargo build -p cli, or set TRIBUTARY",
        path.display()
    );
    path
}

/// Looks until `found` gives something.
pub(crate) fn eventually<T>(what: &str, mut found: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(value) = found() {
            return value;
        }
        assert!(started.elapsed() < PATIENCE, "gave up waiting for {what}");
        std::thread::sleep(LOOK);
    }
}

/// A running daemon.
#[derive(Debug)]
pub(crate) struct Daemon {
    child: Child,
    log: PathBuf,
    agent: ureq::Agent,
    /// `http://127.0.0.1:PORT`.
    pub(crate) api: String,
    pub(crate) media: String,
    pub(crate) token: String,
    /// `http://127.0.0.1:PORT` of the RPC listener, and its credential.
    pub(crate) rpc: (String, String),
    pub(crate) home: PathBuf,
}

/// A command that ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    pub(crate) err: String,
}

impl Ended {
    /// The one line of JSON that a failed `--json` command writes to its standard error.
    pub(crate) fn error(&self) -> Value {
        assert!(!self.status.success(), "{self:?}");
        assert!(!self.err.contains("panicked"), "{}", self.err);
        let line = self.err.lines().last().unwrap_or_default();
        serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON error: {self:?}"))
    }
}

/// Runs the command to its end.
pub(crate) fn run(home: &Path, args: &[&str]) -> Ended {
    let output = Command::new(tributary())
        .arg("--home")
        .arg(home)
        .arg("--json")
        .args(args)
        .stdin(Stdio::null())
        .output()
        .expect("the command runs");
    Ended {
        status: output.status,
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Asserts that an error says what failed, what is safe and what to do.
pub(crate) fn is_told_well(error: &Value) {
    for part in ["message", "safe", "todo"] {
        assert!(
            error[part].as_str().is_some_and(|text| text.len() > 8),
            "no {part} in {error}"
        );
    }
}

impl Daemon {
    /// Starts one that must come up.
    pub(crate) fn start(home: &Path) -> Self {
        Self::start_by(Command::new(tributary()), home)
    }

    /// As [`Daemon::start`], by a command that ends in the binary's own arguments.
    pub(crate) fn start_by(command: Command, home: &Path) -> Self {
        Self::start_with(command, home, &[])
    }

    /// One that shares and opens links on this machine alone.
    pub(crate) fn start_sharing(home: &Path) -> Self {
        Self::start_with(
            Command::new(tributary()),
            home,
            &["--network", "direct", "--loopback"],
        )
    }

    /// As [`Daemon::start_by`], with more arguments of the daemon's.
    pub(crate) fn start_with(mut command: Command, home: &Path, more: &[&str]) -> Self {
        let log = home.with_extension("log");
        let mut child = command
            .arg("--home")
            .arg(home)
            .args(["--json", "daemon", "--api", "127.0.0.1:0"])
            .args(["--rpc", "127.0.0.1:0"])
            .args(more)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(&log).expect("a log"))
            .spawn()
            .expect("the daemon starts");
        let mut line = String::new();
        let out = child.stdout.take().expect("piped");
        BufReader::new(out).read_line(&mut line).expect("a line");
        let told: Value = serde_json::from_str(&line).unwrap_or_else(|_| {
            let log = std::fs::read_to_string(&log).unwrap_or_default();
            panic!("the daemon did not come up: {line}{log}")
        });
        let text = |key: &str| told[key].as_str().expect("text").to_owned();
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(PATIENCE))
            .build()
            .new_agent();
        Self {
            child,
            log,
            agent,
            api: text("api"),
            media: text("media"),
            token: text("token"),
            rpc: (text("rpc"), text("rpcToken")),
            home: home.to_owned(),
        }
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", self.token)
    }

    fn url(&self, path: &str) -> String {
        format!("{}/api/app{path}", self.api)
    }

    /// GET: status and JSON.
    pub(crate) fn get(&self, path: &str) -> (u16, Value) {
        let request = self.agent.get(self.url(path));
        answer(request.header("authorization", self.bearer()).call())
    }

    /// POST of JSON: status and JSON.
    pub(crate) fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let request = self.agent.post(self.url(path));
        answer(
            request
                .header("authorization", self.bearer())
                .send_json(body),
        )
    }

    /// PATCH of JSON: status and JSON.
    pub(crate) fn patch(&self, path: &str, body: &Value) -> (u16, Value) {
        let request = self.agent.patch(self.url(path));
        answer(
            request
                .header("authorization", self.bearer())
                .send_json(body),
        )
    }

    /// DELETE: status and JSON.
    pub(crate) fn delete(&self, path: &str) -> (u16, Value) {
        let request = self.agent.delete(self.url(path));
        answer(request.header("authorization", self.bearer()).call())
    }

    /// POST or PUT of bytes: status and JSON.
    pub(crate) fn send(&self, put: bool, path: &str, body: &[u8]) -> (u16, Value) {
        let url = self.url(path);
        let request = if put {
            self.agent.put(url)
        } else {
            self.agent.post(url)
        };
        answer(request.header("authorization", self.bearer()).send(body))
    }

    /// GET that must work.
    pub(crate) fn got(&self, path: &str) -> Value {
        let (status, value) = self.get(path);
        assert_eq!(status, 200, "GET {path}: {value}");
        value
    }

    /// POST that must work.
    pub(crate) fn posted(&self, path: &str, body: &Value) -> Value {
        let (status, value) = self.post(path, body);
        assert_eq!(status, 200, "POST {path}: {value}");
        value
    }

    /// Bytes of a URL of the media listener, with their status.
    pub(crate) fn bytes(&self, url: &str) -> (u16, Vec<u8>) {
        let url = if url.starts_with('/') {
            format!("{}{url}", self.media)
        } else {
            url.to_owned()
        };
        let mut response = self.agent.get(url).call().expect("an answer");
        let status = response.status().as_u16();
        let body = response.body_mut().with_config().limit(1 << 30);
        (status, body_of(body.read_to_vec()))
    }

    /// A range of a URL of the media listener.
    pub(crate) fn range(&self, url: &str, range: &str) -> (u16, Vec<u8>) {
        let request = self.agent.get(url).header("range", range);
        let mut response = request.call().expect("an answer");
        // A body that breaks off is an answer, too: it holds no wrong bytes.
        let body = response.body_mut().read_to_vec().unwrap_or_default();
        (response.status().as_u16(), body)
    }

    /// Imports and waits for the end of the job and of its previews.
    pub(crate) fn import(&self, paths: &[&Path], mode: &str) -> Value {
        let paths: Vec<_> = paths.iter().map(|path| path.to_str()).collect();
        let job = self.posted("/imports", &json!({ "paths": paths, "mode": mode }));
        self.ended(&job)
    }

    /// The job once it ended and nothing of it is pending.
    pub(crate) fn ended(&self, job: &Value) -> Value {
        let path = format!("/imports/{}", job["id"].as_str().expect("an id"));
        eventually("a job's end", || {
            let job = self.got(&path);
            let over = ["done", "failed", "cancelled", "paused"].contains(&job["state"].as_str()?);
            (over && job["previewsPending"] == 0).then_some(job)
        })
    }

    /// `(file name, code)` of what failed in a job, sorted.
    pub(crate) fn failures(&self, job: &Value) -> Vec<(String, String)> {
        let id = job["id"].as_str().expect("an id");
        let page = self.got(&format!("/imports/{id}/failures"));
        let mut failures: Vec<_> = page["failures"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|failure| {
                let path = failure["path"].as_str().expect("a path");
                let name = path.rsplit('/').next().unwrap_or_default();
                assert!(failure["message"].as_str().is_some_and(|m| !m.is_empty()));
                assert!(failure["todo"].as_str().is_some_and(|m| !m.is_empty()));
                (
                    name.to_owned(),
                    failure["code"].as_str().expect("a code").to_owned(),
                )
            })
            .collect();
        failures.sort();
        failures
    }

    /// Details of every item, by file name.
    pub(crate) fn items(&self) -> Vec<Value> {
        let page = self.got("/items?limit=500");
        let mut items: Vec<Value> = page["items"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|item| self.got(&format!("/items/{}", item["id"].as_str().expect("an id"))))
            .collect();
        items.sort_by_key(|item| item["fileName"].as_str().map(str::to_owned));
        items
    }

    /// The original bytes of an item.
    pub(crate) fn original(&self, item: &Value) -> (u16, Vec<u8>) {
        self.bytes(item["renditions"][0]["url"].as_str().expect("a URL"))
    }

    /// The node answers, and every block is good.
    pub(crate) fn is_sound(&self) {
        let job = self.posted("/storage/verify", &Value::Null);
        let job = self.ended(&job);
        assert!(
            job["state"] == "done"
                && job["filesFailed"] == 0
                && job["message"]
                    .as_str()
                    .is_some_and(|m| m.contains("all good")),
            "{job}"
        );
        self.got("/status");
    }

    /// Ends it as a person would, and gives its exit status.
    pub(crate) fn end(mut self) -> ExitStatus {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("a signal");
        self.exited()
    }

    /// A command of the RPC listener, with one part as its body: status and text. An error when
    /// the daemon is gone.
    pub(crate) fn rpc(&self, command: &str, body: &str) -> Result<(u16, String), ureq::Error> {
        let request = self.agent.post(format!("{}/api/v0/{command}", self.rpc.0));
        let mut response = request
            .header("authorization", format!("Bearer {}", self.rpc.1))
            .header("content-type", "multipart/form-data; boundary=b")
            .send(format!("--b\r\nA: b\r\n\r\n{body}\r\n--b--\r\n"))?;
        let status = response.status().as_u16();
        Ok((status, response.body_mut().read_to_string()?))
    }

    /// Ends it as a crash would.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("reaped");
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits for its end.
    pub(crate) fn exited(&mut self) -> ExitStatus {
        let child = &mut self.child;
        eventually("the daemon's end", || child.try_wait().expect("a status"))
    }

    /// What it wrote to its standard error so far.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It may have ended already, which is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let log = self.log();
        if std::thread::panicking() {
            let _ = writeln!(std::io::stderr(), "the daemon's log:\n{log}");
        } else {
            assert!(!log.contains("panicked"), "the daemon panicked:\n{log}");
        }
    }
}

fn answer(result: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> (u16, Value) {
    let mut response = result.expect("an answer");
    let status = response.status().as_u16();
    let text = response.body_mut().read_to_string().expect("text");
    let value = serde_json::from_str(&text).unwrap_or(Value::String(text));
    (status, value)
}

fn body_of(read: Result<Vec<u8>, ureq::Error>) -> Vec<u8> {
    read.expect("a whole body")
}

/// Bytes that differ from those of any other `seed`.
pub(crate) fn bytes(seed: u64, len: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut bytes = Vec::with_capacity(len + 8);
    while bytes.len() < len {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(len);
    bytes
}
