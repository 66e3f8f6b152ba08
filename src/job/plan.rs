//! The plan: a ticket fitted to what the printer can do. Only a plan can be rendered.
//!
//! Pure. Lengths are hundredths of a millimetre, as in IPP (PWG 5100.7 `media-col`); resolutions are
//! dots per inch, the same both ways. How a page lies on the medium is decided in [`crate::raster::place`].

use serde::{Deserialize, Serialize};

use super::{pages::PastTheEnd, ticket::Ticket};

/// A document format a printer takes (`document-format-supported`, RFC 8011 §5.4.22), in our order of liking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// `image/pwg-raster`, PWG 5102.4.
    PwgRaster,
    /// `image/urf`, Apple Raster.
    Urf,
    /// `application/pdf`, whose pages are ours as pictures.
    Pdf,
    /// `image/jpeg`, a document a page.
    Jpeg,
}

impl Format {
    /// The media type as IPP names it.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::PwgRaster => "image/pwg-raster",
            Self::Urf => "image/urf",
            Self::Pdf => "application/pdf",
            Self::Jpeg => "image/jpeg",
        }
    }
}

/// Which sides of the sheet are printed (`sides`, RFC 8011 §5.2.8).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sides {
    /// The front only.
    #[default]
    OneSided,
    /// Both, turned like a book.
    TwoSidedLongEdge,
    /// Both, turned like a calendar.
    TwoSidedShortEdge,
}

impl Sides {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::OneSided, Self::TwoSidedLongEdge, Self::TwoSidedShortEdge];

    /// The IPP keyword.
    pub fn keyword(self) -> &'static str {
        match self {
            Self::OneSided => "one-sided",
            Self::TwoSidedLongEdge => "two-sided-long-edge",
            Self::TwoSidedShortEdge => "two-sided-short-edge",
        }
    }

    /// Reads the IPP keyword.
    pub fn from_keyword(keyword: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sides| sides.keyword() == keyword)
    }

    /// Whether the back of the sheet is printed.
    pub fn is_two_sided(self) -> bool {
        self != Self::OneSided
    }
}

/// How the printer wants the back of a sheet (`pwg-raster-document-sheet-back`, PWG 5102.4 §5.2.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SheetBack {
    /// As the front.
    #[default]
    Normal,
    /// Mirrored along the axis the sheet turns on.
    Flipped,
    /// Turned by 180° when bound on the long edge.
    Rotated,
    /// Turned by 180° when bound on the short edge.
    ManualTumble,
}

impl SheetBack {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Normal, Self::Flipped, Self::Rotated, Self::ManualTumble];

    /// The IPP keyword.
    pub fn keyword(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Flipped => "flipped",
            Self::Rotated => "rotated",
            Self::ManualTumble => "manual-tumble",
        }
    }

    /// Reads the IPP keyword.
    pub fn from_keyword(keyword: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|back| back.keyword() == keyword)
    }
}

/// The pixels a printer is sent (`pwg-raster-document-type-supported`, PWG 5102.4 §5.2.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ColorSpace {
    /// `sgray_8`: one byte a pixel, 255 is white.
    #[default]
    Sgray8,
    /// `srgb_8`: three bytes a pixel.
    Srgb8,
    /// `black_1`: eight pixels a byte, 1 is black.
    Black1,
}

impl ColorSpace {
    /// Bits of one pixel as it is sent.
    pub fn bits_per_pixel(self) -> u32 {
        match self {
            Self::Sgray8 => 8,
            Self::Srgb8 => 24,
            Self::Black1 => 1,
        }
    }

    /// Bytes of one pixel as it is drawn, which is also what runs and literals are counted in; `black_1` is drawn as gray
    /// and sent as whole bytes.
    pub fn bytes_per_pixel(self) -> usize {
        match self {
            Self::Sgray8 | Self::Black1 => 1,
            Self::Srgb8 => 3,
        }
    }

