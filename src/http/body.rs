//! Bodies on their way in: bounded, and cut off when they stall.

use std::{io, time::Duration};

use bytes::Bytes;
use http_body_util::{BodyDataStream, BodyExt as _};
use hyper::{Request, body::Incoming, header::CONTENT_LENGTH};
use smol::{Timer, future::FutureExt as _, stream::Stream};

/// Why a body is not there.
#[derive(Debug)]
pub enum BodyError {
    /// More bytes than allowed.
    TooLarge,
    /// The client is gone or too slow.
    Gone,
}

/// The whole body, at most `limit` bytes of it.
pub async fn collect(body: &mut Incoming, limit: usize, stall: Duration) -> Result<Vec<u8>, BodyError> {
    let mut collected = Vec::new();
    while let Some(frame) = timed(body.frame(), stall).await? {
        let Ok(data) = frame.map_err(|_| BodyError::Gone)?.into_data() else { continue };
        if collected.len() + data.len() > limit {
            return Err(BodyError::TooLarge);
        }
        collected.extend_from_slice(&data);
    }
    Ok(collected)
}

/// Reads on, little over `limit` bytes, and keeps nothing.
pub async fn drain(body: &mut Incoming, limit: usize, stall: Duration) {
    let mut read = 0;
    while read <= limit
        && let Ok(Some(Ok(frame))) = timed(body.frame(), stall).await
    {
        read += frame.data_ref().map_or(0, Bytes::len);
    }
}

/// `future`, unless it takes longer than `limit`.
pub async fn timed<T>(future: impl Future<Output = T>, limit: Duration) -> Result<T, BodyError> {
    let slow = async {
        Timer::after(limit).await;
        Err(BodyError::Gone)
    };
    async { Ok(future.await) }.or(slow).await
}

/// What the client says the body's size is.
pub fn announced(request: &Request<Incoming>) -> Option<u64> {
    request.headers().get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// The body as a stream of chunks that fails when it stalls.
pub fn chunks(body: Incoming, stall: Duration) -> impl Stream<Item = io::Result<Bytes>> + Send {
    smol::stream::unfold(BodyDataStream::new(body), move |mut body| async move {
        use smol::stream::StreamExt as _;
        match timed(body.next(), stall).await {
            Ok(None) => None,
            Ok(Some(Ok(chunk))) => Some((Ok(chunk), body)),
            Ok(Some(Err(error))) => Some((Err(io::Error::other(error)), body)),
            Err(_) => Some((Err(io::ErrorKind::TimedOut.into()), body)),
        }
    })
}
