//! The New Year's look: a garland along the upper edge, and snow where nothing is said. It lies on the ground, below
//! everything, and no flake comes near a word: what is read is read as on any day.

use super::{Ink, area::Area, measures::Measures};
use crate::panel::canvas::Argb;

const CORD: Argb = Argb::rgb(0x2E6B57);
const LAMPS: [Argb; 4] = [Argb::rgb(0xFFD873), Argb::rgb(0xFF7A70), Argb::rgb(0x7FE3AE), Argb::rgb(0x8DB8FF)];
const SNOW: Argb = Argb(0xB0FF_FFFF);
/// Flakes that are thought of; most of them have room.
const FLAKES: u32 = 90;

/// Puts both right above the ground, the first of `inks`.
pub(super) fn lay(inks: &mut Vec<Ink>, screen: Area, m: &Measures) {
    let taken: Vec<Area> = inks.iter().skip(1).filter_map(Ink::area).map(|area| area.inset(-m.gap, -m.gap)).collect();
    let mut winter = Vec::new();
    garland(&mut winter, screen, m);
    snow(&mut winter, screen, m, &taken);
    inks.splice(1..1, winter);
}

fn circle(x: f32, y: f32, radius: f32, color: Argb) -> Ink {
    let side = (radius * 2.0).round().max(2.0) as i32;
    let area = Area::new((x - radius).round() as i32, (y - radius).round() as i32, side, side);
    Ink::Box { area, radius: side / 2 + 1, fill: (color, color) }
}

/// Swags from nail to nail, each with five lamps.
fn garland(winter: &mut Vec<Ink>, screen: Area, m: &Measures) {
    let depth = m.header_y as f32;
    let count = (screen.w as f32 / (m.apart as f32 * 11.0)).round().max(3.0);
    let each = screen.w as f32 / count;
    let sag = |part: f32| depth * (0.08 + 0.4 * 4.0 * part * (1.0 - part));
    let mut lamp = 0;
    for swag in 0..count as i32 {
        let at = |part: f32| (each * (swag as f32 + part), sag(part));
        for step in 0..10 {
            let (from, to) = (at(step as f32 / 10.0), at((step + 1) as f32 / 10.0));
            winter.push(Ink::Line { from, to, stroke: (depth * 0.09).max(1.5), color: CORD });
        }
        for part in [0.1, 0.3, 0.5, 0.7, 0.9] {
            let ((x, y), color) = (at(part), LAMPS[lamp % LAMPS.len()]);
            let size = depth * 0.26;
            winter.push(circle(x, y + size * 0.7, size * 1.1, color.covered(50)));
            let bulb = Area::new((x - size / 2.0) as i32, y as i32, size.ceil() as i32, (size * 1.5).ceil() as i32);
            winter.push(Ink::Box { area: bulb, radius: bulb.w / 2, fill: (color, color) });
            lamp += 1;
        }
    }
}

fn snow(winter: &mut Vec<Ink>, screen: Area, m: &Measures, taken: &[Area]) {
    // The same snow on every frame: what falls would be drawn anew again and again.
    let mut state = 0x9E37_79B9_u32;
    let mut next = |below: i32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        ((u64::from(state) * below.max(1) as u64) >> 32) as i32
    };
    for number in 0..FLAKES {
        let (x, y) = (next(screen.w), m.header_y + next(screen.h - m.header_y));
        let big = number.is_multiple_of(5);
        let radius = if big { m.gap * 3 / 4 + next(m.gap) } else { 1 + next(m.gap / 3) };
        let area = Area::new(x - radius, y - radius, 2 * radius, 2 * radius);
        if !screen.holds(area) || taken.iter().any(|other| other.meets(area)) {
            continue;
        }
        let (x, y, radius) = (x as f32, y as f32, radius as f32);
        match big {
            true => flake(winter, (x, y), radius),
            false => winter.push(circle(x, y, radius, SNOW.covered(150))),
        }
    }
}

/// Six arms, each with two twigs.
fn flake(winter: &mut Vec<Ink>, (x, y): (f32, f32), radius: f32) {
    let (stroke, color) = ((radius / 8.0).max(1.2), SNOW.covered(170));
    let place = |angle: f32, far: f32| (x + angle.cos() * far, y + angle.sin() * far);
    for arm in 0..6 {
        let angle = std::f32::consts::FRAC_PI_3 * arm as f32 + 0.26;
        winter.push(Ink::Line { from: (x, y), to: place(angle, radius), stroke, color });
        let fork = place(angle, radius * 0.58);
        for side in [-0.5_f32, 0.5] {
            let (dx, dy) = ((angle + side * 1.7).cos(), (angle + side * 1.7).sin());
            let to = (fork.0 + dx * radius * 0.32, fork.1 + dy * radius * 0.32);
            winter.push(Ink::Line { from: fork, to, stroke, color });
        }
    }
}
