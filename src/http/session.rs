//! `GET /auth/me`: whose token it is, flat, as the Windows terminal asks a neighbour of print-api at its start.

use hyper::{Request, StatusCode, body::Incoming};
use serde_json::json;

use super::{
    Doors,
    answer::{self, Answer},
    caller::authorization,
};

/// `{"id", "email"}`, or 403 as print-api says that nobody is known.
pub(super) async fn me(doors: &Doors, request: &Request<Incoming>) -> Result<Answer, Answer> {
    let holder = doors.gate.holder(authorization(request.headers())).await.map_err(|error| answer::error(&error))?;
    let holder = holder.ok_or_else(|| answer::detail(StatusCode::FORBIDDEN, "Not authenticated"))?;
    Ok(answer::json(StatusCode::OK, &json!({"id": holder.id, "email": holder.email})))
}
