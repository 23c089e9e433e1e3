//! Lists of blocked content over the API, and what the gateway answers for what they name.

use serde_json::json;

use crate::support::{World, send};

#[tokio::test(flavor = "multi_thread")]
async fn lists_and_own_rules_are_managed_and_decide() {
    let world = World::new().await;
    let added = world.call("POST", "/node/add?name=a", None).await;
    assert_eq!(added.status, 200, "{}", added.text());
    let cid = added.json()["cid"].as_str().expect("a cid").to_owned();
    let url = format!("/btfs/{cid}");
    let gateway = || async { send(world.media, "GET", &url, &[], b"").await };
    assert_eq!(gateway().await.status, 200);

    let body = json!({ "what": cid });
    let rules = world.call("POST", "/policy/blocked", Some(body)).await;
    assert_eq!(
        rules.json(),
        json!([{ "rule": format!("/ipfs/{cid}"), "allow": false }])
    );
    let blocked = gateway().await;
    assert_eq!(blocked.status, 410, "{}", blocked.text());
    let error = blocked.json();
    assert_eq!(error["code"], "blocked");
    assert_eq!(error["detail"]["list"], "own");
    assert_eq!(error["detail"]["rule"], format!("/ipfs/{cid}"));
    let cat = world
        .call("GET", &format!("/node/cat?path={cid}"), None)
        .await;
    assert_eq!((cat.status, &cat.json()["code"]), (410, &json!("blocked")));
    let log = world.call("GET", "/policy/log", None).await.json();
    assert_eq!(log[0]["what"], cid);

    let gone = world
        .call("DELETE", &format!("/policy/blocked?what={cid}"), None)
        .await;
    assert_eq!(gone.status, 204);
    assert_eq!(gateway().await.status, 200);

    let text = format!("hints:\n  gateway_status: 451\n---\n/ipfs/{cid}\n");
    let body = json!({ "name": "legal", "text": text });
    let policy = world.call("POST", "/policy/lists", Some(body)).await;
    assert_eq!(policy.status, 200, "{}", policy.text());
    let list = &policy.json()["lists"][0];
    assert_eq!(
        (&list["name"], &list["rules"]),
        (&json!("legal"), &json!(1))
    );
    assert_eq!(gateway().await.status, 451);
    let off = json!({ "enabled": false });
    world.call("PATCH", "/policy/lists/legal", Some(off)).await;
    assert_eq!(gateway().await.status, 200);
    let gone = world.call("DELETE", "/policy/lists/legal", None).await;
    assert_eq!(gone.status, 204);

    let cases = [
        ("POST", "/policy/lists", Some(json!({})), 400),
        ("POST", "/policy/lists", Some(json!({ "text": "" })), 400),
        (
            "POST",
            "/policy/lists",
            Some(json!({ "path": "/nowhere/at/all.deny" })),
            404,
        ),
        ("DELETE", "/policy/lists/nothing", None, 404),
        (
            "PATCH",
            "/policy/lists/nothing",
            Some(json!({ "enabled": true })),
            404,
        ),
        (
            "POST",
            "/policy/blocked",
            Some(json!({ "what": "a b" })),
            400,
        ),
        ("DELETE", "/policy/blocked?what=example.org", None, 400),
    ];
    for (method, path, body, status) in cases {
        let answer = world.call(method, path, body).await;
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.text());
    }
    world.end().await;
}
