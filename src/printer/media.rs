//! Media from a printer's attributes (PWG 5100.7 §6.3 and §6.9; names: PWG 5101.1 §5). Pure.
//!
//! A printer may offer one size with margins and again without; people's pages are laid on the one with margins, which
//! is what it prints by default. Borderless printing is asked for by nobody here.

use super::{
    message::{Attributes, Value},
    safe,
};
use crate::job::plan::{Margins, Media};

/// Sides that are believed, in 1/100 mm: 10 mm to 10 m.
const SIDES: std::ops::RangeInclusive<i32> = 1_000..=1_000_000;

/// The most media that are looked at.
const MAX_MEDIA: usize = 64;

/// A medium as a `media-col` has it.
struct Entry {
    width: u32,
    height: u32,
    name: Option<String>,
    /// When the entry tells all four.
    margins: Option<Margins>,
}

/// The media in the trays, the default first: `media-col-ready`, else `media-ready`, else the default, else A4.
pub fn ready(printer: Attributes<'_>) -> Vec<Media> {
    let lists = [
        columns(printer, "media-col-ready"),
        names(printer, "media-ready"),
        columns(printer, "media-col-default"),
        names(printer, "media-default"),
    ];
    let entries = lists.into_iter().find(|list| !list.is_empty()).unwrap_or_default();
    let mut media: Vec<Media> = Vec::new();
    for entry in entries {
        let found = medium(&entry, printer);
        match media.iter_mut().find(|known| same_size(known, entry.width, entry.height)) {
            None => media.push(found),
            Some(known) if known.margins == Margins::default() => *known = found,
            Some(_) => {}
        }
    }
    let default = columns(printer, "media-col-default").into_iter().chain(names(printer, "media-default")).next();
    if let Some(default) = default {
        media.sort_by_key(|known| !same_size(known, default.width, default.height));
    }
    if media.is_empty() {
        let a4 = Media::a4();
        media.push(medium(&Entry { width: a4.width, height: a4.height, name: Some(a4.name), margins: None }, printer));
    }
    media
}

fn same_size(media: &Media, width: u32, height: u32) -> bool {
    media.width.abs_diff(width) <= 50 && media.height.abs_diff(height) <= 50
}

fn medium(entry: &Entry, printer: Attributes<'_>) -> Media {
    let margins = entry.margins.unwrap_or_else(|| elsewhere(entry, printer));
    let margins = Margins {
        top: margins.top.min(entry.height / 4),
        right: margins.right.min(entry.width / 4),
        bottom: margins.bottom.min(entry.height / 4),
        left: margins.left.min(entry.width / 4),
    };
    let media = Media::by_size(entry.width, entry.height, margins);
    match &entry.name {
        Some(name) if media.name.starts_with("custom_") => Media { name: name.clone(), ..media },
        _ => media,
    }
}

/// Margins of a medium that does not tell its own: those of the same size by default or in the database, with margins
/// rather than without; else the smallest of each edge that are not none.
fn elsewhere(entry: &Entry, printer: Attributes<'_>) -> Margins {
    let told: Vec<Margins> = ["media-col-default", "media-col-database"]
        .into_iter()
        .flat_map(|name| columns(printer, name))
        .filter(|known| known.width.abs_diff(entry.width) <= 50 && known.height.abs_diff(entry.height) <= 50)
        .filter_map(|known| known.margins)
        .collect();
    let bordered = told.iter().find(|margins| **margins != Margins::default()).or(told.first());
    bordered.copied().unwrap_or_else(|| {
        let smallest = |edge: &str| {
            let values = printer.values(&format!("media-{edge}-margin-supported")).iter();
            values.filter_map(length).filter(|margin| *margin > 0).min().unwrap_or(0)
        };
        Margins { top: smallest("top"), right: smallest("right"), bottom: smallest("bottom"), left: smallest("left") }
    })
}

fn length(value: &Value) -> Option<u32> {
    match value {
        Value::Integer(length) => u32::try_from(*length).ok(),
        _ => None,
    }
}

/// The entries of an attribute of `media-col`s that tell a size; sizes that are ranges are left out.
fn columns(printer: Attributes<'_>, name: &str) -> Vec<Entry> {
    let entry = |column: Attributes<'_>| {
        let size = column.collections("media-size").next()?;
        let side = |name: &str| size.number(name).filter(|side| SIDES.contains(side))?.try_into().ok();
        let margin = |name: &str| column.values(name).first().and_then(length);
        Some(Entry {
            width: side("x-dimension")?,
            height: side("y-dimension")?,
            name: column.texts("media-size-name").next().and_then(believable),
            margins: (|| {
                Some(Margins {
                    top: margin("media-top-margin")?,
                    right: margin("media-right-margin")?,
                    bottom: margin("media-bottom-margin")?,
                    left: margin("media-left-margin")?,
                })
            })(),
        })
    };
    printer.collections(name).filter_map(entry).take(MAX_MEDIA).collect()
}

/// The entries of an attribute of media names.
fn names(printer: Attributes<'_>, attribute: &str) -> Vec<Entry> {
    let entry = |name: &str| {
        let (width, height) = dimensions(name)?;
        Some(Entry { width, height, name: believable(name), margins: None })
    };
    printer.texts(attribute).filter_map(entry).take(MAX_MEDIA).collect()
}

