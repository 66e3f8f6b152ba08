//! Idle: how to print, in three steps, and the QR code to begin with.

use super::{
    Ink, Role,
    area::Area,
    parts::{self, Button},
    sheet::{Sheet, Side, Style},
};
use crate::{
    panel::{
        font::Face,
        icon, palette,
        qr::Modules,
        scene::{Panel, PrinterView},
        words,
    },
    text::{file_size, say},
};

pub(super) fn lay(sheet: &mut Sheet, panel: &Panel, now_ms: u64) {
    brand(sheet, &panel.settings.kiosk_name);
    let m = sheet.m;
    let bottom = sheet.screen.h - m.footer - m.margin * 3 / 4;
    // The card is as wide as a square QR code and its words below allow.
    let card_w = ((bottom - m.top) * 86 / 100).min(sheet.screen.w * 36 / 100);
    let card = Area::new(sheet.screen.w - m.margin - card_w, m.top, card_w, bottom - m.top);
    let left = Area::new(m.margin, m.top, card.x - 2 * m.margin, bottom - m.top);
    instructions(sheet, panel, left);
    qr_card(sheet, panel, card, now_ms);
    footer(sheet, panel, now_ms);
}

fn brand(sheet: &mut Sheet, name: &str) {
    let m = sheet.m;
    let mark = Area::new(m.margin, m.header_y, m.header_h, m.header_h);
    let fill = (palette::PRIMARY_LIGHT, palette::PRIMARY);
    sheet.ink(Ink::Box { area: mark, radius: m.header_h * 3 / 10, fill });
    sheet.icon(icon::PRINTER, mark, m.header_h * 11 / 20, palette::SURFACE);
    let begin = parts::languages(sheet);
    let x = mark.right() + m.gap * 7 / 5;
    let frame = Area::new(x, m.header_y, begin - x - m.gap, m.header_h);
    let style = Style::new(Face::Semibold, m.label * 0.95, palette::INK);
    let small = Style::new(Face::Regular, m.caption, palette::MUTED);
    sheet.text("kiosk-name", Role::Text, name, frame.row(0, 2, 0), 1, style);
    let tagline = sheet.say(say::PANEL_TAGLINE);
    sheet.text("tagline", Role::Text, tagline, frame.row(1, 2, 0), 1, small);
}

fn instructions(sheet: &mut Sheet, panel: &Panel, area: Area) {
    let m = sheet.m;
    let title = Style::new(Face::Bold, m.title, palette::INK);
    let words = sheet.say(say::PANEL_IDLE_TITLE);
    let mut y = area.y - m.gap / 2;
    let line = Area { y, h: (m.title * 1.3) as i32, ..area };
    sheet.text("heading", Role::Heading, words, line, 1, title);
    y = line.bottom();
    let lead = Style::new(Face::Regular, m.lead, palette::MUTED);
    let words = sheet.say(say::PANEL_IDLE_LEAD);
    let line = Area { y, h: (m.lead * 1.4) as i32, ..area };
    sheet.text("lead", Role::Text, words, line, 1, lead);
    let button = Area { y: area.bottom() - m.button, h: m.button, ..area };
    let top = line.bottom() + m.gap;
    steps(sheet, panel, Area { y: top, h: button.y - top - m.gap * 2, ..area });
    let label = sheet.say(say::PANEL_ENTER_CODE);
    Button::primary("enter-code", label, icon::KEYBOARD).lay(sheet, button);
}

