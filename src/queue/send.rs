//! A document on its way to the printer, and what becomes of a try whose document broke off.
//!
//! What went out is counted, for it bounds what can come out. A job whose whole document went out is not taken back: only
//! the answer may have been lost, and the job itself tells its end.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use smol::{future::FutureExt as _, io::AsyncRead};

use super::{
    Queue,
    print::Tried,
    proof::{self, Found},
    settle::passes,
    watch::Seen,
};
use crate::{
    error::Error,
    job::{
        fault::Fault,
        plan::Plan,
        state::{JobId, Phase},
    },
    printer::{JobState, error::PrinterError},
    raster::tally::Tally,
    store::{
        attempts::{self, Attempt},
        jobs::Job,
    },
};

/// Seconds that a job may take to stop when its document broke off, while its owner looks on.
pub(super) const STOP: Duration = Duration::from_secs(15);

/// Seconds the same may take when its owner stopped it: nothing depends on it.
pub(super) const STOP_ASKED: Duration = Duration::from_secs(2);

/// Why a document did not reach the printer whole.
pub(super) enum Broken {
    /// Its owner stopped it.
    Canceled,
    /// The printer has the job at an end already, or knows it no more.
    Seen(Seen),
    /// This. `true`: it passes by itself.
    Fault(Fault, bool),
}

impl Queue {
    /// Renders and sends, until the printer has all of it. `given` tells what went out.
    pub(super) async fn send(
        &self,
        attempt: &Attempt,
        document: &str,
        printer_job: i32,
        plan: &Plan,
        given: &Arc<Given>,
    ) -> Result<(), Broken> {
        let job = attempt.job;
        let broken = |error: &dyn std::fmt::Display| {
            tracing::warn!(%job, %error, "document not drawn");
            Broken::Fault(Fault::Document, false)
        };
        let file = self.documents.open_document(document).await.map_err(|error| broken(&error))?;
        let (rendering, listening) = self.workers.render(file, plan).await.map_err(|error| broken(&error))?;
        let counted = Counted { document: rendering, tally: Tally::new(plan.format), given: Arc::clone(given) };
        // The child's stderr is read beside, or it would stop when that pipe is full.
        let sent = smol::future::zip(self.printer.send(printer_job, plan, Box::pin(counted)), listening);
        let sending = async {
            match sent.await.0 {
                Ok(()) => Ok(()),
                Err(PrinterError::Renderer(error)) => Err(broken(&error)),
                Err(error) => {
                    tracing::warn!(%job, %error, "not sent");
                    Err(Broken::Fault(error.fault(), passes(&error)))
                }
            }
        };
        let watching = async {
            loop {
                let before = given.bytes.load(Ordering::Relaxed);
                let seen = self.watch(attempt, printer_job, |state| state != JobState::Completed).await;
                let moves = given.bytes.load(Ordering::Relaxed) != before;
                // A printer that takes the document is not silent, whatever became of its answers.
                if !(moves && matches!(seen, Seen::Silent(_) | Seen::Stands(_))) {
                    return Err(Broken::Seen(seen));
                }
            }
        };
        let stopped = async {
            self.canceled(job).await;
            Err(Broken::Canceled)
        };
        sending.or(watching).or(stopped).await
    }

    /// The printer has a part of the document: it is taken back, and what came of it is asked.
    pub(super) async fn broke_off(
        &self,
        job: &Job,
        attempt: &Attempt,
        printer_job: i32,
        broken: Broken,
        plan: &Plan,
        given: &Given,
    ) -> Result<Tried, Error> {
        let (begun, pages) = (given.bytes.load(Ordering::Relaxed) > 0, given.pages.load(Ordering::Relaxed));
        let lost = matches!(&broken, Broken::Fault(_, true) | Broken::Seen(Seen::Silent(_)));
        if lost && pages >= plan.raster_pages() {
            // It may well have all of it, and only its answer was lost: its job tells.
            let attempt = Attempt { phase: Phase::Sent { printer_job }, ..attempt.clone() };
            self.advance(&attempt).await?;
            self.follow(&attempt, printer_job).await?;
            return Ok(Tried::Ended);
        }
        let sides = attempt.asked.as_ref().map_or(0, |asked| proof::without_blanks(asked, pages));
        // With the last page it may have all copies that it makes itself.
        let given = (pages < plan.raster_pages()).then_some(sides);
        if let (id, Some(given)) = (attempt.id, given) {
            self.store.write(move |db| attempts::give(db, id, given)).await?;
        }
        let (cause, passing, canceled) = match &broken {
            Broken::Canceled => (Fault::AbortedByPrinter, false, true),
            Broken::Fault(fault, passes) => (fault.clone(), *passes, false),
            Broken::Seen(Seen::Stands(fault) | Seen::Silent(fault)) => (fault.clone(), false, false),
            Broken::Seen(Seen::Gone) => (Fault::ConnectionLost, false, false),
            Broken::Seen(Seen::Ended(..)) => (Fault::AbortedByPrinter, false, false),
        };
        self.note_fault(job.id, (!canceled).then(|| cause.clone()));
        let seen = match broken {
            Broken::Seen(Seen::Ended(state, count)) => Seen::Ended(state, count),
            _ => self.take_back(attempt, printer_job, if canceled { STOP_ASKED } else { STOP }).await,
        };
        if passing && !begun && self.weigh_nothing(attempt, &seen).await? {
            return self.again(job, attempt, None, cause).await;
        }
        self.conclude(attempt, seen, cause, canceled).await?;
        Ok(Tried::Ended)
    }

    /// Whether it is certain that nothing came out of what the printer got.
    async fn weigh_nothing(&self, attempt: &Attempt, seen: &Seen) -> Result<bool, Error> {
        let out = match seen {
            Seen::Ended(JobState::Completed, count) => self.weigh(attempt, Found::Completed, *count).await?,
            Seen::Ended(_, count) => self.weigh(attempt, Found::Stopped, *count).await?,
            // It is asked before the next try.
            Seen::Gone | Seen::Silent(_) | Seen::Stands(_) => return Ok(true),
        };
        Ok(out.is_some_and(|out| attempt.asked.as_ref().is_some_and(|asked| out.most <= asked.first)))
    }

    /// Ends when the job's owner has stopped it.
    pub(super) async fn canceled(&self, job: JobId) {
        loop {
            let changed = self.changed();
            if self.canceled.get() == Some(job) {
                return;
            }
            changed.await;
        }
    }
}

/// What of a document went out.
#[derive(Default)]
pub(super) struct Given {
    /// Bytes.
    bytes: AtomicU64,
    /// Whole raster pages.
    pages: AtomicU32,
}

/// A document whose whole pages are counted on their way.
struct Counted<D> {
    document: D,
    tally: Tally,
    given: Arc<Given>,
}

impl<D: AsyncRead + Unpin> AsyncRead for Counted<D> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<std::io::Result<usize>> {
        let this = &mut *self;
        let count = ready!(Pin::new(&mut this.document).poll_read(cx, buffer))?;
        this.tally.pass(&buffer[..count]);
        this.given.bytes.fetch_add(u64::try_from(count).unwrap_or(0), Ordering::Relaxed);
        this.given.pages.store(this.tally.pages(), Ordering::Relaxed);
        Poll::Ready(Ok(count))
    }
}
