//! Where a text stops being JSON (RFC 8259), in the words and by the count of characters that print-api's clients get,
//! which are those of Python's reader. Pure; asked only after the real reader has refused the text.

/// Levels of arrays and objects that are looked into; the real reader gives up sooner.
const DEPTH: usize = 256;

type Fault = (usize, &'static str);

const VALUE: &str = "Expecting value";
const COMMA: &str = "Expecting ',' delimiter";
const NAME: &str = "Expecting property name enclosed in double quotes";

/// The place, in characters, and what is wrong there. `None` for what Python's reader takes.
pub(super) fn fault(text: &str) -> Option<Fault> {
    let bytes = text.as_bytes();
    let begin = space(bytes, 0);
    let (place, why) = match value(bytes, begin, 0) {
        Ok(end) => (space(bytes, end), "Extra data"),
        Err(fault) => fault?,
    };
    let whole = why == "Extra data" && place >= bytes.len();
    (!whole).then(|| (text.bytes().take(place).filter(|byte| byte & 0xC0 != 0x80).count(), why))
}

/// After the value that begins here. `Err(None)`: too deep to tell.
fn value(text: &[u8], at: usize, depth: usize) -> Result<usize, Option<Fault>> {
    let rest = text.get(at..).unwrap_or_default();
    match rest.first() {
        _ if depth > DEPTH => Err(None),
        Some(b'{') => members(text, at + 1, depth),
        Some(b'[') => items(text, at + 1, depth),
        Some(b'"') => Ok(string(text, at)?),
        _ => {
            let words = ["null", "true", "false", "NaN", "Infinity", "-Infinity"];
            let word = words.iter().find(|word| rest.starts_with(word.as_bytes())).map(|word| word.len());
            word.or_else(|| number(rest)).map(|length| at + length).ok_or(Some((at, VALUE)))
        }
    }
}

fn members(text: &[u8], at: usize, depth: usize) -> Result<usize, Option<Fault>> {
    let mut at = space(text, at);
    if text.get(at) == Some(&b'}') {
        return Ok(at + 1);
    }
    loop {
        if text.get(at) != Some(&b'"') {
            return Err(Some((at, NAME)));
        }
        at = space(text, string(text, at)?);
        if text.get(at) != Some(&b':') {
            return Err(Some((at, "Expecting ':' delimiter")));
        }
        at = space(text, value(text, space(text, at + 1), depth + 1)?);
        match text.get(at) {
            Some(b'}') => return Ok(at + 1),
            Some(b',') => at = space(text, at + 1),
            _ => return Err(Some((at, COMMA))),
        }
    }
}

fn items(text: &[u8], at: usize, depth: usize) -> Result<usize, Option<Fault>> {
    let mut at = space(text, at);
    if text.get(at) == Some(&b']') {
        return Ok(at + 1);
    }
    loop {
        at = space(text, value(text, at, depth + 1)?);
        match text.get(at) {
            Some(b']') => return Ok(at + 1),
            Some(b',') => at = space(text, at + 1),
            _ => return Err(Some((at, COMMA))),
        }
    }
}

fn string(text: &[u8], begin: usize) -> Result<usize, Option<Fault>> {
    let endless = Err(Some((begin, "Unterminated string starting at")));
    let mut at = begin + 1;
    loop {
        match (text.get(at), text.get(at + 1)) {
            (Some(b'"'), _) => return Ok(at + 1),
            (None, _) | (Some(b'\\'), None) => return endless,
            (Some(b'\\'), Some(b'u')) => {
                let digits = text.get(at + 2..at + 6).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
                if !digits || at + 6 >= text.len() {
                    return Err(Some((at + 1, "Invalid \\uXXXX escape")));
                }
                at += 6;
            }
            (Some(b'\\'), Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't')) => at += 2,
            (Some(b'\\'), Some(_)) => return Err(Some((at, "Invalid \\escape"))),
            (Some(0..0x20), _) => return Err(Some((at, "Invalid control character at"))),
            (Some(_), _) => at += 1,
        }
    }
}

/// The length of the number at the beginning.
fn number(text: &[u8]) -> Option<usize> {
    let digits = |from: usize| text.get(from..).unwrap_or_default().iter().take_while(|b| b.is_ascii_digit()).count();
    let sign = usize::from(text.first() == Some(&b'-'));
    let whole = if text.get(sign) == Some(&b'0') { 1 } else { digits(sign) };
    let mut end = (whole > 0).then_some(sign + whole)?;
    if text.get(end) == Some(&b'.') && digits(end + 1) > 0 {
        end += 1 + digits(end + 1);
    }
    if matches!(text.get(end), Some(b'e' | b'E')) {
        let from = end + 1 + usize::from(matches!(text.get(end + 1), Some(b'+' | b'-')));
        end = if digits(from) > 0 { from + digits(from) } else { end };
    }
    Some(end)
}

fn space(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::{COMMA, NAME, VALUE, fault};

    #[test]
    fn places_and_words_are_pythons() {
        for (text, place, why) in [
            ("{", 1, NAME),
            ("{\"a\":}", 5, VALUE),
            ("{\"a\":1,}", 7, NAME),
            ("[1,2", 4, COMMA),
            ("nul", 0, VALUE),
            ("{\"a\" 1}", 5, "Expecting ':' delimiter"),
            ("{'a':1}", 1, NAME),
            ("{\"a\":1} x", 8, "Extra data"),
            ("   ", 3, VALUE),
            ("\n\n{\"a\":\n 1,\n}", 12, NAME),
            ("\"abc", 0, "Unterminated string starting at"),
            ("\"a\\x\"", 2, "Invalid \\escape"),
            ("\"a\nb\"", 2, "Invalid control character at"),
            ("[1 2]", 3, COMMA),
            ("{\"a\":1 \"b\":2}", 7, COMMA),
            ("01", 1, "Extra data"),
            ("-", 0, VALUE),
            ("1.", 1, "Extra data"),
            ("{\"абв\":1,}", 9, NAME),
            ("{\"a\":\"б\",}", 9, NAME),
            ("\"\\u12\"", 2, "Invalid \\uXXXX escape"),
            ("[1,]", 3, VALUE),
            ("[,1]", 1, VALUE),
            ("{\"a\":tru}", 5, VALUE),
            ("\0", 0, VALUE),
            ("\"\t\"", 1, "Invalid control character at"),
        ] {
            assert_eq!(fault(text), Some((place, why)), "{text}");
        }
        for text in ["{}", " [1, -0.5e+7, null, \"\\u0416\\n\"] ", "NaN", "\"\\ud800\"", "{\"a\":{\"b\":[{}]}}"] {
            assert_eq!(fault(text), None, "{text}");
        }
        assert_eq!(fault(&"[".repeat(9_000)), None);
    }

    proptest! {
        #[test]
        fn nothing_that_the_real_reader_takes_is_wrong(text in "[\\[\\]{}:,\"\\\\ a1.e-]{0,12}", any in any::<String>()) {
            for text in [text, any] {
                if serde_json::from_str::<serde_json::Value>(&text).is_ok() {
                    assert_eq!(fault(&text), None, "{text}");
                }
            }
        }
    }
}
