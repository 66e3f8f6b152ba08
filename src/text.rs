//! Every sentence people read, Russian and English side by side.
//!
//! The sentences stand in `assets/text/*.toml`; the build turns them into the constants below and fails when one
//! language of an entry is missing or when the two have different placeholders. `{name}` is a placeholder.

use std::borrow::Cow;

include!(concat!(env!("OUT_DIR"), "/text.rs"));

/// A language of the kiosk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Russian.
    #[default]
    Ru,
    /// English.
    En,
}

impl Language {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Ru, Self::En];

    /// The BCP 47 tag.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Ru => "ru",
            Self::En => "en",
        }
    }

    /// Reads a tag.
    pub fn from_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag() == tag)
    }
}

/// One sentence in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text {
    /// Russian.
    pub ru: &'static str,
    /// English.
    pub en: &'static str,
}

impl Text {
    /// The sentence in `language`, placeholders as they are.
    pub fn get(self, language: Language) -> &'static str {
        match language {
            Language::Ru => self.ru,
            Language::En => self.en,
        }
    }

    /// The sentence in `language` with each `{name}` replaced. Values are put in as they are and not read again.
    pub fn fill(self, language: Language, values: &[(&str, &str)]) -> String {
        let mut rest = self.get(language);
        let mut filled = String::with_capacity(rest.len() + 16);
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            let Some((name, tail)) = after.split_once('}') else {
                filled.push('{');
                rest = after;
                break;
            };
            match values.iter().find(|(key, _)| *key == name) {
                Some((_, value)) => filled.push_str(value),
                None => filled.extend(["{", name, "}"]),
            }
            rest = tail;
        }
        filled.push_str(rest);
        filled
    }
}

/// A counted noun in both languages: Russian has three forms (1 лист, 2 листа, 5 листов), English two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plural {
    /// One, few, many.
    pub ru: [&'static str; 3],
    /// One, other.
    pub en: [&'static str; 2],
}

impl Plural {
    /// The form for `count` (CLDR plural rules for integers).
    pub fn form(self, language: Language, count: u64) -> &'static str {
        match language {
            Language::En => self.en[usize::from(count != 1)],
            Language::Ru => match (count % 10, count % 100) {
                (1, tens) if tens != 11 => self.ru[0],
                (2..=4, tens) if !(12..=14).contains(&tens) => self.ru[1],
                _ => self.ru[2],
            },
        }
    }

    /// `5 листов`, with a no-break space.
    pub fn count(self, language: Language, count: u64) -> String {
        format!("{count}\u{a0}{}", self.form(language, count))
    }
}

/// A size for people: `148 КБ`, `2,4 МБ`.
pub fn file_size(language: Language, bytes: u64) -> String {
    let (unit, divisor) = match bytes {
        0..1_000_000 => (say::KILOBYTES, 1_000.0),
        _ => (say::MEGABYTES, 1_000_000.0),
    };
    #[expect(clippy::cast_precision_loss, reason = "shown with one digit after the point")]
    let number = bytes as f64 / divisor;
    let digits = if number >= 10.0 || bytes < 1_000_000 { format!("{number:.0}") } else { format!("{number:.1}") };
    let digits: Cow<'_, str> = match language {
        Language::Ru => digits.replace('.', ",").into(),
        Language::En => digits.into(),
    };
    format!("{digits}\u{a0}{}", unit.get(language))
}

#[cfg(test)]
mod tests {
    use super::{Language, Text, file_size, say};

    #[test]
    fn russian_counts_as_russians_do() {
        let sheets = |n| say::SHEETS.form(Language::Ru, n);
        assert_eq!(
            [1, 2, 5, 11, 21, 22, 111].map(sheets),
            ["лист", "листа", "листов", "листов", "лист", "листа", "листов"]
        );
    }

    #[test]
    fn values_are_not_read_as_placeholders() {
        let text = Text { ru: "{a} из {b}", en: "{a} of {b}" };
        assert_eq!(text.fill(Language::En, &[("a", "{b}"), ("b", "2")]), "{b} of 2");
    }

    #[test]
    fn sizes_read_naturally() {
        assert_eq!(file_size(Language::Ru, 2_430_000), "2,4\u{a0}МБ");
        assert_eq!(file_size(Language::En, 148_123), "148\u{a0}KB");
    }
}
