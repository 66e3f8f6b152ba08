//! Did the sheets come out? What a printer said of a job, weighed: how many sides are out, as an interval. Pure.
//!
//! A count is believed as far as it can be true. A printer that never counted says 0 of everything, so its "completed" has
//! to do; one that does count and says 0 printed nothing. Where nothing is said, what the printer had got bounds what can
//! be out, and a person is asked for the rest. Who asks the printer is in `settle`.

use crate::{
    job::part::{Asked, Out},
    store::attempts::Habits,
};

/// What became of the printer's job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// `completed`.
    Completed,
    /// `canceled` or `aborted`.
    Stopped,
    /// The printer does not know it, or not any more.
    Gone,
}

/// All that is known of a try whose job is at an end.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// What was asked.
    pub asked: &'a Asked,
    /// What became of it.
    pub found: Found,
    /// The last `job-impressions-completed`.
    pub count: Option<u32>,
    /// The highest that was seen while it printed.
    pub seen: u32,
    /// Sides that the printer may have got; `None`: all.
    pub given: Option<u32>,
    /// How far the printer's own counter went, when it is to be trusted ([`grown`]).
    pub counter: Option<u32>,
    /// The printer's own counter went back or leapt: what this printer counts is no knowledge.
    pub wild: bool,
    /// How it counts.
    pub habits: Habits,
}

/// Sides of this try that are out.
pub fn judge(evidence: &Evidence<'_>) -> Out {
    let Evidence { asked, found, counter, habits, .. } = *evidence;
    let of = asked.impressions();
    let given = evidence.given.unwrap_or(of).min(of);
    let told = evidence.count.filter(|count| *count <= plausible(asked));
    let seen = if evidence.seen <= plausible(asked) { evidence.seen } else { 0 };
    let seen = counted(asked, seen, habits);
    let by_counter = counter.map(|counter| counted(asked, counter, Habits { copies: true, ..habits }));
    let out = match (found, told) {
        (Found::Completed, Some(count)) if count > 0 && enough(asked, count, habits) => Out::exactly(of),
        (Found::Completed | Found::Stopped, Some(count)) if count > 0 => {
            let told = counted(asked, count, habits);
            // A count that went back, or another counter that knows better: somebody is wrong.
            let other = by_counter.unwrap_or(told);
            let least = told.least.min(other.least);
            let back = match (count < evidence.seen || evidence.wild, found) {
                (true, Found::Completed) => of,
                (true, _) if evidence.wild => of,
                (true, _) => seen.most,
                (false, _) => 0,
            };
            Out { least, most: told.most.max(other.most).max(back) }
        }
        _ if by_counter.is_some_and(|out| out.least >= seen.least) => by_counter.unwrap_or(seen),
        (Found::Completed, Some(_)) if evidence.wild => Out::between(0, of),
        (Found::Completed, Some(_)) if habits.counts && evidence.seen == 0 => Out::exactly(0),
        // It takes the part that it got for the whole, if it got any.
        (Found::Completed, _) if evidence.given.is_some() => Out { least: seen.least.min(given), most: given },
        (Found::Completed, _) => Out::exactly(of),
        (Found::Stopped, Some(_)) if habits.counts && evidence.seen == 0 => Out::exactly(0),
        (Found::Stopped | Found::Gone, _) => Out { least: seen.least, most: given },
    };
    if found == Found::Completed { out } else { Out { least: out.least.min(given), most: out.most.min(given) } }
}

/// How far `printer-impressions-completed` went for this job alone; `None` when that cannot be told: others printed
/// meanwhile, it went back, it went further than this job can, or it never counts at all.
pub fn grown(before: Option<u32>, after: Option<u32>, asked: &Asked, alone: bool) -> Option<u32> {
    let grown = after.filter(|after| alone && *after > 0)?.checked_sub(before?)?;
    (grown <= plausible(asked)).then_some(grown)
}

/// Whether that is all of it: some printers do not multiply by the copies that they make.
fn enough(asked: &Asked, count: u32, habits: Habits) -> bool {
    count >= asked.impressions() || is_one_set(asked, count, habits)
}

fn is_one_set(asked: &Asked, count: u32, habits: Habits) -> bool {
    asked.by_printer > 1 && !habits.copies && count == asked.impressions() / asked.by_printer
}

