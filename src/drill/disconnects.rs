//! Connections cut at random bytes: the document's anywhere, others and answers too. Each job must still come out once.

use std::{path::Path, rc::Rc, time::Duration};

use super::{
    Ground, Interrupted, abreast,
    case::{PAGES, order, quiet, settings},
    chance::Chance,
    person::{Person, Story},
    printer::{Cut, FaultPrinter, Model, Side, Which},
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
    text::Language,
};

/// Cuts that one kiosk lives through before a new one takes its place.
const CUTS_A_KIOSK: usize = 50;

/// The longest that a job may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Things that were wrong, told one by one; more are only counted.
const MOST_TOLD: usize = 20;

/// What became of the jobs.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Connections that were cut.
    pub cut: usize,
    /// Of these, in the middle of a document.
    pub in_documents: usize,
    /// All sheets.
    pub sheets: Count,
    /// Jobs about which somebody was asked.
    pub asked: usize,
    /// What was wrong, and with which cut.
    pub wrongs: Vec<String>,
}

impl Tally {
    fn add(&mut self, other: Self) {
        let (mine, theirs) = (&mut self.sheets, other.sheets);
        mine.asked += theirs.asked;
        mine.delivered += theirs.delivered;
        mine.duplicates += theirs.duplicates;
        mine.spoiled += theirs.spoiled;
        mine.wrong += theirs.wrong;
        self.cut += other.cut;
        self.in_documents += other.in_documents;
        self.asked += other.asked;
        self.wrongs.extend(other.wrongs);
    }

    /// One line, and one for each thing that was wrong.
    pub fn lines(&self) -> String {
        let (sheets, state) = (self.sheets, if self.wrongs.is_empty() { "ok" } else { "fail" });
        let mut text = format!(
            "{state:<5}{:<24}{} cut, {} in documents; {} of {} sheets, {} too many, {} half printed; {} asked a person\n",
            "disconnects",
            self.cut,
            self.in_documents,
            sheets.delivered,
            sheets.asked,
            sheets.duplicates + sheets.wrong,
            sheets.spoiled,
            self.asked
        );
        for wrong in self.wrongs.iter().take(MOST_TOLD) {
            text.push_str(&format!("{:20}-> {wrong}\n", ""));
        }
        text
    }
}

impl Ground {
    /// Cuts so many connections, where `seed` says.
    pub fn cut(&self, count: usize, seed: u64) -> Tally {
        let rounds = count.div_ceil(CUTS_A_KIOSK);
        let round = |round: usize| {
            let first = round * CUTS_A_KIOSK;
            let (mut cuts, mut all) = (first..(first + CUTS_A_KIOSK).min(count), Tally::default());
            while !cuts.is_empty() {
                let name = format!("cut-{}", cuts.start);
                match self.in_place(&name, |folder| live(folder, &self.marks, cuts.clone(), seed)) {
                    Ok((tally, next)) => {
                        cuts.start = next;
                        all.add(tally);
                    }
                    Err(error) => {
                        all.wrongs.push(format!("{error:#}"));
                        break;
                    }
                }
            }
            all
        };
        let mut all = Tally::default();
        for tally in abreast(self.abreast, rounds, round) {
            all.add(tally);
        }
        all
    }
}

