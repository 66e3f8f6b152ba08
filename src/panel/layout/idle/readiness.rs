//! What the kiosk says of itself along the lower edge: printer, paper, members, how long documents are kept, the time.

use super::super::{
    Role,
    area::Area,
    parts,
    sheet::{Sheet, Side, Style},
};
use crate::{
    job::paper::Paper,
    panel::{
        canvas::Argb,
        font::Face,
        icon,
        scene::{Panel, PrinterView},
        words,
    },
    text::say,
};

/// A chip: its id, words, sign, and colours.
type Chip = (&'static str, String, char, (Argb, Argb));

/// Draws it; where it begins. A screen on its end has two rows of words.
pub(super) fn lay(sheet: &mut Sheet, panel: &Panel, now_ms: u64) -> i32 {
    let m = sheet.m;
    let rows = if m.tall { 2 } else { 1 };
    let row_h = m.footer;
    let bar = Area::new(0, sheet.screen.h - row_h * rows, sheet.screen.w, row_h * rows);
    sheet.fill(bar, 0, sheet.p.surface);
    sheet.fill(Area { h: 1, ..bar }, 0, sheet.p.hairline);
    let last = Area { y: bar.bottom() - row_h, h: row_h, ..bar };
    let side = m.footer.min(m.finger);
    let service = Area { x: bar.right() - m.margin - side, w: side, ..last }.middle(side, side);
    let label = sheet.say(say::PANEL_SERVICE);
    sheet.element("service", Role::Button, label, service);
    sheet.icon(icon::SETTINGS, service, side / 2, sheet.p.muted);
    let clock = Area { x: service.x - m.header_h * 8 / 5 - m.gap, w: m.header_h * 8 / 5, ..last };
    time(sheet, panel, clock, now_ms);
    let height = row_h * 9 / 14;
    let (mut row, mut x) = (0, m.margin);
    for (id, text, sign, look) in chips(sheet, panel, now_ms) {
        // What has no room in this row has it in the next, or is left out.
        while row < rows {
            let end = if row == rows - 1 { clock.x - m.gap } else { bar.right() - m.margin };
            let y = bar.y + row * row_h + (row_h - height) / 2 + 1;
            if let Some(right) = parts::chip(sheet, id, &text, sign, Area::new(x, y, end - x, height), look) {
                x = right + m.gap;
                break;
            }
            if row == rows - 1 {
                break;
            }
            (row, x) = (row + 1, m.margin);
        }
    }
    bar.y
}

fn time(sheet: &mut Sheet, panel: &Panel, clock: Area, now_ms: u64) {
    let minutes = (now_ms / 60_000) as i64 + i64::from(panel.settings.utc_offset_minutes);
    let (hour, minute) = (minutes.div_euclid(60).rem_euclid(24), minutes.rem_euclid(60));
    let time = format!("{hour}:{minute:02}");
    let words = sheet.say(say::PANEL_CLOCK);
    sheet.element("clock", Role::Status, words, clock).value = Some(time.clone());
    let size = sheet.m.lead.min(clock.h as f32 * 0.4);
    sheet.digits(&time, clock, Style::new(Face::Bold, size, sheet.p.ink).on(Side::Right));
}

fn chips(sheet: &Sheet, panel: &Panel, now_ms: u64) -> Vec<Chip> {
    let (language, p) = (sheet.language, sheet.p);
    let (good, warn, bad) = ((p.good, p.good_tint), (p.warn, p.warn_tint), (p.bad, p.bad_tint));
    let quiet = (p.ink, p.tint);
    let mut chips: Vec<Chip> = Vec::new();
    chips.push(match &panel.printer {
        PrinterView::Ready(_) => {
            ("printer-status", sheet.say(say::PANEL_PRINTER_READY).to_owned(), icon::CIRCLE_CHECK, good)
        }
        PrinterView::Unknown => {
            ("printer-status", sheet.say(say::PANEL_PRINTER_UNKNOWN).to_owned(), icon::PRINTER, quiet)
        }
        PrinterView::Fault(fault, _) => ("printer-status", fault.title(language), icon::TRIANGLE_ALERT, warn),
    });
    let media = panel.offer().media;
    let paper = panel.tray.paper;
    let sheets = say::SHEETS.count(language, paper.left().unwrap_or(0).into());
    chips.push(match paper {
        Paper::Unknown => {
            let words = say::PANEL_PAPER.fill(language, &[("media", &media)]);
            ("paper-status", words, icon::FILE_TEXT, quiet)
        }
        Paper::Empty => ("paper-status", sheet.say(say::PANEL_PAPER_NONE).to_owned(), icon::CIRCLE_ALERT, bad),
        low if low.is_low(panel.settings.low_sheets) => {
            let words = say::PANEL_PAPER_LOW.fill(language, &[("sheets", &sheets)]);
            ("paper-status", words, icon::CIRCLE_ALERT, warn)
        }
        Paper::Counted(_) => {
            let words = say::PANEL_PAPER_LEFT.fill(language, &[("media", &media), ("sheets", &sheets)]);
            ("paper-status", words, icon::FILE_TEXT, quiet)
        }
    });
    if let Some(pushed) = panel.members_ms {
        let hours = now_ms.saturating_sub(pushed) / 3_600_000;
        let words = match hours {
            0 => sheet.say(say::PANEL_MEMBERS_NOW).to_owned(),
            hours => {
                let hours = if hours >= 48 { hours - hours % 24 } else { hours };
                say::PANEL_MEMBERS_AGE.fill(language, &[("time", &words::period(hours, language))])
            }
        };
        chips.push(("members-status", words, icon::USERS, quiet));
    }
    let kept = say::PANEL_KEPT.fill(language, &[("time", &words::period(panel.settings.storage_hours, language))]);
    chips.push(("kept-status", kept, icon::SHIELD_CHECK, quiet));
    chips
}
