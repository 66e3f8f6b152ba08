//! What several scenes show: buttons, the header with its languages, chips, the big message in the middle.

use super::{
    Role,
    area::Area,
    sheet::{Sheet, Side, Style},
};
use crate::{
    panel::{canvas::Argb, font::Face, icon},
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
                sheet.fill(area, radius, sheet.p.off);
                sheet.p.off_ink
            }
            (true, Weight::Primary) => {
                sheet.shadow(area, radius, 12);
                let fill = (sheet.p.primary_light, sheet.p.primary);
                sheet.ink(super::Ink::Box { area, radius, fill });
                sheet.p.on_primary
            }
            (true, Weight::Plain) => {
                sheet.edged(area, radius, (sheet.p.edge, 2), sheet.p.surface);
                sheet.p.ink
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
    let (each, apart) = (h * 5 / 4, sheet.m.apart);
    let both = Area::new(right - 2 * each - apart, y, 2 * each + apart, h);
    let names = [("language-ru", say::PANEL_RUSSIAN, Language::Ru), ("language-en", say::PANEL_ENGLISH, Language::En)];
    for (index, (id, name, language)) in names.into_iter().enumerate() {
        let pill = both.column(index as i32, 2, apart);
        let chosen = language == sheet.language;
        let (edge, ground, ink, face) = match chosen {
            true => (sheet.p.primary, sheet.p.primary, sheet.p.on_primary, Face::Bold),
            false => (sheet.p.edge, sheet.p.surface, sheet.p.ink, Face::Medium),
        };
        sheet.edged(pill, h / 2, (edge, 2), ground);
        let style = Style::new(face, (h as f32 * 0.37).round(), ink).on(Side::Center);
        let name = sheet.say(name);
        sheet.element(id, Role::Button, name, pill).value = Some(if chosen { "on" } else { "off" }.into());
        sheet.words(name, pill.inset(6, 4), 1, style);
    }
    let large = Area::new(both.x - apart - h, y, h, h);
    let on = sheet.large;
    let (edge, ground, ink) = match on {
        true => (sheet.p.primary, sheet.p.primary, sheet.p.on_primary),
        false => (sheet.p.edge, sheet.p.surface, sheet.p.ink),
    };
    sheet.edged(large, h / 2, (edge, 2), ground);
    sheet.icon(icon::A_LARGE_SMALL, large, h / 2, ink);
    if on {
        // A tick says it to whoever does not see the colour.
        let badge = Area::new(large.right() - h * 2 / 5, large.y - h / 12, h * 2 / 5, h * 2 / 5);
        sheet.edged(badge, badge.h / 2, (sheet.p.primary, 2), sheet.p.surface);
        sheet.icon(icon::CHECK, badge, badge.h * 2 / 3, sheet.p.ink);
    }
    let label = sheet.say(say::PANEL_LARGE_TEXT);
    sheet.element("large-text", Role::Switch, label, large).value = Some(if on { "on" } else { "off" }.into());
    large.x
}

/// Where a scene's title stands: between the header's buttons, or below them when the screen is on its end. What follows
/// begins at `m.top`, which moves down then.
pub(super) fn title_frame(sheet: &mut Sheet, left: i32, right: i32) -> Area {
    let m = sheet.m;
    if !m.tall {
        let x = left + m.gap * 2;
        return Area::new(x, m.header_y, right - m.gap * 2 - x, m.header_h);
    }
    let frame = Area::new(m.margin, m.header_y + m.header_h + m.gap, sheet.screen.w - 2 * m.margin, m.header_h);
    sheet.m.top = frame.bottom() + m.gap * 3 / 2;
    frame
}

