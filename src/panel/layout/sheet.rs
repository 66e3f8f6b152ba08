//! The sheet a scene is written on: each call lays one thing out and writes down both its look and its meaning.

use super::{
    Element, Ink, Layout, Role, Run,
    area::Area,
    lines::{self, LEADING, LINE, Room},
    measures::Measures,
    winter,
};
use crate::{
    panel::{
        canvas::Argb,
        font::{CAP_HEIGHT, Face},
        look::Look,
        palette::Palette,
        scene::Panel,
    },
    text::{Language, Text},
};

/// The smallest type that anything shrinks to.
const LEAST: f32 = 13.0;

/// How a text looks.
#[derive(Clone, Copy)]
pub(in crate::panel) struct Style {
    pub(in crate::panel) face: Face,
    pub(in crate::panel) size: f32,
    pub(in crate::panel) color: Argb,
    pub(in crate::panel) side: Side,
}

/// Where a text stands in its frame. Only `Top` begins at the upper edge; the others stand in the middle.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::panel) enum Side {
    Left,
    Center,
    Right,
    TopLeft,
    TopCenter,
}

impl Style {
    pub(super) fn new(face: Face, size: f32, color: Argb) -> Self {
        Self { face, size, color, side: Side::Left }
    }

    pub(super) fn on(self, side: Side) -> Self {
        Self { side, ..self }
    }
}

/// See the module.
pub(in crate::panel) struct Sheet {
    pub(super) language: Language,
    pub(super) large: bool,
    pub(super) screen: Area,
    pub(super) m: Measures,
    /// The colours.
    pub(super) p: Palette,
    look: Look,
    elements: Vec<Element>,
    inks: Vec<Ink>,
}

impl Sheet {
    pub(super) fn new(panel: &Panel, now_ms: u64) -> Self {
        let settings = &panel.settings;
        let m = Measures::of((panel.width, panel.height), settings.size_mm, panel.large_text);
        let look = settings.looks.at(now_ms, settings.utc_offset_minutes);
        let p = look.palette();
        let screen = Area::new(0, 0, panel.width as i32, panel.height as i32);
        let ground = Ink::Box { area: screen, radius: 0, fill: (p.sky, p.ground) };
        let (language, large) = (panel.language, panel.large_text);
        Self { language, large, screen, m, p, look, elements: Vec::new(), inks: vec![ground] }
    }

    /// A sheet to try a layout on.
    pub(super) fn blank(&self) -> Self {
        Self { elements: Vec::new(), inks: Vec::new(), ..*self }
    }

    pub(super) fn finish(mut self, panel: &Panel) -> Layout {
        if self.look == Look::NewYear {
            winter::lay(&mut self.inks, self.screen, &self.m);
        }
        // A technician's record is a code too, but no page to open.
        let shows_qr = self.elements.iter().any(|element| element.id == "qr" && element.role == Role::Image);
        Layout {
            scene: panel.scene_name(),
            language: self.language,
            width: panel.width,
            height: panel.height,
            elements: self.elements,
            inks: self.inks,
            qr: panel.qr.as_ref().filter(|_| shows_qr).map(|qr| qr.url.clone()),
        }
    }

