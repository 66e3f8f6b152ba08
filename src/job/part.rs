//! A part of what was asked: after a fault some sheets are out and the rest is printed, from the first missing sheet on.
//!
//! What is asked is a sequence of printed sides: the set of pages, collated, as often as there are copies; every copy
//! begins on a new sheet. How far it came out is an interval ([`Out`]), for a printer does not always say. Pure.
//! How a fault is judged is decided in `queue::proof`; here is only what follows for sheets and pages.

use serde::{Deserialize, Serialize};

use super::{
    plan::{Plan, PlanError},
    ticket::Ticket,
};
use crate::text::{Language, say};

/// A try's number in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AttemptId(pub i64);

/// All that a release asks, laid onto sheets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sequence {
    /// Printed sides of one copy, 1 or more.
    pub sides: u32,
    /// Copies, 1 or more.
    pub copies: u32,
    /// Whether a sheet takes two of them.
    pub two_sided: bool,
}

/// How many sides of a sequence came out: this many at least and this many at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Out {
    /// Sides that are out for certain.
    pub least: u32,
    /// Sides that may be out.
    pub most: u32,
}

/// What a try at the printer asked; kept with it, for the ticket may be changed afterwards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// As its owner asked.
    pub ticket: Ticket,
    /// All of it.
    pub sequence: Sequence,
    /// Sides of the sequence that were out before this try.
    pub first: u32,
    /// Copies that the printer was told to make of what it was sent.
    pub by_printer: u32,
    /// Pages on a side.
    pub pages_a_side: u32,
}

/// A job that did not come out whole, as its owner is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rest {
    /// The try that ended so; an answer about an older one is not taken.
    pub attempt: AttemptId,
    /// What was asked.
    pub asked: Asked,
    /// How far it came, in sides of the whole sequence.
    pub out: Out,
}

/// What stands on a sheet of paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// Counted from 1 through all copies.
    pub number: u32,
    /// Which copy, from 1.
    pub copy: u32,
    /// The document's pages on it, in the order of printing.
    pub pages: Vec<u32>,
}

impl Sequence {
    /// What a plan prints when it prints all.
    pub fn of(plan: &Plan) -> Self {
        let copies = plan.copies.max(1).saturating_mul(plan.repeats.max(1));
        Self { sides: plan.set().max(1), copies, two_sided: plan.sides.is_two_sided() }
    }

    /// Printed sides in all.
    pub fn impressions(self) -> u32 {
        self.sides.saturating_mul(self.copies)
    }

    /// Sheets in all.
    pub fn sheets(self) -> u32 {
        self.sheets_of_a_copy().saturating_mul(self.copies)
    }

    fn faces(self) -> u32 {
        if self.two_sided { 2 } else { 1 }
    }

    fn sheets_of_a_copy(self) -> u32 {
        self.sides.div_ceil(self.faces()).max(1)
    }

    /// Sides that come before a sheet, counted from 0.
    pub fn before(self, sheet: u32) -> u32 {
        let (copy, within) = (sheet / self.sheets_of_a_copy(), sheet % self.sheets_of_a_copy());
        (copy.saturating_mul(self.sides)).saturating_add(within * self.faces()).min(self.impressions())
    }

    /// Sheets that have all their sides when so many sides are out.
    pub fn whole(self, impressions: u32) -> u32 {
        let sides = self.sides.max(1);
        let (copy, within) = (impressions / sides, impressions % sides);
        (copy.saturating_mul(self.sheets_of_a_copy())).saturating_add(within / self.faces()).min(self.sheets())
    }
}

impl Out {
    /// Nobody doubts it.
    pub fn exactly(impressions: u32) -> Self {
        Self { least: impressions, most: impressions }
    }

    /// In whichever order.
    pub fn between(one: u32, other: u32) -> Self {
        Self { least: one.min(other), most: one.max(other) }
    }

