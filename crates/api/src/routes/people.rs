//! The people who share this home.

use axum::{
    Json,
    body::Body,
    extract::{Path, Query, State},
    response::Response,
};
use http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    app::App,
    dto::{NewPersonRequest, Person, PersonPatch},
    error::{ApiError, ApiResult},
};

/// The routes of this file.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_people, create_person))
        .routes(routes!(update_person, delete_person))
        .routes(routes!(activate_person))
}

/// All people.
#[utoipa::path(get, path = "/people", tag = "people", responses((status = 200, description = "All people.", body = Vec<Person>)))]
async fn list_people(State(app): State<App>) -> ApiResult<Json<Vec<Person>>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// Adds a person.
#[utoipa::path(post, path = "/people", tag = "people", request_body = NewPersonRequest, responses((status = 200, description = "Adds a person.", body = Person)))]
async fn create_person(
    State(app): State<App>,
    Json(request): Json<NewPersonRequest>,
) -> ApiResult<Json<Person>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// Renames or recolours a person.
#[utoipa::path(patch, path = "/people/{id}", tag = "people", params(("id" = String, Path, description = "Which one.")), request_body = PersonPatch, responses((status = 200, description = "Renames or recolours a person.", body = Person)))]
async fn update_person(
    State(app): State<App>,
    Path(id): Path<String>,
    Json(request): Json<PersonPatch>,
) -> ApiResult<Json<Person>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// Removes a person with their progress and favourites.
#[utoipa::path(delete, path = "/people/{id}", tag = "people", params(("id" = String, Path, description = "Which one.")), responses((status = 204, description = "Done.")))]
async fn delete_person(State(app): State<App>, Path(id): Path<String>) -> ApiResult<StatusCode> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}

/// Makes this the active person.
#[utoipa::path(post, path = "/people/{id}/activate", tag = "people", params(("id" = String, Path, description = "Which one.")), responses((status = 200, description = "Makes this the active person.", body = Person)))]
async fn activate_person(
    State(app): State<App>,
    Path(id): Path<String>,
) -> ApiResult<Json<Person>> {
    Err(ApiError::new(crate::dto::ErrorCode::Internal, "not yet"))
}
