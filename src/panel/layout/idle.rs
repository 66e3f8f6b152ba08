//! Idle: how to print, in three steps, and the QR codes to begin with. The codes' cards are in `card`, what the kiosk says
//! of itself along the lower edge in `readiness`.

use super::{
    Ink, Role,
    area::Area,
    parts::{self, Button},
    sheet::{Sheet, Side, Style},
};
use crate::{
    panel::{font::Face, icon, scene::Panel},
    text::{Text, file_size, say},
};

mod card;
mod readiness;

pub(super) fn lay(sheet: &mut Sheet, panel: &Panel, now_ms: u64) {
    brand(sheet, &panel.settings.kiosk_name);
    let m = sheet.m;
    let bottom = readiness::lay(sheet, panel, now_ms) - m.margin * 3 / 4;
    let two = panel.settings.wifi.is_some();
    let whole = Area::new(m.margin, m.top, sheet.screen.w - 2 * m.margin, bottom - m.top);
    let button = Area { y: whole.bottom() - m.button, h: m.button, ..whole };
    if m.tall {
        let y = headline(sheet, whole, 1) + m.gap;
        let steps_h = if two { m.header_h * 3 } else { m.header_h * 15 / 4 };
        let cards = Area { y, h: (button.y - m.gap * 2 - steps_h - m.gap * 2 - y).min(whole.w), ..whole };
        card::lay(sheet, panel, cards, now_ms);
        let y = cards.bottom() + m.gap * 2;
        steps(sheet, panel, Area { y, h: button.y - m.gap * 2 - y, ..whole });
        let label = sheet.say(say::PANEL_ENTER_CODE);
        return Button::primary("enter-code", label, icon::KEYBOARD).lay(sheet, button);
    }
    // A card is as wide as a square QR code and its words below allow.
    let card_w = if two { whole.w * 57 / 100 } else { (whole.h * 84 / 100).min(whole.w * 38 / 100) };
    let cards = Area { x: whole.right() - card_w, w: card_w, ..whole };
    let left = Area { w: whole.w - card_w - m.margin, ..whole };
    let y = headline(sheet, left, if two { 2 } else { 1 });
    steps(sheet, panel, Area { y, h: button.y - y - m.gap * 3 / 2, ..left });
    let label = sheet.say(say::PANEL_ENTER_CODE);
    Button::primary("enter-code", label, icon::KEYBOARD).lay(sheet, Area { w: left.w, ..button });
    card::lay(sheet, panel, cards, now_ms);
}

fn brand(sheet: &mut Sheet, name: &str) {
    let m = sheet.m;
    let mark = Area::new(m.margin, m.header_y, m.header_h, m.header_h);
    let fill = (sheet.p.primary_light, sheet.p.primary);
    sheet.ink(Ink::Box { area: mark, radius: m.header_h * 3 / 10, fill });
    sheet.icon(icon::PRINTER, mark, m.header_h * 11 / 20, sheet.p.on_primary);
    let begin = parts::languages(sheet);
    let x = mark.right() + m.gap * 7 / 5;
    let frame = Area::new(x, m.header_y, begin - x - m.gap, m.header_h);
    let most = m.header_h as f32 * 0.42;
    let style = Style::new(Face::Semibold, m.label.min(most), sheet.p.ink);
    let small = Style::new(Face::Regular, m.caption.min(most * 0.85), sheet.p.muted);
    sheet.text("kiosk-name", Role::Text, name, frame.row(0, 2, 0), 1, style);
    let tagline = sheet.say(say::PANEL_TAGLINE);
    sheet.text("tagline", Role::Text, tagline, frame.row(1, 2, 0), 1, small);
}

/// Title and lead; where they end.
fn headline(sheet: &mut Sheet, area: Area, most: usize) -> i32 {
    let m = sheet.m;
    let title = Style::new(Face::Bold, m.title, sheet.p.ink);
    let words = sheet.say(say::PANEL_IDLE_TITLE);
    let lines = if most > 1 && title.face.width(words, title.size * 0.8) > area.w as f32 { 2 } else { 1 };
    let line = Area { h: (m.title * 1.25) as i32 * lines, ..area };
    sheet.text("heading", Role::Heading, words, line, lines as usize, title);
    if lines > 1 {
        return line.bottom();
    }
    let lead = Style::new(Face::Regular, m.lead, sheet.p.muted);
    let words = sheet.say(say::PANEL_IDLE_LEAD);
    let line = Area { y: line.bottom(), h: (m.lead * 1.4) as i32, ..area };
    sheet.text("lead", Role::Text, words, line, 1, lead);
    line.bottom() + m.gap
}

