//! Documents are opened only here: in a jailed child that is this same program, run as `ottisk worker …`.
//!
//! The child is a Unix filter: document on stdin, result on stdout, one JSON line an event on stderr, verdict as exit
//! code. End of stream means exit 0 and nothing else: [`team::Rendering`] turns any other end into a read error.
//! This file is the parent's side; what runs in the child is in [`inspect`], [`preflight`] and [`render`], its walls in
//! [`jail`]; documents of other kinds are made into something to look at and to print in [`convert`]; several that draw one document are a [`team`], and short looks are taken by children of a [`forkserver`].

pub mod assemble;
pub mod child;
pub mod convert;
pub mod desk;
mod fields;
pub mod forkserver;
pub mod inspect;
pub mod jail;
pub mod library;
pub mod looking;
pub mod memory;
pub mod preflight;
pub mod render;
pub mod team;
mod turns;
mod warm;

use std::{
    cell::RefCell,
    fs::File,
    io,
    os::{
        fd::{AsRawFd as _, OwnedFd, RawFd},
        unix::process::CommandExt as _,
    },
    path::PathBuf,
    process::{self, ExitStatus, Stdio},
    rc::Rc,
    time::Duration,
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use smol::{
    Async, Timer,
    future::FutureExt as _,
    io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, BufReader},
    lock::Semaphore,
    process::{Child, Command},
    stream::StreamExt as _,
};

use self::{forkserver::Request, turns::Ends};
use crate::job::plan::Plan;

/// The document is bad; `sysexits.h` calls it `EX_DATAERR`.
pub const EXIT_BAD_DOCUMENT: u8 = 65;

/// The child could not do its work, and not for the document's fault.
const EXIT_FAILED: u8 = 1;

/// Bytes of an inspection's answer; it is one short JSON object.
const ANSWER_BYTES: u64 = 64 << 10;

/// Children that draw one document together unless a setting says otherwise: each needs up to 80 MB, and a printer takes
/// no more than four cores draw.
const MOST_ABREAST: u32 = 4;

/// Large pages for a child's large buffers (glibc 2.35 and later; others take no notice): a page with pictures spends a
/// fifth of its time in page faults without them.
const TUNABLES: (&str, &str) = ("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1");

/// Limits of one child.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// `RLIMIT_AS`, bytes.
    pub address_space_bytes: u64,
    /// `RLIMIT_CPU`, seconds.
    pub cpu_s: u64,
    /// `RLIMIT_FSIZE`, bytes; 0 unless stdout is a file.
    pub file_bytes: u64,
    /// Seconds of CPU for one page.
    pub page_cpu_s: u64,
    /// Pages of a document.
    pub document_pages: u32,
}

/// What an inspection found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Inspection {
    /// Pages, 1 or more.
    pub page_count: u32,
    /// Size of the first page in points, turned as it is shown.
    pub first_page_pt: (f32, f32),
}

/// Which walls stand around a child on this machine; it tells itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Walls {
    /// Files and network are walled off by Landlock.
    pub landlock: bool,
    /// System calls are filtered.
    pub seccomp: bool,
    /// It could open a file of the system.
    pub files: bool,
    /// It could open a socket.
    pub sockets: bool,
}

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// The document cannot be opened or drawn.
    #[error("bad document: {0}")]
    Document(String),
    /// The child could not do its work for a reason that is not the document's: a full disk, a reader that left.
    #[error("{0}")]
    Failed(String),
    /// The child hit a limit or died.
    #[error("worker died: {0}")]
    Died(String),
    /// No child could be started; says nothing of the document.
    #[error("worker not started: {0}")]
    NotStarted(String),
}

/// What a child says while it draws.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Note {
    /// The document is open, and so many raster pages will be written by all children together.
    Pages(u32),
    /// Why the document is bad, or the child ended.
    Error(String),
}

/// Starts children, a few at a time.
pub struct Workers {
    program: PathBuf,
    library: library::Library,
    warm: Option<warm::Warm>,
    /// Documents looked at, and apart from them those drawn: uploads do not keep paper waiting.
    inspections: std::sync::Arc<Semaphore>,
    drawings: std::sync::Arc<Semaphore>,
    limits: crate::settings::worker::Worker,
    converter: convert::way::Converter,
    /// Where what is unpacked or found out once may be kept.
    state: Option<PathBuf>,
}

impl Workers {
    /// Children of this program; `state_folder` is where libpdfium is unpacked once.
    pub fn new(limits: crate::settings::worker::Worker, state_folder: Option<&std::path::Path>) -> io::Result<Self> {
        Ok(Self {
            program: std::env::current_exe()?,
            library: library::Library::unpack(state_folder)?,
            warm: None,
            inspections: std::sync::Arc::new(Semaphore::new(limits.inspections)),
            drawings: std::sync::Arc::new(Semaphore::new(limits.drawings)),
            limits,
            converter: convert::way::Converter::new(crate::settings::convert::Convert::default(), None),
            state: state_folder.map(std::path::Path::to_owned),
        })
    }

