//! Rasters: where a page lies on the medium, and how lines of pixels become a document for a printer.
//!
//! Pure: pixels in, bytes out. What draws the pixels is elsewhere, and so is what carries the bytes.

pub mod picture;
pub mod place;
pub mod pwg;
