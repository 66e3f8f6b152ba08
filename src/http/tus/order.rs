//! `POST /upload/{id}`: a document of this upload and of others, a locked one opened by its password, or one ordered anew
//! with other choices after it was refused for those. JSON in, JSON out.

use hyper::{Request, StatusCode, body::Incoming};
use serde_json::Value;

use super::{bad, find, known, taken};
use crate::{
    error::Error,
    http::{
        Doors, JSON_BYTES,
        answer::{self, Answer},
        caller::Caller,
        pages::{form::Form, title::title},
    },
    job::ticket::Ticket,
    store::uploads::{Stage, Upload},
    text::say,
};

/// What may be asked.
struct Asked {
    parts: Vec<String>,
    title: Option<String>,
    password: Option<String>,
    options: Option<Ticket>,
}

/// Answers `{"pin"}` once there is a document, and an upload's state as long as there is none.
pub async fn order(doors: &Doors, caller: &Caller, id: &str, request: Request<Incoming>) -> Result<Answer, Answer> {
    let id = known(id)?;
    let value = doors.own_json(request, JSON_BYTES).await?;
    let asked = read(&value).ok_or_else(|| bad(say::ERROR_BAD_REQUEST))?;
    let told = |error: Error| answer::told(&error);
    let limits = &doors.settings.upload;
    let long = asked.password.as_ref().is_some_and(|password| password.chars().count() > limits.password_chars);
    if long || asked.parts.len() >= limits.document_files as usize {
        return Err(bad(say::ERROR_BAD_REQUEST));
    }
    let _hold = doors.queue.holds.hold(&id).await;
    let mut first = find(doors, &id).await?;
    // The answer to an earlier request was lost, perhaps.
    if matches!(first.stage, Stage::Ordered { .. }) {
        return Ok(standing(&first));
    }
    if let (Stage::Locked, Some(password)) = (&first.stage, &asked.password) {
        doors.queue.unlock_upload(&first, password).await.map_err(told)?;
        first = find(doors, &id).await?;
    }
    if first.part && asked.parts.is_empty() && asked.options.is_none() {
        return Ok(standing(&first));
    }
    let mut parts = vec![first];
    for part in &asked.parts {
        let part = find(doors, &known(part)?).await?;
        // Nobody takes another's upload for a part of their own.
        if part.id == id || part.member != parts[0].member || parts.iter().any(|other| other.id == part.id) {
            return Err(told(Error::UploadUnknown));
        }
        parts.push(part);
    }
    let ticket = asked.options.unwrap_or_else(|| parts[0].ticket.clone());
    let title = asked.title.map_or_else(|| parts[0].title.clone(), |name| title(&name));
    doors.queue.order_uploads(parts, title, ticket).await.map_err(told)?;
    let ordered = find(doors, &id).await?;
    taken(doors, caller, &ordered);
    Ok(standing(&ordered))
}

fn standing(upload: &Upload) -> Answer {
    answer::json(StatusCode::OK, &super::state::told(upload))
}

fn read(value: &Value) -> Option<Asked> {
    let fields = value.as_object()?;
    if fields.keys().any(|key| !["parts", "filename", "password", "options"].contains(&key.as_str())) {
        return None;
    }
    let text = |name: &str| match fields.get(name) {
        None | Some(Value::Null) => Some(None),
        Some(value) => value.as_str().map(|text| Some(text.to_owned())),
    };
    let parts = match fields.get("parts") {
        None => Vec::new(),
        Some(value) => value.as_array()?.iter().map(|id| Some(id.as_str()?.to_owned())).collect::<Option<_>>()?,
    };
    let options = match fields.get("options") {
        None => None,
        Some(value) => Some(ticket(value)?),
    };
    Some(Asked { parts, title: text("filename")?, password: text("password")?, options })
}

/// As in print-api's `options`, read as a form is.
fn ticket(value: &Value) -> Option<Ticket> {
    let fields = value.as_object()?;
    let texts: Vec<(&str, String)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
        .collect();
    let mut form = Form::default();
    form.fill(|name| texts.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str()));
    form.ticket(None).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::read;

    #[test]
    fn what_is_asked_is_whole_or_nothing() {
        let asked = read(&json!({"parts": ["a", "b"], "password": "п", "options": {"copies": 2, "two_sided": true}}));
        let asked = asked.expect("read");
        assert_eq!((asked.parts.len(), asked.password.as_deref()), (2, Some("п")));
        assert!(asked.options.is_some_and(|ticket| ticket.copies.get() == 2 && ticket.two_sided));
        for wrong in [
            json!([]),
            json!({"parts": [7]}),
            json!({"password": 7}),
            json!({"options": {"copies": 0}}),
            json!({"x": 1}),
        ] {
            assert!(read(&wrong).is_none(), "{wrong}");
        }
    }
}
