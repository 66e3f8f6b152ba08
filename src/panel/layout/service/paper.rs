//! Paper on the technician's screen: what is left by the count, and a tap for whoever fills the tray. Nobody is asked who
//! they are: a count that is too high refuses nobody, and filling trays is everybody's good deed.

use super::{Area, Face, Panel, Role, Sheet, Side, Style, palette, say};
use crate::job::paper::Paper;

pub(super) fn lay(sheet: &mut Sheet, panel: &Panel, row: Area) {
    let (m, language) = (sheet.m, sheet.language);
    sheet.fill(Area { y: row.y - m.gap / 2, h: 1, ..row }, 0, palette::HAIRLINE);
    let paper = panel.tray.paper;
    let left = say::SHEETS.count(language, paper.left().unwrap_or(0).into());
    let (words, ink) = match paper {
        Paper::Unknown => (sheet.say(say::PAPER_UNKNOWN).to_owned(), palette::MUTED),
        Paper::Empty => (sheet.say(say::PAPER_EMPTY).to_owned(), palette::BAD),
        low if low.is_low(panel.settings.low_sheets) => {
            (say::PAPER_LOW.fill(language, &[("left", &left)]), palette::WARN)
        }
        Paper::Counted(_) => (say::PAPER_LEFT.fill(language, &[("left", &left)]), palette::INK),
    };
    let name = Area { w: row.w * 26 / 100, ..row };
    let title = sheet.say(say::PAPER_TITLE);
    let element = sheet.element("paper", Role::Status, format!("{title}: {words}"), name);
    element.value = Some(paper.left().map_or_else(|| "unknown".into(), |sheets| sheets.to_string()));
    let (upper, lower) = (Area { h: row.h / 2, ..name }, Area { y: row.y + row.h / 2, h: row.h / 2, ..name });
    sheet.words(title, upper, 1, Style::new(Face::Regular, m.caption, palette::MUTED));
    sheet.words(&words, lower, 1, Style::new(Face::Semibold, m.caption * 1.1, ink));
    let count = |sheets: u32| say::SHEETS.count(language, sheets.into());
    let full = say::PAPER_FULL.fill(language, &[("count", &count(panel.settings.tray_sheets))]);
    let added = say::PAPER_ADDED.fill(language, &[("count", &count(panel.settings.added_sheets))]);
    let buttons = Area { x: name.right() + m.gap, w: row.w - name.w - m.gap, ..row };
    for (index, (id, label)) in
        [("paper-full", full), ("paper-added", added), ("paper-forget", sheet.say(say::PAPER_FORGET).to_owned())]
            .into_iter()
            .enumerate()
    {
        let area = buttons.column(index as i32, 3, m.gap).inset(0, 3);
        let enabled = id != "paper-forget" || paper != Paper::Unknown;
        let (edge, ground, ink) = match enabled {
            true => (palette::EDGE, palette::SURFACE, palette::INK),
            false => (palette::HAIRLINE, palette::OFF, palette::OFF_INK),
        };
        sheet.edged(area, area.h / 4, (edge, 2), ground);
        sheet.element(id, Role::Button, label.as_str(), area).enabled = enabled;
        sheet.words(&label, area.inset(10, 4), 2, Style::new(Face::Semibold, m.caption, ink).on(Side::Center));
    }
}
