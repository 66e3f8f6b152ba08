//! The journey of a job: order, document, release, cancel, delete. How it gets onto paper is in [`print`].
//!
//! The queue is a table. What is kept here besides is only what a restart may forget: how far the printer has got
//! ([`Live`]), what it was like when it was last asked, and a bell that tells the doors to look again.

pub mod expire;
pub mod holds;
pub mod live;
pub mod missing;
pub mod paper;
pub mod picture;
pub mod preflight;
pub mod print;
pub mod proof;
pub mod ready;
pub mod recover;
mod send;
mod settle;
pub mod test_page;
mod uploads;
mod watch;

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    rc::Rc,
};

use event_listener::{Event, EventListener};
use smol::lock::Semaphore;

use self::{
    holds::Holds,
    live::{Live, Lives},
};
use crate::{
    clock::LivedClock,
    document::{kind::Kind, refusal::Refusal},
    error::Error,
    job::{
        code::{ReleaseCode, distinct},
        fault::Fault,
        paper::Paper,
        plan::{Capabilities, Format, Media, NumberUp, Scaling, Sides},
        state::{JobId, State},
        ticket::Ticket,
    },
    printer::Printer,
    settings::Settings,
    store::{
        Store,
        attempts::Habits,
        documents::{Documents, Incoming, Sender},
        jobs::{self, Document, Ending, Job, Order, Source},
        sources,
        uploads::UploadId,
    },
    worker::{Inspection, WorkerError, Workers},
};

/// Draws of a PIN before the kiosk says that there are too many users, as print-api does.
const PIN_TRIES: usize = 15;

/// Milliseconds since 1970.
pub type Clock = fn() -> i64;

/// What the printer was like when it was last asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PrinterView {
    /// What it can do; kept while it does not answer.
    pub capabilities: Option<Capabilities>,
    /// What is wrong with it.
    pub fault: Option<Fault>,
    /// Whether it was asked at all.
    pub known: bool,
}

/// The journey.
pub struct Queue {
    store: Store,
    documents: Documents,
    workers: Rc<Workers>,
    printer: Printer,
    settings: Rc<Settings>,
    clock: Clock,
    lived: Rc<LivedClock>,
    bell: Event,
    /// Rings when a job was released.
    released: Event,
    /// How the printer of this model counts.
    habits: RefCell<Option<(String, Habits)>>,
    lives: Lives,
    view: RefCell<PrinterView>,
    canceled: Cell<Option<JobId>>,
    /// As the store has it; read anew at every bell.
    paper: Cell<Paper>,
    pictures: picture::Pictures,
    /// Who goes on with which upload.
    pub holds: Rc<Holds>,
    /// Rings when a document waits to be made ready.
    unready: Event,
    /// Those that are being made ready.
    in_hands: RefCell<BTreeSet<JobId>>,
    /// Conversions for printing that are made here.
    makes_here: Semaphore,
}

/// What comes with an order: a document, or what one is to be made from; and the uploads it came in.
#[derive(Clone, Debug, Default)]
struct Contents {
    document: Option<Document>,
    sources: Vec<Source>,
    uploads: Vec<UploadId>,
}

/// What may be changed of a ticket; `None` leaves it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// `pages`.
    pub pages: Option<crate::job::pages::PageRanges>,
    /// `copies`.
    pub copies: Option<crate::job::ticket::Copies>,
    /// `two_sided`.
    pub two_sided: Option<bool>,
    /// In colour.
    pub color: Option<bool>,
    /// How pages are fitted.
    pub scaling: Option<Scaling>,
    /// Pages on a side.
    pub number_up: Option<NumberUp>,
}

impl Queue {
    /// Everything it needs.
    pub fn new(
        store: Store,
        documents: Documents,
        workers: Rc<Workers>,
        printer: Printer,
        settings: Rc<Settings>,
        clock: Clock,
        lived: Rc<LivedClock>,
    ) -> Self {
        let pictures = picture::pictures(&settings);
        let makes_here = Semaphore::new(workers.offices());
        Self {
            store,
            documents,
            workers,
            printer,
            settings,
            clock,
            lived,
            bell: Event::new(),
            released: Event::new(),
            habits: RefCell::new(None),
            lives: Lives::default(),
            view: RefCell::new(PrinterView::default()),
            canceled: Cell::new(None),
            paper: Cell::default(),
            pictures,
            holds: Rc::default(),
            unready: Event::new(),
            in_hands: RefCell::default(),
            makes_here,
        }
    }

