//! The door to the technician's side: a pad of digits. What everybody may know stands here too; without a code in the
//! settings it is all there is.

use super::{
    Area, Face, Panel, Role, Sheet, Side, Style, icon,
    rows::{self, Row},
    say,
};
use crate::panel::{layout::parts::Button, words};

pub(super) fn lay(sheet: &mut Sheet, panel: &Panel, whole: Area, now_ms: u64) {
    let m = sheet.m;
    if panel.settings.service_code.is_empty() {
        sheet.edged(whole, m.radius * 6 / 7, (sheet.p.hairline, 1), sheet.p.surface);
        let inner = whole.inset(m.gap * 3, m.gap * 2);
        let known = public(sheet, panel);
        let y = rows::lay(sheet, Area { h: inner.h / 2, ..inner }, &known) + m.gap * 2;
        let style = Style::new(Face::Medium, m.lead, sheet.p.ink).on(Side::TopLeft);
        let below = Area { y, h: inner.bottom() - y, ..inner };
        sheet.text("service-closed", Role::Status, sheet.say(say::DESK_LOCK_NONE), below, 4, style);
        return;
    }
    let (left, pad) = match m.tall {
        true => {
            let h = whole.h * 40 / 100;
            let y = whole.y + h + m.gap;
            (Area { h, ..whole }, Area { y, h: whole.bottom() - y, ..whole })
        }
        false => {
            let w = whole.w * 48 / 100;
            let x = whole.right() - w;
            (Area { w: whole.w - w - m.margin, ..whole }, Area { x, w, ..whole })
        }
    };
    prompt(sheet, panel, left, now_ms);
    keys(sheet, panel, pad, panel.desk.tries.left_ms(now_ms) > 0);
}

/// What everybody may know.
fn public(sheet: &Sheet, panel: &Panel) -> Vec<Row> {
    let (state, _) = super::printer::state(sheet, panel);
    vec![
        (sheet.say(say::DESK_TAB_PRINTER), state),
        (sheet.say(say::DESK_PAGE), panel.settings.address.clone()),
        (sheet.say(say::DESK_VERSIONS), format!("Ottisk {}", env!("CARGO_PKG_VERSION"))),
    ]
}

fn prompt(sheet: &mut Sheet, panel: &Panel, area: Area, now_ms: u64) {
    let (m, desk) = (sheet.m, &panel.desk);
    let size = m.heading.min(area.h as f32 * 0.2);
    let title = Area { h: (size * 1.3) as i32, ..area };
    let style = Style::new(Face::Bold, size, sheet.p.ink);
    sheet.text("lock", Role::Heading, sheet.say(say::DESK_LOCK_TITLE), title, 1, style);
    let pause = desk.tries.left_ms(now_ms).div_ceil(1_000);
    let (text, ink) = match (pause, desk.wrong) {
        (1.., _) => {
            let time = words::wait(pause, sheet.language);
            (say::DESK_LOCK_PAUSED.fill(sheet.language, &[("time", &time)]), sheet.p.bad)
        }
        (0, true) => (sheet.say(say::DESK_LOCK_WRONG).to_owned(), sheet.p.bad),
        (0, false) => (sheet.say(say::DESK_LOCK_LEAD).to_owned(), sheet.p.muted),
    };
    let line = Area { y: title.bottom(), h: (m.lead * 2.7) as i32, ..area };
    let style = Style::new(Face::Regular, m.lead, ink).on(Side::TopLeft);
    sheet.text("code-status", Role::Status, &text, line, 2, style);
    let dots = Area { y: line.bottom() + m.gap, h: (m.button * 2 / 3).max(36), ..area };
    sheet.edged(dots, 12, (sheet.p.edge, 2), if pause > 0 { sheet.p.off } else { sheet.p.surface });
    let label = sheet.say(say::DESK_LOCK_TYPED);
    sheet.element("code", Role::Status, label, dots).value = Some(desk.typed.len().to_string());
    let (dot, step) = (dots.h / 3, (dots.w - 2 * m.gap) / 12);
    for index in 0..desk.typed.len() as i32 {
        let place = Area { x: dots.x + m.gap + index * step, w: step, ..dots };
        sheet.fill(place.middle(dot.min(step), dot.min(step)), dot / 2, sheet.p.ink);
    }
    let y = dots.bottom() + m.gap * 2;
    let below = Area { y, h: area.bottom() - y, ..area };
    if below.h >= (m.caption * 6.0) as i32 {
        let known = public(sheet, panel);
        rows::lay(sheet, below, &known);
    }
}

fn keys(sheet: &mut Sheet, panel: &Panel, pad: Area, paused: bool) {
    let gap = sheet.m.apart;
    let cell = |index: i32| pad.row(index / 3, 4, gap).column(index % 3, 3, gap);
    for (index, digit) in ('1'..='9').chain(['\0', '0']).enumerate().filter(|(_, digit)| *digit != '\0') {
        let area = cell(index as i32);
        let ground = if paused { sheet.p.off } else { sheet.p.surface };
        sheet.edged(area, (area.h / 4).clamp(10, 18), (sheet.p.edge, 2), ground);
        sheet.element(format!("key-{digit}"), Role::Key, digit.to_string(), area).enabled = !paused;
        let size = (area.h as f32 * 0.42).min(area.w as f32 * 0.5);
        let ink = if paused { sheet.p.off_ink } else { sheet.p.ink };
        sheet.digits(&digit.to_string(), area, Style::new(Face::Medium, size, ink).on(Side::Center));
    }
    let (back, some) = (cell(9), !panel.desk.typed.is_empty());
    sheet.edged(back, (back.h / 4).clamp(10, 18), (sheet.p.edge, 2), sheet.p.off);
    sheet.element("key-backspace", Role::Key, sheet.say(say::PANEL_BACKSPACE), back).enabled = some;
    let ink = if some { sheet.p.ink } else { sheet.p.off_ink };
    sheet.icon(icon::DELETE, back, (back.h / 2).min(back.w / 2).min(40), ink);
    let label = sheet.say(say::PANEL_CODE_SUBMIT);
    Button::primary("code-submit", label, icon::CHECK).when(some && !paused).lay(sheet, cell(11));
}
