//! The twenty faults that a print room meets, and the three moments each may come at. Pure words; what a fault does to
//! the machine is in [`super::machine`], what it does to a connection in [`super::serve`].

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// The tray is empty until somebody fills it.
    MediaEmpty,
    /// A sheet is lost in the printer. It prints that sheet again when it is mended, but after the data it gives the
    /// job up.
    MediaJam,
    /// A door stands open until somebody closes it.
    CoverOpen,
    /// No toner until somebody changes it.
    TonerEmpty,
    /// The output is full until somebody empties it.
    OutputAreaFull,
    /// The printer stands for a reason no standard has heard of.
    UnknownReason,
    /// Nobody listens at its port; a document on its way is cut, and its whole pages come out.
    Offline,
    /// It takes connections and says nothing. Its engine stands too, and goes on when it wakes.
    Silent,
    /// HTTP 503 and `server-error-busy` in turns; a document on its way is refused half-way.
    Busy,
    /// `printer-is-accepting-jobs` is false: new jobs are refused, those it has go on.
    NotAcceptingJobs,
    /// Connections are reset: any of them before the data, the document's own later.
    ConnectionReset,
    /// The same, but they end cleanly; the printer takes the part for the whole.
    ConnectionClosed,
    /// Requests are obeyed, and their answers never come.
    AnswersLost,
    /// Answers break off in the middle, or have lengths that are wrong.
    BrokenAnswers,
    /// What answers is no printer, or one that says absurd things.
    GarbageAnswers,
    /// `aborted-by-system`.
    AbortedByPrinter,
    /// "Completed", and nothing came out.
    CompletedWithNothing,
    /// "Completed", and the count is short.
    CompletedWithTooFew,
    /// It restarts: its jobs are forgotten, its counters kept, and a stranger's job gets the number of ours.
    Rebooted,
    /// `printer-impressions-completed` and `job-impressions-completed` leap and fall.
    CountersJump,
}

/// When.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Moment {
    /// Before the printer has a byte of the document.
    Before,
    /// While the document comes in.
    During,
    /// When the printer has it whole, and not all is on paper.
    After,
}

impl Moment {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Before, Self::During, Self::After];

    /// For the table.
    pub fn keyword(self) -> &'static str {
        match self {
            Self::Before => "before-data",
            Self::During => "during-data",
            Self::After => "after-data",
        }
    }
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 20] = [
        Self::MediaEmpty,
        Self::MediaJam,
        Self::CoverOpen,
        Self::TonerEmpty,
        Self::OutputAreaFull,
        Self::UnknownReason,
        Self::Offline,
        Self::Silent,
        Self::Busy,
        Self::NotAcceptingJobs,
        Self::ConnectionReset,
        Self::ConnectionClosed,
        Self::AnswersLost,
        Self::BrokenAnswers,
        Self::GarbageAnswers,
        Self::AbortedByPrinter,
        Self::CompletedWithNothing,
        Self::CompletedWithTooFew,
        Self::Rebooted,
        Self::CountersJump,
    ];

    /// For the table; the first six are what the printer says too, but for the ending.
    pub fn keyword(self) -> &'static str {
        match self {
            Self::MediaEmpty => "media-empty",
            Self::MediaJam => "media-jam",
            Self::CoverOpen => "cover-open",
            Self::TonerEmpty => "toner-empty",
            Self::OutputAreaFull => "output-area-full",
            Self::UnknownReason => "unknown-reason",
            Self::Offline => "offline",
            Self::Silent => "silent",
            Self::Busy => "busy",
            Self::NotAcceptingJobs => "not-accepting-jobs",
            Self::ConnectionReset => "connection-reset",
            Self::ConnectionClosed => "connection-closed",
            Self::AnswersLost => "answers-lost",
            Self::BrokenAnswers => "broken-answers",
            Self::GarbageAnswers => "garbage-answers",
            Self::AbortedByPrinter => "aborted-by-printer",
            Self::CompletedWithNothing => "completed-with-nothing",
            Self::CompletedWithTooFew => "completed-with-too-few",
            Self::Rebooted => "rebooted",
            Self::CountersJump => "counters-jump",
        }
    }

    /// The `printer-state-reasons` keyword of a printer that stands until a person comes.
    pub fn reason(self) -> Option<&'static str> {
        match self {
            Self::MediaEmpty => Some("media-empty-error"),
            Self::MediaJam => Some("media-jam-error"),
            Self::CoverOpen => Some("cover-open-error"),
            Self::TonerEmpty => Some("toner-empty-error"),
            Self::OutputAreaFull => Some("output-area-full-error"),
            Self::UnknownReason => Some("com.example-flux-capacitor-dry-error"),
            _ => None,
        }
    }

    /// Milliseconds that it lasts, when no person has to end it; 0 is one stroke.
    pub fn lasts_ms(self) -> u64 {
        match self {
            Self::Offline | Self::Busy | Self::NotAcceptingJobs | Self::Rebooted => 2_500,
            // Longer than any answer is waited for.
            Self::Silent => 5_000,
            Self::ConnectionReset
            | Self::ConnectionClosed
            | Self::AnswersLost
            | Self::BrokenAnswers
            | Self::GarbageAnswers => 1_500,
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Fault;

    #[test]
    fn each_fault_is_listed_once_and_ends() {
        let mut names: Vec<_> = Fault::ALL.iter().map(|fault| fault.keyword()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 20);
        for fault in Fault::ALL {
            assert!(fault.reason().is_none() || fault.lasts_ms() == 0, "{fault:?} ends twice");
        }
    }
}
