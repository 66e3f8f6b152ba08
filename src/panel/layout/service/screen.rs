//! The screen: its light, and where taps land.

use super::{Area, Calibration, Face, Panel, Role, Sheet, Side, Style, icon, rows, say};
use crate::panel::layout::parts::Button;

pub(super) fn lay(sheet: &mut Sheet, panel: &Panel, area: Area) {
    let Some(known) = &panel.desk.known else { return rows::looking(sheet, area) };
    let m = sheet.m;
    let last = Area { y: area.bottom() - m.button, h: m.button, ..area };
    let row = Area { y: last.y - m.button - m.apart.max(m.gap * 3), ..last };
    let line = Area { y: row.y - m.gap - (m.lead * 1.6) as i32, h: (m.lead * 1.6) as i32, ..area };
    let title = sheet.say(say::DESK_BRIGHTNESS);
    let value = known.brightness.map(|percent| format!("{percent}\u{a0}%"));
    let element = sheet.element("brightness", Role::Status, title, line);
    element.value = value.clone();
    let words = match &value {
        Some(value) => format!("{title}: {value}"),
        None => sheet.say(say::DESK_BRIGHTNESS_OFF).to_owned(),
    };
    let ink = if value.is_some() { sheet.p.ink } else { sheet.p.off_ink };
    sheet.words(&words, line, 1, Style::new(Face::Medium, m.lead, ink));
    let (darker, brighter) = (sheet.say(say::DESK_DARKER), sheet.say(say::DESK_BRIGHTER));
    let can = |way: fn(u8) -> bool| known.brightness.is_some_and(way);
    let minus = Button::plain("brightness-minus", darker, icon::MINUS).when(can(|percent| percent > 10));
    minus.lay(sheet, row.column(0, 2, m.apart));
    let plus = Button::plain("brightness-plus", brighter, icon::PLUS).when(can(|percent| percent < 100));
    plus.lay(sheet, row.column(1, 2, m.apart));
    let (words, button) = rows::split(last, m.gap);
    let note = match (&panel.desk.calibration, known.touch) {
        (Some(Calibration::Unfit), _) => say::DESK_UNFIT,
        (Some(Calibration::Solving), _) => say::DESK_SOLVING,
        (_, true) => say::DESK_CALIBRATE_LEAD,
        (_, false) => say::DESK_CALIBRATE_OFF,
    };
    rows::note(sheet.say(note), sheet, "calibrate-state", words, !known.touch);
    let label = sheet.say(say::DESK_CALIBRATE);
    let idle = !matches!(panel.desk.calibration, Some(Calibration::Solving));
    Button::plain("calibrate", label, icon::SMARTPHONE).when(known.touch && idle).lay(sheet, button);
}

/// The question whether the new calibration is right. Whoever cannot hit a button only has to wait.
pub(super) fn tried(sheet: &mut Sheet, left_ms: u64, area: Area) {
    let m = sheet.m;
    let row = Area { y: area.bottom() - m.button, h: m.button, ..area };
    let above = Area { h: row.y - m.gap - area.y, ..area };
    let title = Style::new(Face::Bold, m.heading * 0.8, sheet.p.ink).on(Side::Center);
    sheet.text("calibrate-question", Role::Heading, sheet.say(say::DESK_TRIED), above.row(0, 2, m.gap), 2, title);
    let seconds = left_ms.div_ceil(1_000).to_string();
    let words = say::DESK_TRIED_LEAD.fill(sheet.language, &[("seconds", &seconds)]);
    let lead = Style::new(Face::Regular, m.lead, sheet.p.muted).on(Side::TopCenter);
    sheet.text("calibrate-left", Role::Status, &words, above.row(1, 2, m.gap), 3, lead);
    let (undo, keep) = (sheet.say(say::DESK_UNDO), sheet.say(say::DESK_KEEP));
    Button::plain("calibrate-undo", undo, icon::ROTATE_CCW).lay(sheet, row.column(0, 2, m.apart));
    Button::primary("calibrate-keep", keep, icon::CHECK).lay(sheet, row.column(1, 2, m.apart));
}
