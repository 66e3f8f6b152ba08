//! The release code (PIN): what a person types to get the sheets (`job-password` of PWG 5100.11).
//!
//! Made from the system's random source; compared without regard to case.

use std::fmt;

/// A code as it is stored: upper case.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ReleaseCode(String);

/// The longest code anyone may ask for, in characters.
const MAX_CHARS: usize = 64;

impl ReleaseCode {
    /// What somebody typed. `None` when it cannot be a code of any kiosk: empty, too long or not letters and digits.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_uppercase();
        let sane = !text.is_empty() && text.chars().count() <= MAX_CHARS && text.chars().all(char::is_alphanumeric);
        sane.then_some(Self(text))
    }

    /// A new code of `length` characters of `symbols`, each drawn evenly by `random`, which fills a buffer.
    pub fn draw<E>(symbols: &[char], length: usize, random: impl FnMut(&mut [u8]) -> Result<(), E>) -> Result<Self, E> {
        Ok(Self(draw(symbols, length, random)?.to_uppercase()))
    }

    /// The code's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// `length` characters of `symbols`, each drawn evenly by `random`, which fills a buffer; in the case they are written in.
///
/// Bytes past the last whole multiple of the alphabet are thrown away, so that no symbol is likelier than another.
pub fn draw<E>(
    symbols: &[char],
    length: usize,
    mut random: impl FnMut(&mut [u8]) -> Result<(), E>,
) -> Result<String, E> {
    let size = symbols.len().clamp(1, 256);
    let even = 256 / size * size;
    let mut code = String::with_capacity(length);
    let mut drawn = 0;
    while drawn < length {
        let mut byte = [0];
        random(&mut byte)?;
        if usize::from(byte[0]) < even
            && let Some(symbol) = symbols.get(usize::from(byte[0]) % size)
        {
            code.push(*symbol);
            drawn += 1;
        }
    }
    Ok(code)
}

/// Codes never reach logs: the debug form says nothing.
impl fmt::Debug for ReleaseCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReleaseCode(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::ReleaseCode;

    #[test]
    fn a_drawn_code_has_the_length_and_only_the_symbols() {
        let symbols: Vec<char> = ('A'..='Z').chain('0'..='9').collect();
        let mut next = 0_u8;
        let code = ReleaseCode::draw(&symbols, 6, |buffer| {
            buffer.fill(next);
            next = next.wrapping_add(251);
            Ok::<(), ()>(())
        });
        let code = code.expect("a counter never fails");
        assert_eq!(code.as_str().chars().count(), 6);
        assert!(code.as_str().chars().all(|c| symbols.contains(&c)));
    }

    #[test]
    fn typed_codes_are_upper_case_and_sane() {
        assert_eq!(ReleaseCode::parse(" of72i1 ").as_ref().map(ReleaseCode::as_str), Some("OF72I1"));
        assert!(ReleaseCode::parse("../etc").is_none());
        assert!(ReleaseCode::parse("").is_none());
    }
}