    /// Bytes of one line of `width` pixels as it is sent.
    pub fn bytes_per_line(self, width: u32) -> usize {
        match self {
            Self::Black1 => width.div_ceil(8) as usize,
            _ => (width as usize).saturating_mul(self.bytes_per_pixel()),
        }
    }

    /// What is drawn for it, before dots are made of it.
    pub fn drawn(self) -> Self {
        if self == Self::Black1 { Self::Sgray8 } else { self }
    }
}

/// How a page is fitted to the medium (`print-scaling`, PWG 5100.13 §6.2.9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scaling {
    /// `fit` on media with margins, `fill` on borderless media, and only when the page is larger than the medium.
    Auto,
    /// The whole page inside the printable area.
    #[default]
    Fit,
    /// The printable area covered; what hangs over is cut.
    Fill,
    /// The page's own size, centred; what hangs over is cut.
    None,
}

impl Scaling {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Auto, Self::Fit, Self::Fill, Self::None];

    /// The IPP keyword.
    pub fn keyword(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Fit => "fit",
            Self::Fill => "fill",
            Self::None => "none",
        }
    }

    /// Reads the IPP keyword.
    pub fn from_keyword(keyword: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scaling| scaling.keyword() == keyword)
    }
}

/// How many pages stand on a side of a sheet (`number-up`, RFC 8011 §5.2.9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NumberUp {
    /// Each page has a side of its own.
    #[default]
    One,
    /// Two, beside each other on the turned sheet.
    Two,
    /// Four, in two rows.
    Four,
}

impl NumberUp {
    /// The number.
    pub fn get(self) -> usize {
        match self {
            Self::One => 1,
            Self::Two => 2,
            Self::Four => 4,
        }
    }

    /// Reads the number.
    pub fn from_number(number: u32) -> Option<Self> {
        [Self::One, Self::Two, Self::Four].into_iter().find(|up| u32::try_from(up.get()) == Ok(number))
    }
}

/// A medium: its self-describing name (PWG 5101.1 §5), its size and the unprintable margins, in 1/100 mm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    /// `iso_a4_210x297mm`.
    pub name: String,
    /// `x-dimension`.
    pub width: u32,
    /// `y-dimension`.
    pub height: u32,
    /// Unprintable strips.
    pub margins: Margins,
}

/// Unprintable strips along the edges of a medium, in 1/100 mm (`media-*-margin`, PWG 5100.7 §6.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Margins {
    /// `media-top-margin`.
    pub top: u32,
    /// `media-right-margin`.
    pub right: u32,
    /// `media-bottom-margin`.
    pub bottom: u32,
    /// `media-left-margin`.
    pub left: u32,
}

/// The media known by name: name, width and height in 1/100 mm (PWG 5101.1).
const KNOWN: [(&str, u32, u32); 10] = [
    ("iso_a3_297x420mm", 29_700, 42_000),
    ("iso_a4_210x297mm", 21_000, 29_700),
    ("iso_a5_148x210mm", 14_800, 21_000),
    ("iso_a6_105x148mm", 10_500, 14_800),
    ("iso_b5_176x250mm", 17_600, 25_000),
    ("jis_b5_182x257mm", 18_200, 25_700),
    ("na_letter_8.5x11in", 21_590, 27_940),
    ("na_legal_8.5x14in", 21_590, 35_560),
    ("na_index-4x6_4x6in", 10_160, 15_240),
    ("iso_dl_110x220mm", 11_000, 22_000),
];

impl Media {
    /// A4 without margins.
    pub fn a4() -> Self {
        Self { name: KNOWN[1].0.into(), width: KNOWN[1].1, height: KNOWN[1].2, margins: Margins::default() }
    }

    /// A medium by its PWG name, or by the short name people use (`a4`, `letter`), without margins.
    pub fn by_name(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let short = |full: &str| full.split('_').nth(1).is_some_and(|part| part == name);
        let (full, width, height) = KNOWN.into_iter().find(|(full, ..)| *full == name || short(full))?;
        Some(Self { name: full.into(), width, height, margins: Margins::default() })
    }

