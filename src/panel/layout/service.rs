//! Service: the technician's side. Behind the code a tab for each question a technician has, large enough for a gloved
//! finger; at the left of wide screens, in two rows below on tall ones.

use super::{
    Role,
    area::Area,
    parts,
    sheet::{Sheet, Side, Style},
};
use crate::{
    panel::{
        font::Face,
        icon,
        scene::{
            Panel,
            desk::{Calibration, Page},
        },
    },
    text::{Text, say},
};

mod cross;
mod device;
mod lock;
mod log;
mod paper;
mod printer;
mod record;
mod restart;
mod rows;
mod screen;

pub(super) fn lay(sheet: &mut Sheet, panel: &Panel, now_ms: u64) {
    if let Some(at) = panel.cross() {
        return cross::lay(sheet, panel, at);
    }
    let left = parts::back(sheet);
    let right = parts::languages(sheet);
    let title = parts::title_frame(sheet, left, right);
    let m = sheet.m;
    let words = sheet.say(say::PANEL_SERVICE_TITLE);
    let style = Style::new(Face::Semibold, m.label * 1.1, sheet.p.ink);
    sheet.text("heading", Role::Heading, words, title, 2, style);
    let bottom = sheet.screen.h - m.margin / 2;
    let whole = Area::new(m.margin, m.top, sheet.screen.w - 2 * m.margin, bottom - m.top);
    if !panel.desk.open {
        return lock::lay(sheet, panel, whole, now_ms);
    }
    let (place, content) = if m.tall {
        let h = 2 * m.finger + m.apart;
        // For the thumb.
        let y = whole.bottom() - h;
        (Area { y, h, ..whole }, Area { h: y - m.gap * 2 - whole.y, ..whole })
    } else {
        let w = whole.w * 31 / 100;
        let x = whole.x + w + m.gap * 2;
        (Area { w, ..whole }, Area { x, w: whole.right() - x, ..whole })
    };
    tabs(sheet, panel.desk.page, place);
    sheet.edged(content, m.radius * 6 / 7, (sheet.p.hairline, 1), sheet.p.surface);
    let inner = content.inset(m.gap * 2, m.gap * 3 / 2);
    match panel.desk.page {
        Page::Printer => printer::lay(sheet, panel, inner),
        Page::Network => device::network(sheet, panel, inner),
        Page::Members => device::members(sheet, panel, inner),
        Page::Device => device::device(sheet, panel, inner),
        Page::Screen => match panel.desk.calibration {
            Some(Calibration::Tried { until_ms }) => screen::tried(sheet, until_ms.saturating_sub(now_ms), inner),
            _ => screen::lay(sheet, panel, inner),
        },
        Page::Restart => restart::lay(sheet, panel, inner),
        Page::Log => log::lay(sheet, panel, inner),
        Page::Record => record::lay(sheet, panel, inner),
    }
}

fn face(page: Page) -> (Text, char) {
    match page {
        Page::Printer => (say::DESK_TAB_PRINTER, icon::PRINTER),
        Page::Network => (say::DESK_TAB_NETWORK, icon::WIFI),
        Page::Members => (say::DESK_TAB_MEMBERS, icon::USERS),
        Page::Device => (say::DESK_TAB_DEVICE, icon::HARD_DRIVE),
        Page::Screen => (say::DESK_TAB_SCREEN, icon::SUN),
        Page::Restart => (say::DESK_TAB_RESTART, icon::POWER),
        Page::Log => (say::DESK_TAB_LOG, icon::FILE_TEXT),
        Page::Record => (say::DESK_TAB_RECORD, icon::QR_CODE),
    }
}

fn tabs(sheet: &mut Sheet, chosen: Page, area: Area) {
    let m = sheet.m;
    let columns = if m.tall { 4 } else { 2 };
    let rows = (Page::ALL.len() as i32 + columns - 1) / columns;
    for (index, page) in Page::ALL.into_iter().enumerate() {
        let index = index as i32;
        let tab = area.row(index / columns, rows, m.apart).column(index % columns, columns, m.apart);
        let (name, sign) = face(page);
        let name = sheet.say(name);
        let on = page == chosen;
        let (edge, ground, ink) = match on {
            true => (sheet.p.primary, sheet.p.primary, sheet.p.on_primary),
            false => (sheet.p.edge, sheet.p.surface, sheet.p.ink),
        };
        sheet.edged(tab, (tab.h / 4).clamp(4, 16), (edge, 2), ground);
        sheet.element(page.id(), Role::Button, name, tab).value = Some(if on { "on" } else { "off" }.into());
        let face = if on { Face::Bold } else { Face::Medium };
        let words = Style::new(face, m.caption, ink).on(Side::Center);
        let side = tab.h * 2 / 5;
        if m.tall || side < 20 {
            sheet.words(name, tab.inset(4, 2), 1, words);
            continue;
        }
        let line = (m.caption * 1.5) as i32;
        let both = tab.middle(tab.w, side.min(44) + line);
        sheet.icon(sign, Area { h: side.min(44), ..both }, side.min(44) * 9 / 10, ink);
        sheet.words(name, Area { y: both.bottom() - line, h: line, ..both }.inset(4, 0), 1, words);
    }
}
