//! The document that a command is given, as the PDF that prints: what is none becomes one in jailed children, as for the
//! kiosk's queue.

use std::{
    fs::{self, DirBuilder, File},
    os::unix::fs::{DirBuilderExt as _, FileExt as _},
    path::{Path, PathBuf},
};

use super::Failure;
use crate::{
    access::hex,
    document::{
        kind::{HEAD_BYTES, Kind, Look},
        made::{Ask, PRINT_FILE},
        refusal::Refusal,
    },
    worker::{Workers, convert::ConvertError},
};

/// A folder that goes with its owner.
struct Desk(PathBuf);

impl Desk {
    fn clear() -> Result<Self, Failure> {
        let mut drawn = [0; 12];
        getrandom::fill(&mut drawn).map_err(std::io::Error::other)?;
        let desk = Self(std::env::temp_dir().join(format!("ottisk-{}", hex(&drawn))));
        DirBuilder::new().mode(0o700).create(&desk.0)?;
        Ok(desk)
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

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
    workers.convert(path, kind, &Ask::Print, &desk.0).await.map_err(refused)?;
    Ok(File::open(desk.0.join(PRINT_FILE))?)
}

fn refused(error: ConvertError) -> Failure {
    match error {
        ConvertError::Refused(refusal) => Failure::BadDocument(format!("{}: {}", refusal.code(), refusal.text().en)),
        failed @ ConvertError::Failed(_) => failed.into(),
    }
}
