//! Forming: what is wanted is given to nodes or made here, one conversion of a content at a time and so many in all.
//! What came of it is kept in [`keep`](super::keep).

use std::{
    path::{Path, PathBuf},
    rc::Rc,
    time::{Duration, Instant},
};

use smol::{LocalExecutor, Timer, future::FutureExt as _, lock::SemaphoreGuardArc};

use super::{Preview, progress, wants::Work};
use crate::{
    document::{
        description::State,
        kind::{Kind, Shown},
        made::{Ask, Converted, PRINT_FILE},
        refusal::Refusal,
    },
    error::Error,
    job::pages::PageRanges,
    store::previews::{self, Source},
    worker::convert::ConvertError,
};

/// How often a conversion is tried that fails for a reason that is not the document's.
const TRIES: u32 = 3;

/// Between two of them.
const PAUSE: Duration = Duration::from_secs(1);

/// After the store or the disk failed.
const REST: Duration = Duration::from_secs(20);

/// However long nodes took, a conversion here gets as much: most are done in a second.
const LEAST: Duration = Duration::from_secs(8);

/// Between two looks at whether the printer is done.
const LOOK: Duration = Duration::from_millis(100);

/// Pages that one request to a node asks; here they are made one by one, so that the first is seen first.
const NODE_PAGES: usize = 8;

impl Preview {
    /// Forms what is wanted, for ever.
    pub async fn run(self: &Rc<Self>, executor: &LocalExecutor<'static>) -> Result<(), Error> {
        self.recover().await?;
        let most = if self.offload.is_some() { NODE_PAGES } else { 1 };
        loop {
            // Chosen when there is a slot for it: whoever asks meanwhile may be more urgent. Nodes have slots of their own.
            let slot = if self.offload.is_some() { None } else { Some(self.slots.acquire_arc().await) };
            let work = self.next_work(most).await;
            let preview = Rc::clone(self);
            let forming = async move {
                if let Err(error) = preview.form(&work, slot).await {
                    tracing::error!(?error, "a preview was not formed");
                    // The store or the disk: no use to ask them again at once, and whoever waits still waits.
                    Timer::after(REST).await;
                    preview.want_again(&work);
                }
                preview.wants.borrow_mut().done(&work.version);
                preview.wanted.notify(usize::MAX);
            };
            executor.spawn(forming).detach();
        }
    }

    async fn next_work(&self, most: usize) -> Work {
        loop {
            let wanted = self.wanted.listen();
            let work = self.wants.borrow_mut().next(most);
            match work {
                Some(work) => return work,
                None => wanted.await,
            }
        }
    }

    async fn form(&self, work: &Work, slot: Option<SemaphoreGuardArc>) -> Result<(), Error> {
        let began = Instant::now();
        if self.is_covered(work).await? || self.is_made_elsewhere(work).await? {
            return Ok(());
        }
        let whole = Duration::from_secs(self.settings.preview.answer_s);
        let left = whole.saturating_sub(began.elapsed()).max(LEAST.min(whole));
        let _slot = match slot {
            Some(slot) => slot,
            None => self.slots.acquire_arc().await,
        };
        self.let_paper_go_first().await;
        // A node may have been slow, and not gone.
        if self.is_covered(work).await? {
            return Ok(());
        }
        let gone = async {
            self.is_gone(work).await?;
            Ok(())
        };
        let made = async { Some(self.make(work).or(gone).await) };
        let too_slow = async {
            // By ourselves the converters' own limits do, and a wait for a turn is no fault.
            match self.offload {
                Some(_) => Timer::after(left).await,
                None => std::future::pending().await,
            };
            None
        };
        // Whatever was being made has ended when its folder goes.
        if let Some(made) = made.or(too_slow).await {
            return made;
        }
        self.end_work_here(work).await;
        match work.asked {
            true => self.refuse(&work.version, Refusal::TimedOut, &work.pages).await,
            false => Ok(()),
        }
    }

    fn want_again(&self, work: &Work) {
        let mut wants = self.wants.borrow_mut();
        match work.pages.as_slice() {
            [] => wants.whole(work.version),
            pages if work.asked => wants.pages(work.version, pages, 0),
            _ => {}
        }
    }

    /// Whether there is nothing left to do.
    pub(super) async fn is_covered(&self, work: &Work) -> Result<bool, Error> {
        let Some(description) = self.load(&work.version).await? else { return Ok(true) };
        if work.pages.is_empty() {
            return Ok(description.state != State::InProgress);
        }
        let is_settled = |number: &u32| progress::is_settled(&description, *number);
        Ok(description.state == State::Error || work.pages.iter().all(is_settled))
    }

