//! Jobs are kept for a while and then forgotten, documents first from the table and then from the disk.

use std::time::Duration;

use smol::Timer;

use super::Queue;
use crate::{error::Error, store::jobs};

/// Seconds between two looks: expiry is told in hours.
const LOOK: Duration = Duration::from_secs(60);

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

    async fn expire(&self) -> Result<(), Error> {
        let hours = i64::try_from(self.settings.print_api.storage_time_hours).unwrap_or(i64::MAX);
        let before = (self.clock)().saturating_sub(hours.saturating_mul(3_600_000));
        for job in self.store.read(move |db| jobs::expired(db, before)).await? {
            self.delete(job).await?;
        }
        Ok(())
    }
}
