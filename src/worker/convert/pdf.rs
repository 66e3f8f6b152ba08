//! Pages of a PDF as pictures, by pdfium: those that are asked for, in their order.

use std::fs::File;

use pdfium_render::prelude::{PdfBitmap, PdfBitmapFormat, PdfDocument, PdfRenderConfig, Pdfium, PdfiumError};

use super::{
    child::{Made, refuse},
    frame::Told,
};
use crate::{
    document::{
        made::{Ask, Format},
        refusal::Refusal,
    },
    job::pages::PageRanges,
    settings::convert::Convert,
    worker::{child::Failure, inspect},
};

/// The tallest a page may be beside its width: a roll of paper, not a joke.
const TALL: f32 = 20.0;

/// Draws pages.
pub(super) fn make(
    pdfium: &Pdfium,
    document: &File,
    ask: &Ask,
    limits: &Convert,
    out: &mut Made,
) -> Result<Told, Failure> {
    let Ask::Pages { pages, width } = ask else { return Err(refuse(Refusal::Unsupported)) };
    inspect::whole(&mut document.try_clone()?).map_err(|failure| match failure {
        Failure::Document(_) => refuse(Refusal::Corrupted),
        own @ Failure::Own(_) => own,
    })?;
    let opened = pdfium.load_pdf_from_reader(document.try_clone()?, None)?;
    let page_count = u32::try_from(opened.pages().len()).unwrap_or(0);
    if page_count == 0 {
        return Err(refuse(Refusal::Corrupted));
    }
    for number in asked(pages, page_count, limits.pages_at_once) {
        let (width, height, pixels) = draw(&opened, number, (*width).min(limits.shown_px), limits.pixels)?;
        out.file(number, Format::Png, Some((width, height)), &png(width, height, png::ColorType::Rgb, &pixels)?)?;
    }
    Ok(Told { page_count: Some(page_count), ..Told::default() })
}

/// The pages that are there, at most `most` of them.
pub(super) fn asked(pages: &PageRanges, page_count: u32, most: u32) -> Vec<u32> {
    let here = |range: &crate::job::pages::PageRange| range.first..=range.last.min(page_count);
    let mut numbers: Vec<u32> = match pages.is_whole() {
        true => (1..=page_count).take(most as usize).collect(),
        false => pages.ranges().iter().flat_map(here).take(most as usize).collect(),
    };
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// One page, red, green and blue.
fn draw(document: &PdfDocument<'_>, number: u32, width: u32, most_pixels: u64) -> Result<(u32, u32, Vec<u8>), Failure> {
    let index = i32::try_from(number.saturating_sub(1)).map_err(|error| Failure::Own(error.to_string()))?;
    let page = document.pages().get(index)?;
    let tall = (page.height().value / page.width().value.max(1.0)).clamp(1.0 / TALL, TALL);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "bounded above"
    )]
    let height = (width as f32 * tall).round().max(1.0) as u32;
    if u64::from(width) * u64::from(height) > most_pixels {
        return Err(refuse(Refusal::TooLarge));
    }
    let stride = (width as usize * 3).div_ceil(4) * 4;
    let mut buffer = vec![255; stride * height as usize];
    let side = |side: u32| i32::try_from(side).unwrap_or(i32::MAX);
    {
        let mut bitmap = PdfBitmap::from_bytes(side(width), side(height), PdfBitmapFormat::BGR, &mut buffer)?;
        // Form data stay on: without them pdfium-render takes a path that ignores the size. Never BGRA: it blends otherwise.
        let config = PdfRenderConfig::new()
            .set_fixed_size(side(width), side(height))
            .clear_before_rendering(false)
            .set_format(PdfBitmapFormat::BGR)
            .set_reverse_byte_order(true);
        page.render_into_bitmap_with_config(&mut bitmap, &config).map_err(|error: PdfiumError| Failure::from(error))?;
    }
    let rows = buffer.chunks_exact(stride).flat_map(|row| &row[..width as usize * 3]);
    Ok((width, height, rows.copied().collect()))
}

/// A PNG, packed fast: the kiosk keeps it for an hour.
pub(super) fn png(width: u32, height: u32, color: png::ColorType, pixels: &[u8]) -> Result<Vec<u8>, Failure> {
    let own = |error: png::EncodingError| Failure::Own(error.to_string());
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(color);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    encoder.write_header().and_then(|mut writer| writer.write_image_data(pixels)).map_err(own)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::asked;
    use crate::job::pages::PageRanges;

    #[test]
    fn pages_that_are_not_there_are_not_made() {
        let asked = |text, count, most| asked(&PageRanges::parse(text).expect("ranges"), count, most);
        assert_eq!(asked("", 3, 10), [1, 2, 3]);
        assert_eq!(asked("2-9,1,2", 3, 10), [1, 2, 3]);
        assert_eq!(asked("7", 3, 10), [] as [u32; 0]);
        assert_eq!(asked("1-4000000000", 3, 10), [1, 2, 3]);
        assert_eq!(asked("", 300, 10).len(), 10);
    }
}
