//! A process that has libpdfium bound and forks a child for each document: starting a program and binding the library
//! takes longer than the look at most documents does.
//!
//! It never sees a document itself: it passes three descriptors on to the child, and the child goes to jail before it
//! reads one byte, as every child does. The children are not its own but the kiosk's (`CLONE_PARENT`), so that the kiosk
//! waits for them, and they die with it, as if it had started them. The kiosk's side is in [`warm`](super::warm).

use std::{
    io::{self, IoSlice, IoSliceMut},
    mem::MaybeUninit,
    os::fd::{AsRawFd as _, BorrowedFd, OwnedFd},
};

use pdfium_render::prelude::Pdfium;
use rustix::{
    io::retry_on_intr,
    net::{
        RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags,
        recv, recvmsg, send, sendmsg,
    },
};
use serde::{Deserialize, Serialize};

use super::{
    EXIT_FAILED, Limits,
    child::{self, Failure, Work},
};

/// What a child gets as its stdin, stdout and stderr.
const DESCRIPTORS: usize = 3;

/// Bytes of a request; it is one short JSON object.
const REQUEST_BYTES: usize = 4 << 10;

/// What a child shall do with the document it gets.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Request {
    /// As on the command line of a child that is started anew.
    pub task: String,
    /// The child's.
    pub limits: Limits,
}

/// Serves until the kiosk closes its end of `socket`, a `SOCK_SEQPACKET`.
pub(super) fn serve(pdfium: &Pdfium, socket: BorrowedFd<'_>) -> Result<(), Failure> {
    while let Some((request, descriptors)) = receive(socket)? {
        let answer = fork(|| {
            if !descriptors.iter().zip(0..).all(|(from, to)| moved(from, to)) {
                return EXIT_FAILED;
            }
            child::verdict(child::work(pdfium, &Work::new(request.task, request.limits)))
        });
        let answer = answer.unwrap_or_else(|error| -error.raw_os_error().unwrap_or(libc::EAGAIN));
        send(socket, &answer.to_ne_bytes(), SendFlags::NOSIGNAL).map_err(io::Error::from)?;
    }
    Ok(())
}

/// The next request, `None` when the kiosk has closed its end. One that is not whole is a mistake of ours, not of any
/// document.
fn receive(socket: BorrowedFd<'_>) -> Result<Option<(Request, Vec<OwnedFd>)>, Failure> {
    let mut bytes = [0; REQUEST_BYTES];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(DESCRIPTORS))];
    let mut beside = RecvAncillaryBuffer::new(&mut space);
    let mut parts = [IoSliceMut::new(&mut bytes)];
    let packet = retry_on_intr(|| recvmsg(socket, &mut parts, &mut beside, RecvFlags::CMSG_CLOEXEC));
    let length = packet.map_err(io::Error::from)?.bytes;
    if length == 0 {
        return Ok(None);
    }
    let descriptors = beside.drain().filter_map(|message| match message {
        RecvAncillaryMessage::ScmRights(descriptors) => Some(descriptors),
        _ => None,
    });
    let descriptors: Vec<OwnedFd> = descriptors.flatten().collect();
    let request = serde_json::from_slice(&bytes[..length]).map_err(|e| Failure::Own(e.to_string()))?;
    match descriptors.len() {
        DESCRIPTORS => Ok(Some((request, descriptors))),
        others => Err(Failure::Own(format!("{others} descriptors came with a request"))),
    }
}

/// Makes `from` the child's descriptor `to`.
fn moved(from: &OwnedFd, to: i32) -> bool {
    // SAFETY: `from` is open, and nothing in the child owns a descriptor of 0 to 2.
    unsafe { libc::dup2(from.as_raw_fd(), to) == to }
}

/// Runs `life` in a new process, a child of this one's parent, and gives its number.
fn fork(life: impl FnOnce() -> u8) -> io::Result<i32> {
    let flags = libc::c_long::from(libc::CLONE_PARENT | libc::SIGCHLD);
    // SAFETY: without a stack and without shared memory this is `fork`, and this process has but one thread, so that the
    // child finds no lock held. glibc's own bookkeeping of thread numbers is not used: it asks the kernel.
    let child = unsafe { libc::syscall(libc::SYS_clone, flags, 0, 0, 0, 0) };
    match child {
        0 => {
            let code = life();
            // SAFETY: ends the process at once; what the server's copies of objects hold is the server's.
            unsafe { libc::_exit(i32::from(code)) }
        }
        -1 => Err(io::Error::last_os_error()),
        child => i32::try_from(child).map_err(io::Error::other),
    }
}

/// On the kiosk's side: asks for a child, and gives its number. Blocks, for a millisecond as a rule.
pub(super) fn ask(socket: &OwnedFd, request: &Request, descriptors: [BorrowedFd<'_>; DESCRIPTORS]) -> io::Result<i32> {
    let bytes = serde_json::to_vec(request).map_err(io::Error::other)?;
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(DESCRIPTORS))];
    let mut beside = SendAncillaryBuffer::new(&mut space);
    if !beside.push(SendAncillaryMessage::ScmRights(&descriptors)) {
        return Err(io::ErrorKind::OutOfMemory.into());
    }
    sendmsg(socket, &[IoSlice::new(&bytes)], &mut beside, SendFlags::NOSIGNAL)?;
    let mut answer = [0; 4];
    match retry_on_intr(|| recv(socket, &mut answer, RecvFlags::empty()))?.1 {
        4 => match i32::from_ne_bytes(answer) {
            child @ 1.. => Ok(child),
            error => Err(io::Error::from_raw_os_error(-error)),
        },
        _ => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}
