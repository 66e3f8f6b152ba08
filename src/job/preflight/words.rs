//! Findings in words: what is the matter, with which pages, and what the tap does. Pure; the sentences themselves are in
//! `assets/text/preflight.toml`.

use super::findings::{Finding, What};
use crate::{
    job::{pages::PageRanges, plan::Media},
    text::{Language, Text, say},
};

/// Ranges that are told of before the rest is an ellipsis.
const TOLD: usize = 4;

/// Names of fonts that are told of.
const FONTS: usize = 2;

impl Finding {
    /// What is the matter.
    pub fn tell(&self, language: Language) -> String {
        let pages = match self.all {
            true => say::PREFLIGHT_PAGES_ALL.get(language).to_owned(),
            false => {
                let word = say::PREFLIGHT_PAGES.form(language, self.pages.count(u32::MAX).unwrap_or(2));
                format!("{word}\u{a0}{}", ranges(&self.pages))
            }
        };
        let fill =
            |text: Text, values: &[(&str, &str)]| text.fill(language, &[&[("pages", pages.as_str())], values].concat());
        match &self.what {
            What::AllBlank => say::PREFLIGHT_ALL_BLANK.get(language).to_owned(),
            What::Fonts(names) => {
                let more = if names.len() > FONTS { "…" } else { "" };
                let names = names.iter().take(FONTS).cloned().collect::<Vec<_>>().join(", ");
                fill(say::PREFLIGHT_FONTS, &[("fonts", &format!("{names}{more}"))])
            }
            What::Black => fill(say::PREFLIGHT_BLACK, &[]),
            What::Blank => fill(say::PREFLIGHT_BLANK, &[]),
            What::Coarse { dpi } => fill(say::PREFLIGHT_COARSE, &[("dpi", &dpi.to_string())]),
            What::Size { sizes, media, percent } => {
                let media = short(media);
                let names: Vec<String> = sizes.iter().map(|size| size_name(*size, language)).collect();
                let (percent, size) = (percent.to_string(), names.join(", "));
                let values = [("size", size.as_str()), ("media", &media), ("percent", &percent)];
                match sizes.len() {
                    1 => fill(say::PREFLIGHT_SIZE, &values),
                    _ => fill(say::PREFLIGHT_SIZES, &values),
                }
            }
        }
    }

    /// What can be done where no tap mends it; empty when nothing need be.
    pub fn advice(&self, language: Language) -> &'static str {
        match self.what {
            What::Fonts(_) => say::PREFLIGHT_FONTS_DO.get(language),
            What::Black => say::PREFLIGHT_BLACK_DO.get(language),
            What::AllBlank => say::PREFLIGHT_ALL_BLANK_DO.get(language),
            What::Coarse { .. } => say::PREFLIGHT_COARSE_DO.get(language),
            What::Blank | What::Size { .. } => "",
        }
    }
}

/// `1–3, 7, 9 …`
fn ranges(pages: &PageRanges) -> String {
    let range = |range: &crate::job::pages::PageRange| match range.first == range.last {
        true => range.first.to_string(),
        false => format!("{}–{}", range.first, range.last),
    };
    let told: Vec<String> = pages.ranges().iter().take(TOLD).map(range).collect();
    let more = if pages.ranges().len() > TOLD { "…" } else { "" };
    format!("{}{more}", told.join(", "))
}

/// `A3`, or `100 × 150 мм` for what has no name.
fn size_name((width, height): (f32, f32), language: Language) -> String {
    let hundredths = |points: f32| (f64::from(points) * 2_540.0 / 72.0).round().clamp(0.0, 1e9);
    let (short, long) = (hundredths(width.min(height)), hundredths(width.max(height)));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped just before")]
    let media = Media::by_size(short as u32, long as u32, Default::default());
    if !media.name.starts_with("custom") {
        return self::short(&media);
    }
    let (width, height) = (hundredths(width) / 100.0, hundredths(height) / 100.0);
    let values = [("width", format!("{width:.0}")), ("height", format!("{height:.0}"))];
    say::PREFLIGHT_MILLIMETRES.fill(language, &values.each_ref().map(|(name, value)| (*name, value.as_str())))
}

/// `iso_a4_210x297mm` is A4 to people, `na_letter_8.5x11in` is Letter.
fn short(media: &Media) -> String {
    let name = media.name.split('_').nth(1).unwrap_or(&media.name);
    let mut letters = name.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}", letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::{Finding, Language, Media, PageRanges, What};

    fn tell(what: What, pages: &str, language: Language) -> String {
        let pages = PageRanges::parse(pages).expect("ranges");
        Finding { what, pages, all: false, mend: None, grave: true }.tell(language)
    }

    #[test]
    fn sentences_name_pages_sizes_and_fonts() {
        assert_eq!(tell(What::Blank, "2", Language::Ru), "Ничего не напечатано: стр.\u{a0}2");
        assert_eq!(tell(What::Blank, "2-4,7,9,11,13", Language::En), "Nothing on pages\u{a0}2–4, 7, 9, 11…");
        let a3 = |media| What::Size { sizes: vec![(1_190.6, 841.9)], media, percent: 71 };
        assert_eq!(tell(a3(Media::a4()), "1", Language::En), "A3 page\u{a0}1: fitted to A4 at 71%");
        let ticket = What::Size { sizes: vec![(283.5, 425.2)], media: Media::a4(), percent: 198 };
        assert!(tell(ticket, "1", Language::Ru).contains("100 × 150 мм"), "a size without a name");
        let fonts = What::Fonts(["Calibri", "Cambria", "Candara"].map(String::from).into());
        assert!(tell(fonts, "1", Language::En).contains("Calibri, Cambria…"));
    }
}
