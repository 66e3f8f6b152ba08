//! What is missing of a job that did not come out whole: the sheets in a row, the question when there is one, and the ways
//! on. Nothing is printed but by one of these buttons.
//!
//! Elements of its own: `sheets-out`, whose value is how many sheets are out for certain or were chosen; `missing` prints
//! the others, `again` leads to the review; `came-out-yes` and `came-out-no` where one sheet is doubtful; `sheets-minus`
//! and `sheets-plus` where more are.

use super::{
    Role,
    area::Area,
    parts::{self, Button, Message},
    sheet::{Sheet, Side, Style},
};
use crate::{
    panel::{
        font::Face,
        icon,
        scene::{
            Failed,
            missing::{Missing, Question},
            review::Review,
        },
    },
    text::say,
};

/// So many sheets are shown one by one; more are only counted.
const MOST_SHEETS: u32 = 24;

pub(super) fn lay(sheet: &mut Sheet, failed: &Failed, missing: &Missing) {
    let m = sheet.m;
    parts::languages(sheet);
    let count = if matches!(missing.question(), Question::One(_)) { 2 } else { 3 };
    let (whole, row, line) = super::outcome::places(sheet, count);
    let asks = match missing.question() {
        Question::None => 0,
        Question::One(_) => parts::buttons_height(sheet, 2),
        Question::Last => m.button,
    };
    let middle = Area { y: whole.bottom() - asks, h: asks, ..whole };
    let asks = asks > 0;
    let bottom = if asks { middle.y } else { whole.bottom() };
    let (title, lead) = words(sheet, &failed.review, missing);
    let (sign, look) = match asks {
        true => (' ', (sheet.p.ink, sheet.p.ink)),
        false => (icon::TRIANGLE_ALERT, (sheet.p.warn, sheet.p.warn_tint)),
    };
    let message = Message { icon: sign, look, title: &title, lead: &lead, second: "" };
    // The words come first.
    let wanted = message.height(sheet, Area { h: parts::UNBOUNDED, ..whole });
    let shown = missing.rest.sheets() <= MOST_SHEETS
        && missing.question() != Question::Last
        && bottom - whole.y - wanted >= m.header_h * 3 / 4 + m.gap * 3;
    let signs = if shown { m.header_h * 3 / 4 } else { 0 };
    let room = Area { h: bottom - whole.y - signs - m.gap * if shown { 3 } else { 1 }, ..whole };
    if asks {
        let spare = ((room.h - message.height(sheet, room)) / 2).max(0);
        message.say(sheet, room.down(spare));
    } else {
        message.lay(sheet, room);
    }
    let signs = Area { y: bottom - signs - m.gap * 3 / 2, h: signs, ..whole };
    if shown {
        one_by_one(sheet, missing, signs);
    }
    if missing.question() != Question::Last {
        let place = if shown { signs } else { room };
        sheet.element("sheets-out", Role::Status, &*title, place).value = Some(missing.out.to_string());
    }
    match missing.question() {
        Question::None => {}
        Question::One(_) => yes_or_no(sheet, middle),
        Question::Last => stepper(sheet, &failed.review, missing, middle),
    }
    ways(sheet, missing, row);
    super::outcome::small(sheet, "keyword", failed.fault.keyword(), line);
}

fn words(sheet: &Sheet, review: &Review, missing: &Missing) -> (String, String) {
    let language = sheet.language;
    let of = u64::from(missing.rest.sheets());
    let of = format!("{of}\u{a0}{}", say::PANEL_SHEETS_OF.form(language, of));
    match missing.question() {
        Question::None => {
            let title =
                say::PANEL_MISSING_TITLE.fill(language, &[("count", &missing.out.to_string()), ("sheets", &of)]);
            let next = missing.on_it(review, missing.out + 1, language);
            (title, say::PANEL_MISSING_LEAD.fill(language, &[("pages", &next)]))
        }
        Question::One(number) => {
            let values = [("sheet", number.to_string()), ("of", missing.rest.sheets().to_string())];
            let title = say::PANEL_CAME_OUT_TITLE.fill(language, &values.each_ref().map(|(k, v)| (*k, v.as_str())));
            let pages = missing.on_it(review, number, language);
            (title, say::PANEL_CAME_OUT_LEAD.fill(language, &[("pages", &pages)]))
        }
        Question::Last => {
            (sheet.say(say::PANEL_LAST_SHEET_TITLE).to_owned(), sheet.say(say::PANEL_LAST_SHEET_LEAD).to_owned())
        }
    }
}

