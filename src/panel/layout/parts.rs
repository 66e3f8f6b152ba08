//! What several scenes show: buttons, the header with its languages, chips, the big message in the middle.

use super::{
    Role,
    area::Area,
    sheet::{Sheet, Side, Style},
};
use crate::{
    panel::{canvas::Argb, font::Face, icon, palette},
    text::{Language, say},
};

/// How much a button wants to be pressed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    /// The one thing to do here.
    Primary,
    /// Another way.
    Plain,
}

/// A button's meaning and look.
pub(super) struct Button<'a> {
    pub(super) id: &'a str,
    pub(super) label: &'a str,
    pub(super) icon: char,
    pub(super) weight: Weight,
    pub(super) enabled: bool,
}

impl<'a> Button<'a> {
    pub(super) fn primary(id: &'a str, label: &'a str, icon: char) -> Self {
        Self { id, label, icon, weight: Weight::Primary, enabled: true }
    }

    pub(super) fn plain(id: &'a str, label: &'a str, icon: char) -> Self {
        Self { id, label, icon, weight: Weight::Plain, enabled: true }
    }

    pub(super) fn when(self, enabled: bool) -> Self {
        Self { enabled, ..self }
    }

    /// Draws it: its icon and its words together in the middle.
    pub(super) fn lay(self, sheet: &mut Sheet, area: Area) {
        let radius = (area.h / 4).clamp(12, 24);
        let ink = match (self.enabled, self.weight) {
            (false, _) => {
                sheet.fill(area, radius, palette::OFF);
                palette::OFF_INK
            }
            (true, Weight::Primary) => {
                sheet.shadow(area, radius, 12);
                let fill = (palette::PRIMARY_LIGHT, palette::PRIMARY);
                sheet.ink(super::Ink::Box { area, radius, fill });
                palette::SURFACE
            }
            (true, Weight::Plain) => {
                sheet.edged(area, radius, (palette::EDGE, 2), palette::SURFACE);
                palette::INK
            }
        };
        sheet.element(self.id, Role::Button, self.label, area).enabled = self.enabled;
        icon_and_words(sheet, area, (self.icon, self.label), ink);
    }
}

fn icon_and_words(sheet: &mut Sheet, area: Area, (icon, label): (char, &str), ink: Argb) {
    let style = Style::new(Face::Semibold, sheet.m.action, ink);
    let side = (style.size * 1.2) as i32;
    let gap = side / 2;
    let room = area.w - 2 * 16 - side - gap;
    // The icon makes way when the words would not stay readable beside it.
    let narrow = room < (style.face.width(label, style.size * 0.8).ceil() as i32);
    if narrow && style.face.width(label, style.size * 0.7) > (area.w - 24) as f32 {
        return sheet.icon(icon, area, side, ink);
    }
    if narrow {
        sheet.words(label, area.inset(12, 4), 2, style.on(Side::Center));
        return;
    }
    let size = style.size.min(style.size * room as f32 / style.face.width(label, style.size).max(1.0)).floor();
    let style = Style { size, ..style };
    let words = style.face.width(label, size).ceil() as i32;
    let left = area.x + (area.w - side - gap - words) / 2;
    sheet.icon(icon, Area::new(left, area.y, side, area.h), side, ink);
    sheet.words(label, Area::new(left + side + gap, area.y, words + 1, area.h), 1, style);
}

/// The languages and the size of type, at the right of the header. Returns where they begin.
pub(super) fn languages(sheet: &mut Sheet) -> i32 {
    let (right, y, h) = (sheet.screen.w - sheet.m.margin, sheet.m.header_y, sheet.m.header_h);
    let each = h * 7 / 5;
    let pill = Area::new(right - 2 * each, y, 2 * each, h);
    sheet.edged(pill, h / 2, (palette::EDGE, 1), palette::SURFACE);
    let both = [("language-ru", say::PANEL_RUSSIAN, Language::Ru), ("language-en", say::PANEL_ENGLISH, Language::En)];
    for (index, (id, name, language)) in both.into_iter().enumerate() {
        let half = pill.column(index as i32, 2, 0);
        let chosen = language == sheet.language;
        if chosen {
            sheet.fill(half.inset(3, 3), h / 2 - 3, palette::PRIMARY);
        }
        let color = if chosen { palette::SURFACE } else { palette::MUTED };
        let style = Style::new(Face::Semibold, (h as f32 * 0.36).round(), color).on(Side::Center);
        let name = sheet.say(name);
        sheet.element(id, Role::Button, name, half).value = Some(if chosen { "on" } else { "off" }.into());
        sheet.words(name, half.inset(6, 4), 1, style);
    }
    let large = Area::new(pill.x - sheet.m.gap - h, y, h, h);
    let on = sheet.large;
    let (ground, ink) = if on { (palette::PRIMARY, palette::SURFACE) } else { (palette::SURFACE, palette::INK) };
    sheet.edged(large, h / 2, (palette::EDGE, 1), ground);
    sheet.icon(icon::A_LARGE_SMALL, large, h / 2, ink);
    let label = sheet.say(say::PANEL_LARGE_TEXT);
    sheet.element("large-text", Role::Switch, label, large).value = Some(if on { "on" } else { "off" }.into());
    large.x
}

