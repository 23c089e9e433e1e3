//! One end of a slow link between two network namespaces: a TUN device whose outgoing packets are
//! paced, delayed and lost on purpose, and then handed to the other end through a socket file.
//!
//! What it is for: benches and tests of links this kernel cannot make (it has no netem). What it is
//! not: exact to the microsecond; whoever uses it measures it in the same run (ping, iperf3).
//!
//! ```text
//! ip netns exec NAME slow_link OWN_IP/BITS OWN_SOCKET PEER_SOCKET \
//!     MBIT_PER_S DELAY_MS LOSS_PERCENT SEED
//! ```
//!
//! Runs as root in its namespace until its standard input ends. Delay is one way, loss and rate hold
//! for what this end sends. The queue before the pacer holds [`QUEUE_MS`] of the rate, as a home
//! router's does; what does not fit is dropped, and TCP finds its rate by that.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a tool for tests: a failure is a panic"
)]

#[cfg(target_os = "linux")]
mod link {
    use std::fs::{File, OpenOptions};
    use std::io::{Read, Write};
    use std::os::fd::AsRawFd;
    use std::os::unix::net::UnixDatagram;
    use std::process::Command;
    use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
    use std::thread;
    use std::time::{Duration, Instant};

    const QUEUE_MS: u64 = 100;
    /// Packets that are on their way.
    const PACKETS: usize = 1 << 16;
    const MTU: usize = 1500;
    const DEVICE: &str = "link0";

    struct Packet {
        due: Instant,
        bytes: Vec<u8>,
    }

    /// What a link does to packets.
    struct Shape {
        bytes_per_second: f64,
        delay: Duration,
        loss: f64,
        random: u64,
        /// When everything that was let in has left.
        free: Option<Instant>,
    }

    impl Shape {
        /// When a packet arrives at the other end, if it does.
        fn due(&mut self, len: usize, now: Instant) -> Option<Instant> {
            let from = self.free.map_or(now, |free| free.max(now));
            if from - now > Duration::from_millis(QUEUE_MS) {
                return None;
            }
            let left = from + Duration::from_secs_f64(len as f64 / self.bytes_per_second);
            self.free = Some(left);
            // xorshift64*: any sequence will do, the same for a seed.
            self.random ^= self.random >> 12;
            self.random ^= self.random << 25;
            self.random ^= self.random >> 27;
            let drawn = self.random.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11;
            let lost = (drawn as f64 / (1_u64 << 53) as f64) < self.loss;
            (!lost).then_some(left + self.delay)
        }
    }

    /// The TUN device of this namespace.
    fn open_device() -> File {
        let device = OpenOptions::new()
            .read(true)
            .write(true)
            .open("/dev/net/tun")
            .unwrap();
        // struct ifreq: 16 bytes of name, then flags, 40 bytes in all.
        let mut request = [0_u8; 40];
        request[..DEVICE.len()].copy_from_slice(DEVICE.as_bytes());
        const IFF_TUN: u16 = 1;
        const IFF_NO_PI: u16 = 0x1000;
        request[16..18].copy_from_slice(&(IFF_TUN | IFF_NO_PI).to_ne_bytes());
        const TUNSETIFF: libc::c_ulong = 0x4004_54ca;
        // SAFETY: TUNSETIFF reads and writes one `struct ifreq`, which is 40 bytes on Linux, and
        // `request` is that long and outlives the call; the descriptor is open.
        let done = unsafe { libc::ioctl(device.as_raw_fd(), TUNSETIFF, request.as_mut_ptr()) };
        assert_eq!(done, 0, "TUNSETIFF: {}", std::io::Error::last_os_error());
        device
    }

    fn ip(arguments: &[&str]) {
        let status = Command::new("ip").args(arguments).status().unwrap();
        assert!(status.success(), "ip {arguments:?}");
    }

    /// Sends packets on when they are due. They come in the order in which they are.
    fn forward(packets: &Receiver<Packet>, own: &UnixDatagram, to: &str) {
        for packet in packets {
            let now = Instant::now();
            if packet.due > now {
                thread::sleep(packet.due - now);
            }
            // An end that is not there yet, or not any more, is a link that is down.
            let _ = own.send_to(&packet.bytes, to);
        }
    }

    fn shape(mut device: &File, mut shape: Shape, packets: &SyncSender<Packet>) {
        let mut buffer = [0; MTU + 64];
        loop {
            let len = device.read(&mut buffer).unwrap();
            let Some(due) = shape.due(len, Instant::now()) else {
                continue;
            };
            let bytes = buffer[..len].to_vec();
            match packets.try_send(Packet { due, bytes }) {
                Ok(()) | Err(TrySendError::Full(_)) => {}
                Err(TrySendError::Disconnected(_)) => return,
            }
        }
    }

    fn receive(mut device: &File, own: &UnixDatagram) {
        let mut buffer = [0; MTU + 64];
        loop {
            let len = own.recv(&mut buffer).unwrap();
            // The device refuses what is no packet; that is lost.
            let _ = device.write(&buffer[..len]);
        }
    }

    pub(super) fn run(arguments: &[String]) {
        let [own_ip, own_socket, peer_socket, mbit, delay, loss, seed] = arguments else {
            panic!("see the head of tests/support/slow_link.rs for what it takes");
        };
        let own_shape = Shape {
            bytes_per_second: mbit.parse::<f64>().unwrap() * 1e6 / 8.0,
            delay: Duration::from_secs_f64(delay.parse::<f64>().unwrap() / 1e3),
            loss: loss.parse::<f64>().unwrap() / 100.0,
            random: seed.parse::<u64>().unwrap() | 1,
            free: None,
        };
        let device = open_device();
        // No peer's address: who asks for the interface's own would be given that.
        ip(&["addr", "add", own_ip, "dev", DEVICE]);
        ip(&["link", "set", DEVICE, "mtu", "1500", "up"]);
        let _ = std::fs::remove_file(own_socket);
        let own = UnixDatagram::bind(own_socket).unwrap();
        let (sender, receiver) = sync_channel(PACKETS);
        let (to, sending) = (peer_socket.clone(), own.try_clone().unwrap());
        let (reading, writing) = (device.try_clone().unwrap(), device);
        thread::spawn(move || forward(&receiver, &sending, &to));
        thread::spawn(move || shape(&reading, own_shape, &sender));
        thread::spawn(move || receive(&writing, &own));
        println!("up");
        let mut rest = Vec::new();
        let _ = std::io::stdin().read_to_end(&mut rest);
        let _ = std::fs::remove_file(own_socket);
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    #[cfg(target_os = "linux")]
    link::run(&arguments);
    #[cfg(not(target_os = "linux"))]
    panic!("{arguments:?}: links are made of Linux network namespaces");
}
