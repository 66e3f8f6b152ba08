//! The fault drill: whole kiosks against a printer of our own that misbehaves, and a grade.
//!
//! Nothing is put in for anything here: the store, the queue, the children, the IPP client and the panel are those of
//! `ottisk serve`, each case in a folder and with a printer of its own. [`printer`] is the printer, [`person`] whoever
//! stands before it, [`case`] one fault at one moment, [`disconnects`] connections that are cut at any byte.

pub mod case;
pub mod chance;
pub mod disconnects;
pub mod document;
pub mod person;
pub mod printer;
pub mod report;
pub mod tray;

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    rc::Rc,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

use anyhow::Context as _;
use smol::io::AsyncReadExt as _;

use self::{
    case::{Case, PAGES, settings},
    chance::Chance,
    printer::{
        FaultPrinter, Model,
        fault::{Fault, Moment},
        page::Pages,
    },
    report::Ran,
};
use crate::{
    job::{plan::Plan, ticket::Ticket},
    kiosk::printer_limits,
    printer::Printer,
    worker::Workers,
};

/// A place for a drill, with what all its kiosks share.
pub struct Ground {
    folder: PathBuf,
    /// The marks of the document's pages.
    marks: Vec<u64>,
    /// Kiosks at one time.
    abreast: usize,
    interrupted: AtomicBool,
}

/// A signal came to the kiosks of the drill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("interrupted")]
pub struct Interrupted;

impl Ground {
    /// Makes the place; draws the document once, to know its pages when they come out.
    pub fn new(folder: PathBuf, abreast: usize) -> Result<Self, anyhow::Error> {
        fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        let marks = smol::block_on(marks(&folder))?;
        let ground = Self { folder, marks, abreast: abreast.max(1), interrupted: AtomicBool::new(false) };
        ground.rehearse()?;
        Ok(ground)
    }

    /// A job on a printer that works: what fails here says nothing of faults.
    fn rehearse(&self) -> Result<(), anyhow::Error> {
        let case = Case::new(None, 0);
        let outcome = case.run(&self.place("rehearsal")?, &self.marks)?;
        match outcome.wrongs.as_slice() {
            [] => Ok(()),
            wrongs => Err(anyhow::anyhow!("without any fault: {}; {:?}", wrongs.join("; "), outcome.story)),
        }
    }

    /// A folder for one kiosk; libpdfium is unpacked once for all.
    fn place(&self, name: &str) -> Result<PathBuf, anyhow::Error> {
        let folder = self.folder.join(name);
        fs::create_dir_all(&folder)?;
        symlink(self.folder.join("lib"), folder.join("lib"))?;
        Ok(folder)
    }

    /// Does `work` in a folder of its own, which goes afterwards; nothing more once somebody interrupted the drill.
    fn in_place<T>(
        &self,
        name: &str,
        work: impl FnOnce(&Path) -> Result<T, anyhow::Error>,
    ) -> Result<T, anyhow::Error> {
        if self.interrupted.load(Ordering::Relaxed) {
            return Err(Interrupted.into());
        }
        let folder = self.place(name)?;
        let done = work(&folder);
        if done.as_ref().is_err_and(|error| error.is::<Interrupted>()) {
            self.interrupted.store(true, Ordering::Relaxed);
        }
        let _ = fs::remove_dir_all(folder);
        done
    }

