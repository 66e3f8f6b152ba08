//! From a released job to sheets: plan, intent, job at the printer, document, the end the printer tells.
//!
//! What may have happened is written down before it is done (an intent row, the printer's job number), so that a
//! restart never guesses. A renderer that dies or a person who cancels aborts the document *and* cancels the job at
//! the printer: a printer takes a document that just ends for a whole one.

use std::time::{Duration, Instant};

use smol::{Timer, future::FutureExt as _};

use super::{Live, PrinterView, Queue};
use crate::{
    error::Error,
    job::{
        fault::Fault,
        plan::{Plan, PlanError},
        state::{JobId, Phase},
    },
    printer::{JobReport, JobState, error::PrinterError},
    store::{
        facts,
        jobs::{self, Ending, Job},
    },
};

/// Sides a printer must have counted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    /// With all copies.
    of: u32,
    /// As they were sent.
    set: u32,
}

/// Milliseconds after which a busy printer is asked again.
const BUSY_AGAIN: Duration = Duration::from_millis(1_000);

/// Seconds a printer may take to answer Cancel-Job when nothing depends on it.
const TAKE_BACK: Duration = Duration::from_secs(10);

impl Queue {
    /// Prints what is released, one job after the other, for ever.
    pub async fn print_loop(&self) -> Result<(), Error> {
        self.recover().await?;
        loop {
            let changed = self.changed();
            match self.store.read(jobs::next_pending).await? {
                Some(job) => {
                    // Without an end it was canceled or deleted before the printer heard of it.
                    if let Some((ending, completed)) = self.print(&job).await? {
                        self.end(&job, ending, completed).await?;
                    }
                }
                None => {
                    self.look_at_printer().await;
                    let pause = match self.view.borrow().fault {
                        Some(_) => self.settings.printer.poll_ms,
                        None => self.settings.printer.idle_poll_ms,
                    };
                    let pause = async {
                        Timer::after(Duration::from_millis(pause)).await;
                    };
                    changed.or(pause).await;
                }
            }
        }
    }

    /// Asks an idle printer how it is.
    async fn look_at_printer(&self) {
        let looked =
            async { Ok::<_, PrinterError>((self.printer.capabilities().await?, self.printer.status().await?)) };
        let view = match looked.await {
            Ok((capabilities, status)) => {
                PrinterView { capabilities: Some(capabilities), fault: status.fault(), known: true }
            }
            Err(error) => PrinterView {
                capabilities: self.view.borrow().capabilities.clone(),
                fault: Some(error.fault()),
                known: true,
            },
        };
        self.see(view);
    }

    fn see(&self, view: PrinterView) {
        let before = self.view.replace(view.clone());
        if before != view {
            match &view.fault {
                Some(fault) => tracing::warn!(fault = fault.keyword(), "printer"),
                None => tracing::info!("printer ready"),
            }
            self.ring();
        }
    }

    /// Writes the end down, with the print fact when sheets came out.
    pub(super) async fn end(&self, job: &Job, ending: Ending, completed: Option<u32>) -> Result<(), Error> {
        let (id, now, written) = (job.id, (self.clock)(), ending.clone());
        let live = self.live().filter(|live| live.job == id);
        let sheets = live.as_ref().map_or(0, |live| live.sheets);
        let terminal = self.settings.panel.name.clone();
        let ended = self.store.write(move |db| {
            let ended = jobs::end(db, id, &written, completed)?;
            if let (true, Ending::Completed, Some(impressions)) = (ended, written, completed) {
                facts::insert(db, id, impressions, sheets, &terminal, now)?;
            }
            Ok(ended)
        });
        if !ended.await? {
            // Canceled or deleted before the printer heard of it.
            return Ok(());
        }
        match &ending {
            Ending::Completed => tracing::info!(job = %id, impressions = completed, "completed"),
            Ending::Canceled => tracing::info!(job = %id, "canceled"),
            Ending::Held(fault) => tracing::warn!(job = %id, fault = fault.keyword(), "held"),
        }
        if self.canceled.get() == Some(id) {
            self.canceled.set(None);
        }
        let of = live.as_ref().map_or(0, |live| live.of);
        let impressions = completed.or(live.map(|live| live.impressions)).unwrap_or(0);
        *self.live.borrow_mut() = Some(Live { job: id, impressions, of, sheets, fault: None, ending: Some(ending) });
        self.ring();
        Ok(())
    }

