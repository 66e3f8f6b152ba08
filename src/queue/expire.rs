//! Jobs are kept for a while and then forgotten, documents first from the table and then from the disk.
//!
//! How old a job is is counted in lived time ([`crate::clock`]), so neither a clock that jumps nor a restart makes a
//! difference. A job at the printer is not touched before it ended.

use std::time::Duration;

use smol::Timer;

use super::Queue;
use crate::{
    clock::Reading,
    error::Error,
    store::{jobs, lived},
};

/// Between two looks: expiry is told in hours.
const LOOK: Duration = Duration::from_secs(60);

/// Jobs looked at in one go.
const MOST: u32 = 1_000;

impl Queue {
    /// Forgets what is old, for ever.
    pub async fn expire_loop(&self) {
        loop {
            if let Err(error) = self.expire().await {
                tracing::error!(?error, "expiry failed; tried again in a minute");
            }
            Timer::after(LOOK).await;
        }
    }

    /// The lived time before which a job's storage time is over.
    pub(super) fn oldest(&self) -> i64 {
        let hours = i64::try_from(self.settings.print_api.storage_time_hours).unwrap_or(i64::MAX);
        self.lived.now().saturating_sub(hours.saturating_mul(3_600_000))
    }

    async fn expire(&self) -> Result<(), Error> {
        let due = self.lived.advance(&Reading::take());
        // Without a job there is nothing to grow old, and a card to be spared.
        if let Some(now) = due
            && self.store.read(jobs::newest).await?.is_some()
        {
            let saved = now.clone();
            self.store.write(move |db| lived::save(db, &now)).await?;
            self.lived.saved(saved);
        }
        let oldest = self.oldest();
        for job in self.store.read(move |db| jobs::expired(db, oldest, MOST)).await? {
            // Somebody may release it at this moment.
            let Some(names) = self.store.write(move |db| jobs::expire(db, job, oldest)).await? else { continue };
            for name in names {
                self.documents.remove(&name).await;
            }
            tracing::info!(%job, "expired");
            self.ring();
        }
        self.expire_uploads().await
    }
}
