//! Visits: a phone that opened the page by a terminal's QR may print at that terminal for a while, though the code itself
//! is long over when the document is uploaded. Pure.
//!
//! A visit is a random name that only that phone's pages carry. It releases nothing by itself: a job's code is needed
//! besides. It says where, the code says what.

use std::{collections::VecDeque, io};

use super::register::{Random, Terminal};
use crate::job::code::draw;

/// Characters of a visit's name, of 32 symbols each: 130 bits.
const NAME_CHARS: usize = 26;

struct Visit {
    name: String,
    terminal: Terminal,
    until_ms: u64,
}

/// The visits that are not over.
pub struct Visits {
    length_ms: u64,
    most: usize,
    /// All last equally long, so that the first is over first.
    open: VecDeque<Visit>,
}

impl Visits {
    /// Visits of `length_ms` milliseconds, at most so many at one time.
    pub fn new(length_ms: u64, most: usize) -> Self {
        Self { length_ms, most, open: VecDeque::new() }
    }

    /// Begins a visit; its name. When there are too many the oldest is over.
    pub fn begin(&mut self, terminal: Terminal, now_ms: u64, random: Random<'_>) -> io::Result<String> {
        let symbols: Vec<char> = ('a'..='z').chain('2'..='7').collect();
        let name = draw(&symbols, NAME_CHARS, random)?;
        while self.open.len() >= self.most.max(1) || self.open.front().is_some_and(|visit| visit.until_ms <= now_ms) {
            self.open.pop_front();
        }
        self.open.push_back(Visit { name: name.clone(), terminal, until_ms: now_ms.saturating_add(self.length_ms) });
        Ok(name)
    }

    /// Where a visit is, until it is over.
    pub fn terminal(&self, name: &str, now_ms: u64) -> Option<Terminal> {
        self.open.iter().find(|visit| visit.name == name && now_ms < visit.until_ms).map(|visit| visit.terminal)
    }
}

#[cfg(test)]
mod tests {
    use super::{Terminal, Visits};

    #[test]
    fn a_visit_is_over_in_time_and_when_there_are_too_many() {
        let mut byte = 0_u8;
        let mut random = |buffer: &mut [u8]| {
            byte = byte.wrapping_add(7);
            buffer.fill(byte);
            Ok(())
        };
        let mut visits = Visits::new(1_000, 2);
        let token = Terminal::Token([1; 32]);
        let first = visits.begin(token, 0, &mut random).expect("random");
        assert_eq!((first.len(), visits.terminal(&first, 999)), (26, Some(token)));
        assert_eq!(visits.terminal(&first, 1_000), None);
        assert_eq!((visits.terminal("", 0), visits.terminal(&first.to_uppercase(), 0)), (None, None));
        let second = visits.begin(Terminal::Panel, 10, &mut random).expect("random");
        assert_eq!((visits.terminal(&first, 10), visits.terminal(&second, 10)), (Some(token), Some(Terminal::Panel)));
        let third = visits.begin(Terminal::Panel, 20, &mut random).expect("random");
        assert_eq!((visits.terminal(&first, 20), visits.terminal(&third, 20)), (None, Some(Terminal::Panel)));
        assert_eq!(visits.open.len(), 2);
    }
}
