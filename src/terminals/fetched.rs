//! Print facts of remote terminals. Of our own printer a fact is written when sheets came out; of a remote one all that is
//! ever known is that it fetched the document, so that is what counts. Who only reads what is asked counts nothing.

use super::Terminals;
use crate::{
    access::hex,
    error::Error,
    store::{facts, jobs, tokens},
};

/// Bytes of a token's hash that stand for a terminal whose token has no name here.
const NAME_BYTES: usize = 4;

impl Terminals {
    /// The terminal with this token begins to fetch this document in order to print it.
    pub async fn fetched(&self, token: [u8; 32], document: &str) -> Result<(), Error> {
        let (now, name) = ((self.clock)(), document.to_owned());
        let counted = self.store.write(move |db| {
            let Some(job) = jobs::by_document(db, &name)? else { return Ok(None) };
            let pages = job.document.as_ref().map_or(0, |document| document.page_count);
            let (Ok(impressions), Ok(sheets)) = (job.ticket.impressions(pages), job.ticket.sheets(pages)) else {
                return Ok(None);
            };
            let [impressions, sheets] = [impressions, sheets].map(|count| u32::try_from(count).unwrap_or(u32::MAX));
            let named = tokens::name(db, &token)?.filter(|name| !name.is_empty());
            let terminal = named.unwrap_or_else(|| hex(&token[..NAME_BYTES]));
            facts::insert(db, job.id, impressions, sheets, &terminal, now)?;
            Ok(Some((job.id, impressions)))
        });
        if let Some((job, impressions)) = counted.await? {
            tracing::info!(%job, impressions, "fetched by a terminal");
        }
        Ok(())
    }
}
