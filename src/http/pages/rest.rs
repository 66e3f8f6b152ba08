//! What is missing of a job that did not come out whole, as the page asks it: the same words as on the panel. Pure.

use crate::{
    job::part::Rest,
    text::{Language, Text, say},
};

/// The section of the page.
#[derive(Debug, PartialEq, Eq)]
pub struct Missing {
    /// What is known, or the question.
    pub title: String,
    /// What to do.
    pub advice: String,
    /// Of which try.
    pub attempt: i64,
    /// The answers: sheets that are out, and what to call it. One: a button. Two: two buttons. More: a list.
    pub answers: Vec<(u32, String)>,
    /// Whether it can be answered here: the phone is at our own kiosk.
    pub here: bool,
}

/// Of a document with so many pages.
pub fn tell(rest: &Rest, page_count: u32, here: bool, language: Language) -> Missing {
    let (least, most, all) = (rest.least_sheets(), rest.most_sheets(), rest.sheets());
    let of = format!("{all}\u{a0}{}", say::PANEL_SHEETS_OF.form(language, all.into()));
    let fill = |text: Text, values: &[(&str, &str)]| text.fill(language, values);
    let on_it = |number| rest.words(number, page_count, language);
    let (title, advice, answers) = match most.saturating_sub(least) {
        0 => {
            let left = say::SHEETS.count(language, u64::from(all.saturating_sub(least)));
            (
                fill(say::PANEL_MISSING_TITLE, &[("count", &least.to_string()), ("sheets", &of)]),
                fill(say::PANEL_MISSING_LEAD, &[("pages", &on_it(least + 1))]),
                vec![(least, fill(say::PANEL_PRINT_MISSING, &[("sheets", &left)]))],
            )
        }
        1 => (
            fill(say::PANEL_CAME_OUT_TITLE, &[("sheet", &most.to_string()), ("of", &all.to_string())]),
            fill(say::PANEL_CAME_OUT_LEAD, &[("pages", &on_it(most))]),
            vec![(least, fill(say::PANEL_CAME_OUT_NO, &[])), (most, fill(say::PANEL_CAME_OUT_YES, &[]))],
        ),
        _ => {
            let named = |number: u32| {
                let (sheet, of) = (number.to_string(), all.to_string());
                let sheet = say::PANEL_SHEET_OF.fill(language, &[("sheet", &sheet), ("of", &of)]);
                (number, format!("{sheet}: {}", on_it(number)))
            };
            let none = (0, fill(say::PANEL_NO_SHEET, &[]));
            (
                fill(say::PANEL_LAST_SHEET_TITLE, &[]),
                fill(say::WEB_REST_LAST_LEAD, &[]),
                [none].into_iter().chain((1..=all).map(named)).collect(),
            )
        }
    };
    Missing { title, advice, attempt: rest.attempt.0, answers, here }
}

#[cfg(test)]
mod tests {
    use super::{Language, tell};
    use crate::job::{
        part::{Asked, AttemptId, Out, Rest, Sequence},
        ticket::Ticket,
    };

    #[test]
    fn the_question_is_as_short_as_can_be() {
        let sequence = Sequence { sides: 3, copies: 1, two_sided: false };
        let asked = Asked { ticket: Ticket::default(), sequence, first: 0, by_printer: 1, pages_a_side: 1 };
        let rest = |out| Rest { attempt: AttemptId(7), asked: asked.clone(), out };
        let known = tell(&rest(Out::exactly(2)), 3, true, Language::En);
        assert_eq!((known.attempt, known.answers.len(), known.answers[0].0), (7, 1, 2));
        assert_eq!(known.title, "2 of 3\u{a0}sheets came out");
        let one = tell(&rest(Out::between(1, 2)), 3, true, Language::En);
        assert_eq!(one.title, "Did sheet 2 of 3 come out?");
        assert_eq!(one.answers.iter().map(|(out, _)| *out).collect::<Vec<_>>(), [1, 2]);
        let many = tell(&rest(Out::between(0, 2)), 3, true, Language::En);
        assert_eq!(many.answers.iter().map(|(out, _)| *out).collect::<Vec<_>>(), [0, 1, 2, 3]);
    }
}