    /// Runs cases, some at one time, and those that were only late once more, alone; the results in the order of the cases.
    pub fn run(&self, cases: &[Case]) -> Vec<Ran> {
        let run = |number: usize| {
            let outcome = self.in_place(&format!("case-{number}"), |folder| cases[number].run(folder, &self.marks));
            Ran { case: cases[number], outcome: outcome.map_err(|error| format!("{error:#}")), again: false }
        };
        let mut ran = abreast(self.abreast, cases.len(), run);
        for (number, late) in ran.iter_mut().enumerate().filter(|(_, ran)| ran.is_only_late()) {
            *late = Ran { again: true, ..run(number) };
        }
        ran
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Does `work` for each number below `count`, on so many threads; the results in order.
fn abreast<T: Send>(threads: usize, count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..threads.min(count) {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= count {
                        return;
                    }
                    let result = work(number);
                    done.lock().unwrap_or_else(PoisonError::into_inner).push((number, result));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, result)| result).collect()
}

/// The sixty cases: each fault at each moment.
pub fn all_cases() -> Vec<Case> {
    let faults = Fault::ALL.into_iter().flat_map(|fault| Moment::ALL.map(|moment| Some((fault, moment))));
    faults.enumerate().map(|(number, fault)| Case::new(fault, number)).collect()
}

/// So many cases, drawn by `seed`: each once before any comes again, and then with another ticket.
pub fn some_cases(count: usize, seed: u64) -> Vec<Case> {
    let (mut chance, mut drawn) = (Chance::new(seed, 0), Vec::new());
    for round in 0.. {
        let mut left: Vec<_> = all_cases().into_iter().enumerate().collect();
        while !left.is_empty() {
            if drawn.len() == count {
                return drawn;
            }
            let index = usize::try_from(chance.below(left.len() as u64)).unwrap_or(0);
            let (number, case) = left.swap_remove(index);
            drawn.push(Case::new(case.fault, number + 5 * round));
        }
    }
    drawn
}

/// The marks of the document's pages on the drill's printer, as the kiosk's children draw them.
async fn marks(folder: &Path) -> Result<Vec<u64>, anyhow::Error> {
    let fault_printer = FaultPrinter::start(Model::default())?;
    let settings = settings(folder, &fault_printer.uri());
    let printer = Printer::open(&settings.printer.uri, printer_limits(&settings))?;
    let capabilities = printer.capabilities().await?;
    let plan = Plan::fit(&Ticket::default(), &capabilities, PAGES);
    let plan = plan.map_err(|error| anyhow::anyhow!("no plan for the drill's document: {error:?}"))?;
    let path = folder.join("drill.pdf");
    fs::write(&path, document::pdf(PAGES))?;
    let workers = Rc::new(Workers::new(settings.worker, Some(folder))?);
    let (mut rendering, listening) = workers.render(fs::File::open(path)?, &plan).await?;
    let mut bytes = Vec::new();
    smol::future::zip(rendering.read_to_end(&mut bytes), listening).await.0?;
    let pages = Pages::default().feed(&bytes).map_err(|_| anyhow::anyhow!("the document is no raster"))?;
    let mut marks: Vec<_> = pages.iter().map(|page| page.mark).collect();
    let in_order = marks.clone();
    marks.sort_unstable();
    marks.dedup();
    anyhow::ensure!(marks.len() == PAGES as usize, "the document's pages cannot be told apart");
    Ok(in_order)
}

#[cfg(test)]
mod tests {
    use super::{abreast, all_cases, some_cases};

    #[test]
    fn there_are_sixty_cases_and_chance_draws_each_once() {
        let name = |case: &super::Case| format!("{:?}", case.fault);
        let mut all: Vec<_> = all_cases().iter().map(name).collect();
        let mut drawn: Vec<_> = some_cases(60, 3).iter().map(name).collect();
        assert_ne!(all, drawn);
        all.sort_unstable();
        drawn.sort_unstable();
        assert_eq!((all.len(), all), (60, drawn));
        assert_eq!(some_cases(70, 3)[..9], some_cases(9, 3)[..]);
        assert_ne!(some_cases(9, 3), some_cases(9, 4));
    }

    #[test]
    fn results_come_in_order() {
        assert_eq!(abreast(3, 20, |number| number * 2), (0..20).map(|number| number * 2).collect::<Vec<_>>());
        assert!(abreast(3, 0, |number| number).is_empty());
    }
}
