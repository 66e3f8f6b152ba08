//! Every start is a recovery: what was on its way when the kiosk stopped is brought to an end that is true.
//!
//! Nothing is printed twice by itself. A job the printer has whole is followed to its end; one that was being sent is
//! taken back; one of which nobody knows waits for its owner.

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
    /// Looks at what a former life left. Call once, before the print loop.
    pub async fn recover(&self) -> Result<(), Error> {
        self.sweep().await?;
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

    /// Files that no row knows: their upload or their deletion was cut short.
    async fn sweep(&self) -> Result<(), Error> {
        for name in self.documents.names()? {
            let asked = name.clone();
            if !self.store.read(move |db| jobs::document_exists(db, &asked)).await? {
                self.documents.remove(&name).await;
            }
        }
        Ok(())
    }
}
