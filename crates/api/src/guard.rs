//! Who may talk to a listener: Host, Origin and token, checked before anything else.
//!
//! The order is Host (a page that rebinds its name to 127.0.0.1 sends its own name),
//! Origin (another site's script sends its own origin), CORS preflight, then the token.
//! A cookie counts only for requests that the browser itself says come from our own
//! page: cookies ignore ports, so other servers on this machine could send it too.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

use crate::{app::App, dto::ErrorCode, error::ApiError, openapi::BASE};

/// Names under which a listener may be addressed and origins that may script it.
#[derive(Debug, Clone)]
pub(crate) struct Door {
    hosts: Vec<String>,
    own: Vec<String>,
    window: Option<String>,
}

/// Whose page sent a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sender {
    /// No Origin header: not a script of another origin, or no browser at all.
    Unnamed,
    /// Our own UI.
    Own,
    /// The desktop window.
    Window,
}

impl Door {
    /// The door of a listener on `port` of 127.0.0.1.
    pub(crate) fn new(address: std::net::SocketAddr, window: Option<String>) -> Self {
        let port = address.port();
        let mut hosts = vec![address.to_string(), format!("localhost:{port}")];
        if port == 80 {
            hosts.extend([address.ip().to_string(), "localhost".to_owned()]);
        }
        let own = hosts.iter().map(|host| format!("http://{host}")).collect();
        Self { hosts, own, window }
    }

    /// Lets pages of one more origin in, as if they were our own UI.
    #[must_use]
    pub(crate) fn with_own(mut self, origins: &[String]) -> Self {
        self.own.extend_from_slice(origins);
        self
    }

    /// The origins of our own pages.
    pub(crate) fn own_origins(&self) -> &[String] {
        &self.own
    }

    /// Checks Host and Origin.
    pub(crate) fn check(&self, headers: &HeaderMap) -> Result<Sender, ApiError> {
        let mut hosts = headers.get_all(header::HOST).iter();
        let host = hosts
            .next()
            .and_then(|host| host.to_str().ok())
            .unwrap_or_default();
        let known = self.hosts.iter().any(|own| own.eq_ignore_ascii_case(host));
        if !known || hosts.next().is_some() {
            return Err(ApiError::new(
                ErrorCode::WrongHost,
                "This server does not answer to that host name.",
            )
            .todo("Use the address that Tributary printed."));
        }
        let mut origins = headers.get_all(header::ORIGIN).iter();
        let Some(origin) = origins.next() else {
            return Ok(Sender::Unnamed);
        };
        let origin = origin.to_str().unwrap_or_default();
        let foreign = || {
            ApiError::new(
                ErrorCode::ForeignOrigin,
                "Pages of other sites may not use this server.",
            )
        };
        if origins.next().is_some() {
            return Err(foreign());
        }
        if self.window.as_deref() == Some(origin) {
            Ok(Sender::Window)
        } else if self.own.iter().any(|own| own == origin) {
            Ok(Sender::Own)
        } else {
            Err(foreign())
        }
    }

    /// Adds what lets a page of `origin` read the answer.
    pub(crate) fn allow(&self, origin: Option<&HeaderValue>, response: &mut Response) {
        let headers = response.headers_mut();
        headers.append(header::VARY, HeaderValue::from_static("Origin"));
        if let Some(origin) = origin {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        }
    }
}

/// The answer to a CORS preflight.
pub(crate) fn preflight(methods: &'static str, allowed: &'static str) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static(methods),
    );
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static(allowed),
    );
    headers.insert(
        header::ACCESS_CONTROL_MAX_AGE,
        HeaderValue::from_static("600"),
    );
    response
}

/// The middleware of listener (a).
pub(crate) async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    let origin = request.headers().get(header::ORIGIN).cloned();
    let sender = match app.door().check(request.headers()) {
        Ok(sender) => sender,
        Err(error) => return error.into_response(),
    };
    let is_api = request.uri().path().starts_with("/api");
    let mut response = if request.method() == Method::OPTIONS && sender != Sender::Unnamed {
        preflight(
            "GET, POST, PUT, PATCH, DELETE",
            "authorization, content-type",
        )
    } else if !is_api || may_use(&app, &request, sender) {
        next.run(request).await
    } else {
        unauthorized()
    };
    if is_api {
        let headers = response.headers_mut();
        headers
            .entry(header::CACHE_CONTROL)
            .or_insert(HeaderValue::from_static("no-store"));
        headers.insert(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        );
        headers.insert(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox"),
        );
        headers.insert(
            "cross-origin-resource-policy",
            HeaderValue::from_static("same-origin"),
        );
    }
    app.door().allow(origin.as_ref(), &mut response);
    response
}

fn unauthorized() -> Response {
    let error = ApiError::new(ErrorCode::Unauthorized, "This needs the session token.")
        .todo("Open the link that Tributary printed when it started.");
    let mut response = error.into_response();
    response
        .headers_mut()
        .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    response
}

fn may_use(app: &App, request: &Request, sender: Sender) -> bool {
    let headers = request.headers();
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let offered = value.as_bytes();
        return offered
            .split_first_chunk::<7>()
            .is_some_and(|(scheme, token)| {
                scheme.eq_ignore_ascii_case(b"bearer ") && app.token().matches(token)
            });
    }
    from_our_page(request, sender) && has_cookie(app, headers)
}

/// True when the browser vouches that our own page (or the person, typing) sent this.
fn from_our_page(request: &Request, sender: Sender) -> bool {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD);
    match request
        .headers()
        .get("sec-fetch-site")
        .map(HeaderValue::as_bytes)
    {
        Some(b"same-origin") => safe || sender == Sender::Own,
        Some(b"none") => safe,
        Some(_) => false,
        None => sender == Sender::Own,
    }
}

fn has_cookie(app: &App, headers: &HeaderMap) -> bool {
    headers
        .get_all(header::COOKIE)
        .iter()
        .flat_map(|line| line.as_bytes().split(|byte| *byte == b';'))
        .map(<[u8]>::trim_ascii)
        .filter_map(|pair| pair.strip_prefix(app.cookie_name().as_bytes()))
        .filter_map(|rest| rest.strip_prefix(b"="))
        .any(|offered| app.token().cookie_matches(offered))
}

/// True for paths of the app API, which are never answered with the UI.
pub(crate) fn is_api_path(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/") || path.starts_with(BASE)
}
