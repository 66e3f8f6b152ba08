//! Every start is a recovery: what was on its way when the kiosk stopped is brought to an end that is true.
//!
//! Nothing is printed twice by itself. The printer is asked first (`settle`): a job it has whole is followed to its
//! end; one that was being sent is taken back; one of which nobody knows waits for its owner.

use std::collections::HashSet;

use super::{Queue, live::Live, settle::Settled};
use crate::{
    error::Error,
    job::{fault::Fault, state::State},
    store::{
        attempts,
        jobs::{self, Ending, Job},
    },
};

impl Queue {
    /// Looks at what a former life left at the printer. Call once, before the print loop.
    pub async fn recover(&self) -> Result<(), Error> {
        for job in self.store.read(jobs::active).await? {
            match job.state {
                // Whoever released an old one has left, and their pages must not lie about.
                State::Pending if !self.is_awaited(&job) => self.interrupt(&job).await?,
                State::Pending => {}
                _ => self.recover_processing(&job).await?,
            }
        }
        Ok(())
    }

    async fn recover_processing(&self, job: &Job) -> Result<(), Error> {
        let id = job.id;
        let settled = match self.store.read(move |db| attempts::last(db, id)).await? {
            Some(attempt) => self.settle(&attempt, None).await?,
            None => Settled::Out(None),
        };
        match settled {
            Settled::Ended => Ok(()),
            // Nothing is written twice: an end that was told stays.
            Settled::Out(_) | Settled::Not(_) => self.interrupt(job).await,
        }
    }

    async fn interrupt(&self, job: &Job) -> Result<(), Error> {
        let ending = Some(Ending::Held(Fault::Interrupted));
        let (impressions, of, sheets, fault, rest) = (0, 0, 0, None, None);
        self.finish(Live { job: job.id, impressions, of, sheets, fault, ending, rest }, None).await
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
        self.sweep_uploads().await
    }
}
