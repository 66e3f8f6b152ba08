//! What a fault does to the machine: when it strikes, what breaks, and when it is over.

use std::time::{Duration, Instant};

use super::{
    fault::{Fault, Moment},
    job::{Document, Job, State},
    machine::{Course, Machine},
    page::Page,
};

/// Whole pages after which a fault strikes that comes while the document does.
const PAGE: usize = 3;

/// Bytes that are still read after that page before a connection is cut: into the middle of the next one.
const BYTES_AFTER: u64 = 900;

/// The marks of a stranger's pages.
const STRANGE: [u64; 2] = [11, 12];

/// What was asked for, and how far it has got.
#[derive(Clone, Copy, Debug, Default)]
pub enum Trouble {
    /// A printer like any other.
    #[default]
    None,
    /// It will strike.
    Waits(Fault, Moment),
    /// It has struck; it ends by itself when the time has come, or by a person.
    Reigns {
        /// Which.
        fault: Fault,
        /// When it was meant to strike.
        moment: Moment,
        /// Since when.
        since: Instant,
        /// Until when; `None`: until somebody mends it.
        until: Option<Instant>,
    },
    /// It is over.
    Over {
        /// When it struck.
        since: Instant,
        /// Since when it is over.
        at: Instant,
    },
}

/// How a connection fares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conduct {
    /// As it should.
    Well,
    /// It is cut while the request is read.
    Cut {
        /// Without a reset.
        cleanly: bool,
    },
    /// It is heard when the printer wakes.
    Asleep,
    /// It is told to come again.
    Busy,
    /// What it asks is done; it is not answered.
    Lost,
    /// Its answer breaks.
    Broken,
    /// Its answer makes no sense.
    Garbage,
}

impl Trouble {
    /// What strikes now, if anything.
    pub fn reigning(&self) -> Option<Fault> {
        match self {
            Self::Reigns { fault, .. } => Some(*fault),
            _ => None,
        }
    }

    /// Whether the engine stands and nobody is answered.
    pub fn is_asleep(&self) -> bool {
        self.reigning() == Some(Fault::Silent)
    }

    /// Whether nobody listens at the port.
    pub fn is_deaf(&self) -> bool {
        matches!(self.reigning(), Some(Fault::Offline | Fault::Rebooted))
    }

    /// It is only now that anybody can know of it.
    pub(super) fn strikes_at(&mut self, now: Instant) {
        if let Self::Reigns { since, .. } | Self::Over { since, .. } = self {
            *since = now;
        }
    }

    /// When it struck.
    pub fn since(&self) -> Option<Instant> {
        match self {
            Self::Reigns { since, .. } | Self::Over { since, .. } => Some(*since),
            _ => None,
        }
    }

    /// Since when it is over.
    pub fn over(&self) -> Option<Instant> {
        match self {
            Self::Over { at, .. } => Some(*at),
            _ => None,
        }
    }

    /// How a connection fares that comes now.
    pub fn conduct(&self) -> Conduct {
        let Self::Reigns { fault, .. } = self else { return Conduct::Well };
        match fault {
            Fault::Offline | Fault::Rebooted | Fault::ConnectionReset => Conduct::Cut { cleanly: false },
            Fault::ConnectionClosed => Conduct::Cut { cleanly: true },
            Fault::Silent => Conduct::Asleep,
            Fault::Busy => Conduct::Busy,
            Fault::AnswersLost => Conduct::Lost,
            Fault::BrokenAnswers => Conduct::Broken,
            Fault::GarbageAnswers => Conduct::Garbage,
            _ => Conduct::Well,
        }
    }

    fn waits_for(&self, moment: Moment) -> Option<Fault> {
        match self {
            Self::Waits(fault, when) if *when == moment => Some(*fault),
            _ => None,
        }
    }
}

impl Machine {
    /// Asks for a fault. One that comes before the data strikes now, unless it needs a job.
    pub fn arm(&mut self, fault: Fault, moment: Moment, now: Instant) {
        self.trouble = Trouble::Waits(fault, moment);
        let needs_job = matches!(
            fault,
            Fault::AbortedByPrinter | Fault::CompletedWithNothing | Fault::CompletedWithTooFew | Fault::Rebooted
        );
        if moment == Moment::Before && !needs_job {
            self.strike(fault, moment, now);
            match fault {
                Fault::NotAcceptingJobs => self.refuses_jobs = true,
                Fault::CountersJump => self.impressions = 7,
                _ => {}
            }
        }
    }

    /// Somebody does what the printer stands for: fills the tray, closes the door.
    pub fn mend(&mut self, now: Instant) {
        self.stands = None;
        if let Trouble::Reigns { since, until: None, .. } = self.trouble {
            self.trouble = Trouble::Over { since, at: now };
        }
    }

