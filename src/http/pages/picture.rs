//! A QR code (ISO/IEC 18004) as one path of an SVG picture. Pure.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};

/// Modules of white that a scanner wants around the code.
const QUIET: usize = 4;

/// What the page draws.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Picture {
    /// Its width and height in modules.
    pub size: usize,
    /// `d` of its path: a bar for every run of dark modules.
    pub path: String,
}

/// `text` as a picture; empty when it is longer than a QR code can be.
pub fn qr(text: &str) -> Picture {
    let Ok(code) = QrCode::with_error_correction_level(text, EcLevel::M) else { return Picture::default() };
    let width = code.width();
    let mut path = String::new();
    for (y, row) in code.to_colors().chunks(width).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|a, b| a == b) {
            if run[0] == Color::Dark {
                let (left, top, bar) = (x + QUIET, y + QUIET, run.len());
                let _ = write!(path, "M{left} {top}h{bar}v1h-{bar}z");
            }
            x += run.len();
        }
    }
    Picture { size: width + 2 * QUIET, path }
}

#[cfg(test)]
mod tests {
    use super::{Picture, qr};

    #[test]
    fn the_corner_is_a_finder_pattern_behind_the_quiet_zone() {
        let picture = qr("http://print.local/j/OF72I1");
        assert_eq!(picture.size, 29 + 8);
        assert!(picture.path.starts_with("M4 4h7v1h-7z"), "{}", picture.path);
        assert_eq!(qr(&"x".repeat(10_000)), Picture::default());
    }
}
