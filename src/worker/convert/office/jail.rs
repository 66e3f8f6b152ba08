//! LibreOffice's walls, put up by the child that becomes it. It is a large program that reads its own files, starts threads
//! and listens on a socket of the file system, so its walls are wider than those of our own children: it may read the
//! system's programs and fonts but nobody's data or settings, write in its folder only, and reach no network and start no program.

use std::{io, path::Path};

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, BitFlags, PathBeneath, PathFd, Ruleset, RulesetAttr as _,
    RulesetCreatedAttr as _,
};

use super::child::Job;
use crate::worker::jail::{close_all_but, limit};

/// What it reads: itself, libraries, fonts, and what the C library wants to know; of its own process, and of no other. Debian
/// keeps parts of LibreOffice under `/etc` and `/var`.
const READ: [&str; 21] = [
    "/usr",
    "/lib",
    "/lib64",
    "/opt",
    "/etc/fonts",
    "/etc/libreoffice",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/nsswitch.conf",
    "/etc/passwd",
    "/proc/self",
    "/proc/cpuinfo",
    "/proc/filesystems",
    "/proc/meminfo",
    "/proc/sys/vm/overcommit_memory",
    "/sys/devices/system/cpu",
    "/dev/random",
    "/dev/urandom",
    "/var/lib/libreoffice",
    "/var/spool/libreoffice",
    "/var/cache/fontconfig",
];

/// Where it insists on making its pipe, `OSL_PIPE_…`, whatever `TMPDIR` says.
pub(super) const PIPES: &str = "/tmp";

/// Files it may have open.
const FILES: u64 = 512;

/// Puts the walls up.
pub(super) fn enter(job: &Job) -> io::Result<()> {
    limit(libc::RLIMIT_AS, job.address_space_bytes)?;
    limit(libc::RLIMIT_CPU, job.cpu_s)?;
    limit(libc::RLIMIT_FSIZE, job.file_bytes)?;
    limit(libc::RLIMIT_CORE, 0)?;
    limit(libc::RLIMIT_NOFILE, FILES)?;
    close_all_but(&[]);
    // SAFETY: plain integer arguments.
    let set = unsafe {
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) == 0
            && libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
    };
    if !set {
        return Err(io::Error::last_os_error());
    }
    landlocked(&job.folder, job.registry.as_ref().map(|registry| &*registry.folder)).map_err(io::Error::other)?;
    filter()
}

/// Kernels without Landlock leave it with the filter and the limits.
fn landlocked(folder: &Path, settings: Option<&Path>) -> Result<(), landlock::RulesetError> {
    let abi = ABI::V5;
    let read: BitFlags<AccessFs> = AccessFs::from_read(abi);
    let mut rules = Ruleset::default().handle_access(AccessFs::from_all(abi))?;
    rules = rules.handle_access(AccessNet::from_all(abi))?;
    let mut rules = rules.create()?;
    // No link that leads out, for us to follow.
    let links = AccessFs::MakeSym | AccessFs::MakeChar | AccessFs::MakeBlock | AccessFs::MakeFifo;
    let own = AccessFs::from_all(abi) & !AccessFs::Execute & !links;
    let null = AccessFs::ReadFile | AccessFs::WriteFile;
    let more =
        [(folder, own), (Path::new(PIPES), AccessFs::MakeSock | AccessFs::RemoveFile), (Path::new("/dev/null"), null)];
    let known = READ.into_iter().map(Path::new).chain(settings).map(|path| (path, read));
    for (path, access) in known.chain(more) {
        // A file has no entries to list.
        let access = if path.is_dir() { access } else { access & AccessFs::from_file(abi) };
        if let Ok(path) = PathFd::new(path) {
            rules = rules.add_rule(PathBeneath::new(path, access))?;
        }
    }
    rules.restrict_self()?;
    Ok(())
}

