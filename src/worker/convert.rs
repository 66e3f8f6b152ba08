//! Conversions: what a screen shows of a document and what a printer gets, made by engines in jailed children, one
//! document a process.
//!
//! This file is the door: [`Workers::kind`] tells what a file is, [`Workers::convert`] makes files in a folder.
//! Which engine does what is in [`way`], how a child hands over what it made in [`frame`]; the child's side begins in
//! [`child`]. LibreOffice is in [`office`].
//!
//! All is kept in the caller's folder; nothing is cached here, and the store is not known.

pub mod child;
mod docmodel;
mod fonts;
pub mod frame;
mod html;
mod look;
mod odf;
pub mod office;
mod order;
mod outline;
mod pdf;
mod picture;
mod rtf;
mod sheet;
mod slide;
mod taken;
mod txt;
mod unlocked;
pub mod way;
mod word;

use std::{fs::File, io, path::Path, time::Duration};

use smol::{Timer, future::FutureExt as _};

use self::order::Order;
use super::{WorkerError, Workers};
use crate::{
    document::{
        kind::Kind,
        made::{Ask, Converted},
        refusal::Refusal,
    },
    settings::convert::Convert,
};

/// Why nothing was made.
#[derive(Debug, thiserror::Error)]
pub enum ConvertError {
    /// The document's fault, or the machine's lack of an engine; for people to read.
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// Ours or the machine's: a full disk, no memory for a child. Says nothing of the document, and may be tried again.
    #[error("{0}")]
    Failed(String),
}

impl From<io::Error> for ConvertError {
    fn from(error: io::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<WorkerError> for ConvertError {
    fn from(error: WorkerError) -> Self {
        match error {
            WorkerError::Document(why) => Self::Refused(Refusal::from_code(&why).unwrap_or(match why.as_str() {
                why if why.starts_with("encrypted") => Refusal::Encrypted,
                _ => Refusal::Corrupted,
            })),
            WorkerError::Died(_) => Self::Refused(Refusal::Corrupted),
            WorkerError::Failed(why) | WorkerError::NotStarted(why) => Self::Failed(why),
        }
    }
}

impl Workers {
    /// With these limits of conversions.
    pub fn converting(mut self, limits: Convert) -> Self {
        self.converter = way::Converter::new(limits, self.state.clone());
        self
    }

    /// What `document` is, by its bytes and never by its name: a jailed child looks into those that hold other files. Plain
    /// text is taken when nothing else fits.
    pub async fn kind(&self, document: &Path) -> Result<Kind, ConvertError> {
        let order = Order::kind(self.converter.limits.clone());
        let told = self.child(document, &order, None).await?;
        told.kind.ok_or(ConvertError::Refused(Refusal::Unsupported))
    }

    /// Makes what is asked of `document`, a file of this `kind`, in `folder`, which exists; files of the same names are
    /// replaced, each when its new one is whole. One conversion in a folder at a time.
    ///
    /// Dropping the future ends the child.
    pub async fn convert(
        &self,
        document: &Path,
        kind: Kind,
        ask: &Ask,
        folder: &Path,
    ) -> Result<Converted, ConvertError> {
        if document.metadata()?.len() > self.converter.limits.source_bytes {
            return Err(Refusal::TooLarge.into());
        }
        let began = std::time::Instant::now();
        let result = way::go(self, document, kind, ask, folder).await;
        let error = result.as_ref().err().map(tracing::field::display);
        tracing::info!(kind = kind.extension(), took_ms = began.elapsed().as_millis(), error, "converted");
        result
    }

    /// Closes what is kept open between two conversions.
    pub async fn close(&self) {
        self.converter.shows.give_way().await;
    }

    /// Runs a child of ours that obeys `order`, and keeps its files in `folder`.
    async fn child(&self, document: &Path, order: &Order, folder: Option<&Path>) -> Result<frame::Told, ConvertError> {
        let _slot = self.converter.conversions.acquire_arc().await;
        let document = File::open(document)?;
        let work = async { taken::run(self, document, order, folder).await };
        let too_slow = async {
            Timer::after(Duration::from_secs(self.converter.limits.timeout_s)).await;
            Err(Refusal::TimedOut.into())
        };
        work.or(too_slow).await
    }
}
