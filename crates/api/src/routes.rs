//! The table of routes of the app API; one file for each area.
//!
//! A handler checks and converts what came in, calls the node, and converts what
//! comes out. It never decides.

mod albums;
mod identity;
mod imports;
mod items;
mod music;
mod networks;
mod node;
mod people;
mod photos;
mod policy;
mod settings;
mod shares;
mod shelves;
mod status;
mod storage;
mod uploads;

use utoipa_axum::router::OpenApiRouter;

use crate::app::App;

/// Every route of the app API, without its base path.
pub(crate) fn all() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(status::routes())
        .merge(settings::routes())
        .merge(people::routes())
        .merge(imports::routes())
        .merge(uploads::routes())
        .merge(items::routes())
        .merge(shelves::routes())
        .merge(photos::routes())
        .merge(albums::routes())
        .merge(music::routes())
        .merge(storage::routes())
        .merge(shares::routes())
        .merge(policy::routes())
        .merge(networks::routes())
        .merge(identity::routes())
        .merge(node::routes())
}
