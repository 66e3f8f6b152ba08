//! In the child: the plan's pages as a raster document on stdout, band by band, in memory that does not grow with pages.
//!
//! A band is drawn into one buffer that is used again and again. For a back that the printer wants turned, the band is
//! taken from the other end of the page and turned in place, so that the pixels are the same ones.

use std::io::Write;

use pdfium_render::prelude::{
    PdfBitmap, PdfBitmapFormat, PdfDocument, PdfPage, PdfPageRenderRotation, PdfRenderConfig,
};

use super::{
    Note,
    child::{Failure, say},
    fields, jail,
    turns::{Output, Place},
};
use crate::{
    job::{
        pages::PageRanges,
        plan::{ColorSpace, Plan},
    },
    raster::{
        back_transform, document_head, halftone,
        packbits::PageEncoder,
        page_head,
        place::{Placement, media_pixels, place_all},
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
const PAGES_OF_ONE_OPENING: usize = 16;

/// Draws of the plan what falls to `place`; `open` opens the document; `ranges`, when given, name the pages instead of
/// the plan.
pub(super) fn run<'a, W: Write>(
    open: impl Fn() -> Result<PdfDocument<'a>, Failure>,
    plan: &Plan,
    ranges: Option<&PageRanges>,
    page_cpu_s: u64,
    place: Place,
    mut out: Output<W>,
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
    say(&Note::Pages(plan.raster_pages()));
    let place = place.among(plan.raster_pages());
    out.take(place);
    let mut drawer = Drawer { plan, out, band: Vec::new(), dots: Vec::new() };
    if place.index == 0 {
        drawer.out.buffer().extend(document_head(plan));
    }
    let mut of_this_opening = 0;
    for (number, pages) in (0..).zip(sides(plan)).filter(|(number, _)| place.draws(*number)) {
        if of_this_opening >= PAGES_OF_ONE_OPENING {
            // The old one first, or both would be in memory.
            drop(document);
            document = open()?;
            of_this_opening = 0;
        }
        of_this_opening += pages.len();
        jail::next_page(page_cpu_s.saturating_mul(pages.len() as u64))?;
        drawer.side_of(&document, number, pages)?;
    }
    Ok(())
}

/// Draws all of the plan alone, without walls and limits: for documents of one's own.
pub fn document(opened: &PdfDocument<'_>, plan: &Plan, out: impl Write) -> Result<(), Failure> {
    let mut drawer = Drawer { plan, out: Output::new(out, None), band: Vec::new(), dots: Vec::new() };
    drawer.out.buffer().extend(document_head(plan));
    (0..).zip(sides(plan)).try_for_each(|(number, pages)| drawer.side_of(opened, number, pages))
}

/// What stands on each raster page: the numbers of pages, none for the empty back between two copies.
fn sides(plan: &Plan) -> impl Iterator<Item = &[u32]> {
    let copy = |number: u32| {
        let blank: Option<&[u32]> = (plan.pads(number) && number + 1 < plan.repeats).then_some(&[]);
        let out = if number == 0 { plan.skip as usize } else { 0 };
        plan.pages.chunks(plan.number_up.get()).skip(out).chain(blank)
    };
    (0..plan.repeats).flat_map(copy)
}

struct Drawer<'a, W> {
    plan: &'a Plan,
    out: Output<W>,
    band: Vec<u8>,
    /// The band's dots, for a printer that takes nothing else.
    dots: Vec<u8>,
}

impl<W: Write> Drawer<'_, W> {
    /// Opens the pages of these numbers, and draws them.
    fn side_of(&mut self, document: &PdfDocument<'_>, number: u32, pages: &[u32]) -> Result<(), Failure> {
        let load = |page: &u32| {
            let index = i32::try_from(page.saturating_sub(1)).map_err(|e| Failure::Own(e.to_string()))?;
            let page = document.pages().get(index)?;
            fields::to_paper(document, &page)?;
            Ok::<_, Failure>(page)
        };
        self.side(number, &pages.iter().map(load).collect::<Result<Vec<_>, _>>()?)
    }

    /// Draws these pages, none or as many as the plan has on a side, as raster page `number`, counted from 0.
    fn side(&mut self, number: u32, pages: &[PdfPage<'_>]) -> Result<(), Failure> {
        let plan = self.plan;
        let sizes: Vec<_> = pages.iter().map(|page| (page.width().value, page.height().value)).collect();
        let placements = place_all(&sizes, &plan.media, plan.resolution, plan.scaling, plan.number_up);
        let is_back = number % 2 == 1;
        self.out.buffer().extend(page_head(plan, is_back));
        let transform = back_transform(plan.sides, plan.sheet_back, is_back);
        let (width, height) = media_pixels(&plan.media, plan.resolution);
        let (height, bytes_per_pixel) = (height as usize, plan.color_space.bytes_per_pixel());
        let row = width as usize * bytes_per_pixel;
        // pdfium's own rule; it refuses a buffer with any other.
        let stride = row.div_ceil(4) * 4;
        let rows = (BAND_BYTES / stride).max(BAND_ROWS).min(height);
        let mut encoder = PageEncoder::new(width, plan.color_space);
        let dots = plan.color_space == ColorSpace::Black1;
        let mut top = 0;
        while top < height {
            let count = rows.min(height - top);
            // Counted from the page's own top: the other end when feed runs backwards.
            let from = if transform.1 < 0 { height - top - count } else { top };
            self.band.clear();
            self.band.resize(stride * count, 255);
            for (page, placement) in pages.iter().zip(&placements) {
                draw(&mut self.band, page, placement, plan.color_space, from, count)?;
                clip(&mut self.band, placement, bytes_per_pixel, stride, from);
            }
            if dots {
                halftone::dither(&mut self.band, stride, from);
            }
            turn(&mut self.band, row, stride, bytes_per_pixel, transform);
            if dots {
                halftone::pack(&self.band, stride, width as usize, &mut self.dots);
                encoder.rows(&self.dots, plan.color_space.bytes_per_line(width), self.out.buffer());
            } else {
                encoder.rows(&self.band, stride, self.out.buffer());
            }
            self.out.band()?;
            top += count;
        }
        encoder.finish(self.out.buffer());
        self.out.page()
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
        ColorSpace::Sgray8 | ColorSpace::Black1 => (PdfBitmapFormat::Gray, false),
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
    // Dots have sharp edges already; gray ones would be frayed by the halftone, and thin lines broken.
    let smooth = color_space != ColorSpace::Black1;
    // Form data stay on: without them pdfium-render takes a path that ignores size and origin.
    let config = PdfRenderConfig::new()
        .set_fixed_size(side(placement.width), side(placement.height))
        .set_origin(placement.x, top)
        .rotate(rotation, false)
        .clear_before_rendering(false)
        .set_format(format)
        .set_reverse_byte_order(reverse)
        .set_text_smoothing(smooth)
        .set_path_smoothing(smooth)
        .use_print_quality(true);
    Ok(page.render_into_bitmap_with_config(&mut bitmap, &config)?)
}

/// Whitens what hangs over the printable area. Nothing to do for a page that lies inside it, as all do that share a side.
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
