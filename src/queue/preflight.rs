//! Looking at documents before anybody prints them: after their codes were given, one at a time, newest first, behind
//! everything else the machine does. What is found is kept by content; nobody waits for it.

use std::time::{Duration, Instant};

use smol::Timer;

use super::{Queue, any_printer};
use crate::{
    bell::rings,
    error::Error,
    job::{
        plan::Media,
        preflight::{
            Bounds, Facts,
            findings::{Finding, Thresholds, find},
        },
    },
    settings::Settings,
    store::{
        jobs::{Document, Job},
        preflight,
    },
};

/// After a child that could not be started, which says nothing of its document.
const AGAIN: Duration = Duration::from_secs(10);

/// What counts, by the settings.
pub fn thresholds(settings: &Settings) -> Thresholds {
    let preflight = &settings.preflight;
    Thresholds {
        blank_darkest: preflight.blank_darkest,
        black_percent: preflight.black_percent,
        picture_least_dpi: preflight.picture_least_dpi,
        picture_least_percent: preflight.picture_least_percent,
        size_percent: preflight.size_percent,
        scale_percent: preflight.scale_percent,
    }
}

impl Queue {
    /// Looks at what nobody has looked at yet, for ever.
    pub async fn preflight_loop(&self) -> Result<(), Error> {
        if !self.settings.preflight.enabled {
            return std::future::pending().await;
        }
        loop {
            let changed = self.changed();
            match self.store.read(preflight::next).await? {
                Some((sha256, name)) => match self.look_over(&name).await {
                    Some(facts) => {
                        let saved = facts.clone();
                        self.store.write(move |db| preflight::save(db, &sha256, &saved)).await?;
                        tracing::info!(pages = facts.pages.len(), "looked at before printing");
                        self.ring();
                    }
                    None => drop(Timer::after(AGAIN).await),
                },
                None => {
                    if self.store.read(preflight::has_orphans).await? {
                        self.store.write(preflight::forget_orphans).await?;
                    }
                    changed.await;
                }
            }
        }
    }

    /// `None` when it should be tried again. A document that is gone or that nothing can be told of has no facts.
    async fn look_over(&self, name: &str) -> Option<Facts> {
        let limits = &self.settings.preflight;
        let bounds = Bounds {
            pages: limits.pages,
            cpu_s: limits.cpu_s,
            page_cpu_s: limits.page_cpu_s,
            dpi: limits.dpi,
            objects: limits.page_objects,
        };
        let Ok(file) = self.documents.open_document(name).await else { return Some(Facts::default()) };
        match self.workers.preflight(file, &bounds, Duration::from_secs(limits.timeout_s)).await {
            Ok(facts) => Some(facts),
            Err(error) => {
                tracing::warn!(%error, "documents are not looked at");
                None
            }
        }
    }

    /// What was found of a document; `None` while nobody has looked.
    pub async fn facts(&self, document: &Document) -> Result<Option<Facts>, Error> {
        let sha256 = document.sha256;
        self.store.read(move |db| preflight::facts(db, &sha256)).await
    }

    /// The same, waiting at most so long for a look that is on its way.
    pub async fn facts_within(&self, document: &Document, wait: Duration) -> Result<Option<Facts>, Error> {
        let until = Instant::now() + wait;
        loop {
            let changed = self.changed();
            let facts = self.facts(document).await?;
            let over = !self.settings.preflight.enabled || Instant::now() >= until;
            if facts.is_some() || over {
                return Ok(facts);
            }
            rings(changed, until).await;
        }
    }

    /// What is worth saying of a job on the paper that lies in the printer.
    pub fn findings(&self, job: &Job, facts: &Facts) -> Vec<Finding> {
        let Some(document) = &job.document else { return Vec::new() };
        find(facts, document.page_count, &job.ticket, &self.medium(), &thresholds(&self.settings))
    }

    /// What lies in the printer's tray, as far as it is known.
    pub fn medium(&self) -> Media {
        let capabilities = self.printer().capabilities.unwrap_or_else(any_printer);
        capabilities.media.first().cloned().unwrap_or_else(Media::a4)
    }
}
