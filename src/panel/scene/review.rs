//! A job under review: the choices of its ticket, and what they come to.

use std::sync::Arc;

use super::{Effect, JobCard, Offer, Refusal};
use crate::{
    job::{
        pages::PageRanges,
        preflight::Facts,
        ticket::{Copies, Ticket},
    },
    panel::picture::Picture,
};

/// The most pages kept as pictures: the first ones of each choice of pages.
const MOST_PICTURES: usize = 4;

/// A page that was drawn, shared with the layouts that show it.
#[derive(Clone, Debug)]
pub(in crate::panel) struct Seen {
    page: u32,
    clear: Arc<Picture>,
    /// For the eyes of strangers.
    blurred: Option<Arc<Picture>>,
}

/// A job and what its owner chooses.
#[derive(Clone, Debug)]
pub(in crate::panel) struct Review {
    pub(in crate::panel) card: JobCard,
    pub(in crate::panel) ticket: Ticket,
    pub(in crate::panel) pictures: Vec<Seen>,
    /// Which of the pages shown is the large one.
    pub(in crate::panel) shown: usize,
    pub(in crate::panel) deleting: bool,
    /// Why the release was refused.
    pub(in crate::panel) refused: Option<Refusal>,
    /// What a look at its pages found, once somebody looked.
    pub(in crate::panel) facts: Option<Arc<Facts>>,
    /// Its owner looked into the tray and saw paper, whatever the count says.
    pub(in crate::panel) anyway: bool,
    /// Its place among the files under one release.
    pub(in crate::panel) place: usize,
    /// Its owner touched the pages to see them.
    pub(in crate::panel) revealed: bool,
    pub(super) asked: Vec<u32>,
}

impl Review {
    /// Begins with what the ticket asks, as far as the document has it.
    pub(super) fn new(card: JobCard, offer: &Offer) -> Self {
        let mut ticket = card.ticket.clone();
        if ticket.pages.count(card.page_count).is_err() {
            ticket.pages = PageRanges::default();
        }
        let mut review = Self {
            card,
            ticket,
            pictures: Vec::new(),
            shown: 0,
            deleting: false,
            refused: None,
            facts: None,
            anyway: false,
            place: 0,
            revealed: false,
            asked: Vec::new(),
        };
        review.fit(offer);
        review
    }

    /// Nothing stays chosen that the printer cannot do.
    pub(super) fn fit(&mut self, offer: &Offer) {
        self.ticket.color &= offer.color;
        self.ticket.two_sided &= offer.two_sided;
        let most = i64::from(copies_max(offer));
        if let Some(copies) = Copies::new(i64::from(self.ticket.copies.get()).min(most)) {
            self.ticket.copies = copies;
        }
    }

    /// One copy more or less.
    pub(super) fn copies(&mut self, change: i64, offer: &Offer) {
        let wanted = i64::from(self.ticket.copies.get()) + change;
        if wanted <= i64::from(copies_max(offer))
            && let Some(copies) = Copies::new(wanted)
        {
            self.ticket.copies = copies;
        }
    }

    /// All → the first page → the ticket's own ranges → all.
    pub(super) fn next_pages(&mut self) {
        let choices = self.choices();
        let now = choices.iter().position(|pages| *pages == self.ticket.pages).unwrap_or(0);
        self.ticket.pages = choices[(now + 1) % choices.len()].clone();
        self.shown = 0;
    }

    fn choices(&self) -> Vec<PageRanges> {
        let own = Some(&self.card.ticket.pages).filter(|own| own.count(self.card.page_count).is_ok());
        let mut choices = vec![PageRanges::default()];
        choices.extend(PageRanges::parse("1").ok());
        choices.extend(own.filter(|own| !own.is_whole() && own.to_string() != "1").cloned());
        choices
    }

    /// Whether there is more than one choice of pages.
    pub(in crate::panel) fn has_pages_to_choose(&self) -> bool {
        self.card.page_count > 1
    }

