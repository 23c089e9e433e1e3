//! Links that are opened, refused, tried too often, revoked and outlived.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dag::seal::{SealKey, unwrap_share_key, wrap_share_key};
use dag::share_link::ShareSecret;
use dag::share_proof::{LinkKeys, StretchedPassword};
use dag::{CidVersion, Codec, cid_of};
use futures_util::future::BoxFuture;
use futures_util::{AsyncReadExt, AsyncWriteExt};
use net::share::{
    Grant, LinkId, LinkProof, OpenLink, OpenLinks, PasswordParams, ShareBook, ShareEnd,
    ShareMessage, SharedLink,
};
use net::{Clock, Network, NetworkConfig};
use tokio::time::timeout;

use crate::raw::RawPeer;
use crate::support::{Blocks, STUCK, address, connect, in_memory, node, node_with};

const LINK: LinkId = LinkId([1; 16]);
const SECRET: [u8; 32] = [2; 32];
const SHARE_KEY: [u8; 32] = [3; 32];
const PARAMS: PasswordParams = PasswordParams {
    salt: [4; 16],
    memory_kib: 65_536,
    passes: 3,
    lanes: 1,
};

#[derive(Default)]
struct Book(Mutex<HashMap<LinkId, SharedLink>>);

impl ShareBook for Book {
    fn find(&self, link: LinkId) -> BoxFuture<'static, Option<SharedLink>> {
        let found = self.0.lock().unwrap().get(&link).cloned();
        Box::pin(std::future::ready(found))
    }
}

impl Book {
    fn change(&self, change: impl FnOnce(&mut SharedLink)) {
        change(self.0.lock().unwrap().get_mut(&LINK).unwrap());
    }
}

fn keys(password: Option<[u8; 32]>) -> LinkKeys {
    let password = password.map(StretchedPassword::new);
    LinkKeys::derive(&LINK.0, &ShareSecret::new(SECRET), password.as_ref())
}

fn proof(keys: &LinkKeys) -> LinkProof {
    LinkProof {
        link: LINK,
        open_key: keys.open.clone(),
        password_key: keys.password.clone(),
    }
}

/// A sharer with one link, whose clock can be set, and an opener that is connected to it.
struct Pair {
    book: Arc<Book>,
    open: OpenLinks,
    now: Arc<Mutex<SystemTime>>,
    sharer: Network,
    opener: Network,
}

async fn pair(password: Option<[u8; 32]>) -> Pair {
    let keys = keys(password);
    let link = SharedLink {
        open_key: keys.open.clone(),
        password: keys.password.clone().map(|key| (PARAMS, key)),
        revoked: false,
        expires: None,
        grant: Grant {
            manifest: cid_of(Codec::DagCbor, CidVersion::V1, b"a manifest"),
            key: wrap_share_key(&keys.wrap, [5; 24], &LINK.0, &SealKey::new(SHARE_KEY)),
        },
    };
    let book = Arc::new(Book::default());
    book.0.lock().unwrap().insert(LINK, link);
    let open = OpenLinks::default();
    let now = Arc::new(Mutex::new(UNIX_EPOCH + Duration::from_secs(1_800_000_000)));
    let change = |config: &mut NetworkConfig| {
        config.shares = Arc::clone(&book) as Arc<dyn ShareBook>;
        config.open_links = open.clone();
        let now = Arc::clone(&now);
        config.clock = Clock::new(move || *now.lock().unwrap());
    };
    let sharer = node_with(in_memory(), Blocks::of(&[]), change).await;
    let opener = node(in_memory(), Blocks::of(&[])).await;
    connect(&opener, &sharer).await;
    Pair {
        book,
        open,
        now,
        sharer,
        opener,
    }
}

impl Pair {
    async fn open(&self, proof: LinkProof) -> Result<net::share::OpenShare, OpenLink> {
        let opening = self.opener.shares().open(self.sharer.peer_id(), proof);
        timeout(STUCK, opening).await.expect("answers")
    }

