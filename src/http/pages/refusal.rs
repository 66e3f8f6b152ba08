//! What a visitor is told when something is refused: this door's translation of [`Error`].

use hyper::StatusCode;

use crate::{
    document::refusal::Refusal as Locked,
    error::Error,
    http::answer,
    text::{Language, Text, file_size, say},
};

/// A sentence, a status and the field to look at.
#[derive(Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Status of the answer.
    pub status: StatusCode,
    /// Name of the form's field that is wrong; empty when it is none of them.
    pub field: &'static str,
    text: Text,
    /// Stands for `{max}`, `{size}` and `{sheets}` in the sentence.
    limit: u64,
    /// Whether a password would help.
    pub is_locked: bool,
    /// Seconds after which it may be worth to try again.
    pub retry_after_s: Option<u64>,
}

impl Refusal {
    /// Of this field, or of none: the empty name.
    pub fn new(status: StatusCode, field: &'static str, text: Text) -> Self {
        Self { status, field, text, limit: 0, is_locked: false, retry_after_s: None }
    }

    /// A field that cannot be so: 422.
    pub fn field(field: &'static str, text: Text) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, field, text)
    }

    /// With the number the sentence names.
    pub fn limit(self, limit: impl Into<u64>) -> Self {
        Self { limit: limit.into(), ..self }
    }

    /// The sentence.
    pub fn tell(&self, language: Language) -> String {
        let values = [
            ("max", self.limit.to_string()),
            ("size", file_size(language, self.limit)),
            ("sheets", say::WEB_AT_MOST_SHEETS.count(language, self.limit)),
        ];
        self.text.fill(language, &values.each_ref().map(|(name, value)| (*name, value.as_str())))
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        let (field, text, limit) = match &error {
            Error::TooLarge { max } => ("file", say::WEB_WRONG_FILE_LARGE, *max),
            Error::TooManySheets { max } => ("pages", say::WEB_WRONG_SHEETS, u64::from(*max)),
            Error::PastTheEnd => ("pages", say::WEB_WRONG_PAGES_PAST, 0),
            Error::UserUnknown | Error::NotInUnion => ("surname", say::WEB_WRONG_MEMBER, 0),
            Error::TypeRefused { .. } | Error::FileName => ("file", say::WEB_WRONG_FILE_TYPE, 0),
            Error::Corrupted | Error::NotUploaded => ("file", say::WEB_WRONG_FILE_DAMAGED, 0),
            Error::Unprintable(Locked::Encrypted) => ("file", say::WEB_UP_LOCKED, 0),
            Error::Unprintable(why) => ("file", why.text(), 0),
            Error::NotReady => ("", say::WEB_WRONG_NOT_READY, 0),
            Error::Empty => ("file", say::ERROR_EMPTY, 0),
            Error::WrongPassword => ("password", say::ERROR_WRONG_PASSWORD, 0),
            Error::UploadUnknown => ("file", say::ERROR_UPLOAD_UNKNOWN, 0),
            Error::PinUnknown(_) | Error::FilesUnknown(_) => ("", say::WEB_UNKNOWN_DO, 0),
            Error::TerminalQrUnknown | Error::TerminalTokenUnknown => ("", say::WEB_WRONG_TERMINAL, 0),
            Error::BusyPrinting | Error::AlreadyUploaded => ("", say::WEB_WRONG_PRINTING, 0),
            Error::TooManyGuesses { retry_after_s } => ("", say::WEB_WRONG_GUESSES, *retry_after_s),
            Error::TooSlow => ("file", say::WEB_WRONG_SLOW, 0),
            Error::TooManyUploads => ("", say::WEB_WRONG_BUSY, 0),
            Error::NoSpace => ("", say::WEB_WRONG_SPACE, 0),
            Error::NoPinLeft | Error::MemberDuplicate | Error::Storage | Error::Worker => ("", say::WEB_WRONG_KIOSK, 0),
        };
        let is_locked = matches!(error, Error::Unprintable(Locked::Encrypted) | Error::WrongPassword);
        Self { status: answer::status(&error), field, text, limit, is_locked, retry_after_s: error.retry_after_s() }
    }
}

#[cfg(test)]
mod tests {
    use super::{Error, Language, Refusal};

    #[test]
    fn limits_are_told_in_the_visitors_words() {
        let told = |error: Error| Refusal::from(error).tell(Language::Ru);
        assert!(told(Error::TooLarge { max: 25_000_000 }).contains("25\u{a0}МБ"));
        assert!(told(Error::TooManySheets { max: 21 }).contains("21\u{a0}листа"));
        assert!(told(Error::TooManySheets { max: 50 }).contains("50\u{a0}листов"));
        assert_eq!(Refusal::from(Error::NotInUnion).status.as_u16(), 403);
    }
}
