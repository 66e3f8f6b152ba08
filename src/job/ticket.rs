//! The ticket: what a person asked of a job (`job-ticket`, PWG 5100.11), and what it costs in sheets.

use serde::{Deserialize, Serialize};

use super::{
    pages::{PageRanges, PastTheEnd},
    plan::{NumberUp, Scaling},
};

/// Copies, 1 to 999 (`copies`, RFC 8011 §5.2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "u32")]
pub struct Copies(u32);

impl Copies {
    /// One copy.
    pub const ONE: Self = Self(1);
    /// The most copies a ticket can ask.
    pub const MAX: u32 = 999;

    /// `None` when `copies` is 0, negative or over [`Copies::MAX`].
    pub fn new(copies: i64) -> Option<Self> {
        u32::try_from(copies).ok().filter(|copies| (1..=Self::MAX).contains(copies)).map(Self)
    }

    /// The number.
    pub fn get(self) -> u32 {
        self.0
    }
}

impl TryFrom<i64> for Copies {
    type Error = &'static str;

    fn try_from(copies: i64) -> Result<Self, &'static str> {
        Self::new(copies).ok_or("copies out of range")
    }
}

impl From<Copies> for u32 {
    fn from(copies: Copies) -> Self {
        copies.0
    }
}

/// What was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// Which pages.
    pub pages: PageRanges,
    /// How many copies.
    pub copies: Copies,
    /// Both sides of the sheet, bound on the long edge.
    pub two_sided: bool,
    /// In colour, when the printer has it.
    pub color: bool,
    /// How pages are fitted to the paper.
    #[serde(default)]
    pub scaling: Scaling,
    /// How many of them stand on a side.
    #[serde(default)]
    pub number_up: NumberUp,
}

impl Default for Ticket {
    fn default() -> Self {
        Self {
            pages: PageRanges::default(),
            copies: Copies::ONE,
            two_sided: false,
            color: false,
            scaling: Scaling::default(),
            number_up: NumberUp::default(),
        }
    }
}

impl Ticket {
    /// Printed sides of paper (`job-impressions`, RFC 8011 §5.3.17.2) for a document of `page_count` pages.
    pub fn impressions(&self, page_count: u32) -> Result<u64, PastTheEnd> {
        Ok(self.sides(page_count)? * u64::from(self.copies.get()))
    }

    /// Printed sides of one copy.
    fn sides(&self, page_count: u32) -> Result<u64, PastTheEnd> {
        Ok(self.pages.count(page_count)?.div_ceil(self.number_up.get() as u64))
    }

    /// Sheets of paper (`job-media-sheets`, RFC 8011 §5.3.17.3) for a document of `page_count` pages.
    pub fn sheets(&self, page_count: u32) -> Result<u64, PastTheEnd> {
        let sides = if self.two_sided { 2 } else { 1 };
        Ok(self.sides(page_count)?.div_ceil(sides) * u64::from(self.copies.get()))
    }
}

#[cfg(test)]
mod tests {
    use super::{Copies, NumberUp, PageRanges, Ticket};

    #[test]
    fn sheets_are_whole_for_every_copy() {
        let ticket = Ticket {
            pages: PageRanges::parse("1-3").expect("ranges"),
            copies: Copies::new(3).expect("3"),
            two_sided: true,
            ..Ticket::default()
        };
        assert_eq!(ticket.sheets(3), Ok(6));
        assert_eq!(ticket.impressions(3), Ok(9));
        let up = Ticket { number_up: NumberUp::Two, ..ticket };
        assert_eq!((up.impressions(3), up.sheets(3)), (Ok(6), Ok(3)));
        assert!(Copies::new(0).is_none() && Copies::new(-5).is_none() && Copies::new(2_147_483_648).is_none());
    }
}
