//! Documents are opened only here: in a jailed child that is this same program, run as `ottisk worker …`.
//!
//! The child is a Unix filter: document on stdin, result on stdout, one JSON line an event on stderr, verdict as exit
//! code. End of stream means exit 0 and nothing else: [`Rendering`] turns any other end into a read error.
//! This file is the parent's side; what runs in the child is in [`inspect`] and [`render`], its walls in [`jail`].

pub mod child;
pub mod inspect;
pub mod jail;
pub mod library;
pub mod render;

use std::{
    cell::RefCell,
    fs::File,
    io,
    path::PathBuf,
    pin::Pin,
    process::{ExitStatus, Stdio},
    rc::Rc,
    task::{Context, Poll},
    time::Duration,
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use smol::{
    Timer,
    future::FutureExt as _,
    io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, BufReader},
    lock::Semaphore,
    process::{Child, ChildStderr, ChildStdout, Command},
    stream::StreamExt as _,
};

use crate::job::{pages::PageRanges, plan::Plan};

/// The document is bad; `sysexits.h` calls it `EX_DATAERR`.
pub const EXIT_BAD_DOCUMENT: u8 = 65;

/// Bytes of an inspection's answer; it is one short JSON object.
const ANSWER_BYTES: u64 = 64 << 10;

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
    /// So many raster pages were written.
    Page(u32),
    /// Why the document is bad, or the child ended.
    Error(String),
    /// Something for the log.
    Warning(String),
}

/// Starts children, a few at a time.
pub struct Workers {
    program: PathBuf,
    library: library::Library,
    slots: std::sync::Arc<Semaphore>,
    limits: crate::settings::Worker,
}

impl Workers {
    /// Children of this program; `state_folder` is where libpdfium is unpacked once.
    pub fn new(limits: crate::settings::Worker, state_folder: Option<&std::path::Path>) -> io::Result<Self> {
        Ok(Self {
            program: std::env::current_exe()?,
            library: library::Library::unpack(state_folder)?,
            slots: std::sync::Arc::new(Semaphore::new(limits.children)),
            limits,
        })
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
        let _slot = self.slots.acquire_arc().await;
        let mut child = self.start(task, &[], self.limits.inspect_cpu_s, document, None).await?;
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

    /// Draws the plan's pages. Raster comes out of the [`Rendering`] as fast as it is read; `on_page` hears of each page.
    pub async fn render(
        &self,
        document: File,
        plan: &Plan,
        on_page: impl Fn(u32) + 'static,
    ) -> Result<(Rendering, Listening), WorkerError> {
        let slot = self.slots.acquire_arc().await;
        let mut child = self.start("render", &[plan_argument(plan)?], self.limits.render_cpu_s, document, None).await?;
        let (Some(stdout), Some(stderr)) = (child.stdout.take(), child.stderr.take()) else {
            return Err(WorkerError::NotStarted("no pipes".into()));
        };
        let (said, heard) = smol::channel::bounded(1);
        let listening = async move {
            let _ = said.try_send(ended(child, stderr, on_page).await);
            drop(slot);
        };
        let verdict = Box::pin(async move {
            match heard.recv().await {
                Ok(verdict) => verdict.map_err(io::Error::other),
                Err(_) => Err(io::ErrorKind::UnexpectedEof.into()),
            }
        });
        Ok((Rendering { stdout, end: End::NotReached, verdict }, Box::pin(listening)))
    }

    /// Draws the pages that `ranges` name straight into `out`; the plan's own pages are not looked at, so that the
    /// document need not be opened twice.
    pub async fn render_to(
        &self,
        document: File,
        plan: &Plan,
        ranges: &PageRanges,
        out: File,
    ) -> Result<(), WorkerError> {
        let _slot = self.slots.acquire_arc().await;
        let arguments = [plan_argument(plan)?, format!("--pages={ranges}")];
        let mut child = self.start("render", &arguments, self.limits.render_cpu_s, document, Some(out)).await?;
        match child.stderr.take() {
            Some(stderr) => ended(child, stderr, |_| {}).await,
            None => Err(WorkerError::NotStarted("no pipes".into())),
        }
    }

    async fn start(
        &self,
        task: &str,
        arguments: &[String],
        cpu_s: u64,
        document: File,
        out: Option<File>,
    ) -> Result<Child, WorkerError> {
        let failed = |error: &dyn std::fmt::Display| WorkerError::NotStarted(error.to_string());
        let limits = Limits {
            address_space_bytes: self.limits.address_space_bytes,
            cpu_s,
            file_bytes: if out.is_some() { u64::MAX } else { 0 },
            page_cpu_s: self.limits.page_cpu_s,
            document_pages: self.limits.document_pages,
        };
        let mut command = Command::new(&self.program);
        command.args(["worker", task, "--library"]).arg(self.library.path().await.map_err(|e| failed(&e))?);
        command.arg("--limits").arg(serde_json::to_string(&limits).map_err(|e| failed(&e))?);
        command
            .args(arguments)
            .env_clear()
            // Whoever only looks at a document would pay for clearing large pages that it does not fill.
            .envs((task == "render").then_some(TUNABLES))
            .stdin(document)
            .stdout(out.map_or_else(Stdio::piped, Stdio::from))
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command.spawn().map_err(|e| failed(&e))
    }
}

fn plan_argument(plan: &Plan) -> Result<String, WorkerError> {
    let plan = serde_json::to_string(plan).map_err(|e| WorkerError::NotStarted(e.to_string()))?;
    Ok(format!("--plan={plan}"))
}

/// Listens to a child until it has ended: well or not.
async fn ended(mut child: Child, stderr: ChildStderr, on_page: impl Fn(u32)) -> Result<(), WorkerError> {
    let notes = Notes::default();
    notes.listen(stderr, on_page).await;
    match child.status().await {
        Ok(status) => notes.verdict(status),
        Err(error) => Err(WorkerError::Died(error.to_string())),
    }
}

/// What a child said, kept until it ended.
#[derive(Clone, Default)]
struct Notes(Rc<RefCell<Option<String>>>);

impl Notes {
    /// Reads stderr to its end. It is a stranger's: lines are cut, and what is not a note is logged at debug level.
    async fn listen(&self, stderr: ChildStderr, on_page: impl Fn(u32)) {
        let mut lines = BufReader::new(stderr.take(ANSWER_BYTES * 16)).lines();
        while let Some(Ok(line)) = lines.next().await {
            match serde_json::from_str(&line) {
                Ok(Note::Page(page)) => on_page(page),
                Ok(Note::Error(why)) => *self.0.borrow_mut() = Some(why),
                Ok(Note::Warning(why)) => tracing::warn!(target: "ottisk::worker", "{why}"),
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

/// Reads what a child says beside its result; must run while the result is read.
pub type Listening = Pin<Box<dyn Future<Output = ()>>>;

/// A raster stream that ends well only when its child did.
pub struct Rendering {
    stdout: ChildStdout,
    end: End,
    verdict: Pin<Box<dyn Future<Output = io::Result<()>> + Send>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    NotReached,
    Reached,
    Good,
}

impl AsyncRead for Rendering {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<io::Result<usize>> {
        if self.end == End::NotReached {
            match Pin::new(&mut self.stdout).poll_read(cx, buf) {
                Poll::Ready(Ok(0)) if !buf.is_empty() => self.end = End::Reached,
                other => return other,
            }
        }
        if self.end == End::Reached {
            match self.verdict.as_mut().poll(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Ok(())) => self.end = End::Good,
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
            }
        }
        Poll::Ready(Ok(0))
    }
}
