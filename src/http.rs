//! The HTTP door: connections, and nothing of what the journeys do. HTTP/1.1 (RFC 9112) by hyper on the one executor
//! thread.
//!
//! The paths are in [`routes`], and what answers them is found in [`dispatch`]. All stand at `/` and under `root_path`
//! (`/print`): print-api's in print-api's shapes and open to other origins, ours with RFC 9457 and closed to them.

mod admin;
pub mod answer;
mod body;
mod caller;
mod cors;
pub mod counters;
mod dispatch;
mod docs;
mod fields;
mod files;
mod json;
mod marketing;
mod members;
mod openapi;
mod operations;
mod origin;
mod packing;
mod pages;
mod panel;
mod paper;
mod parts;
mod portal;
mod preview;
mod qr;
mod query;
mod routes;
mod session;
mod static_file;
mod stream;
pub mod streams;
mod terminals;
mod tus;

use std::{io, net::SocketAddr, os::fd::AsRawFd as _, pin::pin, rc::Rc, time::Duration};

use hyper::{server::conn::http1, service::service_fn};
use smol::{Async, LocalExecutor, future::FutureExt as _, lock::Semaphore};
use smol_hyper::rt::{FuturesIo, SmolTimer};

use self::{body::Pace, counters::Counters, stream::Stream};
use crate::{
    gate::Gate, guessing::Guessing, panel::live::LivePanel, preview::Preview, queue::Queue, roster::Roster,
    settings::Settings, terminals::Terminals,
};

/// Connections that nobody has taken yet. The standard library asks for 128, and whoever comes after them has to try
/// again a second later.
const BACKLOG: libc::c_int = 1_024;

/// Header fields of a request; browsers send about 20.
const MAX_HEADERS: usize = 64;

/// Bytes of a request's head.
const HEAD_BYTES: usize = 16 << 10;

/// Bytes of a JSON body that is not a list of members: what strangers may have us hold and parse.
const JSON_BYTES: usize = 64 << 10;

/// Every journey a door can open.
pub struct Doors {
    /// Jobs.
    pub queue: Rc<Queue>,
    /// Members.
    pub roster: Rc<Roster>,
    /// Tokens.
    pub gate: Gate,
    /// Wrong codes.
    pub guessing: Guessing,
    /// Previews.
    pub preview: Rc<Preview>,
    /// The panel that is mirrored.
    pub panel: Rc<LivePanel>,
    /// QR codes, remote terminals.
    pub terminals: Rc<Terminals>,
    /// Settings.
    pub settings: Rc<Settings>,
    /// Whether anyone on the loopback interface may touch the panel, as in `demo`.
    pub loopback_touches: bool,
    /// Phones that follow their jobs.
    pub streams: streams::Streams,
    /// What was counted so far.
    pub counters: Counters,
}

/// Opens the port.
pub fn listen(address: SocketAddr) -> io::Result<Async<std::net::TcpListener>> {
    let listener = Async::<std::net::TcpListener>::bind(address)?;
    // SAFETY: the descriptor is a socket that listens and lives through the call.
    match unsafe { libc::listen(listener.as_raw_fd(), BACKLOG) } {
        0 => Ok(listener),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Answers connections, for ever.
pub async fn serve(
    listener: Async<std::net::TcpListener>,
    doors: Rc<Doors>,
    executor: Rc<LocalExecutor<'static>>,
) -> io::Result<()> {
    let telling = async {
        doors.streams.run(&executor).await;
        Ok(())
    };
    accept(&listener, &doors, &executor).or(telling).await
}

async fn accept(
    listener: &Async<std::net::TcpListener>,
    doors: &Rc<Doors>,
    executor: &Rc<LocalExecutor<'static>>,
) -> io::Result<()> {
    let slots = std::sync::Arc::new(Semaphore::new(doors.settings.http.connections));
    loop {
        let slot = slots.acquire_arc().await;
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of descriptors, or the client is gone already: neither may end the kiosk.
                tracing::warn!(%error, "accept");
                smol::Timer::after(Duration::from_millis(50)).await;
                continue;
            }
        };
        let _ = stream.get_ref().set_nodelay(true);
        let (doors, tasks) = (Rc::clone(doors), Rc::clone(executor));
        executor
            .spawn(async move {
                connection(stream, peer, &doors, &tasks).await;
                drop(slot);
            })
            .detach();
    }
}

async fn connection(
    stream: Async<std::net::TcpStream>,
    peer: SocketAddr,
    doors: &Rc<Doors>,
    executor: &LocalExecutor<'static>,
) {
    let _counted = doors.counters.connected();
    // A task of its own: hyper drops what a client does not wait for, and a journey broken off between the row and
    // the file leaves a half.
    let service = service_fn(|request| {
        let (tell, told) = smol::channel::bounded(1);
        let doors = Rc::clone(doors);
        let answering = async move { drop(tell.try_send(dispatch::answer(&doors, peer, request).await)) };
        executor.spawn(answering).detach();
        async move { told.recv().await.map_err(io::Error::other) }
    });
    let mut builder = http1::Builder::new();
    builder
        .timer(SmolTimer::new())
        .header_read_timeout(Duration::from_secs(doors.settings.http.head_timeout_s))
        .max_headers(MAX_HEADERS)
        .max_buf_size(HEAD_BYTES);
    let stream = Stream::new(stream, doors.stall());
    let served = pin!(builder.serve_connection(FuturesIo::new(stream), service).with_upgrades());
    if let Err(error) = served.await {
        tracing::debug!(%error, "connection");
    }
}

impl Doors {
    fn stall(&self) -> Duration {
        Duration::from_secs(self.settings.http.body_stall_timeout_s)
    }

    /// How fast bodies must come.
    fn pace(&self) -> Pace {
        let http = &self.settings.http;
        Pace {
            stall: self.stall(),
            grace: Duration::from_secs(http.body_grace_s),
            least_bytes_per_s: http.body_least_bytes_per_s,
        }
    }
}
