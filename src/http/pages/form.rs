//! The forms' fields: kept as they were typed, read into a ticket once. Pure.

use super::{frame::VISIT, refusal::Refusal};
use crate::{
    job::{
        pages::PageRanges,
        ticket::{Copies, Ticket},
    },
    queue::Changes,
    text::{Language, say},
};

/// What somebody typed, and what was wrong with it.
#[derive(Debug)]
pub struct Form {
    /// `surname`.
    pub surname: String,
    /// `number`.
    pub number: String,
    /// `pages`.
    pub pages: String,
    /// `copies`.
    pub copies: String,
    /// `two_sided`.
    pub two_sided: bool,
    /// `color`.
    pub color: bool,
    /// The visit to a terminal that the form is from.
    pub visit: Option<String>,
    /// What to tell.
    pub error: Option<String>,
    wrong: &'static str,
}

impl Default for Form {
    fn default() -> Self {
        Self::of(&Ticket::default())
    }
}

impl Form {
    /// The names of its fields, but for the file.
    pub const NAMES: [&str; 7] = ["surname", "number", "pages", "copies", "two_sided", "color", VISIT];

    /// The form of an order as it stands.
    pub fn of(ticket: &Ticket) -> Self {
        Self {
            surname: String::new(),
            number: String::new(),
            pages: ticket.pages.to_string().replace(',', ", "),
            copies: ticket.copies.get().to_string(),
            two_sided: ticket.two_sided,
            color: ticket.color,
            visit: None,
            error: None,
            wrong: "",
        }
    }

    /// Puts in what came; what did not come stays.
    pub fn fill<'a>(&mut self, get: impl Fn(&str) -> Option<&'a str>) {
        let text = |field: &mut String, name| {
            if let Some(value) = get(name) {
                value.trim().clone_into(field);
            }
        };
        text(&mut self.surname, "surname");
        text(&mut self.number, "number");
        text(&mut self.pages, "pages");
        text(&mut self.copies, "copies");
        self.two_sided = get("two_sided").map_or(self.two_sided, is_yes);
        self.color = get("color").map_or(self.color, is_yes);
        self.visit = get(VISIT).map(str::to_owned).or(self.visit.take());
    }

    /// What is asked. Copies left empty are one.
    pub fn ticket(&self) -> Result<Ticket, Refusal> {
        let pages = PageRanges::parse(&self.pages).map_err(|_| Refusal::field("pages", say::WEB_WRONG_PAGES))?;
        let copies = match self.copies.as_str() {
            "" => Some(Copies::ONE),
            digits => digits.parse().ok().and_then(Copies::new),
        };
        let copies = copies.ok_or_else(|| Refusal::field("copies", say::WEB_WRONG_COPIES).limit(Copies::MAX))?;
        Ok(Ticket { pages, copies, two_sided: self.two_sided, color: self.color })
    }

    /// The same for an order that exists.
    pub fn changes(&self) -> Result<Changes, Refusal> {
        let Ticket { pages, copies, two_sided, color } = self.ticket()?;
        Ok(Changes { pages: Some(pages), copies: Some(copies), two_sided: Some(two_sided), color: Some(color) })
    }

    /// Who: surname and number.
    pub fn member(&self) -> Result<(&str, &str), Refusal> {
        match (self.surname.as_str(), self.number.as_str()) {
            ("", _) => Err(Refusal::field("surname", say::WEB_WRONG_SURNAME)),
            (_, "") => Err(Refusal::field("number", say::WEB_WRONG_NUMBER)),
            who => Ok(who),
        }
    }

    /// Notes what was wrong.
    pub fn refuse(&mut self, refusal: &Refusal, language: Language) {
        self.error = Some(refusal.tell(language));
        self.wrong = refusal.field;
    }

    /// Whether this field was.
    pub fn is_wrong(&self, field: &str) -> bool {
        self.wrong == field
    }
}

/// A box that is ticked, in any spelling that forms and scripts use.
fn is_yes(value: &str) -> bool {
    ["1", "true", "t", "yes", "y", "on"].iter().any(|yes| value.trim().eq_ignore_ascii_case(yes))
}

#[cfg(test)]
mod tests {
    use super::{Form, Language};

    fn form(fields: &[(&str, &'static str)]) -> Form {
        let mut form = Form::default();
        form.fill(|name| fields.iter().find(|(key, _)| *key == name).map(|(_, value)| *value));
        form
    }

    #[test]
    fn a_form_is_read_and_written_back() {
        let form = form(&[("pages", " 7,1-3 "), ("copies", ""), ("two_sided", "on"), ("surname", " Иванов ")]);
        let ticket = form.ticket().expect("a ticket");
        assert_eq!((ticket.copies.get(), ticket.two_sided, ticket.color), (1, true, false));
        assert_eq!(Form::of(&ticket).pages, "1-3, 7");
        assert_eq!(form.member().expect_err("no number").field, "number");
        assert_eq!(form.surname, "Иванов");
    }

    #[test]
    fn what_is_wrong_names_its_field() {
        for (name, value) in [("pages", "3-1"), ("pages", "0"), ("copies", "0"), ("copies", "1000"), ("copies", "два")]
        {
            let mut form = form(&[(name, value)]);
            let refusal = form.ticket().expect_err(value);
            form.refuse(&refusal, Language::Ru);
            assert!(form.is_wrong(name) && form.error.is_some(), "{name}={value}");
        }
    }
}
