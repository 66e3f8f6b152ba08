//! `HEAD` and `GET /upload/{id}`: how far an upload is, and what became of it.

use hyper::{Method, Request, StatusCode, body::Incoming};
use serde_json::{Value, json};

use super::{find, known, spoken, standing};
use crate::{
    document::refusal::Refusal,
    http::{
        Doors,
        answer::{self, Answer},
    },
    store::uploads::{Stage, Upload},
};

/// `HEAD` is tus'. It asks whoever goes on with the upload to stop: what it tells must stay true until the next piece.
/// `GET` only looks.
pub async fn state(doors: &Doors, id: &str, request: &Request<Incoming>) -> Result<Answer, Answer> {
    let id = known(id)?;
    let _hold = match *request.method() {
        Method::GET => None,
        _ => {
            spoken(request.headers())?;
            Some(doors.queue.holds.hold(&id).await)
        }
    };
    let upload = find(doors, &id).await?;
    Ok(standing(doors, &upload, answer::json(StatusCode::OK, &told(&upload))))
}

/// An upload as JSON.
pub fn told(upload: &Upload) -> Value {
    let mut told = json!({
        "state": match &upload.stage {
            Stage::Coming => "coming",
            Stage::Locked => "locked",
            Stage::Whole(_) => "whole",
            Stage::Refused(_) => "refused",
            Stage::Ordered { .. } => "ordered",
        },
        "offset": upload.came,
        "length": upload.bytes,
        "filename": upload.title,
    });
    match &upload.stage {
        Stage::Whole(kind) => told["kind"] = json!(kind),
        Stage::Refused(why) => {
            let why = Refusal::from_code(why).unwrap_or(Refusal::Corrupted);
            told["error"] = json!({"code": why, "message": why.text().en, "ru": why.text().ru});
        }
        Stage::Ordered { pin, .. } => told["pin"] = json!(pin),
        Stage::Coming | Stage::Locked => {}
    }
    told
}
