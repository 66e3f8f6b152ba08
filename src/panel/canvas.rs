//! The canvas: an opaque XRGB8888 picture that embedded-graphics draws on.
//!
//! embedded-graphics knows no transparency, so the colour carries it: [`Argb`] is laid over what is there (src-over).
//! Whatever emits pixels (shapes, glyphs) is then anti-aliased over any background.

use std::convert::Infallible;

use embedded_graphics::{
    Pixel,
    draw_target::DrawTarget,
    geometry::Dimensions,
    pixelcolor::{PixelColor, raw::RawU32},
    primitives::Rectangle,
};

use super::{glyphs::Glyphs, layout::area::Area};

/// A colour with its opacity in the top byte; not premultiplied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Argb(pub u32);

impl PixelColor for Argb {
    type Raw = RawU32;
}

impl Argb {
    /// An opaque `0xRRGGBB`.
    pub const fn rgb(rgb: u32) -> Self {
        Self(0xFF00_0000 | rgb)
    }

    /// The same colour, `coverage` / 255 as opaque.
    pub const fn covered(self, coverage: u8) -> Self {
        let alpha = (self.0 >> 24) * coverage as u32 / 255;
        Self((alpha << 24) | (self.0 & 0x00FF_FFFF))
    }

    /// What lies `part` / `whole` of the way from this colour to `other`.
    pub fn toward(self, other: Self, part: u32, whole: u32) -> Self {
        let whole = whole.max(1);
        let part = part.min(whole);
        let mix = |shift: u32| {
            let (from, to) = ((self.0 >> shift) & 0xFF, (other.0 >> shift) & 0xFF);
            ((from * (whole - part) + to * part + whole / 2) / whole) << shift
        };
        Self(mix(24) | mix(16) | mix(8) | mix(0))
    }

    /// Laid over the opaque `below`.
    fn over(self, below: u32) -> u32 {
        let alpha = self.0 >> 24;
        if alpha == 255 {
            return self.0;
        }
        let alpha = alpha + (alpha >> 7);
        let rest = 256 - alpha;
        let red_blue = (((self.0 & 0xFF_00FF) * alpha + (below & 0xFF_00FF) * rest) >> 8) & 0xFF_00FF;
        let green = (((self.0 & 0xFF00) * alpha + (below & 0xFF00) * rest) >> 8) & 0xFF00;
        0xFF00_0000 | red_blue | green
    }
}

/// A picture in memory, row by row from the top, one `0xFFRRGGBB` a pixel.
pub struct Canvas {
    width: u32,
    height: u32,
    pixels: Vec<u32>,
    /// Nothing outside of it is drawn; never larger than the picture.
    clip: Area,
    pub(super) glyphs: Glyphs,
}

impl Canvas {
    /// A white picture.
    pub fn new(width: u32, height: u32) -> Self {
        let pixels = vec![0xFFFF_FFFF; width as usize * height as usize];
        let clip = Area::new(0, 0, width as i32, height as i32);
        Self { width, height, pixels, clip, glyphs: Glyphs::default() }
    }

    /// The whole picture.
    pub fn whole(&self) -> Area {
        Area::new(0, 0, self.width as i32, self.height as i32)
    }

    /// From here on only what is within `area` is drawn.
    pub fn clip(&mut self, area: Area) {
        self.clip = area.overlap(self.whole());
    }

    /// Width in pixels.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// All pixels.
    pub fn pixels(&self) -> &[u32] {
        &self.pixels
    }

    /// The picture as an RGB PNG, quickly made.
    pub fn to_png(&self) -> Vec<u8> {
        self.encode(png::Compression::Fast)
    }

    /// The picture as an RGB PNG, as small as it gets.
    pub fn to_small_png(&self) -> Vec<u8> {
        self.encode(png::Compression::High)
    }

