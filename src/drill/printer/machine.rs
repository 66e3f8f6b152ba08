//! The drill's printer as a machine: jobs, an engine that puts out sheets, an output tray, counters. Pure: the time is
//! an argument. What goes wrong with it is in [`super::trouble`].
//!
//! A sheet that came out is out, whatever is canceled later; one that moves comes out too.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use super::{
    job::{Document, Job, Sheet, State},
    page::Page,
    trouble::Trouble,
};

/// Sides that it printed before the drill: no printer that counts has never printed.
const COUNTED: i64 = 4_711;

/// A sheet on its way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moving {
    pub(super) job: i32,
    pub(super) sheet: Sheet,
    pub(super) out: Instant,
}

/// What is to be done with a document that comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// Read on.
    Go,
    /// Read nothing for now.
    Wait,
    /// End the connection.
    Cut {
        /// Without a reset.
        cleanly: bool,
        /// After so many bytes more.
        after: u64,
    },
    /// Answer with this `status-code`, and take the rest for nothing.
    Answer(u16),
}

/// The printer.
pub struct Machine {
    /// How long a sheet moves.
    sheet: Duration,
    /// Its jobs by `job-id`.
    pub jobs: BTreeMap<i32, Job>,
    /// What lies in the output tray, in the order it came.
    pub tray: Vec<Sheet>,
    /// `printer-impressions-completed`.
    pub impressions: i64,
    /// The `printer-state-reasons` keyword of what it stands for.
    pub stands: Option<&'static str>,
    /// `printer-is-accepting-jobs`.
    pub refuses_jobs: bool,
    /// What shall go wrong.
    pub trouble: Trouble,
    /// Cancel-Jobs for a stranger's job: a wrong of the kiosk's.
    pub strangers_canceled: u32,
    pub(super) moving: Option<Moving>,
    last_job: i32,
}

impl Machine {
    /// A machine whose sheets move for so long.
    pub fn new(sheet: Duration) -> Self {
        Self {
            sheet,
            jobs: BTreeMap::new(),
            tray: Vec::new(),
            impressions: COUNTED,
            stands: None,
            refuses_jobs: false,
            trouble: Trouble::default(),
            strangers_canceled: 0,
            moving: None,
            last_job: 0,
        }
    }

    /// Time goes on.
    pub fn step(&mut self, now: Instant) {
        self.settle(now);
        if self.trouble.is_asleep() {
            // A sheet that moves stands where it is.
            if let Some(moving) = &mut self.moving {
                moving.out = now + self.sheet;
            }
            return;
        }
        if let Some(moving) = self.moving.take_if(|moving| moving.out <= now) {
            self.drop_sheet(moving);
        }
        if self.moving.is_none() && self.stands.is_none() {
            self.feed(now);
        }
        let moving = self.moving.map(|moving| moving.job);
        let mut short = false;
        for (id, job) in &mut self.jobs {
            if moving == Some(*id) {
                continue;
            }
            match (job.state, job.document) {
                (State::Stopping, _) => job.state = State::Canceled,
                (State::Processing, Document::Broken { cleanly }) if job.is_fed() => {
                    job.state = if cleanly && job.fed > 0 { State::Completed } else { State::Aborted };
                }
                (State::Processing, _) if job.is_fed() => {
                    job.state = State::Completed;
                    short |= job.most_sheets.is_some();
                }
                _ => {}
            }
        }
        if short {
            // Nothing was wrong until it said so.
            self.trouble.strikes_at(now);
        }
    }

    /// The engine takes the next sheet. Jobs are printed one after the other.
    pub(super) fn feed(&mut self, now: Instant) {
        let at_work = |job: &&mut Job| job.state == State::Processing && job.document != Document::Awaited;
        let first = self.jobs.iter_mut().find(|(_, job)| at_work(job));
        let Some((id, job)) = first else { return };
        if let Some(sheet) = job.next_sheet() {
            job.fed += 1;
            self.moving = Some(Moving { job: *id, sheet, out: now + self.sheet });
        }
    }

    pub(super) fn drop_sheet(&mut self, moving: Moving) {
        let sides = moving.sheet.impressions();
        self.tray.push(moving.sheet);
        self.impressions += i64::from(sides);
        if let Some(job) = self.jobs.get_mut(&moving.job) {
            job.impressions += sides;
        }
    }

    /// Create-Job: its number.
    pub fn create(&mut self, job: Job, now: Instant) -> i32 {
        self.last_job += 1;
        self.jobs.insert(self.last_job, job);
        self.job_made(self.last_job, now);
        self.last_job
    }

    /// Jobs are counted from the beginning again.
    pub(super) fn forget_jobs(&mut self) {
        self.jobs.clear();
        self.last_job = 0;
    }

    /// Send-Document begins: a `status-code` when it is not wanted.
    pub fn begin_document(&mut self, id: i32) -> Result<(), u16> {
        let job = self.jobs.get_mut(&id).ok_or(0x0406_u16)?;
        if job.state != State::Held {
            return Err(0x0404);
        }
        job.state = State::Processing;
        job.document = Document::Arriving;
        Ok(())
    }

    /// Whole pages arrived.
    pub fn pages(&mut self, id: i32, pages: &[Page], now: Instant) -> Course {
        for page in pages {
            let Some(job) = self.jobs.get_mut(&id) else { return Course::Cut { cleanly: false, after: 0 } };
            job.pages.push(*page);
            let course = self.page_came(id, now);
            if course != Course::Go {
                return course;
            }
        }
        self.course(id)
    }

