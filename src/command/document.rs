//! The document that a command is given, as the PDF that prints: what is none becomes one in jailed children, as for the
//! kiosk's queue.

use std::{fs::File, os::unix::fs::FileExt as _, path::Path};

use super::Failure;
use crate::{
    document::{
        kind::{HEAD_BYTES, Kind, Look},
        made::{Ask, PRINT_FILE},
        refusal::Refusal,
    },
    worker::{Workers, convert::ConvertError, desk::Desk},
};

/// Opens it.
pub(super) async fn open(path: &Path, workers: &Workers) -> Result<File, Failure> {
    let document = File::open(path).map_err(|error| anyhow::anyhow!("{}: {error}", path.display()))?;
    let mut head = [0; HEAD_BYTES];
    let read = document.read_at(&mut head, 0).unwrap_or(0);
    // What is no PDF after all is refused where PDFs are looked at.
    if read == 0 || Kind::look(&head[..read]) == Look::Kind(Kind::Pdf) {
        return Ok(document);
    }
    let kind = workers.kind(path).await.map_err(refused)?;
    // Anything may be a text; nobody wants an error page on paper that was saved in place of their PDF.
    if kind == Kind::Txt && path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("pdf")) {
        return Err(refused(Refusal::Corrupted.into()));
    }
    let desk = Desk::clear()?;
    workers.convert(path, kind, &Ask::Print, &desk.made()).await.map_err(refused)?;
    Ok(File::open(desk.made().join(PRINT_FILE))?)
}

fn refused(error: ConvertError) -> Failure {
    match error {
        ConvertError::Refused(refusal) => Failure::BadDocument(format!("{}: {}", refusal.code(), refusal.text().en)),
        failed @ ConvertError::Failed(_) => failed.into(),
    }
}