    /// How many jobs come before one that waits for the printer.
    pub async fn ahead_of(&self, job: &Job) -> u64 {
        if job.state != State::Pending {
            return 0;
        }
        let id = job.id;
        self.store.read(move |db| jobs::ahead(db, id)).await.unwrap_or(0)
    }

    /// Rings when anything changed. Take it before looking.
    pub fn changed(&self) -> EventListener {
        self.bell.listen()
    }

    /// The job at the printer, or the last one.
    pub fn live(&self) -> Option<Live> {
        self.lives.now()
    }

    /// What ended after the end of this number, each with its own, in their order. 0 is before all.
    pub fn ended_since(&self, number: u64) -> Vec<(u64, Live)> {
        self.lives.ended_since(number)
    }

    /// The printer as it was last seen.
    pub fn printer(&self) -> PrinterView {
        self.view.borrow().clone()
    }

    fn ring(&self) {
        self.bell.notify(usize::MAX);
    }

    /// Puts an order in; its PIN.
    pub async fn order(&self, order: Order) -> Result<ReleaseCode, Error> {
        self.insert(order, Contents::default()).await
    }

    /// Takes a document together with its order: both or neither. Its PIN.
    pub async fn order_with(&self, order: Order, incoming: Incoming, media_type: &str) -> Result<ReleaseCode, Error> {
        let document = self.keep(&order.ticket, incoming, media_type).await?;
        let name = document.name.clone();
        let pin = self.insert(order, Contents { document: Some(document), ..Contents::default() }).await;
        if pin.is_err() {
            self.documents.remove(&name).await;
        }
        pin
    }

    async fn insert(&self, order: Order, contents: Contents) -> Result<ReleaseCode, Error> {
        let symbols = distinct(&self.symbols());
        for _ in 0..PIN_TRIES {
            let length = self.settings.print_api.pin_length;
            let pin = ReleaseCode::draw(&symbols, length, getrandom::fill).map_err(std::io::Error::other)?;
            let waits = !contents.sources.is_empty();
            let (order, contents, drawn) = (order.clone(), contents.clone(), pin.clone());
            let (now, lived) = ((self.clock)(), self.lived.now());
            let inserted = self.store.write(move |db| {
                let Some(job) = jobs::insert(db, &order, &drawn, now, lived)? else { return Ok(None) };
                if let Some(document) = &contents.document {
                    jobs::attach(db, job, document)?;
                }
                sources::insert(db, job, &contents.sources)?;
                for upload in &contents.uploads {
                    crate::store::uploads::ordered(db, upload, job)?;
                }
                Ok(Some(job))
            });
            if let Some(job) = inserted.await? {
                tracing::info!(%job, "ordered");
                if waits {
                    self.unready.notify(usize::MAX);
                }
                self.ring();
                return Ok(pin);
            }
        }
        Err(Error::NoPinLeft)
    }

    /// The job with this code. One whose storage time is over is not there any more, whether it was removed yet or not.
    pub async fn find(&self, pin: &str) -> Result<Option<Job>, Error> {
        let Some(code) = ReleaseCode::parse(pin) else { return Ok(None) };
        let (oldest, meant) = (self.oldest(), code.as_meant(&self.symbols()));
        self.store.read(move |db| jobs::by_pin(db, &code, &meant, oldest)).await
    }

    /// What codes may be made of, as print-api's settings have it.
    fn symbols(&self) -> Vec<char> {
        self.settings.print_api.pin_symbols.chars().collect()
    }

    /// The job with this number.
    pub async fn job(&self, job: JobId) -> Result<Option<Job>, Error> {
        self.store.read(move |db| jobs::by_id(db, job)).await
    }

    /// A place for a document on its way in, of at most so many bytes.
    pub async fn receive(&self, bytes: u64, sender: Sender) -> Result<Incoming, Error> {
        self.documents.receive(bytes, sender).await
    }

