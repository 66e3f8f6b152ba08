//! How much paper there is, as far as anybody said. Pure.
//!
//! The number is a person's word less the sheets that came out since. It warns before a release that would stop in the
//! middle, and it is never the last word: whoever stands at the printer can look into its tray, so a person may always
//! print in spite of it, and what happens then corrects it. A job that came out with more sheets than were counted
//! proves the number wrong, and a printer that goes on after it was empty was refilled by somebody who did not say how
//! much: in both cases nothing is known any more, and nothing is refused. A student union would rather see a job run
//! out of paper now and then than a full tray that nobody may use until a technician comes.

use super::{fault::Fault, pages::PageRanges, preflight::findings::ranges, ticket::Copies, ticket::Ticket};

/// Sheets in the printer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Paper {
    /// Nobody said, or it proved wrong: no reason to refuse anything.
    #[default]
    Unknown,
    /// So many by a person's word.
    Counted(u32),
    /// There were some by a person's word, and now the printer says that there is none.
    Empty,
}

/// What a person says of the tray.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// It is full.
    Full,
    /// So many sheets were put in besides what was there.
    Added(u32),
    /// So many sheets are in it.
    Exactly(u32),
    /// Do not count.
    Unknown,
}

/// What changes the count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// A person said something.
    Said(Said),
    /// So many sheets came out.
    Printed(u32),
    /// The printer has begun to say that there is no paper.
    RanOut,
    /// The printer is well again.
    Refilled,
}

impl Paper {
    /// What is known after the news. A tray holds `tray` sheets.
    pub fn after(self, news: News, tray: u32) -> Self {
        match (self, news) {
            (_, News::Said(Said::Full)) => Self::Counted(tray),
            (_, News::Said(Said::Exactly(sheets))) => Self::Counted(sheets),
            (_, News::Said(Said::Unknown)) => Self::Unknown,
            (known, News::Said(Said::Added(sheets))) => {
                let there = known.left().unwrap_or(0);
                // Nobody puts more in than fits, and a count over the tray's would promise what is not there.
                Self::Counted(there.saturating_add(sheets).min(tray.max(there)))
            }
            (Self::Counted(left), News::Printed(sheets)) => {
                left.checked_sub(sheets).map_or(Self::Unknown, Self::Counted)
            }
            (Self::Counted(_), News::RanOut) => Self::Empty,
            // It printed: so it was not empty.
            (Self::Empty, News::Printed(1..) | News::Refilled) => Self::Unknown,
            (known, _) => known,
        }
    }

    /// Sheets that are left, as far as is known.
    pub fn left(self) -> Option<u32> {
        match self {
            Self::Unknown => None,
            Self::Counted(sheets) => Some(sheets),
            Self::Empty => Some(0),
        }
    }

    /// Whether a job of so many sheets fits. An empty tray is the printer's own word, which it says itself, and takes
    /// back when it is filled: jobs wait for that as they do without a count.
    pub fn fits(self, sheets: u64) -> bool {
        match self {
            Self::Counted(left) => sheets <= u64::from(left),
            Self::Unknown | Self::Empty => true,
        }
    }

    /// Whether a technician should come soon.
    pub fn is_low(self, low: u32) -> bool {
        self.left().is_some_and(|left| left <= low)
    }

    /// A short stable name.
    pub fn keyword(self, low: u32) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Empty | Self::Counted(0) => "empty",
            known if known.is_low(low) => "low",
            Self::Counted(_) => "ok",
        }
    }
}

/// What the printer tells of its tray: news when a standing fault begins or ends. `None` for what says nothing, such as
/// a printer that does not answer.
pub fn heard(before: Option<&Fault>, now: Option<&Fault>) -> Option<News> {
    match (before, now) {
        (Some(Fault::MediaEmpty), Some(Fault::MediaEmpty)) => None,
        (_, Some(Fault::MediaEmpty)) => Some(News::RanOut),
        (_, None) => Some(News::Refilled),
        _ => None,
    }
}

/// A smaller job that fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// The same on both sides of the sheet.
    TwoSided,
    /// Fewer copies.
    Copies(Copies),
    /// The first pages, as many as there is paper for.
    Pages(PageRanges),
}

impl Way {
    /// The ticket that goes this way.
    pub fn take(&self, ticket: &Ticket) -> Ticket {
        match self {
            Self::TwoSided => Ticket { two_sided: true, ..ticket.clone() },
            Self::Copies(copies) => Ticket { copies: *copies, ..ticket.clone() },
            Self::Pages(pages) => Ticket { pages: pages.clone(), ..ticket.clone() },
        }
    }
}

