//! A page of a raster as a JPEG file (ITU-T T.81, JFIF), row by row: no page is ever whole in memory.

use std::{
    cell::{Cell, RefCell},
    io::{self, Read, Write},
};

use jpeg_encoder::{EncodingError, ImageBuffer, JpegColorType, PixelDensity, rgb_to_ycbcr};

use super::{
    halftone,
    pwg::{RasterError, decode::Decoder, header::PageHeader},
};
use crate::job::plan::ColorSpace;

/// Quality, 1 to 100: above it files grow and nobody sees why.
const QUALITY: u8 = 90;

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub enum JpegError {
    /// The raster is none.
    #[error(transparent)]
    Raster(#[from] RasterError),
    /// The file cannot be written.
    #[error(transparent)]
    Write(io::Error),
}

impl From<EncodingError> for JpegError {
    fn from(error: EncodingError) -> Self {
        Self::Write(match error {
            EncodingError::IoError(error) => error,
            error => io::Error::other(error),
        })
    }
}

/// Writes the page whose `header` the decoder read last.
pub fn page(decoder: &mut Decoder<impl Read>, header: &PageHeader, out: impl Write) -> Result<(), JpegError> {
    let side = |side: u32| u16::try_from(side).map_err(|_| RasterError::Limit("page size"));
    let failure = Cell::new(None);
    let rows = Rows {
        width: side(header.width)?,
        height: side(header.height)?,
        color_space: header.color_space,
        source: RefCell::new(Source { decoder, next: 0, line: Vec::new() }),
        failure: &failure,
    };
    let mut encoder = jpeg_encoder::Encoder::new(out, QUALITY);
    encoder.set_density(PixelDensity::dpi(u16::try_from(header.resolution).unwrap_or(u16::MAX)));
    let encoded = encoder.encode_image(rows);
    match failure.take() {
        Some(error) => Err(JpegError::Raster(error)),
        None => Ok(encoded?),
    }
}

/// The rows as the encoder asks for them: one after another, and the last again and again until its blocks are full.
struct Rows<'a, R> {
    width: u16,
    height: u16,
    color_space: ColorSpace,
    source: RefCell<Source<'a, R>>,
    /// The encoder's own way has no room for it.
    failure: &'a Cell<Option<RasterError>>,
}

struct Source<'a, R> {
    decoder: &'a mut Decoder<R>,
    next: u16,
    line: Vec<u8>,
}

impl<R: Read> ImageBuffer for Rows<'_, R> {
    fn get_jpeg_color_type(&self) -> JpegColorType {
        match self.color_space {
            ColorSpace::Srgb8 => JpegColorType::Ycbcr,
            ColorSpace::Sgray8 | ColorSpace::Black1 => JpegColorType::Luma,
        }
    }

    fn width(&self) -> u16 {
        self.width
    }

    fn height(&self) -> u16 {
        self.height
    }

    fn fill_buffers(&self, y: u16, buffers: &mut [Vec<u8>; 4]) {
        let mut source = self.source.borrow_mut();
        let Source { decoder, next, line } = &mut *source;
        while *next <= y {
            *next += 1;
            match decoder.next_row() {
                Ok(Some(row)) => {
                    line.clear();
                    line.extend_from_slice(row);
                }
                // What is encoded from here on is thrown away.
                Ok(None) => self.failure.set(Some(RasterError::Truncated)),
                Err(error) => self.failure.set(Some(error)),
            }
        }
        line.resize(self.color_space.bytes_per_line(self.width.into()), 255);
        match self.color_space {
            ColorSpace::Sgray8 => buffers[0].extend_from_slice(line),
            ColorSpace::Black1 => buffers[0].extend(halftone::unpack(line, self.width.into())),
            ColorSpace::Srgb8 => {
                for [red, green, blue] in line.as_chunks().0 {
                    let (y, cb, cr) = rgb_to_ycbcr(*red, *green, *blue);
                    buffers[0].push(y);
                    buffers[1].push(cb);
                    buffers[2].push(cr);
                }
            }
        }
    }
}
