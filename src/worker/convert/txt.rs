//! Plain text: its encoding guessed from its letters as browsers do (Russian ones first), on a screen as it is, on paper in
//! a font of even width so that columns stay columns.
//!
//! LibreOffice takes 8-bit Cyrillic for Western text, so no text ever goes there.

mod paper;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};

use super::{
    child::{Made, refuse},
    frame::Told,
    html::{Markup, page},
};
use crate::{
    document::{
        made::{Ask, Format},
        refusal::Refusal,
    },
    settings::convert::Convert,
    worker::child::Failure,
};

/// Columns to the next stop of a tab.
const TAB: usize = 8;

/// Makes HTML of a text, or its print form.
pub(super) fn make(bytes: &[u8], ask: &Ask, limits: &Convert, out: &mut Made) -> Result<Told, Failure> {
    if bytes.len() > limits.html_bytes {
        return Err(refuse(Refusal::TooLarge));
    }
    let text = clean(&decoded(bytes));
    let (page_count, simplified) = match ask {
        Ask::Print => {
            let (pdf, pages, whole) = paper::laid(&text, limits)?;
            out.file(1, Format::Pdf, None, &pdf)?;
            (Some(pages), !whole)
        }
        _ => {
            if text.matches('\u{c}').count() > limits.pages as usize {
                return Err(refuse(Refusal::TooLarge));
            }
            let mut markup = Markup::default();
            for (number, part) in text.split('\u{c}').enumerate() {
                if number > 0 {
                    markup.empty("hr", &[]);
                }
                markup.open("pre", &[]).text(part).close("pre");
            }
            out.file(1, Format::Html, None, page(&markup, &[], limits)?.as_bytes())?;
            (None, false)
        }
    };
    Ok(Told { page_count, simplified, ..Told::default() })
}

/// The text, whatever its encoding is.
fn decoded(bytes: &[u8]) -> String {
    let encoding = match Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding,
        None => utf16(bytes).unwrap_or_else(|| {
            let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
            detector.feed(bytes, true);
            detector.guess(Some(b"ru"), Utf8Detection::Allow)
        }),
    };
    encoding.decode(bytes).0.into_owned()
}

/// UTF-16 without a mark: every second byte of a text is zero or the Cyrillic block's.
fn utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    let pairs = bytes.len() / 2;
    let high = |first: usize| {
        let bytes = bytes.iter().skip(first).step_by(2);
        bytes.filter(|byte| matches!(byte, 0 | 4)).count()
    };
    let (even, odd) = (high(0), high(1));
    let most = |count: usize| pairs > 0 && count * 10 >= pairs * 9;
    match (most(even), most(odd)) {
        (true, false) => Some(UTF_16BE),
        (false, true) => Some(UTF_16LE),
        _ => None,
    }
}

/// Line ends as one, tabs as spaces, and nothing that is not a letter but line and page ends.
fn clean(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut column = 0;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\r' if letters.peek() == Some(&'\n') => {}
            '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                clean.push('\n');
                column = 0;
            }
            '\u{c}' => {
                clean.push('\u{c}');
                column = 0;
            }
            '\t' => {
                let spaces = TAB - column % TAB;
                clean.extend(std::iter::repeat_n(' ', spaces));
                column += spaces;
            }
            // The end of a file in CP/M and DOS.
            '\u{1a}' if letters.peek().is_none() => {}
            '\u{feff}' => {}
            letter if letter.is_control() => {}
            letter => {
                clean.push(letter);
                column += 1;
            }
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use encoding_rs::{IBM866, KOI8_R, UTF_8, WINDOWS_1251};

    use super::{clean, decoded};

    const TEXT: &str = "Съешь же ещё этих мягких французских булок, да выпей чаю.\nДоговор № 15, т. е. копия.\n";

    #[test]
    fn every_letter_of_every_cyrillic_encoding_is_right() {
        for encoding in [WINDOWS_1251, IBM866, UTF_8] {
            assert_eq!(decoded(&encoding.encode(TEXT).0), TEXT, "{}", encoding.name());
        }
        // KOI8-R has no №.
        let text = TEXT.replace('№', "N");
        assert_eq!(decoded(&KOI8_R.encode(&text).0), text);
        let wide = |bytes: fn(u16) -> [u8; 2]| TEXT.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
        assert_eq!(decoded(&wide(u16::to_le_bytes)), TEXT);
        assert_eq!(decoded(&wide(u16::to_be_bytes)), TEXT);
        assert_eq!(decoded(&[&[0xfe, 0xff][..], &wide(u16::to_be_bytes)].concat()), TEXT);
    }

    #[test]
    fn lines_end_once_and_tabs_stop() {
        assert_eq!(clean("a\tb\r\nc\rd\u{7}\u{1a}"), "a       b\nc\nd");
        assert_eq!(clean("1\u{c}\t2"), "1\u{c}        2");
    }
}
