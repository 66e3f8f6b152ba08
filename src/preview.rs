//! The preview service's journey: whoever knows a document's code is granted a look at it; what they look at is made when
//! they ask, once, and kept for a while.
//!
//! A preview belongs to its content: the same document brought again is not converted again, and one document's end does
//! not take another's preview away. Who may see it is told by [`edition::Edition`]s, which name a document that is there:
//! with its job goes every look at it, and with the last document of a content its files. What is wanted is in
//! [`wants`], forming it in [`form`], other machines' part in [`offload`] and, of what is printed, in [`paper`]; what was
//! made is kept by [`keep`] and ends in [`sweep`]. HTTP is not known here.

mod cache;
pub mod edition;
mod form;
pub mod keep;
mod offload;
mod paper;
mod progress;
mod sweep;
pub mod token;
mod wants;

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    fs::File,
    rc::Rc,
    sync::Arc,
    time::{Duration, Instant},
};

use event_listener::{Event, EventListener};
use smol::lock::Semaphore;

use self::{
    cache::Cache,
    edition::Edition,
    offload::Offload,
    paper::Forms,
    token::{Audience, Key, Refusal},
    wants::{Version, Wants},
};
use crate::{
    bell::rings,
    clock::LivedClock,
    document::{
        description::{Description, State},
        kind::{Kind, Shown},
        made::{Format, HTML_FILE},
    },
    error::Error,
    job::{pages::PageRanges, state::JobId},
    settings::Settings,
    store::{
        Store,
        documents::{self, Documents},
        previews::{self, Source},
    },
    worker::Workers,
};

/// The version of all engines together: what another version made is made anew.
pub const ENGINE: u32 = 1;

/// The key's name in the store.
const KEY: &str = "preview";

/// Milliseconds of lived time between two notes that somebody looks: a card that is written at each look does not last.
const TOUCH_MS: i64 = 3_600_000;

/// Milliseconds since 1970.
pub type Clock = fn() -> i64;

/// Whether the printer is being fed now.
pub type Printing = Box<dyn Fn() -> bool>;

/// A look that is granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// At what.
    pub edition: Edition,
    /// The read token.
    pub token: String,
    /// Until when, seconds since 1970.
    pub expires_s: i64,
}

/// A file of a preview.
#[derive(Debug)]
pub struct Shape {
    /// The file.
    pub file: File,
    /// Of what format.
    pub format: Format,
}

/// The journey.
pub struct Preview {
    store: Store,
    documents: Documents,
    workers: Rc<Workers>,
    settings: Rc<Settings>,
    clock: Clock,
    lived: Rc<LivedClock>,
    printing: Printing,
    cache: Cache,
    key: Key,
    offload: Option<Offload>,
    forms: Forms,
    wants: RefCell<Wants>,
    /// Rings when something is wanted.
    wanted: Event,
    /// Rings when a description changed.
    bell: Event,
    /// Conversions here.
    slots: Arc<Semaphore>,
    /// One result at a time is kept.
    keeping: smol::lock::Mutex<()>,
    /// Folders of work: contents whose next page may be asked soon, nodes' files. And when they were last used.
    open: RefCell<HashMap<(Version, String), Instant>>,
    /// Bytes that nodes are bringing.
    incoming: Cell<u64>,
    /// When this life began.
    began_ms: i64,
}

impl Preview {
    /// Opens the folder beside the documents, and makes the device's key at the first start.
    pub async fn open(
        store: Store,
        documents: Documents,
        workers: Rc<Workers>,
        settings: Rc<Settings>,
        clock: Clock,
        lived: Rc<LivedClock>,
        printing: Printing,
    ) -> Result<Self, anyhow::Error> {
        let cache = Cache::open(settings.store.folder.join("previews"))?;
        let mut drawn = [0; token::KEY_BYTES];
        getrandom::fill(&mut drawn)?;
        let key = store.write(move |db| previews::key(db, KEY, &drawn)).await;
        let key = key.map_err(|error| anyhow::anyhow!("the key of previews: {error:?}"))?;
        let key = Key::of(key).ok_or_else(|| anyhow::anyhow!("the key of previews is too short"))?;
        let offload = Offload::open(&settings, ENGINE)?;
        Ok(Self {
            store,
            documents,
            workers,
            clock,
            lived,
            printing,
            cache,
            key,
            offload,
            forms: Forms::default(),
            wants: RefCell::default(),
            wanted: Event::new(),
            bell: Event::new(),
            slots: Arc::new(Semaphore::new(settings.preview.conversions)),
            keeping: smol::lock::Mutex::new(()),
            open: RefCell::default(),
            incoming: Cell::new(0),
            began_ms: clock(),
            settings,
        })
    }

