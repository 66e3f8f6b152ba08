//! The ticket's choices on their card: copies, sides, colour, pages, and what they come to.

use super::{Panel, Review, most_copies};
use crate::{
    panel::{
        font::Face,
        icon,
        layout::{
            Role,
            area::Area,
            sheet::{Sheet, Side, Style},
        },
        words,
    },
    text::{Text, say},
};

/// Height of the line that says what will be printed: two lines of it where it is long.
fn amount_height(sheet: &Sheet) -> i32 {
    (sheet.m.caption * 2.9) as i32
}

/// How high the card likes to be when nothing forces it.
pub(super) fn height(sheet: &Sheet) -> i32 {
    let m = sheet.m;
    (m.finger + m.gap * 2).max(m.header_h * 13 / 10) * 4 + amount_height(sheet) + m.gap
}

pub(super) fn lay(sheet: &mut Sheet, panel: &Panel, review: &Review, card: Area) {
    let m = sheet.m;
    sheet.edged(card, m.radius * 6 / 7, (sheet.p.hairline, 1), sheet.p.surface);
    let inner = card.inset(m.gap * 2, m.gap / 2);
    // Controls keep their size and distance; the line below them has what is left.
    let line = amount_height(sheet).min(inner.h - 4 * (m.finger + m.apart)).max(m.caption as i32);
    let rows = Area { h: inner.h - line, ..inner };
    let row = |index| rows.row(index, 4, 0);
    for index in 1..=4 {
        let y = rows.y + rows.h * index / 4;
        sheet.fill(Area::new(inner.x, y, inner.w, 1), 0, sheet.p.hairline);
    }
    copies(sheet, panel, review, row(0));
    two_sided(sheet, panel, review, row(1));
    color(sheet, panel, review, row(2));
    pages(sheet, review, row(3));
    amount(sheet, panel, review, Area { y: rows.bottom() + 1, h: line, ..inner });
}

/// A row's name and its caption at the left of `control`.
fn name(sheet: &mut Sheet, id: &str, title: Text, caption: &str, row: Area, control: Area) {
    let m = sheet.m;
    let frame = Area { w: control.x - row.x - m.gap, ..row };
    let style = Style::new(Face::Semibold, m.label, sheet.p.ink);
    let words = sheet.say(title);
    let (line, small) = ((m.label * 1.3) as i32, (m.caption * 1.3) as i32);
    if caption.is_empty() || line + small > row.h {
        sheet.text(id, Role::Text, words, frame, 1, style);
        return;
    }
    let both = frame.middle(frame.w, line + small);
    sheet.text(id, Role::Text, words, Area { h: line, ..both }, 1, style);
    let style = Style::new(Face::Regular, m.caption * 0.95, sheet.p.muted);
    sheet.text(&format!("{id}-note"), Role::Text, caption, Area { y: both.y + line, h: small, ..both }, 1, style);
}

/// Where a row's control stands: at the right, at least a finger high.
fn control(sheet: &Sheet, row: Area, width: i32) -> Area {
    let height = (row.h - sheet.m.apart).clamp(sheet.m.finger.min(row.h), sheet.m.button.max(sheet.m.finger));
    Area::new(row.right() - width, row.y + (row.h - height) / 2, width, height)
}

fn copies(sheet: &mut Sheet, panel: &Panel, review: &Review, row: Area) {
    let most = most_copies(panel);
    let now = review.ticket.copies.get();
    let height = control(sheet, row, 0).h;
    let place = control(sheet, row, (height * 37 / 10).min(row.w * 6 / 10));
    let note = say::PANEL_COPIES_NOTE.fill(sheet.language, &[("most", &most.to_string())]);
    name(sheet, "copies-name", say::PANEL_COPIES, &note, row, place);
    let minus = Area { w: height * 6 / 5, ..place };
    let plus = Area { x: place.right() - height * 6 / 5, ..minus };
    for (id, label, sign, area, enabled) in [
        ("copies-minus", say::PANEL_COPIES_FEWER, icon::MINUS, minus, now > 1),
        ("copies-plus", say::PANEL_COPIES_MORE, icon::PLUS, plus, now < most),
    ] {
        let (edge, ground, ink) = match enabled {
            true => (sheet.p.edge, sheet.p.tint, sheet.p.accent),
            false => (sheet.p.hairline, sheet.p.off, sheet.p.off_ink),
        };
        sheet.edged(area, height / 4, (edge, 1), ground);
        sheet.icon(sign, area, height * 9 / 20, ink);
        let label = sheet.say(label);
        sheet.element(id, Role::Button, label, area).enabled = enabled;
    }
    let middle = Area { x: minus.right(), w: plus.x - minus.right(), ..place };
    let label = sheet.say(say::PANEL_COPIES);
    sheet.element("copies", Role::Status, label, middle).value = Some(now.to_string());
    let size = (height as f32 * 0.52).min(middle.w as f32 / 2.2);
    sheet.digits(&now.to_string(), middle, Style::new(Face::Bold, size, sheet.p.ink).on(Side::Center));
}

