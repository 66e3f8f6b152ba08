//! One case: a kiosk of its own, a printer with one fault, a job, a person; and what became of it.

use std::{
    path::{Path, PathBuf},
    rc::Rc,
    time::{Duration, Instant},
};

use smol::Timer;

use super::{
    Interrupted,
    document::pdf,
    person::{Person, Story},
    printer::{
        FaultPrinter, Model,
        fault::{Fault, Moment},
    },
    tray::{Count, Wanted},
};
use crate::{
    error::Error,
    http::Doors,
    job::{
        state::State,
        ticket::{Copies, Ticket},
    },
    kiosk::Kiosk,
    settings::Settings,
    store::{documents::Sender, jobs::Order},
    text::Language,
};

/// Pages of the document.
pub const PAGES: u32 = 5;

/// The longest that a case may take.
const PATIENCE: Duration = Duration::from_secs(45);

/// How long it takes to read what a screen says, or to fill a tray.
const READING: Duration = Duration::from_millis(400);

/// A fault must be on the screen after so long.
const TOLD: Duration = Duration::from_secs(2);

/// When its cause is gone, printing must go on, or a question must be asked, after so long.
const GOES_ON: Duration = Duration::from_secs(5);

/// What is asked and what goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Case {
    /// Nothing goes wrong when it is `None`.
    pub fault: Option<(Fault, Moment)>,
    /// `copies`.
    pub copies: u32,
    /// `sides`.
    pub two_sided: bool,
    /// Of the printer.
    pub model: Model,
}

/// What became of it.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What lies in the tray.
    pub count: Count,
    /// What the person saw and did.
    pub story: Story,
    /// Why it is not good; empty when it is.
    pub wrongs: Vec<String>,
    /// What came right, but too late. Kiosks abreast slow each other down: such a case is run again alone.
    pub late: Vec<String>,
    /// How long it took.
    pub took: Duration,
}

impl Case {
    /// The case of a fault; what is asked differs from case to case.
    pub fn new(fault: Option<(Fault, Moment)>, number: usize) -> Self {
        // A printer that cannot copy, and one that does not count, come along now and then.
        let copies = if number % 7 == 6 { 1 } else { 99 };
        // One that neither prints nor counts cannot be told from one that prints.
        let must_count = matches!(fault, Some((Fault::CompletedWithNothing | Fault::CompletedWithTooFew, _)));
        let model = Model { copies, counts: must_count || number % 11 != 10, ..Model::default() };
        Self { fault, copies: if number % 3 == 1 { 2 } else { 1 }, two_sided: number % 4 >= 2, model }
    }

    /// What was asked, for the table.
    pub fn asked(&self) -> String {
        let sides = if self.two_sided { "two-sided" } else { "one-sided" };
        let copier = if self.model.copies == 1 { ", cannot copy" } else { "" };
        let counts = if self.model.counts { "" } else { ", does not count" };
        format!("{} x {PAGES} pages {sides}{copier}{counts}", self.copies)
    }

    fn ticket(&self) -> Ticket {
        let copies = Copies::new(self.copies.into()).unwrap_or(Copies::ONE);
        Ticket { copies, two_sided: self.two_sided, ..Ticket::default() }
    }

    /// Runs it in a folder of its own. `marks` are those of the document's pages.
    pub fn run(&self, folder: &Path, marks: &[u64]) -> Result<Outcome, anyhow::Error> {
        let printer = FaultPrinter::start(self.model)?;
        let kiosk = Kiosk::open(settings(folder, &printer.uri()), false)?;
        let doors = Rc::clone(&kiosk.doors);
        let outcome = kiosk.live_while(self.play(&doors, &printer, marks))?.ok_or(Interrupted)?;
        outcome.map_err(|error| anyhow::anyhow!("{}", error.tell(Language::En)))
    }

    async fn play(&self, doors: &Doors, printer: &FaultPrinter, marks: &[u64]) -> Result<Outcome, Error> {
        let wanted = Wanted::new(marks, self.copies as usize, self.two_sided);
        let pin = order(doors, self.ticket()).await?;
        while doors.queue.printer().capabilities.is_none() {
            Timer::after(Duration::from_millis(20)).await;
        }
        let person = Person { doors, printer, wanted: &wanted, lay_before: 0, reading: READING };
        let started = Instant::now();
        if !person.scan(&pin).await {
            return Err(Error::PinUnknown(pin));
        }
        if let Some((fault, moment)) = self.fault {
            printer.machine().arm(fault, moment, Instant::now());
        }
        let story = person.print(PATIENCE).await;
        // Whatever a late printer still does must not be more than was asked.
        quiet(printer).await;
        let state = doors.queue.find(&pin).await?.map(|job| job.state);
        let machine = printer.machine();
        let count = wanted.count(&machine.tray);
        let mut wrongs = wrongs(&story, count);
        let late = self.late(&story);
        if self.fault.is_none_or(|(fault, moment)| goes_on_by_itself(fault, moment)) && !story.pressed.is_empty() {
            wrongs.push("did not go on by itself".into());
        }
        if story.told.is_none() && self.is_told() {
            wrongs.push("the fault was never told".into());
        }
        if state != Some(State::Completed) {
            wrongs.push(format!("the job is {}", state.map_or("gone", |state| state.keyword())));
        }
        if machine.strangers_canceled > 0 {
            wrongs.push("a stranger's job was canceled".into());
        }
        if machine.is_waiting() {
            wrongs.push("a job was left at the printer".into());
        }
        if self.fault.is_some() && machine.trouble.since().is_none() {
            wrongs.push("the fault never struck".into());
        }
        Ok(Outcome { count, story, wrongs, late, took: started.elapsed() })
    }

