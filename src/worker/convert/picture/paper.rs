//! Pictures on paper: a PDF with a page for each, A4 turned as the picture is, the picture as large as fits but no coarser
//! than a screen's.

use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, metadata::Orientation};
use krilla::{
    Document,
    geom::{Size, Transform},
    image::Image,
    page::PageSettings,
};

use super::{jpeg, on_white, within};
use crate::{
    document::refusal::Refusal,
    settings::convert::Convert,
    worker::{child::Failure, convert::child::refuse},
};

/// A4, points.
const A4_PT: (f32, f32) = (595.276, 841.89);

/// What a printer cannot reach, points: 6 mm.
const MARGIN_PT: f32 = 17.0;

/// Pixels of a picture that fill A4 at 300 dpi.
const SIDES_PX: (u32, u32) = (2480, 3508);

/// Pixels an inch that a small picture keeps: larger it would be a mosaic.
const LEAST_DPI: f32 = 75.0;

/// Of a picture that had to be packed anew.
const QUALITY: u8 = 90;

/// Colours up to which a picture is a drawing and is packed without loss.
const FEW_COLOURS: usize = 256;

/// The PDF as it grows.
pub(in crate::worker::convert) struct Paper(Document);

/// Whether a JPEG can go into a PDF as it is: upright, and no larger than the limits let through.
pub(super) fn stays(bytes: &[u8], limits: &Convert) -> bool {
    let reader = ImageReader::with_format(std::io::Cursor::new(bytes), ImageFormat::Jpeg);
    let Ok(mut decoder) = reader.into_decoder() else { return false };
    let (width, height) = decoder.dimensions();
    let colours = matches!(decoder.color_type(), image::ColorType::L8 | image::ColorType::Rgb8);
    // CMYK looks like RGB here, but four bytes for a frame's component count do not.
    colours
        && decoder.orientation().is_ok_and(|turn| turn == Orientation::NoTransforms)
        && u64::from(width) * u64::from(height) <= limits.pixels
        && decoder.original_color_type() == decoder.color_type().into()
}

impl Paper {
    /// No page yet.
    pub(in crate::worker::convert) fn new() -> Self {
        Self(Document::new())
    }

    /// A page with a JPEG as it is. It is decoded once all the same: a broken one must not reach the printer.
    pub(super) fn jpeg(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let decoded = image::load_from_memory_with_format(bytes, ImageFormat::Jpeg);
        let size = decoded.map(|image| (image.width(), image.height())).map_err(|_| refuse(Refusal::Corrupted))?;
        let image = Image::from_jpeg(bytes.to_vec().into(), true).map_err(|_| refuse(Refusal::Corrupted))?;
        self.page(image, size)
    }

    /// A page with `image`.
    pub(in crate::worker::convert) fn picture(&mut self, image: &DynamicImage) -> Result<(), Failure> {
        let (short, long) = SIDES_PX;
        let sides = if image.width() > image.height() { (long, short) } else { (short, long) };
        let size = (image.width(), image.height());
        let smaller = within(image, sides.0, sides.1);
        let rgb = on_white(smaller.as_ref().unwrap_or(image));
        let mut colours = std::collections::HashSet::new();
        let drawing = rgb.pixels().all(|pixel| {
            colours.insert(pixel.0);
            colours.len() <= FEW_COLOURS
        });
        let packed = match drawing {
            true => {
                let bytes = crate::worker::convert::pdf::png(rgb.width(), rgb.height(), png::ColorType::Rgb, &rgb)?;
                Image::from_png(bytes.into(), false)
            }
            false => Image::from_jpeg(jpeg(&rgb, QUALITY)?.into(), true),
        };
        self.page(packed.map_err(Failure::Own)?, size)
    }

    fn page(&mut self, image: Image, (width, height): (u32, u32)) -> Result<(), Failure> {
        let own = || Failure::Own("a page has no size".into());
        let (page_width, page_height) = if width > height { (A4_PT.1, A4_PT.0) } else { A4_PT };
        let (x, y, width, height) = placed((width, height), (page_width, page_height));
        let mut page = self.0.start_page_with(PageSettings::from_wh(page_width, page_height).ok_or_else(own)?);
        let mut surface = page.surface();
        surface.push_transform(&Transform::from_translate(x, y));
        surface.draw_image(image, Size::from_wh(width, height).ok_or_else(own)?);
        surface.pop();
        surface.finish();
        page.finish();
        Ok(())
    }

    /// The PDF.
    pub(in crate::worker::convert) fn finish(self) -> Result<Vec<u8>, Failure> {
        self.0.finish().map_err(|error| Failure::Own(format!("{error:?}")))
    }
}

/// Left, top, width and height of a picture of so many pixels on a page, points: in its middle, as large as fits.
fn placed(pixels: (u32, u32), page: (f32, f32)) -> (f32, f32, f32, f32) {
    #[expect(clippy::cast_precision_loss, reason = "a picture has fewer pixels across than a float has digits")]
    let (width, height) = (pixels.0.max(1) as f32, pixels.1.max(1) as f32);
    let fitting = ((page.0 - 2.0 * MARGIN_PT) / width).min((page.1 - 2.0 * MARGIN_PT) / height);
    let scale = fitting.min(72.0 / LEAST_DPI);
    let (width, height) = (width * scale, height * scale);
    ((page.0 - width) / 2.0, (page.1 - height) / 2.0, width, height)
}

#[cfg(test)]
mod tests {
    use super::{A4_PT, placed};

    #[test]
    fn photographs_fill_the_page_and_icons_do_not() {
        let (x, y, width, _) = placed((3000, 4000), A4_PT);
        assert!((x - 17.0).abs() < 0.1 && y > 17.0 && (width - 561.276).abs() < 0.1);
        let (_, _, width, height) = placed((75, 150), A4_PT);
        assert!((width - 72.0).abs() < 0.01 && (height - 144.0).abs() < 0.01);
    }
}
