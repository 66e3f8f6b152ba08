//! Paint: a layout's inks onto a canvas, from the bottom up. No decisions here but which ink reaches where.
//!
//! Edges are laid over what is there, so drawing them twice would darken them: what is drawn again is first wiped.

use embedded_graphics::{Drawable as _, draw_target::DrawTarget as _, geometry::Point};

use super::{
    canvas::{Argb, Canvas},
    layout::{Ink, Layout, area::Area},
    palette,
    shapes::{Line, Ring, RoundBox, Shadow},
};

/// What a wiped canvas is before the first ink.
const BLANK: Argb = Argb::rgb(0xFF_FFFF);

/// Draws the whole of `layout`.
pub fn paint(canvas: &mut Canvas, layout: &Layout) {
    paint_within(canvas, layout, &[canvas.whole()]);
}

/// Draws what of `layout` is within `areas`, which do not overlap, as if all had been drawn anew.
pub fn paint_within(canvas: &mut Canvas, layout: &Layout, areas: &[Area]) {
    let inks: Vec<(&Ink, Area)> = layout.inks.iter().map(|ink| (ink, reach(ink))).collect();
    for area in areas {
        canvas.clip(*area);
        let Ok(()) = canvas.fill_solid(&(*area).into(), BLANK);
        for (ink, _) in inks.iter().filter(|(_, reach)| !reach.overlap(*area).is_empty()) {
            let Ok(()) = draw(canvas, ink);
        }
    }
    canvas.clip(canvas.whole());
}

/// All pixels that `ink` may touch.
pub fn reach(ink: &Ink) -> Area {
    match ink {
        Ink::Box { area, .. } | Ink::Ring { area, .. } | Ink::Picture { area, .. } => *area,
        // A code is never larger than its square, but one too small for its modules.
        Ink::Qr { area, modules } => Area::new(area.x, area.y, modules.fitted(area.w), modules.fitted(area.w)),
        Ink::Shadow { area, blur, .. } => area.inset(-blur, -blur),
        Ink::Line { from, to, stroke, .. } => {
            let around = stroke / 2.0 + 1.0;
            let (left, top) = (from.0.min(to.0) - around, from.1.min(to.1) - around);
            let (right, bottom) = (from.0.max(to.0) + around, from.1.max(to.1) + around);
            let (x, y) = (left.floor() as i32, top.floor() as i32);
            Area::new(x, y, right.ceil() as i32 - x, bottom.ceil() as i32 - y)
        }
        Ink::Run(run) => {
            // Letters may hang over a little: italics' feet, marks above capitals, an icon's whole em.
            let (_, width) = run.face.shape(&run.text, run.size);
            let (above, below, beside) = (run.size * 1.2, run.size * 0.5, run.size * 0.3 + 2.0);
            let (left, right) = ((run.x - beside).floor() as i32, (run.x + width + beside).ceil() as i32);
            let (top, bottom) = (run.baseline - above.ceil() as i32, run.baseline + below.ceil() as i32);
            Area::new(left, top, right - left, bottom - top)
        }
    }
}

/// One ink over what is there.
pub(in crate::panel) fn draw(canvas: &mut Canvas, ink: &Ink) -> Result<(), std::convert::Infallible> {
    match ink {
        Ink::Box { area, radius, fill } => {
            RoundBox { area: (*area).into(), radius: *radius as f32, fill: *fill }.draw(canvas)
        }
        Ink::Shadow { area, radius, blur, color } => {
            let (area, radius) = ((*area).into(), *radius as f32);
            Shadow { area, radius, blur: *blur, color: *color }.draw(canvas)
        }
        Ink::Line { from, to, stroke, color } => {
            Line { from: *from, to: *to, stroke: *stroke, color: *color }.draw(canvas)
        }
        Ink::Run(run) => {
            canvas.text(run.face, run.size, run.x, run.baseline, &run.text, run.color);
            Ok(())
        }
        Ink::Ring { area, stroke, part, color } => {
            Ring { area: (*area).into(), stroke: *stroke as f32, part: *part, color: *color }.draw(canvas)
        }
        Ink::Qr { area, modules } => modules.draw(canvas, Point::new(area.x, area.y), area.w, palette::PAPER_INK),
        Ink::Picture { area, picture } => picture.draw(canvas, &(*area).into()),
    }
}
