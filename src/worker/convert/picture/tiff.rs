//! The pages of a TIFF file (TIFF 6.0 §2): a chain of image file directories. The decoder reads the first directory it is
//! pointed at, so a page is decoded by pointing the header at it. Chains that come back to themselves end.

use std::io::Cursor;

use image::{DynamicImage, RgbImage};
use tiff::{
    ColorType,
    decoder::{Decoder, DecodingResult},
    tags::Tag,
};

/// `PlanarConfiguration` of a picture whose colours lie apart.
const PLANES: u32 = 2;

/// Pixels of such a picture.
const PIXELS: u32 = 40_000_000;

/// Pages that are looked for: a fax machine's memory.
const PAGES: usize = 2_000;

/// Where directories begin, in their order; `None` for what is no TIFF file.
pub(super) fn pages(bytes: &[u8]) -> Option<Vec<u32>> {
    let file = Numbers::of(bytes)?;
    let (mut starts, mut start) = (Vec::new(), file.long(4)?);
    while start != 0 && starts.len() < PAGES && !starts.contains(&start) {
        let at = start as usize;
        let Some(entries) = file.short(at) else { break };
        starts.push(start);
        start = file.long(at + 2 + usize::from(entries) * 12).unwrap_or(0);
    }
    (!starts.is_empty()).then_some(starts)
}

/// The same file with the directory at `start` as its first.
pub(super) fn beginning_at(bytes: &[u8], start: u32) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let number = match bytes.first() {
        Some(b'M') => start.to_be_bytes(),
        _ => start.to_le_bytes(),
    };
    if let Some(first) = bytes.get_mut(4..8) {
        first.copy_from_slice(&number);
    }
    bytes
}

/// Whether the first page's colours lie apart. One alone does not, whatever the page says (TIFF 6.0 page 38).
pub(super) fn lies_in_planes(bytes: &[u8]) -> bool {
    let Ok(mut decoder) = Decoder::new(Cursor::new(bytes)) else { return false };
    let mut number = |tag| decoder.find_tag_unsigned::<u32>(tag).ok().flatten();
    number(Tag::PlanarConfiguration) == Some(PLANES) && number(Tag::SamplesPerPixel).is_some_and(|samples| samples > 1)
}

/// The first page, when it holds brightness and colour as JPEG does (TIFF 6.0 §21).
pub(super) fn bright_and_coloured(bytes: &[u8]) -> Option<DynamicImage> {
    let mut decoder = Decoder::new(Cursor::new(bytes)).ok()?;
    let (width, height) = decoder
        .dimensions()
        .ok()
        .filter(|(width, height)| width.checked_mul(*height).is_some_and(|pixels| pixels <= PIXELS))?;
    if decoder.colortype().ok()? != ColorType::YCbCr(8) {
        return None;
    }
    let DecodingResult::U8(mut pixels) = decoder.read_image().ok()? else { return None };
    for pixel in pixels.chunks_exact_mut(3) {
        let [bright, blue, red] = [0, 1, 2].map(|part| f32::from(pixel[part]));
        let (blue, red) = (blue - 128.0, red - 128.0);
        let colours = [bright + 1.402 * red, bright - 0.344_14 * blue - 0.714_14 * red, bright + 1.772 * blue];
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
        pixel.copy_from_slice(&colours.map(|colour| colour.round().clamp(0.0, 255.0) as u8));
    }
    RgbImage::from_raw(width, height, pixels).map(DynamicImage::from)
}

/// Numbers in the byte order the file begins with.
struct Numbers<'a> {
    bytes: &'a [u8],
    big: bool,
}

impl<'a> Numbers<'a> {
    fn of(bytes: &'a [u8]) -> Option<Self> {
        let big = match bytes.get(..4)? {
            b"II*\0" => false,
            b"MM\0*" => true,
            _ => return None,
        };
        Some(Self { bytes, big })
    }

    fn short(&self, at: usize) -> Option<u16> {
        let bytes = self.bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if self.big { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }

    fn long(&self, at: usize) -> Option<u32> {
        let bytes = self.bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if self.big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }
}

#[cfg(test)]
mod tests {
    use super::{beginning_at, pages};

    /// Two empty directories, the second pointing at `next`.
    fn two(next: u32) -> Vec<u8> {
        let mut bytes = b"II*\0\x08\0\0\0".to_vec();
        for next in [14_u32, next] {
            bytes.extend([0, 0]);
            bytes.extend(next.to_le_bytes());
        }
        bytes
    }

    #[test]
    fn chains_are_walked_and_circles_end() {
        assert_eq!(pages(&two(0)), Some(vec![8, 14]));
        assert_eq!(pages(&two(8)), Some(vec![8, 14]));
        assert_eq!(pages(&two(4_000_000_000)), Some(vec![8, 14]));
        assert_eq!(pages(b"II*\0"), None);
        assert_eq!(pages(&beginning_at(&two(0), 14)), Some(vec![14]));
    }
}
