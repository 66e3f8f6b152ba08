//! The drill's side of a connection: HTTP/1.1 as far as IPP needs it (RFC 8010 §4), one request each, every byte
//! counted, so that a connection can be cut at any of them.

use std::{
    io,
    os::fd::AsRawFd as _,
    pin::Pin,
    task::{Context, Poll, ready},
};

use smol::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// The longest head of a request.
const HEAD: usize = 16 << 10;

/// Bytes that are read at once.
const PIECE: usize = 512;

/// A connection.
pub struct Wire {
    stream: TcpStream,
    /// Read, but not used yet.
    ahead: Vec<u8>,
    /// Bytes that came.
    pub came: u64,
    /// Ends the reading after so many bytes.
    pub cut_after: Option<u64>,
}

/// How the body's end is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Framing {
    /// So many bytes are left.
    Length(u64),
    /// So many bytes of this chunk are left, with the line end after them.
    Chunk(u64),
    /// A line with the length of the next chunk comes.
    ChunkLength,
    /// Nothing comes any more.
    Ended,
}

/// A request's body, without its framing.
pub struct Body {
    /// The connection.
    pub wire: Wire,
    framing: Framing,
}

impl Wire {
    /// Takes a connection.
    pub fn new(stream: TcpStream) -> Self {
        Self { stream, ahead: Vec::new(), came: 0, cut_after: None }
    }

    /// Reads a request's head: its body, and whether that comes in chunks.
    pub async fn request(mut self) -> Result<(Body, bool), (Self, io::Error)> {
        let end = loop {
            if let Some(at) = self.ahead.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break at + 4;
            }
            let more = std::future::poll_fn(|cx| self.poll_more(cx)).await;
            match more {
                Ok(0) => return Err((self, io::ErrorKind::UnexpectedEof.into())),
                Ok(_) if self.ahead.len() > HEAD => return Err((self, io::ErrorKind::InvalidData.into())),
                Ok(_) => {}
                Err(error) => return Err((self, error)),
            }
        };
        let head = String::from_utf8_lossy(&self.ahead[..end]).to_lowercase();
        self.ahead.drain(..end);
        let header = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        let chunked = header("transfer-encoding:") == Some("chunked");
        let length = header("content-length:").and_then(|length| length.parse().ok());
        let framing = if chunked { Framing::ChunkLength } else { Framing::Length(length.unwrap_or(0)) };
        Ok((Body { wire: self, framing }, chunked))
    }

    /// Reads what is there: 0 at the end.
    fn poll_more(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let left = self.cut_after.map_or(u64::MAX, |cut| cut.saturating_sub(self.came));
        if left == 0 {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        let mut piece = [0; PIECE];
        let room = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
        let count = ready!(Pin::new(&mut self.stream).poll_read(cx, &mut piece[..room]))?;
        self.ahead.extend_from_slice(&piece[..count]);
        self.came += count as u64;
        Poll::Ready(Ok(count))
    }

    /// Writes.
    pub async fn say(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await
    }

    /// Takes what still comes until the other side ends: an earlier end would take back what was said.
    pub async fn end_politely(mut self) {
        let mut piece = [0; PIECE];
        while self.stream.read(&mut piece).await.is_ok_and(|count| count > 0) {}
    }

    /// Ends it, with a reset unless `cleanly`.
    pub fn end(self, cleanly: bool) {
        if cleanly {
            let _ = self.stream.shutdown(std::net::Shutdown::Write);
            return;
        }
        let linger = libc::linger { l_onoff: 1, l_linger: 0 };
        let length = libc::socklen_t::try_from(size_of_val(&linger)).unwrap_or(0);
        // SAFETY: the descriptor is a socket that lives through the call, and the option is read only, of that length.
        unsafe {
            let option = (&raw const linger).cast();
            libc::setsockopt(self.stream.as_raw_fd(), libc::SOL_SOCKET, libc::SO_LINGER, option, length);
        }
    }
}