/// A self-describing name, of the letters that PWG 5101.1 §5 allows.
fn believable(name: &str) -> Option<String> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
    (name.contains('_') && name.chars().all(allowed)).then(|| safe(name))
}

/// The size at the end of a self-describing name (PWG 5101.1 §5.1.3): `_210x297mm`, `_8.5x11in`; in 1/100 mm.
fn dimensions(name: &str) -> Option<(u32, u32)> {
    let size = name.rsplit('_').next()?;
    let (sides, unit) = match size.strip_suffix("mm") {
        Some(sides) => (sides, 100.0),
        None => (size.strip_suffix("in")?, 2_540.0),
    };
    let (width, height) = sides.split_once('x')?;
    #[expect(clippy::cast_possible_truncation, reason = "a float that is too large or NaN saturates")]
    let side = |text: &str| {
        let side = (text.parse::<f64>().ok()? * unit).round() as i32;
        SIDES.contains(&side).then_some(side)?.try_into().ok()
    };
    Some((side(width)?, side(height)?))
}

#[cfg(test)]
mod tests {
    use super::{Attributes, Value, dimensions, ready};
    use crate::{
        job::plan::{Margins, Media},
        printer::message::{Attribute, Syntax},
    };

    /// A `media-col`; `margins` are top, right, bottom, left.
    fn column(width: i32, height: i32, margins: &[i32]) -> Value {
        let size = vec![
            Attribute::new("x-dimension", Value::Integer(width)),
            Attribute::new("y-dimension", Value::Integer(height)),
        ];
        let mut members = vec![Attribute::new("media-size", Value::Collection(size))];
        for (edge, margin) in ["top", "right", "bottom", "left"].iter().zip(margins) {
            members.push(Attribute::new(&format!("media-{edge}-margin"), Value::Integer(*margin)));
        }
        Value::Collection(members)
    }

    fn list(name: &str, values: Vec<Value>) -> Attribute {
        Attribute { name: name.into(), values }
    }

    fn margins(top: u32, right: u32, bottom: u32, left: u32) -> Margins {
        Margins { top, right, bottom, left }
    }

    #[test]
    fn a_tray_with_and_without_margins_is_one_with_margins_and_the_default_is_first() {
        let attributes = [
            list("media-col-default", vec![column(21_000, 29_700, &[423; 4])]),
            list(
                "media-col-ready",
                vec![
                    column(10_160, 15_240, &[0; 4]),
                    column(21_000, 29_700, &[0; 4]),
                    column(21_000, 29_700, &[423, 424, 425, 426]),
                ],
            ),
        ];
        let media = ready(Attributes(&attributes));
        assert_eq!(
            media,
            [
                Media { margins: margins(423, 424, 425, 426), ..Media::a4() },
                Media::by_size(10_160, 15_240, Margins::default())
            ]
        );
    }

    #[test]
    fn margins_come_from_the_database_or_else_from_the_edges() {
        let tray = list("media-col-ready", vec![column(21_000, 29_700, &[])]);
        let edges = ["top", "right", "bottom", "left"]
            .map(|edge| list(&format!("media-{edge}-margin-supported"), [635, 0, 340].map(Value::Integer).to_vec()));
        let database =
            list("media-col-database", vec![column(21_000, 29_700, &[0; 4]), column(21_000, 29_700, &[7; 4])]);
        let mut attributes = vec![tray];
        assert_eq!(ready(Attributes(&attributes))[0].margins, Margins::default());
        attributes.extend(edges);
        assert_eq!(ready(Attributes(&attributes))[0].margins, margins(340, 340, 340, 340));
        attributes.push(database);
        assert_eq!(ready(Attributes(&attributes))[0].margins, margins(7, 7, 7, 7));
    }

    #[test]
    fn names_alone_are_enough_and_nothing_is_a4() {
        let keyword = |name: &str| Value::Text(Syntax::Keyword, name.into());
        let named =
            [list("media-ready", vec![keyword("odd"), keyword("na_letter_8.5x11in"), keyword("jpn_x_100x148mm")])];
        let names: Vec<_> = ready(Attributes(&named)).into_iter().map(|m| (m.name, m.width, m.height)).collect();
        assert_eq!(names, [("na_letter_8.5x11in".into(), 21_590, 27_940), ("jpn_x_100x148mm".into(), 10_000, 14_800)]);
        assert_eq!(ready(Attributes(&[])), [Media::a4()]);
    }

    #[test]
    fn absurd_media_are_not_believed() {
        let absurd = [
            list("media-col-ready", vec![column(0, 29_700, &[]), column(i32::MAX, i32::MIN, &[]), Value::Integer(4)]),
            list("media-col-default", vec![column(21_000, 29_700, &[-5, 30_000, i32::MAX, 100])]),
        ];
        assert_eq!(ready(Attributes(&absurd)), [Media::a4()]);
        let wide = [list("media-col-default", vec![column(21_000, 29_700, &[5, 30_000, i32::MAX, 100])])];
        assert_eq!(ready(Attributes(&wide))[0].margins, margins(5, 5_250, 7_425, 100));
        assert_eq!(dimensions("x_1e300xNaNmm"), None);
        assert_eq!(dimensions("custom_210.1x297mm"), Some((21_010, 29_700)));
    }
}
