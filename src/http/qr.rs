//! `POST /qr`: release by a terminal's code, and the same for a phone on a visit.
//!
//! print-api's answers and order of checks: the code, then the files. Unlike there nothing is spent before all is found,
//! and one PIN in two cases is one file.

use std::collections::BTreeMap;

use hyper::{Request, StatusCode, body::Incoming};
use serde_json::{Value, json};

use super::{
    Doors, JSON_BYTES,
    answer::{self, Answer},
    caller::Caller,
    fields::{Fields, Invalid},
};
use crate::{
    error::Error,
    store::jobs::Job,
    terminals::{Claim, news::File, register::Terminal},
};

/// PINs of one request, at least and at most.
const FILES: (usize, usize) = (1, 10);

/// `POST /qr` with `{"qr_token", "files": [PIN, …]}`.
pub(super) async fn release(doors: &Doors, caller: &Caller, request: Request<Incoming>) -> Result<Answer, Answer> {
    let value = doors.json(request, JSON_BYTES).await?;
    let mut invalid = Invalid::default();
    let Some((scanned, pins)) = read(&value, &mut invalid).filter(|_| invalid.0.is_empty()) else {
        return Err(doors.invalid(invalid));
    };
    let released = async {
        let claim = doors.terminals.by_code(&scanned).ok_or(Error::TerminalQrUnknown)?;
        hand(doors, &claim, look_up(doors, caller, &pins).await?).await
    };
    released.await.map_err(|error| answer::error(&error))?;
    Ok(answer::json(StatusCode::OK, &json!({"status": "ok"})))
}

fn read(value: &Value, invalid: &mut Invalid) -> Option<(String, Vec<String>)> {
    let fields = Fields::of(value, vec!["body".into()], invalid)?;
    let scanned = fields.required("qr_token", invalid).and_then(|v| fields.text("qr_token", v, 0, invalid));
    let pins = fields.required("files", invalid).and_then(|v| fields.set("files", v, FILES, invalid));
    Some((scanned?.to_owned(), pins?.into_iter().map(str::to_owned).collect()))
}

/// The jobs with these PINs, newest order first; each once, however its PIN is written.
async fn look_up(doors: &Doors, caller: &Caller, pins: &[String]) -> Result<Vec<Job>, Error> {
    let (mut found, mut unknown) = (BTreeMap::new(), 0);
    for pin in pins {
        match doors.look_up(caller, pin).await? {
            Some(job) => drop(found.insert(job.id, job)),
            None => unknown += 1,
        }
    }
    match unknown {
        0 if found.values().all(|job| job.document.is_some()) => Ok(found.into_values().rev().collect()),
        0 => Err(found.values().find(|job| job.document.is_none()).map_or(Error::NotUploaded, Job::missing)),
        unknown => Err(Error::FilesUnknown(unknown)),
    }
}

/// Hands jobs to a terminal: a message for a remote one, sheets at our own.
///
/// At our own printer each job that is not on its way already is released, and the panel shows it as if its code had been
/// typed; when all are on their way the printer is said to be busy, and the code is as good as before.
pub(super) async fn hand(doors: &Doors, claim: &Claim, jobs: Vec<Job>) -> Result<(), Error> {
    let ours = claim.terminal == Terminal::Panel;
    if ours && !jobs.iter().any(|job| job.state.can_release()) {
        return Err(Error::BusyPrinting);
    }
    let file = |job: &Job| {
        let name = job.document.as_ref()?.name.clone();
        Some(File { name, ticket: job.ticket.clone() })
    };
    doors.terminals.hand(claim, jobs.iter().filter_map(file).collect()).await?;
    if !ours {
        return Ok(());
    }
    let (mut first, mut refused) = (None, None);
    for job in &jobs {
        // Of a job that came out in part only the rest is wanted; where nobody knows which, the panel asks.
        let released = match &job.rest {
            Some(rest) if !rest.is_known() => {
                doors.panel.asks(job);
                first.get_or_insert(job.id);
                continue;
            }
            Some(rest) => doors.queue.release_missing(job.id, rest.attempt, rest.least_sheets()).await.map(drop),
            None => doors.queue.go_on(job.id, job.ticket.clone()).await,
        };
        match released {
            Ok(()) => {
                // Nothing was awaited since: the panel hears of it before the first sheet can be told of.
                doors.panel.released(job, first);
                first.get_or_insert(job.id);
            }
            Err(Error::BusyPrinting) => refused = refused.or(Some(Error::BusyPrinting)),
            Err(error) => refused = Some(error),
        }
    }
    match (first, refused) {
        (None, Some(error)) => {
            doors.terminals.give_back(claim);
            Err(error)
        }
        (Some(_), Some(error)) if error != Error::BusyPrinting => Err(error),
        _ => Ok(()),
    }
}
