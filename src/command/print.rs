//! `ottisk print`: print without the server; exit 0 only when the printer says that all sides came out.

use std::{io::Write as _, path::PathBuf, rc::Rc, time::Duration};

use lexopt::Arg;
use smol::Timer;

use super::{
    Failure,
    arguments::{Arguments, Common, unexpected},
    document,
    raster::{failure, library_folder},
};
use crate::{
    job::{
        pages::PageRanges,
        plan::{Plan, PlanError, Sides},
        ticket::{Copies, Ticket},
    },
    kiosk::{self, printer_limits},
    printer::{JobState, Printer, error::PrinterError, find::Finding, known::Known},
    settings::Settings,
    worker::Workers,
};

pub(super) const HELP: &str = "\
ottisk print FILE [--printer URI]     print without the server

  --printer URI             ipp://host/path, ipps://host/path, auto, file:///FOLDER
  --copies N, --pages RANGES, --color gray|rgb
  --sides one-sided|two-sided-long-edge|two-sided-short-edge
  --config FILE, --data DIR
";

struct Asked {
    file: PathBuf,
    ticket: Ticket,
    sides: Sides,
    common: Common,
}

pub(super) fn run(arguments: Arguments) -> Result<(), Failure> {
    super::start_log();
    let asked = read(arguments)?;
    let settings = asked.common.settings()?;
    if settings.printer.uri.is_empty() {
        return Err(Failure::Usage("no printer: give --printer URI or [printer] uri".into()));
    }
    let workers = Workers::new(settings.worker.clone(), Some(&library_folder(&asked.common)))?;
    let workers = Rc::new(workers.converting(settings.convert.clone()));
    smol::block_on(print(&asked, &settings, &workers))
}

fn read(mut arguments: Arguments) -> Result<Asked, Failure> {
    let (mut file, mut ticket) = (None, Ticket::default());
    let (mut sides, mut common) = (Sides::OneSided, Common::default());
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Value(value) if file.is_none() => file = Some(PathBuf::from(value)),
            Arg::Long("copies") => {
                ticket.copies = arguments.one_of(|text| Copies::new(text.parse().ok()?), "1 to 999")?;
            }
            Arg::Long("pages") => {
                ticket.pages = arguments.one_of(|text| PageRanges::parse(text).ok(), "page ranges like 1-3,7")?;
            }
            Arg::Long("color") => {
                let read = |word: &str| [("gray", false), ("rgb", true)].into_iter().find(|(name, _)| *name == word);
                ticket.color = arguments.one_of(read, "gray, rgb")?.1;
            }
            Arg::Long("sides") => {
                let words = "one-sided, two-sided-long-edge, two-sided-short-edge";
                sides = arguments.one_of(Sides::from_keyword, words)?;
            }
            Arg::Long(name) => {
                let name = name.to_owned();
                common.take(&name, &mut arguments, "print")?;
            }
            other => return Err(unexpected(other)),
        }
    }
    ticket.two_sided = sides.is_two_sided();
    let file = file.ok_or_else(|| Failure::Usage("FILE is missing; see `ottisk print --help`".into()))?;
    Ok(Asked { file, ticket, sides, common })
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn unavailable(error: PrinterError) -> Failure {
    Failure::Unavailable(format!("printer: {error}"))
}

/// Where there is no data folder nothing is remembered: neither the choice of `auto` nor a printer's key.
fn finding(settings: &Settings) -> Result<Finding, Failure> {
    let finding = kiosk::finding(settings);
    if settings.store.folder.is_dir() {
        return Ok(finding);
    }
    if settings.printer.uri == "auto" || settings.printer.uri.starts_with("ipps:") {
        writeln!(std::io::stderr(), "no data folder {}: nothing is remembered", settings.store.folder.display())?;
    }
    Ok(Finding { known: Known::default(), ..finding })
}

async fn print(asked: &Asked, settings: &Settings, workers: &Rc<Workers>) -> Result<(), Failure> {
    let document = document::open(&asked.file, workers).await?;
    let page_count = workers.inspect(document.try_clone()?).await.map_err(failure)?.page_count;
    let printer = Printer::open_known(&settings.printer.uri, printer_limits(settings), finding(settings)?)
        .map_err(|e| Failure::Usage(format!("--printer: {e}")))?;
    let capabilities = printer.capabilities().await.map_err(unavailable)?;
    let plan = Plan::fit(&asked.ticket, &capabilities, page_count).map_err(|error| match error {
        PlanError::PastTheEnd => Failure::Usage(format!("--pages: the document has {page_count} pages")),
        PlanError::NoFormat => {
            Failure::Unavailable("printer: takes no format we can make, or not so many pages of it".into())
        }
    })?;
    let both = plan.sides.is_two_sided() && capabilities.sides.contains(&asked.sides);
    let plan = Plan { sides: if both { asked.sides } else { plan.sides }, ..plan };
    printer.validate(&plan).await.map_err(unavailable)?;
    let job = printer.create(&plan, "ottisk").await.map_err(unavailable)?;
    let (rendering, listening) = workers.render(document, &plan).await.map_err(failure)?;
    let sending = printer.send(job, &plan, Box::pin(rendering));
    if let (Err(error), ()) = smol::future::zip(sending, listening).await {
        // The printer would take the half for the whole.
        let _ = printer.cancel(job).await;
        return Err(match error {
            PrinterError::Renderer(why) => Failure::BadDocument(why.to_string()),
            error => unavailable(error),
        });
    }
    follow(&printer, job, &plan, Duration::from_millis(settings.printer.poll_ms)).await
}

async fn follow(printer: &Printer, job: i32, plan: &Plan, pause: Duration) -> Result<(), Failure> {
    let (of, mut said) = (plan.impressions(), String::new());
    loop {
        let report = printer.job(job).await.map_err(unavailable)?;
        let fault = printer.status().await.ok().and_then(|status| status.fault());
        let done = report.impressions_completed.map_or_else(String::new, |done| format!(" {done} of {of}"));
        let waits = fault.map_or_else(String::new, |fault| format!(", {}", fault.keyword()));
        let line = format!("{:?}{done}{waits}", report.state);
        if line != said {
            writeln!(std::io::stderr(), "{line}")?;
            said = line;
        }
        match report.state {
            JobState::Completed => {
                let counted = report.impressions_completed.filter(|counted| *counted > 0);
                // Printers differ in whether they multiply by the copies.
                let short = counted.filter(|counted| *counted < plan.impressions_sent());
                return short.map_or(Ok(()), |out| Err(Failure::Failed(anyhow::anyhow!("{out} of {of} came out"))));
            }
            JobState::Canceled | JobState::Aborted => {
                return Err(Failure::Failed(anyhow::anyhow!(
                    "the printer gave the job up: {}",
                    report.reasons.join(", ")
                )));
            }
            _ => {
                Timer::after(pause).await;
            }
        }
    }
}
