//! `ottisk worker …`: the child's entry. Binds libpdfium, goes to jail, does one task, says how it went.

use std::{
    ffi::{CString, OsString},
    fs::File,
    io::Write as _,
    os::fd::{AsFd as _, FromRawFd as _, RawFd},
    path::PathBuf,
    process::ExitCode,
};

use pdfium_render::prelude::{PdfDocument, Pdfium, PdfiumError, PdfiumInternalError};

use super::{
    EXIT_BAD_DOCUMENT, EXIT_FAILED, Limits, Note,
    assemble::{self, Given},
    convert, forkserver, inspect, jail, preflight, render,
    turns::{Output, Place},
};
use crate::job::{pages::PageRanges, plan::Plan, preflight::Bounds};

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

/// What is to be done with the document on stdin.
pub(super) struct Work {
    task: String,
    limits: Limits,
    plan: Option<Plan>,
    /// Takes the place of the plan's pages, for a parent that does not know how many there are.
    pages: Option<PageRanges>,
    /// What bounds a look at the pages.
    bounds: Option<Bounds>,
    /// Which of several children this is.
    place: Place,
    /// Where its turn comes from and goes to, when there are several.
    ring: Option<(RawFd, RawFd)>,
    /// What it gets instead of a document on stdin.
    given: Given,
}

impl Work {
    /// A task of one child that needs no plan.
    pub(super) fn new(task: String, limits: Limits) -> Self {
        Self {
            task,
            limits,
            plan: None,
            pages: None,
            bounds: None,
            place: Place { index: 0, of: 1 },
            ring: None,
            given: Given::default(),
        }
    }
}

/// Runs the child's life. `arguments` are what follows `worker`.
pub fn run(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let mut arguments = arguments.peekable();
    let result = match arguments.peek().and_then(|task| task.to_str()) {
        Some("convert") => convert::child::live(arguments.skip(1)),
        Some("office") => convert::office::child::live(arguments.skip(1)),
        _ => live(arguments),
    };
    ExitCode::from(verdict(result))
}

/// Says why there is no result; the exit code.
pub(super) fn verdict(result: Result<(), Failure>) -> u8 {
    let (why, code) = match result {
        Ok(()) => return 0,
        Err(Failure::Document(why)) => (why, EXIT_BAD_DOCUMENT),
        Err(Failure::Own(why)) => (why, EXIT_FAILED),
    };
    say(&Note::Error(why));
    code
}

/// One line on stderr. A parent that is gone is noticed at the next write to stdout.
pub fn say(note: &Note) {
    if let Ok(mut line) = serde_json::to_vec(note) {
        line.push(b'\n');
        let _ = std::io::stderr().write_all(&line);
    }
}

fn live(arguments: impl Iterator<Item = OsString>) -> Result<(), Failure> {
    let (library, work) = parse(arguments).map_err(|why| Failure::Own(format!("worker: {why}")))?;
    let bindings =
        Pdfium::bind_to_library(&library).map_err(|e| Failure::Own(format!("{}: {e:?}", library.display())))?;
    let pdfium = Pdfium::new(bindings);
    match work.task.as_str() {
        "forkserver" => forkserver::serve(&pdfium, std::io::stdin().as_fd()),
        _ => self::work(&pdfium, &work),
    }
}

/// Goes to jail and does it; the process is good for nothing else afterwards.
pub(super) fn work(pdfium: &Pdfium, work: &Work) -> Result<(), Failure> {
    // For whoever looks at the processes: a forked child has the command line of the process that forked it.
    let _ = CString::new(format!("ottisk-{}", work.task)).map(|name| rustix::thread::set_name(&name));
    let mut kept = work.ring.map_or(vec![], |(from, to)| vec![from, to]);
    kept.extend(work.given.kept());
    if work.task == "preflight" {
        // Behind the walls it is too late.
        preflight::step_back();
    }
    let walls = jail::enter(&work.limits, &kept)?;
    if work.task == "walls" {
        let json = serde_json::to_vec(&jail::pushed(walls)).map_err(|e| Failure::Own(e.to_string()))?;
        return Ok(std::io::stdout().write_all(&json)?);
    }
    if work.task == "assemble" {
        return assemble::run(pdfium, &work.given);
    }
    // SAFETY: descriptor 0 is ours alone; nothing else in the child reads stdin.
    let mut file = unsafe { File::from_raw_fd(0) };
    inspect::whole(&mut file)?;
    let open = || open(pdfium, &file, &work.limits);
    match (work.task.as_str(), &work.plan) {
        ("inspect", _) => inspect::run(&open()?, std::io::stdout().lock()),
        ("preflight", _) => {
            let bounds = work.bounds.as_ref().ok_or_else(|| Failure::Own("worker: --bounds is needed".into()))?;
            preflight::run(open, bounds, std::io::stdout().lock())
        }
        ("render", Some(plan)) => {
            let (place, pages) = (work.place, work.pages.as_ref());
            // Not `std::io::stdout()`, which looks for line ends in every page.
            // SAFETY: descriptor 1 is ours alone; nothing else in the child writes to stdout.
            let out = unsafe { File::from_raw_fd(1) };
            let out = Output::new(out, work.ring);
            render::run(open, plan, pages, work.limits.page_cpu_s, place, out)
        }
        (task, _) => Err(Failure::Own(format!("worker: no task {task}"))),
    }
}

/// The library's path, and what to do with it.
fn parse(arguments: impl Iterator<Item = OsString>) -> Result<(PathBuf, Work), String> {
    use lexopt::prelude::{Long, Value, ValueExt as _};
    let mut parser = lexopt::Parser::from_args(arguments);
    let (mut task, mut library, mut limits, mut plan, mut pages) = (None, None, None, None, None);
    let (mut place, mut ring, mut bounds) = (Place { index: 0, of: 1 }, None, None);
    let mut given = Given::default();
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
            "bounds" => bounds = Some(serde_json::from_str(&value).map_err(|e| e.to_string())?),
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
            "documents" => {
                let numbers: Result<_, _> = value.split(',').map(str::parse).collect();
                given.documents = numbers.map_err(|_| "--documents are FD,FD,...")?;
            }
            "password" => given.password = Some(value.parse().map_err(|_| "--password is FD")?),
            other => return Err(format!("no option --{other}")),
        }
    }
    match (task, library, limits) {
        (Some(task), Some(library), Some(limits)) => {
            Ok((library, Work { task, limits, plan, pages, bounds, place, ring, given }))
        }
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
