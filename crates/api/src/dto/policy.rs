//! What this node will not handle: lists, the person's own rules, and what was blocked.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A line of a list that was not understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PolicyFault {
    /// Which line, from 1.
    pub line: u32,
    /// Why.
    pub message: String,
}

/// A list of blocked content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PolicyList {
    /// Its name here.
    pub name: String,
    /// What it calls itself.
    pub title: Option<String>,
    /// What it says of itself.
    pub description: Option<String>,
    /// Its file on the machine of the node.
    pub path: String,
    /// It is asked.
    pub enabled: bool,
    /// Rules in it.
    pub rules: u64,
    /// Lines that were not understood.
    pub skipped: u64,
    /// The first twenty of them.
    pub faults: Vec<PolicyFault>,
    /// Why its file, as it is now, cannot be read; what was read before applies.
    pub problem: Option<String>,
    /// It is the person's own, edited rule by rule.
    pub own: bool,
}

/// All lists, in the order in which they are asked: the last that says something decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Policy {
    /// The lists.
    pub lists: Vec<PolicyList>,
}

/// A list to take in: a file of the node's machine, or its text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewPolicyListRequest {
    /// What to call it; the name of the file when there is none.
    pub name: Option<String>,
    /// Absolute path of the file, which is copied.
    pub path: Option<String>,
    /// Or the list itself.
    pub text: Option<String>,
}

/// What to change of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PolicyListPatch {
    /// Whether it is asked.
    pub enabled: bool,
}

/// A rule of the person's own list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PolicyRule {
    /// What it is about: "/ipfs/CID", "/ipfs/CID/path*", "/ipns/NAME" or "//HASH".
    pub rule: String,
    /// It allows what another list blocks.
    pub allow: bool,
}

/// A rule to make.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PolicyRuleRequest {
    /// A CID, "btfs://CID", a path, a name or a hash.
    pub what: String,
    /// Allow it instead of blocking it.
    #[serde(default)]
    pub allow: bool,
}

/// Something that was blocked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PolicyLogEntry {
    /// When it was last, Unix milliseconds.
    pub at: i64,
    /// What: a CID, a path or a name.
    pub what: String,
    /// Where: "get", "serve", "announce", "stream", "gateway", "publish", "open" or "save".
    pub action: String,
    /// By which list.
    pub list: String,
    /// By which of its lines.
    pub line: u32,
    /// How often.
    pub count: u64,
}
