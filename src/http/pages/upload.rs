//! An upload on its way in: the parts of the form in any order, its file to the disk, and then an order or nothing.

use hyper::{Request, StatusCode, body::Incoming};

use super::{form::Form, refusal::Refusal, title::title};
use crate::{
    error::Error,
    http::{
        Doors, body, files,
        parts::{Part, Parts, is_slow},
    },
    job::code::ReleaseCode,
    store::{
        documents::{self, Sender},
        jobs::Order,
    },
    text::say,
};

/// Bytes of one text field.
const TEXT_BYTES: usize = 1 << 10;

/// Bytes the fields around the file may have together.
const ENVELOPE_BYTES: u64 = 64 << 10;

struct File {
    name: String,
    content: Result<documents::Incoming, Refusal>,
}

/// Reads the form into `form`, which is filled in even when this fails, and orders what it asks.
pub async fn order(doors: &Doors, request: Request<Incoming>, form: &mut Form) -> Result<ReleaseCode, Refusal> {
    let file = receive(doors, request, form).await?;
    let who = form.member()?;
    let file = file.ok_or_else(|| Refusal::field("file", say::WEB_WRONG_FILE_NONE))?;
    let ticket = form.ticket(None)?;
    let content = file.content?;
    let (member, _) = doors.roster.find(who.0, who.1).await?.ok_or(Error::NotInUnion)?;
    let order = Order { member: Some(member), source: "web".into(), title: title(&file.name), ticket };
    let password = (!form.password.is_empty()).then_some(form.password.as_str());
    Ok(doors.queue.order_any(order, content, password).await?)
}

async fn receive(doors: &Doors, request: Request<Incoming>, form: &mut Form) -> Result<Option<File>, Refusal> {
    let max = doors.settings.print_api.max_size_bytes;
    // Far over the limit nothing is read; a little over is read to its end, so that the sender hears the answer.
    let announced = body::announced(&request);
    if announced.is_some_and(|size| size > max.saturating_mul(2).saturating_add(ENVELOPE_BYTES)) {
        return Err(Error::TooLarge { max }.into());
    }
    let parts = Parts::of(request, doors.pace());
    let mut parts = parts.ok_or_else(|| Refusal::field("", say::WEB_WRONG_FORM))?;
    let (mut file, mut refused, mut around) = (None, None, 0);
    while around <= ENVELOPE_BYTES {
        let part = parts.next().await.map_err(|error| if is_slow(&error) { Error::TooSlow.into() } else { cut() })?;
        let Some(mut part) = part else { return refused.map_or(Ok(file), Err) };
        let name = part.name().unwrap_or_default().to_owned();
        match part.file_name().map(str::to_owned) {
            Some(called) if name == "file" && !called.is_empty() && file.is_none() => {
                let content = keep(doors, form, &mut part, announced).await;
                if content.as_ref().is_err_and(|refusal| refusal.status == StatusCode::REQUEST_TIMEOUT) {
                    return content.map(|_| None);
                }
                around += rest(&mut part, max).await.0;
                file = Some(File { name: called, content });
            }
            _ => {
                let (read, text) = rest(&mut part, ENVELOPE_BYTES).await;
                // Its head is counted too: parts without content could go on for ever.
                around += 64 + read;
                if !Form::NAMES.contains(&name.as_str()) {
                    continue;
                }
                match text.as_deref() {
                    Some(text) => form.fill(|asked| (asked == name).then_some(text)),
                    None => refused = Some(too_long()),
                }
            }
        }
    }
    // The sender goes on and on; what it sends is not read any more.
    match file.map(|file: File| file.content) {
        Some(Err(refusal)) => Err(refusal),
        _ => Err(too_long()),
    }
}

/// Takes the document of a member. Our page's script sends who it is first, and nothing of a stranger's reaches the disk.
/// Browsers without the script send the file first: such uploads have a share of the room for uploads and no more.
async fn keep(
    doors: &Doors,
    form: &Form,
    part: &mut Part,
    announced: Option<u64>,
) -> Result<documents::Incoming, Refusal> {
    let sender = match form.member() {
        Ok((surname, number)) => {
            doors.roster.find(surname, number).await?.ok_or(Error::NotInUnion)?;
            Sender::Known
        }
        Err(_) => Sender::Unknown,
    };
    Ok(files::stream(doors, part, announced, sender).await?)
}

fn cut() -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, "file", say::WEB_WRONG_FILE_CUT)
}

fn too_long() -> Refusal {
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "", say::WEB_WRONG_FORM)
}

/// Reads a part on, but little over `most` bytes: how many they were, and the text when it is not too long for a
/// field.
async fn rest(part: &mut Part, most: u64) -> (u64, Option<String>) {
    let (mut read, mut text) = (0, Vec::new());
    while let Ok(Some(chunk)) = part.chunk().await {
        read += chunk.len() as u64;
        text.extend_from_slice(&chunk[..chunk.len().min((TEXT_BYTES + 1).saturating_sub(text.len()))]);
        if read > most {
            break;
        }
    }
    (read, (text.len() <= TEXT_BYTES).then(|| String::from_utf8_lossy(&text).into_owned()))
}
