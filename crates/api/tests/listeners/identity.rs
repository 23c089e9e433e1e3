//! Another key for the home over the API: guarded like everything, and never repeated.

use serde_json::{Value, json};

use crate::support::{World, send};

const PASSWORD: &str = "rosebud rosebud";

fn vector() -> Value {
    let text = include_str!("../../../../tests/vectors/identity.json");
    let vectors: Value = serde_json::from_str(text).expect("the file");
    vectors[1].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_goes_in_and_its_peer_id_comes_out() {
    let world = World::new().await;
    let before = world.call("GET", "/node/id", None).await.json();
    let vector = vector();
    let body = json!({
        "secret": vector["base64"], "password": PASSWORD, "replaces": before["peerId"],
    });
    let replaced = world.call("POST", "/node/id", Some(body.clone())).await;
    assert_eq!(replaced.status, 200, "{}", replaced.text());
    let told = replaced.json();
    assert_eq!(told["identity"]["peerId"], vector["peer"]);
    assert_eq!(
        (&told["form"], &told["before"]),
        (&json!("base64"), &before["peerId"])
    );
    let base64 = vector["base64"].as_str().expect("a key");
    assert!(!replaced.text().contains(base64) && !replaced.text().contains(PASSWORD));
    let after = world.call("GET", "/node/id", None).await.json();
    assert_eq!(after, told["identity"]);

    // The same request again means a home that is not there any more.
    let again = world.call("POST", "/node/id", Some(body)).await;
    assert_eq!(
        (again.status, &again.json()["code"]),
        (409, &json!("conflict"))
    );
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_repeats_nothing_that_was_sent() {
    let world = World::new().await;
    let before = world.call("GET", "/node/id", None).await.json();
    let secret = "abandon ".repeat(12);
    let asked = |secret: &str, password: &str| json!({ "secret": secret, "password": password, "replaces": before["peerId"] });
    let hex = vector()["hex"].as_str().expect("hex").to_owned();
    for (body, status, code) in [
        (asked(&secret, PASSWORD), 400, "bad_key"),
        (asked(&hex, "short"), 400, "bad_request"),
        // Where a careless answer would say what it found instead.
        (json!(format!("{secret}{PASSWORD}")), 400, "bad_request"),
        (
            json!({ "secret": [secret], "password": PASSWORD }),
            400,
            "bad_request",
        ),
        (
            json!({ "secret": hex, (PASSWORD): PASSWORD }),
            400,
            "bad_request",
        ),
    ] {
        let refused = world.call("POST", "/node/id", Some(body)).await;
        let text = refused.text();
        assert_eq!(
            (refused.status, &refused.json()["code"]),
            (status, &json!(code)),
            "{text}"
        );
        assert!(
            !text.contains("abandon") && !text.contains("rosebud"),
            "{text}"
        );
        assert!(!text.contains(&hex) && !text.contains("short"), "{text}");
    }
    let unknown = asked(&format!("{}zzzz", "abandon ".repeat(11)), PASSWORD);
    let refused = world.call("POST", "/node/id", Some(unknown)).await.json();
    assert_eq!(
        refused["detail"],
        json!({ "reason": "unknownWord", "word": 12 })
    );

    let bearer = format!("authorization: Bearer {}", world.token);
    let body = asked(&hex, PASSWORD).to_string();
    let plain = send(
        world.api,
        "POST",
        "/api/app/node/id",
        &[&bearer],
        body.as_bytes(),
    )
    .await;
    assert_eq!(plain.status, 415, "no form of another site sends JSON");
    assert_eq!(world.call("GET", "/node/id", None).await.json(), before);
    world.end().await;
}