    async fn closed(&self) {
        let wait = async {
            while self.open.has(&self.opener.peer_id(), &LINK) {
                tokio::task::yield_now().await;
            }
        };
        timeout(STUCK, wait).await.expect("the permission ends");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_secret_opens_and_the_permission_lasts_as_long_as_the_share_is_held() {
    let pair = pair(None).await;
    let keys = keys(None);
    let share = pair.open(proof(&keys)).await.unwrap();
    let key = unwrap_share_key(&keys.wrap, &LINK.0, &share.grant.key).unwrap();
    assert_eq!(key.expose(), &SHARE_KEY);
    assert_eq!(share.end(), None);
    assert_eq!(pair.open.of(&pair.opener.peer_id()), [LINK]);
    assert_eq!(pair.open.peers(&LINK), [pair.opener.peer_id()]);
    assert!(!pair.open.has(&pair.sharer.peer_id(), &LINK));
    drop(share);
    pair.closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_secret_and_a_link_that_is_not_there_answer_alike_and_not_for_ever() {
    let pair = pair(None).await;
    let wrong = LinkKeys::derive(&LINK.0, &ShareSecret::new([9; 32]), None);
    assert_eq!(
        pair.open(proof(&wrong)).await.unwrap_err(),
        OpenLink::Unknown
    );
    let mut absent = proof(&keys(None));
    absent.link = LinkId([7; 16]);
    assert_eq!(
        pair.open(absent.clone()).await.unwrap_err(),
        OpenLink::Unknown
    );
    for _ in 0..6 {
        let refused = pair.open(absent.clone()).await.unwrap_err();
        assert_eq!(refused, OpenLink::Unknown);
    }
    let refused = pair.open(proof(&keys(None))).await.unwrap_err();
    assert!(
        matches!(refused, OpenLink::TooManyAttempts(_)),
        "{refused:?}"
    );
    assert!(pair.open.peers(&LINK).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_asked_for_and_cannot_be_guessed_at_speed() {
    let pair = pair(Some([8; 32])).await;
    let none = pair.open(proof(&keys(None))).await.unwrap_err();
    assert_eq!(none, OpenLink::NeedsPassword(PARAMS));
    for guess in 0..5 {
        let wrong = pair
            .open(proof(&keys(Some([guess; 32]))))
            .await
            .unwrap_err();
        assert_eq!(wrong, OpenLink::WrongPassword);
        if guess == 0 {
            pair.open(proof(&keys(Some([8; 32])))).await.unwrap();
        }
    }
    let right = pair.open(proof(&keys(Some([8; 32])))).await.unwrap_err();
    assert!(matches!(right, OpenLink::TooManyAttempts(_)), "{right:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn revoking_closes_open_shares_at_once() {
    let pair = pair(None).await;
    let mut share = pair.open(proof(&keys(None))).await.unwrap();
    pair.book.change(|link| link.revoked = true);
    pair.open.revoke(&LINK);
    assert!(!pair.open.has(&pair.opener.peer_id(), &LINK));
    let end = timeout(STUCK, share.ended()).await.expect("is told");
    assert_eq!(end, ShareEnd::Revoked);
    let again = pair.open(proof(&keys(None))).await.unwrap_err();
    assert_eq!(again, OpenLink::Revoked);
}

#[tokio::test(start_paused = true)]
async fn a_share_expires_by_the_clock_of_the_sharer() {
    let pair = pair(None).await;
    let start = *pair.now.lock().unwrap();
    let expires = start + Duration::from_secs(3600);
    pair.book.change(|link| link.expires = Some(expires));
    let mut share = pair.open(proof(&keys(None))).await.unwrap();
    assert_eq!(share.expires, Some(expires));
    // A clock that jumps counts too.
    *pair.now.lock().unwrap() = expires;
    let end = timeout(STUCK, share.ended()).await.expect("is told");
    assert_eq!(end, ShareEnd::Expired);
    pair.closed().await;
    let again = pair.open(proof(&keys(None))).await.unwrap_err();
    assert_eq!(again, OpenLink::Expired);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_goes_takes_the_permission_with_it() {
    let pair = pair(None).await;
    let mut share = pair.open(proof(&keys(None))).await.unwrap();
    pair.opener.disconnect(pair.sharer.peer_id()).await;
    let end = timeout(STUCK, share.ended()).await.expect("is told");
    assert_eq!(end, ShareEnd::Disconnected);
    pair.closed().await;
    let gone = pair.open(proof(&keys(None))).await.unwrap_err();
    assert_eq!(gone, OpenLink::NotConnected);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_opened_at_peers_that_do_not_answer_right() {
    let pair = pair(None).await;
    let mut raw = RawPeer::dial(address(&pair.sharer).await).await;
    // A proof that was heard elsewhere is worth nothing, and what is no message ends the stream.
    let hello = ShareMessage::Hello {
        link: LINK,
        nonce: [0; 32],
    };
    let stale = ShareMessage::Proof {
        secret: [0; 32],
        password: None,
    };
    let frame = |body: Vec<u8>| [&(body.len() as u16).to_le_bytes()[..], &body].concat();
    let sent = [frame(hello.encode()), frame(stale.encode())].concat();
    let mut stream = raw.open_as("/tributary/share/1").await;
    let answer = raw.during(async {
        stream.write_all(&sent).await.unwrap();
        stream.flush().await.unwrap();
        let mut challenge = [0; 2 + 33];
        stream.read_exact(&mut challenge).await.unwrap();
        let mut refusal = [0; 4];
        stream.read_exact(&mut refusal).await.unwrap();
        refusal
    });
    let answer = timeout(STUCK, answer).await.expect("is refused");
    assert_eq!(answer, [2, 0, 5, 1]);
    for bad in [&[0xff, 0xff][..], &[1, 0, 99], &[0, 0], &[3, 0, 1, 2, 3]] {
        let mut stream = raw.open_as("/tributary/share/1").await;
        let ended = raw.during(async {
            stream.write_all(bad).await.unwrap();
            stream.flush().await.unwrap();
            stream.read(&mut [0]).await
        });
        let ended = timeout(STUCK, ended).await.expect("is ended");
        assert!(!matches!(ended, Ok(1..)), "nothing is answered");
    }
    assert!(pair.open.peers(&LINK).is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_handshake_that_drips_is_given_up() {
    let pair = pair(None).await;
    let mut raw = RawPeer::dial(address(&pair.sharer).await).await;
    let mut stream = raw.open_as("/tributary/share/1").await;
    let ended = raw.during(async {
        stream.write_all(&[49, 0, 1]).await.unwrap();
        stream.flush().await.unwrap();
        stream.read(&mut [0]).await
    });
    assert!(!matches!(ended.await, Ok(1..)), "nothing is answered");
}