    fn is_told(&self) -> bool {
        self.fault.is_some_and(|(fault, moment)| is_told(fault, moment))
    }

    fn late(&self, story: &Story) -> Vec<String> {
        let told = story.told.filter(|told| self.is_told() && *told > TOLD);
        let told = told.map(|told| format!("told after {:.1} s", told.as_secs_f32()));
        let stuck = (story.stuck > GOES_ON).then(|| format!("nothing went on for {:.1} s", story.stuck.as_secs_f32()));
        told.into_iter().chain(stuck).collect()
    }
}

fn wrongs(story: &Story, count: Count) -> Vec<String> {
    [
        (!story.is_done, format!("not done within {} s", PATIENCE.as_secs())),
        (count.delivered < count.asked, format!("{} of {} sheets are there", count.delivered, count.asked)),
        (count.duplicates > 0, format!("{} sheets twice", count.duplicates)),
        (count.wrong > 0, format!("{} sheets nobody asked for", count.wrong)),
    ]
    .into_iter()
    .filter_map(|(is, what)| is.then_some(what))
    .collect()
}

/// Whether nobody need press anything: the printer keeps the job, or nothing of it can have come out, or the printer
/// itself knows how it ended.
fn goes_on_by_itself(fault: Fault, moment: Moment) -> bool {
    let cut_off = matches!(
        fault,
        Fault::Silent | Fault::Offline | Fault::Busy | Fault::ConnectionReset | Fault::ConnectionClosed
    );
    let given_up = matches!(
        fault,
        Fault::AbortedByPrinter | Fault::CompletedWithNothing | Fault::CompletedWithTooFew | Fault::Rebooted
    );
    match moment {
        Moment::Before => !given_up,
        Moment::During => !given_up && !cut_off,
        Moment::After => !given_up && !matches!(fault, Fault::MediaJam | Fault::CountersJump),
    }
}

/// Whether the fault lasts, or ends the try, so that somebody has to be told.
fn is_told(fault: Fault, moment: Moment) -> bool {
    match fault {
        Fault::ConnectionReset | Fault::ConnectionClosed => moment == Moment::During,
        Fault::NotAcceptingJobs | Fault::Busy => moment == Moment::Before,
        Fault::AnswersLost | Fault::BrokenAnswers | Fault::GarbageAnswers | Fault::CountersJump => false,
        _ => true,
    }
}

/// Puts an order in with its document: its code.
pub async fn order(doors: &Doors, ticket: Ticket) -> Result<String, Error> {
    let document = pdf(PAGES);
    let mut incoming = doors.queue.receive(document.len() as u64, Sender::Known).await?;
    incoming.write(&document).await?;
    let order = Order { member: None, source: "drill".into(), title: "drill.pdf".into(), ticket };
    let pin = doors.queue.order_with(order, incoming, "application/pdf").await?;
    Ok(pin.as_str().to_owned())
}

/// Waits until the printer has no trouble and does nothing more, a few seconds at the most.
pub async fn quiet(printer: &FaultPrinter) {
    let until = Instant::now() + Duration::from_secs(8);
    loop {
        Timer::after(Duration::from_millis(100)).await;
        let is_busy = {
            let machine = printer.machine();
            machine.is_waiting() || machine.trouble.reigning().is_some()
        };
        if !is_busy || Instant::now() > until {
            return;
        }
    }
}

/// The settings of a kiosk in a drill: short time-outs, or a drill would take hours. The looks at the printer are as
/// they are by default.
pub fn settings(folder: &Path, printer: &str) -> Settings {
    let mut settings = Settings::default();
    settings.http.listen = ([127, 0, 0, 1], 0).into();
    settings.store.folder = PathBuf::from(folder);
    settings.store.least_free_bytes = 0;
    settings.panel.language = Language::En;
    // The smallest pages that a picture can be made of.
    settings.panel.picture_dpi = 20;
    settings.worker.children_abreast = 1;
    let limits = &mut settings.printer;
    printer.clone_into(&mut limits.uri);
    limits.connect_timeout_s = 1;
    limits.answer_timeout_s = 1;
    limits.send_stall_timeout_s = 3;
    limits.silence_timeout_s = 8;
    limits.standstill_timeout_s = 20;
    settings
}
