//! Review: the first pages that will come out, the ticket's choices, and the button that prints.

use super::{
    Ink, Role,
    area::Area,
    code,
    lines::shorten_middle,
    parts,
    sheet::{Sheet, Side, Style},
};
use crate::{
    panel::{
        font::Face,
        icon, palette,
        scene::{
            Panel,
            review::{Review, copies_max},
        },
    },
    text::{file_size, say},
};

mod choices;
mod files;
mod findings;

pub(super) fn lay(sheet: &mut Sheet, panel: &Panel, review: &Review) {
    let left = parts::back(sheet);
    let right = parts::languages(sheet);
    let frame = parts::title_frame(sheet, left, right);
    title(sheet, panel, review, frame);
    let m = sheet.m;
    let bottom = sheet.screen.h - m.margin * 3 / 4;
    let whole = Area::new(m.margin, m.top, sheet.screen.w - 2 * m.margin, bottom - m.top);
    let row = Area { y: whole.bottom() - m.button, h: m.button, ..whole };
    let (well, card, row) = if m.tall {
        // The choices are for the thumb, the pages for the eye.
        let height = (choices::height(sheet)).min(row.y - m.gap * 3 / 2 - whole.y - whole.h / 3);
        let card = Area { y: row.y - m.gap * 3 / 2 - height, h: height, ..whole };
        (Area { h: card.y - m.gap * 3 / 2 - whole.y, ..whole }, card, row)
    } else {
        let well = Area { w: whole.w * 44 / 100, ..whole };
        let x = well.right() + m.gap * 2;
        let side = Area { x, w: whole.right() - x, ..whole };
        (well, Area { h: side.h - m.button - m.gap * 3 / 2, ..side }, Area { x, w: side.w, ..row })
    };
    pages(sheet, panel, review, well);
    choices::lay(sheet, panel, review, card);
    files::buttons(sheet, panel, review, row);
}

fn title(sheet: &mut Sheet, panel: &Panel, review: &Review, frame: Area) {
    let (m, language) = (sheet.m, sheet.language);
    let style = Style::new(Face::Semibold, m.label.min(m.header_h as f32 * 0.46), sheet.p.ink);
    let name = shorten_middle(&review.card.title, style.face, style.size, frame.w);
    let line = Area { h: frame.h * 11 / 20, ..frame };
    sheet.element("heading", Role::Heading, review.card.title.as_str(), line);
    sheet.words(&name, line, 1, style);
    let count = say::PAGE_COUNT.count(language, review.card.page_count.into());
    let facts = format!("{count} · {} · {}", file_size(language, review.card.bytes), panel.offer().media);
    let style = Style::new(Face::Regular, m.caption.min(m.header_h as f32 * 0.36), sheet.p.muted);
    sheet.text("facts", Role::Text, &facts, Area { y: line.bottom(), h: frame.h - line.h, ..frame }, 1, style);
}

/// The pages on their ground, the chosen one large, and a note below when the job has a history.
fn pages(sheet: &mut Sheet, panel: &Panel, review: &Review, well: Area) {
    let m = sheet.m;
    sheet.fill(well, m.radius * 6 / 7, sheet.p.well);
    let mut inner = well.inset(m.gap * 2, m.gap * 2);
    let taken = files::tabs(sheet, panel, review, inner);
    inner = Area { y: inner.y + taken, h: inner.h - taken, ..inner };
    // What has to be known before printing comes before what was.
    let needed = findings::lay(&mut sheet.blank(), panel, review, inner, 1);
    let room = needed + (m.caption * 2.7) as i32 + m.gap * 4 <= inner.h;
    let note = note(sheet, review).filter(|_| room || review.refused.is_some());
    let noted = note.is_some();
    if let Some((words, look)) = note {
        let style = Style::new(Face::Medium, m.caption, look.0);
        let lines = if style.face.width(&words, style.size) as i32 > inner.w - 64 { 2 } else { 1 };
        let height = (style.size * 1.35) as i32 * lines + m.gap * 2;
        let strip = Area { y: inner.bottom() - height, h: height, ..inner };
        sheet.fill(strip, m.radius / 2, look.1);
        let side = (style.size * 1.3) as i32;
        sheet.icon(icon::CIRCLE_ALERT, Area { x: strip.x + m.gap, w: side, ..strip }, side, look.0);
        let x = strip.x + m.gap * 2 + side;
        let frame = Area { x, w: strip.right() - x - m.gap, ..strip }.inset(0, m.gap / 2);
        sheet.text("note", Role::Status, &words, frame, 2, style);
        inner.h -= height + m.gap * 3 / 2;
    }
    inner.h -= findings::lay(sheet, panel, review, inner, usize::from(!noted) + 1);
    let shown = review.shown_pages();
    let chosen = review.shown.min(shown.len().saturating_sub(1));
    let mut main = inner;
    if shown.len() > 1 {
        let width = (inner.w / 5).max(m.finger).min((inner.h / 2).max(m.finger));
        let column = Area { x: inner.right() - width, w: width, ..inner };
        main.w -= column.w + m.gap * 2;
        for (index, page) in shown.iter().enumerate() {
            let place =
                Area { y: column.y + index as i32 * (column.w * 3 / 2 + m.apart), h: column.w * 3 / 2, ..column };
            // Where much is said there is less to see.
            if place.bottom() <= inner.bottom() {
                thumbnail(sheet, review, *page, place, (index, chosen));
            }
        }
    }
    // Where words take all the room, a page of a few pixels says nothing.
    if let Some(page) = shown.get(chosen).filter(|_| main.h >= m.header_h * 3 / 2) {
        large(sheet, review, *page, main);
    }
}

