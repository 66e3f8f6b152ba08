//! A job in the drill's printer (RFC 8011 §5.3): which pages of its document arrived, and which sheet comes next. Pure.

use super::page::Page;

/// Pages that are kept ahead of the engine: a printer that stands soon stops reading.
const PAGES_AHEAD: usize = 2;

/// How much of the document there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Document {
    /// Create-Job was answered, Send-Document has not come.
    Awaited,
    /// On its way.
    Arriving,
    /// There.
    Whole,
    /// Its connection ended too early: its whole pages are printed once. A part that ended cleanly is taken for the
    /// whole, as real printers do.
    Broken {
        /// It ended without a reset.
        cleanly: bool,
    },
}

/// `job-state` (RFC 8011 §5.3.7), as far as this printer has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// 4, `job-incoming`: waits for its document.
    Held,
    /// 5.
    Processing,
    /// 5, `processing-to-stop-point`: canceled, but a sheet of it is still moving.
    Stopping,
    /// 7.
    Canceled,
    /// 8.
    Aborted,
    /// 9.
    Completed,
}

impl State {
    /// Whether nothing will change any more.
    pub fn is_terminal(self) -> bool {
        matches!(self, Self::Canceled | Self::Aborted | Self::Completed)
    }
}

/// A sheet that came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// Whether the kiosk asked for it.
    pub ours: bool,
    /// The page on its front.
    pub front: u64,
    /// The page on its back, if there is something on it.
    pub back: Option<u64>,
}

impl Sheet {
    /// Sides with something on them.
    pub fn impressions(self) -> u32 {
        1 + u32::from(self.back.is_some())
    }
}

/// A job.
#[derive(Clone, Debug)]
pub struct Job {
    /// `job-name`.
    pub name: String,
    /// Somebody else's.
    pub is_strange: bool,
    /// `copies`.
    pub copies: u32,
    /// `sides`.
    pub two_sided: bool,
    /// `job-state`.
    pub state: State,
    /// How much of the document there is.
    pub document: Document,
    /// The whole pages that arrived.
    pub pages: Vec<Page>,
    /// Sheets that the engine took.
    pub fed: usize,
    /// Sides that lie in the tray.
    pub impressions: u32,
    /// What is said instead of `impressions`.
    pub told_impressions: Option<i32>,
    /// It prints so many sheets and believes that this is all.
    pub most_sheets: Option<usize>,
    /// It takes pages and prints none.
    pub swallows: bool,
}

impl Job {
    /// A job that waits for its document.
    pub fn new(name: &str, copies: u32, two_sided: bool) -> Self {
        Self {
            name: name.to_owned(),
            is_strange: false,
            copies: copies.max(1),
            two_sided,
            state: State::Held,
            document: Document::Awaited,
            pages: Vec::new(),
            fed: 0,
            impressions: 0,
            told_impressions: None,
            most_sheets: None,
            swallows: false,
        }
    }

    fn per_sheet(&self) -> usize {
        1 + usize::from(self.two_sided)
    }

    /// Sheets of all copies, once the document has ended.
    fn sheets(&self) -> Option<usize> {
        let set = self.pages.len().div_ceil(self.per_sheet());
        let all = match self.document {
            Document::Awaited | Document::Arriving => None,
            Document::Whole => Some(set * self.copies as usize),
            Document::Broken { .. } => Some(set),
        };
        match (all, self.most_sheets) {
            (Some(all), Some(most)) => Some(all.min(most)),
            (all, most) => all.or(most.filter(|most| self.fed >= *most)),
        }
    }

    /// The sheet that the engine takes next, `None` while its pages are not there, or when there is none.
    pub fn next_sheet(&self) -> Option<Sheet> {
        let per_sheet = self.per_sheet();
        if self.swallows {
            return None;
        }
        let index = match self.sheets() {
            Some(sheets) if self.fed >= sheets => return None,
            Some(_) if !matches!(self.document, Document::Arriving) => {
                self.fed % self.pages.len().div_ceil(per_sheet).max(1)
            }
            _ if self.pages.len() < (self.fed + 1) * per_sheet => return None,
            _ => self.fed,
        };
        let front = self.pages.get(index * per_sheet)?;
        let back = self.pages.get(index * per_sheet + 1).filter(|back| self.two_sided && !back.blank);
        Some(Sheet { ours: !self.is_strange, front: front.mark, back: back.map(|back| back.mark) })
    }

