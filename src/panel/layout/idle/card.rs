//! The cards of the QR codes: the page's, and before it the Wi-Fi's where the kiosk is its own network. Cards are paper in
//! every look: scanners want dark on light, and the four light modules around a code.

use super::{
    super::{
        Ink, Role,
        area::Area,
        sheet::{Sheet, Side, Style},
    },
    number,
};
use crate::{
    panel::{
        font::Face,
        palette,
        qr::Modules,
        scene::{Panel, Qr},
    },
    text::say,
};

/// One card, or two side by side when a phone has to join the Wi-Fi first.
pub(super) fn lay(sheet: &mut Sheet, panel: &Panel, area: Area, now_ms: u64) {
    let live = panel.qr.as_ref().filter(|qr| qr.until_ms > now_ms);
    let Some((name, password)) = &panel.settings.wifi else {
        return page(sheet, panel, area, live, now_ms, None);
    };
    let gap = sheet.m.gap * 2;
    let first = area.column(0, 2, gap);
    wifi(sheet, first, name, password);
    page(sheet, panel, area.column(1, 2, gap), live, now_ms, Some(2));
}

fn paper(sheet: &mut Sheet, card: Area) {
    let radius = sheet.m.radius;
    sheet.shadow(card, radius, sheet.m.gap * 2);
    sheet.fill(card, radius, palette::PAPER);
}

fn center(face: Face, size: f32, color: crate::panel::canvas::Argb) -> Style {
    Style::new(face, size, color).on(Side::Center)
}

/// The numbered heading of a card; what is left below it.
fn numbered(sheet: &mut Sheet, card: Area, index: usize, id: &str, words: &str) -> Area {
    let m = sheet.m;
    let side = (m.label * 1.5) as i32;
    let top = Area { y: card.y + m.gap * 3 / 2, h: side, ..card }.inset(m.gap * 3 / 2, 0);
    let style = Style::new(Face::Semibold, m.label, palette::PAPER_INK);
    let room = top.w - side - m.gap;
    let size = style.size.min(style.size * room as f32 / style.face.width(words, style.size).max(1.0)).floor();
    let width = style.face.width(words, size).ceil() as i32;
    let left = top.x + (room - width) / 2;
    number(sheet, index, Area { x: left, w: side, ..top });
    let frame = Area { x: left + side + m.gap, w: width + 2, ..top };
    sheet.text(id, Role::Text, words, frame, 1, Style { size, ..style });
    Area { y: top.bottom(), h: card.bottom() - top.bottom(), ..card }
}

/// The code as large as `space` has room for it and its light border.
fn code(sheet: &mut Sheet, id: &str, label: &str, modules: Modules, space: Area) {
    let side = modules.with_quiet(space.w.min(space.h));
    let area = space.middle(side, side);
    sheet.element(id, Role::Image, label, area);
    sheet.ink(Ink::Qr { area, modules });
}

fn wifi(sheet: &mut Sheet, card: Area, name: &str, password: &str) {
    let m = sheet.m;
    paper(sheet, card);
    let words = sheet.say(say::PANEL_WIFI_FIRST);
    let rest = numbered(sheet, card, 1, "wifi-first", words);
    let line = Area { y: card.bottom() - foot(sheet, true), h: (m.label * 1.5) as i32, ..card }.inset(m.gap * 2, 0);
    let label = say::PANEL_WIFI_QR.fill(sheet.language, &[("name", name)]);
    if let Some(modules) = Modules::wifi(name, password) {
        code(sheet, "wifi-qr", &label, modules, Area { h: line.y - rest.y, ..rest });
    }
    let words = say::PANEL_WIFI_NAME.fill(sheet.language, &[("name", name)]);
    sheet.text("wifi-name", Role::Text, &words, line, 1, center(Face::Bold, m.label, palette::PAPER_INK));
}