/// The button that leaves, at the left of the header. Returns where it ends.
pub(super) fn back(sheet: &mut Sheet) -> i32 {
    let h = sheet.m.header_h;
    let label = sheet.say(say::PANEL_BACK);
    let size = sheet.m.action.min(h as f32 * 0.42);
    let style = Style::new(Face::Semibold, size, palette::INK);
    let words = style.face.width(label, size).ceil() as i32;
    let (pad, side) = (h * 2 / 5, h * 2 / 5);
    let area = Area::new(sheet.m.margin, sheet.m.header_y, 2 * pad + side + 12 + words, h);
    sheet.edged(area, h / 2, (palette::EDGE, 2), palette::SURFACE);
    sheet.element("back", Role::Button, label, area);
    sheet.icon(icon::ARROW_LEFT, Area::new(area.x + pad, area.y, side, h), side, palette::INK);
    sheet.words(label, Area::new(area.x + pad + side + 12, area.y, words + 1, h), 1, style);
    area.right()
}

/// A short word on a tinted pill, with an icon. Nothing is drawn and `None` returned when it does not fit.
pub(super) fn chip(
    sheet: &mut Sheet,
    id: &str,
    text: &str,
    icon: char,
    place: Area,
    look: (Argb, Argb),
) -> Option<i32> {
    let style = Style::new(Face::Medium, sheet.m.caption, look.0);
    let side = (style.size * 1.3) as i32;
    let words = style.face.width(text, style.size).ceil() as i32;
    let (pad, gap) = (place.h / 3, place.h / 6);
    let width = 2 * pad + side + gap + words;
    if width > place.w {
        return None;
    }
    let area = Area { w: width, ..place };
    sheet.fill(area, area.h / 2, look.1);
    sheet.element(id, Role::Status, text, area);
    sheet.icon(icon, Area::new(area.x + pad, area.y, side, area.h), side, look.0);
    sheet.words(text, Area::new(area.x + pad + side + gap, area.y, words + 1, area.h), 1, style);
    Some(area.right())
}

/// A message in the middle of the screen: its sign, what happened, what to do.
pub(super) struct Message<'a> {
    pub(super) icon: char,
    pub(super) look: (Argb, Argb),
    pub(super) title: &'a str,
    pub(super) lead: &'a str,
    pub(super) second: &'a str,
}

impl Message<'_> {
    /// Draws it in the middle of `area`.
    pub(super) fn lay(&self, sheet: &mut Sheet, area: Area) {
        let sign = (area.h * 30 / 100).min(sheet.m.header_h * 9 / 4);
        let gap = sheet.m.gap * 3 / 2;
        let words = Area { h: area.h - sign - gap, ..area };
        let spare = (words.h - self.height(sheet, words)).max(0) / 2;
        let disc = Area::new(area.x + (area.w - sign) / 2, area.y + spare, sign, sign);
        sheet.fill(disc, sign / 2, self.look.1);
        sheet.icon(self.icon, disc, sign / 2, self.look.0);
        let top = disc.bottom() + gap;
        self.say(sheet, Area { y: top, h: area.bottom() - top, ..area });
    }

    /// How high its words are when they have `area`.
    pub(super) fn height(&self, sheet: &Sheet, area: Area) -> i32 {
        let mut trial = sheet.blank();
        self.say(&mut trial, Area { y: 0, ..area })
    }

    /// Draws only its words, from the top of `area` on. Returns where they end.
    pub(super) fn say(&self, sheet: &mut Sheet, area: Area) -> i32 {
        let m = sheet.m;
        let heading = Style::new(Face::Bold, m.heading, palette::INK).on(Side::Center);
        let title = Area { h: (heading.size * 1.3) as i32, ..area };
        sheet.text("heading", Role::Heading, self.title, title, 1, heading);
        let lead = Style::new(Face::Regular, m.lead, palette::MUTED).on(Side::TopCenter);
        let y = title.bottom() + m.gap * 3 / 4;
        let narrow = Area { y, h: area.bottom() - y, ..area }.inset(area.w / 40, 0);
        let both = !self.second.is_empty();
        let space = Area { h: if both { narrow.h * 6 / 10 } else { narrow.h }, ..narrow };
        let taken = sheet.text("message", Role::Status, self.lead, space, 3, lead);
        if !both {
            return taken.bottom();
        }
        let y = taken.bottom() + m.gap;
        let space = Area { y, h: area.bottom() - y, ..narrow };
        let style = Style { size: m.caption, ..lead };
        sheet.text("note", Role::Text, self.second, space, 2, style).bottom()
    }
}

/// One or two buttons side by side in the middle of `row`, as wide as their words want.
pub(super) fn buttons<const N: usize>(sheet: &mut Sheet, row: Area, all: [Button<'_>; N]) {
    let gap = sheet.m.gap * 3 / 2;
    let wants = |label: &str| Face::Semibold.width(label, sheet.m.action) as i32 + sheet.m.button * 2;
    let most = (row.w - gap * (N as i32 - 1)) / N.max(1) as i32;
    let each = all.iter().map(|button| wants(button.label)).max().unwrap_or(0).max(row.w / 4).min(most);
    let whole = each * N as i32 + gap * (N as i32 - 1);
    let place = row.middle(whole, row.h);
    for (index, button) in all.into_iter().enumerate() {
        button.lay(sheet, place.column(index as i32, N as i32, gap));
    }
}