/// One kiosk and its cuts; the first of them that is left for another kiosk, for whatever an unfinished job still prints
/// would be counted with the next one.
fn live(
    folder: &Path,
    marks: &[u64],
    cuts: std::ops::Range<usize>,
    seed: u64,
) -> Result<(Tally, usize), anyhow::Error> {
    let printer = FaultPrinter::start(Model { sheet_ms: 20, ..Model::default() })?;
    let mut settings = settings(folder, &printer.uri());
    settings.printer.poll_ms = 100;
    // Nobody is silent here, and a busy machine is slow.
    settings.printer.answer_timeout_s = 5;
    let kiosk = Kiosk::open(settings, false)?;
    let doors = Rc::clone(&kiosk.doors);
    let tally = kiosk.live_while(async {
        let mut tally = Tally::default();
        // How long a document is, is learned from a whole one; and the kiosk learns how this printer counts copies.
        let asked = Ticket { copies: Copies::new(2).unwrap_or(Copies::ONE), ..Ticket::default() };
        let calm = print(&doors, &printer, marks, &asked).await?;
        if let Some(wrong) = wrong(&calm) {
            tally.wrongs.push(format!("without a cut: {wrong}"));
            return Ok::<_, Error>((tally, cuts.end));
        }
        for number in cuts.clone() {
            let mut chance = Chance::new(seed, number as u64);
            let (cut, mut which) = draw(&mut chance, printer.cuts().document_bytes);
            printer.cuts().ask(cut, which);
            let copies = if chance.below(4) == 0 { asked.copies } else { Copies::ONE };
            let ticket = Ticket { copies, two_sided: chance.below(3) == 0, ..Ticket::default() };
            let mut ran = print(&doors, &printer, marks, &ticket).await?;
            if !printer.cuts().is_made {
                // So many connections there were not.
                which = Which::Other(0);
                printer.cuts().ask(cut, which);
                ran = print(&doors, &printer, marks, &ticket).await?;
            }
            let in_document = which == Which::Document && matches!(cut.side, Side::Request(_));
            let mut wrongs =
                Vec::from_iter(wrong(&ran).map(|wrong| format!("cut {number} ({cut:?}, {which:?}): {wrong}")));
            if !printer.cuts().is_made {
                wrongs.push(format!("cut {number} ({cut:?}, {which:?}) was not made"));
            }
            let asked = usize::from(!ran.1.pressed.is_empty());
            tally.add(Tally { cut: 1, in_documents: usize::from(in_document), sheets: ran.0, asked, wrongs });
            if !ran.1.is_done {
                return Ok((tally, number + 1));
            }
        }
        Ok((tally, cuts.end))
    });
    let tally = tally?.ok_or(Interrupted)?;
    tally.map_err(|error| anyhow::anyhow!("{}", error.tell(Language::En)))
}

/// Seven of ten in a document, one in its answer, two in whatever else is said.
fn draw(chance: &mut Chance, document_bytes: u64) -> (Cut, Which) {
    let cleanly = chance.below(2) == 0;
    let part = u16::try_from(chance.below(65_536)).unwrap_or(0);
    let (side, which) = match chance.below(10) {
        0..7 => (Side::Request(chance.below(document_bytes)), Which::Document),
        7 => (Side::Answer(part), Which::Document),
        8 => (Side::Request(0), Which::Other(u32::try_from(chance.below(7)).unwrap_or(0))),
        _ => (Side::Answer(part), Which::Other(u32::try_from(chance.below(7)).unwrap_or(0))),
    };
    (Cut { side, cleanly }, which)
}

/// One job, released from a phone and followed at the panel.
async fn print(
    doors: &Doors,
    printer: &FaultPrinter,
    marks: &[u64],
    ticket: &Ticket,
) -> Result<(Count, Story, Option<State>), Error> {
    let pin = order(doors, ticket.clone()).await?;
    let job = doors.queue.find(&pin).await?.ok_or_else(|| Error::PinUnknown(pin.clone()))?;
    let wanted = Wanted::new(marks, ticket.copies.get() as usize, ticket.two_sided);
    let lay_before = printer.machine().tray.len();
    let reading = Duration::from_millis(50);
    let person = Person { doors, printer, wanted: &wanted, lay_before, reading };
    doors.panel.released(&job, None);
    doors.queue.release(job.id, ticket.clone()).await?;
    let mut story = Story::default();
    person.stay(&mut story, PATIENCE).await;
    quiet(printer).await;
    let state = doors.queue.find(&pin).await?.map(|job| job.state);
    let machine = printer.machine();
    Ok((wanted.count(&machine.tray[lay_before..]), story, state))
}

/// What is wrong with a job that should have come out once.
fn wrong((count, story, state): &(Count, Story, Option<State>)) -> Option<String> {
    let right = count.is_right() && story.is_done && *state == Some(State::Completed);
    (!right).then(|| {
        let seen = story.seen.join(" | ");
        format!("{count:?} of {PAGES} pages, {state:?}, pressed {:?}, saw {seen}", story.pressed)
    })
}

#[cfg(test)]
mod tests {
    use super::{Chance, Side, Which, draw};

    #[test]
    fn cuts_fall_everywhere() {
        let drawn: Vec<_> = (0..500).map(|number| draw(&mut Chance::new(1, number), 10_000)).collect();
        let in_document = |(cut, which): &&(super::Cut, Which)| {
            *which == Which::Document && matches!(cut.side, Side::Request(0..10_000))
        };
        let places: Vec<_> = drawn.iter().filter(in_document).collect();
        assert!((300..400).contains(&places.len()), "{}", places.len());
        for tenth in 0..10 {
            let inside = |cut: &super::Cut| matches!(cut.side, Side::Request(at) if at / 1_000 == tenth);
            assert!(places.iter().any(|(cut, _)| inside(cut)), "{tenth}");
        }
        assert!(drawn.iter().any(|(cut, which)| *which == Which::Other(6) && matches!(cut.side, Side::Answer(_))));
    }
}
