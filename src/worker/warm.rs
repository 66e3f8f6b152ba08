//! The kiosk's side of the [`forkserver`](super::forkserver): starts it when a document comes, asks it for children, and
//! lets it go when none has come for a while.

use std::{
    io,
    os::{
        fd::{AsFd as _, OwnedFd},
        unix::process::ExitStatusExt as _,
    },
    process::ExitStatus,
    sync::Arc,
    time::{Duration, Instant},
};

use rustix::{
    net::{AddressFamily, SocketFlags, SocketType, socketpair, sockopt},
    process::{Pid, PidfdFlags, Signal, WaitOptions, pidfd_open, pidfd_send_signal, waitpid},
};
use smol::{Async, Timer, lock::Mutex, process::Child};

use super::forkserver::{self, Request};

/// Documents after which the process is started anew: its children share its address layout, and whoever makes them
/// die could learn it by and by.
const DOCUMENTS_OF_ONE: u32 = 256;

/// How long it may take to fork.
const FORK_TIMEOUT: Duration = Duration::from_secs(5);

/// The process, when there is one.
#[derive(Default)]
pub(super) struct Warm(Arc<Mutex<Option<Server>>>);

struct Server {
    socket: Arc<OwnedFd>,
    process: Child,
    used: Instant,
    documents: u32,
}

impl Warm {
    /// A child with these as its stdin, stdout and stderr. `start` starts the process with the socket as its stdin.
    pub async fn child(
        &self,
        request: Request,
        descriptors: [OwnedFd; 3],
        start: impl AsyncFnOnce(OwnedFd) -> io::Result<Child>,
    ) -> io::Result<Forked> {
        let mut kept = self.0.lock_arc().await;
        if kept.as_ref().is_some_and(|server| server.documents >= DOCUMENTS_OF_ONE) {
            end(kept.take()).await;
        }
        let server = match &mut *kept {
            Some(server) => server,
            none => none.insert(begin(start).await?),
        };
        server.used = Instant::now();
        server.documents += 1;
        let socket = Arc::clone(&server.socket);
        // Whoever asked may lose interest: the answer is read all the same, before anybody else asks, and the child ends.
        let asked = smol::unblock(move || {
            let child = forkserver::ask(&socket, &request, descriptors.each_ref().map(OwnedFd::as_fd));
            (kept, child.and_then(Forked::new))
        });
        let (mut kept, child) = asked.await;
        if child.is_err() {
            end(kept.take()).await;
        }
        child
    }

    /// Ends the process when it has not been needed for `idle`; for ever.
    pub async fn rest(&self, idle: Duration) {
        loop {
            Timer::after(idle).await;
            let mut kept = self.0.lock().await;
            if kept.as_ref().is_some_and(|server| server.used.elapsed() >= idle) {
                end(kept.take()).await;
            }
        }
    }
}

async fn begin(start: impl AsyncFnOnce(OwnedFd) -> io::Result<Child>) -> io::Result<Server> {
    let (ours, its) = socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?;
    sockopt::set_socket_timeout(&ours, sockopt::Timeout::Recv, Some(FORK_TIMEOUT))?;
    let process = start(its).await?;
    Ok(Server { socket: Arc::new(ours), process, used: Instant::now(), documents: 0 })
}

/// Closes its socket and waits until it is gone: at once, for it has nothing else to do.
async fn end(server: Option<Server>) {
    if let Some(Server { socket, mut process, .. }) = server {
        drop(socket);
        let _ = process.kill();
        let _ = process.status().await;
    }
}

/// A child of ours that the other process forked. It is killed when this is dropped.
pub(super) struct Forked {
    pid: Pid,
    process: Async<OwnedFd>,
    reaped: bool,
}

impl Forked {
    fn new(pid: i32) -> io::Result<Self> {
        let pid = Pid::from_raw(pid).ok_or(io::ErrorKind::InvalidData)?;
        // Nobody else waits for it, so the number stays its own until we do.
        let process = pidfd_open(pid, PidfdFlags::empty()).map_err(io::Error::from).and_then(Async::new);
        match process {
            Ok(process) => Ok(Self { pid, process, reaped: false }),
            Err(error) => {
                let _ = rustix::process::kill_process(pid, Signal::KILL);
                let _ = waitpid(Some(pid), WaitOptions::empty());
                Err(error)
            }
        }
    }

    /// Waits for its end.
    pub async fn status(&mut self) -> io::Result<ExitStatus> {
        loop {
            self.process.readable().await?;
            if let Some((_, status)) = waitpid(Some(self.pid), WaitOptions::NOHANG)? {
                self.reaped = true;
                return Ok(ExitStatus::from_raw(status.as_raw()));
            }
        }
    }
}

impl Drop for Forked {
    fn drop(&mut self) {
        if !self.reaped {
            let _ = pidfd_send_signal(&self.process, Signal::KILL);
            let pid = self.pid;
            smol::unblock(move || waitpid(Some(pid), WaitOptions::empty())).detach();
        }
    }
}
