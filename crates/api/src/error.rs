//! How a failed request is answered.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde_json::Value;

use crate::dto::{ErrorBody, ErrorCode};

/// What every handler returns.
pub type ApiResult<T> = Result<T, ApiError>;

/// A failed request: the code decides the HTTP status.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiError {
    body: Box<ErrorBody>,
}

impl ApiError {
    /// An error with a code and what failed.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            body: Box::new(ErrorBody {
                code,
                message: message.into(),
                safe: None,
                todo: None,
                detail: Value::Null,
            }),
        }
    }

    /// Says what is safe in spite of the failure.
    #[must_use]
    pub fn safe(mut self, safe: impl Into<String>) -> Self {
        self.body.safe = Some(safe.into());
        self
    }

    /// Says what the person can do.
    #[must_use]
    pub fn todo(mut self, todo: impl Into<String>) -> Self {
        self.body.todo = Some(todo.into());
        self
    }

    /// Adds details for programs.
    #[must_use]
    pub fn detail(mut self, detail: Value) -> Self {
        self.body.detail = detail;
        self
    }

    /// There is no such thing.
    pub fn not_found(what: &str) -> Self {
        Self::new(ErrorCode::NotFound, format!("There is no such {what}."))
    }

    /// The request is malformed.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::BadRequest, message)
    }

    /// An error that should not have happened: logged in full, told in short.
    pub fn internal(error: &(dyn std::error::Error + 'static)) -> Self {
        let full = chain(error);
        tracing::error!(error = %full, "a request failed");
        Self::new(ErrorCode::Internal, full)
            .safe("Your library and your files are as they were.")
            .todo("Try again. If it stays, open Settings, Diagnostics and report it.")
    }

    /// The body as it goes over the wire.
    pub fn body(&self) -> &ErrorBody {
        &self.body
    }

    /// Blocked for a reason that its list calls a legal one.
    fn is_legal(&self) -> bool {
        self.body.detail.get("legal") == Some(&serde_json::Value::Bool(true))
    }

    /// The HTTP status that belongs to the code.
    pub fn status(&self) -> StatusCode {
        match self.body.code {
            ErrorCode::BadRequest
            | ErrorCode::BadCid
            | ErrorCode::BadPath
            | ErrorCode::BadLink
            | ErrorCode::BadKey => StatusCode::BAD_REQUEST,
            ErrorCode::NeedsPassword | ErrorCode::WrongPassword => StatusCode::FORBIDDEN,
            ErrorCode::Blocked if self.is_legal() => StatusCode::UNAVAILABLE_FOR_LEGAL_REASONS,
            ErrorCode::ShareEnded | ErrorCode::Blocked => StatusCode::GONE,
            ErrorCode::PeerUnreachable | ErrorCode::OnlyRelayed => StatusCode::GATEWAY_TIMEOUT,
            ErrorCode::NoNetwork => StatusCode::CONFLICT,
            ErrorCode::Unauthorized => StatusCode::UNAUTHORIZED,
            ErrorCode::ForeignOrigin | ErrorCode::PermissionDenied => StatusCode::FORBIDDEN,
            ErrorCode::WrongHost => StatusCode::MISDIRECTED_REQUEST,
            ErrorCode::NotFound | ErrorCode::NotLocal => StatusCode::NOT_FOUND,
            ErrorCode::Conflict
            | ErrorCode::PlaceStays
            | ErrorCode::NotLookedAt
            | ErrorCode::OwnLink
            | ErrorCode::Offline
            | ErrorCode::SourceChanged
            | ErrorCode::SourceMissing => StatusCode::CONFLICT,
            ErrorCode::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            ErrorCode::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            ErrorCode::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ErrorCode::TooMany => StatusCode::TOO_MANY_REQUESTS,
            ErrorCode::DiskFull | ErrorCode::QuotaExceeded => StatusCode::INSUFFICIENT_STORAGE,
            ErrorCode::Corrupt | ErrorCode::UnsupportedFormat => StatusCode::UNPROCESSABLE_ENTITY,
            ErrorCode::ShuttingDown => StatusCode::SERVICE_UNAVAILABLE,
            ErrorCode::ReadOnly | ErrorCode::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// The error and its causes in one line.
pub(crate) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut line = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let text = cause.to_string();
        if !line.contains(&text) {
            line.push_str(": ");
            line.push_str(&text);
        }
        source = cause.source();
    }
    line
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        (self.status(), Json(*self.body)).into_response()
    }
}
