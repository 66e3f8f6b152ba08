//! Sizes by millimetres: three classes by the screen's shorter side, each drawn up by hand rather than scaled.
//!
//! | class | shorter side | read from | running text | captions |
//! |---|---|---|---|---|
//! | small, 7″ | under 105 mm | 40 cm | 2.3 mm | 1.8 mm |
//! | medium, 10″ | under 160 mm | 50 cm | 2.9 mm | 2.3 mm |
//! | large, 15″ | and more | 60 cm | 4.1 mm | 3.2 mm |
//!
//! The heights are those of capital letters: running text is seen under 20 minutes of arc, captions under 16, the least
//! that ISO 9241-303 (5.5.4) allows. What is read first, a scene's title and a code, has capitals of 6 mm on every class;
//! a title too long for its line goes down from there, and so do names of documents. Symbols on keys have as much where
//! the keys are large enough for them. Large text is 150 % of running text and captions.
//!
//! Keys are 20 mm and more where the screen has the room. Thirty-six symbols and two more keys of 20 mm with gaps of 2 mm
//! want 184 cm²; a 7″ screen has 132 cm² in all. There one page of keys of 12 mm (11 mm on its end) is kept rather than
//! two pages of larger ones: codes mix letters and digits, and a finger's pad is 9 to 11 mm wide (ISO 9241-411). A 10″
//! screen has 18 mm, on its end 15 mm in its lower half; 15″ have 20 mm and more. Digits alone are larger everywhere.

/// The lengths all scenes share, in pixels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Measures {
    /// Higher than wide: scenes are stacked, controls stand in the lower half.
    pub(super) tall: bool,
    /// Type is large: what only explains makes room.
    pub(super) compact: bool,
    /// From the edge of the screen.
    pub(super) margin: i32,
    /// Between neighbours that only are looked at.
    pub(super) gap: i32,
    /// Between neighbours that are touched: 2 mm.
    pub(super) apart: i32,
    /// The least that is touched, a side: 9 mm on a small screen.
    pub(super) finger: i32,
    /// The largest key: 26 mm, past that a hand has to travel.
    pub(super) key: i32,
    /// Top of the header's buttons.
    pub(super) header_y: i32,
    /// Height of the header's buttons.
    pub(super) header_h: i32,
    /// Where the scene itself begins.
    pub(super) top: i32,
    /// Height of the footer.
    pub(super) footer: i32,
    /// Height of a large button.
    pub(super) button: i32,
    /// Of cards' corners.
    pub(super) radius: i32,
    /// Sizes of type: the idle screen's title, a scene's title, a row's name, running text, captions, buttons, a code.
    pub(super) title: f32,
    pub(super) heading: f32,
    pub(super) label: f32,
    pub(super) lead: f32,
    pub(super) caption: f32,
    pub(super) action: f32,
    pub(super) symbol: f32,
}

/// The same in millimetres; type by its em, of which capitals are 70 %.
struct Class {
    margin: f32,
    gap: f32,
    finger: f32,
    header_y: f32,
    header_h: f32,
    footer: f32,
    button: f32,
    radius: f32,
    title: f32,
    heading: f32,
    label: f32,
    lead: f32,
    caption: f32,
    action: f32,
}

const SMALL: Class = Class {
    margin: 4.6,
    gap: 1.45,
    finger: 9.0,
    header_y: 3.0,
    header_h: 9.0,
    footer: 9.6,
    button: 12.0,
    radius: 4.0,
    title: 8.6,
    heading: 8.6,
    label: 3.3,
    lead: 3.3,
    caption: 2.6,
    action: 3.5,
};

const MEDIUM: Class = Class {
    margin: 7.5,
    gap: 2.3,
    finger: 11.0,
    header_y: 5.0,
    header_h: 12.0,
    footer: 13.0,
    button: 18.0,
    radius: 6.0,
    title: 10.8,
    heading: 9.6,
    label: 4.4,
    lead: 4.3,
    caption: 3.3,
    action: 4.7,
};

