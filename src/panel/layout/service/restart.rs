//! Update and restart. What cannot be done stands there all the same, switched off, and says why.

use super::{Area, Face, Panel, Role, Sheet, Side, Style, icon, rows, say};
use crate::panel::{layout::parts::Button, scene::desk::Restart};

pub(super) fn lay(sheet: &mut Sheet, panel: &Panel, area: Area) {
    let m = sheet.m;
    let last = Area { y: area.bottom() - m.button, h: m.button, ..area };
    if matches!(panel.desk.restart, Restart::Asked) {
        let style = Style::new(Face::Bold, m.heading * 0.8, sheet.p.ink).on(Side::Center);
        let above = Area { h: last.y - area.y - m.gap, ..area };
        sheet.text("reboot-question", Role::Heading, sheet.say(say::DESK_REBOOT_SURE), above, 2, style);
        let (no, yes) = (sheet.say(say::DESK_REBOOT_NO), sheet.say(say::DESK_REBOOT_YES));
        Button::plain("reboot-no", no, icon::CROSS).lay(sheet, last.column(0, 2, m.apart));
        return Button::primary("reboot-yes", yes, icon::POWER).lay(sheet, last.column(1, 2, m.apart));
    }
    let row = Area { y: last.y - m.button - m.apart.max(m.gap * 3), ..last };
    let (words, button) = rows::split(row, m.gap);
    rows::note(sheet.say(say::DESK_UPDATE_OFF), sheet, "update-state", words, true);
    let label = sheet.say(say::DESK_UPDATE);
    Button::plain("update", label, icon::UPLOAD).when(false).lay(sheet, button);
    let (words, button) = rows::split(last, m.gap);
    let can = panel.settings.can_restart;
    let note = match panel.desk.restart {
        Restart::Going => say::DESK_REBOOT_GOING,
        Restart::Failed => say::DESK_REBOOT_FAILED,
        _ if can => say::DESK_REBOOT_LEAD,
        _ => say::DESK_REBOOT_OFF,
    };
    rows::note(sheet.say(note), sheet, "reboot-state", words, !can);
    let label = sheet.say(say::DESK_REBOOT);
    let free = can && panel.desk.restart != Restart::Going;
    Button::plain("reboot", label, icon::POWER).when(free).lay(sheet, button);
}
