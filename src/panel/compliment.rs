//! The kind word after a finished print. Which one is the job's number's affair: the same job is met with the same word.

use crate::{
    job::state::JobId,
    text::{Text, say},
};

/// All of them.
pub(super) const ALL: [Text; 36] = [
    say::COMPLIMENT_1,
    say::COMPLIMENT_2,
    say::COMPLIMENT_3,
    say::COMPLIMENT_4,
    say::COMPLIMENT_5,
    say::COMPLIMENT_6,
    say::COMPLIMENT_7,
    say::COMPLIMENT_8,
    say::COMPLIMENT_9,
    say::COMPLIMENT_10,
    say::COMPLIMENT_11,
    say::COMPLIMENT_12,
    say::COMPLIMENT_13,
    say::COMPLIMENT_14,
    say::COMPLIMENT_15,
    say::COMPLIMENT_16,
    say::COMPLIMENT_17,
    say::COMPLIMENT_18,
    say::COMPLIMENT_19,
    say::COMPLIMENT_20,
    say::COMPLIMENT_21,
    say::COMPLIMENT_22,
    say::COMPLIMENT_23,
    say::COMPLIMENT_24,
    say::COMPLIMENT_25,
    say::COMPLIMENT_26,
    say::COMPLIMENT_27,
    say::COMPLIMENT_28,
    say::COMPLIMENT_29,
    say::COMPLIMENT_30,
    say::COMPLIMENT_31,
    say::COMPLIMENT_32,
    say::COMPLIMENT_33,
    say::COMPLIMENT_34,
    say::COMPLIMENT_35,
    say::COMPLIMENT_36,
];

/// The one for a job.
pub(super) fn of(job: JobId) -> Text {
    // Neighbours in the queue should not be met with neighbours in the list.
    ALL[(job.0.unsigned_abs().wrapping_mul(7) % ALL.len() as u64) as usize]
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{ALL, JobId, of};
    use crate::text::Language;

    #[test]
    fn there_are_thirty_and_more_and_every_one_has_its_turn() {
        assert!(ALL.len() >= 30);
        for language in Language::ALL {
            let said: HashSet<_> = (0..ALL.len()).map(|job| of(JobId(job as _)).get(language)).collect();
            assert_eq!(said.len(), ALL.len());
        }
    }
}
