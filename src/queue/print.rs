//! From a released job to sheets: plan, intent, job at the printer, document, the end the printer tells.
//!
//! What may have happened is written down before it is done (an intent row, the printer's job number), so that a
//! restart never guesses. A renderer that dies or a person who cancels aborts the document *and* cancels the job at
//! the printer: a printer takes a document that just ends for a whole one. What came out of a try that went wrong is asked
//! and weighed in `settle`; the document's way is in `send`, looking at a job at the printer in `watch`.

use std::{sync::Arc, time::Duration};

use smol::{Timer, future::FutureExt as _};

use super::{
    PrinterView, Queue,
    live::Live,
    proof::Found,
    send::{Given, STOP, STOP_ASKED},
    settle::passes,
    watch::Seen,
};
use crate::{
    error::Error,
    job::{
        code,
        fault::Fault,
        part::{Asked, Out, Sequence},
        plan::{Capabilities, Plan, PlanError},
        state::{JobId, Phase, State},
    },
    printer::{JobState, PrinterState, Status, error::PrinterError},
    store::{
        attempts::{self, Attempt, Intent},
        jobs::{self, Document, Ending, Job},
    },
};

/// Milliseconds after which a busy printer is asked again.
const BUSY_AGAIN: Duration = Duration::from_millis(1_000);

/// Letters and digits after `ottisk-` in the name of a job at the printer: kiosks that share one must not clash.
const NAME_SYMBOLS: usize = 10;

/// What came of a look at a released job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tried {
    /// It is on its way no more.
    Ended,
    /// The printer cannot take it now; its owner is told why.
    Waits,
}

impl Queue {
    /// Prints what is released, one job after the other, for ever.
    pub async fn print_loop(&self) -> Result<(), Error> {
        self.recover().await?;
        loop {
            let changed = self.changed();
            let pause = |ms| async move {
                Timer::after(Duration::from_millis(ms)).await;
            };
            match self.store.read(jobs::next_pending).await? {
                Some(job) => match self.print(&job).await? {
                    Tried::Ended => {}
                    // Not until the bell: it was rung by what was just told.
                    Tried::Waits => pause(self.settings.printer.poll_ms).await,
                },
                None => {
                    self.look_at_printer().await?;
                    let ms = match self.view.borrow().fault {
                        Some(_) => self.settings.printer.poll_ms,
                        None => self.settings.printer.idle_poll_ms,
                    };
                    changed.or(pause(ms)).await;
                }
            }
        }
    }

    /// Asks an idle printer how it is, and about jobs of which nobody knows yet. Whoever releases a job does not wait for
    /// a silent printer's answer.
    async fn look_at_printer(&self) -> Result<(), Error> {
        let released = self.released.listen();
        if self.store.read(jobs::next_pending).await?.is_some() {
            return Ok(());
        }
        let looking = async { Some(self.printer.look().await) };
        let looked = looking.or(async {
            released.await;
            None
        });
        match looked.await {
            None => {}
            Some(Ok((capabilities, status))) => {
                let fault = status.fault();
                self.see(PrinterView { capabilities: Some(capabilities), fault, known: true });
                self.settle_all(None).await?;
            }
            Some(Err(error)) => self.see(PrinterView { fault: Some(error.fault()), known: true, ..self.printer() }),
        }
        Ok(())
    }

    /// One look at a released job, which is its whole way when the printer takes it. `Err` only when the store fails.
    async fn print(&self, job: &Job) -> Result<Tried, Error> {
        let Some(document) = &job.document else { return self.hold(job.id, Fault::Document).await };
        self.show_waiting(job, document);
        let waits = match self.settle_all(Some(job)).await? {
            Some(fault) => Err(fault),
            None => match self.told(job.id, self.printer.look()).await {
                // What was a printer for us before will be one again.
                Err(error) if !passes(&error) && self.printer().capabilities.is_none() => {
                    return self.hold(job.id, error.fault()).await;
                }
                Err(error) => Err(error.fault()),
                Ok((_, status)) if !status.accepting => Err(status.fault().unwrap_or(Fault::Offline)),
                Ok(found) => Ok(found),
            },
        };
        let (capabilities, status) = match waits {
            Ok(found) => found,
            Err(fault) => return self.wait(job, fault).await,
        };
        let view = PrinterView { capabilities: Some(capabilities.clone()), fault: status.fault(), known: true };
        self.see(view);
        // What became of an earlier try may have changed what is asked now.
        let id = job.id;
        match self.store.read(move |db| jobs::by_id(db, id)).await? {
            Some(job) if job.state == State::Pending => self.try_once(&job, document, &capabilities, &status).await,
            _ => Ok(Tried::Ended),
        }
    }