/// The way that loses least to print a document of `page_count` pages on `left` sheets; `None` when there is none.
pub fn way(ticket: &Ticket, page_count: u32, left: u32, can_two_sided: bool) -> Option<Way> {
    let sheets = |ticket: &Ticket| ticket.sheets(page_count).ok();
    let fits = |ticket: &Ticket| sheets(ticket).is_some_and(|sheets| sheets <= u64::from(left));
    let both = Ticket { two_sided: true, ..ticket.clone() };
    if can_two_sided && !ticket.two_sided && fits(&both) {
        return Some(Way::TwoSided);
    }
    let one = sheets(&Ticket { copies: Copies::ONE, ..ticket.clone() })?.max(1);
    if let Some(copies) = Copies::new(i64::try_from(u64::from(left) / one).ok()?) {
        return Some(Way::Copies(copies)).filter(|_| copies < ticket.copies);
    }
    let sides = left.saturating_mul(if ticket.two_sided { 2 } else { 1 });
    let most = (sides as usize).saturating_mul(ticket.number_up.get());
    let pages = ticket.pages.resolve(page_count).ok()?;
    let pages = ranges(pages.get(..most).filter(|pages| !pages.is_empty())?)?;
    let first = Ticket { pages: pages.clone(), ..ticket.clone() };
    fits(&first).then_some(Way::Pages(pages))
}

#[cfg(test)]
mod tests {
    use super::{Copies, Fault, News, Paper, Said, Ticket, Way, heard, way};
    use crate::job::pages::PageRanges;

    const TRAY: u32 = 250;

    fn after(news: &[News]) -> Paper {
        news.iter().fold(Paper::default(), |paper, news| paper.after(*news, TRAY))
    }

    fn said(said: Said) -> News {
        News::Said(said)
    }

    #[test]
    fn nobody_said_anything_and_nothing_is_ever_refused() {
        for news in [News::Printed(1_000), News::RanOut, News::Refilled] {
            assert_eq!(after(&[news]), Paper::Unknown);
        }
        assert!(Paper::Unknown.fits(u64::MAX) && !Paper::Unknown.is_low(20));
    }

    #[test]
    fn what_was_put_in_is_counted_down() {
        assert_eq!(after(&[said(Said::Full), News::Printed(40), News::Printed(10)]), Paper::Counted(200));
        assert_eq!(after(&[said(Said::Exactly(30)), said(Said::Added(100))]), Paper::Counted(130));
        assert_eq!(after(&[said(Said::Exactly(200)), said(Said::Added(100))]), Paper::Counted(TRAY));
        assert_eq!(after(&[said(Said::Added(100))]), Paper::Counted(100));
        assert_eq!(after(&[said(Said::Full), said(Said::Unknown), News::Printed(3)]), Paper::Unknown);
        let left = after(&[said(Said::Exactly(3))]);
        assert_eq!((left.fits(3), left.fits(4), left.is_low(20), left.keyword(20)), (true, false, true, "low"));
    }

    #[test]
    fn a_count_that_proves_wrong_is_forgotten() {
        // Somebody saw paper, printed in spite of the count, and it came out.
        assert_eq!(after(&[said(Said::Exactly(3)), News::Printed(10)]), Paper::Unknown);
        // The printer ran out, and was refilled by somebody who did not say so.
        assert_eq!(after(&[said(Said::Full), News::RanOut]), Paper::Empty);
        assert_eq!(after(&[said(Said::Full), News::RanOut, News::Refilled]), Paper::Unknown);
        assert_eq!(after(&[said(Said::Full), News::RanOut, said(Said::Added(100))]), Paper::Counted(100));
        assert_eq!(after(&[said(Said::Full), News::Refilled]), Paper::Counted(TRAY));
        assert!(Paper::Empty.fits(5) && Paper::Empty.left() == Some(0));
    }

    #[test]
    fn only_a_printer_that_is_well_was_refilled() {
        let (empty, jam, gone) = (Fault::MediaEmpty, Fault::MediaJam, Fault::Unreachable);
        assert_eq!(heard(None, Some(&empty)), Some(News::RanOut));
        assert_eq!(heard(Some(&empty), Some(&empty)), None);
        assert_eq!([heard(Some(&empty), Some(&jam)), heard(Some(&empty), Some(&gone))], [None, None]);
        assert_eq!(heard(Some(&empty), None), Some(News::Refilled));
    }

    #[test]
    fn two_sides_come_before_fewer_copies_and_those_before_fewer_pages() {
        let ticket = |copies, two_sided| Ticket {
            copies: Copies::new(copies).expect("some"),
            two_sided,
            pages: PageRanges::parse("2-11").expect("ranges"),
            ..Ticket::default()
        };
        assert_eq!(way(&ticket(1, false), 20, 5, true), Some(Way::TwoSided));
        assert_eq!(way(&ticket(1, false), 20, 5, false), Some(Way::Pages(PageRanges::parse("2-6").expect("5"))));
        assert_eq!(way(&ticket(3, true), 20, 11, true), Some(Way::Copies(Copies::new(2).expect("2"))));
        assert_eq!(way(&ticket(1, true), 20, 2, true), Some(Way::Pages(PageRanges::parse("2-5").expect("4"))));
        assert_eq!(way(&ticket(1, true), 20, 0, true), None);
        // Three copies of ten pages on one sheet: nothing that is worth offering but its first pages does fit.
        assert_eq!(way(&ticket(3, true), 20, 1, true), None);
        for left in 0..40 {
            for ticket in [ticket(1, false), ticket(3, false), ticket(3, true)] {
                if let Some(way) = way(&ticket, 20, left, true) {
                    assert!(way.take(&ticket).sheets(20).expect("pages") <= u64::from(left), "{way:?} {left}");
                }
            }
        }
    }
}
