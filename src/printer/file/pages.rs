//! The pages of a PWG Raster document as PNG or JPEG files: each has its name only when it is whole.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Read, Write as _},
    path::Path,
};

use super::record::Page;
use crate::{
    job::plan::{ColorSpace, Plan},
    printer::error::PrinterError,
    raster::{
        jpeg::{self, JpegError},
        place::media_pixels,
        pwg::{
            RasterError,
            decode::{Decoder, Limits},
            header::PageHeader,
        },
    },
};

/// What kind of files the pages become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureFormat {
    /// `page-0001.png`, to the last pixel.
    Png,
    /// `page-0001.jpeg`, near to it.
    Jpeg,
}

impl PictureFormat {
    fn ending(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpeg",
        }
    }
}

/// Writes the document's pages into `folder` and tells `done` of each, as long as `wanted`. A document without pages,
/// with more pages than planned or with larger ones is none.
pub fn write(
    document: impl Read,
    plan: &Plan,
    folder: &Path,
    format: PictureFormat,
    wanted: &dyn Fn() -> bool,
    done: &mut dyn FnMut(Page) -> io::Result<()>,
) -> Result<(), PrinterError> {
    let (max_width, max_height) = media_pixels(&plan.media, plan.resolution);
    let mut decoder = Decoder::new(document, Limits { max_width, max_height, max_pages: plan.raster_pages() });
    let mut number = 0;
    while let Some(header) = decoder.next_page().map_err(broken)? {
        number += 1;
        let file = format!("page-{number:04}.{}", format.ending());
        let (path, temporary) = (folder.join(&file), folder.join(format!("{file}.part")));
        let written = match format {
            PictureFormat::Png => png(&mut decoder, &header, &temporary, wanted),
            PictureFormat::Jpeg => jpeg(&mut decoder, &header, &temporary),
        };
        let written = written.and_then(|()| fs::rename(&temporary, &path).map_err(PrinterError::Folder));
        if let Err(error) = written {
            // A part that cannot be removed has a name that says so.
            let _ = fs::remove_file(&temporary);
            return Err(error);
        }
        done(Page { file, width: header.width, height: header.height }).map_err(PrinterError::Folder)?;
    }
    match (wanted(), number) {
        (false, _) => Err(PrinterError::Canceled),
        (true, 0) => Err(PrinterError::Renderer(io::Error::new(io::ErrorKind::InvalidData, "no pages"))),
        (true, _) => Ok(()),
    }
}

fn jpeg(decoder: &mut Decoder<impl Read>, header: &PageHeader, path: &Path) -> Result<(), PrinterError> {
    let mut file = BufWriter::new(File::create(path).map_err(PrinterError::Folder)?);
    jpeg::page(decoder, header, &mut file).map_err(|error| match error {
        JpegError::Raster(error) => broken(error),
        JpegError::Write(error) => PrinterError::Folder(error),
    })?;
    file.flush().map_err(PrinterError::Folder)
}

fn png(
    decoder: &mut Decoder<impl Read>,
    header: &PageHeader,
    path: &Path,
    wanted: &dyn Fn() -> bool,
) -> Result<(), PrinterError> {
    let file = BufWriter::new(File::create(path).map_err(PrinterError::Folder)?);
    let mut encoder = png::Encoder::new(file, header.width, header.height);
    let dots = header.color_space == ColorSpace::Black1;
    encoder.set_depth(if dots { png::BitDepth::One } else { png::BitDepth::Eight });
    encoder.set_color(match header.color_space {
        ColorSpace::Sgray8 | ColorSpace::Black1 => png::ColorType::Grayscale,
        ColorSpace::Srgb8 => png::ColorType::Rgb,
    });
    encoder.set_compression(png::Compression::Fast);
    encoder.set_pixel_dims(Some(per_metre(header.resolution)));
    let mut writer = encoder.write_header().map_err(unwritable)?;
    let mut rows = writer.stream_writer().map_err(unwritable)?;
    let mut inverted = Vec::new();
    while let Some(row) = decoder.next_row().map_err(broken)? {
        if !wanted() {
            return Err(PrinterError::Canceled);
        }
        if dots {
            // 1 is white there.
            inverted.clear();
            inverted.extend(row.iter().map(|byte| !byte));
        }
        rows.write_all(if dots { &inverted } else { row }).map_err(PrinterError::Folder)?;
    }
    rows.finish().map_err(unwritable)?;
    writer.finish().map_err(unwritable)
}

/// Dots per inch as PNG has them.
fn per_metre(resolution: u32) -> png::PixelDimensions {
    let ppu = u32::try_from((u64::from(resolution) * 10_000 + 127) / 254).unwrap_or(u32::MAX);
    png::PixelDimensions { xppu: ppu, yppu: ppu, unit: png::Unit::Meter }
}

fn broken(error: RasterError) -> PrinterError {
    PrinterError::Renderer(match error {
        RasterError::Read(error) => error,
        error => io::Error::new(io::ErrorKind::InvalidData, error),
    })
}

fn unwritable(error: png::EncodingError) -> PrinterError {
    PrinterError::Folder(match error {
        png::EncodingError::IoError(error) => error,
        error => io::Error::other(error),
    })
}
