//! What a preview node does here: it fetches the original, brings the files it made, and then says what they are. Each with
//! a write token, which is for one version of one document.

use hyper::{Request, StatusCode, body::Incoming, header::CACHE_CONTROL};
use smol::stream::StreamExt as _;

use super::{Doors, nothing, pass, set};
use crate::{
    document::description::Description,
    error::Error,
    http::{
        answer::{self, Answer},
        body,
        query::Query,
        static_file,
    },
    preview::{keep::NotKept, token::Audience},
    text::say,
};

/// Who says nothing of tries has one.
const ONE_TRY: &str = "0";

/// `GET /preview/{document}/{version}/source`.
pub(crate) async fn source(doors: &Doors, values: &[String], request: &Request<Incoming>) -> Result<Answer, Answer> {
    let edition = pass(doors, values, request, Audience::Write)?;
    let found = doors.preview.original(&edition).await.map_err(|error| answer::told(&error))?;
    let file = found.ok_or_else(nothing)?;
    let answer = static_file::answer(file, "application/octet-stream", request.headers());
    let mut answer = answer.map_err(|error| answer::told(&error))?;
    set(&mut answer, CACHE_CONTROL, "private, no-store");
    Ok(answer)
}

/// `PUT /preview/{document}/{version}/{file}`; `?try=` keeps two tries apart.
pub(crate) async fn file(doors: &Doors, values: &[String], request: Request<Incoming>) -> Result<Answer, Answer> {
    let edition = pass(doors, values, &request, Audience::Write)?;
    let name = values.get(2).map_or("", String::as_str);
    let max = doors.preview.most_bytes(name);
    let announced = body::announced(&request);
    if announced.is_some_and(|bytes| bytes > max) {
        return Err(answer::told(&Error::TooLarge { max }));
    }
    let by = which(&request);
    let mut chunks = Box::pin(body::chunks(request.into_body(), doors.pace()));
    let received = doors.preview.receive(&edition, &by, name, announced, &mut chunks).await;
    if received == Err(NotKept::Gone) {
        // Heard to its end, or the node would see a broken connection in place of the answer, and try it again.
        let mut left = max;
        while left > 0
            && let Some(Ok(chunk)) = chunks.next().await
        {
            left = left.saturating_sub(chunk.len() as u64);
        }
    }
    received.map(|()| answer::empty(StatusCode::NO_CONTENT)).map_err(refused)
}

/// `PUT /preview/{document}/{version}`.
pub(crate) async fn description(
    doors: &Doors,
    values: &[String],
    request: Request<Incoming>,
) -> Result<Answer, Answer> {
    let edition = pass(doors, values, &request, Audience::Write)?;
    let by = which(&request);
    let value = doors.own_json(request, doors.settings.preview.description_bytes).await?;
    let told: Description = serde_json::from_value(value).map_err(|_| refused(NotKept::Nonsense))?;
    let concluded = doors.preview.conclude(&edition, &by, &told).await;
    concluded.map(|()| answer::empty(StatusCode::NO_CONTENT)).map_err(refused)
}

fn which(request: &Request<Incoming>) -> String {
    Query::parse(request.uri().query()).get("try").unwrap_or(ONE_TRY).to_owned()
}

fn refused(why: NotKept) -> Answer {
    match why {
        NotKept::Gone => nothing(),
        NotKept::Nonsense => answer::problem(StatusCode::BAD_REQUEST, say::ERROR_BAD_REQUEST, &[]),
        NotKept::Error(error) => answer::told(&error),
    }
}
