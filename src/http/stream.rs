//! A connection that gives up when its other end takes nothing for a while: hyper waits for ever to get an answer off.

use std::{
    io,
    net::TcpStream,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use smol::{
    Async, Timer,
    io::{AsyncRead, AsyncWrite},
};

/// A TCP connection with little patience.
pub(super) struct Stream {
    connection: Async<TcpStream>,
    patience: Duration,
    /// Runs while the other end takes nothing.
    timer: Option<Timer>,
}

impl Stream {
    /// `connection`, which may stand still for `patience` while there is something to send.
    pub(super) fn new(connection: Async<TcpStream>, patience: Duration) -> Self {
        Self { connection, patience, timer: None }
    }

    fn in_time<T>(&mut self, cx: &mut Context<'_>, sent: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if sent.is_ready() {
            self.timer = None;
            return sent;
        }
        let timer = self.timer.get_or_insert_with(|| Timer::after(self.patience));
        ready!(Future::poll(Pin::new(timer), cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Stream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.connection).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>> {
        let sent = Pin::new(&mut self.connection).poll_write(cx, buffer);
        self.in_time(cx, sent)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let sent = Pin::new(&mut self.connection).poll_write_vectored(cx, buffers);
        self.in_time(cx, sent)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.connection).poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.connection).poll_close(cx)
    }
}
