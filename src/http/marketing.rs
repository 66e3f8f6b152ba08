//! `POST /marketing/v1/action`: what print-api's clients tell a neighbour of print-api. Only the action's name is looked
//! at, and counted; who it was and what else they say is dropped.

use hyper::{Request, StatusCode, body::Incoming};
use serde_json::{Value, json};

use super::{
    Doors, JSON_BYTES,
    answer::{self, Answer},
};

/// Any JSON document is taken.
pub(super) async fn action(doors: &Doors, request: Request<Incoming>) -> Result<Answer, Answer> {
    let told = doors.json(request, JSON_BYTES).await?;
    let name = told.get("action").and_then(Value::as_str).unwrap_or_default();
    doors.counters.acted(name, doors.settings.http.action_names);
    Ok(answer::json(StatusCode::OK, &json!({"status": "ok"})))
}
