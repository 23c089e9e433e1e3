//! Locks the worker in: limits first, then no new files, sockets or programs.
//!
//! Landlock and seccomp are each used where the kernel has them; either alone
//! already keeps the worker from opening anything. Limits hold everywhere.

use std::collections::BTreeMap;
use std::io;

use rustix::process::{Resource, Rlimit, Signal, getrlimit, setrlimit};
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch};

/// Bounds memory, files and priority. Called before the first request.
pub(super) fn limit_resources(memory: u64) -> io::Result<()> {
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    rustix::thread::set_no_new_privs(true)?;
    lower(Resource::Data, memory)?;
    // Address space is reserved far beyond use: thread stacks, malloc arenas.
    lower(Resource::As, memory.saturating_mul(3).max(4 << 30))?;
    lower(Resource::Core, 0)?;
    lower(Resource::Fsize, 0)?;
    lower(Resource::Nofile, 256)?;
    // Importing must not make playback stutter; failing to be nice is harmless.
    let _ = rustix::process::nice(5);
    lower_io_priority();
    Ok(())
}

fn lower(resource: Resource, most: u64) -> io::Result<()> {
    let now = getrlimit(resource);
    let most = now.maximum.map_or(most, |maximum| maximum.min(most));
    Ok(setrlimit(
        resource,
        Rlimit {
            current: Some(most),
            maximum: Some(most),
        },
    )?)
}

/// Allows this process `seconds` more of CPU time from now on.
pub(super) fn renew_cpu(seconds: u64) -> io::Result<()> {
    let used = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime).tv_sec;
    let most = u64::try_from(used)
        .unwrap_or(0)
        .saturating_add(seconds)
        .saturating_add(1);
    let limit = getrlimit(Resource::Cpu);
    let current = limit.maximum.map_or(most, |maximum| maximum.min(most));
    Ok(setrlimit(
        Resource::Cpu,
        Rlimit {
            current: Some(current),
            maximum: limit.maximum,
        },
    )?)
}

/// Best effort class at its lowest level, so that reads of playback go first.
fn lower_io_priority() {
    const WHO_PROCESS: libc::c_long = 1;
    const BEST_EFFORT_LOWEST: libc::c_long = (2 << 13) | 7;
    // SAFETY: ioprio_set takes three integers and touches no memory of ours.
    unsafe { libc::syscall(libc::SYS_ioprio_set, WHO_PROCESS, 0, BEST_EFFORT_LOWEST) };
}

/// Takes away the file system, the network and new programs, for every thread.
pub(super) fn lock_in() -> io::Result<()> {
    close_strangers();
    // Both are defence in depth: an old kernel without them still has the limits.
    let _ = landlock_all();
    if let Some(program) = filter() {
        let _ = seccompiler::apply_filter_all_threads(&program);
    }
    Ok(())
}

/// Closes descriptors that a library of the host leaked into us.
fn close_strangers() {
    // Descriptors 0 to 2 are ours, and the socket's duplicate is the lowest above.
    const FIRST_STRANGER: libc::c_uint = 64;
    // SAFETY: nothing of ours has a descriptor this high yet; closing those
    // that came from the host cannot invalidate anything this process holds.
    unsafe { libc::syscall(libc::SYS_close_range, FIRST_STRANGER, libc::c_uint::MAX, 0) };
}

/// Denies every file access that landlock knows, with no exception.
fn landlock_all() -> Result<(), landlock::RulesetError> {
    use landlock::{ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr};
    Ruleset::default()
        .handle_access(AccessFs::from_all(ABI::V5))?
        .handle_access(AccessNet::from_all(ABI::V5))?
        .create()?
        .restrict_self()?;
    Ok(())
}

/// System calls that fail with EACCES: whatever opens, connects, starts or spies.
fn filter() -> Option<BpfProgram> {
    let arch = TargetArch::try_from(std::env::consts::ARCH).ok()?;
    #[cfg(target_arch = "x86_64")]
    let legacy = [
        libc::SYS_open,
        libc::SYS_creat,
        libc::SYS_fork,
        libc::SYS_vfork,
        libc::SYS_unlink,
        libc::SYS_rename,
        libc::SYS_mkdir,
        libc::SYS_link,
        libc::SYS_symlink,
        libc::SYS_chmod,
    ];
    #[cfg(not(target_arch = "x86_64"))]
    let legacy: [i64; 0] = [];
    let denied = [
        libc::SYS_openat,
        libc::SYS_openat2,
        libc::SYS_socket,
        libc::SYS_connect,
        libc::SYS_bind,
        libc::SYS_listen,
        libc::SYS_accept,
        libc::SYS_accept4,
        libc::SYS_execve,
        libc::SYS_execveat,
        libc::SYS_ptrace,
        libc::SYS_process_vm_readv,
        libc::SYS_process_vm_writev,
        libc::SYS_pidfd_open,
        libc::SYS_pidfd_getfd,
        libc::SYS_kill,
        libc::SYS_tkill,
        libc::SYS_unlinkat,
        libc::SYS_renameat,
        libc::SYS_renameat2,
        libc::SYS_mkdirat,
        libc::SYS_linkat,
        libc::SYS_symlinkat,
        libc::SYS_fchmodat,
        libc::SYS_fchownat,
        libc::SYS_mount,
        libc::SYS_umount2,
        libc::SYS_unshare,
        libc::SYS_setns,
        libc::SYS_chroot,
        libc::SYS_keyctl,
        libc::SYS_add_key,
        libc::SYS_request_key,
        libc::SYS_bpf,
        libc::SYS_userfaultfd,
        libc::SYS_perf_event_open,
        libc::SYS_io_uring_setup,
        libc::SYS_shmget,
        libc::SYS_init_module,
        libc::SYS_finit_module,
        libc::SYS_kexec_load,
    ];
    let rules: BTreeMap<i64, Vec<seccompiler::SeccompRule>> = denied
        .into_iter()
        .chain(legacy)
        .map(|call| (call, Vec::new()))
        .collect();
    SeccompFilter::new(
        rules,
        SeccompAction::Allow,
        SeccompAction::Errno(libc::EACCES as u32),
        arch,
    )
    .ok()?
    .try_into()
    .ok()
}
