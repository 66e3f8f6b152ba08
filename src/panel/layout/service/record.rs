//! The flight record: its QR code as large as it fits, what to do with it, and what checks it.

use super::{Area, Face, Panel, Role, Sheet, Side, Style, rows, say};
use crate::panel::{layout::Ink, palette, qr::Modules};

pub(super) fn lay(sheet: &mut Sheet, panel: &Panel, area: Area) {
    let m = sheet.m;
    let Some((text, modules)) = panel.record.as_ref().and_then(|text| Some((text, Modules::encode_dense(text)?)))
    else {
        return rows::note(sheet.say(say::DESK_RECORD_NONE), sheet, "record-none", area, false);
    };
    let tall = area.h > area.w;
    let space = if tall { area.w.min(area.h * 65 / 100) } else { area.h.min(area.w * 62 / 100) };
    let x = if tall { area.x + (area.w - space) / 2 } else { area.x };
    let code = Area::new(x, area.y, space, space);
    // White in every look: scanners want dark on light.
    sheet.fill(code, m.radius / 2, palette::PAPER);
    let side = modules.with_quiet(space);
    let place = code.middle(side, side);
    let label = sheet.say(say::DESK_RECORD);
    sheet.element("record", Role::Image, label, place).value = Some(text.clone());
    sheet.ink(Ink::Qr { area: place, modules });
    let words = match tall {
        true => Area { y: code.bottom() + m.gap * 2, h: area.bottom() - code.bottom() - m.gap * 2, ..area },
        false => Area { x: code.right() + m.gap * 2, w: area.right() - code.right() - m.gap * 2, ..area },
    };
    let lead = Style::new(Face::Regular, m.caption, sheet.p.ink).on(Side::TopLeft);
    let upper = Area { h: words.h * 6 / 10, ..words };
    sheet.text("record-lead", Role::Text, sheet.say(say::DESK_RECORD_LEAD), upper, 10, lead);
    let Some(known) = &panel.desk.known else { return };
    let y = upper.bottom() + m.gap;
    let name = Area { y, h: (m.caption * 1.5) as i32, ..words };
    let style = Style::new(Face::Regular, m.caption, sheet.p.muted);
    sheet.text("record-key-name", Role::Text, sheet.say(say::DESK_RECORD_KEY), name, 1, style);
    // 43 symbols: in four groups people can read them out.
    let key = &known.public_key;
    let groups: Vec<&str> = (0..key.len()).step_by(11).filter_map(|at| key.get(at..(at + 11).min(key.len()))).collect();
    let below = Area { y: name.bottom(), h: words.bottom() - name.bottom(), ..words };
    let style = Style::new(Face::Medium, m.caption, sheet.p.ink).on(Side::TopLeft);
    sheet.element("record-key", Role::Text, sheet.say(say::DESK_RECORD_KEY), below).value = Some(key.clone());
    sheet.words(&groups.join(" "), below, 5, style);
}