    /// One try; `None` when nobody waits for it any more. `Err` only when the store fails.
    async fn print(&self, job: &Job) -> Result<Option<(Ending, Option<u32>)>, Error> {
        let held = |fault| Ok(Some((Ending::Held(fault), None)));
        let Some(document) = &job.document else { return held(Fault::Document) };
        let capabilities = match self.printer.capabilities().await {
            Ok(capabilities) => capabilities,
            Err(error) => {
                self.see(PrinterView { fault: Some(error.fault()), known: true, ..self.printer() });
                return held(error.fault());
            }
        };
        let plan = match Plan::fit(&job.ticket, &capabilities, document.page_count) {
            Ok(plan) => plan,
            Err(PlanError::NoFormat) => return held(Fault::Unsuitable),
            Err(PlanError::PastTheEnd) => return held(Fault::Document),
        };
        let (id, uri, of, now) = (job.id, self.printer.uri().to_owned(), plan.impressions(), (self.clock)());
        // The printer may have been slow to tell what it can do.
        let begun = self.store.write(move |db| jobs::begin(db, id, &uri, of, now)).await?;
        let Some(attempt) = begun else { return Ok(None) };
        self.set_live(Live { job: id, impressions: 0, of, sheets: plan.sheets(), fault: None, ending: None });
        let printer_job = match self.create(job.id, &plan).await {
            Ok(printer_job) => printer_job,
            Err(ending) => return Ok(Some((ending, None))),
        };
        let advance = |phase| self.store.write(move |db| jobs::advance(db, attempt, phase));
        advance(Phase::Sending { printer_job }).await?;
        tracing::info!(job = %job.id, printer_job, sides = of, "sending");
        if let Err(ending) = self.send(job.id, &document.name, printer_job, &plan).await {
            self.take_back(printer_job).await;
            return Ok(Some((ending, None)));
        }
        advance(Phase::Sent { printer_job }).await?;
        let asked = Asked { of, set: plan.impressions_sent() };
        Ok(Some(self.follow(job.id, printer_job, asked, self.canceled(job.id)).await))
    }

    fn set_live(&self, live: Live) {
        *self.live.borrow_mut() = Some(live);
        self.ring();
    }

    /// Ends when the job's owner has stopped it.
    async fn canceled(&self, job: JobId) {
        loop {
            let changed = self.changed();
            if self.canceled.get() == Some(job) {
                return;
            }
            changed.await;
        }
    }

    /// A job at the printer; a busy one is asked again for a while. Who cancels is heard between two requests: one that
    /// is dropped on its way could leave the printer with a job that nobody knows.
    async fn create(&self, job: JobId, plan: &Plan) -> Result<i32, Ending> {
        let until = Instant::now() + Duration::from_secs(self.settings.printer.busy_timeout_s);
        let name = name(job);
        while self.canceled.get() != Some(job) {
            let created = async {
                self.printer.validate(plan).await?;
                self.printer.create(plan, &name).await
            };
            match created.await {
                Err(PrinterError::Busy) if Instant::now() < until => {
                    let pause = async {
                        Timer::after(BUSY_AGAIN).await;
                    };
                    pause.or(self.canceled(job)).await;
                }
                Err(error) => {
                    tracing::warn!(%job, %error, "no job at the printer");
                    return Err(Ending::Held(error.fault()));
                }
                Ok(printer_job) => return Ok(printer_job),
            }
        }
        Err(Ending::Canceled)
    }

    /// Renders and sends, until the printer has all of it. On `Err` the caller takes the job back.
    async fn send(&self, job: JobId, document: &str, printer_job: i32, plan: &Plan) -> Result<(), Ending> {
        let broken = |error: &dyn std::fmt::Display| {
            tracing::warn!(%job, %error, "document not drawn");
            Ending::Held(Fault::Document)
        };
        let file = self.documents.open_document(document).await.map_err(|error| broken(&error))?;
        let (rendering, listening) = self.workers.render(file, plan).await.map_err(|error| broken(&error))?;
        // The child's stderr is read beside, or it would stop when that pipe is full.
        let sent = smol::future::zip(self.printer.send(printer_job, plan, Box::pin(rendering)), listening);
        let sending = async {
            match sent.await.0 {
                Ok(()) => Ok(()),
                Err(PrinterError::Renderer(error)) => Err(broken(&error)),
                Err(error) => {
                    tracing::warn!(%job, %error, "not sent");
                    Err(Ending::Held(error.fault()))
                }
            }
        };
        let watching = async {
            let (ending, _) = self.watch(job, printer_job, |state| state != JobState::Completed).await;
            Err(ending)
        };
        let stopped = async {
            self.canceled(job).await;
            Err(Ending::Canceled)
        };
        sending.or(watching).or(stopped).await
    }

    /// Waits for the end of a job the printer has whole.
    pub(super) async fn follow(
        &self,
        job: JobId,
        printer_job: i32,
        asked: Asked,
        canceled: impl Future<Output = ()>,
    ) -> (Ending, Option<u32>) {
        let watching = self.watch(job, printer_job, |_| true);
        let stopped = async {
            canceled.await;
            self.take_back(printer_job).await;
            (Ending::Canceled, None)
        };
        match watching.or(stopped).await {
            (Ending::Completed, counted) => judge(counted, asked),
            (Ending::Held(fault), counted) => {
                self.take_back(printer_job).await;
                (Ending::Held(fault), counted)
            }
            ended => ended,
        }
    }

