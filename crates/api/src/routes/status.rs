//! The node at a glance: its state, its events, its reports.

use axum::{extract::State, response::Response};
use http::StatusCode;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    app::App,
    dto::Status,
    error::{ApiError, ApiResult},
    extract::Json,
};
use crate::{
    dto::{ErrorCode, JobCounts, Problem, StorageUse, SwarmKeyState},
    events,
};
use axum::response::IntoResponse as _;
use http::header;

/// The routes of this file.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get_status))
        .routes(routes!(get_openapi))
        .routes(routes!(get_events))
        .routes(routes!(get_diagnostics))
        .routes(routes!(get_licences))
        .routes(routes!(post_shutdown))
}

/// State of the node at a glance.
#[utoipa::path(get, path = "/status", tag = "status", responses((status = 200, description = "State of the node at a glance.", body = Status)))]
async fn get_status(State(app): State<App>) -> ApiResult<Json<Status>> {
    let node = app.node();
    let (counts, person) = node
        .query(|reader| Ok((reader.counts(None)?, reader.active_person()?)))
        .await?;
    let storage = node.storage().await;
    let settings = node.settings();
    Ok(Json(Status {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        home: node.home().display().to_string(),
        started_at: node.started_at(),
        first_run: !settings.first_run_done,
        person_id: person.to_string(),
        media_base: app.links().base().to_owned(),
        counts: counts.into(),
        storage: StorageUse {
            used: storage.used,
            quota: storage.quota,
            free: storage.free,
            referenced: storage.referenced,
        },
        jobs: JobCounts {
            active: node
                .jobs()
                .iter()
                .filter(|job| !job.state.is_final())
                .count() as u64,
        },
        problems: node
            .problems()
            .into_iter()
            .map(|problem| Problem {
                code: problem.code.to_owned(),
                message: problem.message,
                todo: (!problem.todo.is_empty()).then_some(problem.todo),
            })
            .collect(),
        swarm_key: match node.swarm_key().await {
            node::SwarmKeyState::Missing => SwarmKeyState::Missing,
            node::SwarmKeyState::Good => SwarmKeyState::Good,
            node::SwarmKeyState::Damaged => SwarmKeyState::Damaged,
        },
        desktop: app.is_desktop(),
    }))
}

/// This document.
#[utoipa::path(get, path = "/openapi.json", tag = "status", responses((status = 200, description = "This document.", body = String, content_type = "application/json")))]
async fn get_openapi(State(app): State<App>) -> ApiResult<Response> {
    let _ = app;
    Ok((
        [(header::CONTENT_TYPE, "application/json")],
        crate::openapi_json(),
    )
        .into_response())
}

/// Server-sent events; `event:` names them, the data are the `*Event` schemas.
#[utoipa::path(get, path = "/events", tag = "status", responses((status = 200, description = "Server-sent events; `event:` names them, the data are the `*Event` schemas.", body = String, content_type = "text/event-stream")))]
async fn get_events(State(app): State<App>) -> ApiResult<Response> {
    Ok(events::respond(app.node().events(), app.ending().clone()))
}

/// A report to send along with a bug.
#[utoipa::path(get, path = "/diagnostics", tag = "status", responses((status = 200, description = "A report to send along with a bug.", body = String, content_type = "text/plain")))]
async fn get_diagnostics(State(app): State<App>) -> ApiResult<Response> {
    Ok(text(app.node().diagnostics().await))
}

/// Licences of the parts this program is made of.
#[utoipa::path(get, path = "/licences", tag = "status", responses((status = 200, description = "Licences of the parts this program is made of.", body = String, content_type = "text/plain")))]
async fn get_licences(State(app): State<App>) -> ApiResult<Response> {
    let _ = app;
    Ok(text(LICENCES.to_owned()))
}

/// Ends the daemon cleanly. In the desktop app it is refused.
#[utoipa::path(post, path = "/shutdown", tag = "status", responses((status = 204, description = "Done.")))]
async fn post_shutdown(State(app): State<App>) -> ApiResult<StatusCode> {
    if app.is_desktop() {
        return Err(
            ApiError::new(ErrorCode::Conflict, "The desktop app ends with its window.")
                .todo("Quit it from its window or its tray."),
        );
    }
    app.ask_to_end();
    Ok(StatusCode::NO_CONTENT)
}

const LICENCES: &str = concat!(
    "Tributary\n\n",
    include_str!("../../../../LICENSE-MIT"),
    "\n\n",
    include_str!("../../../../LICENSE-APACHE"),
);

fn text(text: String) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}
