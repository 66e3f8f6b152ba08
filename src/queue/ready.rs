//! Making documents ready for printing: what is no PDF, or several files, becomes one PDF once, in jailed children, after
//! its code was given. The originals stay beside it. Everything that prints, shows or fetches uses that PDF.
//!
//! Photographs have a lane of their own: they take a second, and must not wait behind somebody's workbook. Of the others
//! several are under way at one time, for other machines may make them; here it is one for each of LibreOffice's processes.

use std::{
    cell::RefCell,
    collections::BTreeSet,
    fs::File,
    future::{Future, poll_fn},
    iter,
    path::Path,
    task::Poll,
    time::{Duration, Instant},
};

use smol::{Timer, future::FutureExt as _};

use super::{Contents, Queue, day};
use crate::{
    bell::rings,
    document::{kind::Kind, made::Ask, refusal::Refusal},
    error::Error,
    job::{code::ReleaseCode, state::JobId},
    store::{
        documents::{Incoming, Sender},
        jobs::{Document, Job, Making, Order, Source},
        sources,
    },
    worker::convert::ConvertError,
};

/// Between two tries of what failed for a reason that is not the document's.
const AGAIN: Duration = Duration::from_secs(5);

/// Such tries of one document.
const TRIES: u32 = 3;

/// Who may make a print form instead of us.
pub trait Elsewhere {
    /// The print form of one of a job's files; `None` when it is left to us.
    fn print_form(
        &self,
        job: JobId,
        sha256: [u8; 32],
        kind: Kind,
    ) -> impl Future<Output = Option<Result<File, Refusal>>>;
}

