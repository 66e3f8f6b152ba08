//! `/file` and `/static`: order, upload, change, fetch, delete. print-api's answers to the letter (`status`, `message`,
//! `ru`), its order of checks, and none of its faults.

use std::time::Duration;

use hyper::{Request, StatusCode, body::Incoming, header::CONTENT_DISPOSITION};
use serde_json::{Value, json};

use super::{
    Doors, JSON_BYTES,
    answer::{self, Answer},
    body,
    caller::Caller,
    fields::{Fields, Invalid},
    parts::{self, Part, Parts},
    static_file,
};
use crate::{
    access::scope,
    error::Error,
    gate::Pass,
    job::{
        pages::{PageRanges, PagesError},
        ticket::{Copies, Ticket},
    },
    queue::Changes,
    store::{
        documents::{self, Sender},
        jobs::{Job, Order},
    },
};

/// Bytes a multipart body may have around its file.
const ENVELOPE_BYTES: u64 = 64 << 10;

/// Characters of a file's name that are kept.
const TITLE_CHARS: usize = 255;

/// `POST /file`.
pub(super) async fn order(doors: &Doors, caller: &Caller, request: Request<Incoming>) -> Result<Answer, Answer> {
    let value = doors.json(request, JSON_BYTES).await?;
    let mut invalid = Invalid::default();
    let Some((who, order)) = read_order(&value, &mut invalid).filter(|_| invalid.0.is_empty()) else {
        return Err(doors.invalid(invalid));
    };
    if !usable(&order.title) {
        return Err(answer::error(&Error::FileName));
    }
    let header = caller.authorization.as_deref();
    let member = match who {
        Some((surname, number)) => {
            if doors.settings.print_api.order_needs_token {
                doors.allow(header, &[]).await?;
            }
            let found = doors.roster.find(&surname, &number).await.map_err(|e| answer::error(&e))?;
            // As print-api: the look-up of members trims the surname, this does not.
            let found = found.filter(|_| surname.trim() == surname);
            Some(found.ok_or_else(|| answer::error(&Error::NotInUnion))?.0)
        }
        None => {
            doors.allow(header, &[scope::FILE_SEND]).await?;
            None
        }
    };
    let ticket = order.ticket.clone();
    let pin = doors.queue.order(Order { member, ..order }).await.map_err(|e| answer::error(&e))?;
    doors.guessing.learn(caller.address(), &pin);
    Ok(answer::json(StatusCode::OK, &receipt(pin.as_str(), &ticket)))
}

/// `{"pin", "options"}`, as order, upload and change answer.
fn receipt(pin: &str, ticket: &Ticket) -> Value {
    json!({"pin": pin, "options": options(ticket)})
}

fn options(ticket: &Ticket) -> Value {
    json!({
        "pages": ticket.pages.to_string(),
        "copies": ticket.copies.get(),
        "two_sided": ticket.two_sided,
    })
}

type Who = Option<(String, String)>;

fn read_order(value: &Value, invalid: &mut Invalid) -> Option<(Who, Order)> {
    let fields = Fields::of(value, vec!["body".into()], invalid)?;
    let present = |name| fields.get(name).filter(|value: &&Value| !value.is_null());
    let who = match (present("surname"), present("number")) {
        (None, None) => None,
        _ => {
            let surname = fields.required("surname", invalid).and_then(|v| fields.text("surname", v, 1, invalid));
            let number = fields.required("number", invalid).and_then(|v| fields.text("number", v, 1, invalid));
            Some((surname?.to_owned(), number?.to_owned()))
        }
    };
    let title = fields.required("filename", invalid).and_then(|v| fields.text("filename", v, 1, invalid));
    let source = fields.get("source").map_or(Some("unknown"), |v| fields.text("source", v, 1, invalid));
    let mut ticket = Ticket::default();
    if let Some(value) = fields.get("options") {
        let changes = read_changes(value, invalid)?;
        ticket.pages = changes.pages.unwrap_or_default();
        ticket.copies = changes.copies.unwrap_or(ticket.copies);
        ticket.two_sided = changes.two_sided.unwrap_or_default();
        ticket.color = changes.color.unwrap_or_default();
    }
    let title = title?.trim().chars().take(TITLE_CHARS).collect();
    Some((who, Order { member: None, source: source?.to_owned(), title, ticket }))
}

/// print-api wants a word character after the last dot.
fn usable(title: &str) -> bool {
    title.rsplit('.').next().is_some_and(|extension| extension.chars().any(|c| c.is_alphanumeric() || c == '_'))
}

