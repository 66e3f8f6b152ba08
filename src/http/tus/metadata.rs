//! `Upload-Metadata` of tus' extension creation: keys with values in Base64, separated by commas. Pure.
//!
//! Ours are `filename`, `surname`, `number`; `pages`, `copies`, `two_sided`, `color`, `scaling`, `number_up` as a form has
//! them; and `part`, which is `1` when a document is made of this file and others.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::{
    http::pages::{form::Form, title::title},
    job::ticket::Ticket,
};

/// The keys that are looked at; clients send others, `filetype` above all, and nobody believes them.
const KEYS: [&str; 10] =
    ["filename", "surname", "number", "pages", "copies", "two_sided", "color", "scaling", "number_up", "part"];

/// What was announced.
#[derive(Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The file's name, fit to be shown.
    pub title: String,
    /// Who.
    pub surname: String,
    /// And which number.
    pub number: String,
    /// What is asked of the document.
    pub ticket: Ticket,
    /// Whether it is a part of one.
    pub part: bool,
}

/// `None` when it is not written as it must be, or says not who sends what.
pub fn read(header: &str) -> Option<Wanted> {
    let mut pairs: Vec<(&str, String)> = Vec::new();
    for pair in header.split(',').map(str::trim) {
        let (key, value) = pair.split_once(' ').unwrap_or((pair, ""));
        if !KEYS.contains(&key) {
            continue;
        }
        let value = String::from_utf8(STANDARD.decode(value.trim()).ok()?).ok()?;
        // "Each key MUST be unique."
        if pairs.iter().any(|(known, _)| *known == key) {
            return None;
        }
        pairs.push((key, value));
    }
    let get = |name: &str| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str());
    let mut form = Form::default();
    form.fill(get);
    let ticket = form.ticket(None).ok()?;
    let (surname, number) = form.member().ok()?;
    Some(Wanted {
        title: title(get("filename")?),
        surname: surname.to_owned(),
        number: number.to_owned(),
        ticket,
        part: get("part") == Some("1"),
    })
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::STANDARD};

    use super::read;

    fn header(pairs: &[(&str, &str)]) -> String {
        let pairs: Vec<_> =
            pairs.iter().map(|(key, value)| format!("{key} {}", STANDARD.encode(value.as_bytes()))).collect();
        pairs.join(",")
    }

    #[test]
    fn what_is_announced_is_read_or_refused_whole() {
        let who = [("filename", "../\u{202e}отчёт\n\"1\".docx"), ("surname", " Иванов "), ("number", "7")];
        let wanted = read(&header(&who)).expect("read");
        assert_eq!((wanted.title.as_str(), wanted.surname.as_str(), wanted.part), ("отчёт\"1\".docx", "Иванов", false));
        let more = [("copies", "3"), ("two_sided", "1"), ("pages", "2-10"), ("part", "1"), ("filetype", "image/png")];
        let wanted = read(&format!("{}, {}", header(&who), header(&more))).expect("read");
        assert_eq!((wanted.ticket.copies.get(), wanted.ticket.two_sided, wanted.part), (3, true, true));
        for wrong in [
            String::new(),
            header(&who[..2]),
            header(&who[1..]),
            format!("{},filename {}", header(&who), STANDARD.encode(b"x")),
            format!("{},copies ???", header(&who)),
            format!("{},pages {}", header(&who), STANDARD.encode(b"7-1")),
            format!("filename {},surname 0J/,number Nw==", STANDARD.encode(b"x")),
            format!("{},color {}", header(&who), STANDARD.encode(b"\xff")),
        ] {
            assert_eq!(read(&wrong), None, "{wrong}");
        }
        // A flag without a value, and what nobody asked for.
        assert!(read(&format!("{},relativePath ???,is_confidential", header(&who))).is_some());
    }
}
