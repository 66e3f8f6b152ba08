//! The children that draw one document together, and the one stream of what they draw.
//!
//! The first child opens the document and tells how many pages there will be; only then are the others started, so that
//! one page costs one child. See [`turns`](super::turns) for how they keep order.

use std::{
    fs::File,
    future::{Future, poll_fn},
    io,
    os::fd::{AsRawFd as _, OwnedFd},
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

use smol::{Async, channel, io::AsyncRead, process::Child};

use super::{
    Notes, WorkerError, Workers, plan_argument,
    turns::{self, Ends, OTHER_ENDED, Ring},
};
use crate::job::{pages::PageRanges, plan::Plan};

/// What all children of a document need.
struct Team {
    workers: Rc<Workers>,
    arguments: Vec<String>,
    document: File,
    out: File,
    /// Of how many at the most.
    of: u32,
}

impl Workers {
    /// Draws the plan's pages. Raster comes out of the [`Rendering`] as fast as it is read.
    pub async fn render(self: &Rc<Self>, document: File, plan: &Plan) -> Result<(Rendering, Listening), WorkerError> {
        let failed = |error: io::Error| WorkerError::NotStarted(error.to_string());
        let slot = self.drawings.acquire_arc().await;
        let (read, write) = io::pipe().map_err(failed)?;
        let stdout = Async::new(File::from(OwnedFd::from(read))).map_err(failed)?;
        let of = turns::worthwhile(self.abreast(), plan.raster_pages());
        let (workers, arguments) = (Rc::clone(self), vec![plan_argument(plan)?]);
        let team = Team { workers, arguments, document, out: File::from(OwnedFd::from(write)), of };
        let (first, ring) = team.first().await?;
        let (said, heard) = channel::bounded(1);
        let listening = async move {
            let _ = said.try_send(team.draw(first, ring).await);
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
        self: &Rc<Self>,
        document: File,
        plan: &Plan,
        ranges: &PageRanges,
        out: File,
    ) -> Result<(), WorkerError> {
        let _slot = self.drawings.acquire_arc().await;
        let arguments = vec![plan_argument(plan)?, format!("--pages={ranges}")];
        let team = Team { workers: Rc::clone(self), arguments, document, out, of: self.abreast() };
        let (first, ring) = team.first().await?;
        team.draw(first, ring).await
    }
}

impl Team {
    /// Starts the first child, with a ring when others may follow.
    async fn first(&self) -> Result<(Child, Option<Ring>), WorkerError> {
        let ring = (self.of > 1).then(Ring::begin).transpose();
        let (ends, ring) = ring.map_err(|e| WorkerError::NotStarted(e.to_string()))?.unzip();
        Ok((self.start(0, ends).await?, ring))
    }

    /// Starts child `index`.
    async fn start(&self, index: u32, ends: Option<Ends>) -> Result<Child, WorkerError> {
        let failed = |error: io::Error| WorkerError::NotStarted(error.to_string());
        // Each reads where it likes, so each needs a description of its own.
        let document = match index {
            0 => self.document.try_clone(),
            _ => File::open(format!("/proc/self/fd/{}", self.document.as_raw_fd())),
        };
        let arguments = [self.arguments.as_slice(), &[format!("--place={index}/{}", self.of)]].concat();
        let (document, out) = (document.map_err(failed)?, self.out.try_clone().map_err(failed)?);
        self.workers.start(&arguments, document, out, ends).await
    }

    /// Listens to all children until they have ended: well or not.
    async fn draw(self, first: Child, ring: Option<Ring>) -> Result<(), WorkerError> {
        let (tell, told) = channel::bounded(1);
        let first = ended(first, move |pages| {
            let _ = tell.try_send(pages);
        });
        let others = async move {
            // A first child that never tells has failed, and says why.
            let pages = told.recv().await.unwrap_or(1);
            let mut started = Vec::new();
            let of = turns::worthwhile(self.of, pages);
            if let Some(ring) = ring.filter(|_| of > 1) {
                let ends = ring.close(of).map_err(|e| WorkerError::NotStarted(e.to_string()))?;
                for (index, ends) in (1..).zip(ends) {
                    started.push(self.start(index, Some(ends)).await?);
                }
            }
            // Nobody else may hold an end of the ring or of the stream: their ends are what is waited for.
            drop(self);
            all(started.into_iter().map(|child| Box::pin(ended(child, |_| {}))).collect()).await
        };
        let (first, others) = smol::future::zip(first, others).await;
        worse(first, others)
    }
}

/// Listens to a child until it has ended: well or not.
async fn ended(mut child: Child, on_pages: impl Fn(u32)) -> Result<(), WorkerError> {
    let Some(stderr) = child.stderr.take() else { return Err(WorkerError::NotStarted("no pipes".into())) };
    let notes = Notes::default();
    notes.listen(stderr, on_pages).await;
    match child.status().await {
        Ok(status) => notes.verdict(status),
        Err(error) => Err(WorkerError::Died(error.to_string())),
    }
}

/// Waits for all of them at once.
async fn all<T: Future<Output = Result<(), WorkerError>>>(mut waiting: Vec<Pin<Box<T>>>) -> Result<(), WorkerError> {
    let mut verdict = Ok(());
    poll_fn(|cx| {
        waiting.retain_mut(|future| match future.as_mut().poll(cx) {
            Poll::Pending => true,
            Poll::Ready(ended) => {
                verdict = worse(std::mem::replace(&mut verdict, Ok(())), ended);
                false
            }
        });
        if waiting.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    verdict
}

/// The verdict that tells more: a child that only missed its turn knows nothing.
fn worse(a: Result<(), WorkerError>, b: Result<(), WorkerError>) -> Result<(), WorkerError> {
    match (a, b) {
        (Err(WorkerError::Failed(why)), Err(b)) if why == OTHER_ENDED => Err(b),
        (Err(a), _) => Err(a),
        (Ok(()), b) => b,
    }
}

/// Reads what a child says beside its result; must run while the result is read.
pub type Listening = Pin<Box<dyn Future<Output = ()>>>;

/// A raster stream that ends well only when its child did.
pub struct Rendering {
    stdout: Async<File>,
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