    /// Takes a document that has come for a job, as what its sender calls it.
    pub async fn submit(&self, job: &Job, incoming: Incoming, media_type: &str) -> Result<(), Error> {
        // print-api knows no passwords.
        let corrupted = |error| if matches!(error, Error::Unprintable(_)) { Error::Corrupted } else { error };
        if Kind::from_media_type(media_type).is_some_and(|kind| kind != Kind::Pdf) {
            return self.submit_source(job, incoming).await.map_err(corrupted);
        }
        let document = self.keep(&job.ticket, incoming, media_type).await.map_err(corrupted)?;
        let (id, name, max) = (job.id, document.name.clone(), self.settings.print_api.max_page_count);
        let attached = self.store.write(move |db| {
            // What is asked may have changed while the document was on its way.
            if let Some(job) = jobs::by_id(db, id)? {
                check(&job.ticket, document.page_count, max)?;
            }
            jobs::attach(db, id, &document)
        });
        let attached = attached.await;
        match &attached {
            Err(_) => self.documents.remove(&name).await,
            Ok(()) => self.ring(),
        }
        attached
    }

    /// Inspects a document, checks what is asked against it, and only then gives it a name on the disk.
    async fn keep(&self, ticket: &Ticket, mut incoming: Incoming, media_type: &str) -> Result<Document, Error> {
        let bytes = incoming.bytes();
        let page_count = self.inspect(incoming.complete().await?).await?.page_count;
        check(ticket, page_count, self.settings.print_api.max_page_count)?;
        let sha256 = incoming.sha256();
        let name = incoming.keep(&day((self.clock)()), "pdf").await?;
        tracing::info!(bytes, page_count, "document kept");
        Ok(Document { name, sha256, bytes, page_count, media_type: media_type.to_owned() })
    }

    async fn inspect(&self, document: std::fs::File) -> Result<Inspection, Error> {
        self.workers.inspect(document).await.map_err(|error| {
            tracing::info!(%error, "document refused");
            match error {
                WorkerError::Document(why) if why == Refusal::Encrypted.code() => {
                    Error::Unprintable(Refusal::Encrypted)
                }
                // A document that makes its reader die is as bad as one that cannot be read.
                WorkerError::Document(_) | WorkerError::Died(_) => Error::Corrupted,
                WorkerError::Failed(_) | WorkerError::NotStarted(_) => Error::Worker,
            }
        })
    }

    /// Changes what is asked; what cannot be printed is refused and changes nothing.
    pub async fn change(&self, pin: &str, changes: Changes) -> Result<Job, Error> {
        let unknown = Error::PinUnknown(pin.to_owned());
        let Some(code) = ReleaseCode::parse(pin) else { return Err(unknown) };
        let (max, oldest) = (self.settings.print_api.max_page_count, self.oldest());
        let meant = code.as_meant(&self.symbols());
        let changed = self.store.write(move |db| {
            let mut job = jobs::by_pin(db, &code, &meant, oldest)?.ok_or(unknown)?;
            let ticket = &mut job.ticket;
            ticket.pages = changes.pages.unwrap_or(std::mem::take(&mut ticket.pages));
            ticket.copies = changes.copies.unwrap_or(ticket.copies);
            ticket.two_sided = changes.two_sided.unwrap_or(ticket.two_sided);
            ticket.color = changes.color.unwrap_or(ticket.color);
            ticket.scaling = changes.scaling.unwrap_or(ticket.scaling);
            ticket.number_up = changes.number_up.unwrap_or(ticket.number_up);
            if let Some(document) = &job.document {
                check(&job.ticket, document.page_count, max)?;
            }
            jobs::set_ticket(db, job.id, &job.ticket)?;
            Ok(job)
        });
        let job = changed.await?;
        self.ring();
        Ok(job)
    }

    /// The same for whoever saw nothing of sheets that are out: when there is something to be seen or asked by now, it is
    /// refused as busy, and nothing is printed.
    pub async fn go_on(&self, job: JobId, ticket: Ticket) -> Result<(), Error> {
        self.hand_over(job, ticket, false).await
    }

    /// Hands a job to the printer with this ticket: all of it, but for what a printer that was silent the last time turns
    /// out to have printed of the same ticket.
    pub async fn release(&self, job: JobId, ticket: Ticket) -> Result<(), Error> {
        self.hand_over(job, ticket, true).await
    }

