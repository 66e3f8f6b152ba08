//! The child's walls, put up by itself before it reads one byte of a document: resource limits, no new privileges,
//! death with its parent, Landlock (fonts may be read, nothing else on the disk, no network), seccomp.
//!
//! libpdfium is bound before, so that no file but a font need be opened after. Where the kernel lacks Landlock, opening
//! files is shut off in seccomp altogether: pdfium then falls back to the fonts it carries.

use std::{collections::BTreeMap, io, os::fd::RawFd};

use super::{Limits, Walls};

/// Folders of fonts that documents may lean on without embedding them.
pub(super) const FONTS: [&str; 3] = ["/usr/share/fonts", "/usr/local/share/fonts", "/usr/share/X11/fonts"];

/// Puts the walls up, and tells which of them the kernel has; of what the parent left open past stderr only `kept` stays.
/// Cannot be undone.
pub fn enter(limits: &Limits, kept: &[RawFd]) -> io::Result<Walls> {
    limit(libc::RLIMIT_AS, limits.address_space_bytes)?;
    limit(libc::RLIMIT_CPU, limits.cpu_s)?;
    limit(libc::RLIMIT_FSIZE, limits.file_bytes)?;
    limit(libc::RLIMIT_CORE, 0)?;
    limit(libc::RLIMIT_NOFILE, 64)?;
    close_all_but(kept);
    // SAFETY: plain integer arguments.
    let set = unsafe {
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) == 0
            && libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
    };
    if !set {
        return Err(io::Error::last_os_error());
    }
    let landlock = landlocked();
    let seccomp = filter(landlock)?;
    Ok(Walls { landlock, seccomp, files: false, sockets: false })
}

/// Pushes against the walls: what is tried here should fail.
pub(super) fn pushed(walls: Walls) -> Walls {
    let files = std::fs::File::open("/etc/passwd").is_ok();
    Walls { files, sockets: std::net::UdpSocket::bind("127.0.0.1:0").is_ok(), ..walls }
}

/// What the kiosk's own parent left open is nobody's business. Kernels before 5.9 cannot.
pub(super) fn close_all_but(kept: &[RawFd]) {
    let mut kept: Vec<libc::c_uint> = kept.iter().filter_map(|fd| libc::c_uint::try_from(*fd).ok()).collect();
    kept.sort_unstable();
    let mut first = 3;
    for last in kept.iter().map(|fd| fd.saturating_sub(1)).chain([libc::c_uint::MAX]) {
        if first <= last {
            // SAFETY: plain integer arguments; nothing that lives behind the walls owns a descriptor of this range.
            unsafe { libc::syscall(libc::SYS_close_range, first, last, 0) };
        }
        first = last.saturating_add(2);
    }
}

/// Gives the next page `seconds` of CPU; a page that needs more ends the child by SIGPROF.
pub(super) fn next_page(seconds: u64) -> io::Result<()> {
    let seconds = libc::time_t::try_from(seconds).unwrap_or(libc::time_t::MAX);
    let once = libc::itimerval {
        it_interval: libc::timeval { tv_sec: 0, tv_usec: 0 },
        it_value: libc::timeval { tv_sec: seconds, tv_usec: 0 },
    };
    // SAFETY: the first pointer is to a live value that is only read, the second may be null.
    match unsafe { libc::setitimer(libc::ITIMER_PROF, &raw const once, std::ptr::null_mut()) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

pub(super) fn limit(resource: libc::__rlimit_resource_t, value: u64) -> io::Result<()> {
    let value = libc::rlim_t::try_from(value).unwrap_or(libc::RLIM_INFINITY);
    let limit = libc::rlimit { rlim_cur: value, rlim_max: value };
    // SAFETY: the pointer is to a live value that is only read.
    match unsafe { libc::setrlimit(resource, &raw const limit) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Whether files are walled off, so that opening fonts may be let through.
fn landlocked() -> bool {
    use landlock::{
        ABI, Access as _, AccessFs, AccessNet, PathBeneath, PathFd, Ruleset, RulesetAttr as _, RulesetCreatedAttr as _,
        RulesetStatus,
    };
    let walls = || {
        let mut rules = Ruleset::default().handle_access(AccessFs::from_all(ABI::V5))?;
        rules = rules.handle_access(AccessNet::from_all(ABI::V5))?;
        let mut rules = rules.create()?;
        for folder in FONTS {
            if let Ok(folder) = PathFd::new(folder) {
                rules = rules.add_rule(PathBeneath::new(folder, AccessFs::from_read(ABI::V5) & !AccessFs::Execute))?;
            }
        }
        rules.restrict_self()
    };
    let status: Result<_, landlock::RulesetError> = walls();
    status.is_ok_and(|status| status.ruleset != RulesetStatus::NotEnforced)
}

/// What pdfium, the allocator and the standard library need, and no more; all else answers `EPERM`. Whether it is there.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
fn filter(fonts: bool) -> io::Result<bool> {
    use seccompiler::{
        BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    };
    let mut calls = vec![
        libc::SYS_read,
        libc::SYS_write,
        libc::SYS_pread64,
        libc::SYS_readv,
        libc::SYS_writev,
        libc::SYS_lseek,
        libc::SYS_close,
        libc::SYS_fstat,
        libc::SYS_newfstatat,
        libc::SYS_statx,
        libc::SYS_fcntl,
        libc::SYS_mmap,
        libc::SYS_munmap,
        libc::SYS_mprotect,
        libc::SYS_mremap,
        libc::SYS_madvise,
        libc::SYS_brk,
        libc::SYS_futex,
        libc::SYS_getrandom,
        libc::SYS_clock_gettime,
        libc::SYS_clock_nanosleep,
        libc::SYS_setitimer,
        libc::SYS_gettimeofday,
        libc::SYS_getpid,
        libc::SYS_gettid,
        libc::SYS_sched_yield,
        libc::SYS_sched_getaffinity,
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigprocmask,
        libc::SYS_rt_sigreturn,
        libc::SYS_sigaltstack,
        libc::SYS_restart_syscall,
        libc::SYS_exit,
        libc::SYS_exit_group,
    ];
    if fonts {
        calls.extend([libc::SYS_openat, libc::SYS_getdents64]);
        #[cfg(target_arch = "x86_64")]
        calls.push(libc::SYS_open);
    }
    #[cfg(target_arch = "x86_64")]
    calls.extend([libc::SYS_stat, libc::SYS_time]);
    let mut rules: BTreeMap<_, _> = calls.into_iter().map(|call| (call, Vec::new())).collect();
    // `abort` signals itself; nobody else, the kiosk least of all.
    let own = SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, std::process::id().into());
    let own = own.and_then(|own| SeccompRule::new(vec![own])).map_err(io::Error::other)?;
    rules.insert(libc::SYS_tgkill, vec![own]);
    let filter = SeccompFilter::new(
        rules,
        SeccompAction::Errno(libc::EPERM.unsigned_abs()),
        SeccompAction::Allow,
        std::env::consts::ARCH.try_into().map_err(io::Error::other)?,
    );
    let program: BpfProgram = filter.and_then(TryInto::try_into).map_err(io::Error::other)?;
    seccompiler::apply_filter(&program).map_err(io::Error::other)?;
    Ok(true)
}

/// On boards with 32 bits the filter's compiler has no back end; the other walls stand.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn filter(_fonts: bool) -> io::Result<bool> {
    Ok(false)
}