    /// Ends what has lasted long enough.
    pub(super) fn settle(&mut self, now: Instant) {
        let Trouble::Reigns { fault, since, until: Some(until), .. } = self.trouble else { return };
        if until > now {
            return;
        }
        self.trouble = Trouble::Over { since, at: now };
        self.refuses_jobs = false;
        if fault == Fault::Rebooted {
            let pages = STRANGE.map(|mark| Page { mark, blank: false }).to_vec();
            let strange = Job::new("Microsoft Word - report.docx", 1, false);
            let (state, document) = (State::Processing, Document::Whole);
            self.create(Job { is_strange: true, pages, state, document, ..strange }, now);
        }
    }

    fn strike(&mut self, fault: Fault, moment: Moment, now: Instant) {
        self.stands = fault.reason();
        let one_stroke = moment != Moment::Before && matches!(fault, Fault::ConnectionReset | Fault::ConnectionClosed);
        let lasts = if one_stroke { 0 } else { fault.lasts_ms() };
        let until = self.stands.is_none().then(|| now + Duration::from_millis(lasts));
        self.trouble = Trouble::Reigns { fault, moment, since: now, until };
        if lasts == 0 {
            self.settle(now);
        }
    }

    /// After Create-Job.
    pub(super) fn job_made(&mut self, id: i32, now: Instant) {
        let during_or_after = [Moment::During, Moment::After].into_iter().find_map(|m| self.trouble.waits_for(m));
        let before = self.trouble.waits_for(Moment::Before);
        let Some(job) = self.jobs.get_mut(&id).filter(|job| !job.is_strange) else { return };
        if during_or_after == Some(Fault::CompletedWithNothing) {
            job.swallows = true;
        }
        let Some(fault) = before else { return };
        match fault {
            Fault::AbortedByPrinter => job.state = State::Aborted,
            Fault::CompletedWithNothing => job.state = State::Completed,
            Fault::CompletedWithTooFew => job.most_sheets = Some(1),
            Fault::Rebooted => self.forget_jobs(),
            _ => {}
        }
        self.strike(fault, Moment::Before, now);
    }

    /// After a page of a document that is not whole yet.
    pub(super) fn page_came(&mut self, id: i32, now: Instant) -> Course {
        let Some(job) = self.jobs.get(&id).filter(|job| job.pages.len() == PAGE) else { return Course::Go };
        let fed = job.fed;
        let Some(fault) = self.trouble.waits_for(Moment::During) else { return Course::Go };
        self.break_down(id, fault, now);
        self.strike(fault, Moment::During, now);
        match fault {
            Fault::Offline | Fault::Rebooted => Course::Cut { cleanly: false, after: 0 },
            Fault::ConnectionReset => Course::Cut { cleanly: false, after: BYTES_AFTER },
            Fault::ConnectionClosed => Course::Cut { cleanly: true, after: BYTES_AFTER },
            Fault::Silent => Course::Wait,
            Fault::Busy => {
                self.document_broke(id, false);
                Course::Answer(0x0507)
            }
            Fault::AbortedByPrinter => Course::Answer(0x0508),
            Fault::CompletedWithNothing => Course::Answer(0),
            Fault::CompletedWithTooFew => {
                self.limit(id, fed);
                Course::Answer(0)
            }
            _ => Course::Go,
        }
    }

    /// After the document's last byte.
    pub(super) fn document_came(&mut self, id: i32, now: Instant) -> Course {
        let Some(fault) = self.trouble.waits_for(Moment::After) else { return Course::Go };
        let fed = self.jobs.get(&id).map_or(0, |job| job.fed);
        self.break_down(id, fault, now);
        self.strike(fault, Moment::After, now);
        match fault {
            Fault::ConnectionReset => Course::Cut { cleanly: false, after: 0 },
            Fault::ConnectionClosed => Course::Cut { cleanly: true, after: 0 },
            Fault::CompletedWithTooFew => {
                self.limit(id, fed);
                Course::Answer(0)
            }
            _ => Course::Go,
        }
    }

    fn limit(&mut self, id: i32, sheets: usize) {
        if let Some(job) = self.jobs.get_mut(&id) {
            job.most_sheets = Some(sheets);
        }
    }

