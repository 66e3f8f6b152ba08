//! The printer: how it is, what it counted, paper, and a test page.

use super::{
    Area, Panel, Sheet, icon, paper,
    rows::{self, Row},
    say,
};
use crate::panel::{
    layout::parts::Button,
    scene::{PrinterView, desk::Test},
};

pub(super) fn lay(sheet: &mut Sheet, panel: &Panel, area: Area) {
    let (m, language) = (sheet.m, sheet.language);
    let test = Area { y: area.bottom() - m.button, h: m.button, ..area };
    let paper_h = (m.caption * 1.8) as i32 + m.button.max(50);
    let paper = Area { y: test.y - m.apart.max(m.gap * 2) - paper_h, h: paper_h, ..area };
    let (state, reason) = state(sheet, panel);
    let mut all: Vec<Row> = vec![(sheet.say(say::DESK_STATE), state)];
    if let Some(reason) = reason {
        all.push((sheet.say(say::DESK_REASON), reason));
    }
    if let Some(known) = &panel.desk.known {
        let (sides, sheets) = known.totals;
        let sides = say::DESK_SIDES.count(language, sides);
        let sheets = say::DESK_ON_SHEETS.count(language, sheets);
        let counted = say::DESK_COUNTED_VALUE.fill(language, &[("sides", &sides), ("sheets", &sheets)]);
        let model = if known.model.is_empty() { sheet.say(say::DESK_UNKNOWN).into() } else { known.model.clone() };
        all.push((sheet.say(say::DESK_MODEL), model));
        all.push((sheet.say(say::DESK_ADDRESS), known.printer.clone()));
        all.push((sheet.say(say::DESK_COUNTED), counted));
        all.push((sheet.say(say::DESK_JOBS), known.jobs.to_string()));
    }
    rows::lay(sheet, Area { h: paper.y - m.gap - area.y, ..area }, &all);
    paper::lay(sheet, panel, paper);
    let (words, button) = rows::split(test, m.gap);
    let text = match &panel.desk.test {
        Test::None => sheet.say(say::DESK_TEST_IDLE).to_owned(),
        Test::Printing => sheet.say(say::DESK_TEST_PRINTING).to_owned(),
        Test::Done => sheet.say(say::DESK_TEST_DONE).to_owned(),
        Test::Failed(fault) => say::DESK_TEST_FAILED.fill(language, &[("why", &fault.title(language))]),
        Test::Refused => sheet.say(say::DESK_TEST_REFUSED).to_owned(),
    };
    rows::note(&text, sheet, "test-page-state", words, false);
    let free = panel.desk.test != Test::Printing && matches!(panel.printer, PrinterView::Ready(_));
    let label = sheet.say(say::DESK_TEST);
    Button::plain("test-page", label, icon::FILE_TEXT).when(free).lay(sheet, button);
}

/// How the printer is in a word, and why by its keyword.
pub(super) fn state(sheet: &Sheet, panel: &Panel) -> (String, Option<String>) {
    match &panel.printer {
        PrinterView::Unknown => (sheet.say(say::DESK_NOT_ASKED).into(), None),
        PrinterView::Ready(_) => (sheet.say(say::DESK_READY).into(), None),
        PrinterView::Fault(fault, _) => (fault.title(sheet.language), Some(fault.keyword().to_owned())),
    }
}
