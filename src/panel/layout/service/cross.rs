//! A cross to tap, and nothing else that could be tapped.

use super::{Area, Face, Panel, Role, Sheet, Side, Style, say};
use crate::panel::scene::desk::Calibration;

pub(super) fn lay(sheet: &mut Sheet, panel: &Panel, (x, y): (i32, i32)) {
    let arm = (sheet.m.button / 2).max(20);
    let index = match &panel.desk.calibration {
        Some(Calibration::Crosses { taps, .. }) => taps.len() + 1,
        _ => 1,
    };
    let words = say::DESK_CROSS.fill(sheet.language, &[("index", &index.to_string()), ("of", "5")]);
    sheet.fill(Area::new(x - arm, y - 1, 2 * arm + 1, 3), 0, sheet.p.ink);
    sheet.fill(Area::new(x - 1, y - arm, 3, 2 * arm + 1), 0, sheet.p.ink);
    let ring = Area::new(x - arm / 2, y - arm / 2, arm / 2 * 2 + 1, arm / 2 * 2 + 1);
    sheet.ink(super::super::Ink::Ring { area: ring, stroke: 3, part: 1.0, color: sheet.p.primary });
    let place = Area::new(x - arm, y - arm, 2 * arm + 1, 2 * arm + 1);
    let whole = sheet.screen;
    let fits = Area::new(place.x.max(0), place.y.max(0), place.w.min(whole.w), place.h.min(whole.h));
    sheet.element("cross", Role::Image, words.as_str(), fits).value = Some(format!("{x} {y}"));
    // Between the rows of crosses.
    let line = Area { y: whole.h * 26 / 100, h: whole.h * 12 / 100, ..whole }.inset(sheet.m.margin, 0);
    let style = Style::new(Face::Semibold, sheet.m.lead, sheet.p.ink).on(Side::Center);
    sheet.text("heading", Role::Heading, &words, line, 1, style);
}
