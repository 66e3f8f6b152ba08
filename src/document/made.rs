//! What a conversion is asked for, and what it made: files in a folder, told by name.

use serde::{Deserialize, Serialize};

use crate::job::pages::PageRanges;

/// The HTML's file.
pub const HTML_FILE: &str = "document.html";

/// The print form's file.
pub const PRINT_FILE: &str = "print.pdf";

/// What is wanted of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ask {
    /// [`HTML_FILE`]: one self-contained file without scripts and without anything remote. For what is
    /// [`Shown::Html`](super::kind::Shown::Html); of other kinds it is what [`Ask::Pages`] gives.
    Html,
    /// A picture for each page, `1.png`, `2.jpg` …
    Pages {
        /// Which; empty is all of them. Past the end there is none.
        #[serde(default)]
        pages: PageRanges,
        /// Pixels across, at the most; photographs that have fewer stay as they are.
        width: u32,
    },
    /// [`PRINT_FILE`]: the PDF that is printed. Of a PDF there is no need for it: it is the same again.
    Print,
}

/// What a screen gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// One HTML file.
    Html,
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// GIF.
    Gif,
    /// PDF: the print form, never a preview.
    Pdf,
}

impl Format {
    /// The media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Html => "text/html; charset=utf-8",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
            Self::Pdf => "application/pdf",
        }
    }

    /// The name of the file with page `number`.
    pub fn file(self, number: u32) -> String {
        match self {
            Self::Html => HTML_FILE.into(),
            Self::Png => format!("{number}.png"),
            Self::Jpeg => format!("{number}.jpg"),
            Self::Gif => format!("{number}.gif"),
            Self::Pdf => PRINT_FILE.into(),
        }
    }
}

/// One file that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageMade {
    /// Counted from 1. HTML and PDF are page 1.
    pub number: u32,
    /// The file's name in the folder.
    pub file: String,
    /// Of the file.
    pub media_type: String,
    /// Pixels across; `None` for HTML and PDF.
    pub width: Option<u32>,
    /// Pixels down; `None` for HTML and PDF.
    pub height: Option<u32>,
}

/// What a conversion made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Converted {
    /// Of the files; pictures of one document may differ, then it is the first one's.
    pub format: Format,
    /// Pages, slides or, in a workbook, sheets the whole document has; `None` where that is not known, as in a text.
    pub page_count: Option<u32>,
    /// The files.
    pub pages: Vec<PageMade>,
    /// Something of the document is left out or laid out more simply than its author's program does.
    pub simplified: bool,
    /// Fonts that the document names and this machine has not, where that is known; sorted.
    pub fonts_substituted: Vec<String>,
}
