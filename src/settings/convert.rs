//! `[convert]`: what a conversion may take. Its engines are in `worker/convert`, their walls in `worker/jail`.

use serde::{Deserialize, Serialize};

use super::SettingsError;

/// `[convert]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Convert {
    /// Conversions at one time, each with the memory below; LibreOffice's count apart.
    pub conversions: usize,
    /// LibreOffice's processes at one time: each takes 130 to 400 MB. 0 means two where the board has 3 GB or more, else one.
    pub offices: usize,
    /// Seconds by the clock for one conversion: what people wait for is there in 2.
    pub timeout_s: u64,
    /// Seconds of CPU for one conversion.
    pub cpu_s: u64,
    /// Seconds by the clock for one conversion by LibreOffice, one after the other's refusal included.
    pub office_timeout_s: u64,
    /// Seconds of CPU for the same.
    pub office_cpu_s: u64,
    /// Seconds that a presentation stays open after its last slide was made: the next is there in no time, and 150 MB are used.
    pub slides_open_s: u64,
    /// Bytes of address space of our own engines: the memory that they may take.
    pub address_space_bytes: u64,
    /// Bytes of address space of LibreOffice: 700 MB do for a page, heavy sheets want 1.5 GB.
    pub office_address_space_bytes: u64,
    /// Bytes of a document that are read at all.
    pub source_bytes: u64,
    /// Bytes that a zip file's parts may have together when they are unpacked.
    pub unpacked_bytes: u64,
    /// Times that a zip file's part of XML may grow when it is unpacked, if it is large: what people write grows tenfold.
    pub unpacked_ratio: u64,
    /// Bytes of what a conversion makes, all files together.
    pub made_bytes: u64,
    /// Bytes of an HTML without its pictures: browsers on phones choke on more.
    pub html_bytes: usize,
    /// Pages of a print form, and of a picture with many.
    pub pages: u32,
    /// Slides or pages that are made when they are asked by their numbers.
    pub pages_at_once: u32,
    /// Cells of a workbook that are shown, over all its sheets.
    pub cells: u64,
    /// Rows of one sheet that are shown.
    pub sheet_rows: u32,
    /// Columns of one sheet that are shown.
    pub sheet_columns: u32,
    /// Pixels of a picture.
    pub pixels: u64,
    /// Pixels across and down a picture that a screen gets.
    pub shown_px: u32,
    /// Depth to which groups, lists and tables may be nested.
    pub depth: u32,
    /// Where LibreOffice lives.
    pub office_folder: std::path::PathBuf,
    /// Whether LibreOffice is used where it is installed.
    pub office: bool,
}

impl Default for Convert {
    fn default() -> Self {
        Self {
            conversions: 1,
            offices: 0,
            timeout_s: 15,
            cpu_s: 12,
            office_timeout_s: 28,
            office_cpu_s: 30,
            slides_open_s: 30,
            address_space_bytes: 256 << 20,
            office_address_space_bytes: 1_500 << 20,
            source_bytes: 200 << 20,
            unpacked_bytes: 192 << 20,
            unpacked_ratio: 200,
            made_bytes: 256 << 20,
            html_bytes: 16 << 20,
            pages: 1_000,
            pages_at_once: 50,
            cells: 200_000,
            sheet_rows: 5_000,
            sheet_columns: 256,
            pixels: 60_000_000,
            shown_px: 1_600,
            depth: 64,
            office_folder: "/usr/lib/libreoffice".into(),
            office: true,
        }
    }
}

impl Convert {
    /// What would make every conversion fail.
    pub(super) fn check(&self) -> Result<(), SettingsError> {
        let refuse = |why: &str| Err(SettingsError(format!("convert: {why}")));
        if self.conversions == 0 {
            return refuse("conversions must be 1 or more");
        }
        if [self.timeout_s, self.cpu_s, self.office_timeout_s, self.office_cpu_s, self.slides_open_s].contains(&0) {
            return refuse("timeout_s, cpu_s, office_timeout_s, office_cpu_s and slides_open_s must be 1 or more");
        }
        if self.pages == 0 || self.pages_at_once == 0 || self.shown_px < 64 {
            return refuse("pages and pages_at_once must be 1 or more and shown_px 64 or more");
        }
        Ok(())
    }
}
