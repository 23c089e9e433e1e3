//! Tar archives, written as they go: ustar, with GNU records for long names.

use bytes::{BufMut as _, Bytes, BytesMut};

const BLOCK: usize = 512;

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Directory,
    Symlink,
}

/// The head of an entry; its bytes and [`padding`] follow.
pub(super) fn head(name: &str, kind: Kind, size: u64, target: &str) -> Bytes {
    let mut out = BytesMut::new();
    for (flag, text) in [(b'L', name), (b'K', target)] {
        if text.len() > 100 {
            // A record whose content is the text, ended by a zero.
            let len = text.len() + 1;
            out.put(record("././@LongLink", flag, len as u64, "", 0o644).as_slice());
            out.put(text.as_bytes());
            out.put_bytes(0, 1 + padding(len as u64));
        }
    }
    let (flag, mode) = match kind {
        Kind::File => (b'0', 0o644),
        Kind::Directory => (b'5', 0o755),
        Kind::Symlink => (b'2', 0o777),
    };
    out.put(record(name, flag, size, target, mode).as_slice());
    out.freeze()
}

/// Zeros that follow `size` bytes.
pub(super) fn padding(size: u64) -> usize {
    let over = (size % BLOCK as u64) as usize;
    (BLOCK - over) % BLOCK
}

/// What ends an archive.
pub(super) fn end() -> Bytes {
    Bytes::from_static(&[0; 2 * BLOCK])
}

fn record(name: &str, flag: u8, size: u64, target: &str, mode: u32) -> Vec<u8> {
    let mut out = vec![0_u8; BLOCK];
    let mut put = |at: usize, len: usize, bytes: &[u8]| {
        let bytes = bytes.get(..len.min(bytes.len())).unwrap_or_default();
        if let Some(field) = out.get_mut(at..at + bytes.len()) {
            field.copy_from_slice(bytes);
        }
    };
    put(0, 100, name.as_bytes());
    put(100, 8, format!("{mode:07o}\0").as_bytes());
    put(108, 8, b"0000000\0");
    put(116, 8, b"0000000\0");
    if size < 1 << 33 {
        put(124, 12, format!("{size:011o}\0").as_bytes());
    } else {
        // GNU: the first bit says that the number is binary.
        let mut number = [0_u8; 12];
        number[4..].copy_from_slice(&size.to_be_bytes());
        number[0] = 0x80;
        put(124, 12, &number);
    }
    // Content has no times; the same content gives the same archive.
    put(136, 12, b"00000000000\0");
    put(148, 8, b"        ");
    put(156, 1, &[flag]);
    put(157, 100, target.as_bytes());
    put(257, 8, b"ustar  \0");
    let sum: u32 = out.iter().map(|byte| u32::from(*byte)).sum();
    if let Some(field) = out.get_mut(148..156) {
        field.copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    }
    out
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn tar_itself_reads_it() {
        let long = "n".repeat(150);
        let mut archive = Vec::new();
        archive.extend_from_slice(&head("root", Kind::Directory, 0, ""));
        let name = format!("root/{long}");
        archive.extend_from_slice(&head(&name, Kind::File, 513, ""));
        archive.extend_from_slice(&[7; 513]);
        archive.extend(std::iter::repeat_n(0, padding(513)));
        archive.extend_from_slice(&head("root/link", Kind::Symlink, 0, &long));
        archive.extend_from_slice(&end());
        assert_eq!(archive.len() % BLOCK, 0);
        let folder = tempfile::tempdir().expect("a folder");
        let mut child = Command::new("tar")
            .args(["-x", "-C"])
            .arg(folder.path())
            .stdin(Stdio::piped())
            .spawn()
            .expect("tar");
        let mut input = child.stdin.take().expect("piped");
        std::io::Write::write_all(&mut input, &archive).expect("written");
        drop(input);
        assert!(child.wait().expect("tar ends").success());
        let read = std::fs::read(folder.path().join(name)).expect("the file");
        assert_eq!(read, [7; 513]);
        let link = std::fs::read_link(folder.path().join("root/link")).expect("the link");
        assert_eq!(link.to_str(), Some(long.as_str()));
    }

    #[test]
    fn sizes_beyond_octal_are_binary() {
        let head = head("x", Kind::File, 1 << 33, "");
        assert_eq!(&head[124..136], &[0x80, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0]);
        assert_eq!([0, 1, 511, 512].map(padding), [0, 511, 1, 0]);
    }
}
