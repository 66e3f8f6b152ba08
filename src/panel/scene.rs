//! Scenes: what the kiosk shows and how it answers. Events in, effects out; the time is an argument.
//!
//! Here are the words of that talk and the state; `step`, `answer` and `clock` move it, `shown` tells of it, [`review`]
//! knows a ticket's choices. Not here: where things stand on the screen ([`super::layout`]).

mod answer;
mod card;
mod clock;
pub mod code;
pub mod desk;
pub mod mend;
pub mod missing;
mod pace;
pub mod review;
pub mod several;
mod shown;
mod step;
pub mod tries;

use std::{collections::VecDeque, sync::Arc};

use super::{look::Looks, picture::Picture};
use crate::{
    job::{
        code::ReleaseCode,
        fault::Fault,
        paper::{Paper, Said},
        part::{AttemptId, Rest},
        plan::Media,
        preflight::{Facts, findings::Thresholds},
        state::JobId,
        ticket::Ticket,
    },
    text::Language,
};
use code::Code;
use desk::{Desk, News, Wish};
use mend::Tray;
use missing::Missing;
use review::Review;
use several::CameOut;
use tries::{Patience, Tries};

/// What an operator chose.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The language a new person is met in.
    pub language: Language,
    /// Symbols of codes.
    pub code_symbols: Vec<char>,
    /// Length of codes.
    pub code_length: usize,
    /// The kiosk's name.
    pub kiosk_name: String,
    /// The short address under the QR code, such as `print.local`.
    pub address: String,
    /// The most sheets of one job.
    pub max_sheets: u32,
    /// Without a touch for so long, the screen asks whether anybody is there.
    pub idle_seconds: u64,
    /// And so much later it clears itself.
    pub warn_seconds: u64,
    /// Without a touch for so long, the screen goes dark; 0: never.
    pub sleep_seconds: u64,
    /// Pages are blurred until somebody touches them.
    pub blur_pages: bool,
    /// The most files under one release.
    pub most_files: usize,
    /// How many wrong codes are borne.
    pub patience: Patience,
    /// Digits that open the technician's side; empty: it stays closed.
    pub service_code: String,
    /// Without a touch for so long, the technician's side closes.
    pub leave_seconds: u64,
    /// Whether the machine can be restarted from there.
    pub can_restart: bool,
    /// How long documents are kept.
    pub storage_hours: u64,
    /// The largest document.
    pub max_bytes: u64,
    /// Of the clock in the corner, east of Greenwich.
    pub utc_offset_minutes: i32,
    /// What counts before printing.
    pub thresholds: Thresholds,
    /// Sheets of a full tray.
    pub tray_sheets: u32,
    /// Sheets that one tap puts in.
    pub added_sheets: u32,
    /// Sheets at which the tray is called low.
    pub low_sheets: u32,
    /// The screen's own width and height in millimetres.
    pub size_mm: (u32, u32),
    /// How it looks.
    pub looks: Looks,
    /// The kiosk's own Wi-Fi: its name and its password.
    pub wifi: Option<(String, String)>,
}

/// A job as its owner sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct JobCard {
    /// The job.
    pub job: JobId,
    /// The document's name.
    pub title: String,
    /// The document's size.
    pub bytes: u64,
    /// Pages of the document.
    pub page_count: u32,
    /// What was asked so far.
    pub ticket: Ticket,
    /// It came out before.
    pub printed_before: bool,
    /// Why an earlier try failed.
    pub fault: Option<Fault>,
    /// How far it came then.
    pub rest: Option<Rest>,
}

/// What the printer can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Prints both sides.
    pub two_sided: bool,
    /// Prints in colour.
    pub color: bool,
    /// The paper's short name, `A4`.
    pub media: String,
    /// The most copies.
    pub copies_max: u32,
    /// Sides a minute, when the printer tells.
    pub pages_per_minute: Option<u32>,
}

/// What is known of the printer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrinterView {
    /// Nothing yet.
    Unknown,
    /// Ready.
    Ready(Offer),
    /// It stands; what it can do, when that was heard before.
    Fault(Fault, Option<Offer>),
}

