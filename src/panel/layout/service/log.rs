//! The log's last lines, the newest at the bottom, as many as fit.

use super::{Area, Face, Panel, Role, Sheet, Side, Style, icon, rows, say};
use crate::panel::layout::parts::Button;

pub(super) fn lay(sheet: &mut Sheet, panel: &Panel, area: Area) {
    let Some(known) = &panel.desk.known else { return rows::looking(sheet, area) };
    let m = sheet.m;
    let lines = &known.facts.log;
    let row = Area { y: area.bottom() - m.header_h, h: m.header_h, ..area };
    let space = Area { h: row.y - m.gap - area.y, ..area };
    if lines.is_empty() {
        let style = Style::new(Face::Regular, m.lead, sheet.p.muted).on(Side::Center);
        sheet.text("log-empty", Role::Status, sheet.say(say::DESK_LOG_EMPTY), space, 1, style);
    }
    let size = (m.caption * 0.87).max(13.0);
    let step = (size * 2.75) as i32;
    let fit = (space.h / step).max(1) as usize;
    let above = panel.desk.log_above.min(lines.len().saturating_sub(fit));
    let end = lines.len() - above;
    let start = end.saturating_sub(fit);
    for (index, line) in lines[start..end].iter().enumerate() {
        let place = Area { y: space.y + index as i32 * step, h: step, ..space };
        let text = short(line);
        let ink = if text.contains(" WARN") || text.contains(" ERROR") { sheet.p.bad } else { sheet.p.ink };
        let style = Style::new(Face::Regular, size, ink).on(Side::TopLeft);
        sheet.text(&format!("log-{}", index + 1), Role::Text, &text, place, 2, style);
    }
    let (older, newer) = (sheet.say(say::DESK_LOG_OLDER), sheet.say(say::DESK_LOG_NEWER));
    Button::plain("log-older", older, icon::ARROW_LEFT).when(start > 0).lay(sheet, row.column(0, 2, m.apart));
    Button::plain("log-newer", newer, icon::CLOCK).when(above > 0).lay(sheet, row.column(1, 2, m.apart));
}

/// Without the date and the parts of a second: who stands here looks at the last minutes.
fn short(line: &str) -> String {
    let Some((time, rest)) = line.split_once('Z').filter(|(time, _)| time.len() >= 19 && time.is_ascii()) else {
        return line.to_owned();
    };
    let rest = rest.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("{} {rest}", &time[11..19])
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn a_line_keeps_its_time_of_day() {
        let line = "2026-11-22T13:37:30.123456Z  WARN ottisk::queue: held job=7 fault=media-jam";
        assert_eq!(short(line), "13:37:30 WARN ottisk::queue: held job=7 fault=media-jam");
        for other in ["", "Z", "Зимa 2026-11-22T13:37Z", "what else"] {
            assert_eq!(short(other), other);
        }
    }
}
