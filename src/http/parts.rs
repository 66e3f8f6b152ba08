//! The parts of a form (`multipart/form-data`, RFC 7578), read as they come.
//!
//! multer looks for the end of a part's head and for the next boundary in all that has come so far, however long that
//! is. Here it gets no more than [`PENDING_BYTES`] that lead to nothing.

use std::{
    io,
    ops::Deref,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use bytes::Bytes;
use hyper::{Request, body::Incoming, header::CONTENT_TYPE};
use multer::{Field, Multipart};
use smol::stream::StreamExt as _;

use super::body::{self, Pace};

/// Bytes without a part's head, content or end in them.
const PENDING_BYTES: usize = 128 << 10;

/// A form on its way in.
pub(super) struct Parts {
    form: Multipart<'static>,
    pending: Arc<AtomicUsize>,
}

/// One part of it.
pub(super) struct Part {
    field: Field<'static>,
    pending: Arc<AtomicUsize>,
}

/// Whether a form ended because its sender was too slow.
pub(super) fn is_slow(error: &multer::Error) -> bool {
    let multer::Error::StreamReadFailed(cause) = error else { return false };
    cause.downcast_ref::<io::Error>().is_some_and(|cause| cause.kind() == io::ErrorKind::TimedOut)
}

impl Parts {
    /// The form a request brings, if it brings one.
    pub(super) fn of(request: Request<Incoming>, pace: Pace) -> Option<Self> {
        let media_type = request.headers().get(CONTENT_TYPE)?.to_str().ok()?;
        let boundary = multer::parse_boundary(media_type).ok()?;
        let pending = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&pending);
        let chunks = body::chunks(request.into_body(), pace).map(move |chunk: io::Result<Bytes>| {
            let chunk = chunk?;
            match counted.fetch_add(chunk.len(), Ordering::Relaxed) {
                PENDING_BYTES.. => Err(io::Error::from(io::ErrorKind::InvalidData)),
                _ => Ok(chunk),
            }
        });
        Some(Self { form: Multipart::new(chunks, boundary), pending })
    }

    /// The next part; what is left of the one before is passed over.
    pub(super) async fn next(&mut self) -> Result<Option<Part>, multer::Error> {
        let field = self.form.next_field().await?;
        self.pending.store(0, Ordering::Relaxed);
        Ok(field.map(|field| Part { field, pending: Arc::clone(&self.pending) }))
    }
}

impl Part {
    /// The next bytes of its content.
    pub(super) async fn chunk(&mut self) -> Result<Option<Bytes>, multer::Error> {
        let chunk = self.field.chunk().await?;
        self.pending.store(0, Ordering::Relaxed);
        Ok(chunk)
    }
}

impl Deref for Part {
    type Target = Field<'static>;

    fn deref(&self) -> &Field<'static> {
        &self.field
    }
}
