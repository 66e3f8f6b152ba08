//! A page of a raster as a picture for a screen.

use std::io::Read;

use super::{
    halftone,
    pwg::{
        RasterError,
        decode::{Decoder, Limits},
    },
};
use crate::{job::plan::ColorSpace, raster::pwg::header::PageHeader};

/// Reads the first page as RGB: width, height and 3 bytes a pixel. `None` when the document has no page.
pub fn first_page(raster: impl Read, limits: Limits) -> Result<Option<(u32, u32, Vec<u8>)>, RasterError> {
    let mut decoder = Decoder::new(raster, limits);
    let Some(PageHeader { width, height, color_space, .. }) = decoder.next_page()? else { return Ok(None) };
    let mut pixels = Vec::with_capacity(width as usize * height as usize * 3);
    while let Some(row) = decoder.next_row()? {
        match color_space {
            ColorSpace::Srgb8 => pixels.extend_from_slice(row),
            ColorSpace::Sgray8 => pixels.extend(row.iter().flat_map(|gray| [*gray; 3])),
            ColorSpace::Black1 => pixels.extend(halftone::unpack(row, width as usize).flat_map(|gray| [gray; 3])),
        }
    }
    Ok(Some((width, height, pixels)))
}
