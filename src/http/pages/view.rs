//! The pages as values for their templates.

use askama::Template;
use hyper::StatusCode;

use super::{
    assets,
    findings::Findings,
    form::Form,
    frame::{Frame, page},
    picture::{self, Picture},
    rest::{self, Missing},
    state::{self, Told},
    strip::Strip,
};
use crate::{
    document::kind::{Kind, Shown},
    http::{Doors, answer::Answer, query::Query},
    job::{
        plan::{NumberUp, Scaling, Sides},
        ticket::Copies,
    },
    store::jobs::Job,
    text::{Language, Text, file_size, say},
};

/// Where a preview is asked for.
const PREVIEW: &str = "/file/{pin}/preview";

/// What can be asked here.
pub struct Offer {
    copies: u32,
    two_sided: bool,
    color: bool,
    student_number: bool,
    bytes: u64,
    /// Sheets of one job, at most.
    sheets: u32,
    /// Sheets in our own printer, as far as anybody said.
    left: Option<u32>,
}

impl Offer {
    fn new(doors: &Doors) -> Self {
        let printer = doors.queue.printer().capabilities;
        Self {
            copies: Copies::MAX.min(doors.settings.print_api.max_page_count),
            two_sided: printer.as_ref().is_none_or(|can| can.sides.iter().any(|sides| Sides::is_two_sided(*sides))),
            color: printer.is_some_and(|can| can.color),
            student_number: doors.settings.print_api.allow_student_number,
            bytes: doors.settings.print_api.max_size_bytes,
            sheets: doors.settings.print_api.max_page_count,
            left: doors.queue.paper().left(),
        }
    }
}

/// What a browser's file dialogue offers: extensions, and media types for phones that know no extensions.
fn accept(formats: &[String]) -> String {
    let mut accept: Vec<String> = formats.iter().map(|format| format!(".{format}")).collect();
    for kind in formats.iter().filter_map(|format| Kind::from_extension(format)) {
        let media_type = kind.media_type().to_owned();
        if !accept.contains(&media_type) {
            accept.push(media_type);
        }
    }
    accept.join(",")
}

/// How long a document is kept, as it follows "after".
fn kept(doors: &Doors, language: Language) -> String {
    match doors.settings.print_api.storage_time_hours {
        hours if hours >= 48 && hours % 24 == 0 => say::WEB_DAYS.count(language, hours / 24),
        hours => say::WEB_HOURS.count(language, hours),
    }
}

/// `GET /`.
#[derive(Template)]
#[template(path = "upload.html", config = ".askama.toml")]
pub struct UploadPage {
    frame: Frame,
    form: Form,
    offer: Offer,
    files: u32,
    formats: String,
    accept: String,
    limits: String,
    large: String,
    many: String,
    locked: bool,
    deleted: bool,
}

impl UploadPage {
    /// With the form as it was typed.
    pub fn new(doors: &Doors, frame: Frame, form: Form, deleted: bool) -> Self {
        let (api, upload) = (&doors.settings.print_api, &doors.settings.upload);
        let size = file_size(frame.language, api.max_size_bytes);
        let sheets = say::WEB_AT_MOST_SHEETS.count(frame.language, api.max_page_count.into());
        let time = kept(doors, frame.language);
        let files = say::WEB_UP_FILES.count(frame.language, upload.files.into());
        let limits = say::WEB_UP_LIMITS
            .fill(frame.language, &[("size", &size), ("sheets", &sheets), ("time", &time), ("files", &files)]);
        let many = say::WEB_UP_MANY.fill(frame.language, &[("files", &files)]);
        let locked = form.is_locked();
        let large = say::WEB_WRONG_FILE_LARGE.fill(frame.language, &[("size", &size)]);
        Self {
            frame,
            form,
            offer: Offer::new(doors),
            files: upload.files,
            formats: upload.formats.join(" "),
            accept: accept(&upload.formats),
            limits,
            large,
            many,
            locked,
            deleted,
        }
    }

    /// As an answer.
    pub fn answer(&self, status: StatusCode, query: &Query) -> Answer {
        page(self, status, query)
    }
}

/// `GET /j/{pin}`.
#[derive(Template)]
#[template(path = "job.html", config = ".askama.toml")]
pub struct JobPage {
    frame: Frame,
    form: Form,
    offer: Offer,
    pin: String,
    spelled: String,
    groups: Vec<Vec<(char, bool)>>,
    ambiguous: bool,
    qr: Picture,
    state: Told,
    title: String,
    facts: String,
    page_count: Option<u32>,
    strip: Option<Strip>,
    preview: Option<String>,
    note: Option<Note>,
    rest: Option<Missing>,
    here: Here,
    findings: Findings,
    delete_hint: String,
}

/// What a page says of what was just done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// The choices are kept.
    Saved,
    /// A terminal was told to print.
    Sent,
}

impl Note {
    /// As the last form's answer says it.
    pub fn of(query: &Query) -> Option<Self> {
        [("saved", Self::Saved), ("sent", Self::Sent)]
            .into_iter()
            .find_map(|(name, note)| query.get(name).map(|_| note))
    }

    fn text(self) -> Text {
        match self {
            Self::Saved => say::WEB_SAVED,
            Self::Sent => say::WEB_SENT,
        }
    }
}

/// Whether the phone is at a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Here {
    /// It never was.
    Never,
    /// It is.
    Visiting,
    /// It was.
    Over,
}

impl Here {
    fn of(doors: &Doors, frame: &Frame) -> Self {
        match frame.visit.as_deref().map(|visit| doors.terminals.by_visit(visit)) {
            None => Self::Never,
            Some(Some(_)) => Self::Visiting,
            Some(None) => Self::Over,
        }
    }
}

