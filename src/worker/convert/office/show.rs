//! A presentation that is kept open while somebody leafs through it: opening one takes a second, a slide of an open one
//! some milliseconds. One at a time, and it is closed when a print form wants the last slot of LibreOffice's: each takes
//! 150 MB and more.

use std::{
    cell::RefCell,
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use smol::{
    Timer,
    future::FutureExt as _,
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    process::{ChildStdin, ChildStdout},
};

use super::{
    Office,
    child::{Job, Task},
    tree::{Scratch, Tree, url},
};
use crate::{
    document::{kind::Kind, refusal::Refusal},
    worker::{Workers, convert::ConvertError},
};

/// Bytes of an answer: a number.
const ANSWER_BYTES: u64 = 32;

/// The presentation that is open, while nobody asks it.
#[derive(Default)]
pub struct Shows(RefCell<Option<Show>>);

/// An open one. Ends before its folder goes.
struct Show {
    stdin: ChildStdin,
    said: BufReader<ChildStdout>,
    tree: Tree,
    scratch: Scratch,
    within: PathBuf,
    slides: u32,
    used: Instant,
}

/// Slides of a presentation, as a PDF.
pub(in crate::worker::convert) struct Slides {
    /// How many the presentation has.
    pub(in crate::worker::convert) of: u32,
    /// Where they are, until others are asked.
    pub(in crate::worker::convert) pdf: PathBuf,
}

impl Shows {
    /// Whether the presentation that is open is kept in `folder`.
    pub(in crate::worker::convert) fn is_open(&self, folder: &Path) -> bool {
        self.0.borrow().as_ref().is_some_and(|show| show.is_of(folder))
    }

    /// Closes what nobody asks now: its memory is wanted.
    pub async fn give_way(&self) {
        let show = self.0.take();
        if let Some(show) = show {
            show.end().await;
        }
    }

    /// Closes one that has not been asked for `idle`, or whose folder somebody took away with its document; for ever.
    pub async fn rest(&self, idle: Duration) {
        loop {
            Timer::after(idle).await;
            let is_over = |show: &Show| show.used.elapsed() >= idle || !show.scratch.path().exists();
            if self.0.borrow().as_ref().is_some_and(is_over) {
                self.give_way().await;
            }
        }
    }
}

/// Slides `numbers`, in order, of a presentation, kept open in `folder`; of numbers past the end none stays. `None` when they
/// cannot be had in this way, or there are more or fewer slides than `expected`.
pub(in crate::worker::convert) async fn slides(
    workers: &Workers,
    office: &Office,
    (document, kind): (&Path, Kind),
    (numbers, expected): (&mut Vec<u32>, Option<u32>),
    folder: &Path,
) -> Result<Option<Slides>, ConvertError> {
    let converter = &workers.converter;
    let _slot = converter.offices.acquire_arc().await;
    // Taken away while it is asked: whoever loses interest in the middle ends it.
    let mut kept = converter.shows.0.take();
    let other = kept.take_if(|show| !show.is_of(folder));
    let asked = async {
        if let Some(other) = other {
            other.end().await;
        }
        let mut left = 1 + u32::from(kept.is_some());
        loop {
            left -= 1;
            let mut show = match kept.take() {
                Some(show) => show,
                None => match Show::open(workers, office, document, kind, folder).await? {
                    Some(show) => show,
                    None => return Ok(None),
                },
            };
            let (of, pdf) = (show.slides, show.pdf());
            let is_expected = expected.is_none_or(|expected| expected == of);
            numbers.retain(|number| *number <= of);
            if !is_expected || numbers.is_empty() || show.save(numbers).await {
                show.used = Instant::now();
                // Of two asked at one time one stays.
                let other = converter.shows.0.replace(Some(show));
                if let Some(other) = other {
                    other.end().await;
                }
                return Ok(is_expected.then_some(Slides { of, pdf }));
            }
            show.end().await;
            // One that was kept may have died of its age; a new one tells.
            if left == 0 {
                return Ok(None);
            }
        }
    };
    let too_slow = async {
        Timer::after(Duration::from_secs(converter.limits.office_timeout_s)).await;
        Err(Refusal::TimedOut.into())
    };
    asked.or(too_slow).await
}

impl Show {
    async fn open(
        workers: &Workers,
        office: &Office,
        document: &Path,
        kind: Kind,
        folder: &Path,
    ) -> Result<Option<Self>, ConvertError> {
        let scratch = Scratch::lay(folder, document, kind, office).await?;
        let out = url(&scratch.path().join("out/slides.pdf"));
        let task = Task::Show { profile: scratch.profile_url(), document: url(&scratch.input()), out };
        let job = Job::new(office, &scratch, &workers.converter.limits, task);
        let mut tree = Tree::start(workers, &job, [Stdio::piped(), Stdio::piped(), Stdio::null()])?;
        let (Some(stdin), Some(said)) = (tree.child.stdin.take(), tree.child.stdout.take()) else { return Ok(None) };
        let within = folder.to_owned();
        let said = BufReader::new(said);
        let mut show = Self { stdin, said, tree, scratch, within, slides: 0, used: Instant::now() };
        show.slides = show.answer().await.unwrap_or(0);
        if show.slides == 0 {
            tracing::info!(kind = kind.extension(), "LibreOffice does not keep it open");
            show.end().await;
            return Ok(None);
        }
        Ok(Some(show))
    }

    /// Whether it is kept in `folder`, which somebody may have taken away.
    fn is_of(&self, folder: &Path) -> bool {
        self.within == folder && self.scratch.path().exists()
    }

    fn pdf(&self) -> PathBuf {
        self.scratch.path().join("out/slides.pdf")
    }

    /// Whether there is a file with these pages now.
    async fn save(&mut self, numbers: &[u32]) -> bool {
        let line = numbers.iter().map(u32::to_string).collect::<Vec<_>>().join(",") + "\n";
        let _ = std::fs::remove_file(self.pdf());
        let saved = self.stdin.write_all(line.as_bytes()).await.is_ok() && self.answer().await == Some(1);
        // A link would lead out of its folder.
        saved && self.pdf().symlink_metadata().is_ok_and(|data| data.is_file())
    }

    /// Its memory is free when this returns.
    async fn end(self) {
        let Self { tree, scratch, .. } = self;
        tree.kill();
        let _ = tree.end().await;
        drop(scratch);
    }

    async fn answer(&mut self) -> Option<u32> {
        let mut line = String::new();
        (&mut self.said).take(ANSWER_BYTES).read_line(&mut line).await.ok()?;
        line.trim_end().parse().ok()
    }
}
