//! Shapes with smooth edges, as drawables of embedded-graphics: box with round corners, shadow, ring.
//!
//! embedded-graphics' own primitives have jagged edges; these emit how much of each edge pixel is covered.

use std::ops::Range;

use embedded_graphics::{
    Drawable, Pixel,
    draw_target::DrawTarget,
    geometry::{Point, Size},
    primitives::Rectangle,
};

use super::canvas::Argb;

/// A box with round corners, filled from the top colour to the bottom one.
pub struct RoundBox {
    /// Where.
    pub area: Rectangle,
    /// Of the corners; half the height makes a pill.
    pub radius: f32,
    /// Top and bottom colour.
    pub fill: (Argb, Argb),
}

impl Drawable for RoundBox {
    type Color = Argb;
    type Output = ();

    fn draw<D: DrawTarget<Color = Argb>>(&self, target: &mut D) -> Result<(), D::Error> {
        let (left, top) = (self.area.top_left.x, self.area.top_left.y);
        let (width, height) = (self.area.size.width as i32, self.area.size.height as i32);
        let radius = self.radius.min(width as f32 / 2.0).min(height as f32 / 2.0);
        let corner = radius.ceil() as i32;
        let (_, rows) = seen(target, &self.area, 0);
        for row in rows {
            let color = self.fill.0.toward(self.fill.1, row as u32, height.max(1) as u32);
            let rounded = row < corner || row >= height - corner;
            let inset = if rounded { corner } else { 0 };
            let inner = Size::new((width - 2 * inset).max(0) as u32, 1);
            target.fill_solid(&Rectangle::new(Point::new(left + inset, top + row), inner), color)?;
            if rounded {
                let edges = (0..corner).chain(width - corner..width);
                target.draw_iter(edges.filter_map(|column| {
                    let inside = -distance(column, row, width, height, radius) + 0.5;
                    let place = Point::new(left + column, top + row);
                    (inside > 0.0).then(|| Pixel(place, color.covered((inside.min(1.0) * 255.0) as u8)))
                }))?;
            }
        }
        Ok(())
    }
}

/// Columns and rows of `area`, counted from its corner and from `margin` before it, that can be seen on `target`.
fn seen<D: DrawTarget>(target: &D, area: &Rectangle, margin: i32) -> (Range<i32>, Range<i32>) {
    let clip = target.bounding_box();
    let along = |from: i32, size: u32, clip_from: i32, clip_size: u32| {
        let first = (clip_from - from).max(-margin);
        first..(clip_from + clip_size as i32 - from).min(size as i32 + margin).max(first)
    };
    let (corner, edge) = (area.top_left, clip.top_left);
    (
        along(corner.x, area.size.width, edge.x, clip.size.width),
        along(corner.y, area.size.height, edge.y, clip.size.height),
    )
}

/// How far the middle of a pixel is outside a box with round corners; negative inside.
fn distance(column: i32, row: i32, width: i32, height: i32, radius: f32) -> f32 {
    let away = |place: i32, length: i32| {
        let half = length as f32 / 2.0;
        (place as f32 + 0.5 - half).abs() - (half - radius)
    };
    let (x, y) = (away(column, width), away(row, height));
    x.max(0.0).hypot(y.max(0.0)) + x.max(y).min(0.0) - radius
}

/// A soft shadow around a box; the box itself is expected to cover its middle.
pub struct Shadow {
    /// The box that throws it, already moved down.
    pub area: Rectangle,
    /// Of the box's corners.
    pub radius: f32,
    /// How far it fades.
    pub blur: i32,
    /// Its darkest.
    pub color: Argb,
}

impl Drawable for Shadow {
    type Color = Argb;
    type Output = ();

