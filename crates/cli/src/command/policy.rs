//! What the node will not handle: lists, own rules, and what was blocked.

use api::dto::{
    NewPolicyListRequest, Policy, PolicyListPatch, PolicyLogEntry, PolicyRule, PolicyRuleRequest,
};

use crate::{
    args,
    command::absolute,
    failure::Failure,
    output::{Output, shown},
    session::Session,
    wire::encoded,
};

pub(super) fn policy(
    session: &Session,
    policy: &args::Policy,
    output: &mut Output,
) -> Result<(), Failure> {
    let wire = &session.wire;
    let list_path = |name: &str| format!("/policy/lists/{}", encoded(name));
    match policy {
        args::Policy::List => lists(&wire.get("/policy")?, output),
        args::Policy::Add { file, name } => {
            let request = NewPolicyListRequest {
                name: name.clone(),
                path: Some(absolute(file)?),
                text: None,
            };
            lists(&wire.post("/policy/lists", &request)?, output)
        }
        args::Policy::Remove { name } => {
            wire.delete(&list_path(name))?;
            done(&format!("removed {}", shown(name)), output)
        }
        args::Policy::Enable { name } => {
            let patch = PolicyListPatch { enabled: true };
            lists(&wire.patch(&list_path(name), &patch)?, output)
        }
        args::Policy::Disable { name } => {
            let patch = PolicyListPatch { enabled: false };
            lists(&wire.patch(&list_path(name), &patch)?, output)
        }
        args::Policy::Block { what } => {
            for what in what {
                add(session, what, false)?;
            }
            rules(session, output)
        }
        args::Policy::Allow { what } => {
            for what in what {
                add(session, what, true)?;
            }
            rules(session, output)
        }
        args::Policy::Forget { what } => {
            for what in what {
                wire.delete(&format!("/policy/blocked?what={}", encoded(what)))?;
            }
            rules(session, output)
        }
        args::Policy::Own => rules(session, output),
        args::Policy::Log => log(session, output),
    }
}

fn add(session: &Session, what: &str, allow: bool) -> Result<(), Failure> {
    let request = PolicyRuleRequest {
        what: what.to_owned(),
        allow,
    };
    let _: Vec<PolicyRule> = session.wire.post("/policy/blocked", &request)?;
    Ok(())
}

fn done(text: &str, output: &mut Output) -> Result<(), Failure> {
    if output.is_json() {
        return output.value(&serde_json::json!({ "done": text }));
    }
    output.line(text)
}

fn lists(policy: &Policy, output: &mut Output) -> Result<(), Failure> {
    if output.is_json() {
        return output.value(policy);
    }
    for list in &policy.lists {
        let state = if list.enabled { "on" } else { "off" };
        let title = list.title.as_deref().unwrap_or_default();
        let line = format!(
            "{:<20} {state:<3} {:>9} rules  {}",
            shown(&list.name),
            list.rules,
            shown(title)
        );
        output.line(line.trim_end())?;
        if list.skipped > 0 {
            output.line(&format!("  {} lines were not understood", list.skipped))?;
        }
        if let Some(problem) = &list.problem {
            output.line(&format!("  cannot be read now: {}", shown(problem)))?;
        }
    }
    Ok(())
}

fn rules(session: &Session, output: &mut Output) -> Result<(), Failure> {
    let rules: Vec<PolicyRule> = session.wire.get("/policy/blocked")?;
    if output.is_json() {
        return output.value(&rules);
    }
    for rule in rules {
        let word = if rule.allow { "allow" } else { "block" };
        output.line(&format!("{word} {}", shown(&rule.rule)))?;
    }
    Ok(())
}

fn log(session: &Session, output: &mut Output) -> Result<(), Failure> {
    let log: Vec<PolicyLogEntry> = session.wire.get("/policy/log")?;
    if output.is_json() {
        return output.value(&log);
    }
    for entry in log {
        output.line(&format!(
            "{:<8} {} by {} line {} ({} times)",
            entry.action,
            shown(&entry.what),
            shown(&entry.list),
            entry.line,
            entry.count
        ))?;
    }
    Ok(())
}