    /// A released job that the printer cannot take waits as long as its owner can be thought to.
    async fn wait(&self, job: &Job, fault: Fault) -> Result<Tried, Error> {
        if !self.is_awaited(job) {
            return self.hold(job.id, fault).await;
        }
        self.note_fault(job.id, Some(fault));
        Ok(Tried::Waits)
    }

    /// Whether the owner of a released job is still there, as far as time tells.
    pub(super) fn is_awaited(&self, job: &Job) -> bool {
        let valid = i64::try_from(self.settings.printer.release_valid_s).unwrap_or(i64::MAX).saturating_mul(1_000);
        let age = (self.clock)().saturating_sub(job.released_at.unwrap_or(0));
        (0..=valid).contains(&age)
    }

    /// A released job that the printer never heard of is held.
    async fn hold(&self, job: JobId, fault: Fault) -> Result<Tried, Error> {
        let known = self.live().filter(|live| live.job == job);
        let live =
            known.unwrap_or(Live { job, impressions: 0, of: 0, sheets: 0, fault: None, ending: None, rest: None });
        let rest = self.store.read(move |db| attempts::rest(db, job)).await?;
        self.finish(Live { fault: None, ending: Some(Ending::Held(fault)), rest, ..live }, None).await?;
        Ok(Tried::Ended)
    }

    fn show_waiting(&self, job: &Job, document: &Document) {
        if self.live().is_some_and(|live| live.job == job.id && live.ending.is_none()) {
            return;
        }
        let count = |count: Result<u64, _>| count.ok().and_then(|count| u32::try_from(count).ok()).unwrap_or(0);
        let of = count(job.ticket.impressions(document.page_count));
        let sheets = count(job.ticket.sheets(document.page_count));
        let (impressions, fault) = (job.first, self.printer().fault);
        self.set_live(Live { job: job.id, impressions, of, sheets, fault, ending: None, rest: None });
    }

    /// One try.
    async fn try_once(
        &self,
        job: &Job,
        document: &Document,
        capabilities: &Capabilities,
        status: &Status,
    ) -> Result<Tried, Error> {
        let whole = match Plan::fit(&job.ticket, capabilities, document.page_count) {
            Ok(plan) => plan,
            Err(PlanError::NoFormat) => return self.hold(job.id, Fault::Unsuitable).await,
            Err(PlanError::PastTheEnd) => return self.hold(job.id, Fault::Document).await,
        };
        let sequence = Sequence::of(&whole);
        let pages_a_side = u32::try_from(whole.number_up.get()).unwrap_or(1);
        let Ok(plan) = whole.rest(job.first) else { return self.hold(job.id, Fault::Document).await };
        let (ticket, first, by_printer) = (job.ticket.clone(), job.first, plan.copies);
        let asked = Asked { ticket, sequence, first, by_printer, pages_a_side };
        let Some(mut attempt) = self.begin(job.id, asked, status).await? else { return Ok(Tried::Ended) };
        let (of, sheets) = (sequence.impressions(), sequence.sheets());
        let fault = self.live().filter(|live| live.job == job.id).and_then(|live| live.fault);
        self.set_live(Live { job: job.id, impressions: first, of, sheets, fault, ending: None, rest: None });
        let printer_job = match self.create(job, &attempt, &plan).await {
            Ok(printer_job) => printer_job,
            Err(error) => return self.not_created(job, &attempt, &error).await,
        };
        self.note_fault(job.id, status.fault());
        attempt.phase = Phase::Sending { printer_job };
        self.advance(&attempt).await?;
        tracing::info!(job = %job.id, printer_job, sides = attempt.asked.as_ref().map(Asked::impressions), "sending");
        let given = Arc::new(Given::default());
        if let Err(broken) = self.send(&attempt, &document.name, printer_job, &plan, &given).await {
            return self.broke_off(job, &attempt, printer_job, broken, &plan, &given).await;
        }
        attempt.phase = Phase::Sent { printer_job };
        self.advance(&attempt).await?;
        self.follow(&attempt, printer_job).await?;
        Ok(Tried::Ended)
    }

