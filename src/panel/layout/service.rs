//! Service: what a technician asks first, name and value, plainly.

use super::{
    Role,
    area::Area,
    parts,
    sheet::{Sheet, Side, Style},
};
use crate::{
    panel::{font::Face, palette, scene::Panel},
    text::say,
};

mod paper;

/// As many lines as the smallest screen shows.
const MOST_LINES: usize = 9;

pub(super) fn lay(sheet: &mut Sheet, panel: &Panel) {
    let m = sheet.m;
    let left = parts::back(sheet) + m.gap * 2;
    let right = parts::languages(sheet) - m.gap * 2;
    let title = Area::new(left, m.header_y, right - left, m.header_h);
    let words = sheet.say(say::PANEL_SERVICE_TITLE);
    let style = Style::new(Face::Semibold, m.label * 1.1, palette::INK);
    sheet.text("heading", Role::Heading, words, title, 1, style);
    let small = (m.caption * 1.6) as i32;
    let bottom = sheet.screen.h - m.margin / 2 - small;
    let card = Area::new(m.margin, m.top, sheet.screen.w - 2 * m.margin, bottom - m.gap - m.top);
    sheet.edged(card, m.radius * 6 / 7, (palette::HAIRLINE, 1), palette::SURFACE);
    let paper = Area { y: card.bottom() - m.button - m.gap, h: m.button, ..card }.inset(m.gap * 2, 0);
    paper::lay(sheet, panel, paper);
    let inner = Area { h: paper.y - m.gap - card.y, ..card }.inset(m.gap * 2, m.gap / 2);
    if panel.lines.is_empty() {
        let words = sheet.say(say::PANEL_SERVICE_EMPTY);
        let style = Style::new(Face::Regular, m.lead, palette::MUTED).on(Side::Center);
        sheet.text("service-lines", Role::Text, words, inner, 1, style);
    }
    let step = (inner.h / MOST_LINES as i32).max(1);
    for (index, (name, value)) in panel.lines.iter().take(MOST_LINES).enumerate() {
        let row = Area { y: inner.y + index as i32 * step, h: step, ..inner };
        if index > 0 {
            sheet.fill(Area { h: 1, ..row }, 0, palette::HAIRLINE);
        }
        let (name_frame, x) = (Area { w: row.w * 2 / 5, ..row }, row.x + row.w * 2 / 5 + m.gap);
        let value_frame = Area { x, w: row.right() - x, ..row };
        let id = format!("service-{}", index + 1);
        let element = sheet.element(id, Role::Text, name.as_str(), row);
        element.value = Some(value.clone());
        let size = m.caption * 1.1;
        sheet.words(name, name_frame, 1, Style::new(Face::Regular, size, palette::MUTED));
        sheet.words(value, value_frame, 1, Style::new(Face::Medium, size, palette::INK));
    }
    let address = panel.settings.address.as_str();
    let words = say::PANEL_SERVICE_ADMIN.fill(sheet.language, &[("address", address)]);
    super::outcome::small(sheet, "service-admin", &words, Area::new(card.x, bottom, card.w, small));
}
