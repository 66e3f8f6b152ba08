//! In the child: the plan's pages as PWG Raster on stdout, band by band, in memory that does not grow with pages.
//!
//! A band is drawn into one buffer that is used again and again. For a back that the printer wants turned, the band is
//! taken from the other end of the page and turned in place, so that the pixels are the same ones.

use std::io::Write;

use pdfium_render::prelude::{
    PdfBitmap, PdfBitmapFormat, PdfDocument, PdfPage, PdfPageRenderRotation, PdfRenderConfig,
};

use super::{Note, child::Failure, child::say, jail};
use crate::{
    job::{
        pages::PageRanges,
        plan::{ColorSpace, Plan},
    },
    raster::{
        place::{Placement, place},
        pwg::{SYNC, encode::PageEncoder, header::PageHeader},
    },
};

/// Rows of a band at the least: pdfium walks the page's objects once a band and decodes the pictures that cross it
/// again, which costs 2 to 6 times at 128 rows and nothing that can be measured at 1024.
const BAND_ROWS: usize = 1024;

/// Bytes of a band that may be taller: a whole gray A4 page at 300 dpi, which then has pdfium's own pixels to the last
/// one (lines that begin elsewhere than the page does may round by one).
const BAND_BYTES: usize = 10 << 20;

/// Pages after which the document is opened anew: pdfium keeps fonts and pictures of every page it has drawn, and only
/// closing the document lets them go. Opening costs nothing that can be measured beside drawing so many pages.
const PAGES_OF_ONE_OPENING: u32 = 16;

/// Draws the plan; `open` opens the document; `ranges`, when given, name the pages instead of the plan.
pub(super) fn run<'a>(
    open: impl Fn() -> Result<PdfDocument<'a>, Failure>,
    plan: &Plan,
    ranges: Option<&PageRanges>,
    page_cpu_s: u64,
    mut out: impl Write,
) -> Result<(), Failure> {
    let mut document = open()?;
    let pages = match ranges {
        None => plan.pages.clone(),
        Some(ranges) => {
            let page_count = u32::try_from(document.pages().len()).unwrap_or(0);
            ranges.resolve(page_count).map_err(|_| Failure::Document(format!("only {page_count} pages")))?
        }
    };
    let plan = &Plan { pages, ..plan.clone() };
    out.write_all(&SYNC)?;
    let mut drawer = Drawer { plan, out, band: Vec::new(), packed: Vec::new(), written: 0 };
    let mut drawn = 0;
    for _ in 0..plan.repeats {
        for page in &plan.pages {
            if drawn == PAGES_OF_ONE_OPENING {
                // The old one first, or both would be in memory.
                drop(document);
                document = open()?;
                drawn = 0;
            }
            drawn += 1;
            jail::next_page(page_cpu_s)?;
            let index = i32::try_from(page.saturating_sub(1)).map_err(|e| Failure::Own(e.to_string()))?;
            drawer.page(&document.pages().get(index)?)?;
        }
        if plan.pads() && drawer.written < plan.raster_pages() {
            drawer.blank()?;
        }
    }
    Ok(drawer.out.flush()?)
}

struct Drawer<'a, W> {
    plan: &'a Plan,
    out: W,
    band: Vec<u8>,
    packed: Vec<u8>,
    written: u32,
}

impl<W: Write> Drawer<'_, W> {
    fn page(&mut self, page: &PdfPage<'_>) -> Result<(), Failure> {
        let plan = self.plan;
        let placement = place(page.width().value, page.height().value, &plan.media, plan.resolution, plan.scaling);
        self.sheet_side(&placement, Some(page))
    }

    /// The empty back between two copies.
    fn blank(&mut self) -> Result<(), Failure> {
        let plan = self.plan;
        self.sheet_side(&place(1.0, 1.0, &plan.media, plan.resolution, plan.scaling), None)
    }

    fn sheet_side(&mut self, placement: &Placement, page: Option<&PdfPage<'_>>) -> Result<(), Failure> {
        let plan = self.plan;
        let header = PageHeader::of(plan, self.written % 2 == 1);
        let (height, transform) = (header.height as usize, header.transform);
        self.out.write_all(&header.to_bytes())?;
        let bytes_per_pixel = plan.color_space.bytes_per_pixel();
        let row = header.bytes_per_line();
        // pdfium's own rule; it refuses a buffer with any other.
        let stride = row.div_ceil(4) * 4;
        let rows = (BAND_BYTES / stride).max(BAND_ROWS).min(height);
        let mut encoder = PageEncoder::new(header.width, plan.color_space);
        let mut top = 0;
        while top < height {
            let count = rows.min(height - top);
            // Counted from the page's own top: the other end when feed runs backwards.
            let from = if transform.1 < 0 { height - top - count } else { top };
            self.band.clear();
            self.band.resize(stride * count, 255);
            if let Some(page) = page {
                draw(&mut self.band, page, placement, plan.color_space, from, count)?;
                clip(&mut self.band, placement, bytes_per_pixel, stride, from);
            }
            turn(&mut self.band, row, stride, bytes_per_pixel, transform);
            encoder.rows(&self.band, stride, &mut self.packed);
            self.out.write_all(&self.packed)?;
            self.packed.clear();
            top += count;
        }
        encoder.finish(&mut self.packed);
        self.out.write_all(&self.packed)?;
        self.packed.clear();
        self.written += 1;
        say(&Note::Page(self.written));
        Ok(())
    }
}