fn read_changes(value: &Value, invalid: &mut Invalid) -> Option<Changes> {
    let fields = Fields::of(value, vec!["body".into(), "options".into()], invalid)?;
    let mut changes = Changes::default();
    if let Some(value) = fields.get("pages") {
        changes.pages = read_pages(&fields, value, invalid);
    }
    if let Some(value) = fields.get("copies")
        && let Some(copies) = fields.integer("copies", value, invalid)
    {
        changes.copies = Copies::new(copies);
        match changes.copies {
            Some(_) => {}
            None if copies < 1 => fields.too_small("copies", value, 1, invalid),
            None => fields.too_large("copies", value, Copies::MAX.into(), invalid),
        }
    }
    if let Some(value) = fields.get("two_sided") {
        changes.two_sided = fields.boolean("two_sided", value, invalid);
    }
    if let Some(value) = fields.get("color") {
        changes.color = fields.boolean("color", value, invalid);
    }
    Some(changes)
}

fn read_pages(fields: &Fields<'_>, value: &Value, invalid: &mut Invalid) -> Option<PageRanges> {
    let why = match value.as_str().map(PageRanges::parse) {
        Some(Ok(pages)) => return Some(pages),
        Some(Err(PagesError::Format)) => "Pages must be formated as 2-5,7",
        Some(Err(PagesError::Zero)) => "Can not print negative and zero pages",
        None => "Value must be str",
    };
    fields.refuse("pages", value, why, invalid);
    None
}

/// `POST /file/{pin}`: the bytes, in the multipart field `file`.
pub(super) async fn upload(
    doors: &Doors,
    caller: &Caller,
    pin: &str,
    request: Request<Incoming>,
) -> Result<Answer, Answer> {
    let no_file = || doors.invalid(Invalid::missing(&["body", "file"], &Value::Null));
    let max = doors.settings.print_api.max_size_bytes;
    // Far over the limit nothing is read; a little over is read to its end, so that the sender hears the answer.
    let announced = body::announced(&request);
    if announced.is_some_and(|size| size > max.saturating_mul(2).saturating_add(ENVELOPE_BYTES)) {
        let unknown = |job: Option<Job>| job.is_none().then(|| Error::PinUnknown(pin.to_owned()));
        let found = doors.look_up(caller, pin).await;
        return Err(answer::error(&found.map_or_else(Some, unknown).unwrap_or(Error::TooLarge { max })));
    }
    let Some(mut parts) = Parts::of(request, doors.pace()) else { return Err(no_file()) };
    let (mut result, mut around) = (Err(no_file()), 0);
    while around <= ENVELOPE_BYTES {
        match parts.next().await {
            Ok(None) => break,
            Err(error) if parts::is_slow(&error) => return Err(answer::error(&Error::TooSlow)),
            Err(_) => return Err(no_file()),
            Ok(Some(mut part)) if part.name() == Some("file") && is_file(&part) => {
                result = keep(doors, caller, pin, &mut part, announced).await.map_err(|error| answer::error(&error));
                drain(&mut part, max, body::PAUSE).await;
                break;
            }
            // Its head is counted too: parts without content could go on for ever.
            Ok(Some(mut part)) => around += 64 + drain(&mut part, ENVELOPE_BYTES, doors.pace().stall).await,
        }
    }
    let ticket = result?;
    Ok(answer::json(StatusCode::OK, &receipt(pin, &ticket)))
}

/// A part with a file's name; some senders write one that is not ASCII as `filename*=` (RFC 8187) alone.
fn is_file(part: &Part) -> bool {
    let extended = |value: &[u8]| value.windows(10).any(|word| word.eq_ignore_ascii_case(b"filename*="));
    part.file_name().is_some()
        || part.headers().get(CONTENT_DISPOSITION).is_some_and(|value| extended(value.as_bytes()))
}

/// Reads on after the answer is known, little over `limit` bytes: most clients only listen when they have sent all. Whoever
/// makes a `pause` listens already.
async fn drain(part: &mut Part, limit: u64, pause: Duration) -> u64 {
    let mut read = 0;
    while read <= limit
        && let Ok(Ok(Some(chunk))) = body::timed(part.chunk(), pause).await
    {
        read += chunk.len() as u64;
    }
    read
}

