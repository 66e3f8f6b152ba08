//! Paint: a layout's inks onto a canvas, from the bottom up. No decisions here.

use embedded_graphics::{Drawable as _, geometry::Point};

use super::{
    canvas::Canvas,
    layout::{Ink, Layout},
    palette,
    shapes::{Ring, RoundBox, Shadow},
};

/// Draws the whole of `layout`.
pub fn paint(canvas: &mut Canvas, layout: &Layout) {
    for ink in &layout.inks {
        let Ok(()) = draw(canvas, ink);
    }
}

fn draw(canvas: &mut Canvas, ink: &Ink) -> Result<(), std::convert::Infallible> {
    match ink {
        Ink::Box { area, radius, fill } => {
            RoundBox { area: (*area).into(), radius: *radius as f32, fill: *fill }.draw(canvas)
        }
        Ink::Shadow { area, radius, blur } => {
            let (area, radius) = ((*area).into(), *radius as f32);
            Shadow { area, radius, blur: *blur, color: palette::SHADOW }.draw(canvas)
        }
        Ink::Run(run) => {
            canvas.text(run.face, run.size, run.x, run.baseline, &run.text, run.color);
            Ok(())
        }
        Ink::Ring { area, stroke, part, color } => {
            Ring { area: (*area).into(), stroke: *stroke as f32, part: *part, color: *color }.draw(canvas)
        }
        Ink::Qr { area, modules } => modules.draw(canvas, Point::new(area.x, area.y), area.w, palette::INK),
        Ink::Picture { area, picture } => picture.draw(canvas, &(*area).into()),
    }
}
