//! What a job's page says before printing: the pre-flight's findings, each with a form that mends it, and too little
//! paper. A mend is the page's own form with other values, so it needs no script.

use std::time::Duration;

use crate::{
    http::Doors,
    job::paper::{Way, way},
    store::jobs::Job,
    text::{Language, say},
};

/// All of it.
#[derive(Debug, Default)]
pub struct Findings {
    /// One after the other, gravest first.
    pub lines: Vec<Line>,
    /// That not all pages were looked at.
    pub part: Option<String>,
    /// There is too little paper by the count: whoever sees some may print all the same.
    pub short: bool,
}

/// One thing to know.
#[derive(Debug)]
pub struct Line {
    /// A short stable name.
    pub keyword: &'static str,
    /// Whether it is a warning.
    pub grave: bool,
    /// What is the matter.
    pub text: String,
    /// What to do where no button does it.
    pub advice: String,
    /// The field of the form that mends it, its value, and what the button says.
    pub mend: Option<(&'static str, String, String)>,
}

impl Findings {
    /// Of this job as it stands, waiting at most `wait` for a look that is on its way.
    pub async fn of(doors: &Doors, job: &Job, language: Language, wait: Duration) -> Self {
        let Some(document) = &job.document else { return Self::default() };
        if job.state.is_active() {
            return Self::default();
        }
        let mut all = Self::default();
        if let Some(line) = paper(doors, job, document.page_count, language) {
            all.lines.push(line);
            all.short = true;
        }
        let Ok(Some(facts)) = doors.queue.facts_within(document, wait).await else { return all };
        all.lines.extend(doors.queue.findings(job, &facts).iter().map(|finding| {
            Line {
                keyword: finding.what.keyword(),
                grave: finding.grave,
                text: finding.tell(language),
                advice: if finding.mend.is_some() { "" } else { finding.advice(language) }.to_owned(),
                mend: finding
                    .mend
                    .as_ref()
                    .map(|pages| ("pages", pages.to_string(), say::PREFLIGHT_MENDED.get(language).to_owned())),
            }
        }));
        let (looked, of) = (facts.pages.len(), document.page_count);
        all.part = (looked > 0 && looked < of as usize)
            .then(|| say::PREFLIGHT_PART.fill(language, &[("count", &looked.to_string()), ("of", &of.to_string())]));
        all
    }
}

/// Too little paper in our own printer, by somebody's count.
fn paper(doors: &Doors, job: &Job, page_count: u32, language: Language) -> Option<Line> {
    let (left, needed) = (doors.queue.paper().left()?, job.ticket.sheets(page_count).ok()?);
    if doors.queue.paper().fits(needed) {
        return None;
    }
    let count = |sheets: u64| say::SHEETS.count(language, sheets);
    let values = [("left", count(left.into())), ("needed", count(needed))];
    let text = if left > 0 { say::PAPER_SHORT } else { say::PAPER_NONE };
    let both = doors.queue.printer().capabilities.is_none_or(|can| can.sides.iter().any(|sides| sides.is_two_sided()));
    let mend = way(&job.ticket, page_count, left, both).map(|way| match way {
        Way::TwoSided => ("two_sided", "1".into(), say::PAPER_TWO_SIDED.get(language).to_owned()),
        Way::Copies(copies) => {
            ("copies", copies.get().to_string(), say::PAPER_COPIES.count(language, copies.get().into()))
        }
        Way::Pages(pages) => {
            let label = say::PAPER_PAGES.fill(language, &[("pages", &pages.to_string())]);
            ("pages", pages.to_string(), label)
        }
    });
    Some(Line {
        keyword: "paper-short",
        grave: true,
        text: text.fill(language, &values.each_ref().map(|(name, value)| (*name, value.as_str()))),
        advice: say::PAPER_IS_THERE_DO.get(language).to_owned(),
        mend,
    })
}
