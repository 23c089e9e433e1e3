//! Names and folders that nobody sane would make.

use std::ffi::OsStr;
use std::fs::Permissions;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use crate::support::{Daemon, tributary};

fn made(folder: &Path, name: &[u8], content: &[u8]) {
    std::fs::write(folder.join(OsStr::from_bytes(name)), content).expect("written");
}

#[test]
fn loops_dead_links_pipes_and_locked_files_are_each_reported() {
    let files = tempfile::tempdir().expect("a folder");
    let folder = files.path().join("drop");
    let locked = folder.join("locked folder");
    std::fs::create_dir_all(&locked).expect("made");
    made(&folder, b"good.bin", b"good");
    made(&folder, b"locked.bin", b"locked");
    made(&locked, b"inside.bin", b"inside");
    symlink(&folder, folder.join("back")).expect("linked");
    symlink("itself", folder.join("itself")).expect("linked");
    symlink("nowhere", folder.join("dead")).expect("linked");
    let mkfifo = Command::new("mkfifo").arg(folder.join("pipe")).status();
    assert!(mkfifo.is_ok_and(|status| status.success()));
    let mut deep = folder.join("deep");
    for _ in 0..70 {
        deep.push("d");
    }
    std::fs::create_dir_all(&deep).expect("made");
    made(&deep, b"too deep.bin", b"deep");
    for path in [&folder.join("locked.bin"), &locked] {
        std::fs::set_permissions(path, Permissions::from_mode(0o0)).expect("locked");
    }

    let home = files.path().join("home");
    let daemon = Daemon::start_by(without_root_rights(), &home);
    let job = daemon.import(&[&folder, &folder.join("gone.bin")], "auto");
    assert_eq!(job["state"], "done", "{job}");
    assert_eq!(job["filesDone"], 1, "{job}");
    let failures = daemon.failures(&job);
    let wanted = [
        ("back", "symlink_loop"),
        ("d", "too_deep"),
        ("dead", "broken_link"),
        ("gone.bin", "vanished"),
        ("itself", "symlink_loop"),
        ("locked folder", "permission_denied"),
        ("locked.bin", "permission_denied"),
        ("pipe", "not_a_file"),
    ];
    let wanted = wanted.map(|(name, code)| (name.to_owned(), code.to_owned()));
    assert_eq!(failures, wanted);

    // Once it may be read, trying again takes it in.
    for path in [&folder.join("locked.bin"), &locked] {
        std::fs::set_permissions(path, Permissions::from_mode(0o755)).expect("unlocked");
    }
    let id = job["id"].as_str().expect("an id");
    let job = daemon.posted(&format!("/imports/{id}/retry"), &serde_json::Value::Null);
    let job = daemon.ended(&job);
    assert_eq!(
        daemon.items().len(),
        3,
        "{job}: {:?}",
        daemon.failures(&job)
    );
    daemon.is_sound();
}

/// Root reads everything, unless it gives up the right to.
fn without_root_rights() -> Command {
    if !rustix::process::getuid().is_root() {
        return Command::new(tributary());
    }
    let mut command = Command::new("setpriv");
    command
        .args(["--bounding-set", "-dac_override,-dac_read_search"])
        .args(["--inh-caps", "-dac_override,-dac_read_search"])
        .arg(tributary());
    command
}