    async fn hand_over(&self, job: JobId, ticket: Ticket, anew: bool) -> Result<(), Error> {
        let (now, max) = ((self.clock)(), self.settings.print_api.max_page_count);
        let released = self.store.write(move |db| {
            let known = jobs::by_id(db, job)?.ok_or(Error::FilesUnknown(1))?;
            let document = known.document.as_ref().ok_or_else(|| known.missing())?;
            if !known.state.can_release() || (known.rest.is_some() && !anew) {
                return Err(Error::BusyPrinting);
            }
            check(&ticket, document.page_count, max)?;
            jobs::set_ticket(db, job, &ticket)?;
            jobs::release(db, job, 0, now)
        });
        released.await?;
        tracing::info!(%job, "released");
        self.heard_of(job);
        Ok(())
    }

    /// A job was released: how it ended the last time is no longer news.
    fn heard_of(&self, job: JobId) {
        self.lives.forget(job);
        if self.canceled.get() == Some(job) {
            self.canceled.set(None);
        }
        self.released.notify(usize::MAX);
        self.ring();
    }

    /// Stops a job that waits for the printer or is at it. `true` when that was its end; a job at the printer is told
    /// to end, and [`Live`] tells when it did.
    pub async fn cancel(&self, job: JobId) -> Result<bool, Error> {
        let found = self.store.write(move |db| {
            let state = jobs::by_id(db, job)?.map(|known| known.state);
            if state == Some(State::Pending) {
                jobs::end(db, job, &Ending::Canceled)?;
            }
            Ok(state)
        });
        let state = found.await?;
        // One that ended meanwhile must not find this when it is released again.
        if matches!(state, Some(State::Processing(_))) {
            self.canceled.set(Some(job));
        }
        let ended = state == Some(State::Pending);
        if ended {
            let ending = Some(Ending::Canceled);
            self.lives.set(Live { job, impressions: 0, of: 0, sheets: 0, fault: None, ending, rest: None });
        }
        tracing::info!(%job, "cancel asked");
        self.ring();
        Ok(ended)
    }

    /// Removes a job and its document; one at the printer is stopped first.
    pub async fn delete(&self, job: JobId) -> Result<(), Error> {
        let mut canceled = false;
        let names = loop {
            let changed = self.changed();
            // In one transaction: nobody can release it between the look and the end.
            let deleted = self.store.write(move |db| match jobs::by_id(db, job)? {
                Some(known) if known.state.is_active() => Ok(None),
                _ => jobs::delete(db, job).map(Some),
            });
            match deleted.await? {
                Some(names) => break names,
                // Once: the bell of the cancellation itself would wake us for ever.
                None if canceled => changed.await,
                None => {
                    self.cancel(job).await?;
                    canceled = true;
                }
            }
        };
        for name in names {
            self.documents.remove(&name).await;
        }
        tracing::info!(%job, "deleted");
        self.ring();
        Ok(())
    }

    /// The document of this name, to whoever knows the name.
    pub async fn document(&self, name: &str) -> Result<Option<std::fs::File>, Error> {
        let asked = name.to_owned();
        if !self.store.read(move |db| jobs::document_exists(db, &asked)).await? {
            return Ok(None);
        }
        Ok(self.documents.open_document(name).await.ok())
    }

    /// Sides and sheets that ever came out.
    pub async fn totals(&self) -> Result<(u64, u64), Error> {
        self.store.read(crate::store::facts::totals).await
    }

    /// How many jobs are in each state.
    pub async fn counts(&self) -> Result<Vec<(String, u64)>, Error> {
        self.store.read(jobs::counts).await
    }
}

/// 416 before 413, as print-api has it.
fn check(ticket: &Ticket, page_count: u32, max: u32) -> Result<(), Error> {
    let sheets = ticket.sheets(page_count).map_err(|_| Error::PastTheEnd)?;
    if sheets > u64::from(max) { Err(Error::TooManySheets { max }) } else { Ok(()) }
}

/// What is drawn for while no printer has ever answered: plain gray A4.
pub fn any_printer() -> Capabilities {
    Capabilities {
        formats: vec![Format::PwgRaster],
        resolutions: vec![300],
        color: false,
        gray: true,
        black: false,
        several_documents: false,
        sides: vec![Sides::OneSided],
        sheet_back: Default::default(),
        copies: 1,
        pages_per_minute: None,
        media: vec![Media::a4()],
        model: String::new(),
    }
}

/// `2026-11-22` of a time in milliseconds since 1970.
fn day(now: i64) -> String {
    let date = time::OffsetDateTime::from_unix_timestamp(now.div_euclid(1_000)).map(time::OffsetDateTime::date);
    date.map_or_else(|_| "1970-01-01".into(), |date| date.to_string())
}
