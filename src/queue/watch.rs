//! A job at the printer, looked at until it is at an end; what is seen meanwhile is told and kept.

use std::time::{Duration, Instant};

use smol::{Timer, future::FutureExt as _};

use super::{PrinterView, Queue, live::Live, proof};
use crate::{
    error::Error,
    job::{fault::Fault, state::JobId},
    printer::{JobReport, JobState, error::PrinterError},
    store::attempts::{self, Attempt, Habits},
};

/// Milliseconds without an answer after which a person is told so; the answer itself is waited for longer.
const SILENT: Duration = Duration::from_millis(1_500);

/// Seconds a printer may take to hear Cancel-Job.
const TAKE_BACK: Duration = Duration::from_secs(10);

/// How a look at a job ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// In this state, with so many sides counted.
    Ended(JobState, Option<u32>),
    /// The printer does not know it any more.
    Gone,
    /// The printer has it, but nothing moved for too long.
    Stands(Fault),
    /// The printer did not answer for too long.
    Silent(Fault),
}

impl Queue {
    /// Looks at the job until it is in an end state that `counts`, or the printer is silent or stands for too long.
    pub(super) async fn watch(&self, attempt: &Attempt, printer_job: i32, counts: impl Fn(JobState) -> bool) -> Seen {
        let (limits, job) = (&self.settings.printer, attempt.job);
        let mut heard = Instant::now();
        let mut moved = Instant::now();
        loop {
            match self.told(job, self.printer.job(printer_job)).await {
                Ok(report) if !report.is_named(attempt.name.as_deref()) => return Seen::Gone,
                Ok(report) => {
                    heard = Instant::now();
                    if self.note_progress(attempt, &report) {
                        moved = heard;
                    }
                    if is_over(&report) && counts(report.state) {
                        return Seen::Ended(report.state, report.impressions_completed);
                    }
                }
                Err(PrinterError::NoSuchJob) => return Seen::Gone,
                Err(error) if heard.elapsed() > Duration::from_secs(limits.silence_timeout_s) => {
                    return Seen::Silent(error.fault());
                }
                Err(_) => self.note_fault(job, Some(Fault::ConnectionLost)),
            }
            match self.told(job, self.printer.status()).await {
                Ok(status) => self.note_fault(job, status.fault()),
                Err(error) => tracing::debug!(%job, %error, "printer not heard"),
            }
            if moved.elapsed() > Duration::from_secs(limits.standstill_timeout_s) {
                let fault = self.live().and_then(|live| live.fault).unwrap_or(Fault::AbortedByPrinter);
                return Seen::Stands(fault);
            }
            Timer::after(Duration::from_millis(limits.poll_ms)).await;
        }
    }

    /// Cancel-Job, and what became of the job within `patience`.
    pub(super) async fn take_back(&self, attempt: &Attempt, printer_job: i32, patience: Duration) -> Seen {
        let until = Instant::now() + patience;
        let canceling = async { Some(self.printer.cancel(printer_job).await) };
        let too_long = async {
            Timer::after(TAKE_BACK).await;
            None
        };
        match canceling.or(too_long).await {
            // Whatever it says, the job itself is asked.
            Some(Ok(()) | Err(PrinterError::NoSuchJob | PrinterError::Refused { .. })) => {}
            Some(Err(error)) => {
                tracing::warn!(printer_job, %error, "Cancel-Job failed");
                return Seen::Silent(error.fault());
            }
            None => {
                tracing::warn!(printer_job, "Cancel-Job was not answered");
                return Seen::Silent(Fault::Unreachable);
            }
        }
        loop {
            match self.printer.job(printer_job).await {
                Ok(report) if !report.is_named(attempt.name.as_deref()) => return Seen::Gone,
                Err(PrinterError::NoSuchJob) => return Seen::Gone,
                Ok(report) => {
                    self.note_progress(attempt, &report);
                    if is_over(&report) {
                        return Seen::Ended(report.state, report.impressions_completed);
                    }
                    if Instant::now() > until {
                        return Seen::Stands(Fault::AbortedByPrinter);
                    }
                }
                Err(error) if Instant::now() > until => return Seen::Silent(error.fault()),
                Err(_) => {}
            }
            Timer::after(Duration::from_millis(self.settings.printer.poll_ms)).await;
        }
    }

