//! Sizes by the size of the screen: three classes, each drawn up by hand rather than scaled.

/// The lengths all scenes share, in pixels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Measures {
    /// Few words on a small screen: captions are left out.
    pub(super) compact: bool,
    /// From the edge of the screen.
    pub(super) margin: i32,
    /// Between neighbours.
    pub(super) gap: i32,
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
    /// Sizes of type: the scene's name, a smaller heading, a row's name, running text, captions, buttons.
    pub(super) title: f32,
    pub(super) heading: f32,
    pub(super) label: f32,
    pub(super) lead: f32,
    pub(super) caption: f32,
    pub(super) action: f32,
}

const COMPACT: Measures = Measures {
    compact: true,
    margin: 24,
    gap: 8,
    header_y: 14,
    header_h: 48,
    top: 76,
    footer: 52,
    button: 60,
    radius: 20,
    title: 40.0,
    heading: 30.0,
    label: 19.0,
    lead: 18.0,
    caption: 15.0,
    action: 19.0,
};

const REGULAR: Measures = Measures {
    compact: false,
    margin: 32,
    gap: 10,
    header_y: 22,
    header_h: 52,
    top: 96,
    footer: 56,
    button: 72,
    radius: 28,
    title: 51.0,
    heading: 40.0,
    label: 21.0,
    lead: 21.0,
    caption: 16.0,
    action: 21.0,
};

const WIDE: Measures = Measures {
    compact: false,
    margin: 44,
    gap: 14,
    header_y: 30,
    header_h: 64,
    top: 124,
    footer: 72,
    button: 94,
    radius: 36,
    title: 68.0,
    heading: 52.0,
    label: 27.0,
    lead: 27.0,
    caption: 21.0,
    action: 27.0,
};

impl Measures {
    /// Past the largest class a plain scale is right: there is room for everything already.
    fn grown(self, factor: f32) -> Self {
        let length = |pixels: i32| (pixels as f32 * factor).round() as i32;
        Self {
            compact: self.compact,
            margin: length(self.margin),
            gap: length(self.gap),
            header_y: length(self.header_y),
            header_h: length(self.header_h),
            top: length(self.top),
            footer: length(self.footer),
            button: length(self.button),
            radius: length(self.radius),
            title: self.title * factor,
            heading: self.heading * factor,
            label: self.label * factor,
            lead: self.lead * factor,
            caption: self.caption * factor,
            action: self.action * factor,
        }
    }

    /// For a screen, with larger type when asked. Boxes stay: type grows as far as it fits.
    pub(super) fn of(width: u32, height: u32, large: bool) -> Self {
        let mut measures = match (width, height) {
            (..900, _) | (_, ..560) => COMPACT,
            (1_200.., 720..) => WIDE.grown((width as f32 / 1_280.0).min(height as f32 / 800.0).max(1.0)),
            _ => REGULAR,
        };
        if large {
            measures.label *= 1.3;
            measures.lead *= 1.4;
            measures.caption *= 1.5;
            measures.action *= 1.4;
            measures.heading *= 1.2;
        }
        measures
    }
}
