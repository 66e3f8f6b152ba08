//! What the children that open documents may take, and how many there are. Their walls are in `worker/jail`.

use serde::Deserialize;

/// `[worker]`: limits of the children that open documents.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Worker {
    /// Documents looked at at one time, when they are uploaded.
    pub inspections: usize,
    /// Documents drawn at one time: one is printed, another is shown.
    pub drawings: usize,
    /// Children that draw one document together, page by page in turns; 0 is one a core, 4 at the most, and one alone for
    /// `ottisk raster`.
    pub children_abreast: u32,
    /// Bytes that a child needs in earnest: fewer draw together where the board has not twice as much free for each.
    pub child_memory_bytes: u64,
    /// Bytes of address space of a child; pdfium's decoded pictures are the bulk.
    pub address_space_bytes: u64,
    /// Seconds of CPU for one look at a document.
    pub inspect_cpu_s: u64,
    /// Seconds of CPU for one job.
    pub render_cpu_s: u64,
    /// Seconds of CPU for one page: the slowest honest page seen takes 2.
    pub page_cpu_s: u64,
    /// Seconds by the clock for one look at a document.
    pub inspect_timeout_s: u64,
    /// Pages a document may have at all.
    pub document_pages: u32,
    /// Seconds that the process with the library bound waits for the next document; 0 starts a process for each.
    pub warm_s: u64,
}

impl Default for Worker {
    fn default() -> Self {
        Self {
            inspections: 2,
            drawings: 2,
            children_abreast: 0,
            child_memory_bytes: 96 << 20,
            address_space_bytes: 1 << 30,
            inspect_cpu_s: 10,
            render_cpu_s: 1_800,
            page_cpu_s: 30,
            inspect_timeout_s: 30,
            document_pages: 100_000,
            warm_s: 20,
        }
    }
}