/// No socket but of the file system, and there nobody to talk to; no other process, nothing of the machine's.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
fn filter() -> io::Result<()> {
    use std::collections::BTreeMap;

    use seccompiler::{
        BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    };
    let condition = |argument, operation, value| {
        SeccompCondition::new(argument, SeccompCmpArgLen::Dword, operation, value).map_err(io::Error::other)
    };
    let all = |conditions| SeccompRule::new(conditions).map_err(io::Error::other);
    let rule = |operation, value| all(vec![condition(0, operation, value)?]);
    let unix = u64::try_from(libc::AF_UNIX).map_err(io::Error::other)?;
    let thread = u64::try_from(libc::CLONE_THREAD).map_err(io::Error::other)?;
    let mut denied: BTreeMap<i64, Vec<SeccompRule>> = DENIED.iter().map(|call| (*call, vec![])).collect();
    denied.insert(libc::SYS_socket, vec![rule(SeccompCmpOp::Ne, unix)?]);
    // Signals to itself, and to nobody else, the kiosk least of all; it keeps its number when it becomes LibreOffice.
    for call in [libc::SYS_kill, libc::SYS_tgkill] {
        denied.insert(call, vec![rule(SeccompCmpOp::Ne, std::process::id().into())?]);
    }
    // Nobody else's limits.
    let others = [0, u64::from(std::process::id())].map(|own| condition(0, SeccompCmpOp::Ne, own));
    denied.insert(libc::SYS_prlimit64, vec![all(others.into_iter().collect::<io::Result<_>>()?)?]);
    // No signal to somebody by way of a file, and no lease that makes whoever opens it wait.
    let files = [libc::F_SETOWN, F_SETOWN_EX, F_SETSIG, F_SETLEASE];
    let files = files.map(|command| all(vec![condition(1, SeccompCmpOp::Eq, u64::from(command.unsigned_abs()))?]));
    denied.insert(libc::SYS_fcntl, files.into_iter().collect::<io::Result<_>>()?);
    // A new process, and not a thread.
    denied.insert(libc::SYS_clone, vec![rule(SeccompCmpOp::MaskedEq(thread), 0)?]);
    // Its arguments lie in memory, where no filter sees them: without it the C library takes `clone`.
    let absent = BTreeMap::from([(libc::SYS_clone3, vec![])]);
    for (rules, error) in [(denied, libc::EPERM), (absent, libc::ENOSYS)] {
        let arch = std::env::consts::ARCH.try_into().map_err(io::Error::other)?;
        let action = SeccompAction::Errno(error.unsigned_abs());
        let filter = SeccompFilter::new(rules, SeccompAction::Allow, action, arch);
        let program: BpfProgram = filter.and_then(TryInto::try_into).map_err(io::Error::other)?;
        seccompiler::apply_filter(&program).map_err(io::Error::other)?;
    }
    Ok(())
}

/// Commands of `fcntl` (fcntl(2)) that not all of the C library's tables have.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
const F_SETOWN_EX: libc::c_int = 15;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
const F_SETSIG: libc::c_int = 10;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
const F_SETLEASE: libc::c_int = 1024;

/// What no document needs. `fork` and `vfork` have numbers of their own on x86_64.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
const DENIED: &[i64] = &[
    #[cfg(target_arch = "x86_64")]
    libc::SYS_fork,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_vfork,
    libc::SYS_setpgid,
    libc::SYS_setsid,
    libc::SYS_connect,
    libc::SYS_sendto,
    libc::SYS_sendmsg,
    libc::SYS_sendmmsg,
    libc::SYS_tkill,
    libc::SYS_sched_setscheduler,
    libc::SYS_sched_setparam,
    libc::SYS_sched_setattr,
    libc::SYS_sched_setaffinity,
    libc::SYS_setpriority,
    libc::SYS_ioprio_set,
    libc::SYS_rt_sigqueueinfo,
    libc::SYS_rt_tgsigqueueinfo,
    libc::SYS_pidfd_open,
    libc::SYS_pidfd_send_signal,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_userfaultfd,
    libc::SYS_io_uring_setup,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_kexec_load,
    libc::SYS_reboot,
];

/// On boards with 32 bits the filter's compiler has no back end; the other walls stand.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn filter() -> io::Result<()> {
    Ok(())
}
