//! What is around every page: the visitor's language, the kiosk's name and state, the headers.

use askama::Template;
use hyper::{
    HeaderMap, StatusCode,
    header::{
        ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_SECURITY_POLICY, COOKIE, HeaderName, HeaderValue, REFERRER_POLICY,
        SET_COOKIE, X_CONTENT_TYPE_OPTIONS,
    },
};

use super::{assets, language};
use crate::{
    http::{
        Doors,
        answer::{self, Answer},
        query::Query,
    },
    text::{Language, Plural, Text, say},
};

/// Nothing from elsewhere, nothing inline, in nobody's frame.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; \
    img-src 'self' data: blob:; form-action 'self'; connect-src 'self'; frame-src 'self'; base-uri 'none'; \
    frame-ancestors 'none'";

/// Name of the query's key and of the forms' field.
pub const VISIT: &str = "visit";

const HEADERS: [(HeaderName, &str); 4] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (CACHE_CONTROL, "no-store"),
    // Not "no-referrer": browsers would hide from us, too, where a form comes from.
    (REFERRER_POLICY, "same-origin"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

/// What is around every page.
pub struct Frame {
    /// The visitor's.
    pub language: Language,
    /// What the kiosk is called.
    pub name: String,
    /// How its printer is.
    pub printer: String,
    /// Of styles and scripts.
    pub version: String,
    /// The visit to a terminal whose QR led here ([`crate::terminals::visits`]); it may be over.
    pub visit: Option<String>,
}

impl Frame {
    /// For this visitor.
    pub fn new(doors: &Doors, headers: &HeaderMap, query: &Query) -> Self {
        let header = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let panel = doors.settings.panel.language;
        let language = language::choose(query.get(language::NAME), header(COOKIE), header(ACCEPT_LANGUAGE), panel);
        let scanned = || query.get("qr").and_then(|scanned| doors.terminals.visit(scanned));
        Self {
            language,
            name: doors.settings.panel.name.clone(),
            printer: printer(doors, language),
            version: assets::version(),
            visit: query.get(VISIT).map(str::to_owned).or_else(scanned),
        }
    }

    /// Where a style or a script lies.
    pub fn web(&self, name: &str) -> String {
        format!("/web/~{}/{name}", self.version)
    }

    /// The same page in another language.
    pub fn switch(&self, language: Language) -> String {
        let mut pairs = form_urlencoded::Serializer::for_suffix("?".to_owned(), 1);
        pairs.extend_pairs(self.visit.as_deref().map(|visit| (VISIT, visit)));
        pairs.append_pair(language::NAME, language.tag()).finish()
    }

    /// The upload page.
    pub fn home(&self) -> String {
        self.link("/", &[])
    }

    /// `path` with the visit and these words of a query.
    pub fn link(&self, path: &str, words: &[&str]) -> String {
        let visit = self.visit.as_deref().map(|visit| {
            let value: String = form_urlencoded::byte_serialize(visit.as_bytes()).collect();
            format!("{VISIT}={value}")
        });
        let query: Vec<&str> = words.iter().copied().chain(visit.as_deref()).collect();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
    }

    /// A text in the visitor's language.
    pub fn t(&self, text: Text) -> &'static str {
        text.get(self.language)
    }

    /// All forms of a counted noun, for the script.
    pub fn forms(&self, noun: Plural) -> String {
        match self.language {
            Language::Ru => noun.ru.join("|"),
            Language::En => noun.en.join("|"),
        }
    }
}

fn printer(doors: &Doors, language: Language) -> String {
    let view = doors.queue.printer();
    let printing = doors.queue.live().is_some_and(|live| live.ending.is_none());
    match view.fault {
        Some(fault) => fault.title(language),
        None if printing => say::WEB_PRINTER_BUSY.get(language).into(),
        None if view.known => say::WEB_PRINTER_READY.get(language).into(),
        None => say::WEB_PRINTER_UNKNOWN.get(language).into(),
    }
}

/// A page as an answer, with the headers that every page has.
pub fn page(template: &impl Template, status: StatusCode, query: &Query) -> Answer {
    let Ok(html) = template.render() else { return answer::empty(StatusCode::INTERNAL_SERVER_ERROR) };
    let mut answer = answer::bytes(status, "text/html; charset=utf-8", html);
    for (name, value) in HEADERS {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    if let Some(language) = query.get(language::NAME).and_then(Language::from_tag) {
        let cookie = format!("{}={}; Path=/; Max-Age=31536000; SameSite=Lax", language::NAME, language.tag());
        answer.headers_mut().extend(HeaderValue::from_str(&cookie).map(|cookie| (SET_COOKIE, cookie)));
    }
    answer
}