/// Draws rows `from..from + count` of the sheet side into `band`, all of it white before.
fn draw(
    band: &mut [u8],
    page: &PdfPage<'_>,
    placement: &Placement,
    color_space: ColorSpace,
    from: usize,
    count: usize,
) -> Result<(), Failure> {
    let pixels = |side: usize| i32::try_from(side).map_err(|e| Failure::Own(e.to_string()));
    let side = |side: u32| i32::try_from(side).unwrap_or(i32::MAX);
    let top = placement.y - pixels(from)?;
    if top >= pixels(count)? || top.saturating_add(side(placement.height)) <= 0 {
        return Ok(());
    }
    let (format, reverse) = match color_space {
        ColorSpace::Sgray8 => (PdfBitmapFormat::Gray, false),
        // Written backwards, BGR is RGB. Never BGRA: it blends transparent groups otherwise.
        ColorSpace::Srgb8 => (PdfBitmapFormat::BGR, true),
    };
    let rotation = match placement.quarter_turns % 4 {
        1 => PdfPageRenderRotation::Degrees90,
        2 => PdfPageRenderRotation::Degrees180,
        3 => PdfPageRenderRotation::Degrees270,
        _ => PdfPageRenderRotation::None,
    };
    let mut bitmap = PdfBitmap::from_bytes(side(placement.media_width), pixels(count)?, format, band)?;
    // Form data stay on: without them pdfium-render takes a path that ignores size and origin.
    let config = PdfRenderConfig::new()
        .set_fixed_size(side(placement.width), side(placement.height))
        .set_origin(placement.x, top)
        .rotate(rotation, false)
        .clear_before_rendering(false)
        .set_format(format)
        .set_reverse_byte_order(reverse)
        .use_print_quality(true);
    Ok(page.render_into_bitmap_with_config(&mut bitmap, &config)?)
}

/// Whitens what hangs over the printable area. Nothing to do for a page that lies inside it.
fn clip(band: &mut [u8], placement: &Placement, bytes_per_pixel: usize, stride: usize, from: usize) {
    let area = placement.clip;
    let inside = placement.x >= area.x.cast_signed()
        && placement.y >= area.y.cast_signed()
        && i64::from(placement.x) + i64::from(placement.width) <= i64::from(area.x) + i64::from(area.width)
        && i64::from(placement.y) + i64::from(placement.height) <= i64::from(area.y) + i64::from(area.height);
    if inside {
        return;
    }
    let rows = area.y as usize..(area.y + area.height) as usize;
    let left = area.x as usize * bytes_per_pixel;
    let right = (area.x + area.width) as usize * bytes_per_pixel;
    for (row, line) in band.chunks_exact_mut(stride).enumerate() {
        if rows.contains(&(row + from)) {
            line[..left].fill(255);
            line[right..].fill(255);
        } else {
            line.fill(255);
        }
    }
}

/// Turns a band in place: rows from the other end when feed runs backwards, pixels when cross-feed does.
fn turn(band: &mut [u8], row: usize, stride: usize, bytes_per_pixel: usize, (cross_feed, feed): (i32, i32)) {
    if feed < 0 {
        let count = band.len() / stride;
        for upper in 0..count / 2 {
            let (head, tail) = band.split_at_mut((count - 1 - upper) * stride);
            head[upper * stride..][..stride].swap_with_slice(&mut tail[..stride]);
        }
    }
    if cross_feed < 0 {
        for line in band.chunks_exact_mut(stride) {
            let line = &mut line[..row];
            line.reverse();
            // Whole-line reversal turned each pixel's bytes too.
            if bytes_per_pixel > 1 {
                line.chunks_exact_mut(bytes_per_pixel).for_each(<[u8]>::reverse);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::turn;

    #[test]
    fn turning_keeps_pixels_whole() {
        let mut band = b"abcdef..ghijkl..".to_vec();
        turn(&mut band, 6, 8, 3, (-1, -1));
        assert_eq!(band, b"jklghi..defabc..");
    }
}
