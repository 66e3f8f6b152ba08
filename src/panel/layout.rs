//! A layout: what is on the screen and where. The same list is drawn, touched and read by assistive programs.
//!
//! Each scene has its file below; `sheet` is the paper they all write on, `parts` what several of them show.

pub mod area;
mod code;
mod heard;
mod idle;
mod lines;
pub(super) mod measures;
mod missing;
mod notice;
mod outcome;
mod parts;
mod printing;
mod review;
mod service;
pub(super) mod sheet;
mod winter;

use std::sync::Arc;

use serde_json::{Value, json};

use super::{
    canvas::Argb,
    font::{CAP_HEIGHT, DESCENT, Face},
    palette,
    picture::Picture,
    qr::Modules,
    scene::{Panel, Scene},
};
use crate::text::Language;
use area::Area;

/// What an element is, in the words of WAI-ARIA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Can be pressed.
    Button,
    /// Has two states.
    Switch,
    /// Says something.
    Text,
    /// Names the scene.
    Heading,
    /// A picture or a QR code.
    Image,
    /// A part of a whole.
    Progress,
    /// A key of the on-screen keyboard.
    Key,
    /// Says something that changes by itself.
    Status,
}

impl Role {
    fn name(self) -> &'static str {
        match self {
            Self::Button => "button",
            Self::Switch => "switch",
            Self::Text => "text",
            Self::Heading => "heading",
            Self::Image => "image",
            Self::Progress => "progress",
            Self::Key => "key",
            Self::Status => "status",
        }
    }

    /// Whether a finger does something to it.
    pub fn is_touchable(self) -> bool {
        matches!(self, Self::Button | Self::Switch | Self::Key)
    }
}

/// One thing a person can see, read or touch.
#[derive(Clone, Debug, PartialEq)]
pub struct Element {
    /// Its name for programs.
    pub id: String,
    /// What it is.
    pub role: Role,
    /// What it says.
    pub label: String,
    /// `x, y, width, height` in pixels.
    pub rect: [i32; 4],
    /// Whether touching it does something now.
    pub enabled: bool,
    /// Its state, when it has one.
    pub value: Option<String>,
}

/// A line of text, measured and placed.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Where its first glyph starts.
    pub x: f32,
    /// Its baseline.
    pub baseline: i32,
    /// Its words.
    pub text: String,
    /// Its face.
    pub face: Face,
    /// Its size in pixels.
    pub size: f32,
    /// Its colour.
    pub color: Argb,
    /// What it must stay within.
    pub frame: Area,
}

/// One thing to draw.
#[derive(Clone, Debug, PartialEq)]
pub enum Ink {
    /// A box; the colours are top and bottom.
    Box {
        /// Where.
        area: Area,
        /// Of the corners.
        radius: i32,
        /// Top and bottom.
        fill: (Argb, Argb),
    },
    /// A shadow under a box to come.
    Shadow {
        /// The box.
        area: Area,
        /// Of its corners.
        radius: i32,
        /// How far it fades.
        blur: i32,
        /// Its darkest.
        color: Argb,
    },
    /// A straight stroke with round ends: a garland's cord, a snowflake's arm.
    Line {
        /// From `x, y`.
        from: (f32, f32),
        /// To `x, y`.
        to: (f32, f32),
        /// Thickness.
        stroke: f32,
        /// Its colour.
        color: Argb,
    },
    /// Words or an icon.
    Run(Run),
    /// A part of a ring.
    Ring {
        /// Its square.
        area: Area,
        /// Thickness.
        stroke: i32,
        /// How much of it, 0.0 to 1.0.
        part: f32,
        /// Its colour.
        color: Argb,
    },
    /// A QR code.
    Qr {
        /// Its square.
        area: Area,
        /// What it says, encoded.
        modules: Modules,
    },
    /// A page.
    Picture {
        /// Where.
        area: Area,
        /// What.
        picture: Arc<Picture>,
    },
}

