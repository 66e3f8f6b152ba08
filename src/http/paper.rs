//! `/admin/paper`: what a technician says of the paper in our own printer, and how much is left. Scope
//! `print.terminal.service`. The same can be tapped on the panel's service screen.

use hyper::{Request, StatusCode, body::Incoming};
use serde_json::{Value, json};

use super::{
    Doors, JSON_BYTES,
    answer::{self, Answer},
    caller::authorization,
};
use crate::{access::scope, gate::Pass, job::paper::Said, text::say};

/// Sheets nobody's printer holds: more is a slip of the hand.
const MOST: u64 = 100_000;

/// `GET`: how much is left.
pub(super) async fn look(doors: &Doors, request: &Request<Incoming>) -> Result<Answer, Answer> {
    pass(doors, request).await?;
    Ok(answer::json(StatusCode::OK, &told(doors)))
}

/// `POST` with `{"sheets": N}`, `{"sheets": null}` (do not count), `{"added": N}` or `{"full": true}`.
pub(super) async fn change(doors: &Doors, request: Request<Incoming>) -> Result<Answer, Answer> {
    pass(doors, &request).await?;
    let value = doors.own_json(request, JSON_BYTES).await?;
    let said = read(&value).ok_or_else(|| answer::problem(StatusCode::BAD_REQUEST, say::ERROR_BAD_REQUEST, &[]))?;
    doors.queue.say_paper(said).await.map_err(|error| answer::error(&error))?;
    Ok(answer::json(StatusCode::OK, &told(doors)))
}

/// As `/status` tells it too.
pub(super) fn told(doors: &Doors) -> Value {
    let (paper, settings) = (doors.queue.paper(), &doors.settings.paper);
    json!({
        "state": paper.keyword(settings.low_sheets),
        "sheets": paper.left(),
        "tray": settings.tray_sheets,
    })
}

fn read(value: &Value) -> Option<Said> {
    let fields = value.as_object().filter(|fields| fields.len() == 1)?;
    let (name, value) = fields.iter().next()?;
    let sheets = || value.as_u64().filter(|sheets| *sheets <= MOST).and_then(|sheets| u32::try_from(sheets).ok());
    match name.as_str() {
        "sheets" if value.is_null() => Some(Said::Unknown),
        "sheets" => sheets().map(Said::Exactly),
        "added" => sheets().map(Said::Added),
        "full" => (value == true).then_some(Said::Full),
        _ => None,
    }
}

async fn pass(doors: &Doors, request: &Request<Incoming>) -> Result<(), Answer> {
    let pass = doors.gate.pass(authorization(request.headers()), &[scope::TERMINAL_SERVICE]).await;
    let status = match pass.map_err(|e| answer::error(&e))? {
        Pass::Granted => return Ok(()),
        Pass::Unknown => StatusCode::UNAUTHORIZED,
        Pass::Insufficient => StatusCode::FORBIDDEN,
    };
    Err(answer::problem(status, say::ERROR_FORBIDDEN, &[("scope", scope::TERMINAL_SERVICE)]))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Said, read};

    #[test]
    fn one_word_of_four() {
        assert_eq!(read(&json!({"sheets": 120})), Some(Said::Exactly(120)));
        assert_eq!(read(&json!({"sheets": null})), Some(Said::Unknown));
        assert_eq!(read(&json!({"added": 500})), Some(Said::Added(500)));
        assert_eq!(read(&json!({"full": true})), Some(Said::Full));
        for bad in [
            json!({}),
            json!({"full": false}),
            json!({"added": -1}),
            json!({"sheets": "10"}),
            json!({"sheets": 1e9}),
            json!({"sheets": 1, "added": 2}),
            json!([]),
        ] {
            assert_eq!(read(&bad), None, "{bad}");
        }
    }
}
