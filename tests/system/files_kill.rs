//! Kill -9 in the middle of changes of the tree of files: what was answered is there, and what
//! was not is there whole or not at all.

use std::sync::mpsc::sync_channel;

use crate::support::Daemon;

/// Kills in one run.
const ROUNDS: u32 = 4;
/// Changes that are answered before each kill.
const ANSWERED: u32 = 25;

#[test]
fn what_was_answered_is_there_after_a_kill() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder.path().join("home");
    let mut next = 0_u32;
    let mut daemon = Daemon::start(&home);
    for round in 0..ROUNDS {
        let (tell, told) = sync_channel(0);
        let mut answered = next;
        std::thread::scope(|scope| {
            let asked = &daemon;
            let asking = scope.spawn(move || {
                loop {
                    let command =
                        "files/write?arg=/a/counter&create=true&parents=true&truncate=true";
                    match asked.rpc(command, &next.to_string()) {
                        Ok((200, _)) => next += 1,
                        // The kill: the change may have happened or not.
                        Ok(_) | Err(_) => return next,
                    }
                    let _ = tell.try_send(());
                    if next.is_multiple_of(ANSWERED) && tell.send(()).is_err() {
                        return next;
                    }
                }
            });
            for _ in 0..ANSWERED {
                if told.recv().is_err() {
                    break;
                }
            }
            drop(told);
            let pid = rustix::process::Pid::from_raw(daemon.pid().cast_signed()).expect("a pid");
            rustix::process::kill_process(pid, rustix::process::Signal::KILL).expect("killed");
            answered = asking.join().expect("the client");
        });
        daemon.kill();
        daemon = Daemon::start(&home);
        let (status, text) = daemon
            .rpc("files/read?arg=/a/counter", "")
            .expect("answered");
        assert_eq!(status, 200, "{text}");
        let found: u32 = text.parse().expect("a number");
        assert!(
            found + 1 == answered || found == answered,
            "round {round}: {found} is there, {answered} were answered"
        );
        next = found + 1;
    }
    daemon.is_sound();
}
