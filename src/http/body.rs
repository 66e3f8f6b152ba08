//! Bodies on their way in: bounded, and cut off when they stall or creep.

use std::{
    io,
    time::{Duration, Instant},
};

use bytes::Bytes;
use http_body_util::{BodyDataStream, BodyExt as _};
use hyper::{Request, body::Incoming, header::CONTENT_LENGTH};
use smol::{
    Timer,
    future::FutureExt as _,
    stream::{Stream, StreamExt as _},
};

/// Why a body is not there.
#[derive(Debug)]
pub enum BodyError {
    /// More bytes than allowed.
    TooLarge,
    /// The client is gone or too slow.
    Gone,
}

/// How fast a body must come.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// How long it may stand still.
    pub stall: Duration,
    /// How long it may creep.
    pub grace: Duration,
    /// What it must bring on the average after that.
    pub least_bytes_per_s: u64,
}

impl Pace {
    /// Whether `bytes` are too few for a sender who was waited for so long. One byte now and then would hold a
    /// connection for days otherwise.
    fn is_broken(self, bytes: u64, waited: Duration) -> bool {
        waited > self.grace && bytes < self.least_bytes_per_s.saturating_mul(waited.as_secs())
    }
}

/// How fast one body came so far.
struct Meter {
    pace: Pace,
    bytes: u64,
    /// Only for the sender: that our disk is slow is not held against anybody.
    waited: Duration,
    /// One for all pieces: to make one for each costs more than the piece.
    timer: Timer,
}

impl Meter {
    fn new(pace: Pace) -> Self {
        Self { pace, bytes: 0, waited: Duration::ZERO, timer: Timer::after(pace.stall) }
    }

    /// The next piece, in time.
    async fn next<T>(&mut self, piece: impl Future<Output = T>, size: impl Fn(&T) -> usize) -> Result<T, BodyError> {
        let asked = Instant::now();
        let until = asked + self.pace.stall;
        let slow = async {
            loop {
                // It may have been set for a piece that has come since.
                (&mut self.timer).await;
                match until.checked_duration_since(Instant::now()) {
                    Some(left) if !left.is_zero() => self.timer.set_after(left),
                    _ => return Err(BodyError::Gone),
                }
            }
        };
        let piece = async { Ok(piece.await) }.or(slow).await?;
        self.waited += asked.elapsed();
        self.bytes += size(&piece) as u64;
        if self.pace.is_broken(self.bytes, self.waited) { Err(BodyError::Gone) } else { Ok(piece) }
    }

    async fn frame(
        &mut self,
        body: &mut Incoming,
    ) -> Result<Option<Result<hyper::body::Frame<Bytes>, hyper::Error>>, BodyError> {
        let size = |frame: &Option<Result<hyper::body::Frame<Bytes>, _>>| match frame {
            Some(Ok(frame)) => frame.data_ref().map_or(0, Bytes::len),
            _ => 0,
        };
        self.next(body.frame(), size).await
    }
}

/// The whole body, at most `limit` bytes of it.
pub async fn collect(body: &mut Incoming, limit: usize, pace: Pace) -> Result<Vec<u8>, BodyError> {
    let (mut collected, mut meter) = (Vec::new(), Meter::new(pace));
    while let Some(frame) = meter.frame(body).await? {
        let Ok(data) = frame.map_err(|_| BodyError::Gone)?.into_data() else { continue };
        if collected.len() + data.len() > limit {
            return Err(BodyError::TooLarge);
        }
        collected.extend_from_slice(&data);
    }
    Ok(collected)
}

/// How long one who sends more than is taken may pause before they are told so.
pub const PAUSE: Duration = Duration::from_secs(1);

/// Reads on, little over `limit` bytes, and keeps nothing; whoever pauses wants to hear the answer.
pub async fn drain(body: &mut Incoming, limit: usize, pace: Pace) {
    let mut meter = Meter::new(Pace { stall: pace.stall.min(PAUSE), ..pace });
    while meter.bytes <= limit as u64
        && let Ok(Some(Ok(_))) = meter.frame(body).await
    {}
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

/// The body as a stream of chunks that fails with [`io::ErrorKind::TimedOut`] when it stalls or creeps, and then ends.
pub fn chunks(body: Incoming, pace: Pace) -> impl Stream<Item = io::Result<Bytes>> + Send {
    let start = Some((BodyDataStream::new(body), Meter::new(pace)));
    smol::stream::unfold(start, move |state| async move {
        let (mut body, mut meter) = state?;
        let size = |chunk: &Option<Result<Bytes, _>>| match chunk {
            Some(Ok(chunk)) => chunk.len(),
            _ => 0,
        };
        match meter.next(body.next(), size).await {
            Ok(None) => None,
            Ok(Some(Ok(chunk))) => Some((Ok(chunk), Some((body, meter)))),
            Ok(Some(Err(error))) => Some((Err(io::Error::other(error)), None)),
            Err(_) => Some((Err(io::ErrorKind::TimedOut.into()), None)),
        }
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Pace;

    #[test]
    fn a_byte_now_and_then_is_too_slow() {
        let seconds = Duration::from_secs;
        let pace = Pace { stall: seconds(30), grace: seconds(30), least_bytes_per_s: 1_000 };
        assert!(!pace.is_broken(1, seconds(29)));
        assert!(pace.is_broken(2, seconds(58)));
        assert!(!pace.is_broken(60_000, seconds(60)));
        assert!(pace.is_broken(24_999_999, seconds(25_000)));
        assert!(!Pace { least_bytes_per_s: 0, ..pace }.is_broken(0, seconds(90_000)));
    }
}
