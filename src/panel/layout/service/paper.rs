//! Paper on the technician's screen: what is left by the count, and a tap for whoever fills the tray. It stands behind the
//! code: a count that somebody sets for fun sends people away from a full tray.

use super::{Area, Face, Panel, Role, Sheet, Side, Style, say};
use crate::job::paper::Paper;

pub(super) fn lay(sheet: &mut Sheet, panel: &Panel, area: Area) {
    let (m, language) = (sheet.m, sheet.language);
    let paper = panel.tray.paper;
    let left = say::SHEETS.count(language, paper.left().unwrap_or(0).into());
    let (words, ink) = match paper {
        Paper::Unknown => (sheet.say(say::PAPER_UNKNOWN).to_owned(), sheet.p.muted),
        Paper::Empty => (sheet.say(say::PAPER_EMPTY).to_owned(), sheet.p.bad),
        low if low.is_low(panel.settings.low_sheets) => {
            (say::PAPER_LOW.fill(language, &[("left", &left)]), sheet.p.warn)
        }
        Paper::Counted(_) => (say::PAPER_LEFT.fill(language, &[("left", &left)]), sheet.p.ink),
    };
    let line = Area { h: (m.caption * 1.8) as i32, ..area };
    let title = sheet.say(say::PAPER_TITLE);
    let element = sheet.element("paper", Role::Status, format!("{title}: {words}"), line);
    element.value = Some(paper.left().map_or_else(|| "unknown".into(), |sheets| sheets.to_string()));
    let name = line.w * 36 / 100;
    sheet.words(title, Area { w: name - m.gap, ..line }, 1, Style::new(Face::Regular, m.caption * 1.1, sheet.p.muted));
    let value = Area { x: line.x + name, w: line.w - name, ..line };
    sheet.words(&words, value, 1, Style::new(Face::Semibold, m.caption * 1.1, ink));
    let count = |sheets: u32| say::SHEETS.count(language, sheets.into());
    let full = say::PAPER_FULL.fill(language, &[("count", &count(panel.settings.tray_sheets))]);
    let added = say::PAPER_ADDED.fill(language, &[("count", &count(panel.settings.added_sheets))]);
    let buttons = Area { y: line.bottom(), h: area.h - line.h, ..area };
    for (index, (id, label)) in
        [("paper-full", full), ("paper-added", added), ("paper-forget", sheet.say(say::PAPER_FORGET).to_owned())]
            .into_iter()
            .enumerate()
    {
        let area = buttons.column(index as i32, 3, m.apart);
        let enabled = id != "paper-forget" || paper != Paper::Unknown;
        let (edge, ground, ink) = match enabled {
            true => (sheet.p.edge, sheet.p.surface, sheet.p.ink),
            false => (sheet.p.hairline, sheet.p.off, sheet.p.off_ink),
        };
        sheet.edged(area, area.h / 4, (edge, 2), ground);
        sheet.element(id, Role::Button, label.as_str(), area).enabled = enabled;
        sheet.words(&label, area.inset(8, 4), 2, Style::new(Face::Semibold, m.caption, ink).on(Side::Center));
    }
}
