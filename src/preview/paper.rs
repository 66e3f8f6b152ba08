//! Print forms that nodes make: the queue asks for one, a request goes to the broker, and what a node brings is handed over
//! and not kept, for a print form belongs to its job. When nobody brings it in time the queue makes it itself.

use std::{
    cell::RefCell,
    collections::HashMap,
    fs::File,
    time::{Duration, Instant},
};

use event_listener::Event;

use super::{Preview, edition::Edition, keep::NotKept};
use crate::{
    bell::rings,
    broker::request::Urgency,
    document::{
        description::{Description, State},
        kind::Kind,
        made::{Ask, Format, PRINT_FILE},
        refusal::Refusal,
    },
};

/// What is asked of nodes, and what came.
#[derive(Default)]
pub(super) struct Forms {
    asked: RefCell<HashMap<Edition, Option<Form>>>,
    /// Rings when something came.
    came: Event,
}

/// What a node says.
enum Form {
    /// Here it is.
    Made(File),
    /// There can be none.
    Refused(Refusal),
    /// It could not make it as its author did; another machine may.
    Left,
}

/// Asked until this goes.
struct Asked<'a>(&'a Forms, Edition);

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        self.0.asked.borrow_mut().remove(&self.1);
    }
}

impl Forms {
    fn ask(&self, edition: &Edition) -> Asked<'_> {
        self.asked.borrow_mut().insert(*edition, None);
        Asked(self, *edition)
    }

    pub(super) fn is_asked(&self, edition: &Edition) -> bool {
        self.asked.borrow().contains_key(edition)
    }

    fn take(&self, edition: &Edition) -> Option<Form> {
        self.asked.borrow_mut().get_mut(edition).and_then(Option::take)
    }

    fn give(&self, edition: &Edition, form: Form) {
        if let Some(place) = self.asked.borrow_mut().get_mut(edition) {
            *place = Some(form);
            self.came.notify(usize::MAX);
        }
    }
}

impl Preview {
    /// The print form of a job's file by a node; `None` where there is none to ask, or nobody brought it in time.
    pub async fn print_form(&self, edition: &Edition, kind: Kind) -> Option<Result<File, Refusal>> {
        // What we draw ourselves is drawn as fast as it is sent.
        let offload = self.offload.as_ref().filter(|_| kind.is_office())?;
        let _asked = self.forms.ask(edition);
        if !offload.takes(&self.request(edition, Some(kind), Ask::Print), Urgency::Soon).await {
            return None;
        }
        tracing::info!(document = edition.document, "a print form is asked of nodes");
        let until = Instant::now() + Duration::from_secs(self.settings.preview.node_print_timeout_s);
        loop {
            let came = self.forms.came.listen();
            match self.forms.take(edition) {
                Some(Form::Made(file)) => return Some(Ok(file)),
                Some(Form::Refused(why)) => return Some(Err(why)),
                Some(Form::Left) => return None,
                None if Instant::now() >= until => {
                    tracing::warn!("no node has brought a print form; made here");
                    return None;
                }
                None => {
                    rings(came, until).await;
                }
            }
        }
    }

    /// Bytes of a file of this name that a node may bring.
    pub fn most_bytes(&self, name: &str) -> u64 {
        match name {
            PRINT_FILE => self.settings.upload.ready_bytes,
            _ => self.settings.preview.file_bytes,
        }
    }

    /// Takes what a node says of a print form. One that nobody waits for any more is not wanted.
    pub(super) async fn conclude_form(&self, edition: &Edition, by: &str, told: &Description) -> Result<(), NotKept> {
        if !self.forms.is_asked(edition) {
            return Err(NotKept::Gone);
        }
        let form = match (told.state, &told.error) {
            (State::Complete, _) => {
                let path = self.work_by(edition, by).await?.join(PRINT_FILE);
                let file = smol::unblock(move || File::open(path)).await.map_err(|_| NotKept::Nonsense)?;
                if told.simplified { Form::Left } else { Form::Made(file) }
            }
            // What a node lacks this machine may have.
            (State::Error, Some(told)) => match told.code {
                Refusal::TimedOut | Refusal::TooLarge | Refusal::NoEngine => Form::Left,
                code => Form::Refused(code),
            },
            _ => return Err(NotKept::Nonsense),
        };
        self.end_work_by(edition, by).await;
        self.forms.give(edition, form);
        Ok(())
    }
}

/// Whether it is told of a print form, and of no preview.
pub(super) fn is_form(told: &Description) -> bool {
    told.format == Format::Pdf
}
