//! How far the job at the printer has got, and how the last ones ended. What goes on may be missed by whoever looks late, an
//! end may not: it is told to each who asks for what ended since they asked the last time.

use std::{cell::RefCell, collections::VecDeque};

use crate::{
    job::{fault::Fault, part::Rest, state::JobId},
    store::jobs::Ending,
};

/// Ends that are remembered: more than jobs end between two looks of anybody.
const ENDS: usize = 32;

/// How far a job at the printer has got, or how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Live {
    /// Which.
    pub job: JobId,
    /// Sides that came out, as the printer counts, with those of earlier tries.
    pub impressions: u32,
    /// Sides asked, all of them.
    pub of: u32,
    /// Sheets asked.
    pub sheets: u32,
    /// Why nothing moves.
    pub fault: Option<Fault>,
    /// How it ended.
    pub ending: Option<Ending>,
    /// What of a held one is or may be out.
    pub rest: Option<Rest>,
}

/// The job at the printer, or the last one; and ends, numbered from 1 in their order.
#[derive(Debug, Default)]
pub(super) struct Lives {
    now: RefCell<Option<Live>>,
    ends: RefCell<VecDeque<(u64, Live)>>,
}

impl Lives {
    pub(super) fn now(&self) -> Option<Live> {
        self.now.borrow().clone()
    }

    /// This is how it is now; whether that is news.
    pub(super) fn set(&self, live: Live) -> bool {
        if self.now.borrow().as_ref() == Some(&live) {
            return false;
        }
        let mut now = self.now.borrow_mut();
        if live.ending.is_some() {
            let mut ends = self.ends.borrow_mut();
            let number = ends.back().map_or(1, |(number, _)| number + 1);
            ends.push_back((number, live.clone()));
            // One stays, for its number.
            if ends.len() > ENDS {
                ends.pop_front();
            }
            // The progress of the job at the printer is worth more than the end of one that never came there.
            if now.as_ref().is_some_and(|now| now.ending.is_none() && now.job != live.job) {
                return true;
            }
        }
        *now = Some(live);
        true
    }

    /// Changes what is told of `job` now, if it is told of; what `change` says.
    pub(super) fn change(&self, job: JobId, change: impl FnOnce(&mut Live) -> bool) -> bool {
        self.now.borrow_mut().as_mut().filter(|live| live.job == job).is_some_and(change)
    }

    /// The job begins anew: how it ended is no longer news.
    pub(super) fn forget(&self, job: JobId) {
        self.now.borrow_mut().take_if(|live| live.job == job);
        for (_, live) in self.ends.borrow_mut().iter_mut().filter(|(_, live)| live.job == job) {
            live.ending = None;
        }
    }

    /// What ended after the end of this number.
    pub(super) fn ended_since(&self, number: u64) -> Vec<(u64, Live)> {
        self.ends.borrow().iter().filter(|(other, live)| *other > number && live.ending.is_some()).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{ENDS, Ending, JobId, Live, Lives};

    fn live(job: i64, ending: Option<Ending>) -> Live {
        Live { job: JobId(job), impressions: 1, of: 1, sheets: 1, fault: None, ending, rest: None }
    }

    #[test]
    fn an_end_is_told_to_whoever_looks_after_the_next_has_begun() {
        let lives = Lives::default();
        assert!(lives.set(live(1, Some(Ending::Completed))) && lives.set(live(2, None)) && !lives.set(live(2, None)));
        assert_eq!(lives.ended_since(0), [(1, live(1, Some(Ending::Completed)))]);
        assert!(lives.ended_since(1).is_empty());
        assert!(lives.set(live(2, Some(Ending::Canceled))));
        assert_eq!((lives.ended_since(1).len(), lives.ended_since(0).len()), (1, 2));
        // One that was canceled while another was at the printer.
        lives.set(live(4, None));
        assert!(lives.set(live(5, Some(Ending::Canceled))));
        assert_eq!((lives.now().map(|live| live.job.0), lives.ended_since(2).len()), (Some(4), 1));
        lives.forget(JobId(4));
        // Released again before anybody looked.
        lives.set(live(2, Some(Ending::Canceled)));
        lives.forget(JobId(2));
        assert_eq!((lives.now(), lives.ended_since(1).len()), (None, 1));
        for job in 3..200 {
            lives.set(live(job, Some(Ending::Completed)));
        }
        let kept = lives.ended_since(0);
        assert_eq!((kept.len(), kept.last().map(|(number, live)| (*number, live.job.0))), (ENDS, Some((201, 199))));
    }

    #[test]
    fn what_is_told_of_another_job_is_left_alone() {
        let lives = Lives::default();
        lives.set(live(1, None));
        let count = |live: &mut Live| {
            live.impressions += 1;
            true
        };
        assert!(lives.change(JobId(1), count) && !lives.change(JobId(2), count));
        assert_eq!(lives.now().map(|live| live.impressions), Some(2));
    }
}
