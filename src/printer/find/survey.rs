//! Every printer that is there, with what it says of itself: for the technician, who chooses.

use std::time::Instant;

use smol::{LocalExecutor, Timer, future::or};

use super::{Finding, Found, Way, ask, find, never};
use crate::printer::{Limits, connect::Route, error::PrinterError, tls::Pin};

pub use super::ask::Description;

/// A printer that was found.
#[derive(Debug)]
pub struct Surveyed {
    /// As it was found.
    pub printer: Found,
    /// The way on which it answered, else the one that is liked best.
    pub way: Way,
    /// What it says, or why it does not.
    pub told: Result<Description, PrinterError>,
    /// The key that is kept of it.
    pub pin: Option<Pin>,
    /// Whether `auto` is bound to it.
    pub bound: bool,
}

/// Looks for printers and asks each; nothing is kept and nothing chosen. Takes as long as [`Finding::timeout`] says.
pub async fn survey(finding: &Finding, limits: &Limits) -> Result<Vec<Surveyed>, PrinterError> {
    let end = Instant::now() + finding.timeout;
    let finding = Finding { known: finding.known.clone().only_looking(), ..finding.clone() };
    let bound = finding.known.bound().await.map_err(PrinterError::Known)?;
    // The last third is for their answers.
    let found = find(&finding, limits, finding.timeout * 2 / 3, never).await;
    let executor = LocalExecutor::new();
    let asked: Vec<_> = found
        .into_iter()
        .map(|printer| {
            let (finding, limits) = (finding.clone(), *limits);
            executor.spawn(async move { one(printer, &finding, &limits, end).await })
        })
        .collect();
    let all = async {
        let mut all = Vec::new();
        for asking in asked {
            let mut surveyed = asking.await?;
            surveyed.bound = bound.as_ref().is_some_and(|bound| bound.id == surveyed.printer.id);
            all.push(surveyed);
        }
        Ok(all)
    };
    executor.run(all).await
}

async fn one(printer: Found, finding: &Finding, limits: &Limits, end: Instant) -> Result<Surveyed, PrinterError> {
    let pin = finding.known.pin(&printer.id).await.map_err(PrinterError::Known)?;
    let mut failed = None;
    for way in printer.ways(pin.is_some()).cloned().collect::<Vec<_>>() {
        let route = Route::new(way.address.clone(), &printer.id, &finding.known);
        let late = async {
            Timer::at(end).await;
            Err(PrinterError::Unreachable(std::io::ErrorKind::TimedOut.into()))
        };
        match or(ask::ask(&route, limits), late).await {
            Ok(told) => return Ok(Surveyed { printer, way, told: Ok(told), pin, bound: false }),
            // What is wrong with the way that is liked best is told.
            Err(error) => failed = failed.or(Some((way, error))),
        }
    }
    let downgraded = || Some((printer.ways.first()?.clone(), PrinterError::Downgraded(printer.id.clone())));
    let (way, error) = failed.or_else(downgraded).ok_or(PrinterError::NotFound)?;
    Ok(Surveyed { printer, way, told: Err(error), pin, bound: false })
}
