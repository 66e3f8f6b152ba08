//! What is wanted of which content, and what is made next: pages that somebody asked, the latest first; their neighbours
//! only when nobody waits for anything; nothing else. One conversion at a time of a content, however many ask. Pure.

use std::collections::VecDeque;

/// A content's SHA-256.
pub type Version = [u8; 32];

/// What is made in one go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    /// Of which content.
    pub version: Version,
    /// Which pages; none of a document that is made whole.
    pub pages: Vec<u32>,
    /// Somebody waits for it.
    pub asked: bool,
}

/// In the order in which contents were first asked; one that had its turn goes to the end.
#[derive(Debug, Default)]
pub struct Wants(Vec<Want>);

#[derive(Debug)]
struct Want {
    version: Version,
    whole: bool,
    asked: VecDeque<u32>,
    near: VecDeque<u32>,
    running: bool,
}

impl Wants {
    /// Somebody wants the whole of it.
    pub fn whole(&mut self, version: Version) {
        self.of(version).whole = true;
    }

    /// Somebody wants these pages; so many before and after them may be next.
    pub fn pages(&mut self, version: Version, pages: &[u32], neighbours: u32) {
        let want = self.of(version);
        want.asked.retain(|page| !pages.contains(page));
        for page in pages.iter().rev() {
            want.asked.push_front(*page);
        }
        let (first, last) = (pages.iter().min().copied().unwrap_or(1), pages.iter().max().copied().unwrap_or(1));
        // Whoever reads goes on: what comes after is more likely than what was before.
        let after = last.saturating_add(1)..=last.saturating_add(neighbours);
        let before = first.saturating_sub(neighbours).max(1)..first;
        want.near = after.chain(before.rev()).filter(|page| !want.asked.contains(page)).collect();
    }

    /// These pages need not be made: they are there, or there are none.
    pub fn settled(&mut self, version: &Version, is_settled: impl Fn(u32) -> bool) {
        for want in self.0.iter_mut().filter(|want| want.version == *version) {
            want.asked.retain(|page| !is_settled(*page));
            want.near.retain(|page| !is_settled(*page));
        }
    }

    /// What to do next, at most so many pages of it. It is not given out again before [`Self::done`].
    pub fn next(&mut self, most: usize) -> Option<Work> {
        let idle = self.0.iter().all(|want| !want.running);
        let is_asked = |want: &Want| !want.running && (want.whole || !want.asked.is_empty());
        let waits = self.0.iter().any(is_asked);
        let next = match self.0.iter_mut().find(|want| is_asked(want)) {
            Some(want) => want,
            None if idle && !waits => self.0.iter_mut().find(|want| !want.near.is_empty())?,
            None => return None,
        };
        let asked = next.whole || !next.asked.is_empty();
        let from = if next.asked.is_empty() { &mut next.near } else { &mut next.asked };
        let pages = if next.whole { Vec::new() } else { from.drain(..most.min(from.len())).collect() };
        (next.running, next.whole) = (true, false);
        Some(Work { version: next.version, pages, asked })
    }

    /// A conversion ended, well or not.
    pub fn done(&mut self, version: &Version) {
        if let Some(index) = self.0.iter().position(|want| want.version == *version) {
            let want = self.0.remove(index);
            self.0.push(Want { running: false, ..want });
        }
        self.0.retain(|want| want.running || want.whole || !want.asked.is_empty() || !want.near.is_empty());
    }

    /// Nobody may have it any more.
    pub fn forget(&mut self, version: &Version) {
        for want in self.0.iter_mut().filter(|want| want.version == *version) {
            (want.whole, want.asked, want.near) = (false, VecDeque::new(), VecDeque::new());
        }
        self.0.retain(|want| want.running || want.version != *version);
    }

    /// Whether anything is made of it, or will be.
    pub fn has(&self, version: &Version) -> bool {
        self.0.iter().any(|want| want.version == *version)
    }

    fn of(&mut self, version: Version) -> &mut Want {
        let index = self.0.iter().position(|want| want.version == version).unwrap_or_else(|| {
            let (asked, near) = Default::default();
            self.0.push(Want { version, whole: false, asked, near, running: false });
            self.0.len() - 1
        });
        &mut self.0[index]
    }
}

#[cfg(test)]
mod tests {
    use super::{Wants, Work};

    const A: [u8; 32] = [1; 32];
    const B: [u8; 32] = [2; 32];

    /// Everything that is made when nobody asks for more, one after the other.
    fn rest(wants: &mut Wants, most: usize) -> Vec<(u8, Vec<u32>, bool)> {
        let mut made = Vec::new();
        while let Some(Work { version, pages, asked }) = wants.next(most) {
            wants.done(&version);
            made.push((version[0], pages, asked));
        }
        made
    }

    #[test]
    fn asked_pages_come_first_then_their_neighbours_and_nothing_else() {
        let mut wants = Wants::default();
        wants.pages(A, &[5, 6], 1);
        assert_eq!(
            rest(&mut wants, 1),
            [(1, vec![5], true), (1, vec![6], true), (1, vec![7], false), (1, vec![4], false)]
        );
        assert!(!wants.has(&A));
        wants.pages(A, &[1], 2);
        assert_eq!(rest(&mut wants, 9), [(1, vec![1], true), (1, vec![2, 3], false)]);
    }

    #[test]
    fn whoever_scrolls_on_sees_where_they_are_first() {
        let mut wants = Wants::default();
        wants.pages(A, &[1, 2, 3], 1);
        assert_eq!(wants.next(1).map(|work| work.pages), Some(vec![1]));
        wants.pages(A, &[40, 3], 1);
        wants.done(&A);
        let pages: Vec<u32> = rest(&mut wants, 1).into_iter().map(|(_, pages, _)| pages[0]).collect();
        assert_eq!(pages, [40, 3, 2, 41]);
    }

    #[test]
    fn nobody_waits_for_all_pages_of_another() {
        let mut wants = Wants::default();
        wants.pages(A, &[1, 2, 3], 0);
        wants.pages(B, &[1], 0);
        let order: Vec<(u8, u32)> =
            rest(&mut wants, 1).into_iter().map(|(content, pages, _)| (content, pages[0])).collect();
        assert_eq!(order, [(1, 1), (2, 1), (1, 2), (1, 3)]);
    }

    #[test]
    fn a_content_is_made_once_at_a_time_and_neighbours_wait_for_everybody() {
        let mut wants = Wants::default();
        wants.pages(A, &[1], 1);
        let first = wants.next(1).expect("work");
        wants.pages(A, &[1, 2], 1);
        assert_eq!(wants.next(1), None, "it is being made");
        wants.whole(B);
        wants.whole(B);
        let second = wants.next(1).expect("another's");
        assert_eq!((second.version, second.pages, second.asked), (B, vec![], true));
        wants.done(&first.version);
        wants.settled(&A, |page| page == 1);
        assert_eq!(wants.next(1).map(|work| work.pages), Some(vec![2]));
        wants.done(&A);
        assert_eq!(wants.next(1), None, "B runs, and 3 is nobody's wish");
        wants.done(&B);
        assert_eq!(rest(&mut wants, 1), [(1, vec![3], false)]);
        wants.pages(A, &[9], 1);
        assert!(wants.next(1).is_some());
        wants.forget(&A);
        assert!(wants.has(&A), "until it ended");
        wants.done(&A);
        assert!(!wants.has(&A) && wants.next(1).is_none());
    }
}
