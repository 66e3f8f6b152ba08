//! Contrast as WCAG 2.2 counts it (relative luminance of sRGB).

use crate::panel::canvas::Argb;

fn luminance(color: Argb) -> f64 {
    let part = |shift: u32| {
        let value = f64::from((color.0 >> shift) & 0xFF) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(16) + 0.7152 * part(8) + 0.0722 * part(0)
}

/// Of two opaque colours, 1 to 21.
pub(in crate::panel) fn contrast(a: Argb, b: Argb) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}
