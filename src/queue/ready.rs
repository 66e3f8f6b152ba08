//! Making documents ready for printing: what is no PDF, or several files, becomes one PDF once, in jailed children, after
//! its code was given. The originals stay beside it. Everything that prints, shows or fetches uses that PDF.
//!
//! Photographs have a lane of their own: they take a second, and must not wait behind somebody's workbook.

use std::{fs::File, path::Path, time::Duration};

use smol::{Timer, future::FutureExt as _};

use super::{Contents, Queue, day};
use crate::{
    document::{kind::Kind, made::Ask, refusal::Refusal},
    error::Error,
    job::{code::ReleaseCode, state::JobId},
    store::{
        documents::{Incoming, Sender},
        jobs::{Document, Making, Order, Source},
        sources,
    },
    worker::convert::ConvertError,
};

/// Between two tries of what failed for a reason that is not the document's.
const AGAIN: Duration = Duration::from_secs(5);

/// Such tries of one document.
const TRIES: u32 = 3;

impl Queue {
    /// Takes a document of any format together with its order, a locked PDF with its password. Its PIN; the document may
    /// not be ready yet.
    pub async fn order_any(
        &self,
        order: Order,
        mut incoming: Incoming,
        password: Option<&str>,
    ) -> Result<ReleaseCode, Error> {
        incoming.complete().await?;
        let kind = self.kind(incoming.path(), incoming.bytes()).await?;
        if kind == Kind::Pdf {
            let file = incoming.complete().await?;
            if let (Some(password), Err(_)) = (password, self.inspect(file.try_clone()?).await) {
                let opened = self.assemble(vec![file], Some(password)).await.map_err(|error| match error {
                    Error::Unprintable(Refusal::Encrypted) => Error::WrongPassword,
                    other => other,
                })?;
                incoming = opened;
            }
            return self.order_with(order, incoming, kind.media_type()).await;
        }
        let source = self.keep_source(incoming, kind).await?;
        let contents = Contents { sources: vec![source], ..Contents::default() };
        let ordered = self.insert(order, contents.clone()).await;
        if ordered.is_err() {
            self.remove_contents(&contents).await;
        }
        ordered
    }

    /// Of which kind a file of so many bytes is, if that kind is taken.
    pub(super) async fn kind(&self, file: &Path, bytes: u64) -> Result<Kind, Error> {
        if bytes == 0 {
            return Err(Error::Empty);
        }
        let kind = self.workers.kind(file).await.map_err(unmade)?;
        let formats = &self.settings.upload.formats;
        let taken = formats.iter().any(|name| Kind::from_extension(name) == Some(kind));
        if taken { Ok(kind) } else { Err(Error::Unprintable(Refusal::Unsupported)) }
    }

    /// Gives an original its name for good.
    pub(super) async fn keep_source(&self, mut incoming: Incoming, kind: Kind) -> Result<Source, Error> {
        incoming.complete().await?;
        let (bytes, sha256) = (incoming.bytes(), incoming.sha256());
        let name = incoming.keep(&day((self.clock)()), kind.extension()).await?;
        Ok(Source { name, sha256, bytes, kind: kind.extension().into() })
    }

    pub(super) async fn remove_contents(&self, contents: &Contents) {
        let document = contents.document.iter().map(|document| &document.name);
        for name in document.chain(contents.sources.iter().map(|source| &source.name)) {
            self.documents.remove(name).await;
        }
    }

    /// Several PDFs as one, or one without its password.
    pub(super) async fn assemble(&self, files: Vec<File>, password: Option<&str>) -> Result<Incoming, Error> {
        let most = self.settings.upload.ready_bytes;
        let mut incoming = self.documents.receive(most, Sender::Known).await?;
        incoming.complete().await?;
        let out = File::options().write(true).open(incoming.path())?;
        let made = self.workers.assemble(files, password, out, most).await;
        made.map_err(|error| unmade(error.into()))?;
        Ok(incoming.reread().await?)
    }

    /// Makes ready what waits, for ever.
    pub async fn ready_loop(&self) -> Result<(), Error> {
        smol::future::try_zip(self.ready_lane(true), self.ready_lane(false)).await.map(|_: ((), ())| ())
    }

