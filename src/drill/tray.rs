//! What lies in the output tray against what was asked. Pure.

use super::printer::job::Sheet;

/// The sheets of a job in the order they should come: front and back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted(Vec<(u64, Option<u64>)>);

/// What came out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Sheets that were asked for.
    pub asked: usize,
    /// Of these, sheets that are there.
    pub delivered: usize,
    /// Sheets that are there once more.
    pub duplicates: usize,
    /// Sheets whose back is missing: a printer that was cut off in the middle of a sheet puts that out too, and whoever
    /// stands there takes it for no sheet. It is paper that is lost, but neither a sheet nor a second one.
    pub spoiled: usize,
    /// Sheets that nobody asked for.
    pub wrong: usize,
}

impl Count {
    /// All that was asked, once.
    pub fn is_right(self) -> bool {
        self.delivered == self.asked && self.duplicates == 0 && self.wrong == 0
    }
}

impl Wanted {
    /// `copies` of the pages with these marks.
    pub fn new(marks: &[u64], copies: usize, two_sided: bool) -> Self {
        let set: Vec<_> = match two_sided {
            true => marks.chunks(2).map(|sheet| (sheet[0], sheet.get(1).copied())).collect(),
            false => marks.iter().map(|mark| (*mark, None)).collect(),
        };
        Self(set.repeat(copies))
    }

    /// Counts what lies in the tray; strangers' sheets lie aside.
    pub fn count(&self, tray: &[Sheet]) -> Count {
        let mut missing = self.0.clone();
        let mut count = Count { asked: self.0.len(), ..Count::default() };
        for sheet in tray.iter().filter(|sheet| sheet.ours) {
            let found = (sheet.front, sheet.back);
            if let Some(at) = missing.iter().position(|wanted| *wanted == found) {
                missing.remove(at);
                count.delivered += 1;
            } else if self.0.contains(&found) {
                count.duplicates += 1;
            } else if sheet.back.is_none() && self.0.iter().any(|wanted| wanted.0 == sheet.front) {
                count.spoiled += 1;
            } else {
                count.wrong += 1;
            }
        }
        count
    }

    /// How many sheets whoever stands there counts: from the first on, as long as none is missing.
    pub fn whole(&self, tray: &[Sheet]) -> usize {
        let mut lying: Vec<_> = tray.iter().filter(|sheet| sheet.ours).map(|sheet| (sheet.front, sheet.back)).collect();
        let there = self.0.iter().take_while(|wanted| match lying.iter().position(|sheet| sheet == *wanted) {
            Some(at) => {
                lying.remove(at);
                true
            }
            None => false,
        });
        there.count()
    }
}

#[cfg(test)]
mod tests {
    use super::{Count, Sheet, Wanted};

    fn sheet(front: u64, back: u64) -> Sheet {
        Sheet { ours: true, front, back: (back > 0).then_some(back) }
    }

    #[test]
    fn sheets_are_counted_as_a_person_counts_them() {
        let wanted = Wanted::new(&[1, 2, 3], 2, true);
        let good = [sheet(1, 2), sheet(3, 0)];
        let count = |tray: &[Sheet]| (wanted.whole(tray), wanted.count(tray));
        let all = Count { asked: 4, delivered: 4, ..Count::default() };
        assert_eq!(count(&[good, good].concat()), (4, all));
        assert!(all.is_right());
        assert_eq!(count(&good), (2, Count { delivered: 2, ..all }));
        assert_eq!(count(&[sheet(1, 0), sheet(1, 2)]), (1, Count { delivered: 1, spoiled: 1, ..all }));
        assert_eq!(count(&[sheet(3, 0)]), (0, Count { delivered: 1, ..all }));
        let double = Count { duplicates: 1, wrong: 1, ..all };
        assert_eq!(count(&[&good[..], &good, &[sheet(3, 0), sheet(2, 3)]].concat()), (4, double));
        assert!(!double.is_right());
        let strange = Sheet { ours: false, ..sheet(1, 2) };
        assert_eq!(count(&[strange]), (0, Count { asked: 4, ..Count::default() }));
    }
}
