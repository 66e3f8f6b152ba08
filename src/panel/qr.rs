//! A QR code as embedded-graphics draws it: whole pixels a module, sharp, dark on light.

use embedded_graphics::{
    draw_target::DrawTarget,
    geometry::{Point, Size},
    primitives::Rectangle,
};
use qrcode::{Color, EcLevel, QrCode};

use super::canvas::Argb;

/// The modules of a text, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Modules {
    side: usize,
    dark: Vec<bool>,
}

impl Modules {
    /// Encodes `text`; `None` when it is too long for any QR code. Level M: a screen is clean, modules should be large.
    pub fn encode(text: &str) -> Option<Self> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
        let side = code.width();
        let dark = code.into_colors().into_iter().map(|color| color == Color::Dark).collect();
        Some(Self { side, dark })
    }

    /// Pixels a side when drawn within `space` pixels: a whole number for each module.
    pub fn fitted(&self, space: i32) -> i32 {
        let side = self.side as i32;
        (space / side).max(1) * side
    }

    /// Draws the dark modules, `size` pixels a side, runs of a row at once.
    pub fn draw<D: DrawTarget<Color = Argb>>(
        &self,
        target: &mut D,
        corner: Point,
        size: i32,
        color: Argb,
    ) -> Result<(), D::Error> {
        let module = (size / self.side as i32).max(1);
        for (row, line) in self.dark.chunks(self.side).enumerate() {
            let mut column = 0;
            for run in line.chunk_by(|a, b| a == b) {
                if run.first() == Some(&true) {
                    let place = corner + Point::new(column * module, row as i32 * module);
                    let area = Rectangle::new(place, Size::new((run.len() as i32 * module) as u32, module as u32));
                    target.fill_solid(&area, color)?;
                }
                column += run.len() as i32;
            }
        }
        Ok(())
    }
}
