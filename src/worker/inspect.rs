//! In the child: is this a document we can print, and how many pages has it.

use std::{
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom, Write},
};

use pdfium_render::prelude::PdfDocument;

use super::{Inspection, child::Failure};

/// ISO 32000-1 Annex H asks readers to find `%%EOF` within the last 1024 bytes.
const TAIL_BYTES: u64 = 1024;

/// Refuses what pdfium would repair into something else than its author made: a file that does not begin as a PDF or
/// that was cut short. Half a document on paper is worse than an error.
pub(super) fn whole(file: &mut File) -> Result<(), Failure> {
    // Whoever handed the file over may have read it.
    file.rewind()?;
    let mut head = [0; 5];
    let bad = |why: &str| Failure::Document(why.into());
    match file.read_exact(&mut head) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Err(bad("not a PDF: too short")),
        other => other?,
    }
    if &head != b"%PDF-" {
        return Err(bad("not a PDF"));
    }
    let size = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(size.saturating_sub(TAIL_BYTES)))?;
    let mut tail = Vec::new();
    file.take(TAIL_BYTES).read_to_end(&mut tail)?;
    if !tail.windows(5).any(|window| window == b"%%EOF") {
        return Err(bad("cut short: no %%EOF"));
    }
    file.rewind()?;
    Ok(())
}

/// Writes the [`Inspection`].
pub(super) fn run(document: &PdfDocument<'_>, mut out: impl Write) -> Result<(), Failure> {
    // Not the page itself: that would read all that is drawn on it.
    let size = document.pages().page_size(0)?;
    let inspection = Inspection {
        page_count: u32::try_from(document.pages().len()).unwrap_or(0),
        first_page_pt: (size.width().value, size.height().value),
    };
    let json = serde_json::to_vec(&inspection).map_err(|e| Failure::Own(e.to_string()))?;
    out.write_all(&json)?;
    Ok(out.flush()?)
}