/// Height of what stands below a code; where two codes share the room, the time has no words.
fn foot(sheet: &Sheet, two: bool) -> i32 {
    let m = sheet.m;
    let small = if m.compact || two { 0 } else { (m.caption * 1.5) as i32 };
    (m.label * 1.5) as i32 + m.gap * 2 + small
}

fn page(sheet: &mut Sheet, panel: &Panel, card: Area, live: Option<&Qr>, now_ms: u64, index: Option<usize>) {
    let m = sheet.m;
    paper(sheet, card);
    let caption_h = if index.is_some() { 0 } else { (m.caption * 1.4) as i32 };
    let high = foot(sheet, index.is_some()) + caption_h;
    // A low card has its words beside the code rather than below.
    let beside = index.is_none() && card.w > card.h * 7 / 5;
    let (space, mut words) = match index {
        Some(index) => {
            let title = sheet.say(say::PANEL_WIFI_THEN);
            let rest = numbered(sheet, card, index, "page-then", title);
            let y = card.bottom() - high;
            (Area { h: y - rest.y, ..rest }, Area { y, h: high, ..card })
        }
        None if beside => {
            let space = Area { w: card.h, ..card };
            let right = Area { x: space.right() - m.gap, w: card.right() - space.right() + m.gap, ..card };
            (space, right.middle(right.w, high))
        }
        None => (Area { h: card.h - high, ..card }, Area { y: card.bottom() - high, h: high, ..card }),
    };
    words = words.inset(m.gap * 2, 0);
    match live.and_then(|qr| Modules::encode(&qr.url)) {
        Some(modules) => {
            let label = sheet.say(say::PANEL_QR);
            code(sheet, "qr", label, modules, space);
        }
        None => {
            let soon = sheet.say(say::PANEL_QR_SOON);
            let style = center(Face::Regular, m.lead, palette::PAPER_MUTED);
            sheet.text("qr", Role::Status, soon, space.inset(m.gap * 2, 0), 2, style);
        }
    }
    let line = Area { h: caption_h, ..words };
    if index.is_none() {
        let open = sheet.say(say::PANEL_OR_OPEN);
        sheet.text("or-open", Role::Text, open, line, 1, center(Face::Regular, m.caption, palette::PAPER_MUTED));
    }
    let line = Area { y: line.bottom(), h: (m.label * 1.5) as i32, ..words };
    let size = m.label * if index.is_some() { 1.0 } else { 1.2 };
    let style = center(Face::Bold, size, palette::PAPER_INK);
    sheet.text("address", Role::Text, &panel.settings.address, line, 1, style);
    if let Some(qr) = live {
        let bar = Area { y: line.bottom() + m.gap / 2, h: (m.gap / 2).max(4), ..words };
        time_left(sheet, qr, bar, now_ms, index.is_none());
    }
}

/// The bar that runs out, and when the next code comes.
fn time_left(sheet: &mut Sheet, qr: &Qr, bar: Area, now_ms: u64, worded: bool) {
    let m = sheet.m;
    let left = qr.until_ms.saturating_sub(now_ms);
    let whole = qr.until_ms.saturating_sub(qr.from_ms).max(1);
    sheet.fill(bar, bar.h / 2, palette::PAPER_OFF);
    let part = (f64::from(bar.w) * left.min(whole) as f64 / whole as f64) as i32;
    sheet.fill(Area { w: part.max(bar.h), ..bar }, bar.h / 2, palette::PAPER_ACCENT);
    let seconds = left.div_ceil(1_000);
    let time = format!("{}:{:02}", seconds / 60, seconds % 60);
    let label = say::PANEL_NEW_QR_IN.fill(sheet.language, &[("time", &time)]);
    sheet.element("qr-time", Role::Progress, label.as_str(), bar).value = Some(time);
    if worded && !m.compact {
        let frame = Area { y: bar.bottom() + m.gap / 4, h: (m.caption * 1.4) as i32, ..bar };
        sheet.words(&label, frame, 1, center(Face::Medium, m.caption * 0.9, palette::PAPER_MUTED));
    }
}