/// The button that leaves, at the left of the header. Returns where it ends.
pub(super) fn back(sheet: &mut Sheet) -> i32 {
    let h = sheet.m.header_h;
    let label = sheet.say(say::PANEL_BACK);
    let size = sheet.m.action.min(h as f32 * 0.42);
    let style = Style::new(Face::Semibold, size, sheet.p.ink);
    let words = style.face.width(label, size).ceil() as i32;
    let (pad, side) = (h * 2 / 5, h * 2 / 5);
    let area = Area::new(sheet.m.margin, sheet.m.header_y, 2 * pad + side + 12 + words, h);
    sheet.edged(area, h / 2, (sheet.p.edge, 2), sheet.p.surface);
    sheet.element("back", Role::Button, label, area);
    sheet.icon(icon::ARROW_LEFT, Area::new(area.x + pad, area.y, side, h), side, sheet.p.ink);
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
    let fits = |size: f32| {
        let style = Style::new(Face::Medium, size, look.0);
        let side = (size * 1.3) as i32;
        let words = style.face.width(text, size).ceil() as i32;
        let (pad, gap) = (place.h / 3, place.h / 6);
        let width = 2 * pad + side + gap + words;
        (width <= place.w).then_some((style, side, words, pad, gap, width))
    };
    let size = sheet.m.caption.min(place.h as f32 * 0.55);
    let (style, side, words, pad, gap, width) =
        [1.0, 0.87, 0.75].into_iter().find_map(|part| fits((size * part).max(size.min(12.5))))?;
    let area = Area { w: width, ..place };
    sheet.fill(area, area.h / 2, look.1);
    sheet.element(id, Role::Status, text, area);
    sheet.icon(icon, Area::new(area.x + pad, area.y, side, area.h), side, look.0);
    sheet.words(text, Area::new(area.x + pad + side + gap, area.y, words + 1, area.h), 1, style);
    Some(area.right())
}

/// More height than any words take.
pub(super) const UNBOUNDED: i32 = 100_000;

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
        let gap = sheet.m.gap * 3 / 2;
        // The words come first: the sign has what they leave.
        let spare = area.h - self.height(sheet, Area { h: UNBOUNDED, ..area }) - gap;
        let sign = (area.h * 30 / 100).min(sheet.m.header_h * 9 / 4).min(spare);
        if sign < sheet.m.header_h * 2 / 3 {
            let spare = (area.h - self.height(sheet, area)).max(0) / 2;
            self.say(sheet, Area { h: area.h - spare, ..area.down(spare) });
            return;
        }
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
        let heading = Style::new(Face::Bold, m.heading, sheet.p.ink).on(Side::Center);
        // A long title takes two lines before it becomes small.
        let lines = if heading.face.width(self.title, heading.size * 0.72) > area.w as f32 { 2 } else { 1 };
        let size = if lines == 2 { heading.size * 0.86 } else { heading.size };
        let title = Area { h: (size * 1.3) as i32 * lines, ..area };
        sheet.text("heading", Role::Heading, self.title, title, lines as usize, Style { size, ..heading });
        let lead = Style::new(Face::Regular, m.lead, sheet.p.muted).on(Side::TopCenter);
        let y = title.bottom() + m.gap * 3 / 4;
        let narrow = Area { y, h: area.bottom() - y, ..area }.inset(area.w / 40, 0);
        let both = !self.second.is_empty();
        let space = Area { h: if both { narrow.h * 65 / 100 } else { narrow.h }, ..narrow };
        let taken = sheet.text("message", Role::Status, self.lead, space, 3, lead);
        if !both {
            return taken.bottom();
        }
        let y = taken.bottom() + m.gap;
        let space = Area { y, h: area.bottom() - y, ..narrow };
        let style = Style { size: m.caption, ..lead };
        if space.h < (style.size * 1.2) as i32 {
            return taken.bottom();
        }
        sheet.text("note", Role::Text, self.second, space, 2, style).bottom()
    }
}

/// How high a row of so many buttons is: on a screen that stands on its end they stand on each other.
pub(super) fn buttons_height(sheet: &Sheet, count: i32) -> i32 {
    let m = sheet.m;
    if m.tall { m.button * count + m.apart.max(m.gap) * (count - 1) } else { m.button }
}

/// Buttons side by side in the middle of `row`, as wide as their words want; or on each other, the main one on top.
pub(super) fn buttons<const N: usize>(sheet: &mut Sheet, row: Area, all: [Button<'_>; N]) {
    let m = sheet.m;
    let gap = m.apart.max(m.gap * 3 / 2);
    let wants = |label: &str| Face::Semibold.width(label, m.action) as i32 + m.button * 2;
    let widest = all.iter().map(|button| wants(button.label)).max().unwrap_or(0);
    if m.tall {
        let place = row.middle(widest.max(row.w * 7 / 10).min(row.w), row.h);
        for (index, button) in all.into_iter().rev().enumerate() {
            button.lay(sheet, place.row(index as i32, N as i32, m.apart.max(m.gap)));
        }
        return;
    }
    let most = (row.w - gap * (N as i32 - 1)) / N.max(1) as i32;
    let each = widest.max(row.w / 4).min(most);
    let whole = each * N as i32 + gap * (N as i32 - 1);
    let place = row.middle(whole, row.h);
    for (index, button) in all.into_iter().enumerate() {
        button.lay(sheet, place.column(index as i32, N as i32, gap));
    }
}
