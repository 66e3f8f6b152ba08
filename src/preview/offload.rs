//! Other machines' part: a request goes to the broker, a node stores the result through our own door, and here is waited
//! for it. When the broker or the nodes are gone, or take too long, the kiosk does it itself; the first result is kept.

use std::{
    cell::Cell,
    time::{Duration, Instant},
};

use super::{Preview, edition::Edition, token::Audience, wants::Work};
use crate::{
    bell::rings,
    broker::{
        Broker, BrokerError,
        request::{Request, Urgency},
    },
    document::{kind::Kind, made::Ask},
    error::Error,
    settings::Settings,
};

/// A broker that did not answer is left alone for a while: nobody waits for it at each page.
const REST: Duration = Duration::from_secs(15);

/// The way to nodes.
pub struct Offload {
    broker: Broker,
    rests_until: Cell<Option<Instant>>,
}

impl Offload {
    /// By the settings; `None` without a broker.
    pub fn open(settings: &Settings, engine: u32) -> Result<Option<Self>, BrokerError> {
        let broker = Broker::of(&settings.preview, engine)?;
        Ok(broker.map(|broker| Self { broker, rests_until: Cell::new(None) }))
    }

    /// Whether the broker took it.
    pub(super) async fn takes(&self, request: &Request, urgency: Urgency) -> bool {
        if self.rests_until.get().is_some_and(|until| Instant::now() < until) {
            return false;
        }
        match self.broker.publish(request, urgency).await {
            Ok(()) => true,
            Err(error) => {
                tracing::warn!(%error, "done here");
                if !matches!(error, BrokerError::Nobody) {
                    self.rests_until.set(Some(Instant::now() + REST));
                }
                false
            }
        }
    }
}

impl Preview {
    /// Whether a node did it.
    pub(super) async fn is_made_elsewhere(&self, work: &Work) -> Result<bool, Error> {
        let Some(offload) = &self.offload else { return Ok(false) };
        let Some(source) = self.any_source(work).await? else { return Ok(false) };
        let urgency = if work.asked { Urgency::Now } else { Urgency::Later };
        let edition = Edition { document: source.job, version: work.version };
        let ask = self.wish(source.kind.unwrap_or(Kind::Txt), &work.pages);
        if !offload.takes(&self.request(&edition, source.kind, ask), urgency).await {
            return Ok(false);
        }
        let until = Instant::now() + Duration::from_secs(self.settings.preview.node_timeout_s);
        loop {
            let changed = self.changed();
            if self.is_covered(work).await? {
                return Ok(true);
            }
            if Instant::now() >= until {
                tracing::warn!("no node has answered; done here");
                return Ok(false);
            }
            rings(changed, until).await;
        }
    }

    /// The request for something of this edition, with the token that lets a node fetch it and store what it made.
    pub(super) fn request(&self, edition: &Edition, kind: Option<Kind>, ask: Ask) -> Request {
        let (now, limits) = (self.now_s(), &self.settings.preview);
        let seconds = i64::try_from(limits.write_token_s).unwrap_or(i64::MAX);
        let kiosk = match limits.kiosk_url.trim_end_matches('/') {
            "" => self.settings.public_url(),
            url => url.to_owned(),
        };
        Request {
            kiosk,
            document: edition.document,
            version: edition.version(),
            kind,
            ask,
            token: self.key.sign(Audience::Write, edition, now, now.saturating_add(seconds)),
        }
    }
}