const LARGE: Class = Class {
    margin: 11.0,
    gap: 3.4,
    finger: 15.0,
    header_y: 8.0,
    header_h: 16.0,
    footer: 18.0,
    button: 26.0,
    radius: 9.0,
    title: 17.0,
    heading: 14.0,
    label: 6.4,
    lead: 6.2,
    caption: 4.7,
    action: 6.8,
};

/// The least between two things that are touched, millimetres.
const APART_MM: f32 = 2.0;
/// The largest key, millimetres.
const KEY_MM: f32 = 26.0;

/// Pixels a millimetre of a screen of `pixels` by `mm`, across and down; a size nobody gave is that of a 7″ screen.
pub(in crate::panel) fn density(pixels: (u32, u32), mm: (u32, u32)) -> (f32, f32) {
    let one = |pixels: u32, mm: u32, usual: u32| pixels as f32 / if mm == 0 { usual } else { mm } as f32;
    let usual = if pixels.0 >= pixels.1 { (154, 86) } else { (86, 154) };
    // A screen that stands on its end is as high as it was wide.
    let mm = if (pixels.0 >= pixels.1) == (mm.0 >= mm.1) { mm } else { (mm.1, mm.0) };
    (one(pixels.0, mm.0, usual.0), one(pixels.1, mm.1, usual.1))
}

impl Measures {
    /// For a screen of `pixels` that is `mm` wide and high, with larger type when asked. Boxes stay: type grows as far as
    /// it fits.
    pub(super) fn of(pixels: (u32, u32), mm: (u32, u32), large: bool) -> Self {
        let (across, down) = density(pixels, mm);
        let shorter = (pixels.0 as f32 / across).min(pixels.1 as f32 / down);
        let class = match shorter {
            ..105.0 => SMALL,
            ..160.0 => MEDIUM,
            _ => LARGE,
        };
        // Pixels need not be square; what must not be too small is measured where they are smaller.
        let length = |mm: f32| (mm * across.max(down)).ceil() as i32;
        let text = |mm: f32, larger: f32| (mm * down * if large { larger } else { 1.0 } * 4.0).round() / 4.0;
        let (header_y, header_h) = (length(class.header_y), length(class.header_h));
        Self {
            tall: pixels.1 > pixels.0,
            compact: large,
            margin: length(class.margin),
            gap: length(class.gap),
            apart: length(APART_MM),
            finger: length(class.finger),
            key: length(KEY_MM),
            header_y,
            header_h,
            top: header_y * 2 + header_h,
            footer: length(class.footer),
            button: length(class.button),
            radius: length(class.radius),
            title: text(class.title, 1.0),
            heading: text(class.heading, 1.1),
            label: text(class.label, 1.5),
            lead: text(class.lead, 1.5),
            caption: text(class.caption, 1.5),
            action: text(class.action, 1.5),
            symbol: text(class.heading, 1.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Measures;
    use crate::panel::font::CAP_HEIGHT;

    #[test]
    fn classes_keep_their_heights_on_any_density() {
        for (pixels, mm, running, captions) in [
            ((800, 480), (154, 86), 2.3, 1.8),
            ((1024, 600), (154, 86), 2.3, 1.8),
            ((600, 1024), (86, 154), 2.3, 1.8),
            ((1280, 800), (217, 136), 2.9, 2.3),
            ((1920, 1080), (344, 194), 4.1, 3.2),
            ((3840, 2160), (344, 194), 4.1, 3.2),
        ] {
            let caps = |size: f32| size * CAP_HEIGHT / (pixels.1 as f32 / mm.1 as f32);
            let m = Measures::of(pixels, mm, false);
            assert!(caps(m.heading) >= 5.9 && caps(m.title) >= 5.9 && caps(m.symbol) >= 5.9, "{pixels:?}");
            assert!(caps(m.lead) >= running - 0.05 && caps(m.action) >= running, "{pixels:?}: {}", caps(m.lead));
            assert!(caps(m.caption) >= captions - 0.05, "{pixels:?}: {}", caps(m.caption));
            let large = Measures::of(pixels, mm, true);
            assert!((large.lead / m.lead - 1.5).abs() < 0.03 && (large.caption / m.caption - 1.5).abs() < 0.03);
        }
    }
}
