//! PWG Raster, `image/pwg-raster` (PWG 5102.4): a synchronisation word, then for each page a header and its lines.
//!
//! Only what Ottisk sends is here: 8 bits a colour, `sgray_8` and `srgb_8`, chunky order.

pub mod decode;
pub mod encode;
pub mod header;

use crate::job::plan::{SheetBack, Sides};

/// The word a document begins with (PWG 5102.4 §4.2): big endian, compressed.
pub const SYNC: [u8; 4] = *b"RaS2";

/// Why bytes are not a whole PWG Raster document that we take.
#[derive(Debug, thiserror::Error)]
pub enum RasterError {
    /// It does not begin with [`SYNC`].
    #[error("not a PWG Raster document")]
    NotRaster,
    /// The document ends before the page or its header does.
    #[error("the document ends in the middle of a page")]
    Truncated,
    /// A header says what we do not take.
    #[error("the page header has an unknown {0}")]
    Header(&'static str),
    /// A page is larger than was agreed, or there are more pages.
    #[error("the document goes over the limit of its {0}")]
    Limit(&'static str),
    /// The lines of a page contradict its header.
    #[error("the lines do not fill the page: {0}")]
    Lines(&'static str),
    /// The reader failed.
    #[error("the document could not be read: {0}")]
    Read(std::io::Error),
}

/// `CrossFeedTransform` and `FeedTransform` of a page (PWG 5102.4 §4.3.3.3 and §5.2.3): how the printer wants its back.
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
