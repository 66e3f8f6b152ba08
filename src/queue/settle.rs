//! What became of a try: the printer is asked before anything is sent again, and what it says is written down.
//!
//! A try whose printer is silent stays unsettled: its job waits or is held, and as soon as the printer is heard it is asked.
//! A job that it has whole is followed to its end as if nothing had been; one that it has in part is taken back. How far
//! the rest came is judged in [`super::proof`].

use std::time::{Duration, Instant};

use smol::Timer;

use super::{
    Queue,
    live::Live,
    proof::{self, Evidence, Found},
    watch::Seen,
};
use crate::{
    error::Error,
    job::{
        fault::Fault,
        part::{Asked, AttemptId, Out, Rest},
        state::{JobId, Phase, State},
    },
    printer::{JobReport, JobState, PrinterState, error::PrinterError},
    store::{
        attempts::{self, Attempt, Habits},
        facts,
        jobs::{self, Ending, Job},
    },
};

/// Seconds a printer may take to stop a job before others are looked after.
const STOP: Duration = Duration::from_secs(10);

/// Seconds that a printer may be at work after a job's end: a sheet may still move, and counters lag.
const WORKS_ON: Duration = Duration::from_secs(3);

/// Milliseconds that an idle printer's own counter may lag behind the job.
const COUNTER: Duration = Duration::from_millis(1_000);

/// What is known of a try now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Settled {
    /// Nothing: the printer is silent, or cannot let go of the job yet.
    Not(Fault),
    /// How far it came.
    Out(Option<Out>),
    /// Its job was followed to its end, and that is written down.
    Ended,
}

impl Queue {
    /// Asks the printer about every try that it was last heard of in the middle. `pending` is the job that is about to be
    /// printed; the fault is why nothing may be sent yet.
    pub(super) async fn settle_all(&self, pending: Option<&Job>) -> Result<Option<Fault>, Error> {
        for attempt in self.store.read(attempts::unsettled).await? {
            if let Settled::Not(fault) = self.settle(&attempt, pending.map(|job| job.id)).await? {
                return Ok(Some(fault));
            }
        }
        Ok(None)
    }

    /// Asks the printer about one.
    pub(super) async fn settle(&self, attempt: &Attempt, pending: Option<JobId>) -> Result<Settled, Error> {
        let id = attempt.job;
        let Some(job) = self.store.read(move |db| jobs::by_id(db, id)).await? else { return Ok(Settled::Out(None)) };
        let seen = match self.told(pending.unwrap_or(id), self.ask(attempt)).await {
            Err(error) => return Ok(Settled::Not(error.fault())),
            Ok(None) => Seen::Gone,
            Ok(Some((_, report))) if report.state.is_terminal() => {
                Seen::Ended(report.state, report.impressions_completed)
            }
            Ok(Some((printer_job, _))) if self.goes_on(&job, attempt) => {
                if self.store.write(move |db| jobs::resume(db, id)).await? {
                    tracing::info!(job = %id, printer_job, "still at the printer");
                    self.follow(attempt, printer_job).await?;
                    return Ok(Settled::Ended);
                }
                self.take_back(attempt, printer_job, STOP).await
            }
            Ok(Some((printer_job, _))) => self.take_back(attempt, printer_job, STOP).await,
        };
        let (found, count) = match seen {
            Seen::Ended(JobState::Completed, count) => (Found::Completed, count),
            Seen::Ended(_, count) => (Found::Stopped, count),
            Seen::Gone => (Found::Gone, None),
            Seen::Silent(fault) | Seen::Stands(fault) => return Ok(Settled::Not(fault)),
        };
        let out = self.weigh(attempt, found, count).await?;
        self.write_down(&job, attempt, out).await?;
        Ok(Settled::Out(out))
    }

    /// Whether a job that the printer has whole is still wanted as it was asked.
    fn goes_on(&self, job: &Job, attempt: &Attempt) -> bool {
        let wanted = matches!(job.state, State::Held(_) | State::Pending | State::Processing(_));
        let same = attempt.asked.as_ref().is_some_and(|asked| asked.ticket == job.ticket);
        let age = (self.clock)().saturating_sub(job.released_at.unwrap_or(0)) / 1_000;
        let patience = i64::try_from(self.settings.printer.standstill_timeout_s).unwrap_or(i64::MAX);
        let sent = matches!(attempt.phase, Phase::Sent { .. });
        // Nobody waits for an old one any more, and its pages must not lie about.
        sent && wanted && same && (0..=patience).contains(&age)
    }

