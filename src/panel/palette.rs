//! The colours, each by its part. Contrasts follow WCAG 2.2: text 4.5:1 (1.4.3), edges of controls 3:1 (1.4.11).

use super::canvas::Argb;

/// The screen, top.
pub const SKY: Argb = Argb::rgb(0xF7F9FD);
/// The screen, bottom.
pub const GROUND: Argb = Argb::rgb(0xE6ECF8);
/// Cards, keys, fields.
pub const SURFACE: Argb = Argb::rgb(0xFFFFFF);
/// Behind pictures.
pub const WELL: Argb = Argb::rgb(0xDAE1EF);
/// Headings, labels, QR codes.
pub const INK: Argb = Argb::rgb(0x0E162A);
/// Second words.
pub const MUTED: Argb = Argb::rgb(0x48566F);
/// The main thing to touch: bottom of its gradient, text on tints.
pub const PRIMARY: Argb = Argb::rgb(0x1D4ED8);
/// The top of the gradient, rings and bars.
pub const PRIMARY_LIGHT: Argb = Argb::rgb(0x2F66F5);
/// A breath of the main colour.
pub const TINT: Argb = Argb::rgb(0xE2EAFE);
/// Edges of things that can be touched.
pub const EDGE: Argb = Argb::rgb(0x73819D);
/// Edges of cards and lines between rows: they only decorate.
pub const HAIRLINE: Argb = Argb::rgb(0xD3DBEA);
/// What cannot be touched now: its ground.
pub const OFF: Argb = Argb::rgb(0xE0E6F1);
/// What cannot be touched now: its words.
pub const OFF_INK: Argb = Argb::rgb(0x56647E);
/// All is well: words.
pub const GOOD: Argb = Argb::rgb(0x0A6B42);
/// All is well: ground.
pub const GOOD_TINT: Argb = Argb::rgb(0xD6F3E2);
/// Look here: words.
pub const WARN: Argb = Argb::rgb(0x854700);
/// Look here: ground.
pub const WARN_TINT: Argb = Argb::rgb(0xFDEDCB);
/// Something failed: words.
pub const BAD: Argb = Argb::rgb(0xB3201A);
/// Something failed: ground.
pub const BAD_TINT: Argb = Argb::rgb(0xFDE6E3);
/// Shadows, before they fade.
pub const SHADOW: Argb = Argb(0x2E28_3C6E);

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(color: Argb) -> f64 {
        let part = |shift: u32| {
            let value = f64::from((color.0 >> shift) & 0xFF) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(16) + 0.7152 * part(8) + 0.0722 * part(0)
    }

    fn contrast(a: Argb, b: Argb) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn words_and_edges_stand_out() {
        let words = [
            (INK, GROUND),
            (MUTED, GROUND),
            (MUTED, WELL),
            (SURFACE, PRIMARY),
            (SURFACE, PRIMARY_LIGHT),
            (PRIMARY, TINT),
            (OFF_INK, OFF),
            (GOOD, GOOD_TINT),
            (WARN, WARN_TINT),
            (BAD, BAD_TINT),
            (BAD, GROUND),
        ];
        for (ink, ground) in words {
            assert!(contrast(ink, ground) >= 4.5, "{ink:x?} on {ground:x?}: {:.2}", contrast(ink, ground));
        }
        for ground in [SURFACE, SKY, GROUND] {
            assert!(contrast(EDGE, ground) >= 3.0, "{ground:x?}: {:.2}", contrast(EDGE, ground));
        }
    }
}
