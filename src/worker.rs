//! Documents are opened only here: in a jailed child that is this same program, run as `ottisk worker …`.
//!
//! The child is a Unix filter: document on stdin, result on stdout, one JSON line an event on stderr, verdict as exit
//! code. End of stream means exit 0 and nothing else: [`team::Rendering`] turns any other end into a read error.
//! This file is the parent's side; what runs in the child is in [`inspect`] and [`render`], its walls in [`jail`]; several that draw one document are a [`team`].

pub mod child;
pub mod inspect;
pub mod jail;
pub mod library;
pub mod render;
pub mod team;
mod turns;

use std::{
    cell::RefCell,
    fs::File,
    io,
    os::{fd::AsRawFd as _, unix::process::CommandExt as _},
    path::PathBuf,
    process::{self, ExitStatus, Stdio},
    rc::Rc,
    time::Duration,
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use smol::{
    Timer,
    future::FutureExt as _,
    io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader},
    lock::Semaphore,
    process::{Child, ChildStderr, Command},
    stream::StreamExt as _,
};

use self::turns::Ends;
use crate::job::plan::Plan;

/// The document is bad; `sysexits.h` calls it `EX_DATAERR`.
pub const EXIT_BAD_DOCUMENT: u8 = 65;

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
    /// Documents looked at, and apart from them those drawn: uploads do not keep paper waiting.
    inspections: std::sync::Arc<Semaphore>,
    drawings: std::sync::Arc<Semaphore>,
    limits: crate::settings::Worker,
}

impl Workers {
    /// Children of this program; `state_folder` is where libpdfium is unpacked once.
    pub fn new(limits: crate::settings::Worker, state_folder: Option<&std::path::Path>) -> io::Result<Self> {
        Ok(Self {
            program: std::env::current_exe()?,
            library: library::Library::unpack(state_folder)?,
            inspections: std::sync::Arc::new(Semaphore::new(limits.inspections)),
            drawings: std::sync::Arc::new(Semaphore::new(limits.drawings)),
            limits,
        })
    }

    /// Children that draw one document together.
    fn abreast(&self) -> u32 {
        let cores = std::thread::available_parallelism().map_or(1, |cores| u32::try_from(cores.get()).unwrap_or(1));
        match self.limits.children_abreast {
            0 => cores.min(MOST_ABREAST),
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
        let mut child = self.start(task, &[], self.limits.inspect_cpu_s, document, None, None).await?;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let answer = async {
            let (Some(stdout), Some(stderr)) = (stdout, stderr) else { return Err(io::ErrorKind::BrokenPipe.into()) };
            let (mut answer, notes) = (Vec::new(), Notes::default());
            // Both at once, or a child that says much would wait for us and we for it.
            let reading = async { stdout.take(ANSWER_BYTES).read_to_end(&mut answer).await };
            smol::future::zip(reading, notes.listen(stderr, |_| {})).await.0?;
            Ok::<_, io::Error>((answer, child.status().await?, notes))
        };
        let too_slow = async {
            Timer::after(Duration::from_secs(self.limits.inspect_timeout_s)).await;
            Err(io::ErrorKind::TimedOut.into())
        };
        let (answer, status, notes) = answer.or(too_slow).await.map_err(|e| WorkerError::Died(e.to_string()))?;
        notes.verdict(status)?;
        serde_json::from_slice(&answer).map_err(|e| WorkerError::Died(e.to_string()))
    }

    /// Starts a child. `ends` are the ends of a ring that it shall keep.
    async fn start(
        &self,
        task: &str,
        arguments: &[String],
        cpu_s: u64,
        document: File,
        out: Option<File>,
        ends: Option<Ends>,
    ) -> Result<Child, WorkerError> {
        let failed = |error: &dyn std::fmt::Display| WorkerError::NotStarted(error.to_string());
        let limits = Limits {
            address_space_bytes: self.limits.address_space_bytes,
            cpu_s,
            // Into a file it may write; into a pipe it needs no leave.
            file_bytes: if out.as_ref().is_some_and(is_file) { u64::MAX } else { 0 },
            page_cpu_s: self.limits.page_cpu_s,
            document_pages: self.limits.document_pages,
        };
        let mut command = process::Command::new(&self.program);
        command.args(["worker", task, "--library"]).arg(self.library.path().await.map_err(|e| failed(&e))?);
        command.arg("--limits").arg(serde_json::to_string(&limits).map_err(|e| failed(&e))?);
        command.args(arguments).env_clear();
        if task == "render" {
            // Whoever only looks at a document would pay for clearing large pages that it does not fill.
            command.env(TUNABLES.0, TUNABLES.1);
        }
        if let Some(ends) = &ends {
            let kept = [ends.from.as_raw_fd(), ends.to.as_raw_fd()];
            command.arg(format!("--ring={}/{}", kept[0], kept[1]));
            // SAFETY: between fork and exec only `fcntl` is called, which is allowed there; the descriptors are open,
            // for `ends` lives until the child was started.
            unsafe {
                command.pre_exec(move || {
                    kept.iter().try_for_each(|fd| match libc::fcntl(*fd, libc::F_SETFD, 0) {
                        0 => Ok(()),
                        _ => Err(io::Error::last_os_error()),
                    })
                });
            }
        }
        let mut command = Command::from(command);
        command
            .stdin(document)
            .stdout(out.map_or_else(Stdio::piped, Stdio::from))
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command.spawn().map_err(|e| failed(&e))
    }
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
    async fn listen(&self, stderr: ChildStderr, on_pages: impl Fn(u32)) {
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
            Some(1) => Err(WorkerError::Failed(why.unwrap_or_default())),
            _ => Err(WorkerError::Died(why.unwrap_or_else(|| status.to_string()))),
        }
    }
}