    /// With so many sides before it, of so many in all.
    pub fn after(self, first: u32, of: u32) -> Self {
        Self { least: self.least.saturating_add(first).min(of), most: self.most.saturating_add(first).min(of) }
    }
}

impl Asked {
    /// Sides that the try was to bring out.
    pub fn impressions(&self) -> u32 {
        self.sequence.impressions().saturating_sub(self.first)
    }

    /// What stands on a sheet, counted from 1; `page_count` is the document's.
    pub fn sheet(&self, number: u32, page_count: u32) -> Sheet {
        let sequence = self.sequence;
        let first = sequence.before(number.saturating_sub(1));
        let (copy, side) = (first / sequence.sides.max(1), first % sequence.sides.max(1));
        let pages = self.ticket.pages.resolve(page_count).unwrap_or_default();
        let count = |sides: u32| usize::try_from(sides.saturating_mul(self.pages_a_side.max(1))).unwrap_or(usize::MAX);
        let on_it = pages.into_iter().skip(count(side)).take(count(sequence.faces().min(sequence.sides - side)));
        Sheet { number, copy: copy + 1, pages: on_it.collect() }
    }
}

impl Sheet {
    /// `страницы 7–8, копия 2`; the copy is named when there are several.
    pub fn words(&self, copies: u32, language: Language) -> String {
        let (first, last) = (self.pages.first().copied().unwrap_or(1), self.pages.last().copied().unwrap_or(1));
        let in_a_row = self.pages.windows(2).all(|two| two[1] == two[0] + 1);
        let pages = match (first == last, in_a_row) {
            (true, _) => say::SHEET_PAGE.fill(language, &[("pages", &first.to_string())]),
            (false, true) => say::SHEET_PAGES.fill(language, &[("pages", &format!("{first}–{last}"))]),
            (false, false) => {
                let pages: Vec<String> = self.pages.iter().map(u32::to_string).collect();
                say::SHEET_PAGES.fill(language, &[("pages", &pages.join(", "))])
            }
        };
        match copies {
            0 | 1 => pages,
            _ => say::SHEET_COPY.fill(language, &[("pages", &pages), ("copy", &self.copy.to_string())]),
        }
    }
}

impl Rest {
    /// What stands on a sheet, counted from 1, in words; `page_count` is the document's.
    pub fn words(&self, number: u32, page_count: u32, language: Language) -> String {
        self.asked.sheet(number, page_count).words(self.asked.sequence.copies, language)
    }

    /// Sheets that are out and whole for certain.
    pub fn least_sheets(&self) -> u32 {
        self.asked.sequence.whole(self.out.least)
    }

    /// Sheets that may be.
    pub fn most_sheets(&self) -> u32 {
        self.asked.sequence.whole(self.out.most)
    }

    /// Sheets in all.
    pub fn sheets(&self) -> u32 {
        self.asked.sequence.sheets()
    }

    /// Whether nobody needs to be asked how far it came.
    pub fn is_known(&self) -> bool {
        self.least_sheets() == self.most_sheets()
    }
}