impl JobPage {
    /// With the form as it stands or was typed; `ahead` jobs come before it.
    pub fn new(
        doors: &Doors,
        frame: Frame,
        job: &Job,
        form: Form,
        findings: Findings,
        note: Option<Note>,
        ahead: u64,
    ) -> Self {
        let language = frame.language;
        let time = kept(doors, language);
        Self {
            form,
            offer: Offer::new(doors),
            pin: job.pin.clone(),
            spelled: job.pin.chars().flat_map(|symbol| [symbol, ' ']).collect(),
            groups: groups(&job.pin),
            ambiguous: job.pin.contains(['0', 'O', '1', 'I']),
            qr: picture::qr(&format!("{}{}", doors.settings.public_url(), super::link(&job.pin))),
            state: state::tell(job, doors.queue.live().as_ref(), ahead, language),
            title: job.title.clone(),
            facts: facts(job, language),
            page_count: job.document.as_ref().map(|document| document.page_count),
            strip: Strip::of(doors, job, language),
            preview: preview(job),
            note,
            rest: missing(doors, &frame, job),
            here: Here::of(doors, &frame),
            findings,
            delete_hint: say::WEB_DELETE_HINT.fill(language, &[("time", &time)]),
            frame,
        }
    }

    /// As an answer.
    pub fn answer(&self, status: StatusCode, query: &Query) -> Answer {
        page(self, status, query)
    }
}

/// Where the view of a document begins that reads otherwise than it prints.
fn preview(job: &Job) -> Option<String> {
    let shown = Kind::from_extension(job.made_from.as_ref()?)?.shown();
    (shown == Shown::Html).then(|| PREVIEW.replace("{pin}", &job.pin))
}

fn missing(doors: &Doors, frame: &Frame, job: &Job) -> Option<Missing> {
    let (rest, document) = (job.rest.as_ref()?, job.document.as_ref()?);
    Some(rest::tell(rest, document.page_count, super::is_here(doors, frame), frame.language))
}

/// `3 страницы · 148 КБ · 2 листа`.
fn facts(job: &Job, language: Language) -> String {
    let Some(document) = &job.document else { return String::new() };
    let mut facts =
        vec![say::PAGE_COUNT.count(language, document.page_count.into()), file_size(language, document.bytes)];
    facts.extend(job.ticket.sheets(document.page_count).map(|sheets| say::SHEETS.count(language, sheets)));
    facts.join(" · ")
}

/// A code in groups that can be kept in mind; of each symbol, whether it is a digit.
fn groups(pin: &str) -> Vec<Vec<(char, bool)>> {
    let symbols: Vec<(char, bool)> = pin.chars().map(|symbol| (symbol, symbol.is_ascii_digit())).collect();
    let size = if symbols.len().is_multiple_of(4) { 4 } else { 3 };
    symbols.chunks(size).map(<[_]>::to_vec).collect()
}

/// A code that nobody has.
#[derive(Template)]
#[template(path = "unknown.html", config = ".askama.toml")]
pub struct UnknownPage {
    /// Around it.
    pub frame: Frame,
    /// What is wrong.
    pub title: Text,
    /// What to do.
    pub advice: String,
}

impl UnknownPage {
    /// As an answer.
    pub fn answer(&self, status: StatusCode, query: &Query) -> Answer {
        page(self, status, query)
    }
}

/// `GET /panel`: in both languages, since it shows the one that the panel speaks.
#[derive(Template)]
#[template(path = "panel.html", config = ".askama.toml")]
pub struct PanelPage {
    version: String,
}

impl PanelPage {
    /// The same for everybody.
    pub fn new() -> Self {
        Self { version: assets::version() }
    }

    /// As an answer.
    pub fn answer(&self, status: StatusCode, query: &Query) -> Answer {
        page(self, status, query)
    }
}

#[cfg(test)]
mod tests {
    use super::{Frame, Language, StatusCode, Template as _, UnknownPage, groups, say};
    use crate::http::query::Query;

    fn page(advice: &str) -> UnknownPage {
        let frame = Frame {
            language: Language::En,
            name: "<b>\"Kiosk\"</b>".into(),
            printer: String::new(),
            version: String::new(),
            visit: Some("\"a&b".into()),
        };
        UnknownPage { frame, title: say::WEB_UNKNOWN_TITLE, advice: advice.into() }
    }

    #[test]
    fn what_people_write_is_escaped() {
        let html = page("'><script>alert(1)</script>&amp;").render().expect("a page");
        assert!(!html.contains("<script>alert") && !html.contains("<b>"), "{html}");
        assert!(html.contains("&#62;&#60;script&#62;alert(1)&#60;/script&#62;&#38;amp;"), "{html}");
        assert!(html.contains("lang=\"en\"") && html.contains("There is no such code"), "{html}");
    }

    #[test]
    fn a_switch_is_remembered_and_nothing_else_is() {
        let cookie = |query| {
            let answer = page("").answer(StatusCode::NOT_FOUND, &Query::parse(Some(query)));
            assert_eq!(answer.headers()["cache-control"], "no-store");
            answer.headers().get("set-cookie").map(|cookie| cookie.as_bytes().to_vec())
        };
        assert_eq!(cookie("lang=en").as_deref(), Some(&b"lang=en; Path=/; Max-Age=31536000; SameSite=Lax"[..]));
        assert_eq!(cookie("lang=de%0d%0aX:1"), None);
    }

    #[test]
    fn codes_are_grouped_to_be_kept_in_mind() {
        let sizes = |pin| groups(pin).iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!([sizes("OF72I1"), sizes("12345678")], [vec![3, 3], vec![4, 4]]);
        assert_eq!(groups("A1"), [[('A', false), ('1', true)]]);
    }
}
