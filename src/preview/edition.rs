//! One version of one document: what a preview is of, and what a token is for. Pure.

use std::fmt;

use crate::access::hex;

/// A job's document, and the SHA-256 of what is in it: a document that changes is another edition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Edition {
    /// By its job's number, which no other job ever has.
    pub document: i64,
    /// Its content's SHA-256.
    pub version: [u8; 32],
}

impl Edition {
    /// Out of a path's two segments, in the one form that there is of each.
    pub fn parse(document: &str, version: &str) -> Option<Self> {
        let number: i64 = document.parse().ok()?;
        let edition = Self { document: number, version: unhex(version)? };
        (edition.to_string() == format!("{document}/{version}")).then_some(edition)
    }

    /// The version as it is written.
    pub fn version(&self) -> String {
        hex(&self.version)
    }
}

impl fmt::Display for Edition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.document, self.version())
    }
}

/// A content's SHA-256 out of its 64 hexadecimal digits.
pub fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * index..2 * index + 2)?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::Edition;

    #[test]
    fn there_is_one_way_to_write_an_edition() {
        let version = "0123456789abcdef".repeat(4);
        let edition = Edition::parse("12", &version).expect("an edition");
        assert_eq!(edition.to_string(), format!("12/{version}"));
        for (document, version) in [
            ("012", version.as_str()),
            ("+12", &version),
            (" 12", &version),
            ("x", &version),
            ("99999999999999999999", &version),
            ("12", &version.to_uppercase()),
            ("12", &version[..63]),
            ("12", &version.replace('0', "+")),
            ("12", &"ж".repeat(32)),
            ("12", ""),
        ] {
            assert_eq!(Edition::parse(document, version), None, "{document}/{version}");
        }
    }
}