/// A step's sign, its words long and short, and its note.
type Step = (char, (Text, Text), String);

fn three(sheet: &Sheet, panel: &Panel) -> [Step; 3] {
    let language = sheet.language;
    let size = file_size(language, panel.settings.max_bytes);
    let symbols = say::PANEL_SYMBOLS.count(language, panel.settings.code_length as u64);
    let code = (say::PANEL_STEP_CODE, say::PANEL_STEP_CODE_SHORT);
    let last = (icon::KEYBOARD, code, say::PANEL_STEP_CODE_NOTE.fill(language, &[("symbols", &symbols)]));
    let limit = say::PANEL_STEP_UPLOAD_NOTE.fill(language, &[("size", &size)]);
    if panel.settings.wifi.is_some() {
        let join = (say::PANEL_STEP_JOIN, say::PANEL_STEP_JOIN_SHORT);
        let send = (say::PANEL_STEP_SEND, say::PANEL_STEP_SEND_SHORT);
        let note = sheet.say(say::PANEL_STEP_JOIN_NOTE).to_owned();
        return [(icon::WIFI, join, note), (icon::UPLOAD, send, limit), last];
    }
    let scan = (say::PANEL_STEP_SCAN, say::PANEL_STEP_SCAN_SHORT);
    let note = sheet.say(say::PANEL_STEP_SCAN_NOTE).to_owned();
    let upload = (say::PANEL_STEP_UPLOAD, say::PANEL_STEP_UPLOAD);
    [(icon::SMARTPHONE, scan, note), (icon::UPLOAD, upload, limit), last]
}

fn steps(sheet: &mut Sheet, panel: &Panel, area: Area) {
    let m = sheet.m;
    let side = (area.h / 4).min(m.header_h);
    let x = area.x + side + m.gap * 2;
    let name = Style::new(Face::Semibold, m.label, sheet.p.ink);
    let caption = Style::new(Face::Regular, m.caption, sheet.p.muted);
    let all = three(sheet, panel);
    let room = |text: &str, style: Style| style.face.width(text, style.size) <= (area.right() - x) as f32;
    let (line, small) = ((m.label * 1.25) as i32, (m.caption * 1.3) as i32);
    let long = all.iter().all(|(_, words, _)| room(sheet.say(words.0), name));
    let noted = !m.compact && line + small <= area.h / 3 && all.iter().all(|(_, _, note)| room(note, caption));
    for (index, (sign, words, note)) in all.into_iter().enumerate() {
        let row = area.row(index as i32, 3, 0);
        let disc = Area::new(row.x, row.y + (row.h - side) / 2, side, side);
        if index > 0 {
            let gap = row.h - side;
            let dash = Area::new(disc.x + side / 2 - 1, disc.y - gap + gap / 4, 2, gap / 2);
            sheet.fill(dash, 1, sheet.p.edge);
        }
        if side < m.finger * 2 / 3 {
            // Too small for a sign and a number: the number is what the words speak of.
            number(sheet, index + 1, disc);
        } else {
            sheet.fill(disc, side / 2, sheet.p.tint);
            sheet.icon(sign, disc, side * 2 / 5, sheet.p.accent);
            let badge = (side * 2 / 5).max(m.finger / 3);
            number(sheet, index + 1, Area::new(disc.right() - badge * 3 / 4, disc.y - badge / 8, badge, badge));
        }
        let frame = Area { x, w: area.right() - x, ..row };
        let id = format!("step-{}", index + 1);
        let words = sheet.say(if long { words.0 } else { words.1 });
        if !noted {
            sheet.text(&id, Role::Text, words, frame, 2, name);
            continue;
        }
        let both = frame.middle(frame.w, line + small);
        sheet.text(&id, Role::Text, words, Area { h: line, ..both }, 1, name);
        let below = Area { y: both.y + line, h: small, ..both };
        sheet.text(&format!("{id}-note"), Role::Text, &note, below, 1, caption);
    }
}

/// A number on a disc of the main colour.
fn number(sheet: &mut Sheet, number: usize, badge: Area) {
    sheet.fill(badge, badge.h / 2, sheet.p.primary);
    let digit = Style::new(Face::Bold, badge.h as f32 * 0.7, sheet.p.on_primary).on(Side::Center);
    sheet.words(&number.to_string(), badge, 1, digit);
}