/// Why a job cannot be shown or printed now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No job has this code.
    NotFound,
    /// The document was not uploaded yet.
    NotUploaded,
    /// The document is being made ready.
    NotReady,
    /// Nothing that can be printed can be made of it.
    Unprintable,
    /// The job is being printed.
    Busy,
    /// The kiosk failed.
    Internal,
}

/// How an attempt to print ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All came out.
    Completed {
        /// Printed sides.
        impressions: u32,
        /// Sheets of paper.
        sheets: u32,
    },
    /// It did not, and the job is kept.
    Held(Fault),
    /// A part of it did, or may have.
    Partly {
        /// Why.
        fault: Fault,
        /// How far.
        rest: Rest,
    },
    /// Its owner stopped it.
    Canceled,
}

/// What happens to the panel.
#[derive(Clone, Debug)]
pub enum Event {
    /// A finger.
    Tap {
        /// From the left.
        x: i32,
        /// From the top.
        y: i32,
    },
    /// A finger on the element of this id.
    Press(String),
    /// The scanner read this.
    Scan(String),
    /// Time went on; at least once a second.
    Tick,
    /// The code asked for is this job's.
    Found(JobCard),
    /// The code asked for came to nothing.
    Refused(Refusal),
    /// A job was not released.
    NotReleased {
        /// Which.
        job: JobId,
        /// Why.
        refusal: Refusal,
    },
    /// A page to show.
    PicturesReady {
        /// Whose.
        job: JobId,
        /// The document's page.
        page: u32,
        /// Its picture.
        picture: Picture,
    },
    /// What a look at the document's pages found.
    Looked {
        /// Whose.
        job: JobId,
        /// What.
        facts: Arc<Facts>,
    },
    /// What lies in the printer.
    Tray(Tray),
    /// Sides came out.
    Progress {
        /// Whose.
        job: JobId,
        /// So many.
        impressions: u32,
        /// Of so many.
        of: u32,
    },
    /// The printer stands while it prints; `None`: it goes on.
    PrinterFault {
        /// Whose.
        job: JobId,
        /// Why.
        fault: Option<Fault>,
    },
    /// Printing ended.
    Ended {
        /// Whose.
        job: JobId,
        /// How.
        outcome: Outcome,
    },
    /// News of the printer.
    Printer(PrinterView),
    /// A new QR code.
    Qr {
        /// What it says.
        url: String,
        /// Wall clock, milliseconds since the epoch.
        until_ms: u64,
    },
    /// Somebody released a job by the code on the screen; it is on its way.
    Released {
        /// What.
        card: JobCard,
        /// The first of those released together; `None` for that one itself.
        first: Option<JobId>,
    },
    /// Somebody wants this job by the code on the screen; how far it came is to be asked first.
    Asked(JobCard),
    /// A job and its document are gone.
    Deleted {
        /// Which.
        job: JobId,
    },
    /// News for the technician's side.
    Desk(News),
    /// When the list of members was renewed, milliseconds since 1970.
    Members(Option<u64>),
}

/// What the panel wants done.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Find this code's job; answered by `Found` or `Refused`, in the order asked.
    LookUp(ReleaseCode),
    /// Draw a page; answered by `PicturesReady`.
    Picture {
        /// Whose.
        job: JobId,
        /// The document's page, from 1.
        page: u32,
    },
    /// Print it, by somebody who saw of no sheets that are out; answered as `Release`, or by what is out or asked by now.
    GoOn {
        /// Which.
        job: JobId,
        /// With these choices.
        ticket: Ticket,
    },
    /// Print all of it; answered by `Progress` and `Ended`, or `NotReleased`.
    Release {
        /// Which.
        job: JobId,
        /// With these choices.
        ticket: Ticket,
    },
    /// Print what is missing when so many sheets are out; answered as `Release`.
    ReleaseMissing {
        /// Which.
        job: JobId,
        /// Of which try.
        attempt: AttemptId,
        /// Whole sheets.
        out: u32,
    },
    /// Stop printing; answered by `Ended`.
    Cancel {
        /// Which.
        job: JobId,
    },
    /// Delete the job and its document; answered by `Deleted`.
    Delete {
        /// Which.
        job: JobId,
    },
    /// Write down what a person says of the tray; answered by `Tray`.
    Paper(Said),
    /// What a technician wants done.
    Desk(Wish),
    /// The screen speaks this language now.
    SwitchedLanguage(Language),
}

