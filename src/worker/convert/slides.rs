//! A document of slides or pages while somebody scrolls: one page at an asking.
//!
//! What is expensive is kept: of PPT and ODP the print form that LibreOffice made lies in the folder until the folder goes;
//! PDF and PPTX are opened anew for each page, which costs tens of milliseconds.

use std::path::{Path, PathBuf};

use super::ConvertError;
use crate::{
    document::{
        kind::Kind,
        made::{Ask, Converted, PageMade},
        refusal::Refusal,
    },
    job::pages::PageRanges,
    worker::Workers,
};

/// The handle. Dropping it ends nothing that others see: the files stay in the folder.
pub struct Slides {
    document: PathBuf,
    kind: Kind,
    folder: PathBuf,
}

impl Slides {
    pub(super) fn new(document: &Path, kind: Kind, folder: &Path) -> Self {
        Self { document: document.to_owned(), kind, folder: folder.to_owned() }
    }

    /// Page `number`, counted from 1, at most `width` pixels across; `None` past the end.
    pub async fn page(&self, workers: &Workers, number: u32, width: u32) -> Result<Option<PageMade>, ConvertError> {
        Ok(self.pages(workers, number, number, width).await?.pages.into_iter().find(|page| page.number == number))
    }

    /// Pages `first` to `last`, counted from 1; those past the end are not there.
    pub async fn pages(&self, workers: &Workers, first: u32, last: u32, width: u32) -> Result<Converted, ConvertError> {
        let pages = PageRanges::parse(&format!("{first}-{last}")).map_err(|_| Refusal::Unsupported)?;
        workers.convert(&self.document, self.kind, &Ask::Pages { pages, width }, &self.folder).await
    }
}
