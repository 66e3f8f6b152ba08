//! The HTTP door: connections, routes, and nothing of what the journeys do.
//!
//! print-api's routes stand at `/` and under `root_path` (`/print`), in print-api's shapes; all others answer errors as
//! RFC 9457. HTTP/1.1 (RFC 9112) by hyper on the one executor thread.

pub mod answer;
mod body;
mod fields;
mod files;
mod members;
mod operations;
mod pages;
mod panel;
mod parts;
mod query;
mod stream;

use std::{io, net::SocketAddr, pin::pin, rc::Rc, time::Duration};

use hyper::{
    Method, Request, StatusCode,
    body::Incoming,
    header::{ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue, ORIGIN},
    server::conn::http1,
    service::service_fn,
};
use serde_json::{Value, json};
use smol::{Async, LocalExecutor, lock::Semaphore};
use smol_hyper::rt::{FuturesIo, SmolTimer};

use self::{
    answer::{Answer, Body},
    body::BodyError,
    fields::Invalid,
    query::{Query, segments},
    stream::Stream,
};
use crate::{
    error::Error, gate::Gate, panel::live::LivePanel, queue::Queue, roster::Roster, settings::Settings, text::say,
};

/// Header fields of a request; browsers send about 20.
const MAX_HEADERS: usize = 64;

/// Bytes of a request's head.
const HEAD_BYTES: usize = 16 << 10;

/// Bytes of a JSON body that is not a list of members: what strangers may have us hold and parse.
const JSON_BYTES: usize = 64 << 10;

/// Every journey a door can open.
pub struct Doors {
    /// Jobs.
    pub queue: Rc<Queue>,
    /// Members.
    pub roster: Rc<Roster>,
    /// Tokens.
    pub gate: Gate,
    /// The panel that is mirrored.
    pub panel: Rc<LivePanel>,
    /// Settings.
    pub settings: Rc<Settings>,
    /// Whether anyone on the loopback interface may touch the panel, as in `demo`.
    pub loopback_touches: bool,
}

/// Opens the port.
pub fn listen(address: SocketAddr) -> io::Result<Async<std::net::TcpListener>> {
    Async::<std::net::TcpListener>::bind(address)
}

/// Answers connections, for ever.
pub async fn serve(
    listener: Async<std::net::TcpListener>,
    doors: Rc<Doors>,
    executor: Rc<LocalExecutor<'static>>,
) -> io::Result<()> {
    let slots = std::sync::Arc::new(Semaphore::new(doors.settings.http.connections));
    loop {
        let slot = slots.acquire_arc().await;
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of descriptors, or the client is gone already: neither may end the kiosk.
                tracing::warn!(%error, "accept");
                smol::Timer::after(Duration::from_millis(50)).await;
                continue;
            }
        };
        let _ = stream.get_ref().set_nodelay(true);
        let (doors, tasks) = (Rc::clone(&doors), Rc::clone(&executor));
        executor
            .spawn(async move {
                connection(stream, peer, &doors, &tasks).await;
                drop(slot);
            })
            .detach();
    }
}

async fn connection(
    stream: Async<std::net::TcpStream>,
    peer: SocketAddr,
    doors: &Rc<Doors>,
    executor: &LocalExecutor<'static>,
) {
    // A task of its own: hyper drops what a client does not wait for, and a journey broken off between the row and
    // the file leaves a half.
    let service = service_fn(|request| {
        let (tell, told) = smol::channel::bounded(1);
        let doors = Rc::clone(doors);
        let answering = async move { drop(tell.try_send(answer(&doors, peer, request).await)) };
        executor.spawn(answering).detach();
        async move { told.recv().await.map_err(io::Error::other) }
    });
    let mut builder = http1::Builder::new();
    builder
        .timer(SmolTimer::new())
        .header_read_timeout(Duration::from_secs(doors.settings.http.head_timeout_s))
        .max_headers(MAX_HEADERS)
        .max_buf_size(HEAD_BYTES);
    let stream = Stream::new(stream, doors.stall());
    let served = pin!(builder.serve_connection(FuturesIo::new(stream), service));
    if let Err(error) = served.await {
        tracing::debug!(%error, "connection");
    }
}

async fn answer(doors: &Doors, peer: SocketAddr, request: Request<Incoming>) -> Answer {
    let origin = request.headers().contains_key(ORIGIN);
    let head = request.method() == Method::HEAD;
    let mut answer = route(doors, peer, request).await.unwrap_or_else(|refusal| refusal);
    if head {
        let (parts, _) = answer.into_parts();
        answer = hyper::Response::from_parts(parts, Body::default());
    }
    if origin {
        let headers = answer.headers_mut();
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    }
    answer
}

