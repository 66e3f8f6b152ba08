//! `[paper]`: how the paper in our own printer is counted.

use serde::Deserialize;

/// `[paper]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Paper {
    /// Sheets the tray holds when it is full: an office printer's cassette.
    pub tray_sheets: u32,
    /// Sheets that one tap puts in; a ream is 500.
    pub added_sheets: u32,
    /// Sheets at which technicians are told: the longest job.
    pub low_sheets: u32,
}

impl Default for Paper {
    fn default() -> Self {
        Self { tray_sheets: 250, added_sheets: 100, low_sheets: 50 }
    }
}
