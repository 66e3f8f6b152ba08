//! From a request to what answers it: the table of `routes`, the manners of its two surfaces, and nothing of what the
//! journeys do.

use std::{net::SocketAddr, rc::Rc};

use http_body_util::BodyExt as _;
use hyper::{
    HeaderMap, Method, Request, StatusCode,
    body::{Body as _, Incoming},
    header::{ALLOW, CONTENT_LENGTH, HeaderValue, LOCATION},
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::{
    Doors, admin,
    answer::{self, Answer, Body},
    caller::Caller,
    cors, docs, files, marketing, members, openapi, operations, origin, packing, pages, panel, paper, portal, preview,
    qr,
    query::Query,
    routes::{self, Call, Found, Surface},
    session, terminals, tus,
};
use crate::{error::Error, terminals::news::News, text::say};

/// What a path keeps as it is.
const IN_PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The answer to a request.
pub(super) async fn answer(doors: &Rc<Doors>, peer: SocketAddr, request: Request<Incoming>) -> Answer {
    // What is not UTF-8 becomes U+FFFD.
    let path = percent_decode_str(request.uri().path()).decode_utf8_lossy().into_owned();
    let found = routes::find(&path, &doors.settings.print_api.root_path);
    let shared = found.surface() == Surface::PrintApi;
    let api = &doors.settings.print_api;
    if shared && let Some(preflight) = cors::preflight(api, request.method(), request.headers()) {
        let mut answer = answer::bytes(preflight.status, "text/plain; charset=utf-8", preflight.text);
        answer.headers_mut().extend(preflight.headers);
        return answer;
    }
    let others = if shared { cors::simple(api, request.headers()) } else { Vec::new() };
    let head = request.method() == Method::HEAD;
    let allow = if let Found::Row(row, _) = &found { row.allow() } else { String::new() };
    let is_tus = matches!(&found, Found::Row(row, _) if row.pattern.starts_with("/upload"));
    let gzip = packing::takes_gzip(request.headers());
    let answer = route(doors, peer, found, request).await.unwrap_or_else(|refusal| refusal);
    let mut answer = packing::page(answer, gzip).await;
    doors.counters.answered(answer.status());
    if answer.status() == StatusCode::METHOD_NOT_ALLOWED {
        answer.headers_mut().extend(HeaderValue::from_str(&allow).map(|allow| (ALLOW, allow)));
    }
    if is_tus {
        answer = tus::marked(answer);
    }
    if head {
        answer = without_body(answer);
    }
    answer.headers_mut().extend(others);
    answer
}

/// `Err` is an answer too: one that refuses.
async fn route(
    doors: &Rc<Doors>,
    peer: SocketAddr,
    found: Found,
    request: Request<Incoming>,
) -> Result<Answer, Answer> {
    let (row, values) = match found {
        Found::Row(row, values) if !row.calls.is_empty() => (row, values),
        Found::Row(row, _) => return Err(nothing(row.surface)),
        Found::Elsewhere(_, path) => return Ok(elsewhere(&path, request.uri().query())),
        Found::Nothing(surface) => return Err(nothing(surface)),
    };
    let caller = Caller::of(peer, request.headers(), &doors.settings.http.trusted_proxies);
    let peer = caller.peer;
    let method = match row.pattern.starts_with("/upload") {
        true => tus::method(request.method(), request.headers()),
        false => request.method().as_str(),
    };
    let call = row.call(method).ok_or_else(|| wrong_method(row.surface))?;
    let writes = !matches!(*request.method(), Method::GET | Method::HEAD);
    if row.surface == Surface::Own && writes && is_foreign(doors, request.headers()) {
        return Err(answer::problem(StatusCode::FORBIDDEN, say::ERROR_FOREIGN_ORIGIN, &[]));
    }
    let value = values.first().map_or("", String::as_str);
    let second = values.get(1).map_or("", String::as_str);
    let query = Query::parse(request.uri().query());
    let told = |error: Error| answer::error(&error);
    let answer = match call {
        Call::MemberFind => members::find(doors, &query).await?,
        Call::MembersUpsert => members::upsert(doors, request).await?,
        Call::Order => files::order(doors, &caller, request).await?,
        Call::Upload => files::upload(doors, &caller, value, request).await?,
        Call::Change => files::change(doors, &caller, value, request).await?,
        Call::Fetch => files::fetch(doors, &caller, value).await.map_err(told)?,
        Call::Delete => files::delete(doors, &caller, value).await.map_err(told)?,
        Call::Document => terminals::document(doors, value, &request).await?,
        Call::Release => qr::release(doors, &caller, request).await?,
        Call::Terminal => terminals::connect(doors, request).await?,
        Call::TerminalUpdate => admin::command(doors, request, News::Update).await?,
        Call::TerminalReboot => admin::command(doors, request, News::Reboot).await?,
        Call::Paper => paper::look(doors, &request).await?,
        Call::PaperSaid => paper::change(doors, request).await?,
        Call::Me => session::me(doors, &request).await?,
        Call::Action => marketing::action(doors, request).await?,
        Call::OpenApi => openapi::document(doors),
        Call::Docs => docs::page(),
        Call::DocsFile => docs::file(value, &request)?,
        Call::UploadPage => pages::upload_page(doors, &request, &query)?,
        Call::UploadForm => pages::upload(doors, &caller, request, &query).await?,
        Call::JobPage => pages::job_page(doors, &caller, value, &request, &query).await?,
        Call::JobForm => pages::job_form(doors, &caller, value, request).await?,
        Call::Jobs => pages::jobs::jobs(doors, &caller, request).await?,
        Call::PagePicture => pages::shown::picture(doors, &caller, value, second, &query).await?,
        Call::Events => pages::events::follow(doors, &caller, value, request.headers()).await?,
        Call::Asset => pages::asset(value, request.headers())?,
        Call::Icon => pages::asset("icon.svg", request.headers())?,
        Call::Panel => pages::panel(),
        Call::PanelScreen => panel::screen(doors, peer, &request).await?,
        Call::PanelScene => panel::tree(doors, peer, &request).await?,
        Call::PanelTap => panel::tap(doors, peer, request).await?,
        Call::PanelScan => panel::scan(doors, peer, request).await?,
        Call::PreviewGrant => preview::grant(doors, &caller, value).await?,
        Call::PreviewForm => preview::form(doors, &caller, value, request).await?,
        Call::PreviewTold => preview::description(doors, &values, &request).await?,
        Call::PreviewSaid => preview::store::description(doors, &values, request).await?,
        Call::PreviewFile => preview::file(doors, &values, &request).await?,
        Call::PreviewStored => preview::store::file(doors, &values, request).await?,
        Call::PreviewSource => preview::store::source(doors, &values, &request).await?,
        Call::Alive => answer::bytes(StatusCode::OK, "text/plain", "ok\n"),
        Call::Ready => operations::ready(doors).await?,
        Call::Status => operations::status(doors).await.map_err(told)?,
        Call::Metrics => operations::metrics::metrics(doors).await.map_err(told)?,
        Call::Tus => tus::options(doors),
        Call::Announce => tus::announce(doors, &request).await?,
        Call::UploadState => tus::state(doors, value, &request).await?,
        Call::Append => tus::append(doors, &caller, value, request).await?,
        Call::UploadOrder => tus::order(doors, &caller, value, request).await?,
        Call::Terminate => tus::terminate(doors, value, &request).await?,
        Call::Portal => portal::probe(doors)?,
    };
    if matches!(call, Call::Upload | Call::UploadForm) {
        doors.counters.uploaded();
    }
    Ok(answer)
}

fn is_foreign(doors: &Doors, headers: &HeaderMap) -> bool {
    origin::is_foreign(headers, &doors.settings.public_url())
}

/// The head of an answer, which tells the length of what a GET would bring.
fn without_body(answer: Answer) -> Answer {
    let (mut parts, body) = answer.into_parts();
    if let Some(length) = body.size_hint().exact() {
        parts.headers.entry(CONTENT_LENGTH).or_insert_with(|| HeaderValue::from(length));
    }
    let empty = http_body_util::Empty::new().map_err(|never| match never {});
    hyper::Response::from_parts(parts, Body::new(empty))
}

/// 307, with the query kept. Without a host, so that a proxy in front needs not be known.
fn elsewhere(path: &str, query: Option<&str>) -> Answer {
    let path = utf8_percent_encode(path, IN_PATH);
    let place = query.map_or_else(|| path.to_string(), |query| format!("{path}?{query}"));
    let mut answer = answer::empty(StatusCode::TEMPORARY_REDIRECT);
    answer.headers_mut().extend(HeaderValue::from_str(&place).map(|place| (LOCATION, place)));
    answer
}

fn wrong_method(surface: Surface) -> Answer {
    match surface {
        Surface::PrintApi => answer::detail(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed"),
        Surface::Own => answer::problem(StatusCode::METHOD_NOT_ALLOWED, say::ERROR_METHOD, &[]),
    }
}

fn nothing(surface: Surface) -> Answer {
    match surface {
        Surface::PrintApi => answer::detail(StatusCode::NOT_FOUND, "Not Found"),
        Surface::Own => answer::problem(StatusCode::NOT_FOUND, say::ERROR_NOT_FOUND, &[]),
    }
}
