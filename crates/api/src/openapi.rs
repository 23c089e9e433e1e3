//! The OpenAPI document, made from the routes themselves.
//!
//! Two things are added to what the macros see: every operation has the one
//! error answer, and every field of an answer is required, because answers
//! always carry all their fields (absent values are `null`). Types whose name
//! ends in `Request` or `Patch` are what clients send; there, fields may be left out.

use serde_json::{Map, Value, json};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::{dto, routes};

/// What the routes do not mention but clients need.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Tributary app API",
        description = "The one API of the desktop window, the web UI, scripts and the command \
                       line. Send `Authorization: Bearer TOKEN`."
    ),
    components(schemas(
        dto::ErrorBody,
        dto::ErrorCode,
        dto::JobEvent,
        dto::ItemsAddedEvent,
        dto::ItemIdsEvent,
        dto::SettingsChangedEvent,
        dto::StorageChangedEvent,
        dto::SharesChangedEvent,
        dto::NetworkChangedEvent,
        dto::LaggedEvent,
        dto::ItemSort,
        dto::SortOrder,
    ))
)]
struct Document;

/// Path under which every route of the app API lives.
pub(crate) const BASE: &str = "/api/app";

/// The OpenAPI document of the app API, pretty-printed and byte-stable.
pub fn openapi_json() -> String {
    let (_, document) = OpenApiRouter::<crate::app::App>::with_openapi(Document::openapi())
        .nest(BASE, routes::all())
        .split_for_parts();
    let mut value =
        serde_json::to_value(&document).expect("BUG: the OpenAPI document is plain data");
    if let Some(root) = value.as_object_mut() {
        complete_schemas(root);
        complete_operations(root);
        root.insert(
            "security".into(),
            json!([{ "token": [] }, { "session": [] }]),
        );
    }
    let mut text =
        serde_json::to_string_pretty(&value).expect("BUG: a JSON value always serialises");
    text.push('\n');
    text
}

fn complete_schemas(root: &mut Map<String, Value>) {
    let components = root.entry("components").or_insert_with(|| json!({}));
    if let Some(components) = components.as_object_mut() {
        components.insert(
            "securitySchemes".into(),
            json!({
                "token": { "type": "http", "scheme": "bearer" },
                "session": { "type": "apiKey", "in": "cookie", "name": "tributary_session" }
            }),
        );
    }
    let Some(schemas) = components
        .pointer_mut("/schemas")
        .and_then(Value::as_object_mut)
    else {
        return;
    };
    for (name, schema) in schemas {
        if !(name.ends_with("Request") || name.ends_with("Patch")) {
            require_all(schema);
        }
    }
}

fn require_all(schema: &mut Value) {
    if let Some(parts) = schema.get_mut("allOf").and_then(Value::as_array_mut) {
        parts.iter_mut().for_each(require_all);
    }
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        return;
    };
    let names: Vec<Value> = properties.keys().cloned().map(Value::String).collect();
    if let Some(schema) = schema.as_object_mut()
        && !names.is_empty()
    {
        schema.insert("required".into(), Value::Array(names));
    }
}

fn complete_operations(root: &mut Map<String, Value>) {
    let Some(paths) = root.get_mut("paths").and_then(Value::as_object_mut) else {
        return;
    };
    for item in paths.values_mut().filter_map(Value::as_object_mut) {
        for operation in item.values_mut() {
            let Some(answers) = operation
                .get_mut("responses")
                .and_then(Value::as_object_mut)
            else {
                continue;
            };
            answers.entry("default").or_insert_with(|| {
                json!({
                    "description": "It failed.",
                    "content": { "application/json": {
                        "schema": { "$ref": "#/components/schemas/ErrorBody" }
                    } }
                })
            });
        }
    }
}
