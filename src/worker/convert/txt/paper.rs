//! A text on A4: letters of even width, as small as its long lines need and no smaller than people read, longer lines
//! broken. What the font has not is a box, and is said.

use ab_glyph::{Font as _, FontRef};
use krilla::{
    Document,
    geom::Point,
    page::PageSettings,
    text::{Font, TextDirection},
};

use crate::{
    document::refusal::Refusal,
    settings::convert::Convert,
    worker::{child::Failure, convert::child::refuse},
};

/// DejaVu Sans Mono: Latin, Greek, Cyrillic, and the lines that DOS drew tables with.
const FONT: &[u8] = include_bytes!("../../../../assets/fonts/dejavu-sans-mono.ttf");

/// A4, points.
const PAGE_PT: (f32, f32) = (595.276, 841.89);

/// Left, right and top, bottom, points: 18 and 15 mm.
const MARGIN_PT: (f32, f32) = (51.0, 42.5);

/// Sizes of the letters, points: the largest that long lines fit with is taken.
const SIZES_PT: [f32; 4] = [10.0, 9.0, 8.0, 7.0];

/// Of the letter's size.
const LINE: f32 = 1.2;

/// Of the letter's size: every letter of the font is so wide.
const ADVANCE: f32 = 0.602;

/// Lines in a hundred that may be broken before smaller letters are tried.
const LONG_PERCENT: usize = 2;

/// The PDF, its pages, and whether the font has all letters.
pub(super) fn laid(text: &str, limits: &Convert) -> Result<(Vec<u8>, u32, bool), Failure> {
    let own = |why: &str| Failure::Own(why.to_owned());
    let size = size(text);
    let pages = pages(text, size, limits.pages as usize).ok_or_else(|| refuse(Refusal::TooLarge))?;
    let letters = FontRef::try_from_slice(FONT).map_err(|_| own("the font of texts is broken"))?;
    let has = |letter: char| letter.is_whitespace() || letters.glyph_id(letter).0 != 0;
    let whole = text.chars().all(has);
    let font = Font::new(FONT.to_vec().into(), 0).ok_or_else(|| own("the font of texts is broken"))?;
    let mut document = Document::new();
    for lines in &pages {
        let settings = PageSettings::from_wh(PAGE_PT.0, PAGE_PT.1).ok_or_else(|| own("a page has no size"))?;
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        let mut y = MARGIN_PT.1 + size;
        for line in lines {
            if !line.trim().is_empty() {
                let start = Point::from_xy(MARGIN_PT.0, y);
                surface.draw_text(start, font.clone(), size, line, false, TextDirection::LeftToRight);
            }
            y += size * LINE;
        }
        surface.finish();
        page.finish();
    }
    let count = u32::try_from(pages.len()).unwrap_or(u32::MAX);
    Ok((document.finish().map_err(|error| Failure::Own(format!("{error:?}")))?, count, whole))
}

/// The letters' size, points.
fn size(text: &str) -> f32 {
    let fits = |size: &f32| {
        let columns = columns(*size);
        let long = text.lines().filter(|line| line.chars().count() > columns).count();
        long * 100 <= text.lines().count() * LONG_PERCENT
    };
    // Where even the smallest do not help, the lines are paragraphs and may as well be read.
    SIZES_PT.into_iter().find(fits).unwrap_or(SIZES_PT[0])
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some tens")]
fn columns(size: f32) -> usize {
    ((PAGE_PT.0 - 2.0 * MARGIN_PT.0) / (size * ADVANCE)).floor() as usize
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some tens")]
fn rows(size: f32) -> usize {
    ((PAGE_PT.1 - 2.0 * MARGIN_PT.1) / (size * LINE)).floor() as usize
}

/// The lines of each page; `None` when there are more pages than `most`.
fn pages(text: &str, size: f32, most: usize) -> Option<Vec<Vec<String>>> {
    let (columns, rows) = (columns(size), rows(size));
    let mut pages: Vec<Vec<String>> = vec![Vec::new()];
    for (number, part) in text.trim_end_matches(['\u{c}', '\n']).split('\u{c}').enumerate() {
        if number > 0 {
            pages.push(Vec::new());
        }
        for line in part.lines().flat_map(|line| broken(line, columns)) {
            if pages.last().is_some_and(|page| page.len() >= rows) {
                pages.push(Vec::new());
            }
            if let Some(page) = pages.last_mut() {
                page.push(line);
            }
            if pages.len() > most {
                return None;
            }
        }
        if pages.len() > most {
            return None;
        }
    }
    Some(pages)
}

/// `line` in parts of at most so many letters, broken at spaces where there are any.
fn broken(line: &str, columns: usize) -> Vec<String> {
    let mut parts = Vec::new();
    let mut rest: Vec<char> = line.chars().collect();
    while rest.len() > columns {
        let space = rest[..=columns].iter().rposition(|letter| *letter == ' ').filter(|at| *at > columns / 3);
        let (end, next) = space.map_or((columns, columns), |at| (at, at + 1));
        parts.push(rest[..end].iter().collect());
        rest.drain(..next);
    }
    parts.push(rest.into_iter().collect());
    parts
}

#[cfg(test)]
mod tests {
    use super::{broken, pages, rows, size};

    #[test]
    fn lines_break_at_spaces_or_else_where_they_must() {
        assert_eq!(broken("раз два три", 8), ["раз два", "три"]);
        assert_eq!(broken("аааааааааа", 4), ["аааа", "аааа", "аа"]);
        assert_eq!(broken("", 4), [""]);
    }

    #[test]
    fn pages_fill_and_end() {
        let lines = "a\n".repeat(rows(10.0) + 1);
        assert_eq!(pages(&lines, 10.0, 9).map(|pages| pages.len()), Some(2));
        assert_eq!(pages("a\u{c}b\u{c}", 10.0, 9).map(|pages| pages.len()), Some(2));
        assert_eq!(pages(&"\u{c}a".repeat(10), 10.0, 9), None);
    }

    #[test]
    fn wide_tables_take_small_letters_and_paragraphs_do_not() {
        let near = |a: f32, b: f32| (a - b).abs() < 0.01;
        assert!(near(size(&"x".repeat(60)), 10.0));
        assert!(near(size(&format!("{}\n", "x".repeat(110)).repeat(50)), 7.0));
        assert!(near(size(&"слово ".repeat(500)), 10.0));
    }
}