/// The checks in print-api's order: 404, type, already uploaded, size, and then what the document itself says.
async fn keep(
    doors: &Doors,
    caller: &Caller,
    pin: &str,
    part: &mut Part,
    announced: Option<u64>,
) -> Result<Ticket, Error> {
    let job = doors.look_up(caller, pin).await?.ok_or_else(|| Error::PinUnknown(pin.to_owned()))?;
    let given = part.content_type().map_or("", |media| media.essence_str()).to_owned();
    let allowed = &doors.settings.print_api.content_types;
    if !allowed.contains(&given) {
        return Err(Error::TypeRefused { given, allowed: allowed.join(", ") });
    }
    if job.document.is_some() || job.making.is_some() {
        return Err(Error::AlreadyUploaded);
    }
    let max = doors.settings.print_api.max_size_bytes;
    if announced.is_some_and(|bytes| bytes > max.saturating_add(ENVELOPE_BYTES)) {
        return Err(Error::TooLarge { max });
    }
    let incoming = stream(doors, part, announced, Sender::Known).await?;
    doors.queue.submit(&job, incoming, &given).await?;
    Ok(job.ticket)
}

/// Streams the part to the disk; never more than one chunk of it is in memory. `announced` bytes of the whole body, or the
/// largest document when nobody said how many, are kept free for it.
pub(super) async fn stream(
    doors: &Doors,
    part: &mut Part,
    announced: Option<u64>,
    sender: Sender,
) -> Result<documents::Incoming, Error> {
    let max = doors.settings.print_api.max_size_bytes;
    let mut incoming = doors.queue.receive(announced.unwrap_or(max).min(max), sender).await?;
    // A sender that stops in the middle has not sent a document.
    let broken = |error| if parts::is_slow(&error) { Error::TooSlow } else { Error::Corrupted };
    while let Some(chunk) = part.chunk().await.map_err(broken)? {
        if incoming.bytes() + chunk.len() as u64 > max {
            return Err(Error::TooLarge { max });
        }
        incoming.write(&chunk).await?;
    }
    Ok(incoming)
}

/// `PATCH /file/{pin}`.
pub(super) async fn change(
    doors: &Doors,
    caller: &Caller,
    pin: &str,
    request: Request<Incoming>,
) -> Result<Answer, Answer> {
    let value = doors.json(request, JSON_BYTES).await?;
    let mut invalid = Invalid::default();
    let changes = Fields::of(&value, vec!["body".into()], &mut invalid)
        .and_then(|fields| fields.required("options", &mut invalid))
        .and_then(|options| read_changes(options, &mut invalid));
    let Some(changes) = changes.filter(|_| invalid.0.is_empty()) else { return Err(doors.invalid(invalid)) };
    let changed = async {
        doors.look_up(caller, pin).await?.ok_or_else(|| Error::PinUnknown(pin.to_owned()))?;
        doors.queue.change(pin, changes).await
    };
    let job = changed.await.map_err(|error| answer::error(&error))?;
    Ok(answer::json(StatusCode::OK, &receipt(&job.pin, &job.ticket)))
}

/// `GET /file/{pin}`: what a terminal needs to print.
pub(super) async fn fetch(doors: &Doors, caller: &Caller, pin: &str) -> Result<Answer, Error> {
    let job = doors.look_up(caller, pin).await?.ok_or(Error::FilesUnknown(1))?;
    let job = doors.queue.made(job).await?;
    let missing = job.missing();
    let document = job.document.ok_or(missing)?;
    Ok(answer::json(StatusCode::OK, &json!({"filename": document.name, "options": options(&job.ticket)})))
}

/// `DELETE /file/{pin}`.
pub(super) async fn delete(doors: &Doors, caller: &Caller, pin: &str) -> Result<Answer, Error> {
    let job = doors.look_up(caller, pin).await?.ok_or(Error::FilesUnknown(1))?;
    doors.queue.delete(job.id).await?;
    Ok(answer::empty(StatusCode::NO_CONTENT))
}

/// `GET /static/{filename}`.
pub(super) async fn document(doors: &Doors, name: &str, request: &Request<Incoming>) -> Result<Answer, Answer> {
    let found = doors.queue.document(name).await.map_err(|e| answer::error(&e))?;
    let Some(file) = found else { return Err(answer::detail(StatusCode::NOT_FOUND, "Not Found")) };
    static_file::answer(file, "application/pdf", request.headers()).map_err(|e| answer::error(&e))
}

impl Doors {
    /// 403 without a good token, 401 without the scopes: the wrong way round, as print-api has it.
    pub(super) async fn allow(&self, header: Option<&str>, scopes: &'static [&'static str]) -> Result<(), Answer> {
        match self.gate.pass(header, scopes).await.map_err(|e| answer::error(&e))? {
            Pass::Granted => Ok(()),
            Pass::Unknown => Err(answer::detail(StatusCode::FORBIDDEN, "Not authenticated")),
            Pass::Insufficient => Err(answer::detail(StatusCode::UNAUTHORIZED, "Not authorized")),
        }
    }
}
