//! What a technician does at the kiosk: looks at the machine, prints a test page, takes a flight record, restarts it.
//!
//! Not here: who may (the panel asks for the code), the test page's way to the printer (the queue's), and the log
//! itself.

mod outline;
pub mod test_page;

use std::{cell::RefCell, path::PathBuf, rc::Rc};

use event_listener::{Event, EventListener};

use crate::{
    board::{Board, network::Network, restart, taken},
    error::Error,
    flight::{Events, Happened, Record, key::Key},
    logbook,
    settings::Settings,
    store::{Store, documents::free_bytes, lived, members},
};

/// The mark of the last push of members.
const PUSHED: &str = "members";

/// Everything that is looked at in one go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The machine.
    pub board: Board,
    /// The network.
    pub network: Network,
    /// Members on the list.
    pub members: u64,
    /// Seconds since they were changed; `None` before the first time.
    pub members_age_s: Option<u64>,
    /// Bytes that are free where documents lie.
    pub free: Option<u64>,
    /// Bytes and number of the documents.
    pub documents: (u64, u64),
    /// Bytes of the database with its journal.
    pub database: u64,
    /// The log's last lines, oldest first.
    pub log: Vec<String>,
}

/// What never changes while we run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Versions {
    /// Ours.
    pub ottisk: &'static str,
    /// Of the library that draws documents, by the package it came in.
    pub pdfium: &'static str,
    /// Of the database.
    pub sqlite: &'static str,
}

impl Versions {
    /// Ours.
    pub fn of_this() -> Self {
        Self { ottisk: env!("CARGO_PKG_VERSION"), pdfium: env!("OTTISK_PDFIUM_FROM"), sqlite: crate::store::version() }
    }
}

/// The desk.
pub struct Desk {
    store: Store,
    settings: Rc<Settings>,
    clock: fn() -> i64,
    key: Key,
    events: RefCell<Events>,
    restart: Event,
}

impl Desk {
    /// Everything it needs; the key is made in the data folder at the first start.
    pub fn open(store: Store, settings: Rc<Settings>, clock: fn() -> i64) -> std::io::Result<Self> {
        logbook::keep(settings.service.log_lines);
        let key = Key::open(&settings.store.folder)?;
        let events = RefCell::new(Events::new(settings.service.record_events));
        let desk = Self { store, settings, clock, key, events, restart: Event::new() };
        desk.note(None, "started");
        Ok(desk)
    }

    /// Looks at everything.
    pub async fn look(&self) -> Result<Facts, Error> {
        let (documents, database) = (self.settings.documents(), self.settings.database());
        let most = self.settings.service.log_lines;
        let facts = smol::unblock(move || {
            let side = |ending: &str| PathBuf::from(format!("{}{ending}", database.display()));
            let bytes = |path: PathBuf| std::fs::metadata(path).map_or(0, |data| data.len());
            Facts {
                board: Board::look(),
                network: Network::look(),
                free: free_bytes(&documents).ok(),
                documents: taken(&documents),
                database: ["", "-wal", "-shm"].map(|ending| bytes(side(ending))).iter().sum(),
                log: logbook::last(most),
                ..Facts::default()
            }
        });
        let facts = facts.await;
        let (members, pushed) = self.store.read(|db| Ok((members::count(db)?, lived::marked(db, PUSHED)?))).await?;
        let age = |at: i64| u64::try_from((self.clock)().saturating_sub(at) / 1_000).unwrap_or(0);
        Ok(Facts { members, members_age_s: pushed.map(age), ..facts })
    }

    /// Something happened that a flight record should tell.
    pub fn note(&self, job: Option<i64>, what: impl Into<String>) {
        let happened = Happened { at_ms: (self.clock)(), job, what: what.into() };
        self.events.borrow_mut().note(happened);
    }

    /// The flight record as of now.
    pub fn record(&self, fault: Option<&str>) -> String {
        let versions = Versions::of_this();
        let versions = format!("ottisk {}, {}, sqlite {}", versions.ottisk, versions.pdfium, versions.sqlite);
        let (kiosk, events) = (self.settings.panel.name.as_str(), self.events.borrow());
        let at_ms = (self.clock)();
        Record { fault: fault.unwrap_or("none"), kiosk, at_ms, versions: &versions, events: &events }.signed(&self.key)
    }

    /// What checks a flight record.
    pub fn public_key(&self) -> String {
        self.key.public().to_string()
    }

    /// Asks for a restart of the machine.
    pub fn ask_restart(&self) {
        tracing::warn!("a restart of the machine was asked at the panel");
        self.restart.notify(usize::MAX);
    }

    /// Rings when a restart is asked.
    pub fn restart_asked(&self) -> EventListener {
        self.restart.listen()
    }

    /// Restarts the machine by the operator's command.
    pub async fn restart(&self) -> std::io::Result<()> {
        let command = self.settings.service.reboot_command.clone();
        smol::unblock(move || restart(&command)).await
    }
}
