//! Who knows which code already: looking at one's own job again is no guess. Pure; time is an argument.
//!
//! Two generations, each at most half of the whole: when the young one is full or its time is over it becomes the old one,
//! and what nobody asked for meanwhile is forgotten. That bounds the memory and needs no order among entries.

use std::collections::HashSet;

use super::table::Block;
use crate::job::code::ReleaseCode;

/// Codes that addresses ordered or asked for with success.
#[derive(Debug)]
pub struct Known {
    young: HashSet<(Block, ReleaseCode)>,
    old: HashSet<(Block, ReleaseCode)>,
    most: usize,
    /// Milliseconds that an entry is kept at the most.
    life_ms: i64,
    turned_ms: i64,
}

impl Known {
    /// At most `most` of them, each for at most `life_ms`.
    pub fn new(most: usize, life_ms: i64) -> Self {
        Self { young: HashSet::new(), old: HashSet::new(), most, life_ms, turned_ms: 0 }
    }

    fn turn(&mut self, now: i64) {
        let age = now.saturating_sub(self.turned_ms);
        if age >= self.life_ms / 2 || self.young.len() >= (self.most / 2).max(1) {
            self.old = std::mem::take(&mut self.young);
            self.turned_ms = now;
        }
        if age >= self.life_ms {
            self.old.clear();
        }
    }

    /// The address has this code.
    pub fn learn(&mut self, block: Block, code: ReleaseCode, now: i64) {
        self.turn(now);
        self.young.insert((block, code));
    }

    /// Whether it has.
    pub fn holds(&mut self, block: Block, code: &ReleaseCode, now: i64) -> bool {
        self.turn(now);
        let entry = (block, code.clone());
        self.young.contains(&entry) || self.old.contains(&entry)
    }

    /// The job is gone.
    pub fn forget(&mut self, block: Block, code: ReleaseCode) {
        let entry = (block, code);
        self.young.remove(&entry);
        self.old.remove(&entry);
    }
}

#[cfg(test)]
mod tests {
    use super::{Block, Known, ReleaseCode};

    fn code(text: &str) -> ReleaseCode {
        ReleaseCode::parse(text).expect("a code")
    }

    #[test]
    fn it_is_kept_for_a_while_and_for_one_address_only() {
        let [one, other] = ["192.0.2.1", "192.0.2.2"].map(|text| Block::of(text.parse().expect("an address")));
        let mut known = Known::new(100, 1_000);
        known.learn(one, code("AAAAAA"), 10_000);
        assert!(known.holds(one, &code("aaaaaa"), 10_400));
        assert!(!known.holds(other, &code("AAAAAA"), 10_400) && !known.holds(one, &code("AAAAAB"), 10_400));
        assert!(!known.holds(one, &code("AAAAAA"), 12_000));
        known.learn(one, code("AAAAAA"), 12_000);
        known.forget(one, code("AAAAAA"));
        assert!(!known.holds(one, &code("AAAAAA"), 12_000));
    }

    #[test]
    fn it_is_bounded() {
        let mut known = Known::new(100, 1_000_000);
        let block = Block::of([192, 0, 2, 1].into());
        for number in 0..10_000 {
            known.learn(block, code(&format!("{number}")), 1);
        }
        assert!(known.young.len() + known.old.len() <= 100);
        assert!(known.holds(block, &code("9999"), 1) && known.holds(block, &code("9960"), 1));
    }
}