fn two_sided(sheet: &mut Sheet, panel: &Panel, review: &Review, row: Area) {
    let can = panel.offer().two_sided;
    let saving = review.saving();
    let caption = match (can, saving) {
        (false, _) => sheet.say(say::PANEL_TWO_SIDED_CANNOT).to_owned(),
        (true, 0) => sheet.say(say::PANEL_TWO_SIDED_ONE).to_owned(),
        (true, _) => {
            let sheets = say::SHEETS.count(sheet.language, saving);
            say::PANEL_TWO_SIDED_SAVES.fill(sheet.language, &[("sheets", &sheets)])
        }
    };
    let place = control(sheet, row, 0);
    let place = Area { x: row.right() - place.h * 9 / 5, w: place.h * 9 / 5, ..place };
    name(sheet, "two-sided-name", say::PANEL_TWO_SIDED, &caption, row, place);
    // A single page has no back: the wish stays in the ticket, the switch does not show it.
    let enabled = can && saving > 0;
    let on = enabled && review.ticket.two_sided;
    let track = place.inset(0, 1);
    let radius = track.h / 2;
    let (edge, ground) = match (enabled, on) {
        (true, true) => (sheet.p.primary, sheet.p.primary),
        (true, false) => (sheet.p.edge, sheet.p.off),
        (false, _) => (sheet.p.hairline, sheet.p.off),
    };
    sheet.edged(track, radius, (edge, 2), ground);
    let knob = Area { w: track.h, x: if on { track.right() - track.h } else { track.x }, ..track };
    let knob = knob.inset(4, 4);
    sheet.edged(
        knob,
        knob.h / 2,
        (if on { sheet.p.on_primary } else { edge }, 1),
        if on { sheet.p.on_primary } else { sheet.p.surface },
    );
    if on {
        sheet.icon(icon::CHECK, knob, knob.h / 2, sheet.p.primary);
    }
    let label = sheet.say(say::PANEL_TWO_SIDED);
    let element = sheet.element("two-sided", Role::Switch, label, place);
    element.enabled = enabled;
    element.value = Some(if on { "on" } else { "off" }.into());
}

fn color(sheet: &mut Sheet, panel: &Panel, review: &Review, row: Area) {
    let m = sheet.m;
    let (can, on) = (panel.offer().color, review.ticket.color);
    let place = control(sheet, row, row.w * if m.compact { 72 } else { 64 } / 100);
    name(sheet, "color-name", say::PANEL_COLOR, "", row, place);
    let radius = place.h / 4;
    sheet.edged(place, radius, (if can { sheet.p.edge } else { sheet.p.hairline }, 1), sheet.p.off);
    let both = [(say::PANEL_COLOR_GRAY, !on), (say::PANEL_COLOR_COLOR, on)];
    let size = (m.caption * 1.08).min(place.h as f32 * 0.45);
    let widest = both.iter().map(|(text, _)| Face::Semibold.width(sheet.say(*text), size)).fold(1.0, f32::max);
    let size = size.min(size * (place.w / 2 - 22) as f32 / widest).floor();
    for (index, (text, chosen)) in both.into_iter().enumerate() {
        let half = place.column(index as i32, 2, 0).inset(4, 4);
        let (ink, face) = match (chosen, can) {
            (true, _) => (sheet.p.ink, Face::Semibold),
            (false, true) => (sheet.p.muted, Face::Medium),
            (false, false) => (sheet.p.off_ink, Face::Medium),
        };
        if chosen {
            sheet.edged(half, radius - 3, (sheet.p.accent, 2), sheet.p.surface);
        }
        let style = Style::new(face, size, ink).on(Side::Center);
        let words = sheet.say(text);
        sheet.words(words, half.inset(6, 2), 1, style);
    }
    let label = sheet.say(say::PANEL_COLOR);
    let element = sheet.element("color", Role::Switch, label, place);
    element.enabled = can;
    element.value = Some(if on { "color" } else { "monochrome" }.into());
}

