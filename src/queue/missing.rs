//! What is missing: a person says how far a job came out, and the rest is printed; or all of it came out after all.

use super::{Queue, live::Live};
use crate::{
    error::Error,
    job::{part::AttemptId, state::JobId},
    store::{
        attempts, facts,
        jobs::{self, Ending},
    },
};

impl Queue {
    /// Prints what is left of a held job when so many whole sheets are out, as they were asked then; `true` when that is
    /// all of them, and nothing is printed. An answer about another try than the last is not taken.
    pub async fn release_missing(&self, job: JobId, attempt: AttemptId, sheets_out: u32) -> Result<bool, Error> {
        let (now, terminal) = ((self.clock)(), self.settings.panel.name.clone());
        let released = self.store.write(move |db| {
            let known = jobs::by_id(db, job)?.ok_or(Error::FilesUnknown(1))?;
            let Some(rest) = known.rest.filter(|rest| rest.attempt == attempt) else { return Err(Error::BusyPrinting) };
            let sequence = rest.asked.sequence;
            if sheets_out > sequence.sheets() {
                return Err(Error::PastTheEnd);
            }
            jobs::set_ticket(db, job, &rest.asked.ticket)?;
            jobs::release(db, job, sequence.before(sheets_out), now)?;
            if sheets_out < sequence.sheets() {
                return Ok(None);
            }
            attempts::settle(db, attempt, None)?;
            jobs::end(db, job, &Ending::Completed)?;
            facts::insert(db, job, sequence.impressions(), sequence.sheets(), &terminal, now)?;
            Ok(Some(sequence))
        });
        let all = released.await?;
        tracing::info!(%job, sheets_out, "the rest released");
        match all {
            None => self.heard_of(job),
            Some(sequence) => {
                let (of, sheets, ending) = (sequence.impressions(), sequence.sheets(), Some(Ending::Completed));
                self.set_live(Live { job, impressions: of, of, sheets, fault: None, ending, rest: None });
                self.ring();
            }
        }
        Ok(all.is_some())
    }
}
