//! Pins made by hand. Those of the library and of the tree of files are not among them.

use std::collections::BTreeMap;

use ::dag::Cid;
use ::node::{Pin, PinKind};
use axum::response::Response;
use futures_util::{Stream, StreamExt as _, stream};
use serde_json::{Value, json};

use super::{
    Call, answer,
    content::{MAX_LIST, too_long},
    error::{RpcError, RpcResult},
};

pub(super) async fn add(call: Call) -> RpcResult<Response> {
    let args = &call.args;
    let recursive = args.flag(&["recursive", "r"])?.unwrap_or(true);
    let name = args.text(&["name", "n"]).unwrap_or_default();
    let mut pinned = Vec::new();
    for arg in args.some("ipfs-path")? {
        let cid = call.cid_at(arg).await?;
        match recursive {
            true => {
                call.node()
                    .pin(cid, PinKind::BytesRequired, name.to_owned())
                    .await?
            }
            false => call.node().pin_block(cid, name.to_owned()).await?,
        }
        pinned.push(cid.to_string());
    }
    Ok(answer::one(&json!({ "Pins": pinned })))
}

pub(super) async fn rm(call: Call) -> RpcResult<Response> {
    let recursive = call.args.flag(&["recursive", "r"])?.unwrap_or(true);
    let pins = call.node().pins_by_hand().await?;
    let mut cids = Vec::new();
    for arg in call.args.some("ipfs-path")? {
        let cid = call.cid_at(arg).await?;
        if !recursive && pins.iter().any(|pin| pin.cid == cid && pin.recursive) {
            return Err(RpcError::failed(format!("{cid} is pinned recursively")));
        }
        cids.push(cid);
    }
    for cid in &cids {
        call.node().unpin(*cid).await?;
    }
    let removed: Vec<String> = cids.iter().map(ToString::to_string).collect();
    Ok(answer::one(&json!({ "Pins": removed })))
}

pub(super) async fn update(call: Call) -> RpcResult<Response> {
    let from = call.cid_at(call.args.at(0, "from-path")?).await?;
    let to = call.cid_at(call.args.at(1, "to-path")?).await?;
    let unpin = call.args.flag(&["unpin"])?.unwrap_or(true);
    call.node().pin_update(from, to, unpin).await?;
    let pins = [from.to_string(), to.to_string()];
    Ok(answer::one(&json!({ "Pins": pins })))
}

pub(super) async fn verify(call: Call) -> RpcResult<Response> {
    let verbose = call.args.is_on(&["verbose"])?;
    let checks = answer::results(call.node().check_pins()).filter_map(move |check| async move {
        let check = match check {
            Ok(check) => check,
            Err(error) => return Some(Err(error)),
        };
        if check.faults.is_empty() && !verbose {
            return None;
        }
        let faults: Vec<Value> = check
            .faults
            .iter()
            .map(|(cid, why)| json!({ "Cid": cid.to_string(), "Err": why }))
            .collect();
        Some(Ok(json!({
            "Cid": check.cid.to_string(),
            "Ok": faults.is_empty(),
            "BadNodes": faults,
        })))
    });
    answer::lines(checks).await
}

/// Which pins are listed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    All,
    Direct,
    Recursive,
    Indirect,
}

/// One pin of a list.
struct Listed {
    cid: Cid,
    kind: &'static str,
    name: String,
}

