//! The websocket `GET /qr` (RFC 6455) of remote terminals, with print-api's messages; and what they fetch.
//!
//! What there is to tell is asked of [`crate::terminals`] whenever it rings. Here is the line: one message at a time with a
//! limit of time on each, small buffers, pings of our own, and the end of whoever does not answer them.

use std::{
    rc::Rc,
    time::{Duration, Instant},
};

use async_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Message,
        handshake::derive_accept_key,
        protocol::{CloseFrame, Role, WebSocketConfig, frame::coding::CloseCode},
    },
};
use hyper::{
    HeaderMap, Method, Request, StatusCode,
    body::Incoming,
    header::{
        AUTHORIZATION, CONNECTION, HeaderName, HeaderValue, RANGE, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY,
        SEC_WEBSOCKET_VERSION, UPGRADE,
    },
    upgrade::OnUpgrade,
};
use serde_json::json;
use smol::{
    Timer,
    future::{FutureExt as _, yield_now},
    stream::StreamExt as _,
};
use smol_hyper::rt::FuturesIo;

use super::{
    Doors,
    answer::{self, Answer},
    body::timed,
    caller::authorization,
    files,
    stream::Stream,
};
use crate::{
    access::{bare, hash, scope},
    gate::{Gate, Pass},
    settings::terminals::Terminals as Limits,
    terminals::{Terminals, register::Task, seated::Seated},
};

/// What print-api calls the end of a connection it refuses.
const AUTH_ERROR: &str = "Auth error";

/// How long the other side may take to say good-bye.
const FAREWELL: Duration = Duration::from_secs(2);

/// Bytes read at once: terminals say little.
const READ_BYTES: usize = 4 << 10;

/// Bytes that wait to be written: one message and a pong.
const WRITE_BYTES: usize = 64 << 10;

type Socket = WebSocketStream<Stream>;

/// `GET /qr`: 403 without a header, else 101 and all refusals in print-api's messages. What is no handshake is 405, for
/// the path has `POST`.
pub(super) async fn connect(doors: &Doors, mut request: Request<Incoming>) -> Result<Answer, Answer> {
    let headers = request.headers();
    let Some(key) = headers.get(SEC_WEBSOCKET_KEY).filter(|_| is_handshake(&request)) else {
        return Err(answer::detail(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed"));
    };
    if headers.get(SEC_WEBSOCKET_VERSION).is_none_or(|version| version != "13") {
        let mut answer = answer::empty(StatusCode::UPGRADE_REQUIRED);
        answer.headers_mut().insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
        return Err(answer);
    }
    let accept = HeaderValue::from_str(&derive_accept_key(key.as_bytes()));
    let accept = accept.map_err(|_| answer::empty(StatusCode::BAD_REQUEST))?;
    let header = headers.get(AUTHORIZATION).ok_or_else(|| answer::empty(StatusCode::FORBIDDEN))?;
    let header = String::from_utf8_lossy(header.as_bytes()).into_owned();
    let pass = doors.gate.pass(Some(&header), &[scope::QR_TASK_GET]).await.map_err(|e| answer::error(&e))?;
    let busy = || answer::empty(StatusCode::SERVICE_UNAVAILABLE);
    let (refused, slot) = match pass {
        Pass::Granted => (None, None),
        Pass::Unknown => (Some("Not authenticated"), Some(doors.terminals.refusal().ok_or_else(busy)?)),
        Pass::Insufficient => (Some("Unauthorized"), Some(doors.terminals.refusal().ok_or_else(busy)?)),
    };
    let upgraded = hyper::upgrade::on(&mut request);
    let (terminals, limits, gate) = (Rc::clone(&doors.terminals), doors.settings.terminals.clone(), doors.gate.clone());
    let token = hash(bare(&header));
    let living = async move {
        let Some(mut socket) = open(upgraded, &limits).await else { return };
        let reason = match refused {
            Some(why) => refuse(&mut socket, why).await,
            None => live(&terminals, &mut socket, token, &limits).or(revoked(&gate, &header, &limits)).await,
        };
        close(&mut socket, reason).await;
        drop(slot);
    };
    if !doors.terminals.attend(Box::pin(living)) {
        return Err(busy());
    }
    let mut answer = answer::empty(StatusCode::SWITCHING_PROTOCOLS);
    let headers = answer.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(SEC_WEBSOCKET_ACCEPT, accept);
    Ok(answer)
}

/// RFC 6455 §4.2.1.
fn is_handshake(request: &Request<Incoming>) -> bool {
    let names = |name: &HeaderName, wanted: &str| {
        let values = request.headers().get_all(name).iter().filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).any(|value| value.trim().eq_ignore_ascii_case(wanted))
    };
    request.method() == Method::GET && names(&CONNECTION, "upgrade") && names(&UPGRADE, "websocket")
}

async fn open(upgraded: OnUpgrade, limits: &Limits) -> Option<Socket> {
    // `Err`: the client left before it heard the 101.
    let parts = upgraded.await.ok()?.downcast::<FuturesIo<Stream>>().ok()?;
    let config = WebSocketConfig::default()
        .read_buffer_size(READ_BYTES)
        .write_buffer_size(0)
        .max_write_buffer_size(WRITE_BYTES)
        .max_message_size(Some(limits.message_bytes))
        .max_frame_size(Some(limits.message_bytes));
    let (stream, early) = (parts.io.into_inner(), parts.read_buf.to_vec());
    Some(WebSocketStream::from_partially_read(stream, early, Role::Server, Some(config)).await)
}

async fn refuse(socket: &mut Socket, why: &str) -> &'static str {
    let told = json!({"error": why}).to_string();
    let _ = timed(socket.send(Message::text(told)), FAREWELL).await;
    AUTH_ERROR
}

