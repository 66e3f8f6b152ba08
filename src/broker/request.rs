//! What a kiosk asks of a node: which document, where, what of it, and the token that opens it. Pure.
//!
//! Nothing in it tells whose document it is or what it is called, and nobody without the token can fetch it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::document::{kind::Kind, made::Ask};

/// Bytes of a request; ours have under 1 KiB, but for a long list of pages.
const REQUEST_BYTES: usize = 64 << 10;

/// A conversion.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Where the kiosk is.
    pub kiosk: String,
    /// The document's row there.
    pub document: i64,
    /// The content's SHA-256, hexadecimal.
    pub version: String,
    /// What the kiosk takes it for: only a hint.
    pub kind: Option<Kind>,
    /// What is wanted.
    pub ask: Ask,
    /// The write token of this document and version.
    pub token: String,
}

/// Who waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    /// Nobody yet.
    Later,
    /// Somebody will print it in a while.
    Soon,
    /// Somebody looks at an empty page.
    Now,
}

impl Request {
    /// As it goes over the wire.
    pub fn write(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// What came over the wire.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let request: Self = serde_json::from_slice(bytes.get(..bytes.len().min(REQUEST_BYTES))?).ok()?;
        let is_hex = request.version.len() == 64 && request.version.bytes().all(|b| b.is_ascii_hexdigit());
        let is_address = request.kiosk.starts_with("http://") || request.kiosk.starts_with("https://");
        (is_hex && is_address).then_some(request)
    }

    /// Where the kiosk has this version, without what follows.
    pub fn url(&self) -> String {
        format!("{}/preview/{}/{}", self.kiosk.trim_end_matches('/'), self.document, self.version)
    }
}

/// Without the token, for logs.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.kind.map_or_else(|| "?".into(), Kind::name), self.url())
    }
}

impl Urgency {
    /// The message's priority.
    pub fn priority(self) -> u8 {
        match self {
            Self::Later => 1,
            Self::Soon => 2,
            Self::Now => 3,
        }
    }

    /// The urgency of a message of this priority.
    pub fn of(priority: u8) -> Self {
        let urgent = [Self::Now, Self::Soon].into_iter().find(|urgency| priority >= urgency.priority());
        urgent.unwrap_or(Self::Later)
    }
}

#[cfg(test)]
mod tests {
    use super::{Ask, Request, Urgency};

    #[test]
    fn what_is_written_is_read_and_the_token_is_told_nobody() {
        let request = Request {
            kiosk: "http://kiosk:8080/".into(),
            document: 7,
            version: "ab".repeat(32),
            kind: None,
            ask: Ask::Html,
            token: "secret".into(),
        };
        assert_eq!(Request::read(&request.write()), Some(request.clone()));
        assert_eq!(request.url(), format!("http://kiosk:8080/preview/7/{}", "ab".repeat(32)));
        assert!(!format!("{request:?}").contains("secret"));
        for (from, to) in [("http:", "file:"), ("abab", "../."), ("\"token\"", "\"pin\""), ("7", "\"7\"")] {
            let text = String::from_utf8(request.write()).expect("JSON").replacen(from, to, 1);
            assert_eq!(Request::read(text.as_bytes()), None, "{text}");
        }
        assert_eq!(Request::read(&vec![b'['; 1 << 20]), None);
        assert_eq!([0, 1, 2, 3, 255].map(Urgency::of).map(Urgency::priority), [1, 1, 2, 3, 3]);
    }
}