    /// Waits for the printer, and tells when it is slow to answer.
    pub(super) async fn told<T>(&self, job: JobId, asking: impl Future<Output = T>) -> T {
        let late = async {
            Timer::after(SILENT).await;
            self.note_fault(job, Some(Fault::Unreachable));
            std::future::pending().await
        };
        asking.or(late).await
    }

    /// Whether anything moved.
    fn note_progress(&self, attempt: &Attempt, report: &JobReport) -> bool {
        let can_be = |count: &u32| attempt.asked.as_ref().is_none_or(|asked| *count <= proof::plausible(asked));
        // A counter that jumps says nothing.
        let counted = report.impressions_completed.filter(can_be).unwrap_or(0);
        if counted > 0 {
            self.learn(Habits { counts: true, copies: false });
        }
        let first = attempt.asked.as_ref().map_or(0, |asked| asked.first);
        let moved = self.lives.change(attempt.job, |live| {
            let impressions = counted.saturating_add(first).min(live.of);
            let moved = counted > 0 && impressions > live.impressions;
            if moved {
                live.impressions = impressions;
            }
            moved
        });
        if moved {
            let id = attempt.id;
            self.store.post(move |db| attempts::see(db, id, counted));
            self.ring();
        }
        moved
    }

    pub(super) fn note_fault(&self, job: JobId, fault: Option<Fault>) {
        let is_new = self.lives.change(job, |live| std::mem::replace(&mut live.fault, fault.clone()) != fault);
        if is_new {
            self.ring();
        }
        self.see(PrinterView { fault, known: true, ..self.printer() });
    }

    pub(super) fn see(&self, view: PrinterView) {
        let before = self.view.replace(view.clone());
        if before != view {
            match &view.fault {
                Some(fault) => tracing::warn!(fault = fault.keyword(), "printer"),
                None => tracing::info!("printer ready"),
            }
            self.ring();
        }
    }

    pub(super) fn set_live(&self, live: Live) {
        if self.lives.set(live) {
            self.ring();
        }
    }

    /// What the printer is called, as far as it said.
    pub(super) fn model(&self) -> String {
        self.view.borrow().capabilities.as_ref().map(|able| able.model.clone()).unwrap_or_default()
    }

    /// What is known of how the printer counts.
    pub(super) async fn habits(&self) -> Result<Habits, Error> {
        let model = self.model();
        let known = self.habits.borrow().as_ref().filter(|(of, _)| *of == model).map(|(_, habits)| *habits);
        if let Some(known) = known {
            return Ok(known);
        }
        let (uri, of) = (self.printer.uri().to_owned(), model.clone());
        let habits = self.store.read(move |db| attempts::habits(db, &uri, &of)).await?;
        *self.habits.borrow_mut() = Some((model, habits));
        Ok(habits)
    }

    /// Keeps what the printer was seen to do.
    pub(super) fn learn(&self, seen: Habits) {
        let (uri, model) = (self.printer.uri().to_owned(), self.model());
        let before = self.habits.borrow().as_ref().filter(|(of, _)| *of == model).map(|(_, habits)| *habits);
        let known = before.unwrap_or_default();
        let habits = Habits { counts: known.counts || seen.counts, copies: known.copies || seen.copies };
        if before != Some(habits) {
            *self.habits.borrow_mut() = Some((model.clone(), habits));
            self.store.post(move |db| attempts::learn(db, &uri, &model, habits));
        }
    }
}

/// A job that is `canceled` while sheets are still on their way says so.
fn is_over(report: &JobReport) -> bool {
    report.state.is_terminal() && !report.reasons.iter().any(|reason| reason == "processing-to-stop-point")
}