    fn encode(&self, compression: png::Compression) -> Vec<u8> {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, self.width, self.height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_compression(compression);
        let bytes: Vec<u8> = self
            .pixels
            .iter()
            .flat_map(|pixel| {
                let [_, red, green, blue] = pixel.to_be_bytes();
                [red, green, blue]
            })
            .collect();
        // Writing into memory fails only for a picture without pixels; that has no PNG.
        match encoder.write_header().and_then(|mut writer| writer.write_image_data(&bytes)) {
            Ok(()) => file,
            Err(_) => Vec::new(),
        }
    }

    /// The part of row `y` from `x` on, `width` pixels long, cut to the clip.
    fn span(&mut self, x: i32, y: i32, width: u32) -> &mut [u32] {
        let right = i64::from(x) + i64::from(width);
        let from = x.max(self.clip.x) as usize;
        let to = right.clamp(0, i64::from(self.clip.right())) as usize;
        if y < self.clip.y || y >= self.clip.bottom() || from >= to {
            return &mut [];
        }
        let row = y as usize * self.width as usize;
        &mut self.pixels[row + from..row + to]
    }
}

/// What can be drawn on: shapes ask, and leave out what nobody would see.
impl Dimensions for Canvas {
    fn bounding_box(&self) -> Rectangle {
        self.clip.into()
    }
}

impl DrawTarget for Canvas {
    type Color = Argb;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<Argb>>>(&mut self, pixels: I) -> Result<(), Infallible> {
        for Pixel(point, color) in pixels {
            let clip = self.clip;
            if point.x >= clip.x && point.y >= clip.y && point.x < clip.right() && point.y < clip.bottom() {
                let index = point.y as usize * self.width as usize + point.x as usize;
                self.pixels[index] = color.over(self.pixels[index]);
            }
        }
        Ok(())
    }

    fn fill_solid(&mut self, area: &Rectangle, color: Argb) -> Result<(), Infallible> {
        for y in area.rows() {
            let span = self.span(area.top_left.x, y, area.size.width);
            if color.0 >> 24 == 255 {
                span.fill(color.0);
            } else {
                span.iter_mut().for_each(|pixel| *pixel = color.over(*pixel));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Argb, Canvas};
    use crate::panel::layout::area::Area;
    use embedded_graphics::Pixel;
    use embedded_graphics::prelude::{DrawTarget, Point, Size};
    use embedded_graphics::primitives::Rectangle;

    #[test]
    fn what_hangs_over_the_edge_is_cut_and_half_is_half() {
        let mut canvas = Canvas::new(4, 2);
        let area = Rectangle::new(Point::new(-3, -3), Size::new(5, 5));
        let Ok(()) = canvas.fill_solid(&area, Argb(0x8000_0000));
        assert_eq!(canvas.pixels()[2], 0xFFFF_FFFF);
        assert!((0x7D..=0x81).contains(&(canvas.pixels()[0] & 0xFF)));
    }

    #[test]
    fn nothing_is_drawn_outside_the_clip() {
        let mut canvas = Canvas::new(4, 4);
        canvas.clip(Area::new(-5, 1, 7, 2));
        let Ok(()) = canvas.fill_solid(&canvas.whole().into(), Argb(0xFF00_0000));
        let Ok(()) = canvas.draw_iter((0..4).map(|at| Pixel(Point::new(at, 3), Argb(0xFF00_0000))));
        let dark: Vec<usize> = (0..16).filter(|at| canvas.pixels()[*at] == 0xFF00_0000).collect();
        assert_eq!(dark, [4, 5, 8, 9]);
        canvas.clip(Area::new(9, 9, 7, 2));
        let Ok(()) = canvas.fill_solid(&canvas.whole().into(), Argb(0xFFFF_0000));
        assert!(!canvas.pixels().contains(&0xFFFF_0000));
    }

    #[test]
    fn a_picture_is_a_png() {
        assert_eq!(&Canvas::new(3, 3).to_png()[1..4], b"PNG");
    }
}
