//! Rasters: where a page lies on the medium, and how lines of pixels become a document for a printer.

pub mod place;
pub mod pwg;