    /// With a process that has the library bound, for whoever looks at many documents; [`Self::rest`] must run.
    pub fn warm(mut self) -> Self {
        self.warm = (self.limits.warm_s > 0).then(warm::Warm::default);
        self
    }

    /// Lets that process go when no document comes, and closes a presentation that nobody leafs through; for ever.
    pub async fn rest(&self) {
        let warm = async {
            match &self.warm {
                Some(warm) => warm.rest(Duration::from_secs(self.limits.warm_s)).await,
                None => std::future::pending().await,
            }
        };
        smol::future::zip(warm, self.converter.rest()).await;
    }

    /// Processes of LibreOffice at one time.
    pub fn offices(&self) -> usize {
        convert::way::offices(&self.converter.limits)
    }

    /// Children that draw one document together: as many as there are cores, and memory now.
    fn abreast(&self) -> u32 {
        let cores = std::thread::available_parallelism().map_or(1, |cores| u32::try_from(cores.get()).unwrap_or(1));
        match self.limits.children_abreast {
            0 => {
                let fitting =
                    memory::available_bytes().map_or(1, |free| memory::fitting(free, self.limits.child_memory_bytes));
                cores.min(MOST_ABREAST).min(fitting)
            }
            asked => asked,
        }
    }

    /// Opens the document and counts its pages.
    pub async fn inspect(&self, document: File) -> Result<Inspection, WorkerError> {
        self.ask("inspect", document).await
    }

    /// Puts a child behind its walls and lets it push against them. The document is not opened.
    pub async fn walls(&self, document: File) -> Result<Walls, WorkerError> {
        self.ask("walls", document).await
    }

    /// Runs a task that answers with one JSON object.
    async fn ask<T: DeserializeOwned>(&self, task: &str, document: File) -> Result<T, WorkerError> {
        let _slot = self.inspections.acquire_arc().await;
        let (mut child, stdout, stderr) = self.looking(task, document).await?;
        let answer = async {
            let (mut answer, notes) = (Vec::new(), Notes::default());
            // Both at once, or a child that says much would wait for us and we for it.
            let reading = async { stdout.take(ANSWER_BYTES).read_to_end(&mut answer).await };
            smol::future::zip(reading, notes.listen(stderr, |_| {})).await.0?;
            let status = match &mut child {
                Looker::Forked(child) => child.status().await?,
                Looker::Started(child) => child.status().await?,
            };
            Ok::<_, io::Error>((answer, status, notes))
        };
        let too_slow = async {
            Timer::after(Duration::from_secs(self.limits.inspect_timeout_s)).await;
            Err(io::ErrorKind::TimedOut.into())
        };
        let (answer, status, notes) = answer.or(too_slow).await.map_err(|e| WorkerError::Died(e.to_string()))?;
        notes.verdict(status)?;
        serde_json::from_slice(&answer).map_err(|e| WorkerError::Died(e.to_string()))
    }

    /// A child that does `task`, forked, or started anew where that cannot be; and what it writes.
    async fn looking(&self, task: &str, document: File) -> Result<(Looker, Reading, Reading), WorkerError> {
        let failed = |error: io::Error| WorkerError::NotStarted(error.to_string());
        let limits = self.child_limits(self.limits.inspect_cpu_s, false);
        // Once more when the process that forks turns out to be gone. With other pipes: nobody knows whether it left a child.
        for warm in self.warm.iter().flat_map(|warm| [warm, warm]) {
            let ([stdout, stderr], [out, said]) = pipes().map_err(failed)?;
            let request = Request { task: task.to_owned(), limits };
            let start = async |socket: OwnedFd| {
                let command = self.command("forkserver", &limits).await.map_err(io::Error::other)?;
                Command::from(command).stdin(socket).stdout(Stdio::null()).kill_on_drop(true).spawn()
            };
            let document = document.try_clone().map_err(failed)?.into();
            match warm.child(request, [document, out, said], start).await {
                Ok(child) => return Ok((Looker::Forked(child), stdout, stderr)),
                Err(error) => tracing::warn!(%error, "no child was forked"),
            }
        }
        let ([stdout, stderr], [out, said]) = pipes().map_err(failed)?;
        let mut command = Command::from(self.command(task, &limits).await?);
        command.stdin(document).stdout(out).stderr(said).kill_on_drop(true);
        Ok((Looker::Started(command.spawn().map_err(failed)?), stdout, stderr))
    }