    /// The job of a try as the printer knows it: by its number, when that is still ours, or by its name.
    async fn ask(&self, attempt: &Attempt) -> Result<Option<(i32, JobReport)>, PrinterError> {
        let number = match attempt.phase {
            Phase::Intent => None,
            Phase::Sending { printer_job } | Phase::Sent { printer_job } => Some(printer_job),
        };
        if attempt.printer != self.printer.uri() {
            return Ok(None);
        }
        if let Some(number) = number {
            match self.printer.job(number).await {
                Ok(report) if report.is_named(attempt.name.as_deref()) => return Ok(Some((number, report))),
                Ok(_) => {}
                Err(error) if passes(&error) => return Err(error),
                Err(_) => {}
            }
        }
        let Some(name) = attempt.name.as_deref() else { return Ok(None) };
        match self.printer.jobs().await {
            Ok(jobs) => Ok(jobs.into_iter().find(|(_, report)| report.name.as_deref() == Some(name))),
            Err(error) if passes(&error) => Err(error),
            Err(_) => Ok(None),
        }
    }

    /// How far a try came, in sides of the whole sequence.
    pub(super) async fn weigh(
        &self,
        attempt: &Attempt,
        found: Found,
        count: Option<u32>,
    ) -> Result<Option<Out>, Error> {
        let id = attempt.id;
        // What was seen meanwhile is in the row.
        let kept = self.store.read(move |db| attempts::by_id(db, id)).await?;
        let attempt = kept.as_ref().unwrap_or(attempt);
        let Some(asked) = &attempt.asked else { return Ok(None) };
        let count = if found == Found::Stopped { self.last_count(attempt, count).await } else { count };
        let given = if attempt.phase == Phase::Intent { Some(0) } else { attempt.given };
        let habits = self.habits().await?;
        let (counter, wild) = (None, false);
        let evidence = Evidence { asked, found, count, seen: attempt.seen, given, counter, wild, habits };
        let mut out = proof::judge(&evidence);
        let doubtful = out.least < asked.impressions() || count.is_none_or(|count| count == 0);
        if doubtful && given != Some(0) && attempt.counter.is_some() {
            let (counter, wild) = self.counter(attempt, asked, found).await;
            out = proof::judge(&Evidence { counter, wild, ..evidence });
        }
        if found == Found::Completed && asked.by_printer > 1 && count > Some(asked.sequence.sides) {
            self.learn(Habits { counts: true, copies: true });
        }
        Ok(Some(out.after(asked.first, asked.sequence.impressions())))
    }

    /// The count of a job that was stopped, when the sheet that still moved is out.
    async fn last_count(&self, attempt: &Attempt, count: Option<u32>) -> Option<u32> {
        let (Phase::Sending { printer_job } | Phase::Sent { printer_job }) = attempt.phase else { return count };
        let until = Instant::now() + WORKS_ON;
        while self.printer.status().await.is_ok_and(|status| status.state == PrinterState::Processing)
            && Instant::now() < until
        {
            Timer::after(Duration::from_millis(self.settings.printer.poll_ms)).await;
        }
        match self.printer.job(printer_job).await {
            Ok(report) if report.is_named(attempt.name.as_deref()) => report.impressions_completed.or(count),
            _ => count,
        }
    }

    /// How far the printer's own counter went for this try alone, and whether it went where no counter goes.
    async fn counter(&self, attempt: &Attempt, asked: &Asked, found: Found) -> (Option<u32>, bool) {
        let until = Instant::now() + WORKS_ON;
        let mut idle: Option<Instant> = None;
        let after = loop {
            let Ok(status) = self.printer.status().await else { return (None, false) };
            let grown = proof::grown(attempt.counter, status.counter, asked, true);
            let all = grown.is_some_and(|grown| grown >= asked.impressions());
            // One that stands moves nothing either.
            if status.state != PrinterState::Processing {
                let since = *idle.get_or_insert_with(Instant::now);
                if all || found != Found::Completed || since.elapsed() >= COUNTER {
                    break status.counter;
                }
            }
            if Instant::now() > until {
                break status.counter;
            }
            Timer::after(Duration::from_millis(self.settings.printer.poll_ms)).await;
        };
        let Ok(jobs) = self.printer.jobs().await else { return (None, false) };
        let ours = jobs.iter().find(|(_, report)| report.name == attempt.name).map(|(number, _)| *number);
        // Numbers grow; after a reboot, which makes a job vanish, they may not, and any other job may be a later one.
        let later = |number: i32| ours.is_none_or(|ours| number > ours);
        let alone = jobs.iter().all(|(number, report)| report.name == attempt.name || !later(*number));
        let grown = proof::grown(attempt.counter, after, asked, alone);
        let back = after.zip(attempt.counter).is_some_and(|(after, before)| after < before);
        let leapt = alone && grown.is_none() && after > attempt.counter && attempt.counter > Some(0);
        (grown, back || leapt)
    }

