//! What this node will not handle: lists, the person's own rules, and what was blocked lately.

use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    app::App,
    convert,
    dto::{
        NewPolicyListRequest, Policy, PolicyListPatch, PolicyLogEntry, PolicyRule,
        PolicyRuleRequest,
    },
    error::{ApiError, ApiResult},
    extract::{self, Json, Path, Query},
};

/// The routes of this file.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get_policy))
        .routes(routes!(add_policy_list))
        .routes(routes!(remove_policy_list, change_policy_list))
        .routes(routes!(
            list_policy_rules,
            add_policy_rule,
            remove_policy_rule
        ))
        .routes(routes!(get_policy_log))
}

/// Which rule.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RuleQuery {
    /// What it is about, as it is listed.
    pub(crate) what: String,
}

async fn all(app: &App) -> Json<Policy> {
    let lists = app.node().policy_lists().await;
    Json(Policy {
        lists: lists.into_iter().map(convert::policy::list).collect(),
    })
}

async fn rules(app: &App) -> ApiResult<Json<Vec<PolicyRule>>> {
    let rules = app.node().own_rules().await?;
    Ok(Json(rules.into_iter().map(convert::policy::rule).collect()))
}

/// The lists of blocked content.
#[utoipa::path(get, path = "/policy", tag = "policy", responses((status = 200, description = "The lists of blocked content.", body = Policy)))]
async fn get_policy(State(app): State<App>) -> ApiResult<Json<Policy>> {
    app.node().refresh_policy().await;
    Ok(all(&app).await)
}

/// Takes in a list: a file, which is copied, or its text.
#[utoipa::path(post, path = "/policy/lists", tag = "policy", request_body = NewPolicyListRequest, responses((status = 200, description = "Takes in a list: a file, which is copied, or its text.", body = Policy)))]
async fn add_policy_list(
    State(app): State<App>,
    Json(request): Json<NewPolicyListRequest>,
) -> ApiResult<Json<Policy>> {
    match (request.path, request.text) {
        (Some(path), None) => {
            let path = extract::absolute(&path)?;
            app.node().add_policy_file(path, request.name).await?;
        }
        (None, Some(text)) => {
            let name = request
                .name
                .ok_or_else(|| ApiError::bad_request("A list given as text needs a name."))?;
            app.node().add_policy_text(name, text).await?;
        }
        _ => return Err(ApiError::bad_request("Give either a path or a text.")),
    }
    Ok(all(&app).await)
}

/// Removes a list and its file.
#[utoipa::path(delete, path = "/policy/lists/{name}", tag = "policy", params(("name" = String, Path, description = "Which one.")), responses((status = 204, description = "Removes a list and its file.")))]
async fn remove_policy_list(
    State(app): State<App>,
    Path(name): Path<String>,
) -> ApiResult<StatusCode> {
    app.node().remove_policy_list(name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Switches a list on or off.
#[utoipa::path(patch, path = "/policy/lists/{name}", tag = "policy", params(("name" = String, Path, description = "Which one.")), request_body = PolicyListPatch, responses((status = 200, description = "Switches a list on or off.", body = Policy)))]
async fn change_policy_list(
    State(app): State<App>,
    Path(name): Path<String>,
    Json(patch): Json<PolicyListPatch>,
) -> ApiResult<Json<Policy>> {
    app.node().enable_policy_list(name, patch.enabled).await?;
    Ok(all(&app).await)
}

/// The rules of the person's own list, oldest first.
#[utoipa::path(get, path = "/policy/blocked", tag = "policy", responses((status = 200, description = "The rules of the person's own list, oldest first.", body = Vec<PolicyRule>)))]
async fn list_policy_rules(State(app): State<App>) -> ApiResult<Json<Vec<PolicyRule>>> {
    rules(&app).await
}

/// Blocks something, or allows what a list blocks.
#[utoipa::path(post, path = "/policy/blocked", tag = "policy", request_body = PolicyRuleRequest, responses((status = 200, description = "Blocks something, or allows what a list blocks.", body = Vec<PolicyRule>)))]
async fn add_policy_rule(
    State(app): State<App>,
    Json(request): Json<PolicyRuleRequest>,
) -> ApiResult<Json<Vec<PolicyRule>>> {
    match request.allow {
        true => app.node().allow_content(request.what).await?,
        false => app.node().block_content(request.what).await?,
    }
    rules(&app).await
}

/// Takes back what the own list says of something.
#[utoipa::path(delete, path = "/policy/blocked", tag = "policy", params(RuleQuery), responses((status = 204, description = "Takes back what the own list says of something.")))]
async fn remove_policy_rule(
    State(app): State<App>,
    Query(query): Query<RuleQuery>,
) -> ApiResult<StatusCode> {
    app.node().forget_rule(query.what).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What was blocked since the start, newest first; at most a thousand.
#[utoipa::path(get, path = "/policy/log", tag = "policy", responses((status = 200, description = "What was blocked since the start, newest first; at most a thousand.", body = Vec<PolicyLogEntry>)))]
async fn get_policy_log(State(app): State<App>) -> Json<Vec<PolicyLogEntry>> {
    let log = app.node().policy_log();
    std::future::ready(Json(log.into_iter().map(convert::policy::event).collect())).await
}