/// A job in a lane's hands.
struct Taken<'a> {
    in_hands: &'a RefCell<BTreeSet<JobId>>,
    job: JobId,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        self.in_hands.borrow_mut().remove(&self.job);
    }
}

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

    /// The job when its document is not being made ready any more, or as long as a request waits.
    pub async fn made(&self, mut job: Job) -> Result<Job, Error> {
        let until = Instant::now() + Duration::from_millis(self.settings.preview.wait_ms);
        while job.making == Some(Making::Waiting) && Instant::now() < until {
            let changed = self.changed();
            job = self.job(job.id).await?.ok_or(Error::FilesUnknown(1))?;
            if job.making == Some(Making::Waiting) {
                rings(changed, until).await;
            }
        }
        Ok(job)
    }

    /// Takes a document of another format for a job that has none.
    pub(super) async fn submit_source(&self, job: &Job, mut incoming: Incoming) -> Result<(), Error> {
        incoming.complete().await?;
        let kind = self.kind(incoming.path(), incoming.bytes()).await?;
        let source = self.keep_source(incoming, kind).await?;
        let (id, name) = (job.id, source.name.clone());
        let brought = self.store.write(move |db| sources::bring(db, id, &[source])).await;
        match brought {
            Err(_) => self.documents.remove(&name).await,
            Ok(()) => {
                self.unready.notify(usize::MAX);
                self.ring();
            }
        }
        brought
    }

    /// Makes ready what waits, for ever.
    pub async fn ready_loop(&self, elsewhere: &impl Elsewhere) -> Result<(), Error> {
        let lanes = iter::once(true).chain(iter::repeat_n(false, self.settings.upload.ready_at_once));
        let mut lanes: Vec<_> = lanes.map(|pictures| Box::pin(self.ready_lane(pictures, elsewhere))).collect();
        poll_fn(move |cx| {
            let ended = lanes.iter_mut().map(|lane| lane.as_mut().poll(cx)).find(Poll::is_ready);
            ended.unwrap_or(Poll::Pending)
        })
        .await
    }

    async fn ready_lane(&self, pictures: bool, elsewhere: &impl Elsewhere) -> Result<(), Error> {
        loop {
            let taken = self.take_unready(pictures).await?;
            self.make_ready(taken.job, elsewhere).await?;
        }
    }

    /// The job that waits longest, of those that are in nobody's hands.
    async fn take_unready(&self, pictures: bool) -> Result<Taken<'_>, Error> {
        let most = self.settings.upload.ready_at_once + 1;
        loop {
            let more = self.unready.listen();
            let waiting = self.store.read(move |db| sources::waiting(db, pictures, most)).await?;
            match waiting.into_iter().find(|job| self.in_hands.borrow_mut().insert(*job)) {
                Some(job) => return Ok(Taken { in_hands: &self.in_hands, job }),
                None => more.await,
            }
        }
    }

    async fn make_ready(&self, job: JobId, elsewhere: &impl Elsewhere) -> Result<(), Error> {
        let mut left = TRIES;
        loop {
            match self.make(job, elsewhere).await {
                Ok(()) => return Ok(()),
                Err(Error::Unprintable(why)) => return self.give_up(job, why).await,
                Err(Error::Corrupted) => return self.give_up(job, Refusal::Corrupted).await,
                // It says nothing of the document, which waits for room, however long.
                Err(error @ (Error::NoSpace | Error::TooManyUploads)) => {
                    tracing::warn!(%job, ?error, "no room to make it ready; tried again");
                }
                Err(error) if left == 1 => {
                    tracing::error!(%job, ?error, "could not be made ready");
                    return self.give_up(job, Refusal::TimedOut).await;
                }
                Err(error) => {
                    left -= 1;
                    tracing::warn!(%job, ?error, "not made ready; tried again");
                }
            }
            Timer::after(AGAIN).await;
        }
    }

    async fn give_up(&self, job: JobId, why: Refusal) -> Result<(), Error> {
        tracing::info!(%job, why = why.code(), "cannot be printed");
        self.store.write(move |db| sources::set_making(db, job, Some(&Making::Failed(why)))).await?;
        self.ring();
        Ok(())
    }

    async fn make(&self, job: JobId, elsewhere: &impl Elsewhere) -> Result<(), Error> {
        let gone = async {
            self.gone(job).await?;
            Ok(None)
        };
        // What a lane knows of a job may be older than its end.
        let Some(sources) = self.store.read(move |db| sources::unmade(db, job)).await? else { return Ok(()) };
        let made = async { self.print_form(job, &sources, elsewhere).await.map(Some) };
        let Some((incoming, page_count)) = made.or(gone).await? else { return Ok(()) };
        let (bytes, sha256) = (incoming.bytes(), incoming.sha256());
        // From here to its end: a file that has its name and no row would stay.
        let name = incoming.keep(&day((self.clock)()), Kind::Pdf.extension()).await?;
        tracing::info!(%job, bytes, page_count, files = sources.len(), "print form kept");
        let media_type = Kind::Pdf.media_type().into();
        let document = Document { name: name.clone(), sha256, bytes, page_count, media_type };
        let attached = self.store.write(move |db| sources::attach(db, job, &document)).await;
        match attached {
            Ok(()) => {
                tracing::info!(%job, "made ready");
                self.ring();
            }
            // Deleted meanwhile: nothing of it stays.
            Err(_) => self.documents.remove(&name).await,
        }
        match attached {
            Err(Error::FilesUnknown(_) | Error::AlreadyUploaded) => Ok(()),
            other => other,
        }
    }

    /// Returns when there is no such job any more.
    async fn gone(&self, job: JobId) -> Result<(), Error> {
        loop {
            let changed = self.changed();
            if self.job(job).await?.is_none() {
                return Ok(());
            }
            changed.await;
        }
    }

    /// The PDF of all files together, and its pages.
    async fn print_form(
        &self,
        job: JobId,
        sources: &[Source],
        elsewhere: &impl Elsewhere,
    ) -> Result<(Incoming, u32), Error> {
        let (mut made, mut asks) = (Vec::with_capacity(sources.len()), true);
        for source in sources {
            let kind = Kind::from_extension(&source.kind).ok_or(Error::Unprintable(Refusal::Unsupported))?;
            let form = match kind.is_office() && asks {
                true => elsewhere.print_form(job, source.sha256, kind).await,
                false => None,
            };
            // Who did not make one makes none of the others.
            asks &= form.is_some() || !kind.is_office();
            made.push((source, kind, form.transpose().map_err(Error::Unprintable)?));
        }
        let is_ours = |(_, kind, form): &(_, Kind, Option<File>)| kind.is_office() && form.is_none();
        // A picture does not wait for it.
        let _turn = match made.iter().any(is_ours) {
            true => Some(self.makes_here.acquire().await),
            false => None,
        };
        let limit = Duration::from_secs(self.settings.upload.ready_timeout_s);
        let too_long = async {
            Timer::after(limit).await;
            Err(Error::Worker)
        };
        self.together(made).or(too_long).await
    }

    /// Makes what is not there yet, and one document of all.
    async fn together(&self, made: Vec<(&Source, Kind, Option<File>)>) -> Result<(Incoming, u32), Error> {
        let mut forms = Vec::with_capacity(made.len());
        for (source, kind, form) in made {
            forms.push(match (form, kind) {
                (Some(form), _) => form,
                (None, Kind::Pdf) => self.documents.open_document(&source.name).await?,
                (None, kind) => self.converted(&source.name, kind).await?,
            });
        }
        let mut incoming = match <[File; 1]>::try_from(forms) {
            Ok([only]) => self.documents.copy(only, self.settings.upload.ready_bytes).await?,
            Err(several) => self.assemble(several, None).await?,
        };
        let page_count = self.inspect(incoming.complete().await?).await?.page_count;
        Ok((incoming, page_count))
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