impl Body {
    /// Uses framing up to the next byte of the body; `false` when the body has ended.
    fn poll_frame(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<bool>> {
        loop {
            match self.framing {
                Framing::Ended | Framing::Length(0) => return Poll::Ready(Ok(false)),
                Framing::Length(_) => {}
                Framing::Chunk(left) if left > 2 => {}
                Framing::Chunk(left) => {
                    // The line end after a chunk.
                    if self.wire.ahead.len() >= left as usize {
                        self.wire.ahead.drain(..left as usize);
                        self.framing = Framing::ChunkLength;
                        continue;
                    }
                }
                Framing::ChunkLength => {
                    if let Some(at) = self.wire.ahead.windows(2).position(|bytes| bytes == b"\r\n") {
                        let line = String::from_utf8_lossy(&self.wire.ahead[..at]).into_owned();
                        let length = u64::from_str_radix(line.trim(), 16).map_err(io::Error::other)?;
                        if length > 0 {
                            self.wire.ahead.drain(..at + 2);
                            self.framing = Framing::Chunk(length + 2);
                            continue;
                        }
                        if self.wire.ahead.len() >= at + 4 {
                            self.wire.ahead.drain(..at + 4);
                            self.framing = Framing::Ended;
                            continue;
                        }
                    }
                }
            }
            let used = matches!(self.framing, Framing::Length(_) | Framing::Chunk(3..));
            if used && !self.wire.ahead.is_empty() {
                return Poll::Ready(Ok(true));
            }
            if ready!(self.wire.poll_more(cx))? == 0 {
                return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
            }
        }
    }
}

impl AsyncRead for Body {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        if !ready!(this.poll_frame(cx))? {
            return Poll::Ready(Ok(0));
        }
        let left = match this.framing {
            Framing::Length(left) => left,
            Framing::Chunk(left) => left - 2,
            Framing::ChunkLength | Framing::Ended => 0,
        };
        let count = this.wire.ahead.len().min(buffer.len()).min(usize::try_from(left).unwrap_or(usize::MAX));
        buffer[..count].copy_from_slice(&this.wire.ahead[..count]);
        this.wire.ahead.drain(..count);
        match &mut this.framing {
            Framing::Length(left) | Framing::Chunk(left) => *left -= count as u64,
            Framing::ChunkLength | Framing::Ended => {}
        }
        Poll::Ready(Ok(count))
    }
}

#[cfg(test)]
mod tests {
    use std::{io::Write as _, net::TcpListener, thread};

    use smol::io::AsyncReadExt as _;

    use super::{Wire, io};

    /// What is read of what is sent; cut after so many bytes.
    fn read(sent: &'static [u8], cut_after: Option<u64>) -> io::Result<(Vec<u8>, u64)> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let address = listener.local_addr().expect("bound");
        let sending = thread::spawn(move || {
            let mut stream = std::net::TcpStream::connect(address).expect("a listener");
            for piece in sent.chunks(3) {
                let _ = stream.write_all(piece);
            }
        });
        let read = smol::block_on(async {
            let stream = listener.accept().expect("a client").0;
            let mut wire = Wire::new(smol::Async::new(stream).expect("a socket").into());
            wire.cut_after = cut_after;
            let (mut body, _) = wire.request().await.map_err(|(_, error)| error)?;
            let mut bytes = Vec::new();
            body.read_to_end(&mut bytes).await?;
            Ok((bytes, body.wire.came))
        });
        sending.join().expect("sent");
        read
    }

    const CHUNKED: &[u8] =
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0a\r\n0123456789\r\n0\r\n\r\n";

    #[test]
    fn bodies_are_read_without_their_framing() {
        assert_eq!(read(CHUNKED, None).expect("whole").0, b"abc0123456789");
        let length = b"POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nabcdef";
        assert_eq!(read(length, None).expect("whole").0, b"abcd");
    }

    #[test]
    fn an_early_end_and_a_cut_are_errors() {
        let kind = |sent, cut| read(sent, cut).expect_err("cut").kind();
        for cut in 1..CHUNKED.len() {
            assert_eq!(kind(&CHUNKED[..cut], None), io::ErrorKind::UnexpectedEof, "{cut}");
            assert_eq!(kind(CHUNKED, Some(cut as u64)), io::ErrorKind::ConnectionAborted, "{cut}");
        }
    }
}
