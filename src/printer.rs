//! The printer: what it can do, how it is, and jobs given to it, in the words of RFC 8011.
//!
//! There are two kinds: one that speaks IPP, and a folder that receives pages as pictures. Nothing is decided here
//! about people's jobs; this room knows one printer and one job of it at a time. What a page is, the renderer knows.

use std::{path::PathBuf, pin::Pin, time::Duration};

use serde::{Deserialize, Serialize};

use crate::job::{
    fault::Fault,
    plan::{Capabilities, Plan},
};

mod attributes;
mod body;
mod connect;
pub mod document;
pub mod error;
mod exchange;
pub mod file;
pub mod find;
#[cfg(test)]
mod fuzz;
mod ipp;
pub mod known;
mod media;
mod message;
mod request;
mod tls;
mod urf;
mod uri;

use error::{PrinterError, UriError};

/// A document while it is made. A read error means that its maker died: what was sent so far is no document.
pub type Document = Pin<Box<dyn smol::io::AsyncRead + Send + 'static>>;

/// How long a printer is waited for, and how much it may say.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Until the connection stands.
    pub connect_timeout: Duration,
    /// Until the whole answer to a request without a document is there.
    pub answer_timeout: Duration,
    /// How long a document may stand still on the printer's side. A printer out of paper stops reading, so this is
    /// how long somebody has to refill it.
    pub send_stall_timeout: Duration,
    /// The longest answer, in bytes.
    pub answer_bytes: usize,
}

/// `printer-state` (RFC 8011 §5.4.11).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrinterState {
    /// 3: nothing to do.
    Idle,
    /// 4: at work, or wants to be.
    Processing,
    /// 5: nothing moves until somebody comes.
    Stopped,
}

/// How a printer is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// `printer-state`.
    pub state: PrinterState,
    /// `printer-is-accepting-jobs`.
    pub accepting: bool,
    /// `printer-state-reasons`, safe to show.
    pub reasons: Vec<String>,
    /// `printer-impressions-completed` (PWG 5100.22 §7.4): sides that ever came out, when it counts them.
    pub counter: Option<u32>,
    /// `queued-job-count` (RFC 8011 §5.4.24).
    pub queued: Option<u32>,
}

impl Status {
    /// The gravest of the reasons: an error before a warning, then in the printer's order. A printer that stands and
    /// does not say why is offline.
    pub fn fault(&self) -> Option<Fault> {
        let grave = |reason: &&String| !reason.ends_with("-warning");
        let (errors, warnings): (Vec<_>, Vec<_>) = self.reasons.iter().partition(grave);
        let told = errors.into_iter().chain(warnings).find_map(|reason| Fault::from_reason(reason));
        told.or_else(|| (self.state == PrinterState::Stopped).then_some(Fault::Offline))
    }
}

/// `job-state` (RFC 8011 §5.3.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum JobState {
    /// 3: waits.
    Pending,
    /// 4: waits for somebody.
    PendingHeld,
    /// 5: is printed.
    Processing,
    /// 6: is printed, but nothing moves.
    ProcessingStopped,
    /// 7: stopped by somebody.
    Canceled,
    /// 8: given up by the printer.
    Aborted,
    /// 9: the printer thinks that all is well.
    Completed,
}

impl JobState {
    /// Whether nothing will change any more.
    pub fn is_terminal(self) -> bool {
        matches!(self, Self::Canceled | Self::Aborted | Self::Completed)
    }
}

/// What a printer says of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobReport {
    /// `job-state`.
    pub state: JobState,
    /// `job-state-reasons`, safe to show.
    pub reasons: Vec<String>,
    /// `job-impressions-completed`, all copies counted, when the printer counts.
    pub impressions_completed: Option<u32>,
    /// `job-state-message`, safe to show.
    pub message: Option<String>,
    /// `job-name`: after a reboot a number may be another job's.
    pub name: Option<String>,
}

