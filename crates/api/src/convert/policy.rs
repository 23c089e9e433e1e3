//! The policy as it goes over the wire, and why it was not changed or says no.

use node::{Blocked, ChangePolicy};

use crate::{
    convert::errors::boxed,
    dto::{self, ErrorCode},
    error::ApiError,
};

pub(crate) fn list(list: node::PolicyList) -> dto::PolicyList {
    dto::PolicyList {
        name: list.name,
        title: list.title,
        description: list.description,
        path: node::shown(&list.path.to_string_lossy()),
        enabled: list.enabled,
        rules: list.rules,
        skipped: list.skipped,
        faults: list
            .faults
            .into_iter()
            .map(|(line, message)| dto::PolicyFault { line, message })
            .collect(),
        problem: list.problem,
        own: list.own,
    }
}

pub(crate) fn rule(rule: node::OwnRule) -> dto::PolicyRule {
    dto::PolicyRule {
        rule: rule.rule,
        allow: rule.allow,
    }
}

pub(crate) fn event(event: node::PolicyEvent) -> dto::PolicyLogEntry {
    dto::PolicyLogEntry {
        at: event.at,
        what: event.what,
        action: event.action.word().to_owned(),
        list: event.list,
        line: event.line,
        count: event.count,
    }
}

/// Blocked content, said to the owner: by which list and rule. 410, or 451 when the list says that
/// its reason is a legal one.
impl From<Box<Blocked>> for ApiError {
    fn from(blocked: Box<Blocked>) -> Self {
        Self::new(ErrorCode::Blocked, blocked.to_string())
            .safe("Nothing was read, sent or changed.")
            .todo("If it should be allowed, allow it in your own list, or switch the list off.")
            .detail(serde_json::json!({
                "what": blocked.what,
                "list": blocked.list,
                "rule": blocked.rule,
                "line": blocked.line,
                "legal": blocked.legal,
            }))
    }
}

impl From<ChangePolicy> for ApiError {
    fn from(error: ChangePolicy) -> Self {
        let text = error.to_string();
        let safe = "The lists are as they were.";
        match error {
            ChangePolicy::UnknownList => Self::not_found("list"),
            ChangePolicy::UnknownRule => Self::new(ErrorCode::NotFound, text).safe(safe),
            ChangePolicy::BadName(_) | ChangePolicy::BadList(_) | ChangePolicy::BadRule(_) => {
                Self::bad_request(text).safe(safe)
            }
            ChangePolicy::Exists(_) => Self::new(ErrorCode::Conflict, text)
                .safe(safe)
                .todo("Remove that list first, or choose another name."),
            ChangePolicy::TooMany | ChangePolicy::OwnListFull => {
                Self::new(ErrorCode::TooMany, text).safe(safe)
            }
            other => boxed(&other),
        }
    }
}
