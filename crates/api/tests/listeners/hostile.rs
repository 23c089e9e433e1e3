//! A hostile page in the gateway, and an SVG and an HTML file in the library, cannot read
//! one byte of the API: what a browser would be told, header by header.

use crate::support::{World, send};

const PAGE: &[u8] = b"<!doctype html><script>fetch('/api/app/status')</script>";
const SVG: &[u8] =
    b"<svg xmlns='http://www.w3.org/2000/svg'><script>fetch('/api/app/status')</script></svg>";

#[tokio::test(flavor = "multi_thread")]
async fn a_page_in_the_gateway_is_sandboxed() {
    let world = World::new().await;
    let cid = world.add("index.html", PAGE).await;
    for path in [
        format!("/btfs/{cid}?filename=x.html"),
        format!("/ipfs/{cid}?filename=x.svg"),
    ] {
        let answer = send(world.media, "GET", &path, &[], b"").await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let policy = answer.header("content-security-policy").expect("a policy");
        assert!(
            policy.starts_with("sandbox;"),
            "an origin of its own, no script: {policy}"
        );
        assert!(policy.contains("script-src 'none'") && policy.contains("connect-src 'none'"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("access-control-allow-origin"), None);
    }
    // What the page's script would send if the sandbox were not there.
    for origin in ["null".to_owned(), format!("http://{}", world.media)] {
        for headers in [
            vec![format!("origin: {origin}")],
            vec![
                format!("origin: {origin}"),
                format!("authorization: Bearer {}", world.token),
            ],
        ] {
            let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
            let answer = send(world.api, "GET", "/api/app/status", &headers, b"").await;
            assert_eq!(answer.status, 403, "{origin}");
            assert_eq!(answer.header("access-control-allow-origin"), None);
        }
    }
    // The API is not on the media listener at all.
    let bearer = format!("authorization: Bearer {}", world.token);
    for path in ["/api/app/status", "/btfs/../api/app/status", "/"] {
        let answer = send(world.media, "GET", path, &[&bearer], b"").await;
        assert_ne!(answer.status, 200, "{path}");
        assert!(!answer.text().contains("mediaBase"), "{path}");
    }
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn svg_and_html_of_the_library_are_never_rendered() {
    let world = World::new().await;
    let items = world.import(&[("a.html", PAGE), ("b.svg", SVG)]).await;
    assert_eq!(items.len(), 2);
    for item in items {
        let id = item["id"].as_str().expect("an id");
        let detail = world
            .call("GET", &format!("/items/{id}"), None)
            .await
            .json();
        let url = detail["renditions"][0]["url"].as_str().expect("a URL");
        let path = url
            .strip_prefix(&format!("http://{}", world.media))
            .expect("our listener");
        let answer = send(world.media, "GET", path, &[], b"").await;
        assert_eq!(answer.status, 200);
        assert_eq!(
            answer.header("content-type"),
            Some("application/octet-stream")
        );
        let disposition = answer.header("content-disposition").expect("a disposition");
        assert!(disposition.starts_with("attachment;"), "{disposition}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        let policy = answer.header("content-security-policy").expect("a policy");
        assert!(policy.starts_with("sandbox;"), "{policy}");
        // Private content is not served by its id either.
        let cid = detail["cid"].as_str().expect("a cid");
        let by_id = send(world.media, "GET", &format!("/btfs/{cid}"), &[], b"").await;
        assert_eq!(by_id.status, 404, "private and absent answer the same");
    }
    world.end().await;
}
