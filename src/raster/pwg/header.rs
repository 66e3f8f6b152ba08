//! The page header (PWG 5102.4 §4.3): 1,796 bytes, numbers big endian, texts padded with zeros.
//!
//! Fields that Ottisk leaves at "printer's choice" are zero; they are not kept when a header is read.

use super::RasterError;
use crate::{
    job::plan::{ColorSpace, Plan, Sides},
    raster::{back_transform, place::media_pixels},
};

/// Length of a header in bytes.
pub const BYTES: usize = 1_796;

/// `PrintQuality` normal (`print-quality`, RFC 8011 §5.2.13).
const NORMAL: u32 = 4;

/// Byte offsets of the fields (PWG 5102.4 table 2).
mod at {
    pub const DUPLEX: usize = 272;
    pub const RESOLUTION: usize = 276;
    pub const NUM_COPIES: usize = 340;
    pub const PAGE_SIZE: usize = 352;
    pub const TUMBLE: usize = 368;
    pub const WIDTH: usize = 372;
    pub const HEIGHT: usize = 376;
    pub const BITS_PER_COLOR: usize = 384;
    pub const BITS_PER_PIXEL: usize = 388;
    pub const BYTES_PER_LINE: usize = 392;
    pub const COLOR_ORDER: usize = 396;
    pub const COLOR_SPACE: usize = 400;
    pub const NUM_COLORS: usize = 420;
    pub const TOTAL_PAGES: usize = 452;
    pub const TRANSFORM: usize = 456;
    pub const IMAGE_BOX: usize = 464;
    pub const ALTERNATE_PRIMARY: usize = 480;
    pub const PRINT_QUALITY: usize = 484;
    pub const PAGE_SIZE_NAME: usize = 1_732;
}

/// One page of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageHeader {
    /// Pixels in a line.
    pub width: u32,
    /// Lines.
    pub height: u32,
    /// Dots per inch, both ways.
    pub resolution: u32,
    /// What a pixel is.
    pub color_space: ColorSpace,
    /// `Duplex` and `Tumble`.
    pub sides: Sides,
    /// `CrossFeedTransform` and `FeedTransform`, 1 or −1 each; see [`back_transform`].
    pub transform: (i32, i32),
    /// `PageSizeName`, a PWG 5101.1 name.
    pub media_name: String,
    /// `PageSize` in points.
    pub media_points: (u32, u32),
    /// `TotalPageCount`, 0 when unknown.
    pub total_pages: u32,
    /// `NumCopies`, 0 for the job's own.
    pub copies: u32,
    /// `ImageBox` left, top, right, bottom in pixels; all 0 when not told.
    pub image_box: [u32; 4],
    /// `PrintQuality`: 0 the printer's choice, 3 draft, 4 normal, 5 high.
    pub print_quality: u32,
}

impl PageHeader {
    /// The header of a page of `plan`: the whole medium.
    pub fn of(plan: &Plan, page_is_back: bool) -> Self {
        let (width, height) = media_pixels(&plan.media, plan.resolution);
        Self {
            width,
            height,
            resolution: plan.resolution,
            color_space: plan.color_space,
            sides: plan.sides,
            transform: back_transform(plan.sides, plan.sheet_back, page_is_back),
            media_name: plan.media.name.clone(),
            media_points: (points(plan.media.width), points(plan.media.height)),
            total_pages: plan.raster_pages(),
            copies: 0,
            image_box: [0; 4],
            print_quality: NORMAL,
        }
    }

    /// Bytes of one line.
    pub fn bytes_per_line(&self) -> usize {
        self.color_space.bytes_per_line(self.width)
    }

    /// The header as it is sent.
    pub fn to_bytes(&self) -> [u8; BYTES] {
        let mut bytes = [0; BYTES];
        put_text(&mut bytes, 0, "PwgRaster");
        put_text(&mut bytes, at::PAGE_SIZE_NAME, &self.media_name);
        let bits_per_pixel = self.color_space.bits_per_pixel();
        let bytes_per_line = u32::try_from(self.bytes_per_line()).unwrap_or(u32::MAX);
        let fields = [
            (at::DUPLEX, u32::from(self.sides.is_two_sided())),
            (at::RESOLUTION, self.resolution),
            (at::RESOLUTION + 4, self.resolution),
            (at::NUM_COPIES, self.copies),
            (at::PAGE_SIZE, self.media_points.0),
            (at::PAGE_SIZE + 4, self.media_points.1),
            (at::TUMBLE, u32::from(self.sides == Sides::TwoSidedShortEdge)),
            (at::WIDTH, self.width),
            (at::HEIGHT, self.height),
            (at::BITS_PER_COLOR, bits_per_pixel.min(8)),
            (at::BITS_PER_PIXEL, bits_per_pixel),
            (at::BYTES_PER_LINE, bytes_per_line),
            (at::COLOR_SPACE, color_space_number(self.color_space)),
            (at::NUM_COLORS, bits_per_pixel.div_ceil(8)),
            (at::TOTAL_PAGES, self.total_pages),
            (at::TRANSFORM, self.transform.0.cast_unsigned()),
            (at::TRANSFORM + 4, self.transform.1.cast_unsigned()),
            (at::ALTERNATE_PRIMARY, 0x00ff_ffff),
            (at::PRINT_QUALITY, self.print_quality),
        ];
        let image_box = self.image_box.into_iter().zip((at::IMAGE_BOX..).step_by(4)).map(|(value, at)| (at, value));
        for (at, value) in fields.into_iter().chain(image_box) {
            bytes[at..at + 4].copy_from_slice(&value.to_be_bytes());
        }
        bytes
    }

