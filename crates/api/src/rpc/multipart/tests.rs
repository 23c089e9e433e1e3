use http::HeaderValue;
use proptest::prelude::*;

use super::*;

fn multipart(body: &[u8], piece: usize) -> Multipart {
    let mut headers = HeaderMap::new();
    let kind = HeaderValue::from_static("multipart/form-data; boundary=\"b-b\"");
    headers.insert(header::CONTENT_TYPE, kind);
    let pieces: Vec<Result<Bytes, std::io::Error>> = body
        .chunks(piece.max(1))
        .map(|piece| Ok(Bytes::copy_from_slice(piece)))
        .collect();
    let body = Body::from_stream(futures_util::stream::iter(pieces));
    Multipart::new(&headers, body).expect("a multipart body")
}

async fn read(mut body: Multipart) -> RpcResult<Vec<(Part, Vec<u8>)>> {
    let mut parts = Vec::new();
    while let Some(part) = body.next_part().await? {
        parts.push((part, body.whole(1 << 20).await?.to_vec()));
    }
    Ok(parts)
}

fn run<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.expect("a runtime").block_on(future)
}

#[test]
fn parts_come_whole_however_the_body_is_cut() {
    let body = b"before\r\n--b-b\r\nContent-Disposition: form-data; name=\"file\"; \
        filename=\"a%20b%2Fc\"\r\nContent-Type: text/plain\r\n\r\none\r\n--b-\r\ntwo\r\n--b-b\r\n\
        content-disposition: form-data; filename=dir\r\nContent-Type: application/x-directory\r\n\
        \r\n\r\n--b-b\r\nContent-Disposition: form-data; filename*=utf-8''%C3%A4\r\n\
        Abspath: /etc/passwd\r\n\r\n\r\n--b-b--\r\nbehind";
    for piece in 1..80 {
        let parts = run(read(multipart(body, piece))).expect("parts");
        let [file, folder, other] = parts.as_slice() else {
            panic!("{parts:?}")
        };
        assert_eq!(file.0.path, ["a b", "c"]);
        assert_eq!(file.1, b"one\r\n--b-\r\ntwo");
        assert_eq!((folder.0.kind, folder.1.len()), (PartKind::Directory, 0));
        assert_eq!(other.0.path, ["\u{e4}"]);
        assert!(other.0.has_disk_path && !file.0.has_disk_path);
    }
}

#[test]
fn names_that_climb_and_bodies_that_are_cut_are_refused() {
    for name in [
        "..",
        "a/../b",
        "%2e%2e/x",
        "a%2F..",
        "a%00b",
        "%ff",
        &"n".repeat(300),
    ] {
        assert!(names(name).is_err(), "{name}");
    }
    assert_eq!(names("/a//./b/").expect("names"), ["a", "b"]);
    let whole = b"--b-b\r\nContent-Disposition: form-data; filename=\"a\"\r\n\r\nbytes\r\n--b-b--";
    assert!(run(read(multipart(whole, 7))).is_ok());
    for cut in 0..whole.len() {
        assert!(run(read(multipart(&whole[..cut], 7))).is_err(), "{cut}");
    }
    let flood = [&b"--b-b\r\nX: "[..], &vec![b'x'; 100_000]].concat();
    assert!(
        run(read(multipart(&flood, 4_096))).is_err(),
        "an endless head"
    );
    let nested = b"--b-b\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n\r\n--b-b--";
    assert!(run(read(multipart(nested, 9))).is_err());
}

#[test]
fn only_a_multipart_body_with_a_boundary_is_one() {
    for kind in [
        "",
        "text/plain",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; other=\"unclosed",
        "m; boundary=x",
    ] {
        assert_eq!(boundary(kind), None, "{kind}");
    }
    let kind = "Multipart/Form-Data; charset=\"a;\\\"b\"; BOUNDARY=x";
    assert_eq!(boundary(kind).as_deref(), Some("x"));
}

proptest! {
    #[test]
    fn no_body_makes_it_panic(body in proptest::collection::vec(any::<u8>(), 0..400), piece in 1_usize..50) {
        let _ = run(read(multipart(&body, piece)));
        let _ = run(read(multipart(&[b"--b-b\r\n".as_slice(), &body].concat(), piece)));
    }

    #[test]
    fn any_content_survives(content in proptest::collection::vec(any::<u8>(), 0..400), piece in 1_usize..50) {
        prop_assume!(memmem::find(&content, b"--b-b").is_none());
        let body = [b"--b-b\r\nA: b\r\n\r\n".as_slice(), &content, b"\r\n--b-b--"].concat();
        let parts = run(read(multipart(&body, piece))).expect("parts");
        prop_assert_eq!(&parts[0].1, &content);
    }
}
