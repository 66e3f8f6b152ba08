//! Rasters: where a page lies on the medium, and how lines of pixels become a document for a printer.
//!
//! Pure: pixels in, bytes out. What draws the pixels is elsewhere, and so is what carries the bytes.

pub mod halftone;
pub mod jpeg;
pub mod packbits;
pub mod pdf;
pub mod picture;
pub mod place;
pub mod pwg;
pub mod tally;
pub mod urf;

use crate::job::plan::{Format, Plan, SheetBack, Sides};

/// What a document of the plan's format begins with.
pub fn document_head(plan: &Plan) -> Vec<u8> {
    match plan.format {
        Format::Urf => urf::document_head(plan.raster_pages()).to_vec(),
        // The others are made of PWG Raster where it leaves.
        _ => pwg::SYNC.to_vec(),
    }
}

/// What a page of the plan's format begins with; its lines follow as [`packbits`].
pub fn page_head(plan: &Plan, page_is_back: bool) -> Vec<u8> {
    match plan.format {
        Format::Urf => urf::page_head(plan).to_vec(),
        _ => pwg::header::PageHeader::of(plan, page_is_back).to_bytes().to_vec(),
    }
}

/// How a page is turned for the back of a sheet, across the feed and along it (`CrossFeedTransform` and `FeedTransform`,
/// PWG 5102.4 §4.3.3.3 and §5.2.3; Apple Raster wants the same of its `DM` values).
///
/// −1 along an axis means that the sender has mirrored the page along it; both mean a turn by 180°.
pub fn back_transform(sides: Sides, back: SheetBack, page_is_back: bool) -> (i32, i32) {
    if !page_is_back {
        return (1, 1);
    }
    match (sides, back) {
        (Sides::TwoSidedLongEdge, SheetBack::Flipped) => (1, -1),
        (Sides::TwoSidedShortEdge, SheetBack::Flipped) => (-1, 1),
        (Sides::TwoSidedLongEdge, SheetBack::Rotated) | (Sides::TwoSidedShortEdge, SheetBack::ManualTumble) => (-1, -1),
        _ => (1, 1),
    }
}

#[cfg(test)]
mod tests {
    use super::back_transform;
    use crate::job::plan::{SheetBack, Sides};

    #[test]
    fn backs_follow_the_table_of_the_standard() {
        let of = |sides| SheetBack::ALL.map(|back| back_transform(sides, back, true));
        assert_eq!(of(Sides::OneSided), [(1, 1); 4]);
        assert_eq!(of(Sides::TwoSidedLongEdge), [(1, 1), (1, -1), (-1, -1), (1, 1)]);
        assert_eq!(of(Sides::TwoSidedShortEdge), [(1, 1), (-1, 1), (1, 1), (-1, -1)]);
        for sides in Sides::ALL {
            assert!(SheetBack::ALL.iter().all(|back| back_transform(sides, *back, false) == (1, 1)));
        }
    }
}
