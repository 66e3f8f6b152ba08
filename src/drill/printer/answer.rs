//! What the drill's printer says, by crate `ipp`'s writer (RFC 8011 §4 and §5): the kiosk reads it with a reader of its
//! own, and writes what is read here.

use std::collections::BTreeMap;

use ipp::{
    attribute::{IppAttribute, IppAttributes},
    model::DelimiterTag,
    parser::IppParseError,
    value::{IppName, IppValue},
};

use super::{
    job::{Job, State},
    machine::Machine,
};

/// A6, the smallest sheet a printer has, in 1/100 mm.
pub const MEDIA: (&str, i32, i32) = ("iso_a6_105x148mm", 10_500, 14_800);

/// Dots per inch: pages are small, so that many can be sent.
pub const RESOLUTION: i32 = 75;

/// What a printer of this drill can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Model {
    /// The most copies that it makes by itself.
    pub copies: i32,
    /// It counts.
    pub counts: bool,
    /// Milliseconds that a sheet moves.
    pub sheet_ms: u64,
}

impl Default for Model {
    fn default() -> Self {
        // 500 sheets a minute, so that a drill does not last.
        Self { copies: 99, counts: true, sheet_ms: 120 }
    }
}

/// A message: a `status-code`, the number of the request, attributes by their group.
pub struct Answer {
    status: u16,
    request: i32,
    attributes: IppAttributes,
    wrong: bool,
}

impl Answer {
    /// An answer with its first attributes (RFC 8011 §4.1.4.2).
    pub fn new(status: u16, request: i32) -> Self {
        let mut answer = Self { status, request, attributes: IppAttributes::new(), wrong: false };
        answer.add(DelimiterTag::OperationAttributes, "attributes-charset", IppValue::new_charset("utf-8"));
        let language = IppValue::new_natural_language("en");
        answer.add(DelimiterTag::OperationAttributes, "attributes-natural-language", language);
        answer
    }

    fn add(&mut self, group: DelimiterTag, name: &str, value: Result<IppValue, IppParseError>) {
        match (IppName::new(name), value) {
            (Ok(name), Ok(value)) => self.attributes.add(group, IppAttribute::new(name, value)),
            // Only what is written in this file comes here.
            _ => self.wrong = true,
        }
    }

