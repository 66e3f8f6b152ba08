//! Our raster on its way to a printer that takes PDF or JPEG alone: made of it while it is sent, on a thread beside.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
};

use smol::io::BlockOn;

use super::Document;
use crate::{
    job::plan::Plan,
    raster::{
        jpeg::{self, JpegError},
        pdf::Pdf,
        place::media_pixels,
        pwg::{
            RasterError,
            decode::{Decoder, Limits},
        },
    },
};

/// Bytes of a PDF that may wait to be sent.
const WAITING: usize = 64 << 10;

fn limits(plan: &Plan) -> Limits {
    let (max_width, max_height) = media_pixels(&plan.media, plan.resolution);
    Limits { max_width, max_height, max_pages: plan.raster_pages() }
}

/// The raster as one PDF.
pub fn pdf(raster: Document, plan: &Plan) -> Document {
    Box::pin(smol::Unblock::with_capacity(WAITING, Pdf::new(BlockOn::new(raster), limits(plan))))
}

/// The raster as a JPEG a page.
pub struct Pages(Arc<Mutex<Decoder<BlockOn<Document>>>>);

impl Pages {
    /// The pages of `raster`.
    pub fn of(raster: Document, plan: &Plan) -> Self {
        Self(Arc::new(Mutex::new(Decoder::new(BlockOn::new(raster), limits(plan)))))
    }

    /// The next page, whole. The `last` is given only when the raster came to its good end.
    pub async fn next(&self, last: bool) -> io::Result<Document> {
        let decoder = Arc::clone(&self.0);
        let page = move || {
            let mut decoder = decoder.lock().unwrap_or_else(PoisonError::into_inner);
            let header = decoder.next_page()?.ok_or(RasterError::Truncated)?;
            let mut file = Vec::new();
            jpeg::page(&mut decoder, &header, &mut file)?;
            match last && decoder.next_page()?.is_some() {
                true => Err(RasterError::Limit("page count").into()),
                false => Ok(file),
            }
        };
        let page: Result<Vec<u8>, JpegError> = smol::unblock(page).await;
        let page = page.map_err(|error| match error {
            JpegError::Raster(RasterError::Read(error)) | JpegError::Write(error) => error,
            JpegError::Raster(error) => io::Error::new(io::ErrorKind::InvalidData, error),
        })?;
        Ok(Box::pin(smol::io::Cursor::new(page)))
    }
}
