//! `GET /metrics`: counts in Prometheus' text format 0.0.4. No PIN, no title, nobody's name.

use std::fmt::Write as _;

use hyper::StatusCode;

use crate::{
    error::Error,
    http::{
        Doors,
        answer::{self, Answer},
    },
};

const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Everything that is counted.
pub async fn metrics(doors: &Doors) -> Result<Answer, Error> {
    let (impressions, sheets) = doors.queue.totals().await?;
    let jobs: Vec<(String, u64)> = doors.queue.counts().await?;
    let printer = doors.queue.printer();
    let faults: Vec<(String, u64)> = printer.fault.iter().map(|fault| (fault.keyword().to_owned(), 1)).collect();
    let counters = &doors.counters;
    let mut text = String::new();
    family(&mut text, "ottisk_info", "gauge", "The version.", "version", &[(env!("CARGO_PKG_VERSION").into(), 1)]);
    family(&mut text, "ottisk_jobs", "gauge", "Jobs that are kept, by state.", "state", &jobs);
    single(&mut text, "ottisk_impressions_total", "counter", "Sides that ever came out.", impressions);
    single(&mut text, "ottisk_sheets_total", "counter", "Sheets that ever came out.", sheets);
    let healthy = u64::from(printer.known && printer.fault.is_none());
    single(&mut text, "ottisk_printer_up", "gauge", "Whether the printer answers and has no fault.", healthy);
    family(&mut text, "ottisk_printer_fault", "gauge", "What is wrong with the printer.", "fault", &faults);
    if let Some(left) = doors.queue.paper().left() {
        single(&mut text, "ottisk_paper_sheets", "gauge", "Sheets left by what people said.", left.into());
        let low = u64::from(doors.queue.paper().is_low(doors.settings.paper.low_sheets));
        single(&mut text, "ottisk_paper_low", "gauge", "Whether somebody should bring paper.", low);
    }
    single(&mut text, "ottisk_uploads_total", "counter", "Documents taken since the start.", counters.uploads());
    single(&mut text, "ottisk_http_connections", "gauge", "Open connections.", counters.connections());
    let answers = counters.answers();
    family(&mut text, "ottisk_http_answers_total", "counter", "Answers since the start.", "class", &answers);
    let (name, actions) = ("ottisk_client_actions_total", counters.actions());
    family(&mut text, name, "counter", "What clients said they did since the start.", "action", &actions);
    Ok(answer::bytes(StatusCode::OK, MEDIA_TYPE, text))
}

fn single(text: &mut String, name: &str, kind: &str, help: &str, value: u64) {
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}");
}

fn family(text: &mut String, name: &str, kind: &str, help: &str, label: &str, values: &[(String, u64)]) {
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
    for (of, value) in values {
        let of = of.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        let _ = writeln!(text, "{name}{{{label}=\"{of}\"}} {value}");
    }
}

#[cfg(test)]
mod tests {
    use super::{family, single};

    #[test]
    fn text_format() {
        let mut text = String::new();
        single(&mut text, "a", "gauge", "Things.", 2);
        family(&mut text, "b", "counter", "More.", "of", &[("x\"\\\n".into(), 1)]);
        let expected =
            "# HELP a Things.\n# TYPE a gauge\na 2\n# HELP b More.\n# TYPE b counter\nb{of=\"x\\\"\\\\\\n\"} 1\n";
        assert_eq!(text, expected);
    }
}
