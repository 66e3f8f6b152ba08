//! Rows of a name and what it is: plain words, one line each.

use super::{Area, Face, Role, Sheet, Side, Style, say};

/// A row.
pub(super) type Row = (&'static str, String);

/// Lays rows out from the top of `area` on, no higher than people read with ease. Returns where they end.
pub(super) fn lay(sheet: &mut Sheet, area: Area, rows: &[Row]) -> i32 {
    let m = sheet.m;
    let size = m.caption * 1.1;
    let step = (area.h / rows.len().max(1) as i32).min((size * 2.3) as i32);
    for (index, (name, value)) in rows.iter().enumerate() {
        let row = Area { y: area.y + index as i32 * step, h: step, ..area };
        if index > 0 {
            sheet.fill(Area { h: 1, ..row }, 0, sheet.p.hairline);
        }
        let left = row.w * 36 / 100;
        let frame = Area { x: row.x + left, w: row.w - left, ..row };
        sheet.element(format!("line-{}", index + 1), Role::Text, *name, row).value = Some(value.clone());
        let style = Style::new(Face::Regular, size, sheet.p.muted);
        sheet.words(name, Area { w: left - m.gap, ..row }, 1, style);
        sheet.words(value, frame, 1, Style::new(Face::Medium, size, sheet.p.ink));
    }
    area.y + rows.len() as i32 * step
}

/// Nothing is known yet.
pub(super) fn looking(sheet: &mut Sheet, area: Area) {
    let style = Style::new(Face::Regular, sheet.m.lead, sheet.p.muted).on(Side::Center);
    sheet.text("looking", Role::Status, sheet.say(say::DESK_LOOKING), area, 1, style);
}

/// A line of words beside or above a button: what it does, or why it is off.
pub(super) fn note(words: &str, sheet: &mut Sheet, id: &str, area: Area, off: bool) {
    let ink = if off { sheet.p.off_ink } else { sheet.p.muted };
    sheet.text(id, Role::Status, words, area, 3, Style::new(Face::Regular, sheet.m.caption, ink));
}

/// A place for a button at the right of `row`, and for words at its left.
pub(super) fn split(row: Area, gap: i32) -> (Area, Area) {
    let button = row.w * 46 / 100;
    (Area { w: row.w - button - gap, ..row }, Area { x: row.right() - button, w: button, ..row })
}

/// A time span in the largest unit that tells enough.
pub(super) fn span(sheet: &Sheet, seconds: u64) -> String {
    match seconds {
        172_800.. => say::PANEL_DAYS.count(sheet.language, seconds / 86_400),
        7_200.. => say::PANEL_HOURS.count(sheet.language, seconds / 3_600),
        _ => say::DESK_MINUTES.count(sheet.language, seconds / 60),
    }
}
