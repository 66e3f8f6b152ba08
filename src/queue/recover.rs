//! Every start is a recovery: what was on its way when the kiosk stopped is brought to an end that is true.
//!
//! Nothing is printed twice by itself. A job the printer has whole is followed to its end; one that was being sent is
//! taken back; one of which nobody knows waits for its owner.

use std::collections::HashSet;

use super::Queue;
use crate::{
    error::Error,
    job::{
        fault::Fault,
        state::{Phase, State},
    },
    store::jobs::{self, Ending, Job},
};

impl Queue {
    /// Looks at what a former life left at the printer. Call once, before the print loop.
    pub async fn recover(&self) -> Result<(), Error> {
        for job in self.store.read(jobs::active).await? {
            match job.state {
                State::Pending => self.recover_pending(&job).await?,
                State::Processing(Phase::Sent { printer_job }) => self.follow_again(&job, printer_job).await?,
                State::Processing(Phase::Sending { printer_job }) => {
                    self.take_back(printer_job).await;
                    self.end(&job, Ending::Held(Fault::Interrupted), None).await?;
                }
                _ => {
                    self.take_back_unknown(job.id).await;
                    self.end(&job, Ending::Held(Fault::Interrupted), None).await?;
                }
            }
        }
        Ok(())
    }

    /// A release of a moment ago goes on; whoever released an old one has left, and their pages must not lie about.
    async fn recover_pending(&self, job: &Job) -> Result<(), Error> {
        let valid = i64::try_from(self.settings.printer.release_valid_s).unwrap_or(i64::MAX).saturating_mul(1_000);
        let age = (self.clock)().saturating_sub(job.released_at.unwrap_or(0));
        if (0..=valid).contains(&age) {
            return Ok(());
        }
        self.end(job, Ending::Held(Fault::Interrupted), None).await
    }

    /// Makes rows and files agree. Call once, before anybody can order: a document between its file and its row would be
    /// taken for a half.
    ///
    /// Files that no row knows go: their upload or their deletion was cut short. Documents without a file, as a repaired
    /// file system leaves them, are taken from their jobs, whose owners can upload them again under the same code.
    pub async fn sweep(&self) -> Result<(), Error> {
        let rows = self.store.read(jobs::documents).await?;
        let known: HashSet<String> = rows.into_iter().collect();
        for name in self.documents.names()? {
            if !known.contains(&name) {
                self.documents.remove(&name).await;
            }
        }
        for name in known {
            if !self.documents.holds(&name) {
                tracing::warn!("a document's file is gone; its job waits for it anew");
                self.store.write(move |db| jobs::detach(db, &name)).await?;
            }
        }
        Ok(())
    }
}