/// `Err` is an answer too: one that refuses.
async fn route(doors: &Doors, peer: SocketAddr, request: Request<Incoming>) -> Result<Answer, Answer> {
    let query = Query::parse(request.uri().query());
    let segments = segments(request.uri().path());
    let mut path: Vec<&str> = segments.iter().map(String::as_str).collect();
    let prefix = doors.settings.print_api.root_path.trim_matches('/');
    if !prefix.is_empty() && path.first() == Some(&prefix) && path.len() > 1 {
        path.remove(0);
    }
    let method = match request.method() {
        &Method::HEAD => "GET",
        method => method.as_str(),
    }
    .to_owned();
    let told = |error: Error| answer::error(&error);
    match (method.as_str(), path.as_slice()) {
        ("GET", ["is_union_member"]) => members::find(doors, &query).await,
        ("POST", ["is_union_member"]) => members::upsert(doors, request).await,
        ("POST", ["file"]) => files::order(doors, request).await,
        ("POST", ["file", pin]) => files::upload(doors, pin, request).await,
        ("PATCH", ["file", pin]) => files::change(doors, pin, request).await,
        ("GET", ["file", pin]) => files::fetch(doors, pin).await.map_err(told),
        ("DELETE", ["file", pin]) => files::delete(doors, pin).await.map_err(told),
        ("GET", ["static", name]) => files::document(doors, name, &request).await,
        ("GET", [""]) => pages::upload_page(doors, &request, &query),
        ("POST", [""]) => pages::upload(doors, request, &query).await,
        ("GET", ["j", pin]) => pages::job_page(doors, pin, &request, &query).await,
        ("POST", ["j", pin]) => pages::job_form(doors, pin, request).await,
        ("GET", ["web", name @ ..]) => pages::asset(&name.join("/")),
        ("GET", ["favicon.ico"]) => pages::asset("icon.svg"),
        ("GET", ["panel"]) => pages::asset("panel.html"),
        ("GET", ["panel", "screen.png"]) => panel::screen(doors, peer, &request).await,
        ("GET", ["panel", "scene"]) => panel::tree(doors, peer, &request).await,
        ("POST", ["panel", "tap"]) => panel::tap(doors, peer, request).await,
        ("POST", ["panel", "scan"]) => panel::scan(doors, peer, request).await,
        ("GET", ["healthz"]) => Ok(answer::bytes(StatusCode::OK, "text/plain", "ok\n")),
        ("GET", ["readyz"]) => operations::ready(doors).await,
        ("GET", ["status"]) => operations::status(doors).await.map_err(told),
        (_, path) => Err(unknown(path)),
    }
}

/// 405 for a path that has other methods, as FastAPI answers; 404 in print-api's shape under its names, RFC 9457 else.
fn unknown(path: &[&str]) -> Answer {
    match path {
        ["is_union_member" | "file"] | ["file", _] | ["static", _] => {
            answer::detail(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed")
        }
        [""]
        | ["j", _]
        | ["panel"]
        | ["panel", "screen.png" | "scene" | "tap" | "scan"]
        | ["healthz" | "readyz" | "status"] => {
            answer::problem(StatusCode::METHOD_NOT_ALLOWED, say::ERROR_BAD_REQUEST, &[])
        }
        ["file" | "static" | "is_union_member", ..] => answer::detail(StatusCode::NOT_FOUND, "Not Found"),
        _ => answer::problem(StatusCode::NOT_FOUND, say::ERROR_NOT_FOUND, &[]),
    }
}

impl Doors {
    fn stall(&self) -> Duration {
        Duration::from_secs(self.settings.http.body_stall_timeout_s)
    }

    /// A JSON body of at most `limit` bytes, or the refusal of what is none. A missing content type is taken for JSON, as print-api does.
    async fn json(&self, request: Request<Incoming>, limit: usize) -> Result<Value, Answer> {
        let too_large = || answer::error(&Error::TooLarge { max: limit as u64 });
        // Far over the limit nothing is read; what is not so far over is read to its end, so that the sender hears
        // the answer.
        let far = limit.max(self.settings.http.json_bytes);
        if body::announced(&request).is_some_and(|size| size > far as u64) {
            return Err(too_large());
        }
        let mut body = request.into_body();
        match body::collect(&mut body, limit, self.stall()).await {
            Ok(bytes) if bytes.is_empty() => Err(self.invalid(Invalid::missing(&["body"], &Value::Null))),
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| self.invalid(Invalid::json(&error))),
            Err(BodyError::TooLarge) => {
                body::drain(&mut body, far, self.stall()).await;
                Err(too_large())
            }
            Err(BodyError::Gone) => Err(answer::detail(StatusCode::REQUEST_TIMEOUT, "Request Timeout")),
        }
    }

    #[expect(clippy::unused_self, reason = "every refusal is asked of the doors")]
    fn invalid(&self, invalid: Invalid) -> Answer {
        answer::json(StatusCode::UNPROCESSABLE_ENTITY, &json!({"detail": invalid.0}))
    }
}
