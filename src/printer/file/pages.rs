//! The pages of a PWG Raster document as PNG files: each has its name only when it is whole.

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
        place::media_pixels,
        pwg::{
            RasterError,
            decode::{Decoder, Limits},
            header::PageHeader,
        },
    },
};

/// Writes the document's pages into `folder` and tells `done` of each, as long as `wanted`. A document without pages,
/// with more pages than planned or with larger ones is none.
pub fn write(
    document: impl Read,
    plan: &Plan,
    folder: &Path,
    wanted: &dyn Fn() -> bool,
    done: &mut dyn FnMut(Page) -> io::Result<()>,
) -> Result<(), PrinterError> {
    let (max_width, max_height) = media_pixels(&plan.media, plan.resolution);
    let mut decoder = Decoder::new(document, Limits { max_width, max_height, max_pages: plan.raster_pages() });
    let mut number = 0;
    while let Some(header) = decoder.next_page().map_err(broken)? {
        number += 1;
        let file = format!("page-{number:04}.png");
        let (path, temporary) = (folder.join(&file), folder.join(format!("{file}.part")));
        let written = picture(&mut decoder, &header, &temporary, wanted)
            .and_then(|()| fs::rename(&temporary, &path).map_err(PrinterError::Folder));
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

fn picture(
    decoder: &mut Decoder<impl Read>,
    header: &PageHeader,
    path: &Path,
    wanted: &dyn Fn() -> bool,
) -> Result<(), PrinterError> {
    let file = BufWriter::new(File::create(path).map_err(PrinterError::Folder)?);
    let mut encoder = png::Encoder::new(file, header.width, header.height);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_color(match header.color_space {
        ColorSpace::Sgray8 => png::ColorType::Grayscale,
        ColorSpace::Srgb8 => png::ColorType::Rgb,
    });
    encoder.set_compression(png::Compression::Fast);
    encoder.set_pixel_dims(Some(per_metre(header.resolution)));
    let mut writer = encoder.write_header().map_err(unwritable)?;
    let mut rows = writer.stream_writer().map_err(unwritable)?;
    while let Some(row) = decoder.next_row().map_err(broken)? {
        if !wanted() {
            return Err(PrinterError::Canceled);
        }
        rows.write_all(row).map_err(PrinterError::Folder)?;
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
