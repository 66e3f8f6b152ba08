//! Pixels: from the canvas, one `0xFFRRGGBB` each, to a display's memory, turned and in its format.
//!
//! Written row by row of the display and never read back: its memory is often not cached.

use super::rotation::Rotation;
use crate::panel::{canvas::Canvas, layout::area::Area};

/// How a display's memory holds a pixel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// 32 bits, little-endian `0x00RRGGBB`.
    Xrgb8888,
    /// 16 bits, little-endian.
    Rgb565,
}

impl Format {
    /// Bytes of a pixel.
    pub fn bytes(self) -> usize {
        match self {
            Self::Xrgb8888 => 4,
            Self::Rgb565 => 2,
        }
    }
}

/// A display's memory.
pub struct Target<'a> {
    /// From the first visible pixel on.
    pub memory: &'a mut [u8],
    /// Bytes from a row to the next.
    pub stride: usize,
    /// In pixels.
    pub size: (u32, u32),
    /// Of its pixels.
    pub format: Format,
}

/// Where `area` of a picture of this size lies on the display.
fn turned(area: Area, (width, height): (i32, i32), rotation: Rotation) -> Area {
    match rotation {
        Rotation::Upright => area,
        Rotation::Right => Area::new(height - area.bottom(), area.x, area.h, area.w),
        Rotation::Over => Area::new(width - area.right(), height - area.bottom(), area.w, area.h),
        Rotation::Left => Area::new(area.y, width - area.right(), area.h, area.w),
    }
}