/// The most that a true count can be: every blank back may be counted.
pub fn plausible(asked: &Asked) -> u32 {
    let sequence = asked.sequence;
    let blanks = if sequence.two_sided { sequence.copies } else { 0 };
    asked.impressions().saturating_add(blanks)
}

/// Sides that are out when a printer has counted so many: blank backs, if it counts those, are among them.
fn counted(asked: &Asked, count: u32, habits: Habits) -> Out {
    let of = asked.impressions();
    // A whole set may stand for any number of copies of it.
    let most = if is_one_set(asked, count, habits) { of } else { count.min(of) };
    Out { least: without_blanks(asked, count).min(of).min(most), most }
}

/// As many sides of `count` as are none of the blank backs.
pub fn without_blanks(asked: &Asked, count: u32) -> u32 {
    let sequence = asked.sequence;
    if !sequence.two_sided {
        return count;
    }
    let sides = sequence.sides.max(1);
    let first = sides - asked.first % sides;
    let (padded_first, padded) = (first + first % 2, sides + sides % 2);
    match count.checked_sub(padded_first) {
        None => count.min(first),
        Some(rest) => first + rest / padded * sides + (rest % padded).min(sides),
    }
}

#[cfg(test)]
mod tests {
    use super::{Evidence, Found, grown, judge};
    use crate::{
        job::{
            part::{Asked, Out, Sequence},
            ticket::Ticket,
        },
        store::attempts::Habits,
    };

    const NEVER: Habits = Habits { counts: false, copies: false };
    const COUNTS: Habits = Habits { counts: true, copies: false };
    const COPIES: Habits = Habits { counts: true, copies: true };

    fn asked(sides: u32, copies: u32, by_printer: u32, two_sided: bool, first: u32) -> Asked {
        let sequence = Sequence { sides, copies, two_sided };
        Asked { ticket: Ticket::default(), sequence, first, by_printer, pages_a_side: 1 }
    }

    /// Of five sides once.
    fn of_five(found: Found, count: Option<u32>, seen: u32, given: Option<u32>, habits: Habits) -> (u32, u32) {
        let asked = asked(5, 1, 1, false, 0);
        let Out { least, most } =
            judge(&Evidence { asked: &asked, found, count, seen, given, counter: None, wild: false, habits });
        (least, most)
    }

    #[test]
    fn what_a_printer_says_of_a_job() {
        use Found::{Completed, Gone, Stopped};
        for (found, count, seen, given, habits, out) in [
            (Completed, Some(5), 5, None, COUNTS, (5, 5)),
            (Completed, Some(5), 0, None, NEVER, (5, 5)),
            // ippeveprinter without its command never counts: its word has to do.
            (Completed, Some(0), 0, None, NEVER, (5, 5)),
            (Completed, None, 0, None, NEVER, (5, 5)),
            (Completed, None, 3, None, COUNTS, (5, 5)),
            // One that counts and says 0 printed nothing.
            (Completed, Some(0), 0, None, COUNTS, (0, 0)),
            (Completed, Some(3), 3, None, COUNTS, (3, 3)),
            (Completed, Some(3), 0, None, NEVER, (3, 3)),
            // It counted back: somebody is wrong, and all may be out.
            (Completed, Some(1), 5, None, COUNTS, (1, 5)),
            // It takes the part that it got for the whole: what it never got cannot be out.
            (Completed, Some(0), 0, Some(0), NEVER, (0, 0)),
            (Completed, None, 0, Some(3), NEVER, (0, 3)),
            // Impossible counts are none.
            (Completed, Some(5_000), 0, None, COUNTS, (5, 5)),
            (Stopped, Some(5_000), 0, None, COUNTS, (0, 5)),
            (Stopped, Some(2), 2, None, COUNTS, (2, 2)),
            (Stopped, Some(0), 0, None, COUNTS, (0, 0)),
            (Stopped, Some(0), 0, None, NEVER, (0, 5)),
            (Stopped, None, 0, Some(2), NEVER, (0, 2)),
            (Stopped, Some(0), 0, Some(0), NEVER, (0, 0)),
            // It counted back: somebody is wrong.
            (Stopped, Some(1), 4, None, COUNTS, (1, 4)),
            (Stopped, Some(0), 3, None, COUNTS, (3, 5)),
            (Gone, None, 3, None, COUNTS, (3, 5)),
            (Gone, None, 0, Some(3), COUNTS, (0, 3)),
            (Gone, None, 0, Some(0), COUNTS, (0, 0)),
            (Gone, None, 4, Some(3), COUNTS, (3, 3)),
        ] {
            assert_eq!(of_five(found, count, seen, given, habits), out, "{found:?} {count:?} {seen} {given:?}");
        }
    }