    async fn ready_lane(&self, pictures: bool) -> Result<(), Error> {
        let mut tries = (JobId(0), 0);
        loop {
            let more = self.unready.listen();
            let Some(job) = self.store.read(move |db| sources::next(db, pictures)).await? else {
                more.await;
                continue;
            };
            tries = if tries.0 == job { (job, tries.1 + 1) } else { (job, 1) };
            match self.make(job).await {
                Ok(()) => tracing::info!(%job, "made ready"),
                Err(Error::Unprintable(why)) => self.give_up(job, why).await?,
                Err(Error::Corrupted) => self.give_up(job, Refusal::Corrupted).await?,
                Err(error @ (Error::NoSpace | Error::TooManyUploads)) => {
                    // It says nothing of the document, which waits for room, however long.
                    tries.1 -= 1;
                    tracing::warn!(%job, ?error, "no room to make it ready; tried again");
                    Timer::after(AGAIN).await;
                }
                Err(error) if tries.1 >= TRIES => {
                    tracing::error!(%job, ?error, "could not be made ready");
                    self.give_up(job, Refusal::TimedOut).await?;
                }
                Err(error) => {
                    tracing::warn!(%job, ?error, "not made ready; tried again");
                    Timer::after(AGAIN).await;
                }
            }
        }
    }

    async fn give_up(&self, job: JobId, why: Refusal) -> Result<(), Error> {
        tracing::info!(%job, why = why.code(), "cannot be printed");
        self.store.write(move |db| sources::set_making(db, job, Some(&Making::Failed(why)))).await?;
        self.ring();
        Ok(())
    }

    async fn make(&self, job: JobId) -> Result<(), Error> {
        let limit = Duration::from_secs(self.settings.upload.ready_timeout_s);
        // No verdict on the document at once: it may have waited behind others. Conversions have limits of their own.
        let too_long = async {
            Timer::after(limit).await;
            Err(Error::Worker)
        };
        let document = self.print_form(job).or(too_long).await?;
        let name = document.name.clone();
        let attached = self.store.write(move |db| sources::attach(db, job, &document)).await;
        match attached {
            Ok(()) => self.ring(),
            // Deleted meanwhile: nothing of it stays.
            Err(_) => self.documents.remove(&name).await,
        }
        match attached {
            Err(Error::FilesUnknown(_) | Error::AlreadyUploaded) => Ok(()),
            other => other,
        }
    }

    async fn print_form(&self, job: JobId) -> Result<Document, Error> {
        let sources = self.store.read(move |db| sources::of(db, job)).await?;
        let mut forms = Vec::with_capacity(sources.len());
        for source in &sources {
            forms.push(match Kind::from_extension(&source.kind) {
                Some(Kind::Pdf) => self.documents.open_document(&source.name).await?,
                Some(kind) => self.converted(&source.name, kind).await?,
                None => return Err(Error::Unprintable(Refusal::Unsupported)),
            });
        }
        let mut incoming = match <[File; 1]>::try_from(forms) {
            Ok([only]) => self.documents.copy(only, self.settings.upload.ready_bytes).await?,
            Err(several) => self.assemble(several, None).await?,
        };
        let bytes = incoming.bytes();
        let page_count = self.inspect(incoming.complete().await?).await?.page_count;
        let sha256 = incoming.sha256();
        let name = incoming.keep(&day((self.clock)()), Kind::Pdf.extension()).await?;
        tracing::info!(%job, bytes, page_count, files = sources.len(), "print form kept");
        Ok(Document { name, sha256, bytes, page_count, media_type: Kind::Pdf.media_type().into() })
    }

    async fn converted(&self, name: &str, kind: Kind) -> Result<File, Error> {
        let path = self.documents.path(name).ok_or(Error::Storage)?;
        let folder = self.documents.workshop().await?;
        let made = self.workers.convert(&path, kind, &Ask::Print, folder.path()).await.map_err(unmade)?;
        let name = made.pages.first().map(|page| page.file.clone()).ok_or(Error::Worker)?;
        Ok(folder.open(name).await?)
    }
}

/// Why nothing was made, as people are told.
fn unmade(error: ConvertError) -> Error {
    tracing::info!(%error, "document refused");
    match error {
        ConvertError::Refused(why) => Error::Unprintable(why),
        ConvertError::Failed(_) => Error::Worker,
    }
}
