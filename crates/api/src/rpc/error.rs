//! How a call fails: `{Message, Code, Type}` with the statuses that go gives.

use ::node::{
    AskNetwork, ChangeFiles, ReadContent, ReadMedia, RemoveBlocks, StartJob, WriteContent,
};
use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};

use crate::error::chain;

/// What every handler returns.
pub(super) type RpcResult<T> = Result<T, RpcError>;

/// A call that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RpcError {
    pub(super) status: StatusCode,
    pub(super) message: String,
    /// 0 a plain error, 1 the client's own, 2 not implemented here, 4 forbidden.
    code: u8,
}

impl RpcError {
    fn new(status: StatusCode, code: u8, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            code,
        }
    }

    /// It did not work.
    pub(super) fn failed(message: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, 0, message)
    }

    /// It did not work, because of this.
    pub(super) fn because(error: &(dyn std::error::Error + 'static)) -> Self {
        Self::failed(chain(error))
    }

    /// The request is wrong.
    pub(super) fn bad(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, 1, message)
    }

    /// An option that this node does not have.
    pub(super) fn unsupported(message: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, 2, message)
    }

    pub(super) fn forbidden(message: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, 4, message)
    }

    pub(super) fn unauthorized() -> Self {
        let message = "this needs the credential of the RPC listener: a bearer token, or any \
                       user name with the token as password";
        Self::new(StatusCode::UNAUTHORIZED, 4, message)
    }

    pub(super) fn unknown(path: &str) -> Self {
        let path: String = path.chars().take(100).collect();
        Self::new(StatusCode::NOT_FOUND, 1, format!("no such command: {path}"))
    }

    pub(super) fn only_post() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            1,
            "commands are called with POST only",
        )
    }

    pub(super) fn missing(argument: &str) -> Self {
        Self::bad(format!("argument \"{argument}\" is required"))
    }
}

impl IntoResponse for RpcError {
    fn into_response(self) -> Response {
        let body = serde_json::json!({
            "Message": self.message,
            "Code": self.code,
            "Type": "error",
        });
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        match self.status {
            StatusCode::UNAUTHORIZED => {
                // Not Basic: a browser would ask a person for it.
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            StatusCode::METHOD_NOT_ALLOWED => {
                headers.insert(header::ALLOW, HeaderValue::from_static("POST"));
            }
            _ => {}
        }
        response
    }
}

impl From<ReadContent> for RpcError {
    fn from(error: ReadContent) -> Self {
        match error {
            ReadContent::BadPath(_) => Self::bad(error.to_string()),
            ReadContent::IsADirectory(_) => Self::failed("this dag node is a directory"),
            ReadContent::NoSuchName { parent, name } => {
                Self::failed(format!("no link named {name:?} under {parent}"))
            }
            error => Self::because(&error),
        }
    }
}

impl From<WriteContent> for RpcError {
    fn from(error: WriteContent) -> Self {
        match error {
            WriteContent::BadOptions(_) | WriteContent::BadCar(_) => Self::bad(error.to_string()),
            WriteContent::NotPinned(cid) => {
                Self::failed(format!("{cid} is not pinned or pinned indirectly"))
            }
            error => Self::because(&error),
        }
    }
}

impl From<Box<::node::Blocked>> for RpcError {
    fn from(blocked: Box<::node::Blocked>) -> Self {
        Self::because(blocked.as_ref())
    }
}

impl From<ChangeFiles> for RpcError {
    fn from(error: ChangeFiles) -> Self {
        match error {
            ChangeFiles::Missing(path) => Self::failed(format!("{path}: file does not exist")),
            ChangeFiles::Exists(path) => Self::failed(format!("{path}: file already exists")),
            ChangeFiles::BadPath(_) => Self::bad(error.to_string()),
            ChangeFiles::Read(error) => error.into(),
            ChangeFiles::Write(error) => error.into(),
            error => Self::because(&error),
        }
    }
}

macro_rules! because {
    ($($error:ty),*) => {
        $(impl From<$error> for RpcError {
            fn from(error: $error) -> Self {
                Self::because(&error)
            }
        })*
    };
}

because!(
    AskNetwork,
    ::node::DecryptContent,
    ReadMedia,
    RemoveBlocks,
    StartJob,
    ::node::DecodeValue
);