    /// Rings when a description changed. Take it before looking.
    pub fn changed(&self) -> EventListener {
        self.bell.listen()
    }

    /// A look at a job's document. Nothing is begun.
    pub async fn grant(&self, job: JobId) -> Result<Grant, Error> {
        let source = self.store.read(move |db| previews::source(db, job.0)).await?.ok_or(Error::NotUploaded)?;
        let edition = Edition { document: job.0, version: source.sha256 };
        let (now, seconds) = (self.now_s(), i64::try_from(self.settings.preview.read_token_s).unwrap_or(i64::MAX));
        let expires_s = now.saturating_add(seconds);
        Ok(Grant { edition, token: self.key.sign(Audience::Read, &edition, now, expires_s), expires_s })
    }

    /// Whether `token` is good for this now.
    pub fn pass(&self, token: &str, audience: Audience, edition: &Edition) -> Result<(), Refusal> {
        let skew = i64::try_from(self.settings.preview.clock_skew_s).unwrap_or(0);
        self.key.open(token, audience, edition, self.now_s(), skew)
    }

    /// Somebody wants to see it: these pages, or what is seen first. What is there or on its way is not begun again.
    pub async fn ask(&self, edition: &Edition, pages: &PageRanges) -> Result<(), Error> {
        let source = self.source(edition).await?.ok_or(Error::FilesUnknown(1))?;
        let version = edition.version;
        let kind = source.kind.unwrap_or(Kind::Txt);
        let _alone = self.keeping.lock().await;
        let known = self.load(&version).await?.filter(|known| !self.is_overdue(known));
        let begun = || Description::begun("", &edition.version(), kind, &self.now());
        let is_new = known.is_none();
        let description = known.unwrap_or_else(begun);
        if kind.shown() != Shown::Pages {
            if is_new {
                self.save(&version, &description).await?;
                self.want(|wants| wants.whole(version));
            }
            return Ok(());
        }
        if description.state == State::Error {
            return Ok(());
        }
        let pages = self.pages_asked(pages);
        let asked = progress::asked(&description, &pages, &self.now());
        if let Some(asked) = &asked {
            self.save(&version, asked).await?;
        }
        let told = asked.unwrap_or(description);
        self.want(|wants| {
            wants.pages(version, &pages, self.settings.preview.neighbours);
            wants.settled(&version, |number| progress::is_settled(&told, number));
        });
        Ok(())
    }

    /// The pages that are meant: the first when none is named, and no more than one request may ask.
    fn pages_asked(&self, pages: &PageRanges) -> Vec<u32> {
        let most = usize::try_from(self.settings.preview.pages_asked).unwrap_or(usize::MAX);
        if pages.is_whole() {
            return vec![1];
        }
        let mut asked: Vec<u32> = Vec::new();
        for page in pages.ranges().iter().flat_map(|range| range.first..=range.last) {
            if asked.len() >= most {
                break;
            }
            if !asked.contains(&page) {
                asked.push(page);
            }
        }
        asked
    }

    /// A refusal of an earlier life that may not be one any more.
    fn is_overdue(&self, description: &Description) -> bool {
        let updated = keep::parse_time(&description.updated_at).unwrap_or(0);
        // What is written down has whole seconds.
        progress::is_worth_another_try(description) && updated.saturating_add(1_000) <= self.began_ms
    }

    fn want(&self, want: impl FnOnce(&mut Wants)) {
        want(&mut self.wants.borrow_mut());
        self.wanted.notify(usize::MAX);
    }

    /// What is told of it; `None` when nobody asked, or the document is gone.
    pub async fn description(&self, edition: &Edition) -> Result<Option<Description>, Error> {
        let Edition { document, version } = *edition;
        let found = self.store.read(move |db| match previews::source(db, document)? {
            Some(source) if source.sha256 == version => previews::find(db, &version, ENGINE),
            _ => Ok(None),
        });
        let Some(found) = found.await? else { return Ok(None) };
        let lived = self.lived.now();
        if lived.saturating_sub(found.used_at) > TOUCH_MS {
            self.store.post(move |db| previews::touch(db, &version, lived));
        }
        Ok(Some(Description { document: document.to_string(), ..found.description }))
    }

