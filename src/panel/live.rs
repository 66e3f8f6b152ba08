//! The panel at work: events in, effects out, frames for whoever looks. The state machine itself is in [`super::scene`].
//!
//! The mirror's frame is drawn when somebody asks for it, and only when something could have changed since the last one.

mod desk;
mod devices;

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use serde_json::Value;
use smol::{LocalExecutor, Timer, channel, future::FutureExt as _, io::BlockOn};

use super::{
    look::{Look, Looks},
    picture::Picture,
    scene::{
        Effect, Event, JobCard, Offer, Outcome, Panel, PrinterView, Refusal, desk::ScannerState, mend::Tray,
        tries::Patience,
    },
    screen::damage::Painting,
    touch::calibration::Matrix,
    words::shortened,
};
use crate::{
    desk::Desk,
    job::{
        fault::Fault,
        state::{JobId, State},
        ticket::Copies,
    },
    queue::{Clock, Queue, live::Live, preflight::thresholds},
    raster::{picture::first_page, place::media_pixels, pwg::decode::Limits},
    roster::Roster,
    settings::{self, Settings},
    store::jobs::{Document, Ending, Job, Making},
    terminals::Terminals,
};

/// Milliseconds between two ticks: fine enough for a bar that runs smoothly.
const TICK: Duration = Duration::from_millis(250);

/// A person who reads a review longer than a few of these is told of findings no more.
const FACTS: Duration = Duration::from_secs(20);

/// Between two looks at the age of the list of members, which is told in hours.
const MEMBERS: Duration = Duration::from_secs(60);

/// Effects that may wait; a finger cannot make so many.
const EFFECTS: usize = 256;

/// The panel of this kiosk.
pub struct LivePanel {
    panel: RefCell<Panel>,
    queue: Rc<Queue>,
    terminals: Rc<Terminals>,
    roster: Rc<Roster>,
    settings: Rc<Settings>,
    clock: Clock,
    devices: devices::Devices,
    /// What the mirror shows; not there until somebody looks.
    painting: RefCell<Option<Painting>>,
    /// Its name and its PNG.
    frame: RefCell<Option<(u64, Bytes)>>,
    effects: (channel::Sender<Effect>, channel::Receiver<Effect>),
    seen: RefCell<(Option<PrinterView>, Option<Live>)>,
    /// The number of the last job's end that was heard of.
    heard: Cell<u64>,
    tray: RefCell<Option<Tray>>,
    desk: Rc<Desk>,
    /// How the serial scanner is.
    pub(super) scanner: Cell<ScannerState>,
    /// The calibration before one that is only tried.
    before: Cell<Option<Matrix>>,
}

impl LivePanel {
    /// A panel; as large as the settings say until a display is found.
    pub fn new(
        settings: Rc<Settings>,
        queue: Rc<Queue>,
        terminals: Rc<Terminals>,
        roster: Rc<Roster>,
        desk: Rc<Desk>,
        clock: Clock,
    ) -> Self {
        let size = (settings.panel.width, settings.panel.height);
        let panel = Panel::new(panel_settings(&settings), size.0, size.1, now(clock));
        let calibration = devices::calibration(&settings.store.folder, settings.hardware.calibration);
        Self {
            panel: RefCell::new(panel),
            queue,
            terminals,
            roster,
            settings,
            clock,
            devices: devices::Devices::new(calibration),
            painting: RefCell::new(None),
            frame: RefCell::new(None),
            effects: channel::bounded(EFFECTS),
            seen: RefCell::default(),
            heard: Cell::default(),
            tray: RefCell::default(),
            desk,
            scanner: Cell::default(),
            before: Cell::default(),
        }
    }

    /// Something happened: a finger, a scanner, the printer, time.
    pub fn event(&self, event: Event) {
        let effects = self.panel.borrow_mut().step(event, now(self.clock));
        for effect in effects {
            if self.effects.0.try_send(effect).is_err() {
                tracing::warn!("panel: an effect was dropped");
            }
        }
        self.devices.ring();
    }