    /// Reads a header; what we do not send is refused.
    pub fn from_bytes(bytes: &[u8; BYTES]) -> Result<Self, RasterError> {
        let number = |at: usize| bytes[at..].first_chunk().copied().map_or(0, u32::from_be_bytes);
        if text(bytes, 0) != "PwgRaster" {
            return Err(RasterError::Header("PwgRaster"));
        }
        let color_space = match (number(at::COLOR_SPACE), number(at::BITS_PER_PIXEL)) {
            (3, 1) => ColorSpace::Black1,
            (18, 8) => ColorSpace::Sgray8,
            (19, 24) => ColorSpace::Srgb8,
            _ => return Err(RasterError::Header("ColorSpace")),
        };
        let resolution = number(at::RESOLUTION);
        let header = Self {
            width: number(at::WIDTH),
            height: number(at::HEIGHT),
            resolution,
            color_space,
            sides: match (number(at::DUPLEX), number(at::TUMBLE)) {
                (0, _) => Sides::OneSided,
                (_, 0) => Sides::TwoSidedLongEdge,
                _ => Sides::TwoSidedShortEdge,
            },
            transform: (direction(number(at::TRANSFORM))?, direction(number(at::TRANSFORM + 4))?),
            media_name: text(bytes, at::PAGE_SIZE_NAME),
            media_points: (number(at::PAGE_SIZE), number(at::PAGE_SIZE + 4)),
            total_pages: number(at::TOTAL_PAGES),
            copies: number(at::NUM_COPIES),
            image_box: [0, 4, 8, 12].map(|offset| number(at::IMAGE_BOX + offset)),
            print_quality: number(at::PRINT_QUALITY),
        };
        let told = [
            ("Width", header.width > 0),
            ("Height", header.height > 0),
            ("HWResolution", resolution > 0 && resolution == number(at::RESOLUTION + 4)),
            ("BitsPerColor", number(at::BITS_PER_COLOR) == color_space.bits_per_pixel().min(8)),
            ("ColorOrder", number(at::COLOR_ORDER) == 0),
            ("BytesPerLine", u64::from(number(at::BYTES_PER_LINE)) == header.bytes_per_line() as u64),
        ];
        match told.into_iter().find(|(_, right)| !right) {
            Some((field, _)) => Err(RasterError::Header(field)),
            None => Ok(header),
        }
    }
}

/// `ColorSpace` (PWG 5102.4 table 5).
fn color_space_number(color_space: ColorSpace) -> u32 {
    match color_space {
        ColorSpace::Black1 => 3,
        ColorSpace::Sgray8 => 18,
        ColorSpace::Srgb8 => 19,
    }
}

/// 1/100 mm to whole points.
fn points(hundredths: u32) -> u32 {
    u32::try_from((u64::from(hundredths) * 72 + 1_270) / 2_540).unwrap_or(u32::MAX)
}

fn direction(value: u32) -> Result<i32, RasterError> {
    match value.cast_signed() {
        -1 => Ok(-1),
        0 | 1 => Ok(1),
        _ => Err(RasterError::Header("FeedTransform")),
    }
}

/// A text field of 64 bytes, the last of which stays zero.
fn put_text(bytes: &mut [u8; BYTES], at: usize, text: &str) {
    let ascii: Vec<u8> = text.bytes().filter(u8::is_ascii_graphic).take(63).collect();
    bytes[at..at + ascii.len()].copy_from_slice(&ascii);
}

fn text(bytes: &[u8; BYTES], at: usize) -> String {
    bytes[at..at + 64].iter().take_while(|b| b.is_ascii_graphic()).map(|b| char::from(*b)).collect()
}

#[cfg(test)]
mod tests {
    use super::{BYTES, PageHeader, at};
    use crate::job::plan::{ColorSpace, Sides};

    fn header() -> PageHeader {
        PageHeader {
            width: 4961,
            height: 7016,
            resolution: 600,
            color_space: ColorSpace::Srgb8,
            sides: Sides::TwoSidedShortEdge,
            transform: (-1, 1),
            media_name: "iso_a4_210x297mm".into(),
            media_points: (595, 842),
            total_pages: 7,
            copies: 2,
            image_box: [1, 2, 3, 4],
            print_quality: 4,
        }
    }

    #[test]
    fn a_header_is_read_as_it_was_written() {
        for color_space in [ColorSpace::Black1, ColorSpace::Sgray8, ColorSpace::Srgb8] {
            for sides in Sides::ALL {
                let header = PageHeader { color_space, sides, ..header() };
                assert_eq!(PageHeader::from_bytes(&header.to_bytes()).expect("ours"), header);
            }
        }
    }

    #[test]
    fn the_bytes_are_where_the_standard_has_them() {
        let bytes = header().to_bytes();
        assert_eq!(bytes.len(), BYTES);
        assert_eq!(&bytes[..10], b"PwgRaster\0");
        assert_eq!(&bytes[276..284], &[0, 0, 2, 88, 0, 0, 2, 88]);
        assert_eq!(&bytes[456..464], &[255, 255, 255, 255, 0, 0, 0, 1]);
        assert_eq!(&bytes[480..488], &[0, 255, 255, 255, 0, 0, 0, 4]);
        assert_eq!(&bytes[1732..1749], b"iso_a4_210x297mm\0");
    }

    #[test]
    fn a_header_that_contradicts_itself_is_refused() {
        for field in [0, at::WIDTH, at::RESOLUTION, at::BYTES_PER_LINE, at::COLOR_SPACE, at::COLOR_ORDER] {
            let mut bytes = header().to_bytes();
            bytes[field + 3] ^= 0x40;
            bytes[field] ^= 0x80;
            assert!(PageHeader::from_bytes(&bytes).is_err(), "{field}");
        }
    }
}
