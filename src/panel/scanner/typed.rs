//! A scanner that types like a keyboard: nobody types a line so fast. Enter after such a line is a scan, and presses nothing:
//! on the review it would print.

use std::mem::take;

/// Milliseconds between two keys of a scanner: people who type fast need 80.
const FAST_MS: u64 = 35;
/// Symbols of the shortest line that is taken for a scan.
const LEAST: usize = 4;
/// Symbols of the longest.
const MOST: usize = 512;

/// Keys on their way to a line.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    line: String,
    last_ms: u64,
}

impl Typed {
    /// A key that writes `symbol`. `now_ms` only goes on, or is set back by whoever sets the clock.
    pub fn symbol(&mut self, symbol: char, now_ms: u64) {
        if !self.is_fast(now_ms) || self.line.len() >= MOST {
            self.line.clear();
        }
        self.line.push(symbol);
        self.last_ms = now_ms;
    }

    /// Enter: the line, when a scanner typed it.
    pub fn enter(&mut self, now_ms: u64) -> Option<String> {
        let fast = self.is_fast(now_ms);
        Some(take(&mut self.line)).filter(|line| fast && line.chars().count() >= LEAST)
    }

    fn is_fast(&self, now_ms: u64) -> bool {
        now_ms.checked_sub(self.last_ms).is_some_and(|pause| pause <= FAST_MS)
    }
}

#[cfg(test)]
mod tests {
    use super::Typed;

    fn typed(text: &str, each_ms: u64) -> Option<String> {
        let (mut typed, mut now_ms) = (Typed::default(), 1_000_000);
        for symbol in text.chars() {
            now_ms += each_ms;
            typed.symbol(symbol, now_ms);
        }
        typed.enter(now_ms + each_ms)
    }

    #[test]
    fn a_scanner_types_faster_than_people() {
        assert_eq!(typed("OF72I1", 2), Some("OF72I1".into()));
        assert_eq!(typed("OF72I1", 90), None);
        assert_eq!((typed("OF7", 2), typed("", 2)), (None, None));
        let mut slow_then_fast = Typed::default();
        slow_then_fast.symbol('X', 1_000);
        "OF72I1".chars().for_each(|symbol| slow_then_fast.symbol(symbol, 5_000));
        assert_eq!(slow_then_fast.enter(5_010), Some("OF72I1".into()));
        assert_eq!(slow_then_fast.enter(5_011), None);
        slow_then_fast.symbol('X', 9_000);
        slow_then_fast.symbol('Y', 10);
        assert_eq!(slow_then_fast.enter(10), None);
    }
}
