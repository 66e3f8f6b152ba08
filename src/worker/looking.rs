//! The parent's side of the pre-flight: one child at a time, by itself last in the machine's order, whose lines are
//! kept as they come. A child that was stopped half-way has told half, and that is enough.

use std::{fs::File, time::Duration};

use smol::{
    Timer,
    future::FutureExt as _,
    io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader},
    process::Command,
    stream::StreamExt as _,
};

use super::{Notes, WorkerError, Workers, pipes};
use crate::job::preflight::{Bounds, Facts};

/// Bytes of one page's line; real ones have under 400.
const LINE_BYTES: u64 = 4 << 10;

/// Seconds of CPU that opening the document may take besides what its pages may.
const OPENING_CPU_S: u64 = 5;

impl Workers {
    /// Looks at the document's pages, for at most `timeout`. What could not be looked at is not there; `Err` when no
    /// child could be started, which says nothing of the document.
    pub async fn preflight(&self, document: File, bounds: &Bounds, timeout: Duration) -> Result<Facts, WorkerError> {
        let started = |error: serde_json::Error| WorkerError::NotStarted(error.to_string());
        let arguments = [format!("--bounds={}", serde_json::to_string(bounds).map_err(started)?)];
        let cpu_s = bounds.cpu_s.saturating_add(bounds.page_cpu_s).saturating_add(OPENING_CPU_S);
        let failed = |error: std::io::Error| WorkerError::NotStarted(error.to_string());
        let ([stdout, stderr], [out, said]) = pipes().map_err(failed)?;
        let mut command = self.command("preflight", &self.child_limits(cpu_s, false)).await?;
        command.args(arguments);
        let mut command = Command::from(command);
        command.stdin(document).stdout(out).stderr(said).kill_on_drop(true);
        let mut child = command.spawn().map_err(failed)?;
        // It holds our ends of the pipes too, and they would never end.
        drop(command);
        let mut facts = Facts::default();
        let notes = Notes::default();
        let reading = async {
            let mut lines = BufReader::new(stdout.take(LINE_BYTES * u64::from(bounds.pages))).lines();
            while let Some(Ok(line)) = lines.next().await {
                // A stranger's document made these lines: what is not a page ends them.
                let Ok(page) = serde_json::from_str(&line) else { break };
                if facts.pages.len() >= bounds.pages as usize {
                    break;
                }
                facts.pages.push(page);
            }
        };
        let ending = async {
            smol::future::zip(reading, notes.listen(stderr, |_| {})).await;
            child.status().await.map(|status| notes.verdict(status))
        };
        let too_slow = async {
            Timer::after(timeout).await;
            Err(std::io::ErrorKind::TimedOut.into())
        };
        match ending.or(too_slow).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::info!(%error, pages = facts.pages.len(), "not all pages were looked at"),
            Err(error) => tracing::info!(%error, pages = facts.pages.len(), "not all pages were looked at"),
        }
        Ok(facts)
    }
}
