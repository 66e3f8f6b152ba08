//! The panel in a browser: its picture, its accessible tree, a remote finger and a remote scanner.
//!
//! Touching needs a token of scope `panel.touch`, or the loopback interface in `demo`. Looking needs the same token from
//! afar, for the screen shows codes while they are typed, and titles; on the device itself it is free. Pages of other
//! sites are on no device: see `origin`.

use std::net::SocketAddr;

use hyper::{
    Request, StatusCode,
    body::Incoming,
    header::{CACHE_CONTROL, HeaderValue},
};
use serde_json::Value;

use super::{
    Doors, JSON_BYTES,
    answer::{self, Answer},
    caller::authorization,
    origin,
};
use crate::{access::scope, gate::Pass, panel::scene::Event, text::say};

/// `GET /panel/screen.png`, with an `ETag` that changes with the picture.
pub(super) async fn screen(doors: &Doors, peer: SocketAddr, request: &Request<Incoming>) -> Result<Answer, Answer> {
    look(doors, peer, request).await?;
    let (frame, png) = doors.panel.png();
    let mut answer = answer::tagged(request.headers(), &frame.to_string(), "image/png", png);
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(answer)
}

/// `GET /panel/scene`.
pub(super) async fn tree(doors: &Doors, peer: SocketAddr, request: &Request<Incoming>) -> Result<Answer, Answer> {
    look(doors, peer, request).await?;
    Ok(scene(doors))
}

fn scene(doors: &Doors) -> Answer {
    answer::json(StatusCode::OK, &doors.panel.tree())
}

/// `POST /panel/tap` with `{"x","y"}` or `{"id"}`; answers the scene after it.
pub(super) async fn tap(doors: &Doors, peer: SocketAddr, request: Request<Incoming>) -> Result<Answer, Answer> {
    let value = touch(doors, peer, request).await?;
    let number = |name: &str| value.get(name).and_then(Value::as_i64).and_then(|n| i32::try_from(n).ok());
    let event = match (value.get("id").and_then(Value::as_str), number("x"), number("y")) {
        (Some(id), ..) => Event::Press(id.to_owned()),
        (None, Some(x), Some(y)) => Event::Tap { x, y },
        _ => return Err(answer::problem(StatusCode::BAD_REQUEST, say::ERROR_BAD_REQUEST, &[])),
    };
    doors.panel.event(event);
    Ok(scene(doors))
}

/// `POST /panel/scan` with `{"text"}`.
pub(super) async fn scan(doors: &Doors, peer: SocketAddr, request: Request<Incoming>) -> Result<Answer, Answer> {
    let value = touch(doors, peer, request).await?;
    let Some(text) = value.get("text").and_then(Value::as_str) else {
        return Err(answer::problem(StatusCode::BAD_REQUEST, say::ERROR_BAD_REQUEST, &[]));
    };
    doors.panel.event(Event::Scan(text.to_owned()));
    Ok(scene(doors))
}

async fn look(doors: &Doors, peer: SocketAddr, request: &Request<Incoming>) -> Result<(), Answer> {
    if origin::is_local(peer, request.headers()) { Ok(()) } else { pass(doors, request).await }
}

/// The body of a touch, if it is allowed.
async fn touch(doors: &Doors, peer: SocketAddr, request: Request<Incoming>) -> Result<Value, Answer> {
    if !(doors.loopback_touches && origin::is_local(peer, request.headers())) {
        pass(doors, &request).await?;
    }
    doors.own_json(request, JSON_BYTES).await
}

/// Whether the request's token allows the panel.
async fn pass(doors: &Doors, request: &Request<Incoming>) -> Result<(), Answer> {
    let pass = doors.gate.pass(authorization(request.headers()), &[scope::PANEL_TOUCH]).await;
    let status = match pass.map_err(|e| answer::error(&e))? {
        Pass::Granted => return Ok(()),
        Pass::Unknown => StatusCode::UNAUTHORIZED,
        Pass::Insufficient => StatusCode::FORBIDDEN,
    };
    Err(answer::problem(status, say::ERROR_FORBIDDEN, &[("scope", scope::PANEL_TOUCH)]))
}
