//! A printer that speaks IPP/2.0: the operations of a job's life, and what its status codes mean for us.

use std::sync::{Arc, Mutex, PoisonError};

use super::{
    Document, JobReport, Limits, Status, attributes,
    error::PrinterError,
    exchange::exchange,
    message::{Attribute, Attributes, Message, group},
    request, safe,
    uri::Address,
};
use crate::job::plan::{Capabilities, Plan};

/// A printer at an address. It keeps what the printer said of itself last, for jobs are fitted to it.
#[derive(Debug)]
pub struct Ipp {
    address: Address,
    limits: Limits,
    known: Mutex<Option<Arc<Vec<Attribute>>>>,
}

/// The most names of unsupported attributes that are kept.
const MAX_UNSUPPORTED: usize = 16;

impl Ipp {
    /// A printer; nothing is asked of it yet.
    pub fn new(address: Address, limits: Limits) -> Self {
        Self { address, limits, known: Mutex::new(None) }
    }

    /// `printer-uri`.
    pub fn uri(&self) -> &str {
        &self.address.uri
    }

    /// Get-Printer-Attributes.
    pub async fn capabilities(&self) -> Result<Capabilities, PrinterError> {
        let asked = request::printer_attributes(self.uri(), &attributes::REQUESTED);
        let answer = accepted(self.ask(&asked).await?)?;
        let printer = answer.group(group::PRINTER);
        let capabilities = attributes::capabilities(printer)?;
        let needed = printer.0.iter().filter(|attribute| attribute.name != "media-col-database").cloned().collect();
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(needed));
        Ok(capabilities)
    }

    /// Get-Printer-Attributes, only how it is.
    pub async fn status(&self) -> Result<Status, PrinterError> {
        let names = ["printer-state", "printer-state-reasons", "printer-is-accepting-jobs"];
        let answer = accepted(self.ask(&request::printer_attributes(self.uri(), &names)).await?)?;
        attributes::status(answer.group(group::PRINTER))
    }

    /// Validate-Job. A printer that has no such operation will tell at Create-Job.
    pub async fn validate(&self, plan: &Plan) -> Result<(), PrinterError> {
        let known = self.known().await?;
        let answer = self.ask(&request::validate(self.uri(), plan, Attributes(&known))).await?;
        match accepted(answer) {
            Err(PrinterError::Refused { status: 0x0501, .. }) | Ok(_) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Create-Job.
    pub async fn create(&self, plan: &Plan, job_name: &str) -> Result<i32, PrinterError> {
        let known = self.known().await?;
        let answer = self.ask(&request::create(self.uri(), plan, job_name, Attributes(&known))).await?;
        let answer = accepted(answer)?;
        answer.group(group::JOB).number("job-id").filter(|job| *job > 0).ok_or(PrinterError::NotIpp)
    }

    /// Send-Document.
    pub async fn send(&self, job: i32, plan: &Plan, document: Document) -> Result<(), PrinterError> {
        let message = request::send(self.uri(), job, plan);
        about_job(exchange(&self.address, &self.limits, &message, Some(document)).await?).map(drop)
    }

    /// Get-Job-Attributes.
    pub async fn job(&self, job: i32) -> Result<JobReport, PrinterError> {
        let answer = about_job(self.ask(&request::job_attributes(self.uri(), job)).await?)?;
        attributes::report(answer.group(group::JOB))
    }

    /// Get-Jobs: the numbers of those of this name that the printer has not begun.
    pub async fn waiting(&self, job_name: &str) -> Result<Vec<i32>, PrinterError> {
        let answer = accepted(self.ask(&request::jobs(self.uri())).await?)?;
        let jobs =
            answer.groups.iter().filter(|group| group.tag == group::JOB).map(|group| Attributes(&group.attributes));
        let ours = jobs.filter(|job| {
            // `pending` and `pending-held` (RFC 8011 §5.3.7).
            job.texts("job-name").next() == Some(job_name) && matches!(job.number("job-state"), Some(3 | 4))
        });
        Ok(ours.filter_map(|job| job.number("job-id")).collect())
    }

    /// Cancel-Job.
    pub async fn cancel(&self, job: i32) -> Result<(), PrinterError> {
        about_job(self.ask(&request::cancel(self.uri(), job)).await?).map(drop)
    }

    async fn ask(&self, message: &Message) -> Result<Message, PrinterError> {
        exchange(&self.address, &self.limits, message, None).await
    }

    /// What the printer said of itself; asked now when it was not asked before.
    async fn known(&self) -> Result<Arc<Vec<Attribute>>, PrinterError> {
        let kept = || self.known.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(known) = kept() {
            return Ok(known);
        }
        self.capabilities().await?;
        kept().ok_or(PrinterError::NotIpp)
    }
}

/// `status-code` (RFC 8011 §4.1.6.1 and appendix B). Attributes that were ignored or substituted are no failure: what
/// matters is counted in sheets afterwards.
fn accepted(answer: Message) -> Result<Message, PrinterError> {
    match answer.code {
        0x0000..=0x00ff => Ok(answer),
        0x0502 | 0x0505 | 0x0507 => Err(PrinterError::Busy),
        status => {
            let named = answer.group(group::UNSUPPORTED).0.iter().take(MAX_UNSUPPORTED);
            let unsupported = named.map(|attribute| safe(&attribute.name)).collect();
            Err(PrinterError::Refused { status, unsupported })
        }
    }
}

/// For requests about a job: `client-error-not-found` and `client-error-gone` mean the job.
fn about_job(answer: Message) -> Result<Message, PrinterError> {
    match accepted(answer) {
        Err(PrinterError::Refused { status: 0x0406 | 0x0407, .. }) => Err(PrinterError::NoSuchJob),
        other => other,
    }
}
