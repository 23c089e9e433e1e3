//! A decoder that misbehaves on command, to prove that one bad file costs
//! one request. Compiled for tests only.
//!
//! A file that begins with `TRIBFIXT` and then `SEGV`, `LOOP`, `HOGS` or
//! `EXIT` makes the worker do that; `OPEN` and `SOCK` try what the sandbox
//! must forbid and crash when it is allowed.

use std::fs::File;
use std::os::unix::fs::FileExt;

pub(super) fn act(file: &File) {
    let mut head = [0; 12];
    if file.read_exact_at(&mut head, 0).is_err() || !head.starts_with(b"TRIBFIXT") {
        return;
    }
    match &head[8..] {
        b"SEGV" => {
            // SAFETY: nothing is safe here; dying by SIGSEGV is the purpose.
            unsafe { std::ptr::null_mut::<u8>().write_volatile(1) };
        }
        b"LOOP" => loop {
            std::hint::spin_loop();
        },
        b"HOGS" => {
            let mut hoard: Vec<Vec<u8>> = Vec::new();
            for _ in 0..160 {
                hoard.push(Vec::with_capacity(64 << 20));
            }
            std::hint::black_box(hoard);
        }
        b"OPEN" => {
            let reached = File::open("/etc/passwd").is_ok()
                || File::create("/tmp/tributary-worker-was-here").is_ok();
            assert!(!reached, "the worker reached the file system");
        }
        b"SOCK" => {
            let reached = std::net::TcpListener::bind("127.0.0.1:0").is_ok()
                || std::net::UdpSocket::bind("127.0.0.1:0").is_ok()
                || std::process::Command::new("/bin/true").spawn().is_ok();
            assert!(!reached, "the worker reached the network or a program");
        }
        _ => std::process::abort(),
    }
}
