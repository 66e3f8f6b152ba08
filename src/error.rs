//! What a person can be told of a thing that went wrong. Each door translates it once: HTTP in `http/problem`, the
//! panel in its scenes. What only an operator can use goes to the log where it happens, not in here.

use crate::{
    document::refusal::Refusal,
    text::{Text, say},
};

/// The closed list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The document has more bytes than allowed.
    TooLarge {
        /// Bytes allowed.
        max: u64,
    },
    /// The job needs more sheets than allowed.
    TooManySheets {
        /// Sheets allowed.
        max: u32,
    },
    /// Pages were asked that the document does not have.
    PastTheEnd,
    /// No terminal shows this QR token.
    TerminalQrUnknown,
    /// No terminal with this token is connected.
    TerminalTokenUnknown,
    /// Nobody has this surname and number.
    UserUnknown,
    /// A list names one person twice.
    MemberDuplicate,
    /// The person is not a member.
    NotInUnion,
    /// Every PIN that was drawn is in use.
    NoPinLeft,
    /// No job has this PIN.
    PinUnknown(String),
    /// So many of the PINs asked have no document.
    FilesUnknown(usize),
    /// The media type is not taken.
    TypeRefused {
        /// What came.
        given: String,
        /// What is taken.
        allowed: String,
    },
    /// The job has its document already.
    AlreadyUploaded,
    /// The document cannot be opened.
    Corrupted,
    /// The job has no document yet.
    NotUploaded,
    /// The job's document is being made ready.
    NotReady,
    /// Nothing that can be printed is or can be made of the document.
    Unprintable(Refusal),
    /// The file has no bytes.
    Empty,
    /// The document's password is another one.
    WrongPassword,
    /// There is no such upload, or not any more.
    UploadUnknown,
    /// The file name has no usable extension.
    FileName,
    /// The job is at the printer.
    BusyPrinting,
    /// Too many wrong codes came from this address, or from all together.
    TooManyGuesses {
        /// Seconds until there is a try again.
        retry_after_s: u64,
    },
    /// The document comes too slowly.
    TooSlow,
    /// As many documents are on their way in as there is room for.
    TooManyUploads,
    /// The disk is full, but for what must stay free.
    NoSpace,
    /// The disk or the database failed; the log says how.
    Storage,
    /// The child that inspects documents failed, which says nothing of the document; the log says how.
    Worker,
}

impl Error {
    /// The sentence and its values.
    pub fn sentence(&self) -> (Text, Vec<(&'static str, String)>) {
        match self {
            Self::TooLarge { max } => (say::ERROR_TOO_LARGE, vec![("max", max.to_string())]),
            Self::TooManySheets { max } => (say::ERROR_TOO_MANY_SHEETS, vec![("max", max.to_string())]),
            Self::PastTheEnd => (say::ERROR_PAST_THE_END, vec![]),
            Self::TerminalQrUnknown => (say::ERROR_TERMINAL_QR_UNKNOWN, vec![]),
            Self::TerminalTokenUnknown => (say::ERROR_TERMINAL_TOKEN_UNKNOWN, vec![]),
            Self::UserUnknown => (say::ERROR_USER_UNKNOWN, vec![]),
            Self::MemberDuplicate => (say::ERROR_MEMBER_DUPLICATE, vec![]),
            Self::NotInUnion => (say::ERROR_NOT_IN_UNION, vec![]),
            Self::NoPinLeft => (say::ERROR_NO_PIN_LEFT, vec![]),
            Self::PinUnknown(pin) => (say::ERROR_PIN_UNKNOWN, vec![("pin", pin.clone())]),
            Self::FilesUnknown(count) => (say::ERROR_FILES_UNKNOWN, vec![("count", count.to_string())]),
            Self::TypeRefused { given, allowed } => {
                (say::ERROR_TYPE_REFUSED, vec![("type", given.clone()), ("allowed", allowed.clone())])
            }
            Self::AlreadyUploaded => (say::ERROR_ALREADY_UPLOADED, vec![]),
            Self::Corrupted => (say::ERROR_CORRUPTED, vec![]),
            Self::NotUploaded => (say::ERROR_NOT_UPLOADED, vec![]),
            Self::NotReady => (say::ERROR_NOT_READY, vec![]),
            Self::Unprintable(why) => (why.text(), vec![]),
            Self::Empty => (say::ERROR_EMPTY, vec![]),
            Self::WrongPassword => (say::ERROR_WRONG_PASSWORD, vec![]),
            Self::UploadUnknown => (say::ERROR_UPLOAD_UNKNOWN, vec![]),
            Self::FileName => (say::ERROR_FILE_NAME, vec![]),
            Self::BusyPrinting => (say::ERROR_BUSY_PRINTING, vec![]),
            Self::TooManyGuesses { retry_after_s } => {
                (say::ERROR_TOO_MANY_GUESSES, vec![("seconds", retry_after_s.to_string())])
            }
            Self::TooSlow => (say::ERROR_TOO_SLOW, vec![]),
            Self::TooManyUploads => (say::ERROR_TOO_MANY_UPLOADS, vec![]),
            Self::NoSpace => (say::ERROR_NO_SPACE, vec![]),
            Self::Storage => (say::ERROR_STORAGE, vec![]),
            Self::Worker => (say::ERROR_WORKER, vec![]),
        }
    }

    /// Seconds after which it may be worth to try again, when that is known.
    pub fn retry_after_s(&self) -> Option<u64> {
        match self {
            Self::TooManyGuesses { retry_after_s } => Some(*retry_after_s),
            // Uploads end in seconds, documents are deleted in minutes and hours.
            Self::TooManyUploads => Some(10),
            Self::NoSpace => Some(600),
            Self::NotReady => Some(5),
            _ => None,
        }
    }

    /// The sentence in one language.
    pub fn tell(&self, language: crate::text::Language) -> String {
        let (text, values) = self.sentence();
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        text.fill(language, &values)
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        tracing::error!(%error, "database");
        Self::Storage
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        tracing::error!(%error, "disk");
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::NoSpace,
            _ => Self::Storage,
        }
    }
}