fn steps(sheet: &mut Sheet, panel: &Panel, area: Area) {
    let (m, language) = (sheet.m, sheet.language);
    let brief = m.compact || sheet.large;
    let size = file_size(language, panel.settings.max_bytes);
    let symbols = say::PANEL_SYMBOLS.count(language, panel.settings.code_length as u64);
    let (scan, code) = match brief {
        true => (say::PANEL_STEP_SCAN_SHORT, say::PANEL_STEP_CODE_SHORT),
        false => (say::PANEL_STEP_SCAN, say::PANEL_STEP_CODE),
    };
    let three = [
        (icon::SMARTPHONE, scan, say::PANEL_STEP_SCAN_NOTE.get(language).to_owned()),
        (icon::UPLOAD, say::PANEL_STEP_UPLOAD, say::PANEL_STEP_UPLOAD_NOTE.fill(language, &[("size", &size)])),
        (icon::KEYBOARD, code, say::PANEL_STEP_CODE_NOTE.fill(language, &[("symbols", &symbols)])),
    ];
    let side = (area.h / 4).min(m.header_h * 27 / 25);
    for (index, (sign, name, note)) in three.into_iter().enumerate() {
        let row = area.row(index as i32, 3, 0);
        let disc = Area::new(row.x, row.y + (row.h - side) / 2, side, side);
        if index > 0 {
            let gap = row.h - side;
            let dash = Area::new(disc.x + side / 2 - 1, disc.y - gap + 5, 2, gap - 10);
            sheet.fill(dash, 1, palette::EDGE);
        }
        sheet.fill(disc, side / 2, palette::TINT);
        sheet.icon(sign, disc, side * 2 / 5, palette::PRIMARY);
        let badge = Area::new(disc.right() - side * 3 / 10, disc.y - side / 20, side * 2 / 5, side * 2 / 5);
        sheet.fill(badge, badge.h / 2, palette::PRIMARY);
        let digit = Style::new(Face::Bold, badge.h as f32 * 0.62, palette::SURFACE).on(Side::Center);
        sheet.words(&(index + 1).to_string(), badge, 1, digit);
        let x = disc.right() + m.gap * 2;
        let frame = Area { x, w: area.right() - x, ..row };
        let style = Style::new(Face::Semibold, m.label * if brief { 1.1 } else { 1.0 }, palette::INK);
        let id = format!("step-{}", index + 1);
        if brief {
            sheet.text(&id, Role::Text, sheet.say(name), frame, 2, style);
            continue;
        }
        let (line, small) = ((m.label * 1.3) as i32, (m.caption * 1.35) as i32);
        let both = frame.middle(frame.w, line + small);
        sheet.text(&id, Role::Text, sheet.say(name), Area { h: line, ..both }, 1, style);
        let caption = Style::new(Face::Regular, m.caption, palette::MUTED);
        let below = Area { y: both.y + line, h: small, ..both };
        sheet.text(&format!("{id}-note"), Role::Text, &note, below, 1, caption);
    }
}

fn qr_card(sheet: &mut Sheet, panel: &Panel, card: Area, now_ms: u64) {
    let (m, language) = (sheet.m, sheet.language);
    sheet.card(card);
    let center = |face, size, color| Style::new(face, size, color).on(Side::Center);
    let address_h = (m.label * 1.5) as i32;
    let (caption_h, small_h) = ((m.caption * 1.5) as i32, if m.compact { 0 } else { (m.caption * 1.4) as i32 });
    let words_h = caption_h + address_h + 16 + small_h;
    // Above the code stands as much white as a scanner wants, below it the words begin at once.
    let space = Area { y: card.y + m.gap * 2, h: card.h - words_h - m.gap * 4, ..card }.inset(m.gap * 2, 0);
    let live = panel.qr.as_ref().filter(|qr| qr.until_ms > now_ms);
    match live.and_then(|qr| Modules::encode(&qr.url)) {
        Some(modules) => {
            let side = modules.fitted(space.w.min(space.h));
            let area = space.middle(side, side);
            let label = sheet.say(say::PANEL_QR);
            sheet.element("qr", Role::Image, label, area);
            sheet.ink(Ink::Qr { area, modules });
        }
        None => {
            let words = sheet.say(say::PANEL_QR_SOON);
            sheet.text("qr", Role::Status, words, space, 2, center(Face::Regular, m.lead, palette::MUTED));
        }
    }
    let inner = card.inset(m.gap * 2, 0);
    let mut y = card.bottom() - words_h - m.gap * 3 / 2;
    let words = sheet.say(say::PANEL_OR_OPEN);
    let line = Area { y, h: caption_h, ..inner };
    sheet.text("or-open", Role::Text, words, line, 1, center(Face::Regular, m.caption, palette::MUTED));
    y = line.bottom();
    let line = Area { y, h: address_h, ..inner };
    let style = center(Face::Bold, m.label * 1.2, palette::INK);
    sheet.text("address", Role::Text, &panel.settings.address, line, 1, style);
    let Some(qr) = live else { return };
    let left = qr.until_ms.saturating_sub(now_ms);
    let whole = qr.until_ms.saturating_sub(qr.from_ms).max(1);
    let bar = Area { y: line.bottom() + 6, h: 6, ..inner };
    sheet.fill(bar, 3, palette::OFF);
    let part = (f64::from(bar.w) * left.min(whole) as f64 / whole as f64) as i32;
    sheet.fill(Area { w: part.max(6), ..bar }, 3, palette::PRIMARY_LIGHT);
    let seconds = left.div_ceil(1_000);
    let time = format!("{}:{:02}", seconds / 60, seconds % 60);
    let label = say::PANEL_NEW_QR_IN.fill(language, &[("time", &time)]);
    sheet.element("qr-time", Role::Progress, label.as_str(), bar).value = Some(time);
    if !m.compact {
        let frame = Area { y: bar.bottom() + 4, h: small_h, ..inner };
        sheet.words(&label, frame, 1, center(Face::Medium, m.caption * 0.88, palette::MUTED));
    }
}

