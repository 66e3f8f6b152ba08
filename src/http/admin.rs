//! `POST /admin/update` and `/admin/reboot`: commands to one remote terminal, named by its token.

use hyper::{Request, StatusCode, body::Incoming};
use serde_json::json;

use super::{
    Doors, JSON_BYTES,
    answer::{self, Answer},
    caller::authorization,
    fields::{Fields, Invalid},
};
use crate::{
    access::{bare, hash, scope},
    terminals::news::News,
};

/// Has the terminal do it; answers when the terminal has got it.
pub(super) async fn command(doors: &Doors, request: Request<Incoming>, news: News) -> Result<Answer, Answer> {
    doors.allow(authorization(request.headers()), &[scope::TERMINAL_SERVICE]).await?;
    let value = doors.json(request, JSON_BYTES).await?;
    let mut invalid = Invalid::default();
    let token = Fields::of(&value, vec!["body".into()], &mut invalid).and_then(|fields| {
        let token = fields.required("terminal_token", &mut invalid)?;
        fields.text("terminal_token", token, 0, &mut invalid)
    });
    let Some(token) = token else { return Err(doors.invalid(invalid)) };
    doors.terminals.command(hash(bare(token)), news).await.map_err(|error| answer::error(&error))?;
    Ok(answer::json(StatusCode::OK, &json!({"status": "ok"})))
}
