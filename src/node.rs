//! A preview node: takes conversions from the broker, one at a time, and does them for kiosks that outgrow their boards.
//!
//! It keeps nothing: of a document it has what the request's token opens, in a folder that goes with the request. Whatever
//! becomes of it, the request is answered for: done when the kiosk has the result or needs none, tried again when that may
//! help, put aside after too many tries. A result told twice changes nothing at the kiosk, so a request that comes again
//! after this machine died is simply done again. How it talks to a kiosk is in [`kiosk_door`], its folder is a [`desk`].

mod kiosk_door;

use std::{path::Path, rc::Rc, time::Duration};

use smol::Timer;

use self::kiosk_door::{KioskDoor, Trip};
use crate::{
    broker::{Broker, BrokerError, Held, Requests, request::Request},
    document::{
        description::{Description, Page, State},
        kind::Kind,
        made::{Ask, Converted, Format},
        refusal::Refusal,
    },
    settings::Settings,
    worker::{
        Workers,
        convert::ConvertError,
        desk::{self, Desk},
    },
};

/// Between two looks for the broker, at first and at last.
const PAUSES: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(15));

/// What became of a request.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    /// The kiosk knows, or need not.
    Done,
    /// Another try may end otherwise; why this one did not, for the log.
    Again(String),
}

/// A node.
pub struct Node {
    workers: Rc<Workers>,
    settings: Rc<Settings>,
    broker: Broker,
}

impl Node {
    /// With children of this program, for the broker of the settings.
    pub fn new(workers: Rc<Workers>, settings: Rc<Settings>, engine: u32) -> Result<Self, BrokerError> {
        let broker = Broker::of(&settings.preview, engine)?.ok_or(BrokerError::Address)?;
        Ok(Self { workers, settings, broker })
    }

    /// Takes requests, for ever.
    pub async fn run(&self) {
        smol::unblock(desk::sweep).await;
        let mut pause = PAUSES.0;
        loop {
            match self.broker.listen().await {
                Ok(requests) => {
                    tracing::info!(queue = self.broker.queue(), "takes conversions");
                    pause = PAUSES.0;
                    if let Err(error) = self.serve(requests).await {
                        tracing::warn!(%error, "the broker is gone");
                    }
                }
                Err(error) => tracing::warn!(%error, "no broker"),
            }
            Timer::after(pause).await;
            pause = (pause * 2).min(PAUSES.1);
        }
    }

    async fn serve(&self, mut requests: Requests) -> Result<(), BrokerError> {
        while let Some(held) = requests.next().await? {
            self.answer(&requests, held).await?;
        }
        Ok(())
    }

    async fn answer(&self, requests: &Requests, held: Held) -> Result<(), BrokerError> {
        let most = self.settings.preview.node_tries;
        if held.tries >= most {
            tracing::warn!(request = ?held.request, "put aside: whoever took it did not live to tell");
            return requests.put_aside(held).await;
        }
        let why = match self.work(&held.request).await {
            Outcome::Done => {
                tracing::info!(request = ?held.request, "stored");
                return requests.done(held).await;
            }
            Outcome::Again(why) => why,
        };
        let tried = held.tries + 1;
        tracing::warn!(request = ?held.request, tried, why, "not done");
        if tried >= most {
            return requests.put_aside(held).await;
        }
        Timer::after(Duration::from_millis(self.settings.preview.node_pause_ms) * tried).await;
        requests.again(held).await
    }

    async fn work(&self, request: &Request) -> Outcome {
        let desk = match Desk::clear() {
            Ok(desk) => desk,
            Err(error) => return Outcome::Again(error.to_string()),
        };
        let door = KioskDoor::of(request, &self.settings);
        if let Some(outcome) = ended(door.fetch(request, &desk.source()).await) {
            return outcome;
        }
        let told = match self.convert(request, &desk).await {
            Ok((converted, kind)) => {
                for page in &converted.pages {
                    if let Some(outcome) = ended(door.bring(&page.file, &desk.made().join(&page.file)).await) {
                        return outcome;
                    }
                }
                Description::begun("", &request.version, kind, "").made(&converted, 0, "")
            }
            // Another machine may have the programs. Not more time: whoever looks has waited long enough.
            Err(ConvertError::Refused(refusal @ Refusal::NoEngine)) => {
                return Outcome::Again(refusal.to_string());
            }
            Err(ConvertError::Refused(refusal)) => refused(request, refusal),
            Err(ConvertError::Failed(why)) => return Outcome::Again(why),
        };
        ended(door.tell(&told).await).unwrap_or(Outcome::Done)
    }

    async fn convert(&self, request: &Request, desk: &Desk) -> Result<(Converted, Kind), ConvertError> {
        let (source, folder): (&Path, &Path) = (&desk.source(), &desk.made());
        let kind = match request.kind {
            Some(Kind::Pdf) => Kind::Pdf,
            _ => self.workers.kind(source).await?,
        };
        let converted = self.workers.convert(source, kind, &request.ask, folder).await;
        // The next request has another folder, if not another document.
        self.workers.close().await;
        Ok((converted?, kind))
    }
}

/// `None` when it went well and there is more to do.
fn ended(trip: Trip) -> Option<Outcome> {
    match trip {
        Trip::There => None,
        // The document is deleted, or the kiosk gave up on us and did it itself.
        Trip::Refused => Some(Outcome::Done),
        Trip::Failed(why) => Some(Outcome::Again(why)),
    }
}

fn refused(request: &Request, refusal: Refusal) -> Description {
    let kind = request.kind.unwrap_or(Kind::Txt);
    let page = |number| Page { number, state: State::Error, file: None, media_type: None, width: None, height: None };
    let told = Description::begun("", &request.version, kind, "").refused(refusal, "");
    match &request.ask {
        Ask::Pages { pages, .. } => {
            let pages = pages.ranges().iter().flat_map(|range| range.first..=range.last).map(page).collect();
            Description { pages, ..told }
        }
        Ask::Html => told,
        // It says nothing of what a screen gets.
        Ask::Print => Description { format: Format::Pdf, media_type: Format::Pdf.media_type().into(), ..told },
    }
}

#[cfg(test)]
mod tests {
    use super::{Ask, Format, Kind, Outcome, Refusal, Request, State, Trip, ended, refused};
    use crate::job::pages::PageRanges;

    #[test]
    fn what_the_kiosk_refuses_is_not_tried_again() {
        assert_eq!(ended(Trip::There), None);
        assert_eq!(ended(Trip::Refused), Some(Outcome::Done));
        assert_eq!(ended(Trip::Failed("x".into())), Some(Outcome::Again("x".into())));
    }

    #[test]
    fn a_refusal_names_the_pages_that_were_asked() {
        let pages = PageRanges::parse("2-3").expect("pages");
        let request = Request {
            kiosk: "http://kiosk".into(),
            document: 1,
            version: "ab".repeat(32),
            kind: Some(Kind::Pdf),
            ask: Ask::Pages { pages, width: 100 },
            token: String::new(),
        };
        let told = refused(&request, Refusal::Corrupted);
        assert_eq!(
            told.pages.iter().map(|page| (page.number, page.state)).collect::<Vec<_>>(),
            [2, 3].map(|n| (n, State::Error))
        );
        let html = refused(&Request { ask: Ask::Html, ..request.clone() }, Refusal::Encrypted);
        let print = refused(&Request { ask: Ask::Print, ..request }, Refusal::Encrypted);
        assert!(html.pages.is_empty() && html.format != Format::Pdf && print.format == Format::Pdf);
    }
}
