//! The life of a job (`job-state`, RFC 8011 §5.3.7), each state with the data that only it has.
//!
//! ```text
//! incoming ─document→ held ─release→ pending ─intent→ processing ─end→ completed
//!                      ↑                 └────────────────┴──fault──→ held, with its reason
//!                      └── every end but deletion can be released again by a person, never by itself
//! ```

use super::fault::Fault;

/// A job's number in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JobId(pub i64);

impl std::fmt::Display for JobId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// How far an attempt to print has got; written down before each step, so that a restart knows what may have happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// About to ask the printer for a job; it may or may not have one.
    Intent,
    /// The printer's job number is known and the document is being sent.
    Sending {
        /// `job-id` at the printer.
        printer_job: i32,
    },
    /// The printer has the whole document.
    Sent {
        /// `job-id` at the printer.
        printer_job: i32,
    },
}

/// Where a job is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Ordered; the document has not come yet (`pending-held`, `job-incoming`).
    Incoming,
    /// Waits for its owner (`pending-held`), after a fault or never tried.
    Held(Option<Fault>),
    /// Released; waits for the printer.
    Pending,
    /// A printer has it, or is about to.
    Processing(Phase),
    /// All sides came out.
    Completed,
    /// Its owner stopped it.
    Canceled,
}

impl State {
    /// The IPP keyword.
    pub fn keyword(&self) -> &'static str {
        match self {
            Self::Incoming | Self::Held(_) => "pending-held",
            Self::Pending => "pending",
            Self::Processing(_) => "processing",
            Self::Completed => "completed",
            Self::Canceled => "canceled",
        }
    }

    /// Whether its owner may send it to the printer now.
    pub fn can_release(&self) -> bool {
        matches!(self, Self::Held(_) | Self::Completed | Self::Canceled)
    }

    /// Whether the printer has it or will have it without anyone doing anything.
    pub fn is_active(&self) -> bool {
        matches!(self, Self::Pending | Self::Processing(_))
    }
}