    /// Settles a try of a job that is on its way no more, or not yet again.
    async fn write_down(&self, job: &Job, attempt: &Attempt, out: Option<Out>) -> Result<(), Error> {
        let (id, tried, asked) = (job.id, attempt.id, attempt.asked.clone());
        let same = asked.as_ref().is_some_and(|asked| asked.ticket == job.ticket);
        let all = asked.as_ref().map_or(u32::MAX, |asked| asked.sequence.impressions());
        let rest = asked.zip(out).map(|(asked, out)| Rest { attempt: tried, asked, out });
        let known = rest.as_ref().is_none_or(Rest::is_known);
        match &job.state {
            // It was released again, and just so: what is out is left out.
            State::Pending if same && known && out.is_none_or(|out| out.least < all) => {
                let first = rest.map_or(0, |rest| rest.asked.sequence.before(rest.least_sheets()));
                self.store
                    .write(move |db| {
                        attempts::settle(db, tried, out)?;
                        jobs::leave_out(db, id, first)
                    })
                    .await
            }
            State::Pending if !same => self.store.write(move |db| attempts::settle(db, tried, out)).await,
            State::Pending => self.end(attempt, out, Fault::ConnectionLost, false).await,
            State::Processing(_) => self.end(attempt, out, Fault::Interrupted, false).await,
            State::Held(fault) if out.is_some() => {
                let cause = fault.clone().unwrap_or(Fault::Interrupted);
                let resumed = self.store.write(move |db| jobs::resume(db, id)).await?;
                if resumed { self.end(attempt, out, cause, false).await } else { Ok(()) }
            }
            _ => self.store.write(move |db| attempts::settle(db, tried, None)).await,
        }
    }

    /// A try is at its end and settled: completed, canceled by its owner, or held with what is known of it.
    pub(super) async fn end(
        &self,
        attempt: &Attempt,
        out: Option<Out>,
        cause: Fault,
        canceled: bool,
    ) -> Result<(), Error> {
        let of = attempt.asked.as_ref().map_or(0, |asked| asked.sequence.impressions());
        let sheets = attempt.asked.as_ref().map_or(0, |asked| asked.sequence.sheets());
        let ending = match out {
            Some(out) if out.least >= of => Ending::Completed,
            _ if canceled => Ending::Canceled,
            Some(out) => Ending::Held(told_as(cause, out, of)),
            None => Ending::Held(cause),
        };
        let (tried, settled) = (attempt.id, out.filter(|_| matches!(ending, Ending::Held(_))));
        let rest = attempt.asked.clone().zip(settled).map(|(asked, out)| Rest { attempt: tried, asked, out });
        let rest = rest.filter(|rest| rest.most_sheets() > 0);
        let impressions = out.map_or(0, |out| out.least);
        let live = Live { job: attempt.job, impressions, of, sheets, fault: None, ending: Some(ending), rest };
        self.finish(live, Some((tried, settled))).await
    }

    /// Puts a job that was on its way where it belongs, with the print fact when it came out, and tells it.
    pub(super) async fn finish(&self, live: Live, tried: Option<(AttemptId, Option<Out>)>) -> Result<(), Error> {
        let Some(ending) = live.ending.clone() else { return Ok(()) };
        let (id, now, of, sheets, written) = (live.job, (self.clock)(), live.of, live.sheets, ending.clone());
        let terminal = self.settings.panel.name.clone();
        let ended = self.store.write(move |db| {
            if let Some((tried, out)) = tried {
                attempts::settle(db, tried, out)?;
            }
            let ended = jobs::end(db, id, &written)?;
            if ended && written == Ending::Completed {
                facts::insert(db, id, of, sheets, &terminal, now)?;
            }
            Ok(ended)
        });
        if !ended.await? {
            // Canceled or deleted before the printer heard of it.
            return Ok(());
        }
        match &ending {
            Ending::Completed => tracing::info!(job = %id, impressions = of, "completed"),
            Ending::Canceled => tracing::info!(job = %id, "canceled"),
            Ending::Held(fault) => tracing::warn!(job = %id, fault = fault.keyword(), "held"),
        }
        if self.canceled.get() == Some(id) {
            self.canceled.set(None);
        }
        self.lives.set(live);
        self.ring();
        Ok(())
    }
}

/// Errors that pass by themselves: the printer is asked again. Others are its answer.
pub(super) fn passes(error: &PrinterError) -> bool {
    match error {
        PrinterError::Unreachable(_) | PrinterError::ConnectionLost | PrinterError::Busy | PrinterError::NotIpp => true,
        PrinterError::Http(status) => *status >= 500,
        _ => false,
    }
}

/// A count says more than why it is short; what somebody has to mend says more than a count.
fn told_as(cause: Fault, out: Out, of: u32) -> Fault {
    let counts = matches!(
        cause,
        Fault::AbortedByPrinter
            | Fault::ConnectionLost
            | Fault::Interrupted
            | Fault::Unreachable
            | Fault::ShortCount { .. }
    );
    if counts && out.least == out.most && out.least > 0 {
        return Fault::ShortCount { impressions: out.least, of };
    }
    cause
}
