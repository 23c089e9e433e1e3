//! Shares and links on a node without a network: what is asked for is made or refused in words.

use serde_json::json;

use crate::support::{World, send};

#[tokio::test(flavor = "multi_thread")]
async fn a_share_is_made_listed_and_taken_back() {
    let world = World::new().await;
    let items = world.import(&[("a.bin", b"shared")]).await;
    let body = json!({ "items": [items[0]["id"]], "password": "secret", "title": "A title" });
    let made = world.call("POST", "/shares", Some(body)).await;
    assert_eq!(made.status, 200, "{}", made.text());
    let share = made.json();
    assert_eq!(share["title"], "A title");
    assert_eq!(share["hasPassword"], true);
    let link = share["link"].as_str().expect("a link");
    assert!(link.starts_with("tributary://share/1/direct/"), "{link}");
    assert!(
        !made.text().contains("\"secret\""),
        "the password is not told again"
    );

    let id = share["id"].as_str().expect("an id");
    let revoked = world
        .call("POST", &format!("/shares/{id}/revoke"), None)
        .await;
    assert_eq!(revoked.json()["state"], "revoked");
    assert!(revoked.json()["link"].is_null());
    let gone = world.call("DELETE", &format!("/shares/{id}"), None).await;
    assert_eq!(gone.status, 204);
    assert_eq!(world.call("GET", "/shares", None).await.json(), json!([]));
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_shared_or_opened_says_so() {
    let world = World::new().await;
    let nobody = "0".repeat(32);
    let cases = [
        ("/shares", json!({}), 400, "bad_request"),
        ("/shares", json!({ "items": [nobody] }), 404, "not_found"),
        ("/shares", json!({ "albumId": nobody }), 404, "not_found"),
        ("/links/open", json!({ "link": "hello" }), 400, "bad_link"),
        (
            "/links/open",
            json!({ "link": "tributary://share/1/direct/x" }),
            400,
            "bad_link",
        ),
    ];
    for (path, body, status, code) in cases {
        let answer = world.call("POST", path, Some(body.clone())).await;
        assert_eq!(answer.status, status, "{path} {body}: {}", answer.text());
        assert_eq!(answer.json()["code"], code, "{path} {body}");
    }
    for (method, path) in [
        ("GET", format!("/received/{nobody}")),
        ("DELETE", format!("/received/{nobody}")),
        ("POST", format!("/received/{nobody}/save")),
        ("POST", format!("/shares/{nobody}/revoke")),
    ] {
        let answer = world.call(method, &path, None).await;
        assert_eq!(answer.status, 404, "{method} {path}: {}", answer.text());
    }
    assert_eq!(world.call("GET", "/networks", None).await.json(), json!([]));
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_share_says_its_licence_and_is_shown_by_the_gateway() {
    let world = World::new().await;
    let items = world.import(&[("a.bin", b"for everybody")]).await;
    let item = &items[0]["id"];
    for body in [
        json!({ "items": [item], "visibility": "public" }),
        json!({ "items": [item], "visibility": "public", "licence": "  " }),
        json!({ "items": [item], "visibility": "public", "licence": "CC0-1.0", "password": "x" }),
        json!({ "items": [item], "licence": "CC0-1.0" }),
    ] {
        let answer = world.call("POST", "/shares", Some(body.clone())).await;
        assert_eq!(answer.status, 400, "{body}: {}", answer.text());
    }
    let mut events = world.node.events();
    let body = json!({ "items": [item], "visibility": "public", "licence": "CC0-1.0" });
    let made = world.call("POST", "/shares", Some(body)).await;
    assert_eq!(made.status, 200, "{}", made.text());
    let share = loop {
        let all = world.call("GET", "/shares", None).await.json();
        if all[0]["state"] == "ready" {
            break all[0].clone();
        }
        assert_ne!(all[0]["state"], "failed", "{all}");
        events.next().await;
    };
    assert_eq!(share["visibility"], "public");
    assert_eq!(share["licence"], "CC0-1.0");
    let root = share["root"].as_str().expect("a root");
    assert_eq!(share["link"], format!("btfs://{root}"));
    let content = share["content"].as_str().expect("a file");
    let url = format!("/btfs/{content}");
    let shown = send(world.media, "GET", &url, &[], b"").await;
    assert_eq!(
        (shown.status, shown.text().as_str()),
        (200, "for everybody")
    );

    let link = json!({ "link": share["link"] });
    let opened = world.call("POST", "/links/open", Some(link)).await;
    assert_eq!(opened.status, 200, "{}", opened.text());
    let id = opened.json()["id"].as_str().expect("an id").to_owned();
    let detail = world
        .call("GET", &format!("/received/{id}"), None)
        .await
        .json();
    assert_eq!(detail["things"][0]["licence"], "CC0-1.0");
    let link = json!({ "link": "btfs://QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn" });
    let absent = world.call("POST", "/links/open", Some(link)).await;
    assert_eq!(
        (absent.status, &absent.json()["code"]),
        (409, &json!("no_network"))
    );

    let share_id = share["id"].as_str().expect("an id");
    let revoked = world
        .call("POST", &format!("/shares/{share_id}/revoke"), None)
        .await;
    assert!(revoked.json()["root"].is_null());
    let gone = send(world.media, "GET", &url, &[], b"").await;
    assert_eq!(gone.status, 404);
    world.end().await;
}
