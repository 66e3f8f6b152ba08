//! A technician's test page: it goes the way of every job, from the documents' folder to the last sheet, but belongs to
//! nobody, is counted as nobody's job, and is gone when it has come out or not.

use super::Queue;
use crate::{
    error::Error,
    job::{
        fault::Fault,
        state::{JobId, State},
        ticket::Ticket,
    },
    store::{documents::Sender, facts::TEST_PAGE, jobs::Order},
};

impl Queue {
    /// Takes the page, a PDF, and hands it to the printer.
    pub async fn print_test_page(&self, page: &[u8], title: &str) -> Result<JobId, Error> {
        let (source, title) = (TEST_PAGE.into(), title.into());
        let order = Order { member: None, source, title, ticket: Ticket::default() };
        let mut incoming = self.receive(page.len() as u64, Sender::Known).await?;
        incoming.write(page).await?;
        let pin = self.order_with(order, incoming, "application/pdf").await?;
        let job = self.find(pin.as_str()).await?.ok_or(Error::FilesUnknown(1))?;
        self.release(job.id, job.ticket).await?;
        Ok(job.id)
    }

    /// Waits for its end and clears it away. Why it did not come out, when it did not.
    pub async fn test_page_ended(&self, job: JobId) -> Result<Option<Fault>, Error> {
        let state = loop {
            let changed = self.changed();
            match self.job(job).await?.map(|job| job.state) {
                Some(state) if state.is_active() => changed.await,
                state => break state,
            }
        };
        self.delete(job).await?;
        Ok(match state {
            Some(State::Held(fault)) => Some(fault.unwrap_or(Fault::Interrupted)),
            _ => None,
        })
    }
}
