//! The paper in our own printer: what people say of it, what the printer says of it, and a copy for those who ask often.
//! The rules are in [`crate::job::paper`]; sheets that came out are counted with their print fact.

use super::Queue;
use crate::{
    error::Error,
    job::{
        fault::Fault,
        paper::{News, Paper, Said, heard},
    },
    store::paper,
};

impl Queue {
    /// How much paper there is.
    pub fn paper(&self) -> Paper {
        self.paper.get()
    }

    /// Writes down what a person says of the tray.
    pub async fn say_paper(&self, said: Said) -> Result<Paper, Error> {
        let paper = self.change_paper(News::Said(said)).await?;
        tracing::info!(sheets = paper.left(), "paper, by a person's word");
        Ok(paper)
    }

    /// Listens to the printer's word on its tray, for ever.
    pub async fn paper_loop(&self) -> Result<(), Error> {
        // Only that it begins to be empty is news: a technician may say that it was filled before the printer sees it.
        let mut before: Option<Fault> = None;
        loop {
            let changed = self.changed();
            let known = self.store.read(paper::get).await?;
            if self.paper.replace(known) != known {
                self.ring();
            }
            let view = self.printer();
            if view.known {
                if let Some(news) = heard(before.as_ref(), view.fault.as_ref())
                    && known.after(news, 0) != known
                {
                    self.change_paper(news).await?;
                }
                if matches!(view.fault, None | Some(Fault::MediaEmpty)) {
                    before = view.fault;
                }
            }
            changed.await;
        }
    }

    async fn change_paper(&self, news: News) -> Result<Paper, Error> {
        let (tray, now) = (self.settings.paper.tray_sheets, (self.clock)());
        let paper = self.store.write(move |db| paper::change(db, news, tray, now)).await?;
        self.paper.set(paper);
        self.ring();
        Ok(paper)
    }
}
