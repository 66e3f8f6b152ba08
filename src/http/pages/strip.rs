//! The strip of pages on a job's page, as its template has it. What a picture shows is in [`super::shown`].

use crate::{
    http::Doors,
    job::plan::{Margins, Media},
    store::jobs::Job,
    text::{Language, say},
};

/// Pages that stand in the strip from the first; a script adds more as one scrolls, so that a page stays light.
const STRIP_PAGES: u32 = 24;

/// Pages as pictures.
pub struct Strip {
    /// The first of them; a script adds the rest.
    pub pages: Vec<u32>,
    /// How many there are.
    pub of: u32,
    /// Whether there are more than stand here.
    pub more: bool,
    /// What the pictures are asked for with: each page alone, as the ticket has it.
    pub query: String,
    /// Pixels of a picture.
    pub width: u32,
    /// Likewise.
    pub height: u32,
    /// Whether there is a strip that the printer does not reach.
    pub margin: bool,
    language: Language,
}

impl Strip {
    /// Of this job; none while its document has not come.
    pub fn of(doors: &Doors, job: &Job, language: Language) -> Option<Self> {
        let of = job.document.as_ref()?.page_count;
        let media = doors.queue.printer().capabilities.and_then(|can| can.media.first().cloned());
        let media = media.unwrap_or_else(Media::a4);
        let dots = |length: u32| length.saturating_mul(doors.settings.phone.picture_dpi) / 2_540;
        let (scaling, color) = (job.ticket.scaling.keyword(), u8::from(job.ticket.color));
        Some(Self {
            pages: (1..=of.min(STRIP_PAGES)).collect(),
            of,
            more: of > STRIP_PAGES,
            query: format!("scaling={scaling}&color={color}&number_up=1"),
            width: dots(media.width),
            height: dots(media.height),
            margin: media.margins != Margins::default(),
            language,
        })
    }

    /// What opens a page.
    pub fn look(&self, page: &u32) -> String {
        say::WEB_PAGE_LOOK.fill(self.language, &[("page", &page.to_string())])
    }

    /// What has a page printed.
    pub fn print(&self, page: &u32) -> String {
        say::WEB_PAGE_PRINT.fill(self.language, &[("page", &page.to_string())])
    }
}