/// A scene, each with the data that only it has.
#[derive(Clone, Debug)]
pub(super) enum Scene {
    Splash,
    Idle,
    Code(Code),
    Review(Review),
    Printing(Printing),
    Done(Done),
    Fault(Failed),
    /// The question whether anybody is there, over what they were doing.
    Timeout(Box<Self>),
    Service,
    OutOfOrder,
}

#[derive(Clone, Debug)]
pub(super) struct Printing {
    pub(super) review: Review,
    /// Sides that came out, once the printer said anything.
    pub(super) impressions: Option<u32>,
    pub(super) of: u32,
    pub(super) fault: Option<Fault>,
    pub(super) canceling: bool,
    pub(super) heard_ms: u64,
    pub(super) since_ms: u64,
}

#[derive(Clone, Debug)]
pub(super) struct Done {
    pub(super) review: Review,
    pub(super) ending: Ending,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    Completed { impressions: u32, sheets: u32 },
    Canceled,
    Deleted,
}

#[derive(Clone, Debug)]
pub(super) struct Failed {
    pub(super) review: Review,
    pub(super) fault: Fault,
    /// What of it is out, when a part is or may be.
    pub(super) missing: Option<Missing>,
}

/// The QR code shown, and the time it is for.
#[derive(Clone, Debug)]
pub(super) struct Qr {
    pub(super) url: String,
    pub(super) from_ms: u64,
    pub(super) until_ms: u64,
}

/// The panel.
#[derive(Clone, Debug)]
pub struct Panel {
    pub(super) settings: Settings,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) language: Language,
    pub(super) large_text: bool,
    pub(super) scene: Scene,
    pub(super) printer: PrinterView,
    pub(super) tray: Tray,
    pub(super) qr: Option<Qr>,
    pub(super) desk: Desk,
    /// The newest flight record.
    pub(super) record: Option<String>,
    /// When a scanner read something last.
    pub(super) heard_ms: Option<u64>,
    /// The last touch, or the last change that a person should have time to read.
    pub(super) touched_ms: u64,
    /// The first of the jobs released together by the code on the screen, while the screen follows them.
    pub(super) followed: Option<JobId>,
    /// Those released together that are still to come, and at the end those that were not released after all.
    pub(super) following: VecDeque<Review>,
    /// More files of the release under review, besides the one on the screen.
    pub(super) others: Vec<Review>,
    /// What of those released together came out.
    pub(super) came_out: CameOut,
    /// The screen is dark.
    pub(super) asleep: bool,
    /// When each code that was not answered yet was asked for.
    pub(super) asked: VecDeque<u64>,
    /// Wrong codes.
    pub(super) tries: Tries,
    /// When the list of members was renewed, milliseconds since 1970; `None`: nobody has pushed one.
    pub(super) members_ms: Option<u64>,
    /// Milliseconds a printed side took lately, the way to the printer counted.
    pub(super) pace_ms: Option<u64>,
}

impl Panel {
    /// A panel that has just been switched on.
    pub fn new(settings: Settings, width: u32, height: u32, now_ms: u64) -> Self {
        Self {
            language: settings.language,
            settings,
            width,
            height,
            large_text: false,
            scene: Scene::Splash,
            printer: PrinterView::Unknown,
            tray: Tray { media: Media::a4(), paper: Paper::Unknown },
            qr: None,
            desk: Desk::default(),
            record: None,
            heard_ms: None,
            touched_ms: now_ms,
            followed: None,
            following: VecDeque::new(),
            others: Vec::new(),
            came_out: CameOut::default(),
            asleep: false,
            asked: VecDeque::new(),
            tries: Tries::default(),
            members_ms: None,
            pace_ms: None,
        }
    }

    /// What the printer can do, as far as it is known; what is unknown is not forbidden.
    pub(super) fn offer(&self) -> Offer {
        match &self.printer {
            PrinterView::Ready(offer) | PrinterView::Fault(_, Some(offer)) => offer.clone(),
            _ => Offer { two_sided: true, color: true, media: "A4".into(), copies_max: 999, pages_per_minute: None },
        }
    }
}