    /// The screen as a PNG, and the frame's name, which changes only with what is seen.
    pub fn png(&self) -> (u64, Bytes) {
        let layout = self.panel.borrow().layout(now(self.clock));
        let (mut frame, mut painting) = (self.frame.borrow_mut(), self.painting.borrow_mut());
        let painting = painting.get_or_insert_with(|| Painting::new(layout.width, layout.height));
        let last = match frame.as_ref() {
            Some((name, png)) if painting.shown() == Some(&layout) => return (*name, png.clone()),
            Some((name, _)) => *name,
            // Names of a former life must not be taken for ours.
            None => now(self.clock),
        };
        painting.show(layout);
        let png = Bytes::from(painting.canvas().to_png());
        *frame = Some((last + 1, png.clone()));
        (last + 1, png)
    }

    /// The accessible tree.
    pub fn tree(&self) -> Value {
        self.panel.borrow().layout(now(self.clock)).to_json()
    }

    /// Lives for ever.
    pub async fn run(self: Rc<Self>, executor: Rc<LocalExecutor<'static>>) {
        let ticking = async {
            loop {
                Timer::after(TICK).await;
                self.event(Event::Tick);
            }
        };
        let hearing = async {
            loop {
                let changed = self.queue.changed();
                self.look();
                changed.await;
            }
        };
        let acting = async {
            while let Ok(effect) = self.effects.1.recv().await {
                let panel = Rc::clone(&self);
                executor.spawn(async move { panel.act(effect).await }).detach();
            }
        };
        let devices = Rc::clone(&self).drive(Rc::clone(&executor));
        let members = self.look_at_members();
        ticking.or(hearing).or(acting).or(self.show_codes()).or(members).or(devices).await;
    }

    /// How old the list of members is.
    async fn look_at_members(&self) {
        loop {
            match self.roster.pushed().await {
                Ok(pushed) => self.event(Event::Members(pushed.and_then(|at| u64::try_from(at).ok()))),
                Err(error) => tracing::warn!(?error, "the members' age is not known"),
            }
            Timer::after(MEMBERS).await;
        }
    }

    /// Shows the code that the panel has as a terminal among others.
    async fn show_codes(&self) {
        let mut shown = String::new();
        loop {
            let changed = self.terminals.changed();
            if let Some((code, left_ms)) = self.terminals.on_panel().filter(|(code, _)| *code != shown) {
                let (url, until_ms) = (self.terminals.link(&code), now(self.clock).saturating_add(left_ms));
                self.event(Event::Qr { url, until_ms });
                shown = code;
            }
            changed.await;
        }
    }

    /// Somebody released this job here by the code on the screen, together with `first`. Nothing of it may have happened
    /// yet.
    pub fn released(&self, job: &Job, first: Option<JobId>) {
        if let Ok(card) = self.card(job.clone()) {
            self.event(Event::Released { card, first });
        }
    }

    /// Somebody wants this job here by the code on the screen, and has to say first how far it came.
    pub fn asks(&self, job: &Job) {
        if let Ok(card) = self.card(job.clone()) {
            self.event(Event::Asked(card));
        }
    }

    /// The bell rang: what is new?
    fn look(&self) {
        let printer = self.view();
        let live = self.queue.live();
        let (seen_printer, seen_live) = self.seen.replace((Some(printer.clone()), live.clone()));
        if seen_printer.as_ref() != Some(&printer) {
            self.note_printer(&self.queue.printer());
            self.event(Event::Printer(printer));
        }
        let tray = Tray { media: self.queue.medium(), paper: self.queue.paper() };
        if self.tray.replace(Some(tray.clone())).as_ref() != Some(&tray) {
            self.event(Event::Tray(tray));
        }
        // The next job may have begun since the last one ended.
        for (number, ended) in self.queue.ended_since(self.heard.get()) {
            self.heard.set(number);
            self.note_job(&ended);
            if let Some(outcome) = outcome(&ended) {
                self.event(Event::Ended { job: ended.job, outcome });
            }
        }
        let is_news = |live: &Live| live.ending.is_none() && seen_live.as_ref() != Some(live);
        if let Some(live) = live.filter(is_news) {
            self.note_job(&live);
            self.event(Event::Progress { job: live.job, impressions: live.impressions, of: live.of });
            self.event(Event::PrinterFault { job: live.job, fault: live.fault });
        }
    }

