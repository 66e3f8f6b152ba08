//! Golos Text and the icons: the faces, and how wide a text is in them. Which pixels a glyph covers is in
//! [`super::glyphs`]; where lines break is in `layout::lines`.

use std::sync::LazyLock;

use ab_glyph::{Font as _, FontRef, GlyphId};

/// A weight of Golos Text, or the icons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Face {
    /// 400: running text.
    Regular,
    /// 500: chips and captions on colour.
    Medium,
    /// 600: buttons, keys, labels.
    Semibold,
    /// 700: headings.
    Bold,
    /// Lucide.
    Icons,
}

/// Height of the capital letters, as a part of the size.
pub const CAP_HEIGHT: f32 = 0.7;
/// How far letters reach below the baseline, as a part of the size.
pub const DESCENT: f32 = 0.22;

/// The embedded faces, in the order of [`Face`]. A face that cannot be read draws nothing; a test reads them all.
static FACES: LazyLock<[Option<FontRef<'static>>; 5]> = LazyLock::new(|| {
    let files: [&[u8]; 5] = [
        include_bytes!("../../assets/fonts/golos-text-400.ttf"),
        include_bytes!("../../assets/fonts/golos-text-500.ttf"),
        include_bytes!("../../assets/fonts/golos-text-600.ttf"),
        include_bytes!("../../assets/fonts/golos-text-700.ttf"),
        include_bytes!("../../assets/fonts/lucide-subset.ttf"),
    ];
    files.map(|file| FontRef::try_from_slice(file).ok())
});

impl Face {
    /// The font's tables.
    pub(super) fn tables(self) -> Option<&'static FontRef<'static>> {
        FACES[self as usize].as_ref()
    }

    /// The glyphs of `text` at `size` pixels, each with its distance from the start, and the width of all.
    pub fn shape(self, text: &str, size: f32) -> (Vec<(GlyphId, f32)>, f32) {
        let Some(font) = self.tables() else { return (Vec::new(), 0.0) };
        let scale = size / font.units_per_em().unwrap_or(1_000.0);
        let mut pen = 0.0;
        let mut before = None;
        let mut glyphs = Vec::with_capacity(text.len());
        for symbol in text.chars() {
            // The no-break space keeps words together; it is as wide as a space.
            let id = font.glyph_id(if symbol == '\u{a0}' { ' ' } else { symbol });
            if let Some(before) = before.replace(id) {
                pen += font.kern_unscaled(before, id) * scale;
            }
            glyphs.push((id, pen));
            pen += font.h_advance_unscaled(id) * scale;
        }
        (glyphs, pen)
    }

    /// How wide `text` is at `size` pixels.
    pub fn width(self, text: &str, size: f32) -> f32 {
        self.shape(text, size).1
    }

    /// Whether there is a glyph for `symbol`.
    pub fn has(self, symbol: char) -> bool {
        self.tables().is_some_and(|font| font.glyph_id(symbol).0 != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::Face;

    #[test]
    fn all_faces_are_read_and_kern() {
        for face in [Face::Regular, Face::Medium, Face::Semibold, Face::Bold] {
            assert!(face.has('Ж') && face.has('Q') && face.has('№') && face.has('—') && face.has('…'), "{face:?}");
            let apart = face.width("Т", 100.0) + face.width("о", 100.0);
            assert!(face.width("То", 100.0) < apart - 1.0, "{face:?} does not kern");
        }
        assert!(Face::Icons.has(super::super::icon::PRINTER));
    }
}
