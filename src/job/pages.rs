//! Page ranges: the text people write (`1-3, 7`) and the pages it names.
//!
//! `page-ranges` of RFC 8011 §5.2.7 with print-api's reading of it: repeats and overlaps are allowed
//! and counted, white space means nothing. Unlike print-api the numbers are compared as numbers, and
//! ranges may come in any order; they are put in order here. A descending range is refused.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The largest number of ranges one ticket may hold.
pub const MAX_RANGES: usize = 1_000;

/// Pages `first..=last`, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PageRange {
    /// First page, 1 or more.
    pub first: u32,
    /// Last page, `first` or more.
    pub last: u32,
}

/// A sorted list of ranges; empty means the whole document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PageRanges {
    ranges: Vec<PageRange>,
    text: String,
}

/// Why a text is not a list of page ranges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PagesError {
    /// Not of the form `2-5,7`.
    Format,
    /// Page 0 was asked.
    Zero,
}

/// The ranges name a page that the document does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PastTheEnd;

impl PageRanges {
    /// Reads `text`; the empty text is the whole document.
    pub fn parse(text: &str) -> Result<Self, PagesError> {
        let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        if text.is_empty() {
            return Ok(Self::default());
        }
        let mut tokens = Vec::new();
        for token in text.split(',') {
            tokens.push((parse_range(token)?, token));
            if tokens.len() > MAX_RANGES {
                return Err(PagesError::Format);
            }
        }
        // Stable: what was in order already keeps its text to the letter.
        tokens.sort_by_key(|(range, _)| *range);
        let text = tokens.iter().map(|(_, token)| *token).collect::<Vec<_>>().join(",");
        Ok(Self { ranges: tokens.into_iter().map(|(range, _)| range).collect(), text })
    }

    /// Whether the whole document is meant.
    pub fn is_whole(&self) -> bool {
        self.ranges.is_empty()
    }

    /// The ranges in order.
    pub fn ranges(&self) -> &[PageRange] {
        &self.ranges
    }

    /// How many pages come out of a document of `page_count` pages, without listing them.
    pub fn count(&self, page_count: u32) -> Result<u64, PastTheEnd> {
        if self.is_whole() {
            return Ok(u64::from(page_count));
        }
        if self.ranges.iter().any(|range| range.last > page_count) {
            return Err(PastTheEnd);
        }
        Ok(self.ranges.iter().map(|range| u64::from(range.last - range.first) + 1).sum())
    }

    /// The pages in the order of printing, counted from 1.
    pub fn resolve(&self, page_count: u32) -> Result<Vec<u32>, PastTheEnd> {
        self.count(page_count)?;
        if self.is_whole() {
            return Ok((1..=page_count).collect());
        }
        Ok(self.ranges.iter().flat_map(|range| range.first..=range.last).collect())
    }
}

impl TryFrom<String> for PageRanges {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        Self::parse(&text).map_err(|_| "not page ranges")
    }
}

impl From<PageRanges> for String {
    fn from(ranges: PageRanges) -> Self {
        ranges.text
    }
}

impl fmt::Display for PageRanges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn parse_range(token: &str) -> Result<PageRange, PagesError> {
    let (first, last) = match token.split_once('-') {
        None => (number(token)?, number(token)?),
        Some((first, last)) => (number(first)?, number(last)?),
    };
    if first == 0 {
        return Err(PagesError::Zero);
    }
    if first > last {
        return Err(PagesError::Format);
    }
    Ok(PageRange { first, last })
}

/// Digits only. What does not fit is a page no document has, so the largest number stands for it.
fn number(digits: &str) -> Result<u32, PagesError> {
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(PagesError::Format);
    }
    Ok(digits.parse().unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::{PageRanges, PagesError, PastTheEnd};

    fn text(input: &str) -> String {
        PageRanges::parse(input).expect(input).to_string()
    }

    #[test]
    fn ranges_are_sorted_as_numbers_and_keep_their_text() {
        assert_eq!(text(" 1-3, 7 "), "1-3,7");
        assert_eq!(text("2-10"), "2-10");
        assert_eq!(text("3,1"), "1,3");
        assert_eq!(text("10,2-3"), "2-3,10");
        assert_eq!(text("5-5"), "5-5");
        assert_eq!(PageRanges::parse("1-3,3-5").map(|p| p.count(5)), Ok(Ok(6)));
        assert_eq!(PageRanges::parse("1,1,1").map(|p| p.resolve(1)), Ok(Ok(vec![1, 1, 1])));
    }

    #[test]
    fn what_is_not_a_range_is_refused() {
        for bad in [",1", "1-", "1,,2", "a", "1;2", "+1", "-1", "10-2", "1-3-5", "1--2"] {
            assert_eq!(PageRanges::parse(bad), Err(PagesError::Format), "{bad}");
        }
        for zero in ["0", "0-3", "00", "00-1", "1,0"] {
            assert_eq!(PageRanges::parse(zero), Err(PagesError::Zero), "{zero}");
        }
    }

    #[test]
    fn a_page_past_the_end_is_told_without_listing_the_pages() {
        let huge = PageRanges::parse("1-99999999999").expect("digits");
        assert_eq!(huge.count(10), Err(PastTheEnd));
        assert_eq!(huge.resolve(10), Err(PastTheEnd));
    }
}
