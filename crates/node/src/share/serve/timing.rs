//! A stranger who can measure learns nothing: what is private takes as long as what is not here.
//!
//! Lower quartiles of questions in an order that has no rhythm, so that a busy machine slows both and
//! falls in step with neither; one fair round of a few is enough, because a difference in the work
//! would show in every one. Blocks are as large as they
//! get, so that reading one by mistake would take many times as long as looking for it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use dag::{Cid, CidVersion, Codec};
use net::PeerId;
use net::bitswap::BlockSource;

use super::Serving;
use crate::{Node, NodeConfig};

const QUESTIONS: u32 = 120;
const ROUNDS: usize = 6;
/// How much longer the slower one may take.
const FAIR: f64 = 1.4;

fn block(number: u32) -> (Cid, Vec<u8>) {
    let mut bytes = vec![7; 1 << 20];
    bytes[..4].copy_from_slice(&number.to_le_bytes());
    (dag::cid_of(Codec::Raw, CidVersion::V1, &bytes), bytes)
}

fn quartile(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times[times.len() / 4].as_secs_f64()
}

#[tokio::test(flavor = "multi_thread")]
async fn private_takes_as_long_as_absent() {
    let home = tempfile::tempdir().expect("a folder");
    let node = Node::open(NodeConfig::new(home.path()))
        .await
        .expect("the home opens");
    for number in 0..QUESTIONS {
        let (cid, bytes) = block(number);
        let put = node
            .put_block(
                Codec::Raw,
                CidVersion::V1,
                bytes.into(),
                Some("kept".into()),
            )
            .await;
        assert_eq!(put.expect("it is stored"), cid);
    }
    let serving = Serving {
        inner: Arc::downgrade(&node.inner),
        open: node.inner.networks.open_links().clone(),
    };
    let stranger = PeerId::random();
    let ask = async |cid: Cid| {
        let began = Instant::now();
        assert_eq!(serving.get(stranger, cid).await, None);
        assert_eq!(serving.size(stranger, cid).await, None);
        began.elapsed()
    };
    let mut seen = Vec::new();
    let mut dice = 0x9e37_79b9_u32;
    for _ in 0..ROUNDS {
        let (mut private, mut absent) = (Vec::new(), Vec::new());
        for number in 0..QUESTIONS {
            let (here, elsewhere) = (block(number).0, block(number + QUESTIONS).0);
            dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            if dice >> 31 == 0 {
                private.push(ask(here).await);
                absent.push(ask(elsewhere).await);
            } else {
                absent.push(ask(elsewhere).await);
                private.push(ask(here).await);
            }
        }
        let (private, absent) = (quartile(private), quartile(absent));
        seen.push((private * 1e6, absent * 1e6));
        if private.max(absent) <= FAIR * private.min(absent) {
            node.shutdown().await;
            return;
        }
    }
    panic!("microseconds of private and absent: {seen:?}");
}