    /// After a restart: the printer has the whole document, so its word is all that is needed.
    pub(super) async fn follow_again(&self, job: &Job, printer_job: i32) -> Result<(), Error> {
        let id = job.id;
        let of = self.store.read(move |db| jobs::last_attempt(db, id)).await?.map_or(0, |(_, of)| of);
        let sheets = if job.ticket.two_sided { of.div_ceil(2) } else { of };
        self.set_live(Live { job: id, impressions: 0, of, sheets, fault: None, ending: None });
        let asked = Asked { of, set: of / job.ticket.copies.get() };
        let (ending, completed) = match self.follow(id, printer_job, asked, self.canceled(id)).await {
            // It was there and it is not: whether it came out nobody knows.
            (Ending::Held(Fault::ConnectionLost | Fault::Unreachable), counted) => {
                (Ending::Held(Fault::Interrupted), counted)
            }
            ended => ended,
        };
        self.end(job, ending, completed).await
    }

    /// Looks at the job until it is in an end state that `counts`, or the printer is silent or stands for too long.
    async fn watch(&self, job: JobId, printer_job: i32, counts: impl Fn(JobState) -> bool) -> (Ending, Option<u32>) {
        let limits = &self.settings.printer;
        let mut heard = Instant::now();
        let mut moved = Instant::now();
        loop {
            match self.printer.job(printer_job).await {
                Ok(report) => {
                    heard = Instant::now();
                    if self.note_progress(job, &report) {
                        moved = heard;
                    }
                    if let Some(ending) = end_of(report.state).filter(|_| counts(report.state)) {
                        return (ending, report.impressions_completed);
                    }
                }
                Err(PrinterError::NoSuchJob) => return (Ending::Held(Fault::ConnectionLost), None),
                Err(error) if heard.elapsed() > Duration::from_secs(limits.silence_timeout_s) => {
                    return (Ending::Held(error.fault()), None);
                }
                Err(_) => self.note_fault(job, Some(Fault::ConnectionLost)),
            }
            match self.printer.status().await {
                Ok(status) => self.note_fault(job, status.fault()),
                Err(error) => tracing::debug!(%job, %error, "printer not heard"),
            }
            if moved.elapsed() > Duration::from_secs(limits.standstill_timeout_s) {
                let fault = self.live().and_then(|live| live.fault).unwrap_or(Fault::AbortedByPrinter);
                return (Ending::Held(fault), None);
            }
            Timer::after(Duration::from_millis(limits.poll_ms)).await;
        }
    }

    /// Whether anything moved.
    fn note_progress(&self, job: JobId, report: &JobReport) -> bool {
        let mut live = self.live.borrow_mut();
        let Some(live) = live.as_mut().filter(|live| live.job == job) else { return false };
        let impressions = report.impressions_completed.unwrap_or(0).min(live.of);
        let moved = impressions > live.impressions;
        if moved {
            live.impressions = impressions;
            self.ring();
        }
        moved
    }

    fn note_fault(&self, job: JobId, fault: Option<Fault>) {
        if let Some(live) = self.live.borrow_mut().as_mut().filter(|live| live.job == job && live.fault != fault) {
            live.fault.clone_from(&fault);
            self.ring();
        }
        self.see(PrinterView { fault, known: true, ..self.printer() });
    }

    /// Takes back a job that the printer may have been asked for, but whose number nobody wrote down: it would wait for
    /// its document, and everybody for it.
    pub(super) async fn take_back_unknown(&self, job: JobId) {
        match self.printer.waiting(&name(job)).await {
            Ok(printer_jobs) => {
                for printer_job in printer_jobs {
                    self.take_back(printer_job).await;
                }
            }
            Err(error) => tracing::warn!(%job, %error, "the printer's jobs are not known"),
        }
    }

    /// Cancel-Job, whether the printer hears it or not.
    pub(super) async fn take_back(&self, printer_job: i32) {
        let canceling = async { Some(self.printer.cancel(printer_job).await) };
        let too_long = async {
            Timer::after(TAKE_BACK).await;
            None
        };
        match canceling.or(too_long).await {
            Some(Ok(())) => {}
            Some(Err(error)) => tracing::warn!(printer_job, %error, "Cancel-Job failed"),
            None => tracing::warn!(printer_job, "Cancel-Job was not answered"),
        }
    }
}

/// `job-name`: tells nothing of the document or its owner.
fn name(job: JobId) -> String {
    format!("ottisk-{job}")
}

fn end_of(state: JobState) -> Option<Ending> {
    match state {
        JobState::Completed => Some(Ending::Completed),
        JobState::Canceled | JobState::Aborted => Some(Ending::Held(Fault::AbortedByPrinter)),
        _ => None,
    }
}

/// A printer that says "completed" and counts must have counted enough: how many, when it has not. A count of 0 at a
/// completed job is what printers say that do not count (`ippeveprinter` among them): their word has to do.
pub fn too_few(counted: Option<u32>, set: u32) -> Option<u32> {
    // Printers differ in whether they multiply by the copies.
    counted.filter(|impressions| *impressions > 0 && *impressions < set)
}

fn judge(counted: Option<u32>, plan: Asked) -> (Ending, Option<u32>) {
    match too_few(counted, plan.set) {
        Some(impressions) => (Ending::Held(Fault::ShortCount { impressions, of: plan.of }), Some(impressions)),
        None => (Ending::Completed, Some(plan.of)),
    }
}
