//! Several files under one release: a tab for each, one more by its code, and the button that prints them all.

use super::{Panel, Review, shorten_middle};
use crate::{
    panel::{
        font::Face,
        icon,
        layout::{
            Role,
            area::Area,
            parts::Button,
            sheet::{Sheet, Side, Style},
        },
    },
    text::say,
};

/// A tab for each file at the top of `space`, when there are several: the one on the screen by its name, the others by
/// their numbers, and what takes the one on the screen off the list. Returns the height they take.
pub(super) fn tabs(sheet: &mut Sheet, panel: &Panel, review: &Review, space: Area) -> i32 {
    let files = panel.files(review);
    if files.len() < 2 {
        return 0;
    }
    let (side, gap) = (sheet.m.finger.max(sheet.m.header_h), sheet.m.apart);
    let (step, count) = (side + gap, files.len() as i32);
    let cell = Area { w: side, h: side, ..space };
    // Ten numbers and a name do not stand in one line of a small screen.
    let named = space.w - step * count >= side * 3;
    let a_row = ((space.w + gap) / step).max(1);
    let mut x = space.x;
    for (index, file) in files.into_iter().enumerate() {
        let (number, shown) = ((index + 1).to_string(), file.card.job == review.card.job);
        let index = index as i32;
        let place = match named {
            true => Area { x, w: if shown { space.w - step * count } else { side }, ..cell },
            false => Area { x: space.x + index % a_row * step, ..cell.down(index / a_row * step) },
        };
        x += place.w + gap;
        let label = say::PANEL_FILE_OF.fill(sheet.language, &[("number", &number), ("of", &count.to_string())]);
        let name = format!("{number}. {}", file.card.title);
        let words = if shown && named { &name } else { &number };
        tab(sheet, (&number, &label, words), place, shown);
    }
    let last = match named {
        true => Area { x: space.right() - side, ..cell },
        false => Area { x: space.x + count % a_row * step, ..cell.down(count / a_row * step) },
    };
    // It keeps waiting under its own code.
    sheet.edged(last, side / 4, (sheet.p.edge, 1), sheet.p.surface);
    let label = sheet.say(say::PANEL_DROP_FILE);
    sheet.element("drop-file", Role::Button, label, last);
    sheet.icon(icon::CROSS, last, side * 2 / 5, sheet.p.muted);
    last.bottom() - space.y + gap.max(sheet.m.gap)
}

fn tab(sheet: &mut Sheet, (number, label, words): (&str, &str, &str), place: Area, shown: bool) {
    let (edge, ground, ink, face) = match shown {
        true => ((sheet.p.accent, 2), sheet.p.surface, sheet.p.ink, Face::Semibold),
        false => ((sheet.p.edge, 1), sheet.p.off, sheet.p.off_ink, Face::Medium),
    };
    sheet.edged(place, place.h / 4, edge, ground);
    let state = if shown { "on" } else { "off" };
    sheet.element(format!("file-{number}"), Role::Button, label, place).value = Some(state.into());
    let style = Style::new(face, sheet.m.caption, ink).on(Side::Center);
    let frame = place.inset(8, 2);
    sheet.words(&shorten_middle(words, style.face, style.size, frame.w), frame, 1, style);
}

/// Delete, one more file, print.
pub(super) fn buttons(sheet: &mut Sheet, panel: &Panel, review: &Review, row: Area) {
    let (m, language) = (sheet.m, sheet.language);
    let several = !panel.others.is_empty();
    let gap = m.apart.max(m.gap * 3 / 2);
    let delete = Area { w: row.w * 22 / 100, ..row };
    let label = sheet.say(say::PANEL_DELETE);
    Button::plain("delete", label, icon::TRASH_2).when(!review.deleting).lay(sheet, delete);
    let add = Area { x: delete.right() + gap, w: row.w * 28 / 100, ..row };
    let label = sheet.say(say::PANEL_ADD_FILE);
    Button::plain("add-file", label, icon::PLUS).when(panel.has_room_for_a_file()).lay(sheet, add);
    let x = add.right() + gap;
    let count = say::FILES.count(language, panel.files(review).len() as u64);
    let files = say::PANEL_PRINT_FILES.fill(language, &[("files", &count)]);
    let label = if several { files.as_str() } else { sheet.say(say::PANEL_PRINT) };
    let ready = review.is_printable(panel.settings.max_sheets) && panel.shortage(review).is_none();
    Button::primary("print", label, icon::PRINTER).when(ready).lay(sheet, Area { x, w: row.right() - x, ..row });
}

/// Over blurred pages: what shows them.
pub(super) fn veil(sheet: &mut Sheet, review: &Review, page: Area) {
    if !review.is_blurred() {
        return;
    }
    let m = sheet.m;
    let label = sheet.say(say::PANEL_REVEAL);
    let style = Style::new(Face::Semibold, m.caption, sheet.p.ink).on(Side::Center);
    let height = (style.size * 1.4) as i32 * 2 + m.gap;
    let pill = page.middle(page.w - 2 * m.gap, height);
    sheet.edged(pill, height / 3, (sheet.p.edge, 1), sheet.p.surface);
    sheet.element("reveal", Role::Button, label, page);
    sheet.words(label, pill.inset(8, 2), 2, style);
}
