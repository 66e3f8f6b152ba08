//! Scenes of few words: starting, "are you still here?", and a kiosk that cannot print.

use super::{
    Ink, Role,
    area::Area,
    outcome,
    parts::{self, Button, Message},
    sheet::{Sheet, Side, Style},
};
use crate::{
    panel::{font::Face, icon, scene::Panel},
    text::say,
};

pub(super) fn splash(sheet: &mut Sheet, panel: &Panel) {
    let m = sheet.m;
    let side = m.button * 2;
    let block = sheet.screen.middle(sheet.screen.w - 2 * m.margin, side + m.gap * 4 + (m.title * 2.4) as i32);
    let mark = Area { h: side, ..block }.middle(side, side);
    sheet.shadow(mark, side * 3 / 10, 28);
    let fill = (sheet.p.primary_light, sheet.p.primary);
    sheet.ink(Ink::Box { area: mark, radius: side * 3 / 10, fill });
    sheet.icon(icon::PRINTER, mark, side * 11 / 20, sheet.p.on_primary);
    let name = Area { y: mark.bottom() + m.gap * 3, h: (m.title * 1.3) as i32, ..block };
    let style = Style::new(Face::Bold, m.title, sheet.p.ink).on(Side::Center);
    sheet.text("heading", Role::Heading, &panel.settings.kiosk_name, name, 1, style);
    let line = Area { y: name.bottom(), h: (m.lead * 1.5) as i32, ..block };
    let words = sheet.say(say::PANEL_STARTING);
    let style = Style::new(Face::Regular, m.lead, sheet.p.muted).on(Side::Center);
    sheet.text("starting", Role::Status, words, line, 1, style);
}

pub(super) fn timeout(sheet: &mut Sheet, panel: &Panel, now_ms: u64) {
    let m = sheet.m;
    let left = panel.clears_in(now_ms);
    let whole = panel.settings.warn_seconds.max(1).saturating_mul(1_000);
    let most = sheet.screen.w - 2 * m.margin;
    let width = if m.tall { most } else { (sheet.screen.w * 4 / 5).min(most) };
    let card = sheet.screen.middle(width, (sheet.screen.h - 3 * m.margin).min(width * 3 / 2));
    sheet.card(card);
    let inner = card.inset(m.margin, m.margin);
    let square = Area { h: (inner.h * 3 / 10).min(inner.w * 2 / 3), ..inner };
    let square = square.middle(square.h, square.h);
    let stroke = (square.h / 13).max(8);
    let part = left.min(whole) as f32 / whole as f32;
    sheet.ink(Ink::Ring { area: square, stroke, part: 1.0, color: sheet.p.hairline });
    sheet.ink(Ink::Ring { area: square, stroke, part, color: sheet.p.accent });
    let seconds = left.div_ceil(1_000).to_string();
    let label = sheet.say(say::PANEL_SECONDS_LEFT);
    sheet.element("countdown", Role::Progress, label, square).value = Some(seconds.clone());
    let size = (square.h as f32 * 0.36).min(square.w as f32 / seconds.len().max(1) as f32);
    sheet.digits(&seconds, square, Style::new(Face::Bold, size, sheet.p.ink).on(Side::Center));
    let height = parts::buttons_height(sheet, 2);
    let button = Area { y: inner.bottom() - height, h: height, ..inner };
    let (title, lead) = (sheet.say(say::PANEL_TIMEOUT_TITLE), sheet.say(say::PANEL_TIMEOUT_LEAD));
    let message = Message { icon: icon::CLOCK, look: (sheet.p.ink, sheet.p.ink), title, lead, second: "" };
    let top = square.bottom() + m.gap;
    let room = Area { y: top, h: button.y - m.gap - top, ..inner };
    let spare = ((room.h - message.height(sheet, room)) / 2).max(0);
    message.say(sheet, room.down(spare));
    let (finish, stay) = (sheet.say(say::PANEL_FINISH), sheet.say(say::PANEL_STAY));
    let finish = Button::plain("finish", finish, icon::CROSS);
    parts::buttons(sheet, button, [finish, Button::primary("stay", stay, icon::CHECK)]);
}

pub(super) fn out_of_order(sheet: &mut Sheet, panel: &Panel) {
    parts::languages(sheet);
    let (message, row, line) = outcome::places(sheet, 1);
    let (title, lead) = (sheet.say(say::PANEL_OUT_TITLE), sheet.say(say::PANEL_OUT_LEAD));
    let look = (sheet.p.warn, sheet.p.warn_tint);
    Message { icon: icon::PRINTER, look, title, lead, second: "" }.lay(sheet, message);
    let label = sheet.say(say::PANEL_SERVICE);
    parts::buttons(sheet, row, [Button::plain("service", label, icon::SETTINGS)]);
    outcome::small(sheet, "kiosk-name", &panel.settings.kiosk_name, line);
}
