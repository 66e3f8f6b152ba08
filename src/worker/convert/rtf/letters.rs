//! Which letters RTF's bytes are: the document's code page (`\ansicpg`), the font's character set (`\fcharset`), Unicode
//! (`\u`) with what it makes skip.

use encoding_rs::Encoding;

/// By the number of a Windows code page.
pub(super) fn code_page(number: i32) -> Option<&'static Encoding> {
    Some(match number {
        437 | 850 | 1252 => encoding_rs::WINDOWS_1252,
        866 => encoding_rs::IBM866,
        874 => encoding_rs::WINDOWS_874,
        932 => encoding_rs::SHIFT_JIS,
        936 => encoding_rs::GBK,
        949 => encoding_rs::EUC_KR,
        950 => encoding_rs::BIG5,
        1250 => encoding_rs::WINDOWS_1250,
        1251 => encoding_rs::WINDOWS_1251,
        1253 => encoding_rs::WINDOWS_1253,
        1254 => encoding_rs::WINDOWS_1254,
        1255 => encoding_rs::WINDOWS_1255,
        1256 => encoding_rs::WINDOWS_1256,
        1257 => encoding_rs::WINDOWS_1257,
        1258 => encoding_rs::WINDOWS_1258,
        10_000 => encoding_rs::MACINTOSH,
        10_007 => encoding_rs::X_MAC_CYRILLIC,
        20_866 => encoding_rs::KOI8_R,
        21_866 => encoding_rs::KOI8_U,
        65_001 => encoding_rs::UTF_8,
        _ => return None,
    })
}

/// By the number of a font's character set; none where the document's code page holds.
pub(super) fn character_set(number: i32) -> Option<&'static Encoding> {
    code_page(match number {
        77 => 10_000,
        89 => 10_007,
        128 => 932,
        129 => 949,
        134 => 936,
        136 => 950,
        161 => 1253,
        162 => 1254,
        163 => 1258,
        177 => 1255,
        178 => 1256,
        186 => 1257,
        204 => 1251,
        222 => 874,
        238 => 1250,
        255 => 866,
        _ => return None,
    })
}

/// Text as it comes in.
#[derive(Debug, Default)]
pub(super) struct Letters {
    text: String,
    /// Bytes of one encoding that may end in the middle of a letter.
    bytes: Vec<u8>,
    encoding: Option<&'static Encoding>,
    /// The first half of a letter beyond the basic plane.
    high: Option<u16>,
}

impl Letters {
    /// Bytes in an encoding.
    pub(super) fn bytes(&mut self, bytes: &[u8], encoding: &'static Encoding) {
        if self.encoding.is_some_and(|other| other != encoding) {
            self.decode();
        }
        self.encoding = Some(encoding);
        self.bytes.extend_from_slice(bytes);
    }

    /// A letter.
    pub(super) fn letter(&mut self, letter: char) {
        self.decode();
        self.text.push(letter);
    }

    /// `\u`: a number of 16 bits with a sign.
    pub(super) fn unicode(&mut self, number: i32) {
        self.decode();
        let [low, high, ..] = number.to_le_bytes();
        let unit = u16::from_le_bytes([low, high]);
        match (self.high.take(), unit) {
            (_, 0xd800..=0xdbff) => self.high = Some(unit),
            (Some(first), 0xdc00..=0xdfff) => {
                self.text.extend(char::decode_utf16([first, unit]).map(|letter| letter.unwrap_or('\u{fffd}')));
            }
            // Symbol fonts put their letters in the private area, each at its byte.
            (_, 0xf020..=0xf0ff) => self.text.push(if unit == 0xf0b7 { '•' } else { char::from(low) }),
            _ => self.text.push(char::from_u32(unit.into()).unwrap_or('\u{fffd}')),
        }
    }

    fn decode(&mut self) {
        if let (false, Some(encoding)) = (self.bytes.is_empty(), self.encoding) {
            self.text.push_str(&encoding.decode_without_bom_handling(&self.bytes).0);
            self.bytes.clear();
        }
    }

    /// All that came in.
    pub(super) fn take(&mut self) -> String {
        self.decode();
        std::mem::take(&mut self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::{Letters, character_set, code_page};

    #[test]
    fn letters_come_from_bytes_and_from_numbers() {
        let mut letters = Letters::default();
        letters.bytes(b"\xcf\xf0", code_page(1251).expect("known"));
        letters.bytes(b"\xa8", character_set(255).expect("known"));
        letters.unicode(-10_179);
        letters.unicode(-8_704);
        letters.unicode(1_102);
        assert_eq!(letters.take(), "При😀ю");
    }
}
