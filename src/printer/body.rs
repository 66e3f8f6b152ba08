//! What moves over a connection to a printer: the request's body, and a count of the bytes that went through.
//!
//! Memory is one frame: a document is read only when the connection has room for more of it.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use smol::io::{AsyncRead, AsyncWrite};

use super::Document;

/// Bytes of a document that are read at once.
const FRAME: usize = 64 * 1024;

/// How a request is getting on.
#[derive(Debug, Default)]
pub struct Progress {
    moved: AtomicU64,
    waits_for_document: AtomicBool,
    ended: AtomicBool,
    failure: Mutex<Option<io::Error>>,
}

impl Progress {
    /// Bytes moved so far, both ways.
    pub fn moved(&self) -> u64 {
        self.moved.load(Ordering::Relaxed)
    }

    /// Whether it is our own side that everything waits for.
    pub fn waits_for_document(&self) -> bool {
        self.waits_for_document.load(Ordering::Relaxed)
    }

    /// Whether the whole body was handed over.
    pub fn ended(&self) -> bool {
        self.ended.load(Ordering::Relaxed)
    }

    /// Why the document broke off, if it did.
    pub fn take_failure(&self) -> Option<io::Error> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn count(&self, bytes: usize) {
        self.moved.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}

/// An IPP message and then, maybe, a document (RFC 8010 §3.1.1).
pub struct Outgoing {
    message: Option<Bytes>,
    document: Option<(Document, Box<[u8]>)>,
    progress: Arc<Progress>,
}

impl Outgoing {
    /// A body that tells `progress` how it gets on.
    pub fn new(message: Vec<u8>, document: Option<Document>, progress: Arc<Progress>) -> Self {
        progress.ended.store(document.is_none(), Ordering::Relaxed);
        let document = document.map(|document| (document, vec![0; FRAME].into_boxed_slice()));
        Self { message: Some(message.into()), document, progress }
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(message) = self.message.take() {
            return Poll::Ready(Some(Ok(Frame::data(message))));
        }
        let this = &mut *self;
        let Some((document, buffer)) = &mut this.document else { return Poll::Ready(None) };
        let read = document.as_mut().poll_read(cx, buffer);
        this.progress.waits_for_document.store(read.is_pending(), Ordering::Relaxed);
        match ready!(read) {
            Ok(0) => {
                this.document = None;
                this.progress.ended.store(true, Ordering::Relaxed);
                Poll::Ready(None)
            }
            Ok(count) => Poll::Ready(Some(Ok(Frame::data(Bytes::copy_from_slice(&buffer[..count]))))),
            Err(error) => {
                // The error aborts the connection without the last chunk; the reason itself is kept for the caller.
                let kind = error.kind();
                *this.progress.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                Poll::Ready(Some(Err(kind.into())))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.message.is_none() && self.document.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        match self.document {
            Some(_) => SizeHint::default(),
            None => SizeHint::with_exact(self.message.as_ref().map_or(0, |message| message.len() as u64)),
        }
    }
}

/// A connection whose bytes are counted.
pub struct Counted<S> {
    stream: S,
    progress: Arc<Progress>,
}

impl<S> Counted<S> {
    /// Counts what moves over `stream`.
    pub fn new(stream: S, progress: Arc<Progress>) -> Self {
        Self { stream, progress }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Counted<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        let count = ready!(Pin::new(&mut self.stream).poll_read(cx, buffer))?;
        self.progress.count(count);
        Poll::Ready(Ok(count))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Counted<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>> {
        let count = ready!(Pin::new(&mut self.stream).poll_write(cx, buffer))?;
        self.progress.count(count);
        Poll::Ready(Ok(count))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_close(cx)
    }
}
