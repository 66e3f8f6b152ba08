//! The bytes between us and the broker: TCP, and TLS on it where the address says `amqps`. It is a runtime for `lapin`, whose
//! own TLS would bring two dozen crates for keys of clients, which we have none of.

use std::{
    fmt,
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    os::fd::{AsFd, AsRawFd},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use async_rs::{Runtime, Smol, traits::Reactor, util::RuntimeParts};
use futures_rustls::{TlsConnector, client::TlsStream, pki_types::ServerName};
use smol::{
    Async, Timer,
    io::{AsyncRead, AsyncWrite},
    stream::Stream,
};

/// How the broker is reached.
#[derive(Clone)]
pub(super) struct Wire(Option<Arc<(TlsConnector, ServerName<'static>)>>);

impl Wire {
    /// As it is.
    pub(super) fn plain() -> Self {
        Self(None)
    }

    /// By TLS, to a server that proves to be `name`.
    pub(super) fn tls(connector: TlsConnector, name: ServerName<'static>) -> Self {
        Self(Some(Arc::new((connector, name))))
    }

    /// The runtime that goes this way; all else is smol's.
    pub(super) fn runtime(&self) -> Runtime<RuntimeParts<Smol, Self>> {
        Runtime::new(RuntimeParts::new(Smol, self.clone()))
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "tls" } else { "plain" })
    }
}

impl Reactor for Wire {
    type TcpStream = Connected;
    type Sleep = Timer;

    fn register<H: Read + Write + AsFd + AsRawFd + Send + 'static>(
        &self,
        socket: H,
    ) -> io::Result<impl AsyncRead + AsyncWrite + Send + Unpin + 'static> {
        Smol.register(socket)
    }

    fn sleep(&self, duration: Duration) -> Timer {
        Smol.sleep(duration)
    }

    fn interval(&self, duration: Duration) -> impl Stream<Item = Instant> + Send + 'static {
        Smol.interval(duration)
    }

    fn tcp_connect_addr(&self, address: SocketAddr) -> impl Future<Output = io::Result<Connected>> + Send + 'static {
        let tls = self.0.clone();
        async move {
            let stream = Smol.tcp_connect_addr(address).await?;
            Ok(match tls.as_deref() {
                None => Connected::Plain(stream),
                Some((connector, name)) => Connected::Tls(Box::new(connector.connect(name.clone(), stream).await?)),
            })
        }
    }
}

/// A connection.
pub(super) enum Connected {
    Plain(Async<TcpStream>),
    Tls(Box<TlsStream<Async<TcpStream>>>),
}

impl AsyncRead for Connected {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut [u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, into),
            Self::Tls(stream) => Pin::new(stream).poll_read(cx, into),
        }
    }
}

impl AsyncWrite for Connected {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(cx, from),
            Self::Tls(stream) => Pin::new(stream).poll_write(cx, from),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Self::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_close(cx),
            Self::Tls(stream) => Pin::new(stream).poll_close(cx),
        }
    }
}
