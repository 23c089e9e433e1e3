//! A small disk of our own: a tmpfs, so root is needed.

use std::path::Path;
use std::process::Command;

/// A mounted tmpfs, unmounted on drop.
#[derive(Debug)]
pub(crate) struct Disk {
    folder: tempfile::TempDir,
}

impl Disk {
    /// Mounts one, or says that the test was not run.
    pub(crate) fn mount(megabytes: u32) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let disk = Self { folder };
        let size = format!("size={megabytes}m");
        disk.run("mount", &["-t", "tmpfs", "-o", &size, "tmpfs"]);
        disk
    }

    pub(crate) fn remount(&self, options: &str) {
        self.run("mount", &["-o", &format!("remount,{options}")]);
    }

    fn run(&self, program: &str, args: &[&str]) {
        let done = Command::new(program).args(args).arg(self.path()).status();
        assert!(
            done.is_ok_and(|status| status.success()),
            "not run: needs root to mount a small tmpfs"
        );
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // A covered disk has two mounts. Nothing can be done about one that stays busy.
        for _ in 0..2 {
            let umount = Command::new("umount")
                .args(["-q", "-l"])
                .arg(self.path())
                .status();
            if !umount.is_ok_and(|status| status.success()) {
                break;
            }
        }
    }
}
