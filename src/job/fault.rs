//! Faults: why sheets do not come out, as a closed list that every door can put into words.
//!
//! The words themselves are in `assets/text/faults.toml`; the keywords are those of RFC 8011 §5.4.12 and PWG 5100.9. Those
//! that are rare are put into words by [`reason`].

pub mod reason;

use serde::{Deserialize, Serialize};

use self::reason::Severity;
use crate::text::{Language, Text, say};

/// A reason a job waits or a printer stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// The printer does not answer.
    Unreachable,
    /// The connection broke while the job was sent or watched.
    ConnectionLost,
    /// The printer refused the job.
    Refused,
    /// The printer has another job, or is not ready for ours.
    Busy,
    /// The printer takes no format we can make, or answers what is not IPP.
    Unsuitable,
    /// The printer shows another certificate than before, or none.
    CertificateChanged,
    /// Several printers were found, and none of them is chosen.
    SeveralPrinters,
    /// The printer gave the job up.
    AbortedByPrinter,
    /// The printer says "completed", but fewer sides came out than asked.
    ShortCount {
        /// Sides that came out.
        impressions: u32,
        /// Sides asked.
        of: u32,
    },
    /// The renderer could not draw the document.
    Document,
    /// The kiosk was restarted in the middle; nobody knows what came out.
    Interrupted,
    /// `media-empty`, `media-needed`: no paper.
    MediaEmpty,
    /// `media-jam`.
    MediaJam,
    /// `cover-open`, `door-open`, `interlock-open`.
    CoverOpen,
    /// `input-tray-missing`.
    TrayMissing,
    /// `output-area-full`.
    OutputFull,
    /// `toner-empty`, `marker-supply-empty`.
    MarkerEmpty,
    /// `paused`, `moving-to-paused`, `shutdown`, `offline`.
    Offline,
    /// Another `printer-state-reasons` keyword, made safe to show.
    Other(String),
}

impl Fault {
    /// The fault a `printer-state-reasons` keyword tells of. Reports and warnings that do not stop a printer,
    /// and `none`, are `None`.
    pub fn from_reason(keyword: &str) -> Option<Self> {
        let (base, told) = reason::split(keyword);
        if told == Some(Severity::Report) {
            return None;
        }
        match base {
            "media-empty" | "media-needed" => Some(Self::MediaEmpty),
            "media-jam" => Some(Self::MediaJam),
            "cover-open" | "door-open" | "interlock-open" => Some(Self::CoverOpen),
            "input-tray-missing" => Some(Self::TrayMissing),
            "output-area-full" => Some(Self::OutputFull),
            "toner-empty" | "marker-supply-empty" => Some(Self::MarkerEmpty),
            "paused" | "moving-to-paused" | "shutdown" | "offline" => Some(Self::Offline),
            "none" => None,
            // What nobody has heard of counts when the printer itself calls it an error.
            _ if told.is_none() && !reason::is_known(base) => None,
            _ => (reason::severity(keyword) == Severity::Error).then(|| Self::Other(safe(base))),
        }
    }

    /// A short stable name, for logs, `data` fields and the technician.
    pub fn keyword(&self) -> &str {
        match self {
            Self::Unreachable => "printer-unreachable",
            Self::ConnectionLost => "connection-lost",
            Self::Refused => "printer-refused",
            Self::Busy => "printer-busy",
            Self::Unsuitable => "printer-unsuitable",
            Self::CertificateChanged => "certificate-changed",
            Self::SeveralPrinters => "several-printers",
            Self::AbortedByPrinter => "aborted-by-printer",
            Self::ShortCount { .. } => "short-count",
            Self::Document => "document-unprintable",
            Self::Interrupted => "interrupted",
            Self::MediaEmpty => "media-empty",
            Self::MediaJam => "media-jam",
            Self::CoverOpen => "cover-open",
            Self::TrayMissing => "input-tray-missing",
            Self::OutputFull => "output-area-full",
            Self::MarkerEmpty => "marker-supply-empty",
            Self::Offline => "offline",
            Self::Other(keyword) => keyword,
        }
    }
}

impl Fault {
    /// What happened.
    pub fn title(&self, language: Language) -> String {
        if let Self::Other(keyword) = self
            && !keyword.is_empty()
        {
            return reason::title(keyword, language);
        }
        let (impressions, of) = match self {
            Self::ShortCount { impressions, of } => (impressions.to_string(), of.to_string()),
            _ => Default::default(),
        };
        self.words().0.fill(language, &[("impressions", &impressions), ("of", &of)])
    }