    /// A medium by its size in 1/100 mm; the known name when the sides are within half a millimetre.
    pub fn by_size(width: u32, height: u32, margins: Margins) -> Self {
        let near = |a: u32, b: u32| a.abs_diff(b) <= 50;
        let known = KNOWN.into_iter().find(|(_, w, h)| near(*w, width) && near(*h, height));
        let name = match known {
            Some((name, ..)) => name.to_owned(),
            None => format!("custom_{0}x{1}mm_{0}x{1}mm", f64::from(width) / 100.0, f64::from(height) / 100.0),
        };
        Self { name, width, height, margins }
    }
}

/// What a printer says it can do, as far as a plan needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// Formats it takes, best first; never empty.
    pub formats: Vec<Format>,
    /// Resolutions of raster documents in dpi, in the printer's order; never empty.
    pub resolutions: Vec<u32>,
    /// `srgb_8` is taken and the printer prints in colour.
    pub color: bool,
    /// `sgray_8` is taken.
    pub gray: bool,
    /// `black_1` is taken and nothing else.
    pub black: bool,
    /// `multiple-document-jobs-supported` (RFC 8011 §5.4.16): a job may have a document a page.
    pub several_documents: bool,
    /// `sides-supported`.
    pub sides: Vec<Sides>,
    /// `pwg-raster-document-sheet-back`.
    pub sheet_back: SheetBack,
    /// The most copies the printer makes by itself, 1 when it cannot.
    pub copies: u32,
    /// Sides a minute, when it tells (`pages-per-minute`, RFC 8011 §5.4.36).
    pub pages_per_minute: Option<u32>,
    /// Media in the trays, default first (`media-col-ready`, else `media-col-default`, else A4); never empty.
    pub media: Vec<Media>,
    /// `printer-make-and-model`, made safe to show.
    pub model: String,
}

/// A ticket fitted to a printer. All that a renderer and a printer need, and nothing that tells whose it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The document's pages in the order of printing, counted from 1; never empty.
    pub pages: Vec<u32>,
    /// How many times the printer is told to print the set.
    pub copies: u32,
    /// How many times the set stands in the raster itself, for printers that cannot copy.
    pub repeats: u32,
    /// One or two sides.
    pub sides: Sides,
    /// The printer's wish for backs.
    pub sheet_back: SheetBack,
    /// The medium.
    pub media: Media,
    /// Dots per inch.
    pub resolution: u32,
    /// Gray, colour or black dots.
    pub color_space: ColorSpace,
    /// How pages are fitted.
    pub scaling: Scaling,
    /// What is sent.
    pub format: Format,
    /// How many pages stand on a side.
    #[serde(default)]
    pub number_up: NumberUp,
    /// Sides of the first set that are left out, for they are on paper already ([`super::part`]).
    #[serde(default)]
    pub skip: u32,
}

/// Why a ticket cannot be printed on this printer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanError {
    /// The pages asked are not in the document.
    PastTheEnd,
    /// The printer takes nothing we can make, or not so many pages of it.
    NoFormat,
}

impl From<PastTheEnd> for PlanError {
    fn from(_: PastTheEnd) -> Self {
        Self::PastTheEnd
    }
}

