//! Apple Raster, `image/urf`: what AirPrint printers take that do not take PWG Raster. A word and the number of pages,
//! then for each page a header and its lines. There is no public standard; this is what printers and libcups agree on.
//!
//! The lines are PWG Raster's, but a run of 128 pixels less one would be "the rest is white", which is never sent. A
//! header has no transforms: backs are turned, and the printer, who asked for it by its `DM`, knows.

use super::place::media_pixels;
use crate::job::plan::{ColorSpace, Plan, Sides};

/// Length of a page's header in bytes.
const BYTES: usize = 32;

/// `PQ` normal, as `print-quality` (RFC 8011 §5.2.13).
const NORMAL: u8 = 4;

/// The head of a document of `pages` pages.
pub fn document_head(pages: u32) -> [u8; 12] {
    let mut head = *b"UNIRAST\0\0\0\0\0";
    head[8..].copy_from_slice(&pages.to_be_bytes());
    head
}

/// The head of a page of `plan`: the whole medium.
pub fn page_head(plan: &Plan) -> [u8; BYTES] {
    let (width, height) = media_pixels(&plan.media, plan.resolution);
    let mut head = [0; BYTES];
    (head[0], head[1]) = match plan.color_space {
        // Never planned: there is no keyword by which a printer could ask for it.
        ColorSpace::Black1 => (1, 0),
        ColorSpace::Sgray8 => (8, 0),
        ColorSpace::Srgb8 => (24, 1),
    };
    head[2] = match plan.sides {
        Sides::OneSided => 1,
        Sides::TwoSidedShortEdge => 2,
        Sides::TwoSidedLongEdge => 3,
    };
    head[3] = NORMAL;
    for (at, number) in [(12, width), (16, height), (20, plan.resolution)] {
        head[at..at + 4].copy_from_slice(&number.to_be_bytes());
    }
    head
}

#[cfg(test)]
mod tests {
    use super::document_head;

    #[test]
    fn a_document_tells_its_pages_first() {
        assert_eq!(&document_head(258), b"UNIRAST\0\0\0\x01\x02");
    }
}
