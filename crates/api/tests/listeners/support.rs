//! A node with its listeners, and an HTTP client that sends exactly what a test says.

use std::net::SocketAddr;

use api::{Server, ServerConfig, UiAssets};
use node::{Node, NodeConfig};
use serde_json::Value;
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// Origin of the window in these tests.
pub(crate) const WINDOW: &str = "tauri://localhost";

pub(crate) struct World {
    pub(crate) dir: TempDir,
    pub(crate) node: Node,
    pub(crate) server: Server,
    pub(crate) token: String,
    pub(crate) api: SocketAddr,
    pub(crate) media: SocketAddr,
    pub(crate) rpc: SocketAddr,
    pub(crate) rpc_token: String,
}

pub(crate) fn config() -> ServerConfig {
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    ServerConfig {
        api: any,
        media: any,
        rpc: None,
        token: None,
        window_origin: Some(WINDOW.to_owned()),
        ui: UiAssets::embedded(|path| match path {
            "index.html" => Some(b"<!doctype html><title>Tributary</title>"),
            "assets/app.js" => Some(b"export {};"),
            _ => None,
        }),
        desktop: false,
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let node = Node::open(NodeConfig::new(dir.path().join("home")))
            .await
            .expect("a node");
        let with_rpc = ServerConfig {
            rpc: Some(SocketAddr::from(([127, 0, 0, 1], 0))),
            ..config()
        };
        let server = Server::start(node.clone(), with_rpc)
            .await
            .expect("listeners");
        let endpoint = server.endpoint();
        let address = |url: &str| {
            url.strip_prefix("http://")
                .expect("a scheme")
                .parse()
                .expect("an address")
        };
        let (api, media) = (address(&endpoint.api_url), address(&endpoint.media_url));
        let rpc = endpoint.rpc.expect("the RPC listener");
        Self {
            dir,
            node,
            server,
            token: endpoint.token,
            api,
            media,
            rpc: address(&rpc.url),
            rpc_token: rpc.token,
        }
    }

    pub(crate) async fn end(self) {
        self.server.shutdown().await;
        self.node.shutdown().await;
    }

    /// A request of the API with the token.
    pub(crate) async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let bearer = format!("authorization: Bearer {}", self.token);
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        let mut headers = vec![bearer.as_str()];
        if !body.is_empty() {
            headers.push("content-type: application/json");
        }
        send(
            self.api,
            method,
            &format!("/api/app{path}"),
            &headers,
            body.as_bytes(),
        )
        .await
    }

    /// A command of the RPC listener with its credential.
    pub(crate) async fn rpc(&self, command: &str) -> Answer {
        let bearer = format!("authorization: Bearer {}", self.rpc_token);
        let path = format!("/api/v0/{command}");
        send(self.rpc, "POST", &path, &[&bearer], b"").await
    }

    /// As [`World::rpc`], with parts: `(file name, bytes)`.
    pub(crate) async fn rpc_parts(&self, command: &str, parts: &[(&str, &[u8])]) -> Answer {
        let mut body = Vec::new();
        for (name, bytes) in parts {
            body.extend_from_slice(
                format!("--b\r\nContent-Disposition: form-data; filename=\"{name}\"\r\n\r\n")
                    .as_bytes(),
            );
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--b--\r\n");
        self.rpc_body(command, &body).await
    }

    /// As [`World::rpc`], with a body that says it is multipart.
    pub(crate) async fn rpc_body(&self, command: &str, body: &[u8]) -> Answer {
        let bearer = format!("authorization: Bearer {}", self.rpc_token);
        let kind = "content-type: multipart/form-data; boundary=b";
        let path = format!("/api/v0/{command}");
        send(self.rpc, "POST", &path, &[&bearer, kind], body).await
    }

    /// Adds `bytes` as content and returns its id.
    pub(crate) async fn add(&self, name: &str, bytes: &[u8]) -> String {
        let bearer = format!("authorization: Bearer {}", self.token);
        let path = format!("/api/app/node/add?name={name}");
        let answer = send(self.api, "POST", &path, &[&bearer], bytes).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()["cid"].as_str().expect("a cid").to_owned()
    }

    /// Imports files by copy, waits, and returns the items.
    pub(crate) async fn import(&self, files: &[(&str, &[u8])]) -> Vec<Value> {
        let folder = self.dir.path().join("in");
        std::fs::create_dir_all(&folder).expect("a folder");
        let mut paths = Vec::new();
        for (name, bytes) in files {
            let path = folder.join(name);
            std::fs::write(&path, bytes).expect("a file");
            paths.push(path.to_str().expect("text").to_owned());
        }
        let body = serde_json::json!({ "paths": paths, "mode": "copy" });
        let job = self.call("POST", "/imports", Some(body)).await.json();
        let id = job["id"].as_str().expect("a job").parse().expect("an id");
        let job = self.node.wait_job(id).await.expect("the job");
        assert_eq!(job.files_failed, 0, "{job:?}");
        let page = self.call("GET", "/items?sort=title", None).await.json();
        page["items"].as_array().expect("items").clone()
    }
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.text()))
    }
}

/// Sends one request with the right Host, unless the headers bring one.
pub(crate) async fn send(
    to: SocketAddr,
    method: &str,
    path: &str,
    headers: &[&str],
    body: &[u8],
) -> Answer {
    let mut head = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\n");
    if !headers
        .iter()
        .any(|line| line.to_ascii_lowercase().starts_with("host:"))
    {
        head.push_str(&format!("host: {to}\r\n"));
    }
    for line in headers {
        head.push_str(line);
        head.push_str("\r\n");
    }
    if !body.is_empty() || method == "POST" || method == "PUT" || method == "PATCH" {
        head.push_str(&format!("content-length: {}\r\n", body.len()));
    }
    head.push_str("\r\n");
    let mut stream = TcpStream::connect(to).await.expect("a connection");
    // A server that refuses early may close before it read the body.
    let _ = stream.write_all(head.as_bytes()).await;
    let _ = stream.write_all(body).await;
    let mut raw = Vec::new();
    let _ = stream.read_to_end(&mut raw).await;
    parse(&raw)
}

fn parse(raw: &[u8]) -> Answer {
    let split = raw
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .expect("an answer's head");
    let head = std::str::from_utf8(&raw[..split]).expect("a textual head");
    let mut lines = head.split("\r\n");
    let status = lines.next().expect("a status line");
    let status = status
        .split(' ')
        .nth(1)
        .expect("a status")
        .parse()
        .expect("a number");
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(key, value)| (key.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let body = raw[split + 4..].to_vec();
    let chunked = headers
        .iter()
        .any(|(key, value)| key == "transfer-encoding" && value == "chunked");
    let body = if chunked { unchunk(&body) } else { body };
    Answer {
        status,
        headers,
        body,
    }
}

fn unchunk(mut body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(line) = body.windows(2).position(|two| two == b"\r\n") {
        let size = std::str::from_utf8(&body[..line]).expect("a size");
        let size = usize::from_str_radix(size.trim(), 16).expect("a hex size");
        if size == 0 {
            break;
        }
        whole.extend_from_slice(&body[line + 2..line + 2 + size]);
        body = &body[line + 2 + size + 2..];
    }
    whole
}

/// Bytes that differ everywhere.
pub(crate) fn pattern(length: usize) -> Vec<u8> {
    (0..length)
        .map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect()
}
