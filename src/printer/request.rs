//! The requests we make (RFC 8011 §4.2 and §4.3), and which attributes of a plan a printer is told. Pure.

use super::{
    attributes::takes,
    message::{Attribute, Attributes, Group, Message, Syntax, Value, group},
};
use crate::job::plan::{ColorSpace, Plan};

/// `requesting-user-name`: never whose job it is.
const USER: &str = "kiosk";

/// What is asked of a job.
const REPORT: [&str; 6] =
    ["job-id", "job-name", "job-state", "job-state-reasons", "job-state-message", "job-impressions-completed"];

/// Jobs that are asked for: ours is among the newest.
const MOST_JOBS: i32 = 100;

/// `operation-id` (RFC 8011 §5.4.15).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub enum Operation {
    /// Would you take this?
    ValidateJob = 0x0004,
    /// A job without its document.
    CreateJob = 0x0005,
    /// Its document.
    SendDocument = 0x0006,
    /// Stop it.
    CancelJob = 0x0008,
    /// How is it?
    GetJobAttributes = 0x0009,
    /// Which jobs have you?
    GetJobs = 0x000a,
    /// What can you do, and how are you?
    GetPrinterAttributes = 0x000b,
}

/// A request to a printer, or about one of its jobs. The first attributes stand in the order of RFC 8011 §4.1.4 and §4.1.5.
fn request(operation: Operation, uri: &str, job: Option<i32>, rest: Vec<Attribute>) -> Message {
    let mut attributes = vec![
        Attribute::text("attributes-charset", Syntax::Charset, "utf-8"),
        Attribute::text("attributes-natural-language", Syntax::Language, "en"),
        Attribute::text("printer-uri", Syntax::Uri, uri),
    ];
    attributes.extend(job.map(|job| Attribute::new("job-id", Value::Integer(job))));
    attributes.push(Attribute::text("requesting-user-name", Syntax::Name, USER));
    attributes.extend(rest);
    Message { code: operation as u16, groups: vec![Group { tag: group::OPERATION, attributes }] }
}

/// Get-Printer-Attributes.
pub fn printer_attributes(uri: &str, names: &[&str]) -> Message {
    request(Operation::GetPrinterAttributes, uri, None, vec![requested(names)])
}

/// Get-Job-Attributes.
pub fn job_attributes(uri: &str, job: i32) -> Message {
    request(Operation::GetJobAttributes, uri, Some(job), vec![requested(&REPORT)])
}

/// Get-Jobs (RFC 8011 §4.2.6): those that are `which`: `completed`, which is at an end, or `not-completed`.
pub fn jobs(uri: &str, which: &str) -> Message {
    let which = Attribute::text("which-jobs", Syntax::Keyword, which);
    let limit = Attribute::new("limit", Value::Integer(MOST_JOBS));
    request(Operation::GetJobs, uri, None, vec![limit, requested(&REPORT), which])
}

/// Cancel-Job.
pub fn cancel(uri: &str, job: i32) -> Message {
    request(Operation::CancelJob, uri, Some(job), Vec::new())
}

/// Send-Document; the document's bytes follow the message. Nothing comes after the `last` of a job.
pub fn send(uri: &str, job: i32, plan: &Plan, last: bool) -> Message {
    let rest = vec![format(plan), Attribute::new("last-document", Value::Boolean(last))];
    request(Operation::SendDocument, uri, Some(job), rest)
}

/// Validate-Job.
pub fn validate(uri: &str, plan: &Plan, printer: Attributes<'_>) -> Message {
    with_ticket(request(Operation::ValidateJob, uri, None, vec![format(plan)]), plan, printer)
}

/// Create-Job.
pub fn create(uri: &str, plan: &Plan, job_name: &str, printer: Attributes<'_>) -> Message {
    let name: String = job_name.chars().filter(|c| !c.is_control()).take(63).collect();
    let rest = vec![Attribute::text("job-name", Syntax::Name, &name)];
    with_ticket(request(Operation::CreateJob, uri, None, rest), plan, printer)
}

fn requested(names: &[&str]) -> Attribute {
    let values = names.iter().map(|name| Value::Text(Syntax::Keyword, (*name).into())).collect();
    Attribute { name: "requested-attributes".into(), values }
}

fn format(plan: &Plan) -> Attribute {
    Attribute::text("document-format", Syntax::MediaType, plan.format.media_type())
}

fn with_ticket(mut message: Message, plan: &Plan, printer: Attributes<'_>) -> Message {
    let attributes = ticket(plan, printer);
    if !attributes.is_empty() {
        message.groups.push(Group { tag: group::JOB, attributes });
    }
    message
}