    /// Whether to read on.
    pub fn course(&self, id: i32) -> Course {
        match self.jobs.get(&id) {
            None => Course::Cut { cleanly: false, after: 0 },
            Some(_) if self.trouble.is_asleep() => Course::Wait,
            Some(job) if job.state == State::Completed => Course::Answer(0),
            Some(job) if job.state == State::Stopping || job.state.is_terminal() => Course::Answer(0x0508),
            Some(job) if job.has_room() => Course::Go,
            Some(_) => Course::Wait,
        }
    }

    /// The document is whole.
    pub fn document_ended(&mut self, id: i32, now: Instant) -> Course {
        let Some(job) = self.jobs.get_mut(&id) else { return Course::Cut { cleanly: false, after: 0 } };
        job.document = Document::Whole;
        match job.state {
            State::Processing => self.document_came(id, now),
            State::Completed => Course::Go,
            _ => Course::Answer(0x0508),
        }
    }

    /// The document's connection ended before the document.
    pub fn document_broke(&mut self, id: i32, cleanly: bool) {
        if let Some(job) = self.jobs.get_mut(&id).filter(|job| job.document == Document::Arriving) {
            job.document = Document::Broken { cleanly };
        }
    }

    /// Cancel-Job: a `status-code`.
    pub fn cancel(&mut self, id: i32) -> u16 {
        let moving = self.moving.is_some_and(|moving| moving.job == id);
        let Some(job) = self.jobs.get_mut(&id) else { return 0x0406 };
        self.strangers_canceled += u32::from(job.is_strange);
        if job.state.is_terminal() {
            return 0x0404;
        }
        job.state = if moving { State::Stopping } else { State::Canceled };
        0
    }

    /// `printer-state` (RFC 8011 §5.4.11).
    pub fn state(&self) -> i32 {
        let works = self.moving.is_some() || self.jobs.values().any(|job| job.state == State::Processing);
        match self.stands {
            Some(_) => 5,
            None if works => 4,
            None => 3,
        }
    }

    /// Whether a sheet is on its way.
    pub fn moves(&self) -> bool {
        self.moving.is_some()
    }

    /// Whether jobs of the kiosk's are not at an end.
    pub fn is_waiting(&self) -> bool {
        self.moving.is_some() || self.jobs.values().any(|job| !job.state.is_terminal() && !job.is_strange)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{COUNTED, Course, Job, Machine, Page, State};

    const SHEET: Duration = Duration::from_millis(120);

    fn page(mark: u64) -> Page {
        Page { mark, blank: false }
    }

    /// A machine at work on a document of `pages`, and the time.
    fn with_job(pages: u64) -> (Machine, i32, Instant) {
        let (mut machine, now) = (Machine::new(SHEET), Instant::now());
        let id = machine.create(Job::new("ottisk-1", 1, false), now);
        assert_eq!(machine.begin_document(id), Ok(()));
        for mark in 1..=pages {
            machine.pages(id, &[page(mark)], now);
        }
        (machine, id, now)
    }

    fn run(machine: &mut Machine, now: &mut Instant, sheets: u32) {
        for _ in 0..=sheets {
            *now += SHEET;
            machine.step(*now);
        }
    }

    #[test]
    fn a_document_comes_out_sheet_by_sheet() {
        let (mut machine, id, mut now) = with_job(2);
        assert_eq!(machine.course(id), Course::Wait);
        run(&mut machine, &mut now, 1);
        assert_eq!((machine.tray.len(), machine.course(id)), (1, Course::Go));
        assert_eq!(machine.document_ended(id, now), Course::Go);
        assert_eq!(machine.begin_document(id), Err(0x0404));
        run(&mut machine, &mut now, 3);
        assert_eq!(machine.tray.iter().map(|sheet| sheet.front).collect::<Vec<_>>(), [1, 2]);
        assert_eq!((machine.jobs[&id].state, machine.impressions, machine.state()), (State::Completed, COUNTED + 2, 3));
        assert!(!machine.is_waiting());
    }

    #[test]
    fn a_sheet_that_moves_comes_out_although_the_job_is_canceled() {
        let (mut machine, id, mut now) = with_job(2);
        machine.step(now);
        assert_eq!(machine.cancel(id), 0);
        assert_eq!((machine.jobs[&id].state, machine.tray.len()), (State::Stopping, 0));
        run(&mut machine, &mut now, 3);
        assert_eq!((machine.jobs[&id].state, machine.tray.len()), (State::Canceled, 1));
        assert_eq!((machine.cancel(id), machine.cancel(77)), (0x0404, 0x0406));
    }

    #[test]
    fn a_part_is_printed_as_far_as_it_came() {
        for (cleanly, state) in [(true, State::Completed), (false, State::Aborted)] {
            let (mut machine, id, mut now) = with_job(2);
            machine.document_broke(id, cleanly);
            run(&mut machine, &mut now, 4);
            assert_eq!((machine.jobs[&id].state, machine.tray.len()), (state, 2));
        }
    }

    #[test]
    fn a_printer_that_stands_goes_on_when_it_is_mended() {
        let (mut machine, id, mut now) = with_job(2);
        machine.stands = Some("media-empty-error");
        run(&mut machine, &mut now, 3);
        assert_eq!((machine.tray.len(), machine.state()), (0, 5));
        machine.stands = None;
        machine.document_ended(id, now);
        run(&mut machine, &mut now, 3);
        assert_eq!((machine.tray.len(), machine.state()), (2, 3));
        now += Duration::from_secs(9);
        machine.step(now);
        assert_eq!(machine.tray.len(), 2);
    }
}
