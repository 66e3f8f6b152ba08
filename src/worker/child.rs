//! `ottisk worker …`: the child's entry. Binds libpdfium, goes to jail, does one task, says how it went.

use std::{
    ffi::OsString,
    fs::File,
    io::Write as _,
    os::fd::{FromRawFd as _, RawFd},
    path::PathBuf,
    process::ExitCode,
};

use pdfium_render::prelude::{PdfDocument, Pdfium, PdfiumError, PdfiumInternalError};

use super::{
    EXIT_BAD_DOCUMENT, Limits, Note, inspect, jail, render,
    turns::{Output, Place},
};
use crate::job::{pages::PageRanges, plan::Plan};

/// Why a task ended without its result.
#[derive(Debug)]
pub enum Failure {
    /// The document's fault.
    Document(String),
    /// Ours or the machine's.
    Own(String),
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Own(error.to_string())
    }
}

impl From<PdfiumError> for Failure {
    fn from(error: PdfiumError) -> Self {
        match error {
            PdfiumError::PdfiumLibraryInternalError(PdfiumInternalError::PasswordError) => {
                Self::Document("encrypted".into())
            }
            other => Self::Document(format!("corrupted: {other:?}")),
        }
    }
}

struct Arguments {
    task: String,
    library: PathBuf,
    limits: Limits,
    plan: Option<Plan>,
    /// Takes the place of the plan's pages, for a parent that does not know how many there are.
    pages: Option<PageRanges>,
    /// Which of several children this is.
    place: Place,
    /// Where its turn comes from and goes to, when there are several.
    ring: Option<(RawFd, RawFd)>,
}

/// Runs the child's life. `arguments` are what follows `worker`.
pub fn run(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    match live(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Document(why)) => {
            say(&Note::Error(why));
            ExitCode::from(EXIT_BAD_DOCUMENT)
        }
        Err(Failure::Own(why)) => {
            say(&Note::Error(why));
            ExitCode::FAILURE
        }
    }
}

/// One line on stderr. A parent that is gone is noticed at the next write to stdout.
pub fn say(note: &Note) {
    if let Ok(mut line) = serde_json::to_vec(note) {
        line.push(b'\n');
        let _ = std::io::stderr().write_all(&line);
    }
}

fn live(arguments: impl Iterator<Item = OsString>) -> Result<(), Failure> {
    let arguments = parse(arguments).map_err(|why| Failure::Own(format!("worker: {why}")))?;
    let bindings = Pdfium::bind_to_library(&arguments.library)
        .map_err(|e| Failure::Own(format!("{}: {e:?}", arguments.library.display())))?;
    let pdfium = Pdfium::new(bindings);
    let ring = arguments.ring.map_or(vec![], |(from, to)| vec![from, to]);
    let walls = jail::enter(&arguments.limits, &ring)?;
    if arguments.task == "walls" {
        let json = serde_json::to_vec(&jail::pushed(walls)).map_err(|e| Failure::Own(e.to_string()))?;
        return Ok(std::io::stdout().write_all(&json)?);
    }
    // SAFETY: descriptor 0 is ours alone; nothing else in the child reads stdin.
    let mut file = unsafe { File::from_raw_fd(0) };
    inspect::whole(&mut file)?;
    let open = || open(&pdfium, &file, &arguments.limits);
    match (arguments.task.as_str(), &arguments.plan) {
        ("inspect", _) => inspect::run(&open()?, std::io::stdout().lock()),
        ("render", Some(plan)) => {
            let (place, pages) = (arguments.place, arguments.pages.as_ref());
            // Not `std::io::stdout()`, which looks for line ends in every page.
            // SAFETY: descriptor 1 is ours alone; nothing else in the child writes to stdout.
            let out = unsafe { File::from_raw_fd(1) };
            let out = Output::new(out, arguments.ring);
            render::run(open, plan, pages, arguments.limits.page_cpu_s, place, out)
        }
        (task, _) => Err(Failure::Own(format!("worker: no task {task}"))),
    }
}

fn parse(arguments: impl Iterator<Item = OsString>) -> Result<Arguments, String> {
    use lexopt::prelude::{Long, Value, ValueExt as _};
    let mut parser = lexopt::Parser::from_args(arguments);
    let (mut task, mut library, mut limits, mut plan, mut pages) = (None, None, None, None, None);
    let (mut place, mut ring) = (Place { index: 0, of: 1 }, None);
    let two = |value: &str| value.split_once('/').map(|(a, b)| (a.to_owned(), b.to_owned()));
    let text = |e: lexopt::Error| e.to_string();
    while let Some(argument) = parser.next().map_err(text)? {
        let name = match argument {
            Value(value) => {
                task = Some(value.string().map_err(text)?);
                continue;
            }
            Long(name) => name.to_owned(),
            other => return Err(other.unexpected().to_string()),
        };
        let value = parser.value().and_then(|value| value.string()).map_err(text)?;
        match name.as_str() {
            "library" => library = Some(PathBuf::from(value)),
            "limits" => limits = Some(serde_json::from_str(&value).map_err(|e| e.to_string())?),
            "plan" => plan = Some(serde_json::from_str(&value).map_err(|e| e.to_string())?),
            "pages" => pages = Some(PageRanges::parse(&value).map_err(|e| format!("{e:?}"))?),
            "place" => {
                let numbers = two(&value).and_then(|(index, of)| Some((index.parse().ok()?, of.parse().ok()?)));
                let (index, of) = numbers.ok_or("--place is INDEX/OF")?;
                place = Place { index, of };
            }
            "ring" => {
                let numbers = two(&value).and_then(|(from, to)| Some((from.parse().ok()?, to.parse().ok()?)));
                ring = Some(numbers.ok_or("--ring is FROM/TO")?);
            }
            other => return Err(format!("no option --{other}")),
        }
    }
    match (task, library, limits) {
        (Some(task), Some(library), Some(limits)) => Ok(Arguments { task, library, limits, plan, pages, place, ring }),
        _ => Err("task, --library and --limits are needed".into()),
    }
}

fn open<'a>(pdfium: &'a Pdfium, file: &File, limits: &Limits) -> Result<PdfDocument<'a>, Failure> {
    let document = pdfium.load_pdf_from_reader(file.try_clone()?, None)?;
    let pages = document.pages().len();
    if pages < 1 {
        return Err(Failure::Document("no pages".into()));
    }
    if u32::try_from(pages).is_ok_and(|pages| pages > limits.document_pages) {
        return Err(Failure::Document(format!("{pages} pages are more than {}", limits.document_pages)));
    }
    Ok(document)
}
