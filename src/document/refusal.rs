//! Why a document is not shown and not printed: the closed list of the preview service's error codes.

use serde::{Deserialize, Serialize};

use crate::text::{Text, say};

/// The closed list. What only an operator can use goes to the log where it happens, not in here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
#[error("{}", self.code())]
pub enum Refusal {
    /// A password is needed.
    Encrypted,
    /// It cannot be read.
    Corrupted,
    /// More pages, cells, pixels or bytes than allowed.
    TooLarge,
    /// A format that is not taken.
    Unsupported,
    /// More seconds than allowed.
    TimedOut,
    /// What could convert it is not installed.
    NoEngine,
}

impl Refusal {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Encrypted, Self::Corrupted, Self::TooLarge, Self::Unsupported, Self::TimedOut, Self::NoEngine];

    /// The word in a description.
    pub fn code(self) -> &'static str {
        match self {
            Self::Encrypted => "encrypted",
            Self::Corrupted => "corrupted",
            Self::TooLarge => "too-large",
            Self::Unsupported => "unsupported",
            Self::TimedOut => "timed-out",
            Self::NoEngine => "no-engine",
        }
    }

    /// Reads such a word.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|refusal| refusal.code() == code)
    }

    /// What people are told, with what they can do.
    pub fn text(self) -> Text {
        match self {
            Self::Encrypted => say::REFUSAL_ENCRYPTED,
            Self::Corrupted => say::REFUSAL_CORRUPTED,
            Self::TooLarge => say::REFUSAL_TOO_LARGE,
            Self::Unsupported => say::REFUSAL_UNSUPPORTED,
            Self::TimedOut => say::REFUSAL_TIMED_OUT,
            Self::NoEngine => say::REFUSAL_NO_ENGINE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Refusal;

    #[test]
    fn codes_lead_back_and_are_what_serde_writes() {
        for refusal in Refusal::ALL {
            assert_eq!(Refusal::from_code(refusal.code()), Some(refusal));
            assert_eq!(serde_json::to_value(refusal).expect("JSON"), refusal.code());
        }
    }
}