impl Run {
    /// What its letters cover, from above the capitals to below the tails.
    pub fn area(&self) -> Area {
        let icon = self.face == Face::Icons;
        let (up, down) = if icon { (1.0, 0.0) } else { (CAP_HEIGHT, DESCENT) };
        let top = self.baseline - (self.size * up) as i32;
        let width = self.face.width(&self.text, self.size) as i32;
        Area::new(self.x.ceil() as i32, top, width, self.baseline + (self.size * down) as i32 - top)
    }
}

impl Ink {
    /// What it covers; `None` for strokes, which are everywhere.
    pub fn area(&self) -> Option<Area> {
        match self {
            Self::Box { area, .. } | Self::Ring { area, .. } | Self::Qr { area, .. } | Self::Picture { area, .. } => {
                Some(*area)
            }
            Self::Shadow { area, .. } => Some(*area),
            Self::Run(run) => Some(run.area()),
            Self::Line { .. } => None,
        }
    }
}

/// A scene, laid out.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// The scene's name.
    pub scene: &'static str,
    /// The language of its words.
    pub language: Language,
    /// Of the screen.
    pub width: u32,
    /// Of the screen.
    pub height: u32,
    /// In the order of reading.
    pub elements: Vec<Element>,
    /// From the bottom up.
    pub inks: Vec<Ink>,
    /// What the QR code on the screen says.
    pub qr: Option<String>,
}

impl Layout {
    /// What a finger at this place touches, enabled or not.
    pub fn hit(&self, x: i32, y: i32) -> Option<&Element> {
        let touches = |element: &&Element| {
            let [left, top, width, height] = element.rect;
            element.role.is_touchable() && (left..left + width).contains(&x) && (top..top + height).contains(&y)
        };
        self.elements.iter().rev().find(touches)
    }

    /// The accessible tree.
    pub fn to_json(&self) -> Value {
        let element = |element: &Element| {
            json!({
                "id": element.id,
                "role": element.role.name(),
                "label": element.label,
                "rect": element.rect,
                "enabled": element.enabled,
                "value": element.value,
            })
        };
        json!({
            "scene": self.scene,
            "language": self.language.tag(),
            "width": self.width,
            "height": self.height,
            "elements": self.elements.iter().map(element).collect::<Vec<_>>(),
            "qr": self.qr,
        })
    }
}

/// Lays out what `panel` shows.
pub(super) fn lay(panel: &Panel, now_ms: u64) -> Layout {
    let mut sheet = sheet::Sheet::new(panel, now_ms);
    match &panel.scene {
        Scene::Splash => notice::splash(&mut sheet, panel),
        Scene::Idle => idle::lay(&mut sheet, panel, now_ms),
        Scene::Code(code) => code::lay(&mut sheet, panel, code, now_ms),
        Scene::Review(review) => review::lay(&mut sheet, panel, review),
        Scene::Printing(printing) => printing::lay(&mut sheet, panel, printing),
        Scene::Done(done) => outcome::done(&mut sheet, panel, done, now_ms),
        Scene::Fault(failed) => match &failed.missing {
            Some(missing) => missing::lay(&mut sheet, failed, missing),
            None => outcome::fault(&mut sheet, panel, failed),
        },
        Scene::Timeout(_) => notice::timeout(&mut sheet, panel, now_ms),
        Scene::Service => service::lay(&mut sheet, panel, now_ms),
        Scene::OutOfOrder => notice::out_of_order(&mut sheet, panel),
    }
    heard::lay(&mut sheet, panel, now_ms);
    let layout = sheet.finish(panel);
    if !panel.asleep {
        return layout;
    }
    // A dark screen shows nothing, and its first touch does nothing but wake it.
    let area = Area::new(0, 0, panel.width as i32, panel.height as i32);
    let dark = Ink::Box { area, radius: 0, fill: (palette::DARK_SCREEN, palette::DARK_SCREEN) };
    Layout { inks: vec![dark], ..layout }
}