    /// The message's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        debug_assert!(!self.wrong, "an attribute is too long");
        let mut bytes = vec![2, 0];
        bytes.extend(self.status.to_be_bytes());
        bytes.extend(self.request.to_be_bytes());
        bytes.extend_from_slice(&self.attributes.to_bytes());
        bytes
    }

    /// What the printer is and how it is (RFC 8011 §5.4).
    pub fn printer(mut self, machine: &Machine, model: Model) -> Self {
        let reason = machine.stands.unwrap_or("none");
        let dpi = || Ok(IppValue::new_resolution(RESOLUTION, RESOLUTION, 3));
        let mut attributes = vec![
            ("printer-state", Ok(IppValue::Enum(machine.state()))),
            ("printer-state-reasons", IppValue::new_keyword(reason)),
            ("printer-is-accepting-jobs", Ok(IppValue::Boolean(!machine.refuses_jobs))),
            ("printer-make-and-model", IppValue::new_text_without_language("Ottisk Drill")),
            ("copies-supported", Ok(IppValue::RangeOfInteger { min: 1, max: model.copies })),
            ("color-supported", Ok(IppValue::Boolean(false))),
            ("document-format-supported", IppValue::new_mime_media_type("image/pwg-raster")),
            ("job-creation-attributes-supported", keywords(&["copies", "media-col", "sides"])),
            ("media-col-default", media()),
            ("media-col-ready", media()),
            ("media-col-supported", keywords(&["media-size", "media-top-margin"])),
            ("printer-resolution-supported", dpi()),
            ("pwg-raster-document-resolution-supported", dpi()),
            ("pwg-raster-document-sheet-back", IppValue::new_keyword("normal")),
            ("pwg-raster-document-type-supported", IppValue::new_keyword("sgray_8")),
            ("sides-supported", keywords(&["one-sided", "two-sided-long-edge", "two-sided-short-edge"])),
            ("operations-supported", Ok(IppValue::Array([2, 4, 5, 6, 8, 9, 10, 11].map(IppValue::Enum).to_vec()))),
        ];
        if model.counts {
            let count = i32::try_from(machine.impressions).unwrap_or(i32::MAX);
            let queued = machine.jobs.values().filter(|job| !job.state.is_terminal()).count();
            attributes.push(("queued-job-count", Ok(IppValue::Integer(i32::try_from(queued).unwrap_or(i32::MAX)))));
            attributes.push(("printer-impressions-completed", Ok(IppValue::Integer(count))));
        }
        for (name, value) in attributes {
            self.add(DelimiterTag::PrinterAttributes, name, value);
        }
        self
    }

    /// A job (RFC 8011 §5.3).
    pub fn job(mut self, id: i32, job: &Job, machine: &Machine, model: Model) -> Self {
        let stopped = machine.stands.is_some() && job.state == State::Processing;
        let (state, reason) = match job.state {
            State::Held => (4, "job-incoming"),
            State::Processing if stopped => (6, "printer-stopped"),
            State::Processing => (5, "job-printing"),
            State::Stopping => (5, "processing-to-stop-point"),
            State::Canceled => (7, "job-canceled-by-user"),
            State::Aborted => (8, "aborted-by-system"),
            State::Completed => (9, "job-completed-successfully"),
        };
        let mut attributes = vec![
            ("job-id", Ok(IppValue::Integer(id))),
            ("job-name", IppValue::new_name_without_language(job.name.as_str())),
            ("job-state", Ok(IppValue::Enum(state))),
            ("job-state-reasons", IppValue::new_keyword(reason)),
        ];
        if model.counts {
            let count = job.told_impressions.unwrap_or(i32::try_from(job.impressions).unwrap_or(i32::MAX));
            attributes.push(("job-impressions-completed", Ok(IppValue::Integer(count))));
        }
        let mut group = ipp::attribute::IppAttributeGroup::new(DelimiterTag::JobAttributes);
        for (name, value) in attributes {
            match (IppName::new(name), value) {
                (Ok(name), Ok(value)) => group.attributes_mut().push(IppAttribute::new(name, value)),
                _ => self.wrong = true,
            }
        }
        // A group for each job (RFC 8011 §4.2.6.2).
        self.attributes.groups_mut().push(group);
        self
    }

    /// Absurd attributes, of the kind that was asked for: wrong syntaxes, numbers and texts that nobody has.
    pub fn absurd(mut self, group: DelimiterTag) -> Self {
        let long = "ж".repeat(400);
        for name in ["printer-state", "job-state", "job-id"] {
            self.add(group, name, Ok(IppValue::Enum(-77)));
        }
        for name in ["printer-state-reasons", "job-state-reasons"] {
            let many = (0..300).map(|n| IppValue::Integer(n - 150)).collect();
            self.add(group, name, Ok(IppValue::Array(many)));
        }
        self.add(group, "job-impressions-completed", Ok(IppValue::Integer(i32::MIN)));
        self.add(group, "printer-impressions-completed", IppValue::new_text_without_language(long.as_str()));
        self.add(group, "copies-supported", Ok(IppValue::RangeOfInteger { min: i32::MAX, max: i32::MIN }));
        self.add(group, "media-col-ready", Ok(IppValue::Collection(BTreeMap::new())));
        self.add(group, "document-format-supported", Ok(IppValue::Boolean(true)));
        self
    }
}

fn keywords(words: &[&str]) -> Result<IppValue, IppParseError> {
    words.iter().map(|word| IppValue::new_keyword(*word)).collect::<Result<_, _>>().map(IppValue::Array)
}

fn collection(members: Vec<(&str, IppValue)>) -> Result<IppValue, IppParseError> {
    let members = members.into_iter().map(|(name, value)| Ok((IppName::new(name)?, value)));
    members.collect::<Result<BTreeMap<_, _>, IppParseError>>().map(IppValue::Collection)
}

/// `media-col` (PWG 5100.7 §6.3), without margins.
fn media() -> Result<IppValue, IppParseError> {
    let (name, width, height) = MEDIA;
    let size = vec![("x-dimension", IppValue::Integer(width)), ("y-dimension", IppValue::Integer(height))];
    let margins = ["media-top-margin", "media-right-margin", "media-bottom-margin", "media-left-margin"];
    let mut members = vec![("media-size", collection(size)?), ("media-size-name", IppValue::new_keyword(name)?)];
    members.extend(margins.map(|name| (name, IppValue::Integer(0))));
    collection(members)
}

#[cfg(test)]
mod tests {
    use ipp::parser::IppParser;

    use super::{Answer, DelimiterTag, Job, Machine, Model};

    #[test]
    fn what_is_said_can_be_read() {
        let machine = Machine::new(std::time::Duration::ZERO);
        let model = Model::default();
        let job = Job::new("ottisk-1", 1, false);
        let answer =
            Answer::new(0, 1).printer(&machine, model).job(3, &job, &machine, model).job(4, &job, &machine, model);
        let read = IppParser::new(ipp::reader::IppReader::new(std::io::Cursor::new(answer.to_bytes())));
        let read = read.parse().expect("a message");
        assert_eq!(read.attributes().groups_of(DelimiterTag::JobAttributes).count(), 2);
        let printer = read.attributes().first_of(DelimiterTag::PrinterAttributes).expect("a printer");
        assert!(printer.get("printer-impressions-completed").is_some());
        assert!(!Answer::new(0, 1).absurd(DelimiterTag::JobAttributes).wrong);
    }
}
