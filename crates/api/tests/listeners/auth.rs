//! No request without the right token, Host and Origin does anything.

use serde_json::Value;

use crate::support::{Answer, WINDOW, World, send};

/// Every route of the document, with something in place of each parameter.
fn routes() -> Vec<(String, String)> {
    let document: Value = serde_json::from_str(&api::openapi_json()).expect("the document");
    let mut routes = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        let path = path
            .replace("{id}", &"0".repeat(32))
            .replace("{cid}", "QmInvalid");
        for method in item.as_object().expect("methods").keys() {
            routes.push((method.to_ascii_uppercase(), path.clone()));
        }
    }
    assert!(routes.len() > 60, "the whole table: {}", routes.len());
    routes
}

fn code(answer: &Answer) -> String {
    answer.json()["code"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_refuses_without_token_host_or_origin() {
    let world = World::new().await;
    let before = world.call("GET", "/settings", None).await.text();
    let bearer = format!("authorization: Bearer {}", world.token);
    let cookie = format!(
        "cookie: tributary_session_{}={}",
        world.api.port(),
        world.token
    );
    let wrong = "authorization: Bearer AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let body = br#"{"theme":"light","name":"x","title":"x","paths":["/"],"path":"/","ids":[]}"#;
    let json = "content-type: application/json";
    for (method, path) in routes() {
        let cases: [(&[&str], u16, &str); 9] = [
            (&[], 401, "unauthorized"),
            (&[wrong], 401, "unauthorized"),
            (&["authorization: Bearer "], 401, "unauthorized"),
            (&["authorization: Basic AAAA"], 401, "unauthorized"),
            (
                &[&cookie, "sec-fetch-site: same-origin"],
                401,
                "unauthorized",
            ),
            (&[&bearer, "host: evil.example"], 421, "wrong_host"),
            (&[&bearer, "host: 127.0.0.1:1"], 421, "wrong_host"),
            (
                &[&bearer, "origin: http://evil.example"],
                403,
                "foreign_origin",
            ),
            (&[&bearer, "origin: null"], 403, "foreign_origin"),
        ];
        for (headers, status, expect) in cases {
            let mut headers = headers.to_vec();
            headers.push(json);
            let answer = send(world.api, &method, &path, &headers, body).await;
            assert_eq!(answer.status, status, "{method} {path} {headers:?}");
            assert_eq!(code(&answer), expect, "{method} {path} {headers:?}");
            assert!(answer.header("access-control-allow-origin").is_none());
        }
    }
    let after = world.call("GET", "/settings", None).await.text();
    assert_eq!(before, after, "nothing changed");
    assert_eq!(
        world
            .call("GET", "/people", None)
            .await
            .json()
            .as_array()
            .map(Vec::len),
        Some(1)
    );
    assert_eq!(
        world.call("GET", "/imports", None).await.json()["jobs"],
        serde_json::json!([])
    );
    world.end().await;
}

/// The link that the daemon prints gives a cookie, and the cookie works only for our page.
#[tokio::test(flavor = "multi_thread")]
async fn a_cookie_counts_only_from_our_own_page() {
    let world = World::new().await;
    let bad = send(world.api, "GET", "/?token=wrong", &[], b"").await;
    assert_eq!((bad.status, bad.header("set-cookie")), (401, None));
    let opened = send(
        world.api,
        "GET",
        &format!("/?token={}", world.token),
        &[],
        b"",
    )
    .await;
    assert_eq!((opened.status, opened.header("location")), (303, Some("/")));
    let set = opened.header("set-cookie").expect("a cookie");
    assert!(
        set.contains("HttpOnly") && set.contains("SameSite=Strict"),
        "{set}"
    );
    assert!(!set.contains(&world.token), "the cookie is not the token");
    let cookie = format!(
        "cookie: other=1; {}",
        set.split(';').next().expect("a pair")
    );
    let own = format!("origin: http://{}", world.api);
    let page = "sec-fetch-site: same-origin";
    let json = "content-type: application/json";
    let light = br#"{"theme":"light"}"#;
    let (path, get, patch) = ("/api/app/settings", "GET", "PATCH");
    let cases: [(&str, &[&str], u16); 9] = [
        (get, &[&cookie, page], 200),
        (get, &[&cookie, &own], 200),
        (get, &[&cookie, "sec-fetch-site: none"], 200),
        (get, &[&cookie], 401),
        (get, &[&cookie, "sec-fetch-site: same-site"], 401),
        (get, &[&cookie, "sec-fetch-site: cross-site"], 401),
        (patch, &[&cookie, page, json], 401),
        (
            patch,
            &[&cookie, "sec-fetch-site: same-site", &own, json],
            401,
        ),
        (patch, &[&cookie, page, &own, json], 200),
    ];
    for (method, headers, expect) in cases {
        let body: &[u8] = if method == patch { light } else { b"" };
        let answer = send(world.api, method, path, headers, body).await;
        assert_eq!(
            answer.status,
            expect,
            "{method} {headers:?} {}",
            answer.text()
        );
    }
    let plain = &[cookie.as_str(), page, &own, "content-type: text/plain"];
    let answer = send(world.api, patch, path, plain, light).await;
    assert_eq!(answer.status, 415, "a form cannot be taken for JSON");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cors_allows_exactly_the_window() {
    let world = World::new().await;
    let bearer = format!("authorization: Bearer {}", world.token);
    let window = format!("origin: {WINDOW}");
    let path = "/api/app/status";
    let asked = send(world.api, "OPTIONS", path, &[&window], b"").await;
    assert_eq!(asked.status, 204);
    assert_eq!(asked.header("access-control-allow-origin"), Some(WINDOW));
    assert_eq!(asked.header("access-control-allow-credentials"), None);
    let answer = send(world.api, "GET", path, &[&window, &bearer], b"").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("access-control-allow-origin"), Some(WINDOW));
    assert!(
        answer
            .header("vary")
            .is_some_and(|vary| vary.contains("Origin"))
    );
    for origin in [
        "tauri://localhost.evil",
        "TAURI://LOCALHOST",
        "http://localhost",
        "null",
    ] {
        let line = format!("origin: {origin}");
        let answer = send(world.api, "OPTIONS", path, &[&line], b"").await;
        assert_eq!(answer.status, 403, "{origin}");
    }
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ui_needs_no_token_and_has_a_policy() {
    let world = World::new().await;
    for path in ["/", "/photos", "/watch/0123"] {
        let page = send(world.api, "GET", path, &[], b"").await;
        assert_eq!(page.status, 200, "{path}");
        let policy = page.header("content-security-policy").expect("a policy");
        assert!(
            policy.contains("script-src 'self';"),
            "no inline script, no eval: {policy}"
        );
        assert!(
            policy.contains(&format!("http://{}", world.media)),
            "{policy}"
        );
    }
    let script = send(world.api, "GET", "/assets/app.js", &[], b"").await;
    assert_eq!(
        script.header("content-type"),
        Some("text/javascript; charset=utf-8")
    );
    assert!(
        script
            .header("cache-control")
            .is_some_and(|cache| cache.contains("immutable"))
    );
    assert_eq!(
        send(world.api, "GET", "/assets/none.js", &[], b"")
            .await
            .status,
        404
    );
    assert_eq!(send(world.api, "POST", "/", &[], b"").await.status, 405);
    assert_eq!(
        send(world.api, "GET", "/", &["host: evil.example"], b"")
            .await
            .status,
        421
    );
    assert_eq!(world.call("GET", "/nothing", None).await.status, 404);
    world.end().await;
}
