//! How it ended: done, cancelled, deleted, or held by a fault.

use super::{
    Ink, Role,
    area::Area,
    parts::{self, Button, Message},
    sheet::{Sheet, Side, Style},
};
use crate::{
    panel::{
        compliment,
        font::Face,
        icon, palette,
        qr::Modules,
        scene::{Done, Ending, Failed, Panel},
        words,
    },
    text::say,
};

/// Message above, `count` buttons below, a small line at the bottom.
pub(super) fn places(sheet: &Sheet, count: i32) -> (Area, Area, Area) {
    let m = sheet.m;
    let whole = Area::new(m.margin, m.top, sheet.screen.w - 2 * m.margin, sheet.screen.h - m.top - m.margin / 2);
    let small = (m.caption * 1.6) as i32;
    let line = Area { y: whole.bottom() - small, h: small, ..whole };
    let height = parts::buttons_height(sheet, count);
    let button = Area { y: line.y - m.gap * 2 - height, h: height, ..whole };
    let wide = if m.tall { whole.w } else { (sheet.screen.w * 17 / 20).min(whole.w) };
    let message = Area { x: (sheet.screen.w - wide) / 2, w: wide, h: button.y - m.gap * 2 - whole.y, ..whole };
    (message, button, line)
}

pub(super) fn done(sheet: &mut Sheet, panel: &Panel, done: &Done, now_ms: u64) {
    let language = sheet.language;
    parts::languages(sheet);
    let (mut message, row, line) = places(sheet, if done.ending == Ending::Deleted { 1 } else { 2 });
    let finish = sheet.say(say::PANEL_FINISH);
    let (icon, look, title, lead, second) = match done.ending {
        Ending::Completed { sheets, .. } => {
            let together = &panel.came_out;
            let (sheets, asked) = match together.jobs.len() {
                ..=1 => (u64::from(sheets), done.review.amount().1.max(u64::from(sheets))),
                _ => (together.sheets, together.asked),
            };
            let of = format!("{asked}\u{a0}{}", say::PANEL_SHEETS_OF.form(language, asked));
            let files = say::FILES.count(language, together.jobs.len() as u64);
            let values = [("count", sheets.to_string()), ("sheets", of), ("files", files)];
            let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
            let lead = if together.jobs.len() > 1 { say::PANEL_FILES_OUT } else { say::PANEL_DONE_SHEETS };
            let lead = lead.fill(language, &values);
            let time = words::period(panel.settings.storage_hours, language);
            let second = say::PANEL_DONE_KEPT.fill(language, &[("time", &time)]);
            let look = (sheet.p.good, sheet.p.good_tint);
            (icon::CHECK, look, sheet.say(say::PANEL_DONE_TITLE), lead, second)
        }
        Ending::Canceled => {
            let lead = sheet.say(say::PANEL_CANCELED_LEAD).to_owned();
            let look = (sheet.p.muted, sheet.p.well);
            (icon::CROSS, look, sheet.say(say::PANEL_CANCELED_TITLE), lead, String::new())
        }
        Ending::Deleted => {
            let lead = sheet.say(say::PANEL_DELETED_LEAD).to_owned();
            let look = (sheet.p.good, sheet.p.good_tint);
            (icon::TRASH_2, look, sheet.say(say::PANEL_DELETED_TITLE), lead, String::new())
        }
    };
    let said = Message { icon, look, title, lead: &lead, second: &second };
    if matches!(done.ending, Ending::Completed { .. }) {
        let words = compliment::of(done.review.card.job).get(language);
        let spare = message.h - said.height(sheet, Area { h: parts::UNBOUNDED, ..message });
        message.h -= kind_word(sheet, words, message, spare);
    }
    said.lay(sheet, message);
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
    let (mut message, row, line) = places(sheet, 2);
    let title = failed.fault.title(sheet.language);
    let lead = failed.fault.advice_when_held(sheet.language);
    let look = (sheet.p.bad, sheet.p.bad_tint);
    if let Some(modules) = panel.record.as_ref().and_then(|record| Modules::encode_dense(record)) {
        message = record(sheet, modules, message);
    }
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

/// The compliment on its own ground at the lower end of `area`; the height that it takes.
fn kind_word(sheet: &mut Sheet, words: &str, area: Area, spare: i32) -> i32 {
    let m = sheet.m;
    let style = Style::new(Face::Medium, m.lead, sheet.p.ink).on(Side::Center);
    let pad = m.gap * 2;
    let wide = style.face.width(words, style.size).ceil() as i32 + 2 * pad;
    let lines = if wide > area.w { 2 } else { 1 };
    let h = (style.size * 1.36) as i32 * lines + pad;
    // A kind word waits for another day when there is no room.
    if spare < h + m.gap * 2 {
        return 0;
    }
    let lower = if m.tall { m.gap * 5 } else { 0 };
    let strip =
        Area { x: area.x + (area.w - wide.min(area.w)) / 2, y: area.bottom() - h - lower, w: wide.min(area.w), h };
    sheet.fill(strip, (h / 2).min(m.radius), sheet.p.tint);
    sheet.text("compliment", Role::Text, words, strip.inset(pad / 2, 2), 2, style);
    h + lower + m.gap * 2
}

/// The flight record's code for the technician, beside the message or below it; what is left for the message.
fn record(sheet: &mut Sheet, modules: Modules, area: Area) -> Area {
    let m = sheet.m;
    let whole = Area { x: m.margin, w: sheet.screen.w - 2 * m.margin, ..area };
    let caption_h = (m.caption * 2.9) as i32;
    let card = match m.tall {
        true => {
            let side = (whole.w * 62 / 100).min(whole.h * 5 / 10);
            Area { y: whole.bottom() - side - caption_h, h: side + caption_h, ..whole }.middle(side, side + caption_h)
        }
        false => {
            let side = (whole.h - caption_h).min(whole.w * 36 / 100);
            Area { x: whole.right() - side, w: side, ..whole }.middle(side, side + caption_h)
        }
    };
    sheet.shadow(card, m.radius / 2, m.gap * 2);
    sheet.fill(card, m.radius / 2, palette::PAPER);
    let space = Area { h: card.h - caption_h, ..card };
    let side = modules.with_quiet(space.w.min(space.h));
    let words = sheet.say(say::PANEL_RECORD);
    let place = space.middle(side, side);
    sheet.element("record", Role::Image, words, place);
    sheet.ink(Ink::Qr { area: place, modules });
    let line = Area { y: space.bottom(), h: caption_h - m.gap / 2, ..card }.inset(m.gap, 0);
    let style = Style::new(Face::Medium, m.caption, palette::PAPER_INK).on(Side::Center);
    sheet.words(words, line, 2, style);
    match m.tall {
        true => Area { h: card.y - m.gap * 2 - whole.y, ..whole },
        false => Area { w: card.x - m.gap * 3 - whole.x, ..whole },
    }
}

pub(super) fn small(sheet: &mut Sheet, id: &str, words: &str, line: Area) {
    let style = Style::new(Face::Medium, sheet.m.caption * 0.95, sheet.p.muted).on(Side::Center);
    sheet.text(id, Role::Status, words, line, 1, style);
}
