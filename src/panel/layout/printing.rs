//! Printing: how far it is, sheet by sheet, and what the printer waits for.

use super::{
    Ink, Role,
    area::Area,
    parts::{self, Button, Message},
    sheet::Sheet,
};
use crate::{
    panel::{
        icon, palette,
        scene::{Panel, Printing},
    },
    text::say,
};

/// So many sides are shown one by one; more are only counted.
const MOST_SIDES: u32 = 24;

pub(super) fn lay(sheet: &mut Sheet, _panel: &Panel, printing: &Printing) {
    let m = sheet.m;
    parts::languages(sheet);
    let width = (sheet.screen.w * 2 / 3).max(600).min(sheet.screen.w - 2 * m.margin);
    let height = sheet.screen.h - m.top - m.margin * 3 / 2;
    let card = Area::new((sheet.screen.w - width) / 2, m.top, width, height);
    sheet.card(card);
    let inner = card.inset(m.margin, m.gap * 5 / 2);
    let button = Area { y: inner.bottom() - m.button * 8 / 9, h: m.button * 8 / 9, ..inner };
    let (title, lead) = words(sheet, printing);
    let message = Message { icon: ' ', look: (palette::INK, palette::INK), title: &title, lead, second: "" };
    let circle = Area { h: inner.h * 31 / 100, ..inner };
    let sides = if printing.of > MOST_SIDES { 0 } else { m.header_h * 2 / 5 };
    let gap = m.gap * 3 / 2;
    let top = circle.bottom() + gap;
    let room = Area { y: top, h: button.y - gap - sides - gap - top, ..inner };
    // What is left over goes between the parts.
    let spare = ((room.h - message.height(sheet, room)) / 3).max(0);
    ring(sheet, printing, circle);
    let end = message.say(sheet, room.down(spare));
    if sides > 0 {
        one_by_one(sheet, printing, Area { y: end + (button.y - end - sides) / 2, h: sides, ..inner });
    }
    let label = sheet.say(say::PANEL_CANCEL);
    parts::buttons(sheet, button, [Button::plain("cancel", label, icon::CROSS).when(!printing.canceling)]);
}

/// What happens now, and what to do meanwhile.
fn words(sheet: &Sheet, printing: &Printing) -> (String, &'static str) {
    let out = printing.impressions.unwrap_or(0);
    let (page, of) = ((out + 1).min(printing.of).to_string(), printing.of.to_string());
    let near = sheet.say(say::PANEL_STAY_NEAR);
    match (&printing.fault, printing.impressions) {
        _ if printing.canceling => (sheet.say(say::PANEL_CANCELING).to_owned(), near),
        (Some(fault), _) => (fault.title(sheet.language), fault.advice(sheet.language)),
        (None, None) => (sheet.say(say::PANEL_SENDING).to_owned(), near),
        (None, Some(out)) if out >= printing.of => (sheet.say(say::PANEL_PRINTING_LAST).to_owned(), near),
        _ => (say::PANEL_PRINTING_PAGE.fill(sheet.language, &[("page", &page), ("of", &of)]), near),
    }
}

fn ring(sheet: &mut Sheet, printing: &Printing, space: Area) {
    let language = sheet.language;
    let square = space.middle(space.h, space.h);
    let stroke = (square.h / 13).max(8);
    let part = f64::from(printing.impressions.unwrap_or(0)) / f64::from(printing.of.max(1));
    let (sign, ink) = match printing.fault {
        Some(_) => (icon::TRIANGLE_ALERT, palette::WARN),
        None => (icon::PRINTER, palette::PRIMARY_LIGHT),
    };
    sheet.ink(Ink::Ring { area: square, stroke, part: 1.0, color: palette::HAIRLINE });
    sheet.ink(Ink::Ring { area: square, stroke, part: part as f32, color: ink });
    sheet.icon(sign, square, square.h / 3, ink);
    let (count, of) = (printing.impressions.unwrap_or(0).to_string(), printing.of.to_string());
    let label = say::PANEL_SIDES_OUT.fill(language, &[("count", &count), ("of", &of)]);
    sheet.element("progress", Role::Progress, label, square).value = Some(format!("{count}/{of}"));
}

/// A small sheet for each side: those that came out are filled.
fn one_by_one(sheet: &mut Sheet, printing: &Printing, row: Area) {
    let (width, gap) = (row.h * 7 / 10, row.h * 2 / 5);
    let count = printing.of as i32;
    let place = row.middle(width * count + gap * (count - 1), row.h);
    for index in 0..count {
        let area = Area { x: place.x + index * (width + gap), w: width, ..place };
        let out = (index as u32) < printing.impressions.unwrap_or(0);
        let inside = if out { palette::PRIMARY_LIGHT } else { palette::SURFACE };
        let edge = if out { palette::PRIMARY_LIGHT } else { palette::EDGE };
        sheet.edged(area, 3, (edge, 2), inside);
    }
}