    /// The document's pages that the screen shows: the first two that will be printed.
    pub(in crate::panel) fn shown_pages(&self) -> Vec<u32> {
        let mut pages = Vec::new();
        if self.ticket.pages.is_whole() {
            pages.extend((1..=self.card.page_count).take(2));
        }
        for range in self.ticket.pages.ranges() {
            pages.extend((range.first..=range.last.min(self.card.page_count)).take(2));
        }
        pages.dedup();
        pages.truncate(2);
        pages
    }

    /// Asks for the pictures that are neither here nor on their way.
    pub(super) fn wanted_pictures(&mut self) -> Vec<Effect> {
        let pages: Vec<u32> = self.shown_pages().into_iter().filter(|page| !self.asked.contains(page)).collect();
        self.asked.extend(&pages);
        pages.into_iter().map(|page| Effect::Picture { job: self.card.job, page }).collect()
    }

    /// Keeps a picture that was asked for.
    pub(super) fn keep_picture(&mut self, page: u32, picture: Picture, blur: bool) {
        let new = !self.pictures.iter().any(|seen| seen.page == page);
        if picture.is_whole() && new && self.asked.contains(&page) && self.pictures.len() < MOST_PICTURES {
            let blurred = blur.then(|| Arc::new(picture.blurred()));
            self.pictures.push(Seen { page, clear: Arc::new(picture), blurred });
        }
    }

    /// The picture of a page, when it is there, as it may be seen now.
    pub(in crate::panel) fn picture(&self, page: u32) -> Option<&Arc<Picture>> {
        let seen = self.pictures.iter().find(|seen| seen.page == page)?;
        Some(seen.blurred.as_ref().filter(|_| !self.revealed).unwrap_or(&seen.clear))
    }

    /// Whether its pages are blurred until somebody touches them.
    pub(in crate::panel) fn is_blurred(&self) -> bool {
        !self.revealed && self.pictures.iter().any(|seen| seen.blurred.is_some())
    }

    /// Printed sides and sheets of paper.
    pub(in crate::panel) fn amount(&self) -> (u64, u64) {
        let count = self.card.page_count;
        (self.ticket.impressions(count).unwrap_or(0), self.ticket.sheets(count).unwrap_or(0))
    }

    /// Sheets that two-sided printing saves, or would save.
    pub(in crate::panel) fn saving(&self) -> u64 {
        let sheets = |two_sided| Ticket { two_sided, ..self.ticket.clone() }.sheets(self.card.page_count).unwrap_or(0);
        sheets(false).saturating_sub(sheets(true))
    }

    /// Whether it can be printed as chosen.
    pub(in crate::panel) fn is_printable(&self, max_sheets: u32) -> bool {
        let (impressions, sheets) = self.amount();
        impressions > 0 && sheets <= u64::from(max_sheets) && !self.deleting
    }
}

/// The most copies that can be chosen.
pub(in crate::panel) fn copies_max(offer: &Offer) -> u32 {
    offer.copies_max.clamp(1, Copies::MAX)
}

#[cfg(test)]
mod tests {
    use super::{JobCard, Offer, PageRanges, Review, Ticket};
    use crate::job::state::JobId;

    fn review(pages: &str, page_count: u32) -> Review {
        let offer = Offer { two_sided: true, color: false, media: "A4".into(), copies_max: 5, pages_per_minute: None };
        let pages = PageRanges::parse(pages).unwrap_or_default();
        let ticket = Ticket { pages, color: true, ..Ticket::default() };
        let (title, job) = ("a.pdf".into(), JobId(1));
        Review::new(
            JobCard { job, title, bytes: 1, page_count, ticket, printed_before: false, fault: None, rest: None },
            &offer,
        )
    }

    #[test]
    fn pages_go_round_and_come_back_to_the_ticket() {
        let mut review = review("2-3,5", 9);
        assert_eq!((review.ticket.color, review.shown_pages()), (false, vec![2, 3]));
        let mut seen = Vec::new();
        for _ in 0..3 {
            review.next_pages();
            seen.push(review.ticket.pages.to_string());
        }
        assert_eq!(seen, ["", "1", "2-3,5"]);
    }

    #[test]
    fn ranges_past_the_end_become_the_whole_document() {
        let review = review("4-6", 2);
        assert!(review.ticket.pages.is_whole() && review.amount() == (2, 2) && review.saving() == 1);
    }
}
