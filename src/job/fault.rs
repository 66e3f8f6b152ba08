//! Faults: why sheets do not come out, as a closed list that every door can put into words.
//!
//! The words themselves are in `assets/text/faults.toml`; the keywords are those of RFC 8011 §5.4.12 and PWG 5100.9.

use serde::{Deserialize, Serialize};

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
    /// The printer takes no format we can make, or answers what is not IPP.
    Unsuitable,
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
        let base = keyword.strip_suffix("-error").or_else(|| keyword.strip_suffix("-warning")).unwrap_or(keyword);
        match base {
            "media-empty" | "media-needed" => Some(Self::MediaEmpty),
            "media-jam" => Some(Self::MediaJam),
            "cover-open" | "door-open" | "interlock-open" => Some(Self::CoverOpen),
            "input-tray-missing" => Some(Self::TrayMissing),
            "output-area-full" => Some(Self::OutputFull),
            "toner-empty" | "marker-supply-empty" => Some(Self::MarkerEmpty),
            "paused" | "moving-to-paused" | "shutdown" | "offline" => Some(Self::Offline),
            _ if keyword.ends_with("-error") => Some(Self::Other(safe(base))),
            _ => None,
        }
    }

    /// A short stable name, for logs, `data` fields and the technician.
    pub fn keyword(&self) -> &str {
        match self {
            Self::Unreachable => "printer-unreachable",
            Self::ConnectionLost => "connection-lost",
            Self::Refused => "printer-refused",
            Self::Unsuitable => "printer-unsuitable",
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
        assert_eq!(Fault::from_reason("<b>fuser-over-temp-error"), Some(Fault::Other("bfuser-over-temp".into())));
    }
}
