//! The people who share this home.

use axum::extract::State;
use http::StatusCode;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    app::App,
    dto::{NewPersonRequest, Person, PersonPatch},
    error::{ApiError, ApiResult},
    extract::{Json, Path},
};
use crate::{convert, extract};
use library::PersonId;

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
    let (people, active) = app
        .node()
        .query(|reader| Ok((reader.people()?, reader.active_person()?)))
        .await?;
    Ok(Json(
        people
            .iter()
            .map(|row| convert::settings::person(row, active))
            .collect(),
    ))
}

/// Adds a person.
#[utoipa::path(post, path = "/people", tag = "people", request_body = NewPersonRequest, responses((status = 200, description = "Adds a person.", body = Person)))]
async fn create_person(
    State(app): State<App>,
    Json(request): Json<NewPersonRequest>,
) -> ApiResult<Json<Person>> {
    let name = name(&request.name)?;
    let color = color(request.color)?.unwrap_or_else(|| "teal".to_owned());
    let person = app
        .node()
        .edit_people(move |tx| tx.add_person(&name, &color))
        .await?;
    one(&app, person).await
}

/// Renames or recolours a person.
#[utoipa::path(patch, path = "/people/{id}", tag = "people", params(("id" = String, Path, description = "Which one.")), request_body = PersonPatch, responses((status = 200, description = "Renames or recolours a person.", body = Person)))]
async fn update_person(
    State(app): State<App>,
    Path(id): Path<String>,
    Json(request): Json<PersonPatch>,
) -> ApiResult<Json<Person>> {
    let person: PersonId = extract::id("person", &id)?;
    let name = request.name.as_deref().map(name).transpose()?;
    let color = color(request.color)?;
    app.node()
        .edit_people(move |tx| tx.edit_person(person, name.as_deref(), color.as_deref()))
        .await?;
    one(&app, person).await
}

/// Removes a person with their progress and favourites.
#[utoipa::path(delete, path = "/people/{id}", tag = "people", params(("id" = String, Path, description = "Which one.")), responses((status = 204, description = "Done.")))]
async fn delete_person(State(app): State<App>, Path(id): Path<String>) -> ApiResult<StatusCode> {
    let person: PersonId = extract::id("person", &id)?;
    app.node()
        .edit_people(move |tx| tx.remove_person(person))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes this the active person.
#[utoipa::path(post, path = "/people/{id}/activate", tag = "people", params(("id" = String, Path, description = "Which one.")), responses((status = 200, description = "Makes this the active person.", body = Person)))]
async fn activate_person(
    State(app): State<App>,
    Path(id): Path<String>,
) -> ApiResult<Json<Person>> {
    let person: PersonId = extract::id("person", &id)?;
    app.node()
        .edit_people(move |tx| tx.activate_person(person))
        .await?;
    one(&app, person).await
}

async fn one(app: &App, person: PersonId) -> ApiResult<Json<Person>> {
    let (people, active) = app
        .node()
        .query(|reader| Ok((reader.people()?, reader.active_person()?)))
        .await?;
    let row = people.iter().find(|row| row.id == person);
    row.map(|row| Json(convert::settings::person(row, active)))
        .ok_or_else(|| ApiError::not_found("person"))
}

fn name(text: &str) -> ApiResult<String> {
    let name = text.trim();
    if name.is_empty() || name.chars().count() > 64 {
        return Err(ApiError::bad_request("A name has 1 to 64 characters."));
    }
    Ok(name.to_owned())
}

fn color(text: Option<String>) -> ApiResult<Option<String>> {
    let fits = text.as_ref().is_none_or(|text| {
        (1..=24).contains(&text.len())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'#' | b'-'))
    });
    if !fits {
        return Err(ApiError::bad_request(
            "A color is #rrggbb or the name of one.",
        ));
    }
    Ok(text)
}
