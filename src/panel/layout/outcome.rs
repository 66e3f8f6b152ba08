//! How it ended: done, cancelled, deleted, or held by a fault.

use super::{
    Role,
    area::Area,
    parts::{self, Button, Message},
    sheet::{Sheet, Side, Style},
};
use crate::{
    panel::{
        font::Face,
        icon, palette,
        scene::{Done, Ending, Failed, Panel},
        words,
    },
    text::say,
};

/// Message above, buttons below, a small line at the bottom.
pub(super) fn places(sheet: &Sheet) -> (Area, Area, Area) {
    let m = sheet.m;
    let whole = Area::new(m.margin, m.top, sheet.screen.w - 2 * m.margin, sheet.screen.h - m.top - m.margin / 2);
    let small = (m.caption * 1.6) as i32;
    let line = Area { y: whole.bottom() - small, h: small, ..whole };
    let button = Area { y: line.y - m.gap * 2 - m.button, h: m.button, ..whole };
    let wide = (sheet.screen.w * 4 / 5).min(whole.w);
    let message = Area { x: (sheet.screen.w - wide) / 2, w: wide, h: button.y - m.gap * 2 - whole.y, ..whole };
    (message, button, line)
}

pub(super) fn done(sheet: &mut Sheet, panel: &Panel, done: &Done, now_ms: u64) {
    let language = sheet.language;
    parts::languages(sheet);
    let (message, row, line) = places(sheet);
    let finish = sheet.say(say::PANEL_FINISH);
    let (icon, look, title, lead, second) = match done.ending {
        Ending::Completed { sheets, .. } => {
            let asked = done.review.amount().1.max(u64::from(sheets));
            let of = format!("{asked}\u{a0}{}", say::PANEL_SHEETS_OF.form(language, asked));
            let lead = say::PANEL_DONE_SHEETS.fill(language, &[("count", &sheets.to_string()), ("sheets", &of)]);
            let time = words::period(panel.settings.storage_hours, language);
            let second = say::PANEL_DONE_KEPT.fill(language, &[("time", &time)]);
            let look = (palette::GOOD, palette::GOOD_TINT);
            (icon::CHECK, look, sheet.say(say::PANEL_DONE_TITLE), lead, second)
        }
        Ending::Canceled => {
            let lead = sheet.say(say::PANEL_CANCELED_LEAD).to_owned();
            let look = (palette::MUTED, palette::WELL);
            (icon::CROSS, look, sheet.say(say::PANEL_CANCELED_TITLE), lead, String::new())
        }
        Ending::Deleted => {
            let lead = sheet.say(say::PANEL_DELETED_LEAD).to_owned();
            let look = (palette::GOOD, palette::GOOD_TINT);
            (icon::TRASH_2, look, sheet.say(say::PANEL_DELETED_TITLE), lead, String::new())
        }
    };
    Message { icon, look, title, lead: &lead, second: &second }.lay(sheet, message);
    let finish = Button::primary("finish", finish, icon::CHECK);
    if done.ending == Ending::Deleted {
        parts::buttons(sheet, row, [finish]);
    } else {
        let label = sheet.say(say::PANEL_DELETE);
        let delete = Button::plain("delete", label, icon::TRASH_2).when(!done.review.deleting);
        parts::buttons(sheet, row, [delete, finish]);
    }
    let seconds = panel.clears_in(now_ms).div_ceil(1_000).to_string();
    let words = say::PANEL_CLOSES_IN.fill(language, &[("seconds", &seconds)]);
    small(sheet, "closes", &words, line);
}

pub(super) fn fault(sheet: &mut Sheet, panel: &Panel, failed: &Failed) {
    parts::languages(sheet);
    let (message, row, line) = places(sheet);
    let title = failed.fault.title(sheet.language);
    let lead = failed.fault.advice_when_held(sheet.language);
    let look = (palette::BAD, palette::BAD_TINT);
    Message { icon: icon::TRIANGLE_ALERT, look, title: &title, lead, second: "" }.lay(sheet, message);
    let (finish, print) = (sheet.say(say::PANEL_FINISH), sheet.say(say::PANEL_PRINT_AGAIN));
    let again = failed.review.is_printable(panel.settings.max_sheets);
    parts::buttons(
        sheet,
        row,
        [Button::plain("finish", finish, icon::CROSS), Button::primary("print", print, icon::ROTATE_CCW).when(again)],
    );
    small(sheet, "keyword", failed.fault.keyword(), line);
}

pub(super) fn small(sheet: &mut Sheet, id: &str, words: &str, line: Area) {
    let style = Style::new(Face::Medium, sheet.m.caption * 0.95, palette::MUTED).on(Side::Center);
    sheet.text(id, Role::Status, words, line, 1, style);
}