    #[test]
    fn copies_that_the_printer_makes_may_be_counted_once_or_each() {
        let asked = asked(3, 2, 2, false, 0);
        let out = |found, count, habits| {
            let evidence = Evidence {
                asked: &asked,
                found,
                count: Some(count),
                seen: 0,
                given: None,
                counter: None,
                wild: false,
                habits,
            };
            let Out { least, most } = judge(&evidence);
            (least, most)
        };
        assert_eq!(out(Found::Completed, 6, NEVER), (6, 6));
        assert_eq!(out(Found::Completed, 3, NEVER), (6, 6));
        assert_eq!(out(Found::Completed, 3, COPIES), (3, 3));
        // More than the set, so it multiplies, and not enough.
        assert_eq!(out(Found::Completed, 4, NEVER), (4, 4));
        assert_eq!(out(Found::Completed, 2, NEVER), (2, 2));
        assert_eq!(out(Found::Stopped, 3, NEVER), (3, 6));
        assert_eq!(out(Found::Stopped, 4, COPIES), (4, 4));
    }

    #[test]
    fn blank_backs_may_be_counted_or_not() {
        let both = asked(3, 3, 1, true, 0);
        let out = |asked: &Asked, found, count| {
            let habits = COPIES;
            let evidence =
                Evidence { asked, found, count: Some(count), seen: 0, given: None, counter: None, wild: false, habits };
            let Out { least, most } = judge(&evidence);
            (least, most)
        };
        assert_eq!([9, 10, 11, 12].map(|count| out(&both, Found::Completed, count)), [(9, 9); 4]);
        assert_eq!(
            [2, 3, 4, 5, 8].map(|count| out(&both, Found::Stopped, count)),
            [(2, 2), (3, 3), (3, 4), (4, 5), (6, 8)]
        );
        let rest = asked(3, 3, 1, true, 2);
        assert_eq!([1, 2, 3].map(|count| out(&rest, Found::Stopped, count)), [(1, 1), (1, 2), (2, 3)]);
    }

    #[test]
    fn the_printers_own_counter_is_trusted_only_where_it_can_be_true() {
        let five = asked(5, 1, 1, false, 0);
        for (before, after, alone, trusted) in [
            (Some(100), Some(105), true, Some(5)),
            (Some(100), Some(102), true, Some(2)),
            (Some(100), Some(100), true, Some(0)),
            (Some(0), Some(5), true, Some(5)),
            // It never counts; others printed; it went back; it jumped; it was not there.
            (Some(0), Some(0), true, None),
            (Some(100), Some(105), false, None),
            (Some(100), Some(3), true, None),
            (Some(100), Some(5_000), true, None),
            (None, Some(5), true, None),
            (Some(5), None, true, None),
        ] {
            assert_eq!(grown(before, after, &five, alone), trusted, "{before:?} {after:?} {alone}");
        }
        let with = |found, count, seen, counter| {
            let habits = COUNTS;
            let counter = Some(counter);
            let evidence = Evidence { asked: &five, found, count, seen, given: None, counter, wild: false, habits };
            let Out { least, most } = judge(&evidence);
            // A counter that went back makes a short count doubtful, and a whole one no less whole.
            let wild = judge(&Evidence { counter: None, wild: true, ..evidence });
            assert!(wild.most == 5 || count == Some(0), "{wild:?}");
            (least, most)
        };
        assert_eq!(with(Found::Completed, Some(0), 0, 5), (5, 5));
        assert_eq!(with(Found::Completed, None, 0, 3), (3, 3));
        assert_eq!(with(Found::Gone, None, 2, 4), (4, 4));
        assert_eq!(with(Found::Stopped, Some(0), 0, 2), (2, 2));
        // The two counters do not agree.
        assert_eq!(with(Found::Stopped, Some(2), 2, 4), (2, 4));
        assert_eq!(with(Found::Gone, None, 4, 2), (4, 5));
    }
}
