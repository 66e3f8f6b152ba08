//! Printing: how far it is, sheet by sheet, and what the printer waits for.

use super::{
    Ink, Role,
    area::Area,
    parts::{self, Button, Message},
    sheet::Sheet,
};
use crate::{
    panel::{
        icon,
        scene::{Panel, Printing},
    },
    text::say,
};

/// So many sides are shown one by one; more are only counted.
const MOST_SIDES: u32 = 24;

pub(super) fn lay(sheet: &mut Sheet, panel: &Panel, printing: &Printing) {
    let m = sheet.m;
    parts::languages(sheet);
    let most = sheet.screen.w - 2 * m.margin;
    let width = if m.tall { most } else { (sheet.screen.w * 3 / 4).min(most) };
    let height = sheet.screen.h - m.top - m.margin;
    let card = Area::new((sheet.screen.w - width) / 2, m.top, width, height);
    sheet.card(card);
    let inner = card.inset(m.margin, m.gap * 2);
    let button = Area { y: inner.bottom() - m.button, h: m.button, ..inner };
    let (title, lead) = words(sheet, printing);
    let (look, second) = ((sheet.p.ink, sheet.p.ink), file_of(sheet, panel));
    let message = Message { icon: ' ', look, title: &title, lead, second: &second };
    let wanted = message.height(sheet, Area { h: parts::UNBOUNDED, ..inner });
    let circle = Area { h: (inner.h * if m.tall { 36 } else { 30 } / 100).min(inner.w * 3 / 4), ..inner };
    let gap = m.gap * 3 / 2;
    // The words come first; the ring makes room, and where that is not enough the small sheets do.
    let free = button.y - gap * 2 - inner.y - wanted;
    let sides = rows_of(printing.of, m.header_h * 2 / 5, inner.w);
    let sides = sides.filter(|_| free >= m.header_h * 2 / 5 + gap + m.header_h);
    let taken = if sides.is_some() { m.header_h * 2 / 5 + gap } else { 0 };
    let circle = Area { h: circle.h.min(free - taken).max(m.header_h), ..circle };
    let spared = if sides.is_some() { m.header_h * 2 / 5 + gap } else { 0 };
    let room = Area { y: 0, h: button.y - gap - spared - gap - circle.h - inner.y, ..inner };
    // What is left over goes between the parts.
    let spare = ((room.h - message.height(sheet, room)) / 4).max(0);
    let circle = circle.down(spare);
    ring(sheet, printing, circle);
    let end = message.say(sheet, Area { y: circle.bottom() + gap + spare, ..room });
    if let Some((row_h, step)) = sides {
        let row = Area { y: end + (button.y - end - row_h) / 2, h: row_h, ..inner };
        one_by_one(sheet, printing, row, step);
    }
    let label = sheet.say(say::PANEL_CANCEL);
    parts::buttons(sheet, button, [Button::plain("cancel", label, icon::CROSS).when(!printing.canceling)]);
}

/// Which of several files it is.
fn file_of(sheet: &Sheet, panel: &Panel) -> String {
    let before = panel.came_out.jobs.len();
    let all = before + 1 + panel.following.len();
    let (number, of) = ((before + 1).to_string(), all.to_string());
    if all < 2 {
        return String::new();
    }
    say::PANEL_FILE_OF.fill(sheet.language, &[("number", &number), ("of", &of)])
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
    let stroke = (square.h / 13).max(4);
    let part = f64::from(printing.impressions.unwrap_or(0)) / f64::from(printing.of.max(1));
    let (sign, ink) = match printing.fault {
        Some(_) => (icon::TRIANGLE_ALERT, sheet.p.warn),
        None => (icon::PRINTER, sheet.p.accent),
    };
    sheet.ink(Ink::Ring { area: square, stroke, part: 1.0, color: sheet.p.hairline });
    sheet.ink(Ink::Ring { area: square, stroke, part: part as f32, color: ink });
    sheet.icon(sign, square, square.h / 3, ink);
    let (count, of) = (printing.impressions.unwrap_or(0).to_string(), printing.of.to_string());
    let label = say::PANEL_SIDES_OUT.fill(language, &[("count", &count), ("of", &of)]);
    sheet.element("progress", Role::Progress, label, square).value = Some(format!("{count}/{of}"));
}

/// Height of the row of small sheets and the step from one to the next, when so many of them have room side by side.
fn rows_of(count: u32, height: i32, width: i32) -> Option<(i32, i32)> {
    let step = height * 11 / 10;
    (count <= MOST_SIDES && step * count as i32 <= width).then_some((height, step))
}

/// A small sheet for each side: those that came out are filled.
fn one_by_one(sheet: &mut Sheet, printing: &Printing, row: Area, step: i32) {
    let width = row.h * 7 / 10;
    let count = printing.of as i32;
    let place = row.middle(step * (count - 1) + width, row.h);
    for index in 0..count {
        let area = Area { x: place.x + index * step, w: width, ..place };
        let out = (index as u32) < printing.impressions.unwrap_or(0);
        let inside = if out { sheet.p.accent } else { sheet.p.surface };
        let edge = if out { sheet.p.accent } else { sheet.p.edge };
        sheet.edged(area, 3, (edge, 2), inside);
    }
}
