//! Glyphs as coverage: drawn once, kept for as long as the canvas lives.
//!
//! A glyph is kept at four places between two pixels, so that text stays evenly spaced at small sizes.

use std::collections::HashMap;

use ab_glyph::{Font as _, GlyphId, PxScale, point};
use embedded_graphics::{Pixel, draw_target::DrawTarget, geometry::Point};

use super::{
    canvas::{Argb, Canvas},
    font::Face,
};

/// Places between two pixels.
const BINS: f32 = 4.0;
/// More glyphs than any scene in both languages needs; past it the cache starts anew.
const MOST: usize = 2_000;

#[derive(PartialEq, Eq, Hash)]
struct Key {
    face: Face,
    glyph: GlyphId,
    sixteenths: u32,
    bin: u8,
}

/// How much of each pixel a glyph covers, from the pen's place on the baseline.
struct Mask {
    left: i32,
    top: i32,
    width: usize,
    coverage: Vec<u8>,
}

/// The cache.
#[derive(Default)]
pub struct Glyphs {
    masks: HashMap<Key, Mask>,
}

impl Glyphs {
    fn mask(&mut self, key: Key) -> &Mask {
        if self.masks.len() >= MOST {
            self.masks.clear();
        }
        self.masks.entry(key).or_insert_with_key(|key| rasterize(key).unwrap_or(Mask::BLANK))
    }
}

impl Mask {
    const BLANK: Self = Self { left: 0, top: 0, width: 0, coverage: Vec::new() };

    fn pixels(&self, x: i32, y: i32, color: Argb) -> impl Iterator<Item = Pixel<Argb>> {
        self.coverage.chunks(self.width.max(1)).enumerate().flat_map(move |(row, line)| {
            line.iter().enumerate().filter(|(_, coverage)| **coverage > 0).map(move |(column, coverage)| {
                let place = Point::new(x + self.left + column as i32, y + self.top + row as i32);
                Pixel(place, color.covered(*coverage))
            })
        })
    }
}

fn rasterize(key: &Key) -> Option<Mask> {
    let font = key.face.tables()?;
    // ab_glyph's scale is the height of a line, ours is the em.
    let lines = font.height_unscaled() / font.units_per_em()?;
    let scale = PxScale::from(key.sixteenths as f32 / 16.0 * lines);
    let place = point(f32::from(key.bin) / BINS, 0.0);
    let outline = font.outline_glyph(key.glyph.with_scale_and_position(scale, place))?;
    let bounds = outline.px_bounds();
    let (width, height) = (bounds.width() as usize, bounds.height() as usize);
    let mut coverage = vec![0; width * height];
    outline.draw(|x, y, cover| {
        if let Some(pixel) = coverage.get_mut(y as usize * width + x as usize) {
            *pixel = (cover.clamp(0.0, 1.0) * 255.0).round() as u8;
        }
    });
    Some(Mask { left: bounds.min.x as i32, top: bounds.min.y as i32, width, coverage })
}

impl Canvas {
    /// Draws `text` with its baseline at `y`, starting at `x`.
    pub fn text(&mut self, face: Face, size: f32, x: f32, y: i32, text: &str, color: Argb) {
        let mut glyphs = std::mem::take(&mut self.glyphs);
        for (glyph, offset) in face.shape(text, size).0 {
            let pen = ((x + offset) * BINS).round() / BINS;
            let bin = (pen.fract().rem_euclid(1.0) * BINS) as u8;
            let mask = glyphs.mask(Key { face, glyph, sixteenths: (size * 16.0) as u32, bin });
            let Ok(()) = self.draw_iter(mask.pixels(pen.floor() as i32, y, color));
        }
        self.glyphs = glyphs;
    }
}

#[cfg(test)]
mod tests {
    use super::{Argb, Canvas, Face, MOST};

    #[test]
    fn the_cache_is_bounded() {
        let mut canvas = Canvas::new(64, 64);
        for size in 0..400 {
            canvas.text(Face::Bold, 8.0 + size as f32 / 16.0, 0.0, 40, "0123456789", Argb::rgb(0));
            assert!((1..=MOST).contains(&canvas.glyphs.masks.len()));
        }
        let bytes: usize = canvas.glyphs.masks.values().map(|mask| mask.coverage.len()).sum();
        assert!(bytes < 2 << 20, "{bytes} bytes of glyphs");
    }
}
