//! The forms' fields: kept as they were typed, read into a ticket once. Pure.

use super::{frame::VISIT, refusal::Refusal};
use crate::{
    job::{
        pages::PageRanges,
        plan::{NumberUp, Scaling},
        ticket::{Copies, Ticket},
    },
    queue::Changes,
    text::{Language, say},
};

/// What somebody typed, and what was wrong with it.
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
    /// `scaling`: the keyword of `print-scaling`.
    pub scaling: Scaling,
    /// `number_up`.
    pub number_up: NumberUp,
    /// `password`: of a locked document. Told to the child that opens it and never written back.
    pub password: String,
    /// The visit to a terminal that the form is from.
    pub visit: Option<String>,
    /// What to tell.
    pub error: Option<String>,
    wrong: &'static str,
    locked: bool,
}

impl Default for Form {
    fn default() -> Self {
        Self::of(&Ticket::default())
    }
}

impl Form {
    /// The names of its fields, but for the file.
    pub const NAMES: [&str; 10] =
        ["surname", "number", "pages", "copies", "two_sided", "color", "scaling", "number_up", "password", VISIT];

    /// The form of an order as it stands.
    pub fn of(ticket: &Ticket) -> Self {
        Self {
            surname: String::new(),
            number: String::new(),
            pages: ticket.pages.to_string().replace(',', ", "),
            copies: ticket.copies.get().to_string(),
            two_sided: ticket.two_sided,
            color: ticket.color,
            scaling: ticket.scaling,
            number_up: ticket.number_up,
            password: String::new(),
            visit: None,
            error: None,
            wrong: "",
            locked: false,
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
        // Of a list that nobody types: what is not on it changes nothing.
        self.scaling = get("scaling").and_then(Scaling::from_keyword).unwrap_or(self.scaling);
        let number_up = get("number_up").and_then(|number| NumberUp::from_number(number.parse().ok()?));
        self.number_up = number_up.unwrap_or(self.number_up);
        if let Some(password) = get("password") {
            password.clone_into(&mut self.password);
        }
        self.visit = get(VISIT).map(str::to_owned).or(self.visit.take());
    }

    /// What is asked of a document of `page_count` pages, if they are known. Copies left empty are one.
    pub fn ticket(&self, page_count: Option<u32>) -> Result<Ticket, Refusal> {
        let pages = PageRanges::parse(&closed(&self.pages, page_count));
        let pages = pages.map_err(|_| Refusal::field("pages", say::WEB_WRONG_PAGES))?;
        let copies = match self.copies.as_str() {
            "" => Some(Copies::ONE),
            digits => digits.parse().ok().and_then(Copies::new),
        };
        let copies = copies.ok_or_else(|| Refusal::field("copies", say::WEB_WRONG_COPIES).limit(Copies::MAX))?;
        let (scaling, number_up) = (self.scaling, self.number_up);
        Ok(Ticket { pages, copies, two_sided: self.two_sided, color: self.color, scaling, number_up })
    }

    /// The same for an order that exists.
    pub fn changes(&self, page_count: Option<u32>) -> Result<Changes, Refusal> {
        let Ticket { pages, copies, two_sided, color, scaling, number_up } = self.ticket(page_count)?;
        Ok(Changes {
            pages: Some(pages),
            copies: Some(copies),
            two_sided: Some(two_sided),
            color: Some(color),
            scaling: Some(scaling),
            number_up: Some(number_up),
        })
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
        self.locked = refusal.is_locked;
    }

    /// Whether the document asks for a password.
    pub fn is_locked(&self) -> bool {
        self.locked || self.is_wrong("password")
    }

    /// Whether this field was.
    pub fn is_wrong(&self, field: &str) -> bool {
        self.wrong == field
    }
}

/// People write `8-` for what is left, and `-3` for the first three; a document whose end is not known yet has none.
fn closed(pages: &str, page_count: Option<u32>) -> String {
    let end = |part: &str| match (part.strip_suffix('-'), part.strip_prefix('-'), page_count) {
        (_, Some(last), _) if !last.is_empty() => format!("1-{last}"),
        (Some(first), _, Some(last)) if !first.is_empty() => format!("{first}-{last}"),
        _ => part.to_owned(),
    };
    let packed: String = pages.chars().filter(|c| !c.is_whitespace()).collect();
    packed.split(',').map(end).collect::<Vec<_>>().join(",")
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
        let ticket = form.ticket(None).expect("a ticket");
        assert_eq!((ticket.copies.get(), ticket.two_sided, ticket.color), (1, true, false));
        assert_eq!(Form::of(&ticket).pages, "1-3, 7");
        assert_eq!(form.member().expect_err("no number").field, "number");
        assert_eq!(form.surname, "Иванов");
    }

    #[test]
    fn an_end_left_open_is_the_documents() {
        let pages = |text, count| form(&[("pages", text)]).ticket(count).map(|ticket| ticket.pages.to_string());
        assert_eq!(pages("5, 8 -, -2", Some(9)).as_deref(), Ok("1-2,5,8-9"));
        assert!(pages("8-", None).is_err() && pages("8-", Some(7)).is_err() && pages("-", Some(7)).is_err());
        let ticket = form(&[("scaling", "none"), ("number_up", "4")]).ticket(None).expect("a ticket");
        assert_eq!((ticket.scaling.keyword(), ticket.number_up.get()), ("none", 4));
        assert_eq!(form(&[("scaling", "<b>"), ("number_up", "3")]).ticket(None).map(|t| t.number_up.get()), Ok(1));
    }

    #[test]
    fn what_is_wrong_names_its_field() {
        for (name, value) in [("pages", "3-1"), ("pages", "0"), ("copies", "0"), ("copies", "1000"), ("copies", "два")]
        {
            let mut form = form(&[(name, value)]);
            let refusal = form.ticket(None).expect_err(value);
            form.refuse(&refusal, Language::Ru);
            assert!(form.is_wrong(name) && form.error.is_some(), "{name}={value}");
        }
    }
}
