//! `[preflight]`: how documents are looked at before anybody prints them, and what is worth saying.

use serde::Deserialize;

use super::SettingsError;

/// `[preflight]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Preflight {
    /// Whether documents are looked at at all.
    pub enabled: bool,
    /// Pages of a document that are looked at, the first ones: more than one job may print on both sides.
    pub pages: u32,
    /// Seconds of CPU for one document; the page at which they are over is the last.
    pub cpu_s: u64,
    /// Seconds of CPU for one page: one that needs more is somebody's joke.
    pub page_cpu_s: u64,
    /// Seconds by the clock for one document: this work stands back behind everything else.
    pub timeout_s: u64,
    /// Objects of a page whose pictures and fonts are looked at: maps have a million.
    pub page_objects: u32,
    /// Dots per inch at which a page is drawn to see how dark it is: a full stop of small type still shows.
    pub dpi: u32,
    /// Milliseconds a job's page waits for a look that is not done yet.
    pub wait_ms: u64,
    /// How dark the darkest spot of a blank page may be: 0 is white, 255 black. Less than the faintest line.
    pub blank_darkest: u8,
    /// Percent of black on the average that make a page nearly black; a photograph has 50, a page of text 5 to 10.
    pub black_percent: u16,
    /// Dots per inch on paper under which a picture looks coarse at arm's length.
    pub picture_least_dpi: u16,
    /// Percent of the page that coarse pictures must take: nobody minds a small logo.
    pub picture_least_percent: u16,
    /// Percent by which a side may differ from the paper's: scanners and printers cut differently.
    pub size_percent: u16,
    /// Percent by which fitting may change a page without a warning at the kiosk: slides and Letter pages stay under it.
    pub scale_percent: u16,
}

impl Default for Preflight {
    fn default() -> Self {
        Self {
            enabled: true,
            pages: 200,
            cpu_s: 20,
            page_cpu_s: 5,
            timeout_s: 120,
            page_objects: 20_000,
            dpi: 36,
            wait_ms: 700,
            blank_darkest: 4,
            black_percent: 60,
            picture_least_dpi: 100,
            picture_least_percent: 10,
            size_percent: 2,
            scale_percent: 20,
        }
    }
}

impl Preflight {
    /// What would make a look endless or its result larger than what is kept.
    pub(super) fn check(&self) -> Result<(), SettingsError> {
        if !(1..=1_000).contains(&self.pages)
            || !(10..=150).contains(&self.dpi)
            || [self.cpu_s, self.page_cpu_s].contains(&0)
        {
            let why = "preflight: pages must be 1 to 1000, dpi 10 to 150 and cpu_s and page_cpu_s 1 or more";
            return Err(SettingsError(why.into()));
        }
        Ok(())
    }
}