/// The plan as Job Template attributes (RFC 8011 §5.2), as far as the printer lists them.
fn ticket(plan: &Plan, printer: Attributes<'_>) -> Vec<Attribute> {
    let keyword = |name: &str, value: &str| {
        let known = takes(printer, name) && printer.has(&format!("{name}-supported"), value);
        known.then(|| Attribute::text(name, Syntax::Keyword, value))
    };
    let mode = match plan.color_space {
        ColorSpace::Sgray8 | ColorSpace::Black1 => "monochrome",
        ColorSpace::Srgb8 => "color",
    };
    let copies = Value::Integer(i32::try_from(plan.copies).unwrap_or(i32::MAX));
    let collated = keyword("multiple-document-handling", "separate-documents-collated-copies");
    let dpi = i32::try_from(plan.resolution).unwrap_or(i32::MAX);
    let dpi = Value::Resolution(dpi, dpi);
    let resolves =
        takes(printer, "printer-resolution") && printer.values("printer-resolution-supported").contains(&dpi);
    [
        takes(printer, "copies").then(|| Attribute::new("copies", copies)),
        collated.filter(|_| plan.copies > 1),
        keyword("sides", plan.sides.keyword()),
        media(plan, printer),
        keyword("print-color-mode", mode),
        resolves.then(|| Attribute::new("printer-resolution", dpi)),
        keyword("print-scaling", "none"),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// `media-col` (PWG 5100.7 §6.3), or `media` for a printer that knows only names; never both.
///
/// A printer that tells the members of `media-col` takes it, even when it forgets it in its list of attributes.
fn media(plan: &Plan, printer: Attributes<'_>) -> Option<Attribute> {
    let length = |length: u32| Value::Integer(i32::try_from(length).unwrap_or(i32::MAX));
    if printer.values("media-col-supported").is_empty() {
        let known = takes(printer, "media") && printer.has("media-supported", &plan.media.name);
        return known.then(|| Attribute::text("media", Syntax::Keyword, &plan.media.name));
    }
    let size = vec![
        Attribute::new("x-dimension", length(plan.media.width)),
        Attribute::new("y-dimension", length(plan.media.height)),
    ];
    let mut members = vec![Attribute::new("media-size", Value::Collection(size))];
    let margins = plan.media.margins;
    for (name, margin) in [
        ("media-top-margin", margins.top),
        ("media-right-margin", margins.right),
        ("media-bottom-margin", margins.bottom),
        ("media-left-margin", margins.left),
    ] {
        if printer.has("media-col-supported", name) {
            members.push(Attribute::new(name, length(margin)));
        }
    }
    Some(Attribute::new("media-col", Value::Collection(members)))
}

#[cfg(test)]
mod tests {
    use super::{Attribute, Attributes, Syntax, Value, create, group, media};
    use crate::job::plan::{ColorSpace, Format, Media, NumberUp, Plan, Scaling, SheetBack, Sides};

    fn plan() -> Plan {
        Plan {
            pages: vec![1, 2, 3],
            copies: 2,
            repeats: 1,
            sides: Sides::TwoSidedLongEdge,
            sheet_back: SheetBack::Rotated,
            media: Media::a4(),
            resolution: 600,
            color_space: ColorSpace::Sgray8,
            scaling: Scaling::Fit,
            format: Format::PwgRaster,
            number_up: NumberUp::One,
            skip: 0,
        }
    }

    fn keyword(name: &str, value: &str) -> Attribute {
        Attribute::text(name, Syntax::Keyword, value)
    }

    fn names(printer: &[Attribute]) -> Vec<String> {
        let message = create("ipp://p/", &plan(), "Задание\n 1", Attributes(printer));
        assert_eq!(message.group(group::OPERATION).texts("job-name").next(), Some("Задание 1"));
        message.group(group::JOB).0.iter().map(|attribute| attribute.name.clone()).collect()
    }

    #[test]
    fn a_printer_is_told_what_it_lists_and_nothing_else() {
        assert_eq!(names(&[]), [] as [&str; 0]);
        let mut printer = vec![
            Attribute::new("copies-supported", Value::Range(1, 99)),
            keyword("sides-supported", "two-sided-long-edge"),
            keyword("media-col-supported", "media-size"),
            keyword("print-color-mode-supported", "monochrome"),
            Attribute::new("printer-resolution-supported", Value::Resolution(600, 600)),
            keyword("print-scaling-supported", "none"),
            keyword("multiple-document-handling-supported", "separate-documents-collated-copies"),
        ];
        let all = ["copies", "multiple-document-handling", "sides", "media-col", "print-color-mode"];
        assert_eq!(names(&printer), [all.as_slice(), &["printer-resolution", "print-scaling"]].concat());
        printer.push(keyword("job-creation-attributes-supported", "sides"));
        assert_eq!(names(&printer), ["sides", "media-col"]);
    }

    #[test]
    fn media_is_told_by_its_name_only_where_media_col_is_unknown() {
        let printer = [keyword("media-supported", "iso_a4_210x297mm")];
        assert_eq!(media(&plan(), Attributes(&printer)), Some(keyword("media", "iso_a4_210x297mm")));
        assert_eq!(media(&plan(), Attributes(&[])), None);
    }
}
