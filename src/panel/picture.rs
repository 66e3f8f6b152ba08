//! A page's picture, and how it is made smaller: every source pixel counts, so small letters stay grey, not broken.

use embedded_graphics::{Pixel, draw_target::DrawTarget, geometry::Point, primitives::Rectangle};

use super::canvas::Argb;

/// An RGB picture, three bytes a pixel, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// `width * height * 3` bytes.
    pub pixels: Vec<u8>,
}

impl Picture {
    /// Whether the bytes are as many as the size says.
    pub fn is_whole(&self) -> bool {
        let bytes = u64::from(self.width) * u64::from(self.height) * 3;
        bytes > 0 && self.pixels.len() as u64 == bytes
    }

    /// The largest size of the same shape within `width` × `height`.
    pub fn fitted(&self, width: i32, height: i32) -> (i32, i32) {
        let (w, h) = (i64::from(self.width.max(1)), i64::from(self.height.max(1)));
        let (width, height) = (i64::from(width.max(1)), i64::from(height.max(1)));
        let (w, h) = if w * height > h * width { (width, h * width / w) } else { (w * height / h, height) };
        (w.max(1) as i32, h.max(1) as i32)
    }

    /// Draws the picture scaled to `area`, each pixel the mean of what it covers.
    pub fn draw<D: DrawTarget<Color = Argb>>(&self, target: &mut D, area: &Rectangle) -> Result<(), D::Error> {
        if !self.is_whole() {
            return Ok(());
        }
        let (columns, rows) = (area.size.width, area.size.height);
        // Only what can be seen is worth a mean.
        let part = area.intersection(&target.bounding_box());
        let seen = part.columns().map(|x| (x - area.top_left.x) as u32);
        for row in part.rows().map(|y| (y - area.top_left.y) as u32) {
            let lines = cut(row, rows, self.height);
            target.draw_iter(seen.clone().map(|column| {
                let place = area.top_left + Point::new(column as i32, row as i32);
                Pixel(place, self.mean(cut(column, columns, self.width), lines))
            }))?;
        }
        Ok(())
    }

    /// The same, so blurred that no word can be read: where there is something can still be seen.
    pub fn blurred(&self) -> Self {
        // Letters of a heading are about a thirtieth of a page wide.
        let reach = (self.width / 25).max(1);
        let (columns, rows) = (self.width.div_ceil(reach), self.height.div_ceil(reach));
        let squares: Vec<[u32; 3]> = (0..rows)
            .flat_map(|row| (0..columns).map(move |column| (row, column)))
            .map(|(row, column)| {
                let right = ((column + 1) * reach).min(self.width);
                let color = self.mean((column * reach, right), (row * reach, ((row + 1) * reach).min(self.height)));
                [color.0 >> 16 & 0xFF, color.0 >> 8 & 0xFF, color.0 & 0xFF]
            })
            .collect();
        let square = |column: u32, row: u32| squares[(row.min(rows - 1) * columns + column.min(columns - 1)) as usize];
        let mut pixels = Vec::with_capacity(self.pixels.len());
        for (y, x) in (0..self.height).flat_map(|y| (0..self.width).map(move |x| (y, x))) {
            // Between the middles of the squares the colour runs evenly.
            let (along, down) = ((2 * x + 1).saturating_sub(reach), (2 * y + 1).saturating_sub(reach));
            let (column, row) = (along / (2 * reach), down / (2 * reach));
            let (right, below) = (along % (2 * reach), down % (2 * reach));
            let (left, above) = (2 * reach - right, 2 * reach - below);
            let corners = [
                (square(column, row), left * above),
                (square(column + 1, row), right * above),
                (square(column, row + 1), left * below),
                (square(column + 1, row + 1), right * below),
            ];
            let whole = 4 * reach * reach;
            pixels.extend((0..3).map(|part| {
                let sum: u32 = corners.iter().map(|(color, weight)| color[part] * weight).sum();
                u8::try_from(sum / whole).unwrap_or(u8::MAX)
            }));
        }
        Self { width: self.width, height: self.height, pixels }
    }

    fn mean(&self, columns: (u32, u32), lines: (u32, u32)) -> Argb {
        let mut sum = [0_u32; 3];
        for line in lines.0..lines.1 {
            let start = (line as usize * self.width as usize + columns.0 as usize) * 3;
            let end = start + (columns.1 - columns.0) as usize * 3;
            for pixel in self.pixels[start..end].chunks_exact(3) {
                sum.iter_mut().zip(pixel).for_each(|(sum, part)| *sum += u32::from(*part));
            }
        }
        let count = ((columns.1 - columns.0) * (lines.1 - lines.0)).max(1);
        let [red, green, blue] = sum.map(|part| part / count);
        Argb::rgb(red << 16 | green << 8 | blue)
    }
}

/// The source pixels under pixel `index` of `count`, at least one, when `size` are spread over them.
fn cut(index: u32, count: u32, size: u32) -> (u32, u32) {
    let at = |index: u32| (u64::from(index) * u64::from(size) / u64::from(count.max(1))) as u32;
    let from = at(index).min(size - 1);
    (from, at(index + 1).clamp(from + 1, size))
}

#[cfg(test)]
mod tests {
    use super::Picture;
    use crate::panel::canvas::Canvas;
    use embedded_graphics::{prelude::Point, prelude::Size, primitives::Rectangle};

    #[test]
    fn black_and_white_lines_become_grey() {
        let picture = Picture { width: 2, height: 2, pixels: [[0; 3], [255; 3], [255; 3], [0; 3]].concat() };
        let mut canvas = Canvas::new(1, 1);
        let Ok(()) = picture.draw(&mut canvas, &Rectangle::new(Point::zero(), Size::new(1, 1)));
        assert_eq!(canvas.pixels(), [0xFF7F_7F7F]);
        assert_eq!(picture.fitted(100, 40), (40, 40));
    }

    #[test]
    fn blurred_letters_cannot_be_told_apart_and_ink_stays_where_it_is() {
        let (width, height) = (400_u32, 560_u32);
        let page = |pattern: fn(u32, u32) -> bool| {
            let pixels = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
            let pixels = pixels.flat_map(|(x, y)| [if y < 208 && pattern(x, y) { 0 } else { 255 }; 3]);
            Picture { width, height, pixels: pixels.collect() }
        };
        // Two texts of the same weight: strokes along and across.
        let (one, other) = (page(|x, _| x % 4 < 2).blurred(), page(|_, y| y % 4 < 2).blurred());
        assert!(one.is_whole());
        let far = one.pixels.iter().zip(&other.pixels).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(far < Some(3), "{far:?}");
        assert!(one.pixels[0] < 160 && one.pixels.last() == Some(&255));
    }

    #[test]
    fn a_broken_picture_draws_nothing() {
        let mut canvas = Canvas::new(1, 1);
        let picture = Picture { width: 9, height: 9, pixels: vec![0; 5] };
        let Ok(()) = picture.draw(&mut canvas, &Rectangle::new(Point::zero(), Size::new(1, 1)));
        assert_eq!(canvas.pixels(), [0xFFFF_FFFF]);
    }
}