    /// Writes down what is about to be done; `None` when nobody waits for it any more.
    async fn begin(&self, job: JobId, asked: Asked, status: &Status) -> Result<Option<Attempt>, Error> {
        let symbols: Vec<char> = ('A'..='Z').chain('2'..='9').collect();
        let word = code::draw(&symbols, NAME_SYMBOLS, getrandom::fill).map_err(std::io::Error::other)?;
        let (printer, name) = (self.printer.uri().to_owned(), format!("ottisk-{word}"));
        // Others' sides would be counted with ours.
        let alone = status.state == PrinterState::Idle && status.queued.unwrap_or(0) == 0;
        let counter = status.counter.filter(|_| alone);
        let intent = Intent { printer: printer.clone(), name: name.clone(), asked: asked.clone(), counter };
        let now = (self.clock)();
        let id = self.store.write(move |db| attempts::begin(db, job, &intent, now)).await?;
        let attempt = |id| {
            let (name, asked, phase) = (Some(name), Some(asked), Phase::Intent);
            Attempt { id, job, printer, name, phase, asked, counter, seen: 0, given: None }
        };
        Ok(id.map(attempt))
    }

    pub(super) async fn advance(&self, attempt: &Attempt) -> Result<(), Error> {
        let (id, phase) = (attempt.id, attempt.phase);
        self.store.write(move |db| attempts::advance(db, id, phase)).await
    }

    /// A job at the printer; a busy one is asked again as long as its owner can be thought to wait. Who cancels is heard
    /// between two requests: one that is dropped on its way could leave the printer with a job that nobody knows.
    async fn create(&self, job: &Job, attempt: &Attempt, plan: &Plan) -> Result<i32, PrinterError> {
        let name = attempt.name.as_deref().unwrap_or_default();
        while self.canceled.get() != Some(job.id) {
            let creating = async {
                self.printer.validate(plan).await?;
                self.printer.create(plan, name).await
            };
            match self.told(job.id, creating).await {
                Err(PrinterError::Busy) if self.is_awaited(job) => {
                    self.note_fault(job.id, Some(Fault::Busy));
                    let pause = async {
                        Timer::after(BUSY_AGAIN).await;
                    };
                    pause.or(self.canceled(job.id)).await;
                }
                created => return created,
            }
        }
        Err(PrinterError::Canceled)
    }

    /// Nothing can have come out of a job that has no document.
    async fn not_created(&self, job: &Job, attempt: &Attempt, error: &PrinterError) -> Result<Tried, Error> {
        let nothing = attempt.asked.as_ref().map(|asked| Out::exactly(asked.first));
        tracing::warn!(job = %job.id, %error, "no job at the printer");
        // The printer may have one all the same when its answer was lost: it is asked before the next try.
        let asks = passes(error) && !matches!(error, PrinterError::Unreachable(_) | PrinterError::Busy);
        let canceled = self.canceled.get() == Some(job.id);
        if canceled && asks {
            self.leave(attempt, error.fault(), true).await?;
            return Ok(Tried::Ended);
        }
        if canceled || !passes(error) {
            self.end(attempt, nothing, error.fault(), canceled).await?;
            return Ok(Tried::Ended);
        }
        self.again(job, attempt, nothing.filter(|_| !asks), error.fault()).await
    }