    /// Returns when nobody may see it any more.
    async fn is_gone(&self, work: &Work) -> Result<(), Error> {
        loop {
            let changed = self.changed();
            if self.load(&work.version).await?.is_none() {
                return Ok(());
            }
            changed.await;
        }
    }

    /// Paper is what the machine is for: while the printer is fed, a preview waits a while.
    async fn let_paper_go_first(&self) {
        let until = Instant::now() + Duration::from_millis(self.settings.preview.print_first_ms);
        while (self.printing)() && Instant::now() < until {
            Timer::after(LOOK).await;
        }
    }

    async fn make(&self, work: &Work) -> Result<(), Error> {
        for left in (0..TRIES).rev() {
            // Anew each time: whose file it was may be deleted meanwhile, and somebody else has the same document.
            let Some(source) = self.any_source(work).await? else { break };
            let Some(path) = self.documents.path(&source.name) else { break };
            let folder = self.work_here(work).await?;
            self.lay_out_print_form(&source, &folder).await;
            let made = self.convert(&path, &source, work, &folder).await;
            let error = match made {
                Ok((converted, kind)) => {
                    let kept = self.keep(&work.version, &folder, &converted, &work.pages).await;
                    // Of these the dear part lies in the folder, and the next page is there soon.
                    if !is_slides(kind) {
                        self.end_work_here(work).await;
                    }
                    return kept;
                }
                Err(error) => error,
            };
            match error {
                // A neighbour that cannot be made is nobody's loss.
                ConvertError::Refused(_) if !work.asked => break,
                ConvertError::Refused(refusal) => {
                    self.end_work_here(work).await;
                    return self.refuse(&work.version, refusal, &work.pages).await;
                }
                ConvertError::Failed(why) => tracing::warn!(why, left, "a conversion failed"),
            }
            if left == 0 {
                self.refuse(&work.version, Refusal::TimedOut, &work.pages).await?;
                break;
            }
            Timer::after(PAUSE).await;
        }
        self.end_work_here(work).await;
        Ok(())
    }

    /// A document with this content.
    pub(super) async fn any_source(&self, work: &Work) -> Result<Option<Source>, Error> {
        let version = work.version;
        self.store.read(move |db| previews::any_source(db, &version)).await
    }

    /// Slides that are shown by way of their print form need none made when the printer's is there.
    async fn lay_out_print_form(&self, source: &Source, folder: &Path) {
        let printed = source.printed.as_deref().filter(|_| source.kind.is_some_and(is_slides));
        let Some(from) = printed.and_then(|name| self.documents.path(name)) else { return };
        let to = folder.join(PRINT_FILE);
        // Where it cannot be had it is made.
        let _ = smol::unblock(move || if to.exists() { Ok(()) } else { std::fs::hard_link(from, to) }).await;
    }

    async fn convert(
        &self,
        path: &Path,
        source: &Source,
        work: &Work,
        folder: &Path,
    ) -> Result<(Converted, Kind), ConvertError> {
        // What a PDF is was found out when it came; of others only their bytes are believed.
        let kind = match source.kind {
            Some(Kind::Pdf) => Kind::Pdf,
            _ => self.workers.kind(path).await?,
        };
        let ask = self.wish(kind, &work.pages);
        Ok((self.workers.convert(path, kind, &ask, folder).await?, kind))
    }

    /// What is asked of an engine, here or elsewhere.
    pub(super) fn wish(&self, kind: Kind, pages: &[u32]) -> Ask {
        let width = self.settings.convert.shown_px;
        let listed = pages.iter().map(u32::to_string).collect::<Vec<_>>().join(",");
        match kind.shown() {
            Shown::Html => Ask::Html,
            Shown::Pictures => Ask::Pages { pages: PageRanges::default(), width },
            // One that turned out to have pages shows its first.
            Shown::Pages if pages.is_empty() => Ask::Pages { pages: PageRanges::parse("1").unwrap_or_default(), width },
            Shown::Pages => Ask::Pages { pages: PageRanges::parse(&listed).unwrap_or_default(), width },
        }
    }

    async fn work_here(&self, work: &Work) -> Result<PathBuf, Error> {
        let folder = self.cache.work(&work.version, HERE).await?;
        self.open.borrow_mut().insert((work.version, HERE.into()), Instant::now());
        Ok(folder)
    }

    async fn end_work_here(&self, work: &Work) {
        self.open.borrow_mut().remove(&(work.version, HERE.into()));
        self.cache.end_work(&work.version, HERE).await;
    }
}

/// Whether it has slides that LibreOffice may draw.
fn is_slides(kind: Kind) -> bool {
    matches!(kind, Kind::Ppt | Kind::Pptx | Kind::Odp)
}

/// Our own folder of work on a content.
pub(super) const HERE: &str = "here";