impl Plan {
    /// Only what is left of this plan when `first` sides are out: the rest of a copy, collated by us with the whole copies
    /// after it, or, where a copy has just ended, fewer copies by whom they were to be made.
    pub fn rest(mut self, first: u32) -> Result<Self, PlanError> {
        let sequence = Sequence::of(&self);
        let left = sequence.copies.saturating_sub(first / sequence.sides);
        if left == 0 {
            return Err(PlanError::PastTheEnd);
        }
        self.skip = first % sequence.sides;
        (self.copies, self.repeats) = if self.skip == 0 && self.copies > 1 { (left, 1) } else { (1, left) };
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::{Asked, AttemptId, Out, Plan, Rest, Sequence};
    use crate::job::{
        pages::PageRanges,
        plan::{Capabilities, Format, Media, SheetBack, Sides},
        ticket::{Copies, Ticket},
    };

    const BOTH: Sequence = Sequence { sides: 3, copies: 2, two_sided: true };

    #[test]
    fn every_copy_begins_on_a_new_sheet() {
        assert_eq!((BOTH.impressions(), BOTH.sheets()), (6, 4));
        assert_eq!([0, 1, 2, 3, 4].map(|sheet| BOTH.before(sheet)), [0, 2, 3, 5, 6]);
        assert_eq!([0, 1, 2, 3, 4, 5, 6, 9].map(|out| BOTH.whole(out)), [0, 0, 1, 2, 2, 3, 4, 4]);
        let one = Sequence { two_sided: false, ..BOTH };
        assert_eq!((one.sheets(), one.before(4), one.whole(5)), (6, 4, 5));
    }

    #[test]
    fn a_rest_is_the_end_of_a_copy_and_whole_copies() {
        let ticket = Ticket { copies: Copies::new(3).expect("3"), two_sided: true, ..Ticket::default() };
        let plan = |copies| {
            let printer = Capabilities {
                formats: vec![Format::PwgRaster],
                resolutions: vec![300],
                color: false,
                gray: true,
                black: false,
                several_documents: false,
                sides: Sides::ALL.to_vec(),
                sheet_back: SheetBack::Normal,
                copies,
                pages_per_minute: None,
                media: vec![Media::a4()],
                model: String::new(),
            };
            Plan::fit(&ticket, &printer, 5).expect("a plan")
        };
        let of = |plan: &Plan| (plan.copies, plan.repeats, plan.skip, plan.raster_pages(), plan.impressions());
        let rest = |copies, first| plan(copies).rest(first).expect("a rest");
        assert_eq!(of(&rest(9, 0)), (3, 1, 0, 5, 15));
        assert_eq!(of(&rest(1, 0)), (1, 3, 0, 17, 15));
        // The printer copies whole sets only.
        assert_eq!(of(&rest(9, 5)), (2, 1, 0, 5, 10));
        assert_eq!(of(&rest(9, 10)), (1, 1, 0, 5, 5));
        // Two sheets of the first copy are out: a back, a blank, and two copies more.
        assert_eq!((of(&rest(9, 4)), rest(9, 4).sheets()), ((1, 3, 4, 13, 11), 7));
        assert_eq!((of(&rest(1, 12)), rest(1, 12).sheets()), ((1, 1, 2, 3, 3), 2));
        assert!(plan(9).rest(15).is_err());
        for first in 0..15 {
            let plan = rest(9, first);
            assert_eq!(plan.impressions(), 15 - first);
            assert_eq!(Sequence::of(&plan.clone()).sides, 5);
        }
    }

    #[test]
    fn a_sheet_is_named_by_its_pages() {
        let ticket = Ticket {
            pages: PageRanges::parse("2-4").expect("ranges"),
            copies: Copies::new(2).expect("2"),
            two_sided: true,
            ..Ticket::default()
        };
        let asked = Asked { ticket, sequence: BOTH, first: 0, by_printer: 2, pages_a_side: 1 };
        let pages = |number| asked.sheet(number, 9).pages;
        assert_eq!([pages(1), pages(2), pages(3), pages(4)], [vec![2, 3], vec![4], vec![2, 3], vec![4]]);
        assert_eq!((asked.sheet(3, 9).copy, asked.sheet(2, 9).copy), (2, 1));
        assert_eq!(asked.sheet(3, 9).words(2, crate::text::Language::En), "pages 2–3, copy 2");
        // Half a sheet is none: it is printed anew.
        let rest = |out| Rest { attempt: AttemptId(1), asked: asked.clone(), out };
        assert_eq!((rest(Out::exactly(4)).least_sheets(), rest(Out::exactly(4)).is_known()), (2, true));
        assert!(rest(Out::between(1, 0)).is_known() && !rest(Out::between(2, 1)).is_known());
        assert_eq!(Out::between(0, 9).after(2, 6), Out { least: 2, most: 6 });
    }
}
