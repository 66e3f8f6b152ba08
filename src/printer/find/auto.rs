//! `auto`: the printer that was found, and found again when it has another address.
//!
//! At first use it is chosen (`find::choose`) and bound by its UUID. A printer whose key is kept is never used without
//! encryption again; one at a cable needs none. An address is used until the printer there does not answer or is another
//! one; then the bound one is looked for anew, and its last address tried when nothing is heard of it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use smol::{Timer, lock::Mutex};

use super::{Finding, Found, Way, ask, choose::choose, find};
use crate::printer::{Limits, connect::Route, error::PrinterError, known::Bound, message::Attributes, uri::Address};

/// Seconds between two looks that find nothing: everybody on the network hears them (RFC 6762 §5.2), and whoever waits for
/// the printer should not wait longer.
const PAUSE: Duration = Duration::from_secs(2);

/// The printer that is found.
#[derive(Debug)]
pub struct Auto {
    finding: Finding,
    limits: Limits,
    at: Mutex<At>,
    lost: AtomicBool,
}

#[derive(Debug, Default)]
struct At {
    place: Option<Arc<Place>>,
    /// When the last look ended, if it was in vain, and with which words.
    failed: Option<(Instant, String)>,
}

/// Where the printer is.
#[derive(Debug)]
pub struct Place {
    /// Its UUID, or what stands for it.
    pub id: String,
    /// The way to it.
    pub route: Route,
}

impl Place {
    /// Whether the printer that answers there is the one that is meant. A printer without a UUID cannot be told.
    pub fn is_of(&self, printer: Attributes<'_>) -> bool {
        let told = ask::printer_uuid(printer);
        self.id.starts_with("name:") || told.is_none_or(|uuid| uuid == self.id)
    }
}

impl Auto {
    /// Nothing is looked for yet.
    pub fn new(finding: Finding, limits: Limits) -> Self {
        Self { finding, limits, at: Mutex::default(), lost: AtomicBool::new(false) }
    }

    /// The printer is not where it was, or another is there: the next who asks looks for it.
    pub fn lose(&self) {
        self.lost.store(true, Ordering::Relaxed);
    }

    /// Where it is, and whether that was found out just now.
    pub async fn place(&self) -> Result<(Arc<Place>, bool), PrinterError> {
        let mut at = self.at.lock().await;
        let bound = self.finding.known.bound().await.map_err(PrinterError::Known)?;
        let bound_id = bound.as_ref().map(|bound| bound.id.as_str());
        if let Some(place) = at.place.as_ref().filter(|place| Some(place.id.as_str()) == bound_id)
            && !self.lost.load(Ordering::Relaxed)
        {
            return Ok((Arc::clone(place), false));
        }
        if let Some((ended, _)) = &at.failed {
            Timer::at(*ended + PAUSE).await;
        }
        match self.look(bound).await {
            Ok(place) => {
                let place = Arc::new(place);
                *at = At { place: Some(Arc::clone(&place)), failed: None };
                self.lost.store(false, Ordering::Relaxed);
                Ok((place, true))
            }
            Err(error) => {
                let words = error.to_string();
                if at.failed.as_ref().is_none_or(|(_, before)| *before != words) {
                    tracing::warn!(%error, "auto");
                }
                at.failed = Some((Instant::now(), words));
                Err(error)
            }
        }
    }

    async fn look(&self, bound: Option<Bound>) -> Result<Place, PrinterError> {
        let bound_id = bound.as_ref().map(|bound| bound.id.as_str());
        let pinned = match bound_id {
            Some(id) => self.is_pinned(id).await?,
            None => false,
        };
        let is_bound = |printer: &Found| Some(printer.id.as_str()) == bound_id && printer.ways(pinned).next().is_some();
        let seen = |found: &[Found]| found.iter().any(is_bound);
        let found = find(&self.finding, &self.limits, self.finding.timeout, seen).await;
        match choose(&found, bound.as_ref(), &self.finding.only) {
            Ok(printer) => self.way_to(printer).await,
            Err(PrinterError::BoundNotFound { .. }) => self.last_seen(bound).await,
            Err(error) => Err(error),
        }
    }

    /// The first way on which the printer answers; it is bound now.
    async fn way_to(&self, printer: &Found) -> Result<Place, PrinterError> {
        let known = &self.finding.known;
        let mut failed = None;
        for way in &printer.ways {
            // Asked anew: the way before may have shown its key.
            if !printer.ways(self.is_pinned(&printer.id).await?).any(|allowed| allowed == way) {
                failed = failed.or(Some(PrinterError::Downgraded(printer.id.clone())));
                continue;
            }
            let route = Route::new(way.address.clone(), &printer.id, known);
            match ask::ask(&route, &self.limits).await {
                // By another name it may still be the one: only two UUIDs that differ tell of two printers.
                Ok(told) if told.uuid.is_some() && printer.uuid.is_some() && told.uuid != printer.uuid => {}
                Ok(_) | Err(PrinterError::Busy) => {
                    tracing::info!(printer = printer.name, uri = way.address.uri, "found");
                    known.bind(self.bound(printer, way)).await.map_err(PrinterError::Known)?;
                    return Ok(Place { id: printer.id.clone(), route });
                }
                Err(error) => {
                    tracing::debug!(printer = printer.name, uri = way.address.uri, %error, "not this way");
                    // Another key is told rather than a way that is closed.
                    let grave = matches!(failed, Some(PrinterError::CertificateChanged { .. }));
                    failed = if grave { failed } else { Some(error) };
                }
            }
        }
        Err(failed.unwrap_or_else(|| PrinterError::BoundNotFound { name: printer.name.clone() }))
    }

    async fn is_pinned(&self, printer: &str) -> Result<bool, PrinterError> {
        self.finding.known.pin(printer).await.map(|pin| pin.is_some()).map_err(PrinterError::Known)
    }

    fn bound(&self, printer: &Found, way: &Way) -> Bound {
        Bound {
            id: printer.id.clone(),
            name: printer.name.clone(),
            uri: way.address.uri.clone(),
            only: self.finding.only.clone(),
        }
    }

    /// Where the bound printer was when it was heard of last: some networks carry no multicast.
    async fn last_seen(&self, bound: Option<Bound>) -> Result<Place, PrinterError> {
        let bound = bound.ok_or(PrinterError::NotFound)?;
        let address = Address::parse(&bound.uri).ok();
        let route = address.map(|address| Route::new(address, &bound.id, &self.finding.known));
        match route {
            Some(route)
                if ask::ask(&route, &self.limits).await.is_ok_and(|told| told.uuid.as_ref() == Some(&bound.id)) =>
            {
                Ok(Place { id: bound.id, route })
            }
            _ => Err(PrinterError::BoundNotFound { name: bound.name }),
        }
    }
}
