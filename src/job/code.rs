//! The release code (PIN): what a person types to get the sheets (`job-password` of PWG 5100.11).
//!
//! Made from the system's random source; compared without regard to case. Symbols that look alike are never both in a new
//! code, so that whoever takes one for the other is understood ([`distinct`], [`ReleaseCode::as_meant`]).

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

    /// The code that somebody meant who took symbols for others that look alike, in an alphabet of `symbols`.
    pub fn as_meant(&self, symbols: &[char]) -> Self {
        Self(self.0.chars().map(|symbol| meant(symbol, symbols)).collect())
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

/// Symbols that people take for each other; the Cyrillic keyboard's among them. The first one of an alphabet is the one
/// that codes are made of.
const LOOK_ALIKES: [&str; 13] = ["0OО", "1IІ", "3З", "AА", "BВ", "CС", "EЕ", "HН", "KК", "MМ", "PР", "TТ", "XХ"];

/// What `symbol` is in an alphabet: itself, or the one that looks like it and that codes are made of.
fn meant(symbol: char, symbols: &[char]) -> char {
    let has = |wanted: &char| symbols.iter().any(|known| known.to_uppercase().eq([*wanted]));
    let group = LOOK_ALIKES.iter().find(|group| group.contains(symbol));
    group.and_then(|group| group.chars().find(has)).unwrap_or(symbol)
}

/// The symbols of an alphabet that new codes are made of: upper case, each once, and one of those that look alike.
pub fn distinct(symbols: &[char]) -> Vec<char> {
    let mut distinct: Vec<char> = symbols.iter().flat_map(|symbol| symbol.to_uppercase()).collect();
    distinct.retain(|symbol| meant(*symbol, symbols) == *symbol);
    distinct.sort_unstable();
    distinct.dedup();
    distinct
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
    use super::{ReleaseCode, distinct};

    fn meant(text: &str, symbols: &str) -> String {
        let symbols: Vec<char> = symbols.chars().collect();
        ReleaseCode::parse(text).expect("a code").as_meant(&symbols).as_str().into()
    }

    #[test]
    fn symbols_that_look_alike_are_understood() {
        let all: String = ('A'..='Z').chain('0'..='9').collect();
        assert_eq!(meant("OI01", &all), "0101");
        // Typed on a Cyrillic keyboard, as they look on paper.
        assert_eq!(meant("авсекмнортхоз", &all), "ABCEKMH0PTX03");
        // What the alphabet has itself is left alone, and what it has not is not invented.
        assert_eq!(meant("O0I1", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"), "OOII");
        assert_eq!(meant("АВ", "АВ"), "АВ");
        assert_eq!(meant("Щ5", "0123456789"), "Щ5");
    }

    #[test]
    fn new_codes_have_no_symbol_that_looks_like_another() {
        let all: Vec<char> = ('A'..='Z').chain('a'..='z').chain('0'..='9').collect();
        let symbols = distinct(&all);
        assert_eq!(symbols.len(), 34);
        assert!(!symbols.contains(&'O') && !symbols.contains(&'I'));
        let code = ReleaseCode::parse("0A1Z").expect("a code");
        assert!(code.as_meant(&all) == code, "a new code is what it says");
        assert_eq!(distinct(&['O', 'I']), ['I', 'O']);
    }

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
