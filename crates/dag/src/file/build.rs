//! Builds a whole file from a reader: the convenience over chunker, leaves and tree.

use std::io::{self, Read};

use crate::{Balancer, Block, Chunker, FileLayout, FileRoot, Leaf, Trickle};

/// Bytes read at a time.
const READ_LEN: usize = 256 * 1024;

/// How the leaves of a file are linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Tree {
    /// All leaves at one depth: [`Balancer`].
    #[default]
    Balanced,
    /// Made for reading from the front: [`Trickle`].
    Trickle,
}

/// Everything that decides a file's address, apart from its bytes. The default is that of BTFS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct FileShape {
    /// Versions, leaves and links. Its `chunk_size` means nothing here: `chunker` does.
    pub layout: FileLayout,
    /// Where the file is cut.
    pub chunker: Chunker,
    /// How the leaves are linked.
    pub tree: Tree,
}

impl From<FileLayout> for FileShape {
    fn from(layout: FileLayout) -> Self {
        let size = u32::try_from(layout.chunk_len()).unwrap_or(u32::MAX);
        FileShape {
            layout,
            chunker: Chunker::Size(size),
            tree: Tree::Balanced,
        }
    }
}

impl FileShape {
    /// Encodes and addresses one chunk of a file of this shape.
    pub fn leaf(&self, chunk: &[u8]) -> Leaf {
        match self.tree {
            Tree::Balanced => self.layout.leaf(chunk),
            Tree::Trickle => self.layout.trickle_leaf(chunk),
        }
    }

    /// Reads `source` to its end and emits every block of the file, leaves before the nodes over
    /// them. Memory is one chunk, one block and the tree. An error of `emit` stops the reading.
    pub fn add(
        &self,
        mut source: impl Read,
        emit: impl FnMut(Block) -> io::Result<()>,
    ) -> io::Result<FileRoot> {
        let mut tree = match self.tree {
            Tree::Balanced => Growing::Balanced(Balancer::new(self.layout)),
            Tree::Trickle => Growing::Trickle(Trickle::new(self.layout)),
        };
        let mut sink = Sink {
            emit,
            outcome: Ok(()),
        };
        let mut splitter = self.chunker.splitter();
        let mut buffer = vec![0u8; READ_LEN];
        while sink.outcome.is_ok() {
            let bytes = match source.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => buffer.get(..read).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            splitter.push(bytes, &mut |chunk| self.grow(chunk, &mut tree, &mut sink));
        }
        splitter.finish(&mut |chunk| self.grow(chunk, &mut tree, &mut sink));
        let root = match tree {
            Growing::Balanced(tree) => tree.finish(&mut |block| sink.put(block)),
            Growing::Trickle(tree) => tree.finish(&mut |block| sink.put(block)),
        };
        sink.outcome.map(|()| root)
    }

    fn grow<E: FnMut(Block) -> io::Result<()>>(
        &self,
        chunk: &[u8],
        tree: &mut Growing,
        sink: &mut Sink<E>,
    ) {
        let leaf = self.leaf(chunk);
        sink.put(Block {
            cid: leaf.cid,
            bytes: leaf.block_bytes(chunk),
        });
        match tree {
            Growing::Balanced(tree) => tree.push(leaf.link(), &mut |block| sink.put(block)),
            Growing::Trickle(tree) => tree.push(leaf.link(), &mut |block| sink.put(block)),
        }
    }
}

/// The tree over the leaves so far.
enum Growing {
    Balanced(Balancer),
    Trickle(Trickle),
}

/// Takes blocks until it fails once.
struct Sink<E> {
    emit: E,
    outcome: io::Result<()>,
}

impl<E: FnMut(Block) -> io::Result<()>> Sink<E> {
    fn put(&mut self, block: Block) {
        if self.outcome.is_ok() {
            self.outcome = (self.emit)(block);
        }
    }
}

/// Adds a balanced file cut at fixed sizes: see [`FileShape::add`].
pub fn add_bytes(
    layout: FileLayout,
    source: impl Read,
    emit: impl FnMut(Block) -> io::Result<()>,
) -> io::Result<FileRoot> {
    FileShape::from(layout).add(source, emit)
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
