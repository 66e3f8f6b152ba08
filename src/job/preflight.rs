//! Pre-flight: what a look at a document's pages found, as a child tells it and the store keeps it.
//!
//! Only facts of the document itself are here, so that they are found out once for each content. What a person should
//! be told of them depends on the ticket, the paper and the settings, and is decided in [`findings`]; the sentences are
//! in [`words`].

pub mod findings;
pub mod words;

use serde::{Deserialize, Serialize};

/// Which look this is. Facts of another one are not believed, and found out anew.
pub const LOOK: u32 = 1;

/// Groups of pictures told of a page, and names of fonts: what a person reads is two or three.
pub const MOST: usize = 4;

/// Characters of a font's name that are kept.
pub const NAME_CHARS: usize = 40;

/// What bounds one look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounds {
    /// Pages from the document's beginning.
    pub pages: u32,
    /// Seconds of CPU for all of them; the page at which they are over is the last.
    pub cpu_s: u64,
    /// Seconds of CPU for one page; one that needs more ends the look.
    pub page_cpu_s: u64,
    /// Dots per inch at which a page is drawn to see how dark it is.
    pub dpi: u32,
    /// Objects of a page whose pictures and fonts are looked at.
    pub objects: u32,
}

/// What was found of a document, page by page from the first one on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// The pages that were looked at; fewer than the document has when it is a large one.
    pub pages: Vec<PageFacts>,
}

/// What was found of a page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PageFacts {
    /// Width and height in points, turned as it is shown.
    pub size: (f32, f32),
    /// How dark it is on the average, in thousandths: 0 is white, 1000 is black.
    pub ink: u16,
    /// How dark its darkest spot is: 0 is white, 255 is black.
    pub darkest: u8,
    /// Pictures with something on them, those of one resolution together, the largest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pictures: Vec<Pictures>,
    /// Names of fonts that are neither in the document nor in the renderer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fonts: Vec<String>,
}

/// Pictures of one resolution on a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pictures {
    /// Dots per inch when the page is printed at its own size, the coarser way of the two.
    pub dpi: u16,
    /// How much of the page they take, in thousandths.
    pub share: u16,
}