/// Copies `area` of the canvas. What is outside of the canvas or of the display is left out.
pub fn copy(canvas: &Canvas, area: Area, rotation: Rotation, target: &mut Target<'_>) {
    let (width, height) = (canvas.width() as i32, canvas.height() as i32);
    let screen = Area::new(0, 0, target.size.0 as i32, target.size.1 as i32);
    let part = turned(area.overlap(canvas.whole()), (width, height), rotation).overlap(screen);
    let bytes = target.format.bytes();
    for y in part.y..part.bottom() {
        // The picture's pixel under the row's first, and how far it is to the next one's.
        let (start, step) = match rotation {
            Rotation::Upright => (y * width + part.x, 1),
            Rotation::Right => ((height - 1 - part.x) * width + y, -width),
            Rotation::Over => ((height - 1 - y) * width + (width - 1 - part.x), -1),
            Rotation::Left => (part.x * width + (width - 1 - y), width),
        };
        let from = y as usize * target.stride + part.x as usize * bytes;
        let Some(row) = target.memory.get_mut(from..from + part.w.max(0) as usize * bytes) else { return };
        let source = (0..part.w).filter_map(|at| canvas.pixels().get((start + at * step) as usize));
        match target.format {
            Format::Xrgb8888 => row.chunks_exact_mut(4).zip(source).for_each(|(place, pixel)| {
                place.copy_from_slice(&(pixel & 0x00FF_FFFF).to_le_bytes());
            }),
            Format::Rgb565 => row.chunks_exact_mut(2).zip(source).for_each(|(place, pixel)| {
                let short = (pixel >> 8 & 0xF800) | (pixel >> 5 & 0x07E0) | (pixel >> 3 & 0x001F);
                place.copy_from_slice(&(short as u16).to_le_bytes());
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Format, Rotation, Target, copy};
    use crate::panel::{canvas::Argb, canvas::Canvas, layout::area::Area};
    use embedded_graphics::{Pixel, draw_target::DrawTarget as _, geometry::Point};

    /// 3 × 2, each pixel another colour.
    fn canvas() -> Canvas {
        let mut canvas = Canvas::new(3, 2);
        let pixels = (0..6).map(|at| Pixel(Point::new(at % 3, at / 3), Argb::rgb(0x11_0000 * (at as u32 + 1))));
        let Ok(()) = canvas.draw_iter(pixels);
        canvas
    }

    fn shown(rotation: Rotation, areas: &[Area]) -> Vec<u8> {
        let size = rotation.size((3, 2));
        let stride = size.0 as usize * 4 + 4;
        let mut memory = vec![0; stride * size.1 as usize];
        for area in areas {
            copy(
                &canvas(),
                *area,
                rotation,
                &mut Target { memory: &mut memory, stride, size, format: Format::Xrgb8888 },
            );
        }
        memory.chunks(stride).flat_map(|row| row[..stride - 4].chunks(4).map(|pixel| pixel[2] / 0x11)).collect()
    }

    #[test]
    fn the_picture_is_turned_clockwise() {
        let whole = [Area::new(-3, -3, 9, 9)];
        assert_eq!(shown(Rotation::Upright, &whole), [1, 2, 3, 4, 5, 6]);
        assert_eq!(shown(Rotation::Right, &whole), [4, 1, 5, 2, 6, 3]);
        assert_eq!(shown(Rotation::Over, &whole), [6, 5, 4, 3, 2, 1]);
        assert_eq!(shown(Rotation::Left, &whole), [3, 6, 2, 5, 1, 4]);
    }

    #[test]
    fn pieces_make_the_whole_and_no_more() {
        let pieces = [Area::new(0, 0, 1, 2), Area::new(1, 0, 2, 1), Area::new(1, 1, 2, 1)];
        for rotation in [Rotation::Upright, Rotation::Right, Rotation::Over, Rotation::Left] {
            assert_eq!(shown(rotation, &pieces), shown(rotation, &[canvas().whole()]));
            assert_eq!(shown(rotation, &[Area::new(1, 0, 1, 1)]).iter().sum::<u8>(), 2);
        }
    }

    #[test]
    fn a_finger_is_where_its_pixel_is() {
        for rotation in [Rotation::Upright, Rotation::Right, Rotation::Over, Rotation::Left] {
            let (display, pixels) = (rotation.size((3, 2)), shown(rotation, &[canvas().whole()]));
            for (at, pixel) in pixels.iter().enumerate() {
                let middle = |at: usize, of: u32| (at as f64 + 0.5) / f64::from(of);
                let column = at % display.0 as usize;
                let felt = (middle(column, display.0), middle(at / display.0 as usize, display.1));
                let (x, y) = rotation.matrix().apply(felt);
                assert_eq!((x * 3.0) as u8 + (y * 2.0) as u8 * 3 + 1, *pixel, "{rotation:?}");
            }
            let back = rotation.inverse().matrix().after(&rotation.matrix());
            assert_eq!(back.apply((0.25, 0.75)), (0.25, 0.75));
        }
    }

    #[test]
    fn sixteen_bits_keep_the_upper_ones() {
        let mut canvas = Canvas::new(2, 1);
        let colors = [Argb::rgb(0xFF_8040), Argb::rgb(0x07_FC0F)];
        let pixels = colors.into_iter().enumerate().map(|(at, color)| Pixel(Point::new(at as i32, 0), color));
        let Ok(()) = canvas.draw_iter(pixels);
        let mut memory = [0; 4];
        let mut target = Target { memory: &mut memory, stride: 4, size: (2, 1), format: Format::Rgb565 };
        copy(&canvas, Area::new(0, 0, 2, 1), Rotation::Upright, &mut target);
        let short = |at: usize| u16::from_le_bytes([memory[at], memory[at + 1]]);
        assert_eq!([short(0), short(2)], [0xFC08, 0x07E1]);
    }

    #[test]
    fn a_memory_too_short_is_not_written_past() {
        let mut memory = [0; 5];
        let mut target = Target { memory: &mut memory, stride: 12, size: (3, 2), format: Format::Xrgb8888 };
        copy(&canvas(), canvas().whole(), Rotation::Upright, &mut target);
        assert_eq!(memory, [0; 5]);
    }
}