impl Plan {
    /// Fits `ticket` for a document of `page_count` pages to a printer.
    ///
    /// The finest resolution up to 600 dpi is taken for gray and 300 dpi, or what is nearest above, for colour.
    pub fn fit(ticket: &Ticket, capabilities: &Capabilities, page_count: u32) -> Result<Self, PlanError> {
        let pages = ticket.pages.resolve(page_count)?;
        if pages.is_empty() {
            return Err(PlanError::PastTheEnd);
        }
        let format = capabilities.formats.iter().min().copied().ok_or(PlanError::NoFormat)?;
        let color_space = match (ticket.color && capabilities.color, capabilities.gray) {
            (false, false) if capabilities.black => ColorSpace::Black1,
            (true, _) | (false, false) => ColorSpace::Srgb8,
            (false, true) => ColorSpace::Sgray8,
        };
        // Documents do not share a sheet.
        let sides = pages.len().div_ceil(ticket.number_up.get());
        let two_sided = ticket.two_sided && sides > 1 && format != Format::Jpeg;
        let sides = match two_sided && capabilities.sides.contains(&Sides::TwoSidedLongEdge) {
            true => Sides::TwoSidedLongEdge,
            false => Sides::OneSided,
        };
        let copies = ticket.copies.get();
        let by_printer = copies <= capabilities.copies;
        let plan = Self {
            pages,
            copies: if by_printer { copies } else { 1 },
            repeats: if by_printer { 1 } else { copies },
            sides,
            sheet_back: capabilities.sheet_back,
            media: capabilities.media.first().cloned().unwrap_or_else(Media::a4),
            resolution: resolution(&capabilities.resolutions, color_space),
            color_space,
            scaling: ticket.scaling,
            format,
            number_up: ticket.number_up,
            skip: 0,
        };
        match plan.documents() > 1 && !capabilities.several_documents {
            true => Err(PlanError::NoFormat),
            false => Ok(plan),
        }
    }

    /// Documents that are sent: a JPEG holds one page.
    pub fn documents(&self) -> u32 {
        if self.format == Format::Jpeg { self.raster_pages() } else { 1 }
    }

    /// Sides that one set takes.
    pub fn set(&self) -> u32 {
        u32::try_from(self.pages.len().div_ceil(self.number_up.get())).unwrap_or(u32::MAX)
    }

    /// Sides of set number `repeat` of the raster, counted from 0.
    pub fn sides_of(&self, repeat: u32) -> u32 {
        self.set().saturating_sub(if repeat == 0 { self.skip } else { 0 })
    }

    /// Raster pages that are sent: a set with an odd number of pages gets a blank back when another follows.
    pub fn raster_pages(&self) -> u32 {
        let (first, other) = (self.sides_of(0) + u32::from(self.pads(0)), self.set() + u32::from(self.pads(1)));
        match self.repeats.max(1) {
            1 => self.sides_of(0),
            repeats => first.saturating_add(other.saturating_mul(repeats - 2)).saturating_add(self.set()),
        }
    }

    /// Whether a blank back follows a set when another follows it, which has to begin on a new sheet.
    pub fn pads(&self, repeat: u32) -> bool {
        self.repeats > 1 && self.sides.is_two_sided() && self.sides_of(repeat) % 2 == 1
    }

    /// Sides of paper with something on them, all copies counted.
    pub fn impressions(&self) -> u32 {
        self.set().saturating_mul(self.copies).saturating_mul(self.repeats).saturating_sub(self.skip)
    }

    /// Sides with something on them in the raster that is sent: what a printer that does not multiply by its copies
    /// counts at the least. Blank backs are not among them, for not every printer counts those.
    pub fn impressions_sent(&self) -> u32 {
        self.impressions() / self.copies.max(1)
    }

    /// Sheets of paper, all copies counted.
    pub fn sheets(&self) -> u32 {
        let on = |sides: u32| if self.sides.is_two_sided() { sides.div_ceil(2) } else { sides };
        let all = on(self.set()).saturating_mul(self.copies).saturating_mul(self.repeats);
        all.saturating_sub(on(self.set())).saturating_add(on(self.sides_of(0)))
    }
}

/// Gray text wants the printer's grain; colour pages at 300 dpi are a quarter of the bytes and look the same.
fn resolution(offered: &[u32], color_space: ColorSpace) -> u32 {
    let wanted = match color_space {
        ColorSpace::Sgray8 | ColorSpace::Black1 => 600,
        ColorSpace::Srgb8 => 300,
    };
    let below = offered.iter().copied().filter(|dpi| *dpi <= wanted).max();
    below.or_else(|| offered.iter().copied().min()).unwrap_or(300)
}

#[cfg(test)]
mod tests;