impl JobReport {
    /// Whether this can be the job of this name.
    pub fn is_named(&self, name: Option<&str>) -> bool {
        self.name.is_none() || name.is_none() || self.name.as_deref() == name
    }
}

/// One printer.
#[derive(Debug)]
pub enum Printer {
    /// Speaks IPP/2.0 over HTTP/1.1.
    Ipp(Box<ipp::Ipp>),
    /// A folder.
    File(file::FilePrinter),
}

impl Printer {
    /// The printer at `ipp://HOST[:PORT]/PATH`, `ipps://…` or `file:///FOLDER`, or the one that `auto` finds; nothing
    /// is remembered of it beyond this process. Nothing is asked of it yet.
    pub fn open(uri: &str, limits: Limits) -> Result<Self, UriError> {
        Self::open_known(uri, limits, find::Finding::default())
    }

    /// Likewise; `finding` says how `auto` finds it, and what is known of printers from former lives.
    pub fn open_known(uri: &str, limits: Limits, finding: find::Finding) -> Result<Self, UriError> {
        if let Some(folder) = uri.strip_prefix("file://") {
            return match folder.starts_with('/') {
                true => Ok(Self::File(file::FilePrinter::new(uri, PathBuf::from(folder)))),
                false => Err(UriError::Folder),
            };
        }
        let place = match uri {
            "auto" => ipp::Where::Auto(find::auto::Auto::new(finding, limits)),
            uri => {
                let address = uri::Address::parse(uri)?;
                let key = address.key();
                ipp::Where::Fixed(connect::Route::new(address, &key, &finding.known))
            }
        };
        Ok(Self::Ipp(Box::new(ipp::Ipp::new(place, limits))))
    }

    /// The address it was opened with.
    pub fn uri(&self) -> &str {
        match self {
            Self::Ipp(printer) => printer.uri(),
            Self::File(printer) => printer.uri(),
        }
    }

    /// Where it is now, and the SHA-256 of its key that is kept when it is used encrypted.
    pub async fn seen(&self) -> Result<(String, Option<String>), PrinterError> {
        match self {
            Self::Ipp(printer) => printer.seen().await,
            Self::File(printer) => Ok((printer.uri().to_owned(), None)),
        }
    }

    /// What it can do (Get-Printer-Attributes, RFC 8011 §4.2.5).
    pub async fn capabilities(&self) -> Result<Capabilities, PrinterError> {
        match self {
            Self::Ipp(printer) => printer.capabilities().await,
            Self::File(_) => Ok(file::FilePrinter::capabilities()),
        }
    }

    /// Both at once: what it can do and how it is.
    pub async fn look(&self) -> Result<(Capabilities, Status), PrinterError> {
        match self {
            Self::Ipp(printer) => printer.look().await,
            Self::File(printer) => Ok((file::FilePrinter::capabilities(), printer.status()?)),
        }
    }

    /// How it is (Get-Printer-Attributes, RFC 8011 §4.2.5).
    pub async fn status(&self) -> Result<Status, PrinterError> {
        match self {
            Self::Ipp(printer) => printer.status().await,
            Self::File(printer) => printer.status(),
        }
    }

    /// Whether it would take the plan (Validate-Job, RFC 8011 §4.2.3).
    pub async fn validate(&self, plan: &Plan) -> Result<(), PrinterError> {
        match self {
            Self::Ipp(printer) => printer.validate(plan).await,
            Self::File(_) => Ok(()),
        }
    }

    /// A new job without its document (Create-Job, RFC 8011 §4.2.4): its `job-id`. The name may be shown on the
    /// printer and in its log.
    pub async fn create(&self, plan: &Plan, job_name: &str) -> Result<i32, PrinterError> {
        match self {
            Self::Ipp(printer) => printer.create(plan, job_name).await,
            Self::File(printer) => printer.create(plan, job_name).await,
        }
    }