/// Ends when the token does not allow any more what it did.
async fn revoked(gate: &Gate, header: &str, limits: &Limits) -> &'static str {
    loop {
        Timer::after(Duration::from_secs(limits.recheck_s)).await;
        // A gate that fails says nothing of the token.
        if let Ok(true) = gate.is_revoked(header, &[scope::QR_TASK_GET]).await {
            return AUTH_ERROR;
        }
    }
}

/// Says good-bye and waits a little for the answer: closing at once could take the last message away.
async fn close(socket: &mut Socket, reason: &'static str) {
    let closing = async {
        socket.close(Some(CloseFrame { code: CloseCode::Normal, reason: reason.into() })).await.ok();
        while let Some(Ok(_)) = socket.next().await {}
    };
    let _ = timed(closing, FAREWELL).await;
}

/// A terminal's stay.
async fn live(terminals: &Rc<Terminals>, socket: &mut Socket, token: [u8; 32], limits: &Limits) -> &'static str {
    let seated = match terminals.join(token).await {
        Ok(Some(seated)) => seated,
        Ok(None) => return refuse(socket, "Token already used").await,
        Err(error) => {
            tracing::error!(?error, "no seat for a terminal");
            return "No seat";
        }
    };
    tracing::info!("a terminal came");
    // Its seat is free before anybody says good-bye.
    let reason = stay(terminals, &seated, socket, limits).await;
    tracing::info!(reason, "a terminal left");
    reason
}

/// Until it is over, and why.
async fn stay(terminals: &Terminals, seated: &Seated, socket: &mut Socket, limits: &Limits) -> &'static str {
    enum Heard {
        Bell,
        Silence,
        Message(Message),
        End,
    }
    let (interval, timeout) = (Duration::from_secs(limits.ping_interval_s), Duration::from_secs(limits.ping_timeout_s));
    let session = seated.session;
    let mut heard = Instant::now();
    // When the first ping since then went out.
    let mut asked: Option<Instant> = None;
    loop {
        let bell = terminals.changed();
        let message = match terminals.next(session) {
            Task::Leave => return "Replaced",
            Task::Ping(number) => {
                asked.get_or_insert_with(Instant::now);
                Some((None, Message::Ping(number.to_be_bytes().to_vec().into())))
            }
            Task::Send(number, frame) => Some((Some(number), Message::text(terminals.spell(&frame)))),
            Task::Nothing => None,
        };
        if let Some((number, message)) = message {
            // One that takes nothing holds nothing up but itself.
            let Ok(Ok(())) = timed(socket.send(message), timeout).await else { return "Not heard" };
            if let Some(number) = number {
                terminals.sent(session, number);
            }
            continue;
        }
        let message = async {
            match socket.next().await {
                Some(Ok(message)) => Heard::Message(message),
                Some(Err(_)) | None => Heard::End,
            }
        };
        let silence = async {
            Timer::at(asked.map_or(heard + interval, |asked| asked + timeout)).await;
            Heard::Silence
        };
        let rung = async {
            bell.await;
            Heard::Bell
        };
        match message.or(rung).or(silence).await {
            Heard::Bell => {}
            Heard::Silence if asked.is_some() => return "Not heard",
            Heard::Silence => drop(terminals.ask(session)),
            Heard::End | Heard::Message(Message::Close(_)) => return "Good Bye",
            Heard::Message(message) => {
                (heard, asked) = (Instant::now(), None);
                if let Message::Pong(number) = message
                    && let Ok(number) = number.as_ref().try_into()
                {
                    terminals.answered(session, u64::from_be_bytes(number));
                }
                // Whoever talks without pause must not keep the others waiting.
                yield_now().await;
            }
        }
    }
}

/// `GET /static/{filename}`: a terminal that begins to fetch a document prints it, and that counts.
pub(super) async fn document(doors: &Doors, name: &str, request: &Request<Incoming>) -> Result<Answer, Answer> {
    let answer = files::document(doors, name, request).await?;
    count(doors, name, request.method(), request.headers(), answer.status()).await;
    Ok(answer)
}

async fn count(doors: &Doors, name: &str, method: &Method, headers: &HeaderMap, status: StatusCode) {
    let Some(header) = authorization(headers) else { return };
    let served = matches!(status, StatusCode::OK | StatusCode::PARTIAL_CONTENT) && method == Method::GET;
    let range =
        headers.get(RANGE).and_then(|value| value.to_str().ok()).filter(|_| status == StatusCode::PARTIAL_CONTENT);
    // What goes on somewhere in the middle was counted when it began.
    if !served || range.is_some_and(|range| !range.trim().starts_with("bytes=0-")) {
        return;
    }
    if let Ok(Pass::Granted) = doors.gate.pass(Some(header), &[scope::QR_TASK_GET]).await
        && let Err(error) = doors.terminals.fetched(hash(bare(header)), name).await
    {
        tracing::error!(?error, "a print was not counted");
    }
}
