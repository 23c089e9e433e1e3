//! Data of the events at `GET /events`. The `event:` line names which.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{ItemKind, Job};

/// `jobProgress` (at most four a second for each job) and `jobFinished`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct JobEvent {
    /// The job as it stands.
    pub job: Job,
}

/// `itemsAdded`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ItemsAddedEvent {
    /// Ids of the first 200 new items.
    pub ids: Vec<String>,
    /// Kinds that occur.
    pub kinds: Vec<ItemKind>,
    /// New items in all.
    pub count: u64,
}

/// `itemsChanged`, `itemsRemoved` and `previewReady`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ItemIdsEvent {
    /// Ids of the items; empty when there were too many to name: refetch all.
    pub ids: Vec<String>,
}

/// `settingsChanged`: fetch the settings again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SettingsChangedEvent {}

/// `storageChanged`: fetch status and storage again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StorageChangedEvent {}

/// `lagged`: this client was too slow and lost events; fetch everything again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LaggedEvent {}