fn footer(sheet: &mut Sheet, panel: &Panel, now_ms: u64) {
    let (m, language) = (sheet.m, sheet.language);
    let bar = Area::new(0, sheet.screen.h - m.footer, sheet.screen.w, m.footer);
    sheet.fill(bar, 0, palette::SURFACE);
    sheet.fill(Area { h: 1, ..bar }, 0, palette::HAIRLINE);
    let side = m.footer.min(m.header_h);
    let service = Area::new(bar.right() - m.margin - side, bar.y + (bar.h - side) / 2, side, side);
    let label = sheet.say(say::PANEL_SERVICE);
    sheet.element("service", Role::Button, label, service);
    sheet.icon(icon::SETTINGS, service, side / 2, palette::MUTED);
    let clock = Area::new(service.x - m.button - m.gap, bar.y, m.button, bar.h);
    let minutes = (now_ms / 60_000) as i64 + i64::from(panel.settings.utc_offset_minutes);
    let (hour, minute) = (minutes.div_euclid(60).rem_euclid(24), minutes.rem_euclid(60));
    let time = format!("{hour}:{minute:02}");
    let words = sheet.say(say::PANEL_CLOCK);
    sheet.element("clock", Role::Status, words, clock).value = Some(time.clone());
    sheet.digits(&time, clock, Style::new(Face::Bold, m.lead.min(m.footer as f32 * 0.4), palette::INK).on(Side::Right));
    let (sign, look, words) = match &panel.printer {
        PrinterView::Ready(_) => {
            (icon::CIRCLE_CHECK, (palette::GOOD, palette::GOOD_TINT), sheet.say(say::PANEL_PRINTER_READY).to_owned())
        }
        PrinterView::Unknown => {
            (icon::PRINTER, (palette::MUTED, palette::GROUND), sheet.say(say::PANEL_PRINTER_UNKNOWN).to_owned())
        }
        PrinterView::Fault(fault, _) => {
            (icon::TRIANGLE_ALERT, (palette::WARN, palette::WARN_TINT), fault.title(language))
        }
    };
    let media = say::PANEL_PAPER.fill(language, &[("media", &panel.offer().media)]);
    let kept = say::PANEL_KEPT.fill(language, &[("time", &words::period(panel.settings.storage_hours, language))]);
    let quiet = (palette::MUTED, palette::GROUND);
    let height = m.footer * 9 / 14;
    let end = clock.x - m.gap;
    let mut x = m.margin;
    for (id, text, sign, look) in [
        ("printer-status", words, sign, look),
        ("paper-status", media, icon::FILE_TEXT, quiet),
        ("kept-status", kept, icon::SHIELD_CHECK, quiet),
    ] {
        let place = Area::new(x, bar.y + (bar.h - height) / 2 + 1, end - x, height);
        if let Some(right) = parts::chip(sheet, id, &text, sign, place, look) {
            x = right + m.gap;
        }
    }
}