    fn draw<D: DrawTarget<Color = Argb>>(&self, target: &mut D) -> Result<(), D::Error> {
        let (width, height) = (self.area.size.width as i32, self.area.size.height as i32);
        let (blur, origin) = (self.blur, self.area.top_left);
        let (columns, rows) = seen(target, &self.area, blur);
        // Deep inside it is covered by the box: skipping that half of the pixels is most of the time saved.
        let skip = |column: i32, row: i32| {
            let deep = blur + self.radius as i32;
            (deep..width - deep).contains(&column) && (deep..height - deep).contains(&row)
        };
        target.draw_iter(rows.flat_map(|row| {
            columns.clone().filter_map(move |column| {
                if skip(column, row) {
                    return None;
                }
                let part = 0.5 - distance(column, row, width, height, self.radius) / (2.0 * blur as f32);
                let part = part.clamp(0.0, 1.0);
                let smooth = part * part * (3.0 - 2.0 * part);
                let cover = (smooth * 255.0) as u8;
                (cover > 0).then(|| Pixel(origin + Point::new(column, row), self.color.covered(cover)))
            })
        }))
    }
}

/// A ring, drawn clockwise from the top, with round ends when it is not whole.
pub struct Ring {
    /// Its square.
    pub area: Rectangle,
    /// Thickness.
    pub stroke: f32,
    /// How much of it: 1.0 is all.
    pub part: f32,
    /// Its colour.
    pub color: Argb,
}

impl Drawable for Ring {
    type Color = Argb;
    type Output = ();

    fn draw<D: DrawTarget<Color = Argb>>(&self, target: &mut D) -> Result<(), D::Error> {
        let size = self.area.size.width as i32;
        let half = size as f32 / 2.0;
        let middle = half - self.stroke / 2.0;
        let turn = self.part.clamp(0.0, 1.0) * std::f32::consts::TAU;
        let ends = [(0.0, -middle), (turn.sin() * middle, -turn.cos() * middle)];
        let (columns, rows) = seen(target, &self.area, 0);
        target.draw_iter(rows.flat_map(|row| columns.clone().map(move |column| (column, row))).filter_map(
            |(column, row)| {
                let (x, y) = (column as f32 + 0.5 - half, row as f32 + 0.5 - half);
                let angle = x.atan2(-y).rem_euclid(std::f32::consts::TAU);
                let band = (x.hypot(y) - middle).abs();
                let near = ends.iter().map(|end| (x - end.0).hypot(y - end.1)).fold(f32::MAX, f32::min);
                let away = if self.part >= 1.0 || angle <= turn { band } else { near };
                let cover = (self.stroke / 2.0 - away + 0.5).clamp(0.0, 1.0);
                let place = self.area.top_left + Point::new(column, row);
                (cover > 0.0 && turn > 0.0).then(|| Pixel(place, self.color.covered((cover * 255.0) as u8)))
            },
        ))
    }
}

/// A straight stroke with round ends.
pub struct Line {
    /// From `x, y`.
    pub from: (f32, f32),
    /// To `x, y`.
    pub to: (f32, f32),
    /// Thickness.
    pub stroke: f32,
    /// Its colour.
    pub color: Argb,
}

impl Drawable for Line {
    type Color = Argb;
    type Output = ();

    fn draw<D: DrawTarget<Color = Argb>>(&self, target: &mut D) -> Result<(), D::Error> {
        let half = self.stroke / 2.0;
        let (x, y) = (self.to.0 - self.from.0, self.to.1 - self.from.1);
        let length = (x * x + y * y).max(f32::MIN_POSITIVE);
        let low = |a: f32, b: f32| (a.min(b) - half).floor() as i32;
        let high = |a: f32, b: f32| (a.max(b) + half).ceil() as i32;
        let columns = low(self.from.0, self.to.0)..high(self.from.0, self.to.0);
        let rows = low(self.from.1, self.to.1)..high(self.from.1, self.to.1);
        target.draw_iter(rows.flat_map(|row| columns.clone().map(move |column| (column, row))).filter_map(
            |(column, row)| {
                let (px, py) = (column as f32 + 0.5 - self.from.0, row as f32 + 0.5 - self.from.1);
                let along = ((px * x + py * y) / length).clamp(0.0, 1.0);
                let away = (px - along * x).hypot(py - along * y);
                let cover = (half - away + 0.5).clamp(0.0, 1.0);
                (cover > 0.0).then(|| Pixel(Point::new(column, row), self.color.covered((cover * 255.0) as u8)))
            },
        ))
    }
}