    fn view(&self) -> PrinterView {
        let printer = self.queue.printer();
        let offer = printer.capabilities.as_ref().map(|capabilities| Offer {
            two_sided: capabilities.sides.iter().any(|sides| sides.is_two_sided()),
            color: capabilities.color,
            media: capabilities.media.first().map(|media| media_name(&media.name)).unwrap_or_default(),
            // A copy is a sheet at least.
            copies_max: Copies::MAX.min(self.settings.print_api.max_page_count),
            pages_per_minute: capabilities.pages_per_minute,
        });
        match (printer.fault, offer) {
            (Some(fault), offer) => PrinterView::Fault(fault, offer),
            (None, Some(offer)) => PrinterView::Ready(offer),
            (None, None) => PrinterView::Unknown,
        }
    }

    async fn act(&self, effect: Effect) {
        match effect {
            Effect::LookUp(code) => {
                let found = self.queue.find(code.as_str()).await;
                let looked = found.as_ref().ok().and_then(Option::as_ref);
                let looked = looked.and_then(|job| Some((job.id, job.document.clone()?)));
                self.event(match found {
                    Ok(Some(job)) => self.card(job).map_or_else(Event::Refused, Event::Found),
                    Ok(None) => Event::Refused(Refusal::NotFound),
                    Err(_) => Event::Refused(Refusal::Internal),
                });
                if let Some((job, document)) = looked {
                    self.tell_facts(job, &document).await;
                }
            }
            Effect::Paper(said) => {
                if let Err(error) = self.queue.say_paper(said).await {
                    tracing::error!(?error, "paper was not written down");
                }
            }
            Effect::Picture { job, page } => match self.picture(job, page).await {
                Some(picture) => self.event(Event::PicturesReady { job, page, picture }),
                None => tracing::warn!(%job, page, "no picture of the page"),
            },
            Effect::Release { job, ticket } => {
                if let Err(error) = self.queue.release(job, ticket).await {
                    tracing::warn!(%job, ?error, "not released");
                    self.event(Event::NotReleased { job, refusal: Refusal::Busy });
                }
            }
            Effect::GoOn { job, ticket } => {
                if let Err(error) = self.queue.go_on(job, ticket).await {
                    tracing::warn!(%job, ?error, "not released");
                    self.event(self.asks_instead(job).await);
                }
            }
            Effect::ReleaseMissing { job, attempt, out } => {
                if let Err(error) = self.queue.release_missing(job, attempt, out).await {
                    tracing::warn!(%job, ?error, "the rest not released");
                    self.event(Event::NotReleased { job, refusal: Refusal::Busy });
                }
            }
            Effect::Cancel { job } => {
                if let Err(error) = self.queue.cancel(job).await {
                    tracing::error!(%job, ?error, "not canceled");
                }
            }
            Effect::Delete { job } => match self.queue.delete(job).await {
                Ok(()) => self.event(Event::Deleted { job }),
                Err(error) => tracing::error!(%job, ?error, "not deleted"),
            },
            Effect::Desk(wish) => self.desk_does(wish).await,
            Effect::SwitchedLanguage(_) => {}
        }
    }

    /// Why a job was not released: by now it is known how far it came, or to be asked.
    async fn asks_instead(&self, job: JobId) -> Event {
        let found = self.queue.job(job).await.ok().flatten().and_then(|job| self.card(job).ok());
        match found {
            Some(JobCard { rest: Some(rest), fault, .. }) => {
                let fault = fault.unwrap_or(Fault::Interrupted);
                Event::Ended { job, outcome: Outcome::Partly { fault, rest } }
            }
            _ => Event::NotReleased { job, refusal: Refusal::Busy },
        }
    }

    /// What a look at a document's pages found, as soon as it is known and while the job is on the screen.
    async fn tell_facts(&self, job: JobId, document: &Document) {
        for wait in [Duration::ZERO, FACTS, FACTS, FACTS] {
            if self.panel.borrow().job() != Some(job) {
                return;
            }
            if let Ok(Some(facts)) = self.queue.facts_within(document, wait).await {
                return self.event(Event::Looked { job, facts: Arc::new(facts) });
            }
        }
    }

    fn card(&self, job: Job) -> Result<JobCard, Refusal> {
        let whole = card(job)?;
        Ok(JobCard { title: shortened(&whole.title, self.settings.panel.title_chars), ..whole })
    }