    fn child_limits(&self, cpu_s: u64, into_file: bool) -> Limits {
        Limits {
            address_space_bytes: self.limits.address_space_bytes,
            cpu_s,
            // Into a file it may write; into a pipe it needs no leave.
            file_bytes: if into_file { u64::MAX } else { 0 },
            page_cpu_s: self.limits.page_cpu_s,
            document_pages: self.limits.document_pages,
        }
    }

    /// This program as a child that does `task`.
    async fn command(&self, task: &str, limits: &Limits) -> Result<process::Command, WorkerError> {
        let failed = |error: &dyn std::fmt::Display| WorkerError::NotStarted(error.to_string());
        let limits = serde_json::to_string(limits).map_err(|e| failed(&e))?;
        let mut command = process::Command::new(&self.program);
        command.args(["worker", task, "--library"]).arg(self.library.path().await.map_err(|e| failed(&e))?);
        command.arg("--limits").arg(limits).env_clear();
        Ok(command)
    }

    /// Starts a child that draws. `ends` are the ends of a ring that it shall keep.
    async fn start(
        &self,
        arguments: &[String],
        document: File,
        out: File,
        ends: Option<Ends>,
    ) -> Result<Child, WorkerError> {
        let limits = self.child_limits(self.limits.render_cpu_s, is_file(&out));
        let mut command = self.command("render", &limits).await?;
        command.args(arguments).env(TUNABLES.0, TUNABLES.1);
        if let Some(ends) = &ends {
            let kept = [ends.from.as_raw_fd(), ends.to.as_raw_fd()];
            command.arg(format!("--ring={}/{}", kept[0], kept[1]));
            leave_open(&mut command, kept.into());
        }
        let mut command = Command::from(command);
        command.stdin(document).stdout(out).stderr(Stdio::piped()).kill_on_drop(true);
        command.spawn().map_err(|e| WorkerError::NotStarted(e.to_string()))
    }
}

/// Has a child keep these descriptors, which their owner keeps open until the child was started.
fn leave_open(command: &mut process::Command, kept: Vec<RawFd>) {
    // SAFETY: between fork and exec only `fcntl` is called, which is allowed there.
    unsafe {
        command.pre_exec(move || {
            kept.iter().try_for_each(|fd| match libc::fcntl(*fd, libc::F_SETFD, 0) {
                0 => Ok(()),
                _ => Err(io::Error::last_os_error()),
            })
        });
    }
}

/// Our end of a pipe.
type Reading = Async<File>;

/// Two pipes: our ends, and a child's.
fn pipes() -> io::Result<([Reading; 2], [OwnedFd; 2])> {
    let ((stdout, out), (stderr, said)) = (io::pipe()?, io::pipe()?);
    let reading = |end: io::PipeReader| Async::new(File::from(OwnedFd::from(end)));
    Ok(([reading(stdout)?, reading(stderr)?], [out.into(), said.into()]))
}

/// A child that looks at a document.
enum Looker {
    /// By the process that has the library bound.
    Forked(warm::Forked),
    /// Anew.
    Started(Child),
}

fn is_file(out: &File) -> bool {
    out.metadata().is_ok_and(|data| data.is_file())
}

fn plan_argument(plan: &Plan) -> Result<String, WorkerError> {
    let plan = serde_json::to_string(plan).map_err(|e| WorkerError::NotStarted(e.to_string()))?;
    Ok(format!("--plan={plan}"))
}

/// What a child said, kept until it ended.
#[derive(Clone, Default)]
struct Notes(Rc<RefCell<Option<String>>>);

impl Notes {
    /// Reads stderr to its end. It is a stranger's: lines are cut, and what is not a note is logged at debug level.
    async fn listen(&self, stderr: impl AsyncRead + Unpin, on_pages: impl Fn(u32)) {
        let mut lines = BufReader::new(stderr.take(ANSWER_BYTES * 16)).lines();
        while let Some(Ok(line)) = lines.next().await {
            match serde_json::from_str(&line) {
                Ok(Note::Pages(pages)) => on_pages(pages),
                Ok(Note::Error(why)) => *self.0.borrow_mut() = Some(why),
                Err(_) => tracing::debug!(target: "ottisk::worker", line = %line.chars().take(200).collect::<String>()),
            }
        }
    }

    fn verdict(&self, status: ExitStatus) -> Result<(), WorkerError> {
        let why = self.0.borrow_mut().take();
        match status.code() {
            Some(0) => Ok(()),
            Some(code) if code == i32::from(EXIT_BAD_DOCUMENT) => Err(WorkerError::Document(why.unwrap_or_default())),
            Some(code) if code == i32::from(EXIT_FAILED) => Err(WorkerError::Failed(why.unwrap_or_default())),
            _ => Err(WorkerError::Died(why.unwrap_or_else(|| status.to_string()))),
        }
    }
}
