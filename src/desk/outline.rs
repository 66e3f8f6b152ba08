//! Words as the outlines of their letters, in the operators of a PDF page (ISO 32000-1, 8.5): no font has to go with the
//! page, and the kiosk's name is right in any alphabet that our face has.

use std::{fmt::Write as _, sync::LazyLock};

use ab_glyph::{Font as _, FontRef, OutlineCurve, Point};

/// A face that cannot be read draws nothing; a test reads it.
static FACE: LazyLock<Option<FontRef<'static>>> =
    LazyLock::new(|| FontRef::try_from_slice(include_bytes!("../../assets/fonts/golos-text-500.ttf")).ok());

/// Draws `text` from `(x, y)` on, `size` points high, into a page's operators. Returns where it ends.
pub(super) fn words(page: &mut String, text: &str, (x, y): (f32, f32), size: f32) -> f32 {
    let Some(face) = FACE.as_ref() else { return x };
    let scale = size / face.units_per_em().unwrap_or(1_000.0);
    let mut pen = x;
    for symbol in text.chars() {
        let glyph = face.glyph_id(symbol);
        if let Some(outline) = face.outline(glyph) {
            let place = |point: Point| (pen + point.x * scale, y + point.y * scale);
            curves(page, &outline.curves, place);
        }
        pen += face.h_advance_unscaled(glyph) * scale;
    }
    pen
}

fn curves(page: &mut String, curves: &[OutlineCurve], place: impl Fn(Point) -> (f32, f32)) {
    let mut at: Option<Point> = None;
    for curve in curves {
        let (from, to) = match curve {
            OutlineCurve::Line(from, to) | OutlineCurve::Quad(from, _, to) | OutlineCurve::Cubic(from, _, _, to) => {
                (*from, *to)
            }
        };
        if at != Some(from) {
            let (x, y) = place(from);
            let _ = writeln!(page, "{x:.2} {y:.2} m");
        }
        at = Some(to);
        let [a, b] = match curve {
            OutlineCurve::Line(..) => {
                let (x, y) = place(to);
                let _ = writeln!(page, "{x:.2} {y:.2} l");
                continue;
            }
            // A quadratic curve is a cubic one whose handles reach two thirds of the way.
            OutlineCurve::Quad(_, handle, _) => [from, to].map(|end| {
                place(Point { x: end.x + (handle.x - end.x) * 2.0 / 3.0, y: end.y + (handle.y - end.y) * 2.0 / 3.0 })
            }),
            OutlineCurve::Cubic(_, a, b, _) => [*a, *b].map(&place),
        };
        let (x, y) = place(to);
        let _ = writeln!(page, "{:.2} {:.2} {:.2} {:.2} {x:.2} {y:.2} c", a.0, a.1, b.0, b.1);
    }
    page.push_str("f\n");
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn letters_become_paths_in_both_alphabets() {
        let mut page = String::new();
        let end = words(&mut page, "Ёж g", (10.0, 20.0), 12.0);
        assert!((20.0..60.0).contains(&end), "{end}");
        assert_eq!(page.lines().filter(|line| *line == "f").count(), 3, "{page}");
        assert!(page.lines().all(|line| ["m", "l", "c", "f"].iter().any(|end| line.ends_with(end))), "{page}");
    }
}
