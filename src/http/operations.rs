//! `/readyz`, `/status` and `/metrics`: how the kiosk is, without personal data.

pub mod metrics;

use hyper::StatusCode;
use serde_json::{Value, json};

use super::{
    Doors,
    answer::{self, Answer},
    paper,
};
use crate::error::Error;

/// 200 when jobs can be taken and printed, else 503 with the reasons.
pub(super) async fn ready(doors: &Doors) -> Result<Answer, Answer> {
    let mut reasons = Vec::new();
    let printer = doors.queue.printer();
    if let Some(fault) = &printer.fault {
        reasons.push(fault.keyword().to_owned());
    } else if !printer.known {
        reasons.push("printer-not-asked-yet".into());
    }
    if doors.queue.totals().await.is_err() {
        reasons.push("store".into());
    }
    let status = if reasons.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    Ok(answer::json(status, &json!({"ready": reasons.is_empty(), "reasons": reasons})))
}

/// What a passer-by may know.
pub(super) async fn status(doors: &Doors) -> Result<Answer, Error> {
    let (impressions, sheets) = doors.queue.totals().await?;
    let printer = doors.queue.printer();
    let printing = doors.queue.live().is_some_and(|live| live.ending.is_none());
    let state = match (&printer.fault, printing) {
        (Some(_), _) => "stopped",
        (None, true) => "processing",
        (None, false) => "idle",
    };
    let faults: Vec<Value> = printer.fault.iter().map(|fault| fault.keyword().into()).collect();
    Ok(answer::json(
        StatusCode::OK,
        &json!({
            "version": env!("CARGO_PKG_VERSION"),
            "state": state,
            "impressions": impressions,
            "sheets": sheets,
            "faults": faults,
            "paper": paper::told(doors),
        }),
    ))
}
