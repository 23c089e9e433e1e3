//! The people who share this home.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A person with their own favourites, progress and ratings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    /// Id of the person.
    pub id: String,
    /// Name to show.
    pub name: String,
    /// Colour of the badge, "#rrggbb" or a colour name of the UI.
    pub color: String,
    /// True for the person who uses the app now.
    pub active: bool,
}

/// A person to make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewPersonRequest {
    /// Name, 1 to 64 characters.
    pub name: String,
    /// Colour of the badge.
    pub color: Option<String>,
}

/// What to change of a person.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PersonPatch {
    /// New name.
    pub name: Option<String>,
    /// New colour.
    pub color: Option<String>,
}
