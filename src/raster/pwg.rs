//! PWG Raster, `image/pwg-raster` (PWG 5102.4): a synchronisation word, then for each page a header and its lines.
//!
//! Only what Ottisk sends is here: `sgray_8`, `srgb_8` and `black_1`, chunky order.

pub mod decode;
pub mod header;

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