fn note(sheet: &Sheet, review: &Review) -> Option<(String, (crate::panel::canvas::Argb, crate::panel::canvas::Argb))> {
    let (bad, warn) = ((sheet.p.bad, sheet.p.bad_tint), (sheet.p.warn, sheet.p.warn_tint));
    let card = &review.card;
    if let Some(refusal) = review.refused {
        let seconds = [("seconds", "60")];
        return Some((code::refused(refusal).fill(sheet.language, &seconds), bad));
    }
    if let Some(fault) = &card.fault {
        let title = fault.title(sheet.language);
        return Some((say::PANEL_EARLIER_FAULT.fill(sheet.language, &[("fault", &title)]), warn));
    }
    card.printed_before.then(|| (sheet.say(say::PANEL_PRINTED_BEFORE).to_owned(), warn))
}

/// A page is an image; what is not there yet is an empty sheet of A4's shape.
fn page_area(review: &Review, page: u32, space: Area) -> Area {
    let (w, h) = match review.picture(page) {
        Some(picture) => picture.fitted(space.w, space.h),
        None if space.w * 297 > space.h * 210 => (space.h * 210 / 297, space.h),
        None => (space.w, space.w * 297 / 210),
    };
    Area { x: space.x + (space.w - w) / 2, y: space.y, w, h }
}

fn sheet_of(sheet: &mut Sheet, review: &Review, page: u32, area: Area) {
    sheet.shadow(area, 3, 14);
    sheet.fill(area, 3, palette::PAPER);
    if let Some(picture) = review.picture(page) {
        sheet.ink(Ink::Picture { area, picture: picture.clone() });
    }
}

fn large(sheet: &mut Sheet, review: &Review, page: u32, space: Area) {
    let (m, language) = (sheet.m, sheet.language);
    let (number, of) = (page.to_string(), review.card.page_count.to_string());
    let label = say::PANEL_PAGE_OF.fill(language, &[("page", &number), ("of", &of)]);
    let style = Style::new(Face::Medium, m.caption.min(m.header_h as f32 * 0.38), sheet.p.ink).on(Side::Center);
    let height = (style.size * 1.9) as i32;
    let area = page_area(review, page, Area { h: space.h - height - m.gap, ..space });
    let area = area.down((space.h - height - m.gap - area.h) / 2);
    sheet_of(sheet, review, page, area);
    sheet.element("page", Role::Image, label.as_str(), area);
    files::veil(sheet, review, area);
    if review.picture(page).is_none() && area.h >= m.header_h {
        let style = Style::new(Face::Regular, m.caption, palette::PAPER_MUTED).on(Side::Center);
        let words = sheet.say(say::PANEL_DRAWING);
        sheet.words(words, area.inset(12, 12), 3, style);
    }
    let width = (style.face.width(&label, style.size) as i32 + height).min(space.w);
    let pill = Area::new(area.x + (area.w - width) / 2, area.bottom() + m.gap, width, height);
    let pill = Area { x: pill.x.max(space.x), ..pill };
    sheet.fill(pill, height / 2, sheet.p.surface);
    sheet.text("page-number", Role::Status, &label, pill.inset(8, 2), 1, style);
}

fn thumbnail(sheet: &mut Sheet, review: &Review, page: u32, place: Area, (index, chosen): (usize, usize)) {
    let area = page_area(review, page, place.inset(4, 4));
    if index == chosen {
        sheet.fill(area.inset(-4, -4), 6, sheet.p.accent);
    }
    sheet_of(sheet, review, page, area);
    let label = say::PANEL_PAGE.fill(sheet.language, &[("page", &page.to_string())]);
    let id = format!("preview-{}", index + 1);
    let state = if index == chosen { "on" } else { "off" };
    sheet.element(id, Role::Button, label, place).value = Some(state.into());
}

pub(super) fn most_copies(panel: &Panel) -> u32 {
    copies_max(&panel.offer())
}
