//! Builds a whole file from a reader: the convenience over leaves and balancer.

use std::io::{self, Read};

use crate::{Balancer, Block, FileLayout, FileRoot};

/// Reads `source` to its end and emits every block of the file, leaves before the nodes over them.
///
/// Memory is one chunk, one block and the balancer. An error of `emit` stops the reading.
/// Short reads are joined, so that the cut depends on the bytes alone.
pub fn add_bytes(
    layout: FileLayout,
    mut source: impl Read,
    mut emit: impl FnMut(Block) -> io::Result<()>,
) -> io::Result<FileRoot> {
    let mut chunk = vec![0u8; layout.chunk_len()];
    let mut balancer = Balancer::new(layout);
    let mut outcome = Ok(());
    let mut keep = |block| {
        if outcome.is_ok() {
            outcome = emit(block);
        }
        outcome.is_ok()
    };
    loop {
        let payload = fill(&mut source, &mut chunk)?;
        if payload.is_empty() {
            break;
        }
        let leaf = layout.leaf(payload);
        let kept = keep(Block {
            cid: leaf.cid,
            bytes: leaf.block_bytes(payload),
        });
        balancer.push(leaf.link(), &mut |block| {
            keep(block);
        });
        if !kept || payload.len() < layout.chunk_len() {
            break;
        }
    }
    let root = balancer.finish(&mut |block| {
        keep(block);
    });
    outcome.map(|()| root)
}

/// Reads until `chunk` is full or the source ends; returns what was read.
fn fill<'a>(source: &mut impl Read, chunk: &'a mut [u8]) -> io::Result<&'a [u8]> {
    let mut len = 0;
    while let Some(free) = chunk.get_mut(len..).filter(|free| !free.is_empty()) {
        match source.read(free) {
            Ok(0) => break,
            Ok(read) => len += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(chunk.get(..len).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hello_world_has_the_address_every_node_computes() {
        let mut blocks = Vec::new();
        let root = add_bytes(FileLayout::default(), &b"hello world\n"[..], |block| {
            blocks.push(block);
            Ok(())
        })
        .unwrap();
        assert_eq!(
            root.cid.to_string(),
            "QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o"
        );
        assert_eq!((root.size, root.cumulative_size, blocks.len()), (12, 20, 1));
    }

    #[test]
    fn a_failing_sink_stops_the_reading() {
        let mut calls = 0;
        let layout = FileLayout {
            chunk_size: 4,
            ..FileLayout::default()
        };
        let result = add_bytes(layout, &[0u8; 400][..], |_| {
            calls += 1;
            Err(io::Error::other("full"))
        });
        assert!(result.is_err());
        assert_eq!(calls, 1, "nothing is emitted after the sink failed");
    }
}