    /// Waits for the printer again. Without `settled` the printer is asked first what it has of the last try.
    pub(super) async fn again(
        &self,
        job: &Job,
        attempt: &Attempt,
        settled: Option<Out>,
        fault: Fault,
    ) -> Result<Tried, Error> {
        let (id, tried) = (job.id, attempt.id);
        self.store
            .write(move |db| {
                if settled.is_some() {
                    attempts::settle(db, tried, settled)?;
                }
                jobs::again(db, id)
            })
            .await?;
        self.wait(job, fault).await
    }

    /// Waits for the end of a job the printer has whole.
    pub(super) async fn follow(&self, attempt: &Attempt, printer_job: i32) -> Result<(), Error> {
        let asked = attempt.asked.as_ref();
        let (of, sheets) = asked.map_or((0, 0), |asked| (asked.sequence.impressions(), asked.sequence.sheets()));
        let impressions = asked.map_or(0, |asked| asked.first.saturating_add(attempt.seen).min(of));
        if self.live().is_none_or(|live| live.job != attempt.job || live.ending.is_some()) {
            let (job, fault, ending, rest) = (attempt.job, None, None, None);
            self.set_live(Live { job, impressions, of, sheets, fault, ending, rest });
        }
        let watching = async { Some(self.watch(attempt, printer_job, |_| true).await) };
        let stopped = async {
            self.canceled(attempt.job).await;
            None
        };
        match watching.or(stopped).await {
            None => {
                let seen = self.take_back(attempt, printer_job, STOP_ASKED).await;
                self.conclude(attempt, seen, Fault::AbortedByPrinter, true).await
            }
            Some(Seen::Stands(fault)) => {
                let seen = self.take_back(attempt, printer_job, STOP).await;
                self.conclude(attempt, seen, fault, false).await
            }
            Some(Seen::Ended(state, count)) => {
                self.conclude(attempt, Seen::Ended(state, count), Fault::AbortedByPrinter, false).await
            }
            Some(Seen::Gone) => self.conclude(attempt, Seen::Gone, Fault::ConnectionLost, false).await,
            Some(Seen::Silent(fault)) => self.conclude(attempt, Seen::Silent(fault.clone()), fault, false).await,
        }
    }

    /// Writes down how a try ended. One that the printer is silent about is held, and settled when the printer is heard.
    pub(super) async fn conclude(
        &self,
        attempt: &Attempt,
        seen: Seen,
        cause: Fault,
        canceled: bool,
    ) -> Result<(), Error> {
        let (found, count) = match seen {
            Seen::Ended(JobState::Completed, count) => (Found::Completed, count),
            Seen::Ended(_, count) => (Found::Stopped, count),
            Seen::Gone => (Found::Gone, None),
            Seen::Stands(_) | Seen::Silent(_) => return self.leave(attempt, cause, canceled).await,
        };
        let out = match (found, canceled) {
            // Nobody asks how far it came.
            (Found::Stopped | Found::Gone, true) => None,
            _ => self.weigh(attempt, found, count).await?,
        };
        let cause = match (found, out) {
            (Found::Completed, Some(out)) => {
                let of = attempt.asked.as_ref().map_or(0, |asked| asked.sequence.impressions());
                Fault::ShortCount { impressions: out.least, of }
            }
            _ => cause,
        };
        self.end(attempt, out, cause, canceled).await
    }

    /// Its end is not known yet.
    async fn leave(&self, attempt: &Attempt, cause: Fault, canceled: bool) -> Result<(), Error> {
        let asked = attempt.asked.as_ref().map(|asked| asked.sequence);
        let (of, sheets) = asked.map_or((0, 0), |asked| (asked.impressions(), asked.sheets()));
        let impressions = self.live().filter(|live| live.job == attempt.job).map_or(0, |live| live.impressions);
        if let (id, true) = (attempt.id, canceled) {
            self.store.write(move |db| attempts::forget(db, id)).await?;
        }
        let ending = Some(if canceled { Ending::Canceled } else { Ending::Held(cause) });
        self.finish(Live { job: attempt.job, impressions, of, sheets, fault: None, ending, rest: None }, None).await
    }
}
