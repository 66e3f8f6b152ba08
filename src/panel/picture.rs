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
        for row in 0..rows {
            let lines = cut(row, rows, self.height);
            target.draw_iter((0..columns).map(|column| {
                let place = area.top_left + Point::new(column as i32, row as i32);
                Pixel(place, self.mean(cut(column, columns, self.width), lines))
            }))?;
        }
        Ok(())
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
    fn a_broken_picture_draws_nothing() {
        let mut canvas = Canvas::new(1, 1);
        let picture = Picture { width: 9, height: 9, pixels: vec![0; 5] };
        let Ok(()) = picture.draw(&mut canvas, &Rectangle::new(Point::zero(), Size::new(1, 1)));
        assert_eq!(canvas.pixels(), [0xFFFF_FFFF]);
    }
}