fn pages(sheet: &mut Sheet, review: &Review, row: Area) {
    let m = sheet.m;
    let can = review.has_pages_to_choose();
    let chosen = &review.ticket.pages;
    let words = match (chosen.is_whole(), chosen.to_string().as_str()) {
        (true, _) => sheet.say(say::PANEL_PAGES_ALL).to_owned(),
        (false, "1") => sheet.say(say::PANEL_PAGES_FIRST).to_owned(),
        (false, ranges) => ranges.to_owned(),
    };
    let place = control(sheet, row, row.w * 46 / 100);
    let caption = if can { sheet.say(say::PANEL_PAGES_NOTE) } else { "" };
    name(sheet, "pages-name", say::PANEL_PAGES, caption, row, place);
    let (edge, ground, ink) = match can {
        true => (sheet.p.edge, sheet.p.surface, sheet.p.ink),
        false => (sheet.p.hairline, sheet.p.off, sheet.p.off_ink),
    };
    sheet.edged(place, place.h / 4, (edge, if can { 2 } else { 1 }), ground);
    let style = Style::new(Face::Semibold, (m.caption * 1.15).min(place.h as f32 * 0.5), ink).on(Side::Center);
    sheet.words(&words, place.inset(14, 2), 1, style);
    let label = sheet.say(say::PANEL_PAGES);
    let element = sheet.element("pages", Role::Button, label, place);
    element.enabled = can;
    element.value = Some(words);
}

fn amount(sheet: &mut Sheet, panel: &Panel, review: &Review, frame: Area) {
    let (m, language) = (sheet.m, sheet.language);
    let (impressions, sheets) = review.amount();
    let most = u64::from(panel.settings.max_sheets);
    let counted = say::SHEETS.count(language, sheets);
    let (words, face, ink) = if sheets > most {
        let values = [("sheets", counted.as_str()), ("most", &most.to_string())];
        (say::PANEL_AMOUNT_TOO_MANY.fill(language, &values), Face::Medium, sheet.p.bad)
    } else if !panel.others.is_empty() {
        let (impressions, sheets) = panel.amount_of_all(review);
        let (sheets, sides) = (say::SHEETS.count(language, sheets), say::IMPRESSIONS.count(language, impressions));
        let values = [("sheets", sheets.as_str()), ("sides", &sides)];
        (say::PANEL_AMOUNT_OF_ALL.fill(language, &values), Face::Medium, sheet.p.ink)
    } else {
        let sides = say::IMPRESSIONS.count(language, impressions);
        let values = [("sheets", counted.as_str()), ("sides", &sides)];
        (say::PANEL_AMOUNT.fill(language, &values), Face::Medium, sheet.p.ink)
    };
    let style = Style::new(face, m.caption * 1.05, ink);
    sheet.element("sheets", Role::Status, words.as_str(), frame).value = Some(sheets.to_string());
    let time = panel.takes_ms(impressions).filter(|_| sheets <= most);
    let Some(ms) = time else {
        sheet.words(&words, frame, 2, style);
        return;
    };
    let both = frame.inset(0, (frame.h - (style.size * 2.7) as i32).max(0) / 2);
    sheet.words(&words, both.row(0, 2, 0), 1, style);
    let takes = say::PANEL_TAKES.fill(language, &[("time", &words::about(ms, language))]);
    let style = Style { face: Face::Regular, color: sheet.p.muted, ..style };
    sheet.text("takes", Role::Text, &takes, both.row(1, 2, 0), 1, style);
}