    /// The raster that will print, small.
    async fn picture(&self, job: JobId, page: u32) -> Option<Picture> {
        let (rendering, listening, plan) = self.queue.picture(job, page, self.settings.panel.picture_dpi).await.ok()?;
        let (max_width, max_height) = media_pixels(&plan.media, plan.resolution);
        let limits = Limits { max_width, max_height, max_pages: 1 };
        let reading = smol::unblock(move || first_page(BlockOn::new(rendering), limits));
        let (picture, ()) = smol::future::zip(reading, listening).await;
        let (width, height, pixels) = picture.ok()??;
        Some(Picture { width, height, pixels })
    }
}

fn now(clock: Clock) -> u64 {
    u64::try_from(clock()).unwrap_or(0)
}

/// How a job came off, `None` while it is under way.
fn outcome(live: &Live) -> Option<Outcome> {
    Some(match live.ending.clone()? {
        Ending::Completed => Outcome::Completed { impressions: live.impressions, sheets: live.sheets },
        Ending::Canceled => Outcome::Canceled,
        Ending::Held(fault) => match live.rest.clone() {
            Some(rest) => Outcome::Partly { fault, rest },
            None => Outcome::Held(fault),
        },
    })
}

fn card(job: Job) -> Result<JobCard, Refusal> {
    let Some(document) = job.document else {
        return Err(match job.making {
            None => Refusal::NotUploaded,
            Some(Making::Waiting) => Refusal::NotReady,
            Some(Making::Failed(_)) => Refusal::Unprintable,
        });
    };
    let fault = match job.state {
        State::Held(fault) => fault,
        state if state.is_active() => return Err(Refusal::Busy),
        _ => None,
    };
    Ok(JobCard {
        job: job.id,
        title: job.title,
        bytes: document.bytes,
        page_count: document.page_count,
        ticket: job.ticket,
        printed_before: job.printed_before,
        fault,
        rest: job.rest,
    })
}

/// `iso_a4_210x297mm` is A4 to people.
fn media_name(name: &str) -> String {
    name.split('_').nth(1).unwrap_or(name).to_uppercase()
}

fn panel_settings(settings: &Settings) -> super::scene::Settings {
    let address = settings.public_url();
    let address = address.strip_prefix("http://").or_else(|| address.strip_prefix("https://")).unwrap_or(&address);
    super::scene::Settings {
        language: settings.panel.language,
        code_symbols: settings.print_api.pin_symbols.chars().collect(),
        code_length: settings.print_api.pin_length,
        kiosk_name: settings.panel.name.clone(),
        address: address.to_owned(),
        max_sheets: settings.print_api.max_page_count,
        idle_seconds: settings.panel.idle_s,
        warn_seconds: settings.panel.warn_s,
        sleep_seconds: settings.panel.sleep_s,
        blur_pages: settings.panel.blur_pages,
        most_files: settings.panel.release_files.max(1),
        patience: Patience {
            wrong_codes: settings.panel.wrong_codes,
            first_seconds: settings.panel.pause_s,
            longest_seconds: settings.panel.pause_max_s,
            forget_seconds: settings.panel.pause_forget_s,
        },
        service_code: settings.service.code.clone(),
        leave_seconds: settings.service.leave_s,
        can_restart: !settings.service.reboot_command.is_empty(),
        storage_hours: settings.print_api.storage_time_hours,
        max_bytes: settings.print_api.max_size_bytes,
        utc_offset_minutes: settings.panel.utc_offset_min,
        thresholds: thresholds(settings),
        tray_sheets: settings.paper.tray_sheets,
        added_sheets: settings.paper.added_sheets,
        low_sheets: settings.paper.low_sheets,
        size_mm: (settings.panel.width_mm, settings.panel.height_mm),
        looks: Looks {
            always: match settings.panel.look {
                settings::look::Look::Auto => None,
                settings::look::Look::Light => Some(Look::Light),
                settings::look::Look::Dark => Some(Look::Dark),
                settings::look::Look::NewYear => Some(Look::NewYear),
            },
            night: (settings.panel.dark_from_h, settings.panel.dark_until_h),
        },
        wifi: Some((settings.panel.wifi_ssid.clone(), settings.panel.wifi_password.clone()))
            .filter(|(name, _)| !name.is_empty()),
    }
}