    /// The sentence in the screen's language.
    pub(super) fn say(&self, text: Text) -> &'static str {
        text.get(self.language)
    }

    pub(super) fn ink(&mut self, ink: Ink) {
        self.inks.push(ink);
    }

    pub(super) fn element(
        &mut self,
        id: impl Into<String>,
        role: Role,
        label: impl Into<String>,
        area: Area,
    ) -> &mut Element {
        let rect = area.rect();
        let element = Element { id: id.into(), role, label: label.into(), rect, enabled: true, value: None };
        self.elements.push(element);
        let last = self.elements.len() - 1;
        &mut self.elements[last]
    }

    pub(super) fn fill(&mut self, area: Area, radius: i32, color: Argb) {
        self.inks.push(Ink::Box { area, radius, fill: (color, color) });
    }

    /// A box with an edge: the edge's colour, then the inside over it.
    pub(super) fn edged(&mut self, area: Area, radius: i32, edge: (Argb, i32), inside: Argb) {
        self.fill(area, radius, edge.0);
        self.fill(area.inset(edge.1, edge.1), radius - edge.1, inside);
    }

    pub(super) fn shadow(&mut self, area: Area, radius: i32, blur: i32) {
        self.inks.push(Ink::Shadow { area: area.down(blur / 3), radius, blur, color: self.p.shadow });
    }

    /// A white card with a soft shadow.
    pub(super) fn card(&mut self, area: Area) {
        let radius = self.m.radius;
        self.shadow(area, radius, 24);
        self.fill(area, radius, self.p.surface);
    }

    /// An icon in the middle of `area`.
    pub(super) fn icon(&mut self, icon: char, area: Area, size: i32, color: Argb) {
        let frame = area.middle(size, size);
        let (x, baseline) = (frame.x as f32, frame.bottom());
        let (text, face, size) = (icon.to_string(), Face::Icons, size as f32);
        self.inks.push(Ink::Run(Run { x, baseline, text, face, size, color, frame }));
    }

    /// Words within `frame`, in at most `most` lines. Returns the place they take.
    pub(super) fn words(&mut self, text: &str, frame: Area, most: usize, style: Style) -> Area {
        let room = Room { width: frame.w, height: frame.h, most };
        let fitted = lines::fit(text, style.face, style.size, LEAST.min(style.size), room);
        let centered = matches!(style.side, Side::Center | Side::TopCenter);
        let lines = if centered { lines::balance(&fitted, style.face) } else { fitted.lines.clone() };
        let (size, count) = (fitted.size, lines.len().max(1) as f32);
        let step = (size * LEADING).round();
        let height = (step * (count - 1.0) + size * LINE).ceil() as i32;
        let top = match style.side {
            Side::TopLeft | Side::TopCenter => frame.y,
            _ => frame.y + (frame.h - height) / 2,
        };
        // Capitals in the middle of their line: what is above them equals what hangs below.
        let first = top as f32 + size * (LINE + CAP_HEIGHT) / 2.0;
        let mut taken = Area::new(frame.x, top, 0, height);
        for (index, text) in lines.into_iter().enumerate() {
            let width = style.face.width(&text, size);
            let x = match style.side {
                Side::Left | Side::TopLeft => frame.x as f32,
                Side::Right => frame.right() as f32 - width,
                Side::Center | Side::TopCenter => frame.x as f32 + (frame.w as f32 - width) / 2.0,
            };
            taken.w = taken.w.max(width.ceil() as i32);
            let baseline = (first + step * index as f32).round() as i32;
            let (face, color) = (style.face, style.color);
            self.inks.push(Ink::Run(Run { x, baseline, text, face, size, color, frame }));
        }
        taken
    }

    /// Words that are an element of their own.
    pub(super) fn text(&mut self, id: &str, role: Role, text: &str, frame: Area, most: usize, style: Style) -> Area {
        self.element(id, role, text, frame);
        self.words(text, frame, most, style)
    }

    /// Digits each in a cell of the widest one's width, so that a running clock stands still. Returns the width.
    pub(super) fn digits(&mut self, text: &str, frame: Area, style: Style) -> f32 {
        let cell = ('0'..='9').map(|digit| style.face.width(&digit.to_string(), style.size)).fold(0.0, f32::max);
        let wide = |symbol: char| match symbol.is_ascii_digit() {
            true => cell,
            false => style.face.width(&symbol.to_string(), style.size),
        };
        let whole: f32 = text.chars().map(wide).sum();
        if whole > frame.w as f32 && style.size > LEAST {
            let size = (style.size * frame.w as f32 / whole).floor().max(LEAST);
            return self.digits(text, frame, Style { size, ..style });
        }
        let mut x = match style.side {
            Side::Left | Side::TopLeft => frame.x as f32,
            Side::Right => frame.right() as f32 - whole,
            Side::Center | Side::TopCenter => frame.x as f32 + (frame.w as f32 - whole) / 2.0,
        };
        let baseline = (frame.y as f32 + frame.h as f32 / 2.0 + style.size * CAP_HEIGHT / 2.0).round() as i32;
        for symbol in text.chars() {
            let text = symbol.to_string();
            let own = style.face.width(&text, style.size);
            let (face, size, color) = (style.face, style.size, style.color);
            let place = x + (wide(symbol) - own) / 2.0;
            self.inks.push(Ink::Run(Run { x: place, baseline, text, face, size, color, frame }));
            x += wide(symbol);
        }
        whole
    }
}
