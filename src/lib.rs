//! Ottisk.

pub mod job;
pub mod raster;
pub mod text;
