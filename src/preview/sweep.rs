//! The ends of previews: with their documents, of age, for want of room; and what a restart finds.
//!
//! A job that is deleted or expires takes its preview along at once, unless another job has the very same content: then it
//! stays for that one, and nobody sees it through the deleted document any more. Row first, files second.

use std::time::Duration;

use event_listener::EventListener;
use smol::{Timer, future::or};

use super::{ENGINE, Preview, form::HERE, wants::Version};
use crate::{document::description::State, error::Error, store::previews};

/// Between two looks, when nothing happens.
const LOOK: Duration = Duration::from_secs(15);

/// Between two looks, whatever happens: nobody sees what is over, and its files may stay a moment.
const PAUSE: Duration = Duration::from_secs(1);

impl Preview {
    /// Takes away what nobody may or will look at any more, for ever. `changed` is the bell of whoever deletes documents.
    pub async fn sweep_loop(&self, changed: impl Fn() -> EventListener) -> ! {
        loop {
            let heard = changed();
            // A full disk takes no deletion either, and is no reason to end what prints.
            if let Err(error) = self.sweep().await {
                tracing::error!(?error, "previews were not swept");
            }
            let look = async {
                Timer::after(LOOK).await;
            };
            or(heard, look).await;
            Timer::after(PAUSE).await;
        }
    }

    async fn sweep(&self) -> Result<(), Error> {
        self.close_old_work().await;
        let hours = i64::try_from(self.settings.preview.cache_age_hours).unwrap_or(i64::MAX);
        let oldest = self.lived.now().saturating_sub(hours.saturating_mul(3_600_000));
        // Most of the time there are none, and whoever keeps something is not kept waiting.
        if self.store.read(move |db| previews::stale(db, ENGINE, oldest)).await?.is_empty() {
            return Ok(());
        }
        let _alone = self.keeping.lock().await;
        for version in self.store.read(move |db| previews::stale(db, ENGINE, oldest)).await? {
            self.drop_version(&version).await?;
        }
        Ok(())
    }

    /// Brings the files within their bound. The caller keeps others from keeping.
    pub(super) async fn trim(&self) -> Result<(), Error> {
        let most = self.settings.preview.cache_bytes;
        for version in self.store.read(move |db| previews::surplus(db, most)).await? {
            self.drop_version(&version).await?;
        }
        Ok(())
    }

    pub(super) async fn drop_version(&self, version: &Version) -> Result<(), Error> {
        let gone = *version;
        self.store.write(move |db| previews::remove(db, &gone)).await?;
        self.wants.borrow_mut().forget(version);
        self.bell.notify(usize::MAX);
        self.cache.remove(version).await;
        tracing::info!("a preview was removed");
        Ok(())
    }

    async fn close_old_work(&self) {
        let limits = &self.settings.preview;
        let is_old = |by: &str, age: Duration| {
            age > Duration::from_secs(if by == HERE { limits.linger_s } else { limits.write_token_s })
        };
        let old: Vec<(Version, String)> = {
            let wants = self.wants.borrow();
            let mut open = self.open.borrow_mut();
            let is_over = |(version, by): &(Version, String), at: &mut std::time::Instant| {
                is_old(by, at.elapsed()) && !(by == HERE && wants.has(version))
            };
            open.extract_if(is_over).map(|(key, _)| key).collect()
        };
        for (version, by) in old {
            self.cache.end_work(&version, &by).await;
        }
    }

    /// Goes on where an earlier life stopped: what was being made is made anew, and files that no row knows go.
    pub(super) async fn recover(&self) -> Result<(), Error> {
        let known = self.store.read(|db| previews::all(db, ENGINE)).await?;
        for version in self.cache.versions().await? {
            if !known.contains(&version) {
                self.cache.remove(&version).await;
            }
        }
        for version in self.store.read(|db| previews::unfinished(db, ENGINE)).await? {
            let Some(description) = self.load(&version).await? else { continue };
            let pages = description.pages.iter().filter(|page| page.state == State::InProgress);
            let pages: Vec<u32> = pages.map(|page| page.number).collect();
            tracing::info!("a preview is formed anew");
            self.want(|wants| match pages.is_empty() {
                true => wants.whole(version),
                false => wants.pages(version, &pages, 0),
            });
        }
        Ok(())
    }
}