pub(super) async fn ls(call: Call) -> RpcResult<Response> {
    let args = &call.args;
    let wanted = match args.text(&["type", "t"]).unwrap_or("all") {
        "all" => Wanted::All,
        "direct" => Wanted::Direct,
        "recursive" => Wanted::Recursive,
        "indirect" => Wanted::Indirect,
        other => {
            let other: String = other.chars().take(50).collect();
            return Err(RpcError::bad(format!(
                "invalid type {other:?}: it is direct, indirect, recursive or all"
            )));
        }
    };
    let only = args.text(&["name", "n"]).map(str::to_owned);
    let names = args.is_on(&["names"])? || only.is_some();
    let streamed = args.is_on(&["stream", "s"])?;
    let asked = args.all();
    let listed = if asked.is_empty() {
        all(&call, wanted, only).await?.boxed()
    } else {
        let mut some = Vec::new();
        for arg in asked {
            let cid = call.cid_at(arg).await?;
            some.push(Ok(asked_for(&call, arg, cid, wanted).await?));
        }
        stream::iter(some).boxed()
    };
    if streamed {
        return answer::lines(listed.map(move |pin| {
            pin.map(|pin| {
                let mut value = json!({ "Cid": pin.cid.to_string(), "Type": pin.kind });
                if names {
                    value["Name"] = pin.name.into();
                }
                value
            })
        }))
        .await;
    }
    let mut keys = serde_json::Map::new();
    let mut listed = std::pin::pin!(listed);
    while let Some(pin) = listed.next().await {
        let pin = pin?;
        let mut value = json!({ "Type": pin.kind });
        if names {
            value["Name"] = pin.name.into();
        }
        keys.insert(pin.cid.to_string(), value);
        if keys.len() > MAX_LIST {
            return Err(too_long());
        }
    }
    Ok(answer::one(&json!({ "Keys": keys })))
}

fn kind(pin: &Pin) -> &'static str {
    match pin.recursive {
        true => "recursive",
        false => "direct",
    }
}

fn fits(pin: &Pin, wanted: Wanted) -> bool {
    match wanted {
        Wanted::All => true,
        Wanted::Recursive => pin.recursive,
        Wanted::Direct => !pin.recursive,
        Wanted::Indirect => false,
    }
}

/// Every pin of the wanted kind, each root once.
async fn all(
    call: &Call,
    wanted: Wanted,
    only: Option<String>,
) -> RpcResult<impl Stream<Item = RpcResult<Listed>> + Send + use<>> {
    let mut roots: BTreeMap<Cid, Pin> = BTreeMap::new();
    for pin in call.node().pins_by_hand().await? {
        let named = only.as_ref().is_none_or(|only| pin.name.contains(only));
        let known = roots.get(&pin.cid).is_some_and(|other| other.recursive);
        if fits(&pin, wanted) && named && !known {
            roots.insert(pin.cid, pin);
        }
    }
    let direct = roots.into_values().map(|pin| {
        Ok(Listed {
            kind: kind(&pin),
            cid: pin.cid,
            name: pin.name,
        })
    });
    let wants_indirect = matches!(wanted, Wanted::All | Wanted::Indirect) && only.is_none();
    let below = wants_indirect.then(|| call.node().indirect_pins());
    let below = stream::iter(below).flat_map(|found| {
        answer::results(found).map(|cid| {
            cid.map(|cid| Listed {
                cid,
                kind: "indirect",
                name: String::new(),
            })
        })
    });
    Ok(stream::iter(direct).chain(below))
}

async fn asked_for(call: &Call, arg: &str, cid: Cid, wanted: Wanted) -> RpcResult<Listed> {
    let pins = call.node().pins_by_hand().await?;
    let mut own: Vec<&Pin> = pins
        .iter()
        .filter(|pin| pin.cid == cid && fits(pin, wanted))
        .collect();
    own.sort_by_key(|pin| !pin.recursive);
    if let Some(pin) = own.first() {
        return Ok(Listed {
            cid,
            kind: kind(pin),
            name: pin.name.clone(),
        });
    }
    if matches!(wanted, Wanted::All | Wanted::Indirect) {
        let mut below = call.node().indirect_pins();
        while let Some(found) = below.next().await {
            if found?.hash() == cid.hash() {
                return Ok(Listed {
                    cid,
                    kind: "indirect",
                    name: String::new(),
                });
            }
        }
    }
    Err(RpcError::failed(format!("path '{arg}' is not pinned")))
}
