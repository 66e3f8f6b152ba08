//! The colours, each by its part, one set a look. Contrasts follow WCAG 2.2: text 4.5:1 (1.4.3), edges of controls 3:1
//! (1.4.11). Paper stays white in every look: QR codes and pages are on it.

use super::canvas::Argb;

/// A screen that sleeps.
pub const DARK_SCREEN: Argb = Argb::rgb(0x00_0000);
/// A sheet of paper: under QR codes and pages.
pub const PAPER: Argb = Argb::rgb(0xFFFFFF);
/// Words and QR codes on paper.
pub const PAPER_INK: Argb = Argb::rgb(0x0E162A);
/// Second words on paper.
pub const PAPER_MUTED: Argb = Argb::rgb(0x48566F);
/// What is left of the time, on paper.
pub const PAPER_ACCENT: Argb = Argb::rgb(0x2F66F5);
/// What has passed of it.
pub const PAPER_OFF: Argb = Argb::rgb(0xE0E6F1);

/// The colours of one look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Palette {
    /// The screen, top.
    pub sky: Argb,
    /// The screen, bottom.
    pub ground: Argb,
    /// Cards, keys, fields.
    pub surface: Argb,
    /// Behind pictures.
    pub well: Argb,
    /// Headings and labels.
    pub ink: Argb,
    /// Second words.
    pub muted: Argb,
    /// The main thing to touch: bottom of its gradient, and what is chosen.
    pub primary: Argb,
    /// The top of the gradient.
    pub primary_light: Argb,
    /// Words on both.
    pub on_primary: Argb,
    /// Icons, rings, bars, the edge of what is chosen.
    pub accent: Argb,
    /// A breath of the main colour.
    pub tint: Argb,
    /// Edges of things that can be touched.
    pub edge: Argb,
    /// Edges of cards and lines between rows: they only decorate.
    pub hairline: Argb,
    /// What cannot be touched now: its ground.
    pub off: Argb,
    /// What cannot be touched now: its words.
    pub off_ink: Argb,
    /// All is well: words, ground.
    pub good: Argb,
    /// Ground of `good`.
    pub good_tint: Argb,
    /// Look here: words.
    pub warn: Argb,
    /// Ground of `warn`.
    pub warn_tint: Argb,
    /// Something failed: words.
    pub bad: Argb,
    /// Ground of `bad`.
    pub bad_tint: Argb,
    /// Shadows, before they fade.
    pub shadow: Argb,
}

/// By day.
pub const LIGHT: Palette = Palette {
    sky: Argb::rgb(0xF7F9FD),
    ground: Argb::rgb(0xE6ECF8),
    surface: Argb::rgb(0xFFFFFF),
    well: Argb::rgb(0xDAE1EF),
    ink: Argb::rgb(0x0E162A),
    muted: Argb::rgb(0x48566F),
    primary: Argb::rgb(0x1D4ED8),
    primary_light: Argb::rgb(0x2F66F5),
    on_primary: Argb::rgb(0xFFFFFF),
    accent: Argb::rgb(0x2358E6),
    tint: Argb::rgb(0xE2EAFE),
    edge: Argb::rgb(0x73819D),
    hairline: Argb::rgb(0xD3DBEA),
    off: Argb::rgb(0xE0E6F1),
    off_ink: Argb::rgb(0x56647E),
    good: Argb::rgb(0x0A6B42),
    good_tint: Argb::rgb(0xD6F3E2),
    warn: Argb::rgb(0x854700),
    warn_tint: Argb::rgb(0xFDEDCB),
    bad: Argb::rgb(0xB3201A),
    bad_tint: Argb::rgb(0xFDE6E3),
    shadow: Argb(0x2E28_3C6E),
};

/// By night: deep blue, nothing glares.
pub const DARK: Palette = Palette {
    sky: Argb::rgb(0x0A0F1E),
    ground: Argb::rgb(0x101930),
    surface: Argb::rgb(0x18223A),
    well: Argb::rgb(0x131C33),
    ink: Argb::rgb(0xF2F5FC),
    muted: Argb::rgb(0xA9B6D0),
    primary: Argb::rgb(0x2C5BDF),
    primary_light: Argb::rgb(0x3A68E8),
    on_primary: Argb::rgb(0xFFFFFF),
    accent: Argb::rgb(0x8FB0FF),
    tint: Argb::rgb(0x1E2F5C),
    edge: Argb::rgb(0x7C8CB0),
    hairline: Argb::rgb(0x2C3858),
    off: Argb::rgb(0x222D47),
    off_ink: Argb::rgb(0x9DA9C4),
    good: Argb::rgb(0x5FD99A),
    good_tint: Argb::rgb(0x12382A),
    warn: Argb::rgb(0xFFC35C),
    warn_tint: Argb::rgb(0x3D2E12),
    bad: Argb::rgb(0xFFA39B),
    bad_tint: Argb::rgb(0x47191B),
    shadow: Argb(0x7000_0000),
};

/// In the last days of December and the first of January: a winter's night with warm lights.
pub const NEW_YEAR: Palette = Palette {
    sky: Argb::rgb(0x081638),
    ground: Argb::rgb(0x173870),
    surface: Argb::rgb(0x17356F),
    well: Argb::rgb(0x0F2857),
    ink: Argb::rgb(0xFFFFFF),
    muted: Argb::rgb(0xC6D5F3),
    primary: Argb::rgb(0xF3B93B),
    primary_light: Argb::rgb(0xFFD873),
    on_primary: Argb::rgb(0x2B1A00),
    accent: Argb::rgb(0xFFD873),
    tint: Argb::rgb(0x24478C),
    edge: Argb::rgb(0xA9BDE6),
    hairline: Argb::rgb(0x33559A),
    off: Argb::rgb(0x21427F),
    off_ink: Argb::rgb(0xBECCEA),
    good: Argb::rgb(0x8CF0B5),
    good_tint: Argb::rgb(0x0F4A3F),
    warn: Argb::rgb(0xFFD98C),
    warn_tint: Argb::rgb(0x54401A),
    bad: Argb::rgb(0xFFBDB5),
    bad_tint: Argb::rgb(0x6A2130),
    shadow: Argb(0x6000_0818),
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::panel::tests::contrast::contrast;

    #[test]
    fn words_and_edges_stand_out() {
        for p in [LIGHT, DARK, NEW_YEAR] {
            let words = [
                (p.ink, p.ground),
                (p.muted, p.ground),
                (p.muted, p.well),
                (p.muted, p.surface),
                (p.on_primary, p.primary),
                (p.on_primary, p.primary_light),
                (p.accent, p.tint),
                (p.off_ink, p.off),
                (p.good, p.good_tint),
                (p.surface, p.good),
                (p.warn, p.warn_tint),
                (p.bad, p.bad_tint),
                (p.bad, p.ground),
                (p.bad, p.surface),
                (p.warn, p.surface),
                (PAPER_MUTED, PAPER),
            ];
            for (ink, ground) in words {
                assert!(contrast(ink, ground) >= 4.5, "{ink:x?} on {ground:x?}: {:.2}", contrast(ink, ground));
            }
            for ground in [p.surface, p.sky, p.ground, p.off] {
                assert!(contrast(p.edge, ground) >= 3.0, "{ground:x?}: {:.2}", contrast(p.edge, ground));
                assert!(contrast(p.accent, ground) >= 3.0, "{ground:x?}: {:.2}", contrast(p.accent, ground));
            }
        }
    }
}