    /// One file by its name, waiting a while when it is on its way; `None` when there is none.
    pub async fn file(&self, edition: &Edition, name: &str) -> Result<Option<Shape>, Error> {
        let Some(number) = number(name) else { return Ok(None) };
        let until = Instant::now() + Duration::from_millis(self.settings.preview.wait_ms);
        loop {
            let changed = self.changed();
            let Some(description) = self.description(edition).await? else { return Ok(None) };
            let named = description.pages.iter().find(|page| page.file.as_deref() == Some(name));
            if let Some(format) = named.and_then(|_| format(name)) {
                return match self.cache.open_file(&edition.version, name).await {
                    Ok(file) => Ok(Some(Shape { file, format })),
                    Err(_) => {
                        // Somebody cleaned up: it is made again when it is asked again.
                        let _alone = self.keeping.lock().await;
                        self.drop_version(&edition.version).await?;
                        Ok(None)
                    }
                };
            }
            let waits = progress::page(&description, number) == Some(State::InProgress)
                || (description.state == State::InProgress && description.pages.is_empty());
            if !waits || Instant::now() >= until {
                return Ok(None);
            }
            rings(changed, until).await;
        }
    }

    /// The original, for a node.
    pub async fn original(&self, edition: &Edition) -> Result<Option<File>, Error> {
        let Some(name) = self.brought(edition).await? else { return Ok(None) };
        Ok(self.documents.open_document(&name).await.ok())
    }

    /// Whose document it is, while it is there.
    pub async fn job(&self, edition: &Edition) -> Result<Option<JobId>, Error> {
        Ok(self.source(edition).await?.map(|source| JobId(source.job)))
    }

    async fn source(&self, edition: &Edition) -> Result<Option<Source>, Error> {
        let Edition { document, version } = *edition;
        let found = self.store.read(move |db| previews::source(db, document)).await?;
        Ok(found.filter(|source| source.sha256 == version))
    }

    /// The file's name on the disk of what a node may fetch: what is shown, or one of the files that are printed together.
    async fn brought(&self, edition: &Edition) -> Result<Option<String>, Error> {
        if let Some(source) = self.source(edition).await? {
            return Ok(Some(source.name));
        }
        let Edition { document, version } = *edition;
        self.store.read(move |db| previews::part(db, document, &version)).await
    }

    async fn load(&self, version: &Version) -> Result<Option<Description>, Error> {
        let version = *version;
        let found = self.store.read(move |db| previews::find(db, &version, ENGINE)).await?;
        Ok(found.map(|found| found.description))
    }

    /// Writes it down and tells; `false` when the document is gone.
    async fn save(&self, version: &Version, description: &Description) -> Result<bool, Error> {
        let (version, description) = (*version, description.clone());
        let (now, lived) = ((self.clock)(), self.lived.now());
        let saved = self.store.write(move |db| previews::save(db, &version, ENGINE, &description, now, lived)).await?;
        self.bell.notify(usize::MAX);
        Ok(saved)
    }

    fn now_s(&self) -> i64 {
        (self.clock)().div_euclid(1_000)
    }

    /// RFC 3339.
    fn now(&self) -> String {
        keep::write_time((self.clock)())
    }
}

/// Bytes free for more, beyond what must stay free.
fn has_room(settings: &Settings, bytes: u64) -> bool {
    let least = settings.store.least_free_bytes;
    documents::free_bytes(&settings.store.folder).is_ok_and(|free| free >= least.saturating_add(bytes))
}

/// The format of a file of this name, when it is the name that format gives.
fn format(name: &str) -> Option<Format> {
    let number = number(name)?;
    [Format::Html, Format::Png, Format::Jpeg, Format::Gif].into_iter().find(|format| format.file(number) == name)
}

/// The page of a file of this name.
fn number(name: &str) -> Option<u32> {
    if name == HTML_FILE {
        return Some(1);
    }
    let digits = name.split('.').next()?;
    let number: u32 = digits.parse().ok()?;
    (number > 0 && digits == number.to_string()).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::{format, number};
    use crate::document::made::Format;

    #[test]
    fn only_names_that_we_give_are_names() {
        assert_eq!(["document.html", "7.png", "1.jpg", "2.gif"].map(|name| format(name).is_some()), [true; 4]);
        assert_eq!(format("7.png"), Some(Format::Png));
        for name in
            ["", "0.png", "07.png", "+7.png", "7", "7.svg", "7.png.exe", "../7.png", "print.pdf", "1.html", "٧.png"]
        {
            assert_eq!(format(name), None, "{name}");
        }
        assert_eq!([number("12.png"), number("document.html"), number("source")], [Some(12), Some(1), None]);
    }
}
