//! Who this node is, and giving it another key.

use std::mem::take;

use axum::extract::State;
use data_encoding::HEXLOWER;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    app::App,
    dto::{self, NodeIdentity, ReplaceIdentityRequest, ReplacedIdentity},
    error::ApiResult,
    extract::{Json, SecretJson},
};

/// The routes of this file.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get_identity))
        .routes(routes!(replace_identity))
}

fn shown(identity: node::NodeIdentity) -> NodeIdentity {
    NodeIdentity {
        public_key: HEXLOWER.encode(&identity.public_key),
        peer_id: identity.peer_id,
    }
}

/// Who this node is.
#[utoipa::path(get, path = "/node/id", tag = "node", responses((status = 200, description = "Who this node is.", body = NodeIdentity)))]
async fn get_identity(State(app): State<App>) -> ApiResult<Json<NodeIdentity>> {
    Ok(Json(shown(app.node().identity())))
}

/// Gives this home another key. The one before is kept, sealed with the password.
#[utoipa::path(post, path = "/node/id", tag = "node", request_body = ReplaceIdentityRequest, responses((status = 200, description = "Gives this home another key. The one before is kept, sealed with the password.", body = ReplacedIdentity)))]
async fn replace_identity(
    State(app): State<App>,
    SecretJson(mut request): SecretJson<ReplaceIdentityRequest>,
) -> ApiResult<Json<ReplacedIdentity>> {
    let request = node::NewIdentity {
        secret: take(&mut request.secret).into(),
        password: take(&mut request.password).into(),
        replaces: take(&mut request.replaces),
    };
    let replaced = app.node().replace_identity(request).await?;
    Ok(Json(ReplacedIdentity {
        identity: shown(replaced.identity),
        form: match replaced.form {
            node::KeyForm::Words => dto::KeyForm::Words,
            node::KeyForm::Hex => dto::KeyForm::Hex,
            node::KeyForm::Base64 => dto::KeyForm::Base64,
            node::KeyForm::Sealed => dto::KeyForm::Sealed,
        },
        before: replaced.before.peer_id,
        kept: replaced.kept,
    }))
}
