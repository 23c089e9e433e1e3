//! Extractors whose refusals are [`ApiError`]s, so that every error has one shape.

use axum::extract::{FromRequest, FromRequestParts, Request};
use bytes::Bytes;
use http::request::Parts;
use serde::{Serialize, de::DeserializeOwned};
use zeroize::Zeroize as _;

use crate::{
    dto::ErrorCode,
    error::{ApiError, ApiResult},
};

/// A JSON body or answer.
#[derive(Debug)]
pub(crate) struct Json<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        use axum::extract::rejection::JsonRejection;
        match axum::Json::<T>::from_request(request, state).await {
            Ok(axum::Json(value)) => Ok(Self(value)),
            Err(JsonRejection::MissingJsonContentType(_)) => Err(ApiError::new(
                ErrorCode::UnsupportedMediaType,
                "The body must be application/json.",
            )),
            Err(JsonRejection::BytesRejection(error)) if error.status() == 413 => {
                Err(ApiError::new(ErrorCode::TooLarge, "The body is too large."))
            }
            Err(error) => Err(ApiError::bad_request(error.body_text())),
        }
    }
}

impl<T: Serialize> axum::response::IntoResponse for Json<T> {
    fn into_response(self) -> axum::response::Response {
        axum::Json(self.0).into_response()
    }
}

/// A JSON body that holds a secret: when it cannot be read, the answer repeats nothing of it, and what
/// was received is wiped.
#[derive(Debug)]
pub(crate) struct SecretJson<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for SecretJson<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let kind = request.headers().get(http::header::CONTENT_TYPE);
        if !kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/json")) {
            return Err(ApiError::new(
                ErrorCode::UnsupportedMediaType,
                "The body must be application/json.",
            ));
        }
        let body = Bytes::from_request(request, state).await;
        let body =
            body.map_err(|_| ApiError::new(ErrorCode::TooLarge, "The body is too large."))?;
        let read = serde_json::from_slice(&body);
        // Nobody else holds it, unless the server still does.
        if let Ok(mut body) = body.try_into_mut() {
            body.as_mut().zeroize();
        }
        read.map(Self)
            .map_err(|_| ApiError::bad_request("The body is not what is wanted here."))
    }
}

/// Parsed query values.
#[derive(Debug)]
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        axum::extract::Query::<T>::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Query(value)| Self(value))
            .map_err(|error| ApiError::bad_request(error.body_text()))
    }
}

/// One part of the path.
#[derive(Debug)]
pub(crate) struct Path<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        axum::extract::Path::<T>::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Path(value)| Self(value))
            .map_err(|error| ApiError::bad_request(error.body_text()))
    }
}

/// Parses an id; anything else is "no such thing", as ids are opaque to clients.
pub(crate) fn id<T: std::str::FromStr>(what: &str, text: &str) -> ApiResult<T> {
    text.parse().map_err(|_| ApiError::not_found(what))
}

/// Parses ids, refusing lists longer than `most`.
pub(crate) fn ids<T: std::str::FromStr>(
    what: &str,
    texts: &[String],
    most: usize,
) -> ApiResult<Vec<T>> {
    if texts.len() > most {
        return Err(ApiError::new(
            ErrorCode::TooLarge,
            format!("At most {most} ids fit in one request."),
        ));
    }
    texts.iter().map(|text| id(what, text)).collect()
}

/// Checks an absolute path of this machine.
pub(crate) fn absolute(text: &str) -> ApiResult<std::path::PathBuf> {
    let path = std::path::PathBuf::from(text);
    if !path.is_absolute() || text.contains('\0') || text.len() > 4096 {
        return Err(ApiError::new(
            ErrorCode::BadPath,
            format!("The path {text:?} is not an absolute path."),
        ));
    }
    Ok(path)
}
