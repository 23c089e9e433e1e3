//! The accept loop of one listener and its connections.

use std::time::Duration;

use axum::{Router, middleware};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use std::sync::Arc;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
    sync::Semaphore,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::patience::{Standstill, Watched, patient};

/// Most connections at once; more wait in the listen queue.
const MAX_CONNECTIONS: usize = 256;
/// A client must have sent its request head by then.
const HEAD_DEADLINE: Duration = Duration::from_secs(20);
/// Time that requests under way get at the end.
const LAST_WORDS: Duration = Duration::from_millis(500);
/// Pause after an accept that failed for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Accepts until `ending`, then lets its connections finish.
pub(super) async fn serve(
    listener: TcpListener,
    router: Router,
    tracker: TaskTracker,
    ending: CancellationToken,
) {
    let slots = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let router = router.layer(middleware::from_fn(patient));
    loop {
        let slot = tokio::select! {
            () = ending.cancelled() => return,
            slot = slots.clone().acquire_owned() => slot,
        };
        let Ok(slot) = slot else { return };
        let accepted = tokio::select! {
            () = ending.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                // Without it small answers wait for the client's delayed acknowledgement.
                let _ = stream.set_nodelay(true);
                let (router, slots) = (router.clone(), slots.clone());
                let ending = ending.clone();
                tracker.spawn(async move {
                    connection(stream, router, &slots, ending).await;
                    drop(slot);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "could not accept a connection");
                tokio::select! {
                    () = ending.cancelled() => return,
                    () = tokio::time::sleep(ACCEPT_PAUSE) => {}
                }
            }
        }
    }
}

async fn connection<S>(stream: S, router: Router, slots: &Semaphore, ending: CancellationToken)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let standstill = Standstill::default();
    let stream = Watched::new(stream, standstill.clone());
    let service = TowerToHyperService::new(router);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_DEADLINE)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        ended = connection.as_mut() => {
            log(ended);
            return;
        }
        () = standstill.too_long(slots) => {
            tracing::debug!("a client that does not read made room");
            return;
        }
        () = ending.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    if let Ok(ended) = tokio::time::timeout(LAST_WORDS, connection).await {
        log(ended);
    }
}

/// A client that goes away is no news.
fn log(ended: Result<(), hyper::Error>) {
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke");
    }
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, routing};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};

    use super::*;

    fn router() -> Router {
        Router::new()
            .route("/deaf", routing::post(|| async { "done" }))
            .route("/large", routing::get(|| async { vec![7_u8; 1 << 20] }))
            .route(
                "/body",
                routing::post(|body: Body| async move {
                    match axum::body::to_bytes(body, usize::MAX).await {
                        Ok(_) => http::StatusCode::OK,
                        Err(_) => http::StatusCode::BAD_REQUEST,
                    }
                }),
            )
            .layer(middleware::from_fn(patient))
    }

    /// A client that sent `sent`, the end of its connection, and the time this took.
    fn client(
        slots: usize,
        ending: &CancellationToken,
    ) -> (DuplexStream, impl Future<Output = Duration> + use<>) {
        let (near, far) = tokio::io::duplex(1024);
        let ending = ending.clone();
        let served = async move {
            let slots = Semaphore::new(slots);
            let started = tokio::time::Instant::now();
            connection(far, router(), &slots, ending).await;
            started.elapsed()
        };
        (near, served)
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_that_never_ends_is_not_waited_for() {
        let (mut near, served) = client(5, &CancellationToken::new());
        near.write_all(b"GET /large HTTP/1.1\r\nHo")
            .await
            .expect("sent");
        let took = served.await;
        assert!(took <= HEAD_DEADLINE + Duration::from_secs(2), "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_never_ends_is_an_error_of_its_request_only() {
        let (mut near, served) = client(5, &CancellationToken::new());
        near.write_all(b"POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc")
            .await
            .expect("sent");
        let read = async {
            let mut answer = Vec::new();
            let _ = near.read_to_end(&mut answer).await;
            answer
        };
        let (took, answer) = tokio::join!(served, read);
        assert!(took < Duration::from_secs(60), "{took:?}");
        assert!(answer.starts_with(b"HTTP/1.1 400"), "{answer:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_nobody_wants_does_not_cost_the_connection() {
        let (mut near, served) = client(5, &CancellationToken::new());
        let talk = async {
            let head = b"POST /deaf HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n";
            near.write_all(head).await.expect("sent");
            tokio::time::sleep(Duration::from_secs(1)).await;
            near.write_all(b"null").await.expect("sent");
            let mut answer = vec![0; 12];
            near.read_exact(&mut answer).await.expect("an answer");
            assert_eq!(answer, b"HTTP/1.1 200");
            let last = b"POST /deaf HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
            near.write_all(last).await.expect("sent");
            near.read_to_end(&mut answer).await.expect("answers");
            String::from_utf8_lossy(&answer).into_owned()
        };
        let (_, answers) = tokio::join!(served, talk);
        assert_eq!(answers.matches("HTTP/1.1 200").count(), 2, "{answers}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_that_stops_may_pause_but_makes_room_for_others() {
        for (slots, least, most) in [(5, 600, 1_000), (0, 10, 20)] {
            let (mut near, served) = client(slots, &CancellationToken::new());
            near.write_all(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
                .await
                .expect("sent");
            let took = served.await.as_secs();
            assert!((least..=most).contains(&took), "{slots} free: {took} s");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_that_goes_on_is_served_whole_and_silent_ones_do_not_hold_up_the_end() {
        let ending = CancellationToken::new();
        let (mut near, served) = client(0, &ending);
        near.write_all(b"GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            .await
            .expect("sent");
        let read = async {
            let mut answer = Vec::new();
            let mut piece = [0; 700];
            loop {
                // Slower than the limit in all, faster than it at each step.
                if answer.len() % 100 == 0 {
                    tokio::time::sleep(Duration::from_secs(3)).await;
                }
                match near.read(&mut piece).await.expect("read") {
                    0 => return answer.len(),
                    len => answer.extend_from_slice(&piece[..len]),
                }
            }
        };
        let (_, len) = tokio::join!(served, read);
        assert!(len > 1 << 20, "{len}");

        let (mut near, served) = client(5, &ending);
        near.write_all(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
            .await
            .expect("sent");
        let end = async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            ending.cancel();
        };
        let (took, ()) = tokio::join!(served, end);
        assert!(took < Duration::from_secs(2), "{took:?}");
    }
}