    /// The job's raster (Send-Document, RFC 8011 §4.3.1), passed on while it is made, as what the printer takes. When this fails or is dropped the
    /// printer may hold a part of it and take the part for the whole: cancel the job.
    pub async fn send(&self, job: i32, plan: &Plan, document: Document) -> Result<(), PrinterError> {
        match self {
            Self::Ipp(printer) => printer.send(job, plan, document).await,
            Self::File(printer) => printer.send(job, plan, document).await,
        }
    }

    /// How the job is (Get-Job-Attributes, RFC 8011 §4.3.4).
    pub async fn job(&self, job: i32) -> Result<JobReport, PrinterError> {
        match self {
            Self::Ipp(printer) => printer.job(job).await,
            Self::File(printer) => printer.job(job).await,
        }
    }

    /// The jobs that the printer tells of, those at an end too (Get-Jobs, RFC 8011 §4.2.6).
    pub async fn jobs(&self) -> Result<Vec<(i32, JobReport)>, PrinterError> {
        match self {
            Self::Ipp(printer) => printer.jobs().await,
            Self::File(printer) => Ok(printer.jobs()),
        }
    }

    /// Stops the job (Cancel-Job, RFC 8011 §4.3.3).
    pub async fn cancel(&self, job: i32) -> Result<(), PrinterError> {
        match self {
            Self::Ipp(printer) => printer.cancel(job).await,
            Self::File(printer) => printer.cancel(job).await,
        }
    }
}

/// A text from a printer, safe to show: no control characters, none that turn the direction of what stands beside it,
/// 63 characters at the most.
fn safe(text: &str) -> String {
    let is_safe = |c: &char| {
        !c.is_control()
            && !matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    text.chars().filter(is_safe).take(63).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Limits, Printer, PrinterState, Status, safe};
    use crate::job::fault::Fault;

    fn status(state: PrinterState, reasons: &[&str]) -> Option<Fault> {
        let reasons = reasons.iter().map(|r| (*r).to_owned()).collect();
        Status { state, accepting: true, reasons, counter: None, queued: None }.fault()
    }

    #[test]
    fn the_gravest_reason_is_told() {
        use PrinterState::{Idle, Stopped};
        assert_eq!(status(Idle, &["none"]), None);
        assert_eq!(status(Idle, &["toner-low-report"]), None);
        assert_eq!(status(Idle, &["media-empty-warning", "media-jam-error"]), Some(Fault::MediaJam));
        assert_eq!(status(Stopped, &["none"]), Some(Fault::Offline));
        assert_eq!(status(Stopped, &["media-empty-warning"]), Some(Fault::MediaEmpty));
    }

    #[test]
    fn only_what_is_supported_opens() {
        let limits = Limits {
            connect_timeout: std::time::Duration::from_secs(1),
            answer_timeout: std::time::Duration::from_secs(1),
            send_stall_timeout: std::time::Duration::from_secs(1),
            answer_bytes: 1,
        };
        for good in ["ipp://printer.local/ipp/print", "ipps://printer.local/", "auto", "file:///var/lib/ottisk/out"] {
            assert_eq!(Printer::open(good, limits).expect(good).uri(), good);
        }
        for bad in
            ["", "Auto", "http://printer/", "file://out", "ipp:///", "ipp://[fe80::1]/", "/out", "socket://p:9100"]
        {
            let why = Printer::open(bad, limits).expect_err(bad).to_string();
            assert!(why.contains("ipp://HOST"), "{bad}: {why}");
        }
    }

    #[test]
    fn texts_from_printers_are_made_safe() {
        assert_eq!(safe("\u{1b}[2J Acme\n\0 7 "), "[2J Acme 7");
        assert_eq!(safe("a\u{202e}b\u{2066}\u{feff}\u{2028}c"), "abc");
        assert_eq!(safe(&"я".repeat(100)).chars().count(), 63);
    }
}