/// A small sheet for each: out, doubtful, missing.
fn one_by_one(sheet: &mut Sheet, missing: &Missing, row: Area) {
    let count = missing.rest.sheets() as i32;
    // Many sheets on a narrow screen are smaller.
    let h = row.h.min(row.w * 20 / (19 * count.max(1)));
    let row = row.middle(row.w, h);
    let (width, gap) = (h * 7 / 10, h / 4);
    let place = row.middle(width * count + gap * (count - 1), row.h);
    for index in 0..count {
        let area = Area { x: place.x + index * (width + gap), w: width, ..place };
        let number = index as u32 + 1;
        let (edge, inside, ink) = if number <= missing.rest.least_sheets() {
            (sheet.p.good, sheet.p.good, sheet.p.surface)
        } else if number <= missing.rest.most_sheets() {
            (sheet.p.warn, sheet.p.warn_tint, sheet.p.warn)
        } else {
            (sheet.p.edge, sheet.p.surface, sheet.p.muted)
        };
        sheet.edged(area, 4, (edge, 2), inside);
        let style = Style::new(Face::Semibold, row.h as f32 * 0.4, ink).on(Side::Center);
        sheet.words(&number.to_string(), area.inset(2, 2), 1, style);
    }
}

fn yes_or_no(sheet: &mut Sheet, row: Area) {
    let (no, yes) = (sheet.say(say::PANEL_CAME_OUT_NO), sheet.say(say::PANEL_CAME_OUT_YES));
    parts::buttons(
        sheet,
        row,
        [Button::primary("came-out-no", no, icon::CROSS), Button::primary("came-out-yes", yes, icon::CHECK)],
    );
}

/// Which sheet is the last one that is out.
fn stepper(sheet: &mut Sheet, review: &Review, missing: &Missing, row: Area) {
    let m = sheet.m;
    let (fewer, more) = (sheet.say(say::PANEL_SHEETS_FEWER), sheet.say(say::PANEL_SHEETS_MORE));
    let wide = row.middle((row.w * 4 / 5).max(row.h * 4).min(row.w), row.h);
    let left = Area { w: row.h, ..wide };
    let right = Area { x: wide.right() - row.h, w: row.h, ..wide };
    sheet.edged(wide, row.h / 4, (sheet.p.edge, 2), sheet.p.surface);
    for (id, label, sign, area, on) in [
        ("sheets-minus", fewer, icon::MINUS, left, missing.out > 0),
        ("sheets-plus", more, icon::PLUS, right, missing.out < missing.rest.sheets()),
    ] {
        let ink = if on { sheet.p.accent } else { sheet.p.off_ink };
        sheet.element(id, Role::Button, label, area).enabled = on;
        sheet.icon(sign, area, row.h / 2, ink);
    }
    let room = Area { x: left.right() + m.gap, w: right.x - left.right() - 2 * m.gap, ..wide };
    let language = sheet.language;
    let (title, pages) = match missing.out {
        0 => (sheet.say(say::PANEL_NO_SHEET).to_owned(), String::new()),
        out => {
            let (out_, of) = (out.to_string(), missing.rest.sheets().to_string());
            let title = say::PANEL_SHEET_OF.fill(language, &[("sheet", &out_), ("of", &of)]);
            (title, missing.on_it(review, out, language))
        }
    };
    let label = if pages.is_empty() { title.clone() } else { format!("{title}, {pages}") };
    sheet.element("sheets-out", Role::Status, label, room).value = Some(missing.out.to_string());
    let style = Style::new(Face::Semibold, m.action, sheet.p.ink).on(Side::Center);
    if pages.is_empty() {
        sheet.words(&title, room, 1, style);
        return;
    }
    let upper = Area { y: room.y + room.h / 10, h: room.h * 45 / 100, ..room };
    sheet.words(&title, upper, 1, style);
    let lower = Area { y: upper.bottom(), h: room.h * 38 / 100, ..room };
    sheet.words(&pages, lower, 1, Style { size: m.caption, color: sheet.p.muted, face: Face::Regular, ..style });
}

fn ways(sheet: &mut Sheet, missing: &Missing, row: Area) {
    let language = sheet.language;
    let (finish, again) = (sheet.say(say::PANEL_FINISH), sheet.say(say::PANEL_PRINT_ANEW));
    let (finish, again) =
        (Button::plain("finish", finish, icon::CROSS), Button::plain("again", again, icon::ROTATE_CCW));
    if matches!(missing.question(), Question::One(_)) {
        return parts::buttons(sheet, row, [finish, again]);
    }
    let left = u64::from(missing.sheets());
    let label = match left {
        0 => sheet.say(say::PANEL_ALL_CAME_OUT).to_owned(),
        _ => say::PANEL_PRINT_MISSING.fill(language, &[("sheets", &say::SHEETS.count(language, left))]),
    };
    let sign = if left == 0 { icon::CHECK } else { icon::PRINTER };
    parts::buttons(sheet, row, [finish, again, Button::primary("missing", &label, sign)]);
}