    /// Whether the engine took all there will be.
    pub fn is_fed(&self) -> bool {
        !self.swallows && self.sheets().is_some_and(|sheets| self.fed >= sheets)
    }

    /// Whether another page may be read.
    pub fn has_room(&self) -> bool {
        self.state.is_terminal()
            || self.swallows
            || self.most_sheets.is_some_and(|most| self.fed >= most)
            || self.pages.len() < (self.fed + 1) * self.per_sheet() - 1 + PAGES_AHEAD
    }
}

#[cfg(test)]
mod tests {
    use super::{Document, Job, Page};

    fn sheets(job: &mut Job) -> Vec<(u64, Option<u64>)> {
        std::iter::from_fn(|| {
            let sheet = job.next_sheet()?;
            job.fed += 1;
            Some((sheet.front, sheet.back))
        })
        .collect()
    }

    fn job(copies: u32, two_sided: bool, pages: u64, document: Document) -> Job {
        let pages = (1..=pages).map(|mark| Page { mark, blank: false }).collect();
        Job { pages, document, ..Job::new("x", copies, two_sided) }
    }

    #[test]
    fn copies_are_whole_sets_in_order() {
        let mut two = job(2, false, 3, Document::Whole);
        assert_eq!(sheets(&mut two), [1, 2, 3, 1, 2, 3].map(|mark| (mark, None)));
        assert!(two.is_fed());
        let set = [(1, Some(2)), (3, None)];
        assert_eq!(sheets(&mut job(2, true, 3, Document::Whole)), [set, set].concat());
    }

    #[test]
    fn a_document_on_its_way_gives_the_sheets_whose_sides_are_there() {
        let mut one = job(3, false, 2, Document::Arriving);
        assert_eq!(sheets(&mut one), [(1, None), (2, None)]);
        assert!(!one.is_fed());
        let mut both = job(1, true, 3, Document::Arriving);
        assert_eq!(sheets(&mut both), [(1, Some(2))]);
        both.document = Document::Broken { cleanly: false };
        assert_eq!(sheets(&mut both), [(3, None)]);
        assert!(both.is_fed());
    }

    #[test]
    fn a_broken_document_is_printed_once() {
        assert_eq!(sheets(&mut job(3, false, 2, Document::Broken { cleanly: true })).len(), 2);
        assert!(job(1, false, 0, Document::Broken { cleanly: false }).is_fed());
    }

    #[test]
    fn a_job_that_prints_too_few_believes_that_it_is_done() {
        let mut short = Job { most_sheets: Some(1), ..job(2, false, 3, Document::Arriving) };
        assert_eq!(sheets(&mut short).len(), 1);
        assert!(short.is_fed() && short.has_room(), "the rest is read for nothing");
        let mut short = Job { most_sheets: Some(1), ..job(2, false, 3, Document::Whole) };
        assert_eq!(sheets(&mut short).len(), 1);
        assert!(short.is_fed());
    }

    #[test]
    fn a_blank_back_is_no_impression() {
        let mut padded = job(1, true, 2, Document::Whole);
        padded.pages[1].blank = true;
        assert_eq!(sheets(&mut padded), [(1, None)]);
    }

    #[test]
    fn what_is_not_printed_stops_the_reading() {
        let mut one = job(1, false, 1, Document::Arriving);
        assert!(one.has_room());
        one.pages.push(one.pages[0]);
        assert!(!one.has_room());
        one.fed = 1;
        assert!(one.has_room());
        let mut both = job(1, true, 2, Document::Arriving);
        assert!(both.has_room());
        both.pages.push(both.pages[0]);
        assert!(!both.has_room());
    }
}