    /// What breaks in the machine itself.
    fn break_down(&mut self, id: i32, fault: Fault, now: Instant) {
        let ended = self.jobs.get(&id).is_some_and(|job| job.document == Document::Whole);
        match fault {
            Fault::MediaJam => {
                if self.moving.is_none() {
                    self.feed(now);
                }
                // That sheet is pulp.
                self.moving = None;
                if let Some(job) = self.jobs.get_mut(&id) {
                    match ended {
                        true => job.state = State::Aborted,
                        false => job.fed = job.fed.saturating_sub(1),
                    }
                }
            }
            Fault::AbortedByPrinter => {
                if let Some(job) = self.jobs.get_mut(&id) {
                    job.state = State::Aborted;
                }
            }
            Fault::CompletedWithNothing => {
                if let Some(job) = self.jobs.get_mut(&id) {
                    job.state = State::Completed;
                }
            }
            Fault::Rebooted => {
                // What was in the paper path is put out when the printer starts.
                if let Some(moving) = self.moving.take() {
                    self.drop_sheet(moving);
                }
                self.forget_jobs();
            }
            Fault::NotAcceptingJobs => self.refuses_jobs = true,
            Fault::CountersJump => {
                self.impressions = if ended { 3 } else { self.impressions + 1_000 };
                if let Some(job) = self.jobs.get_mut(&id) {
                    job.told_impressions = Some(if ended { 1 } else { 500 });
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Conduct, Course, Fault, Job, Machine, Moment, PAGE, Page, State, Trouble};

    fn idle() -> Machine {
        Machine::new(Duration::from_millis(120))
    }

    /// A machine that was sent a document of five pages while `fault` waited, and was mended; what it was told to do
    /// with the document, and the time.
    fn drilled(fault: Fault, moment: Moment) -> (Machine, Vec<Course>, Instant) {
        let (mut machine, mut now, mut courses) = (idle(), Instant::now(), Vec::new());
        machine.arm(fault, moment, now);
        let id = machine.create(Job::new("ottisk-1", 1, false), now);
        if machine.begin_document(id) == Ok(()) {
            for mark in 101..106 {
                let page = Page { mark, blank: false };
                courses.push(machine.pages(id, &[page], now));
                // The end comes with the last page.
                for _ in 0..if mark < 105 { 10 } else { 0 } {
                    now += Duration::from_millis(50);
                    machine.step(now);
                }
                if matches!(courses.last(), Some(Course::Cut { .. } | Course::Answer(_))) {
                    break;
                }
            }
            if courses.len() == 5 {
                courses.push(machine.document_ended(id, now));
            } else {
                machine.document_broke(id, false);
            }
        }
        for _ in 0..200 {
            now += Duration::from_millis(100);
            machine.step(now);
            if machine.stands.is_some() {
                machine.mend(now);
            }
        }
        (machine, courses, now)
    }

    #[test]
    fn every_fault_strikes_and_is_over() {
        for fault in Fault::ALL {
            for moment in Moment::ALL {
                let (machine, ..) = drilled(fault, moment);
                assert!(machine.trouble.over().is_some(), "{fault:?} {moment:?}: {:?}", machine.trouble);
                assert!(machine.moving.is_none(), "{fault:?} {moment:?}");
            }
        }
    }

    #[test]
    fn a_person_mends_what_stands() {
        for fault in Fault::ALL.into_iter().filter(|fault| fault.reason().is_some()) {
            let (machine, ..) = drilled(fault, Moment::During);
            assert_eq!(machine.tray.len(), 5, "{fault:?}");
            let now = Instant::now();
            let mut standing = idle();
            standing.arm(fault, Moment::Before, now);
            standing.step(now + Duration::from_secs(60));
            assert_eq!((standing.state(), standing.trouble.reigning()), (5, Some(fault)));
        }
    }

    #[test]
    fn sheets_are_lost_where_the_fault_says_so() {
        let out = |fault, moment| drilled(fault, moment).0.tray.iter().filter(|sheet| sheet.ours).count();
        assert_eq!(out(Fault::CompletedWithNothing, Moment::After), 0);
        assert_eq!(out(Fault::CompletedWithNothing, Moment::During), 0);
        assert_eq!(out(Fault::CompletedWithTooFew, Moment::Before), 1);
        for fault in [Fault::ConnectionReset, Fault::Offline, Fault::Busy] {
            assert_eq!(out(fault, Moment::During), PAGE, "{fault:?}");
        }
        for fault in [Fault::MediaJam, Fault::AbortedByPrinter, Fault::CompletedWithTooFew, Fault::Rebooted] {
            assert!((1..5).contains(&out(fault, Moment::After)), "{fault:?}");
        }
        for fault in [Fault::ConnectionReset, Fault::AnswersLost, Fault::CountersJump, Fault::Silent] {
            assert_eq!(out(fault, Moment::After), 5, "{fault:?}");
        }
    }

    #[test]
    fn after_a_restart_a_stranger_has_our_number() {
        let (machine, ..) = drilled(Fault::Rebooted, Moment::During);
        let job = &machine.jobs[&1];
        assert!(job.is_strange && job.state == State::Completed, "{job:?}");
        assert_eq!(machine.tray.iter().filter(|sheet| !sheet.ours).count(), 2);
    }

    #[test]
    fn connections_fare_as_the_fault_has_it() {
        let now = Instant::now();
        let conduct = |fault| {
            let mut machine = idle();
            machine.arm(fault, Moment::Before, now);
            machine.trouble.conduct()
        };
        assert_eq!(conduct(Fault::Offline), Conduct::Cut { cleanly: false });
        assert_eq!(conduct(Fault::ConnectionClosed), Conduct::Cut { cleanly: true });
        assert_eq!(conduct(Fault::Silent), Conduct::Asleep);
        assert_eq!(conduct(Fault::MediaEmpty), Conduct::Well);
        assert_eq!(Trouble::None.conduct(), Conduct::Well);
    }
}