    /// What to do while the printer has the job.
    pub fn advice(&self, language: Language) -> &'static str {
        self.words().1.get(language)
    }

    /// What to do once the job was taken back and waits for its owner: it does not go on by itself any more.
    pub fn advice_when_held(&self, language: Language) -> &'static str {
        match self {
            Self::MediaEmpty
            | Self::MediaJam
            | Self::CoverOpen
            | Self::TrayMissing
            | Self::OutputFull
            | Self::Unreachable
            | Self::Busy
            | Self::Offline => say::FAULT_TAKEN_BACK_DO.get(language),
            Self::ConnectionLost => say::FAULT_LOST_DO.get(language),
            _ => self.advice(language),
        }
    }

    fn words(&self) -> (Text, Text) {
        match self {
            Self::Unreachable => (say::FAULT_UNREACHABLE_TITLE, say::FAULT_UNREACHABLE_DO),
            Self::ConnectionLost => (say::FAULT_CONNECTION_LOST_TITLE, say::FAULT_CONNECTION_LOST_DO),
            Self::Refused => (say::FAULT_REFUSED_TITLE, say::FAULT_REFUSED_DO),
            Self::Busy => (say::FAULT_BUSY_TITLE, say::FAULT_BUSY_DO),
            Self::Unsuitable => (say::FAULT_UNSUITABLE_TITLE, say::FAULT_UNSUITABLE_DO),
            Self::CertificateChanged => (say::FAULT_CERTIFICATE_CHANGED_TITLE, say::FAULT_CERTIFICATE_CHANGED_DO),
            Self::SeveralPrinters => (say::FAULT_SEVERAL_PRINTERS_TITLE, say::FAULT_SEVERAL_PRINTERS_DO),
            Self::AbortedByPrinter => (say::FAULT_ABORTED_BY_PRINTER_TITLE, say::FAULT_ABORTED_BY_PRINTER_DO),
            Self::ShortCount { .. } => (say::FAULT_SHORT_COUNT_TITLE, say::FAULT_SHORT_COUNT_DO),
            Self::Document => (say::FAULT_DOCUMENT_TITLE, say::FAULT_DOCUMENT_DO),
            Self::Interrupted => (say::FAULT_INTERRUPTED_TITLE, say::FAULT_INTERRUPTED_DO),
            Self::MediaEmpty => (say::FAULT_MEDIA_EMPTY_TITLE, say::FAULT_MEDIA_EMPTY_DO),
            Self::MediaJam => (say::FAULT_MEDIA_JAM_TITLE, say::FAULT_MEDIA_JAM_DO),
            Self::CoverOpen => (say::FAULT_COVER_OPEN_TITLE, say::FAULT_COVER_OPEN_DO),
            Self::TrayMissing => (say::FAULT_TRAY_MISSING_TITLE, say::FAULT_TRAY_MISSING_DO),
            Self::OutputFull => (say::FAULT_OUTPUT_FULL_TITLE, say::FAULT_OUTPUT_FULL_DO),
            Self::MarkerEmpty => (say::FAULT_MARKER_EMPTY_TITLE, say::FAULT_MARKER_EMPTY_DO),
            Self::Offline => (say::FAULT_OFFLINE_TITLE, say::FAULT_OFFLINE_DO),
            Self::Other(keyword) => (say::FAULT_OTHER_TITLE, reason::advice(keyword)),
        }
    }
}

/// A keyword from a printer is untrusted: letters, digits and dashes only, 40 at the most.
fn safe(keyword: &str) -> String {
    keyword.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::Fault;

    #[test]
    fn reasons_become_faults_and_reports_do_not() {
        assert_eq!(Fault::from_reason("media-empty-error"), Some(Fault::MediaEmpty));
        assert_eq!(Fault::from_reason("media-empty-warning"), Some(Fault::MediaEmpty));
        assert_eq!(Fault::from_reason("none"), None);
        assert_eq!(Fault::from_reason("toner-low-report"), None);
        assert_eq!(Fault::from_reason("stapler-jam"), Some(Fault::Other("stapler-jam".into())));
        assert_eq!(Fault::from_reason("stapler-jam-warning"), None);
        assert_eq!(Fault::from_reason("media-jam-report"), None);
        assert_eq!(Fault::from_reason("vendor-thing"), None);
        assert_eq!(Fault::from_reason("<b>fuser-over-temp-error"), Some(Fault::Other("bfuser-over-temp".into())));
    }
}
