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

/// What the Wi-Fi's code says; one without a password is open.
fn wifi_text(name: &str, password: &str) -> String {
    let escaped = |text: &str| {
        let mut safe = String::new();
        for symbol in text.chars() {
            if matches!(symbol, '\\' | ';' | ',' | ':' | '"') {
                safe.push('\\');
            }
            safe.push(symbol);
        }
        safe
    };
    match password.is_empty() {
        true => format!("WIFI:T:nopass;S:{};;", escaped(name)),
        false => format!("WIFI:T:WPA;S:{};P:{};;", escaped(name), escaped(password)),
    }
}

impl Modules {
    /// Encodes `text`; `None` when it is too long for any QR code. Level M: a screen is clean, modules should be large.
    pub fn encode(text: &str) -> Option<Self> {
        Self::at(text, EcLevel::M)
    }

    /// Encodes a long text at level L: larger modules are worth more than dirt that a screen does not have.
    pub fn encode_dense(text: &str) -> Option<Self> {
        Self::at(text, EcLevel::L)
    }

    fn at(text: &str, level: EcLevel) -> Option<Self> {
        let code = QrCode::with_error_correction_level(text, level).ok()?;
        let side = code.width();
        let dark = code.into_colors().into_iter().map(|color| color == Color::Dark).collect();
        Some(Self { side, dark })
    }

    /// Encodes what joins a phone to a Wi-Fi with a password: `WIFI:T:WPA;S:name;P:password;;`, in which `\\`, `;`, `,`,
    /// `:` and `"` are escaped by a backslash.
    pub fn wifi(name: &str, password: &str) -> Option<Self> {
        Self::encode(&wifi_text(name, password))
    }

    /// Pixels a side when drawn within `space` pixels: a whole number for each module.
    pub fn fitted(&self, space: i32) -> i32 {
        let side = self.side as i32;
        (space / side).max(1) * side
    }

    /// Pixels a side when drawn within `space` pixels together with the four light modules that a scanner wants around it.
    pub fn with_quiet(&self, space: i32) -> i32 {
        let side = self.side as i32;
        (space / (side + 8)).max(1) * side
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

#[cfg(test)]
mod tests {
    use super::{Modules, wifi_text};

    #[test]
    fn names_and_passwords_are_escaped() {
        assert_eq!(wifi_text("Ottisk-7", "tri-lista"), "WIFI:T:WPA;S:Ottisk-7;P:tri-lista;;");
        assert_eq!(wifi_text("a;b", "\\x,y:z\""), "WIFI:T:WPA;S:a\\;b;P:\\\\x\\,y\\:z\\\";;");
        assert_eq!(wifi_text("open", ""), "WIFI:T:nopass;S:open;;");
        let quiet = |code: Modules| code.with_quiet(400) + 8 * (code.with_quiet(400) / code.side as i32);
        assert!(Modules::wifi("Ottisk-7", "tri-lista").map(quiet).is_some_and(|side| (300..=400).contains(&side)));
    }
}
